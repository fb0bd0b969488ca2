//! Collects what a file reads: names are checked, literals that stand for a name are looked up, and
//! the code around each read is asked what becomes of it.

use std::cell::OnceCell;
use std::ops::Range;

use super::named::Named;
use super::need::{self, Settled};
use super::tokens::Code;
use super::{Found, Language};
use crate::catalog::{Catalog, Reads};
use crate::model::{Need, Stance};

/// What has been found in a file so far.
pub(super) struct Finder<'c, 't> {
    /// The file.
    pub(super) code: &'c Code<'t>,
    /// Its path.
    pub(super) path: &'c str,
    /// Its text.
    pub(super) text: &'t str,
    /// The words.
    pub(super) words: &'static Reads,
    /// Whether `?` behind an expression lets the function fail.
    pub(super) question_fails: bool,
    found: Vec<Found>,
    named: OnceCell<Named<'t>>,
}

/// Whether a text can be the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= 200
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a text is written as names of variables mostly are.
pub(super) fn is_upper_name(text: &str) -> bool {
    is_name(text) && text.len() > 2 && text.bytes().any(|byte| byte.is_ascii_uppercase()) && !text.bytes().any(|byte| byte.is_ascii_lowercase())
}

impl<'c, 't> Finder<'c, 't> {
    pub(super) fn new(code: &'c Code<'t>, path: &'c str, text: &'t str, language: &Language) -> Finder<'c, 't> {
        let words = &Catalog::get().reads;
        Finder { code, path, text, words, question_fails: language.lexis.question_fails, found: Vec::new(), named: OnceCell::new() }
    }

    /// What was found, in the order of places; of several at one place the first.
    pub(super) fn finish(mut self) -> Vec<Found> {
        self.found.sort_by_key(|found| found.range.start);
        self.found.dedup_by(|later, first| later.range.start == first.range.start);
        self.found
    }

    /// Lists and constants of the file.
    pub(super) fn named(&self) -> &Named<'t> {
        self.named.get_or_init(|| Named::of(self.code))
    }

    /// Takes something as it is.
    pub(super) fn push(&mut self, found: Found) {
        self.found.push(found);
    }

    /// Takes a name that a schema or a manifest tells all of.
    pub(super) fn declare(&mut self, name: &str, range: Range<usize>, stance: Stance, need: Need, default: Option<String>) {
        if is_name(name) {
            self.push(Found { name: name.to_owned(), range, stance, need, default });
        }
    }

    /// Takes a read of this name: `whole` is the expression, `need` what its form says, `default` that
    /// it has one and the text where that is a literal.
    pub(super) fn take(&mut self, name: &str, range: Range<usize>, whole: Range<usize>, need: Option<Need>, default: Option<Option<String>>) {
        if !is_name(name) {
            return;
        }
        let settled = need::settle(self, whole);
        if settled.written {
            return;
        }
        let (need, default) = decide(need, default, settled);
        self.push(Found { name: name.to_owned(), range, stance: Stance::Read, need, default });
    }

    /// Takes a read whose name is an expression: a literal, something that stands for literals of the
    /// file, or what only a run knows.
    pub(super) fn argument(&mut self, argument: Range<usize>, whole: Range<usize>, need: Option<Need>, default: Option<Option<String>>) {
        let code = self.code;
        let argument = self.unwrapped(argument);
        let literals = if argument.len() == 1 {
            let at = argument.start;
            if code.plain(at).is_some() { vec![at] } else { code.word(at).map_or_else(Vec::new, |word| self.named().literals(code, word, at)) }
        } else {
            Vec::new()
        };
        if !literals.is_empty() {
            for at in literals {
                if let Some((name, _, range)) = code.text(at) {
                    self.take(name, range, whole.clone(), need, default.clone());
                }
            }
            return;
        }
        if argument.is_empty() || need::settle(self, whole).written {
            return;
        }
        let range = code.range(argument.start).start..code.range(argument.end - 1).end;
        self.push(Found { name: self.head(argument), range, stance: Stance::Dynamic, need: Need::Bare, default: None });
    }

    /// An argument without the name it is passed by (`name="X"`, `key: "X"`).
    fn unwrapped(&self, argument: Range<usize>) -> Range<usize> {
        let code = self.code;
        let start = code.skip(argument.start);
        let named = code.word(start).is_some() && (code.is(start + 1, "=") || code.is(start + 1, ":")) && code.plain(start + 2).is_some();
        let start = if named { start + 2 } else { start };
        let end = if argument.end > start && code.is_break(argument.end - 1) { argument.end - 1 } else { argument.end };
        start..end.max(start)
    }

    /// `PREFIX_*` where an expression begins with a literal, else `*`.
    fn head(&self, argument: Range<usize>) -> String {
        let whole = self.code.text(argument.start).map_or("", |(text, _, _)| text);
        let end = whole.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(whole.len());
        let joined = end < whole.len() || argument.len() > 1;
        let head = whole.get(..end).filter(|head| joined && is_name(head)).unwrap_or("");
        format!("{head}*")
    }

    /// Takes a test whether there is such a variable.
    pub(super) fn tested(&mut self, text: usize, whole: Range<usize>) {
        if let Some((name, _, range)) = self.code.text(text) {
            self.take(name, range, whole, Some(Need::Optional), None);
        }
    }
}

/// What form, arguments and surroundings say together: a guard that ends the program weighs most, then
/// a default, then the form.
fn decide(form: Option<Need>, default: Option<Option<String>>, settled: Settled) -> (Need, Option<String>) {
    if settled.guarded {
        return (Need::Required, None);
    }
    if let Some(default) = default {
        return (Need::Optional, default);
    }
    match (form, settled.need) {
        (Some(Need::Required), _) if !settled.tested_first => (Need::Required, None),
        (_, Some(need)) => (need, settled.default),
        (form, None) => (form.unwrap_or(Need::Bare), settled.default),
    }
}
