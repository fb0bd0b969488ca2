//! What one loader makes of one line, and in what two of them differ over it.

use super::dialect::{Colon, Conflict, Dialect, Difference, Dollar, Hash, Traits};
use super::line::{Assignment, Line, Separator, Token};
use super::rust;
use crate::limits;
use crate::syntax::At;

/// A variable as one loader reads it.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub key: String,
    /// Where the name stands.
    pub at: At,
    /// Its value, variables not filled in; none for a bare key, which passes on what the process has.
    pub value: Option<String>,
    /// The value with a mark at each variable that this loader would fill in.
    filled: String,
}

/// Without the value, which may be a secret.
impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "entry@{}:{}", self.at.line, self.at.column)
    }
}

/// What becomes of an assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is taken so.
    As(Entry),
    /// It is taken under a name that is not its key.
    Elsewhere,
    /// It is passed over.
    Dropped,
    /// The whole file is refused for it.
    Refused,
}

/// The variables that a loader takes from a file, in the order of their lines.
pub fn read(lines: &[Line<'_>], dialect: Dialect) -> Vec<Entry> {
    let taken = lines.iter().filter_map(|line| match &line.token {
        Token::Assignment(one) if !one.commented => Some(take(one, dialect)),
        _ => None,
    });
    taken.filter_map(|taken| if let Taken::As(entry) = taken { Some(entry) } else { None }).collect()
}

/// What a loader makes of an assignment.
pub fn take(one: &Assignment<'_>, dialect: Dialect) -> Taken {
    let traits = dialect.traits();
    let value = if dialect == Dialect::Rust { rust::take(one).map(Some) } else { key(one, traits).and_then(|()| value(one, traits)) };
    match value {
        Err(taken) => taken,
        Ok(value) => {
            let filled = value.as_deref().map_or(String::new(), |value| filled(value, one.quote, traits));
            Taken::As(Entry { key: one.key.to_owned(), at: one.key_at, value, filled })
        }
    }
}

fn refusal(traits: &Traits) -> Taken {
    if traits.strict { Taken::Refused } else { Taken::Dropped }
}

/// Whether a loader takes the key as it stands.
fn key(one: &Assignment<'_>, traits: &Traits) -> Result<(), Taken> {
    let sound = (!one.exported || traits.export)
        && (one.before.is_empty() || traits.spaced)
        && one.key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || traits.signs.contains(c));
    if !sound {
        return Err(refusal(traits));
    }
    match (one.separator, traits.colon) {
        (Separator::None, _) if !traits.bare => Err(Taken::Dropped),
        // To those who do not look closely, all that stands before the next `=` is a name; a bare one, if
        // there is none.
        (Separator::Colon, Colon::Never) if traits.any_name && one.after.is_empty() && !one.raw.trim_end().contains([' ', '\t']) => {
            Err(if one.raw.contains('=') { Taken::Elsewhere } else { Taken::Dropped })
        }
        (Separator::Colon, Colon::Never) => Err(refusal(traits)),
        (Separator::Colon, Colon::BeforeSpace) if one.after.is_empty() => Err(Taken::Dropped),
        _ => Ok(()),
    }
}

fn value(one: &Assignment<'_>, traits: &Traits) -> Result<Option<String>, Taken> {
    if one.separator == Separator::None {
        return Ok(None);
    }
    let quote = one.quote.filter(|quote| traits.quotes.contains(*quote));
    let closes = || one.rest.trim().is_empty() || one.rest.trim_start().starts_with('#');
    let shell = traits.dialect == Dialect::Shell;
    if shell && !one.after.is_empty() && !one.value.is_empty() {
        // A command that runs with the variable empty.
        return Err(Taken::Dropped);
    }
    let mut value = match quote {
        Some(quote) if closes() => resolve(&one.value.replace("\r\n", "\n"), if quote == '"' { traits.escapes } else { "" }),
        Some(_) if traits.strict || shell || traits.dialect == Dialect::Python => return Err(refusal(traits)),
        _ => {
            let plain = plain(one, traits);
            if shell && plain.contains(|c: char| c.is_whitespace() || "&;|()<>`\\\"'".contains(c)) {
                return Err(Taken::Dropped);
            }
            plain.to_owned()
        }
    };
    if traits.carriage && one.carriage {
        value.push('\r');
    }
    Ok(Some(value))
}

/// A value without quotes.
fn plain<'t>(one: &Assignment<'t>, traits: &Traits) -> &'t str {
    let line = one.raw.lines().next().unwrap_or("");
    if !traits.trims {
        return line;
    }
    match traits.hash {
        Hash::Never => line.trim(),
        Hash::Always => line.split('#').next().unwrap_or("").trim(),
        Hash::BehindSpace if one.value.contains('\n') => line.trim(),
        Hash::BehindSpace => one.plain(),
    }
}

/// A value in double quotes, with what these letters stand for behind a backslash.
fn resolve(text: &str, escapes: &str) -> String {
    if escapes.is_empty() || !text.contains('\\') {
        return text.to_owned();
    }
    let (mut out, mut chars) = (String::with_capacity(text.len()), text.chars().peekable());
    while let Some(c) = chars.next() {
        let Some(letter) = chars.next_if(|next| c == '\\' && escapes.contains(*next)) else {
            out.push(c);
            continue;
        };
        out.push(match letter {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            other => other,
        });
    }
    out
}

/// What a variable is marked with, and where it ends.
const OPENS: char = '\u{fdd1}';
const CLOSES: char = '\u{fdd2}';

/// A value in which each variable that a loader fills in stands between marks, so that two loaders
/// that fill in the same agree.
fn filled(value: &str, quote: Option<char>, traits: &Traits) -> String {
    let kept = quote == Some('\'') && traits.single_keeps;
    if traits.dollar == Dollar::Nothing || kept || !value.contains('$') || value.len() > limits::INTERPOLATED_BYTES {
        return value.to_owned();
    }
    let (mut out, mut rest) = (String::new(), value);
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        let (taken, after) = variable(behind, traits.dollar);
        match taken {
            Some(name) if !before.ends_with('\\') => out.extend([OPENS.to_string(), name, CLOSES.to_string()]),
            _ => {
                out.push('$');
                out.push_str(behind.get(..behind.len() - after.len()).unwrap_or(""));
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The variable whose name stands behind a `$`, and what stands behind it; none where nothing is
/// filled in.
fn variable(behind: &str, dollar: Dollar) -> (Option<String>, &str) {
    if let Some(after) = behind.strip_prefix('$') {
        return (None, after);
    }
    if let Some((body, after)) = behind.strip_prefix('{').and_then(|body| body.split_once('}')) {
        let end = body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(body.len());
        let (name, default) = body.split_at_checked(end).unwrap_or((body, ""));
        let lost = dollar == Dollar::Names;
        return (Some(if lost { name.to_owned() } else { format!("{name}{default}") }), after);
    }
    let end = behind.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(behind.len());
    let named = end > 0 && !behind.starts_with(|c: char| c.is_ascii_digit()) && dollar != Dollar::Braces;
    match behind.split_at_checked(end) {
        Some((name, after)) if named => (Some(name.to_owned()), after),
        _ => (None, behind),
    }
}

/// The first two of these loaders that read an assignment differently.
pub fn conflict(one: &Assignment<'_>, loaders: &[Dialect]) -> Option<Conflict> {
    let (first, others) = loaders.split_first()?;
    let mine = take(one, *first);
    others.iter().find_map(|other| {
        let theirs = take(one, *other);
        let (difference, turned) = differ(one, &mine, &theirs)?;
        let (one, other) = if turned { (*other, *first) } else { (*first, *other) };
        Some(Conflict { difference, one, other })
    })
}

/// In what two readings differ, and whether it is the second that does what the difference says.
fn differ(one: &Assignment<'_>, a: &Taken, b: &Taken) -> Option<(Difference, bool)> {
    match (a, b) {
        (Taken::As(a), Taken::As(b)) => values(one, a, b),
        (Taken::As(_), Taken::Elsewhere) | (Taken::Elsewhere, Taken::As(_)) => Some((Difference::Name, false)),
        (Taken::As(_), Taken::Dropped) => Some((Difference::Dropped, false)),
        (Taken::Dropped, Taken::As(_)) => Some((Difference::Dropped, true)),
        (Taken::As(_), Taken::Refused) => Some((Difference::Refused, false)),
        (Taken::Refused, Taken::As(_)) => Some((Difference::Refused, true)),
        _ => None,
    }
}

fn values(one: &Assignment<'_>, a: &Entry, b: &Entry) -> Option<(Difference, bool)> {
    if a.filled == b.filled && a.value == b.value {
        return None;
    }
    let (x, y) = (a.value.as_deref()?, b.value.as_deref()?);
    if x == y {
        let (fills, also) = (a.filled != x, b.filled != y);
        let difference = if fills && also { Difference::Default } else { Difference::Dollar };
        return Some((difference, !fills || also && a.filled.len() < b.filled.len()));
    }
    let quoted = |text: &str| one.quote.is_some_and(|quote| text.trim_start().starts_with(quote));
    let shorter = x.len() > y.len();
    let difference = if quoted(x) != quoted(y) {
        return Some((if one.value.contains('\n') { Difference::Lines } else { Difference::Quotes }, quoted(x)));
    } else if x.trim() == y.trim() {
        Difference::Space
    } else if one.quote.is_none() && (y.starts_with(x) && y.contains('#') || x.starts_with(y) && x.contains('#')) {
        Difference::Hash
    } else if one.value.contains('\\') {
        Difference::Backslash
    } else {
        Difference::Value
    };
    Some((difference, shorter))
}
