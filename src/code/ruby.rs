//! What is peculiar to Ruby: blocks that give a default, lists of words, and settings that variables
//! of a prefix override.

use std::ops::Range;

use super::Found;
use super::finder::{Finder, is_upper_name};
use crate::model::{Need, Stance};

/// How far the name that a block is given is looked for in it.
const BLOCK: usize = 60;

/// Adds what a file asks for beside plain calls.
pub(super) fn find(finder: &mut Finder<'_, '_>) {
    let code = finder.code;
    for at in 0..code.len() {
        if code.is_word(at, "ENV") && code.is_word(at + 2, "fetch") && code.is(at + 3, "(") {
            let found = block(finder, at + 4);
            finder.better(found);
        } else if code.raw(at).starts_with("%w") {
            words(finder, at);
        } else if code.is_word(at, "env_prefix") && code.is(at + 1, "=") {
            let prefix = code.text(at + 2).map(|(text, _, range)| (format!("{text}_*"), range));
            finder.better(prefix.map(|(name, range)| Found { name, range, stance: Stance::Dynamic, need: Need::Bare, default: None }));
        }
    }
}

/// `ENV.fetch("X") { "d" }`
fn block(finder: &Finder<'_, '_>, text: usize) -> Option<Found> {
    let code = finder.code;
    let (name, plain, range) = code.text(text)?;
    let open = text + 2;
    let is_block = code.is(text + 1, ")") && (code.is(open, "{") || code.is_word(open, "do"));
    let end = code.mate(open).unwrap_or_else(|| (open..open + BLOCK).find(|at| code.is_word(*at, "end")).unwrap_or(open));
    let mut start = open + 1;
    if code.is(start, "|") {
        start = (start + 1..end).find(|at| code.is(*at, "|"))? + 1;
    }
    let start = code.skip(start);
    let fails = code.word(start).is_some_and(|word| finder.words.need.fatal.contains(word));
    let need = if fails { Need::Required } else { Need::Optional };
    (is_block && plain).then(|| Found { name: name.to_owned(), range, stance: Stance::Read, need, default: code.literal(start..end) })
}

/// `%w[A B].each { |name| ENV[name] }`
fn words(finder: &mut Finder<'_, '_>, at: usize) {
    let code = finder.code;
    let Some((text, _, range)) = code.text(at).filter(|_| code.is(at + 1, ".")) else { return };
    let Some(handed) = (at + 3..at + 7).find(|at| code.is(*at, "|")).and_then(|bar| code.word(bar + 1)) else { return };
    let is_read = |place: usize| {
        let index = code.is_word(place, "ENV") && code.is(place + 1, "[") && code.is_word(place + 2, handed);
        let fetched = code.is_word(place, "ENV") && code.is(place + 3, "(") && code.is_word(place + 4, handed);
        (index || fetched).then(|| (if index { place + 2 } else { place + 4 }, fetched && code.is_word(place + 2, "fetch")))
    };
    let Some((argument, fails)) = (at + 3..at + BLOCK).find_map(is_read) else { return };
    finder.is_known(argument);
    let need = if fails { Need::Required } else { Need::Bare };
    let found: Vec<Found> = parts(text, range.start)
        .filter(|(name, _)| is_upper_name(name))
        .map(|(name, range)| Found { name: name.to_owned(), range, stance: Stance::Read, need, default: None })
        .collect();
    finder.better(found);
}

/// The words of a text that begins at an offset.
fn parts(text: &str, start: usize) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut at = start;
    text.split(|c: char| c.is_ascii_whitespace()).map(move |word| {
        let from = at;
        at += word.len() + 1;
        (word, from..from + word.len())
    })
}
