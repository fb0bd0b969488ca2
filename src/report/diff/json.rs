//! `evenkeel.diff/1`: the matrix for programs. Fields are added, never changed.

use serde::Serialize;

use super::super::json::{JsonGap, Origin, pretty};
use super::Report;
use crate::diff::{Cell, Compared, State};
use crate::model::Shown;

#[derive(Serialize)]
struct Root<'r> {
    schema: &'static str,
    environments: Vec<&'r str>,
    rows: Vec<JsonRow<'r>>,
    gaps: Vec<JsonGap<'r>>,
    summary: Summary,
}

#[derive(Serialize)]
struct JsonRow<'r> {
    kind: &'static str,
    component: &'r str,
    /// The files whose key this is.
    #[serde(skip_serializing_if = "str::is_empty")]
    family: &'r str,
    subject: &'r str,
    state: &'static str,
    odd_one_out: Option<&'r str>,
    cells: Vec<JsonCell<'r>>,
}

#[derive(Serialize)]
struct JsonCell<'r> {
    environment: &'r str,
    state: &'static str,
    values: Vec<JsonValue<'r>>,
}

#[derive(Serialize)]
struct JsonValue<'r> {
    text: &'r str,
    /// Equal for equal values of one row, hidden ones too; null where it cannot be told.
    variant: Option<usize>,
    /// The whole of what stands there, where the text is a part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<&'r Shown>,
    role: &'static str,
    origin: Origin<'r>,
}

#[derive(Serialize)]
struct Summary {
    environments: usize,
    subjects: usize,
    same: usize,
    differ: usize,
    /// Of those that differ, how many do so only because some say nothing.
    partial: usize,
    unknown: usize,
    gaps: usize,
    files_read: usize,
    facts: usize,
}

pub(super) fn render(report: &Report<'_>) -> String {
    let diff = report.diff;
    let labels = report.labels();
    pretty(&Root {
        schema: "evenkeel.diff/1",
        rows: report.rows().map(|row| json_row(row, &labels)).collect(),
        gaps: diff.of.gaps.iter().map(JsonGap::of).collect(),
        summary: Summary {
            environments: labels.len(),
            subjects: diff.rows.len(),
            same: diff.count(State::Same),
            differ: diff.differences(),
            partial: diff.count(State::Partial),
            unknown: diff.count(State::Unknown),
            gaps: diff.of.gaps.len(),
            files_read: diff.of.files_read,
            facts: diff.of.facts.len(),
        },
        environments: labels,
    })
}

fn json_row<'r>(row: &'r Compared<'r>, labels: &[&'r str]) -> JsonRow<'r> {
    JsonRow {
        kind: row.kind.word(),
        component: &row.component,
        family: &row.family,
        subject: &row.name,
        state: row.state.word(),
        odd_one_out: row.odd.and_then(|odd| labels.get(odd)).copied(),
        cells: row.cells.iter().zip(labels).map(|(cell, label)| json_cell(cell, label)).collect(),
    }
}

fn json_cell<'r>(cell: &'r Cell<'r>, environment: &'r str) -> JsonCell<'r> {
    let values = cell.values.iter().flat_map(|said| {
        said.facts.iter().map(|fact| JsonValue {
            text: &said.text,
            variant: said.variant,
            written: (fact.value.image.is_some() && fact.value.text.as_str() != said.text).then_some(&fact.value.text),
            role: fact.role.word(),
            origin: Origin::of(fact),
        })
    });
    let state = match (cell.outside, cell.values.is_empty(), cell.unknown) {
        (true, ..) => "outside",
        (false, false, _) => "present",
        (false, true, true) => "unknown",
        (false, true, false) => "absent",
    };
    JsonCell { environment, state, values: values.collect() }
}
