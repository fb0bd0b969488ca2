//! Values with the place of every piece, and the replacement of variables in them. Source: Docker's
//! Dockerfile reference, "Environment replacement".

use std::ops::Range;
use std::rc::Rc;

use super::instructions::Source;
use crate::limits;
use crate::syntax::{At, Lines};

/// Where a piece of text was written.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// At these bytes of the Dockerfile.
    Here(Range<usize>),
    /// Where the one who builds wrote it.
    Given(At),
    /// Nowhere: the builder sets it by itself.
    BuiltIn,
}

impl Origin {
    /// As a place, if it has one.
    pub(super) fn at(&self, lines: &Lines<'_>) -> Option<At> {
        match self {
            Origin::Here(range) => Some(lines.at(range.clone())),
            Origin::Given(at) => Some(*at),
            Origin::BuiltIn => None,
        }
    }
}

/// Text from one origin, and where it was used since, nearest to the reader first.
#[derive(Debug, Clone)]
struct Piece {
    text: String,
    origin: Origin,
    via: Vec<Origin>,
}

/// A value, put together from pieces.
#[derive(Debug, Clone, Default)]
pub(super) struct Value {
    pieces: Vec<Piece>,
    /// Whether it names a variable that nobody sets.
    pub(super) unset: bool,
}

impl Value {
    /// Text that the one who builds gives.
    pub(super) fn given(text: &str, at: At, via: &[At]) -> Value {
        let via = via.iter().map(|at| Origin::Given(*at)).collect();
        Value { pieces: vec![Piece { text: text.to_owned(), origin: Origin::Given(at), via }], unset: false }
    }

    /// Text that the builder sets by itself.
    pub(super) fn built_in(text: &str) -> Value {
        Value { pieces: vec![Piece { text: text.to_owned(), origin: Origin::BuiltIn, via: Vec::new() }], unset: false }
    }

    /// What keeping this costs, in bytes, about.
    pub(super) fn weight(&self) -> usize {
        self.pieces.iter().map(|piece| size_of::<Piece>() + piece.text.len() + piece.via.len() * size_of::<Origin>()).sum()
    }

    /// The whole text.
    pub(super) fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// How long the text is.
    fn len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.text.len()).sum()
    }

    /// Where the byte of this number was written and where that was used since; None where it was
    /// written on the spot.
    pub(super) fn origin_of(&self, byte: usize) -> Option<(&Origin, &[Origin])> {
        let mut end = 0;
        let piece = self.pieces.iter().find(|piece| {
            end += piece.text.len();
            byte < end
        })?;
        let elsewhere = match piece.origin {
            Origin::Here(_) => !piece.via.is_empty(),
            Origin::Given(_) => true,
            Origin::BuiltIn => false,
        };
        elsewhere.then_some((&piece.origin, piece.via.as_slice()))
    }

    /// The same value, used once more at this place.
    pub(super) fn used_at(&self, place: &Range<usize>) -> Value {
        let mut used = self.clone();
        for piece in &mut used.pieces {
            piece.via.insert(0, Origin::Here(place.clone()));
            piece.via.truncate(limits::REFERENCE_DEPTH);
        }
        used
    }

    fn literal(&mut self, text: &str, origin: Range<usize>) {
        if !text.is_empty() {
            self.pieces.push(Piece { text: text.to_owned(), origin: Origin::Here(origin), via: Vec::new() });
        }
    }
}

/// What replaces variables.
pub(super) struct Expansion<'e> {
    /// The text of the instruction.
    pub(super) source: &'e Source,
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
        let text = self.source.text.get(..range.end)?;
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
            if value.len() > limits::INTERPOLATED_BYTES || value.pieces.len() > limits::INTERPOLATED_PIECES {
                return None;
            }
        }
        self.push(&mut value, from..text.len());
        Some(value)
    }

    fn push(&self, value: &mut Value, range: Range<usize>) {
        value.literal(self.source.text.get(range.clone()).unwrap_or(""), self.source.origin(range));
    }

    /// Replaces the variable that the `$` at this byte names; hands back where the text goes on.
    fn reference(&self, value: &mut Value, text: &str, dollar: usize, depth: usize) -> Option<usize> {
        let rest = text.get(dollar + 1..)?;
        let braced = rest.strip_prefix('{');
        let name = name_of(braced.unwrap_or(rest));
        let after = dollar + 1 + usize::from(braced.is_some()) + name.len();
        let use_at = self.source.origin(dollar..text.len());
        let found = (self.lookup)(name).filter(|_| !name.is_empty());
        let Some(_) = braced else {
            if name.is_empty() {
                self.push(value, dollar..dollar + 1);
            } else {
                take(value, found.as_deref(), &(use_at.start..use_at.start + name.len() + 1));
            }
            return Some(after);
        };
        let close = closing(text, after)?;
        let use_at = use_at.start..use_at.start + close + 1 - dollar;
        let rule = text.get(after..close)?;
        let (colon, operator) = rule.strip_prefix(':').map_or((false, rule), |rest| (true, rest));
        let word = close + 1 - operator.len()..close;
        let set = found.filter(|found| !(colon && found.len() == 0));
        match operator.chars().next() {
            None if !colon && !name.is_empty() => take(value, set.as_deref(), &use_at),
            Some('-') => match set {
                Some(set) => take(value, Some(&set), &use_at),
                None => value.pieces.append(&mut self.nested(text, word, depth)?.pieces),
            },
            Some('+') if set.is_some() => value.pieces.append(&mut self.nested(text, word, depth)?.pieces),
            Some('+') => {}
            Some('?') => take(value, Some(set?.as_ref()), &use_at),
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

fn take(value: &mut Value, found: Option<&Value>, use_at: &Range<usize>) {
    match found {
        Some(found) => {
            value.pieces.append(&mut found.used_at(use_at).pieces);
            value.unset |= found.unset;
        }
        None => value.unset = true,
    }
}

/// The name of a variable that a text starts with.
fn name_of(text: &str) -> &str {
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
