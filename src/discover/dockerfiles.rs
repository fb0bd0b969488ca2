//! Which environment an image's Dockerfile is built for: its name, its folder, or who builds it.

use std::collections::BTreeSet;

use super::{Plan, Scene, Source};
use crate::files::file_name;
use crate::model::Environment;
use crate::read::{Home, Target, dockerfile};

const UNMARKED: &str = "a Dockerfile that nothing marks builds what is deployed";

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
            _ => (Environment::prod(), UNMARKED),
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

/// Gives the Dockerfile of a backing service that developers' stacks alone build to their environment. The stacks have
/// to be placed.
pub(crate) fn settle(scene: &Scene<'_>, plan: &mut Plan) {
    let local = |path: &str| {
        let mut of = plan.sources.iter().filter(|source| source.files.iter().any(|file| file == path)).peekable();
        of.peek().is_some() && of.all(|source| source.environment == Environment::local())
    };
    let is_local = |source: &Source| {
        let Some(path) = source.files.first().filter(|_| source.why == UNMARKED) else { return false };
        let mut builders = scene.links.iter().filter(|from| matches!(&from.link.to, Target::Dockerfile { path: built, .. } if built == path)).peekable();
        builders.peek().is_some() && serves(scene, path) && builders.all(|from| from.link.environment.is_none() && local(&from.claimed.document.path))
    };
    let all: Vec<bool> = plan.sources.iter().map(is_local).collect();
    for (source, _) in plan.sources.iter_mut().zip(all).filter(|(_, is_local)| *is_local) {
        (source.environment, source.why) = (Environment::local(), "a backing service that local stacks alone build");
    }
}

/// Whether a Dockerfile builds a backing service.
fn serves(scene: &Scene<'_>, path: &str) -> bool {
    let base = scene.documents.open(path).ok().and_then(|document| dockerfile::base(&document));
    base.is_some_and(|image| scene.catalog.service_of_image(&image).is_some())
}

/// `Dockerfile.pnpm`, `slim.Dockerfile`: one of several ways to build the same thing.
fn is_variant(name: &str) -> bool {
    name.contains('.') && !matches!(name, "Dockerfile.base" | "base.Dockerfile")
}
