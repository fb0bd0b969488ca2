//! A git revision, read through `git ls-tree` and one `git cat-file --batch`: nothing is checked out.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use super::{Entry, FileView, Listing, PRUNED, Unreadable, ViewError, folder, resolve};
use crate::limits;

/// One revision of a repository.
#[derive(Debug)]
pub struct Revision {
    blobs: HashMap<String, Blob>,
    git: Mutex<Batch>,
}

#[derive(Debug)]
struct Blob {
    id: String,
    size: u64,
    link: bool,
}

#[derive(Debug)]
struct Batch {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Revision {
    /// Opens a revision of the repository that holds `root`; paths count from `root`.
    ///
    /// # Errors
    /// Where git is missing, `root` is no repository, or the revision does not exist.
    pub fn open(root: &Path, revision: &str) -> Result<Revision, ViewError> {
        // A revision that looks like an option would be read as one.
        if revision.starts_with('-') {
            return Err(ViewError("a revision cannot start with '-'".into()));
        }
        let listed = git(root)
            .args(["ls-tree", "-r", "-z", "-l", "--end-of-options", revision])
            .output()
            .map_err(|error| ViewError(format!("cannot run git: {}", error.kind())))?;
        if !listed.status.success() {
            return Err(ViewError(format!("git knows no revision '{}' here", revision.escape_default())));
        }
        let blobs = String::from_utf8_lossy(&listed.stdout).split('\0').filter_map(blob).collect();
        let mut child = git(root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| ViewError(format!("cannot run git: {}", error.kind())))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Revision { blobs, git: Mutex::new(Batch { child, input, output: BufReader::new(output) }) }),
            _ => Err(ViewError("cannot talk to git".into())),
        }
    }

    fn target(&self, path: &str, blob: &Blob) -> Option<String> {
        let text = String::from_utf8(self.bytes(blob).ok()?).ok()?;
        if text.starts_with('/') { None } else { resolve(folder(path), &text) }
    }

    fn bytes(&self, blob: &Blob) -> Result<Vec<u8>, Unreadable> {
        if blob.size > limits::FILE_BYTES {
            return Err(Unreadable::TooLarge);
        }
        let mut git = self.git.lock().map_err(|_| Unreadable::Denied)?;
        git.fetch(&blob.id).map_err(|_| Unreadable::Denied)
    }
}

/// Hooks export variables such as `GIT_DIR`; git must look at the folder that was asked for.
pub(super) fn git(root: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(root);
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_PREFIX",
        "GIT_COMMON_DIR",
        "GIT_CONFIG_PARAMETERS",
    ] {
        command.env_remove(name);
    }
    command
}

fn blob(row: &str) -> Option<(String, Blob)> {
    let (meta, path) = row.split_once('\t')?;
    let mut fields = meta.split_ascii_whitespace();
    let (mode, kind, id, size) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let pruned = folder(path).split('/').any(|part| PRUNED.contains(&part));
    (kind == "blob" && !pruned).then(|| (path.to_owned(), Blob { id: id.to_owned(), size: size.parse().unwrap_or(u64::MAX), link: mode == "120000" }))
}

impl Batch {
    fn fetch(&mut self, id: &str) -> std::io::Result<Vec<u8>> {
        writeln!(self.input, "{id}")?;
        self.input.flush()?;
        let mut head = String::new();
        self.output.read_line(&mut head)?;
        let size: usize = head.split_ascii_whitespace().nth(2).and_then(|s| s.parse().ok()).ok_or(std::io::ErrorKind::NotFound)?;
        let mut bytes = vec![0; size + 1];
        self.output.read_exact(&mut bytes)?;
        bytes.truncate(size);
        Ok(bytes)
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // The process ends by itself once its input closes; killing it makes sure of that.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl FileView for Revision {
    fn list(&self) -> Listing {
        let mut listing = Listing::default();
        for (path, blob) in &self.blobs {
            if !blob.link {
                listing.entries.push(Entry { path: path.clone(), link: None });
                continue;
            }
            match self.target(path, blob) {
                Some(link) if self.blobs.contains_key(&link) => listing.entries.push(Entry { path: path.clone(), link: Some(link) }),
                // A link to a folder is not entered; its files are listed where they are.
                Some(link) if self.blobs.keys().any(|p| p.strip_prefix(&link).is_some_and(|rest| rest.starts_with('/'))) => {}
                Some(_) => listing.skipped.push((path.clone(), Unreadable::Missing)),
                None => listing.skipped.push((path.clone(), Unreadable::Outside)),
            }
        }
        listing.entries.sort_unstable();
        listing.skipped.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        listing
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Unreadable> {
        let mut path = resolve("", path).ok_or(Unreadable::Outside)?;
        for _ in 0..limits::REFERENCE_DEPTH {
            let blob = self.blobs.get(&path).ok_or(Unreadable::Missing)?;
            if !blob.link {
                return self.bytes(blob);
            }
            path = self.target(&path, blob).ok_or(Unreadable::Outside)?;
        }
        Err(Unreadable::Missing)
    }
}
