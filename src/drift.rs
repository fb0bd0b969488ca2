//! What changed in an environment since a state that was accepted: the matrix of its snapshots, read from the
//! first to the last. Nothing is judged here but whether two states say the same.

use crate::diff::{Cell, Compared, Diff};

/// How a subject changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It says something else.
    Changed,
    /// It was not there.
    Appeared,
    /// It is not there any more.
    Vanished,
}

impl Change {
    /// Every change, in the order in which reports tell of them.
    pub const ALL: [Change; 3] = [Change::Changed, Change::Appeared, Change::Vanished];

    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Change::Changed => "changed",
            Change::Appeared => "appeared",
            Change::Vanished => "vanished",
        }
    }
}

/// A subject that changed.
#[derive(Debug)]
pub struct Drifted<'d> {
    /// The subject, with a cell for each state.
    pub row: &'d Compared<'d>,
    /// How it changed.
    pub change: Change,
    /// The first state that shows what it says now, by its number.
    pub since: usize,
}

/// What became of an environment between the first and the last of its states.
#[derive(Debug, Default)]
pub struct Drift<'d> {
    /// What changed.
    pub changes: Vec<Drifted<'d>>,
    /// How many subjects cannot be compared: hidden values without a common key, and what could not be read.
    pub untold: usize,
    /// How many say the same.
    pub same: usize,
}

/// Reads what changed from the matrix of an environment's states, the oldest first.
pub fn drift<'d>(diff: &'d Diff<'d>) -> Drift<'d> {
    let mut out = Drift::default();
    for row in &diff.rows {
        let (Some(first), Some(last)) = (row.cells.first(), row.cells.last()) else { continue };
        let (before, now) = (said(first), said(last));
        let change = match (&before, &now) {
            _ if first.unknown || last.unknown => None,
            _ if is_silent(first) && is_silent(last) => continue,
            _ if is_silent(first) => Some(Change::Appeared),
            _ if is_silent(last) => Some(Change::Vanished),
            (Some(before), Some(now)) if before == now => {
                out.same += 1;
                continue;
            }
            (Some(_), Some(_)) => Some(Change::Changed),
            _ => None,
        };
        let Some(change) = change else {
            out.untold += 1;
            continue;
        };
        let as_now = |cell: &Cell<'_>| !cell.unknown && is_silent(cell) == is_silent(last) && said(cell) == now;
        let since = row.cells.len() - row.cells.iter().rev().take_while(|cell| as_now(cell)).count().max(1);
        out.changes.push(Drifted { row, change, since });
    }
    out.changes.sort_by_key(|drifted| drifted.change);
    out
}

fn is_silent(cell: &Cell<'_>) -> bool {
    cell.values.is_empty() && !cell.unknown
}

/// What a cell says, as numbers that equal values share; none where that cannot be told.
fn said(cell: &Cell<'_>) -> Option<Vec<usize>> {
    let mut said = cell.values.iter().map(|value| value.variant).collect::<Option<Vec<_>>>()?;
    said.sort_unstable();
    said.dedup();
    Some(said)
}
