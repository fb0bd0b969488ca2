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

#[test]
fn what_a_clean_checkout_cannot_have_is_no_gap() {
    let tree = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| std::fs::write(tree.path().join(path), text).expect("can write");
    std::fs::create_dir(tree.path().join("web")).expect("can write");
    write("compose.yaml", "services:\n  db:\n    image: postgres:16\n");
    // A link to the env file that everybody has for themselves, and an image that a script fills in.
    std::os::unix::fs::symlink("../.env", tree.path().join("web/.env")).expect("can link");
    write("Dockerfile-alpine.template", "FROM node:%%NODE%%-alpine\nRUN true\n%%EXTRAS%%\n");
    write("Dockerfile.in", "FROM node:@NODE@\n@EXTRAS@\n");
    // A link to a file that should be here is one.
    let check = || {
        let done = Command::new(env!("CARGO_BIN_EXE_evenkeel")).arg("check").arg(tree.path()).env("NO_COLOR", "1").output().expect("runs");
        (String::from_utf8_lossy(&done.stdout).into_owned(), done.status.code())
    };
    let (said, code) = check();
    assert!(code == Some(0) && !said.contains("gap:"), "{said}");
    std::os::unix::fs::symlink("../compose.yaml", tree.path().join("web/compose.yaml")).expect("can link");
    std::os::unix::fs::symlink("../gone.yaml", tree.path().join("web/compose.prod.yaml")).expect("can link");
    let (said, code) = check();
    assert!(code == Some(3) && said.contains("gap: web/compose.prod.yaml: the file does not exist"), "{said}");
}
