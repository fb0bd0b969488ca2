//! Env files cut into logical lines: every character of the file is in one of them, and what an
//! assignment is made of has its exact place. What all of it means is up to a dialect.

use super::{is_custom_name, is_name};
use crate::syntax::{At, FileId, clamp};

/// What separates a key from its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// Nothing: a bare key.
    None,
    /// `=`
    Equals,
    /// `:`
    Colon,
}

/// A key and what stands behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Assignment<'t> {
    /// The whole of it, from the start of its line.
    pub text: &'t str,
    /// Whether its line ends with a carriage return.
    pub carriage: bool,
    /// Whether it is commented out.
    pub commented: bool,
    /// Whether `export` stands before it.
    pub exported: bool,
    /// The key.
    pub key: &'t str,
    /// Where the key stands.
    pub key_at: At,
    /// The white space between the key and its separator.
    pub before: &'t str,
    /// The separator.
    pub separator: Separator,
    /// The white space between the separator and the value.
    pub after: &'t str,
    /// The quote that the value is in, where it begins with one that is closed.
    pub quote: Option<char>,
    /// What is between the quotes, or everything up to the end of the line.
    pub value: &'t str,
    /// Where the value stands: what is between the quotes, or the text before a comment.
    pub value_at: At,
    /// What stands behind the closing quote.
    pub rest: &'t str,
    /// Everything behind the separator.
    pub raw: &'t str,
}

impl<'t> Assignment<'t> {
    /// A value without quotes, as most loaders take it: up to a `#` behind white space.
    pub fn plain(&self) -> &'t str {
        let text = self.raw.get(self.after.len()..).unwrap_or("");
        if text.starts_with('#') && !self.after.is_empty() {
            return "";
        }
        let comment = text.match_indices('#').find(|(i, _)| text.get(..*i).is_some_and(|before| before.ends_with([' ', '\t'])));
        comment.and_then(|(i, _)| text.get(..i)).unwrap_or(text).trim_end()
    }
}

/// Structure without any text: a value may be a secret.
impl std::fmt::Debug for Assignment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "assignment@{}:{}", self.key_at.line, self.key_at.column)
    }
}

/// What a logical line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'t> {
    /// White space.
    Blank,
    /// A comment.
    Comment,
    /// A key, with or without a value; also one that is commented out.
    Assignment(Assignment<'t>),
    /// None of these.
    Malformed,
}

/// A logical line: one line of the file, or several that one pair of quotes holds together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Line<'t> {
    /// The number of its first line, from 1.
    pub number: u32,
    /// Its text.
    pub text: &'t str,
    /// How it ends: a line feed, with or without a carriage return; nothing at the end of a file.
    pub end: &'t str,
    /// What it is.
    pub token: Token<'t>,
}

impl std::fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {:?}", self.number, self.token)
    }
}

/// Cuts an env file into its logical lines.
pub fn tokens(file: FileId, text: &str) -> Vec<Line<'_>> {
    let (mut out, mut beyond, mut number, mut armoured) = (Vec::new(), text, 1u32, false);
    while !beyond.is_empty() {
        let first = up_to_end(beyond);
        // A key in PEM form that no quotes hold: its lines look like names and are none.
        let token = if armoured && is_body(first) { Token::Malformed } else { token(Start { file, number, line: first, beyond }) };
        let text = match &token {
            Token::Assignment(one) => one.text,
            _ => first,
        };
        armoured = (armoured && is_body(first) || text.contains("-----BEGIN")) && !text.contains("-----END");
        let rest = beyond.get(text.len()..).unwrap_or("");
        let end = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        let (end, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        out.push(Line { number, text, end, token });
        number = number.saturating_add(clamp(text.matches('\n').count() + 1));
        beyond = rest;
    }
    out
}

/// Whether a line can be part of the body of a key in PEM form.
fn is_body(line: &str) -> bool {
    line.trim().trim_end_matches('=').chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/'))
}

/// A text up to the end of its first line.
fn up_to_end(text: &str) -> &str {
    let line = text.split_once('\n').map_or(text, |(line, _)| line);
    if line.len() < text.len() { line.strip_suffix('\r').unwrap_or(line) } else { line }
}

/// Where a logical line starts.
#[derive(Clone, Copy)]
struct Start<'t> {
    file: FileId,
    number: u32,
    /// The first line, without its end.
    line: &'t str,
    /// Everything from here to the end of the file.
    beyond: &'t str,
}

impl Start<'_> {
    /// The place of a part of the line, with which its end `rest` starts.
    fn place(&self, rest: &str, part: &str) -> At {
        let before = self.line.len().checked_sub(rest.len()).and_then(|i| self.line.get(..i)).map_or(0, |s| s.chars().count());
        At { file: self.file, line: self.number, column: clamp(before + 1), width: clamp(part.chars().count()) }
    }
}

fn token(start: Start<'_>) -> Token<'_> {
    let body = start.line.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if body.is_empty() {
        return Token::Blank;
    }
    let Some(comment) = body.strip_prefix('#') else {
        return assignment(start, body, false).map_or(Token::Malformed, Token::Assignment);
    };
    // `# KEY=value` documents a key; prose that happens to hold a `=` does not.
    let documented = |one: &Assignment<'_>| one.separator == Separator::Equals && one.before.is_empty() && one.after.is_empty() && is_custom_name(one.key);
    assignment(start, comment.trim_start_matches(['#', ' ', '\t']), true).filter(documented).map_or(Token::Comment, Token::Assignment)
}

fn assignment<'t>(start: Start<'t>, body: &'t str, commented: bool) -> Option<Assignment<'t>> {
    let exported = body.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']) && !rest.trim_start().starts_with(['=', ':']));
    let body = exported.map_or(body, str::trim_start);
    let (head, raw, separator) = match body.find(['=', ':']) {
        None => (body, "", Separator::None),
        Some(i) => (body.get(..i)?, body.get(i + 1..)?, if body.get(i..)?.starts_with('=') { Separator::Equals } else { Separator::Colon }),
    };
    let key = head.trim_end();
    if !is_name(key) {
        return None;
    }
    let value = raw.trim_start_matches([' ', '\t']);
    let one = Assignment {
        text: start.line,
        carriage: start.beyond.get(start.line.len()..).is_some_and(|end| end.starts_with('\r')),
        commented,
        exported: exported.is_some(),
        key,
        key_at: start.place(body, key),
        before: head.get(key.len()..)?,
        separator,
        after: raw.get(..raw.len() - value.len())?,
        quote: None,
        value,
        value_at: start.place(value, value),
        rest: "",
        raw,
    };
    match value.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(start, one, quote, !commented),
        // Only some loaders know this quote; where it is not closed it is none.
        Some('`') => Some(quoted(start, one, '`', false).unwrap_or(one)),
        _ => Some(Assignment { value_at: start.place(value, one.plain()), ..one }),
    }
}

/// An assignment whose value begins with a quote; none where nothing closes it. Quotes hold several
/// lines together only where nothing but a comment follows: two lines that each lack a quote are no
/// value of two lines.
fn quoted<'t>(start: Start<'t>, one: Assignment<'t>, quote: char, over_lines: bool) -> Option<Assignment<'t>> {
    let offset = start.line.len() - one.value.len();
    let inner = if over_lines { start.beyond.get(offset + 1..)? } else { one.value.get(1..)? };
    let close = closing(inner, quote)?;
    let (value, rest) = (inner.get(..close)?, up_to_end(inner.get(close + 1..)?));
    let several = value.contains('\n');
    if several && !(rest.trim().is_empty() || rest.trim_start().starts_with('#')) {
        return None;
    }
    let end = offset + 1 + close + 1 + rest.len();
    let value_at = start.place(one.value.get(1..)?, value.lines().next().unwrap_or(""));
    if !several {
        return Some(Assignment { quote: Some(quote), value, value_at, rest, ..one });
    }
    let raw = start.beyond.get(start.line.len() - one.raw.len()..end)?;
    Some(Assignment { text: start.beyond.get(..end)?, quote: Some(quote), value, value_at, rest, raw, ..one })
}

fn closing(inner: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    inner.char_indices().find_map(|(i, c)| {
        let hit = c == quote && !escaped;
        escaped = quote == '"' && c == '\\' && !escaped;
        hit.then_some(i)
    })
}
