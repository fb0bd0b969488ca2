//! Names: what is given and nobody reads, what is read and nowhere documented, what is likely a slip
//! of another name, what is set where it has no effect.

use std::collections::BTreeSet;

use super::similar::slip;
use super::{Case, Failures, copes, facts, is_required};
use crate::align::List;
use crate::files::folder;
use crate::model::{Fact, Scope, Stance, Variable};

/// What is offered or given is read by something.
pub(super) fn read<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let all: Vec<(&'f Fact, &'f Variable)> = case
        .of(Stance::Offered)
        .chain(case.of(Stance::Mentioned))
        .chain(case.of(Stance::Given))
        .chain(case.of(Stance::Declared))
        .filter(|(fact, _)| !fact.is_live())
        .collect();
    if all.is_empty() || !is_judgeable(case) {
        return None;
    }
    if case.matrix.variables.may_be_read(case.name(), &case.row.component) {
        return Some(Vec::new());
    }
    let own: Vec<&'f Fact> = all.iter().filter(|(fact, _)| is_of_the_project(case, fact)).map(|(fact, _)| *fact).collect();
    let Some(first) = own.first() else { return Some(Vec::new()) };
    let setup = first.setup.as_str().to_owned();
    Some(vec![case.fails(own, None, setup, 0)])
}

/// Whether it can be told that nobody reads a name: the project's code is understood and no tool or
/// platform is known to read it.
fn is_judgeable(case: &Case<'_, '_>) -> bool {
    case.matrix.variables.is_understood(&case.row.component) && !case.catalog.variables.is_read_by_tools(case.name()) && !case.name().contains(['.', '-'])
}

/// Whether a fact stands in a list of the project's own code, not in that of somebody else's image.
fn is_of_the_project(case: &Case<'_, '_>, fact: &Fact) -> bool {
    if fact.format == "code" {
        return true;
    }
    case.matrix.variables.list_of(fact).any(|list| list.own)
}

/// What code reads stands in the template that its component has.
pub(super) fn documented<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let reads = case.reads();
    if reads.is_empty() || case.is_provided() {
        return None;
    }
    let templates = templates(case);
    if templates.is_empty() {
        return None;
    }
    let variables = &case.matrix.variables;
    let known = |name: &str| variables.documented(name).any(|fact| !is_read_here(fact));
    if known(case.name()) || known(&format!("{}_FILE", case.name())) {
        return Some(Vec::new());
    }
    // What a job of a workflow is given is the job's affair.
    let process = |fact: &&Fact| !(fact.is_of_pipeline() || fact.format == "script");
    let environments: BTreeSet<&str> = variables.given(case.name()).filter(process).map(|fact| fact.environment.name()).collect();
    let real = environments.iter().filter(|name| **name != "local").count();
    let setups: BTreeSet<&str> =
        variables.given(case.name()).filter(process).filter(|fact| fact.environment.is_deployed()).map(|fact| fact.setup.as_str()).collect();
    let needed = is_required(&reads) && !copes(&reads);
    // One of a family that cannot do without makes the family worth a line in the template.
    let files: BTreeSet<&str> = reads.iter().map(|(fact, _)| fact.place.path.as_str()).collect();
    let family = || case.name().contains('_') && files.iter().any(|path| variables.requires_family(case.name(), path));
    // A library is given nothing itself, and tools' names are documented by the tools.
    let runs = variables.lists_of_component(&case.row.component).any(|list| list.environment.name() != "ci")
        || variables.templates_of(&case.row.component).next().is_some();
    let known_elsewhere = case.catalog.variables.is_read_by_tools(case.name());
    // A script that sets a machine up writes it, or the image has it where nobody has to give it: a person who copies
    // the template lacks nothing.
    let all = || variables.given(case.name());
    let comes = all().any(|fact| fact.format == "script" && fact.environment.name() == "local")
        || !needed && all().next().is_some() && all().all(|fact| fact.format == "dockerfile");
    let lowered = usize::from(!runs || known_elsewhere || comes || !(needed || real >= 2 || setups.len() >= 2 || family()));
    let given = variables.given(case.name()).filter(|fact| environments.len() >= 2 || fact.environment.is_deployed());
    let mut outcome = case.fails(facts(&reads), None, templates.join(", "), lowered);
    outcome.beside = super::few(given, 6);
    Some(vec![outcome])
}

/// Whether a fact of the contract only says that code reads it.
fn is_read_here(fact: &Fact) -> bool {
    fact.format == "code"
}

/// The templates of a component: those of its own folder, else of the nearest above.
fn templates<'f>(case: &Case<'_, 'f>) -> Vec<&'f str> {
    let mut at = case.row.component.as_str();
    loop {
        let here: BTreeSet<&'f str> =
            case.matrix.variables.templates_of(at).filter(|list| list.given.len() + list.mentioned >= 3).map(|list| list.setup).collect();
        if !here.is_empty() || at.is_empty() {
            return here.into_iter().collect();
        }
        at = folder(at);
    }
}

/// No name is a slip of another one.
pub(super) fn spelt<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let variables = &case.matrix.variables;
    let name = case.name();
    let set: Vec<&'f Fact> = case.of(Stance::Given).chain(case.of(Stance::Offered)).chain(case.of(Stance::Mentioned)).map(|(fact, _)| fact).collect();
    let reads = case.reads();
    if set.is_empty() && reads.is_empty() || case.is_provided() {
        return None;
    }
    let nobody_gives = |name: &str| variables.given(name).next().is_none() && variables.documented(name).all(is_read_here);
    if set.is_empty() {
        // Read, and nobody gives it: is something like it given?
        if !nobody_gives(name) || copes(&reads) {
            return Some(Vec::new());
        }
        let words = &case.catalog.variables;
        let like = variables.alike_given(name, words).into_iter().filter(|given| slip(name, given, words));
        // What is given and not read is told under its own name.
        let read = |given: &str| variables.reads_of(given).next().is_some() || variables.uses_of(given).next().is_some();
        let like: Vec<&str> = like.filter(|given| read(given) && variables.given(given).any(|fact| is_near(case, fact))).collect();
        return Some(like.first().map_or_else(Vec::new, |given| vec![told(case, facts(&reads), given)]));
    }
    if variables.reads_of(name).next().is_some() || variables.uses_of(name).next().is_some() || case.catalog.variables.is_read_by_tools(name) {
        return Some(Vec::new());
    }
    let lists: Vec<&List<'f>> = variables.all_of_component(&case.row.component).filter(|list| list.given.contains_key(name)).collect();
    let lacks = |other: &str| lists.iter().any(|list| !list.given.contains_key(other)) || lists.is_empty();
    let here = |other: &str| {
        variables.reads_of(other).any(|fact| fact.scope != Scope::Aside && (fact.component.as_str() == case.row.component || case.row.component.is_empty()))
    };
    // Code that names it reads it in a way that is not understood; only a place that was renamed tells more.
    let words = &case.catalog.variables;
    let like = if variables.is_named(name) { Vec::new() } else { variables.alike_read(name, words) };
    let like = like.into_iter().find(|read| slip(name, read, words) && lacks(read) && here(read));
    let renamed = || lists.iter().find_map(|list| renamed(case, list, &lacks));
    match like.or_else(renamed) {
        // In a comment it misleads whoever uncomments it, and nobody else.
        Some(other) => Some(vec![super::Outcome { lowered: usize::from(case.set().next().is_none()), ..told(case, set, other) }]),
        None => Some(Vec::new()),
    }
}

/// Whether a fact speaks of the row's component or one above or below it.
fn is_near(case: &Case<'_, '_>, fact: &Fact) -> bool {
    let (a, b) = (fact.component.as_str(), case.row.component.as_str());
    a == b || a.is_empty() || b.is_empty()
}

fn told<'f>(case: &Case<'_, 'f>, own: Vec<&'f Fact>, other: &str) -> super::Outcome<'f> {
    let variables = &case.matrix.variables;
    let mut outcome = case.fails(own, None, other.to_owned(), 0);
    let reads = variables.reads_of(other).filter(|fact| fact.scope != Scope::Aside);
    outcome.beside = super::few(reads.chain(variables.given(other)).chain(variables.documented(other)), 16);
    outcome
}

/// The name that stands in a copy of this list where this one does: between the same neighbours. A key
/// that was renamed everywhere but here.
fn renamed<'f>(case: &Case<'_, 'f>, list: &List<'f>, lacks: &dyn Fn(&str) -> bool) -> Option<&'f str> {
    if case.matrix.variables.is_named(case.name()) || !list.offered {
        return None;
    }
    let beside = list.neighbours(case.name())?;
    let twins =
        case.matrix.variables.all_of_component(list.component).filter(|other| other.offered && other.setup != list.setup && super::are_twins(list, other));
    for twin in twins.filter(|twin| !twin.given.contains_key(case.name())) {
        let candidate = twin.between(beside);
        let alike = |other: &&str| other.split('_').filter(|word| case.name().split('_').any(|own| own == *word)).count() >= 2;
        if let Some(other) = candidate.filter(alike).filter(|other| lacks(other) && !list.given.contains_key(other) && case.matrix.variables.is_named(other)) {
            return Some(other);
        }
    }
    None
}

/// Setting a variable where a file of a stack offers it has an effect: somebody forwards it under its
/// own name.
pub(super) fn effective<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let variables = &case.matrix.variables;
    let offers: Vec<&'f Fact> =
        case.of(Stance::Offered).chain(case.of(Stance::Mentioned)).map(|(fact, _)| fact).filter(|fact| fact.format == "env_file").collect();
    if offers.is_empty() || variables.uses_of(case.name()).next().is_some() {
        return (!offers.is_empty()).then(Vec::new);
    }
    let mut failures = Vec::new();
    for offer in offers {
        let home = folder(offer.place.path.as_str());
        let given: Vec<&'f Fact> = variables.given(case.name()).filter(|fact| fact.format == "compose" && folder(fact.setup.as_str()) == home).collect();
        let loaded = variables.stacks_in(home).any(|list| list.takes_from(offer.place.path.as_str()));
        let passed = given.iter().any(|fact| !is_filled(case, fact) || fact.via.iter().any(|place| place.path == offer.place.path));
        // The file of one environment is none of the stack's; what code loads by itself it has without one.
        let by_itself =
            offer.environment.rank() != 0 && crate::files::file_name(offer.place.path.as_str()) != ".env" && variables.loads_files(&case.row.component);
        if loaded || passed || by_itself {
            continue;
        }
        // The process is given this very name, filled from another variable.
        let wired: Vec<&'f Fact> = given.into_iter().filter(|fact| is_filled(case, fact)).collect();
        if let Some(first) = wired.first() {
            let mut outcome = case.fails(vec![offer], None, first.place.path.as_str().to_owned(), 0);
            outcome.beside = wired;
            failures.push(outcome);
        }
    }
    Some(failures)
}

/// Whether a variable is filled in on the line of a fact.
fn is_filled(case: &Case<'_, '_>, fact: &Fact) -> bool {
    case.matrix.variables.is_filled(fact.place.path.as_str(), fact.place.line)
}
