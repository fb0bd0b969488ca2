//! Addresses: an environment's URL leads to the same sort of service, to the same thing, and is written in
//! the same way as the others'.

use std::collections::{BTreeMap, BTreeSet};

use super::values::{is_prod, literal};
use super::{Case, Failures};
use crate::model::{Content, Environment, Fact, Scope, Variable, Where};

/// A URL leads to the same sort of service in production as where it is rehearsed.
pub(super) fn same_engine<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let engine = |variable: &Variable| {
        let scheme = variable.address.as_ref()?.scheme.as_str().split(['+', ':']).next()?.to_owned();
        let service = case.catalog.services.iter().find(|service| service.schemes.contains(&scheme))?;
        service.holds_data().then(|| service.kin().to_owned())
    };
    let all: Vec<(&'f Fact, String)> = literal(case).into_iter().filter_map(|(fact, variable)| Some((fact, engine(variable)?))).collect();
    let prod: BTreeSet<&str> = all.iter().filter(|(fact, _)| is_prod(fact)).map(|(_, engine)| engine.as_str()).collect();
    let others: BTreeSet<&str> = all.iter().filter(|(fact, _)| !is_prod(fact)).map(|(_, engine)| engine.as_str()).collect();
    if prod.is_empty() || others.is_empty() {
        return None;
    }
    if prod.iter().any(|engine| others.contains(engine)) || prod == others {
        return Some(Vec::new());
    }
    let deployed = all.iter().any(|(fact, _)| !is_prod(fact) && fact.environment.rank() >= 2);
    let mut outcome = case.fails(all.iter().map(|(fact, _)| *fact).collect(), None, String::new(), usize::from(!deployed));
    outcome.speaks_of = prod.into_iter().collect::<Vec<_>>().join(", ");
    Some(vec![outcome])
}

/// A process talks to the same thing in every environment: hosts are equal but for the environment's
/// own name.
pub(super) fn same_host<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let host =
        |variable: &Variable| variable.address.as_ref().filter(|address| address.place == Where::Elsewhere).map(|address| label(address.host_kin.as_str()));
    let mut by_workload: BTreeMap<&str, Vec<(&'f Fact, String)>> = BTreeMap::new();
    for (fact, variable) in literal(case).into_iter().filter(|(fact, _)| fact.environment.rank() >= 3) {
        if let (Some(workload), Some(host)) = (&fact.workload, host(variable)) {
            by_workload.entry(workload.as_str()).or_default().push((fact, host));
        }
    }
    let (mut failures, mut compared) = (Vec::new(), false);
    for (workload, facts) in by_workload {
        let mut hosts: BTreeMap<&str, BTreeSet<&Environment>> = BTreeMap::new();
        for (fact, host) in &facts {
            hosts.entry(host).or_default().insert(&fact.environment);
        }
        let environments: BTreeSet<&Environment> = facts.iter().map(|(fact, _)| &fact.environment).collect();
        if environments.len() < 3 {
            continue;
        }
        compared = true;
        let lone: Vec<&Environment> = hosts.values().filter(|all| all.len() == 1).filter_map(|all| all.first().copied()).collect();
        // All others agree, and at least three do. A public name of its own is production's good right: what
        // counts is another thing in the same domain.
        let domain = |fact: &Fact| fact.value.variable.as_deref().and_then(|v| v.address.as_ref()).map(|a| domain(a.host.as_str()).to_owned());
        let domains: BTreeSet<Option<String>> = facts.iter().map(|(fact, _)| domain(fact)).collect();
        if let (2, [odd]) = (hosts.len(), lone.as_slice())
            && environments.len() >= 4
            && domains.len() == 1
        {
            failures.push(case.fails(facts.iter().map(|(fact, _)| *fact).collect(), Some((*odd).clone()), workload.to_owned(), 0));
        }
    }
    compared.then_some(failures)
}

/// Inside a developer's or CI's network a service listens on one port: what is given and what code takes
/// without it lead to the same. Deployed, a name stands before the service and may have a port of its own.
pub(super) fn same_port<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let counts = |fact: &Fact, variable: &Variable| {
        !fact.environment.is_deployed() && fact.scope == Scope::Run && matches!(variable.content, Content::Literal | Content::Default) && !variable.placeholder
    };
    let mut hosts: BTreeMap<(&str, &str), BTreeMap<u16, Vec<&'f Fact>>> = BTreeMap::new();
    for (fact, variable) in case.facts.iter().copied().filter(|(fact, variable)| counts(fact, variable)) {
        let Some(address) = variable.address.as_ref().filter(|address| address.place == Where::Neighbour) else { continue };
        if let Some(port) = address.port {
            hosts.entry((address.scheme.as_str(), address.host.as_str())).or_default().entry(port).or_default().push(fact);
        }
    }
    let compared = hosts.values().any(|ports| ports.values().map(Vec::len).sum::<usize>() > 1);
    let failures = hosts.into_iter().filter(|(_, ports)| ports.len() > 1).map(|((_, host), ports)| {
        let told: Vec<String> = ports
            .iter()
            .map(|(port, facts)| {
                let files: BTreeSet<&str> = facts.iter().map(|fact| fact.place.path.as_str()).collect();
                format!("{port} in {}", files.into_iter().collect::<Vec<_>>().join(", "))
            })
            .collect();
        case.fails(ports.into_values().flatten().collect(), None, format!("{host} on port {}", told.join(" and ")), 0)
    });
    let failures: Vec<_> = failures.collect();
    compared.then_some(failures)
}

/// The last two labels of a host.
fn domain(host: &str) -> &str {
    let cut = host.rmatch_indices('.').nth(1).map(|(i, _)| i + 1);
    cut.and_then(|i| host.get(i..)).unwrap_or(host)
}

/// The first label of a host: what it is called, whatever network it is in.
fn label(host: &str) -> String {
    host.split('.').next().unwrap_or(host).to_owned()
}

/// How an address is written, part by part.
type Manner = [(&'static str, String); 3];

/// What of an address is the same wherever it leads: how it is spoken to, and how it ends.
fn manner(variable: &Variable) -> Option<Manner> {
    let address = variable.address.as_ref().filter(|address| !address.scheme.as_str().is_empty())?;
    let slash = address.trailing_slash.map_or("none", |slash| if slash { "slash" } else { "path" });
    let tls = address.tls_mode.as_ref().map_or(String::new(), ToString::to_string);
    Some([("scheme", address.scheme.to_string()), ("TLS mode", tls), ("trailing slash", slash.to_owned())])
}

/// The address of a process is written alike in every deployed environment.
pub(super) fn same_manner<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let mut by_workload: BTreeMap<&str, Vec<(&'f Fact, Manner)>> = BTreeMap::new();
    for (fact, variable) in literal(case).into_iter().filter(|(fact, _)| fact.environment.rank() >= 3) {
        if let (Some(workload), Some(manner)) = (&fact.workload, manner(variable)) {
            by_workload.entry(workload.as_str()).or_default().push((fact, manner));
        }
    }
    let (mut failures, mut compared) = (Vec::new(), false);
    for facts in by_workload.into_values() {
        let environments: BTreeSet<&Environment> = facts.iter().map(|(fact, _)| &fact.environment).collect();
        let host = |fact: &Fact| fact.value.variable.as_deref().and_then(|v| v.address.as_ref()).map(|a| label(a.host_kin.as_str()));
        let hosts: BTreeSet<Option<String>> = facts.iter().map(|(fact, _)| host(fact)).collect();
        // What leads to another thing, a stub say, is spoken to in its own way.
        if environments.len() < 3 || hosts.len() > 1 {
            continue;
        }
        compared = true;
        for part in 0..3 {
            let mut ways: BTreeMap<&str, BTreeSet<&Environment>> = BTreeMap::new();
            for (fact, manner) in &facts {
                if let Some((_, way)) = manner.get(part) {
                    ways.entry(way).or_default().insert(&fact.environment);
                }
            }
            let lone: Vec<&Environment> = ways.values().filter(|all| all.len() == 1).filter_map(|all| all.first().copied()).collect();
            if let (2, [odd]) = (ways.len(), lone.as_slice()) {
                let what = facts.first().and_then(|(_, manner)| manner.get(part)).map_or("", |(what, _)| what);
                // Where an address ends matters to few who join a path to it.
                let lowered = usize::from(part == 2);
                failures.push(case.fails(facts.iter().map(|(fact, _)| *fact).collect(), Some((*odd).clone()), format!("{odd} in {what}"), lowered));
                break;
            }
        }
    }
    compared.then_some(failures)
}
