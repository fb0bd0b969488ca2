//! One lexer for all languages: words, texts, signs and ends of lines, told apart by a table of
//! traits ([`Lexis`]). It takes linear time, and whatever it is given it ends.

use memchr::memchr;

use super::lexis::{Close, Lexis, Quote};

/// One token and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// What it is.
    pub(super) token: Token,
    /// The offset of its first byte.
    pub(super) start: u32,
    /// The offset behind its last byte.
    pub(super) end: u32,
}

/// What a token is. Comments and regular expressions are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// An identifier or keyword.
    Word,
    /// A string literal.
    Text {
        /// How many bytes its opening quote takes.
        head: u8,
        /// How many its closing quote takes.
        tail: u8,
        /// Whether nothing is interpolated. What is follows as tokens of its own.
        plain: bool,
    },
    /// A number.
    Number,
    /// One byte of punctuation.
    Sign(u8),
    /// The end of a line, or of several.
    Break,
}

/// The deepest nesting of texts in interpolations in texts.
pub(super) const DEPTH: usize = 12;

/// The tokens of a text.
pub(super) fn lex(text: &str, lexis: &Lexis) -> Vec<Piece> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        lexis,
        at: 0,
        pieces: Vec::with_capacity(text.len() / 5),
        dead: Vec::new(),
        heredocs: Vec::new(),
        starts: starts(lexis),
    };
    lexer.dead.resize(lexis.quotes.len() + 2, 0);
    if lexis.island.is_some() {
        lexer.enter_island();
    }
    lexer.run(None, true, 0);
    lexer.pieces
}

pub(super) struct Lexer<'t, 'l> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) lexis: &'l Lexis,
    pub(super) at: usize,
    pub(super) pieces: Vec<Piece>,
    /// Up to where each quote (then the regular expression, then the block comment) is known not to be
    /// closed: nothing is looked through twice.
    pub(super) dead: Vec<usize>,
    /// The ends of here-documents that begin with the next line.
    pub(super) heredocs: Vec<(&'t str, bool)>,
    /// Which bytes may begin what is neither a word nor a sign by itself.
    pub(super) starts: [bool; 256],
}

/// The bytes with which comments, texts, regular expressions and the ends of islands begin.
fn starts(lexis: &Lexis) -> [bool; 256] {
    let comments = lexis.line_comments.iter().copied().chain(lexis.block_comments.iter().map(|(open, _)| *open));
    let texts = lexis.quotes.iter().map(|quote| quote.open).chain(lexis.heredocs.iter().copied());
    let others = lexis.island.map(|(_, close)| close).into_iter().chain((!lexis.regex_after.is_empty()).then_some("/"));
    let mut starts = [false; 256];
    for byte in comments.chain(texts).chain(others).filter_map(|open| open.bytes().next()) {
        if let Some(start) = starts.get_mut(usize::from(byte)) {
            *start = true;
        }
    }
    starts
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

impl<'t> Lexer<'t, '_> {
    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    pub(super) fn rest(&self) -> &'t [u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    pub(super) fn follows(&self, what: &str) -> bool {
        // Nearly all answers are no, and the first byte gives them.
        self.peek(0) == what.as_bytes().first().copied() && self.rest().starts_with(what.as_bytes())
    }

    pub(super) fn push(&mut self, token: Token, start: usize, end: usize) {
        let clamp = |n| u32::try_from(n).unwrap_or(u32::MAX);
        self.pieces.push(Piece { token, start: clamp(start), end: clamp(end) });
    }

    /// Goes on behind the next `needle`, or to the end.
    fn skip_to(&mut self, needle: &str) -> bool {
        let found = self.text.get(self.at..).and_then(|rest| rest.find(needle));
        self.at = found.map_or(self.bytes.len(), |i| self.at + i + needle.len());
        found.is_some()
    }

    /// Goes on inside the next island of code (`<?php … ?>`).
    fn enter_island(&mut self) {
        if let Some((open, _)) = self.lexis.island {
            self.skip_to(open);
        }
    }

    /// Reads tokens up to the end, or to the bracket that closes an interpolation; whether that came.
    pub(super) fn run(&mut self, until: Option<u8>, lines: bool, depth: usize) -> bool {
        let mut nested = 0usize;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\n' if !lines => return false,
                b'\n' if self.comment() => {}
                b'\n' => self.line_end(depth),
                _ if byte.is_ascii_whitespace() => self.at += 1,
                _ if is_word_start(byte) || self.lexis.word.contains(&byte) => self.word(depth),
                _ if byte.is_ascii_digit() => self.number(),
                _ if until == Some(byte) && nested == 0 => return true,
                _ if self.starts.get(usize::from(byte)) == Some(&true)
                    && (self.comment() || self.quoted("", self.at, depth) || self.heredoc() || self.regex()) => {}
                _ => {
                    match byte {
                        b'{' if until == Some(b'}') => nested += 1,
                        b'}' => nested = nested.saturating_sub(1),
                        _ => {}
                    }
                    self.push(Token::Sign(byte), self.at, self.at + 1);
                    self.at += 1;
                }
            }
        }
        until.is_none()
    }

    fn line_end(&mut self, depth: usize) {
        if !matches!(self.pieces.last(), Some(Piece { token: Token::Break, .. })) {
            self.push(Token::Break, self.at, self.at + 1);
        }
        self.at += 1;
        for (end, code) in std::mem::take(&mut self.heredocs) {
            self.heredoc_body(end, code, depth);
        }
    }

    fn word(&mut self, depth: usize) {
        let start = self.at;
        let lexis = self.lexis;
        let is_word = |byte: &u8| is_word_start(*byte) || byte.is_ascii_digit() || lexis.word.contains(byte);
        self.at += self.rest().iter().take_while(|byte| is_word(byte)).count();
        if self.peek(0).is_some_and(|byte| self.lexis.word_end.contains(&byte)) && self.peek(1) != Some(b'=') {
            self.at += 1;
        }
        let word = self.text.get(start..self.at).unwrap_or("");
        // `r"…"`, `f'…'`: the word belongs to the text behind it.
        if word.len() <= 3 && self.quoted(word, start, depth) {
            return;
        }
        self.push(Token::Word, start, self.at);
    }

    fn number(&mut self) {
        let start = self.at;
        while let Some(byte) = self.peek(0) {
            let point = byte == b'.' && self.peek(1).is_some_and(|next| next.is_ascii_digit());
            if !(byte.is_ascii_alphanumeric() || byte == b'_' || point) {
                break;
            }
            self.at += 1;
        }
        self.push(Token::Number, start, self.at);
    }

    /// Skips a comment, or what is not code between two islands.
    fn comment(&mut self) -> bool {
        let lexis = self.lexis;
        if lexis.island.is_some_and(|(_, close)| self.follows(close)) {
            // What stands in two islands is no one expression.
            self.push(Token::Break, self.at, self.at);
            self.enter_island();
            return true;
        }
        let is_line = |lexer: &Self| lexis.line_comments.iter().any(|open| lexer.follows(open)) && !lexis.no_comments.iter().any(|open| lexer.follows(open));
        if is_line(self) && !lexis.block_comments.iter().any(|(open, _)| self.follows(open)) {
            // A comment in an island ends with it.
            let line = memchr(b'\n', self.rest()).map_or(self.bytes.len(), |i| self.at + i);
            let island = lexis.island.and_then(|(_, close)| self.text.get(self.at..line)?.find(close));
            self.at = island.map_or(line, |i| self.at + i);
            return true;
        }
        let slot = lexis.quotes.len() + 1;
        let Some((open, close)) = lexis.block_comments.iter().find(|(open, _)| self.follows(open)) else { return false };
        if self.dead.get(slot).is_some_and(|dead| self.at < *dead) {
            return false;
        }
        let (start, mut depth) = (self.at, 1usize);
        let (first, last) = (open.bytes().next().unwrap_or(0), close.bytes().next().unwrap_or(0));
        self.at += open.len();
        while depth > 0 {
            match self.peek(0) {
                None => {
                    // It is never closed: what looked like its beginning was something else.
                    self.at = start;
                    if let Some(dead) = self.dead.get_mut(slot) {
                        *dead = self.bytes.len();
                    }
                    return false;
                }
                Some(_) if self.follows(close) => {
                    depth -= 1;
                    self.at += close.len();
                }
                Some(_) if lexis.nested_comments && self.follows(open) => {
                    depth += 1;
                    self.at += open.len();
                }
                Some(_) => self.pass(|byte| byte != first && byte != last),
            }
        }
        true
    }

    /// Goes on behind this byte and all that follow and are of no interest.
    fn pass(&mut self, dull: impl Fn(u8) -> bool) {
        self.at += 1;
        self.at += self.rest().iter().take_while(|byte| dull(**byte)).count();
    }

    /// Reads a text whose quote stands here, behind `prefix`, which starts at `start`.
    fn quoted(&mut self, prefix: &str, start: usize, depth: usize) -> bool {
        let lexis = self.lexis;
        if !self.peek(0).is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`' | b'%' | b'~' | b'$' | b'@' | b'#')) {
            return false;
        }
        let opens = |quote: &Quote| self.follows(quote.open) && if prefix.is_empty() { quote.bare } else { quote.prefixes.contains(&prefix) };
        let Some((slot, quote)) = lexis.quotes.iter().enumerate().find(|(_, quote)| opens(quote)) else { return false };
        if depth > DEPTH || self.dead.get(slot).is_some_and(|dead| self.at < *dead) {
            return false;
        }
        let (from, place, pieces) = (self.at, start, self.pieces.len());
        let head = u8::try_from(from - start + quote.open.len()).unwrap_or(u8::MAX);
        self.push(Token::Text { head, tail: 0, plain: true }, place, place);
        self.at += quote.open.len();
        if let Some(plain) = self.inside(quote, depth) {
            if let Some(piece) = self.pieces.get_mut(pieces) {
                let tail = u8::try_from(quote.close.len()).unwrap_or(u8::MAX);
                *piece = Piece { token: Token::Text { head, tail, plain }, end: u32::try_from(self.at).unwrap_or(u32::MAX), ..*piece };
            }
            return true;
        }
        self.pieces.truncate(pieces);
        if quote.ends != Close::Character
            && let Some(dead) = self.dead.get_mut(slot)
        {
            let line = || self.bytes.iter().skip(from).position(|byte| *byte == b'\n').map_or(self.bytes.len(), |i| from + i);
            *dead = if quote.ends == Close::Anywhere { self.bytes.len() } else { line() };
        }
        self.at = from;
        false
    }

    /// Reads up to behind the closing quote; whether nothing was interpolated. None where it does not
    /// come.
    fn inside(&mut self, quote: &Quote, depth: usize) -> Option<bool> {
        let (mut plain, mut characters) = (true, 0);
        let close = quote.close.bytes().next().unwrap_or(0);
        let code: Vec<u8> = quote.code.iter().filter_map(|open| open.bytes().next()).collect();
        while let Some(byte) = self.peek(0) {
            if quote.doubled
                && self.follows(quote.close)
                && self.bytes.get(self.at + quote.close.len()..).is_some_and(|r| r.starts_with(quote.close.as_bytes()))
            {
                self.at += quote.close.len() * 2;
            } else if self.follows(quote.close) {
                self.at += quote.close.len();
                return Some(plain);
            } else if byte == b'\\' && quote.escapes {
                let wide = self.peek(1).is_some_and(|next| next >= 0x80);
                self.at += if wide { 1 } else { 2 };
                characters = 0;
            } else if byte == b'\n' && quote.ends != Close::Anywhere || quote.ends == Close::Character && characters > 0 && byte & 0xC0 != 0x80 {
                return None;
            } else if let Some(open) = quote.code.iter().copied().find(|open| self.follows(open)) {
                // `{{` of an f-string is a brace.
                if open == "{" && self.peek(1) == Some(b'{') {
                    self.at += 2;
                    continue;
                }
                plain = false;
                self.at += open.len();
                if !self.run(Some(b'}'), quote.ends == Close::Anywhere, depth + 1) {
                    return None;
                }
                self.at += 1;
            } else {
                characters += 1;
                let bytewise = quote.ends == Close::Character;
                self.pass(|byte| !bytewise && byte != close && !matches!(byte, b'\\' | b'\n') && !code.contains(&byte));
            }
        }
        None
    }
}
