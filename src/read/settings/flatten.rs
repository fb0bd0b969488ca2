//! A tree as the settings in it: each scalar by the path of its keys. Lists of tables are lined up by
//! what names their entries; lists of scalars are one value.

use std::collections::HashSet;
use std::sync::Arc;

use super::own_words::neutral;
use crate::model::{Content, Setting, Shape};
use crate::syntax::{At, Key, Node, Style, Value};

/// One setting.
pub(super) struct Leaf {
    /// The path of its keys, as written.
    pub(super) name: Arc<str>,
    /// What paths are compared by.
    pub(super) key: Arc<str>,
    /// The value.
    pub(super) text: Arc<str>,
    /// How it is held.
    pub(super) setting: Setting,
    /// Where its last key stands.
    pub(super) at: At,
    /// Where its value stands.
    pub(super) value_at: At,
}

/// How keys are read.
#[derive(Clone, Copy, Default)]
pub(super) struct Manner<'w> {
    /// Whether keys count without case, `-` and `_`.
    pub(super) folded: bool,
    /// Whether files of the family are streams of Kubernetes objects.
    pub(super) stream: bool,
    /// The word that names the environment; keys that hold it are alike in all of them.
    pub(super) word: &'w str,
}

/// What an entry of a list is called by, the likeliest first.
const NAMES: &[&str] = &["name", "id", "key"];

/// The kind of objects that describe others; nobody configures anything with them.
const DEFINITION: &str = "CustomResourceDefinition";

/// The settings of the documents of a file, up to a limit. An entry of a Kubernetes stream is named
/// by its kind and name.
pub(super) fn flatten(trees: &[&Node], manner: Manner<'_>) -> Vec<Leaf> {
    // Files have thousands: room is made for all at once.
    let mut walk = Walk { manner, path: String::new(), leaves: Vec::with_capacity(trees.iter().map(|tree| scalars(tree)).sum()) };
    for tree in trees.iter().filter(|tree| tree.text_of("kind") != Some(DEFINITION)) {
        let object = || Some(format!("{}/{}.", tree.text_of("kind")?, neutral(tree.path(&["metadata", "name"])?.text()?, manner.word)));
        walk.path = if manner.stream { object().unwrap_or_default() } else { String::new() };
        walk.node(tree, tree.at());
    }
    // Of a key that stands in several documents the first counts.
    let mut leaves = walk.leaves;
    let mut seen: HashSet<&str> = HashSet::with_capacity(leaves.len());
    let first: Vec<bool> = leaves.iter().map(|leaf| seen.insert(&leaf.key)).collect();
    let mut first = first.into_iter();
    leaves.retain(|_| first.next().unwrap_or(true));
    leaves
}

/// How many settings a tree has at most.
fn scalars(node: &Node) -> usize {
    match node.value() {
        Value::Map(entries) if !entries.is_empty() => entries.iter().map(|(_, child)| scalars(child)).sum(),
        Value::List(items) if items.iter().any(Node::is_map) => items.iter().map(scalars).sum(),
        _ => 1,
    }
}

struct Walk<'w> {
    manner: Manner<'w>,
    /// The keys that lead to where the walk is, each with a dot behind it.
    path: String,
    leaves: Vec<Leaf>,
}

impl Walk<'_> {
    fn node(&mut self, node: &Node, at: At) {
        match node.value() {
            Value::Map(entries) if !entries.is_empty() => {
                for (key, child) in entries.iter().filter(|(key, child)| !is_seal(key, child)) {
                    let before = self.path.len();
                    if !key.text.is_empty() {
                        self.path.push_str(&neutral(&key.text, self.manner.word));
                        self.path.push('.');
                    }
                    self.node(child, key.at);
                    self.path.truncate(before);
                }
            }
            Value::List(items) if items.iter().any(|item| item.is_map() || !item.items().is_empty()) => {
                let before = self.path.clone();
                for (name, item) in named(items) {
                    self.path.truncate(before.strip_suffix('.').unwrap_or(&before).len());
                    for part in ["[", &neutral(&name, self.manner.word), "]."] {
                        self.path.push_str(part);
                    }
                    self.node(item, item.at());
                }
                self.path = before;
            }
            Value::List(items) => {
                let text: Vec<&str> = items.iter().map(|item| item.text().unwrap_or("null")).collect();
                let first = items.first().map_or(at, Node::at);
                self.leaf(&text.join("\n").into(), held(Content::Literal, Some(Shape::List)), first, first);
            }
            Value::Map(_) => self.leaf(&"".into(), held(Content::Literal, Some(Shape::Map)), at, at),
            Value::Null => self.leaf(&"".into(), held(Content::Nothing, None), at, at),
            Value::Scalar(text, style) => {
                let written = node.tag().is_some() || *style != Style::Block && (text.contains("${") || text.contains("<%"));
                self.leaf(text, held(if written { Content::Reference } else { Content::Literal }, None), at, node.at());
            }
        }
    }

    fn leaf(&mut self, text: &Arc<str>, setting: Setting, at: At, value_at: At) {
        let name = self.path.strip_suffix('.').unwrap_or(&self.path);
        if name.is_empty() || self.leaves.len() >= crate::limits::NODES {
            return;
        }
        let folded = || name.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect::<String>();
        let (name, key): (Arc<str>, Option<Arc<str>>) = (name.into(), self.manner.folded.then(|| folded().into()));
        self.leaves.push(Leaf { key: key.unwrap_or_else(|| name.clone()), name, text: text.clone(), setting, at, value_at });
    }
}

/// How a member holds a value of its own.
fn held(content: Content, composite: Option<Shape>) -> Setting {
    Setting { content, composite, inherited: false, foreign: false }
}

/// Whether a table is what SOPS writes beside the values that it encrypts.
fn is_seal(key: &Key, child: &Node) -> bool {
    &*key.text == "sops" && child.get("mac").is_some()
}

/// The entries of a list and what they are called: by a name that each of them has, else by their
/// place.
fn named(items: &[Node]) -> Vec<(String, &Node)> {
    let by = |name: &&&str| {
        let mut seen = HashSet::new();
        items.iter().all(|item| item.text_of(name).is_some_and(|text| text.len() <= 80 && seen.insert(text)))
    };
    match NAMES.iter().find(by) {
        Some(name) => items.iter().map(|item| (item.text_of(name).unwrap_or("").to_owned(), item)).collect(),
        None => items.iter().enumerate().map(|(i, item)| (i.to_string(), item)).collect(),
    }
}
