//! What one environment says of one subject, in the words of a cell: which of its facts speak for it,
//! what is compared of them, and how hidden values that differ are told apart.

use crate::align;
use crate::align::Row;
use crate::model::{Fact, ImageRef, Kind, Print, Role, Scope, Stance, Variable};
use crate::seal;

/// Whether columns agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// All say the same.
    Same,
    /// Two say what differs.
    Differs,
    /// Who says something says the same, and others say nothing.
    Partial,
    /// Those that are known say the same; of others it cannot be told.
    Unknown,
}

impl State {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            State::Same => "same",
            State::Differs => "differs",
            State::Partial => "partial",
            State::Unknown => "unknown",
        }
    }

    /// Whether columns part: in what they say, or in whether they say anything.
    pub fn is_difference(self) -> bool {
        matches!(self, State::Differs | State::Partial)
    }
}

/// What is compared of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Essence {
    Text(String),
    Print(Print),
}

/// One value, and where it stands.
#[derive(Debug)]
pub struct Said<'f> {
    /// How it is shown. Hidden values of one row that differ have letters: `‹hidden a›`.
    pub text: String,
    /// Who says so, in the order of their places.
    pub facts: Vec<&'f Fact>,
    /// A number that equal values of one row share; none where it cannot be told.
    pub variant: Option<usize>,
    essence: Option<Essence>,
}

impl Said<'_> {
    /// Calls the value by another text, by which it is compared.
    pub(super) fn call(&mut self, text: String) {
        self.essence = Some(Essence::Text(text.clone()));
        self.text = text;
    }
}

/// What one environment says.
#[derive(Debug)]
pub struct Cell<'f> {
    /// Its values, by their texts.
    pub values: Vec<Said<'f>>,
    /// Whether it cannot be told: nothing is said, and something could not be read.
    pub unknown: bool,
    /// Whether it has no part in this: it has none of the files whose key this is.
    pub outside: bool,
}

impl<'f> Cell<'f> {
    /// What a cell of the matrix says; `image` is how all images of its row are called, and `open` asks
    /// whether more comes from a place that cannot be read.
    pub(super) fn of(cell: &align::Cell<'f>, image: Option<&str>, open: impl FnOnce() -> bool) -> Cell<'f> {
        let mut values: Vec<Said<'f>> = Vec::new();
        for fact in speakers(&cell.facts) {
            let text = text(fact, image);
            let essence = essence(fact, &text);
            match values.iter_mut().find(|said| essence.is_some() && said.essence == essence && said.text == text) {
                Some(said) => said.facts.push(fact),
                None => values.push(Said { text, facts: vec![fact], variant: None, essence }),
            }
        }
        values.sort_by(|a, b| a.text.cmp(&b.text));
        let unknown = values.is_empty() && (cell.unknown || open());
        Cell { values, unknown, outside: false }
    }

    /// Makes one of values that are called the same.
    pub(super) fn join_alike(&mut self) {
        let mut values: Vec<Said<'f>> = Vec::new();
        for said in std::mem::take(&mut self.values) {
            match values.iter_mut().find(|known| known.essence.is_some() && known.essence == said.essence && known.text == said.text) {
                Some(known) => known.facts.extend(said.facts),
                None => values.push(said),
            }
        }
        self.values = values;
    }

    /// Whether it is known to say nothing.
    pub fn is_absent(&self) -> bool {
        self.values.is_empty() && !self.unknown && !self.outside
    }

    /// What it is compared by: none where that cannot be told.
    fn key(&self) -> Option<Vec<&Essence>> {
        if self.unknown || self.outside {
            return None;
        }
        let mut key = self.values.iter().map(|said| said.essence.as_ref()).collect::<Option<Vec<_>>>()?;
        key.sort_unstable();
        key.dedup();
        Some(key)
    }
}

/// The facts that speak for an environment: what runs, else what builds; a side task is not the
/// application. A variable is what a process is given or a file offers: that code reads it, or a
/// schema declares it, sets nothing.
fn speakers<'f>(facts: &[&'f Fact]) -> Vec<&'f Fact> {
    let sets = |fact: &Fact| match &fact.value.variable {
        Some(variable) => fact.scope != Scope::Aside && matches!(variable.stance, Stance::Given | Stance::Offered),
        None => true,
    };
    let rank = |fact: &Fact| match fact.scope {
        Scope::Run | Scope::Matrix => 0,
        Scope::Build => 1,
        Scope::Aside | Scope::Theirs => 2,
    };
    let nearest = facts.iter().filter(|fact| sets(fact)).map(|fact| rank(fact)).min();
    facts.iter().copied().filter(|fact| sets(fact) && Some(rank(fact)) == nearest).collect()
}

/// How all images of a row are called, where that is one name: their tags tell them apart.
pub(super) fn image_of(row: &Row<'_>) -> Option<String> {
    let mut names = row.facts().filter_map(|fact| fact.value.image.as_ref()).map(ImageRef::name);
    let first = names.next()?;
    names.all(|name| name == first).then_some(first)
}

/// A value as a cell shows it: of a runtime its version, of an image whose name says no more than the
/// row the tag.
fn text(fact: &Fact, image: Option<&str>) -> String {
    let whole = fact.value.text.as_str();
    match (&fact.value.spec, image) {
        (Some(spec), _) if fact.kind == Kind::Runtime && fact.role == Role::Pin => {
            let numbers = spec.line(4).unwrap_or_default();
            numbers.iter().take(usize::from(spec.precision().max(1))).map(u64::to_string).collect::<Vec<_>>().join(".")
        }
        (_, Some(name)) if fact.value.image.is_some() => match whole.strip_prefix(name).unwrap_or(whole) {
            "" => "untagged".to_owned(),
            rest => rest.trim_start_matches(':').to_owned(),
        },
        _ => whole.to_owned(),
    }
}

/// What is compared of a value: its print where it has one, so that a default equals the same value
/// written out; else its text. What is hidden without a print cannot be compared.
fn essence(fact: &Fact, text: &str) -> Option<Essence> {
    let print = fact.value.variable.as_ref().filter(|variable| !variable.placeholder).and_then(|variable| variable.print);
    match print {
        Some(print) => Some(Essence::Print(print)),
        None if seal::hides(&fact.value.text) || is_partial(fact) => None,
        None => Some(Essence::Text(look(text).to_owned())),
    }
}

/// Whether only a part of a value is shown, though nothing stands for the rest: a user and a password are
/// dropped from an address, a path is cut.
fn is_partial(fact: &Fact) -> bool {
    let of_address = |variable: &Variable| variable.exposed && variable.address.is_some();
    fact.value.text.as_str().contains('…') || fact.value.variable.as_deref().is_some_and(of_address)
}

/// Numbers the values of a row, and gives letters to those that look alike and are not.
pub(super) fn tell_apart(cells: &mut [Cell<'_>]) {
    let mut essences: Vec<Essence> = Vec::new();
    for said in cells.iter_mut().flat_map(|cell| &mut cell.values) {
        let Some(essence) = &said.essence else { continue };
        let number = essences.iter().position(|known| known == essence).unwrap_or(essences.len());
        if number == essences.len() {
            essences.push(essence.clone());
        }
        said.variant = Some(number + 1);
    }
    let all: Vec<(String, Option<usize>)> = cells.iter().flat_map(|cell| &cell.values).map(|said| (look(&said.text).to_owned(), said.variant)).collect();
    let unclear = |said: &Said<'_>| said.variant.is_some() && all.iter().any(|(text, variant)| text == look(&said.text) && *variant != said.variant);
    let mut lettered: Vec<Option<usize>> = Vec::new();
    for cell in cells {
        for said in &mut cell.values {
            if !unclear(said) {
                continue;
            }
            let number = lettered.iter().position(|known| *known == said.variant).unwrap_or(lettered.len());
            if number == lettered.len() {
                lettered.push(said.variant);
            }
            said.text = with_letter(&said.text, number);
        }
        cell.values.sort_by(|a, b| a.text.cmp(&b.text));
    }
}

/// What a reader sees of a value, whether it is a default or not.
fn look(text: &str) -> &str {
    text.strip_prefix("default ").unwrap_or(text)
}

fn with_letter(text: &str, number: usize) -> String {
    let letter =
        u8::try_from(number).ok().filter(|number| *number < 26).map_or_else(|| (number + 1).to_string(), |number| char::from(b'a' + number).to_string());
    match text.strip_suffix('›') {
        Some(open) => format!("{open} {letter}›"),
        None => format!("{text} ({letter})"),
    }
}

/// Whether the cells of a row agree.
pub(super) fn state(cells: &[Cell<'_>]) -> State {
    let present = || cells.iter().filter(|cell| !cell.values.is_empty());
    let mut told = present().filter_map(Cell::key);
    let first = told.next();
    if told.any(|key| Some(&key) != first.as_ref()) {
        State::Differs
    } else if present().next().is_some() && cells.iter().any(Cell::is_absent) {
        State::Partial
    } else if cells.iter().any(|cell| !cell.outside && cell.key().is_none()) {
        State::Unknown
    } else {
        State::Same
    }
}

/// The one of three or more that parts from all others, which agree. What cannot be told is none of
/// them.
pub(super) fn odd_one_out(cells: &[Cell<'_>]) -> Option<usize> {
    let known: Vec<(usize, Vec<&Essence>)> = cells.iter().enumerate().filter_map(|(number, cell)| Some((number, cell.key()?))).collect();
    let alone = |key: &Vec<&Essence>| known.iter().filter(|(_, other)| other == key).count() == 1;
    let (lone, others): (Vec<_>, Vec<_>) = known.iter().partition(|(_, key)| alone(key));
    match (lone.as_slice(), others.as_slice()) {
        ([(odd, _)], [(_, first), _, ..]) if others.iter().all(|(_, key)| key == first) => Some(*odd),
        _ => None,
    }
}
