//! Env files as a [`Node`] map, read as Docker Compose reads them (compose-go `dotenv`): `KEY=value`
//! and `KEY: value`, `export`, quotes over several lines, ` #` comments. Values are not expanded.

use std::collections::HashMap;

use super::{At, FileId, Key, Node, Style, Value, clamp, put};

/// Reads an env file. What is no assignment is left out; `bad` receives its line number.
pub fn parse(file: FileId, text: &str, mut bad: impl FnMut(u32)) -> Node {
    let (mut entries, mut seen) = (Vec::new(), HashMap::new());
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let number = clamp(number + 1);
        let body = line.trim_start();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        let body = body.strip_prefix("export ").map_or(body, str::trim_start);
        let Some((name, rest)) = body.split_once(['=', ':']).map(|(name, rest)| (name.trim_end(), rest)) else {
            // A bare name asks for the value of the surrounding environment.
            if is_name(body.trim_end()) {
                let at = place(file, number, line, body, body.trim_end());
                put(&mut entries, &mut seen, Key { text: body.trim_end().into(), at }, Node::new(Value::Null, at));
            } else {
                bad(number);
            }
            continue;
        };
        if !is_name(name) {
            bad(number);
            continue;
        }
        let key = Key { text: name.into(), at: place(file, number, line, body, name) };
        let value = rest.trim_start();
        let node = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let mut inner = value.get(1..).unwrap_or("").to_owned();
                let mut end = closing(&inner, quote);
                while end.is_none() {
                    let Some((_, next)) = lines.next() else { break };
                    inner.push('\n');
                    inner.push_str(next);
                    end = closing(&inner, quote);
                }
                let Some(end) = end else {
                    bad(number);
                    continue;
                };
                inner.truncate(end);
                let first = inner.lines().next().unwrap_or("");
                let style = if inner.contains('\n') { Style::Block } else { Style::Quoted };
                Node::new(Value::Scalar(inner.as_str().into(), style), place(file, number, line, value.get(1..).unwrap_or(""), first))
            }
            _ => {
                let plain = value.split_once(" #").map_or(value, |(before, _)| before).trim_end();
                Node::new(Value::Scalar(plain.into(), Style::Plain), place(file, number, line, value, plain))
            }
        };
        put(&mut entries, &mut seen, key, node);
    }
    Node::new(Value::Map(entries), At::file(file))
}

fn closing(inner: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    inner.char_indices().find_map(|(i, c)| {
        let hit = c == quote && !escaped;
        escaped = quote == '"' && c == '\\' && !escaped;
        hit.then_some(i)
    })
}

/// Whether this can be the name of a variable. Everything else (the body of a key in PEM form, say)
/// is no name and must not be shown as one.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// The place of a part of a line, with which its end `rest` starts.
fn place(file: FileId, number: u32, line: &str, rest: &str, part: &str) -> At {
    let before = line.len().checked_sub(rest.len()).and_then(|i| line.get(..i)).map_or(0, |s| s.chars().count());
    At { file, line: number, column: clamp(before + 1), width: clamp(part.chars().count()) }
}
