//! Where a text names variables (Compose Specification, "Interpolation"): `$V`, `${V}`, an operator
//! and a word behind the name, and `$$`. What they stand for is told elsewhere.

use std::collections::HashMap;
use std::ops::Range;

/// What a `$` starts.
pub(super) enum Sign<'t> {
    /// `$$`, which is a dollar.
    Dollar,
    /// A dollar that starts nothing.
    Stray,
    /// A variable.
    Variable(Expression<'t>),
}

/// `$V`, or what stands in braces.
pub(super) struct Expression<'t> {
    pub(super) name: &'t str,
    /// The byte where the name starts.
    pub(super) name_at: usize,
    /// Whether the operator looks at empty values as at none: `:-`, `:?`, `:+`.
    pub(super) strict: bool,
    /// `-`, `?` or `+`.
    pub(super) operator: Option<char>,
    /// The word behind the operator.
    pub(super) word: Range<usize>,
}

/// The variables of a text.
pub(super) struct Expressions<'t> {
    text: &'t str,
    /// Where the brace that opens at a byte is closed.
    closing: HashMap<usize, usize>,
}

impl<'t> Expressions<'t> {
    /// Of this text.
    pub(super) fn of(text: &'t str) -> Expressions<'t> {
        Expressions { text, closing: closing(text) }
    }

    /// The first sign in a range of the text, and where it stands.
    pub(super) fn next(&self, range: Range<usize>) -> Option<(Range<usize>, Sign<'t>)> {
        let dollar = range.start + self.text.get(range.clone())?.find('$')?;
        let behind = self.text.get(dollar + 1..range.end).unwrap_or("");
        let (end, sign) = if behind.starts_with('$') {
            (dollar + 2, Sign::Dollar)
        } else if let Some((end, expression)) = self.braced(dollar + 1, range.end) {
            (end, Sign::Variable(expression))
        } else if let Some(name) = name(behind) {
            let end = dollar + 1 + name.len();
            (end, Sign::Variable(Expression { name, name_at: dollar + 1, strict: false, operator: None, word: end..end }))
        } else {
            (dollar + 1, Sign::Stray)
        };
        Some((dollar..end, sign))
    }

    /// The expression in the braces that open here, and where it ends.
    fn braced(&self, open: usize, end: usize) -> Option<(usize, Expression<'t>)> {
        let close = *self.closing.get(&open).filter(|close| **close < end)?;
        let inner = self.text.get(open + 1..close)?;
        let name = name(inner)?;
        let behind = inner.get(name.len()..)?;
        let strict = behind.starts_with(':');
        let operator = behind.strip_prefix(':').unwrap_or(behind).chars().next();
        if !behind.is_empty() && !matches!(operator, Some('-' | '?' | '+')) {
            return None;
        }
        let word = (open + 1 + name.len() + usize::from(strict) + usize::from(operator.is_some())).min(close)..close;
        Some((close + 1, Expression { name, name_at: open + 1, strict, operator, word }))
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
