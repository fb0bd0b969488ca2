//! Whether a full copy of the base, as tests keep them, kept up with it.

use super::{Case, Failures, is_own};
use crate::model::{Environment, Fact};

/// The environments whose file copies the base.
fn copiers<'c, 'f>(case: &'c Case<'_, 'f>) -> impl Iterator<Item = &'f Environment> + 'c {
    case.family.members.iter().map(|member| &member.environment).filter(|environment| case.family.copies(environment))
}

/// The list that an entry is of, and what it is called, where a key is the one that tells this.
fn entry(key: &str) -> Option<(&str, &str)> {
    let (head, last) = key.rsplit_once("].")?;
    let (list, name) = head.rsplit_once('[')?;
    (matches!(last, "name" | "id" | "key") && !name.is_empty() && !name.bytes().all(|b| b.is_ascii_digit())).then_some((list, name))
}

/// A list has the entries that the base's has: one that is called otherwise was renamed there.
pub(super) fn entries<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let (list, name) = entry(case.key())?;
    let copier = copiers(case).find(|environment| case.own().any(|(fact, _)| fact.environment == **environment))?;
    if case.base().is_some() {
        return Some(Vec::new());
    }
    // What the base has instead, and the copy lacks.
    let of_list = |key: &'f str| entry(key).filter(|(other, other_name)| *other == list && *other_name != name);
    let instead: Vec<&'f Fact> = case
        .matrix
        .settings
        .keys_of(case.label)
        .filter(|(key, _)| of_list(key).is_some())
        .filter(|(_, said)| !said.iter().any(|fact| is_own(fact) && fact.environment == *copier))
        .flat_map(|(_, said)| said.iter().copied().filter(|fact| fact.environment.rank() == 0))
        .collect();
    if instead.is_empty() {
        return Some(Vec::new());
    }
    let mut all: Vec<&'f Fact> = case.own().filter(|(fact, _)| fact.environment == *copier).map(|(fact, _)| fact).collect();
    let file = all.first().map_or("", |fact| fact.place.path.as_str()).to_owned();
    all.extend(instead);
    Some(vec![case.fails(all, Some(copier.clone()), format!("{list} of {file}"), 0)])
}

/// A copy has no key that the base no longer has.
pub(super) fn keys<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let copier = copiers(case).next()?;
    if case.base().is_some() || case.key().contains('[') {
        return Some(Vec::new());
    }
    let stale: Vec<&'f Fact> = case.own().filter(|(fact, _)| fact.environment == *copier).map(|(fact, _)| fact).collect();
    if stale.is_empty() {
        return Some(Vec::new());
    }
    let file = stale.first().map_or("", |fact| fact.place.path.as_str()).to_owned();
    Some(vec![case.fails(stale, Some(copier.clone()), file, 0)])
}
