//! The matrix without policy: what environments say of every subject, and where they part. Surveys of
//! several revisions are lined up as one, every column under its own name.

mod bits;
mod said;

pub use said::{Cell, Said, State};

use std::collections::{BTreeMap, HashSet};

use crate::align::{self, Axis, Matrix, Row, align};
use crate::catalog::Catalog;
use crate::model::terms::NONE;
use crate::model::{Environment, Fact, Form, Gap, Inside, Kind, Part};
use crate::survey::Survey;

/// One column: an environment of a survey, and what it is called.
#[derive(Debug, Clone)]
pub struct Column<'s> {
    /// What it is called: the environment's name, or `NAME@REVISION`.
    pub label: Environment,
    /// The environment.
    pub environment: Environment,
    /// The survey that tells of it.
    pub survey: &'s Survey,
}

/// What some columns hold, each fact and gap under its column's name.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The columns in order.
    pub columns: Vec<Environment>,
    /// What they say, and what the contract says that none of them may be.
    pub facts: Vec<Fact>,
    /// What could not be read of them.
    pub gaps: Vec<Gap>,
    /// How many files were opened.
    pub files_read: usize,
}

/// One subject across all columns.
#[derive(Debug)]
pub struct Compared<'f> {
    /// The kind of the subject.
    pub kind: Kind,
    /// The folder of its component; empty for the repository as a whole.
    pub component: String,
    /// The files whose key it is: their path, with `{env}` in the place of the environment's word; empty for
    /// all other kinds.
    pub family: String,
    /// Its name.
    pub name: String,
    /// A cell for each column.
    pub cells: Vec<Cell<'f>>,
    /// Whether the columns say the same.
    pub state: State,
    /// The one column of three or more that parts from all others, which agree.
    pub odd: Option<usize>,
}

/// All subjects of which some column says something, by kind, component and name.
#[derive(Debug)]
pub struct Diff<'f> {
    /// What was compared.
    pub of: &'f Gathered,
    /// The subjects.
    pub rows: Vec<Compared<'f>>,
}

impl Diff<'_> {
    /// How many subjects differ.
    pub fn differences(&self) -> usize {
        self.rows.iter().filter(|row| row.state.is_difference()).count()
    }

    /// How many subjects are in this state.
    pub fn count(&self, state: State) -> usize {
        self.rows.iter().filter(|row| row.state == state).count()
    }
}

/// Brings together what columns say. What the contract says stays beside it: from what code reads it
/// is told whose a variable is.
pub fn gather(columns: &[Column<'_>]) -> Gathered {
    let mut out = Gathered { columns: columns.iter().map(|column| column.label.clone()).collect(), ..Gathered::default() };
    let mut surveys: Vec<&Survey> = Vec::new();
    let mut labels: HashSet<&Environment> = HashSet::new();
    for Column { label, environment, survey } in columns {
        if labels.insert(label) {
            let own = survey.facts.iter().filter(|fact| fact.environment == *environment && !is_mute(fact));
            out.facts.extend(own.map(|fact| Fact { environment: label.clone(), ..fact.clone() }));
            let own = survey.gaps.iter().filter(|gap| gap.environment.as_ref() == Some(environment));
            out.gaps.extend(own.map(|gap| Gap { environment: Some(label.clone()), ..gap.clone() }));
        }
        if !surveys.iter().any(|known| std::ptr::eq(*known, *survey)) {
            surveys.push(survey);
            out.files_read += survey.files_read;
            out.gaps.extend(survey.gaps.iter().filter(|gap| gap.environment.is_none()).cloned());
        }
    }
    let contract = Environment::contract();
    if !labels.contains(&contract) {
        let beside = surveys.iter().flat_map(|survey| &survey.facts).filter(|fact| fact.environment == contract);
        out.facts.extend(beside.cloned());
    }
    out.gaps.sort();
    out.gaps.dedup();
    out
}

/// Whether a fact says nothing worth a line: that a container runs on no term, or what files declare of that.
fn is_mute(fact: &Fact) -> bool {
    fact.form == Form::Started(Part::Term) && (!fact.is_live() || fact.value.text.as_str() == NONE)
}

/// Lines up what was gathered.
pub fn diff(of: &Gathered) -> Diff<'_> {
    let matrix = align(&of.facts, &[], &of.gaps, &of.columns, Catalog::get());
    let mut subjects: BTreeMap<(Kind, &str), Vec<&Row<'_>>> = BTreeMap::new();
    for row in matrix.rows.iter().filter(|row| is_subject(row)) {
        subjects.entry((row.kind, row.name.as_str())).or_default().push(row);
    }
    // A file that an environment has not, and a machine that nobody asked, lack nothing.
    let members: HashSet<Member<'_>> = of.facts.iter().filter_map(member).collect();
    let looked: HashSet<Looked<'_>> = of.facts.iter().flat_map(looked).collect();
    let mut rows: Vec<Compared<'_>> = Vec::new();
    for alike in subjects.values() {
        rows.extend(alike.iter().filter(|row| !is_repeated(row, alike)).filter_map(|row| compared(row, &matrix, &members, &looked)));
    }
    let place = |kind: Kind| Kind::ALL.iter().position(|known| *known == kind);
    rows.sort_by(|a, b| (place(a.kind), &a.component, &a.family, &a.name).cmp(&(place(b.kind), &b.component, &b.family, &b.name)));
    Diff { of, rows }
}

/// Whether a row is a subject's own: the other axes look at the same facts in other ways. An image is
/// called by its repository, wherever it stands.
fn is_subject(row: &Row<'_>) -> bool {
    match row.axis {
        Axis::Kin | Axis::Workload | Axis::Running | Axis::Tag | Axis::Presence => false,
        // What ends of one thing say of each other is the same in every environment, or nothing.
        Axis::Lock
        | Axis::Install
        | Axis::Demand
        | Axis::Input
        | Axis::BuildArgument
        | Axis::Port
        | Axis::Mount
        | Axis::Health
        | Axis::Option
        | Axis::Tool
        | Axis::Profile
        | Axis::Override => false,
        Axis::Content | Axis::User => true,
        Axis::Repository => row.kind == Kind::Image,
        _ => row.kind != Kind::Image,
    }
}

/// Whether everything that a row says stands in the row of a component below, too, where it holds as
/// well.
fn is_repeated(row: &Row<'_>, alike: &[&Row<'_>]) -> bool {
    let below = |other: &Row<'_>| match other.component.strip_prefix(row.component.as_str()) {
        Some(rest) => !rest.is_empty() && (row.component.is_empty() || rest.starts_with('/')),
        None => false,
    };
    let holds = |other: &Row<'_>, fact: &Fact| other.facts().any(|known| std::ptr::eq(known, fact));
    alike.iter().any(|other| below(other) && row.facts().all(|fact| holds(other, fact)))
}

/// A family of configuration files, and an environment that has one of them.
type Member<'f> = (&'f str, &'f Environment);

fn member(fact: &Fact) -> Option<Member<'_>> {
    match fact.kind {
        Kind::Config => Some((fact.setup.as_str(), &fact.environment)),
        Kind::Host => Some(("", &fact.environment)),
        _ => None,
    }
}

/// That an image of an environment was looked into: what for, and whose.
type Looked<'f> = (&'f Environment, &'static str, &'f str);

/// What a fact of an image's insides, or of a container's terms, tells was looked into. Nothing is known to be missing
/// where nobody looked.
fn looked(fact: &Fact) -> impl Iterator<Item = Looked<'_>> {
    let workload = fact.workload.as_ref().map_or("", |workload| workload.as_str());
    let of = match fact.form {
        Form::Inside(Inside::System) => [Some(("system", workload)), Some(("content", ""))],
        Form::Inside(Inside::Summary) => [Some(("summary", workload)), Some(("content", ""))],
        Form::Inside(Inside::Library(_) | Inside::Locked(_)) => [Some(("library", fact.component.as_str())), Some(("content", ""))],
        Form::Inside(Inside::Secret | Inside::Buried | Inside::Written | Inside::History | Inside::Maps) => [Some(("content", "")), None],
        Form::Inside(Inside::User) => [Some(("user", workload)), None],
        Form::Started(Part::Term) => [Some(("term", workload)), None],
        _ => [None, None],
    };
    of.into_iter().flatten().map(|(what, whose)| (&fact.environment, what, whose))
}

fn compared<'f>(row: &Row<'f>, matrix: &Matrix<'f>, members: &HashSet<Member<'f>>, known: &HashSet<Looked<'f>>) -> Option<Compared<'f>> {
    let wanted = row.facts().next().and_then(|fact| looked(fact).next());
    let family = row.facts().next().filter(|_| row.axis == Axis::Setting).map_or("", |fact| fact.setup.as_str());
    // What more comes from a place that cannot be read here may hold any variable.
    let open = |environment: &Environment| {
        row.kind == Kind::Env && matrix.variables.lists_of_component(&row.component).any(|list| list.open && list.environment == environment)
    };
    let image = said::image_of(row);
    let cell = |(environment, cell): &(Environment, align::Cell<'f>)| {
        let unseen = wanted.is_some_and(|(_, what, whose)| !known.contains(&(environment, what, whose)));
        let outside = unseen || (!family.is_empty() || row.kind == Kind::Host) && !members.contains(&(family, environment));
        Cell { outside, ..Cell::of(cell, image.as_deref(), || open(environment)) }
    };
    let mut cells: Vec<Cell<'f>> = row.cells.iter().map(cell).collect();
    if cells.iter().all(|cell| cell.values.is_empty()) {
        return None;
    }
    bits::hold(&mut cells);
    said::tell_apart(&mut cells);
    let state = said::state(&cells);
    let odd = said::odd_one_out(&cells);
    Some(Compared { kind: row.kind, component: row.component.clone(), family: family.to_owned(), name: row.name.clone(), cells, state, odd })
}
