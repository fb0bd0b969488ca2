//! The lists of variables: who gives or offers what to which process, and whose code that process runs. Pure; it judges
//! nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Mutex;

use super::super::list::List;
use super::super::order::Order;
use super::Variables;
use crate::model::{Environment, Fact, Form, Part, Scope, Stance, Variable};

impl<'f> Variables<'f> {
    pub(super) fn lists_of(&self, all: &[(&'f Fact, &'f Variable)], facts: &'f [Fact]) -> Vec<List<'f>> {
        // What the processes of stacks run: a component that is built, or an image.
        let runs: HashMap<(&'f str, &'f str), &'f str> = facts
            .iter()
            .filter(|fact| fact.form == Form::Started(Part::Health))
            .map(|fact| ((fact.setup.as_str(), fact.name.as_str()), fact.component.as_str()))
            .collect();
        let building: HashSet<&'f str> = runs.iter().filter(|(_, runs)| self.reading.contains(**runs)).map(|((setup, _), _)| *setup).collect();
        // Beside what a stack builds of the project's code, an image is somebody else's.
        let is_foreign = |setup: &'f str, workload: Option<&'f str>| {
            building.contains(setup) && workload.and_then(|workload| runs.get(&(setup, workload))).is_some_and(|runs| !self.reading.contains(*runs))
        };
        type Who<'f> = (&'f Environment, &'f str, Option<&'f str>, bool);
        let mut groups: BTreeMap<Who<'f>, Vec<(&'f Fact, &'f Variable)>> = BTreeMap::new();
        for (fact, variable) in all {
            let offered = match variable.stance {
                Stance::Given | Stance::Open | Stance::Inherited => false,
                Stance::Offered | Stance::Mentioned => true,
                _ => continue,
            };
            if fact.scope == Scope::Run || fact.scope == Scope::Matrix || matches!(variable.stance, Stance::Offered | Stance::Mentioned) {
                let who = (&fact.environment, fact.setup.as_str(), fact.workload.as_ref().map(|w| w.as_str()), offered);
                groups.entry(who).or_default().push((fact, variable));
            }
        }
        let list = |number, (environment, setup, workload, offered): Who<'f>, facts: Vec<(&'f Fact, &'f Variable)>| {
            let mut given: BTreeMap<&'f str, &'f Fact> = BTreeMap::new();
            let mut inherited = BTreeSet::new();
            for (fact, variable) in &facts {
                if variable.stance == Stance::Inherited {
                    inherited.insert(fact.name.as_str());
                } else if !matches!(variable.stance, Stance::Open | Stance::Mentioned) {
                    given.entry(fact.name.as_str()).or_insert(fact);
                }
            }
            let first = facts.first().map(|(fact, _)| *fact);
            let stated = first.map_or("", |fact| fact.component.as_str());
            // What is built or stands in a component whose code reads variables is that component's.
            let settled = environment.rank() == 0 || !stated.is_empty() && self.reading.contains(stated);
            let component = if settled { stated } else { self.reader_of(&given, stated) };
            let mentioned = facts.iter().filter(|(_, variable)| variable.stance == Stance::Mentioned).count();
            let open = facts.iter().any(|(_, variable)| variable.stance == Stance::Open);
            let read = given.keys().filter(|name| self.reads_of(name).any(|fact| fact.scope != Scope::Aside)).count();
            let own = read >= 2 && !is_foreign(setup, workload) || read >= 1 && read * 2 >= given.len();
            let files = given.values().map(|fact| fact.place.path.as_str()).collect();
            let format = first.map_or("", |fact| fact.format);
            let order = if offered { Order::of(&given) } else { Order::default() };
            let common = Mutex::default();
            let live = first.is_some_and(Fact::is_live);
            List { environment, setup, workload, component, format, given, inherited, mentioned, open, offered, own, live, files, order, number, common }
        };
        let mut lists: Vec<List<'f>> = groups.into_iter().enumerate().map(|(number, (who, facts))| list(number, who, facts)).collect();
        // What one set-up builds, another one runs under the same name.
        let known: HashMap<&'f str, &'f str> =
            lists.iter().filter(|list| !list.component.is_empty()).filter_map(|list| Some((list.workload?, list.component))).collect();
        for list in lists.iter_mut().filter(|list| list.component.is_empty() && list.format == "compose") {
            if let Some(component) = list.workload.and_then(|workload| known.get(workload)) {
                list.component = component;
            }
        }
        // What runs is of the component that is declared to run so, first in the same environment.
        let mut declared: HashMap<(Option<&'f Environment>, &'f str), &'f str> = HashMap::new();
        let mut owned: HashMap<&'f str, bool> = HashMap::new();
        for list in lists.iter().filter(|list| !list.live && !list.offered && list.environment.rank() != 0) {
            if let Some(workload) = list.workload {
                declared.entry((Some(list.environment), workload)).or_insert(list.component);
                declared.entry((None, workload)).or_insert(list.component);
                *owned.entry(workload).or_default() |= list.own;
            }
        }
        for list in lists.iter_mut().filter(|list| list.live) {
            let of = |environment| declared.get(&(environment, list.workload?)).copied();
            if let Some(component) = of(Some(list.environment)).or_else(|| of(None)) {
                list.component = component;
            }
            // Be it given nothing at all: it runs the project's code where files say so, and of what no file
            // speaks, where it is a component's.
            list.own |=
                list.workload.and_then(|workload| owned.get(workload).copied()).unwrap_or(!list.component.is_empty() && self.reading.contains(list.component));
        }
        lists
    }

    /// The component that a list is of: the stated one, where its code reads about as much of what the list
    /// gives as any other's; else the one that reads most, where that is at least two names and half of
    /// them.
    fn reader_of(&self, given: &BTreeMap<&'f str, &'f Fact>, stated: &'f str) -> &'f str {
        let mut readers: BTreeMap<&'f str, usize> = BTreeMap::new();
        for name in given.keys() {
            let components: BTreeSet<&'f str> = self.reads_of(name).filter(|fact| fact.scope != Scope::Aside).map(|fact| fact.component.as_str()).collect();
            components.into_iter().for_each(|component| *readers.entry(component).or_default() += 1);
        }
        let own = readers.get(stated).copied().unwrap_or(0);
        let most = readers.into_iter().max_by_key(|(component, count)| (*count, std::cmp::Reverse(*component)));
        match most {
            Some((component, most)) if most >= 2 && most * 2 >= given.len() && own * 2 < most => component,
            _ => stated,
        }
    }
}
