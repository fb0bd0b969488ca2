//! Configuration lined up: the families, and a row for each key that is not the same everywhere. Pure; it
//! judges nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Axis, Cell, Row, Unknown, order};
use crate::model::key::{last, letters, table};
use crate::model::{Environment, Fact, Family, Form, Kind, Stance};

/// All families, and where their keys stand.
#[derive(Debug, Default)]
pub struct Settings<'f> {
    families: BTreeMap<&'f str, &'f Family>,
    /// By family and key, what is said of it.
    keys: BTreeMap<(&'f str, &'f str), Vec<&'f Fact>>,
    /// By family and last part, the keys.
    by_last: HashMap<(&'f str, &'f str), Vec<&'f str>>,
    /// By family and all but the last part, the keys.
    by_table: HashMap<(&'f str, &'f str), Vec<&'f str>>,
    /// By family and letters alone, the keys.
    by_letters: HashMap<(&'f str, String), Vec<&'f str>>,
    /// Which environments lead to whose files, and in which families.
    borrows: BTreeMap<(&'f Environment, &'f Environment), BTreeSet<&'f str>>,
    /// The lines that lead to another environment's file.
    foreign: BTreeSet<(&'f str, u32)>,
}

impl<'f> Settings<'f> {
    pub(super) fn of(facts: &'f [Fact], families: &'f [Family]) -> Settings<'f> {
        let mut settings = Settings { families: families.iter().map(|family| (family.label.as_str(), family)).collect(), ..Settings::default() };
        for fact in facts.iter().filter(|fact| is_setting(fact)) {
            settings.keys.entry((fact.setup.as_str(), fact.name.as_str())).or_default().push(fact);
            if is_foreign(fact) {
                settings.foreign.insert((fact.place.path.as_str(), fact.place.line));
            }
            for named in lent(fact) {
                settings.borrows.entry((&fact.environment, named)).or_default().insert(fact.setup.as_str());
            }
        }
        for facts in settings.keys.values_mut() {
            facts.sort_by(|a, b| order(a).cmp(&order(b)));
        }
        for (family, key) in settings.keys.keys() {
            settings.by_last.entry((family, last(key))).or_default().push(key);
            settings.by_table.entry((family, table(key))).or_default().push(key);
            settings.by_letters.entry((family, letters(key))).or_default().push(key);
        }
        settings
    }

    pub(super) fn rows(&self, environments: &[Environment], unknown: &Unknown<'_>) -> Vec<Row<'f>> {
        let number: HashMap<&Environment, usize> = environments.iter().enumerate().map(|(number, environment)| (environment, number)).collect();
        let empty: Vec<(Environment, Cell<'f>)> =
            environments.iter().map(|environment| (environment.clone(), Cell { facts: Vec::new(), unknown: unknown.holds(environment) })).collect();
        let row = |((_, name), facts): (&(&'f str, &'f str), &Vec<&'f Fact>)| {
            let component = facts.first().map_or(String::new(), |fact| fact.component.as_str().to_owned());
            let mut cells = empty.clone();
            for fact in facts {
                if let Some((_, cell)) = number.get(&fact.environment).and_then(|number| cells.get_mut(*number)) {
                    cell.facts.push(fact);
                }
            }
            Row { axis: Axis::Setting, kind: Kind::Config, name: (*name).to_owned(), component, cells }
        };
        self.keys.iter().map(row).collect()
    }

    /// The family of this label.
    pub fn family(&self, label: &str) -> Option<&'f Family> {
        self.families.get(label).copied()
    }

    /// Every family.
    pub fn families(&self) -> impl Iterator<Item = &'f Family> + '_ {
        self.families.values().copied()
    }

    /// The keys of a family that are not the same everywhere, and who says what of them.
    pub fn keys_of<'s>(&'s self, label: &'f str) -> impl Iterator<Item = (&'f str, &'s [&'f Fact])> + 's {
        self.keys.range((label, "")..).take_while(move |((family, _), _)| *family == label).map(|((_, key), facts)| (*key, facts.as_slice()))
    }

    /// What is said of one key of a family.
    pub fn said(&self, label: &'f str, key: &'f str) -> &[&'f Fact] {
        self.keys.get(&(label, key)).map_or(&[], Vec::as_slice)
    }

    /// The keys of a family whose last part is this, in order.
    pub fn ending(&self, label: &'f str, last: &'f str) -> &[&'f str] {
        self.by_last.get(&(label, last)).map_or(&[], Vec::as_slice)
    }

    /// The keys of one table of a family, in order.
    pub fn beside(&self, label: &'f str, key: &'f str) -> &[&'f str] {
        self.by_table.get(&(label, table(key))).map_or(&[], Vec::as_slice)
    }

    /// The keys of a family that have the letters and digits of this one, whatever parts them.
    pub fn sounding(&self, label: &'f str, key: &str) -> &[&'f str] {
        self.by_letters.get(&(label, letters(key))).map_or(&[], Vec::as_slice)
    }

    /// Whether the line of a fact leads to another environment's file.
    pub fn leads_elsewhere(&self, fact: &Fact) -> bool {
        self.foreign.contains(&(fact.place.path.as_str(), fact.place.line))
    }

    /// Whether an environment takes what it has from another one as a practice: in several families.
    pub fn borrows(&self, environment: &Environment, of: &Environment) -> bool {
        self.borrows.get(&(environment, of)).is_some_and(|families| families.len() >= 3)
    }
}

/// Whether a fact leads to another environment's file instead of its own.
fn is_foreign(fact: &Fact) -> bool {
    fact.value.variable.as_deref().is_some_and(|variable| variable.stance == Stance::Foreign)
}

/// The environments whose files a fact leads to instead of its own.
fn lent(fact: &Fact) -> &[Environment] {
    match fact.value.variable.as_deref() {
        Some(variable) if is_foreign(fact) => &variable.names,
        _ => &[],
    }
}

/// Whether a fact is a key of a family.
pub(super) fn is_setting(fact: &Fact) -> bool {
    matches!(fact.form, Form::Setting(_))
}
