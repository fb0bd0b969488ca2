//! The working tree on disk: walked once, each top folder by whichever thread is free.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use walkdir::WalkDir;

use super::{Entry, FileView, Listing, PRUNED, Unreadable, ViewError, resolve};
use crate::limits;

/// A checkout on disk.
#[derive(Debug)]
pub struct WorkTree {
    root: PathBuf,
}

impl WorkTree {
    /// Opens a folder.
    ///
    /// # Errors
    /// Where the path is no folder that can be read.
    pub fn open(root: &Path) -> Result<WorkTree, ViewError> {
        let shown = root.display();
        let root = root.canonicalize().map_err(|error| ViewError(format!("cannot open {shown}: {}", error.kind())))?;
        if !root.is_dir() {
            return Err(ViewError(format!("{shown} is not a folder")));
        }
        Ok(WorkTree { root })
    }

    /// Walks one folder; with `shallow` its sub-folders are handed back instead of entered.
    fn walk(&self, start: &str, shallow: bool, out: &mut Listing) -> Vec<String> {
        let mut folders = Vec::new();
        let walker = WalkDir::new(self.root.join(start)).min_depth(1).max_depth(if shallow { 1 } else { usize::MAX });
        let kept = walker.into_iter().filter_entry(|entry| !entry.file_type().is_dir() || !entry.file_name().to_str().is_some_and(|n| PRUNED.contains(&n)));
        for next in kept {
            let entry = match next {
                Ok(entry) => entry,
                Err(error) => {
                    if let Some(path) = error.path().and_then(|p| self.relative(p)) {
                        out.skipped.push((path, Unreadable::Denied));
                    }
                    continue;
                }
            };
            // A name that is not UTF-8 cannot be one that any reader knows.
            let Some(path) = self.relative(entry.path()) else { continue };
            let kind = entry.file_type();
            if kind.is_dir() {
                if shallow {
                    folders.push(path);
                }
            } else if kind.is_file() {
                out.entries.push(Entry { path, link: None });
            } else if kind.is_symlink() {
                self.link(path, out);
            }
            if out.entries.len() >= limits::FILES {
                out.skipped.push((start.to_owned(), Unreadable::TooLarge));
                break;
            }
        }
        folders
    }

    /// A link to a file inside the tree is that file once more; a link to a folder is not entered.
    fn link(&self, path: String, out: &mut Listing) {
        match self.root.join(&path).canonicalize() {
            Ok(target) if target.is_dir() => {}
            Ok(target) => match self.relative(&target) {
                Some(link) => out.entries.push(Entry { path, link: Some(link) }),
                None => out.skipped.push((path, Unreadable::Outside)),
            },
            Err(_) => out.skipped.push((path, Unreadable::Missing)),
        }
    }

    fn relative(&self, path: &Path) -> Option<String> {
        let root = self.root.to_str()?;
        let rest = path.to_str()?.strip_prefix(root)?;
        let text = if root.ends_with(std::path::MAIN_SEPARATOR) { rest } else { rest.strip_prefix(std::path::MAIN_SEPARATOR)? };
        Some(if std::path::MAIN_SEPARATOR == '/' { text.to_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") })
    }
}

impl FileView for WorkTree {
    fn list(&self) -> Listing {
        let mut listing = Listing::default();
        // Two levels are listed first, so that there is work to share even in a repository with one
        // large top folder.
        let mut shares = Vec::new();
        for top in self.walk("", true, &mut listing) {
            shares.extend(self.walk(&top, true, &mut listing));
        }
        listing.entries.sort_unstable();
        let queue = Mutex::new(shares);
        let parts = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..crate::parallel::threads() {
                scope.spawn(|| {
                    let mut part = Listing::default();
                    while let Some(folder) = queue.lock().ok().and_then(|mut q| q.pop()) {
                        self.walk(&folder, false, &mut part);
                    }
                    part.entries.sort_unstable();
                    if let Ok(mut parts) = parts.lock() {
                        parts.push(part);
                    }
                });
            }
        });
        for part in parts.into_inner().unwrap_or_default() {
            listing.entries.extend(part.entries);
            listing.skipped.extend(part.skipped);
        }
        // Each thread's part is sorted already: what is left is to merge runs.
        listing.entries.sort();
        listing.skipped.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        listing
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Unreadable> {
        // Whatever the path says, the file itself must lie inside the tree.
        let path = resolve("", path).ok_or(Unreadable::Outside)?;
        let full = self.root.join(&path);
        let real = full.canonicalize().map_err(reason)?;
        if !real.starts_with(&self.root) {
            return Err(Unreadable::Outside);
        }
        bytes(&real)
    }

    fn read_listed(&self, path: &str) -> Result<Vec<u8>, Unreadable> {
        bytes(&self.root.join(path))
    }

    fn read_into<'b>(&self, path: &str, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Unreadable> {
        fill(&self.root.join(path), buffer)
    }
}

/// How large a buffer is at first.
const BUFFER: usize = 256 * 1024;

/// The bytes of a file that was listed, up to the limit, in a buffer that only grows.
fn fill<'b>(real: &Path, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Unreadable> {
    let mut file = File::open(real).map_err(reason)?;
    let limit = usize::try_from(limits::FILE_BYTES).unwrap_or(usize::MAX);
    let mut length = 0;
    loop {
        if length == buffer.len() {
            buffer.resize(BUFFER.max(length * 2), 0);
        }
        match file.read(buffer.get_mut(length..).unwrap_or(&mut [])) {
            Ok(0) => return Ok(buffer.get(..length).unwrap_or(&[])),
            Ok(more) => length += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(reason(error)),
        }
        if length > limit {
            return Err(Unreadable::TooLarge);
        }
    }
}

fn reason(error: std::io::Error) -> Unreadable {
    if error.kind() == std::io::ErrorKind::NotFound { Unreadable::Missing } else { Unreadable::Denied }
}

/// The bytes of a regular file, up to the limit.
fn bytes(real: &Path) -> Result<Vec<u8>, Unreadable> {
    let meta = real.metadata().map_err(reason)?;
    if !meta.is_file() {
        return Err(Unreadable::Missing);
    }
    if meta.len() > limits::FILE_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0) + 1);
    File::open(real).and_then(|file| file.take(limits::FILE_BYTES + 1).read_to_end(&mut bytes)).map_err(reason)?;
    if bytes.len() as u64 > limits::FILE_BYTES { Err(Unreadable::TooLarge) } else { Ok(bytes) }
}
