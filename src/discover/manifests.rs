//! Which environment deployed manifests belong to: the folders and overlays they stand in. What a
//! kustomization is made of is read through it.

use std::collections::BTreeSet;

use super::{Claimed, Plan, Scene, Source};
use crate::files::{file_name, folder, is_yaml};
use crate::model::Environment;
use crate::read::kubernetes::values_file;
use crate::read::{Home, Target};

/// Gives manifests and overlays their environment.
pub(crate) fn place(scene: &Scene<'_>, plan: &mut Plan) {
    let led_to = scene.links.iter().filter(|from| from.claimed.format.home == Home::Deployed).filter_map(|from| match &from.link.to {
        Target::Part { path } => Some((from.claimed, path.as_str())),
        _ => None,
    });
    let (mut parts, mut listed) = (BTreeSet::new(), BTreeSet::new());
    for (by, path) in led_to {
        parts.insert(path);
        if !is_values(by) && is_manifest(path) {
            listed.insert(folder(path));
        }
    }
    for claimed in scene.of(Home::Deployed) {
        let path = &*claimed.document.path;
        if parts.contains(path) {
            continue;
        }
        // Where a list names some files of a folder, those that it does not name are not deployed.
        if listed.contains(folder(path)) && is_manifest(path) {
            plan.left_out.push((path.to_owned(), "no kustomization names it, though its neighbours are named"));
            continue;
        }
        let named = scene.catalog.names.environment_of_path(path, true);
        let why_not = if is_values(claimed) {
            values_file::left_out(scene.documents, &scene.catalog.names, path)
        } else {
            claimed.document.is_template().then_some("a template of another language")
        };
        if let Some(why_not) = why_not {
            plan.left_out.push((path.to_owned(), why_not));
            continue;
        }
        let (environment, why) = match named {
            Some(environment) => (environment, "its path names the environment"),
            None => (Environment::prod(), "deployed, and nothing names another environment"),
        };
        plan.sources.push(Source::of(claimed, environment, scene.component(path), why));
    }
}

/// Whether a file holds a chart's values.
fn is_values(claimed: &Claimed) -> bool {
    std::ptr::eq(claimed.format, &values_file::FORMAT)
}

/// Whether a file holds objects: no kustomization, which is a list itself, and no env file.
fn is_manifest(path: &str) -> bool {
    is_yaml(path) && !matches!(file_name(path), "kustomization.yaml" | "kustomization.yml")
}
