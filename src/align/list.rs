//! What one process gets, or one env file offers: names with the facts that give them. Pure; it judges
//! nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;

use super::order::{Neighbours, Order};
use crate::model::{Environment, Fact, share};

/// What one process gets, or what one env file offers.
#[derive(Debug)]
pub struct List<'f> {
    /// The environment; the contract's for templates.
    pub environment: &'f Environment,
    /// The set-up that says so: the first file of a stack, the env file.
    pub setup: &'f str,
    /// The process, where the set-up names one.
    pub workload: Option<&'f str>,
    /// The component that it is of, as far as that can be told.
    pub component: &'f str,
    /// The format it was read from.
    pub format: &'static str,
    /// What it gives, by name; of several, the first.
    pub given: BTreeMap<&'f str, &'f Fact>,
    /// What its process has from its image.
    pub(super) inherited: BTreeSet<&'f str>,
    /// How many more it names in comments.
    pub mentioned: usize,
    /// Whether more come from a place that could not be read.
    pub open: bool,
    /// Whether it is an env file that somebody has to load, not a process's own list.
    pub offered: bool,
    /// Whether what it gives is mostly what the project's code reads: no list of somebody else's image.
    pub own: bool,
    /// The files that what it gives stands in.
    pub(super) files: BTreeSet<&'f str>,
    /// What stands beside what, in env files.
    pub(super) order: Order<'f>,
    /// Whether a process that runs has it, whatever files declare.
    pub live: bool,
    /// What tells it from the others.
    pub number: usize,
    /// How many names it has in common with others, by their numbers: asked for again and again.
    pub(super) common: Mutex<HashMap<usize, usize>>,
}

impl<'f> List<'f> {
    /// How many names it has in common with another.
    pub fn common(&self, other: &List<'_>) -> usize {
        let count = || self.given.keys().filter(|name| other.given.contains_key(*name)).count();
        self.common.lock().map_or_else(|_| count(), |mut known| *known.entry(other.number).or_insert_with(count))
    }

    /// Whether something that it gives stands in this file.
    pub fn takes_from(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// Whether it gives two names or more that begin with the same word as this one.
    pub fn has_family(&self, name: &str) -> bool {
        let Some((head, _)) = name.split_once('_') else { return false };
        let head = format!("{head}_");
        let kin = self.given.range(head.as_str()..).map(|(other, _)| *other).take_while(|other| other.starts_with(&head));
        kin.filter(|other| *other != name).nth(1).is_some()
    }

    /// The names before and behind one in its file.
    pub fn neighbours(&self, name: &str) -> Option<Neighbours<'f>> {
        self.order.of.get(name).copied()
    }

    /// The name between two.
    pub fn between(&self, neighbours: Neighbours<'_>) -> Option<&'f str> {
        self.order.between.get(&neighbours).copied()
    }

    /// Whether it gives a variable, or the file that holds it.
    pub fn gives(&self, name: &str) -> bool {
        self.given.contains_key(name) || self.inherited.contains(name) || self.given.contains_key(format!("{name}_FILE").as_str())
    }

    /// How it is called in a message: the process and the file.
    pub fn title(&self) -> String {
        self.titled(self.setup)
    }

    /// The same for the whole service, where it is of some of its containers.
    pub fn title_of_service(&self) -> String {
        self.titled(share(self.setup).0)
    }

    fn titled(&self, setup: &str) -> String {
        self.workload.map_or_else(|| setup.to_owned(), |workload| format!("{workload} in {setup}"))
    }

    /// Whether both are of containers of one service that runs.
    pub fn is_replica_of(&self, other: &List<'_>) -> bool {
        self.live && (self.environment, self.workload, share(self.setup).0) == (other.environment, other.workload, share(other.setup).0)
    }

    /// Whether what it does not give is surely not there: a stack or a pod lists all that its process
    /// gets, and what runs has told all that it has, while platforms, images and jobs add what stands elsewhere
    /// and a shell is not the program.
    pub fn is_closed(&self) -> bool {
        !self.open && !self.offered && matches!(self.format, "compose" | "kubernetes" | "kustomization" | "docker" | "ssh" | "command")
    }
}
