//! What runs against what is declared: the image of a workload, in one environment.

use super::{Outcome, environments, failure, one_by_one};
use crate::align::Row;
use crate::model::{Fact, ImageRef, Likeness, Role, Scope};

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

fn texts(facts: &[&Fact]) -> String {
    let mut texts: Vec<&str> = facts.iter().map(|fact| fact.value.text.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    texts.join(", ")
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
