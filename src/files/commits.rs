//! The commits of a repository, found by what is kept of the label that an image bears
//! ([`crate::model::Build::revision`]). Nothing is read of them here.

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

    /// The commit that a label names, by its whole name or by the beginning of it.
    pub fn find(&self, label: &Digest) -> Option<&str> {
        let of = |length: usize| self.ids.iter().find(|id| id.get(..length).and_then(Build::revision).as_ref() == Some(label));
        let whole = self.ids.first().map_or(0, String::len);
        std::iter::once(whole).chain(ABBREVIATED).find_map(of).map(String::as_str)
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
