//! Every command of the README runs, and its picture is what the program prints.
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

use std::path::Path;
use std::process::{Command, Output};

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md")
}

/// The fenced blocks of one language.
fn blocks(language: &str) -> Vec<String> {
    let (text, fence) = (readme(), format!("```{language}\n"));
    text.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("\n```").next().map(str::to_owned)).collect()
}

/// A shell line with the built program on the PATH, in a copy of the demonstration.
fn run(line: &str, folder: &Path) -> Output {
    let bin = Path::new(env!("CARGO_BIN_EXE_evenkeel")).parent().expect("a folder");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    Command::new("sh").arg("-c").arg(line).current_dir(folder).env("PATH", path).env("NO_COLOR", "1").env("COLUMNS", "100").output().expect("sh runs")
}

/// A git repository with a demonstration in it.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let world = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/worlds/parcel-desk");
    let line = format!("cp -R '{}/.' . && git init -q . && git add -A && git -c user.name=t -c user.email=t@localhost commit -qm demo", world.display());
    assert!(run(&line, folder.path()).status.success());
    folder
}

#[test]
fn every_command_runs() {
    let folder = repository();
    let mut ran = 0;
    for block in blocks("sh") {
        // Those two build and test the project itself: whoever runs this test has done both.
        if block.starts_with("cargo install") || block.starts_with("tests/run") || block.starts_with("cargo run") {
            continue;
        }
        if block.contains("<<") {
            let done = run(&block, folder.path());
            assert!(done.status.success(), "{block}");
            let hook = run(".git/hooks/pre-push", folder.path());
            assert_eq!(hook.status.code(), Some(1), "the hook stops a push of what disagrees");
            ran += 1;
            continue;
        }
        for line in block.lines() {
            let done = run(line, folder.path());
            assert!(matches!(done.status.code(), Some(0 | 1)), "{line}: {}", String::from_utf8_lossy(&done.stderr));
            assert!(!done.stdout.is_empty(), "{line} says nothing");
            ran += 1;
        }
    }
    for line in blocks("yaml").iter().flat_map(|block| block.lines()).filter_map(|line| line.strip_prefix("- run: ")) {
        assert_eq!(run(line, folder.path()).status.code(), Some(1), "{line}");
        ran += 1;
    }
    assert!(ran >= 12, "only {ran} commands were found");
}

#[test]
fn the_picture_is_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pictures = blocks("text");
    for (number, line) in ["evenkeel check fixtures/worlds/parcel-desk", "evenkeel diff -C fixtures/worlds/parcel-desk --only service"].iter().enumerate() {
        let picture = pictures.get(number).expect("a picture").trim_end_matches(['…', '\n', ' ']);
        let printed = String::from_utf8(run(line, root).stdout).expect("UTF-8");
        assert!(printed.starts_with(picture), "renew the picture of {line}:\n{printed}");
    }
}

#[test]
fn the_configuration_is_one_that_is_taken() {
    let folder = repository();
    let example = blocks("toml").into_iter().next().expect("an example");
    std::fs::write(folder.path().join("evenkeel.toml"), example).expect("can write");
    let done = run("evenkeel check", folder.path());
    assert!(matches!(done.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&done.stderr));
}
