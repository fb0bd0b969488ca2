//! What several tests and benches need.

use evenkeel::files::{FileView, Listing, Unreadable};

/// A view without any file.
pub(crate) struct Nothing;

impl FileView for Nothing {
    fn list(&self) -> Listing {
        Listing::default()
    }
    fn read(&self, _: &str) -> Result<Vec<u8>, Unreadable> {
        Err(Unreadable::Missing)
    }
}
