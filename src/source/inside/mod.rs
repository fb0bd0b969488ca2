//! What lies inside an image: its file system as a file view, of which a few kinds of files are claimed, and
//! readings of those; what its layers have beside that, and what it says of itself. Where the views come from, the
//! source says.

mod layers;
mod locks;
mod packages;
mod rpm;
mod secrets;
mod written;

use std::collections::BTreeSet;

pub(super) use layers::{keep as keep_of_layer, look as look_below};
pub(super) use secrets::Found;
pub(super) use written::{Written, history, variables};

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
    locks: Vec<locks::Lock>,
    secrets: Vec<Found>,
    /// What could not be read.
    pub(super) gaps: Gaps,
}

/// What could not be read, by its path; required where the environment is not known without it.
pub(super) type Gaps = BTreeSet<(String, &'static str, bool)>;

/// What is kept of a path.
pub(super) fn keep(path: &str) -> Keep {
    let catalog = Catalog::get();
    packages::keep(path, catalog).or_else(|| locks::keep(path, catalog)).or_else(|| secrets::keep(path, catalog)).unwrap_or(Keep::Nothing)
}

/// Looks through what was kept. `shipped` tells what the image itself has from what its process wrote since.
pub(super) fn look(view: &dyn FileView, shipped: &dyn Fn(&str) -> bool) -> Contents {
    let (listing, catalog) = (view.list(), Catalog::get());
    let mut contents = Contents::default();
    contents.packages = packages::look(view, &listing, catalog, &mut contents.gaps);
    contents.locks = locks::look(view, &listing, &contents.packages, catalog, &mut contents.gaps);
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

    /// What it was built from, where its packages do not lie in it.
    pub(super) fn locks(&self) -> &[locks::Lock] {
        &self.locks
    }

    /// What must not be in an image.
    pub(super) fn secrets(&self) -> &[Found] {
        &self.secrets
    }

    /// The same, of all that was found.
    pub(super) fn into_secrets(self) -> Vec<Found> {
        self.secrets
    }
}

/// Whether a path was kept.
fn has(listing: &Listing, path: &str) -> bool {
    listing.entries.binary_search_by(|entry| entry.path.as_str().cmp(path)).is_ok()
}
