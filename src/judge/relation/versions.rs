//! Relations of versions: do declarations admit a common version, does one lie within another, does
//! one float where others pin.

use super::crowd::{Version, by_setup, versions};
use super::{Outcome, State, effective, environments, failure, is_lenient, is_pinned, is_unknown, nothing_to_compare, odd_one_out, one_by_one, passed};
use crate::align::{Axis, Cell, Matrix, Row};
use crate::catalog::Catalog;
use crate::judge::{Rule, rule::Across, rule::Numbers, rule::class_of};
use crate::model::{Environment, Fact, Kind, Role, Scope, Spec};

/// How many numbers of two facts are compared.
fn numbers(level: Numbers, a: &Fact, b: &Fact, catalog: &Catalog) -> u8 {
    let major = |fact: &Fact| fact.value.spec.as_ref().map_or(1, |spec| catalog.major_numbers(fact.kind, fact.name.as_str(), spec));
    let major = major(a).min(major(b));
    match level {
        Numbers::Major => major,
        Numbers::Minor => (major + 1).min(4),
        Numbers::Exact => 4,
    }
}

fn meet(level: Numbers, a: &Fact, b: &Fact, catalog: &Catalog) -> bool {
    let numbers = numbers(level, a, b, catalog);
    match (&a.value.spec, &b.value.spec) {
        (Some(x), Some(y)) => x.meets(y, numbers),
        _ => true,
    }
}

pub(super) fn compatible<'f>(rule: &Rule, level: Numbers, row: &Row<'f>, matrix: &Matrix<'_>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    match rule.across {
        Across::Environments | Across::Setups => between_environments(rule, level, row, matrix, catalog),
        Across::Declarations => within_environments(rule, level, row, catalog),
        Across::Stages => between_stages(level, row, catalog),
        Across::Components => between_components(level, row, catalog),
    }
}

/// Whether every two of these facts have a version in common.
fn all_meet(level: Numbers, facts: &[&Fact], catalog: &Catalog) -> bool {
    let versions = versions(facts);
    versions.iter().all(|a| versions.iter().all(|b| meet(level, a.sample, b.sample, catalog)))
}

/// Every two environments have some version in common. An environment that has nothing but the legs
/// of a matrix is held against production by the relation `covers` alone.
fn between_environments<'f>(rule: &Rule, level: Numbers, row: &Row<'f>, matrix: &Matrix<'_>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let cells: Vec<(&Environment, Vec<&Fact>)> = environments(row)
        .map(|(environment, cell)| (environment, effective(cell).into_iter().filter(|fact| is_pinned(fact)).collect::<Vec<_>>()))
        .filter(|(_, facts)| facts.iter().any(|fact| fact.scope != Scope::Matrix))
        .collect();
    if cells.len() < 2 {
        return nothing_to_compare(row);
    }
    let clash = |i: usize, j: usize, level: Numbers| match (cells.get(i), cells.get(j)) {
        (Some((_, left)), Some((_, right))) => !versions(left).iter().any(|a| versions(right).iter().any(|b| meet(level, a.sample, b.sample, catalog))),
        _ => false,
    };
    // A finer rule leaves to the coarser one what that one already says.
    let clash = |i: usize, j: usize| clash(i, j, level) && (level == Numbers::Major || row.kind == Kind::Image || !clash(i, j, Numbers::Major));
    let pairs: Vec<(usize, usize)> = (0..cells.len()).flat_map(|i| (i + 1..cells.len()).map(move |j| (i, j))).filter(|(i, j)| clash(*i, *j)).collect();
    if pairs.is_empty() {
        return passed(row);
    }
    let disagreeing = cells.iter().enumerate().filter(|(i, _)| pairs.iter().any(|(a, b)| a == i || b == i)).flat_map(|(_, (_, facts))| facts.clone()).collect();
    let names: Vec<&Environment> = cells.iter().map(|(environment, _)| *environment).collect();
    let odd = odd_one_out(&names, clash);
    let lenient = |i: &usize| cells.get(*i).is_some_and(|(environment, _)| is_lenient(rule, environment));
    let promoted = pairs.iter().all(|(i, j)| is_promotion(cells.get(*i), cells.get(*j)));
    // A tool counts less anyway: where all others agree, who alone differs is not excused twice.
    let excused = odd.is_some() && class_of(row, catalog).is_some_and(|class| rule.lower_for.iter().any(|other| other == class));
    let lowered = usize::from(promoted || !excused && pairs.iter().all(|(i, j)| lenient(i) || lenient(j)));
    // In a repository whose components differ anyway, what stands at the top speaks of another one.
    let inherits = |i: &usize| cells.get(*i).is_some_and(|(_, facts)| facts.iter().all(|fact| fact.component.as_str() != row.component));
    let elsewhere = if pairs.iter().all(|(i, j)| inherits(i) || inherits(j)) && is_mixed(row, matrix, catalog) { 2 } else { 0 };
    vec![failure(row, disagreeing, odd, lowered + elsewhere)]
}

/// Whether the components of the repository run different lines of a row's subject by themselves.
fn is_mixed(row: &Row<'_>, matrix: &Matrix<'_>, catalog: &Catalog) -> bool {
    let whole = matrix.rows.iter().find(|other| other.axis == Axis::Repository && other.kind == row.kind && other.name == row.name);
    let facts: Vec<&Fact> =
        whole.into_iter().flat_map(Row::facts).filter(|fact| !fact.component.as_str().is_empty() && fact.environment.rank() != 0 && is_pinned(fact)).collect();
    let versions = versions(&facts);
    facts.iter().any(|a| versions.iter().any(|b| b.is_elsewhere(a) && !meet(Numbers::Major, a, b.sample, catalog)))
}

/// Whether the later of two deployed environments only lags behind the earlier one: the newer
/// version is on its way.
fn is_promotion(earlier: Option<&(&Environment, Vec<&Fact>)>, later: Option<&(&Environment, Vec<&Fact>)>) -> bool {
    let (Some((a, ahead)), Some((b, behind))) = (earlier, later) else { return false };
    let ((a, ahead), (b, behind)) = if a.rank() <= b.rank() { ((a, ahead), (b, behind)) } else { ((b, behind), (a, ahead)) };
    let newest = |facts: &[&Fact]| facts.iter().filter_map(|fact| fact.value.spec.as_ref()?.line(4)).max();
    a.is_deployed() && b.is_deployed() && a.rank() < b.rank() && newest(ahead) > newest(behind)
}

/// What files declare. What runs is always one version, whether somebody wanted that one or not.
fn stated(mut facts: Vec<&Fact>) -> Vec<&Fact> {
    facts.retain(|fact| !fact.is_live());
    facts
}

/// All declarations of one environment can hold at once.
fn within_environments<'f>(rule: &Rule, level: Numbers, row: &Row<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let (mut failures, mut compared) = (Vec::new(), false);
    for (environment, cell) in &row.cells {
        let mut facts: Vec<&Fact> = cell.facts.iter().copied().filter(|fact| matches!(fact.scope, Scope::Run | Scope::Aside) && is_pinned(fact)).collect();
        // What runs against what is declared is another rule's business.
        if facts.iter().any(|fact| !fact.is_live()) {
            facts = stated(facts);
        }
        compared |= facts.len() > 1;
        if all_meet(level, &facts, catalog) {
            continue;
        }
        let all = versions(&facts);
        let main: Vec<&Fact> = facts.iter().copied().filter(|fact| fact.scope != Scope::Aside).collect();
        let without_aside = versions(&main);
        let clashes = |fact: &Fact, others: &[Version<'_>]| {
            others.iter().any(|other| {
                let apart = !meet(level, fact, other.sample, catalog) && (level == Numbers::Major || meet(Numbers::Major, fact, other.sample, catalog));
                apart && other.is_rival(fact)
            })
        };
        let disagreeing: Vec<&Fact> = facts.iter().copied().filter(|fact| clashes(fact, &all)).collect();
        if disagreeing.is_empty() {
            continue;
        }
        let aside = !main.iter().any(|fact| clashes(fact, &without_aside));
        let mut outcome = failure(row, disagreeing, None, usize::from(aside) + usize::from(is_lenient(rule, environment)));
        outcome.speaks_of = environment.name().to_owned();
        failures.push(outcome);
    }
    one_by_one(row, failures, compared)
}

/// What builds an image meets what runs it.
fn between_stages<'f>(level: Numbers, row: &Row<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let (mut failures, mut compared) = (Vec::new(), false);
    for (setup, facts) in by_setup(row.facts()) {
        let of = |scope: Scope| -> Vec<&'f Fact> {
            let mut facts: Vec<&Fact> = facts.iter().copied().filter(|fact| fact.scope == scope && is_pinned(fact)).collect();
            facts.dedup_by(|a, b| a.place == b.place);
            facts
        };
        let (build, run) = (of(Scope::Build), of(Scope::Run));
        if build.is_empty() || run.is_empty() {
            continue;
        }
        compared = true;
        if !build.iter().any(|a| run.iter().any(|b| meet(level, a, b, catalog))) {
            let mut outcome = failure(row, build.into_iter().chain(run).collect(), None, 0);
            outcome.speaks_of = setup.to_owned();
            failures.push(outcome);
        }
    }
    one_by_one(row, failures, compared)
}

/// The components of one repository run the same line of releases in production.
fn between_components<'f>(level: Numbers, row: &Row<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let facts: Vec<&Fact> =
        row.facts().filter(|fact| fact.environment.rank() != 0 && matches!(fact.scope, Scope::Run | Scope::Aside) && is_pinned(fact)).collect();
    let versions = versions(&facts);
    let clashes = |fact: &&Fact| versions.iter().any(|other| other.is_elsewhere(fact) && !meet(level, fact, other.sample, catalog));
    let disagreeing: Vec<&Fact> = facts.iter().copied().filter(clashes).collect();
    if disagreeing.is_empty() { passed(row) } else { vec![failure(row, disagreeing, None, 0)] }
}

/// The contract's facts, where they bind this row: a package that nothing of its own runs binds
/// nobody.
fn contract<'f>(row: &Row<'f>) -> Vec<&'f Fact> {
    binding(row).flat_map(effective).filter(|fact| is_pinned(fact)).collect()
}

/// The contract's cell, where it binds the row.
fn binding<'r, 'f>(row: &'r Row<'f>) -> impl Iterator<Item = &'r Cell<'f>> {
    let own = |fact: &&Fact| fact.component.as_str() == row.component;
    let bound = row.component.is_empty() || environments(row).any(|(_, cell)| cell.facts.iter().any(own));
    row.cells.iter().filter(move |(environment, _)| environment.rank() == 0 && bound).map(|(_, cell)| cell)
}

/// What is deployed runs on the line that it is built for, as the contract says. What the contract rules out
/// altogether is told of by the relation that says so.
pub(super) fn built<'f>(row: &Row<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let pins: Vec<&Fact> = binding(row).flat_map(|cell| cell.facts.iter().copied()).filter(|fact| fact.scope == Scope::Build && is_pinned(fact)).collect();
    let deployed = environments(row).filter(|(environment, _)| environment.is_deployed()).flat_map(|(_, cell)| cell.facts.iter().copied());
    let runs: Vec<&Fact> = deployed.filter(|fact| fact.scope == Scope::Run && is_pinned(fact)).collect();
    if pins.is_empty() || runs.is_empty() {
        return nothing_to_compare(row);
    }
    let ruled_out = |fact: &Fact| contract(row).iter().any(|term| term.scope == Scope::Run && !meet(Numbers::Exact, fact, term, catalog));
    // Where CI is on another line than production, that is told already.
    let told = |fact: &Fact| {
        let elsewhere = environments(row).filter(|(environment, _)| !environment.is_deployed()).map(|(_, cell)| effective(cell));
        elsewhere.filter(|facts| !facts.is_empty()).any(|facts| !facts.iter().any(|other| meet(Numbers::Major, fact, other, catalog)))
    };
    let apart = |fact: &Fact| !pins.iter().any(|pin| meet(Numbers::Major, fact, pin, catalog));
    let wrong: Vec<&Fact> = runs.into_iter().filter(|fact| apart(fact) && !ruled_out(fact) && !told(fact)).collect();
    if wrong.is_empty() {
        return passed(row);
    }
    vec![failure(row, wrong.into_iter().chain(pins).collect(), None, 0)]
}

/// Of the versions that are pinned of a runtime, every package takes one. Told is the package that asks for
/// the newest.
pub(super) fn taken<'f>(row: &Row<'f>, matrix: &Matrix<'f>) -> Vec<Outcome<'f>> {
    let runs = |folder: &str| matrix.rows.iter().find(|other| other.axis == Axis::Subject && other.name == row.name && other.component == folder);
    let above = std::iter::successors(Some(row.component.as_str()), |at| (!at.is_empty()).then(|| crate::files::folder(at)));
    let Some(subject) = above.into_iter().find_map(runs) else { return nothing_to_compare(row) };
    let facts = environments(subject).flat_map(|(_, cell)| cell.facts.iter().copied());
    let pins: Vec<&Fact> = facts.filter(|fact| fact.scope != Scope::Aside && fact.role == Role::Pin && is_pinned(fact)).collect();
    let refuses =
        |fact: &&Fact| fact.value.spec.as_ref().is_some_and(|demand| !pins.iter().any(|pin| pin.value.spec.as_ref().is_none_or(|spec| spec.meets(demand, 4))));
    let refusing: Vec<&Fact> = row.facts().filter(refuses).collect();
    let Some(worst) = refusing.iter().copied().max_by_key(|fact| fact.value.spec.as_ref().and_then(|spec| spec.line(4))) else {
        return if pins.is_empty() { nothing_to_compare(row) } else { passed(row) };
    };
    if pins.is_empty() {
        return nothing_to_compare(row);
    }
    let package = worst.workload.as_ref().map_or("a package", |name| name.as_str());
    let failed = failure(row, pins.clone(), None, 0);
    let groups = format!("{package} asks for {}; {}", worst.value.text, failed.groups);
    vec![Outcome { groups, disagreeing: vec![worst], beside: pins, ..failed }]
}

/// What environments run is admitted by the contract. A contract that pins is held at the subject's
/// line of releases; one that gives a range is held to the letter.
pub(super) fn satisfies<'f>(row: &Row<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let contract = contract(row);
    let facts: Vec<&Fact> = environments(row).flat_map(|(_, cell)| cell.facts.clone()).filter(|fact| is_pinned(fact) && fact.scope != Scope::Theirs).collect();
    if contract.is_empty() || facts.is_empty() {
        return nothing_to_compare(row);
    }
    let breaks = |fact: &Fact, term: &Fact| {
        let level = if term.role == Role::Pin { Numbers::Major } else { Numbers::Exact };
        !meet(level, fact, term, catalog)
    };
    let wrong: Vec<&Fact> = facts.into_iter().filter(|fact| contract.iter().any(|term| breaks(fact, term))).collect();
    if wrong.is_empty() {
        return passed(row);
    }
    let terms = contract.into_iter().filter(|term| wrong.iter().any(|fact| breaks(fact, term)));
    let mut broken: Vec<&Environment> = wrong.iter().map(|fact| &fact.environment).collect();
    broken.dedup();
    let odd = if let [one] = broken.as_slice() { Some((*one).clone()) } else { None };
    let lowered = usize::from(wrong.iter().all(|fact| matches!(fact.scope, Scope::Matrix | Scope::Aside)));
    let disagreeing = wrong.iter().copied().chain(terms).collect();
    vec![failure(row, disagreeing, odd, lowered)]
}

/// The newest version that a declaration can resolve to is one that the contract still admits.
pub(super) fn newest_within<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    let contract: Vec<&Fact> = contract(row).into_iter().filter(|fact| fact.role == Role::Range).collect();
    let facts: Vec<&Fact> = environments(row)
        .flat_map(|(_, cell)| effective(cell))
        .filter(|fact| fact.role == Role::Pin && fact.value.spec.as_ref().is_some_and(|spec| spec.precision() < 3))
        .collect();
    if contract.is_empty() || facts.is_empty() {
        return nothing_to_compare(row);
    }
    let outgrows = |fact: &Fact, term: &Fact| match (&fact.value.spec, &term.value.spec) {
        (Some(spec), Some(range)) => spec.meets(range, 4) && !spec.newest_within(range),
        _ => false,
    };
    let wrong: Vec<&Fact> = facts.into_iter().filter(|fact| contract.iter().any(|term| outgrows(fact, term))).collect();
    if wrong.is_empty() {
        return passed(row);
    }
    let terms: Vec<&Fact> = contract.into_iter().filter(|term| wrong.iter().any(|fact| outgrows(fact, term))).collect();
    vec![failure(row, wrong.into_iter().chain(terms).collect(), None, 0)]
}

/// No environment floats where another one, or the contract, pins.
pub(super) fn pinned<'f>(rule: &Rule, row: &Row<'f>) -> Vec<Outcome<'f>> {
    if rule.across == Across::Declarations {
        return pinned_within(row);
    }
    let cells: Vec<(&Environment, Vec<&Fact>)> =
        row.cells.iter().map(|(environment, cell)| (environment, stated(effective(cell)))).filter(|(_, facts)| !facts.is_empty()).collect();
    if cells.len() < 2 {
        return nothing_to_compare(row);
    }
    // An image that installs a pinned version in one of its stages floats in none.
    let pins_somewhere = |environment: &Environment| {
        row.cells.iter().any(|(e, cell)| e == environment && cell.facts.iter().any(|fact| fact.scope != Scope::Aside && !is_floating(fact)))
    };
    let floats = |environment: &Environment, facts: &Vec<&Fact>| facts.iter().all(|fact| is_floating(fact)) && !pins_somewhere(environment);
    let floating: Vec<&Environment> =
        cells.iter().filter(|(environment, facts)| environment.rank() != 0 && floats(environment, facts)).map(|(environment, _)| *environment).collect();
    let pins: Vec<&Fact> = cells.iter().flat_map(|(_, facts)| facts.iter().copied()).filter(|fact| is_bound(fact)).collect();
    if floating.is_empty() || pins.is_empty() {
        return passed(row);
    }
    let odd = if let [one] = floating.as_slice() { Some((*one).clone()) } else { None };
    let loose: Vec<&Fact> = cells.iter().filter(|(environment, _)| floating.contains(environment)).flat_map(|(_, facts)| facts.clone()).collect();
    // The release of a distribution moves its packages within one line.
    let bound = usize::from(loose.iter().all(|fact| fact.role == Role::Default));
    vec![failure(row, loose.into_iter().chain(pins.iter().copied()).collect(), odd, bound)]
}

/// Whether a fact says which line of versions is taken: `golang:1` has had one line for ever, and new ones in it.
fn is_bound(fact: &Fact) -> bool {
    let bound = |spec: &Spec| spec.precision() == 0 || spec.precision() >= Catalog::get().major_numbers(fact.kind, fact.name.as_str(), spec);
    // Any tag of an image is a pin of that; of what lies inside, only a digest is one without a version.
    let digest = || fact.kind != Kind::Runtime || fact.value.image.as_ref().is_none_or(|image| image.digest().is_some());
    fact.role == Role::Range || fact.role == Role::Pin && fact.value.spec.as_ref().map_or_else(digest, bound)
}

/// Whether nothing in a fact says which version.
fn is_floating(fact: &Fact) -> bool {
    fact.value.spec.as_ref().is_some_and(Spec::is_floating) || fact.role == Role::Floating
}

/// No set-up of an environment floats where another set-up of the same environment pins.
fn pinned_within<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    let (mut failures, mut compared) = (Vec::new(), false);
    for (environment, cell) in environments(row) {
        let facts = stated(effective(cell));
        let floats = |setup: &str| facts.iter().filter(|fact| fact.setup.as_str() == setup).all(|fact| is_floating(fact));
        let loose: Vec<&Fact> = facts.iter().copied().filter(|fact| floats(fact.setup.as_str())).collect();
        let pins: Vec<&Fact> = facts.iter().copied().filter(|fact| matches!(fact.role, Role::Pin | Role::Range)).collect();
        compared |= facts.len() > 1;
        if !loose.is_empty() && !pins.is_empty() {
            let mut outcome = failure(row, loose.into_iter().chain(pins).collect(), None, 0);
            outcome.speaks_of = environment.name().to_owned();
            failures.push(outcome);
        }
    }
    one_by_one(row, failures, compared)
}

/// What production runs is among what CI tests.
pub(super) fn covers<'f>(row: &Row<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let of = |name: &str| {
        environments(row)
            .filter(|(environment, _)| environment.name() == name)
            .flat_map(|(_, cell)| effective(cell))
            .filter(|fact| is_pinned(fact))
            .collect::<Vec<_>>()
    };
    let (tested, run) = (of("ci"), of("prod"));
    if run.is_empty() || !tested.iter().any(|fact| fact.scope == Scope::Matrix) {
        return if is_unknown(row) { Outcome::state(State::Unknown) } else { Outcome::state(State::NotApplicable) };
    }
    if run.iter().any(|prod| tested.iter().any(|leg| meet(Numbers::Major, prod, leg, catalog))) {
        return passed(row);
    }
    vec![failure(row, tested.into_iter().chain(run).collect(), None, 0)]
}
