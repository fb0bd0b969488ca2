//! Env files: nothing of one is lost, nothing in one can break the tokenizer, and each dialect reads
//! what its loader reads, where that loader is at hand.
#![allow(clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use evenkeel::syntax::dotenv::{self, Dialect, Difference, Taken, Token, conflict, read, take, tokens};
use evenkeel::syntax::{At, FileId};
use proptest::prelude::*;

const FILE: FileId = FileId(0);

type Map = BTreeMap<String, String>;

fn ours(text: &str) -> Map {
    let tree = dotenv::parse(FILE, text, |_| {});
    tree.entries().iter().map(|(key, value)| (key.text.to_string(), value.text().unwrap_or("").to_owned())).collect()
}

fn as_read_by(dialect: Dialect, text: &str) -> Map {
    read(&tokens(FILE, text), dialect).into_iter().filter_map(|entry| Some((entry.key, entry.value?))).collect()
}

fn theirs(text: &str) -> Map {
    dotenvy::from_read_iter(text.as_bytes()).map(|item| item.expect("dotenvy reads it")).collect()
}

fn line() -> impl Strategy<Value = String> {
    let name = "[A-Z][A-Z0-9_]{0,8}";
    let plain = (name, "[a-z0-9./:@%+-]{0,12}").prop_map(|(name, value)| format!("{name}={value}"));
    let quoted =
        (name, "[a-z0-9 ./:@#=%+-]{0,12}", prop::sample::select(vec!['"', '\''])).prop_map(|(name, value, quote)| format!("{name}={quote}{value}{quote}"));
    let exported = (name, "[a-z0-9]{1,8}").prop_map(|(name, value)| format!("export {name}={value}"));
    let commented = (name, "[a-z0-9]{1,8}", "[a-z ]{0,8}").prop_map(|(name, value, comment)| format!("{name}={value} # {comment}"));
    let lines = (name, "[a-z0-9 ]{0,6}", "[a-z0-9 ]{0,6}").prop_map(|(name, one, two)| format!("{name}=\"{one}\n{two}\""));
    prop_oneof![plain, quoted, exported, commented, lines, Just("# a comment".to_owned()), Just(String::new())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plain_files_are_read_as_dotenvy_reads_them(lines in prop::collection::vec(line(), 0..12)) {
        let text = lines.join("\n");
        prop_assert_eq!(ours(&text), theirs(&text));
        prop_assert_eq!(as_read_by(Dialect::Rust, &text), theirs(&text));
        prop_assert_eq!(as_read_by(Dialect::Compose, &text), theirs(&text));
    }

    #[test]
    fn loaders_part_over_no_plain_line(line in "[A-Z_]{1,6}=[a-z0-9./:@%+-]{0,12}") {
        for one in assignments(&line) {
            prop_assert_eq!(conflict(&one, &Dialect::all().collect::<Vec<_>>()), None);
        }
    }

    #[test]
    fn nothing_is_lost_and_nothing_breaks(text in "([A-Z]{1,2}|[=:#'\"`$ \t\\\\\u{feff}é{}-]|\n|\r\n|export |-----BEGIN|-----END){0,60}") {
        let lines = tokens(FILE, &text);
        let whole: String = lines.iter().flat_map(|line| [line.text, line.end]).collect();
        prop_assert_eq!(&whole, &text);
        for line in &lines {
            if let Token::Assignment(one) = &line.token {
                prop_assert!(dotenv::is_name(one.key));
                prop_assert_eq!(piece(&text, one.key_at), one.key);
                for dialect in Dialect::all() {
                    take(one, dialect);
                }
                conflict(one, &Dialect::all().collect::<Vec<_>>());
            }
        }
    }
}

/// What stands at a place.
fn piece(text: &str, at: At) -> String {
    let line = text.split('\n').nth(at.line as usize - 1).unwrap_or("");
    line.chars().skip(at.column as usize - 1).take(at.width as usize).collect()
}

fn assignments(text: &str) -> Vec<dotenv::Assignment<'_>> {
    tokens(FILE, text).iter().filter_map(|line| if let Token::Assignment(one) = line.token { Some(one) } else { None }).collect()
}

/// What two loaders are said to make of a line.
fn said(text: &str, one: Dialect, other: Dialect) -> Option<(Difference, Dialect)> {
    let assignment = *assignments(text).first().expect("an assignment");
    conflict(&assignment, &[one, other]).map(|conflict| (conflict.difference, conflict.one))
}

#[test]
fn dialects_part_where_they_are_known_to() {
    use Dialect::{Compose, Direnv, Docker, Expand, Node, Python, Ruby, Rust, Shell};
    // Compose takes the fallback into a later step; dotenvy makes it empty at once.
    assert_eq!(ours("A=${X:-d}").get("A").map(String::as_str), Some("${X:-d}"));
    // What is no name is no key: the body of a key in PEM form must not appear as one.
    assert!(ours("MIIEpAIBAAKCAQEA7f+/x==\n").is_empty());
    assert!(ours("-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA7f\nabc==\n-----END KEY-----").is_empty());
    // A colon is Compose's other separator.
    assert_eq!(ours("KEY: value").get("KEY").map(String::as_str), Some("value"));

    for (line, one, other, difference, doer) in [
        ("P=abc#123", Compose, Node, Difference::Hash, Node),
        ("P=abc#123", Ruby, Python, Difference::Hash, Ruby),
        ("P=abc#123", Direnv, Rust, Difference::Hash, Direnv),
        ("P=abc # note", Docker, Compose, Difference::Hash, Compose),
        ("P=\"pa$word\"", Node, Compose, Difference::Dollar, Compose),
        ("P=\"pa$word\"", Python, Ruby, Difference::Dollar, Ruby),
        ("P='pa$word'", Expand, Compose, Difference::Dollar, Expand),
        ("P=${X:-d}", Compose, Rust, Difference::Default, Compose),
        ("P=${X:-d}", Node, Python, Difference::Dollar, Python),
        ("P=\"x\"", Docker, Shell, Difference::Quotes, Shell),
        ("P=\"x\ny\"", Docker, Python, Difference::Lines, Python),
        ("P=\"x\\ty\"", Node, Python, Difference::Backslash, Python),
        ("export P=x", Docker, Node, Difference::Refused, Node),
        ("P = x", Shell, Node, Difference::Dropped, Node),
        ("P: x", Python, Node, Difference::Dropped, Node),
        ("P:linger.ms=10", Docker, Compose, Difference::Name, Docker),
        ("P=x y", Rust, Compose, Difference::Refused, Compose),
        ("P=x  ", Docker, Compose, Difference::Space, Compose),
        ("P=x\r\n", Shell, Compose, Difference::Space, Compose),
    ] {
        assert_eq!(said(line, one, other), Some((difference, doer)), "{line:?} for {one:?} and {other:?}");
    }
    for (line, one, other) in [
        ("P=${X:-d}", Compose, Shell),
        ("P=\"$X\"", Compose, Ruby),
        ("P='a#b'", Node, Compose),
        ("P=   # note", Node, Compose),
        ("P=${X}", Compose, Rust),
        ("P=a$$b", Compose, Node),
        ("P=x\r\n", Node, Compose),
    ] {
        assert_eq!(said(line, one, other), None, "{line:?} for {one:?} and {other:?}");
    }
}

#[test]
fn no_value_depends_on_the_process() {
    // PATH is surely set here, and no dialect may fill it in.
    for dialect in Dialect::all() {
        for line in ["A=$PATH", "A=\"${PATH}\"", "A=x${PATH:-y}"] {
            let Some(one) = assignments(line).first().copied() else { continue };
            if let Taken::As(entry) = take(&one, dialect) {
                assert!(entry.value.is_some_and(|value| value.contains("PATH")), "{dialect:?} {line}");
            }
        }
    }
}

/// Lines that say much about a loader. No variables: what they become depends on the process.
const TELLING: &[&str] = &[
    "A=b",
    "A=",
    "A=abc#123",
    "A=b # note",
    "A=\"b # c\"",
    "A='b # c'",
    "A='b'",
    "A=\"b\" # note",
    "export A=b",
    "A=\"a\nb\"",
    "A=\"x\\ny\"",
    "A='x\\ny'",
    "# A=b",
    "A_1=b",
    "A=b=c",
    "A=http://x:80/y?z",
    "A='b'\r\nB=c",
];

fn oracle(name: &str, dialect: Dialect, more: &[&str], ask: impl Fn(&Path) -> Option<Map>) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file.env");
    for line in TELLING.iter().chain(more) {
        std::fs::write(&file, line).expect("can write");
        let Some(theirs) = ask(&file) else {
            eprintln!("skipped: no {name} here");
            return;
        };
        let theirs: Map = theirs.into_iter().filter(|(key, _)| key.starts_with(['A', 'B']) && key.len() < 4).collect();
        assert_eq!(as_read_by(dialect, line), theirs, "{name} on {line:?}");
    }
}

fn answer(command: &mut Command) -> Option<String> {
    let told = command.env_clear().env("PATH", std::env::var_os("PATH")?).output().ok()?;
    told.status.success().then(|| String::from_utf8_lossy(&told.stdout).into_owned())
}

#[test]
fn python_reads_what_python_dotenv_reads() {
    const ASK: &str =
        "import dotenv, json, sys; print(json.dumps({k: v for k, v in dotenv.dotenv_values(sys.argv[1], interpolate=False).items() if v is not None}))";
    let more = ["A = b", "A: b", "A", "A=\"x\\ty\"", "A=b c"];
    oracle("python-dotenv", Dialect::Python, &more, |file| {
        let told = answer(Command::new("python3").args(["-c", ASK]).arg(file))?;
        serde_json::from_str(&told).ok()
    });
}

#[test]
fn node_reads_what_node_reads() {
    let more = ["A = b", "A=`b`", "A=b c", "A-B=c"];
    oracle("node --env-file", Dialect::Node, &more, |file| {
        let flag = format!("--env-file={}", file.display());
        let told = answer(Command::new("node").args([flag.as_str(), "-e", "console.log(JSON.stringify(process.env))"]))?;
        serde_json::from_str(&told).ok()
    });
}

#[test]
fn the_shell_reads_what_bash_reads() {
    let more = ["A = b", "A: b", "A=b c", "A=b\r\n", "A=\"x\\ty\"", "A-B=c"];
    oracle("bash", Dialect::Shell, &more, |file| {
        let told = answer(Command::new("bash").args(["-c", "set -a; . \"$1\" 2>/dev/null; env -0", "-"]).arg(file))?;
        Some(told.split('\0').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    });
}
