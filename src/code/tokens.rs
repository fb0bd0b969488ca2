//! The tokens of one file, and the questions that readers of code ask of them. A place in the tokens
//! is a plain number; one that does not exist answers every question with no.

use std::ops::Range;

use super::lex::{Piece, Token, lex};
use super::lexis::Lexis;

/// A file as tokens, its brackets paired.
pub(super) struct Code<'t> {
    text: &'t str,
    pieces: Vec<Piece>,
    /// For each bracket its other one.
    mates: Vec<u32>,
    /// The bracket that each token stands in.
    around: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl<'t> Code<'t> {
    /// The tokens of a text.
    pub(super) fn new(text: &'t str, lexis: &Lexis) -> Code<'t> {
        let pieces = lex(text, lexis);
        let (mut mates, mut around) = (vec![NONE; pieces.len()], Vec::with_capacity(pieces.len()));
        let mut open: Vec<(u32, u8)> = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            let here = u32::try_from(index).unwrap_or(NONE);
            match piece.token {
                Token::Sign(sign @ (b'(' | b'[' | b'{')) => {
                    around.push(open.last().map_or(NONE, |(at, _)| *at));
                    open.push((here, sign));
                    continue;
                }
                Token::Sign(sign @ (b')' | b']' | b'}')) => {
                    let opener = match sign {
                        b')' => b'(',
                        b']' => b'[',
                        _ => b'{',
                    };
                    // A bracket that nothing closes is passed over, one that nothing opened is left alone.
                    if let Some(depth) = open.iter().rev().take(64).position(|(_, sign)| *sign == opener) {
                        open.truncate(open.len() - depth);
                        if let Some((at, _)) = open.pop() {
                            mates.get_mut(at as usize).into_iter().for_each(|mate| *mate = here);
                            mates.get_mut(index).into_iter().for_each(|mate| *mate = at);
                        }
                    }
                }
                _ => {}
            }
            around.push(open.last().map_or(NONE, |(at, _)| *at));
        }
        Code { text, pieces, mates, around }
    }

    /// How many tokens there are.
    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// The token at a place.
    pub(super) fn token(&self, at: usize) -> Option<Token> {
        self.pieces.get(at).map(|piece| piece.token)
    }

    /// Where a token stands in the text.
    pub(super) fn range(&self, at: usize) -> Range<usize> {
        self.pieces.get(at).map_or(0..0, |piece| piece.start as usize..piece.end as usize)
    }

    /// The text of a token as it is written; empty where there is none.
    pub(super) fn raw(&self, at: usize) -> &'t str {
        self.text.get(self.range(at)).unwrap_or("")
    }

    /// The identifier or keyword here.
    pub(super) fn word(&self, at: usize) -> Option<&'t str> {
        (self.token(at)? == Token::Word).then(|| self.raw(at))
    }

    /// Whether this word stands here.
    pub(super) fn is_word(&self, at: usize, word: &str) -> bool {
        self.word(at) == Some(word)
    }

    /// Whether one of these words stands here.
    pub(super) fn is_one_of(&self, at: usize, words: &[&str]) -> bool {
        self.word(at).is_some_and(|word| words.contains(&word))
    }

    /// Whether these signs stand here, side by side: `=>`, `??`, `(`.
    pub(super) fn is(&self, at: usize, signs: &str) -> bool {
        let mut start = None;
        signs.bytes().enumerate().all(|(i, sign)| {
            let range = self.range(at + i);
            let beside = start.replace(range.end).is_none_or(|end| end == range.start);
            beside && self.token(at + i) == Some(Token::Sign(sign))
        })
    }

    /// Whether these signs stand directly before a place.
    pub(super) fn is_before(&self, at: usize, signs: &str) -> bool {
        at.checked_sub(signs.len()).is_some_and(|start| self.is(start, signs))
    }

    /// The inside of a string literal, whether it is plain, and where it stands.
    pub(super) fn text(&self, at: usize) -> Option<(&'t str, bool, Range<usize>)> {
        let Token::Text { head, tail, plain } = self.token(at)? else { return None };
        let range = self.range(at);
        let inner = range.start + usize::from(head)..range.end.checked_sub(usize::from(tail))?;
        Some((self.text.get(inner.clone())?, plain, inner))
    }

    /// The inside of a plain string literal.
    pub(super) fn plain(&self, at: usize) -> Option<&'t str> {
        self.text(at).filter(|(_, plain, _)| *plain).map(|(text, _, _)| text)
    }

    /// Whether a line ends here.
    pub(super) fn is_break(&self, at: usize) -> bool {
        self.token(at) == Some(Token::Break)
    }

    /// The place itself, or behind the ends of lines that stand there.
    pub(super) fn skip(&self, at: usize) -> usize {
        if self.is_break(at) { at + 1 } else { at }
    }

    /// The token before a place, ends of lines left out.
    pub(super) fn before(&self, at: usize) -> Option<usize> {
        let before = at.checked_sub(1)?;
        if self.is_break(before) { before.checked_sub(1) } else { Some(before) }
    }

    /// The other one of a pair of brackets.
    pub(super) fn mate(&self, at: usize) -> Option<usize> {
        self.mates.get(at).map(|mate| *mate as usize).filter(|mate| *mate < self.pieces.len())
    }

    /// The bracket that a token stands in.
    pub(super) fn around(&self, at: usize) -> Option<usize> {
        self.around.get(at).map(|open| *open as usize).filter(|open| *open < self.pieces.len())
    }

    /// The place behind a token, or behind the bracket that closes it.
    pub(super) fn over(&self, at: usize) -> usize {
        self.mate(at).filter(|mate| *mate > at).unwrap_or(at) + 1
    }

    /// The parts of a range that stand between these signs and in no bracket of it: arguments,
    /// entries. Parts with nothing in them are left out.
    pub(super) fn parts(&self, range: Range<usize>, sign: u8) -> Vec<Range<usize>> {
        let (mut parts, mut start, mut at) = (Vec::new(), range.start, range.start);
        let mut put = |part: Range<usize>| {
            let part = self.trim(part);
            if !part.is_empty() {
                parts.push(part);
            }
        };
        while at < range.end {
            if self.token(at) == Some(Token::Sign(sign)) {
                put(start..at);
                start = at + 1;
            }
            at = self.over(at);
        }
        put(start..range.end);
        parts
    }

    /// The arguments in the brackets that open here.
    pub(super) fn arguments(&self, open: usize) -> Vec<Range<usize>> {
        self.mate(open).filter(|close| *close > open).map_or_else(Vec::new, |close| self.parts(open + 1..close, b','))
    }

    fn trim(&self, range: Range<usize>) -> Range<usize> {
        let start = self.skip(range.start).min(range.end);
        let end = if range.end > start && self.is_break(range.end - 1) { range.end - 1 } else { range.end };
        start..end
    }

    /// The text of an expression that is nothing but a literal: text, number, truth.
    pub(super) fn literal(&self, range: Range<usize>) -> Option<String> {
        let range = self.trim(range);
        let (first, length) = (range.start, range.len());
        match (self.token(first)?, length) {
            (Token::Text { .. }, 1) => self.plain(first).map(str::to_owned),
            (Token::Number, 1) => Some(self.raw(first).to_owned()),
            (Token::Sign(b'-'), 2) if self.token(first + 1) == Some(Token::Number) => Some(format!("-{}", self.raw(first + 1))),
            (Token::Word, 1) => matches!(self.raw(first), "true" | "false" | "True" | "False" | "TRUE" | "FALSE").then(|| self.raw(first).to_ascii_lowercase()),
            _ => None,
        }
    }
}
