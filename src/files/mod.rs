//! File views: one interface to a working tree, to a git revision and to the archives of an image, so that every
//! reader works on all. All reading of the file system and of git happens in this room.

mod archive;
mod commits;
mod components;
mod documents;
mod entries;
mod layers;
mod paths;
mod revision;
mod worktree;

pub use archive::{Archive, Keep};
pub use commits::{Commits, abbreviated};
pub use components::Components;
pub use documents::{Document, Documents};
pub use layers::{Fate, Layers, taken_away};
pub use paths::{file_name, folder, is_yaml, join, resolve, within};
pub use revision::Revision;
pub use worktree::WorkTree;

use std::borrow::Cow;
use std::fmt;

/// One file that a view lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The path from the root, with forward slashes.
    pub path: String,
    /// Where a symbolic link leads to, from the root; such an entry is the other file once more.
    pub link: Option<String>,
}

/// Why a file could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unreadable {
    /// No such file.
    Missing,
    /// Larger than [`crate::limits::FILE_BYTES`].
    TooLarge,
    /// Permission denied or a failing device.
    Denied,
    /// Not text: NUL bytes.
    Binary,
    /// Not UTF-8.
    Encoding,
    /// Its path leads out of the tree.
    Outside,
}

impl Unreadable {
    /// What a person is told.
    pub fn phrase(self) -> &'static str {
        match self {
            Unreadable::Missing => "the file does not exist",
            Unreadable::TooLarge => "larger than the limit of 4 MiB",
            Unreadable::Denied => "could not be opened",
            Unreadable::Binary => "holds NUL bytes: not a text file",
            Unreadable::Encoding => "not UTF-8 text",
            Unreadable::Outside => "leads out of the repository",
        }
    }
}

/// Why a whole view could not be opened: a usage error, shown to the person.
#[derive(Debug)]
pub struct ViewError(pub String);

impl fmt::Display for ViewError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ViewError {}

/// What a view found: its files, and what it could not look into.
#[derive(Debug, Default)]
pub struct Listing {
    /// Files and links to files, sorted by path.
    pub entries: Vec<Entry>,
    /// Folders and links that were not followed, with the reason.
    pub skipped: Vec<(String, Unreadable)>,
}

/// A tree of files that can be listed and read.
pub trait FileView: Sync {
    /// Every file of the tree, pruned of what is installed or generated.
    fn list(&self) -> Listing;

    /// The bytes of one file.
    ///
    /// # Errors
    /// The reason, where it cannot be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, Unreadable>;

    /// The bytes of a file that [`FileView::list`] named and that is no link: it need not be proved
    /// to lie inside the tree.
    ///
    /// # Errors
    /// The reason, where it cannot be read.
    fn read_listed(&self, path: &str) -> Result<Vec<u8>, Unreadable> {
        self.read(path)
    }

    /// The same bytes, in a buffer that is used again from file to file.
    ///
    /// # Errors
    /// The reason, where it cannot be read.
    fn read_into<'b>(&self, path: &str, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Unreadable> {
        *buffer = self.read_listed(path)?;
        Ok(buffer)
    }

    /// The same bytes as [`FileView::read`], not copied where the view has them in memory.
    ///
    /// # Errors
    /// The reason, where it cannot be read.
    fn read_held(&self, path: &str) -> Result<Cow<'_, [u8]>, Unreadable> {
        self.read(path).map(Cow::Owned)
    }
}

/// Folders that hold what tools installed or built, never what a team wrote down.
pub(crate) const PRUNED: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    ".jj",
    ".evenkeel",
    "node_modules",
    "bower_components",
    "target",
    ".venv",
    "venv",
    "__pycache__",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".gradle",
    ".terraform",
    ".terragrunt-cache",
    ".next",
    ".nuxt",
    ".svelte-kit",
    ".turbo",
    ".cache",
    ".yarn",
    ".pnpm-store",
    ".parcel-cache",
    ".eggs",
    "site-packages",
    ".direnv",
    ".devenv",
    ".bundle",
    "_build",
    "Pods",
    "DerivedData",
    "vendor",
    "dist",
];
