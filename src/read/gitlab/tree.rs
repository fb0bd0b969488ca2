//! How parts of a configuration are made of others: maps laid over maps, `extends`, `!reference`. Source:
//! GitLab Docs, "CI/CD YAML syntax reference", `extends`; "Optimize GitLab CI/CD configuration files".

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use crate::limits;
use crate::syntax::{Node, Value};

/// What laying maps over each other may still cost.
#[derive(Default)]
pub(super) struct Overlay {
    merged: usize,
}

impl Overlay {
    /// Whether it was stopped.
    pub(super) fn is_cut(&self) -> bool {
        self.merged > limits::MERGED_ENTRIES
    }
}

/// One node over another: maps are merged, everything else is replaced.
pub(super) fn overlay(base: &Node, over: &Node, cost: &mut Overlay) -> Node {
    if !base.is_map() || !over.is_map() || cost.is_cut() {
        return over.clone();
    }
    let mut entries = base.entries().to_vec();
    let mut places: HashMap<_, usize> = entries.iter().enumerate().map(|(index, (key, _))| (key.text.clone(), index)).collect();
    cost.merged += entries.len() + over.entries().len();
    for (key, node) in over.entries() {
        if cost.is_cut() {
            break;
        }
        let known = places.get(&key.text).and_then(|index| entries.get_mut(*index));
        match known {
            Some(slot) => *slot = (key.clone(), overlay(&slot.1.clone(), node, cost)),
            None => {
                places.insert(key.text.clone(), entries.len());
                entries.push((key.clone(), node.clone()));
            }
        }
    }
    Node::new(Value::Map(entries), over.at())
}

/// A whole configuration, by the names of its jobs.
pub(super) struct Tree {
    pub(super) root: Node,
    jobs: HashMap<String, Node>,
    /// Jobs with what they extend.
    extended: RefCell<HashMap<String, Node>>,
    cost: RefCell<Overlay>,
    /// How many items of lists in lists were looked at.
    items: Cell<usize>,
}

impl Tree {
    pub(super) fn of(root: Node) -> Tree {
        let jobs = root.entries().iter().map(|(key, node)| (key.text.to_string(), node.clone())).collect();
        Tree { root, jobs, extended: RefCell::default(), cost: RefCell::default(), items: Cell::new(0) }
    }

    /// Whether some of it was left out because there was too much.
    pub(super) fn is_cut(&self) -> bool {
        self.cost.borrow().is_cut() || self.items.get() >= limits::WORKFLOW_STEPS
    }

    /// A job with what it extends; what it says itself goes before.
    pub(super) fn job(&self, name: &str) -> Option<Node> {
        self.extended_job(name, 0)
    }

    fn extended_job(&self, name: &str, depth: usize) -> Option<Node> {
        if let Some(known) = self.extended.borrow().get(name) {
            return Some(known.clone());
        }
        let own = self.jobs.get(name)?;
        let Some(extends) = own.get("extends").filter(|_| depth < limits::REFERENCE_DEPTH) else { return Some(own.clone()) };
        let mut whole = Node::new(Value::Map(Vec::new()), own.at());
        for base in extends.one_or_many().into_iter().filter_map(Node::text).filter(|base| *base != name) {
            if let Some(base) = self.extended_job(base, depth + 1) {
                whole = overlay(&whole, &base, &mut self.cost.borrow_mut());
            }
        }
        whole = overlay(&whole, own, &mut self.cost.borrow_mut());
        self.extended.borrow_mut().insert(name.to_owned(), whole.clone());
        Some(whole)
    }

    /// What stands where a node stands: what a `!reference` leads to, else itself.
    pub(super) fn resolved(&self, node: &Node) -> Option<Node> {
        let mut node = node.clone();
        for _ in 0..limits::REFERENCE_DEPTH {
            if node.tag() != Some("reference") {
                return Some(node);
            }
            let (first, rest) = node.items().split_first()?;
            let keys: Option<Vec<&str>> = rest.iter().map(Node::text).collect();
            let holder = self.job(first.text()?)?;
            node = holder.path(&keys?)?.clone();
        }
        None
    }

    /// What stands under a key, resolved.
    pub(super) fn get(&self, holder: &Node, key: &str) -> Option<Node> {
        holder.get(key).and_then(|node| self.resolved(node))
    }

    /// The items of a list and of the lists in it, or the one thing that is no list.
    pub(super) fn items(&self, node: &Node) -> Vec<Node> {
        let mut out = Vec::new();
        self.collect(node, 0, &mut out);
        out
    }

    fn collect(&self, node: &Node, depth: usize, out: &mut Vec<Node>) {
        if depth > limits::REFERENCE_DEPTH || self.items.replace(self.items.get() + 1) >= limits::WORKFLOW_STEPS {
            return;
        }
        let Some(node) = self.resolved(node) else { return };
        match node.value() {
            Value::List(items) => items.iter().for_each(|item| self.collect(item, depth + 1, out)),
            Value::Null => {}
            _ => out.push(node),
        }
    }
}
