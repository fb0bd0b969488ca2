//! What is demanded of environment variables. `lists` compares who gives what, `live` what runs with what
//! is declared, `stacks` what is passed
//! on, `names` what names are read, documented and misspelt, `values` what values may be,
//! `urls` where they lead.

mod awaited;
mod defaults;
mod lists;
mod live;
mod names;
mod paths;
mod similar;
mod stacks;
mod urls;
mod values;

pub(super) use similar::slip;

use std::collections::BTreeSet;

use super::{Outcome, State};
use crate::align::{List, Matrix, Row};
use crate::catalog::Catalog;
use crate::judge::Demand;
use crate::model::{Content, Environment, Fact, Need, Scope, Stance, Variable};

/// Holds a demand against the row of one variable, whose facts are given in the order of their places.
pub(super) fn hold<'f>(demand: Demand, row: &Row<'f>, facts: &[(&'f Fact, &'f Variable)], matrix: &Matrix<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let case = Case { row, facts, matrix, catalog };
    let failures = match demand {
        Demand::Given => lists::given(&case),
        Demand::Alike => lists::alike(&case),
        Demand::DeclaredRuns => live::declared(&case),
        Demand::ReplicasAlike => live::replicas(&case),
        Demand::Forwarded => stacks::forwarded(&case),
        Demand::Shared => stacks::shared(&case),
        Demand::TemplatesAlike => lists::templates_alike(&case),
        Demand::Read => names::read(&case),
        Demand::Documented => names::documented(&case),
        Demand::Spelt => names::spelt(&case),
        Demand::Effective => names::effective(&case),
        Demand::Once => values::once(&case),
        Demand::ReadAlike => values::flagged(&case, Stance::Conflict),
        Demand::SamePath => paths::same(&case),
        Demand::SamePort => urls::same_port(&case),
        Demand::DefaultsAgree => defaults::agree(&case),
        Demand::SpeltAsAwaited => awaited::spelt(&case),
        Demand::AwaitedIsGiven => awaited::given(&case),
        Demand::Reachable => values::flagged(&case, Stance::Unreachable),
        Demand::DefaultHolds => values::default_holds(&case),
        Demand::Evaluated => values::evaluated(&case),
        Demand::NotLoopback | Demand::NotExample => values::host(&case, demand),
        Demand::NotPlaceholder => values::placeholder(&case),
        Demand::NotDebug => values::debug(&case),
        Demand::OwnEnvironment => values::own_environment(&case),
        Demand::Unshared => values::unshared(&case),
        Demand::Sealed => values::sealed(&case),
        Demand::SameEngine => urls::same_engine(&case),
        Demand::SameHost => urls::same_host(&case),
        Demand::SameManner => urls::same_manner(&case),
        Demand::SameType => values::same_type(&case),
        Demand::NotFromLocal => values::not_from_local(&case),
        Demand::NotEmpty => values::not_empty(&case),
    };
    let compared = failures.is_some();
    super::one_by_one(row, failures.unwrap_or_default(), compared)
}

/// One variable, and everything that is known around it.
struct Case<'c, 'f> {
    row: &'c Row<'f>,
    /// The facts of the row in the order of their places, whatever the order of the environments.
    facts: &'c [(&'f Fact, &'f Variable)],
    matrix: &'c Matrix<'f>,
    catalog: &'c Catalog,
}

/// Failures; none where there was nothing to hold against each other.
type Failures<'f> = Option<Vec<Outcome<'f>>>;

impl<'c, 'f> Case<'c, 'f> {
    fn name(&self) -> &'c str {
        &self.row.name
    }

    /// The facts of the row with this stance.
    fn of(&self, stance: Stance) -> impl Iterator<Item = (&'f Fact, &'f Variable)> + '_ {
        self.facts.iter().copied().filter(move |(_, variable)| variable.stance == stance)
    }

    /// Where the component's code, its tests left out, reads it.
    fn reads(&self) -> Vec<(&'f Fact, &'f Variable)> {
        self.of(Stance::Read).filter(|(fact, _)| fact.scope != Scope::Aside && fact.format != "script").collect()
    }

    /// What environments give or offer: `Given` and, outside of the contract, `Offered`.
    fn set(&self) -> impl Iterator<Item = (&'f Fact, &'f Variable)> + '_ {
        self.facts
            .iter()
            .copied()
            .filter(|(fact, variable)| fact.environment.rank() != 0 && matches!(variable.stance, Stance::Given | Stance::Offered) && fact.scope != Scope::Build)
    }

    /// Whether everything that defines an environment could be read: what it lacks is surely not there.
    fn knows(&self, environment: &Environment) -> bool {
        !self.row.cells.iter().any(|(known, cell)| known == environment && cell.unknown)
    }

    fn is_provided(&self) -> bool {
        self.catalog.variables.is_provided(self.name())
    }

    /// Everything else that speaks of the name: what other components' rows hold of it, bounded.
    fn elsewhere(&self) -> Vec<&'f Fact> {
        const MANY: usize = 12;
        let variables = &self.matrix.variables;
        let all =
            variables.given(self.name()).chain(variables.documented(self.name())).chain(variables.reads_of(self.name()).filter(|f| f.scope != Scope::Aside));
        few(all.filter(|fact| fact.component.as_str() != self.row.component), MANY)
    }

    /// A failure of these facts, with a text for `{odd}`.
    fn fails(&self, disagreeing: Vec<&'f Fact>, odd: Option<Environment>, speaks_of: String, lowered: usize) -> Outcome<'f> {
        let groups = super::groups(disagreeing.iter().copied().filter(|fact| is_value(fact)), &super::order(self.row), super::short);
        Outcome { state: State::Fail, disagreeing, odd, groups, speaks_of, lowered, beside: Vec::new() }
    }
}

/// The first of some facts; one that is told twice counts once.
fn few<'f>(facts: impl Iterator<Item = &'f Fact>, most: usize) -> Vec<&'f Fact> {
    let mut seen = BTreeSet::new();
    facts.filter(|fact| seen.insert((fact.place.key(), &fact.environment, fact.name.as_str(), fact.value.text.as_str()))).take(most).collect()
}

/// Whether a fact says a value, not only that a name is read.
fn is_value(fact: &Fact) -> bool {
    fact.value.variable.as_deref().is_some_and(|variable| !matches!(variable.content, Content::Nothing))
}

/// Whether two lists are copies of each other, kept by hand: most of the smaller one is in the other.
fn are_twins(a: &List<'_>, b: &List<'_>) -> bool {
    let (shared, fewer, more) = (a.common(b), a.given.len().min(b.given.len()), a.given.len().max(b.given.len()));
    shared >= 3 && shared * 10 >= fewer * 7 && shared * 2 >= more
}

/// Whether two lists are of one family: half of the smaller one is in the other.
fn are_kin(a: &List<'_>, b: &List<'_>) -> bool {
    let (common, fewer) = (a.common(b), a.given.len().min(b.given.len()));
    common >= 4 && common * 2 >= fewer
}

fn is_required(reads: &[(&Fact, &Variable)]) -> bool {
    reads.iter().any(|(_, variable)| variable.need == Need::Required)
}

fn copes(reads: &[(&Fact, &Variable)]) -> bool {
    reads.iter().any(|(_, variable)| variable.need == Need::Optional)
}

fn facts<'f>(all: &[(&'f Fact, &'f Variable)]) -> Vec<&'f Fact> {
    all.iter().map(|(fact, _)| *fact).collect()
}
