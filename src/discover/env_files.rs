//! Which environment an env file belongs to: its name, else its folders. A template is everybody's,
//! whatever else its name says; what nothing names is a developer's own.

use super::{Plan, Scene, Source};
use crate::model::Environment;
use crate::read::Home;
use crate::read::env_file::is_template;

/// Gives every env file its environment.
pub(crate) fn place(scene: &Scene<'_>, plan: &mut Plan) {
    for claimed in scene.of(Home::EnvFile) {
        let path = &*claimed.document.path;
        let (environment, why) = if is_template(path) {
            (Environment::contract(), "a template of an env file")
        } else {
            match scene.catalog.names.environment_of_path(path, false) {
                Some(environment) => (environment, "an env file whose path names the environment"),
                None => (Environment::local(), "an env file that nothing assigns to another environment"),
            }
        };
        plan.sources.push(Source::of(claimed, environment, scene.components.of(path).to_owned(), why));
    }
}
