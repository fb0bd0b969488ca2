//! Which environment an image's Dockerfile is built for: its name, its folder, or who builds it.

use super::{Plan, Scene, Source};
use crate::model::Environment;
use crate::read::{Home, Target};

/// Gives every Dockerfile its environment.
pub(crate) fn place(scene: &Scene<'_>, plan: &mut Plan) {
    for claimed in scene.of(Home::Image) {
        let path = &*claimed.document.path;
        let named = scene.catalog.names.environment_of_path(path, false);
        let (environment, why) = match named {
            Some(environment) if environment.rank() != 3 => (environment, "a Dockerfile whose path names the environment"),
            _ => (Environment::prod(), "a Dockerfile that nothing marks builds what is deployed"),
        };
        plan.sources.push(Source::of(claimed, environment.clone(), scene.component(path), why));
        // A stack or workflow of another environment may build another stage of the same file.
        for from in scene.links {
            let Target::Dockerfile { path: built, target: Some(target), variables } = &from.link.to else { continue };
            let by = from.link.environment.clone().or_else(|| builder(scene, &from.claimed.document.path));
            let Some(by) = by.filter(|by| built == path && *by != environment) else { continue };
            let known = plan.sources.iter().any(|s| s.environment == by && s.files == [built.clone()] && s.target.as_ref() == Some(target));
            if !known {
                let source = Source::of(claimed, by, scene.component(path), "a stage that this environment builds");
                plan.sources.push(Source { target: Some(target.clone()), variables: variables.clone(), ..source });
            }
        }
    }
}

/// The environment of the file that asks for a build, where its name alone tells.
fn builder(scene: &Scene<'_>, path: &str) -> Option<Environment> {
    scene.catalog.names.environment_of_path(path, false)
}
