//! The short and long forms that settings of a service are written in (Compose Specification,
//! services): lists that stand for maps, texts that stand for lists, and what items are told by.

use std::collections::HashMap;

use crate::syntax::{At, Key, Node, Value, clamp, put};

/// Whether a value only takes away what stands below it.
pub(super) fn is_reset(node: &Node) -> bool {
    node.tag() == Some("reset")
}

/// A map, also where it was written as a list of `name=value`; a bare name has no value.
pub(super) fn pairs(node: &Node) -> Node {
    listed(node, |item| {
        let text = item.text()?;
        Some(match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), tail(item, text, name, value)),
            None => (text.to_owned(), Node::new(Value::Null, item.at())),
        })
    })
}

/// The value behind `name=`, in its place where the columns can be told.
fn tail(item: &Node, text: &str, name: &str, value: &str) -> Node {
    let (at, skipped) = (item.at(), clamp(name.chars().count() + 1));
    let exact = clamp(text.chars().count()) == at.width;
    Node::scalar(value, if exact { at.part(skipped, at.width - skipped) } else { at })
}

pub(super) fn names(node: &Node) -> Node {
    listed(node, |item| Some((item.text()?.to_owned(), Node::new(Value::Null, item.at()))))
}

fn listed(node: &Node, entry: impl Fn(&Node) -> Option<(String, Node)>) -> Node {
    let Value::List(items) = node.value() else { return node.clone() };
    let (mut entries, mut seen) = (Vec::new(), HashMap::new());
    for item in items {
        if let Some((name, value)) = entry(item) {
            // What stands behind the name is not its own; a name that is all of the item is as wide.
            let at = At { width: item.at().width.min(clamp(name.chars().count())), ..item.at() };
            put(&mut entries, &mut seen, Key { text: name.into(), at }, value);
        }
    }
    Node::new(Value::Map(entries), node.at())
}

/// A build as a map, also where only its context was written.
pub(super) fn build(node: &Node) -> Node {
    match node.value() {
        Value::Scalar(..) => Node::new(Value::Map(vec![(Key { text: "context".into(), at: node.at() }, node.clone())]), node.at()),
        _ => node.clone(),
    }
}

pub(super) fn many(node: &Node) -> Vec<Node> {
    if node.text().is_some() { vec![node.clone()] } else { node.items().to_vec() }
}

pub(super) fn port(item: &Node) -> Option<String> {
    if let Some(text) = item.text() {
        return Some(text.to_owned());
    }
    let of = |key| item.text_of(key);
    Some(format!("{}:{}:{}/{}", of("host_ip").unwrap_or("0.0.0.0"), of("published").unwrap_or(""), of("target")?, of("protocol").unwrap_or("tcp")))
}

/// Where a volume is mounted: `source:target:mode`, colons inside `${…}` not counted.
pub(super) fn mount(item: &Node) -> Option<String> {
    let Some(text) = item.text() else { return item.text_of("target").map(str::to_owned) };
    let parts = parts(text);
    parts.get(usize::from(parts.len() > 1)).map(|target| (*target).to_owned())
}

/// The parts of a short form, split at the colons that stand in no `${…}`.
pub(super) fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut open) = (Vec::new(), 0, 0_usize);
    for (index, c) in text.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open = open.saturating_sub(1),
            ':' if open == 0 => {
                parts.extend(text.get(start..index));
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

pub(super) fn grant(item: &Node) -> Option<String> {
    item.text().or_else(|| item.text_of("target")).or_else(|| item.text_of("source")).map(str::to_owned)
}

/// What a map says of a key, where it says something and does not only take it away.
pub(super) fn given<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.get(key).filter(|value| !value.is_null() && !is_reset(value))
}
