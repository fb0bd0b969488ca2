//! Variables in a chart's values, in the shapes that charts agree on: a map or a list under a key that
//! says so (`env`, `extraEnvVars`, `environment`, `config`), and maps of secrets. No schema stands behind
//! them; what is no variable's name by its letters is none.

use super::given::Given;
use super::helm_values::{is_off, joined};
use crate::limits;
use crate::syntax::dotenv::is_name;
use crate::syntax::{At, Key, Node, Value};

/// The variables of one map or list.
pub(super) struct Block {
    /// The keys that lead to it, joined by dots.
    pub(super) path: String,
    pub(super) given: Vec<Given>,
}

impl Block {
    /// The paths above it, the nearest first; the top is the empty one.
    pub(super) fn above(&self) -> impl Iterator<Item = &str> {
        let up = |path: &str| -> Option<usize> { (!path.is_empty()).then(|| path.rfind('.').unwrap_or(0)) };
        std::iter::successors(Some(self.path.as_str()), move |path| path.get(..up(path)?)).skip(1)
    }
}

/// What a key says of the map or list under it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// Variables in any shape.
    Variables,
    /// Settings, among which those that are written like variables are.
    Settings,
    /// Variables whose values stand in a secret store.
    Secrets,
}

/// The ends of keys (letters only, in lower case) and what they say.
const ENDS: &[(&str, Says)] = &[
    ("env", Says::Variables),
    ("envs", Says::Variables),
    ("envvar", Says::Variables),
    ("envvars", Says::Variables),
    ("envvariables", Says::Variables),
    ("environment", Says::Variables),
    ("environments", Says::Variables),
    ("environmentvars", Says::Variables),
    ("environmentvariables", Says::Variables),
    ("config", Says::Settings),
    ("configs", Says::Settings),
    ("configmap", Says::Settings),
    ("configmaps", Says::Settings),
];

/// How deep below such a key its word still holds (`configmap.data`, `env.web`).
const REACH: usize = 2;

/// Keys that say where a variable's value stands.
const ELSEWHERE: &[&str] =
    &["valueFrom", "secretKeyRef", "configMapKeyRef", "fieldRef", "secretRef", "secretName", "secret", "secretKey", "key", "from", "configMap"];

impl Says {
    fn of(key: &str) -> Option<Says> {
        let plain: String = key.chars().filter(char::is_ascii_alphabetic).take(limits::SHOWN_CHARS).map(|c| c.to_ascii_lowercase()).collect();
        if plain.contains("secret") || plain.contains("keyvault") {
            return Some(Says::Secrets);
        }
        ENDS.iter().find(|(end, _)| plain.ends_with(end)).map(|(_, says)| *says)
    }
}

/// Every block of a tree of values, in order.
pub(super) fn find(values: &Node) -> Vec<Block> {
    let mut walk = Walk { left: limits::NODES, found: Vec::new() };
    walk.node(values, &mut Vec::new(), None);
    walk.found
}

struct Walk {
    /// Aliases share nodes, so a small document can be an endless tree.
    left: usize,
    found: Vec<Block>,
}

impl Walk {
    /// `says`: what a key above said, and how much deeper that holds.
    fn node<'n>(&mut self, node: &'n Node, path: &mut Vec<&'n str>, says: Option<(Says, usize)>) {
        if path.len() > limits::DEPTH || self.left == 0 || is_off(node) {
            return;
        }
        self.left -= 1;
        let entries = node.entries().iter().map(|(key, value)| (Some(key), value));
        let nested = entries.chain(node.items().iter().map(|item| (None, item)));
        let (mut given, mut further) = (Vec::new(), Vec::new());
        for (key, value) in nested {
            let variable = says.and_then(|(says, _)| match key {
                Some(key) => entry(key, value, says, path.last().copied().unwrap_or("")),
                None => item(value, says),
            });
            match variable {
                Some(variable) => {
                    self.left = self.left.saturating_sub(1);
                    given.push(variable);
                }
                None => further.push((key, value)),
            }
        }
        if !given.is_empty() {
            self.found.push(Block { path: joined(path), given });
        }
        for (key, value) in further {
            if let Some(key) = key.filter(|key| key.text.to_ascii_lowercase().replace(['_', '-'], "").contains("envfrom")) {
                path.push(&key.text);
                self.open(value, path);
                path.pop();
                continue;
            }
            if matches!(value.value(), Value::Null | Value::Scalar(..)) {
                continue;
            }
            let deeper = says.and_then(|(says, reach)| Some((says, reach.checked_sub(1)?)));
            let own = key.and_then(|key| Says::of(&key.text)).map(|says| (says, REACH));
            // What stands among secrets stays a secret, whatever it is called.
            let secret = deeper.filter(|(says, _)| *says == Says::Secrets).map(|_| (Says::Secrets, REACH));
            path.push(key.map_or("", |key| &key.text));
            self.node(value, path, if key.is_none() { None } else { secret.or(own).or(deeper) });
            path.pop();
        }
    }

    /// `envFrom`: what a secret or a ConfigMap of the cluster holds.
    fn open(&mut self, value: &Node, path: &[&str]) {
        let named = |item: &Node| {
            let references = item.entries().iter().filter_map(|(_, reference)| reference.get("name"));
            let whole = item.get("name").filter(|name| name.text().is_some());
            references.chain(whole).map(Node::at).next()
        };
        let places: Vec<At> = match value.value() {
            Value::Scalar(text, _) if !text.trim().is_empty() && !matches!(text.trim(), "true" | "false") => vec![value.at()],
            Value::List(items) => items.iter().filter_map(|item| item.text().map(|_| item.at()).or_else(|| named(item))).collect(),
            Value::Map(_) => named(value).into_iter().collect(),
            _ => Vec::new(),
        };
        self.left = self.left.saturating_sub(places.len());
        if !places.is_empty() {
            self.found.push(Block { path: joined(path), given: places.into_iter().map(Given::open).collect() });
        }
    }
}

/// Whether a key is written as variables are.
fn is_variable(key: &str) -> bool {
    let plain =
        key.len() >= 2 && key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') && !key.starts_with(|c: char| c.is_ascii_digit());
    plain && key.contains(|c: char| c.is_ascii_uppercase())
}

/// A variable that is a key of a map.
fn entry(key: &Key, value: &Node, says: Says, above: &str) -> Option<Given> {
    let name = &*key.text;
    // .NET writes the sections of its settings so.
    let sections = says == Says::Variables && name.contains("__") && is_name(name);
    if !(is_variable(name) || sections) {
        return None;
    }
    match value.value() {
        Value::Scalar(..) if says == Says::Secrets => Some(Given::reference(name, above, key.at)),
        Value::Scalar(..) => Given::of(name, key.at, value),
        Value::Map(_) if says != Says::Settings => {
            let written = value.get("value").filter(|value| value.text().is_some());
            match written {
                Some(written) if says == Says::Variables => Given::of(name, if written.at().file == value.at().file { key.at } else { written.at() }, written),
                _ => is_elsewhere(value).then(|| Given::reference(name, above, key.at)),
            }
        }
        _ => None,
    }
}

/// A variable that is an item of a list.
fn item(item: &Node, says: Says) -> Option<Given> {
    let named = |key: &str| item.get(key).and_then(|name| Some((name.text()?, name.at())));
    match says {
        Says::Settings => None,
        Says::Secrets => {
            let (name, at) = named("alias").or_else(|| named("name")).or_else(|| Some((item.text()?, item.at())))?;
            is_variable(name).then(|| Given::reference(name, "", at))
        }
        Says::Variables => {
            if let Some((name, value)) = item.text().and_then(|text| text.split_once('=')) {
                let at = item.at().part(0, crate::syntax::clamp(name.chars().count()).min(item.at().width));
                return is_name(name).then(|| Given::of(name, at, &Node::scalar(value, at)))?;
            }
            let (name, at) = named("name").filter(|(name, _)| is_name(name))?;
            match item.get("value") {
                Some(value) if !item.get("valueFrom").is_some_and(Node::is_map) => Given::of(name, at, value),
                None if !is_elsewhere(item) && item.entries().len() > 1 => None,
                None if !is_elsewhere(item) => Given::of(name, at, &Node::scalar("", at)),
                _ => Some(Given::reference(name, "", at)),
            }
        }
    }
}

fn is_elsewhere(map: &Node) -> bool {
    map.entries().iter().any(|(key, _)| ELSEWHERE.contains(&&*key.text))
}
