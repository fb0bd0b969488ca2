//! Relations of presence: what the other environments have, this one has too.

use super::{Outcome, State, effective, environments, failure, passed};
use crate::align::{Axis, Matrix, Row};
use crate::catalog::Catalog;
use crate::judge::Rule;
use crate::judge::rule::Across;
use crate::model::{Environment, Fact, Scope, Where};

pub(super) fn present<'f>(rule: &Rule, row: &Row<'f>, matrix: &Matrix<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    match (row.axis, rule.across) {
        (Axis::Presence, _) => workload(rule, row, matrix),
        (_, Across::Setups) => setups(row, matrix, catalog),
        _ => service(rule, row, matrix, catalog),
    }
}

/// A backing service that is deployed, or that developers run, is there in the rule's environments.
fn service<'f>(rule: &Rule, row: &Row<'f>, matrix: &Matrix<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let wanted = |environment: &Environment| rule.environments.iter().any(|name| name == environment.name());
    let Some((missing, cell)) = environments(row).find(|(environment, _)| wanted(environment)) else { return Outcome::state(State::NotApplicable) };
    if !effective(cell).is_empty() {
        return passed(row);
    }
    if cell.unknown {
        return Outcome::state(State::Unknown);
    }
    let elsewhere: Vec<&Fact> =
        environments(row).filter(|(environment, _)| !wanted(environment)).flat_map(|(_, cell)| effective(cell)).filter(|fact| fact.is_started()).collect();
    let deployed = elsewhere.iter().any(|fact| fact.environment.is_deployed());
    if elsewhere.is_empty() {
        return Outcome::state(State::NotApplicable);
    }
    // Another engine that the others run in its place is as good: that is another rule's business.
    let setups: Vec<_> = matrix.setups.iter().filter(|((environment, _), _)| environment == missing).collect();
    let kin = |name: &str| catalog.service(name).map_or("", |service| service.kin()).to_owned();
    if setups.iter().any(|(_, services)| services.iter().any(|service| kin(service) == kin(&row.name))) {
        return passed(row);
    }
    let tests_with_services = setups.iter().any(|(_, services)| !services.is_empty());
    // Infrastructure that is kept by itself is not tested with what it sets up.
    if !tests_with_services && elsewhere.iter().all(|fact| fact.format == "terraform") {
        return Outcome::state(State::NotApplicable);
    }
    let mut outcome = failure(row, elsewhere, Some(missing.clone()), usize::from(!deployed || !tests_with_services));
    outcome.beside = pointing(row, missing, matrix, catalog);
    outcome.groups = format!("{}; {} has none", outcome.groups, missing.name());
    vec![outcome]
}

/// How many variables are shown that lead to a service.
const POINTING: usize = 3;

/// The variables with which an environment leads to a service that it does not start.
fn pointing<'f>(row: &Row<'f>, missing: &Environment, matrix: &Matrix<'f>, catalog: &Catalog) -> Vec<&'f Fact> {
    let Some(service) = catalog.service(&row.name) else { return Vec::new() };
    let leads = |fact: &&Fact| {
        let address = fact.value.variable.as_deref().and_then(|variable| variable.address.as_ref());
        address.is_some_and(|address| address.place == Where::Loopback && service.schemes.iter().any(|scheme| scheme == address.scheme.as_str()))
    };
    let mut found: Vec<&'f Fact> = matrix.variables.given_in(missing).filter(leads).collect();
    found.sort_by_key(|fact| fact.place.key());
    found.dedup_by_key(|fact| fact.place.key());
    found.truncate(POINTING);
    found
}

/// A data service that most set-ups of an environment and a deployed one start is started by all of
/// them that start data services at all.
fn setups<'f>(row: &Row<'f>, matrix: &Matrix<'_>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let kin = |name: &str| catalog.service(name).map_or("", |service| service.kin()).to_owned();
    let has = |services: &std::collections::BTreeSet<String>| services.iter().any(|service| kin(service) == kin(&row.name));
    let deployed: Vec<&Fact> = environments(row).filter(|(environment, _)| environment.is_deployed()).flat_map(|(_, cell)| effective(cell)).collect();
    let Some((local, cell)) = environments(row).find(|(environment, _)| environment.name() == "local") else { return Outcome::state(State::NotApplicable) };
    if cell.unknown {
        return Outcome::state(State::Unknown);
    }
    let holds_data =
        |services: &std::collections::BTreeSet<String>| services.iter().any(|service| catalog.service(service).is_some_and(|service| service.holds_data()));
    let stacks: Vec<(&str, bool)> = matrix
        .setups
        .iter()
        .filter(|((environment, setup), services)| environment == local && holds_data(services) && is_whole(setup, catalog))
        // Stacks with another database are alternatives to each other, and each lacks the others'.
        .filter(|(_, services)| has(services) || !rivals(services, row, catalog))
        .map(|((_, setup), services)| (setup.as_str(), has(services)))
        .collect();
    let with: Vec<&Fact> = effective(cell).into_iter().filter(|fact| fact.scope == Scope::Run).collect();
    let without: Vec<&str> = stacks.iter().filter(|(_, has)| !has).map(|(setup, _)| *setup).collect();
    if deployed.is_empty() || with.is_empty() || without.is_empty() || !stacks.iter().any(|(_, has)| *has) {
        return Outcome::state(State::NotApplicable);
    }
    let mut outcome = failure(row, with.into_iter().chain(deployed).collect(), Some(local.clone()), 0);
    outcome.speaks_of = without.join(", ");
    vec![outcome]
}

/// Whether a set-up is a compose stack for the whole application: its name says no more than the
/// environment. `docker-compose-upgrade-db.yml` is a tool for one task.
fn is_whole(setup: &str, catalog: &Catalog) -> bool {
    let name = crate::files::file_name(setup);
    let plain =
        |word: &String| matches!(word.as_str(), "docker" | "podman" | "compose" | "yml" | "yaml") || catalog.names.environment_of_word(word, false).is_some();
    name.contains("compose") && crate::catalog::words(name).all(|word| plain(&word))
}

/// Whether a set-up has another service of the same class that can take the row's place.
fn rivals(services: &std::collections::BTreeSet<String>, row: &Row<'_>, catalog: &Catalog) -> bool {
    let class = |name: &str| catalog.service(name).map(|service| service.class.as_str());
    class(&row.name) == Some("database") && services.iter().any(|service| class(service) == Some("database"))
}

/// A workload that most deployed environments run is run by all of them that deploy its component.
fn workload<'f>(rule: &Rule, row: &Row<'f>, matrix: &Matrix<'_>) -> Vec<Outcome<'f>> {
    let deployed: Vec<(&Environment, bool, bool)> = environments(row)
        .filter(|(environment, _)| environment.is_deployed() && matrix.deploys(environment, &row.component))
        .map(|(environment, cell)| (environment, cell.facts.is_empty(), cell.unknown))
        .collect();
    if deployed.len() < 2 {
        return Outcome::state(State::NotApplicable);
    }
    let missing: Vec<&Environment> = deployed.iter().filter(|(_, empty, _)| *empty).map(|(environment, _, _)| *environment).collect();
    let having: Vec<&Environment> = deployed.iter().filter(|(_, empty, _)| !*empty).map(|(environment, _, _)| *environment).collect();
    let has = |name: &str| having.iter().any(|environment| environment.name() == name);
    if missing.is_empty() || having.is_empty() {
        return passed(row);
    }
    if deployed.iter().any(|(_, empty, unknown)| *empty && *unknown) {
        return Outcome::state(State::Unknown);
    }
    // Staging is where production's next version runs: what it has and production lacks is either on
    // its way or forgotten. In fewer environments it is a trial.
    let required = missing.iter().any(|environment| rule.environments.iter().any(|name| name == environment.name())) && has("staging") && having.len() >= 3;
    let lone = having.len() >= 2 && missing.len() <= having.len() || has("staging") && !has("prod");
    if !required && !lone {
        return passed(row);
    }
    let facts: Vec<&Fact> = row.facts().collect();
    let odd = if let [one] = missing.as_slice() { Some((*one).clone()) } else { None };
    let names = |list: &[&Environment]| list.iter().map(|environment| environment.name().to_owned()).collect::<Vec<_>>().join(", ");
    let mut outcome = failure(row, facts, odd, usize::from(!required));
    outcome.groups = names(&having);
    outcome.speaks_of = names(&missing);
    vec![outcome]
}
