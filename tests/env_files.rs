//! Env files: where no dialect differs, what is read is what dotenvy, the loader of the Rust world,
//! reads too.
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

use std::collections::BTreeMap;

use evenkeel::syntax::{FileId, dotenv};
use proptest::prelude::*;

fn ours(text: &str) -> BTreeMap<String, String> {
    let tree = dotenv::parse(FileId(0), text, |_| {});
    tree.entries().iter().map(|(key, value)| (key.text.to_string(), value.text().unwrap_or("").to_owned())).collect()
}

fn theirs(text: &str) -> BTreeMap<String, String> {
    dotenvy::from_read_iter(text.as_bytes()).map(|item| item.expect("dotenvy reads it")).collect()
}

fn line() -> impl Strategy<Value = String> {
    let name = "[A-Z][A-Z0-9_]{0,8}";
    let plain = (name, "[a-z0-9./:@%+-]{0,12}").prop_map(|(name, value)| format!("{name}={value}"));
    let quoted =
        (name, "[a-z0-9 ./:@#=%+-]{0,12}", prop::sample::select(vec!['"', '\''])).prop_map(|(name, value, quote)| format!("{name}={quote}{value}{quote}"));
    let exported = (name, "[a-z0-9]{1,8}").prop_map(|(name, value)| format!("export {name}={value}"));
    let commented = (name, "[a-z0-9]{1,8}", "[a-z ]{0,8}").prop_map(|(name, value, comment)| format!("{name}={value} # {comment}"));
    prop_oneof![plain, quoted, exported, commented, Just("# a comment".to_owned()), Just(String::new())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plain_files_are_read_as_dotenvy_reads_them(lines in prop::collection::vec(line(), 0..12)) {
        let text = lines.join("\n");
        prop_assert_eq!(ours(&text), theirs(&text));
    }
}

#[test]
fn dialects_part_where_they_are_known_to() {
    // Compose takes the fallback into a later step; dotenvy makes it empty at once.
    assert_eq!(ours("A=${X:-d}").get("A").map(String::as_str), Some("${X:-d}"));
    // What is no name is no key: the body of a key in PEM form must not appear as one.
    assert!(ours("MIIEpAIBAAKCAQEA7f+/x==\n").is_empty());
    // A colon is Compose's other separator.
    assert_eq!(ours("KEY: value").get("KEY").map(String::as_str), Some("value"));
}
