//! Compose's interpolation of values (Compose Specification, "Interpolation"; compose-go `template`):
//! `$V`, `${V}`, `${V:-d}`, `${V-d}`, `${V:?m}`, `${V?m}`, `${V:+x}`, `${V+x}`, nested, and `$$`.
//! Every piece of the text that comes out knows where it was written.

use std::collections::HashMap;
use std::ops::Range;

use super::filled::{Filled, Piece, Value, origin};
use crate::limits;
use crate::syntax::{At, Node, Style, Value as Shape, clamp};

/// What a name stands for. None where nothing sets it.
pub(super) type Lookup<'l> = dyn Fn(&str) -> Option<&'l Value> + 'l;

/// Replaces the variables of a scalar. Keys are never interpolated, and anything else has no text.
pub(super) fn fill(node: &Node, lookup: &Lookup<'_>) -> Filled {
    let here = node.at();
    let (text, style) = match node.value() {
        Shape::Scalar(text, style) => (&**text, *style),
        _ => ("", Style::Plain),
    };
    // Where escapes or folded lines keep the text from matching the source, columns cannot be told.
    let exact = style != Style::Block && clamp(text.chars().count()) == here.width;
    let mut filler = Filler { text, closing: closing(text), here, exact, lookup, left: limits::INTERPOLATED_BYTES, unset: false, cut: false };
    let pieces = filler.pieces(0..text.len(), 0, 0);
    Filled::new(pieces, here, filler.unset, filler.cut)
}

struct Filler<'f, 'l> {
    text: &'f str,
    /// Where the brace that opens at a byte is closed.
    closing: HashMap<usize, usize>,
    here: At,
    exact: bool,
    lookup: &'f Lookup<'l>,
    left: usize,
    unset: bool,
    cut: bool,
}

impl Filler<'_, '_> {
    /// The pieces of a range of the text that starts at this character of it.
    fn pieces(&mut self, range: Range<usize>, position: usize, depth: usize) -> Vec<Piece> {
        let text = self.text;
        let mut pieces = Vec::new();
        let (mut start, mut position) = (range.start, position);
        while let Some(before) = text.get(start..range.end).and_then(|rest| rest.get(..rest.find('$')?)) {
            let width = before.chars().count();
            self.literal(&mut pieces, before, position, width);
            position += width;
            let dollar = start + before.len();
            let behind = text.get(dollar + 1..range.end).unwrap_or("");
            start = dollar
                + if behind.starts_with('$') {
                    self.literal(&mut pieces, "$", position, 2);
                    2
                } else if let Some(inside) = self.braced(dollar + 1, range.end) {
                    let length = inside.len() + 3;
                    self.expression(&mut pieces, inside, position + 2, depth);
                    length
                } else if let Some(name) = name(behind) {
                    self.variable(&mut pieces, name);
                    name.len() + 1
                } else {
                    // Compose refuses such a value; it stays what it is and will be no image reference.
                    self.literal(&mut pieces, "$", position, 1);
                    1
                };
            position += text.get(dollar..start).map_or(0, |taken| taken.chars().count());
        }
        let rest = text.get(start..range.end).unwrap_or("");
        self.literal(&mut pieces, rest, position, rest.chars().count());
        pieces
    }

    /// What stands in the braces that open here: a name and, behind that, an operator or nothing.
    fn braced(&self, open: usize, end: usize) -> Option<Range<usize>> {
        let close = *self.closing.get(&open).filter(|close| **close < end)?;
        let inner = self.text.get(open + 1..close)?;
        let behind = inner.get(name(inner)?.len()..)?;
        let sound = behind.is_empty() || behind.strip_prefix(':').unwrap_or(behind).starts_with(['-', '?', '+']);
        sound.then_some(open + 1..close)
    }

    /// The inside of `${…}`: a name, and perhaps an operator with a word behind it.
    fn expression(&mut self, pieces: &mut Vec<Piece>, inside: Range<usize>, position: usize, depth: usize) {
        let inner = self.text.get(inside.clone()).unwrap_or("");
        let Some(name) = name(inner) else { return };
        let behind = inner.get(name.len()..).unwrap_or("");
        let strict = behind.starts_with(':');
        let operator = behind.chars().nth(usize::from(strict));
        // Names and operators are ASCII: as many bytes as characters.
        let skipped = name.len() + usize::from(strict) + 1;
        let word = inside.start + skipped..inside.end;
        let set = (self.lookup)(name).is_some_and(|value| !strict || !value.text.is_empty());
        match operator {
            Some('-') if !set => self.word(pieces, word, position + skipped, depth),
            Some('+') if set => self.word(pieces, word, position + skipped, depth),
            Some('+') => {}
            _ => self.variable(pieces, name),
        }
    }

    /// The word behind an operator, which may hold variables again.
    fn word(&mut self, pieces: &mut Vec<Piece>, word: Range<usize>, position: usize, depth: usize) {
        if depth >= limits::REFERENCE_DEPTH {
            self.cut = true;
            return;
        }
        let nested = self.pieces(word, position, depth + 1);
        let text: String = nested.iter().map(|piece| piece.value.text.as_str()).collect();
        if let Some(Piece { value, literal }) = origin(&nested, &text) {
            let via = if *literal { vec![self.here] } else { value.via.clone() };
            pieces.push(Piece { value: Value { text, at: value.at, via }, literal: false });
        }
    }

    fn variable(&mut self, pieces: &mut Vec<Piece>, name: &str) {
        let Some(value) = (self.lookup)(name) else {
            self.unset = true;
            return;
        };
        if !value.text.is_empty() && self.take(value.text.len()) {
            let via = std::iter::once(self.here).chain(value.via.iter().copied()).take(limits::REFERENCE_DEPTH).collect();
            pieces.push(Piece { value: Value { text: value.text.clone(), at: value.at, via }, literal: false });
        }
    }

    /// Text that stands in the value itself, `width` characters wide there.
    fn literal(&mut self, pieces: &mut Vec<Piece>, text: &str, position: usize, width: usize) {
        if text.is_empty() || !self.take(text.len()) {
            return;
        }
        if let Some(Piece { value, literal: true }) = pieces.last_mut() {
            value.text.push_str(text);
            value.at.width += if self.exact { clamp(width) } else { 0 };
            return;
        }
        let at = if self.exact { self.here.part(clamp(position), clamp(width)) } else { self.here };
        pieces.push(Piece { value: Value { text: text.to_owned(), at, via: Vec::new() }, literal: true });
    }

    fn take(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                true
            }
            None => {
                self.cut = true;
                false
            }
        }
    }
}

/// The name that a text starts with.
fn name(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    text.get(..end).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
}

/// For each `${` of a text, by the place of its brace, where it is closed; each closing brace closes
/// the last one that was opened.
fn closing(text: &str) -> HashMap<usize, usize> {
    let (mut open, mut closing) = (Vec::new(), HashMap::new());
    let mut last = ' ';
    for (index, c) in text.char_indices() {
        match c {
            '{' if last == '$' => open.push(index),
            '}' => {
                if let Some(start) = open.pop() {
                    closing.insert(start, index);
                }
            }
            _ => {}
        }
        last = c;
    }
    closing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileId;

    const HERE: At = At { file: FileId(0), line: 3, column: 12, width: 0 };
    const THERE: At = At { file: FileId(1), line: 1, column: 5, width: 4 };

    fn filled(text: &str) -> Filled {
        let values: HashMap<&str, Value> = [("SET", "16.4"), ("EMPTY", ""), ("NAME", "postgres")]
            .map(|(name, text)| (name, Value { text: text.to_owned(), at: THERE, via: Vec::new() }))
            .into();
        let at = At { width: clamp(text.chars().count()), ..HERE };
        fill(&Node::scalar(text, at), &|name| values.get(name))
    }

    fn text(template: &str) -> String {
        filled(template).text()
    }

    #[test]
    fn every_form_gives_what_compose_gives() {
        for (template, expected) in [
            ("plain", "plain"),
            ("${SET}", "16.4"),
            ("$SET", "16.4"),
            ("$NAME:$SET-alpine", "postgres:16.4-alpine"),
            ("$$SET", "$SET"),
            ("$${SET}", "${SET}"),
            ("${SET:-9}", "16.4"),
            ("${EMPTY:-9}", "9"),
            ("${EMPTY-9}", ""),
            ("${NO:-9}", "9"),
            ("${NO-9}", "9"),
            ("${NO-}", ""),
            ("${SET:?must}", "16.4"),
            ("${NO:?must}", ""),
            ("${NO?must}", ""),
            ("${SET:+yes}", "yes"),
            ("${EMPTY:+yes}", ""),
            ("${EMPTY+yes}", "yes"),
            ("${NO+yes}", ""),
            ("${NO:-${SET}}", "16.4"),
            ("${NO:-${NEITHER:-${SET}}}", "16.4"),
            ("${NO:-a${SET}b}c", "a16.4bc"),
            ("app${NO:-:latest}", "app:latest"),
            ("${NO:-localhost:5000/db:1}", "localhost:5000/db:1"),
            ("${SET:+${NAME}:${SET}}", "postgres:16.4"),
            ("a ${SET", "a ${SET"),
            ("${1}", "${1}"),
            ("${{ matrix.pg }}", "${{ matrix.pg }}"),
            ("cost: 5$", "cost: 5$"),
            ("${SET}}", "16.4}"),
            ("é${NO:-ü}", "éü"),
            ("${SET!x}", "${SET!x}"),
        ] {
            assert_eq!(text(template), expected, "{template}");
        }
    }

    #[test]
    fn places_are_those_of_the_literals() {
        let place = |template: &str| {
            let whole = filled(template).whole();
            (whole.at.line, whole.at.column, whole.at.width, whole.via.len())
        };
        assert_eq!(place("postgres:16"), (3, 12, 11, 0));
        assert_eq!(place("${SET}"), (1, 5, 4, 1));
        assert_eq!(place("postgres:${NO:-16.1}"), (3, 12 + 15, 4, 1));
        assert_eq!(place("é:${NO:-16.1}"), (3, 12 + 8, 4, 1));
        assert_eq!(place("${NO:-${NEITHER:-17}}"), (3, 12 + 17, 2, 1));
        assert_eq!(place("${NO:-${SET}-x}"), (1, 5, 4, 1));
        assert_eq!(place("a$$b"), (3, 12, 4, 0));
    }

    #[test]
    fn of_several_pieces_the_one_that_tells_the_version_counts() {
        let place = |template: &str| {
            let whole = filled(template).whole();
            (whole.at.line, whole.at.column, whole.at.width)
        };
        assert_eq!(place("${NO-registry.test}/postgres:16"), (3, 12 + 20, 11));
        assert_eq!(place("${NAME}:${NO:-16}-alpine"), (3, 12 + 14, 2));
        assert_eq!(place("${NAME}:${NO:-16}-${NO:-alpine}"), (3, 12 + 14, 2));
        assert_eq!(place("${NO:-r1.test:5000}/${NAME}:${SET}"), (1, 5, 4));
        assert_eq!(place("app${NO:-:latest}"), (3, 12 + 10, 6));
    }

    #[test]
    fn what_is_unset_or_too_long_is_said() {
        assert!(filled("x:${NO}").unset && filled("x:${NO?}").unset);
        assert!(!filled("x:${NO-}${EMPTY}${NO+a}").unset);
        let long = "${SET}".repeat(limits::INTERPOLATED_BYTES);
        assert!(filled(&long).cut && filled(&long).text().len() <= limits::INTERPOLATED_BYTES);
        let deep = format!("{}x{}", "${NO:-".repeat(50), "}".repeat(50));
        assert!(filled(&deep).cut);
    }

    #[test]
    fn columns_that_cannot_be_told_are_those_of_the_value() {
        let at = At { width: 9, ..HERE };
        let whole = fill(&Node::scalar("x:${NO:-1}", at), &|_| None).whole();
        assert_eq!((whole.at, whole.text.as_str()), (at, "x:1"));
    }
}
