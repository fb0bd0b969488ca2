//! Snapshots in the repository's own folder `.evenkeel/`: one file each, called by its time and state, never
//! written twice and never changed. What is accepted is a small file that names one. Everything is written
//! beside its place and renamed, so that whoever is killed leaves what was there before.

pub mod name;
pub mod snapshot;

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::limits;
use name::{Name, Which};
pub use snapshot::{SCHEMA, Snapshot};

/// The folder, from the root of the repository.
pub const FOLDER: &str = ".evenkeel";

/// The file in it that holds the project's key; git does not see it.
pub const KEY: &str = "key";

/// What git is told of the folder: the key is nobody else's, and what a killed process left is nothing.
const IGNORED: &str = "key\n*.tmp\n";

/// The snapshots of a repository.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
}

/// One stored snapshot: its environment, when it was taken, the beginning of its state, and its file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stored {
    /// When it was taken.
    pub taken: Timestamp,
    /// The first digits of its state.
    pub state: String,
    /// The file.
    pub path: PathBuf,
}

/// Why a store did not do what it was asked for.
#[derive(Debug)]
pub enum StoreError {
    /// The file system refused.
    Io(PathBuf, io::Error),
    /// A file is there and is refused.
    Refused(PathBuf, &'static str),
    /// Nothing is stored under this name.
    Nothing(String),
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StoreError::Io(path, error) => write!(f, "{}: {}", shown(path), error.kind()),
            StoreError::Refused(path, why) => write!(f, "{}: {why}", shown(path)),
            StoreError::Nothing(name) => write!(f, "no snapshot is stored as '{}'", crate::seal::neutral(name)),
        }
    }
}

impl std::error::Error for StoreError {}

fn shown(path: &Path) -> String {
    crate::seal::neutral(&path.to_string_lossy())
}

/// How many digits of a state are in the name of its file.
const DIGITS: usize = 16;

impl Store {
    /// The store of the repository with this root; nothing is made before something is stored.
    pub fn of(root: &Path) -> Store {
        Store { root: root.join(FOLDER) }
    }

    fn folder(&self, environment: &str) -> PathBuf {
        self.root.join("snapshots").join(name::file(environment))
    }

    /// What is stored of an environment, the oldest first. What is not called as a snapshot is none.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn list(&self, environment: &str) -> Result<Vec<Stored>, StoreError> {
        let stored = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().ok()?;
            let (taken, state) = name.strip_suffix(".json")?.split_once('_')?;
            let taken = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", taken).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
            Some(Stored { taken, state: state.to_owned(), path: entry.path() })
        };
        let mut all: Vec<Stored> = self.entries(&self.folder(environment))?.filter_map(stored).collect();
        all.sort();
        Ok(all)
    }

    /// Stores a snapshot. One whose state is that of the newest is stored all the same: that nothing changed
    /// until then is worth knowing.
    ///
    /// # Errors
    /// The file system refused; nothing is half done.
    pub fn put(&self, snapshot: &Snapshot) -> Result<Stored, StoreError> {
        let folder = self.folder(snapshot.environment.name());
        let digits: String = snapshot.state.chars().take(DIGITS).collect();
        let path = folder.join(format!("{}_{digits}.json", snapshot.taken.strftime("%Y%m%dT%H%M%SZ")));
        self.write(&path, snapshot.to_json().as_bytes())?;
        Ok(Stored { taken: snapshot.taken, state: digits, path })
    }

    /// Reads a stored snapshot.
    ///
    /// # Errors
    /// It cannot be read, or is refused.
    pub fn get(&self, stored: &Stored) -> Result<Snapshot, StoreError> {
        self.inside(&stored.path)?;
        let snapshot = load(&stored.path)?;
        if snapshot.state.starts_with(&stored.state) && snapshot.taken == stored.taken {
            Ok(snapshot)
        } else {
            Err(StoreError::Refused(stored.path.clone(), "a snapshot that is not the one it is called"))
        }
    }

    /// The stored snapshot that a name means.
    ///
    /// # Errors
    /// There is none.
    pub fn find(&self, name: &Name, now: Timestamp) -> Result<Stored, StoreError> {
        let all = self.list(&name.environment)?;
        let found = match &name.which {
            Which::Back(steps) => all.iter().rev().nth(*steps),
            Which::At(moment) => {
                let moment = moment.before(now);
                all.iter().rev().find(|stored| stored.taken <= moment)
            }
        };
        found.cloned().ok_or_else(|| StoreError::Nothing(name.to_string()))
    }

    /// The snapshot that is accepted as the state an environment should have; none where none is.
    ///
    /// # Errors
    /// It is named and is not there.
    pub fn accepted(&self, environment: &str) -> Result<Option<Stored>, StoreError> {
        let path = self.root.join("accepted").join(name::file(environment));
        let Some(text) = self.line(&path)? else { return Ok(None) };
        let named = |stored: &Stored| stored.path.file_name().is_some_and(|name| name.to_string_lossy() == text.trim());
        let found = self.list(environment)?.into_iter().find(named);
        found.map(Some).ok_or(StoreError::Refused(path, "the snapshot that it names is not stored"))
    }

    /// The environments of which a state is accepted.
    ///
    /// # Errors
    /// The folder cannot be listed, or what it names cannot be read.
    pub fn accepted_names(&self) -> Result<Vec<String>, StoreError> {
        let entries = self.entries(&self.root.join("accepted"))?;
        let mut files: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| !name.ends_with(".tmp")).collect();
        files.sort();
        // A file is called after its environment, or nearly so: the snapshot itself tells.
        let name = |file: &String| match self.accepted(file) {
            Ok(Some(stored)) => self.get(&stored).map(|snapshot| snapshot.environment.name().to_owned()),
            Ok(None) => Ok(file.clone()),
            Err(error) => Err(error),
        };
        files.iter().map(name).collect()
    }

    /// Accepts a stored snapshot.
    ///
    /// # Errors
    /// The file system refused.
    pub fn accept(&self, environment: &str, stored: &Stored) -> Result<(), StoreError> {
        let name = stored.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.write(&self.root.join("accepted").join(name::file(environment)), format!("{name}\n").as_bytes())
    }

    /// Drops all but the newest so many; the accepted one and the first of each state among those kept stay.
    /// How many went.
    ///
    /// # Errors
    /// The file system refused.
    pub fn prune(&self, environment: &str, keep: usize) -> Result<usize, StoreError> {
        let (all, accepted) = (self.list(environment)?, self.accepted(environment)?);
        let old = all.len().saturating_sub(keep);
        let mut gone = 0;
        for stored in all.iter().take(old).filter(|stored| Some(*stored) != accepted.as_ref()) {
            fs::remove_file(&stored.path).map_err(|error| StoreError::Io(stored.path.clone(), error))?;
            gone += 1;
        }
        Ok(gone)
    }

    /// The project's key, where one is kept here.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn key(&self) -> Result<Option<String>, StoreError> {
        self.line(&self.root.join(KEY))
    }

    /// Makes the project's key, if there is none yet; whether it was made.
    ///
    /// # Errors
    /// The file system refused.
    pub fn make_key(&self, key: &str) -> Result<bool, StoreError> {
        let path = self.root.join(KEY);
        if self.key()?.is_some() {
            return Ok(false);
        }
        self.write(&path, format!("{key}\n").as_bytes())?;
        Ok(true)
    }

    /// What a folder of the store holds; nothing where it is not there.
    fn entries(&self, folder: &Path) -> Result<impl Iterator<Item = fs::DirEntry> + use<>, StoreError> {
        self.inside(folder)?;
        let entries = match fs::read_dir(folder) {
            Ok(entries) => Some(entries),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(StoreError::Io(folder.to_owned(), error)),
        };
        Ok(entries.into_iter().flatten().flatten())
    }

    /// A small file of the store; none where it is not there.
    fn line(&self, path: &Path) -> Result<Option<String>, StoreError> {
        self.inside(path)?;
        match read(path, limits::STORED_LINE_BYTES) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned())),
            Err(StoreError::Io(_, error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a path of the store is one inside the repository: a link in it, which whoever made the
    /// repository may have put there, is not followed.
    fn inside(&self, path: &Path) -> Result<(), StoreError> {
        let leads = |part: &&Path| part.starts_with(&self.root) && fs::symlink_metadata(part).is_ok_and(|kind| kind.is_symlink());
        match path.ancestors().find(leads) {
            Some(link) => Err(StoreError::Refused(link.to_owned(), "a link that leads elsewhere is not followed")),
            None => Ok(()),
        }
    }

    /// Writes a file beside its place and renames it there, so that it is whole or not there.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        self.inside(path)?;
        let failed = |error: io::Error| StoreError::Io(path.to_owned(), error);
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(failed)?;
        let ignored = self.root.join(".gitignore");
        if !ignored.exists() {
            replace(&ignored, IGNORED.as_bytes()).map_err(failed)?;
        }
        replace(path, bytes).map_err(failed)
    }
}

/// Writes a file whole, or not at all.
///
/// # Errors
/// The file system refused.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    replace(path, bytes).map_err(|error| StoreError::Io(path.to_owned(), error))
}

/// Writes to a name that nobody else has, makes sure that it is on the disk, and renames it.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = path.with_file_name(format!("{name}.{}.tmp", std::process::id()));
    let mut options = fs::OpenOptions::new();
    // What a process of this number left behind, or a link that somebody put there, is not written through.
    let _ = fs::remove_file(&beside);
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if name == KEY { 0o600 } else { 0o644 });
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&beside, path)).inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

/// Reads a snapshot from any file.
///
/// # Errors
/// It cannot be read, or is refused.
pub fn load(path: &Path) -> Result<Snapshot, StoreError> {
    Snapshot::parse(&read(path, limits::SNAPSHOT_BYTES)?).map_err(|why| StoreError::Refused(path.to_owned(), why))
}

/// The bytes of a file, up to a limit. What is no file might never end.
fn read(path: &Path, limit: u64) -> Result<Vec<u8>, StoreError> {
    let failed = |error: io::Error| StoreError::Io(path.to_owned(), error);
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(StoreError::Refused(path.to_owned(), "no file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > limit { Err(StoreError::Refused(path.to_owned(), "larger than the limit")) } else { Ok(bytes) }
}
