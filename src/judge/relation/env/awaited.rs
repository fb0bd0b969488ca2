//! Names of environments: what a process is told is what its code compares with, and what the files are
//! called that are loaded by it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Failures, Outcome};
use crate::model::{Content, Fact, Scope, Stance};
use crate::seal;

/// How many files are named.
const FILES: usize = 3;

/// What tools and developers set by themselves.
const CUSTOMARY: [&str; 4] = ["production", "development", "test", "local"];

/// From how many letters on a word that is one off is a slip and no other word.
const LONG: usize = 6;

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

/// The files that facts stand in, for a sentence.
fn files(facts: &[&Fact]) -> String {
    let files: BTreeSet<&str> = facts.iter().map(|fact| fact.place.path.as_str()).collect();
    let more = if files.len() > FILES { format!(" and {} more", files.len() - FILES) } else { String::new() };
    files.into_iter().take(FILES).collect::<Vec<_>>().join(", ") + &more
}

/// Whether a word means an environment everywhere.
fn means(word: &str, case: &Case<'_, '_>) -> bool {
    case.catalog.names.environment_of_word(&word.to_ascii_lowercase(), true).is_some()
}

/// Whether an environment of the repository is called so.
fn is_here(word: &str, case: &Case<'_, '_>) -> bool {
    case.row.cells.iter().any(|(environment, _)| environment.name() == word)
}

/// Whether a word that means no environment by itself is a letter off another word.
fn is_slip(word: &str, meant: &str, case: &Case<'_, '_>) -> bool {
    meant.len() >= LONG && !means(word, case) && super::slip(&word.to_ascii_lowercase(), meant, &case.catalog.variables)
}

/// Nobody is told an environment by a name that nothing knows, where the same one is known by another, and
/// nothing waits for a name that is a slip of an environment's.
pub(super) fn spelt<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let (awaited, given) = (awaited(case), told(case));
    if awaited.is_empty() {
        return None;
    }
    let families = &case.catalog.families;
    let mut failures = slips(case, &awaited, &given);
    if given.is_empty() && failures.is_empty() {
        return None;
    }
    for (word, facts) in given.iter().filter(|(word, _)| !awaited.contains_key(*word)) {
        let other = awaited.iter().filter(|(known, _)| families.is_spelling(word, known) || is_slip(word, known, case)).max_by_key(|(_, facts)| facts.len());
        let Some((known, others)) = other else { continue };
        let speaks_of = format!("{word}, but {known} is what {} know", files(others));
        failures.push(case.fails([facts.clone(), others.clone()].concat(), None, speaks_of, 0));
    }
    Some(failures)
}

/// What is waited for under a name that is a letter off that of an environment, which is known elsewhere or
/// by custom.
fn slips<'f>(case: &Case<'_, 'f>, awaited: &Words<'f>, given: &Words<'f>) -> Vec<Outcome<'f>> {
    let known = || given.keys().copied().chain(case.catalog.names.environment_words());
    let strange = awaited.iter().filter(|(word, _)| !given.contains_key(*word) && !is_here(word, case));
    let slips = strange.filter_map(|(word, facts)| {
        let meant = known().find(|known| is_slip(word, known, case) && (means(known, case) || awaited.contains_key(*known)))?;
        let others = [given.get(meant), awaited.get(meant)].into_iter().flatten().flatten().copied();
        let others = super::few(others, FILES);
        let is_sure = !others.is_empty() || CUSTOMARY.contains(&meant) || is_here(meant, case);
        let speaks_of = format!("{meant}, but {word} is what is written in {}", files(facts));
        let mut outcome = case.fails([facts.clone(), others].concat(), None, speaks_of, usize::from(!is_sure));
        outcome.beside = super::few(awaited.values().flatten().copied().filter(|fact| facts.iter().any(|slip| slip.place.path == fact.place.path)), 6);
        Some(outcome)
    });
    slips.collect()
}

/// Whether a table of a file stands for one of several environments of a sort, `qa2`: what other tables are
/// called may mean anything.
fn is_numbered(word: &str, case: &Case<'_, '_>) -> bool {
    let plain = word.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(['-', '_']);
    plain != word && means(plain, case) && !is_here(word, case)
}

/// Where it is known what all environments are told to be, what is written for another one is written for
/// nobody. Tools and developers set the customary names by themselves.
pub(super) fn given<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
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
    let is_table = |facts: &[&Fact]| facts.iter().all(|fact| fact.format == "settings");
    let lone = awaited.iter().filter(|(word, facts)| !known(word) && (!is_table(facts) || is_numbered(word, case)));
    let failures = lone.map(|(word, facts)| {
        let words = given.keys().copied().collect::<Vec<_>>().join(", ");
        let mut outcome = case.fails(facts.clone(), None, format!("{word}; they are told {words}"), 0);
        outcome.beside = super::few(given.values().flatten().copied(), 6);
        outcome
    });
    Some(failures.collect())
}
