//! The entries of a tar stream (POSIX.1-2017 `pax`, GNU tar), one after the other as they come. The stream is a
//! stranger's: no name leads out, what it claims to be is not believed, and what it costs has limits. What is done
//! with an entry, others say.

use std::io::{self, Read};

use tar::EntryType;

use crate::limits;

/// Why a stream is not read on.
pub(super) type Reason = &'static str;

pub(super) const BROKEN: Reason = "the archive of its files broke off, or is none";
pub(super) const OUTSIDE: Reason = "its files have names that lead out of it: those were not read";
pub(super) const LARGE: Reason = "its files are larger than the limit of 16 GiB";
pub(super) const MANY: Reason = "it has more files than the limit of 1 000 000";
pub(super) const CLAIMED: Reason = "more of its files are of interest than the limits take in (100 000, 32 MiB)";
pub(super) const NAMES: Reason = "a name in the archive of its files is longer than the limit of 1 MiB";
pub(super) const HUGE: Reason = "it has a file of more than 8 GiB";
/// What whoever waits says better.
pub(super) const LATE: Reason = "it was not read in time";

/// How an archive is cut, in bytes.
const BLOCK: usize = 512;

/// How much may still be read, of one stream or of several together.
pub(super) struct Left<'c> {
    bytes: u64,
    entries: usize,
    /// Tells when the time is over.
    over: Option<&'c dyn Fn() -> bool>,
    late: bool,
}

impl<'c> Left<'c> {
    /// As much as the limits allow, until the time is over.
    pub(super) fn whole(over: Option<&'c dyn Fn() -> bool>) -> Left<'c> {
        Left { bytes: limits::INSIDE_BYTES, entries: limits::INSIDE_ENTRIES, over, late: false }
    }

    /// Whether there is nothing left.
    pub(super) fn is_over(&self) -> bool {
        self.late || self.bytes == 0 || self.entries == 0
    }
}

/// How much may still be remembered.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) names: usize,
    pub(super) kept: u64,
    /// How much of that may be texts that are kept whole.
    pub(super) texts: u64,
    /// How much databases may take, which are counted by themselves.
    pub(super) databases: u64,
}

impl Room {
    /// As much as the limits allow.
    pub(super) fn whole() -> Room {
        Room { names: limits::INSIDE_NAMES, kept: limits::INSIDE_KEPT_BYTES, texts: limits::INSIDE_TEXT_BYTES, databases: limits::INSIDE_DATABASE_BYTES }
    }
}

/// An entry.
#[derive(Debug)]
pub(super) struct Met {
    pub(super) kind: EntryType,
    /// Its path from the root; none where that is absolute or leads out.
    pub(super) path: Option<String>,
    /// Where a link leads to, as it says itself.
    pub(super) link: Option<String>,
    /// How large it claims to be.
    pub(super) size: u64,
    /// When it was last written, in seconds since 1970.
    pub(super) written: u64,
}

/// What is done with an entry and its bytes.
pub(super) type Visit<'v> = &'v mut dyn FnMut(&Met, &mut dyn Read) -> Result<(), Reason>;

/// A stream that counts.
struct Counted<'l, 'c, R> {
    stream: R,
    left: &'l mut Left<'c>,
    /// How many zero bytes it ended with so far: an archive ends with two blocks of them.
    zeros: u64,
}

impl<R: Read> Read for Counted<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.over.is_some_and(|over| over()) {
            self.left.late = true;
            return Err(io::ErrorKind::TimedOut.into());
        }
        let wanted = usize::try_from(self.left.bytes).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let count = self.stream.read(buffer.get_mut(..wanted).unwrap_or_default())?;
        let got = buffer.get(..count).unwrap_or_default();
        self.left.bytes -= count as u64;
        let zeros = got.iter().rev().take(BLOCK).take_while(|byte| **byte == 0).count();
        self.zeros = if zeros == got.len() { self.zeros + zeros as u64 } else { zeros as u64 };
        Ok(count)
    }
}

/// Goes through a stream to its end.
///
/// # Errors
/// Why that did not come.
pub(super) fn each(stream: impl Read, left: &mut Left<'_>, visit: Visit<'_>) -> Result<(), Reason> {
    let (most, mut met) = (left.entries, 0);
    let mut counted = Counted { stream, left, zeros: 0 };
    let read = entries(&mut counted, most, &mut met, visit);
    let ended = counted.zeros >= BLOCK as u64;
    left.entries = most.saturating_sub(met);
    match read {
        Err(_) if left.late => Err(LATE),
        Err(_) if left.bytes == 0 => Err(LARGE),
        Ok(()) if !ended => Err(BROKEN),
        read => read,
    }
}

/// Goes through the entries. The long names that stand before an entry are read here, not by the library: it would
/// take in whatever length they claim.
fn entries(stream: &mut impl Read, most: usize, met: &mut usize, visit: Visit<'_>) -> Result<(), Reason> {
    let mut archive = tar::Archive::new(stream);
    let entries = archive.entries().map_err(|_| BROKEN)?.raw(true);
    let (mut path, mut link): (Option<Vec<u8>>, Option<Vec<u8>>) = (None, None);
    for entry in entries {
        if *met >= most {
            return Err(MANY);
        }
        *met += 1;
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
                let (size, written) = (entry.size(), entry.header().mtime().unwrap_or(0));
                visit(&Met { kind, path: inside(&text(&path)), link: link.map(|name| text(&name)), size, written }, &mut entry)?;
            }
        }
    }
    Ok(())
}

/// As much of an entry as there is, up to a limit.
pub(super) fn take(entry: &mut dyn Read, limit: u64) -> Result<Vec<u8>, Reason> {
    let mut bytes = Vec::new();
    entry.take(limit).read_to_end(&mut bytes).map_err(|_| BROKEN)?;
    Ok(bytes)
}

/// What stands in place of a file and speaks of the next one.
fn extension(entry: &mut tar::Entry<'_, impl Read>) -> Result<Vec<u8>, Reason> {
    if entry.size() > limits::INSIDE_EXTENSION_BYTES { Err(NAMES) } else { take(entry, limits::INSIDE_EXTENSION_BYTES) }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
}

/// A path from the root. None where it is absolute or leads out.
pub(super) fn inside(path: &str) -> Option<String> {
    let sound = !path.starts_with('/') && !path.split('/').any(|part| part == "..");
    sound.then(|| path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn begins(size: u64) -> Vec<u8> {
        let mut header = tar::Header::new_old();
        header.as_old_mut().name.iter_mut().zip(b"x").for_each(|(to, from)| *to = *from);
        header.set_size(size);
        header.set_cksum();
        header.as_bytes().to_vec()
    }

    #[test]
    fn what_does_not_end_is_a_gap() {
        let mut left = Left { entries: 5_000, ..Left::whole(None) };
        assert_eq!(each(Endless(begins(0), 0), &mut left, &mut |_, _| Ok(())), Err(MANY));
        assert!(left.is_over());
        let huge = begins(limits::INSIDE_BYTES * 2);
        let mut left = Left { bytes: 1024 * 1024, ..Left::whole(None) };
        let mut whole = |_: &Met, bytes: &mut dyn Read| take(bytes, u64::MAX).map(drop);
        assert_eq!(each(huge.as_slice().chain(Endless(vec![7; 4096], 0)), &mut left, &mut whole), Err(LARGE));
        let begun = std::time::Instant::now();
        let over = || begun.elapsed() > std::time::Duration::from_millis(50);
        let mut left = Left::whole(Some(&over));
        assert_eq!(each(huge.as_slice().chain(Endless(vec![7; 4096], 0)), &mut left, &mut |_, _| Ok(())), Err(LATE));
        assert!(left.is_over());
    }
}
