//! Relations of what is started: the same process is started alike wherever it runs.

use std::collections::BTreeSet;

use super::{Outcome, State, failure, passed};
use crate::align::{Matrix, Row};
use crate::model::{Environment, Fact, Part, Print};

/// Holds all that start one process against each other.
pub(super) fn alike<'f>(part: Part, row: &Row<'f>, matrix: &Matrix<'f>) -> Vec<Outcome<'f>> {
    match part {
        Part::Health => health(row),
        Part::Option => option(row, matrix),
        Part::Process | Part::Term => Outcome::state(State::NotApplicable),
    }
}

/// Files, in a line: the first few, and how many more.
fn files(facts: &[&Fact]) -> String {
    let all: Vec<&str> = facts.iter().map(|fact| fact.place.path.as_str()).collect::<BTreeSet<&str>>().into_iter().collect();
    match all.get(..3) {
        Some(few) if all.len() > 4 => format!("{} and {} more", few.join(", "), all.len() - 3),
        _ => all.join(", "),
    }
}

/// A process is asked in one way, or nowhere, whether it is well.
fn health<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    let facts: Vec<&'f Fact> = row.facts().collect();
    let print = |fact: &Fact| fact.value.variable.as_deref().and_then(|variable| variable.print);
    let none = |fact: &&Fact| fact.value.text.as_str().starts_with("no ");
    let prints: BTreeSet<Option<Print>> = facts.iter().map(|fact| print(fact)).collect();
    let places: BTreeSet<&str> = facts.iter().map(|fact| fact.place.path.as_str()).collect();
    if places.len() < 2 {
        return super::nothing_to_compare(row);
    }
    if prints.len() < 2 {
        return passed(row);
    }
    let (without, with): (Vec<&Fact>, Vec<&Fact>) = facts.iter().partition(|fact| none(fact));
    let mut outcome = failure(row, facts, None, 0);
    outcome.speaks_of =
        if without.is_empty() { format!("checked in different ways in {}", files(&with)) } else { format!("not checked in {}", files(&without)) };
    vec![outcome]
}

/// Where something of this name is started.
fn started<'m, 'f>(matrix: &'m Matrix<'f>, component: &'m str, name: &'m str) -> &'m [&'f Fact] {
    matrix.started.get(&(component, name)).map(Vec::as_slice).unwrap_or_default()
}

/// An option that a process is started with in one place is given in all.
fn option<'f>(row: &Row<'f>, matrix: &Matrix<'f>) -> Vec<Outcome<'f>> {
    let Some((process, _)) = row.name.rsplit_once(' ') else { return Outcome::state(State::NotApplicable) };
    let with: Vec<&'f Fact> = row.facts().collect();
    // A base that two overlays take in is one place; what an overlay adds is its own.
    let places: BTreeSet<&str> = started(matrix, &row.component, &row.name).iter().flat_map(|fact| [fact.place.path.as_str(), fact.setup.as_str()]).collect();
    let has = |fact: &Fact| places.contains(fact.place.path.as_str()) || places.contains(fact.setup.as_str());
    let all = started(matrix, &row.component, process);
    let without: Vec<&'f Fact> = all.iter().copied().filter(|fact| !has(fact)).collect();
    if without.is_empty() {
        return if all.len() < 2 { super::nothing_to_compare(row) } else { passed(row) };
    }
    let environments: BTreeSet<&Environment> = without.iter().map(|fact| &fact.environment).collect();
    let odd = environments.first().filter(|one| environments.len() == 1 && with.iter().all(|fact| fact.environment != ***one)).map(|one| (*one).clone());
    let mut outcome = failure(row, with.clone(), odd, 0);
    outcome.speaks_of = files(&without);
    outcome.groups = files(&with);
    outcome.beside = without;
    vec![outcome]
}
