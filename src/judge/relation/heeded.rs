//! The relation of settings: what is written for a tool is what it reads.

use std::collections::BTreeSet;

use super::{Outcome, failure, nothing_to_compare, passed};
use crate::align::Row;
use crate::model::{Fact, Form};

/// Holds what a tool reads against what it leaves in one folder.
pub(super) fn hold<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    let (read, left): (Vec<&'f Fact>, Vec<&'f Fact>) = row.facts().partition(|fact| fact.form == Form::ToolSetting(true));
    if left.is_empty() {
        return if read.is_empty() { nothing_to_compare(row) } else { passed(row) };
    }
    let texts =
        |facts: &[&'f Fact], of: fn(&Fact) -> &str| facts.iter().map(|fact| of(fact)).collect::<BTreeSet<&str>>().into_iter().collect::<Vec<_>>().join(", ");
    let path: fn(&Fact) -> &str = |fact| fact.place.path.as_str();
    // Nothing tells whether what a program sets is what the other file says.
    let lowered = usize::from(left.iter().all(|fact| fact.place.line == 1 && fact.value.text.as_str() == "settings"));
    let groups = texts(&read, path);
    let speaks_of = format!("{} of {}", texts(&left, |fact| fact.value.text.as_str()), texts(&left, path));
    vec![Outcome { groups, speaks_of, ..failure(row, [left, read].concat(), None, lowered) }]
}
