//! The values of a hash of Berkeley DB (its source, `dbinc/db_page.h`; rpm's source, `lib/backend/bdb_ro.c`), as RPM
//! had them before 4.16: buckets, each of them a chain of pages with keys and values, and chains of pages for what
//! does not fit into one. Trees, which RPM never kept packages in, are not read.

use std::borrow::Cow;

use super::{Visit, first_time};
use crate::limits;

const MAGIC: u32 = 0x0006_1561;
const META: usize = 512;
/// How a page begins.
const HEADER: usize = 26;

/// Types of pages.
const OVERFLOW: u8 = 7;
const HASH: &[u8] = &[2, 13];

/// Types of what lies on a page.
const DATA: u8 = 1;
const ELSEWHERE: u8 = 3;

/// A database.
struct Database<'d> {
    bytes: &'d [u8],
    /// Whether numbers have their greatest byte first.
    big: bool,
    page: usize,
    /// The pages that were looked at: each has one place in one chain.
    seen: Vec<bool>,
}

/// Hands over the values of all keys but zero, under which RPM keeps the last key. None where the file is broken.
pub(super) fn values(bytes: &[u8], visit: Visit<'_>) -> Option<()> {
    let mut database = Database::open(bytes)?;
    for bucket in 0..=database.number(bytes, 72)? {
        // Pages come in generations, each twice as many as all before; how far one is shifted, the header says.
        let generation = usize::try_from(u32::BITS - bucket.leading_zeros()).ok()?;
        let shift = database.number(bytes.get(..META)?, 96 + generation * 4).filter(|_| generation < 32)?;
        let mut next = bucket.checked_add(shift)?;
        while next != 0 {
            let page = database.page(next)?;
            if !HASH.contains(page.get(25)?) {
                return None;
            }
            database.pairs(page, visit)?;
            next = database.number(page, 16)?;
        }
    }
    Some(())
}

impl<'d> Database<'d> {
    fn open(bytes: &'d [u8]) -> Option<Database<'d>> {
        let mut database = Database { bytes, big: false, page: META, seen: Vec::new() };
        database.big = database.number(bytes, 12)? != MAGIC;
        let page = usize::try_from(database.number(bytes, 20)?).ok()?;
        let version = database.number(bytes, 16)?;
        // Neither encrypted nor with checksums.
        let plain = bytes.get(24..27)? == [0, 8, 0];
        let sound = database.number(bytes, 12)? == MAGIC && (8..=10).contains(&version) && plain;
        if !sound || !page.is_power_of_two() || !(512..=65_536).contains(&page) {
            return None;
        }
        Some(Database { page, seen: vec![false; bytes.len() / page], ..database })
    }

    fn number(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let four = *bytes.get(at..)?.first_chunk()?;
        Some(if self.big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    }

    fn short(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let two = *bytes.get(at..)?.first_chunk()?;
        Some(usize::from(if self.big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) }))
    }

    /// A page, which says its own number: each one once.
    fn page(&mut self, number: u32) -> Option<&'d [u8]> {
        let at = usize::try_from(number).ok()?;
        first_time(&mut self.seen, at)?;
        let start = at.checked_mul(self.page)?;
        self.bytes.get(start..start.checked_add(self.page)?).filter(|page| self.number(page, 8) == Some(number))
    }

    /// The keys and values on a page of a bucket, which lie from its end to its middle.
    fn pairs(&mut self, page: &'d [u8], visit: Visit<'_>) -> Option<()> {
        let (count, mut end) = (self.short(page, 20)?, page.len());
        let mut items = Vec::new();
        for at in 0..count {
            let start = self.short(page, HEADER + at * 2)?;
            items.push(page.get(start..end)?);
            end = start;
        }
        for pair in items.chunks(2) {
            let [key, value] = pair else { return None };
            if *key.first()? != DATA || key.len() != 5 {
                return None;
            }
            if self.number(key, 1)? != 0 {
                visit(&self.value(value)?)?;
            }
        }
        Some(())
    }

    /// A value, put together from the pages that it lies on.
    fn value(&mut self, item: &'d [u8]) -> Option<Cow<'d, [u8]>> {
        match *item.first()? {
            DATA => item.get(1..).map(Cow::Borrowed),
            ELSEWHERE if item.len() == 12 => {
                let size = usize::try_from(self.number(item, 8)?).ok().filter(|size| *size <= limits::HEADER_BYTES)?;
                let (mut out, mut next) = (Vec::new(), self.number(item, 4)?);
                while out.len() < size {
                    let page = self.page(next).filter(|page| page.get(25) == Some(&OVERFLOW))?;
                    out.extend(page.get(HEADER..)?.get(..self.short(page, 22)?)?);
                    next = self.number(page, 16)?;
                }
                (out.len() == size && next == 0).then_some(Cow::Owned(out))
            }
            _ => None,
        }
    }
}
