//! Renders what changed in an environment since its accepted state.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;

use super::human::{BOLD, DIM, OFF, YELLOW, gap_line, plural};
use super::json::pretty;
use super::{Format, calm};
use crate::diff::Cell;
use crate::drift::{Change, Drift, Drifted};
use crate::model::{Gap, Kind};

/// One of the states that were compared.
#[derive(Debug)]
pub struct State<'r> {
    /// When it was.
    pub taken: Timestamp,
    /// What could not be read of it.
    pub gaps: &'r [Gap],
    /// Whether its hidden values can be compared.
    pub comparable: bool,
}

/// What is rendered.
#[derive(Debug)]
pub struct Told<'r> {
    /// The environment.
    pub environment: &'r str,
    /// Its states: the accepted one first, what is now last.
    pub states: &'r [State<'r>],
    /// What changed.
    pub drift: &'r Drift<'r>,
    /// How old the accepted state may be, where it is older.
    pub too_old: Option<&'r str>,
    /// Whether what is now is accepted with this.
    pub accepted: bool,
    /// Columns of the terminal.
    pub width: usize,
}

/// Renders what changed.
pub type Render = fn(&Told<'_>) -> String;

/// Every output format.
pub static FORMATS: &[Format<Render>] =
    &[Format { name: "human", about: "for people", render: human }, Format { name: "json", about: "evenkeel.drift/1, for programs", render: json }];

/// A time, to the minute.
fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// What a cell says, in one line.
fn text(cell: Option<&Cell<'_>>) -> String {
    cell.map_or(String::new(), |cell| cell.values.iter().map(|said| said.text.as_str()).collect::<Vec<_>>().join(", "))
}

/// Where a subject stands now, or stood.
fn place(drifted: &Drifted<'_>) -> String {
    let cell = if drifted.change == Change::Vanished { drifted.row.cells.first() } else { drifted.row.cells.last() };
    let fact = cell.and_then(|cell| cell.values.first()).and_then(|said| said.facts.first());
    fact.map_or(String::new(), |fact| match fact.place.line {
        0 => fact.place.path.to_string(),
        line => format!("{}:{line}", fact.place.path),
    })
}

fn human(told: &Told<'_>) -> String {
    let mut out = String::new();
    let (drift, taken) = (told.drift, |number: usize| told.states.get(number).map(|state| minute(state.taken)).unwrap_or_default());
    let counts: Vec<String> = Change::ALL
        .into_iter()
        .map(|change| (change, drift.changes.iter().filter(|drifted| drifted.change == change).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(change, count)| format!("{count} {}", change.word()))
        .collect();
    let found = if counts.is_empty() { "nothing changed".to_owned() } else { counts.join(", ") };
    let _ = writeln!(
        out,
        "{BOLD}{}: {found}{OFF}{DIM} · since {} UTC, which is accepted · {} the same{OFF}",
        told.environment,
        taken(0),
        plural(drift.same, "subject")
    );
    for kind in Kind::ALL {
        let changes: Vec<&Drifted<'_>> = drift.changes.iter().filter(|drifted| drifted.row.kind == kind).collect();
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{BOLD}{}{OFF}", kind.word());
        for drifted in changes {
            let (before, now) = (text(drifted.row.cells.first()), text(drifted.row.cells.last()));
            let (sign, what) = match drifted.change {
                Change::Changed => (format!("{YELLOW}~{OFF}"), format!("{before} → {now}")),
                Change::Appeared => ("+".to_owned(), now),
                Change::Vanished => ("-".to_owned(), before),
            };
            let whose = if drifted.row.component.is_empty() { String::new() } else { format!(" ({})", drifted.row.component) };
            let _ = writeln!(out, "{sign} {BOLD}{}{OFF}{whose}  {what}", drifted.row.name);
            let since = if drifted.since + 1 < told.states.len() { format!("since {} UTC or shortly before", taken(drifted.since)) } else { "new".to_owned() };
            let _ = writeln!(out, "    {DIM}{} · {since}{OFF}", place(drifted));
        }
    }
    if drift.untold > 0 {
        let keyless = told.states.iter().any(|state| !state.comparable);
        let why = if keyless { ": hidden values that were not taken under the project's key (`evenkeel init --key` makes one)" } else { "" };
        let _ = writeln!(out, "\n{} cannot be compared{why}", plural(drift.untold, "subject"));
    }
    let gaps = told.states.last().map_or(&[][..], |now| now.gaps);
    if !gaps.is_empty() {
        let _ = writeln!(out);
        gaps.iter().for_each(|gap| gap_line(gap, &mut out));
    }
    if let Some(age) = told.too_old {
        let _ = writeln!(out, "\nwhat was accepted is older than {age}: look at it and accept what is right");
    }
    if told.accepted {
        let _ = writeln!(out, "\naccepted as the state it should have");
    } else if !drift.changes.is_empty() {
        let _ = writeln!(out, "\n{DIM}meant? `evenkeel drift {} --accept`{OFF}", told.environment);
    }
    calm(&out)
}

#[derive(Serialize)]
struct Root<'r> {
    schema: &'static str,
    environment: &'r str,
    accepted: Timestamp,
    now: Timestamp,
    too_old: bool,
    changes: Vec<JsonChange<'r>>,
    summary: Summary,
    gaps: usize,
}

#[derive(Serialize)]
struct JsonChange<'r> {
    kind: &'static str,
    component: &'r str,
    subject: &'r str,
    change: &'static str,
    before: String,
    now: String,
    since: Option<Timestamp>,
    place: String,
}

#[derive(Serialize)]
struct Summary {
    changed: usize,
    appeared: usize,
    vanished: usize,
    same: usize,
    untold: usize,
}

fn json(told: &Told<'_>) -> String {
    let taken = |number: usize| told.states.get(number).map(|state| state.taken);
    let count = |change: Change| told.drift.changes.iter().filter(|drifted| drifted.change == change).count();
    let last = told.states.len().saturating_sub(1);
    let changes = told.drift.changes.iter().map(|drifted| JsonChange {
        kind: drifted.row.kind.word(),
        component: &drifted.row.component,
        subject: &drifted.row.name,
        change: drifted.change.word(),
        before: text(drifted.row.cells.first()),
        now: text(drifted.row.cells.last()),
        since: taken(drifted.since),
        place: place(drifted),
    });
    pretty(&Root {
        schema: "evenkeel.drift/1",
        environment: told.environment,
        accepted: taken(0).unwrap_or_default(),
        now: taken(last).unwrap_or_default(),
        too_old: told.too_old.is_some(),
        changes: changes.collect(),
        summary: Summary {
            changed: count(Change::Changed),
            appeared: count(Change::Appeared),
            vanished: count(Change::Vanished),
            same: told.drift.same,
            untold: told.drift.untold,
        },
        gaps: told.states.last().map_or(0, |now| now.gaps.len()),
    })
}
