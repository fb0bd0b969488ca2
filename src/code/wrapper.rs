//! Functions of a file that read the variable whose name they are given, whatever they are called:
//! `function get(name, fallback) { return process.env[name] ?? fallback }`. Where the file calls them with a literal,
//! that is read. What is imported from elsewhere is known by its name alone, if at all (`helper`).

use std::ops::Range;

use super::finder::Finder;
use super::helper::{self, words};
use super::{Found, named};
use crate::model::{Need, Stance};

/// How far the beginning of a function may be from what it reads, in tokens.
const BODY: usize = 200;

/// How many tokens stand at most between the parameters and the body, and in front of the name.
const HEAD: usize = 16;

/// What fails where there is nothing.
const FAILS: &[&str] = &["throw", "raise", "panic", "fatal", "exit"];

/// Endings of files whose functions are their own unless they say otherwise.
const PRIVATE: &[&str] = &[".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts", ".cts"];

/// Such a function.
pub(super) struct Wrapper<'t> {
    name: &'t str,
    /// What it does where nothing is given and it was handed no default.
    need: Option<Need>,
    /// Where it reads.
    reads: Vec<usize>,
    /// Whether others may call it.
    shared: bool,
}

impl<'t> Wrapper<'t> {
    /// Adds it to those that are known: many a function tests first what it reads then.
    pub(super) fn add_to(self, known: &mut Vec<Wrapper<'t>>) {
        match known.iter_mut().find(|known| known.name == self.name) {
            Some(known) => known.reads.extend(self.reads),
            None => known.push(self),
        }
    }
}

/// The function whose first parameter the word here is; `optional` says that what it reads has a default there.
pub(super) fn of<'t>(finder: &Finder<'_, 't>, at: usize, optional: bool) -> Option<Wrapper<'t>> {
    let code = finder.code;
    let word = code.word(at)?;
    let first = |open: usize| (open + 1..open + 3).find(|at| code.word(*at).is_some()).is_some_and(|at| code.is_word(at, word));
    let heads = (at.saturating_sub(BODY)..at).rev().filter(|open| code.is(*open, "(") && first(*open));
    let (name, place, body) = heads.filter_map(|open| around(finder, open, at)).next()?;
    let fails = body.is_some_and(|body| code.mate(body).is_some_and(|end| (body..end).any(|at| code.is_one_of(at, FAILS))));
    let need = if fails { Some(Need::Required) } else { optional.then_some(Need::Optional) };
    let is_own = PRIVATE.iter().any(|ending| finder.path.ends_with(ending)) && !finder.text.contains("module.exports");
    let shared = !is_own || (place.saturating_sub(HEAD / 2)..place).any(|at| code.is_word(at, "export"));
    Some(Wrapper { name, need, reads: vec![at], shared })
}

/// The function around a place whose parameters are opened here: its name, where that stands, and its block.
fn around<'t>(finder: &Finder<'_, 't>, open: usize, at: usize) -> Option<(&'t str, usize, Option<usize>)> {
    let code = finder.code;
    let close = code.mate(open).filter(|close| *close < at)?;
    let body = (close..close + HEAD).find(|body| code.is(*body, "{") && code.mate(*body).is_some_and(|end| end > at));
    // Without braces it goes on as long as no other begins.
    let goes_on = || [":", "=>", "->"].iter().any(|sign| code.is(close + 1, sign)) && !(close..at).any(|at| code.is_one_of(at, &["def", "function"]));
    // `name<T>(`.
    let before = open.checked_sub(1)?;
    let generic = code.is(before, ">").then(|| (before.saturating_sub(HEAD)..before).rev().find(|at| code.is(*at, "<"))).flatten();
    let place = generic.unwrap_or(open).checked_sub(1)?;
    let name = code.word(place).or_else(|| named::assigned(code, place).map(|(name, _)| name)).filter(|_| body.is_some() || goes_on())?;
    let is_call = code.is_one_of(place, &["if", "while", "for", "switch", "match", "catch", "return", "function"]) || code.is_before(place, ".");
    (!is_call).then_some((name, place, body))
}

/// Takes what is read by calls of such functions.
pub(super) fn find(finder: &mut Finder<'_, '_>) {
    for wrapper in std::mem::take(&mut finder.wrappers) {
        let mut called = false;
        for at in 0..finder.code.len() {
            called |= finder.code.is_word(at, wrapper.name) && call(finder, &wrapper, at);
        }
        if called && !wrapper.shared {
            wrapper.reads.iter().for_each(|at| finder.is_known(*at));
        }
    }
}

fn call(finder: &mut Finder<'_, '_>, wrapper: &Wrapper<'_>, at: usize) -> bool {
    let code = finder.code;
    let own = at > 1 && code.is_one_of(at - 2, &["this", "self"]);
    let member = [".", "->", "::"].iter().any(|sign| code.is_before(at, sign));
    let Some((name, first, open)) = helper::call(finder, at).filter(|_| !member || own) else { return false };
    let arguments = code.arguments(open);
    let others = arguments.get(1..).unwrap_or(&[]);
    let says = |argument: &Range<usize>| {
        argument.clone().filter_map(|at| code.word(at)).any(|word| words(word).iter().any(|word| finder.words.helpers.required.contains(word)))
    };
    let is = |argument: &Range<usize>, word: &str| argument.len() == 1 && code.is_word(argument.start, word);
    let range = code.text(first).map_or(0..0, |(_, _, range)| range);
    let absent = others.first().is_none_or(|fallback| is(fallback, "undefined"));
    // `get("X", "http://localhost", requiredInProduction)`: the default is for developers. And a default that is
    // nothing may be refused, or not.
    if !absent && (others.iter().any(says) || others.first().is_some_and(|fallback| ["null", "None", "nil"].iter().any(|word| is(fallback, word)))) {
        finder.push(Found { name: name.to_owned(), range, stance: Stance::Read, need: Need::Bare, default: None });
        return true;
    }
    let default = if absent { None } else { named::default(finder, others) };
    let need = if default.is_some() { Some(Need::Optional) } else { wrapper.need };
    let close = code.mate(open).unwrap_or(open);
    finder.take(name, range, at..close + 1, need, default);
    true
}
