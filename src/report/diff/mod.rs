//! Renders the matrix without policy. Every format shows the same rows and gaps; none of them decides
//! anything.

mod human;
mod json;
mod layout;
mod markdown;

use super::Format;
use super::human::plural;
use crate::diff::{Cell, Compared, Diff, State};
use crate::model::{Environment, Kind};

/// What is rendered.
#[derive(Debug)]
pub struct Report<'r> {
    /// The matrix.
    pub diff: &'r Diff<'r>,
    /// Whether only what differs is shown.
    pub changed: bool,
    /// Columns of the terminal.
    pub width: usize,
}

/// Renders a matrix.
pub type Render = fn(&Report<'_>) -> String;

/// Every output format.
pub static FORMATS: &[Format<Render>] = &[
    Format { name: "human", about: "for people", render: human::render },
    Format { name: "json", about: "evenkeel.diff/1, for programs", render: json::render },
    Format { name: "markdown", about: "tables, for a comment or a page", render: markdown::render },
];

/// What stands for an environment that says nothing.
const ABSENT: &str = "–";
/// What stands for an environment of which it cannot be told what it says.
const UNKNOWN: &str = "?";
/// What stands for an environment that has no such file.
const OUTSIDE: &str = "∅";

impl<'r> Report<'r> {
    fn rows(&self) -> impl Iterator<Item = &'r Compared<'r>> + '_ {
        self.diff.rows.iter().filter(|row| !self.changed || row.state.is_difference())
    }

    /// The rows that are shown, by kind.
    fn sections(&self) -> Vec<(Kind, Vec<&'r Compared<'r>>)> {
        let sections = Kind::ALL.into_iter().map(|kind| (kind, self.rows().filter(|row| row.kind == kind).collect::<Vec<_>>()));
        sections.filter(|(_, rows)| !rows.is_empty()).collect()
    }

    fn labels(&self) -> Vec<&'r str> {
        self.diff.of.columns.iter().map(Environment::name).collect()
    }

    /// What the signs mean that stand in what is shown; the odd one out has this one.
    fn legend(&self, odd: &str) -> Vec<String> {
        let has = |state: State| self.rows().any(|row| row.state == state);
        let cell = |is: fn(&Cell<'_>) -> bool| self.rows().flat_map(|row| &row.cells).any(is);
        let outside = |host: bool| self.rows().filter(|row| (row.kind == Kind::Host) == host).flat_map(|row| &row.cells).any(|cell| cell.outside);
        let signs = [
            (has(State::Differs), format!("{} differs", mark(State::Differs))),
            (has(State::Partial), format!("{} not in all", mark(State::Partial))),
            (self.rows().any(|row| row.odd.is_some()), format!("{odd} the odd one out")),
            (cell(|cell| cell.is_absent()), format!("{ABSENT} absent")),
            (has(State::Unknown) || cell(|cell| cell.unknown && !cell.outside), format!("{UNKNOWN} cannot be told")),
            (outside(false), format!("{OUTSIDE} has no such file")),
            (outside(true), format!("{OUTSIDE} was not asked")),
        ];
        signs.into_iter().filter(|(stands, _)| *stands).map(|(_, sign)| sign).collect()
    }

    /// What was compared and what came of it, in one line.
    fn headline(&self) -> String {
        let (columns, rows) = (self.labels(), self.diff.rows.len());
        if let ([], _) | (_, 0) = (columns.as_slice(), rows) {
            return "nothing to compare was found".to_owned();
        }
        if let [one] = columns.as_slice() {
            return format!("nothing to compare: only {one} was found ({})", plural(rows, "subject"));
        }
        let (partial, unknown) = (self.diff.count(State::Partial), self.diff.count(State::Unknown));
        let partial = if partial > 0 { format!(" ({partial} only in who has them)") } else { String::new() };
        let differ = match self.diff.differences() {
            0 => "none differs".to_owned(),
            1 => format!("1 differs{partial}"),
            more => format!("{more} differ{partial}"),
        };
        let unknown = if unknown > 0 { format!(", {unknown} cannot be told") } else { String::new() };
        format!("{}, {}, {differ}{unknown}", plural(columns.len(), "environment"), plural(rows, "subject"))
    }
}

/// What each cell of a row says, in one line of text.
fn texts(row: &Compared<'_>) -> Vec<String> {
    let text = |cell: &Cell<'_>| match cell.values.as_slice() {
        [] => nothing(cell).to_owned(),
        values => values.iter().map(|said| said.text.as_str()).collect::<Vec<_>>().join(", "),
    };
    row.cells.iter().map(text).collect()
}

/// The sign of a cell without a value.
fn nothing(cell: &Cell<'_>) -> &'static str {
    match (cell.outside, cell.unknown) {
        (true, _) => OUTSIDE,
        (false, true) => UNKNOWN,
        (false, false) => ABSENT,
    }
}

/// Whose a row is: the files, or the component's folder; empty for the repository as a whole.
fn owner(row: &Compared<'_>) -> String {
    match (row.family.as_str(), row.component.as_str()) {
        ("", "") => String::new(),
        ("", component) => format!("{component}/"),
        (family, _) => family.to_owned(),
    }
}

/// The sign of a row.
fn mark(state: State) -> &'static str {
    match state {
        State::Same => " ",
        State::Differs => "≠",
        State::Partial => "±",
        State::Unknown => "?",
    }
}
