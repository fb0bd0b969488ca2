//! A file view of a tar stream, which goes by once and is never unpacked: what somebody claims is kept in memory,
//! all else is passed over as it comes. No link is followed out, and what is remembered has limits, each of them
//! a gap.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use super::entries::{BROKEN, CLAIMED, Left, Met, OUTSIDE, Reason, Room, each, inside, take};
use super::{Entry, FileView, Listing, Unreadable, folder, resolve};
use crate::limits;

/// What is kept of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing at all.
    Nothing,
    /// That it is there.
    Name,
    /// How it begins.
    Head,
    /// All of it, where it is no larger than what is read of a repository.
    Text,
    /// All of it.
    Whole,
    /// All of it, which may be much.
    Database,
}

/// An entry that somebody claimed.
#[derive(Debug)]
struct Kept {
    /// Those of a hard link are the same.
    bytes: Result<Arc<Vec<u8>>, Unreadable>,
    /// Where a symbolic link leads to, from the root.
    link: Option<String>,
    /// When it was last written, in seconds since 1970.
    written: u64,
}

/// What was kept of a stream.
#[derive(Debug, Default)]
pub struct Archive {
    files: BTreeMap<String, Kept>,
    pub(super) gaps: BTreeSet<Reason>,
}

impl Archive {
    /// Reads a stream to its end. Where that does not come, what came before stands, beside a gap.
    pub fn read(stream: impl Read, keep: &dyn Fn(&str) -> Keep) -> Archive {
        let mut out = Archive::default();
        let read = out.take_in(stream, &mut Left::whole(None), &mut Room::whole(), keep);
        out.gaps.extend(read.err());
        out
    }

    /// Takes in a stream, within what is left.
    pub(super) fn take_in(&mut self, stream: impl Read, left: &mut Left<'_>, room: &mut Room, keep: &dyn Fn(&str) -> Keep) -> Result<(), Reason> {
        each(stream, left, &mut |met, bytes| self.entry(met, bytes, room, keep))
    }

    /// Whether something was kept of a path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Whether another archive has the same file at a path.
    pub(super) fn agrees(&self, other: &Archive, path: &str) -> bool {
        self.files.get(path).zip(other.files.get(path)).is_some_and(|(own, other)| own.link == other.link && own.bytes == other.bytes)
    }

    /// What of it could not be read.
    pub fn gaps(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.gaps.iter().copied()
    }

    /// When a file was last written, in seconds since 1970.
    pub fn written(&self, path: &str) -> Option<u64> {
        self.files.get(path).map(|kept| kept.written)
    }

    /// The bytes of a file that was kept; a link is followed once.
    fn bytes(&self, path: &str) -> Result<&[u8], Unreadable> {
        let kept = self.files.get(path).ok_or(Unreadable::Missing)?;
        let kept = match &kept.link {
            Some(target) => self.files.get(target).ok_or(Unreadable::Missing)?,
            None => kept,
        };
        kept.bytes.as_deref().map(Vec::as_slice).map_err(|reason| *reason)
    }

    fn entry(&mut self, met: &Met, bytes: &mut dyn Read, room: &mut Room, keep: &dyn Fn(&str) -> Keep) -> Result<(), Reason> {
        let Some(path) = &met.path else {
            self.gaps.insert(OUTSIDE);
            return Ok(());
        };
        let (wanted, kind) = (keep(path), met.kind);
        let known = kind.is_file() || kind.is_contiguous() || kind.is_symlink() || kind.is_hard_link();
        if wanted == Keep::Nothing || !known {
            return Ok(());
        }
        room.names = room.names.checked_sub(1).ok_or(CLAIMED)?;
        let mut kept = Kept { bytes: Err(Unreadable::Missing), link: None, written: met.written };
        if kind.is_symlink() {
            // One that leads out, leads nowhere.
            kept.link = met.link.as_deref().and_then(|target| resolve(folder(path), target));
            kept.bytes = Err(Unreadable::Outside);
        } else if kind.is_hard_link() {
            // The same file once more, which has come by already, if anybody claimed it.
            kept.bytes = match met.link.as_deref().and_then(inside) {
                None => Err(Unreadable::Outside),
                Some(target) => self.files.get(&target).map_or(Err(Unreadable::Missing), |known| known.bytes.clone()),
            };
        } else if wanted == Keep::Database {
            kept.bytes = if met.size > room.databases {
                Err(Unreadable::TooLarge)
            } else {
                room.databases -= met.size;
                database(bytes, met.size).map(|bytes| Ok(Arc::new(bytes)))?
            };
        } else {
            let taken = match wanted {
                Keep::Whole if met.size > limits::INSIDE_FILE_BYTES => Err(Unreadable::TooLarge),
                Keep::Whole => take(bytes, limits::INSIDE_FILE_BYTES).map(Ok)?,
                Keep::Text if met.size > limits::FILE_BYTES.min(room.texts) => Err(Unreadable::TooLarge),
                Keep::Text => take(bytes, limits::FILE_BYTES).map(Ok)?,
                Keep::Head => take(bytes, limits::INSIDE_HEAD_BYTES).map(Ok)?,
                _ => Ok(Vec::new()),
            };
            let size = taken.as_ref().map_or(0, |bytes| bytes.len() as u64);
            room.kept = room.kept.checked_sub(size).ok_or(CLAIMED)?;
            if wanted == Keep::Text {
                room.texts = room.texts.saturating_sub(size);
            }
            kept.bytes = taken.map(Arc::new);
        }
        self.files.insert(path.clone(), kept);
        Ok(())
    }
}

impl FileView for Archive {
    fn list(&self) -> Listing {
        let entry = |(path, kept): (&String, &Kept)| Entry { path: path.clone(), link: kept.link.clone() };
        Listing { entries: self.files.iter().map(entry).collect(), skipped: Vec::new() }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Unreadable> {
        self.bytes(path).map(<[u8]>::to_vec)
    }

    fn read_held(&self, path: &str) -> Result<Cow<'_, [u8]>, Unreadable> {
        self.bytes(path).map(Cow::Borrowed)
    }
}

/// All of a database. It is no larger than room for it was found, and room that grows step by step is twice as much.
fn database(entry: &mut dyn Read, size: u64) -> Result<Vec<u8>, Reason> {
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(limits::INSIDE_DATABASE_BYTES)).unwrap_or(0));
    entry.take(size).read_to_end(&mut bytes).map_err(|_| BROKEN)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use tar::EntryType;

    use super::super::entries::{HUGE, NAMES};
    use super::*;

    /// An entry with this name, sort and size, whatever sense that makes, and then these bytes.
    fn entry(name: &str, kind: EntryType, link: &str, size: u64, bytes: &[u8]) -> Vec<u8> {
        let mut header = tar::Header::new_old();
        header.as_old_mut().name.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
        header.as_old_mut().linkname.iter_mut().zip(link.bytes()).for_each(|(to, from)| *to = from);
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mtime(7);
        header.set_cksum();
        let mut out = header.as_bytes().to_vec();
        out.extend(bytes);
        out.resize(out.len().next_multiple_of(512), 0);
        out
    }

    fn file(name: &str, text: &str) -> Vec<u8> {
        entry(name, EntryType::Regular, "", text.len() as u64, text.as_bytes())
    }

    fn end() -> Vec<u8> {
        vec![0; 1024]
    }

    fn read(parts: &[Vec<u8>]) -> (Archive, Vec<&'static str>) {
        let all = parts.concat();
        let archive = Archive::read(all.as_slice(), &|path| if path.starts_with("keep") { Keep::Whole } else { Keep::Nothing });
        let gaps = archive.gaps().collect();
        (archive, gaps)
    }

    #[test]
    fn what_is_claimed_is_kept() {
        let long = format!("keep/{}", "x".repeat(200));
        let pax = format!("{} path={long}\n", 3 + 1 + 5 + long.len() + 1);
        let parts = [
            file("./keep/a", "alpha"),
            file("other", "beta"),
            entry("keep/same", EntryType::Link, "keep/a", 0, b""),
            entry("keep/to", EntryType::Symlink, "a", 0, b""),
            entry("x", EntryType::XHeader, "", pax.len() as u64, pax.as_bytes()),
            file("short", "long"),
            entry("y", EntryType::GNULongName, "", 8, b"keep/gnu"),
            file("short", "gnu"),
            end(),
        ];
        let (archive, gaps) = read(&parts);
        let text = |path: &str| archive.read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let told = |text: &str| Ok(text.to_owned());
        assert_eq!((text("keep/a"), text("keep/same"), text("keep/to")), (told("alpha"), told("alpha"), told("alpha")));
        assert_eq!((text(&long), text("keep/gnu"), text("other")), (told("long"), told("gnu"), Err(Unreadable::Missing)));
        assert_eq!((archive.list().entries.len(), archive.written("keep/a"), gaps), (5, Some(7), vec![]));
    }

    #[test]
    fn nothing_leads_out() {
        let parts = [
            file("../keep", "x"),
            file("/keep", "x"),
            file("keep/../../x", "x"),
            entry("keep/hard", EntryType::Link, "../../etc/shadow", 0, b""),
            entry("keep/absolute", EntryType::Link, "/etc/shadow", 0, b""),
            entry("keep/soft", EntryType::Symlink, "../../etc/shadow", 0, b""),
            entry("keep/device", EntryType::Block, "", 0, b""),
            file("keep/sound", "y"),
            end(),
        ];
        let (archive, gaps) = read(&parts);
        assert_eq!(gaps, [OUTSIDE]);
        for link in ["keep/hard", "keep/absolute", "keep/soft"] {
            assert_eq!(archive.read(link), Err(Unreadable::Outside), "{link}");
        }
        assert_eq!(archive.list().entries.len(), 4);
        assert!(archive.read("keep/sound").is_ok());
    }

    #[test]
    fn what_claims_too_much_or_breaks_off_is_a_gap() {
        const GIB: u64 = 1024 * 1024 * 1024;
        let sound = || file("keep/a", "alpha");
        for (parts, gap) in [
            (vec![], BROKEN),
            (vec![sound()], BROKEN),
            (vec![sound(), entry("keep/b", EntryType::Regular, "", 10 * GIB, b"x")], BROKEN),
            (vec![sound(), entry("b", EntryType::Regular, "", 10 * GIB, b"x")], BROKEN),
            (vec![sound(), b"<html>".repeat(200)], BROKEN),
            (vec![sound(), entry("n", EntryType::GNULongName, "", GIB, b"x")], NAMES),
            (vec![sound(), entry("n", EntryType::XHeader, "", 21, b"20 size=99999999999\n")], HUGE),
        ] {
            let before = parts.len() > 1;
            let (archive, gaps) = read(&parts);
            assert_eq!(gaps, [gap]);
            assert!(!before || archive.read("keep/a").is_ok(), "{gap}: what came before stands");
        }
        let large = vec![0; usize::try_from(limits::INSIDE_FILE_BYTES).unwrap_or(0) + 1];
        let (archive, gaps) = read(&[entry("keep/large", EntryType::Regular, "", large.len() as u64, &large), end()]);
        assert_eq!((archive.read("keep/large"), gaps), (Err(Unreadable::TooLarge), vec![]));
        let half = vec![b'x'; usize::try_from(limits::INSIDE_FILE_BYTES).unwrap_or(0)];
        let halves: Vec<Vec<u8>> = (0..3).map(|n| entry(&format!("keep/{n}"), EntryType::Regular, "", half.len() as u64, &half)).collect();
        assert_eq!(read(&halves).1, [CLAIMED]);
    }

    #[test]
    fn databases_are_counted_by_themselves() {
        let size = usize::try_from(limits::INSIDE_DATABASE_BYTES / 2 + 1).unwrap_or(0);
        let (half, mib) = (vec![7; size], vec![7; 1024 * 1024]);
        let whole = |name: &str, bytes: &[u8]| entry(name, EntryType::Regular, "", bytes.len() as u64, bytes);
        let parts = [whole("one", &half), whole("two", &half), entry("same", EntryType::Link, "one", 0, b""), whole("three", &mib), end()].concat();
        let archive = Archive::read(parts.as_slice(), &|_| Keep::Database);
        let size = |path: &str| archive.read_held(path).map(|bytes| bytes.len());
        assert_eq!((size("one"), size("two"), size("same"), size("three")), (Ok(half.len()), Err(Unreadable::TooLarge), Ok(half.len()), Ok(mib.len())));
        assert_eq!(archive.gaps().next(), None);
    }
}
