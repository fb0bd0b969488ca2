//! Values: what does not belong where it stands, what differs in kind between environments. Values are
//! not compared otherwise: that they differ is what variables are for.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Failures, copes, is_required};
use crate::judge::Demand;
use crate::model::{Content, Environment, Fact, Need, Print, Role, Shape, Stance, Variable, Where};

/// The facts of deployed environments that hold a literal value.
pub(super) fn literal<'f>(case: &Case<'_, 'f>) -> Vec<(&'f Fact, &'f Variable)> {
    case.set().filter(|(_, variable)| variable.content == Content::Literal).collect()
}

pub(super) fn is_prod(fact: &Fact) -> bool {
    fact.environment == Environment::prod()
}

/// One file says one thing.
pub(super) fn once<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let mut files: BTreeMap<&str, Vec<(&'f Fact, &'f Variable)>> = BTreeMap::new();
    for (fact, variable) in case.of(Stance::Offered) {
        files.entry(fact.place.path.as_str()).or_default().push((fact, variable));
    }
    if files.is_empty() {
        return None;
    }
    let mut failures = Vec::new();
    for (path, facts) in files {
        let prints: BTreeSet<Option<Print>> = facts.iter().map(|(_, variable)| variable.print).collect();
        let lines: BTreeSet<u32> = facts.iter().map(|(fact, _)| fact.place.line).collect();
        if prints.len() > 1 && lines.len() > 1 {
            failures.push(case.fails(super::facts(&facts), None, path.to_owned(), usize::from(facts.iter().any(|(fact, _)| fact.environment.rank() == 0))));
        }
    }
    Some(failures)
}

/// What a reader found by itself: of one file and phrase once.
pub(super) fn flagged<'f>(case: &Case<'_, 'f>, stance: Stance) -> Failures<'f> {
    let mut said: BTreeMap<(&str, &str), Vec<&'f Fact>> = BTreeMap::new();
    for (fact, _) in case.of(stance) {
        said.entry((fact.value.text.as_str(), fact.place.path.as_str())).or_default().push(fact);
    }
    let failures: Vec<_> = said
        .into_iter()
        .map(|((phrase, _), facts)| {
            let mut outcome = case.fails(facts, None, phrase.to_owned(), 0);
            let same = case.matrix.variables.reads_of(case.name()).chain(case.matrix.variables.documented(case.name()));
            outcome.beside = super::few(same, 8);
            // Where somebody else is led to under the same name.
            let led = |fact: &&Fact| stance == Stance::Unreachable && fact.value.variable.as_deref().is_some_and(|variable| variable.address.is_some());
            outcome.beside.extend(super::few(case.matrix.variables.given(case.name()).filter(led), 4));
            outcome
        })
        .collect();
    (!failures.is_empty() || case.set().next().is_some()).then_some(failures)
}

/// What is passed on from a variable that nobody sets arrives empty, and an empty value keeps the
/// default of its reader from being used.
pub(super) fn default_holds<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    // `||` in JavaScript takes the default for an empty value as well.
    let script = |fact: &Fact| [".js", ".ts", ".tsx", ".jsx", ".mjs", ".cjs", ".vue", ".svelte"].iter().any(|end| fact.place.path.as_str().ends_with(end));
    let reads: Vec<&'f Fact> = case
        .reads()
        .iter()
        .map(|(fact, _)| *fact)
        .filter(|fact| fact.role == Role::Default && !script(fact) && fact.value.text.as_str() != "default empty")
        .collect();
    let empty: Vec<&'f Fact> =
        case.of(Stance::Given).filter(|(fact, variable)| variable.content == Content::Unset && fact.format == "compose").map(|(fact, _)| fact).collect();
    if reads.is_empty() || empty.is_empty() {
        return (!reads.is_empty()).then(Vec::new);
    }
    let environments: BTreeSet<&Environment> = empty.iter().map(|fact| &fact.environment).collect();
    let title = empty.first().map_or(String::new(), |fact| fact.place.path.as_str().to_owned());
    let odd = if environments.len() == 1 { environments.first().map(|e| (*e).clone()) } else { None };
    let mut all = reads;
    all.extend(empty);
    Some(vec![case.fails(all, odd, title, 0)])
}

/// An expression without its brackets is text.
pub(super) fn evaluated<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let given: Vec<(&'f Fact, &'f Variable)> = case.of(Stance::Given).collect();
    let bare: Vec<(&'f Fact, &'f Variable)> = given.iter().copied().filter(|(_, variable)| variable.bare_expression).collect();
    if given.is_empty() {
        return None;
    }
    if bare.is_empty() {
        return Some(Vec::new());
    }
    let mut all = super::facts(&bare);
    all.extend(given.iter().filter(|(_, variable)| !variable.bare_expression).map(|(fact, _)| *fact));
    Some(vec![case.fails(all, None, bare.first().map_or(String::new(), |(fact, _)| fact.place.path.as_str().to_owned()), 0)])
}

/// In production no address leads to this machine, nor to a host that is kept for examples.
pub(super) fn host<'f>(case: &Case<'_, 'f>, demand: Demand) -> Failures<'f> {
    let wanted = if demand == Demand::NotLoopback { Where::Loopback } else { Where::Example };
    let addresses: Vec<(&'f Fact, &'f Variable)> = literal(case).into_iter().filter(|(_, variable)| variable.address.is_some()).collect();
    if addresses.is_empty() {
        return None;
    }
    let wrong = |fact: &Fact, variable: &Variable| {
        let address = variable.address.as_ref();
        // A server that listens on all addresses of its own says so with 0.0.0.0.
        let binds = address.is_some_and(|address| address.host.as_str() == "0.0.0.0") || case.catalog.variables.is_listener(case.name());
        is_prod(fact) && address.is_some_and(|address| address.place == wanted) && !binds && is_running(case, fact) && !is_borrowed(case, fact)
    };
    let failing: Vec<&'f Fact> = addresses.iter().filter(|(fact, variable)| wrong(fact, variable)).map(|(fact, _)| *fact).collect();
    if failing.is_empty() {
        return Some(Vec::new());
    }
    let title = failing.first().map_or(String::new(), |fact| fact.place.path.as_str().to_owned());
    Some(vec![case.fails(failing, Some(Environment::prod()), title, 0)])
}

/// Whether a value was taken, for want of a real one, from a template or from the developers' own file.
fn is_borrowed(case: &Case<'_, '_>, fact: &Fact) -> bool {
    let local = |path: &str| {
        case.matrix.variables.lists_of_setup(path).any(|list| list.offered && (list.environment.rank() == 0 || *list.environment == Environment::local()))
    };
    fact.via.iter().chain([&fact.place]).any(|place| case.catalog.variables.is_template(place.path.as_str()) || local(place.path.as_str()))
}

/// Whether a fact says what runs in its environment, not what a sample suggests.
fn is_running(case: &Case<'_, '_>, fact: &Fact) -> bool {
    let own = case.matrix.variables.list_of(fact).any(|list| list.own);
    own && (fact.place.path == fact.setup || !case.catalog.variables.is_template(fact.place.path.as_str()))
}

/// No placeholder is left in what is deployed.
pub(super) fn placeholder<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let all = literal(case);
    if all.is_empty() {
        return None;
    }
    let wrong: Vec<&'f Fact> = all
        .iter()
        .filter(|(fact, variable)| {
            variable.placeholder && variable.secret && fact.environment.is_deployed() && is_running(case, fact) && fact.format != "compose"
        })
        .map(|(fact, _)| *fact)
        .collect();
    if wrong.is_empty() {
        return Some(Vec::new());
    }
    let title = wrong.first().map_or(String::new(), |fact| fact.environment.name().to_owned());
    Some(vec![case.fails(wrong, None, title, 0)])
}

/// Debugging is off in production.
pub(super) fn debug<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let all = literal(case);
    if all.is_empty() || !case.catalog.variables.is_debug(case.name()) {
        return None;
    }
    let wrong: Vec<&'f Fact> =
        all.iter().filter(|(fact, variable)| is_prod(fact) && variable.truth == Some(true) && is_running(case, fact)).map(|(fact, _)| *fact).collect();
    if wrong.is_empty() {
        return Some(Vec::new());
    }
    let title = wrong.first().map_or(String::new(), |fact| fact.place.path.as_str().to_owned());
    Some(vec![case.fails(wrong, Some(Environment::prod()), title, 0)])
}

/// A value names no other environment than its own, where the others' values name theirs.
pub(super) fn own_environment<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let all: Vec<(&'f Fact, &'f Variable)> =
        literal(case).into_iter().filter(|(fact, variable)| fact.environment.rank() >= 3 && variable.address.is_some()).collect();
    let environments: BTreeSet<&Environment> = all.iter().map(|(fact, _)| &fact.environment).collect();
    if environments.len() < 2 {
        return None;
    }
    let names_own = |fact: &Fact, variable: &Variable| variable.names.contains(&fact.environment);
    let owning = all.iter().filter(|(fact, variable)| names_own(fact, variable)).count();
    let wrong: Vec<&'f Fact> = all
        .iter()
        .filter(|(fact, variable)| {
            let [other] = variable.names.as_slice() else { return false };
            // The other environment is one of this repository, and it has the very same value.
            let twin = all.iter().any(|(there, theirs)| there.environment == *other && theirs.print == variable.print);
            *other != fact.environment && environments.contains(other) && twin && owning >= 2
        })
        .map(|(fact, _)| *fact)
        .collect();
    let whose: BTreeSet<&Environment> = wrong.iter().map(|fact| &fact.environment).collect();
    let (Some(one), 1) = (wrong.first(), whose.len()) else { return Some(Vec::new()) };
    let environment = one.environment.clone();
    let others = all.iter().map(|(fact, _)| *fact).filter(|fact| fact.environment != environment);
    let facts = wrong.iter().copied().chain(others).collect();
    Some(vec![case.fails(facts, Some(environment.clone()), environment.name().to_owned(), 0)])
}

/// A secret is not the same in production and elsewhere.
pub(super) fn unshared<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let real = |fact: &Fact| !case.catalog.variables.is_template(fact.place.path.as_str());
    let all: Vec<(&'f Fact, &'f Variable)> = literal(case).into_iter().filter(|(fact, variable)| variable.exposed && variable.secret && real(fact)).collect();
    let environments: BTreeSet<&Environment> = all.iter().map(|(fact, _)| &fact.environment).collect();
    if environments.len() < 2 {
        return (!all.is_empty()).then(Vec::new);
    }
    let prints: BTreeSet<Print> = all.iter().filter(|(fact, _)| is_prod(fact)).filter_map(|(_, variable)| variable.print).collect();
    let same: Vec<&'f Fact> = all.iter().filter(|(_, variable)| variable.print.is_some_and(|print| prints.contains(&print))).map(|(fact, _)| *fact).collect();
    let shared: BTreeSet<&str> = same.iter().map(|fact| fact.environment.name()).collect();
    if shared.len() < 2 {
        return Some(Vec::new());
    }
    // A stack that is only a sample has the same password wherever it stands.
    let sample = same.iter().all(|fact| fact.format == "compose");
    Some(vec![case.fails(same, None, shared.into_iter().collect::<Vec<_>>().join(", "), usize::from(sample))])
}

/// What production gets does not come from the file that developers keep for themselves.
pub(super) fn not_from_local<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let all: Vec<(&'f Fact, &'f Variable)> = literal(case).into_iter().filter(|(fact, _)| is_prod(fact)).collect();
    if all.is_empty() {
        return None;
    }
    let offers: Vec<&'f Fact> =
        case.matrix.variables.given(case.name()).filter(|fact| fact.format == "env_file" && fact.environment == Environment::local()).collect();
    let from = |fact: &Fact, offer: &Fact| {
        fact.setup != offer.setup && (fact.place.path == offer.place.path || fact.via.iter().any(|place| place.path == offer.place.path))
    };
    // A stack that has no other env file is configured by this one, on whatever machine it runs.
    let alone = |offer: &Fact| !case.matrix.variables.has_sibling_file(offer.setup.as_str());
    let wrong: Vec<&'f Fact> = all.iter().map(|(fact, _)| *fact).filter(|fact| offers.iter().any(|offer| from(fact, offer) && !alone(offer))).collect();
    if wrong.is_empty() {
        return Some(Vec::new());
    }
    let risky = all.iter().any(|(_, variable)| {
        variable.truth == Some(true) && case.catalog.variables.is_debug(case.name()) || variable.address.as_ref().is_some_and(|a| a.place == Where::Loopback)
    });
    let title = offers.first().map_or(String::new(), |offer| offer.place.path.as_str().to_owned());
    let mut outcome = case.fails(wrong, Some(Environment::prod()), title, usize::from(!risky));
    outcome.beside = offers;
    Some(vec![outcome])
}

/// No secret of a deployed environment stands in the repository in clear.
pub(super) fn sealed<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let all = literal(case);
    if all.is_empty() {
        return None;
    }
    let exposed = |fact: &Fact, variable: &Variable| {
        variable.exposed
            && !fact.is_live()
            && fact.environment.is_deployed()
            && fact.format != "compose"
            && !case.catalog.variables.is_template(fact.place.path.as_str())
            && is_running(case, fact)
    };
    let wrong: Vec<&'f Fact> = all.iter().filter(|(fact, variable)| exposed(fact, variable)).map(|(fact, _)| *fact).collect();
    if wrong.is_empty() {
        return Some(Vec::new());
    }
    let title: BTreeSet<&str> = wrong.iter().map(|fact| fact.place.path.as_str()).collect();
    Some(vec![case.fails(wrong, None, title.into_iter().collect::<Vec<_>>().join(", "), 0)])
}

/// A value is of the same type in every deployed environment.
pub(super) fn same_type<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let all: Vec<(&'f Fact, Shape)> = literal(case)
        .into_iter()
        .filter(|(fact, variable)| fact.environment.rank() >= 3 && !variable.placeholder)
        .filter_map(|(fact, variable)| Some((fact, variable.shape?)))
        .collect();
    let shapes: BTreeMap<Shape, BTreeSet<&Environment>> =
        all.iter().filter(|(_, shape)| *shape != Shape::Empty).fold(BTreeMap::new(), |mut map, (fact, shape)| {
            map.entry(*shape).or_insert_with(BTreeSet::new).insert(&fact.environment);
            map
        });
    let environments: BTreeSet<&Environment> = all.iter().map(|(fact, _)| &fact.environment).collect();
    if environments.len() < 3 {
        return None;
    }
    let lone: Vec<&Environment> = shapes.values().filter(|all| all.len() == 1).filter_map(|all| all.first().copied()).collect();
    // A text can be anything; that a number or a truth value turned into one is telling.
    let typed = shapes.iter().any(|(shape, all)| all.len() >= 2 && matches!(shape, Shape::Boolean | Shape::Number | Shape::Url));
    match (shapes.len(), lone.as_slice()) {
        (2, [odd]) if typed => Some(vec![case.fails(all.iter().map(|(fact, _)| *fact).collect(), Some((*odd).clone()), odd.name().to_owned(), 0)]),
        _ => Some(Vec::new()),
    }
}

/// What code cannot do without is not empty.
pub(super) fn not_empty<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let reads = case.reads();
    if !is_required(&reads) || copes(&reads) {
        return None;
    }
    let empty: Vec<&'f Fact> = literal(case)
        .into_iter()
        .filter(|(fact, variable)| variable.shape == Some(Shape::Empty) && is_running(case, fact) && fact.environment.is_deployed())
        .map(|(fact, _)| fact)
        .collect();
    if empty.is_empty() {
        return Some(Vec::new());
    }
    let odd = empty.first().map(|fact| fact.environment.clone());
    let title = empty.first().map_or(String::new(), |fact| fact.place.path.as_str().to_owned());
    let mut all: Vec<&'f Fact> = reads.iter().filter(|(_, variable)| variable.need == Need::Required).map(|(fact, _)| *fact).collect();
    all.extend(empty);
    Some(vec![case.fails(all, odd, title, 0)])
}
