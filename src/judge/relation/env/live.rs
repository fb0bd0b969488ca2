//! What runs against what is declared, and the containers of one service against each other: the variables of a
//! process, in one environment.

use super::super::Outcome;
use super::{Case, Failures, few};
use crate::align::List;
use crate::model::{Content, Fact, Scope, Shape, Stance, share, sharers};

/// Something that is wrong with what runs: in words that follow whom they are said of, with the facts.
struct Wrong<'f> {
    text: String,
    facts: Vec<&'f Fact>,
    lowered: usize,
}

/// A process that runs has what its environment declares for it, and nothing else.
pub(super) fn declared<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let all = || case.matrix.variables.lists_of_component(&case.row.component).filter(|list| list.live);
    let (mut wrong, mut compared): (Vec<(&List<'f>, Wrong<'f>)>, bool) = (Vec::new(), false);
    for live in all() {
        let Some(held) = against_files(case, live) else { continue };
        compared = true;
        wrong.extend(held.map(|wrong| (live, wrong)));
    }
    let mut failures = Vec::new();
    for (number, (live, found)) in wrong.iter().enumerate() {
        let same = |(list, also): &&(&List<'f>, Wrong<'f>)| also.text == found.text && list.is_replica_of(live);
        // What is wrong with several containers of a service in the same way is said of them together.
        if wrong.iter().take(number).any(|earlier| same(&earlier)) {
            continue;
        }
        let meant: Vec<&List<'f>> = wrong.iter().filter(same).map(|(list, _)| *list).collect();
        let whole = all().filter(|other| other.is_replica_of(live)).all(|other| meant.iter().any(|list| list.number == other.number));
        let outcome = case.fails(found.facts.clone(), None, format!("{} {}", who(&meant, whole), found.text), found.lowered);
        failures.push(Outcome { beside: reads(case), ..outcome });
    }
    compared.then_some(failures)
}

/// What one container of a service is given, the others are given, too. Where files declare it, or its absence,
/// that is held against them.
pub(super) fn replicas<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let name = case.name();
    let all = || case.matrix.variables.lists_of_component(&case.row.component).filter(|list| list.live && list.workload.is_some());
    let (mut failures, mut compared) = (Vec::new(), false);
    let lacks = |list: &List<'f>| share(list.setup).1.is_some() && !list.gives(name);
    for (number, lacking) in all().enumerate() {
        if share(lacking.setup).1.is_none() {
            continue;
        }
        let replicas = || all().filter(|other| other.is_replica_of(lacking));
        let given: Vec<&'f Fact> = replicas().filter_map(|other| other.given.get(name).copied()).collect();
        compared = true;
        let told = || replicas().any(|other| against_files(case, other).is_some_and(|held| held.is_some()));
        let is_first = || !all().take(number).any(|other| other.is_replica_of(lacking) && lacks(other));
        if !lacks(lacking) || !is_first() || given.is_empty() || case.is_provided() || !case.knows(lacking.environment) || told() {
            continue;
        }
        // What no code asks for does nothing there.
        let read = case.matrix.variables.reads_of(name).any(|read| read.scope != Scope::Aside);
        let meant: Vec<&List<'f>> = all().filter(|other| lacks(other) && other.is_replica_of(lacking)).collect();
        let text = format!("{} without what others of its containers are given", who(&meant, false));
        let mut outcome = case.fails(given, None, text, usize::from(!read));
        outcome.beside = reads(case);
        failures.push(outcome);
    }
    compared.then_some(failures)
}

/// Holds what a process has against what its environment declares for it: none where nothing does.
fn against_files<'f>(case: &Case<'_, 'f>, live: &List<'f>) -> Option<Option<Wrong<'f>>> {
    let name = case.name();
    let all = || case.matrix.variables.lists_of_component(&case.row.component);
    let stated: Vec<&List<'f>> =
        all().filter(|list| !list.live && !list.offered && list.environment == live.environment && list.workload == live.workload).collect();
    let first = stated.first()?;
    let declared: Vec<&'f Fact> = stated.iter().filter_map(|list| list.given.get(name).copied()).collect();
    let (text, facts, lowered) = match live.given.get(name).copied() {
        None if live.gives(name) || !case.knows(live.environment) => return Some(None),
        // Several stacks of one environment may each be the one that runs.
        None if declared.len() < stated.len() || !declared.iter().all(|fact| is_given(fact)) => return Some(None),
        None => (format!("without what {} gives", place(&declared)), declared, 0),
        Some(_) if stated.iter().any(|list| list.open) && declared.is_empty() => return Some(None),
        Some(_) if declared.is_empty() && (case.is_provided() || stated.iter().any(|list| list.gives(name))) => return Some(None),
        Some(fact) if declared.is_empty() => {
            // What no code asks for does nothing there.
            let read = case.matrix.variables.reads_of(name).any(|read| read.scope != Scope::Aside);
            (format!("with what {} does not give", first.setup), vec![fact], usize::from(!read))
        }
        Some(fact) if declared.iter().all(|stated| is_other(case, stated, fact)) => {
            (format!("with another value than {} gives", place(&declared)), declared.into_iter().chain([fact]).collect(), 0)
        }
        Some(_) => return Some(None),
    };
    Some(Some(Wrong { text, facts, lowered }))
}

/// The process, or which of its containers where not all are meant; and that they run.
fn who(lists: &[&List<'_>], whole: bool) -> String {
    let Some(first) = lists.first() else { return String::new() };
    let process = format!("{} in {}", first.workload.unwrap_or(first.setup), first.environment);
    let numbers = |list: &&List<'_>| {
        let mut words = share(list.setup).1?.split(' ');
        Some((words.next()?.parse::<usize>().ok()?, words.nth(1)?.parse::<usize>().ok()?))
    };
    let shares: Vec<(usize, usize)> = lists.iter().filter_map(numbers).collect();
    let Some((_, of)) = shares.first().filter(|_| !whole) else { return format!("{process} runs") };
    let count: usize = shares.iter().map(|(count, _)| count).sum();
    let names: Vec<&str> = lists.iter().filter_map(|list| sharers(list.setup)).collect();
    format!("{} ({count} of {of} containers of {process}) {}", names.join(", "), if count == 1 { "runs" } else { "run" })
}

/// Where code reads it: the first few places.
fn reads<'f>(case: &Case<'_, 'f>) -> Vec<&'f Fact> {
    few(case.of(Stance::Read).map(|(fact, _)| fact).filter(|fact| fact.scope != Scope::Aside), 3)
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
    // What is empty in a file of defaults is there to be filled in.
    let left_open = || one.shape == Some(Shape::Empty) && !stated.via.is_empty();
    one.content == Content::Literal
        && !one.placeholder
        && !left_open()
        && (stated.via.is_empty() || from_file())
        && !templates()
        && matches!((one.print, other.print), (Some(one), Some(other)) if one != other)
}
