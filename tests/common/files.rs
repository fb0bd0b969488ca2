//! A repository in memory, for tests and benches.

use std::collections::BTreeMap;

use evenkeel::files::{Entry, FileView, Listing, Unreadable};

/// The texts of the files, by path.
pub(crate) struct Files(pub(crate) BTreeMap<String, String>);

impl FileView for Files {
    fn list(&self) -> Listing {
        Listing { entries: self.0.keys().map(|path| Entry { path: path.clone(), link: None }).collect(), ..Listing::default() }
    }
    fn read(&self, path: &str) -> Result<Vec<u8>, Unreadable> {
        self.0.get(path).map(|text| text.clone().into_bytes()).ok_or(Unreadable::Missing)
    }
}
