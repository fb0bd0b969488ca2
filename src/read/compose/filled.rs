//! What interpolation gives: a text in pieces, each of which knows where it was written, and the
//! choice of the place that stands for the whole.

use std::ops::Range;

use crate::limits;
use crate::model::Content;
use crate::syntax::{At, Node, clamp};

/// A text and where it was written.
#[derive(Clone)]
pub(super) struct Value {
    pub(super) text: String,
    /// Where the literal stands.
    pub(super) at: At,
    /// Where it was used, if elsewhere, nearest first.
    pub(super) via: Vec<At>,
}

/// What a part of a text is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It is written in the value itself.
    Literal,
    /// A variable that is set stands for it.
    Variable,
    /// Nothing sets the variable, and this is its default.
    Default,
}

/// A part of a text that has one origin.
pub(super) struct Piece {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// A value with its variables replaced.
pub(super) struct Filled {
    pub(super) pieces: Vec<Piece>,
    pub(super) here: At,
    /// The first variable without default that was not set: it left nothing behind.
    pub(super) unset: Option<String>,
    /// Whether some default was taken, be it empty.
    pub(super) defaulted: bool,
    /// Whether the text would have grown over the limit and was cut.
    pub(super) cut: bool,
}

impl Filled {
    /// A scalar as it is written.
    pub(super) fn literal(node: &Node) -> Filled {
        let value = Value { text: node.text().unwrap_or("").to_owned(), at: node.at(), via: Vec::new() };
        Filled { pieces: vec![Piece { value, origin: Origin::Literal }], here: node.at(), unset: None, defaulted: false, cut: false }
    }

    /// Whether a variable without default was not set.
    pub(super) fn is_unset(&self) -> bool {
        self.unset.is_some()
    }

    /// Where the value of a variable that is given this text comes from, and the text that says so.
    pub(super) fn content(&self) -> (Content, String) {
        let text = self.text();
        let defaulted = if text.is_empty() { self.defaulted } else { self.pieces.iter().any(|piece| piece.origin == Origin::Default) };
        match &self.unset {
            _ if defaulted => (Content::Default, text),
            Some(name) if text.is_empty() => (Content::Unset, name.clone()),
            _ => (Content::Literal, text),
        }
    }

    /// The places in other files that parts of the text come from.
    pub(super) fn brought(&self) -> Vec<At> {
        let mut places: Vec<At> = self.pieces.iter().map(|piece| piece.value.at).filter(|at| at.file != self.here.file).collect();
        places.dedup();
        places.truncate(limits::REFERENCE_DEPTH);
        places
    }

    /// The whole text.
    pub(super) fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.value.text.as_str()).collect()
    }

    /// The whole text at one place: of its only piece, or of the one that tells the version.
    pub(super) fn whole(&self) -> Value {
        let text = self.text();
        let (at, via) = match (self.pieces.as_slice(), origin(&self.pieces, &text)) {
            ([only], _) if only.origin == Origin::Literal => (self.here, Vec::new()),
            (_, Some(piece)) => (trimmed(&piece.value), piece.value.via.clone()),
            (_, None) => (self.here, Vec::new()),
        };
        Value { text, at, via }
    }
}

/// Of the pieces of a text the one to look at when it is asked which version of something it names.
/// Among those that reach into the text's last part (an image's tag, say) a variable or default that
/// holds a number comes first, then the last variable or default, then the literal around them.
pub(super) fn origin<'p>(pieces: &'p [Piece], text: &str) -> Option<&'p Piece> {
    let (_, part) = split(text);
    let mut end = 0;
    let mut touching = Vec::new();
    for piece in pieces {
        let start = end;
        end += piece.value.text.len();
        if start < part.end && part.start < end {
            touching.push(piece);
        }
    }
    let filled = || touching.iter().filter(|piece| piece.origin != Origin::Literal);
    let numbered = filled().find(|piece| piece.value.text.contains(|c: char| c.is_ascii_digit()));
    numbered.or_else(|| filled().next_back()).or(touching.last()).copied().or(pieces.last())
}

/// The name of an image, and where the part of the text lies that says which one of that name: the
/// tag, else the digest, else the last part of the name.
pub(super) fn split(text: &str) -> (&str, Range<usize>) {
    let name_end = text.find('@').unwrap_or(text.len());
    let name = text.get(..name_end).unwrap_or(text);
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    match name.get(last..).and_then(|part| part.find(':')).map(|colon| last + colon) {
        Some(colon) => (text.get(..colon).unwrap_or(text), colon + 1..name_end),
        None if name_end < text.len() => (name, name_end + 1..text.len()),
        None => (name, last..name_end),
    }
}

/// The place of a piece without the separators that bind it to its neighbours.
fn trimmed(value: &Value) -> At {
    let separator = |c: &char| matches!(c, '/' | ':' | '@');
    let lead = clamp(value.text.chars().take_while(separator).count());
    let tail = clamp(value.text.chars().rev().take_while(separator).count());
    let exact = clamp(value.text.chars().count()) == value.at.width;
    if exact && lead + tail < value.at.width { value.at.part(lead, value.at.width - lead - tail) } else { value.at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_of_an_image_that_varies_is_found() {
        for (text, name, part) in [
            ("postgres:16", "postgres", "16"),
            ("localhost:5000/db", "localhost:5000/db", "db"),
            ("r.test:1/a/b:2@sha256:abc", "r.test:1/a/b", "2"),
            ("redis@sha256:abc", "redis", "sha256:abc"),
            ("postgres:", "postgres", ""),
            ("", "", ""),
        ] {
            let (found, range) = split(text);
            assert_eq!((found, text.get(range)), (name, Some(part)), "{text}");
        }
    }
}
