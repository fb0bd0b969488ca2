//! Plain Kubernetes manifests: YAML streams of objects that are applied as they stand. What a
//! workload runs is told in [`workload`], which kustomize builds share. Source: the Kubernetes API
//! reference (apps/v1, batch/v1, core/v1) and the APIs of Flux, Argo, Knative and OpenShift.

mod blocks;
mod configs;
mod container;
mod given;
mod helm_values;
mod inline;
pub(super) mod kustomize;
mod ports;
pub(crate) mod values_file;
mod workload;

use std::cell::OnceCell;

use super::{Claim, Format, Home, Input, Links, Output};
use crate::files::{file_name, folder, is_yaml};
use crate::limits;
use crate::syntax::{At, Node};
use configs::{Allowance, Config, Index, Sort};

/// Manifests that are applied as they stand.
pub(super) static FORMAT: Format = Format { name: "kubernetes", claims, sniff, scan: None, home: Home::Deployed, links: Links::None, read };

fn claims(path: &str) -> Claim {
    if !is_yaml(path) {
        return Claim::No;
    }
    let name = file_name(path).to_ascii_lowercase();
    let Some((stem, "yaml" | "yml")) = name.rsplit_once('.') else { return Claim::No };
    let other = ["docker-compose", "docker-stack", "compose.", "values", "openapi"].iter().any(|start| stem.starts_with(start))
        || matches!(stem, "compose" | "chart" | "kustomization" | "mkdocs")
        || path.split('/').any(|part| part == ".github");
    if other { Claim::No } else { Claim::Maybe }
}

fn sniff(head: &str) -> bool {
    let starts = |key: &str, line: &str| head.starts_with(key) || head.contains(line);
    starts("apiVersion:", "\napiVersion:") && starts("kind:", "\nkind:")
}

fn read(input: &Input<'_>, out: &mut Output) {
    if input.document.is_template() {
        return out.note(At::file(input.document.id), "a template of another language");
    }
    match input.document.trees() {
        Ok(trees) => {
            let objects = objects(trees);
            let stream = Stream::new(input, &objects);
            for object in &objects {
                if let Some(name) = name(object) {
                    let plain = Plain { stream: &stream, object, name: name.at() };
                    workload::read(input, object, name.text().unwrap_or("").trim_end_matches('-'), name.at(), &plain, out);
                }
            }
            services(input, &objects, out);
        }
        Err(problem) => out.problem(&input.document, problem),
    }
}

/// A file of manifests, and what its pods take variables from.
struct Stream<'s, 'i> {
    input: &'s Input<'i>,
    own: Index,
    /// What the other files of the folder hold; read where an object names what this file lacks.
    beside: OnceCell<Index>,
    allowance: Allowance,
}

impl<'s, 'i> Stream<'s, 'i> {
    fn new(input: &'s Input<'i>, objects: &[Node]) -> Stream<'s, 'i> {
        let mut own = Index::default();
        objects.iter().enumerate().for_each(|(number, object)| own.add(object, number, std::iter::empty()));
        Stream { input, own, beside: OnceCell::new(), allowance: Allowance::new() }
    }

    /// The ConfigMaps and Secrets of the same folder.
    fn beside(&self) -> Index {
        let mut index = Index::default();
        for (number, objects) in beside(self.input, &["ConfigMap", "Secret"]).iter().enumerate() {
            objects.iter().for_each(|object| index.add(object, number, std::iter::empty()));
        }
        index
    }
}

/// The objects of each other file of the same folder that is for the same environment and holds one of these
/// words.
fn beside(input: &Input<'_>, words: &[&str]) -> Vec<Vec<Node>> {
    let (document, documents, names) = (&input.document, input.documents, &input.catalog.names);
    let own = names.environment_of_path(&document.path, true);
    let other = |path: &&str| **path != *document.path && claims(path) == Claim::Maybe;
    let files = documents.inside(folder(&document.path)).filter(other).take(limits::NEIGHBOURS);
    let files = files.filter(|path| names.environment_of_path(path, true) == own).filter_map(|path| documents.open(path).ok());
    let telling = files.filter(|file| words.iter().any(|word| file.text().contains(word)) && sniff(file.text()) && !file.is_template());
    telling.map(|file| objects(file.trees().unwrap_or_default())).collect()
}

/// What the Services of a file ask of its workloads, or of those beside it where it has none.
fn services(input: &Input<'_>, own: &[Node], out: &mut Output) {
    if !own.iter().any(ports::is_service) {
        return;
    }
    let alone = !own.iter().any(|object| workload::pod_path_of(object).is_some());
    let others: Vec<Node> = if alone { beside(input, &["containerPort"]).into_iter().flatten().collect() } else { Vec::new() };
    let all: Vec<&Node> = own.iter().chain(others.iter().filter(|object| !ports::is_service(object))).collect();
    ports::services(&all, &|_, _| Vec::new(), out);
}

/// A manifest that nothing changes: what it says stands where it is used.
struct Plain<'p, 'i> {
    stream: &'p Stream<'p, 'i>,
    object: &'p Node,
    name: At,
}

impl workload::Layers for Plain<'_, '_> {
    fn presence(&self) -> (At, Vec<At>) {
        (self.name, Vec::new())
    }

    /// Of two in one file the last one is applied last; of two in other files nobody knows.
    fn config(&self, sort: Sort, name: &str) -> Option<Config> {
        let own = self.stream.own.find(sort, name, self.object).last();
        let mut beside = self.stream.beside.get_or_init(|| self.stream.beside()).find(sort, name, self.object).filter(|_| own.is_none());
        let only = beside.next().filter(|_| beside.next().is_none());
        own.or(only).cloned()
    }

    fn spend(&self, cost: usize) -> bool {
        self.stream.allowance.spend(cost)
    }
}

/// The objects of a stream, lists of them taken apart.
fn objects(trees: &[Node]) -> Vec<Node> {
    fn take(node: &Node, depth: usize, found: &mut Vec<Node>) {
        if depth > limits::REFERENCE_DEPTH || found.len() >= limits::NODES {
            return;
        }
        match (node.text_of("kind"), node.get("items")) {
            (Some(kind), Some(items)) if kind.ends_with("List") => items.items().iter().for_each(|item| take(item, depth + 1, found)),
            (Some(_), _) => found.push(node.clone()),
            (None, _) => {}
        }
    }
    let mut found = Vec::new();
    trees.iter().for_each(|tree| take(tree, 0, &mut found));
    found
}

/// What an object is called; `generateName` where the cluster completes it.
fn name(object: &Node) -> Option<&Node> {
    let metadata = object.get("metadata")?;
    metadata.get("name").or_else(|| metadata.get("generateName")).filter(|name| name.text().is_some_and(|text| !text.trim().is_empty()))
}

/// The API group of an object; empty for the core group.
fn group(object: &Node) -> &str {
    object.text_of("apiVersion").and_then(|version| version.split_once('/')).map_or("", |(group, _)| group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_tools_files_are_not_claimed() {
        for path in [
            "compose.yaml",
            "docker-compose.prod.yml",
            "charts/web/Chart.yaml",
            "values-prod.yaml",
            "a/kustomization.yaml",
            ".github/workflows/ci.yml",
            "a.json",
        ] {
            assert_eq!(claims(path), Claim::No, "{path}");
        }
        for path in ["k8s/web.yaml", "composer.yml", "shop-values.yaml"] {
            assert_eq!(claims(path), Claim::Maybe, "{path}");
        }
    }

    #[test]
    fn a_manifest_names_its_version_and_its_kind() {
        assert!(sniff("# shop\n---\nkind: Service\napiVersion: v1\n"));
        assert!(!sniff("spec:\n  apiVersion: v1\n  kind: Service\n"));
    }
}
