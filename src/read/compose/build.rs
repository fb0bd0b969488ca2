//! What a service's `build` leads to (Compose Build Specification): a Dockerfile, its stage and its
//! arguments.

use super::forms::{build, given, pairs};
use super::load::{Project, Service};
use super::scope::Scope;

use crate::files::{Documents, resolve};
use crate::read::{Input, Link, Output, Target, Variable};
use crate::syntax::Node;

/// The file that a service's image is built from, unless that cannot be told or lies elsewhere.
pub(super) fn link(service: &Service, project: &Project, documents: &Documents<'_>) -> Option<Link> {
    let written = given(&service.node, "build")?;
    let settings = build(written);
    if !settings.is_map() || given(&settings, "dockerfile_inline").is_some() {
        return None;
    }
    let (context, file) = (given(&settings, "context"), given(&settings, "dockerfile"));
    let base = context.map_or_else(|| Some(project.scope(written).folder.clone()), |context| project.scope(context).path(context))?;
    let path = match file {
        Some(node) => Scope { folder: base, ..project.scope(node).clone() }.path(node).filter(|path| !path.is_empty())?,
        None => default_file(&base, documents)?,
    };
    let target = given(&settings, "target").map(|node| project.fill(node).text()).filter(|text| !text.is_empty());
    let at = file.or(context).unwrap_or(written).at();
    Some(Link { environment: None, at, to: Target::Dockerfile { path, target, variables: arguments(&settings, project) } })
}

/// The component that a build makes: that of its Dockerfile, else that of its context.
pub(super) fn component(service: &Service, project: &Project, input: &Input<'_>) -> Option<String> {
    if let Some(Link { to: Target::Dockerfile { path, .. }, .. }) = link(service, project, input.documents) {
        let component = input.components.of(&path);
        if !component.is_empty() {
            return Some(component.to_owned());
        }
    }
    let settings = build(given(&service.node, "build")?);
    let context = given(&settings, "context").map_or_else(|| Some(project.scope(&settings).folder.clone()), |context| project.scope(context).path(context))?;
    Some(input.components.of_folder(&context).to_owned())
}

/// What of a build is read nowhere.
pub(super) fn remarks(service: &Service, project: &Project, documents: &Documents<'_>, out: &mut Output) {
    let Some(written) = given(&service.node, "build") else { return };
    let settings = build(written);
    if !settings.is_map() {
        return out.gap(written.at(), "a build that is neither a path nor a map");
    }
    if let Some(inline) = given(&settings, "dockerfile_inline") {
        return out.note(inline.at(), "a Dockerfile inside a compose file");
    }
    if link(service, project, documents).is_none() {
        let paths = || ["context", "dockerfile"].into_iter().filter_map(|key| given(&settings, key));
        match paths().find(|node| project.fill(node).is_unset()) {
            Some(unset) => out.note(unset.at(), "a build from a path that unset variables name"),
            None => out.note(paths().next().unwrap_or(written).at(), "a build from elsewhere"),
        }
    }
}

/// `Dockerfile`, or podman's `Containerfile` where only that is there.
fn default_file(folder: &str, documents: &Documents<'_>) -> Option<String> {
    let dockerfile = resolve(folder, "Dockerfile")?;
    let containerfile = resolve(folder, "Containerfile")?;
    Some(if !documents.exists(&dockerfile) && documents.exists(&containerfile) { containerfile } else { dockerfile })
}

/// The build arguments; a bare name passes on the variable that is called so.
fn arguments(settings: &Node, project: &Project) -> Vec<Variable> {
    let Some(args) = given(settings, "args") else { return Vec::new() };
    let mut variables = Vec::new();
    for (key, node) in pairs(args).entries() {
        let value = match node.is_null() {
            false if node.text().is_some() => project.fill(node).whole(),
            false => continue,
            true => {
                let Some(passed) = project.scope(node).variables.get(&key.text) else { continue };
                let mut passed = passed.clone();
                passed.via.insert(0, key.at);
                passed
            }
        };
        variables.push(Variable { name: key.text.to_string(), value: Node::scalar(value.text, value.at), via: value.via });
    }
    variables
}
