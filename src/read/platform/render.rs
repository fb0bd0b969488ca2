//! Render's blueprint (Blueprint YAML reference): services with variables of their own and of groups,
//! at the root or in the environments of projects.

use super::{Found, given};
use crate::model::{Content, Need, Reading, Scope, Stance};
use crate::read::{Input, Output};
use crate::syntax::dotenv::is_name;
use crate::syntax::{At, Node};

pub(super) fn read(input: &Input<'_>, tree: &Node, out: &mut Output) {
    let found = Found { environment: None, workload: None, scope: Scope::Run };
    services(input, tree, tree, &found, out);
    for project in tree.get("projects").map(Node::items).unwrap_or_default() {
        for environment in project.get("environments").map(Node::items).unwrap_or_default() {
            let named = environment.text_of("name").and_then(|name| super::environment(input, &name.to_ascii_lowercase(), true));
            services(input, tree, environment, &Found { environment: named, ..found.clone() }, out);
        }
    }
}

/// The services that stand directly below a node.
fn services(input: &Input<'_>, tree: &Node, node: &Node, found: &Found, out: &mut Output) {
    for service in node.get("services").map(Node::items).unwrap_or_default() {
        let name = service.text_of("name");
        let folder = service.text_of("rootDir").and_then(|folder| crate::files::resolve("", folder));
        let component = folder.as_deref().map(|folder| input.components.of_folder(folder)).or_else(|| input.components.named(name?));
        let found = Found { workload: name.map(str::to_owned), ..found.clone() };
        variables(service, &[], component, &found, out);
        for entry in entries(service) {
            let Some(group) = entry.get("fromGroup") else { continue };
            let mut groups = [node, tree].into_iter().flat_map(|node| node.get("envVarGroups").map(Node::items).unwrap_or_default());
            match groups.find(|candidate| candidate.text_of("name") == group.text()) {
                Some(members) => variables(members, &[group.at()], component, &found, out),
                // A group that is kept on the platform alone.
                None => found.push(Reading::variable_without(Stance::Open, Need::Bare, Content::Nothing, "*", group.at()).component(component), out),
            }
        }
    }
}

fn entries(node: &Node) -> &[Node] {
    node.get("envVars").map(Node::items).unwrap_or_default()
}

/// The variables of a service or a group.
fn variables(node: &Node, via: &[At], component: Option<&str>, found: &Found, out: &mut Output) {
    for entry in entries(node) {
        let Some(key) = entry.get("key") else { continue };
        let Some(name) = key.text().filter(|name| is_name(name)) else { continue };
        let reading = match entry.get("value") {
            Some(value) => given(name, value, key.at()),
            // `generateValue`, `fromDatabase`, `fromService`, or `sync: false`: asked of a person.
            None => Reading::variable_without(Stance::Given, Need::Bare, Content::Reference, name, key.at()),
        };
        found.push(reading.via(via.to_vec()).component(component), out);
    }
}
