//! `ENV@deployed`: the commit that what runs in an environment was built from, as its images say
//! (`org.opencontainers.image.revision`); from what is asked now, else from the newest snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::ask::LiveArgs;
use super::{Failed, ask, snapshot};
use crate::files::{Commits, abbreviated};
use crate::model::{Build, Fact, Shown};
use crate::seal;
use crate::store::Store;
use crate::store::name::{Name, Which};

/// The revision that is none of git's.
pub(super) const WORD: &str = "deployed";

/// The commit that what runs in an environment was built from.
pub(super) fn commit(environment: &str, root: &Path, live: &LiveArgs) -> Result<String, Failed> {
    let facts = if live.is_empty() { stored(environment, root)? } else { snapshot::look(root, live)?.facts };
    let commits = Commits::of(root);
    let mut built: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for fact in facts.iter().filter(|fact| fact.environment.name() == environment && fact.is_running()) {
        let labels = fact.bits.iter().flat_map(|bits| &bits.builds).filter_map(|build| build.revision.as_ref());
        for commit in labels.filter_map(|label| commits.find(label)) {
            built.entry(commit).or_default().extend(fact.workload.as_ref().map(Shown::as_str));
        }
    }
    let environment = seal::neutral(environment);
    match built.keys().copied().collect::<Vec<_>>().as_slice() {
        [one] => Ok((*one).to_owned()),
        [] => Err(Failed(format!("no image that runs in {environment} names a commit of this clone (its label {})", Build::REVISION))),
        _ => {
            let each = built.iter().map(|(commit, who)| format!("{} ({})", abbreviated(commit), Vec::from_iter(who.iter().copied()).join(", ")));
            Err(Failed(format!("what runs in {environment} was built from several commits: {}; name one", each.collect::<Vec<_>>().join(", "))))
        }
    }
}

/// What the newest snapshot of an environment has.
fn stored(environment: &str, root: &Path) -> Result<Vec<Fact>, Failed> {
    ask::key(root)?;
    let store = Store::of(root);
    let name = Name { environment: environment.to_owned(), which: Which::Back(0) };
    let snapshot = store.find(&name, ask::now()).and_then(|found| store.get(&found));
    snapshot
        .map(|snapshot| snapshot.facts)
        .map_err(|error| Failed(format!("{error}; what runs there now is asked with --live {}=SOURCE", seal::neutral(environment))))
}
