//! What a rule's relation comes to on one row. Each relation is a function of the row; shared here is
//! which facts count, and how a disagreement is told.

mod crowd;
mod env;
mod heeded;
mod host;
mod inputs;
mod inside;
mod install;
mod interface;
mod moved;
mod presence;
mod running;
mod same;
mod setting;
mod started;
mod terms;
mod versions;

pub use host::Machine;
pub use inside::Held;
pub use terms::Terms;

use crate::align::{Cell, Matrix, Row};
use crate::catalog::Catalog;
use crate::judge::rule::Across;
use crate::judge::{Relation, Rule};
use crate::model::{Environment, Fact, Kind, Role, Scope, Variable};

/// What came of a rule on a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// Something that would decide it could not be read.
    Unknown,
    /// There is nothing to compare.
    NotApplicable,
}

/// What came of a rule on a row, and who takes part.
#[derive(Debug, Clone)]
pub struct Outcome<'f> {
    /// The result.
    pub state: State,
    /// The facts that cannot hold together.
    pub disagreeing: Vec<&'f Fact>,
    /// The environment that differs from all others.
    pub odd: Option<Environment>,
    /// Who says what, in words: `ci 14.2; local, prod 16`.
    pub groups: String,
    /// Whom the finding speaks of: the odd environment, or the file.
    pub speaks_of: String,
    /// How many levels less grave it is than the rule says.
    pub lowered: usize,
    /// Facts of other rows that belong to it.
    pub beside: Vec<&'f Fact>,
}

impl<'f> Outcome<'f> {
    pub(super) fn state(state: State) -> Vec<Outcome<'f>> {
        vec![Outcome { state, disagreeing: Vec::new(), odd: None, groups: String::new(), speaks_of: String::new(), lowered: 0, beside: Vec::new() }]
    }
}

/// The facts of a row that speak of a variable, in the order of their places, whatever the order of the
/// environments.
pub(super) fn variables<'f>(row: &Row<'f>) -> Vec<(&'f Fact, &'f Variable)> {
    let mut facts: Vec<(&Fact, &Variable)> = row.facts().filter_map(|fact| Some((fact, fact.value.variable.as_deref()?))).collect();
    facts.sort_by(|(a, _), (b, _)| crate::align::order(a).cmp(&crate::align::order(b)));
    facts
}

/// Holds a rule against a row; `variables` is what the row says of a variable, in order.
pub(super) fn hold<'f>(rule: &Rule, row: &Row<'f>, variables: &[(&'f Fact, &'f Variable)], matrix: &Matrix<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    match rule.relation {
        Relation::Compatible(numbers) => versions::compatible(rule, numbers, row, matrix, catalog),
        Relation::Satisfies if rule.across == Across::Stages => versions::built(row, catalog),
        Relation::Satisfies => versions::satisfies(row, catalog),
        Relation::NewestWithin => versions::newest_within(row),
        Relation::Pinned => versions::pinned(rule, row),
        Relation::Covers => versions::covers(row, catalog),
        Relation::Same(projection) => same::same(rule, projection, row, catalog),
        Relation::Present => presence::present(rule, row, matrix, catalog),
        Relation::Input(supply) => inputs::hold(supply, row, matrix),
        Relation::Setting(wanted) => setting::hold(wanted, row, variables, matrix, catalog),
        Relation::Variable(demand) => env::hold(demand, row, variables, matrix, catalog),
        Relation::Interface(passing) => interface::hold(rule, passing, row),
        Relation::StartedAlike(part) => started::alike(part, row, matrix),
        Relation::Heeded => heeded::hold(row),
        Relation::Host(wanted) => host::hold(wanted, row, catalog),
        Relation::Terms(wanted) => terms::hold(wanted, row, matrix),
        Relation::Install(wanted) => install::hold(wanted, row),
        Relation::Taken => versions::taken(row, matrix),
        Relation::Running => running::declared(row),
        Relation::Replicas => running::replicas(row),
        Relation::Inside(held) => inside::hold(held, row),
        Relation::SameBits => moved::same_bits(row),
    }
}

/// The facts of a cell that say what the environment runs: what runs, else what builds it.
fn effective<'f>(cell: &Cell<'f>) -> Vec<&'f Fact> {
    let of = |scopes: &[Scope]| -> Vec<&'f Fact> { cell.facts.iter().copied().filter(|fact| scopes.contains(&fact.scope)).collect() };
    let mut run = of(&[Scope::Run, Scope::Matrix]);
    // A side task runs another compiler for reasons of its own, but meets the same data.
    run.extend(of(&[Scope::Aside]).into_iter().filter(|fact| fact.kind == Kind::Service));
    if run.is_empty() { of(&[Scope::Build]) } else { run }
}

/// Whether a fact names a version that can be compared.
fn is_pinned(fact: &Fact) -> bool {
    fact.role != Role::Floating && fact.value.spec.as_ref().is_some_and(|spec| !spec.is_floating())
}

/// Cells to compare: those of real environments, the contract left out.
fn environments<'r, 'f>(row: &'r Row<'f>) -> impl Iterator<Item = (&'r Environment, &'r Cell<'f>)> {
    row.cells.iter().filter(|(environment, _)| environment.rank() != 0).map(|(environment, cell)| (environment, cell))
}

/// Whether an environment that would matter could not be read.
fn is_unknown(row: &Row<'_>) -> bool {
    environments(row).any(|(_, cell)| cell.unknown && cell.facts.is_empty())
}

fn nothing_to_compare<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    Outcome::state(if is_unknown(row) { State::Unknown } else { State::NotApplicable })
}

fn passed<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    Outcome::state(if is_unknown(row) { State::Unknown } else { State::Pass })
}

/// What came of a rule that was held against the parts of a row one by one.
fn one_by_one<'f>(row: &Row<'f>, failures: Vec<Outcome<'f>>, compared: bool) -> Vec<Outcome<'f>> {
    match (failures.is_empty(), compared) {
        (false, _) => failures,
        (true, true) => passed(row),
        (true, false) => nothing_to_compare(row),
    }
}

/// The short text of a fact: the version that counts, not the whole reference.
fn short(fact: &Fact) -> String {
    if let Some(image) = &fact.value.image {
        if fact.kind != Kind::Image
            && let Some(spec) = &fact.value.spec
            && let Some(line) = spec.line(spec.precision().max(1))
        {
            let numbers: Vec<String> = line.iter().take(usize::from(spec.precision().max(1))).map(u64::to_string).collect();
            return numbers.join(".");
        }
        return match (image.tag(), image.digest()) {
            (Some(_), _) => fact.value.text.as_str().rsplit_once(':').map_or("", |(_, tag)| tag).split('@').next().unwrap_or("").to_owned(),
            (None, Some(_)) => "a digest".to_owned(),
            (None, None) => "untagged (latest)".to_owned(),
        };
    }
    fact.value.text.as_str().to_owned()
}

/// Who says what, in words; environments that say the same stand together.
fn groups<'a>(facts: impl Iterator<Item = &'a Fact>, order: &[Environment], say: impl Fn(&Fact) -> String) -> String {
    let mut said: Vec<Vec<(Scope, String)>> = vec![Vec::new(); order.len()];
    for fact in facts {
        let Some(texts) = order.iter().position(|e| *e == fact.environment).and_then(|i| said.get_mut(i)) else { continue };
        let text = (fact.scope, say(fact));
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    let by_environment = order.iter().zip(&said).filter(|(_, texts)| !texts.is_empty()).map(|(environment, texts)| {
        let of = |scope: Scope| texts.iter().filter(move |(other, _)| *other == scope).map(|(_, text)| text);
        let mut words: Vec<String> = Vec::new();
        for (scope, text) in texts {
            let word = match scope {
                Scope::Build if of(Scope::Run).any(|other| other == text) => text.clone(),
                Scope::Build if text == "unpinned" => "builds with an unpinned one".to_owned(),
                Scope::Build => format!("builds with {text}"),
                Scope::Run if of(Scope::Build).any(|other| other != text) => format!("runs {text}"),
                _ => text.clone(),
            };
            if !words.contains(&word) {
                words.push(word);
            }
        }
        (environment, words)
    });
    let mut merged: Vec<(Vec<&str>, String)> = Vec::new();
    for (environment, texts) in by_environment {
        let text = if texts.len() > 4 { format!("{} and {} more", texts.get(..3).unwrap_or(&[]).join(", "), texts.len() - 3) } else { texts.join(", ") };
        match merged.iter_mut().find(|(_, known)| *known == text) {
            Some((environments, _)) => environments.push(environment.name()),
            None => merged.push((vec![environment.name()], text)),
        }
    }
    merged.iter().map(|(environments, text)| format!("{} {text}", environments.join(", "))).collect::<Vec<_>>().join("; ")
}

/// Whether an environment is one that the rule takes less gravely.
fn is_lenient(rule: &Rule, environment: &Environment) -> bool {
    rule.lower_in.iter().any(|name| name == environment.name())
}

/// That these containers (`2 of 3 containers`) run something.
fn runs(share: &str) -> &'static str {
    if share.starts_with("1 ") { "runs" } else { "run" }
}

/// The order of the row's environments.
fn order(row: &Row<'_>) -> Vec<Environment> {
    row.cells.iter().map(|(environment, _)| environment.clone()).collect()
}

/// A failure among these facts.
fn failure<'f>(row: &Row<'f>, disagreeing: Vec<&'f Fact>, odd: Option<Environment>, lowered: usize) -> Outcome<'f> {
    let groups = groups(disagreeing.iter().copied(), &order(row), short);
    let speaks_of = odd.as_ref().map_or_else(String::new, |environment| environment.name().to_owned());
    Outcome { state: State::Fail, disagreeing, odd, groups, speaks_of, lowered, beside: Vec::new() }
}

/// The one environment that disagrees with all others while those agree among themselves.
fn odd_one_out(environments: &[&Environment], clash: impl Fn(usize, usize) -> bool) -> Option<Environment> {
    if environments.len() < 3 {
        return None;
    }
    let clashes = |i: usize| (0..environments.len()).filter(|j| *j != i && clash(i.min(*j), i.max(*j))).count();
    let all = environments.len() - 1;
    let odd: Vec<usize> = (0..environments.len()).filter(|i| clashes(*i) == all).collect();
    match odd.as_slice() {
        [one] if (0..environments.len()).all(|i| i == *one || clashes(i) == 1) => environments.get(*one).map(|e| (*e).clone()),
        _ => None,
    }
}
