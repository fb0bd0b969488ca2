//! JSON patches: lists of operations on places of an object. Source: RFC 6902, RFC 6901.

use super::edit::{Budget, with};
use crate::limits;
use crate::syntax::{Node, Value};

/// Applies every operation. None where one of them finds nothing at its place: then kustomize stops.
pub(super) fn apply(object: &Node, operations: &[Node], budget: &mut Budget) -> Option<Node> {
    operations.iter().try_fold(object.clone(), |tree, operation| one(&tree, operation, budget))
}

fn one(tree: &Node, operation: &Node, budget: &mut Budget) -> Option<Node> {
    let path = tokens(operation.text_of("path")?)?;
    let from = || tokens(operation.text_of("from")?);
    // A value may be null: then the place holds nothing afterwards, which is what removing does.
    let value = || operation.get("value").cloned();
    match operation.text_of("op")? {
        "add" => put(tree, &path, value()?, Put::Add, budget),
        "replace" => put(tree, &path, value()?, Put::Replace, budget),
        "remove" => remove(tree, &path, budget),
        "copy" => put(tree, &path, find(tree, &from()?)?.clone(), Put::Add, budget),
        "move" => {
            let from = from()?;
            let moved = find(tree, &from)?.clone();
            put(&remove(tree, &from, budget)?, &path, moved, Put::Add, budget)
        }
        "test" => find(tree, &path).map(|_| tree.clone()),
        _ => None,
    }
}

/// The parts of a pointer.
fn tokens(pointer: &str) -> Option<Vec<String>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    let parts = pointer.strip_prefix('/')?.split('/').take(limits::DEPTH + 1);
    let tokens: Vec<String> = parts.map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    (tokens.len() <= limits::DEPTH).then_some(tokens)
}

fn find<'n>(tree: &'n Node, path: &[String]) -> Option<&'n Node> {
    path.iter().try_fold(tree, |node, token| child(node, token))
}

fn child<'n>(node: &'n Node, token: &str) -> Option<&'n Node> {
    match node.value() {
        Value::List(items) => items.get(token.parse::<usize>().ok()?),
        _ => node.get(token),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Put {
    Add,
    Replace,
}

fn put(tree: &Node, path: &[String], value: Node, how: Put, budget: &mut Budget) -> Option<Node> {
    let Some((token, rest)) = path.split_first() else { return Some(value) };
    let value = if rest.is_empty() { value } else { put(child(tree, token)?, rest, value, how, budget)? };
    set(tree, token, Some(value), how == Put::Add && rest.is_empty(), budget)
}

fn remove(tree: &Node, path: &[String], budget: &mut Budget) -> Option<Node> {
    let (token, rest) = path.split_first()?;
    let inner = child(tree, token)?;
    let left = if rest.is_empty() { None } else { Some(remove(inner, rest, budget)?) };
    set(tree, token, left, false, budget)
}

/// The node with another child, or without that child. Only `insert` may make a new one.
fn set(node: &Node, token: &str, value: Option<Node>, insert: bool, budget: &mut Budget) -> Option<Node> {
    match node.value() {
        Value::Map(entries) => {
            let there = insert || node.get(token).is_some();
            (there && budget.spend(entries.len())).then(|| with(node, token, value))
        }
        Value::List(items) => {
            if !budget.spend(items.len()) {
                return None;
            }
            let mut items = items.clone();
            let index = if token == "-" && insert { items.len() } else { token.parse().ok()? };
            match value {
                Some(value) if insert && index <= items.len() => items.insert(index, value),
                Some(value) => *items.get_mut(index)? = value,
                None if index < items.len() => {
                    items.remove(index);
                }
                None => return None,
            }
            Some(Node::new(Value::List(items), node.at()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileId, yaml};

    fn patched(object: &str, patch: &str) -> Option<String> {
        let parse = |text: &str| yaml::parse(FileId(0), text).unwrap().remove(0);
        apply(&parse(object), parse(patch).items(), &mut Budget::new()).map(|node| plain(&node))
    }

    fn plain(node: &Node) -> String {
        match node.value() {
            Value::Null => "null".to_owned(),
            Value::Scalar(text, _) => text.to_string(),
            Value::List(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(",")),
            Value::Map(entries) => format!("{{{}}}", entries.iter().map(|(k, v)| format!("{}:{}", k.text, plain(v))).collect::<Vec<_>>().join(",")),
        }
    }

    #[test]
    fn operations_do_what_the_rfc_says() {
        let say = |patch: &str| patched("{a: [1, 2], b/c: {d: 3}}", patch);
        assert_eq!(say("[{op: add, path: /a/-, value: 9}]").as_deref(), Some("{a:[1,2,9],b/c:{d:3}}"));
        assert_eq!(say("[{op: add, path: /a/0, value: 9}]").as_deref(), Some("{a:[9,1,2],b/c:{d:3}}"));
        assert_eq!(say("[{op: replace, path: /a/1, value: 9}]").as_deref(), Some("{a:[1,9],b/c:{d:3}}"));
        assert_eq!(say("[{op: replace, path: /b~1c/d, value: 9}]").as_deref(), Some("{a:[1,2],b/c:{d:9}}"));
        assert_eq!(say("[{op: remove, path: /b~1c}]").as_deref(), Some("{a:[1,2]}"));
        assert_eq!(say("[{op: move, from: /a/0, path: /b~1c/e}]").as_deref(), Some("{a:[2],b/c:{d:3,e:1}}"));
        assert_eq!(say("[{op: copy, from: /a/0, path: /e}]").as_deref(), Some("{a:[1,2],b/c:{d:3},e:1}"));
    }

    #[test]
    fn what_is_not_there_is_not_changed() {
        for patch in
            ["[{op: replace, path: /x, value: 1}]", "[{op: add, path: /x/y, value: 1}]", "[{op: remove, path: /a/7}]", "[{op: odd, path: /a}]", "[{}]", "[a]"]
        {
            assert_eq!(patched("{a: [1]}", patch), None, "{patch}");
        }
    }
}
