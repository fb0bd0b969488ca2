//! What a root wants to be told and what an environment's files of variables tell it: names alone, no
//! value. Source: Terraform language, "Input Variables".

use std::sync::Arc;

use super::module::{Module, Walk};
use crate::files::Document;
use crate::model::{Environment, Form, Kind, Reading, Role};

/// Hands over the variables that the root declares and those that the files set.
pub(super) fn read(walk: &mut Walk<'_, '_>, module: &Module, given: &[Arc<Document>]) {
    if given.is_empty() {
        return;
    }
    let reading = |name: &str, role, at| Reading::new(Kind::Config, name, "", Form::Input(role), at).component(Some(&module.folder));
    for body in module.bodies("variable", 1) {
        let Some(name) = body.labels.first() else { continue };
        let role = if body.node.get("default").is_some() { Role::Default } else { Role::Placeholder };
        walk.out.push(reading(&name.text, role, name.at).environment(Some(Environment::contract())));
    }
    for (key, _) in given.iter().filter_map(|document| document.tree().ok()).flat_map(|tree| tree.entries()) {
        walk.out.push(reading(&key.text, Role::Pin, key.at));
    }
}
