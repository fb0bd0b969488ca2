//! Text that knows where it came from: [`Placed`] maps a scalar's or a script's text back to the
//! lines of its document, [`Traced`] is a text put together from literals of several places.

mod placed;

use std::ops::Range;

pub(super) use self::placed::Placed;
use crate::limits;
use crate::syntax::{At, clamp};

#[derive(Debug, Clone)]
struct Piece {
    len: usize,
    at: At,
    /// Where it was used, the last use first.
    via: Vec<At>,
}

/// A text and where its parts stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Traced {
    text: String,
    pieces: Vec<Piece>,
    /// Whether it depends on a key of a matrix that has several values.
    pub(super) varies: bool,
}

impl Traced {
    /// A literal at its place.
    pub(super) fn literal(text: impl Into<String>, at: At) -> Traced {
        let text = text.into();
        Traced { pieces: vec![Piece { len: text.len(), at, via: Vec::new() }], text, varies: false }
    }

    /// No text.
    pub(super) fn empty(varies: bool) -> Traced {
        Traced { varies, ..Traced::default() }
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The same text, used at this place.
    pub(super) fn used(mut self, at: At) -> Traced {
        for piece in &mut self.pieces {
            piece.via.insert(0, at);
            piece.via.truncate(limits::REFERENCE_DEPTH);
        }
        self
    }

    /// What keeping this costs, in bytes, about.
    pub(super) fn weight(&self) -> usize {
        self.text.len() + self.pieces.iter().map(|piece| size_of::<Piece>() + piece.via.len() * size_of::<At>()).sum::<usize>()
    }

    /// Whether it is longer, or made of more pieces, than one interpolation may produce.
    pub(super) fn is_too_long(&self) -> bool {
        self.text.len() > limits::INTERPOLATED_BYTES || self.pieces.len() > limits::INTERPOLATED_PIECES
    }

    /// Appends another text.
    pub(super) fn push(&mut self, other: Traced) {
        self.text.push_str(&other.text);
        self.varies |= other.varies;
        for piece in other.pieces {
            match self.pieces.last_mut() {
                Some(last) if last.via.is_empty() && piece.via.is_empty() && follows(last.at, piece.at) => {
                    last.len += piece.len;
                    last.at.width += piece.at.width;
                }
                _ => self.pieces.push(piece),
            }
        }
    }

    /// The part of these bytes.
    pub(super) fn slice(&self, range: Range<usize>) -> Traced {
        let (mut start, mut pieces) = (0, Vec::new());
        for piece in &self.pieces {
            let end = start + piece.len;
            let (from, to) = (range.start.max(start), range.end.min(end));
            if from < to {
                let whole = self.text.get(start..end).unwrap_or("");
                let chars = |a: usize, b: usize| self.text.get(a..b).map_or(0, |s| s.chars().count());
                // A literal with escapes is wider than its text: its parts are not to be found.
                let exact = whole.chars().count() == piece.at.width as usize;
                let at = if exact { piece.at.part(clamp(chars(start, from)), clamp(chars(from, to))) } else { piece.at };
                pieces.push(Piece { len: to - from, at, via: piece.via.clone() });
            }
            start = end;
        }
        Traced { text: self.text.get(range).unwrap_or("").to_owned(), pieces, varies: self.varies }
    }

    /// The parts between separators, empty ones left out.
    pub(super) fn split(&self, separator: impl Fn(char) -> bool) -> Vec<Traced> {
        let mut parts = Vec::new();
        let mut start = None;
        for (index, c) in self.text.char_indices().chain([(self.text.len(), '\0')]) {
            let ends = index == self.text.len() || separator(c);
            match start {
                Some(from) if ends => {
                    parts.push(self.slice(from..index));
                    start = None;
                }
                None if !ends => start = Some(index),
                _ => {}
            }
        }
        parts
    }

    /// The text without white space around it.
    pub(super) fn trimmed(&self) -> Traced {
        let body = self.text.trim();
        let start = self.text.len() - self.text.trim_start().len();
        self.slice(start..start + body.len())
    }

    /// The place of the value: the literal that stands for it, and where that was used. Where
    /// several literals make up the text, the one that came from elsewhere decides.
    pub(super) fn place(&self) -> Option<(At, Vec<At>)> {
        self.place_from(0)
    }

    /// The place of an image: of the literal that its tag comes from.
    pub(super) fn image_place(&self) -> Option<(At, Vec<At>)> {
        let name = self.text.rfind('/').map_or(0, |i| i + 1);
        let tag = self.text.get(name..).and_then(|rest| rest.find(':')).map_or(name, |i| name + i + 1);
        self.place_from(tag)
    }

    /// The place of the literal that this byte comes from, and where that was used; none where it was
    /// written on the spot.
    pub(super) fn origin_of(&self, byte: usize) -> Option<(At, Vec<At>)> {
        let mut end = 0;
        let piece = self.pieces.iter().find(|piece| {
            end += piece.len;
            byte < end
        })?;
        (!piece.via.is_empty()).then(|| (piece.at, piece.via.clone()))
    }

    fn place_from(&self, offset: usize) -> Option<(At, Vec<At>)> {
        let mut end = 0;
        let foreign = self.pieces.iter().find(|piece| {
            end += piece.len;
            !piece.via.is_empty() && end > offset
        });
        if let Some(piece) = foreign {
            return Some((piece.at, piece.via.clone()));
        }
        Some((self.outer()?, Vec::new()))
    }

    /// The place where the whole was used: from its first part to its last, as they stand there.
    pub(super) fn outer(&self) -> Option<At> {
        let outer = |piece: &Piece| piece.via.first().copied().unwrap_or(piece.at);
        let (first, last) = (outer(self.pieces.first()?), outer(self.pieces.last()?));
        let end = last.column + last.width;
        let one_line = (first.file, first.line) == (last.file, last.line) && end >= first.column;
        Some(if one_line { At { width: end - first.column, ..first } } else { first })
    }
}

fn follows(first: At, second: At) -> bool {
    (first.file, first.line) == (second.file, second.line) && first.column + first.width == second.column
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileId;

    fn at(column: u32, width: u32) -> At {
        At { file: FileId(0), line: 1, column, width }
    }

    #[test]
    fn a_tag_from_elsewhere_decides_the_place_of_an_image() {
        let mut image = Traced::literal("postgres:", at(8, 9));
        image.push(Traced::literal("16", at(30, 2)).used(at(17, 6)));
        assert_eq!(image.text(), "postgres:16");
        assert_eq!(image.image_place(), Some((at(30, 2), vec![at(17, 6)])));
    }

    #[test]
    fn a_registry_from_elsewhere_does_not() {
        let mut image = Traced::literal("ghcr.io", at(40, 7)).used(at(8, 4));
        image.push(Traced::literal("/app:1.2", at(12, 8)));
        assert_eq!(image.image_place(), Some((at(8, 12), Vec::new())));
    }

    #[test]
    fn parts_keep_their_columns() {
        let parts = Traced::literal("3.11, 3.12", at(5, 10)).split(|c| c == ',' || c == ' ');
        assert_eq!(parts.iter().filter_map(Traced::place).map(|(at, _)| (at.column, at.width)).collect::<Vec<_>>(), [(5, 4), (11, 4)]);
    }
}
