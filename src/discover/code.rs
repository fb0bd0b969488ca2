//! Source code asks every environment for what it reads: it is part of the contract.

use super::{Plan, Scene, Source};
use crate::model::Environment;
use crate::read::Home;

/// Gives every file of source code its place.
pub(crate) fn place(scene: &Scene<'_>, plan: &mut Plan) {
    for claimed in scene.of(Home::Code) {
        let component = scene.components.of(&claimed.document.path).to_owned();
        plan.sources.push(Source::of(claimed, Environment::contract(), component, "source code that reads the environment"));
    }
}
