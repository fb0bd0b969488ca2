//! How the services of a project are started (Compose Specification, `command`, `entrypoint`, `healthcheck`,
//! `volumes`).

use super::forms::{given, mount, parts};
use super::load::{Project, Service};
use super::{build, is_backing};
use crate::model::ImageRef;
use crate::read::started::{Mount, Process, data, engine, words};
use crate::read::{Input, Output};
use crate::syntax::{At, Node};

/// Hands over how a service is started.
pub(super) fn process(input: &Input<'_>, service: &Service, project: &Project, out: &mut Output) {
    let fill = |node: &Node| project.fill(node).text();
    let image = given(&service.node, "image").map(fill).and_then(|text| ImageRef::parse(&text));
    let identity = match &image {
        Some(image) => image.name(),
        None => match build::component(service, project, input) {
            Some(component) => component,
            None => return,
        },
    };
    let via = |_: At| Vec::new();
    let (workload, backing) = (&*service.name.text, is_backing(input, service, project));
    let process = Process { workload, identity: &identity, backing, at: service.name.at, via: &via };
    let line = ["entrypoint", "command"].into_iter().filter_map(|key| given(&service.node, key)).map(|node| words(node, &fill));
    if let Some(line) = line.collect::<Option<Vec<_>>>() {
        process.command(&line.concat(), out);
    }
    process.health(health(&service.node, &fill), out);
    if let Some(engine) = image.as_ref().filter(|_| backing).and_then(|image| engine(input, image)) {
        let told =
            |folder: &str| ["environment", "command", "entrypoint"].into_iter().filter_map(|key| given(&service.node, key)).any(|node| holds(node, folder));
        data(engine, workload, &mounts(&service.node, &fill), &told, &via, out);
    }
}

/// The command of a health check, unless it is switched off.
fn health(service: &Node, fill: &dyn Fn(&Node) -> String) -> Option<(String, At)> {
    let check = given(service, "healthcheck")?;
    let test = given(check, "test").filter(|_| check.text_of("disable") != Some("true"))?;
    let words: Vec<String> = test.one_or_many().into_iter().map(fill).collect();
    let words = match words.split_first() {
        Some((first, _)) if first == "NONE" => return None,
        // A text is what a shell is given.
        Some((first, rest)) if matches!(first.as_str(), "CMD" | "CMD-SHELL") => rest.join(" "),
        _ => words.join(" "),
    };
    Some((words.split_whitespace().collect::<Vec<_>>().join(" "), test.at()))
}

/// The volumes of a service that outlive it.
fn mounts(service: &Node, fill: &dyn Fn(&Node) -> String) -> Vec<Mount> {
    let volumes = given(service, "volumes").map(Node::items).unwrap_or_default();
    let one = |item: &Node| {
        if let Some(target) = item.get("target") {
            let source = item.get("source").map(fill).unwrap_or_default();
            return (item.text_of("type") != Some("tmpfs")).then(|| Mount { source, target: fill(target), at: target.at() });
        }
        let text = fill(item);
        let parts = parts(&text);
        let source = parts.first().filter(|_| parts.len() > 1).copied().unwrap_or("");
        Some(Mount { source: source.to_owned(), target: mount(&Node::scalar(text.as_str(), item.at()))?, at: item.at() })
    };
    volumes.iter().filter_map(one).collect()
}

/// Whether some text below a node speaks of a folder.
fn holds(node: &Node, folder: &str) -> bool {
    let here = node.text().is_some_and(|text| text.contains(folder));
    here || node.items().iter().any(|item| holds(item, folder)) || node.entries().iter().any(|(_, value)| holds(value, folder))
}
