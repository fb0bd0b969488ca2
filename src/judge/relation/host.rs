//! Relations of machines: those of all environments do what decides alike, and their clocks go right.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Outcome, environments, failure, groups, nothing_to_compare, odd_one_out, order, passed};
use crate::align::Row;
use crate::catalog::Catalog;
use crate::model::{Environment, Fact};

/// What must hold of machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Machine {
    /// What decides how programs behave is the same.
    Alike,
    /// The clock goes right.
    InStep,
}

/// What a clock that goes right says.
const RIGHT: &str = "in step";

/// Holds what machines say of one property against each other.
pub(super) fn hold<'f>(wanted: Machine, row: &Row<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    match wanted {
        Machine::Alike => alike(row, catalog),
        Machine::InStep => in_step(row),
    }
}

fn alike<'f>(row: &Row<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let Some(property) = catalog.hosts.iter().find(|property| property.decides && property.name == row.name) else {
        return Outcome::state(super::State::NotApplicable);
    };
    let cells: Vec<(&Environment, BTreeSet<&str>)> = environments(row)
        .filter(|(_, cell)| !cell.facts.is_empty())
        .map(|(environment, cell)| (environment, cell.facts.iter().map(|fact| property.decisive(fact.value.text.as_str())).collect()))
        .collect();
    if cells.len() < 2 {
        return nothing_to_compare(row);
    }
    let clash = |i: usize, j: usize| matches!((cells.get(i), cells.get(j)), (Some((_, one)), Some((_, other))) if one.is_disjoint(other));
    let clashes = |i: usize| (0..cells.len()).any(|j| j != i && clash(i, j));
    let known: Vec<&Environment> = cells.iter().map(|(environment, _)| *environment).collect();
    let differing: Vec<&Environment> = (0..cells.len()).filter(|i| clashes(*i)).filter_map(|i| known.get(i).copied()).collect();
    if differing.is_empty() {
        return passed(row);
    }
    let disagreeing: Vec<&'f Fact> = row.facts().filter(|fact| differing.contains(&&fact.environment)).collect();
    let text = |fact: &Fact| fact.value.text.to_string();
    let said = groups(disagreeing.iter().copied(), &order(row), text);
    vec![Outcome { groups: said, ..failure(row, disagreeing, odd_one_out(&known, clash), 0) }]
}

fn in_step<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    if row.name != "clock" {
        return Outcome::state(super::State::NotApplicable);
    }
    let wrong: Vec<&'f Fact> = row.facts().filter(|fact| fact.value.text.as_str() != RIGHT).collect();
    if wrong.is_empty() {
        return if row.facts().next().is_none() { nothing_to_compare(row) } else { passed(row) };
    }
    let said = groups(wrong.iter().copied(), &order(row), |fact| fact.value.text.to_string());
    vec![Outcome { groups: said, ..failure(row, wrong, None, 0) }]
}
