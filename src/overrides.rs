//! Settings that variables of the environment override by their path: `SETTINGS__AZURE__STORAGE__KEY` is
//! `azure.storage.key` of a settings file. A path that no file has, though one has nearly the same, sets what
//! nobody reads. Sources: the documentation of rubyconfig ("Working with environment variables") and of .NET's
//! environment variables configuration provider; both in `rules/catalog/families.toml`.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::discover::{Family, Plan};
use crate::files::Documents;
use crate::model::{Callee, Fact, Form, Kind, Reading, Side, Stance, Value};
use crate::read::settings::is_close;
use crate::seal;
use crate::syntax::{At, Node};

/// What parts the keys of a path.
const SEPARATOR: &str = "__";

/// How many places of one variable are told.
const PLACES: usize = 4;

/// The keys of a family by their paths in small letters, each as it is written and where.
type Keys = BTreeMap<Vec<String>, (String, At)>;

/// What is set under a path that nearly is one of a file: where it is set, and the key that is meant.
pub(crate) fn misspelt(plan: &Plan, documents: &Documents<'_>, catalog: &Catalog, facts: &[Fact]) -> Vec<Fact> {
    let named: Vec<&Fact> = facts.iter().filter(|fact| speaks(fact)).collect();
    if named.is_empty() {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (family, prefix) in plan.families.iter().filter_map(|family| Some((family, family.framework?.overrides.as_deref()?))) {
        let own = |fact: &&&Fact| fact.name.as_str().starts_with(prefix) && (!prefix.is_empty() || fact.component.as_str() == family.component);
        let mut variables: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
        named.iter().filter(own).for_each(|fact| variables.entry(fact.name.as_str()).or_default().push(fact));
        if variables.is_empty() {
            continue;
        }
        let keys = keys(family, documents);
        let path = |name: &str| name.get(prefix.len()..).unwrap_or("").split(SEPARATOR).map(str::to_ascii_lowercase).collect::<Vec<String>>();
        let is_set = |key: &[String]| variables.keys().any(|name| path(name) == key);
        for (name, facts) in &variables {
            let path = path(name);
            // A table that is there is told of by its keys.
            let known = keys.range(path.clone()..).next().is_some_and(|(key, _)| key.starts_with(&path));
            let Some((last, table)) = path.split_last().filter(|_| !known) else { continue };
            let near = |key: &[String]| key.len() == path.len() && key.starts_with(table) && key.last().is_some_and(|other| is_close(last, other));
            let Some((_, (meant, at))) = keys.iter().find(|(key, _)| near(key) && !is_set(key)) else { continue };
            let reading = Reading::new(Kind::Config, path.join("."), meant.as_str(), Form::Interface(Callee::Settings, Side::Instead), *at);
            for fact in facts.iter().take(PLACES) {
                let instead = seal::seal(&reading, &fact.environment, &family.component, &family.label, documents, catalog);
                let form = Form::Interface(Callee::Settings, Side::Passed);
                let value = Value { text: fact.name.clone(), spec: None, image: None, variable: None };
                let passed = Fact { kind: Kind::Config, name: instead.name.clone(), component: instead.component.clone(), form, value, ..(*fact).clone() };
                out.extend([passed, Fact { format: crate::read::settings::NAME, ..instead }]);
            }
        }
    }
    out
}

/// Whether a fact gives a variable that may be a path, or asks for it.
fn speaks(fact: &Fact) -> bool {
    let stance = fact.value.variable.as_deref().map(|variable| variable.stance);
    fact.kind == Kind::Env && fact.name.as_str().contains(SEPARATOR) && matches!(stance, Some(Stance::Given | Stance::Offered | Stance::Read | Stance::Used))
}

/// The keys that the files of a family have.
fn keys(family: &Family, documents: &Documents<'_>) -> Keys {
    let mut keys = Keys::new();
    for path in family.parsed() {
        let Ok(document) = documents.open(path) else { continue };
        document.trees().unwrap_or_default().iter().for_each(|tree| walk(tree, &mut Vec::new(), &mut keys));
    }
    keys
}

fn walk(node: &Node, path: &mut Vec<String>, keys: &mut Keys) {
    for (key, child) in node.entries() {
        path.push(key.text.to_ascii_lowercase());
        keys.entry(path.clone()).or_insert_with(|| (key.text.to_string(), key.at));
        walk(child, path, keys);
        path.pop();
    }
}
