//! Which declarations of live sources a person trusts. What a repository declares is asked only where this very
//! text was trusted for this very checkout, with the programs of the repository that it would run: whoever changes
//! one of them has to be trusted anew. The record is the person's own, and no repository can write it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

use crate::config::Live;
use crate::{limits, seal, store};

/// What a person trusts: a folder with one file for each state of a configuration.
pub struct Trust {
    folder: PathBuf,
}

impl Trust {
    /// The record in a person's folder for what programs remember.
    pub fn of(folder: &Path) -> Trust {
        Trust { folder: folder.join("trusted") }
    }

    /// Whether what is declared is trusted as it is now.
    pub fn has(&self, root: &Path, live: &[Live]) -> bool {
        digest(root, live).is_some_and(|digest| self.folder.join(digest).is_file())
    }

    /// Trusts what is declared, as it is now.
    ///
    /// # Errors
    /// Where the record cannot be written, or a program that would be run cannot be read.
    pub fn take(&self, root: &Path, live: &[Live]) -> io::Result<()> {
        let digest = digest(root, live).ok_or(io::ErrorKind::FileTooLarge)?;
        fs::create_dir_all(&self.folder)?;
        store::write(&self.folder.join(digest), format!("{}\n", root.display()).as_bytes()).map_err(|_| io::ErrorKind::PermissionDenied.into())
    }

    /// Trusts it no more. Says whether it was trusted.
    ///
    /// # Errors
    /// Where the record cannot be changed.
    pub fn drop(&self, root: &Path, live: &[Live]) -> io::Result<bool> {
        let Some(digest) = digest(root, live) else { return Ok(false) };
        match fs::remove_file(self.folder.join(digest)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// What a declared command names of the repository: programs, scripts that it hands to others, links, and all that
/// lies in a folder. What these read themselves is not among it: no words tell.
pub fn files(root: &Path, live: &Live) -> Vec<PathBuf> {
    let line = live.source.split_once(':').filter(|(source, _)| *source == "command").map(|(_, line)| line);
    let (Some(line), Ok(root)) = (line, root.canonicalize()) else { return Vec::new() };
    // Also a piece of a word may be one: `--file=x`, `sh -c './x --quiet'`.
    let words = shlex::split(line).unwrap_or_default();
    let pieces = words.iter().flat_map(|word| word.split(|c: char| c.is_whitespace() || "=\"';|&()<>`$".contains(c)));
    let named: BTreeSet<PathBuf> = pieces.filter(|piece| piece.chars().any(|c| c != '.' && c != '/')).map(|piece| root.join(piece)).collect();
    let inside = named.iter().filter(|path| path.starts_with(&root) && path.symlink_metadata().is_ok());
    let below = inside.flat_map(|path| WalkDir::new(path).follow_root_links(true).sort_by_file_name().into_iter().flatten());
    below.map(walkdir::DirEntry::into_path).filter(|path| !path.is_dir()).take(limits::TRUSTED_FILES).collect()
}

/// The digest of what is declared and of the files that it would run. None where one of them cannot be read whole.
fn digest(root: &Path, live: &[Live]) -> Option<String> {
    let mut digest = Sha256::new();
    let mut add = |bytes: &[u8]| {
        digest.update((bytes.len() as u64).to_le_bytes());
        digest.update(bytes);
    };
    add(root.canonicalize().ok()?.as_os_str().as_encoded_bytes());
    for one in live {
        add(one.environment.as_bytes());
        add(one.source.as_bytes());
        add(one.component.as_deref().unwrap_or_default().as_bytes());
        let files = files(root, one);
        if files.len() >= limits::TRUSTED_FILES {
            return None;
        }
        for path in files {
            add(path.as_os_str().as_encoded_bytes());
            // Where a link leads is a part of what it is.
            add(path.canonicalize().ok()?.as_os_str().as_encoded_bytes());
            if path.metadata().ok()?.len() > limits::FILE_BYTES {
                return None;
            }
            add(&fs::read(path).ok()?);
        }
    }
    Some(seal::key::hex(&digest.finalize()))
}
