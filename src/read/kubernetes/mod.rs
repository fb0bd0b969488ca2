//! Plain Kubernetes manifests: YAML streams of objects that are applied as they stand. What a
//! workload runs is told in [`workload`], which kustomize builds share. Source: the Kubernetes API
//! reference (apps/v1, batch/v1, core/v1) and the APIs of Flux, Argo, Knative and OpenShift.

mod helm_values;
mod inline;
pub(super) mod kustomize;
mod workload;

use super::{Claim, Format, Home, Input, Output, no_links};
use crate::files::{file_name, is_yaml};
use crate::limits;
use crate::syntax::{At, Node};

/// Manifests that are applied as they stand.
pub(super) static FORMAT: Format = Format { name: "kubernetes", claims, sniff, scan: None, home: Home::Deployed, links: no_links, read };

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
            for object in objects(trees) {
                if let Some(name) = name(&object) {
                    workload::read(input, &object, name.text().unwrap_or("").trim_end_matches('-'), name.at(), &Plain { name: name.at() }, out);
                }
            }
        }
        Err(problem) => out.problem(&input.document, problem),
    }
}

/// A manifest that nothing changes: what it says stands where it is used.
struct Plain {
    name: At,
}

impl workload::Layers for Plain {
    fn via(&self, _: At, _: &str) -> Vec<At> {
        Vec::new()
    }

    fn presence(&self) -> (At, Vec<At>) {
        (self.name, Vec::new())
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
