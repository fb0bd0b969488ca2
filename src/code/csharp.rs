//! What is peculiar to .NET: a key of the configuration is a variable whose name has `__` for `:`,
//! and whatever else is written there is a layer below it.

use std::ops::Range;

use super::Found;
use super::finder::Finder;
use super::tokens::Code;
use crate::model::{Need, Stance};

/// What calls of a configuration take a key.
const CALLS: &[&str] = &["GetValue", "GetConnectionString", "GetSection", "GetRequiredSection"];

/// Adds what a file asks the configuration for.
pub(super) fn find(finder: &mut Finder<'_, '_>) {
    let mut out = Vec::new();
    reads(finder.code, &mut out);
    finder.better(out);
}

fn reads(code: &Code<'_>, out: &mut Vec<Found>) {
    for at in 0..code.len() {
        let Some(word) = code.word(at) else { continue };
        if is_configuration(word) {
            // `configuration["A:B"]`
            let open = at + if code.is(at + 1, "!") { 2 } else { 1 };
            let Some(close) = code.is(open, "[").then(|| code.mate(open)).flatten().filter(|close| *close == open + 2) else { continue };
            let written = code.is(close + 1, "=") && !code.is(close + 1, "==");
            out.extend(
                key(code, open + 1)
                    .filter(|_| !written)
                    .filter(|(name, _)| name.contains("__") || super::filled::is_upper(name))
                    .map(|(name, range)| read(name, range)),
            );
        } else if CALLS.contains(&word) && code.is_before(at, ".") && at.checked_sub(2).and_then(|before| code.word(before)).is_some_and(is_configuration) {
            out.extend(call(code, at, word));
        }
    }
}

/// Whether a variable or a property is called like a configuration.
fn is_configuration(word: &str) -> bool {
    let word = word.trim_start_matches('_').to_ascii_lowercase();
    word.ends_with("configuration") || word.ends_with("config")
}

fn read(name: String, range: Range<usize>) -> Found {
    Found { name, range, stance: Stance::Read, need: Need::Optional, default: None }
}

/// The variable that a key of the configuration can be given by.
fn key(code: &Code<'_>, at: usize) -> Option<(String, Range<usize>)> {
    let (text, plain, range) = code.text(at)?;
    let sound = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':'))
        && !text.ends_with(':');
    (plain && sound).then(|| (text.replace(':', "__"), range))
}

fn call(code: &Code<'_>, at: usize, word: &str) -> Option<Found> {
    let open = if code.is(at + 1, "<") { (at + 2..at + 12).find(|at| code.is(*at, "("))? } else { at + 1 };
    let arguments = code.arguments(open);
    let first = arguments.first()?;
    let (name, range) = key(code, first.start)?;
    let default = arguments.get(1).and_then(|part| code.literal(part.clone()));
    Some(match word {
        "GetConnectionString" => read(format!("ConnectionStrings__{name}"), range),
        "GetValue" => Found { default, ..read(name, range) },
        _ => Found { name: format!("{name}__*"), stance: Stance::Dynamic, need: Need::Bare, ..read(String::new(), range) },
    })
}
