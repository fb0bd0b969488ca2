//! Relations of what lies inside images: it is what the lock file has, it holds no secret, and its process runs as
//! the same user everywhere.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Outcome, environments, failure, nothing_to_compare, one_by_one, passed};
use crate::align::Row;
use crate::model::{Environment, Fact, Form, Inside, Scope};
use crate::read::locked::of_path;
use crate::seal;

/// What must hold of what lies inside images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Held {
    /// A package is there in the version of the lock file.
    AsLocked,
    /// There is no secret.
    NoSecrets,
    /// What is served does not lead back to the source.
    NoMaps,
    /// A process runs as root everywhere, or nowhere.
    SameUser,
}

pub(super) fn hold<'f>(held: Held, row: &Row<'f>) -> Vec<Outcome<'f>> {
    match held {
        Held::AsLocked => locked(row),
        Held::NoSecrets => absent(row, |inside| matches!(inside, Inside::Secret | Inside::Buried | Inside::Written | Inside::History)),
        Held::NoMaps => absent(row, |inside| inside == Inside::Maps),
        Held::SameUser => user(row),
    }
}

fn inside(fact: &Fact) -> Option<Inside> {
    match fact.form {
        Form::Inside(inside) => Some(inside),
        _ => None,
    }
}

/// Who runs it, and where: `web, worker in prod`.
fn who(facts: &[&Fact]) -> String {
    let workloads: BTreeSet<&str> = facts.iter().filter_map(|fact| Some(fact.workload.as_ref()?.as_str())).collect();
    let places: BTreeSet<&Environment> = facts.iter().map(|fact| &fact.environment).collect();
    let places: Vec<&str> = places.into_iter().map(Environment::name).collect();
    format!("{} in {}", workloads.into_iter().collect::<Vec<_>>().join(", "), places.join(", "))
}

/// What runs has the one version that the lock file has.
fn locked<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    let (mut failures, mut compared) = (Vec::new(), false);
    let stated: Vec<(Inside, &'f Fact)> = row.facts().filter_map(|fact| Some((inside(fact)?, fact))).collect();
    for (environment, cell) in environments(row) {
        let there = cell.facts.iter().copied().filter(|fact| fact.scope == Scope::Run && matches!(fact.form, Form::Inside(Inside::Library(_))));
        let there: Vec<&'f Fact> = there.collect();
        let workloads: BTreeSet<_> = there.iter().map(|fact| &fact.workload).collect();
        for workload in workloads {
            let own: Vec<&'f Fact> = there.iter().copied().filter(|fact| fact.workload == *workload).collect();
            // The lock file of the commit that it was built from, where that is known, else that of the checkout.
            let of = |ecosystem| {
                let locked = || stated.iter().filter(|(inside, _)| *inside == Inside::Locked(ecosystem)).map(|(_, fact)| *fact);
                let is_own = |fact: &&Fact| fact.environment == *environment && fact.workload == *workload;
                locked().find(is_own).or_else(|| locked().find(|fact| fact.environment.rank() == 0))
            };
            let lock = own.iter().find_map(|fact| match fact.form {
                Form::Inside(Inside::Library(ecosystem)) => of(ecosystem),
                _ => None,
            });
            let Some(lock) = lock else { continue };
            // What may not be shown cannot be told apart.
            if seal::hides(&lock.value.text) || own.iter().any(|fact| seal::hides(&fact.value.text)) {
                continue;
            }
            compared = true;
            if own.iter().any(|fact| plain(fact.value.text.as_str()) == plain(lock.value.text.as_str())) {
                continue;
            }
            let mut outcome = failure(row, own.iter().copied().chain([lock]).collect(), None, 0);
            // A lock file inside the image tells what that was built from.
            let built = own.iter().all(|fact| of_path(fact.place.path.as_str()).is_some());
            let does = if built { "was not built from" } else { "does not run" };
            outcome.speaks_of = format!("{} {does} what {} has", who(&own), lock.place.path);
            failures.push(outcome);
        }
    }
    one_by_one(row, failures, compared)
}

/// A version by what counts of it: signs before a suffix and zeros at the end do not.
fn plain(version: &str) -> String {
    let kept: String = version.trim_start_matches(['v', '=']).chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '+')).collect();
    let mut kept = kept.to_ascii_lowercase();
    while let Some(shorter) = kept.strip_suffix(".0") {
        kept = shorter.to_owned();
    }
    kept
}

/// Nothing of a sort is in an image.
fn absent<'f>(row: &Row<'f>, is: impl Fn(Inside) -> bool) -> Vec<Outcome<'f>> {
    let there: Vec<&'f Fact> = row.facts().filter(|fact| inside(fact).is_some_and(&is)).collect();
    if there.is_empty() {
        return passed(row);
    }
    // What others build is theirs to mend; who can read the source has not all keys yet.
    let theirs = there.iter().all(|fact| fact.scope == Scope::Theirs);
    let has = |sort: Inside| there.iter().any(|fact| inside(fact) == Some(sort));
    let history = !has(Inside::Secret) && !has(Inside::Buried) && !has(Inside::Written);
    let mut outcome = failure(row, there.clone(), None, usize::from(theirs) + usize::from(history));
    let holds = if has(Inside::Written) {
        " says in clear, to whoever can pull it:"
    } else if has(Inside::Buried) && !has(Inside::Secret) {
        " still has what a later layer took away:"
    } else if has(Inside::Maps) {
        ""
    } else {
        " holds"
    };
    outcome.speaks_of = format!("{}{holds}", who(&there));
    let texts: BTreeSet<&str> = there.iter().map(|fact| fact.value.text.as_str()).collect();
    outcome.groups = texts.into_iter().collect::<Vec<_>>().join(", ");
    vec![outcome]
}

/// A process runs as root in all environments, or in none.
fn user<'f>(row: &Row<'f>) -> Vec<Outcome<'f>> {
    let users = environments(row).map(|(environment, cell)| (environment, cell.facts.clone()));
    let users: Vec<(&Environment, Vec<&'f Fact>)> = users.filter(|(_, facts)| !facts.is_empty()).collect();
    if users.len() < 2 {
        return nothing_to_compare(row);
    }
    let is_root = |facts: &[&Fact]| facts.iter().all(|fact| fact.value.text.as_str() == "root");
    let (root, other): (Vec<_>, Vec<_>) = users.iter().partition(|(_, facts)| is_root(facts));
    if root.is_empty() || other.is_empty() {
        return passed(row);
    }
    let names = |some: &[&(&Environment, Vec<&'f Fact>)]| some.iter().map(|(environment, _)| environment.name()).collect::<Vec<_>>().join(", ");
    let odd = root.first().filter(|_| root.len() == 1).map(|(environment, _)| (*environment).clone());
    let mut outcome = failure(row, users.iter().flat_map(|(_, facts)| facts.clone()).collect(), odd, 0);
    let workload = outcome.disagreeing.first().and_then(|fact| fact.workload.as_ref()).map_or("", |name| name.as_str());
    outcome.groups = format!("{workload} runs as root in {}, and as another user in {}", names(&root), names(&other));
    vec![outcome]
}
