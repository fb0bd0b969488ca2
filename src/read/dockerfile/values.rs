//! Values with the place of every piece, and the replacement of variables in them. Source: Docker's
//! Dockerfile reference, "Environment replacement".

use std::ops::Range;
use std::rc::Rc;

use crate::limits;
use crate::model::Content;
use crate::read::traced::{Placed, Traced};
use crate::syntax::At;

/// A value, put together from pieces.
#[derive(Debug, Clone, Default)]
pub(super) struct Value {
    /// Its text and places.
    pub(super) text: Traced,
    /// The first variable in it that nobody sets.
    unset: Option<Rc<str>>,
    /// Whether a default is a part of it.
    defaulted: bool,
    /// Whether the builder sets it by itself: it stands nowhere but where it is used.
    built_in: bool,
}

impl Value {
    /// Text that the one who builds gives, and where it was handed over, the last place first.
    pub(super) fn given(text: &str, at: At, via: &[At]) -> Value {
        let text = via.iter().rev().fold(Traced::literal(text, at), |text, at| text.used(*at));
        Value { text, ..Value::default() }
    }

    /// Text that the builder sets by itself.
    pub(super) fn built_in(text: &str, at: At) -> Value {
        Value { text: Traced::literal(text, at), built_in: true, ..Value::default() }
    }

    /// The same value, as what holds where nothing else is given.
    pub(super) fn into_default(self) -> Value {
        Value { defaulted: true, ..self }
    }

    /// Whether it names a variable that nobody sets.
    pub(super) fn is_unset(&self) -> bool {
        self.unset.is_some()
    }

    /// Where the value of a variable that is given this text comes from, and the text that says so.
    pub(super) fn content(&self) -> (Content, &str) {
        match &self.unset {
            _ if self.defaulted => (Content::Default, self.text.text()),
            Some(name) if self.text.text().is_empty() => (Content::Unset, name),
            _ => (Content::Literal, self.text.text()),
        }
    }

    /// Appends another value.
    fn push(&mut self, other: Value) {
        self.text.push(other.text);
        self.unset = self.unset.take().or(other.unset);
        self.defaulted |= other.defaulted;
    }

    /// The same value, used once more at this place.
    pub(super) fn used_at(&self, at: At) -> Value {
        let text = if self.built_in { Traced::literal(self.text.text(), at) } else { self.text.clone().used(at) };
        Value { text, ..self.clone() }
    }
}

/// What replaces variables.
pub(super) struct Expansion<'e> {
    /// The text of the instruction.
    pub(super) source: &'e Placed<'e>,
    /// The escape character.
    pub(super) escape: char,
    /// The value of a variable.
    pub(super) lookup: &'e dyn Fn(&str) -> Option<Rc<Value>>,
}

impl Expansion<'_> {
    /// A range of the text with quotes dropped and variables replaced. None where that takes what
    /// this does not know (`${X#pattern}`) or is too long.
    pub(super) fn expand(&self, range: Range<usize>) -> Option<Value> {
        self.within(range, 0)
    }

    fn within(&self, range: Range<usize>, depth: usize) -> Option<Value> {
        if depth > limits::REFERENCE_DEPTH {
            return None;
        }
        let text = self.source.text().get(..range.end)?;
        let mut value = Value::default();
        let (mut quote, mut from, mut i) = (None, range.start, range.start);
        while let Some(c) = text.get(i..).and_then(|rest| rest.chars().next()) {
            let is_quote = if quote.is_none() { matches!(c, '"' | '\'') } else { quote == Some(c) };
            let next = i + c.len_utf8();
            if is_quote {
                self.push(&mut value, from..i);
                quote = if quote.is_some() { None } else { Some(c) };
                (i, from) = (next, next);
            } else if c == self.escape && quote != Some('\'') {
                self.push(&mut value, from..i);
                from = next;
                i = next + text.get(next..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            } else if c == '$' && quote != Some('\'') {
                self.push(&mut value, from..i);
                i = self.reference(&mut value, text, i, depth)?;
                from = i;
            } else {
                i = next;
            }
            if value.text.is_too_long() {
                return None;
            }
        }
        self.push(&mut value, from..text.len());
        Some(value)
    }

    fn push(&self, value: &mut Value, range: Range<usize>) {
        if let Some(text) = self.source.text().get(range.clone()).filter(|text| !text.is_empty()) {
            value.text.push(Traced::literal(text, self.source.at(range)));
        }
    }

    /// Replaces the variable that the `$` at this byte names; hands back where the text goes on.
    fn reference(&self, value: &mut Value, text: &str, dollar: usize, depth: usize) -> Option<usize> {
        let rest = text.get(dollar + 1..)?;
        let braced = rest.strip_prefix('{');
        let name = name_of(braced.unwrap_or(rest));
        let after = dollar + 1 + usize::from(braced.is_some()) + name.len();
        let found = (self.lookup)(name).filter(|_| !name.is_empty());
        let Some(_) = braced else {
            if name.is_empty() {
                self.push(value, dollar..dollar + 1);
            } else {
                take(value, name, found.as_deref(), self.source.at(dollar..after));
            }
            return Some(after);
        };
        let close = closing(text, after)?;
        let use_at = self.source.at(dollar..close + 1);
        let rule = text.get(after..close)?;
        let (colon, operator) = rule.strip_prefix(':').map_or((false, rule), |rest| (true, rest));
        let word = close + 1 - operator.len()..close;
        let set = found.filter(|found| !(colon && found.text.text().is_empty()));
        match operator.chars().next() {
            None if !colon && !name.is_empty() => take(value, name, set.as_deref(), use_at),
            Some('-') => match set {
                Some(set) => take(value, name, Some(&set), use_at),
                None => {
                    let nested = self.nested(text, word, depth)?;
                    let known = !nested.is_unset() || !nested.text.text().is_empty();
                    value.push(if known { nested.into_default() } else { nested });
                }
            },
            Some('+') if set.is_some() => value.push(self.nested(text, word, depth)?),
            Some('+') => {}
            Some('?') => take(value, name, Some(set?.as_ref()), use_at),
            _ => return None,
        }
        Some(close + 1)
    }

    fn nested(&self, text: &str, word: Range<usize>, depth: usize) -> Option<Value> {
        if word.end > text.len() {
            return None;
        }
        self.within(word, depth + 1)
    }
}

fn take(value: &mut Value, name: &str, found: Option<&Value>, use_at: At) {
    match found {
        Some(found) => value.push(found.used_at(use_at)),
        None => {
            value.unset.get_or_insert_with(|| name.into());
        }
    }
}

/// The name of a variable that a text starts with.
pub(super) fn name_of(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

/// The brace that closes what was opened before this byte.
fn closing(text: &str, from: usize) -> Option<usize> {
    let mut open = 1_usize;
    for (i, c) in text.get(from..)?.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(from + i);
        }
    }
    None
}
