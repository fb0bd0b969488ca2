//! Many facts, few versions: what has to be asked of every two facts is asked of every two versions,
//! so that judging a row costs as much as reading it.

use std::collections::{BTreeSet, HashMap};

use crate::model::{Fact, Interval, Kind};

/// The format that tells functions, each with a runtime of its own.
const FUNCTIONS: &str = "terraform";

/// The facts that name one version.
pub(super) struct Version<'f> {
    /// One of them.
    pub(super) sample: &'f Fact,
    components: BTreeSet<&'f str>,
    setups: BTreeSet<&'f str>,
    workloads: BTreeSet<Option<&'f str>>,
}

impl Version<'_> {
    /// Whether another component than this fact's names it.
    pub(super) fn is_elsewhere(&self, fact: &Fact) -> bool {
        self.components.len() > 1 || !self.components.contains(fact.component.as_str())
    }

    /// Whether it stands against this fact: two workloads of one file run their own versions of a
    /// service on purpose, the databases of two applications; so do two functions of one root.
    pub(super) fn is_rival(&self, fact: &Fact) -> bool {
        let workload = fact.workload.as_ref().map(|name| name.as_str());
        let elsewhere = self.setups.len() > 1 || !self.setups.contains(fact.setup.as_str());
        fact.kind != Kind::Service && fact.format != FUNCTIONS
            || elsewhere
            || workload.is_none()
            || self.workloads.contains(&None)
            || self.workloads.contains(&workload)
    }
}

/// The different versions among some facts.
pub(super) fn versions<'f>(facts: &[&'f Fact]) -> Vec<Version<'f>> {
    let mut seen: HashMap<(&str, &[Interval]), usize> = HashMap::new();
    let mut versions: Vec<Version<'f>> = Vec::new();
    for fact in facts {
        let key = (fact.name.as_str(), fact.value.spec.as_ref().map(|spec| spec.intervals()).unwrap_or_default());
        let index = *seen.entry(key).or_insert(versions.len());
        if index == versions.len() {
            versions.push(Version { sample: fact, components: BTreeSet::new(), setups: BTreeSet::new(), workloads: BTreeSet::new() });
        }
        if let Some(version) = versions.get_mut(index) {
            version.components.insert(fact.component.as_str());
            version.setups.insert(fact.setup.as_str());
            version.workloads.insert(fact.workload.as_ref().map(|name| name.as_str()));
        }
    }
    versions
}

/// Facts by the set-up that states them, in order.
pub(super) fn by_setup<'f>(facts: impl Iterator<Item = &'f Fact>) -> std::collections::BTreeMap<&'f str, Vec<&'f Fact>> {
    let mut setups: std::collections::BTreeMap<&str, Vec<&Fact>> = std::collections::BTreeMap::new();
    for fact in facts {
        setups.entry(fact.setup.as_str()).or_default().push(fact);
    }
    setups
}
