//! What CircleCI fills into a text before a shell reads it: `<< parameters.x >>`, which is no
//! here-document. Source: CircleCI docs, "Configuration reference", parameters and pipeline values.

use std::ops::Range;

use super::Dialect;
use super::lex::{Lexer, Part, Word};

impl Lexer<'_> {
    /// The width of what is filled in here before a shell reads it.
    pub(super) fn fills(&self) -> Option<usize> {
        filled(self.rest()).filter(|_| self.dialect == Dialect::Filled)
    }

    /// Whether a backslash keeps `<<` from being filled in.
    pub(super) fn escapes(&self) -> bool {
        self.dialect == Dialect::Filled && self.rest().starts_with("\\<<")
    }

    /// A text in single quotes, up to its end: not even they keep it from being filled in.
    pub(super) fn verbatim(&mut self, end: usize, word: &mut Word) {
        let mut start = self.at;
        let plain = |range: Range<usize>, text: &str| Part::Literal(text.get(range.clone()).unwrap_or("").to_owned(), range);
        while self.dialect == Dialect::Filled
            && let Some(at) = self.text.get(self.at..end).and_then(|rest| rest.find("<<")).map(|i| self.at + i)
        {
            let Some(width) = self.text.get(at..end).and_then(filled) else {
                self.at = at + 2;
                continue;
            };
            if start < at {
                word.parts.push(plain(start..at, self.text));
            }
            word.parts.push(Part::Expression(at + 2..at + width - 2));
            (start, self.at) = (at + width, at + width);
        }
        if start < end || word.parts.is_empty() {
            word.parts.push(plain(start..end, self.text));
        }
    }
}

/// The width of `<< name >>`, where a text starts with one.
pub(in crate::read) fn filled(text: &str) -> Option<usize> {
    let body = text.strip_prefix("<<")?;
    let inside = body.get(..body.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ' ' | '/')))?)?;
    let named = inside.trim().split_once('.').is_some_and(|(store, name)| !store.is_empty() && !name.is_empty() && !inside.trim().contains(' '));
    (named && body.get(inside.len()..)?.starts_with(">>")).then_some(inside.len() + 4)
}

#[cfg(test)]
mod tests {
    use super::super::lex::within;
    use super::*;

    #[test]
    fn what_is_filled_in_is_no_here_document() {
        let said = |text: &str| -> Vec<Vec<usize>> {
            within(text, 0..text.len(), Dialect::Filled, 0, 0).iter().map(|command| command.words.iter().map(|word| word.parts.len()).collect()).collect()
        };
        assert_eq!(said("run a<< parameters.x >>b '<<pipeline.number>>/c' \"<< matrix.y >>\"\nnext"), [vec![1, 3, 2, 1], vec![1]]);
        assert_eq!(said("cat \\<<EOF\nbody\nEOF\nnext"), [vec![1], vec![1]]);
        assert_eq!(said("cat <<EOF\nbody\nEOF\nnext"), [vec![1], vec![1]]);
        assert_eq!(said("a << b >> c"), [vec![1]]);
    }
}
