//! A file view of a tar stream (POSIX.1-2017 `pax`, GNU tar), which goes by once and is never unpacked: what
//! somebody claims is kept in memory, all else is passed over as it comes. The stream is a stranger's: no name
//! leads out, no link is followed out, and what it costs has limits, each of them a gap.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use tar::EntryType;

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
    /// All of it.
    Whole,
}

const BROKEN: &str = "the archive of its files broke off, or is none";
const OUTSIDE: &str = "its files have names that lead out of it: those were not read";
const LARGE: &str = "its files are larger than the limit of 16 GiB";
const MANY: &str = "it has more files than the limit of 1 000 000";
const CLAIMED: &str = "more of its files are of interest than the limits take in (100 000, 32 MiB)";
const NAMES: &str = "a name in the archive of its files is longer than the limit of 1 MiB";
const HUGE: &str = "it has a file of more than 8 GiB";

/// How an archive is cut, in bytes.
const BLOCK: usize = 512;

/// An entry that somebody claimed.
#[derive(Debug)]
struct Kept {
    bytes: Result<Vec<u8>, Unreadable>,
    /// Where a symbolic link leads to, from the root.
    link: Option<String>,
    /// When it was last written, in seconds since 1970.
    written: u64,
}

/// What was kept of a stream.
#[derive(Debug, Default)]
pub struct Archive {
    files: BTreeMap<String, Kept>,
    kept: u64,
    gaps: BTreeSet<&'static str>,
}

/// A stream that counts.
struct Counted<R> {
    stream: R,
    left: u64,
    /// How many zero bytes it ended with so far: an archive ends with two blocks of them.
    zeros: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let count = self.stream.read(buffer.get_mut(..wanted).unwrap_or_default())?;
        let got = buffer.get(..count).unwrap_or_default();
        self.left -= count as u64;
        let zeros = got.iter().rev().take(BLOCK).take_while(|byte| **byte == 0).count();
        self.zeros = if zeros == got.len() { self.zeros + zeros as u64 } else { zeros as u64 };
        Ok(count)
    }
}

impl Archive {
    /// Reads a stream to its end. Where that does not come, what came before stands, beside a gap.
    pub fn read(stream: impl Read, keep: &dyn Fn(&str) -> Keep) -> Archive {
        let mut out = Archive::default();
        let mut counted = Counted { stream, left: limits::INSIDE_BYTES, zeros: 0 };
        let read = out.entries(&mut counted, limits::INSIDE_ENTRIES, keep);
        if let Err(reason) = read {
            out.gaps.insert(if counted.left == 0 { LARGE } else { reason });
        } else if counted.zeros < BLOCK as u64 {
            out.gaps.insert(BROKEN);
        }
        out
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
        kept.bytes.as_deref().map_err(|reason| *reason)
    }

    /// Goes through the entries. The long names that stand before an entry are read here, not by the library:
    /// it would take in whatever length they claim.
    fn entries(&mut self, stream: &mut impl Read, most: usize, keep: &dyn Fn(&str) -> Keep) -> Result<(), &'static str> {
        let mut archive = tar::Archive::new(stream);
        let entries = archive.entries().map_err(|_| BROKEN)?.raw(true);
        let (mut path, mut link): (Option<Vec<u8>>, Option<Vec<u8>>) = (None, None);
        for (number, entry) in entries.enumerate() {
            if number >= most {
                return Err(MANY);
            }
            let mut entry = entry.map_err(|_| BROKEN)?;
            match entry.header().entry_type() {
                EntryType::GNULongName => path = Some(extension(&mut entry)?),
                EntryType::GNULongLink => link = Some(extension(&mut entry)?),
                EntryType::XHeader => {
                    for record in tar::PaxExtensions::new(&extension(&mut entry)?).flatten() {
                        match record.key_bytes() {
                            b"path" => path = Some(record.value_bytes().to_vec()),
                            b"linkpath" => link = Some(record.value_bytes().to_vec()),
                            b"size" => return Err(HUGE),
                            _ => {}
                        }
                    }
                }
                EntryType::XGlobalHeader => drop(extension(&mut entry)?),
                kind => {
                    let path = path.take().unwrap_or_else(|| entry.header().path_bytes().into_owned());
                    let link = link.take().or_else(|| entry.header().link_name_bytes().map(|name| name.into_owned()));
                    let link = link.map(|name| text(&name));
                    self.entry(kind, &text(&path), link.as_deref(), &mut entry, keep)?;
                }
            }
        }
        Ok(())
    }

    fn entry(
        &mut self,
        kind: EntryType,
        path: &str,
        link: Option<&str>,
        entry: &mut tar::Entry<'_, impl Read>,
        keep: &dyn Fn(&str) -> Keep,
    ) -> Result<(), &'static str> {
        let Some(path) = inside(path) else {
            self.gaps.insert(OUTSIDE);
            return Ok(());
        };
        let wanted = keep(&path);
        let known = kind.is_file() || kind.is_contiguous() || kind.is_symlink() || kind.is_hard_link();
        if wanted == Keep::Nothing || !known {
            return Ok(());
        }
        if self.files.len() >= limits::INSIDE_NAMES {
            return Err(CLAIMED);
        }
        let written = entry.header().mtime().unwrap_or(0);
        let mut kept = Kept { bytes: Err(Unreadable::Missing), link: None, written };
        if kind.is_symlink() {
            // One that leads out, leads nowhere.
            kept.link = link.and_then(|target| resolve(folder(&path), target));
            kept.bytes = Err(Unreadable::Outside);
        } else if kind.is_hard_link() {
            // The same file once more, which has come by already, if anybody claimed it.
            kept.bytes = match link.and_then(inside) {
                None => Err(Unreadable::Outside),
                Some(target) => self.files.get(&target).map_or(Err(Unreadable::Missing), |known| known.bytes.clone()),
            };
        } else {
            kept.bytes = match wanted {
                Keep::Whole if entry.size() > limits::INSIDE_FILE_BYTES => Err(Unreadable::TooLarge),
                Keep::Whole => take(entry, limits::INSIDE_FILE_BYTES).map(Ok)?,
                Keep::Head => take(entry, limits::INSIDE_HEAD_BYTES).map(Ok)?,
                _ => Ok(Vec::new()),
            };
        }
        self.kept += kept.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
        if self.kept > limits::INSIDE_KEPT_BYTES {
            return Err(CLAIMED);
        }
        self.files.insert(path, kept);
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
}

/// As much of an entry as there is, up to a limit: what it claims to be is not believed.
fn take(entry: &mut impl Read, limit: u64) -> Result<Vec<u8>, &'static str> {
    let mut bytes = Vec::new();
    entry.take(limit).read_to_end(&mut bytes).map_err(|_| BROKEN)?;
    Ok(bytes)
}

/// What stands in place of a file and speaks of the next one.
fn extension(entry: &mut tar::Entry<'_, impl Read>) -> Result<Vec<u8>, &'static str> {
    if entry.size() > limits::INSIDE_EXTENSION_BYTES { Err(NAMES) } else { take(entry, limits::INSIDE_EXTENSION_BYTES) }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
}

/// A path from the root. None where it is absolute or leads out.
fn inside(path: &str) -> Option<String> {
    let sound = !path.starts_with('/') && !path.split('/').any(|part| part == "..");
    sound.then(|| path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
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

    /// The same bytes again and again.
    struct Endless(Vec<u8>, usize);

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let rest = self.0.get(self.1..).unwrap_or_default();
            let count = { rest }.read(buffer)?;
            self.1 = (self.1 + count) % self.0.len();
            Ok(count)
        }
    }

    #[test]
    fn what_does_not_end_is_a_gap() {
        for keep in [Keep::Nothing, Keep::Name] {
            assert_eq!(Archive::default().entries(&mut Endless(file("x", ""), 0), 5_000, &|_| keep), Err(MANY));
        }
        let begins = entry("x", EntryType::Regular, "", limits::INSIDE_BYTES * 2, b"");
        let mut counted = Counted { stream: begins.as_slice().chain(Endless(vec![7; 4096], 0)), left: 1024 * 1024, zeros: 0 };
        assert!(Archive::default().entries(&mut counted, 10, &|_| Keep::Whole).is_err() && counted.left == 0);
    }
}
