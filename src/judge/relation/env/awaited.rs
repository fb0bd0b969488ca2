//! Names of environments: what a process is told is what its code compares with, and what the files are
//! called that are loaded by it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Failures};
use crate::model::{Content, Fact, Scope, Stance};
use crate::seal;

/// How many files are named.
const FILES: usize = 3;

/// Values by the word that they are, with those who say it.
type Words<'f> = BTreeMap<&'f str, Vec<&'f Fact>>;

/// What code compares with and files are called by.
fn awaited<'f>(case: &Case<'_, 'f>) -> Words<'f> {
    let mut awaited = Words::new();
    for (fact, _) in case.of(Stance::Awaited).filter(|(fact, _)| fact.scope != Scope::Aside && !seal::is_masked(&fact.value.text)) {
        awaited.entry(fact.value.text.as_str()).or_default().push(fact);
    }
    awaited
}

/// What environments are told to be.
fn told<'f>(case: &Case<'_, 'f>) -> Words<'f> {
    let mut given = Words::new();
    for (fact, variable) in case.set().filter(|(fact, _)| !seal::is_masked(&fact.value.text)) {
        if matches!(variable.content, Content::Literal | Content::Default) && !variable.placeholder {
            // Profiles are a list.
            fact.value.text.as_str().split([',', ' ']).filter(|word| !word.is_empty()).for_each(|word| given.entry(word).or_default().push(fact));
        }
    }
    given
}

/// Nobody is told an environment by a name that nothing knows, where the same one is known by another.
pub(super) fn spelt<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let (awaited, given) = (awaited(case), told(case));
    if awaited.is_empty() || given.is_empty() {
        return None;
    }
    let families = &case.catalog.families;
    let mut failures = Vec::new();
    for (word, facts) in given.iter().filter(|(word, _)| !awaited.contains_key(*word)) {
        let other = awaited.iter().filter(|(known, _)| families.is_spelling(word, known)).max_by_key(|(_, facts)| facts.len());
        let Some((known, others)) = other else { continue };
        let files: BTreeSet<&str> = others.iter().map(|fact| fact.place.path.as_str()).collect();
        let more = if files.len() > FILES { format!(" and {} more", files.len() - FILES) } else { String::new() };
        let files = files.into_iter().take(FILES).collect::<Vec<_>>().join(", ");
        let speaks_of = format!("{word}, but {known} is what {files}{more} know");
        failures.push(case.fails([facts.clone(), others.clone()].concat(), None, speaks_of, 0));
    }
    Some(failures)
}

/// Where it is known what all environments are told to be, what is written for another one is written for
/// nobody. Tools and developers set the customary names by themselves.
pub(super) fn given<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    const CUSTOMARY: [&str; 4] = ["production", "development", "test", "local"];
    let (awaited, given) = (awaited(case), told(case));
    let open = case.set().any(|(_, variable)| !matches!(variable.content, Content::Literal | Content::Default))
        || case.reads().iter().any(|(_, read)| read.content == Content::Default);
    if awaited.is_empty() || given.is_empty() {
        return None;
    }
    if given.len() < 3 || open {
        return Some(Vec::new());
    }
    let families = &case.catalog.families;
    let known = |word: &str| CUSTOMARY.iter().copied().chain(given.keys().copied()).any(|other| other == word || families.is_spelling(other, word));
    let lone = awaited.iter().filter(|(word, _)| !known(word));
    let failures = lone.map(|(word, facts)| {
        let words = given.keys().copied().collect::<Vec<_>>().join(", ");
        let mut outcome = case.fails(facts.clone(), None, format!("{word}; they are told {words}"), 0);
        outcome.beside = super::few(given.values().flatten().copied(), 6);
        outcome
    });
    Some(failures.collect())
}
