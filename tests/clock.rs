//! This machine's clock against time servers: two real ones on loopback, of which one knows the time, and a few that a
//! test plays. `tests/run` starts the real ones; without them this says what it leaves out.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs, reason = "a test")]

use std::io::Write as _;
use std::net::UdpSocket;
use std::process::Command;
use std::time::{Duration, Instant};

/// The addresses of a server that knows the time and of one that does not, or a loud word that there are none.
fn servers(test: &str) -> Option<(String, String)> {
    let told = std::env::var("EVENKEEL_TEST_NTP").unwrap_or_default();
    let Some((knowing, other)) = told.split_once(',') else {
        // Past the capture of output, which would keep it from being seen.
        let word = format!("LEFT OUT: {test} wants time servers: EVENKEEL_TEST_NTP=HOST:PORT,HOST:PORT, which tests/run sets\n");
        let _ = std::io::stderr().write_all(word.as_bytes());
        return None;
    };
    Some((knowing.to_owned(), other.to_owned()))
}

/// What `check` says with this machine's clock against a server, started by these words.
fn check(before: &[&str], server: &str) -> (String, Option<i32>) {
    let folder = tempfile::tempdir().expect("a folder");
    let live = format!("--live=staging=host:{server}");
    let words = [before, &[env!("CARGO_BIN_EXE_evenkeel"), "check", &live, "--verbose", "--live-timeout", "3"]].concat();
    let told = Command::new(words[0]).args(&words[1..]).current_dir(folder.path()).env("NO_COLOR", "1").output().expect("it runs");
    (format!("{}{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr)), told.status.code())
}

#[test]
fn a_clock_that_goes_right_is_in_step() {
    let Some((server, _)) = servers("a_clock_that_goes_right_is_in_step") else { return };
    let (said, code) = check(&[], &server);
    assert!(said.contains("in order host-clock clock"), "{said}");
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_clock_that_is_off_is_found() {
    let Some((server, _)) = servers("a_clock_that_is_off_is_found") else { return };
    for (shift, expected) in [("+40s", "the clock is off: staging 40 s ahead"), ("-90s", "the clock is off: staging 90 s behind")] {
        let (said, code) = check(&["faketime", "-f", shift], &server);
        assert!(said.contains(expected) && said.contains(&format!("ntp://{server}")), "{said}");
        assert_eq!(code, Some(1), "{said}");
    }
}

#[test]
fn a_server_that_does_not_know_the_time_is_a_gap() {
    let Some((_, server)) = servers("a_server_that_does_not_know_the_time_is_a_gap") else { return };
    let (said, code) = check(&[], &server);
    assert!(said.contains("it is not synchronised [staging]") && !said.contains("clock is off"), "{said}");
    assert_eq!(code, Some(3), "{said}");
}

/// A server that sends these packets for each question, and the address it is at.
fn played(answer: fn(&[u8]) -> Vec<Vec<u8>>) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = socket.local_addr().expect("bound").to_string();
    std::thread::spawn(move || {
        let mut packet = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut packet) {
            answer(&packet[..length]).iter().for_each(|packet| drop(socket.send_to(packet, from)));
        }
    });
    address
}

/// An answer that is whole but for what the test makes of it: the time is that of 1900.
fn whole(question: &[u8]) -> Vec<u8> {
    let mut packet = vec![0; 48];
    (packet[0], packet[1]) = (4 << 3 | 4, 2);
    packet[24..32].copy_from_slice(&question[40..48]);
    (packet[35], packet[43]) = (1, 1);
    packet
}

#[test]
fn what_is_no_answer_to_the_question_is_not_listened_to() {
    let gap = |answer: fn(&[u8]) -> Vec<Vec<u8>>, expected: &str| {
        let begun = Instant::now();
        let (said, code) = check(&[], &played(answer));
        assert!(said.contains(expected) && !said.contains("clock is off") && !said.contains("swordfish"), "{expected}: {said}");
        assert_eq!(code, Some(3), "{said}");
        assert!(begun.elapsed() < Duration::from_secs(8), "{expected} took {:?}", begun.elapsed());
    };
    const FOREIGN: &str = "what answers there is no time server, or answers somebody else";
    gap(|_| Vec::new(), "no answer within the time limit (--live-timeout)");
    gap(|question| vec![question.to_vec()], FOREIGN);
    gap(|_| vec![b"swordfishcanary".to_vec(), Vec::new(), vec![0x24; 400]], FOREIGN);
    gap(
        |question| {
            let mut other = whole(question);
            other[24] ^= 1;
            vec![other]
        },
        FOREIGN,
    );
    gap(
        |question| {
            let mut kiss = whole(question);
            (kiss[0], kiss[1]) = (3 << 6 | 4 << 3 | 4, 0);
            kiss[12..16].copy_from_slice(b"DENY");
            vec![kiss]
        },
        "the time server wants not to be asked (kiss-o'-death)",
    );
    // Noise before it takes nothing from the answer.
    let (said, _) = check(&[], &played(|question| vec![b"noise".to_vec(), whole(question)]));
    assert!(said.contains("clock is off"), "{said}");
}

#[test]
fn an_answer_from_another_address_is_not_listened_to() {
    let (asked, other) = (UdpSocket::bind("127.0.0.1:0").expect("a port"), UdpSocket::bind("127.0.0.1:0").expect("a port"));
    let address = asked.local_addr().expect("bound").to_string();
    std::thread::spawn(move || {
        let mut packet = [0; 512];
        while let Ok((length, from)) = asked.recv_from(&mut packet) {
            let _ = other.send_to(&whole(&packet[..length]), from);
        }
    });
    let (said, code) = check(&[], &address);
    assert!(said.contains("no answer within the time limit (--live-timeout)") && !said.contains("clock is off"), "{said}");
    assert_eq!(code, Some(3), "{said}");
}

#[test]
fn nothing_that_is_no_server_is_asked() {
    for wrong in ["-x", "a b", "scout:swordfishcanary@a", "host:0"] {
        let (said, code) = check(&[], wrong);
        assert!(said.contains("the address after 'staging=host:'") && !said.contains("swordfish"), "{said}");
        assert_eq!(code, Some(2), "{said}");
    }
    let (said, code) = check(&[], "no-such-server.invalid");
    assert!(said.contains("there is no time server of this name"), "{said}");
    assert_eq!(code, Some(3), "{said}");
}
