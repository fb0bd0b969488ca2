//! Which keys the members of a family have, at which depth, and how they are spelt.

use std::collections::BTreeSet;

use super::{Case, Failures, is_own, only};
use crate::judge::relation::env::slip;
use crate::model::key::{last, variable_form};
use crate::model::{Content, Environment, Fact};

/// The environments that say some of these facts themselves.
fn holders<'f>(facts: &[&'f Fact]) -> BTreeSet<&'f Environment> {
    facts.iter().filter(|fact| is_own(fact)).map(|fact| &fact.environment).collect()
}

/// What most full copies have, all have.
pub(super) fn held<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    if !case.family.are_twins() {
        return in_block(case);
    }
    let having: Vec<&'f Fact> = case.own().map(|(fact, _)| fact).collect();
    let holders = holders(&having);
    let lacking: Vec<_> = case.family.full().filter(|member| !case.facts.iter().any(|(fact, _)| fact.environment == member.environment)).collect();
    if lacking.is_empty()
        || holders.len() < 2
        || lacking.len() * 2 > holders.len()
        || is_misplaced(case, &lacking.iter().map(|member| &member.environment).collect::<Vec<_>>())
    {
        return Some(Vec::new());
    }
    let alone = lacking.len() == 1 && holders.len() >= 3;
    let strict = case.family.full().all(|member| case.family.common * 10 >= member.keys * 8);
    // One entry of a list more or less is what lists are for.
    let entry = case.key().contains('[');
    if is_numbered(case.key()) || is_given(case.key()) {
        return Some(Vec::new());
    }
    let deployed = lacking.iter().any(|member| member.environment.is_deployed());
    let files: Vec<&str> = lacking.iter().map(|member| member.path.as_str()).collect();
    let odd = lacking.first().filter(|_| lacking.len() == 1).map(|member| member.environment.clone());
    let lowered = usize::from(!(alone && strict && deployed) || entry);
    Some(vec![case.fails(having, odd, files.join(", "), lowered)])
}

/// What all other copies of a block have, one copy has too, whatever else their files have.
fn in_block<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let (lacking, _) = case.facts.iter().find(|(_, variable)| variable.content == Content::Unset)?;
    let having: Vec<&'f Fact> = case.own().map(|(fact, _)| fact).collect();
    if is_numbered(case.key()) || is_given(case.key()) || having.is_empty() {
        return Some(Vec::new());
    }
    let file = lacking.place.path.to_string();
    Some(vec![case.fails([having, vec![*lacking]].concat(), Some(lacking.environment.clone()), file, 1)])
}

/// What production and others put over the base, the steps before production do too: else they try
/// something else.
pub(super) fn layered<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    if case.family.are_twins() {
        return None;
    }
    let having: Vec<&'f Fact> = case.own().map(|(fact, _)| fact).collect();
    let holders = holders(&having);
    if holders.len() < 3 || case.base().is_some() || is_given(case.key()) || is_numbered(case.key()) {
        return (!having.is_empty()).then(Vec::new);
    }
    // A fragment says little, and need not say this.
    let lacking: Vec<_> = case.family.full().filter(|member| member.environment.is_deployed() && !holders.contains(&member.environment)).collect();
    let staged = lacking.iter().any(|member| member.environment == Environment::staging());
    if !holders.contains(&Environment::prod()) || !staged || lacking.len() >= holders.len() {
        return Some(Vec::new());
    }
    let files: Vec<&str> = lacking.iter().map(|member| member.path.as_str()).collect();
    let odd = lacking.first().filter(|_| lacking.len() == 1).map(|member| member.environment.clone());
    Some(vec![case.fails(having, odd, files.join(", "), 0)])
}

/// Whether a key is the name of a variable that processes are given: those are asked for elsewhere.
pub(super) fn is_given(key: &str) -> bool {
    let capitals = |name: &str| !name.is_empty() && name.chars().all(|c| !c.is_ascii_lowercase());
    let entry = key.rsplit_once("].").and_then(|(entry, _)| entry.rsplit_once('['));
    key.contains('.') && capitals(last(key)) || entry.is_some_and(|(_, name)| capitals(name) && name.contains(|c: char| c.is_ascii_uppercase()))
}

/// Whether a key is of an entry that has only its place in a list.
fn is_numbered(key: &str) -> bool {
    key.match_indices('[').any(|(open, _)| {
        key.get(open + 1..).is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_ascii_digit()) && rest.split(']').next().is_some_and(|name| name.bytes().all(|b| b.is_ascii_digit()))
        })
    })
}

/// Whether those who lack a key have it at another depth.
fn is_misplaced(case: &Case<'_, '_>, lacking: &[&Environment]) -> bool {
    let others = case.matrix.settings.ending(case.label, last(case.key()));
    others.iter().any(|other| {
        *other != case.key()
            && case.said(other).iter().any(|fact| is_own(fact) && lacking.contains(&&fact.environment))
            && (is_one_deeper(case.key(), other) || is_one_deeper(other, case.key()))
    })
}

/// Whether one path of keys is the other with one key more in it, which is not the last one.
fn is_one_deeper(deep: &str, flat: &str) -> bool {
    let (deep, flat): (Vec<&str>, Vec<&str>) = (deep.split('.').collect(), flat.split('.').collect());
    if deep.len() != flat.len() + 1 || flat.len() < 2 {
        return false;
    }
    let head = deep.iter().zip(&flat).take_while(|(a, b)| a == b).count();
    head < flat.len() && deep.get(head + 1..) == flat.get(head..)
}

/// A key stands where the others have it: not one level up or down.
pub(super) fn nested<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let having: Vec<&'f Fact> = case.own().map(|(fact, _)| fact).collect();
    let Some(environment) = only(&having) else { return (!having.is_empty()).then(Vec::new) };
    if case.base().is_some() || case.key().contains('[') {
        return Some(Vec::new());
    }
    let key = case.key();
    for other in case.matrix.settings.ending(case.label, last(key)) {
        let (deeper, flatter) = (is_one_deeper(other, key), is_one_deeper(key, other));
        let said = case.said(other);
        let elsewhere = holders(said);
        let enough = elsewhere.len() >= 2 || said.iter().any(|fact| fact.environment.rank() == 0) && !elsewhere.is_empty();
        if (deeper || flatter) && enough && !elsewhere.contains(environment) && last(key).len() > 2 {
            let all = having.iter().chain(said.iter().filter(|fact| is_own(fact))).copied().collect();
            // The block counts, not each of its keys.
            let block = |path: &str| path.rsplit_once('.').map_or(path, |(block, _)| block).to_owned();
            let (here, there) = (block(key), block(other));
            let place = having.first().map_or("", |fact| fact.place.path.as_str());
            return Some(vec![case.fails(all, Some(environment.clone()), format!("{place} has {here} where the others have {there}"), 0)]);
        }
    }
    Some(Vec::new())
}

/// A key that only one environment has is no slip of one that the others have.
pub(super) fn spelt<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let having: Vec<&'f Fact> = case.own().map(|(fact, _)| fact).collect();
    if having.is_empty() || case.base().is_some() || case.key().contains('[') {
        return (!having.is_empty()).then(Vec::new);
    }
    let mine = holders(&having);
    let key = case.key();
    let words = &case.catalog.variables;
    let settings = &case.matrix.settings;
    let beside = settings.beside(case.label, key);
    // Where a table has more keys than this, its keys are data.
    let beside = if beside.len() <= MANY { beside } else { &[] };
    let close = |other: &&&'f str| slip(&variable_form(last(key)), &variable_form(last(other)), words) && !last(other).contains('[');
    let near = settings.sounding(case.label, key).iter().chain(beside.iter().filter(close));
    for other in near.filter(|other| **other != key) {
        let said = case.said(other);
        let theirs = holders(said);
        let everybody = said.iter().any(|fact| fact.environment.rank() == 0);
        if theirs.is_disjoint(&mine) && (everybody || theirs.len() > mine.len()) {
            let all = having.iter().chain(said.iter()).copied().collect();
            return Some(vec![case.fails(all, only(&having).cloned(), (*other).to_owned(), 0)]);
        }
    }
    Some(Vec::new())
}

/// The most keys of one table that are held against each other.
const MANY: usize = 400;

/// Where nearly every key of the environments stands in the base as well, a key that does not is a
/// leftover or a slip.
pub(super) fn declared<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let base = case.family.base?;
    let (all, known): (usize, usize) = case.family.members.iter().fold((0, 0), |(all, known), member| (all + member.keys, known + member.of_base));
    if base < 10 || all < 10 || known * 10 < all * 9 || case.family.members.len() < 3 {
        return None;
    }
    let having: Vec<&'f Fact> = case.own().map(|(fact, _)| fact).collect();
    if case.base().is_some() || having.is_empty() || case.key().contains('[') || having.len() * 2 > case.family.members.len() {
        return Some(Vec::new());
    }
    let file = having.first().map_or("", |fact| fact.place.path.as_str()).to_owned();
    Some(vec![case.fails(having.clone(), only(&having).cloned(), file, 0)])
}
