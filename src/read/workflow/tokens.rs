//! The tokens of an expression of GitHub Actions. Source: GitHub Docs, "Evaluate expressions in
//! workflows", on literals and operators.

use std::ops::Range;

/// A token; literals with their bytes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    Text(String, Range<usize>),
    Number(String, Range<usize>),
    Sign(&'static str),
}

const SIGNS: &[&str] = &["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ".", ",", "*"];

/// The tokens of an expression; none where some of it is no token.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let c = rest.chars().next()?;
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if c == '\'' {
            let (mut value, mut end) = (String::new(), None);
            let mut chars = rest.char_indices().skip(1).peekable();
            while let Some((i, c)) = chars.next() {
                if c != '\'' {
                    value.push(c);
                } else if chars.next_if(|(_, c)| *c == '\'').is_some() {
                    value.push('\'');
                } else {
                    end = Some(i);
                    break;
                }
            }
            let end = end?;
            out.push(Token::Text(value, at + 1..at + end));
            at += end + 1;
        } else if c.is_ascii_digit() || c == '-' {
            let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-')).unwrap_or(rest.len());
            out.push(Token::Number(rest.get(..length)?.to_owned(), at..at + length));
            at += length;
        } else if c.is_alphabetic() || c == '_' {
            let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
            out.push(Token::Name(rest.get(..length)?.to_owned()));
            at += length;
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
            out.push(Token::Sign(sign));
            at += sign.len();
        }
    }
    Some(out)
}
