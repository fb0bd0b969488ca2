//! `ENV@deployed`: the commit that what runs in an environment was built from, as its images say
//! (`org.opencontainers.image.revision`); from what is asked now, else from the newest snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::ask::LiveArgs;
use super::{Failed, ask, snapshot};
use crate::files::{Commits, abbreviated};
use crate::model::{Build, Fact, Shown};
use crate::store::Store;
use crate::store::name::{Name, Which};
use crate::{seal, source};

/// The revision that is none of git's.
pub(super) const WORD: &str = "deployed";

/// The commit that what runs in an environment was built from.
pub(super) fn commit(environment: &str, root: &Path, live: &LiveArgs) -> Result<String, Failed> {
    let (facts, gaps) = if live.is_empty() { stored(environment, root)? } else { asked(environment, root, live)? };
    let commits = Commits::of(root);
    let running = || facts.iter().filter(|fact| fact.environment.name() == environment && fact.is_running());
    let known = commits.find(running().flat_map(Fact::labels));
    let mut built: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for fact in running() {
        for commit in fact.labels().filter_map(|label| known.get(label)) {
            built.entry(commit).or_default().extend(fact.workload.as_ref().map(Shown::as_str));
        }
    }
    let environment = seal::neutral(environment);
    match built.keys().copied().collect::<Vec<_>>().as_slice() {
        [one] => Ok((*one).to_owned()),
        [] if !gaps.is_empty() => Err(Failed(format!("what runs in {environment} was not told: {}", gaps.join("; ")))),
        [] => Err(Failed(format!("no image that runs in {environment} names a commit of this clone (its label {})", Build::REVISION))),
        _ => {
            let each = built.iter().map(|(commit, who)| format!("{} ({})", abbreviated(commit), Vec::from_iter(who.iter().copied()).join(", ")));
            Err(Failed(format!("what runs in {environment} was built from several commits: {}; name one", each.collect::<Vec<_>>().join(", "))))
        }
    }
}

/// What runs, and what could not be found out about it.
type Told = (Vec<Fact>, Vec<String>);

/// What is told now.
fn asked(environment: &str, root: &Path, live: &LiveArgs) -> Result<Told, Failed> {
    let survey = snapshot::look(root, live)?;
    if !survey.plan.environments.iter().any(|known| known.name() == environment) {
        return Err(Failed(ask::no_environment(environment, "here", &survey.plan.environments)));
    }
    let of_it = survey
        .gaps
        .iter()
        .filter(|gap| gap.environment.as_ref().is_some_and(|of| of.name() == environment) && source::known_name(gap.source.as_str()).is_some());
    let gaps = of_it.map(|gap| format!("{}: {}", gap.path, gap.reason)).collect();
    Ok((survey.facts, gaps))
}

/// What the newest snapshot of an environment has.
fn stored(environment: &str, root: &Path) -> Result<Told, Failed> {
    ask::key(root)?;
    let store = Store::of(root);
    let name = Name { environment: environment.to_owned(), which: Which::Back(0) };
    let asked = || format!("what runs there now is asked with --live {}=SOURCE", seal::neutral(environment));
    let Ok(found) = store.find(&name, ask::now()) else {
        return Err(Failed(format!("no snapshot of {} is stored; {}", seal::neutral(environment), asked())));
    };
    store.get(&found).map(|snapshot| (snapshot.facts, Vec::new())).map_err(|error| Failed(format!("{error}; {}", asked())))
}
