//! How the services of a project are started (Compose Specification, `command`, `entrypoint`, `healthcheck`,
//! `volumes`), and on what terms (`mem_limit`, `cpus`, `pids_limit`, `restart`, `platform`, `deploy`).

use super::forms::{given, mount, parts};
use super::load::{Project, Service};
use super::{build, is_backing};
use crate::model::ImageRef;
use crate::model::terms::{self, CPUS, MEMORY, NONE, ON_DEMAND, PIDS, PLATFORM, RESTART, STATE};
use crate::read::started::{Mount, Process, data, engine, words};
use crate::read::{Input, Output};
use crate::syntax::{At, Node};

/// Hands over how a service is started.
pub(super) fn process(input: &Input<'_>, service: &Service, project: &Project, out: &mut Output) {
    // What variables stand for in commands and paths is nowhere needed, and would cost.
    let plain = |node: &Node| node.text().unwrap_or("").replace("$$", "$");
    let image = given(&service.node, "image").and_then(|image| ImageRef::parse(&project.fill(image).text()));
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
    let line = ["entrypoint", "command"].into_iter().filter_map(|key| given(&service.node, key)).map(|node| words(node, &plain));
    if let Some(line) = line.collect::<Option<Vec<_>>>() {
        process.command(&line.concat(), out);
    }
    process.health(health(&service.node, &plain), out);
    terms(&service.node, &process, out);
    if let Some(engine) = image.as_ref().filter(|_| backing).and_then(|image| engine(input, image)) {
        let told =
            |folder: &str| ["environment", "command", "entrypoint"].into_iter().filter_map(|key| given(&service.node, key)).any(|node| holds(node, folder));
        data(engine, workload, &mounts(&service.node, &plain), &told, &via, out);
    }
}

/// Hands over the terms that a service states; what `deploy` says comes first. What a variable fills in is decided by
/// whoever starts it.
fn terms(service: &Node, process: &Process<'_>, out: &mut Output) {
    let deploy = given(service, "deploy");
    let limit = |name: &str| given(given(given(deploy?, "resources")?, "limits")?, name);
    let again = || given(given(deploy?, "restart_policy")?, "condition");
    let stated = [
        (MEMORY, limit("memory").or_else(|| given(service, "mem_limit"))),
        (CPUS, limit("cpus").or_else(|| given(service, "cpus"))),
        (PIDS, limit("pids").or_else(|| given(service, "pids_limit"))),
        (RESTART, again().or_else(|| given(service, "restart"))),
        (PLATFORM, given(service, "platform")),
    ];
    for (term, node) in stated {
        let Some((text, at)) = node.and_then(|node| Some((node.text()?, node.at()))) else { continue };
        let said = match term {
            MEMORY => terms::bytes(text).map(terms::memory),
            CPUS => terms::nano(text).map(terms::cpus),
            PIDS => text.parse().ok().map(terms::pids),
            RESTART => terms::restart(text).map(str::to_owned),
            _ => terms::platform(text),
        };
        if let Some(said) = said.filter(|said| said != NONE) {
            process.term(term, &said, at, out);
        }
    }
    let replicas = deploy.and_then(|deploy| given(deploy, "replicas")).or_else(|| given(service, "scale"));
    let none = replicas.filter(|replicas| replicas.text() == Some("0"));
    let profiled = given(service, "profiles").filter(|profiles| !profiles.items().is_empty());
    if let Some(node) = none.or(profiled) {
        process.term(STATE, ON_DEMAND, node.at(), out);
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

/// Whether a text, an item of a list or a value of a map speaks of a folder.
fn holds(node: &Node, folder: &str) -> bool {
    let texts = node.one_or_many().into_iter().chain(node.entries().iter().map(|(_, value)| value));
    texts.filter_map(Node::text).any(|text| text.contains(folder))
}
