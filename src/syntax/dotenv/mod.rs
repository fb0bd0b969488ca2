//! Env files, of which every loader has its own idea: [`tokens`] cuts a file into lines without losing
//! a character, [`take`] says what one loader makes of a line, by the table of [`Dialect`]s, and
//! [`conflict`] where two of them part. Nothing is filled in, nothing is run, and no process
//! environment is asked.

mod dialect;
mod line;
mod rust;
mod take;

use std::collections::HashMap;

pub use dialect::{Conflict, Dialect, Difference};
pub use line::{Assignment, Line, Separator, Token, tokens};
pub use take::{Entry, Taken, conflict, read, take};

use super::{At, FileId, Key, Node, Style, Value, put};

/// An env file as a [`Node`] map, as Docker Compose reads it (compose-go `dotenv`): the text of values
/// as it stands, escapes and variables left alone. What is no assignment is left out; `bad` receives
/// its line number.
pub fn parse(file: FileId, text: &str, mut bad: impl FnMut(u32)) -> Node {
    let (mut entries, mut seen) = (Vec::new(), HashMap::new());
    for line in tokens(file, text) {
        let one = match line.token {
            Token::Assignment(one) if !one.commented => one,
            Token::Malformed => {
                bad(line.number);
                continue;
            }
            _ => continue,
        };
        let value = match (one.separator, one.quote) {
            // A bare name asks for the value of the surrounding environment.
            (Separator::None, _) => Value::Null,
            (_, Some('"' | '\'')) if one.value.contains('\n') => Value::Scalar(one.value.replace("\r\n", "\n").into(), Style::Block),
            (_, Some('"' | '\'')) => Value::Scalar(one.value.into(), Style::Quoted),
            _ => Value::Scalar(one.plain().into(), Style::Plain),
        };
        put(&mut entries, &mut seen, Key { text: one.key.into(), at: one.key_at }, Node::new(value, one.value_at));
    }
    Node::new(Value::Map(entries), At::file(file))
}

/// Whether this can be the name of a variable. Everything else (the body of a key in PEM form, say)
/// is no name and must not be shown as one.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// Whether this is a name as environment variables have them by custom: `DATABASE_URL`.
pub fn is_custom_name(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
