//! Sources that run programs: commands, this machine; and that nobody's repository makes evenkeel run one.
#![cfg(unix)]
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// What must never be seen.
const CANARY: &str = "hunter2canary";

struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    /// A repository whose code cannot do without `DATABASE_URL`.
    fn new() -> Shop {
        let shop = Shop { folder: tempfile::tempdir().expect("a folder") };
        std::fs::create_dir(shop.root()).expect("a folder");
        shop.write("app.py", "import os\nURL = os.environ[\"DATABASE_URL\"]\nFROM = os.environ[\"MAIL_FROM\"]\n");
        shop.write(".env.example", "DATABASE_URL=\nMAIL_FROM=\n");
        shop
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("shop")
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.root().join(path), text).expect("written");
    }

    /// A program of the repository.
    fn program(&self, path: &str, script: &str) {
        self.write(path, &format!("#!/bin/sh\n{script}\n"));
        std::fs::set_permissions(self.root().join(path), std::fs::Permissions::from_mode(0o755)).expect("allowed");
    }

    /// What evenkeel says, and its exit code. The secret is never among it.
    fn evenkeel(&self, arguments: &[&str]) -> (String, Option<i32>) {
        let state = self.folder.path().join("state");
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.args(arguments).current_dir(self.root()).env("NO_COLOR", "1").env("COLUMNS", "160").env("XDG_STATE_HOME", state);
        let told = command.output().expect("it runs");
        let said = format!("{}{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
        assert!(!said.contains(CANARY), "{said}");
        (said, told.status.code())
    }
}

#[test]
fn what_a_program_prints_is_an_environment() {
    let shop = Shop::new();
    shop.program(
        "lines.sh",
        &format!("echo MAIL_FROM=\"'desk at mill'\"; echo DATABASE_URL=postgres://app:{CANARY}@db.internal/shop; echo complaint {CANARY} >&2"),
    );
    shop.program("object.sh", "echo '{\"MAIL_FROM\": \"desk@mill.test\"}'");
    let (said, code) = shop.evenkeel(&["check", "--live=prod=command:./lines.sh --flag 'two words'"]);
    assert_eq!(code, Some(0), "{said}");
    let (said, code) = shop.evenkeel(&["check", "--live=prod=command:./object.sh"]);
    assert!(said.contains("not given to program in command://object.sh, though the code needs it: DATABASE_URL"), "{said}");
    assert_eq!(code, Some(1), "{said}");
    let (said, _) = shop.evenkeel(&["diff", "staging", "prod", "--live=prod=command:./lines.sh", "--live=staging=command:./object.sh"]);
    assert!(said.contains("± DATABASE_URL  –"), "{said}");
    // What another evenkeel says is taken as it is.
    let (said, code) = shop.evenkeel(&["snapshot", "prod", "--live=prod=command:./lines.sh", "-o", "prod.json"]);
    assert_eq!(code, Some(0), "{said}");
    let (said, code) = shop.evenkeel(&["diff", "prod.json", "box", "--live=box=command:cat prod.json"]);
    assert!(said.contains("none differs") || code == Some(0), "{said}");
}

#[test]
fn what_a_program_does_not_say_is_a_gap() {
    let shop = Shop::new();
    shop.program("fails.sh", &format!("echo DATABASE_URL={CANARY}; exit 3"));
    shop.program("talks.sh", &format!("echo 'Welcome! {CANARY} is your password'"));
    shop.program("hangs.sh", "echo DATABASE_URL=x; exec >&-; sleep 60");
    shop.program("silent.sh", "sleep 60 & wait");
    for (line, reason) in [
        ("./fails.sh", "the command ended with an error"),
        ("./talks.sh", "it prints lines that are no variables"),
        ("./hangs.sh", "no answer within the time limit"),
        ("./silent.sh", "no answer within the time limit"),
        ("yes", "it prints more than the limit of 16 MiB"),
        ("true", "it prints no variable"),
        ("./none.sh", "there is no such program, or it may not be run"),
    ] {
        let start = Instant::now();
        let (said, code) = shop.evenkeel(&["check", "--live-timeout=1", &format!("--live=prod=command:{line}")]);
        assert!(said.contains(reason), "{line}: {said}");
        assert_eq!(code, Some(3), "{line}: {said}");
        assert!(start.elapsed() < Duration::from_secs(30), "{line}");
    }
    let (said, code) = shop.evenkeel(&["check", &format!("--live=prod=command:echo '{CANARY}")]);
    assert!(said.contains("a quote is not closed"), "{said}");
    assert_eq!(code, Some(2), "{said}");
}

#[test]
fn what_a_repository_declares_is_asked_only_where_it_is_trusted() {
    let shop = Shop::new();
    let ran = shop.folder.path().join("ran");
    shop.program("prod.sh", &format!("touch {}; echo DATABASE_URL=postgres://db.internal/shop; echo MAIL_FROM=a@mill.test", ran.display()));
    shop.write("evenkeel.toml", &format!("[[live]]\nenvironment = \"prod\"\nsource = \"command:./prod.sh --token {CANARY} --app=shop\"\n"));
    // Of its own accord nothing is asked.
    let (said, code) = shop.evenkeel(&["check"]);
    assert_eq!((code, ran.exists()), (Some(0), false), "{said}");
    let (said, code) = shop.evenkeel(&["check", "--live", "prod"]);
    assert!(said.contains("evenkeel.toml: not trusted: `evenkeel trust` shows what it would reach or run [prod]"), "{said}");
    assert_eq!((code, ran.exists()), (Some(3), false), "{said}");
    // Nobody sits there to say yes.
    let (said, code) = shop.evenkeel(&["trust"]);
    assert!(said.contains("evenkeel.toml:3  prod  runs ./prod.sh --token ‹hidden› --app=shop") && said.contains("which runs "), "{said}");
    assert_eq!(code, Some(1), "{said}");
    let (said, code) = shop.evenkeel(&["check", "--live", "all"]);
    assert_eq!((code, ran.exists()), (Some(3), false), "{said}");
    let (said, code) = shop.evenkeel(&["trust", "--yes"]);
    assert_eq!(code, Some(0), "{said}");
    let (said, code) = shop.evenkeel(&["check", "--live", "all"]);
    assert_eq!((code, ran.exists()), (Some(0), true), "{said}");
    // Whoever changes the program, or what is declared, has to be trusted anew.
    std::fs::remove_file(&ran).expect("removed");
    shop.program("prod.sh", &format!("touch {}; curl evil.test", ran.display()));
    let (said, code) = shop.evenkeel(&["check", "--live", "all"]);
    assert_eq!((code, ran.exists()), (Some(3), false), "{said}");
    let (said, code) = shop.evenkeel(&["check", "--live", "all", "--trust"]);
    assert_eq!((code, ran.exists()), (Some(3), true), "{said}");
    shop.evenkeel(&["trust", "--yes"]);
    let (said, _) = shop.evenkeel(&["trust", "--revoke"]);
    assert!(said.contains("trusted no more"), "{said}");
    let (said, code) = shop.evenkeel(&["check", "--live", "staging"]);
    assert!(said.contains("declares no live source for 'staging'"), "{said}");
    assert_eq!(code, Some(2), "{said}");
    shop.write("evenkeel.toml", "[[live]]\nenvironment = \"prod\"\nsource = \"comand:x\"\n");
    let (said, code) = shop.evenkeel(&["check", "--live", "prod"]);
    assert!(said.contains("evenkeel.toml:3: there is no live source of this name; did you mean 'command'?"), "{said}");
    assert_eq!(code, Some(2), "{said}");
}

#[test]
fn this_machine_says_what_it_is() {
    let shop = Shop::new();
    shop.write("rust-toolchain.toml", "[toolchain]\nchannel = \"1.2.3\"\n");
    let (said, code) = shop.evenkeel(&["snapshot", "local", "--live=local=host", "-o", "-"]);
    assert_eq!(code, Some(0), "{said}");
    let architecture = Command::new("uname").arg("-m").output().expect("it runs").stdout;
    let architecture = String::from_utf8_lossy(&architecture);
    for part in
        ["\"name\":\"kernel\"", "\"name\":\"file-names\"", "\"name\":\"rust\",\"path\":\"host://self\"", &format!("\"text\":\"{}\"", architecture.trim())]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    // A check runs nothing to find out a version.
    let (said, _) = shop.evenkeel(&["check", "--live=local=host"]);
    assert!(!said.contains("rust"), "{said}");
    // What follows is a time server.
    let (said, code) = shop.evenkeel(&["check", "--live=local=host:elsewhere.invalid"]);
    assert!(code == Some(3) && said.contains("ntp://elsewhere.invalid"), "{said}");
}

/// Trusts what `line` declares, lets `change` happen, and says whether it was asked then all the same.
fn is_still_trusted(shop: &Shop, line: &str, change: impl FnOnce(&Shop)) -> bool {
    shop.write("evenkeel.toml", &format!("[[live]]\nenvironment = \"prod\"\nsource = \"command:{line}\"\n"));
    let (said, code) = shop.evenkeel(&["trust", "--yes"]);
    assert_eq!(code, Some(0), "{said}");
    let (said, code) = shop.evenkeel(&["check", "--live", "prod"]);
    assert_eq!(code, Some(0), "{said}");
    change(shop);
    let (said, _) = shop.evenkeel(&["check", "--live", "prod"]);
    !said.contains("not trusted")
}

#[test]
fn what_a_trusted_command_names_is_held_as_it_was() {
    let shop = Shop::new();
    let lines = "echo DATABASE_URL=postgres://db.internal/shop; echo MAIL_FROM=a@mill.test";
    shop.program("good.sh", lines);
    shop.program("other.sh", &format!("{lines}; true"));
    std::fs::create_dir(shop.root().join("tools")).expect("a folder");
    shop.program("tools/env.sh", lines);
    assert!(is_still_trusted(&shop, "./good.sh --file=x", |shop| shop.write("unrelated.txt", "x")));
    assert!(!is_still_trusted(&shop, "sh -c './tools/env.sh --quiet'", |shop| shop.program("tools/env.sh", "echo A=1")));
    shop.program("tools/env.sh", lines);
    assert!(!is_still_trusted(&shop, "sh tools/env.sh --in=tools", |shop| shop.write("tools/more.py", "x")));
    std::os::unix::fs::symlink("good.sh", shop.root().join("link.sh")).expect("a link");
    let lead_elsewhere = |shop: &Shop| {
        std::fs::remove_file(shop.root().join("link.sh")).expect("removed");
        std::os::unix::fs::symlink("other.sh", shop.root().join("link.sh")).expect("a link");
    };
    assert!(!is_still_trusted(&shop, "./link.sh", lead_elsewhere));
}

#[test]
fn a_program_of_the_repository_is_its_own_from_wherever_it_is_asked() {
    let shop = Shop::new();
    shop.program("env.sh", "echo DATABASE_URL=postgres://db.internal/shop; echo MAIL_FROM=a@mill.test");
    std::fs::create_dir(shop.root().join("shop")).expect("a folder");
    shop.program("shop/env.sh", "echo A=1");
    shop.write("evenkeel.toml", "[[live]]\nenvironment = \"prod\"\nsource = \"command:./env.sh\"\n");
    let told = Command::new(env!("CARGO_BIN_EXE_evenkeel")).args(["check", "shop", "--live", "prod", "--trust"]).current_dir(shop.folder.path()).output();
    let told = told.expect("it runs");
    assert_eq!(told.status.code(), Some(0), "{}", String::from_utf8_lossy(&told.stdout));
}

#[test]
fn what_lies_in_a_checkout_runs_nothing_for_a_version() {
    let shop = Shop::new();
    let ran = shop.folder.path().join("ran");
    shop.write("go.mod", "module shop\n\ngo 1.99.0\n");
    shop.write("rust-toolchain.toml", "[toolchain]\nchannel = \"1.2.3\"\n");
    shop.program("rustc", &format!("touch {}", ran.display()));
    shop.evenkeel(&["snapshot", "local", "--live=local=host", "-o", "-"]);
    assert!(!ran.exists());
}

#[test]
fn whoever_ends_evenkeel_ends_what_it_runs() {
    let shop = Shop::new();
    let begun = shop.folder.path().join("begun");
    shop.program("waits.sh", &format!("echo $$ >{}; sleep 120", begun.display()));
    let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
    let mut running = command.args(["check", "--live=prod=command:./waits.sh", "--live-timeout=100"]).current_dir(shop.root()).spawn().expect("it runs");
    let pid = loop {
        match std::fs::read_to_string(&begun) {
            Ok(pid) if pid.ends_with('\n') => break pid.trim().to_owned(),
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let signal = |signal: &str, pid: &str| Command::new("kill").args([signal, pid]).output().expect("kill runs").status.success();
    assert!(signal("-INT", &running.id().to_string()));
    running.wait().expect("it ends");
    for _ in 0..100 {
        if !signal("-0", &pid) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(!signal("-0", &pid), "it still runs");
}
