//! What source code asks for, held against what a person finds in it: `fixtures/code/<language>/` has
//! files, and beside each an `expected` with a line `line name need [default]` for every variable.
//! `BLESS=1 cargo test --test code` writes what is found now.
#![allow(clippy::expect_used, clippy::print_stdout, missing_docs, reason = "a test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use evenkeel::code::{is_source, may_read, reads};

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).expect("readable").flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|extension| extension != "expected") {
            out.push(path);
        }
    }
}

/// What is found in one file, a line each.
fn said(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("readable");
    let name = path.to_string_lossy();
    assert!(is_source(&name), "{name} is no source code");
    let found = if may_read(&name, text.as_bytes()) { reads(&name, &text) } else { Vec::new() };
    let line = |offset: usize| text.get(..offset).expect("a place").matches('\n').count() + 1;
    found
        .iter()
        .map(|found| {
            let default = found.default.as_ref().map_or(String::new(), |default| format!(" {default:?}"));
            let stance = format!("{:?}", found.stance).to_lowercase();
            let stance = if stance == "read" { String::new() } else { format!("{stance} ") };
            format!("{} {} {stance}{}{default}", line(found.range.start), found.name, format!("{:?}", found.need).to_lowercase())
        })
        .collect()
}

#[test]
fn every_read_is_found_and_nothing_else_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/code");
    let mut all = Vec::new();
    files(&root, &mut all);
    let (mut expected_count, mut missed, mut wrong) = (0usize, Vec::new(), Vec::new());
    for path in all {
        let expected_path = path.with_file_name(format!("{}.expected", path.file_name().expect("named").to_string_lossy()));
        let said = said(&path);
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&expected_path, said.iter().map(|line| format!("{line}\n")).collect::<String>()).expect("can write");
            continue;
        }
        let expected = std::fs::read_to_string(&expected_path).expect("every file has its expected");
        let (said, expected): (BTreeSet<&str>, BTreeSet<&str>) = (said.iter().map(String::as_str).collect(), expected.lines().collect());
        let shown = path.strip_prefix(&root).expect("below").display().to_string();
        expected_count += expected.len();
        missed.extend(expected.difference(&said).map(|line| format!("{shown}: missed {line}")));
        wrong.extend(said.difference(&expected).map(|line| format!("{shown}: false {line}")));
    }
    println!("{expected_count} expected, {} missed, {} false", missed.len(), wrong.len());
    assert!(wrong.is_empty() && missed.len() * 20 <= expected_count, "{}\n{}", wrong.join("\n"), missed.join("\n"));
}
