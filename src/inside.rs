//! What was told of the insides of images, brought to whom it belongs: which workloads run the repository's own
//! code, and which lock file their packages were installed from. Only where somebody asked for the insides is a
//! lock file opened for its versions.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::files::{Components, Documents, FileView, Listing, Unreadable, folder};
use crate::model::{Ecosystem, Environment, Fact, Form, Gap, Inside, Kind, Reading, Scope, Shown, Stance};
use crate::read::locked::{locked, names};
use crate::seal;
use crate::survey::Survey;

/// Whether a fact speaks of what only the repository's own images have in common with it.
fn is_of_image(fact: &Fact) -> bool {
    match fact.form {
        Form::Inside(inside) => !matches!(inside, Inside::System | Inside::Summary | Inside::User),
        Form::Version(_) => fact.kind == Kind::Runtime && fact.is_live(),
        _ => false,
    }
}

/// Gives what images hold to the components that they are made of, and says which are software of others. A
/// workload is the repository's own where that names a component for it, where it is given what code reads, or
/// where nothing else runs there but backing services.
pub(crate) fn settle(facts: &mut [Fact], declared: &[Fact], components: &Components) {
    let workloads = |of: &dyn Fn(&Fact) -> bool| -> BTreeSet<String> {
        facts.iter().filter(|fact| of(fact)).filter_map(|fact| Some(fact.workload.as_ref()?.to_string())).collect()
    };
    let concerned = workloads(&is_of_image);
    let backing = workloads(&|fact| fact.kind == Kind::Service && fact.value.image.is_some());
    let alone = workloads(&|_| true).difference(&backing).count() == 1;
    let read: BTreeSet<&str> = declared.iter().filter(|fact| is(fact, Stance::Read)).map(|fact| fact.name.as_str()).collect();
    let known = &Catalog::get().variables;
    let given: BTreeSet<String> =
        workloads(&|fact| is(fact, Stance::Given) && read.contains(fact.name.as_str()) && !known.is_read_by_tools(fact.name.as_str()));
    for workload in concerned {
        // What a process is called by, and the ends of its interfaces, have other components than folders.
        let states = |fact: &&Fact| !matches!(fact.form, Form::Started(_) | Form::Interface(..)) && !fact.component.as_str().is_empty();
        let stated = declared.iter().filter(|fact| fact.workload.as_ref().is_some_and(|name| name.as_str() == workload)).find(states);
        let component = stated.map(|fact| fact.component.clone()).or_else(|| components.named(&workload).map(seal::path));
        let own = component.is_some() || alone || given.contains(&workload);
        for fact in facts.iter_mut().filter(|fact| is_of_image(fact) && fact.workload.as_ref().is_some_and(|name| name.as_str() == workload)) {
            if let Some(component) = &component {
                fact.component = component.clone();
            }
            if !own {
                fact.scope = Scope::Theirs;
            }
        }
    }
}

fn is(fact: &Fact, stance: Stance) -> bool {
    fact.value.variable.as_deref().is_some_and(|variable| variable.stance == stance)
}

/// The packages of one ecosystem in one component, by who has them.
type Installed = BTreeMap<(String, Ecosystem), BTreeMap<(Environment, Option<Shown>), BTreeSet<String>>>;

fn library(fact: &Fact) -> Option<Ecosystem> {
    match fact.form {
        Form::Inside(Inside::Library(ecosystem)) if fact.scope == Scope::Run => Some(ecosystem),
        _ => None,
    }
}

impl Survey {
    /// Reads the lock files of the components whose images were looked into.
    pub fn hold_against_locks(&mut self, view: &dyn FileView) {
        let mut installed = Installed::new();
        for fact in &self.facts {
            if let Some(ecosystem) = library(fact) {
                let owners = installed.entry((fact.component.to_string(), ecosystem)).or_default();
                owners.entry((fact.environment.clone(), fact.workload.clone())).or_default().insert(fact.name.to_string());
            }
        }
        if installed.is_empty() {
            return;
        }
        // A lock file is looked for where its component is: nothing is listed once more for it.
        let (listing, catalog) = (Listing::default(), Catalog::get());
        let documents = Documents::new(view, &listing);
        for ((component, ecosystem), owners) in installed {
            let above = std::iter::successors(Some(component.as_str()), |at| (!at.is_empty()).then(|| folder(at)));
            let paths = above.flat_map(|at| names(ecosystem).map(move |name| if at.is_empty() { name.to_owned() } else { format!("{at}/{name}") }));
            let mut opened = paths.map(|path| (documents.open(&path), path)).filter(|(opened, _)| !matches!(opened, Err(Unreadable::Missing)));
            let (document, path) = match opened.next() {
                None => continue,
                Some((Ok(document), path)) => (document, path),
                Some((Err(reason), path)) => {
                    let contract = Some(Environment::contract());
                    let gap =
                        Gap { environment: contract, source: seal::word(LOCK), path: seal::path(&path), line: 0, reason: reason.phrase(), required: true };
                    self.gaps.push(gap);
                    continue;
                }
            };
            let below = component.strip_prefix(folder(&path)).unwrap_or(&component).trim_start_matches('/');
            let versions = locked(&document, Some(below));
            let known: BTreeSet<&str> = versions.iter().map(|(name, _, _)| name.as_str()).collect();
            let mut wanted: BTreeSet<&str> = BTreeSet::new();
            for names in owners.values() {
                let common: BTreeSet<&str> = names.iter().map(String::as_str).filter(|name| known.contains(name)).collect();
                // Where less than half of either is in the other, that is no lock file of this image's.
                if common.len() * 2 >= names.len().min(known.len()) {
                    wanted.extend(common);
                }
            }
            for (name, version, at) in versions.iter().filter(|(name, _, _)| wanted.contains(name.as_str())) {
                let reading = Reading::new(Kind::Dependency, name, version, Form::Inside(Inside::Locked(ecosystem)), *at);
                let sealed = seal::seal(&reading, &Environment::contract(), &component, &path, &documents, catalog);
                self.facts.push(Fact { format: LOCK, ..sealed });
            }
            // Where nothing else is declared for all environments, the lock file is.
            if !wanted.is_empty() && !self.plan.environments.contains(&Environment::contract()) {
                self.plan.environments.insert(0, Environment::contract());
            }
        }
    }
}

/// The format of lock files.
const LOCK: &str = "lock_file";
