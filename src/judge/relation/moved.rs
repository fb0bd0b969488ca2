//! The relation of tags: what runs under one tag, and what the tag names, is one image.

use std::collections::BTreeSet;

use super::{Outcome, State, environments, failure, nothing_to_compare, passed};
use crate::align::Row;
use crate::model::{Fact, Kind, Likeness, Scope, share};

/// Whether a fact says what something runs, not what a tag names.
fn runs(fact: &Fact) -> bool {
    fact.is_live() && fact.workload.is_some()
}

/// Whether they are of one service: what its containers run is held against each other elsewhere.
fn are_replicas(one: &Fact, other: &Fact) -> bool {
    let of = |fact: &Fact| share(fact.place.path.as_str()).0.to_owned();
    runs(one) && runs(other) && one.place.path != other.place.path && of(one) == of(other)
}

/// Whether no registry knows the image: it was built where it runs.
fn is_homemade(fact: &Fact) -> bool {
    fact.bits.as_ref().is_some_and(|bits| !bits.is_published())
}

/// Whether a tag is meant to name other bits one day: a channel, or a line of releases. Two numbers, a date or a
/// commit stand for one release.
fn is_rolling(tag: Option<&str>) -> bool {
    let Some(tag) = tag else { return true };
    let numbers = || tag.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
    let is_commit = |piece: &str| piece.len() >= 7 && piece.chars().all(|c| c.is_ascii_hexdigit());
    numbers().count() < 2 && !numbers().any(|number| number.len() > 2) && !tag.split(['-', '_', '.']).any(is_commit)
}

/// One tag, one image.
pub(super) fn same_bits<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    let all = environments(row).flat_map(|(_, cell)| cell.facts.iter().copied());
    // What developers build for themselves is theirs, whatever they call it.
    let counts = |fact: &&Fact| matches!(fact.scope, Scope::Run | Scope::Matrix) && (fact.environment.is_deployed() || !is_homemade(fact));
    // Whether an environment runs what it pins is asked elsewhere.
    let pins = |fact: &Fact| !fact.is_live() && fact.value.image.as_ref().is_some_and(|image| image.digest().is_some());
    // Those that say the same are held against the others once.
    let mut said: Vec<Vec<&'f Fact>> = Vec::new();
    for fact in all.filter(counts) {
        let same = |one: &&'f Fact| one.environment == fact.environment && one.bits == fact.bits && runs(one) == runs(fact) && pins(one) == pins(fact);
        match said.iter_mut().find(|group| group.first().is_some_and(same)) {
            Some(group) => group.push(fact),
            None => said.push(vec![fact]),
        }
    }
    let (mut compared, mut found) = (BTreeSet::new(), BTreeSet::new());
    for (at, one) in said.iter().enumerate() {
        for (further, other) in said.iter().enumerate().skip(at + 1) {
            let (Some(one), Some(other)) = (one.first(), other.first()) else { continue };
            if one.environment == other.environment && (pins(one) || pins(other) || are_replicas(one, other)) {
                continue;
            }
            let likeness = one.likeness(other);
            compared.insert(likeness);
            if likeness.is_different() {
                found.extend([at, further]);
            }
        }
    }
    if compared.is_empty() {
        return nothing_to_compare(row);
    }
    if found.is_empty() {
        return if compared.iter().any(|likeness| likeness.is_alike()) { passed(row) } else { Outcome::state(State::Unknown) };
    }
    let differing: Vec<&'f Fact> = found.iter().filter_map(|at| said.get(*at)).flatten().copied().collect();
    let rebuilt = !compared.contains(&Likeness::Different);
    let rolls = row.kind != Kind::Image || differing.iter().any(|fact| is_rolling(fact.value.image.as_ref().and_then(|image| image.tag())));
    let own = differing.iter().any(|fact| is_homemade(fact) || runs(fact) && !fact.environment.is_deployed());
    let groups = told(&differing);
    let mut outcome = failure(row, differing, None, [rebuilt, rolls, own].into_iter().filter(|reason| *reason).count());
    outcome.groups = groups;
    outcome.speaks_of = if rebuilt { "other files, though labelled with one commit" } else { "other files" }.to_owned();
    vec![outcome]
}

/// Who has which bits, in words: `staging, prod run sha256:0123…; the registry has sha256:4567…`.
fn told(facts: &[&Fact]) -> String {
    // Bits that are alike are called by one digest.
    let digest = |fact: &Fact| {
        let first = facts.iter().find(|other| fact.likeness(other).is_alike()).copied();
        first.unwrap_or(fact).known_bits().map_or(String::new(), |bits| bits.short().to_owned())
    };
    let named: BTreeSet<String> = facts.iter().filter(|fact| !runs(fact)).map(|fact| digest(fact)).collect();
    let mut said: Vec<(bool, String, Vec<String>)> = Vec::new();
    for fact in facts {
        let who = match (runs(fact), named.len()) {
            (true, _) => fact.environment.name().to_owned(),
            (false, 0 | 1) => "the registry".to_owned(),
            (false, _) => format!("the registry, for {},", fact.environment),
        };
        let digest = digest(fact);
        match said.iter_mut().find(|(running, known, _)| *running == runs(fact) && *known == digest) {
            Some((_, _, whose)) if whose.contains(&who) => {}
            Some((_, _, whose)) => whose.push(who),
            None => said.push((runs(fact), digest, vec![who])),
        }
    }
    said.sort_by_key(|(running, ..)| !running);
    words(said)
}

/// Whether somebody runs it, which bits, and who: in words, in which those who run several are named once.
fn words(said: Vec<(bool, String, Vec<String>)>) -> String {
    let mut grouped: Vec<(bool, Vec<String>, Vec<String>)> = Vec::new();
    for (running, digest, whose) in said {
        match grouped.iter_mut().find(|(also, _, who)| *also == running && *who == whose) {
            Some((_, digests, _)) => digests.push(digest),
            None => grouped.push((running, vec![digest], whose)),
        }
    }
    let words = grouped.iter().map(|(running, digests, whose)| {
        let verb = match (running, whose.len()) {
            (true, 1) => "runs",
            (true, _) => "run",
            (false, _) => "has",
        };
        let count = match digests.len() {
            1 => String::new(),
            2 => "two: ".to_owned(),
            more => format!("{more}: "),
        };
        format!("{} {verb} {count}{}", whose.join(", "), digests.join(", "))
    });
    words.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_runs_two_is_named_once() {
        let one = |running, bits: &str, whose: &str| (running, bits.to_owned(), whose.split(' ').map(str::to_owned).collect());
        assert_eq!(words(vec![one(true, "a", "prod"), one(true, "b", "prod"), one(false, "c", "registry")]), "prod runs two: a, b; registry has c");
        assert_eq!(words(vec![one(true, "a", "staging prod"), one(true, "b", "prod")]), "staging, prod run a; prod runs b");
        assert_eq!(words(vec![one(true, "a", "ci prod"), one(true, "b", "ci prod"), one(true, "c", "ci prod")]), "ci, prod run 3: a, b, c");
    }

    #[test]
    fn some_tags_are_meant_to_move() {
        for tag in ["latest", "stable", "main", "prod", "16", "v2", "16-alpine", "22-bookworm", "build-42", "dead"] {
            assert!(is_rolling(Some(tag)), "{tag}");
        }
        for tag in ["1.4", "v1.4.2", "16.4-alpine", "2026-11-21", "20261121", "3f2a91c", "prod-3f2a91c", "build-4217"] {
            assert!(!is_rolling(Some(tag)), "{tag}");
        }
        assert!(is_rolling(None));
    }
}
