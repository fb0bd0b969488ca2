//! A project's own functions that read a variable by its literal name: `env_bool("X", False)`,
//! `requireEnv("X")`, `Env.get_integer("X")`. They are told by the words of what is called.

use super::finder::{Finder, is_upper_name};
use super::named;
use crate::catalog::Helpers;
use crate::model::Need;

/// How far the beginning of a helper may be from what it reads, in tokens.
const BODY: usize = 200;

/// How many tokens its parameters may have.
const PARAMETERS: usize = 60;

/// The words of an identifier in camel case or snake case, in lower case.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = '_';
    for c in name.chars() {
        let starts = c.is_ascii_uppercase() && !before.is_ascii_uppercase() || before == '_' && c != '_';
        match words.last_mut().filter(|_| !starts) {
            _ if !c.is_ascii_alphanumeric() => {}
            Some(word) => word.push(c.to_ascii_lowercase()),
            None => words.push(c.to_ascii_lowercase().to_string()),
        }
        before = if c.is_ascii_alphanumeric() { c } else { '_' };
    }
    words
}

/// Whether words of a name say that it has to do with the environment.
fn tells(words: &[String], helpers: &Helpers) -> bool {
    let paired = || words.windows(2).any(|two| matches!(two, [a, b] if helpers.pairs.iter().any(|(x, y)| x == a && y == b)));
    words.iter().any(|word| helpers.words.contains(word)) || paired()
}

/// A call whose first argument is a literal in capitals: that, where it stands, and where the arguments open.
pub(super) fn call<'t>(finder: &Finder<'_, 't>, at: usize) -> Option<(&'t str, usize, usize)> {
    let code = finder.code;
    // Macros and non-null calls: `env!("X")` is told by forms.
    let open = if code.is(at + 1, "<") { generic(finder, at + 1) } else { Some(at + 1) };
    let open = open.filter(|open| code.is(*open, "("))?;
    let first = code.skip(open + 1);
    let name = code.plain(first).filter(|name| is_upper_name(name))?;
    let is_whole = code.is(first + 1, ",") || code.is(code.skip(first + 1), ")");
    let defined = at > 0 && code.is_one_of(at - 1, &["def", "function", "func", "fn", "fun", "new", "class"]);
    (is_whole && !defined).then_some((name, first, open))
}

/// Takes the call whose name stands here, if it is one of a helper.
pub(super) fn find(finder: &mut Finder<'_, '_>, at: usize) {
    let (code, helpers) = (finder.code, &finder.words.helpers);
    let Some((name, first, open)) = call(finder, at).filter(|(name, ..)| !helpers.not_names.contains(*name)) else { return };
    let callee = words(code.raw(at));
    // A member of an object that is called so: `env.bool`, `Env::get`, `$env->get`.
    let behind = [".", "::", "->"].iter().find(|sign| code.is_before(at, sign)).map_or(0, |sign| sign.len());
    let object = if behind > 0 { at.checked_sub(behind + 1).and_then(|object| code.word(object)).map(words) } else { None };
    let by_object = object.as_ref().is_some_and(|object| {
        object.last().is_some_and(|last| helpers.words.contains(last) && last != "environ" || last == "environment") && object.len() <= 2
    });
    if object.as_ref().is_some_and(|object| object.iter().any(|word| helpers.not_objects.contains(word))) {
        return;
    }
    // `command.arg("x").env("X", "1")` gives a variable to somebody else.
    let chained = behind > 0 && object.is_none() && callee == ["env"];
    if chained || !(tells(&callee, helpers) || by_object) || callee.iter().any(|word| helpers.not.contains(word)) {
        return;
    }
    let is = |list: &std::collections::HashSet<String>| callee.iter().any(|word| list.contains(word));
    let arguments = code.arguments(open);
    let default = named::default(finder, arguments.get(1..).unwrap_or(&[]));
    let need = match () {
        () if is(&helpers.required) && default.as_ref().is_none_or(|default| !is(&helpers.optional) && default.is_none()) => Some(Need::Required),
        () if is(&helpers.optional) => Some(Need::Optional),
        () => None,
    };
    let default = if need == Some(Need::Required) { None } else { default };
    let close = code.mate(open).unwrap_or(open);
    let start = if behind > 0 { at.saturating_sub(behind + 1) } else { at };
    finder.take(name, code.text(first).map_or(0..0, |(_, _, range)| range), start..close + 1, need, default);
}

/// Whether the word here is handed in by whoever calls the helper around it: the calls tell the names.
pub(super) fn is_parameter(finder: &Finder<'_, '_>, at: usize) -> bool {
    let code = finder.code;
    let Some(word) = code.word(at) else { return false };
    let opens = (at.saturating_sub(BODY)..at).rev().filter(|open| code.is(*open, "("));
    let takes = |open: &usize| {
        let close = code.mate(*open).filter(|close| *close < at && close - open < PARAMETERS)?;
        let begins = ["{", ":", "=", "-"].iter().any(|sign| code.is(close + 1, sign)) || code.is_break(close + 1) || code.word(close + 1).is_some();
        let name = open.checked_sub(1).and_then(|name| code.word(name).or_else(|| named::assigned(code, name).map(|(name, _)| name)))?;
        (begins && (*open..close).any(|at| code.is_word(at, word))).then_some(name)
    };
    opens.filter_map(|open| takes(&open)).next().is_some_and(|name| tells(&words(name), &finder.words.helpers))
}

/// The place behind type arguments: `getEnv<string>(`.
fn generic(finder: &Finder<'_, '_>, open: usize) -> Option<usize> {
    (open + 1..open + 6).find(|at| finder.code.is(*at, ">")).map(|at| at + 1)
}
