//! What was told of the insides of images, brought to whom it belongs: which workloads run the repository's own
//! code, and which lock file their packages were installed from. Only where somebody asked for the insides is a
//! lock file opened for its versions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::files::{Commits, Components, Document, Documents, FileView, Listing, Unreadable, abbreviated, folder, join};
use crate::model::{Digest, Ecosystem, Environment, Fact, Form, Gap, Inside, Kind, Place, Reading, Scope, Shown, Stance};
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

/// Who has packages: an environment, and what runs there.
type Owner = (Environment, Option<Shown>);

/// The packages of one ecosystem in one component, as a commit has it, by who has them.
type Installed = BTreeMap<(String, Ecosystem, Option<String>), BTreeMap<Owner, BTreeSet<String>>>;

fn library(fact: &Fact) -> Option<Ecosystem> {
    match fact.form {
        Form::Inside(Inside::Library(ecosystem)) if fact.scope == Scope::Run => Some(ecosystem),
        _ => None,
    }
}

impl Survey {
    /// Reads the lock files of the components whose images were looked into: those of the commit that an image says
    /// it was built from, where that is one of `commits`, else those of the view.
    pub fn hold_against_locks(&mut self, view: &dyn FileView, commits: &dyn Fn() -> Option<Commits>) {
        if !self.facts.iter().any(|fact| library(fact).is_some()) {
            return;
        }
        let labels = labels(&self.facts);
        let commits = if labels.is_empty() { None } else { commits() };
        let built = commits.as_ref().map(|commits| commits.find(labels.values())).unwrap_or_default();
        let mut installed = Installed::new();
        for fact in &self.facts {
            let Some(ecosystem) = library(fact) else { continue };
            let owner: Owner = (fact.environment.clone(), fact.workload.clone());
            let commit = labels.get(&owner).and_then(|label| built.get(label)).map(|commit| (*commit).to_owned());
            let owners = installed.entry((fact.component.to_string(), ecosystem, commit)).or_default();
            owners.entry(owner).or_default().insert(fact.name.to_string());
        }
        for ((component, ecosystem, commit), owners) in installed {
            let (component, checkout) = (component.as_str(), commits.as_ref().zip(commit.as_deref()));
            match checkout.map(|(commits, commit)| commits.view(commit)) {
                None => self.hold(&Locks { view, commit: None, component, ecosystem }, &owners),
                Some(Ok(built)) => self.hold(&Locks { view: &built, commit: commit.as_deref(), component, ecosystem }, &owners),
                Some(Err(_)) => self.lacks(commit.as_deref().map_or("", abbreviated), "git has not the files of the commit that an image was built from"),
            }
        }
    }

    /// That a lock file could not be read.
    fn lacks(&mut self, path: &str, reason: &'static str) {
        let environment = Some(Environment::contract());
        self.gaps.push(Gap { environment, source: seal::word(LOCK), path: seal::path(path), line: 0, reason, required: true });
    }

    fn hold(&mut self, locks: &Locks<'_>, owners: &BTreeMap<Owner, BTreeSet<String>>) {
        // A lock file is looked for where its component is: nothing is listed once more for it.
        let listing = Listing::default();
        let documents = Documents::new(locks.view, &listing);
        let (document, path) = match locks.find(&documents) {
            None => return,
            Some((Ok(document), path)) => (document, path),
            Some((Err(reason), path)) => return self.lacks(&locks.shown(&path), reason.phrase()),
        };
        let below = locks.component.strip_prefix(folder(&path)).unwrap_or(locks.component).trim_start_matches('/');
        let versions = match locked(&document, Some(below)) {
            Ok(versions) => versions,
            Err(reason) => return self.lacks(&locks.shown(&path), reason),
        };
        let known: BTreeSet<&str> = versions.iter().map(|(name, _, _)| name.as_str()).collect();
        let common = |names: &BTreeSet<String>| names.iter().filter(|name| known.contains(name.as_str())).cloned().collect::<BTreeSet<String>>();
        // Where less than half of either is in the other, that is no lock file of this image's.
        let held = owners.iter().map(|(owner, names)| (owner, names, common(names)));
        let held = held.filter(|(_, names, common)| common.len() * 2 >= names.len().min(known.len())).map(|(owner, _, common)| (owner, common));
        let held: Vec<(Owner, BTreeSet<String>)> = match locks.commit {
            Some(_) => held.map(|(owner, common)| (owner.clone(), common)).collect(),
            None => vec![((Environment::contract(), None), held.flat_map(|(_, common)| common).collect())],
        };
        for ((environment, workload), wanted) in held {
            for (name, version, at) in versions.iter().filter(|(name, _, _)| wanted.contains(name)) {
                let reading = Reading::new(Kind::Dependency, name, version, Form::Inside(Inside::Locked(locks.ecosystem)), *at);
                let sealed = seal::seal(&reading, &environment, locks.component, &path, &documents, Catalog::get());
                let place = Place { path: seal::path(&locks.shown(&path)), ..sealed.place };
                self.facts.push(Fact { format: LOCK, workload: workload.clone(), place, ..sealed });
            }
            // Where nothing else is declared for all environments, the lock file is.
            if !wanted.is_empty() && environment == Environment::contract() && !self.plan.environments.contains(&environment) {
                self.plan.environments.insert(0, environment);
            }
        }
    }
}

/// Which commit images say they were built from, by who runs them. Of what runs two of them, none is known; what a
/// tag names in a registry is not what runs.
fn labels(facts: &[Fact]) -> BTreeMap<Owner, Digest> {
    let mut labels: BTreeMap<Owner, BTreeSet<&Digest>> = BTreeMap::new();
    for fact in facts.iter().filter(|fact| fact.is_running()) {
        fact.labels().for_each(|label| _ = labels.entry((fact.environment.clone(), fact.workload.clone())).or_default().insert(label));
    }
    let one = |(owner, labels): (Owner, BTreeSet<&Digest>)| Some((owner, labels.first().filter(|_| labels.len() == 1).copied()?.clone()));
    labels.into_iter().filter_map(one).collect()
}

/// Where a lock file is looked for.
struct Locks<'a> {
    view: &'a dyn FileView,
    /// The commit that the view is of; none for the one that was asked for.
    commit: Option<&'a str>,
    component: &'a str,
    ecosystem: Ecosystem,
}

impl Locks<'_> {
    /// The nearest that is there, from the component's folder upwards.
    fn find(&self, documents: &Documents<'_>) -> Option<(Result<Arc<Document>, Unreadable>, String)> {
        let above = std::iter::successors(Some(self.component), |at| (!at.is_empty()).then(|| folder(at)));
        let mut paths = above.flat_map(|at| names(self.ecosystem).map(move |name| join(at, name)));
        paths.find_map(|path| Some(documents.open(&path)).filter(|opened| !matches!(opened, Err(Unreadable::Missing))).map(|opened| (opened, path)))
    }

    /// A path of it, as git has it for a commit.
    fn shown(&self, path: &str) -> String {
        self.commit.map_or_else(|| path.to_owned(), |commit| format!("{}:{path}", abbreviated(commit)))
    }
}

/// The format of lock files.
const LOCK: &str = "lock_file";
