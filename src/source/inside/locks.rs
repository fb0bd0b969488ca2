//! Lock files of applications inside an image. Where packages were not installed as files that can be told apart (a
//! bundle, Yarn's Plug'n'Play), the lock file that lies there says what the image was built from.

use std::collections::BTreeMap;

use super::packages::Packages;
use super::{Gaps, Owner};
use crate::catalog::Catalog;
use crate::files::{Document, FileView, Keep, Listing, Unreadable, folder};
use crate::model::{Ecosystem, Form, Inside, Kind, Reading};
use crate::read::locked::{locked, of_path};
use crate::seal;
use crate::syntax::FileId;

/// A lock file and the packages that it has in one version.
#[derive(Debug)]
pub(in crate::source) struct Lock {
    /// As it may be shown.
    pub(in crate::source) path: String,
    ecosystem: Ecosystem,
    packages: Vec<(String, String)>,
}

impl Lock {
    /// What is said of it.
    pub(in crate::source) fn readings(&self, owner: &Owner<'_>) -> Vec<Reading> {
        let form = Form::Inside(Inside::Library(self.ecosystem));
        let reading = |(name, version): &(String, String)| Reading::new(Kind::Dependency, name, version, form, owner.at).workload(Some(owner.workload));
        self.packages.iter().map(reading).collect()
    }
}

/// What is kept of a path.
pub(super) fn keep(path: &str, catalog: &Catalog) -> Option<Keep> {
    of_path(path).filter(|_| !catalog.inside.is_harmless(path)).map(|_| Keep::Text)
}

/// Reads the lock files that no installed packages lie beside: one of each ecosystem in a folder.
pub(super) fn look(view: &dyn FileView, listing: &Listing, packages: &Packages, catalog: &Catalog, gaps: &mut Gaps) -> Vec<Lock> {
    let mut first: BTreeMap<(&str, Ecosystem), (usize, &str)> = BTreeMap::new();
    let paths = listing.entries.iter().filter(|entry| entry.link.is_none()).map(|entry| entry.path.as_str());
    for path in paths.filter(|path| keep(path, catalog).is_some()) {
        let Some((order, ecosystem)) = of_path(path).filter(|(_, ecosystem)| !packages.has(*ecosystem, folder(path))) else { continue };
        let known = first.entry((folder(path), ecosystem)).or_insert((order, path));
        *known = (*known).min((order, path));
    }
    let mut out = Vec::new();
    for ((_, ecosystem), (_, path)) in first {
        let shown = seal::inside::path(path);
        let text = match view.read(path) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| Unreadable::Encoding.phrase()),
            Err(Unreadable::TooLarge) => Err("larger than the limits of lock files (4 MiB, 8 MiB in one image)"),
            Err(other) => Err(other.phrase()),
        };
        match text.and_then(|text| locked(&Document::new(FileId(0), path, text), None)) {
            Ok(all) => out.push(Lock { path: shown, ecosystem, packages: all.into_iter().map(|(name, version, _)| (name, version)).collect() }),
            Err(reason) => drop(gaps.insert((shown, reason, true))),
        }
    }
    out
}
