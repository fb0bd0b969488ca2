//! What a `$`, a backtick or a just interpolation begins: a variable, an expression, a substitution.
//! Source: POSIX Shell Command Language 2.6; GNU make manual, "How to Use Variables"; just's manual.

use std::ops::Range;

use super::Dialect;
use super::lex::{Lexer, Part, Word, is_name, within};

/// How deep substitutions are looked into.
const NESTING: usize = 6;

impl Lexer<'_> {
    pub(super) fn expansion_or_char(&mut self, c: char, word: &mut Word, quoted: bool) {
        let start = self.at;
        match c {
            '$' => match self.dollar(quoted) {
                Some(part) => word.parts.push(part),
                None => {
                    self.at = start + 1;
                    literal(word, '$', start..start + 1);
                }
            },
            '`' => {
                self.skip(c);
                let length = self.find("`").unwrap_or(0);
                let range = self.at..self.at + length;
                self.at = (range.end + 1).min(self.end);
                word.parts.push(self.substitution(range));
            }
            '{' if self.dialect == Dialect::Just && self.rest().starts_with("{{") => {
                let Some(length) = self.find("}}") else {
                    self.skip(c);
                    return literal(word, c, start..self.at);
                };
                let name = self.text.get(start + 2..start + length).unwrap_or("").trim().to_owned();
                self.at = start + length + 2;
                let part = if is_name(&name) { Part::Variable { name, fallback: None, range: start..self.at, quoted } } else { Part::Unknown };
                word.parts.push(part);
            }
            '\\' => {
                self.skip(c);
                let Some(next) = self.peek() else { return };
                self.skip(next);
                // In quotes it stands for itself in front of anything else.
                if quoted && !matches!(next, '$' | '`' | '"' | '\\' | '\n') {
                    literal(word, '\\', start..start + 1);
                    literal(word, next, start + 1..self.at);
                } else if next != '\n' {
                    literal(word, next, start..self.at);
                }
            }
            '<' if self.fills().is_some() => {
                self.at += self.fills().unwrap_or(1);
                word.parts.push(Part::Expression(start + 2..self.at.saturating_sub(2)));
            }
            c => {
                self.skip(c);
                literal(word, c, start..self.at);
            }
        }
    }

    /// How far away a sign is, unless one was already missing.
    fn find(&mut self, sign: &str) -> Option<usize> {
        let found = if self.unclosed { None } else { self.rest().find(sign) };
        self.unclosed |= found.is_none();
        found
    }

    fn dollar(&mut self, quoted: bool) -> Option<Part> {
        let start = self.at;
        self.skip('$');
        let make = self.dialect == Dialect::Make;
        if make && self.take("$") && !self.rest().starts_with(['{', '(']) && !self.rest().starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return Some(Part::Unknown);
        }
        let escaped = make && self.at > start + 1;
        if self.rest().starts_with("{{") {
            let length = self.find("}}")?;
            let range = self.at + 2..self.at + length;
            self.at = range.end + 2;
            return Some(Part::Expression(range));
        }
        if make && !escaped && self.rest().starts_with('(') {
            let length = self.find(")")?;
            let name = self.rest().get(1..length).unwrap_or("").to_owned();
            if is_name(&name) {
                self.at += length + 1;
                return Some(Part::Variable { name, fallback: None, range: start..self.at, quoted });
            }
        }
        if self.take("((") {
            let length = self.find("))")?;
            self.at += length + 2;
            return Some(Part::Unknown);
        }
        if self.take("(") {
            let range = self.at..self.closing()?;
            self.at = range.end + 1;
            return Some(self.substitution(range));
        }
        if self.take("{") {
            return self.braces(start, quoted);
        }
        let name: String = self.rest().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        if name.is_empty() {
            let special = self.peek().filter(|c| "@*#?-$!<^".contains(*c))?;
            self.skip(special);
            return Some(Part::Unknown);
        }
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            self.at += 1;
            return Some(Part::Unknown);
        }
        self.at += name.len();
        Some(Part::Variable { name, fallback: None, range: start..self.at, quoted })
    }

    fn braces(&mut self, start: usize, quoted: bool) -> Option<Part> {
        let open = self.at;
        let length = self.find("}")?;
        let body = self.text.get(open..open + length)?;
        let name: String = body.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let rest = body.get(name.len()..).unwrap_or("");
        if rest.contains("${") || rest.contains("$(") {
            // A nested default: its end is another sign. What it comes to is not looked for.
            let nested = self.find("}").map_or(length, |n| n);
            let more = self.text.get(open + nested + 1..self.end).and_then(|t| t.find('}'))?;
            self.at = open + nested + 1 + more + 1;
            return Some(Part::Unknown);
        }
        self.at = open + length + 1;
        if (name == "0" || name == "BASH_SOURCE") && rest.ends_with("%/*") {
            return Some(Part::Here(0, start..self.at));
        }
        let fallback = [":-", ":=", "-", "="].iter().find(|sign| rest.starts_with(**sign)).map(|sign| open + name.len() + sign.len()..open + length);
        if rest.is_empty() || fallback.is_some() || rest.starts_with(":?") || rest.starts_with('?') {
            return (!name.is_empty()).then_some(Part::Variable { name, fallback, range: start..self.at, quoted });
        }
        Some(Part::Unknown)
    }

    /// The end of a substitution whose opening parenthesis was just read.
    fn closing(&mut self) -> Option<usize> {
        if self.unclosed {
            return None;
        }
        let (mut depth, mut single, mut escaped) = (1usize, false, false);
        for (i, c) in self.rest().char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' if !single => escaped = true,
                '\'' => single = !single,
                '(' if !single => depth += 1,
                ')' if !single => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(self.at + i);
            }
        }
        self.unclosed = true;
        None
    }

    fn substitution(&mut self, range: Range<usize>) -> Part {
        let inner = self.text.get(range.clone()).unwrap_or("");
        if self.nesting < NESTING {
            let found = within(self.text, range.clone(), self.dialect, self.depth + 1, self.nesting + 1);
            self.out.extend(found);
        }
        if inner.contains("rev-parse --show-toplevel") {
            Part::Root(range)
        } else if inner.contains("dirname") && (inner.contains("$0") || inner.contains("BASH_SOURCE")) {
            Part::Here(inner.matches("/..").count(), range)
        } else if inner.trim() == "pwd" {
            Part::Folder(range)
        } else {
            Part::Unknown
        }
    }
}

/// Appends a character to the literal that a word ends in.
fn literal(word: &mut Word, c: char, range: Range<usize>) {
    match word.parts.last_mut() {
        Some(Part::Literal(text, before)) if before.end == range.start && before.len() == text.len() && range.len() == c.len_utf8() => {
            text.push(c);
            before.end = range.end;
        }
        _ => word.parts.push(Part::Literal(c.to_string(), range)),
    }
}
