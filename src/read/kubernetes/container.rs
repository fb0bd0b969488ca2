//! The variables of a container: `envFrom`, then `env` over it. Source: the Kubernetes API reference,
//! core/v1, Container, EnvVar, EnvFromSource.

use std::collections::HashMap;

use super::configs::{self, Sort};
use super::given::Given;
use super::workload::Layers;
use crate::model::Stance;
use crate::read::Output;
use crate::syntax::dotenv::is_name;
use crate::syntax::{At, Node};

/// The fields of `envFrom` and `valueFrom` that name a ConfigMap or a Secret.
const SOURCES: &[(&str, &str, Sort)] = &[("configMapRef", "configMapKeyRef", Sort::Map), ("secretRef", "secretKeyRef", Sort::Secret)];

/// Every variable of a container; of two with one name, the one that holds.
pub(super) fn variables(container: &Node, layers: &dyn Layers, out: &mut Output) -> Vec<Given> {
    let mut reader = Reader { container: container.text_of("name").unwrap_or(""), layers, given: Vec::new(), known: HashMap::new(), stopped: None };
    for source in container.get("envFrom").map(Node::items).unwrap_or_default() {
        for (field, _, sort) in SOURCES {
            if let Some(name) = source.get(field).and_then(|reference| reference.get("name")) {
                reader.all(*sort, name, source.text_of("prefix").unwrap_or(""));
            }
        }
    }
    for entry in container.get("env").map(Node::items).unwrap_or_default() {
        // A list may be shared by many containers through an alias.
        if !reader.may_go_on(entry.at()) {
            break;
        }
        reader.entry(entry, out);
    }
    if let Some(at) = reader.stopped {
        out.gap(at, "more variables than the limit");
    }
    reader.given
}

struct Reader<'r> {
    container: &'r str,
    layers: &'r dyn Layers,
    given: Vec<Given>,
    /// Where a name stands in `given`.
    known: HashMap<String, usize>,
    /// Where nothing more could be taken.
    stopped: Option<At>,
}

impl Reader<'_> {
    /// Pays for one step.
    fn may_go_on(&mut self, at: At) -> bool {
        let paid = self.layers.spend(1);
        if !paid {
            self.stopped = Some(at);
        }
        paid
    }

    fn put(&mut self, given: Given) {
        let slot = self.known.get(&given.name).and_then(|i| self.given.get_mut(*i));
        match slot {
            Some(slot) if given.stance == Stance::Given => *slot = given,
            _ => {
                self.known.insert(given.name.clone(), self.given.len());
                self.given.push(given);
            }
        }
    }

    /// Where this container's own places were used.
    fn via(&self, at: At) -> Vec<At> {
        self.layers.via(at, self.container)
    }

    /// A value that stands in another object, which is used here.
    fn through(&self, used: At, number: usize, at: At) -> Vec<At> {
        std::iter::once(used).chain(self.layers.via_of(number, at)).collect()
    }

    /// Every key of a ConfigMap or Secret.
    fn all(&mut self, sort: Sort, name: &Node, prefix: &str) {
        let Some(text) = name.text().filter(|text| !text.trim().is_empty() && self.may_go_on(name.at())) else { return };
        let Some(config) = self.layers.config(sort, text) else {
            let via = self.via(name.at());
            return self.put(Given::open(name.at()).via(via));
        };
        let (pairs, open) = configs::pairs(&config.object, sort);
        for pair in pairs {
            if !self.may_go_on(name.at()) {
                return;
            }
            // A whole file under a file's name is mounted; it is no variable, even where it becomes one.
            if pair.key.contains('.') && pair.value.and_then(Node::text).is_some_and(|text| text.contains('\n')) {
                continue;
            }
            let called = format!("{prefix}{}", pair.key);
            let given = match pair.value {
                Some(value) => Given::of(called, pair.at, value),
                None => Some(Given::reference(called, format!("{text}/{}", pair.key), pair.at)),
            };
            if let Some(given) = given.filter(|given| is_name(&given.name)) {
                let via = self.through(name.at(), config.number, given.at);
                self.put(given.via(via));
            }
        }
        if open {
            let via = self.via(name.at());
            self.put(Given::open(name.at()).via(via));
        }
    }

    /// One entry of `env`.
    fn entry(&mut self, entry: &Node, out: &mut Output) {
        let Some(name) = entry.get("name") else { return };
        let Some(text) = name.text().filter(|text| is_name(text)) else { return };
        let given = match (entry.get("valueFrom").filter(|from| !from.is_null()), entry.get("value")) {
            (Some(from), _) => self.value_from(text, name.at(), from),
            (None, Some(value)) => Given::of(text, name.at(), value),
            (None, None) => Given::of(text, name.at(), &Node::scalar("", name.at())),
        };
        match given {
            Some(given) if given.via.is_empty() => {
                let via = self.via(given.at);
                self.put(given.via(via));
            }
            Some(given) => self.put(given),
            None => out.note(name.at(), "a variable whose value is no text"),
        }
    }

    fn value_from(&mut self, name: &str, at: At, from: &Node) -> Option<Given> {
        let at = if from.at().file == at.file { at } else { from.at() };
        for (_, field, sort) in SOURCES {
            let Some(reference) = from.get(field) else { continue };
            let (object, key) = (reference.text_of("name").unwrap_or(""), reference.text_of("key").unwrap_or(""));
            if *sort == Sort::Map
                && let Some(given) = self.one(name, at, object, key)
            {
                return Some(given);
            }
            return Some(Given::reference(name, format!("{object}/{key}"), at));
        }
        let path = [("fieldRef", "fieldPath"), ("resourceFieldRef", "resource")].into_iter().find_map(|(field, key)| from.get(field)?.text_of(key));
        Some(Given::reference(name, path.unwrap_or(""), at))
    }

    /// The value of one key of a ConfigMap.
    fn one(&mut self, name: &str, used: At, object: &str, key: &str) -> Option<Given> {
        let config = self.layers.config(Sort::Map, object)?;
        let data = config.object.get("data")?;
        // Looking for a key costs as much as the map is long, and much less than a variable.
        if !self.layers.spend(1 + data.entries().len() / 64) {
            self.stopped = Some(used);
            return None;
        }
        let (key, value) = data.entries().iter().find(|(k, _)| &*k.text == key)?;
        let given = Given::of(name, key.at, value)?;
        let via = self.through(used, config.number, given.at);
        Some(given.via(via))
    }
}
