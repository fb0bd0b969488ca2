//! Rules of the house that no compiler checks: who may open what is raw, how a file begins and how
//! long it may get, and that nothing in it can panic.
#![allow(clippy::expect_used, clippy::print_stdout, missing_docs, reason = "a test")]

use std::path::{Path, PathBuf};

/// The longest a source file may be, in lines.
const LINES: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file, by its path from the root.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                out.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(&root().join("src"), &mut paths);
    paths.sort();
    let name = |path: &Path| path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).expect("readable"))).collect()
}

/// The lines of a file that are neither its tests nor comments, by number.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    lines.take_while(|(_, line)| line.trim() != "#[cfg(test)]").filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Where these words stand in code, outside the files that may hold them.
fn found(words: &[&str], allowed: &[&str]) -> Vec<String> {
    let sources = sources();
    let others = sources.iter().filter(|(path, _)| !allowed.contains(&path.as_str()));
    others
        .flat_map(|(path, text)| code(text).filter(|(_, line)| words.iter().any(|word| line.contains(word))).map(move |(number, _)| format!("{path}:{number}")))
        .collect()
}

fn nowhere(words: &[&str], allowed: &[&str]) {
    let places = found(words, allowed);
    assert!(places.is_empty(), "{words:?} at {}", places.join(", "));
}

#[test]
fn only_the_door_opens_what_is_raw_and_says_what_is_shown() {
    // The two types define the functions; the door alone calls them.
    nowhere(&["open_at_the_door"], &["src/seal/mod.rs", "src/model/reading.rs"]);
    nowhere(&["at_the_door("], &["src/seal/mod.rs", "src/model/fact.rs", "src/model/reading.rs"]);
    for (path, door) in [("src/model/reading.rs", "open_at_the_door"), ("src/model/fact.rs", "at_the_door(")] {
        let (_, text) = sources().into_iter().find(|(have, _)| have == path).expect("is there");
        assert_eq!(code(&text).filter(|(_, line)| line.contains(door)).count(), 1, "{path} defines {door} and does not call it");
    }
}

#[test]
fn only_the_command_line_talks_to_the_process() {
    nowhere(
        &["println!", "eprintln!", "std::env::", "SystemTime", "Instant::now", "Timestamp::now", "Command::new"],
        &["src/files/revision.rs", "src/cli/ask.rs", "src/source/docker/address.rs", "src/source/process.rs", "src/source/run.rs", "src/source/host/ntp.rs"],
    );
}

#[test]
fn every_file_says_what_it_owns() {
    let silent: Vec<String> = sources().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "no //! on the first line: {}", silent.join(", "));
}

#[test]
fn no_file_is_long() {
    let sources = sources();
    let mut long: Vec<(usize, &str)> = sources.iter().map(|(path, text)| (text.lines().count(), path.as_str())).filter(|(lines, _)| *lines > 300).collect();
    long.sort_unstable();
    for (lines, path) in &long {
        println!("{path} has {lines} lines");
    }
    assert!(long.iter().all(|(lines, _)| *lines <= LINES), "{long:?}");
}

#[test]
fn nothing_panics_on_purpose() {
    nowhere(&[".unwrap(", "panic!(", "todo!(", "unimplemented!(", "unreachable!(", "assert!(", "TODO", "FIXME"], &[]);
    // What is compiled in and parsed once; a test parses it too.
    nowhere(&[".expect("], &["src/catalog/tables.rs", "src/judge/evidence.rs", "src/judge/rule.rs"]);
}

#[test]
fn the_page_that_lists_rules_lists_all_of_them() {
    let Ok(readme) = std::fs::read_to_string(root().join("README.md")) else { return };
    let ids = || evenkeel::judge::rules().iter().map(|rule| rule.id.as_str());
    let listed = |id: &str| readme.contains(&format!("`{id}`"));
    // A page may do without a list; one that begins it has to finish it.
    if ids().filter(|id| listed(id)).count() * 2 > ids().count() {
        let missing: Vec<&str> = ids().filter(|id| !listed(id)).collect();
        assert!(missing.is_empty(), "README.md does not list {}", missing.join(", "));
    }
}
