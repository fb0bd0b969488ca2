//! The working tree on disk: walked once, level by level, each folder by whichever thread is free.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::{Entry, FileView, Listing, PRUNED, Unreadable, ViewError, join, resolve};
use crate::{limits, parallel};

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

    /// Looks into one folder: what it holds goes to `out`, its sub-folders are handed back.
    fn look(&self, folder: &str, out: &mut Listing) -> Vec<String> {
        let mut folders = Vec::new();
        for entry in WalkDir::new(self.root.join(folder)).min_depth(1).max_depth(1) {
            let Ok(entry) = entry else {
                out.skipped.push((folder.to_owned(), Unreadable::Denied));
                continue;
            };
            // A name that is not UTF-8 cannot be one that any reader knows.
            let (Some(name), kind) = (entry.file_name().to_str(), entry.file_type()) else { continue };
            let path = join(folder, name);
            if kind.is_dir() {
                if !PRUNED.contains(&name) {
                    folders.push(path);
                }
            } else if kind.is_file() {
                out.entries.push(Entry { path, link: None });
            } else if kind.is_symlink() {
                self.link(path, out);
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
        let mut folders = vec![String::new()];
        while !folders.is_empty() {
            let level = parallel::map(&folders, |folder| {
                let mut part = Listing::default();
                let folders = self.look(folder, &mut part);
                (part, folders)
            });
            folders.clear();
            for (part, below) in level {
                listing.entries.extend(part.entries);
                listing.skipped.extend(part.skipped);
                folders.extend(below);
            }
            if listing.entries.len() >= limits::FILES {
                listing.skipped.push((String::new(), Unreadable::TooLarge));
                break;
            }
        }
        listing.entries.sort_unstable();
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
