//! Databases of RPM: which packages are installed, by the names and versions in their headers (rpm's documentation,
//! "Package format", "Header"). What holds the headers, the file says by how it begins. An image is a stranger's:
//! no offset, count or length of it is believed, and what is broken is not read in part.

mod berkeley;
mod ndb;
mod sqlite;

use super::{Gaps, has};
use crate::files::{FileView, Listing, Unreadable};
use crate::limits;
use crate::seal;

const BROKEN: &str = "it is no database of RPM, or a broken one: the packages of the operating system are not known";
const JOURNAL: &str = "changes lie beside it that its database has not taken in: the packages of the operating system are not known";
const LARGE: &str = "larger than the limit of 32 MiB: the packages of the operating system are not known";
const ELSEWHERE: &str = "a link to what is not read: the packages of the operating system are not known";
const MANY: &str = "more packages than the limit of 100 000: the packages of the operating system are not known";

/// What `SQLite` keeps beside a database while it is changed (its "WAL-mode File Format" and "Rollback Journal").
const JOURNALS: &[&str] = &["-wal", "-journal"];

/// Types of entries of a header.
const INT32: u32 = 4;
const STRING: u32 = 6;

/// Whoever takes one header after the other; none where it is broken.
type Visit<'v> = &'v mut dyn FnMut(&[u8]) -> Option<()>;

/// The files beside a database that hold what it has not taken in yet, where they hold anything.
pub(super) fn journals(database: &str) -> impl Iterator<Item = String> + '_ {
    JOURNALS.iter().map(move |end| format!("{database}{end}"))
}

/// Names and versions of what the database lists that RPM uses: of several side by side, the first. The others it has
/// left behind.
pub(super) fn look(view: &dyn FileView, listing: &Listing, databases: &[String], gaps: &mut Gaps) -> Vec<(String, String)> {
    let found = databases.iter().find_map(|path| match view.read_held(path) {
        Ok(_) if journals(path).any(|journal| !matches!(view.read_held(&journal).as_deref(), Ok([]) | Err(Unreadable::Missing))) => Some((path, Err(JOURNAL))),
        Ok(bytes) => Some((path, packages(&bytes))),
        Err(Unreadable::Missing) => None,
        Err(Unreadable::TooLarge) => Some((path, Err(LARGE))),
        Err(other) => Some((path, Err(other.phrase()))),
    });
    let link = || databases.iter().find(|path| has(listing, path)).map(|path| (path, Err(ELSEWHERE)));
    match found.or_else(link) {
        Some((_, Ok(packages))) => packages,
        Some((path, Err(reason))) => {
            // What is beyond this reader is no fault of the image's.
            let required = ![JOURNAL, LARGE, MANY, ELSEWHERE].contains(&reason);
            gaps.insert((seal::inside::path(path), reason, required));
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Names and versions (`[epoch:]version-release`) of all packages, or why they are not known.
fn packages(bytes: &[u8]) -> Result<Vec<(String, String)>, &'static str> {
    let (mut out, mut count) = (Vec::new(), 0_usize);
    let mut visit = |header: &[u8]| {
        count += 1;
        if count <= limits::INSIDE_NAMES {
            // Keys that are trusted are kept as packages, and are none.
            out.extend(Some(package(header)?).filter(|(name, _)| name != "gpg-pubkey"));
        }
        Some(())
    };
    let read = if bytes.starts_with(sqlite::BEGINS) {
        sqlite::rows(bytes, "Packages", &mut visit)
    } else if bytes.starts_with(ndb::BEGINS) {
        ndb::blobs(bytes, &mut visit)
    } else {
        berkeley::values(bytes, &mut visit)
    };
    read.ok_or(BROKEN)?;
    if count > limits::INSIDE_NAMES { Err(MANY) } else { Ok(out) }
}

/// The package that a header speaks of.
fn package(bytes: &[u8]) -> Option<(String, String)> {
    const INDEX: usize = 16;
    let (entries, size) = (number(bytes, 0)?, number(bytes, 4)?);
    let (index, store) = bytes.get(8..)?.split_at_checked(entries.checked_mul(INDEX)?)?;
    if entries == 0 || store.len() != size {
        return None;
    }
    let (mut name, mut version, mut release, mut epoch) = (None, None, None, None);
    for entry in index.chunks_exact(INDEX) {
        let (kind, offset) = (big(entry, 4)?, number(entry, 8)?);
        let text = || store.get(offset..).and_then(terminated).filter(|_| kind == STRING);
        match big(entry, 0)? {
            1000 if name.is_none() => name = Some(text()?),
            1001 if version.is_none() => version = Some(text()?),
            1002 if release.is_none() => release = Some(text()?),
            1003 if epoch.is_none() => epoch = Some(big(store, offset).filter(|_| kind == INT32)?),
            _ => {}
        }
    }
    let (version, release) = (version?, release?);
    // None and zero are the same to RPM.
    let version = match epoch {
        None | Some(0) => format!("{version}-{release}"),
        Some(epoch) => format!("{epoch}:{version}-{release}"),
    };
    Some((name?, version))
}

/// A text that ends with a zero byte.
fn terminated(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some(String::from_utf8_lossy(bytes.get(..end)?).into_owned())
}

/// Four bytes, the greatest first.
fn big(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Four bytes, the least first.
fn little(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Four bytes, the greatest first, that count something in memory.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(big(bytes, at)?).ok()
}

/// Takes a page that nobody was at before: none where it is met again, or there is none.
fn first_time(seen: &mut [bool], page: usize) -> Option<()> {
    let seen = seen.get_mut(page)?;
    (!std::mem::replace(seen, true)).then_some(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::files::Entry;

    /// A database of `fixtures/rpm`, which programs made that are none of this house's.
    fn fixture(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/fixtures/rpm/{name}", env!("CARGO_MANIFEST_DIR"))).expect(name)
    }

    const FIXTURES: [&str; 3] = ["rpmdb.sqlite", "Packages.db", "Packages"];

    fn header(entries: &[(u32, u32, &[u8])]) -> Vec<u8> {
        let (mut index, mut store) = (Vec::new(), Vec::new());
        for (tag, kind, data) in entries {
            index.extend([*tag, *kind, u32::try_from(store.len()).expect("short"), 1].iter().flat_map(|number| number.to_be_bytes()));
            store.extend_from_slice(data);
        }
        let counts = [entries.len(), store.len()].map(|count| u32::try_from(count).expect("short").to_be_bytes());
        [counts.concat(), index, store].concat()
    }

    #[test]
    fn every_sort_of_database_is_read() {
        for name in FIXTURES {
            let mut told = packages(&fixture(name)).expect(name);
            told.sort();
            let told: Vec<String> = told.into_iter().map(|(name, version)| format!("{name} {version}")).collect();
            let kernels = ["kernel-core 5.14.0-362.el9", "kernel-core 5.14.0-70.el9"];
            let first = ["a-package-with-a-name-of-forty-letters-x 1.0-1", "bash 5.2.26-4.el9"];
            assert_eq!(told, [first.as_slice(), &kernels, &["openssl-libs 1:3.2.2-6.el9", "tzdata 2024a-1.el9"]].concat(), "{name}");
        }
    }

    #[test]
    fn what_is_cut_off_is_not_read_in_part() {
        for name in FIXTURES {
            let whole = fixture(name);
            for end in 0..whole.len() {
                assert_eq!(packages(&whole[..end]), Err(BROKEN), "{name} of {end} bytes");
            }
        }
    }

    #[test]
    fn no_byte_makes_it_fail() {
        for name in FIXTURES {
            let mut bytes = fixture(name);
            for at in 0..bytes.len() {
                for flip in [0xff, 0x01] {
                    bytes[at] ^= flip;
                    match packages(&bytes) {
                        Ok(packages) => assert!(packages.len() <= 7, "{name} at {at}"),
                        Err(reason) => assert_eq!(reason, BROKEN, "{name} at {at}"),
                    }
                    bytes[at] ^= flip;
                }
            }
        }
    }

    /// The database with this number at every place where four bytes are another.
    fn claims(name: &str, from: [u8; 4], to: [u8; 4]) -> Vec<u8> {
        let mut bytes = fixture(name);
        let places: Vec<usize> = bytes.windows(4).enumerate().filter(|(_, four)| *four == from).map(|(at, _)| at).collect();
        assert!(!places.is_empty(), "{name} has no {from:?}");
        places.into_iter().for_each(|at| bytes[at..at + 4].copy_from_slice(&to));
        bytes
    }

    #[test]
    fn no_length_is_believed() {
        // As long as the first blob of ndb says it is.
        let size = *fixture("Packages.db")[4096 + 12..].first_chunk().expect("a blob");
        assert_eq!(packages(&claims("Packages.db", size, [0xff; 4])), Err(BROKEN));
        assert_eq!(packages(&claims("Packages", size, [0xff; 4])), Err(BROKEN));
        for (entries, store) in [(u32::MAX, 0), (1, u32::MAX), (u32::MAX, u32::MAX), (0x1000_0000, 16), (0, 0), (0, 32)] {
            let bytes = [entries.to_be_bytes(), store.to_be_bytes()].concat();
            assert_eq!(package(&[bytes, vec![0; 32]].concat()), None, "{entries} {store}");
        }
    }

    #[test]
    fn no_page_is_met_twice() {
        // Overflow pages of SQLite begin with the next one, which is below 256: other pages do not.
        let whole = fixture("rpmdb.sqlite");
        let mut chains = 0;
        for page in 1..whole.len() / 512 {
            let begins = page * 512;
            if whole[begins..].starts_with(&[0, 0, 0]) {
                let mut bytes = whole.clone();
                bytes[begins + 3] = u8::try_from(page + 1).expect("a small file");
                assert_eq!(packages(&bytes), Err(BROKEN), "page {page}");
                chains += 1;
            } else if begins > 0 && whole[begins] == 5 {
                let mut bytes = whole.clone();
                bytes[begins + 11] = u8::try_from(page + 1).expect("a small file");
                assert_eq!(packages(&bytes), Err(BROKEN), "page {page}");
            }
        }
        assert!(chains > 10);
        // Of Berkeley DB, the page's own number stands eight bytes before the next one's.
        let whole = fixture("Packages");
        for page in 1..whole.len() / 512 {
            let mut bytes = whole.clone();
            bytes.copy_within(page * 512 + 8..page * 512 + 12, page * 512 + 16);
            assert_eq!(packages(&bytes), Err(BROKEN), "page {page}");
        }
        // Of ndb, one blob under two slots.
        let mut bytes = fixture("Packages.db");
        bytes.copy_within(32..48, 48);
        assert_eq!(packages(&bytes).map(|packages| packages.len()), Ok(6), "another package in place of one");
        (2..200).for_each(|slot| bytes.copy_within(32..48, slot * 16));
        assert_eq!(packages(&bytes), Err(BROKEN));
    }

    #[test]
    fn a_header_has_a_name_and_a_version() {
        let (name, version, release): ((u32, u32, &[u8]), _, _) = ((1000, 6, b"bash\0"), (1001, 6, b"5.2\0".as_slice()), (1002, 6, b"4.el9\0".as_slice()));
        let told = |entries: &[(u32, u32, &[u8])]| package(&header(entries)).map(|(name, version)| format!("{name} {version}"));
        assert_eq!(told(&[name, version, release]), Some("bash 5.2-4.el9".to_owned()));
        assert_eq!(told(&[name, version, release, (1003, 4, &[0, 0, 0, 2])]), Some("bash 2:5.2-4.el9".to_owned()));
        assert_eq!(told(&[name, version, release, (1003, 4, &[0; 4])]), Some("bash 5.2-4.el9".to_owned()));
        for broken in [
            vec![name, version],
            vec![version, release],
            vec![(1000, 6, b"bash".as_slice())],
            vec![(1000, 4, b"bash\0"), version, release],
            vec![name, version, release, (1003, 4, &[0, 0])],
            vec![name, version, release, (1003, 6, &[0; 4])],
        ] {
            assert_eq!(told(&broken), None, "{broken:?}");
        }
    }

    /// Files in memory.
    struct Files(BTreeMap<&'static str, Result<Vec<u8>, Unreadable>>);

    impl FileView for Files {
        fn list(&self) -> Listing {
            let entries = self.0.keys().map(|path| Entry { path: (*path).to_owned(), link: None }).collect();
            Listing { entries, skipped: Vec::new() }
        }
        fn read(&self, path: &str) -> Result<Vec<u8>, Unreadable> {
            self.0.get(path).cloned().unwrap_or(Err(Unreadable::Missing))
        }
    }

    #[test]
    fn what_is_not_known_is_a_gap() {
        let told = |files: &[(&'static str, Result<Vec<u8>, Unreadable>)]| {
            let (files, mut gaps) = (Files(files.iter().cloned().collect()), Gaps::new());
            let found = look(&files, &files.list(), &["new".to_owned(), "old".to_owned()], &mut gaps);
            (found.len(), gaps.into_iter().next().map(|(path, reason, required)| format!("{path} {reason} {required}")))
        };
        let gap = |path: &str, reason: &str, required: bool| (0, Some(format!("{path} {reason} {required}")));
        let sound = || Ok(fixture("rpmdb.sqlite"));
        assert_eq!(told(&[]), (0, None));
        assert_eq!(told(&[("old", sound()), ("new-wal", Ok(vec![1]))]), (6, None));
        assert_eq!(told(&[("new", sound()), ("old", Ok(vec![1])), ("new-wal", Ok(vec![]))]), (6, None));
        assert_eq!(told(&[("new", sound()), ("old", sound()), ("new-wal", Ok(vec![1]))]), gap("new", JOURNAL, false));
        assert_eq!(told(&[("new", sound()), ("new-journal", Ok(vec![1]))]), gap("new", JOURNAL, false));
        assert_eq!(told(&[("new", sound()), ("new-wal", Err(Unreadable::Outside))]), gap("new", JOURNAL, false));
        assert_eq!(told(&[("old", Err(Unreadable::TooLarge))]), gap("old", LARGE, false));
        assert_eq!(told(&[("old", Err(Unreadable::Missing))]), gap("old", ELSEWHERE, false));
        assert_eq!(told(&[("old", Ok(vec![]))]), gap("old", BROKEN, true));
    }
}
