//! Environments inside of one file: tables that are named after them, at the top or below a key that
//! says so (`database.yml`, Dynaconf's `settings.toml`, wrangler's `env`).

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::model::Environment;
use crate::syntax::{Key, Node};

/// The environments of a file.
pub(super) struct Tables {
    /// What holds for all of them.
    pub(super) base: Option<Node>,
    /// The environments, the words that name them, and what they say.
    pub(super) members: Vec<(Environment, String, Node)>,
    /// The keys of all that stands in the place of an environment.
    pub(super) keys: Vec<Key>,
}

/// The environments inside of a document, if there are any.
pub(super) fn inside(tree: &Node, catalog: &Catalog) -> Option<Tables> {
    // wrangler and its like have the defaults at the top and the environments below a key.
    let below = catalog.families.table_keys().iter().find_map(|key| of_map(tree.get(key)?, catalog));
    if let Some(found) = below {
        return Some(found);
    }
    of_map(tree, catalog)
}

/// A map whose keys are environments, but for words that mean all of them.
fn of_map(map: &Node, catalog: &Catalog) -> Option<Tables> {
    let meant = |key: &Key| catalog.names.environment_of_word(&key.text.to_ascii_lowercase(), false);
    let entries: Vec<&(Key, Node)> = map.entries().iter().filter(|(_, node)| node.is_map()).collect();
    let named: BTreeSet<Environment> = entries.iter().filter_map(|(key, _)| meant(key)).collect();
    let is_own = |key: &Key| meant(key).is_some() || !catalog.families.is_base(&key.text.to_ascii_lowercase()) && !key.text.starts_with(['.', 'x']);
    let keys: Vec<Key> = entries.iter().filter(|(key, _)| is_own(key)).map(|(key, _)| key.clone()).collect();
    let others = keys.iter().filter(|key| meant(key).is_none()).count();
    if named.len() < 2 || others > named.len() || named.len() + 2 < map.entries().len() {
        return None;
    }
    let base = entries.iter().find(|(key, _)| catalog.families.is_base(&key.text.to_ascii_lowercase())).map(|(_, node)| node.clone());
    let mut taken = BTreeSet::new();
    let mut members = Vec::new();
    for (key, node) in entries {
        let Some(meant) = meant(key) else { continue };
        let word = key.text.to_ascii_lowercase();
        let environment = if taken.contains(&meant) { Environment::new(&word) } else { meant };
        if taken.insert(environment.clone()) {
            members.push((environment, word, node.clone()));
        }
    }
    Some(Tables { base, members, keys })
}
