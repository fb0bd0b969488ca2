//! Environment variables lined up: the lists that give them to processes, the code that reads them,
//! the files that offer and document them, by component. Pure; it judges nothing.

mod lists;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use super::alike::Alike;
use super::list::List;
use super::{Axis, Cell, Row, Unknown, order};
use crate::catalog;
use crate::files::{folder, within};
use crate::model::{Environment, Fact, Kind, Need, Place, Scope, Stance, Variable};
use crate::parallel;

/// All lists and reads of a view.
#[derive(Debug, Default)]
pub struct Variables<'f> {
    /// What gives or offers variables, templates included.
    lists: Vec<List<'f>>,
    by_component: HashMap<&'f str, Vec<usize>>,
    by_setup: HashMap<&'f str, Vec<usize>>,
    by_folder: HashMap<&'f str, Vec<usize>>,
    reads: HashMap<&'f str, Vec<&'f Fact>>,
    used: HashMap<&'f str, Vec<&'f Fact>>,
    documented: HashMap<&'f str, Vec<&'f Fact>>,
    given: HashMap<&'f str, Vec<&'f Fact>>,
    /// Names that code names without reading them in a way that is understood.
    named: HashMap<&'f str, Vec<&'f Fact>>,
    /// Heads of names that code reads without saying which, by component.
    dynamic: Vec<(&'f str, &'f str)>,
    /// Components whose code reads variables.
    reading: BTreeSet<&'f str>,
    /// The components whose code loads env files by itself.
    loading: BTreeSet<&'f str>,
    /// Places where a file is filled in.
    filled: BTreeSet<(&'f str, u32)>,
    /// All facts, by component and name.
    rows: BTreeMap<(&'f str, &'f str), Vec<&'f Fact>>,
    alike_read: OnceLock<Alike<'f>>,
    alike_given: OnceLock<Alike<'f>>,
    families: OnceLock<HashSet<(&'f str, &'f str)>>,
}

/// The first word of a name.
fn head(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}

/// What a fact knows of a variable.
pub(crate) fn variable(fact: &Fact) -> Option<&Variable> {
    fact.value.variable.as_deref()
}

impl<'f> Variables<'f> {
    /// Lines up the facts that speak of variables.
    pub(super) fn of(facts: &'f [Fact]) -> Variables<'f> {
        let mut all: Vec<(&'f Fact, &'f Variable)> =
            facts.iter().filter(|fact| fact.kind == Kind::Env).filter_map(|fact| Some((fact, variable(fact)?))).collect();
        // Prints are other ones in every run: nothing is ordered by them.
        let called = |fact: &'f Fact| fact.via.iter().map(Place::key);
        parallel::sort_by(&mut all, |(a, x), (b, y)| (order(a), x.stance, x.need).cmp(&(order(b), y.stance, y.need)).then_with(|| called(a).cmp(called(b))));
        // One place that is read twice says nothing more.
        let (mut last, mut said): (Option<&Fact>, HashSet<_>) = (None, HashSet::new());
        all.retain(|(fact, variable)| {
            if last.replace(fact).is_none_or(|last| order(last) != order(fact)) {
                said.clear();
            }
            said.insert((variable.stance, variable.need, variable.print))
        });
        let mut out = Variables::default();
        for (fact, variable) in &all {
            let name = fact.name.as_str();
            match variable.stance {
                Stance::Read => {
                    out.reads.entry(name).or_default().push(fact);
                    if fact.scope != Scope::Aside {
                        out.reading.insert(fact.component.as_str());
                    }
                }
                Stance::Dynamic if fact.scope != Scope::Aside => out.dynamic.push((fact.component.as_str(), name.trim_end_matches('*'))),
                Stance::Used => {
                    out.used.entry(name).or_default().push(fact);
                    out.filled.insert((fact.place.path.as_str(), fact.place.line));
                }
                Stance::Loads => _ = out.loading.insert(fact.component.as_str()),
                Stance::Named => out.named.entry(name).or_default().push(fact),
                Stance::Offered | Stance::Mentioned | Stance::Declared if fact.environment.rank() == 0 => out.documented.entry(name).or_default().push(fact),
                Stance::Given | Stance::Offered if name != "*" => out.given.entry(name).or_default().push(fact),
                _ => {}
            }
        }
        out.dynamic.sort_unstable();
        out.dynamic.dedup();
        out.lists = out.lists_of(&all, facts);
        for (index, list) in out.lists.iter().enumerate() {
            out.by_component.entry(list.component).or_default().push(index);
            out.by_setup.entry(list.setup).or_default().push(index);
            out.by_folder.entry(folder(list.setup)).or_default().push(index);
        }
        out.place_rows(&all);
        out
    }

    /// Every fact goes to the row of its component; what a list gives, to that of the list's.
    fn place_rows(&mut self, all: &[(&'f Fact, &'f Variable)]) {
        let mut moved: HashMap<(&'f Environment, &'f str, Option<&'f str>), &'f str> = HashMap::new();
        for list in &self.lists {
            moved.insert((list.environment, list.setup, list.workload), list.component);
        }
        for (fact, variable) in all {
            let who = (&fact.environment, fact.setup.as_str(), fact.workload.as_ref().map(|w| w.as_str()));
            let component = match variable.stance {
                Stance::Given | Stance::Offered | Stance::Mentioned => moved.get(&who).copied().unwrap_or(fact.component.as_str()),
                Stance::Open | Stance::Inherited | Stance::Dynamic | Stance::Named | Stance::Loads => continue,
                _ => fact.component.as_str(),
            };
            self.rows.entry((component, fact.name.as_str())).or_default().push(fact);
        }
    }

    /// One row for each component and name.
    pub(super) fn rows(&self, environments: &[Environment], unknown: &Unknown<'_>) -> Vec<Row<'f>> {
        let row = |((component, name), facts): (&(&'f str, &'f str), &Vec<&'f Fact>)| {
            let cells = environments.iter().map(|environment| {
                let facts = facts.iter().copied().filter(|fact| fact.environment == *environment).collect();
                (environment.clone(), Cell { facts, unknown: unknown.holds(environment) })
            });
            Row { axis: Axis::Variable, kind: Kind::Env, name: (*name).to_owned(), component: (*component).to_owned(), cells: cells.collect() }
        };
        self.rows.iter().map(row).collect()
    }

    /// Where code reads a name, tests included.
    pub fn reads_of(&self, name: &str) -> impl Iterator<Item = &'f Fact> + '_ {
        self.reads.get(name).into_iter().flatten().copied()
    }

    /// Where files are filled in with a name.
    pub fn uses_of(&self, name: &str) -> impl Iterator<Item = &'f Fact> + '_ {
        self.used.get(name).into_iter().flatten().copied()
    }

    /// Where templates and schemas speak of a name.
    pub fn documented(&self, name: &str) -> impl Iterator<Item = &'f Fact> + '_ {
        self.documented.get(name).into_iter().flatten().copied()
    }

    /// Where an environment gives or offers a name.
    pub fn given(&self, name: &str) -> impl Iterator<Item = &'f Fact> + '_ {
        self.given.get(name).into_iter().flatten().copied()
    }

    /// Where code names a variable without reading it in a way that is understood.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &'f Fact> + '_ {
        self.named.get(name).into_iter().flatten().copied()
    }

    /// The names that code reads outside of tests and that may be meant by this one, in order.
    pub fn alike_read(&self, name: &str, words: &catalog::Variables) -> Vec<&'f str> {
        let read = || self.reads.iter().filter(|(_, facts)| facts.iter().any(|fact| fact.scope != Scope::Aside)).map(|(name, _)| *name);
        self.alike_read.get_or_init(|| Alike::of(read(), words)).to(name, words)
    }

    /// The names that some environment gives or offers and that may be meant by this one, in order.
    pub fn alike_given(&self, name: &str, words: &catalog::Variables) -> Vec<&'f str> {
        self.alike_given.get_or_init(|| Alike::of(self.names_given(), words)).to(name, words)
    }

    /// Every name that some environment gives or offers.
    pub fn names_given(&self) -> impl Iterator<Item = &'f str> + '_ {
        self.given.keys().copied()
    }

    /// Whether a file requires a name that begins with the same word as this one and that only code speaks
    /// of.
    pub fn requires_family(&self, name: &str, path: &str) -> bool {
        let families = self.families.get_or_init(|| {
            let undocumented = self.reads.iter().filter(|(name, _)| self.documented(name).all(|fact| fact.format == "code"));
            let required = |fact: &Fact| fact.scope != Scope::Aside && variable(fact).is_some_and(|variable| variable.need == Need::Required);
            // The project's own prefix is no family: it stands before everything.
            let mut heads: HashMap<&str, usize> = HashMap::new();
            self.reads.keys().for_each(|name| *heads.entry(head(name)).or_default() += 1);
            let own = |name: &str| heads.get(head(name)).is_some_and(|count| *count >= 20 && *count * 5 >= self.reads.len());
            let named = undocumented.filter(|(name, _)| !own(name));
            named.flat_map(|(name, facts)| facts.iter().filter(|fact| required(fact)).map(|fact| (head(name), fact.place.path.as_str()))).collect()
        });
        families.contains(&(head(name), path))
    }

    /// Whether something reads a name, or code names it in a way that is not understood.
    pub fn is_named(&self, name: &str) -> bool {
        let base = name.strip_suffix("_FILE").unwrap_or(name);
        // A word alone may stand in code for anything.
        let named = |name: &str| name.contains('_') && self.named.contains_key(name);
        let direct = |name: &str| self.reads.contains_key(name) || self.used.contains_key(name) || named(name);
        direct(name) || direct(base) || name.contains("__")
    }

    /// Whether some code may read a name: it does, or names it, or reads names that only a run knows, in
    /// the component, one above or below it, or one that is no process of its own.
    pub fn may_be_read(&self, name: &str, component: &str) -> bool {
        let near = |other: &str| within(other, component) || within(component, other) || !self.by_component.contains_key(other);
        self.is_named(name) || self.named.contains_key(name) || self.dynamic.iter().any(|(other, head)| name.starts_with(head) && near(other))
    }

    /// Whether another env file, of another environment and no template, stands in the folder of one.
    pub fn has_sibling_file(&self, path: &str) -> bool {
        let here: Vec<&List<'f>> = self.at(self.by_folder.get(folder(path))).filter(|list| list.offered && list.environment.rank() != 0).collect();
        let own = here.iter().find(|list| list.setup == path).map(|list| list.environment);
        here.iter().any(|list| list.setup != path && Some(list.environment) != own)
    }

    /// Whether a variable is filled in on a line.
    pub fn is_filled(&self, path: &str, line: u32) -> bool {
        self.filled.contains(&(path, line))
    }

    /// Whether code of the component that this folder is reads variables.
    pub fn is_read_in(&self, folder: &str) -> bool {
        self.reading.contains(folder)
    }

    /// Whether the code of a component loads env files by itself, or what starts it from the root does.
    pub fn loads_files(&self, component: &str) -> bool {
        self.loading.contains(component) || self.loading.contains("")
    }

    /// Whether the code of a component is understood well enough to say what it does not read.
    pub fn is_understood(&self, component: &str) -> bool {
        self.reading.contains(component) || self.reading.contains("") || component.is_empty() && !self.reading.is_empty()
    }

    /// The lists of a component that belong to a real environment.
    pub fn lists_of_component<'s>(&'s self, component: &'s str) -> impl Iterator<Item = &'s List<'f>> + 's {
        self.at(self.by_component.get(component)).filter(|list| list.environment.rank() != 0)
    }

    fn at<'s>(&'s self, indexes: Option<&'s Vec<usize>>) -> impl Iterator<Item = &'s List<'f>> + 's {
        indexes.into_iter().flatten().filter_map(|index| self.lists.get(*index))
    }

    /// The lists of a component, its templates as well.
    pub fn all_of_component<'s>(&'s self, component: &'s str) -> impl Iterator<Item = &'s List<'f>> + 's {
        self.at(self.by_component.get(component))
    }

    /// The templates that stand in a component.
    pub fn templates_of<'s>(&'s self, component: &'s str) -> impl Iterator<Item = &'s List<'f>> + 's {
        self.at(self.by_component.get(component)).filter(|list| list.offered && list.environment.rank() == 0)
    }

    /// What an environment gives or offers to any process.
    pub fn given_in<'s>(&'s self, environment: &'s Environment) -> impl Iterator<Item = &'f Fact> + 's {
        self.lists.iter().filter(move |list| list.environment == environment).flat_map(|list| list.given.values().copied())
    }

    /// The lists of one set-up.
    pub fn lists_of_setup<'s>(&'s self, setup: &'s str) -> impl Iterator<Item = &'s List<'f>> + 's {
        self.at(self.by_setup.get(setup))
    }

    /// The list that a fact stands in.
    pub fn list_of<'s>(&'s self, fact: &'s Fact) -> impl Iterator<Item = &'s List<'f>> + 's {
        let workload = fact.workload.as_ref().map(|workload| workload.as_str());
        self.lists_of_setup(fact.setup.as_str()).filter(move |list| list.workload == workload)
    }

    /// The processes of the stacks whose first file lies in a folder.
    pub fn stacks_in<'s>(&'s self, folder: &'s str) -> impl Iterator<Item = &'s List<'f>> + 's {
        self.at(self.by_folder.get(folder)).filter(|list| list.format == "compose")
    }
}
