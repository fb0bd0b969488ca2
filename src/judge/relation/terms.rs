//! Relations of the terms that containers run on: those that are declared, alike where it matters, and that nothing
//! is wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Outcome, State, environments, failure, groups, nothing_to_compare, one_by_one, order, passed};
use crate::align::{Matrix, Row};
use crate::model::terms::{MEMORY, NONE, ON_DEMAND, PLATFORM, RESTART, STATE, is_kept};
use crate::model::{Environment, Fact, share};

/// What must hold of the terms that containers run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Terms {
    /// They are those that the same environment declares.
    AsDeclared,
    /// Nothing is wrong with the container.
    Well,
    /// What an environment declares to run there has a container.
    There,
    /// Its memory is bounded wherever it is deployed, or nowhere.
    Bounded,
    /// Its image is made for one platform wherever it is deployed.
    OnePlatform,
}

pub(super) fn hold<'f>(wanted: Terms, row: &Row<'f>, matrix: &Matrix<'f>) -> Vec<Outcome<'f>> {
    if wanted == Terms::There {
        return there(row, matrix);
    }
    let Some((workload, term)) = row.name.rsplit_once(' ') else { return Outcome::state(State::NotApplicable) };
    match (wanted, term) {
        (Terms::Well, STATE) => well(row, workload),
        (Terms::Bounded, MEMORY) => bounded(row),
        (Terms::OnePlatform, PLATFORM) => one_platform(row),
        (Terms::AsDeclared, term) if term != STATE => declared(row, workload, term, matrix),
        _ => Outcome::state(State::NotApplicable),
    }
}

fn text(fact: &Fact) -> &str {
    fact.value.text.as_str()
}

fn parted<'f>(facts: &[&'f Fact]) -> (Vec<&'f Fact>, Vec<&'f Fact>) {
    facts.iter().copied().partition(|fact| fact.is_live())
}

fn texts(facts: &[&Fact]) -> String {
    facts.iter().map(|fact| text(fact)).collect::<BTreeSet<&str>>().into_iter().collect::<Vec<_>>().join(", ")
}

/// A container runs on the terms that are declared for it.
fn declared<'f>(row: &Row<'f>, workload: &str, term: &str, matrix: &Matrix<'f>) -> Vec<Outcome<'f>> {
    let (mut failures, mut compared) = (Vec::new(), false);
    for (environment, cell) in environments(row) {
        let (live, stated) = parted(&cell.facts);
        let setups: BTreeSet<&str> = stated.iter().map(|fact| fact.setup.as_str()).collect();
        // Several stacks may each be the one that runs; and what a developer's machine is made for is its own affair.
        let stacks = matrix.stacks.get(&(environment, workload)).map_or(0, BTreeSet::len);
        let Some(first) = stated.first().filter(|_| setups.len() >= stacks && (term != PLATFORM || environment.is_deployed())) else { continue };
        compared |= !live.is_empty();
        let wrong: Vec<&'f Fact> = live.iter().copied().filter(|fact| stated.iter().all(|stated| text(stated) != text(fact))).collect();
        let Some(one) = wrong.first() else { continue };
        let share = share(one.place.path.as_str()).1.filter(|_| wrong.len() < live.len()).map(|share| format!(" ({share})")).unwrap_or_default();
        let said = format!("{} declares {}, what runs has {}{share}", first.place.path, texts(&stated), texts(&wrong));
        let mut outcome = failure(row, stated.into_iter().chain(wrong).collect(), None, 0);
        outcome.groups = said;
        outcome.speaks_of = environment.name().to_owned();
        failures.push(outcome);
    }
    one_by_one(row, failures, compared)
}

/// Nothing is wrong with what runs.
fn well<'f>(row: &Row<'f>, workload: &str) -> Vec<Outcome<'f>> {
    let failed = |(environment, cell): (&Environment, &crate::align::Cell<'f>)| {
        let live: Vec<&'f Fact> = cell.facts.iter().copied().filter(|fact| fact.is_live() && text(fact) != NONE).collect();
        let share = share(live.first()?.place.path.as_str()).1;
        let who = share.map_or_else(|| workload.to_owned(), |share| format!("{share} of {workload}"));
        let said = format!("{who} in {environment} {}", texts(&live));
        let mut outcome = failure(row, live, None, 0);
        outcome.groups = said;
        Some(outcome)
    };
    one_by_one(row, environments(row).filter_map(failed).collect(), true)
}

/// Of a stack that runs, each service has a container. Where developers run one, they start what they need of it.
fn there<'f>(row: &Row<'f>, matrix: &Matrix<'f>) -> Vec<Outcome<'f>> {
    let workload = row.name.as_str();
    let (mut failures, mut compared) = (Vec::new(), false);
    for (environment, cell) in environments(row).filter(|(environment, _)| environment.is_deployed()) {
        let runs = |workload: &str| matrix.terms.get(&(environment, None, workload)).is_some_and(|terms| terms.contains_key(STATE));
        let on_demand = |setup: &str, workload: &str| {
            let stated = matrix.terms.get(&(environment, Some(setup), workload)).and_then(|terms| terms.get(STATE));
            stated.is_some_and(|stated| *stated == ON_DEMAND)
        };
        let stack = |setup: &str| -> BTreeSet<&'f str> {
            let own = matrix.stacks.iter().filter(|((of, _), setups)| *of == environment && setups.contains(setup)).map(|((_, name), _)| *name);
            own.filter(|name| !on_demand(setup, name)).collect()
        };
        let mut stated: BTreeMap<&'f str, Vec<&'f Fact>> = BTreeMap::new();
        for fact in cell.facts.iter().copied().filter(|fact| !fact.is_live()) {
            stated.entry(fact.setup.as_str()).or_default().push(fact);
        }
        for (setup, facts) in stated {
            let own = stack(setup);
            let running = own.iter().filter(|name| runs(name)).count();
            compared |= running > 0;
            // Where less than half of it runs, something else does that has services of the same names.
            if !own.contains(workload) || runs(workload) || cell.unknown || running * 2 < own.len() {
                continue;
            }
            // Several stacks may each be the one that runs.
            let setups: BTreeSet<&str> = own.iter().filter_map(|name| matrix.stacks.get(&(environment, *name))).flatten().copied().collect();
            let rivals = |setup: &&str| {
                let other = stack(setup);
                !other.contains(workload) && other.iter().any(|name| runs(name))
            };
            if setups.iter().any(rivals) {
                continue;
            }
            let kept = matrix.terms.get(&(environment, Some(setup), workload)).and_then(|terms| terms.get(RESTART));
            // A task that was done may have been cleared away.
            let mut outcome = failure(row, facts, None, usize::from(kept.is_none_or(|policy| !is_kept(policy))));
            outcome.groups = format!("{setup} declares it, {running} of its {} services have a container and this one has none", own.len());
            outcome.speaks_of = environment.name().to_owned();
            failures.push(outcome);
        }
    }
    one_by_one(row, failures, compared)
}

/// What each deployed environment says: what runs there, else what is declared.
fn deployed<'r, 'f>(row: &'r Row<'f>) -> Vec<(&'r Environment, Vec<&'f Fact>)> {
    let said = environments(row).filter(|(environment, _)| environment.is_deployed()).map(|(environment, cell)| {
        let (live, stated) = parted(&cell.facts);
        (environment, if live.is_empty() { stated } else { live })
    });
    said.filter(|(_, facts)| !facts.is_empty()).collect()
}

fn bounded<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    let all = deployed(row);
    if all.len() < 2 {
        return nothing_to_compare(row);
    }
    let is_open = |facts: &[&Fact]| facts.iter().any(|fact| text(fact) == NONE);
    if all.iter().all(|(_, facts)| is_open(facts)) || !all.iter().any(|(_, facts)| is_open(facts)) {
        return passed(row);
    }
    told(row, all)
}

fn one_platform<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    let all = deployed(row);
    if all.len() < 2 {
        return nothing_to_compare(row);
    }
    let of = |facts: &[&'f Fact]| facts.iter().map(|fact| text(fact)).collect::<BTreeSet<&'f str>>();
    let clash = |(at, (_, facts)): (usize, &(&Environment, Vec<&'f Fact>))| all.iter().skip(at + 1).any(|(_, other)| of(facts).is_disjoint(&of(other)));
    if all.iter().enumerate().any(clash) { told(row, all) } else { passed(row) }
}

/// What all of them say, as one failure.
fn told<'f>(row: &Row<'f>, all: Vec<(&Environment, Vec<&'f Fact>)>) -> Vec<Outcome<'f>> {
    let facts: Vec<&'f Fact> = all.into_iter().flat_map(|(_, facts)| facts).collect();
    let said = groups(facts.iter().copied(), &order(row), |fact| text(fact).to_owned());
    vec![Outcome { groups: said, ..failure(row, facts, None, 0) }]
}
