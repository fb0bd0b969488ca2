//! Merge patches: an object laid over another. Lists of named things merge by name where Kubernetes
//! knows them so; the lists of custom resources are replaced. Source: "Update API Objects in Place
//! Using kubectl patch", RFC 7386 for what kustomize does with custom resources.

use std::collections::HashMap;

use super::edit::Budget;
use crate::limits;
use crate::syntax::{Key, Node, Value};

/// What a patch makes of an object.
pub(in crate::read::kubernetes) enum Merged {
    /// The object as patched.
    Kept(Node),
    /// `$patch: delete`.
    Deleted,
}

/// Lays a patch over an object.
pub(in crate::read::kubernetes) fn merge(base: &Node, patch: &Node, group: &str, budget: &mut Budget) -> Merged {
    // The groups of Kubernetes itself have no dots, or end so; only their lists are known.
    let named_lists = !group.contains('.') || group.ends_with(".k8s.io");
    let mut merge = Merge { named_lists, budget };
    merge.node(base, patch, 0).map_or(Merged::Deleted, Merged::Kept)
}

struct Merge<'b> {
    named_lists: bool,
    budget: &'b mut Budget,
}

fn directive(node: &Node) -> Option<&str> {
    node.text_of("$patch")
}

impl Merge<'_> {
    /// None where the patch removes the base.
    fn node(&mut self, base: &Node, patch: &Node, depth: usize) -> Option<Node> {
        if depth > limits::DEPTH || !self.budget.spend(1) {
            return Some(base.clone());
        }
        match (base.value(), patch.value()) {
            (_, Value::Null) => None,
            (_, Value::Map(_)) if directive(patch) == Some("delete") => None,
            (_, Value::Map(_)) if directive(patch) == Some("replace") => Some(without_directives(patch)),
            (Value::Map(old), Value::Map(new)) => Some(self.map(base, old, new, depth)),
            (Value::List(old), Value::List(new)) if self.named_lists => Some(self.list(old, new, patch, depth)),
            _ => Some(patch.clone()),
        }
    }

    fn map(&mut self, base: &Node, old: &[(Key, Node)], new: &[(Key, Node)], depth: usize) -> Node {
        if !self.budget.spend(old.len() + new.len()) {
            return base.clone();
        }
        let mut over: HashMap<&str, &(Key, Node)> = new.iter().map(|entry| (&*entry.0.text, entry)).collect();
        let mut entries = Vec::with_capacity(old.len() + new.len());
        for (key, value) in old {
            match over.remove(&*key.text) {
                None => entries.push((key.clone(), value.clone())),
                Some((new_key, patch)) => {
                    // A value that is replaced stands with its key in the layer; a map is only added to.
                    let key = if value.is_map() && patch.is_map() { key } else { new_key };
                    entries.extend(self.node(value, patch, depth + 1).map(|merged| (key.clone(), merged)));
                }
            }
        }
        for (key, value) in new {
            let added = over.contains_key(&*key.text) && !key.text.starts_with('$') && !value.is_null() && directive(value) != Some("delete");
            if added {
                entries.push((key.clone(), without_directives(value)));
            }
        }
        Node::tagged(Value::Map(entries), base.at(), base.tag().map(Into::into))
    }

    fn list(&mut self, old: &[Node], new: &[Node], patch: &Node, depth: usize) -> Node {
        let plain = |items: &[Node]| Value::List(items.iter().filter(|item| directive(item).is_none()).cloned().collect());
        let named = |items: &[Node]| items.iter().all(|item| item.text_of("name").is_some());
        let replaces = new.iter().any(|item| directive(item) == Some("replace") && item.get("name").is_none());
        if replaces || new.is_empty() || !named(new) || !named(old) || !self.budget.spend(old.len() + new.len()) {
            return Node::new(plain(new), patch.at());
        }
        let mut bases: HashMap<&str, &Node> = old.iter().filter_map(|item| Some((item.text_of("name")?, item))).collect();
        let mut items = Vec::with_capacity(old.len() + new.len());
        // Kustomize puts what a patch speaks of in front.
        for item in new {
            match bases.remove(item.text_of("name").unwrap_or("")) {
                Some(base) => items.extend(self.node(base, item, depth + 1)),
                None if directive(item) == Some("delete") => {}
                None => items.push(without_directives(item)),
            }
        }
        items.extend(old.iter().filter(|item| item.text_of("name").is_some_and(|name| bases.contains_key(name))).cloned());
        Node::new(Value::List(items), patch.at())
    }
}

fn without_directives(node: &Node) -> Node {
    if directive(node).is_some() { super::edit::with(node, "$patch", None) } else { node.clone() }
}
