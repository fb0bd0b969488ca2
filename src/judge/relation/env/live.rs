//! What runs against what is declared: the variables of a process, in one environment.

use super::{Case, Failures, few};
use crate::align::List;
use crate::model::{Content, Fact, Scope, Stance};

/// A process that runs has what its environment declares for it, and nothing else.
pub(super) fn declared<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let name = case.name();
    let all = || case.matrix.variables.lists_of_component(&case.row.component);
    let (mut failures, mut compared) = (Vec::new(), false);
    for live in all().filter(|list| list.live) {
        let stated: Vec<&List<'f>> =
            all().filter(|list| !list.live && !list.offered && list.environment == live.environment && list.workload == live.workload).collect();
        let Some(first) = stated.first() else { continue };
        compared = true;
        let declared: Vec<&'f Fact> = stated.iter().filter_map(|list| list.given.get(name).copied()).collect();
        let runs = || live.given.get(name).copied();
        let who = format!("{} in {}", live.workload.unwrap_or(live.setup), live.environment);
        let (text, facts, lowered) = match runs() {
            None if live.gives(name) || !case.knows(live.environment) => continue,
            // Several stacks of one environment may each be the one that runs.
            None if declared.len() < stated.len() || !declared.iter().all(|fact| is_given(fact)) => continue,
            None => (format!("{who} runs without it, though {} gives it", place(&declared)), declared, 0),
            Some(_) if stated.iter().any(|list| list.open) && declared.is_empty() => continue,
            Some(_) if declared.is_empty() && (case.is_provided() || stated.iter().any(|list| list.gives(name))) => continue,
            Some(fact) if declared.is_empty() => {
                // What no code asks for does nothing there.
                let read = case.matrix.variables.reads_of(name).any(|read| read.scope != Scope::Aside);
                (format!("{who} runs with it, though {} does not give it", first.setup), vec![fact], usize::from(!read))
            }
            Some(fact) if declared.iter().all(|stated| is_other(case, stated, fact)) => {
                (format!("{who} runs with another value than {} gives", place(&declared)), declared.into_iter().chain([fact]).collect(), 0)
            }
            Some(_) => continue,
        };
        let mut outcome = case.fails(facts, None, text, lowered);
        outcome.beside = few(case.of(Stance::Read).map(|(fact, _)| fact).filter(|fact| fact.scope != Scope::Aside), 3);
        failures.push(outcome);
    }
    compared.then_some(failures)
}

/// The files that say so.
fn place(facts: &[&Fact]) -> String {
    let mut paths: Vec<&str> = facts.iter().map(|fact| fact.place.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.join(", ")
}

fn content(fact: &Fact) -> Option<Content> {
    fact.value.variable.as_deref().map(|variable| variable.content)
}

/// Whether a process surely gets it: its value stands in the files, if only as a default.
fn is_given(fact: &Fact) -> bool {
    matches!(content(fact), Some(Content::Literal | Content::Default))
}

/// Whether what runs surely has another value. What a variable fills in, what a template holds and a
/// placeholder are replaced by whoever starts it.
fn is_other(case: &Case<'_, '_>, stated: &Fact, runs: &Fact) -> bool {
    let (Some(one), Some(other)) = (stated.value.variable.as_deref(), runs.value.variable.as_deref()) else { return false };
    let templates = || stated.via.iter().chain([&stated.place]).any(|place| case.catalog.variables.is_template(place.path.as_str()));
    let from_file = || stated.via.first().is_some_and(|via| via.path != stated.place.path) && stated.via.len() == 1;
    one.content == Content::Literal
        && !one.placeholder
        && (stated.via.is_empty() || from_file())
        && !templates()
        && matches!((one.print, other.print), (Some(one), Some(other)) if one != other)
}
