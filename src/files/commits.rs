//! The commits of a repository, found by what is kept of the label that an image bears
//! ([`crate::model::Build::revision`]). Nothing is read of them here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::revision::git;
use super::{Revision, ViewError};
use crate::limits;
use crate::model::{Build, Digest};

/// How many characters of a commit people and tools write.
const ABBREVIATED: std::ops::RangeInclusive<usize> = 7..=12;

/// The commits that a clone has.
#[derive(Debug)]
pub struct Commits {
    root: PathBuf,
    /// The newest first.
    ids: Vec<String>,
}

impl Commits {
    /// Those of the repository that holds `root`; none where that is no repository, or git is missing.
    pub fn of(root: &Path) -> Commits {
        let count = format!("--max-count={}", limits::COMMITS);
        let listed = git(root).args(["rev-list", &count, "--all", "HEAD"]).output().ok().filter(|listed| listed.status.success());
        let ids = listed.map(|listed| String::from_utf8_lossy(&listed.stdout).lines().map(str::to_owned).collect());
        Commits { root: root.to_owned(), ids: ids.unwrap_or_default() }
    }

    /// The commits that labels name, by their whole names or by the beginnings of them. One pass over the clone for each
    /// length of a name is enough for all: most labels are those of a base, and no commit of this clone.
    pub fn find<'l>(&self, labels: impl Iterator<Item = &'l Digest>) -> BTreeMap<&'l Digest, &str> {
        let mut wanted: BTreeSet<&'l Digest> = labels.collect();
        let mut found = BTreeMap::new();
        let whole = self.ids.first().map_or(0, String::len);
        for length in std::iter::once(whole).chain(ABBREVIATED) {
            for id in &self.ids {
                if wanted.is_empty() {
                    return found;
                }
                let label = id.get(..length).and_then(Build::revision);
                found.extend(label.and_then(|label| wanted.take(&label)).map(|label| (label, id.as_str())));
            }
        }
        found
    }

    /// The files of one.
    ///
    /// # Errors
    /// Where git does not give them.
    pub fn view(&self, commit: &str) -> Result<Revision, ViewError> {
        Revision::open(&self.root, commit)
    }
}

/// A commit as people write it.
pub fn abbreviated(commit: &str) -> &str {
    commit.get(..*ABBREVIATED.start()).unwrap_or(commit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_the_whole_name_or_its_beginning_and_the_newest_counts() {
        let ids = ["1111111aaaa", "2222222bbbb", "1111111cccc"].map(|id| id.repeat(4).get(..40).map(str::to_owned).unwrap_or_default());
        let commits = Commits { root: PathBuf::new(), ids: ids.to_vec() };
        let label = |text: &str| Build::revision(text).unwrap_or_else(|| Digest::of(b""));
        let labels = [label(&ids[1]), label("1111111"), label(&ids[2][..9]), label("3333333"), label("111111")];
        let found = commits.find(labels.iter());
        let of = |number: usize| found.get(&labels[number]).copied();
        assert_eq!([of(0), of(1), of(2), of(3), of(4)], [Some(ids[1].as_str()), Some(&ids[0]), Some(&ids[2]), None, None]);
        assert!(Commits { ids: Vec::new(), ..commits }.find(labels.iter()).is_empty());
    }
}
