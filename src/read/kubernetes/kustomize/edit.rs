//! Changes of trees that leave the old ones as they are, and the bound on how much all changes of
//! one build may copy.

use crate::limits;
use crate::syntax::{Key, Node, Value};

/// How many entries a build may still copy. Aliases and shared bases make small files build large.
pub(in crate::read::kubernetes) struct Budget {
    left: usize,
}

impl Budget {
    pub(in crate::read::kubernetes) fn new() -> Budget {
        Budget { left: limits::BUILT_ENTRIES }
    }

    /// Takes what a step costs; false where nothing is left.
    pub(super) fn spend(&mut self, cost: usize) -> bool {
        self.left = self.left.saturating_sub(cost);
        !self.is_spent()
    }

    /// Whether the build was stopped.
    pub(in crate::read::kubernetes) fn is_spent(&self) -> bool {
        self.left == 0
    }
}

/// The map with another value under a key; without a value, without the key.
pub(super) fn with(map: &Node, key: &str, value: Option<Node>) -> Node {
    let mut entries = map.entries().to_vec();
    let place = entries.iter().position(|(k, _)| &*k.text == key);
    match (place.and_then(|i| entries.get_mut(i)), value) {
        (Some(slot), Some(value)) => slot.1 = value,
        (None, Some(value)) => entries.push((Key { text: key.into(), at: value.at() }, value)),
        (_, None) => entries.retain(|(k, _)| &*k.text != key),
    }
    Node::new(Value::Map(entries), map.at())
}

/// The tree with what `change` makes of the node at a path of keys. None where nothing is there, or
/// nothing changes.
pub(super) fn change(tree: &Node, path: &[&str], change_it: &mut dyn FnMut(&Node) -> Option<Node>) -> Option<Node> {
    match path.split_first() {
        None => change_it(tree),
        Some((key, rest)) => Some(with(tree, key, Some(change(tree.get(key)?, rest, change_it)?))),
    }
}
