//! INI files as a [`Node`] tree: sections of keys; lines that are indented go on with the value before them.
//! Source: Python's `configparser`, whose dialect the tools of Python share.

use std::sync::Arc;

use super::{At, FileId, Key, Node, Style, Value, clamp};

/// A key under construction: its place, where its value begins, and the lines of that.
type Open = (Key, At, Vec<String>);

/// Parses a text. What is neither a section, a key nor a comment is left out.
pub fn parse(file: FileId, text: &str) -> Node {
    let mut sections: Vec<(Key, Vec<(Key, Node)>)> = Vec::new();
    let mut open: Option<Open> = None;
    for (number, line) in text.lines().enumerate() {
        let body = line.trim();
        let indent = clamp(line.chars().count() - line.trim_start().chars().count());
        let at = At { file, line: clamp(number + 1), column: indent + 1, width: clamp(body.chars().count()) };
        if body.is_empty() || body.starts_with(['#', ';']) {
            continue;
        }
        if indent > 0
            && let Some((_, _, lines)) = &mut open
        {
            lines.push(body.to_owned());
            continue;
        }
        close(&mut sections, open.take());
        if let Some(name) = body.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(name, _)| name) {
            sections.push((Key { text: name.trim().into(), at }, Vec::new()));
        } else if let Some((key, value)) = body.split_once(['=', ':']) {
            let width = clamp(key.trim_end().chars().count());
            let key = Key { text: key.trim_end().into(), at: At { width, ..at } };
            open = Some((key, at, vec![value.trim().to_owned()]));
        }
    }
    close(&mut sections, open);
    let start = At { file, line: 1, column: 1, width: 0 };
    Node::new(Value::Map(sections.into_iter().map(|(key, entries)| (key, Node::new(Value::Map(entries), start))).collect()), start)
}

fn close(sections: &mut [(Key, Vec<(Key, Node)>)], open: Option<Open>) {
    if let (Some((_, entries)), Some((key, at, lines))) = (sections.last_mut(), open) {
        let text: Arc<str> = lines.join("\n").trim().into();
        entries.push((key, Node::new(Value::Scalar(text, Style::Block), at)));
    }
}
