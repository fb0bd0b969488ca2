//! Relations of installations: what ships is installed from the lock file, and what is installed by its
//! name is what the manifest lists.

use std::collections::BTreeSet;

use super::{Outcome, failure, nothing_to_compare, passed};
use crate::align::Row;
use crate::judge::rule::Installing;
use crate::model::{Environment, Fact, Form, Install, Scope, Spec};

/// The format of what images are built from.
const IMAGE: &str = "dockerfile";

/// How many places that do it right are shown.
const EXAMPLES: usize = 4;

/// Holds a demand against one package manager or one package.
pub(super) fn hold<'f>(wanted: Installing, row: &Row<'f>) -> Vec<Outcome<'f>> {
    match wanted {
        Installing::Locked => locked(row),
        Installing::Admitted => by_name(row, is_refused, |fact| fact.scope == Scope::Run),
        Installing::Pinned => by_name(row, is_open, |_| true),
        Installing::Abreast => abreast(row),
    }
}

/// Whether nothing that is listed admits what is installed. Who bounds a version in a workflow by hand keeps
/// something working there.
fn is_refused(fact: &Fact, spec: &Spec, listed: &[&Spec]) -> bool {
    let by_hand = spec.is_range() && fact.format != IMAGE;
    !spec.is_floating() && !by_hand && !listed.iter().any(|other| spec.meets(other, 4))
}

/// Whether whatever is newest is installed of what is listed with an upper end.
fn is_open(_: &Fact, spec: &Spec, listed: &[&Spec]) -> bool {
    spec.is_floating() && !listed.iter().any(|other| other.is_floor())
}

fn of<'f>(row: &Row<'f>, install: Install) -> Vec<&'f Fact> {
    row.facts().filter(|fact| fact.form == Form::Install(install)).collect()
}

/// Whether something is done in building what is deployed.
fn ships(fact: &Fact) -> bool {
    fact.environment.is_deployed() && matches!(fact.scope, Scope::Run | Scope::Build)
}

/// Texts that differ, in a line.
fn told<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    texts.collect::<BTreeSet<&str>>().into_iter().collect::<Vec<_>>().join(", ")
}

/// The environment of all these facts, where it is one.
fn alone(facts: &[&Fact]) -> Option<Environment> {
    let environments: BTreeSet<&Environment> = facts.iter().map(|fact| &fact.environment).collect();
    environments.first().filter(|_| environments.len() == 1).map(|environment| (*environment).clone())
}

fn locked<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    let loose: Vec<&Fact> = of(row, Install::Unlocked).into_iter().filter(|fact| ships(fact)).collect();
    let keeping: Vec<&Fact> = of(row, Install::Locked).into_iter().filter(|fact| fact.environment.rank() > Environment::local().rank()).collect();
    if loose.is_empty() || keeping.is_empty() {
        return if loose.is_empty() && keeping.is_empty() { nothing_to_compare(row) } else { passed(row) };
    }
    // Where one place of many is strict, that one may be the exception.
    let places: BTreeSet<_> = keeping.iter().map(|fact| fact.place.key()).collect();
    let grave = loose.iter().any(|fact| fact.format == IMAGE) && (places.len() > 1 || keeping.iter().any(|fact| fact.format == IMAGE));
    let speaks_of = told(loose.iter().map(|fact| fact.place.path.as_str()));
    let shown: Vec<&Fact> = keeping.into_iter().take(EXAMPLES).collect();
    let groups = told(shown.iter().map(|fact| fact.value.text.as_str()));
    let odd = alone(&loose);
    vec![Outcome { groups, speaks_of, ..failure(row, [loose, shown].concat(), odd, usize::from(!grave)) }]
}

/// Tools that are as new as all the packages that they belong to, as far as their majors tell.
fn abreast<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    let major = |fact: &Fact| fact.value.spec.as_ref().and_then(|spec| spec.line(1));
    let (tools, listed) = (of(row, Install::Tool), of(row, Install::Listed));
    if tools.is_empty() || listed.is_empty() {
        return nothing_to_compare(row);
    }
    let behind = |tool: &Fact| listed.iter().all(|package| major(tool) < major(package));
    let wrong: Vec<&Fact> = tools.into_iter().filter(|tool| behind(tool)).collect();
    if wrong.is_empty() {
        return passed(row);
    }
    let texts = |facts: &[&Fact]| told(facts.iter().map(|fact| fact.value.text.as_str()));
    let paths = |facts: &[&Fact]| told(facts.iter().map(|fact| fact.place.path.as_str()));
    let groups = format!("{} has {} where {} has {}", paths(&wrong), texts(&wrong), paths(&listed), texts(&listed));
    vec![Outcome { groups, ..failure(row, [wrong, listed].concat(), None, 0) }]
}

/// Packages that CI or what ships installs by name, held against what is listed.
fn by_name<'f>(row: &Row<'f>, breaks: impl Fn(&Fact, &Spec, &[&Spec]) -> bool, grave: impl Fn(&Fact) -> bool) -> Vec<Outcome<'f>> {
    let listed = of(row, Install::Listed);
    let specs: Vec<&Spec> = listed.iter().filter_map(|fact| fact.value.spec.as_ref()).collect();
    let counts = |fact: &&Fact| ships(fact) || fact.environment == Environment::ci() && matches!(fact.scope, Scope::Run | Scope::Aside);
    let named = of(row, Install::Named).into_iter().filter(counts);
    let named: Vec<&Fact> = named.chain(of(row, Install::Bundled).into_iter().filter(|fact| fact.environment.rank() != 0)).collect();
    if named.is_empty() || specs.is_empty() {
        return nothing_to_compare(row);
    }
    let wrong: Vec<&Fact> = named.into_iter().filter(|fact| fact.value.spec.as_ref().is_some_and(|spec| breaks(fact, spec, &specs))).collect();
    if wrong.is_empty() {
        return passed(row);
    }
    // A manifest of another folder may be about another use of the package.
    let elsewhere = !listed.iter().any(|fact| crate::files::folder(fact.place.path.as_str()) == row.component);
    let lowered = usize::from(elsewhere) + usize::from(!wrong.iter().any(|fact| fact.format == IMAGE && ships(fact) && grave(fact)));
    let paths = told(wrong.iter().map(|fact| fact.via.first().unwrap_or(&fact.place).path.as_str()));
    let groups = told(listed.iter().map(|fact| fact.place.path.as_str()));
    // Packages are told together where one sentence holds for all of them.
    let speaks_of = if wrong.iter().any(|fact| fact.value.spec.as_ref().is_some_and(Spec::is_floating)) {
        paths
    } else {
        let texts = |facts: &[&Fact]| told(facts.iter().map(|fact| fact.value.text.as_str()));
        let does = if wrong.iter().any(|fact| fact.form == Form::Install(Install::Bundled)) { "runs" } else { "installs" };
        format!("{paths} {does} {} where {groups} admits {}", texts(&wrong), texts(&listed))
    };
    let odd = alone(&wrong);
    vec![Outcome { groups, speaks_of, ..failure(row, [wrong, listed].concat(), odd, lowered) }]
}
