//! Which services of a project are started (docker compose, `up [SERVICE...]`): those that are named,
//! and what they need to start (Compose Specification, `depends_on` and what counts as it).

use std::collections::{HashMap, HashSet};

use super::forms::{given, names};
use super::load::{Project, Service};
use crate::read::{Input, Started};
use crate::syntax::Node;

/// Keeps the services that are started. All of them where a name is none of the project's: then
/// something else is meant.
pub(super) fn retain(services: &mut Vec<Service>, started: &Started) {
    let index: HashMap<&str, usize> = services.iter().enumerate().map(|(index, service)| (&*service.name.text, index)).collect();
    let asked: Option<Vec<usize>> = started.services.iter().map(|name| index.get(name.as_str()).copied()).collect();
    let Some(mut open) = asked.filter(|asked| !asked.is_empty()) else { return };
    let mut kept: HashSet<usize> = open.iter().copied().collect();
    while let Some(service) = open.pop().filter(|_| !started.alone).and_then(|at| services.get(at)) {
        let needed = needs(&service.node);
        open.extend(needed.iter().filter_map(|name| index.get(name.as_str()).copied()).filter(|at| kept.insert(*at)));
    }
    let mut at = 0;
    services.retain(|_| {
        at += 1;
        kept.contains(&(at - 1))
    });
}

/// The backing services that only software of others needs, where the stack has another one of the same
/// sort that the project's own or nothing in the stack does: whose process runs beside the stack.
pub(super) fn theirs<'p>(input: &Input<'_>, project: &'p Project) -> HashSet<&'p str> {
    let mut needed: HashMap<String, (bool, bool)> = HashMap::new();
    for service in &project.services {
        let is_own = given(&service.node, "build").is_some();
        for name in needs(&service.node) {
            let (own, others) = needed.entry(name).or_default();
            *own |= is_own;
            *others |= !is_own;
        }
    }
    let backing: Vec<(&str, &str)> =
        project.services.iter().filter_map(|service| Some((&*service.name.text, super::backing(input, service, project)?))).collect();
    let by_others = |name: &str| needed.get(name) == Some(&(false, true));
    let ours: HashSet<&str> = backing.iter().filter(|(name, _)| !by_others(name)).map(|(_, sort)| *sort).collect();
    backing.into_iter().filter(|(name, sort)| by_others(name) && ours.contains(sort)).map(|(name, _)| name).collect()
}

/// What a service needs: what it depends on, and whose network, volumes or processes it shares.
fn needs(service: &Node) -> Vec<String> {
    let depends = given(service, "depends_on").map(names);
    let mut all: Vec<String> = depends.iter().flat_map(Node::entries).map(|(key, _)| key.text.to_string()).collect();
    for key in ["links", "volumes_from"] {
        let items = given(service, key).map(Node::items).unwrap_or_default().iter().filter_map(Node::text);
        all.extend(items.filter_map(|item| item.split(':').next()).map(str::to_owned));
    }
    let shared = ["network_mode", "ipc", "pid"].into_iter().filter_map(|key| given(service, key)?.text()?.strip_prefix("service:"));
    all.extend(shared.map(str::to_owned));
    all
}
