//! What runs against what is declared, and the containers of one service against each other: the image of a
//! workload, in one environment.

use std::collections::{BTreeMap, BTreeSet};

use super::{Outcome, environments, failure, one_by_one, runs};
use crate::align::Row;
use crate::model::{Environment, Fact, ImageRef, Likeness, Role, Scope, share};

/// A workload runs the image that its environment declares for it.
pub(super) fn declared<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    let (mut failures, mut compared) = (Vec::new(), false);
    for (environment, cell) in environments(row) {
        let own = cell.facts.iter().copied().filter(|fact| matches!(fact.scope, Scope::Run | Scope::Matrix));
        let (live, declared): (Vec<&'f Fact>, Vec<&'f Fact>) = own.partition(|fact| fact.is_live());
        compared |= !live.is_empty() && !declared.is_empty();
        let agrees = |fact: &&'f Fact| declared.iter().any(|stated| is_of(stated, fact));
        let differing: Vec<&'f Fact> = live.into_iter().filter(|fact| !agrees(fact)).collect();
        let (false, Some(first)) = (differing.is_empty(), declared.first()) else { continue };
        // What a variable fills in is given when it is started: the file has but a default.
        let filled = declared.iter().all(|fact| !fact.via.is_empty() || fact.role == Role::Default);
        // Labelled with the commit that is declared, and built once more.
        let rebuilt = differing.iter().all(|fact| declared.iter().any(|stated| stated.likeness(fact) == Likeness::Rebuilt));
        let run = texts(&differing);
        let stated = texts(&declared);
        let mut outcome = failure(row, declared.iter().copied().chain(differing).collect(), None, usize::from(filled || rebuilt));
        outcome.groups = format!("{} declares {stated}, what runs is {run}", first.place.path);
        outcome.speaks_of = environment.name().to_owned();
        failures.push(outcome);
    }
    one_by_one(row, failures, compared)
}

/// What facts say, and which containers say it where not all do.
fn texts(facts: &[&Fact]) -> String {
    let text = |fact: &&Fact| {
        let share = share(fact.place.path.as_str()).1;
        share.map_or_else(|| fact.value.text.to_string(), |share| format!("{} ({share})", fact.value.text))
    };
    facts.iter().map(text).collect::<BTreeSet<String>>().into_iter().collect::<Vec<_>>().join(", ")
}

/// All containers of one service run one image. One that is not declared is held against what is.
pub(super) fn replicas<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    let (mut failures, mut compared) = (Vec::new(), false);
    let told: Vec<Environment> = declared(row).into_iter().filter(|outcome| outcome.lowered == 0).flat_map(|outcome| of(&outcome)).collect();
    for (environment, cell) in environments(row) {
        let mut services: BTreeMap<&str, Vec<&'f Fact>> = BTreeMap::new();
        for fact in cell.facts.iter().copied().filter(|fact| fact.is_live() && fact.workload.is_some() && fact.scope == Scope::Run) {
            services.entry(share(fact.place.path.as_str()).0).or_default().push(fact);
        }
        for facts in services.into_values() {
            compared |= facts.len() > 1;
            if told.contains(environment) || !facts.iter().enumerate().any(|(at, one)| facts.iter().skip(at + 1).any(|other| is_other(one, other))) {
                continue;
            }
            // Developers build anew all day.
            let mut outcome = failure(row, facts.clone(), None, usize::from(!environment.is_deployed()));
            outcome.groups = parts(&facts);
            outcome.speaks_of = environment.name().to_owned();
            failures.push(outcome);
        }
    }
    one_by_one(row, failures, compared)
}

/// The environments that a failure speaks of.
fn of(outcome: &Outcome<'_>) -> Vec<Environment> {
    outcome.disagreeing.first().map(|fact| fact.environment.clone()).into_iter().collect()
}

/// Whether two containers surely run two images.
fn is_other(one: &Fact, other: &Fact) -> bool {
    let likeness = one.likeness(other);
    likeness.is_different() || !likeness.is_alike() && one.value.image.as_ref().map(ImageRef::by_tag) != other.value.image.as_ref().map(ImageRef::by_tag)
}

/// Which containers run what, in words; images of one name are told apart by their digests.
fn parts(facts: &[&Fact]) -> String {
    let names: BTreeSet<&str> = facts.iter().map(|fact| fact.value.text.as_str()).collect();
    let part = |fact: &&Fact| {
        let who = share(fact.place.path.as_str()).1.unwrap_or("some of its containers");
        let known = fact.bits.as_ref().filter(|_| names.len() < facts.len());
        let bits = known.and_then(|bits| bits.id.as_ref()).map(|id| format!(" ({})", id.short())).unwrap_or_default();
        format!("{who} {} {}{bits}", runs(who), fact.value.text)
    };
    facts.iter().map(part).collect::<BTreeSet<String>>().into_iter().collect::<Vec<_>>().join(", ")
}

/// Whether what runs may be what is stated: the same name, whatever registry it comes through, and the
/// same digest or bits that are alike where both have one, else the same tag.
fn is_of(stated_fact: &Fact, fact: &Fact) -> bool {
    let (Some(stated), Some(running)) = (&stated_fact.value.image, &fact.value.image) else { return false };
    let same_name = stated.base_name() == running.base_name();
    let tag = |image: &ImageRef| image.tag().unwrap_or("latest").to_owned();
    same_name
        && match (stated.digest(), running.digest()) {
            (Some(stated), Some(running)) => stated == running || stated_fact.likeness(fact).is_alike(),
            // Started by its digest alone, or by a tag that nobody wrote beside the digest.
            (Some(_), None) if stated.tag().is_none() => true,
            _ => tag(stated) == tag(running),
        }
}
