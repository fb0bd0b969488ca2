//! Which environment deployed manifests belong to: the folders and overlays they stand in. What a
//! kustomization is made of is read through it.

use std::collections::BTreeSet;

use super::{Plan, Scene, Source};
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
    for claimed in scene.of(Home::Deployed) {
        let path = &*claimed.document.path;
        if parts.contains(path) {
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
