//! Kustomize builds: what a `kustomization.yaml` makes of the manifests, bases and components that
//! it names. Source: the kustomization file reference of kubernetes-sigs/kustomize, API
//! `kustomize.config.k8s.io`.

mod build;
pub(super) mod edit;
mod entries;
mod fields;
mod generators;
mod json_patch;
mod patches;
mod pattern;
mod resource;
pub(super) mod strategic;
mod target;

pub(super) use generators::OPEN;

use super::super::{Claim, Format, Home, Input, Link, Links, Output, Target};
use super::{ports, workload};
use crate::files::file_name;
use crate::syntax::{At, Node};

/// Kustomize's own files.
pub(in crate::read) static FORMAT: Format =
    Format { name: "kustomization", claims, sniff: super::super::never, scan: None, home: Home::Deployed, links: Links::Apart(links), read };

fn claims(path: &str) -> Claim {
    if entries::FILE_NAMES.contains(&file_name(path)) { Claim::Yes } else { Claim::No }
}

fn links(input: &Input<'_>, out: &mut Vec<Link>) {
    let Ok(Some(tree)) = input.document.tree().map(own) else { return };
    if input.document.is_template() {
        return;
    }
    for reference in entries::references(tree) {
        if let entries::Located::File(path) | entries::Located::Folder(path) = entries::locate(input.documents, &input.document, reference.text) {
            out.push(Link { environment: None, at: reference.at, to: Target::Part { path } });
        }
    }
}

/// The document, unless it is one of Flux's, which only shares the name.
fn own(tree: &Node) -> Option<&Node> {
    (!super::group(tree).starts_with("kustomize.toolkit.fluxcd.io")).then_some(tree)
}

fn read(input: &Input<'_>, out: &mut Output) {
    let document = &input.document;
    let tree = match document.tree() {
        _ if document.is_template() => return out.note(At::file(document.id), "a template of another language"),
        Ok(tree) if own(tree).is_none() => return,
        Ok(tree) => tree,
        Err(problem) if problem.line == 0 => return out.note(At::file(document.id), "an empty kustomization"),
        Err(problem) => return out.problem(document, problem),
    };
    if tree.is_null() {
        return out.note(At::file(document.id), "an empty kustomization");
    }
    let resources = build::build(input, out);
    let all = resource::Finished::new(input, &resources);
    let objects: Vec<&Node> = resources.iter().map(|resource| &resource.tree).collect();
    let via =
        |number: usize, at: At| resources.get(number).map_or_else(Vec::new, |resource| workload::Layers::via(&resource::Built { all: &all, resource }, at, ""));
    ports::services(&objects, &via, out);
    for resource in &resources {
        workload::read(input, &resource.tree, &resource.name, resource.name_at, &resource::Built { all: &all, resource }, out);
    }
}
