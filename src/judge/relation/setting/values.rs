//! What the members of a family say under one key, where that should not differ, or not so.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Failures, is_own};
use crate::model::key::{last, letters};
use crate::model::{Content, Environment, Fact, Print, Role, Shape, Stance, Variable, Where};

/// Sorts of values that no reader takes for each other.
fn sort(variable: &Variable) -> Option<u8> {
    match variable.shape? {
        Shape::List => Some(0),
        Shape::Map | Shape::Empty => None,
        Shape::Boolean => Some(1),
        Shape::Number => Some(2),
        Shape::Url | Shape::Host | Shape::Text => Some(3),
    }
}

/// A key has one type.
pub(super) fn same_type<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let all: Vec<(&'f Fact, &'f Variable)> = case.literal().chain(case.base().filter(|(_, variable)| variable.content == Content::Literal)).collect();
    let mut sorts: BTreeMap<u8, Vec<&'f Fact>> = BTreeMap::new();
    for (fact, variable) in &all {
        if let Some(sort) = sort(variable) {
            sorts.entry(sort).or_default().push(fact);
        }
    }
    if all.len() < 2 {
        return None;
    }
    // A number may stand for a switch, and a switch that is off for any text.
    let of = |shape: Shape| all.iter().filter(move |(_, variable)| variable.shape == Some(shape));
    let switches = of(Shape::Number).all(|(_, variable)| variable.truth.is_some());
    let off = of(Shape::Boolean).all(|(_, variable)| variable.truth == Some(false));
    let meant = sorts.len() != 2
        || sorts.contains_key(&1) && (sorts.contains_key(&2) && switches || sorts.contains_key(&3) && off)
        || sorts.contains_key(&2) && sorts.contains_key(&3) && !sorts.contains_key(&0);
    if meant {
        return Some(Vec::new());
    }
    let fewest = sorts.values().min_by_key(|facts| facts.len()).cloned().unwrap_or_default();
    let most = all.len() - fewest.len();
    let odd = super::only(&fewest).filter(|environment| environment.rank() != 0).cloned();
    let files: BTreeSet<&str> = fewest.iter().map(|fact| fact.place.path.as_str()).collect();
    let file = files.into_iter().collect::<Vec<_>>().join(", ");
    let lowered = usize::from(most < 3 || fewest.len() > 1);
    Some(vec![case.fails(all.iter().map(|(fact, _)| *fact).collect(), odd, file, lowered)])
}

/// Whether an environment that a value names is the one that it stands in: `dev` where things are
/// deployed is `local` where they are written.
fn is_self(own: &Environment, named: &Environment) -> bool {
    let part = || crate::catalog::words(own.name()).any(|word| word == named.name());
    own == named || matches!((own.name(), named.name()), ("local", "dev") | ("ci", "test")) || part()
}

fn names_own(fact: &Fact, variable: &Variable) -> bool {
    variable.names.iter().any(|named| is_self(&fact.environment, named))
}

fn names_other(fact: &Fact, variable: &Variable) -> bool {
    !variable.names.is_empty() && !names_own(fact, variable)
}

/// A value names no other environment, where the others' values name their own.
pub(super) fn own_environment<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let all: Vec<(&'f Fact, &'f Variable)> = case.literal().filter(|(_, variable)| variable.shape != Some(Shape::List)).collect();
    let foreign: Vec<&'f Fact> =
        all.iter().filter(|(fact, variable)| fact.environment.rank() >= 3 && names_other(fact, variable)).map(|(fact, _)| *fact).collect();
    if all.len() < 2 {
        return None;
    }
    let present: BTreeSet<&Environment> = case.family.members.iter().map(|member| &member.environment).collect();
    let mut failures = Vec::new();
    // A reference to another environment's file is told by itself.
    for fact in foreign.into_iter().filter(|fact| !case.matrix.settings.leads_elsewhere(fact)) {
        let Some(variable) = fact.value.variable.as_deref() else { continue };
        let named = variable.names.first();
        // What it names must be a place of its own here, and say the same.
        let owner = all.iter().find(|(other, said)| named.is_some_and(|named| is_self(&other.environment, named)) && said.print == variable.print);
        let owns: Vec<&'f Fact> =
            all.iter().filter(|(other, said)| names_own(other, said) && said.print_kin == variable.print_kin).map(|(other, _)| *other).collect();
        let siblings = siblings(case, fact);
        let known = named.is_some_and(|named| present.iter().any(|environment| is_self(environment, named)));
        let practice = named.is_some_and(|named| case.matrix.settings.borrows(&fact.environment, named));
        let convinced = known && !practice && owner.is_some() && (owns.len() >= 3 && owns.len() * 2 >= all.len() || siblings.len() >= 2);
        if !convinced {
            continue;
        }
        let place = fact.place.path.as_str();
        let mut disagreeing = vec![fact];
        disagreeing.extend(owner.map(|(other, _)| *other));
        let named = named.map_or("", |named| named.name());
        let mut outcome = case.fails(disagreeing, Some(fact.environment.clone()), format!("{place} names {named}"), 0);
        outcome.beside.extend(siblings.into_iter().chain(owns).take(6));
        failures.push(outcome);
    }
    Some(failures)
}

/// Values of the same key and environment in families beside this one that name their own environment.
fn siblings<'f>(case: &Case<'_, 'f>, fact: &'f Fact) -> Vec<&'f Fact> {
    let settings = &case.matrix.settings;
    let above = |label: &str| crate::files::folder(crate::files::folder(label)).to_owned();
    let home = above(case.label);
    let mut found = Vec::new();
    for family in settings.families().filter(|family| family.label.as_str() != case.label && above(family.label.as_str()) == home) {
        for other in settings.said(family.label.as_str(), case.key()) {
            let named = other.value.variable.as_deref().is_some_and(|variable| names_own(other, variable));
            if named && is_own(other) && other.environment == fact.environment {
                found.push(*other);
            }
        }
    }
    found
}

/// A file that a value leads to is the own environment's.
pub(super) fn own_file<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let wrong: Vec<&'f Fact> = case.own().filter(|(_, variable)| variable.stance == Stance::Foreign).map(|(fact, _)| fact).collect();
    let failures = wrong
        .iter()
        .map(|fact| {
            // Who does so everywhere has no files of its own on purpose.
            let practice = fact
                .value
                .variable
                .as_deref()
                .is_some_and(|variable| variable.names.iter().any(|named| case.matrix.settings.borrows(&fact.environment, named)));
            let mut outcome = case.fails(vec![fact], Some(fact.environment.clone()), fact.place.path.as_str().to_owned(), if practice { 2 } else { 0 });
            outcome.beside = unheard(case, fact);
            outcome
        })
        .collect();
    (case.own().next().is_some()).then_some(failures)
}

/// What the own environment's file says that is never heard: the first few keys.
fn unheard<'f>(case: &Case<'_, 'f>, fact: &'f Fact) -> Vec<&'f Fact> {
    const FEW: usize = 4;
    let Some(own) = fact.via.first() else { return Vec::new() };
    let settings = &case.matrix.settings;
    let family = settings.families().find(|family| family.members.iter().any(|member| member.path == own.path));
    let said = family.into_iter().flat_map(|family| settings.keys_of(family.label.as_str())).flat_map(|(_, said)| said.iter().copied());
    said.filter(|other| is_own(other) && other.place.path == own.path).take(FEW).collect()
}

/// In production an address does not lead to this machine, where another environment found it
/// necessary to say another one.
pub(super) fn not_loopback<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let prod: Vec<(&'f Fact, &'f Variable)> = case.facts.iter().copied().filter(|(fact, _)| fact.environment == Environment::prod()).collect();
    let loopback = |variable: &Variable| {
        variable.content == Content::Literal
            && variable.address.as_ref().is_some_and(|address| address.place == Where::Loopback && address.host.as_str() != "0.0.0.0")
    };
    let wrong: Vec<&'f Fact> =
        prod.iter().filter(|(_, variable)| loopback(variable) && !case.catalog.variables.is_listener(last(case.key()))).map(|(fact, _)| *fact).collect();
    let elsewhere: Vec<&'f Fact> = case
        .literal()
        .filter(|(fact, variable)| {
            fact.environment != Environment::prod()
                && variable.address.is_some()
                && Some(variable.print) != wrong.first().and_then(|fact| fact.value.variable.as_deref()).map(|v| v.print)
        })
        .map(|(fact, _)| fact)
        .collect();
    if prod.is_empty() || super::keys::is_given(case.key()) {
        return None;
    }
    if wrong.is_empty() || elsewhere.is_empty() || is_overridden(case) {
        return Some(Vec::new());
    }
    let file = wrong.first().map_or("", |fact| fact.place.path.as_str()).to_owned();
    let mut all = wrong;
    all.extend(elsewhere);
    Some(vec![case.fails(all, Some(Environment::prod()), file, 0)])
}

/// Whether a variable of the key's name is given somewhere: frameworks take it before any file.
fn is_overridden(case: &Case<'_, '_>) -> bool {
    let key = letters(case.key());
    case.matrix.variables.names_given().any(|name| letters(name) == key)
}

/// What production runs in is tried before: the region of a cloud.
pub(super) fn same_region<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let regions: Vec<&'f Fact> = case
        .literal()
        .map(|(fact, _)| fact)
        .filter(|fact| fact.environment.is_deployed() && case.catalog.families.is_region(fact.value.text.as_str()))
        .collect();
    let prod = regions.iter().find(|fact| fact.environment == Environment::prod())?;
    let same = |fact: &&&Fact| fact.value.text == prod.value.text;
    let others: Vec<&&'f Fact> = regions.iter().filter(|fact| fact.environment != Environment::prod()).collect();
    if others.is_empty() || others.iter().any(same) {
        return Some(Vec::new());
    }
    // Another partition has other services; another region of the same mostly has not.
    let partition = |fact: &Fact| ["us-gov", "cn-"].iter().position(|head| fact.value.text.as_str().starts_with(head));
    let lowered = usize::from(others.iter().any(|fact| partition(fact) == partition(prod)));
    Some(vec![case.fails(regions.clone(), Some(Environment::prod()), String::new(), lowered)])
}

/// Whether some of these values name their own environment: then what names none is production's.
fn names_theirs(all: &[(&Fact, &Variable)]) -> bool {
    all.iter().any(|(fact, variable)| names_own(fact, variable))
}

/// Among many full copies no single one has another text.
pub(super) fn alike<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let all: Vec<(&'f Fact, &'f Variable)> =
        case.literal().filter(|(_, variable)| !variable.secret && matches!(variable.shape, Some(Shape::Text | Shape::List))).collect();
    if all.len() < 4 || all.len() * 2 < case.family.members.len() {
        return None;
    }
    let mut said: BTreeMap<Option<Print>, Vec<&'f Fact>> = BTreeMap::new();
    for (fact, variable) in &all {
        said.entry(variable.print_kin).or_default().push(fact);
    }
    let odd = said.values().find(|facts| facts.len() == 1).and_then(|facts| facts.first()).copied();
    let Some(odd) = odd.filter(|odd| {
        said.len() == 2 && odd.role == Role::Pin && odd.value.variable.as_deref().is_some_and(|variable| variable.names.is_empty()) && !names_theirs(&all)
    }) else {
        return Some(Vec::new());
    };
    // Paths are the application's, not the environment's; else production is what differs from all others.
    let path = odd.value.text.as_str().starts_with('/');
    if !path && (odd.environment == Environment::prod() || case.key().contains('[')) {
        return Some(Vec::new());
    }
    let file = odd.place.path.as_str().to_owned();
    Some(vec![case.fails(all.iter().map(|(fact, _)| *fact).collect(), Some(odd.environment.clone()), file, usize::from(!path))])
}
