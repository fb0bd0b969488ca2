//! What a stack passes on: what its env file offers reaches a process, and processes that run the same
//! code are given the same.

use std::collections::BTreeMap;

use super::lists::is_available;
use super::{Case, Failures, facts};
use crate::align::List;
use crate::files::folder;
use crate::model::{Content, Environment, Fact, Scope, Stance};

/// What the env file of a stack offers and code reads reaches a process.
pub(super) fn forwarded<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let variables = &case.matrix.variables;
    let name = case.name();
    let offers: Vec<(&'f Fact, &_)> = case.of(Stance::Offered).filter(|(fact, _)| fact.format == "env_file").collect();
    if offers.is_empty() {
        return None;
    }
    let mut failures = Vec::new();
    for (offer, _) in &offers {
        let home = folder(offer.place.path.as_str());
        let stacks: Vec<&List<'f>> = variables.stacks_in(home).collect();
        let loads = |list: &&List<'f>| list.setup != offer.place.path.as_str() && list.takes_from(offer.place.path.as_str());
        // Somebody who loads the whole file forwards all of it; a file that the code beside it loads itself
        // needs no forwarding.
        if stacks.is_empty() || stacks.iter().any(loads) || variables.uses_of(name).any(|fact| folder(fact.place.path.as_str()) == home) {
            continue;
        }
        let read = variables.reads_of(name).any(|fact| fact.scope != Scope::Aside);
        let forwards = |list: &&&List<'f>| list.gives(name);
        let own: Vec<&&List<'f>> = stacks.iter().filter(|list| list.workload.is_some() && list.own).collect();
        // What code loads by itself reaches it where it is started without the stack.
        let loaded = variables.loads_files(&case.row.component)
            || variables.reads_of(name).any(|fact| fact.scope != Scope::Aside && variables.loads_files(fact.component.as_str()));
        let alone = !variables.is_read_in(home) && !loaded;
        let (with, without): (Vec<&&List<'f>>, Vec<&&List<'f>>) = own.iter().partition(|list| forwards(&&***list));
        let family = |list: &&&List<'f>| list.has_family(name);
        let lacking: Vec<&&List<'f>> =
            without.into_iter().filter(|list| with.iter().all(|have| have.environment != list.environment) && family(&&**list)).collect();
        let outcome = if alone && with.is_empty() && !own.is_empty() && (read || variables.named(name).next().is_some()) {
            Some(case.fails(vec![*offer], None, offer.place.path.as_str().to_owned(), 0))
        } else if read && !with.is_empty() && lacking.iter().any(|list| *list.environment == Environment::prod()) {
            let mut facts = vec![*offer];
            facts.extend(with.iter().filter_map(|list| list.given.get(name).copied()));
            Some(case.fails(facts, Some(Environment::prod()), offer.place.path.as_str().to_owned(), 0))
        } else {
            None
        };
        failures.extend(outcome);
    }
    Some(failures)
}

/// Processes of one set-up that run the same code are given the same.
pub(super) fn shared_code<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let reads = case.reads();
    if reads.is_empty() || case.is_provided() {
        return None;
    }
    let name = case.name();
    let mut setups: BTreeMap<(&Environment, &str), Vec<&List<'f>>> = BTreeMap::new();
    for list in case
        .matrix
        .variables
        .lists_of_component(&case.row.component)
        .filter(|list| list.format == "compose" && list.workload.is_some() && case.knows(list.environment))
    {
        if list.own && !list.open {
            setups.entry((list.environment, list.setup)).or_default().push(list);
        }
    }
    let mut failures = Vec::new();
    let mut compared = false;
    let all_have = |setup: &str| setups.iter().any(|((_, other), lists)| *other != setup && lists.len() >= 2 && lists.iter().all(|list| list.gives(name)));
    for ((environment, setup), lists) in &setups {
        let (with, without): (Vec<&&List<'f>>, Vec<&&List<'f>>) = lists.iter().partition(|list| list.gives(name));
        compared |= lists.len() >= 2;
        if with.is_empty() || without.is_empty() {
            continue;
        }
        let mut given: Vec<&'f Fact> = with.iter().filter_map(|list| list.given.get(name).copied()).collect();
        given.extend(case.set().map(|(fact, _)| fact).filter(|fact| fact.setup.as_str() != *setup));
        given.extend(facts(&reads));
        let names: Vec<&str> = without.iter().filter_map(|list| list.workload).collect();
        let outcome = case.fails(given, Some((*environment).clone()), format!("{} in {setup}", names.join(", ")), usize::from(!all_have(setup)));
        failures.push(outcome);
    }
    compared.then_some(failures)
}

/// Components of one stack that read a variable of their own accord, of which one is not given it.
pub(super) fn shared<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let same = shared_code(case);
    let reads = case.reads();
    if reads.is_empty() || case.is_provided() {
        return same;
    }
    let name = case.name();
    let lacking: Vec<&List<'f>> = case
        .matrix
        .variables
        .lists_of_component(&case.row.component)
        .filter(|list| list.is_closed() && list.format == "compose" && list.own && !is_available(case, list))
        .collect();
    let neighbours = |list: &List<'f>| {
        let others =
            case.matrix.variables.lists_of_setup(list.setup).filter(|other| other.environment == list.environment && other.component != list.component);
        others
            .filter_map(|other| other.given.get(name).copied())
            .filter(|fact| fact.value.variable.as_deref().is_some_and(|v| v.content != Content::Nothing))
            .collect::<Vec<_>>()
    };
    let mut failures = Vec::new();
    for list in lacking {
        let given = neighbours(list);
        if given.is_empty() {
            continue;
        }
        let mut all = facts(&reads);
        all.extend(case.set().map(|(fact, _)| fact));
        let mut outcome = case.fails(all, None, list.title(), 1);
        outcome.beside = given;
        failures.push(outcome);
    }
    match same {
        Some(mut more) => {
            more.extend(failures);
            Some(more)
        }
        None => (!failures.is_empty()).then_some(failures),
    }
}
