//! A file that may not be opened is a gap, and the check does not end well. Root may open anything,
//! so there the program runs as nobody.
#![cfg(unix)]
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

const NOBODY: u32 = 65_534;

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("can change the mode");
}

#[test]
fn a_file_that_may_not_be_opened_is_a_gap_and_no_clean_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tree, program) = (folder.path().join("tree"), folder.path().join("evenkeel"));
    std::fs::create_dir_all(tree.join("locked")).expect("can write");
    std::fs::copy(env!("CARGO_BIN_EXE_evenkeel"), &program).expect("can copy");
    std::fs::write(tree.join("compose.yaml"), "services:\n  db:\n    image: postgres:16\n").expect("can write");
    std::fs::write(tree.join(".nvmrc"), "22\n").expect("can write");
    mode(folder.path(), 0o755);
    mode(&tree, 0o755);
    mode(&tree.join("compose.yaml"), 0o000);
    mode(&tree.join("locked"), 0o000);
    let mut command = Command::new(&program);
    command.arg("check").arg(&tree).env("NO_COLOR", "1");
    if folder.path().metadata().expect("is there").uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    let done = command.output().expect("runs");
    mode(&tree.join("locked"), 0o755);
    let said = String::from_utf8_lossy(&done.stdout);
    assert_eq!(done.status.code(), Some(3), "{said}{}", String::from_utf8_lossy(&done.stderr));
    assert!(said.contains("compose.yaml: could not be opened") && said.contains("locked: could not be opened"), "{said}");
}
