//! Relations of inputs: what a root of infrastructure declares, and what its environments set.

use super::{Outcome, State, environments, failure, is_unknown, passed};
use crate::align::{Axis, Matrix, Row};
use crate::judge::rule::Supply;
use crate::model::{Environment, Fact, Role};

/// Holds a demand against one input.
pub(super) fn hold<'f>(supply: Supply, row: &Row<'f>, matrix: &Matrix<'_>) -> Vec<Outcome<'f>> {
    match supply {
        Supply::Given => given(row, matrix),
        Supply::Declared => declared(row),
    }
}

/// What the root declares of a row's input.
fn declarations<'f>(row: &Row<'f>) -> Vec<&'f Fact> {
    row.cells.iter().filter(|(environment, _)| environment.rank() == 0).flat_map(|(_, cell)| cell.facts.clone()).collect()
}

/// What is set, the root declares: Terraform only warns of what it does not know.
fn declared<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    let set: Vec<&Fact> = environments(row).flat_map(|(_, cell)| cell.facts.clone()).collect();
    let unread = row.cells.iter().any(|(environment, cell)| environment.rank() == 0 && cell.unknown);
    if set.is_empty() || !declarations(row).is_empty() {
        return if is_unknown(row) { Outcome::state(State::Unknown) } else { passed(row) };
    }
    if unread || environments(row).any(|(_, cell)| cell.unknown) {
        return Outcome::state(State::Unknown);
    }
    let mut outcome = failure(row, set, None, 0);
    outcome.speaks_of.clone_from(&row.component);
    vec![outcome]
}

/// What the root cannot do without, one environment's files leave out though all others set it.
fn given<'f>(row: &Row<'f>, matrix: &Matrix<'_>) -> Vec<Outcome<'f>> {
    let declared = declarations(row);
    if !declared.iter().any(|fact| fact.role == Role::Placeholder) {
        return Outcome::state(if is_unknown(row) { State::Unknown } else { State::NotApplicable });
    }
    // How much each environment sets at all: a file with a key or two is a stub, not an environment.
    let inputs = |environment: &Environment| {
        let rows = matrix.rows.iter().filter(|other| other.axis == Axis::RootInput && other.component == row.component);
        rows.filter(|other| other.cells.iter().any(|(e, cell)| e == environment && !cell.facts.is_empty())).count()
    };
    let counts: Vec<(&Environment, usize, bool)> =
        environments(row).map(|(environment, cell)| (environment, inputs(environment), !cell.facts.is_empty())).filter(|(_, count, _)| *count > 0).collect();
    let most = counts.iter().map(|(_, count, _)| *count).max().unwrap_or(0);
    let whole: Vec<(&Environment, bool)> = counts.iter().filter(|(_, count, _)| count * 2 >= most).map(|(environment, _, has)| (*environment, *has)).collect();
    let missing: Vec<&Environment> = whole.iter().filter(|(_, has)| !has).map(|(environment, _)| *environment).collect();
    let [one] = missing.as_slice() else { return passed(row) };
    if environments(row).any(|(environment, cell)| environment == *one && cell.unknown) {
        return Outcome::state(State::Unknown);
    }
    if whole.len() < 3 {
        return passed(row);
    }
    let facts = environments(row).flat_map(|(_, cell)| cell.facts.clone()).chain(declared).collect();
    let mut outcome = failure(row, facts, Some((*one).clone()), 0);
    let having: Vec<&str> = whole.iter().filter(|(_, has)| *has).map(|(environment, _)| environment.name()).collect();
    outcome.groups = having.join(", ");
    vec![outcome]
}
