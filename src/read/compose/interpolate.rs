//! Compose's interpolation of values (Compose Specification, "Interpolation"; compose-go `template`):
//! `$V`, `${V}`, `${V:-d}`, `${V-d}`, `${V:?m}`, `${V?m}`, `${V:+x}`, `${V+x}`, nested, and `$$`.
//! Every piece of the text that comes out knows where it was written.

use std::ops::Range;

use super::expressions::{Expression, Expressions, Sign};
use super::filled::{Filled, Origin, Piece, Value, origin};
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
    let expressions = Expressions::of(text);
    let mut filler = Filler { text, expressions, here, exact, lookup, left: limits::INTERPOLATED_BYTES, unset: None, defaulted: false, cut: false };
    let pieces = filler.pieces(0..text.len(), 0, 0);
    Filled { pieces, here, unset: filler.unset, defaulted: filler.defaulted, cut: filler.cut }
}

struct Filler<'f, 'l> {
    text: &'f str,
    expressions: Expressions<'f>,
    here: At,
    exact: bool,
    lookup: &'f Lookup<'l>,
    left: usize,
    unset: Option<String>,
    defaulted: bool,
    cut: bool,
}

impl Filler<'_, '_> {
    /// The pieces of a range of the text that starts at this character of it.
    fn pieces(&mut self, range: Range<usize>, position: usize, depth: usize) -> Vec<Piece> {
        let text = self.text;
        let mut pieces = Vec::new();
        let (mut start, mut position) = (range.start, position);
        while let Some((found, sign)) = self.expressions.next(start..range.end) {
            let before = text.get(start..found.start).unwrap_or("");
            let width = before.chars().count();
            self.literal(&mut pieces, before, position, width);
            position += width;
            let taken = text.get(found.clone()).map_or(0, |taken| taken.chars().count());
            match sign {
                // Compose refuses a stray one; it stays what it is and will be no image reference.
                Sign::Dollar | Sign::Stray => self.literal(&mut pieces, "$", position, taken),
                Sign::Variable(expression) => {
                    // Signs, names and operators are ASCII: as many bytes as characters.
                    let word_position = position + expression.word.start.saturating_sub(found.start);
                    self.expression(&mut pieces, expression, word_position, depth);
                }
            }
            position += taken;
            start = found.end;
        }
        let rest = text.get(start..range.end).unwrap_or("");
        self.literal(&mut pieces, rest, position, rest.chars().count());
        pieces
    }

    /// A variable, and perhaps an operator with a word behind it, which stands at this position.
    fn expression(&mut self, pieces: &mut Vec<Piece>, expression: Expression<'_>, position: usize, depth: usize) {
        let Expression { name, strict, operator, word, .. } = expression;
        let set = (self.lookup)(name).is_some_and(|value| !strict || !value.text.is_empty());
        match operator {
            Some('-') if !set => {
                let known = self.unset.is_some();
                self.word(pieces, word, position, depth, Origin::Default);
                // A default that is made of what is not set is none.
                self.defaulted |= known || self.unset.is_none();
            }
            Some('+') if set => self.word(pieces, word, position, depth, Origin::Variable),
            Some('+') => {}
            _ => self.variable(pieces, name),
        }
    }

    /// The word behind an operator, which may hold variables again.
    fn word(&mut self, pieces: &mut Vec<Piece>, word: Range<usize>, position: usize, depth: usize, from: Origin) {
        if depth >= limits::REFERENCE_DEPTH {
            self.cut = true;
            return;
        }
        let nested = self.pieces(word, position, depth + 1);
        let text: String = nested.iter().map(|piece| piece.value.text.as_str()).collect();
        if let Some(Piece { value, origin }) = origin(&nested, &text) {
            let via = if *origin == Origin::Literal { vec![self.here] } else { value.via.clone() };
            pieces.push(Piece { value: Value { text, at: value.at, via }, origin: from });
        }
    }

    fn variable(&mut self, pieces: &mut Vec<Piece>, name: &str) {
        let Some(value) = (self.lookup)(name) else {
            self.unset.get_or_insert_with(|| name.to_owned());
            return;
        };
        if !value.text.is_empty() && self.take(value.text.len()) {
            let via = std::iter::once(self.here).chain(value.via.iter().copied()).take(limits::REFERENCE_DEPTH).collect();
            pieces.push(Piece { value: Value { text: value.text.clone(), at: value.at, via }, origin: Origin::Variable });
        }
    }

    /// Text that stands in the value itself, `width` characters wide there.
    fn literal(&mut self, pieces: &mut Vec<Piece>, text: &str, position: usize, width: usize) {
        if text.is_empty() || !self.take(text.len()) {
            return;
        }
        if let Some(Piece { value, origin: Origin::Literal }) = pieces.last_mut() {
            value.text.push_str(text);
            value.at.width += if self.exact { clamp(width) } else { 0 };
            return;
        }
        let at = if self.exact { self.here.part(clamp(position), clamp(width)) } else { self.here };
        pieces.push(Piece { value: Value { text: text.to_owned(), at, via: Vec::new() }, origin: Origin::Literal });
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::model::Content;
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
        assert!(filled("x:${NO}").is_unset() && filled("x:${NO?}").is_unset());
        assert!(!filled("x:${NO-}${EMPTY}${NO+a}").is_unset());
        let long = "${SET}".repeat(limits::INTERPOLATED_BYTES);
        assert!(filled(&long).cut && filled(&long).text().len() <= limits::INTERPOLATED_BYTES);
        let deep = format!("{}x{}", "${NO:-".repeat(50), "}".repeat(50));
        assert!(filled(&deep).cut);
    }

    #[test]
    fn where_a_value_comes_from_is_said() {
        for (template, content, text) in [
            ("", Content::Literal, ""),
            ("a", Content::Literal, "a"),
            ("${SET}", Content::Literal, "16.4"),
            ("${EMPTY}", Content::Literal, ""),
            ("a${NO}", Content::Literal, "a"),
            ("${NO}${NEITHER}", Content::Unset, "NO"),
            ("${NO:?must}", Content::Unset, "NO"),
            ("${NO:-d}", Content::Default, "d"),
            ("${NO:-}", Content::Default, ""),
            ("${SET:-d}", Content::Literal, "16.4"),
            ("http://${NO:-d}/", Content::Default, "http://d/"),
            ("${NO:-${NEITHER}}", Content::Unset, "NEITHER"),
            ("${NO:-${NEITHER:-d}}", Content::Default, "d"),
            ("a${NO:-}", Content::Literal, "a"),
            ("${SET:+d}", Content::Literal, "d"),
            ("${NO:+d}", Content::Literal, ""),
        ] {
            assert_eq!(filled(template).content(), (content, text.to_owned()), "{template}");
        }
    }

    #[test]
    fn columns_that_cannot_be_told_are_those_of_the_value() {
        let at = At { width: 9, ..HERE };
        let whole = fill(&Node::scalar("x:${NO:-1}", at), &|_| None).whole();
        assert_eq!((whole.at, whole.text.as_str()), (at, "x:1"));
    }
}
