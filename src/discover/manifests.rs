//! Which environment deployed manifests belong to: the folders and overlays they stand in. What a
//! kustomization is made of is read through it.

use std::collections::BTreeSet;

use super::{Plan, Scene, Source};
use crate::files::{file_name, folder};
use crate::model::Environment;
use crate::read::{Home, Target};

/// Gives manifests and overlays their environment.
pub(crate) fn place(scene: &Scene<'_>, plan: &mut Plan) {
    let parts: BTreeSet<&str> = scene
        .links
        .iter()
        .filter(|from| from.claimed.format.home == Home::Deployed)
        .filter_map(|from| match &from.link.to {
            Target::Part { path } => Some(path.as_str()),
            _ => None,
        })
        .collect();
    let listed: BTreeSet<&str> = parts.iter().filter(|path| !is_list(path)).map(|path| folder(path)).collect();
    for claimed in scene.of(Home::Deployed) {
        let path = &*claimed.document.path;
        if parts.contains(path) {
            continue;
        }
        // Where a list names some files of a folder, those that it does not name are not deployed.
        if listed.contains(folder(path)) && !is_list(path) {
            plan.left_out.push((path.to_owned(), "no kustomization names it, though its neighbours are named"));
            continue;
        }
        if claimed.document.is_template() {
            plan.left_out.push((path.to_owned(), "a template of another language"));
            continue;
        }
        let (environment, why) = match scene.catalog.names.environment_of_path(path, true) {
            Some(environment) => (environment, "its path names the environment"),
            None => (Environment::prod(), "deployed, and nothing names another environment"),
        };
        plan.sources.push(Source::of(claimed, environment, scene.component(path), why));
    }
}

/// Whether a file is a kustomization, which is a list itself.
fn is_list(path: &str) -> bool {
    matches!(file_name(path), "kustomization.yaml" | "kustomization.yml" | "Kustomization")
}
