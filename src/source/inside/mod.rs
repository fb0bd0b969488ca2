//! What lies inside an image: its file system as a file view, of which a few kinds of files are claimed, and
//! readings of those. Where the view comes from, the source says.

mod packages;
mod secrets;

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::files::{FileView, Keep, Listing};
use crate::model::Reading;
use crate::syntax::At;

/// Whose files are read.
pub(super) struct Owner<'o> {
    /// The workload that runs the image.
    pub(super) workload: &'o str,
    /// Where its readings stand.
    pub(super) at: At,
}

/// What was found in a file system.
#[derive(Debug, Default)]
pub(super) struct Contents {
    packages: packages::Packages,
    secrets: Vec<secrets::Found>,
    /// What could not be read, by its path; required where the environment is not known without it.
    pub(super) gaps: BTreeSet<(String, &'static str, bool)>,
}

/// What is kept of a path.
pub(super) fn keep(path: &str) -> Keep {
    let catalog = Catalog::get();
    packages::keep(path, catalog).or_else(|| secrets::keep(path, catalog)).unwrap_or(Keep::Nothing)
}

/// Looks through what was kept. `shipped` tells what the image itself has from what its process wrote since.
pub(super) fn look(view: &dyn FileView, shipped: &dyn Fn(&str) -> bool) -> Contents {
    let (listing, catalog) = (view.list(), Catalog::get());
    let mut contents = Contents::default();
    contents.packages = packages::look(view, &listing, catalog, &mut contents.gaps);
    contents.secrets = secrets::look(view, &listing, shipped, catalog, &mut contents.gaps);
    contents
}

impl Contents {
    /// What is said of the operating system and its packages.
    pub(super) fn system(&self, owner: &Owner<'_>) -> Vec<Reading> {
        self.packages.system(owner)
    }

    /// What is said of all packages.
    pub(super) fn packages(&self, owner: &Owner<'_>) -> Vec<Reading> {
        [self.packages.system(owner), self.packages.libraries(owner)].concat()
    }

    /// What must not be in an image.
    pub(super) fn secrets(&self) -> &[secrets::Found] {
        &self.secrets
    }
}

/// Whether a path was kept.
fn has(listing: &Listing, path: &str) -> bool {
    listing.entries.binary_search_by(|entry| entry.path.as_str().cmp(path)).is_ok()
}
