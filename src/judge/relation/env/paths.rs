//! Paths of addresses: an endpoint has the same one in every environment, and a database the same name for
//! tests on a machine and in CI.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Failures};
use crate::model::{Address, Content, Environment, Fact, Print, Scope, Where};

/// The addresses that environments give, with their paths.
fn addresses<'f>(case: &Case<'_, 'f>) -> Vec<(&'f Fact, &'f Address, Print)> {
    let valued = case
        .set()
        .filter(|(fact, variable)| matches!(variable.content, Content::Literal | Content::Default) && !variable.placeholder && fact.scope != Scope::Aside);
    valued
        .filter_map(|(fact, variable)| Some((fact, variable.address.as_ref()?)))
        .filter_map(|(fact, address)| Some((fact, address, *address.tails.first()?)))
        .collect()
}

/// An address leads to the same path in every environment.
pub(super) fn same<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let all = addresses(case);
    if all.len() < 2 {
        return None;
    }
    let failures = endpoint(case, &all).into_iter().chain(database(case, &all)).collect();
    Some(failures)
}

/// Of two paths of an endpoint one is the end of the other: a version or a prefix was put in front in some
/// places and not in all.
fn endpoint<'f>(case: &Case<'_, 'f>, all: &[(&'f Fact, &'f Address, Print)]) -> Option<super::Outcome<'f>> {
    let web: Vec<&(&Fact, &Address, Print)> = all.iter().filter(|(_, address, _)| matches!(address.scheme.as_str(), "http" | "https" | "ws" | "wss")).collect();
    let mut paths: BTreeMap<Print, BTreeSet<&str>> = BTreeMap::new();
    for (fact, _, path) in &web {
        paths.entry(*path).or_default().insert(fact.place.path.as_str());
    }
    let (Some((first, some)), Some((second, others)), 2) = (paths.first_key_value(), paths.last_key_value(), paths.len()) else { return None };
    let ends = |long: &Print, short: &Print| web.iter().any(|(_, address, path)| path == long && address.tails.iter().skip(1).any(|tail| tail == short));
    // A service of the stack in one place at least: what stands elsewhere altogether may have its own paths.
    let own = web.iter().any(|(_, address, _)| matches!(address.place, Where::Neighbour | Where::Loopback));
    if !own || !(ends(first, second) || ends(second, first)) || some.intersection(others).next().is_some() {
        return None;
    }
    // One stack may run in two environments: what counts are the places that say so.
    let odd = match (some.len(), others.len()) {
        (1, 2..) => some,
        (2.., 1) => others,
        // Which of them comes first is chance.
        _ => return Some(case.fails(web.iter().map(|(fact, ..)| *fact).collect(), None, some.max(others).iter().copied().collect::<Vec<_>>().join(", "), 1)),
    };
    let facts: Vec<&'f Fact> = web.iter().map(|(fact, ..)| *fact).collect();
    let environments: BTreeSet<&Environment> = facts.iter().filter(|fact| odd.contains(fact.place.path.as_str())).map(|fact| &fact.environment).collect();
    let alone =
        environments.first().filter(|one| environments.len() == 1 && facts.iter().all(|f| f.environment != ***one || odd.contains(f.place.path.as_str())));
    Some(case.fails(facts.clone(), alone.map(|one| (*one).clone()), odd.iter().copied().collect::<Vec<_>>().join(", "), 0))
}

/// Two names of one test database differ by a sign.
fn database<'f>(case: &Case<'_, 'f>, all: &[(&'f Fact, &'f Address, Print)]) -> Option<super::Outcome<'f>> {
    let engine = |address: &Address| {
        let scheme = address.scheme.as_str().split(['+', ':']).next().unwrap_or("").to_owned();
        case.catalog.services.iter().any(|service| service.class == "database" && service.schemes.contains(&scheme))
    };
    let tests: Vec<&(&Fact, &Address, Print)> = all.iter().filter(|(fact, address, _)| !fact.environment.is_deployed() && engine(address)).collect();
    let clash = |a: &Print, x: &Address, b: &Print, y: &Address| a != b && x.path_kin == y.path_kin;
    let disagreeing = |one: &&&(&'f Fact, &'f Address, Print)| tests.iter().any(|(_, address, path)| clash(&one.2, one.1, path, address));
    let facts: Vec<&'f Fact> = tests.iter().filter(disagreeing).map(|(fact, ..)| *fact).collect();
    let files: BTreeSet<&str> = facts.iter().map(|fact| fact.place.path.as_str()).collect();
    (files.len() > 1).then(|| case.fails(facts.clone(), None, files.into_iter().collect::<Vec<_>>().join(", "), 1))
}
