//! What is demanded of configurations that several environments have. `keys` asks which keys there are and
//! where they stand, `values` what they say, `copies` whether a copy of the base kept up with it.
//! That a value differs is no finding by itself: it is what configuration is for.

mod copies;
mod keys;
mod values;

use super::{Outcome, State};
use crate::align::{Matrix, Row};
use crate::catalog::Catalog;
use crate::judge::Wanted;
use crate::model::{Content, Environment, Fact, Family, Role, Variable};

/// Holds a demand against the row of one key.
pub(super) fn hold<'f>(wanted: Wanted, row: &Row<'f>, facts: &[(&'f Fact, &'f Variable)], matrix: &Matrix<'f>, catalog: &Catalog) -> Vec<Outcome<'f>> {
    let label = facts.first().map_or("", |(fact, _)| fact.setup.as_str());
    let Some(family) = matrix.settings.family(label) else { return super::nothing_to_compare(row) };
    let case = Case { row, facts, label, family, matrix, catalog };
    let failures = match wanted {
        Wanted::Held => keys::held(&case),
        Wanted::Layered => keys::layered(&case),
        Wanted::Nested => keys::nested(&case),
        Wanted::Spelt => keys::spelt(&case),
        Wanted::Declared => keys::declared(&case),
        Wanted::SameType => values::same_type(&case),
        Wanted::OwnEnvironment => values::own_environment(&case),
        Wanted::OwnFile => values::own_file(&case),
        Wanted::NotLoopback => values::not_loopback(&case),
        Wanted::SameRegion => values::same_region(&case),
        Wanted::Alike => values::alike(&case),
        Wanted::CopyEntries => copies::entries(&case),
        Wanted::CopyKeys => copies::keys(&case),
    };
    let compared = failures.is_some();
    super::one_by_one(row, failures.unwrap_or_default(), compared)
}

/// Failures; none where there was nothing to hold against each other.
type Failures<'f> = Option<Vec<Outcome<'f>>>;

/// One key, and the family that it is of.
struct Case<'c, 'f> {
    row: &'c Row<'f>,
    /// The facts of the row in the order of their places.
    facts: &'c [(&'f Fact, &'f Variable)],
    label: &'f str,
    family: &'f Family,
    matrix: &'c Matrix<'f>,
    catalog: &'c Catalog,
}

impl<'f> Case<'_, 'f> {
    /// The key.
    fn key(&self) -> &'f str {
        self.facts.first().map_or("", |(fact, _)| fact.name.as_str())
    }

    /// What environments say themselves.
    fn own(&self) -> impl Iterator<Item = (&'f Fact, &'f Variable)> + '_ {
        self.facts.iter().copied().filter(|(fact, _)| is_own(fact))
    }

    /// The literal values that environments say themselves.
    fn literal(&self) -> impl Iterator<Item = (&'f Fact, &'f Variable)> + '_ {
        self.own().filter(|(_, variable)| variable.content == Content::Literal && !variable.placeholder)
    }

    /// What holds for every environment.
    fn base(&self) -> Option<(&'f Fact, &'f Variable)> {
        self.facts.iter().copied().find(|(fact, _)| fact.environment.rank() == 0)
    }

    /// Who says a key of this family.
    fn said(&self, key: &'f str) -> &[&'f Fact] {
        self.matrix.settings.said(self.label, key)
    }

    /// A failure of these facts; those that are of other keys stand beside it.
    fn fails(&self, disagreeing: Vec<&'f Fact>, odd: Option<Environment>, speaks_of: String, lowered: usize) -> Outcome<'f> {
        let (disagreeing, beside): (Vec<&'f Fact>, Vec<&'f Fact>) =
            disagreeing.into_iter().partition(|fact| fact.name.as_str() == self.key() && fact.setup.as_str() == self.label);
        let groups = super::groups(disagreeing.iter().copied(), &super::order(self.row), super::short);
        Outcome { state: State::Fail, disagreeing, odd, groups, speaks_of, lowered, beside }
    }
}

/// Whether an environment says it itself.
fn is_own(fact: &Fact) -> bool {
    fact.environment.rank() != 0 && fact.role != Role::Default
}

/// The one environment among some facts, if there is only one.
fn only<'f>(facts: &[&'f Fact]) -> Option<&'f Environment> {
    let first = &facts.first()?.environment;
    facts.iter().all(|fact| fact.environment == *first).then_some(first)
}
