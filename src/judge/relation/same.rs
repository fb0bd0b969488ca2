//! Relations of projections: a part of a value is the same wherever it appears.

use std::collections::{BTreeMap, BTreeSet};

use super::{Outcome, effective, environments, failure, nothing_to_compare, one_by_one, passed};
use crate::align::Row;
use crate::catalog::Catalog;
use crate::judge::Rule;
use crate::judge::rule::{Across, Projection};
use crate::model::{Environment, Fact, Scope};

/// The part of a fact that is compared; facts without it take no part.
fn project(fact: &Fact, projection: Projection, catalog: &Catalog) -> Option<String> {
    let image = fact.value.image.as_ref();
    match projection {
        // What runs has a digest, and pins nothing.
        Projection::Digest if fact.is_live() => None,
        Projection::Digest => image?.digest().map(str::to_owned),
        Projection::Libc => catalog.distribution(image?).map(|(distribution, _)| distribution.libc.clone()),
        Projection::Base => catalog.distribution(image?).map(|(_, release)| release.to_owned()),
        Projection::Repository => Some(image?.repository().to_owned()),
        Projection::Engine | Projection::Source => Some(fact.name.as_str().to_owned()),
    }
}

/// What must be equal for two facts to be comparable at all: a digest only speaks against another
/// one of the same tag.
fn peer(fact: &Fact, projection: Projection, catalog: &Catalog) -> String {
    match (projection, &fact.value.image) {
        (Projection::Digest, Some(image)) => format!("{}:{}", image.repository(), image.tag().unwrap_or("")),
        (Projection::Base, Some(image)) => catalog.distribution(image).map_or(String::new(), |(distribution, _)| distribution.name.clone()),
        _ => String::new(),
    }
}

pub(super) fn same<'f>(rule: &Rule, projection: Projection, row: &Row<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let mut outcomes = match rule.across {
        Across::Environments => between_environments(rule, projection, row, catalog),
        Across::Stages => between_stages(projection, row, catalog),
        _ => everywhere(projection, row, catalog),
    };
    for outcome in &mut outcomes {
        outcome.groups = super::groups(outcome.disagreeing.iter().copied(), &super::order(row), |fact| say(fact, projection, catalog));
    }
    outcomes
}

/// What is compared of a fact, in words.
fn say(fact: &Fact, projection: Projection, catalog: &Catalog) -> String {
    let value = project(fact, projection, catalog).unwrap_or_default();
    match projection {
        Projection::Base => format!("{} {value}", peer(fact, projection, catalog)).trim_end().to_owned(),
        // Enough of it to tell two apart.
        Projection::Digest => value.chars().take(19).collect(),
        _ => value,
    }
}

/// One value at all places of the row.
fn everywhere<'f>(projection: Projection, row: &Row<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let facts: Vec<(&Fact, String)> =
        row.facts().filter(|fact| fact.environment.rank() != 0).filter_map(|fact| Some((fact, project(fact, projection, catalog)?))).collect();
    if facts.len() < 2 {
        return nothing_to_compare(row);
    }
    let mut values: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (fact, value) in &facts {
        values.entry(peer(fact, projection, catalog)).or_default().insert(value);
    }
    let clashes = |fact: &Fact| values.get(&peer(fact, projection, catalog)).is_some_and(|values| values.len() > 1);
    let disagreeing: Vec<&Fact> = facts.iter().map(|(fact, _)| *fact).filter(|fact| clashes(fact)).collect();
    if disagreeing.is_empty() { passed(row) } else { vec![failure(row, disagreeing, None, 0)] }
}

/// Every two environments have some value in common.
fn between_environments<'f>(rule: &Rule, projection: Projection, row: &Row<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let cells: Vec<(&Environment, Vec<(&Fact, String)>)> = environments(row)
        .map(|(environment, cell)| {
            (environment, effective(cell).into_iter().filter_map(|fact| Some((fact, project(fact, projection, catalog)?))).collect::<Vec<_>>())
        })
        .filter(|(_, facts)| !facts.is_empty())
        .collect();
    if cells.len() < 2 {
        return nothing_to_compare(row);
    }
    let clash = |i: usize, j: usize| match (cells.get(i), cells.get(j)) {
        (Some((_, a)), Some((_, b))) => !a.iter().any(|(_, x)| b.iter().any(|(_, y)| x == y)),
        _ => false,
    };
    let pairs: Vec<(usize, usize)> = (0..cells.len()).flat_map(|i| (i + 1..cells.len()).map(move |j| (i, j))).filter(|(i, j)| clash(*i, *j)).collect();
    if pairs.is_empty() {
        return passed(row);
    }
    let disagreeing = cells
        .iter()
        .enumerate()
        .filter(|(i, _)| pairs.iter().any(|(a, b)| a == i || b == i))
        .flat_map(|(_, (_, facts))| facts.iter().map(|(fact, _)| *fact))
        .collect();
    let names: Vec<&Environment> = cells.iter().map(|(environment, _)| *environment).collect();
    let odd = super::odd_one_out(&names, clash);
    let lowered = usize::from(odd.as_ref().is_some_and(|odd| super::is_lenient(rule, odd)));
    vec![failure(row, disagreeing, odd, lowered)]
}

/// The build and the run stages of one image share a value.
fn between_stages<'f>(projection: Projection, row: &Row<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let (mut failures, mut compared) = (Vec::new(), false);
    for (setup, facts) in super::crowd::by_setup(row.facts()) {
        let of = |scope: Scope| -> Vec<(&'f Fact, String)> {
            facts.iter().copied().filter(|fact| fact.scope == scope).filter_map(|fact| Some((fact, project(fact, projection, catalog)?))).collect()
        };
        let (build, run) = (of(Scope::Build), of(Scope::Run));
        compared |= !build.is_empty() && !run.is_empty();
        let clash = |a: &(&Fact, String), b: &(&Fact, String)| a.1 != b.1 && peer(a.0, projection, catalog) == peer(b.0, projection, catalog);
        let disagreeing: Vec<&Fact> = build
            .iter()
            .filter(|a| run.iter().any(|b| clash(a, b)))
            .chain(run.iter().filter(|b| build.iter().any(|a| clash(a, b))))
            .map(|(fact, _)| *fact)
            .collect();
        if !disagreeing.is_empty() {
            let mut outcome = failure(row, disagreeing, None, 0);
            outcome.speaks_of = setup.to_owned();
            failures.push(outcome);
        }
    }
    one_by_one(row, failures, compared)
}
