//! What the lexer passes over as a whole: here-documents and regular expressions.

use super::lex::{DEPTH, Lexer, Piece, Token};

impl Lexer<'_, '_> {
    /// Notes a here-document that begins with the next line.
    pub(super) fn heredoc(&mut self) -> bool {
        let lexis = self.lexis;
        let Some(open) = lexis.heredocs.iter().find(|open| self.follows(open)) else { return false };
        let rest = self.text.get(self.at + open.len()..).unwrap_or("");
        let mark = rest.trim_start_matches(' ');
        let quote = mark.chars().next().filter(|c| matches!(c, '"' | '\''));
        let name = quote.map_or(mark, |_| mark.get(1..).unwrap_or(""));
        let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let name = name.get(..length).unwrap_or("");
        // `a << b`, `list <<ITEM` with lower-case names are shifts and appends.
        if !name.starts_with(|c: char| c.is_ascii_uppercase()) || mark.len() != rest.len() && open.len() < 3 {
            return false;
        }
        self.heredocs.push((name, quote != Some('\'')));
        self.at += open.len() + (rest.len() - mark.len()) + length + if quote.is_some() { 2 } else { 0 };
        true
    }

    pub(super) fn heredoc_body(&mut self, end: &str, code: bool, depth: usize) {
        let (start, index) = (self.at, self.pieces.len());
        self.push(Token::Text { head: 0, tail: 0, plain: true }, start, start);
        let mut plain = true;
        'lines: while self.at < self.bytes.len() {
            let line = self.text.get(self.at..).and_then(|rest| rest.lines().next()).unwrap_or("");
            let closes = line.trim_start().strip_prefix(end).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
            if closes {
                break;
            }
            let stop = self.at + line.len();
            while self.at < stop {
                let open = self.lexis.heredoc_code.iter().find(|open| code && self.follows(open));
                self.at += open.map_or(1, |open| open.len());
                if open.is_some() {
                    plain = false;
                    if depth > DEPTH || !self.run(Some(b'}'), true, depth + 1) {
                        break 'lines;
                    }
                }
            }
            self.at += self.rest().iter().position(|byte| *byte == b'\n').map_or(self.rest().len(), |i| i + 1);
        }
        let stop = self.at.min(self.bytes.len());
        if let Some(piece) = self.pieces.get_mut(index) {
            *piece = Piece { token: Token::Text { head: 0, tail: 0, plain }, end: u32::try_from(stop).unwrap_or(u32::MAX), ..*piece };
        }
        // The mark that ends it is no code.
        let blank = self.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if self.bytes.get(self.at + blank..).is_some_and(|rest| rest.starts_with(end.as_bytes())) {
            self.at += blank + end.len();
        }
    }

    /// Skips a regular expression.
    pub(super) fn regex(&mut self) -> bool {
        let slot = self.lexis.quotes.len();
        if self.lexis.regex_after.is_empty() || self.peek(0) != Some(b'/') || self.dead.get(slot).is_some_and(|dead| self.at < *dead) {
            return false;
        }
        let before = self.pieces.iter().rev().find(|piece| piece.token != Token::Break);
        let may = match before.map(|piece| (piece.token, self.text.get(piece.start as usize..piece.end as usize).unwrap_or(""))) {
            None => true,
            Some((Token::Sign(sign), _)) => !matches!(sign, b')' | b']' | b'}' | b'<'),
            Some((Token::Word, word)) => self.lexis.regex_after.contains(&word),
            Some(_) => false,
        };
        if !may {
            return false;
        }
        let (mut class, mut at) = (false, self.at + 1);
        loop {
            match self.bytes.get(at).copied() {
                None | Some(b'\n') => break,
                Some(b'\\') => at += 1,
                Some(b'[') => class = true,
                Some(b']') => class = false,
                Some(b'/') if !class => {
                    self.at = at + 1;
                    self.at += self.rest().iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
                    return true;
                }
                Some(_) => {}
            }
            at += 1;
        }
        if let Some(dead) = self.dead.get_mut(slot) {
            *dead = at;
        }
        false
    }
}
