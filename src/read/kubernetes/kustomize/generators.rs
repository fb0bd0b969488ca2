//! ConfigMaps and Secrets that kustomize generates from literals and env files, as objects that later
//! layers patch like any other. Source: the kustomization file reference, `configMapGenerator`,
//! `secretGenerator`; kustomize's `kv` package for how it reads both.

use std::collections::HashMap;
use std::sync::Arc;

use super::build::Build;
use super::edit::change;
use super::entries::{self, GENERATORS, Located, list};
use super::resource::Resource;
use crate::files::Document;
use crate::syntax::dotenv::is_name;
use crate::syntax::{At, FileId, Key, Node, Value, clamp, put};

/// What an object whose env file cannot be read is tagged with: it has keys that nobody knows.
pub(in crate::read::kubernetes) const OPEN: &str = "open";

/// Generates what a kustomization asks for, or adds it to what is there.
pub(super) fn apply(build: &mut Build<'_, '_>, document: &Arc<Document>, tree: &Node, resources: &mut Vec<Resource>) {
    for (field, kind) in GENERATORS {
        for item in list(tree, field) {
            let Some(name) = item.get("name").filter(|name| name.text().is_some()) else { continue };
            if !build.budget.spend(resources.len() + 16) {
                return;
            }
            let data = data(build, document, item, *kind == "Secret");
            let called = name.text().unwrap_or("");
            let behaviour = item.text_of("behavior").unwrap_or("create");
            let there = resources.iter_mut().rev().find(|resource| resource.kind() == *kind && resource.is_called(|own| own == called));
            match there {
                Some(resource) if matches!(behaviour, "merge" | "replace") => {
                    let changed =
                        change(&resource.tree, &["data"], &mut |old| Some(if behaviour == "merge" { over(old, &data.node) } else { data.node.clone() }));
                    resource.tree = changed.unwrap_or_else(|| object(kind, name, &data.node));
                    let entry = build.entry();
                    data.files.iter().for_each(|(file, item)| resource.touch(*file, entry.unwrap_or(*item)));
                }
                _ => {
                    let item = data.files.iter().find(|(file, _)| *file != document.id).map_or(item.at(), |(_, item)| *item);
                    resources.push(Resource::new(object(kind, name, &data.node), called.to_owned(), name.at(), build.chain(document, item)));
                }
            }
        }
    }
}

fn object(kind: &str, name: &Node, data: &Node) -> Node {
    let at = name.at();
    let entry = |key: &str, value: Node| (Key { text: key.into(), at: value.at() }, value);
    let metadata = Node::new(Value::Map(vec![entry("name", name.clone())]), at);
    Node::new(Value::Map(vec![entry("kind", Node::scalar(kind, at)), entry("metadata", metadata), entry("data", data.clone())]), at)
}

/// What a generator makes, and which files it took that from, each with the entry that names it.
struct Data {
    node: Node,
    files: Vec<(FileId, At)>,
}

fn data(build: &mut Build<'_, '_>, document: &Arc<Document>, item: &Node, secret: bool) -> Data {
    let (mut entries, mut seen, mut files, mut open) = (Vec::new(), HashMap::new(), vec![(document.id, item.at())], false);
    let mut take = |name: &str, at: At, value: Node| {
        let value = if secret { Node::new(Value::Null, at) } else { value };
        put(&mut entries, &mut seen, Key { text: name.into(), at }, value);
    };
    for reference in entries::env_files(item) {
        let Some(text) = reference.text() else { continue };
        let file = match entries::locate(build.input.documents, document, text) {
            Located::File(path) => build.input.documents.open(&path).map_err(|reason| build.out.gap(reference.at(), reason.phrase())).ok(),
            Located::Missing(reason) => {
                build.out.missing(reference.at(), reason);
                None
            }
            Located::Folder(_) | Located::Remote => None,
        };
        let Some(file) = file else {
            open = true;
            continue;
        };
        files.push((file.id, reference.at()));
        for (number, line) in file.text().lines().enumerate() {
            let body = line.trim_start();
            let (name, value) = body.split_once('=').map_or((body, None), |(name, value)| (name, Some(value)));
            if !build.budget.spend(1) || body.starts_with('#') || !is_name(name) {
                continue;
            }
            let column = line.chars().count() - body.chars().count() + 1;
            let at = At { file: file.id, line: clamp(number + 1), column: clamp(column), width: clamp(name.chars().count()) };
            // A bare name takes its value from whoever builds.
            take(name, at, value.map_or_else(|| Node::scalar(format!("${{{name}}}"), at), |value| Node::scalar(value, at)));
        }
    }
    for literal in list(item, "literals") {
        let Some((name, value)) = literal.text().and_then(|text| text.split_once('=')).filter(|(name, _)| is_name(name)) else { continue };
        if build.budget.spend(1) {
            let at = literal.at().part(0, clamp(name.chars().count()).min(literal.at().width));
            take(name, at, Node::scalar(value.trim_matches(['"', '\'']), at));
        }
    }
    Data { node: Node::tagged(Value::Map(entries), item.at(), open.then(|| OPEN.into())), files }
}

/// One map of data over another.
fn over(old: &Node, new: &Node) -> Node {
    let (mut entries, mut seen) = (Vec::new(), HashMap::new());
    for (key, value) in old.entries().iter().chain(new.entries()) {
        put(&mut entries, &mut seen, key.clone(), value.clone());
    }
    Node::tagged(Value::Map(entries), old.at(), old.tag().or(new.tag()).map(Into::into))
}
