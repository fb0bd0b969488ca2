//! Which environment an image's Dockerfile is built for: its name, its folder, or who builds it.

use std::collections::BTreeSet;

use super::{Plan, Scene, Source};
use crate::files::file_name;
use crate::model::Environment;
use crate::read::{Home, Target};

/// Gives every Dockerfile its environment.
pub(crate) fn place(scene: &Scene<'_>, plan: &mut Plan) {
    let built: BTreeSet<&str> = scene
        .links
        .iter()
        .filter_map(|from| match &from.link.to {
            Target::Dockerfile { path, .. } => Some(path.as_str()),
            _ => None,
        })
        .collect();
    let ships = scene.links.iter().any(|from| from.claimed.format.home == Home::Ci && matches!(from.link.to, Target::Dockerfile { .. }));
    for claimed in scene.of(Home::Image) {
        let path = &*claimed.document.path;
        let named = scene.catalog.names.environment_of_path(path, false);
        let (environment, why) = match named {
            Some(environment) if environment.is_standard() => (environment, "a Dockerfile whose path names the environment"),
            // Where workflows say what they build, a variant that they do not name is nobody's.
            _ if ships && !built.contains(path) && is_variant(file_name(path)) => {
                plan.left_out.push((path.to_owned(), "a variant of a Dockerfile that nothing builds"));
                continue;
            }
            _ => (Environment::prod(), "a Dockerfile that nothing marks builds what is deployed"),
        };
        plan.sources.push(Source::of(claimed, environment.clone(), scene.component(path), why));
        // A stack or workflow of another environment may build another stage of the same file.
        for from in scene.links {
            let Target::Dockerfile { path: built, target: Some(target), variables } = &from.link.to else { continue };
            let by = from.link.environment.clone().or_else(|| scene.catalog.names.environment_of_path(&from.claimed.document.path, false));
            let Some(by) = by.filter(|by| built == path && *by != environment) else { continue };
            let known = plan.sources.iter().any(|s| s.environment == by && s.files == [built.clone()] && s.target.as_ref() == Some(target));
            if !known {
                let source = Source::of(claimed, by, scene.component(path), "a stage that this environment builds");
                plan.sources.push(Source { target: Some(target.clone()), variables: variables.clone(), ..source });
            }
        }
    }
}

/// `Dockerfile.pnpm`, `slim.Dockerfile`: one of several ways to build the same thing.
fn is_variant(name: &str) -> bool {
    name.contains('.') && !matches!(name, "Dockerfile.base" | "base.Dockerfile")
}
