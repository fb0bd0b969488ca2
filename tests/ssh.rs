//! What another machine says over ssh: a real sshd of the test's own, on loopback, with keys of its own.
#![cfg(unix)]
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

mod sshd;

use sshd::Sshd;

const TEST: &str = "LEFT OUT: tests/ssh.rs wants sshd, ssh and ssh-keygen, which tests/run installs\n";

#[test]
fn another_machine_says_what_it_is() {
    let Some(sshd) = Sshd::start(TEST, &[]) else { return };
    std::fs::write(sshd.folder().join("rust-toolchain.toml"), "[toolchain]\nchannel = \"1.2.3\"\n").expect("written");
    let live = format!("--live=prod=ssh:{}", sshd.address());
    let (said, code) = sshd.evenkeel(&["snapshot", "prod", &live, "-o", "-"]);
    // A client of an engine may be there without one; nothing else is missing.
    assert!(code == Some(0) || said.matches("\"reason\"").count() == 1 && said.contains("its container engine does not answer this user"), "{said}");
    for part in ["\"format\":\"ssh\"", "\"path\":\"ssh://127.0.0.1\"", "\"name\":\"architecture\"", "\"name\":\"clock\"", "\"text\":\"in step\""] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let (said, code) = sshd.evenkeel(&["diff", "local", "prod", "--only=host", "--live=local=host", &live]);
    assert!(said.contains("architecture") && said.contains("± clock"), "{said}");
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn a_machine_that_is_not_reached_is_a_gap() {
    let Some(sshd) = Sshd::start(TEST, &[]) else { return };
    let (said, code) = sshd.evenkeel(&["check", "--live=prod=ssh:nobody@127.0.0.1:1", "--live-timeout=5"]);
    assert!(said.contains("ssh does not get there"), "{said}");
    assert_eq!(code, Some(3), "{said}");
    // A key that the machine does not know.
    let (said, code) = sshd.strangers().evenkeel(&["check", &format!("--live=prod=ssh:{}", sshd.address())]);
    assert!(said.contains("ssh does not get there"), "{said}");
    assert_eq!(code, Some(3), "{said}");
    let (said, code) = sshd.evenkeel(&["check", "--live=prod=ssh:-oProxyCommand=touch${IFS}x"]);
    assert!(said.contains("is none that ssh reaches") && !said.contains("ProxyCommand"), "{said}");
    assert_eq!(code, Some(2), "{said}");
}

#[test]
fn an_answer_that_breaks_off_is_a_gap() {
    // The machine runs something else than what it is told.
    for command in ["ForceCommand echo swordfishcanary", "ForceCommand head -c 900 /dev/zero", "ForceCommand true"] {
        let Some(sshd) = Sshd::start(TEST, &[command]) else { return };
        let (said, code) = sshd.evenkeel(&["check", &format!("--live=prod=ssh:{}", sshd.address())]);
        assert!(said.contains("its answer broke off") && !said.contains("swordfish"), "{said}");
        assert_eq!(code, Some(3), "{said}");
    }
}
