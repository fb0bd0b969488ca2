//! Java properties as a [`Node`] tree: keys are parted at their dots, `[0]` makes a list.
//! Specification: `java.util.Properties.load`; lists as Spring Boot binds them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{At, FileId, Key, Node, Problem, Style, Value, clamp, put};
use crate::limits;

/// Parses one properties file. What is no entry is a comment there, so nothing is an error.
///
/// # Errors
/// A problem where the file holds more entries than the limit.
pub fn parse(file: FileId, text: &str) -> Result<Node, Problem> {
    let mut root = Branch::default();
    let mut lines = text.lines().enumerate().peekable();
    let mut count = 0;
    while let Some((number, line)) = lines.next() {
        let start = line.trim_start();
        if start.is_empty() || start.starts_with(['#', '!']) {
            continue;
        }
        count += 1;
        if count > limits::NODES {
            return Err(Problem { line: clamp(number + 1), phrase: "too many entries" });
        }
        let at = |offset: usize, width: usize| {
            let before = line.get(..offset).map_or(0, |head| head.chars().count());
            At { file, line: clamp(number + 1), column: clamp(before + 1), width: clamp(width) }
        };
        let indent = line.len() - start.len();
        let (end, value_start) = key_end(start);
        let key = start.get(..end).unwrap_or(start);
        let mut value = start.get(value_start..).unwrap_or("").to_owned();
        let width = value.chars().count();
        while continues(&value) {
            value.pop();
            let Some((_, more)) = lines.next() else { break };
            value.push_str(more.trim_start());
        }
        let node = Node::new(Value::Scalar(unescaped(value.trim_end()).into(), Style::Plain), at(indent + value_start, width.max(1)));
        root.put(&segments(&unescaped(key)), at(indent, key.chars().count()), node);
    }
    Ok(root.into_node(At { file, line: 1, column: 1, width: 0 }))
}

/// Where a key ends and where its value starts.
fn key_end(line: &str) -> (usize, usize) {
    let (mut escaped, mut end) = (false, line.len());
    for (i, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '=' | ':' | ' ' | '\t' | '\u{c}' => {
                end = i;
                break;
            }
            _ => {}
        }
    }
    let rest = line.get(end..).unwrap_or("");
    let blank = |text: &str| text.len() - text.trim_start_matches([' ', '\t', '\u{c}']).len();
    let mut skip = blank(rest);
    if rest.get(skip..).is_some_and(|rest| rest.starts_with(['=', ':'])) {
        skip += 1;
        skip += blank(rest.get(skip..).unwrap_or(""));
    }
    (end, end + skip)
}

/// Whether a line goes on: an odd number of backslashes at its end.
fn continues(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let (mut out, mut chars) = (String::with_capacity(text.len()), text.chars());
    while let Some(c) = chars.next() {
        let next = if c == '\\' { chars.next() } else { None };
        match (c, next) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some('u')) => {
                let digits: String = chars.clone().take(4).collect();
                if let Some(decoded) = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).filter(|_| digits.len() == 4) {
                    out.push(decoded);
                    chars.nth(3);
                }
            }
            ('\\', Some(other)) => out.push(other),
            (c, _) => out.push(c),
        }
    }
    out
}

/// The parts of a key: names, and the indexes behind them.
fn segments(key: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for part in key.split('.') {
        let (name, indexes) = part.find('[').and_then(|i| part.split_at_checked(i)).unwrap_or((part, ""));
        parts.push(name.to_owned());
        parts.extend(indexes.split(']').filter(|index| !index.is_empty()).map(|index| format!("{index}]")));
    }
    parts.truncate(limits::DEPTH);
    parts
}

/// A tree under construction.
#[derive(Default)]
struct Branch {
    own: Option<(At, Node)>,
    order: Vec<String>,
    below: BTreeMap<String, Branch>,
}

impl Branch {
    fn put(&mut self, segments: &[String], at: At, node: Node) {
        let Some((first, rest)) = segments.split_first() else {
            self.own = Some((at, node));
            return;
        };
        if !self.below.contains_key(first) {
            self.order.push(first.clone());
        }
        self.below.entry(first.clone()).or_default().put(rest, at, node);
    }

    fn into_node(mut self, at: At) -> Node {
        if self.below.is_empty() {
            return self.own.map_or_else(|| Node::new(Value::Null, at), |(_, node)| node);
        }
        let is_list = self.own.is_none() && self.order.iter().all(|name| name.starts_with('['));
        if is_list {
            let index = |name: &str| name.trim_matches(['[', ']']).parse::<usize>().unwrap_or(usize::MAX);
            self.order.sort_by_key(|name| index(name));
            let items = self.order.iter().filter_map(|name| self.below.remove(name)).map(|branch| branch.into_node(at)).collect();
            return Node::new(Value::List(items), at);
        }
        let (mut entries, mut seen) = (Vec::new(), HashMap::new());
        // `a=1` beside `a.b=2`: both stand, the former under an empty name.
        if let Some((at, node)) = self.own {
            put(&mut entries, &mut seen, Key { text: "".into(), at }, node);
        }
        for name in self.order {
            let Some(branch) = self.below.remove(&name) else { continue };
            let at = branch.place(at);
            put(&mut entries, &mut seen, Key { text: Arc::from(name), at }, branch.into_node(at));
        }
        Node::new(Value::Map(entries), at)
    }

    /// Where the key that leads here stands first.
    fn place(&self, fallback: At) -> At {
        let first = self.own.as_ref().map(|(at, _)| *at);
        first.or_else(|| self.below.values().map(|branch| branch.place(fallback)).min()).unwrap_or(fallback)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(String, u32, u32)> {
        fn walk(node: &Node, path: String, out: &mut Vec<(String, u32, u32)>) {
            for (key, child) in node.entries() {
                walk(child, format!("{path}.{}", key.text), out);
            }
            for (i, child) in node.items().iter().enumerate() {
                walk(child, format!("{path}[{i}]"), out);
            }
            if let Some(text) = node.text() {
                out.push((format!("{path}={text}"), node.at().line, node.at().column));
            }
        }
        let mut out = Vec::new();
        if let Ok(node) = parse(FileId(0), text) {
            walk(&node, String::new(), &mut out);
        }
        out
    }

    #[test]
    fn keys_are_parted_and_places_are_exact() {
        let found = texts("# a comment\na.b = 1\na.c:x y\n\nlist[1].name=two\nlist[0].name=one\nlong = a \\\n   b\nsp\\ aced key\nempty=\nun=\\u0041\\n\n");
        assert_eq!(
            found,
            [
                (".a.b=1".to_owned(), 2, 7),
                (".a.c=x y".to_owned(), 3, 5),
                (".list[0].name=one".to_owned(), 6, 14),
                (".list[1].name=two".to_owned(), 5, 14),
                (".long=a b".to_owned(), 7, 8),
                (".sp aced=key".to_owned(), 9, 10),
                (".empty=".to_owned(), 10, 7),
                (".un=A\n".to_owned(), 11, 4),
            ]
        );
    }

    #[test]
    fn nothing_breaks_it() {
        for text in ["", "=", "\\", "a", "[", "a[", "a]b=1", "a[b]=1\na=2\na.c=3", "\\u12", "..=1", "a\\", "🦀=\\u00"] {
            let _ = parse(FileId(0), text);
        }
        let deep = "a.".repeat(100_000) + "=1";
        let _ = parse(FileId(0), &deep);
    }
}
