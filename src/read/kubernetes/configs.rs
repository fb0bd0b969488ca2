//! ConfigMaps and Secrets, and what is made into one: which names pods know them by, and which keys
//! they have. Of a Secret only the keys are ever taken. Source: the Kubernetes API reference, core/v1;
//! Bitnami SealedSecret, External Secrets Operator.

use std::cell::Cell;
use std::collections::HashMap;

use super::kustomize::OPEN;
use super::{group, name};
use crate::limits;
use crate::syntax::{At, Node};

/// What variables can be taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sort {
    Map,
    Secret,
}

impl Sort {
    /// What an object is, if it is one of them.
    pub(super) fn of(object: &Node) -> Option<Sort> {
        match (object.text_of("kind")?, group(object)) {
            ("ConfigMap", "") => Some(Sort::Map),
            ("Secret", "") | ("SealedSecret", "bitnami.com") | ("ExternalSecret", "external-secrets.io") => Some(Sort::Secret),
            _ => None,
        }
    }
}

/// A key, its place, and its value; of a Secret none.
pub(super) struct Pair<'n> {
    pub(super) key: &'n str,
    pub(super) at: At,
    pub(super) value: Option<&'n Node>,
}

/// The keys of an object, and whether it has more that stand elsewhere.
pub(super) fn pairs(object: &Node, sort: Sort) -> (Vec<Pair<'_>>, bool) {
    let entries = |path: &[&str]| object.path(path).map(Node::entries).unwrap_or_default();
    let open = object.path(&["spec", "dataFrom"]).is_some() || object.get("data").is_some_and(|data| data.tag() == Some(OPEN));
    if sort == Sort::Map {
        return (entries(&["data"]).iter().map(|(key, value)| Pair { key: &key.text, at: key.at, value: Some(value) }).collect(), open);
    }
    let written = [&["data"][..], &["stringData"], &["spec", "encryptedData"]].into_iter().flat_map(entries);
    let fetched = object.path(&["spec", "data"]).map(Node::items).unwrap_or_default().iter().filter_map(|item| item.get("secretKey"));
    let pairs = written.map(|(key, _)| Pair { key: &key.text, at: key.at, value: None });
    let fetched = fetched.filter_map(|key| Some(Pair { key: key.text()?, at: key.at(), value: None }));
    (pairs.chain(fetched).collect(), open)
}

/// How many of one name are told apart; the last ones win.
const SAME: usize = 32;

/// The ConfigMaps and Secrets of one stream, folder or build by their names; several may share one.
#[derive(Default)]
pub(super) struct Index(HashMap<(Sort, String), Vec<Config>>);

/// One of them, and its number in a build.
#[derive(Clone)]
pub(super) struct Config {
    pub(super) object: Node,
    pub(super) number: usize,
}

impl Index {
    /// Adds an object if it is one of them, under the names it has besides its own.
    pub(super) fn add<'n>(&mut self, object: &'n Node, number: usize, further: impl Iterator<Item = &'n str>) {
        let Some(sort) = Sort::of(object) else { return };
        let made = object.path(&["spec", "target", "name"]).or_else(|| name(object)).and_then(Node::text);
        for called in made.into_iter().chain(further) {
            let same = self.0.entry((sort, called.to_owned())).or_default();
            if same.len() == SAME {
                same.remove(0);
            }
            same.push(Config { object: object.clone(), number });
        }
    }

    /// Those of a name that an object can mean: those of its namespace, where both say one.
    pub(super) fn find<'i>(&'i self, sort: Sort, name: &str, user: &'i Node) -> impl Iterator<Item = &'i Config> {
        let namespace = |object: &'i Node| object.path(&["metadata", "namespace"]).and_then(Node::text);
        let own = namespace(user);
        let same = self.0.get(&(sort, name.to_owned())).map(Vec::as_slice).unwrap_or_default();
        same.iter().filter(move |config| own.is_none() || namespace(&config.object).is_none_or(|other| own == Some(other)))
    }
}

/// How much pods may still take: a few ConfigMaps that many pods use make small files large.
pub(super) struct Allowance(Cell<usize>);

impl Allowance {
    pub(super) fn new() -> Allowance {
        Allowance(Cell::new(limits::TAKEN_VARIABLES))
    }

    /// Takes what a step costs; false where nothing is left.
    pub(super) fn spend(&self, cost: usize) -> bool {
        self.0.set(self.0.get().saturating_sub(cost));
        self.0.get() > 0
    }
}
