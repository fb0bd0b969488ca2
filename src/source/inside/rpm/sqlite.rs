//! The rows of one table of an `SQLite` database ("Database File Format" of sqlite.org), as the file has them: what
//! lies in a journal beside it is not looked at here. No index, no other table and no free page is opened.

use std::borrow::Cow;

use super::{Visit, first_time, number};
use crate::limits;

/// How such a file begins.
pub(super) const BEGINS: &[u8] = b"SQLite format 3\0";

/// How the file begins before the first page's own header.
const HEADER: usize = 100;

/// The deepest tree that `SQLite` itself makes.
const DEPTH: usize = 20;

/// A value of a record.
enum Value<'r> {
    Number(u64),
    Text(&'r [u8]),
    Blob(&'r [u8]),
    Other,
}

/// A database.
struct Database<'d> {
    bytes: &'d [u8],
    /// How large a page is.
    page: usize,
    /// How much of it holds something.
    usable: usize,
    /// The pages that were looked at: each has one place in one tree.
    seen: Vec<bool>,
    /// What records may still hold: together they are no larger than the file.
    left: usize,
}

/// Hands over the value in the second column of a table, which is a blob, row by row. None where the file is broken.
pub(super) fn rows(bytes: &[u8], table: &str, visit: Visit<'_>) -> Option<()> {
    let mut database = Database::open(bytes)?;
    let mut root = None;
    // The schema: type, name, name of the table, page, SQL.
    database.tree(1, 0, &mut |record| {
        let mut values = values(record)?;
        let (kind, name) = (values.next()??, values.next()??);
        if matches!(kind, Value::Text(b"table")) && matches!(name, Value::Text(name) if name == table.as_bytes()) {
            values.next()??;
            let Value::Number(page) = values.next()?? else { return None };
            root = Some(usize::try_from(page).ok()?);
        }
        Some(())
    })?;
    database.tree(root?, 0, &mut |record| {
        let mut values = values(record)?;
        values.next()??;
        let Value::Blob(blob) = values.next()?? else { return None };
        visit(blob)
    })
}

impl<'d> Database<'d> {
    fn open(bytes: &'d [u8]) -> Option<Database<'d>> {
        let page = match u16::from_be_bytes(*bytes.get(16..)?.first_chunk()?) {
            1 => 65_536,
            size => usize::from(size),
        };
        let usable = page.checked_sub(usize::from(*bytes.get(20)?))?;
        // The format's fractions, and a version of it that this is.
        let known = bytes.get(18..20)?.iter().all(|version| (1..=2).contains(version)) && bytes.get(21..24)? == [64, 32, 32];
        // Texts are UTF-8, also where there are none yet.
        let sound = known && page >= 512 && page.is_power_of_two() && usable >= 480 && number(bytes, 56)? <= 1;
        sound.then(|| Database { bytes, page, usable, seen: vec![false; bytes.len() / page + 1], left: bytes.len() })
    }

    /// A page, by its number from 1: each one once.
    fn page(&mut self, number: usize) -> Option<&'d [u8]> {
        first_time(&mut self.seen, number)?;
        let start = number.checked_sub(1)?.checked_mul(self.page)?;
        self.bytes.get(start..start.checked_add(self.page)?)?.get(..self.usable)
    }

    /// Hands over the records of the tree of a table.
    fn tree(&mut self, page: usize, depth: usize, visit: Visit<'_>) -> Option<()> {
        if depth > DEPTH {
            return None;
        }
        let content = self.page(page)?;
        let header = content.get(if page == 1 { HEADER } else { 0 }..)?;
        let cells = usize::from(short(header, 3)?);
        let leaf = match header.first()? {
            0x0d => true,
            0x05 => false,
            _ => return None,
        };
        let pointers = header.get(if leaf { 8 } else { 12 }..)?.get(..cells * 2)?;
        for pointer in pointers.chunks_exact(2) {
            let cell = content.get(usize::from(short(pointer, 0)?)..)?;
            if leaf {
                visit(&self.payload(cell)?)?;
            } else {
                self.tree(number(cell, 0)?, depth + 1, visit)?;
            }
        }
        if leaf { Some(()) } else { self.tree(number(header, 8)?, depth + 1, visit) }
    }

    /// The record in a cell of a leaf, put together from the pages that it flows over to.
    fn payload(&mut self, cell: &'d [u8]) -> Option<Cow<'d, [u8]>> {
        let (size, rest) = varint(cell)?;
        let (_row, rest) = varint(rest)?;
        let size = usize::try_from(size).ok().filter(|size| *size <= limits::HEADER_BYTES)?;
        self.left = self.left.checked_sub(size)?;
        let most = self.usable - 35;
        if size <= most {
            return rest.get(..size).map(Cow::Borrowed);
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let fitting = least + (size - least) % (self.usable - 4);
        let (own, rest) = rest.split_at_checked(if fitting <= most { fitting } else { least })?;
        let (mut out, mut next) = (own.to_vec(), number(rest, 0)?);
        while out.len() < size {
            let page = self.page(next)?;
            let more = page.get(4..)?;
            out.extend(more.get(..more.len().min(size - out.len()))?);
            next = number(page, 0)?;
        }
        (next == 0).then_some(Cow::Owned(out))
    }
}

/// The values of a record: none where it has none, and none in place of one that is broken.
fn values(record: &[u8]) -> Option<impl Iterator<Item = Option<Value<'_>>>> {
    let (size, rest) = varint(record)?;
    let (header, mut body) = record.split_at_checked(usize::try_from(size).ok()?)?;
    let mut types = header.get(record.len() - rest.len()..)?;
    Some(std::iter::from_fn(move || {
        (!types.is_empty()).then(|| {
            let (kind, more) = varint(types)?;
            types = more;
            let size = match kind {
                0 | 8 | 9 => 0,
                1..=4 => kind,
                5 => 6,
                6 | 7 => 8,
                10 | 11 => return None,
                _ => (kind - 12) / 2,
            };
            let (value, more) = body.split_at_checked(usize::try_from(size).ok()?)?;
            body = more;
            Some(match kind {
                1..=6 => Value::Number(value.iter().fold(0, |all, byte| all << 8 | u64::from(*byte))),
                8 | 9 => Value::Number(kind - 8),
                0 | 7 => Value::Other,
                _ if kind % 2 == 0 => Value::Blob(value),
                _ => Value::Text(value),
            })
        })
    }))
}

/// A number in up to nine bytes, and what follows.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut out = 0;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        let last = at == 8;
        out = if last { out << 8 | u64::from(*byte) } else { out << 7 | u64::from(byte & 0x7f) };
        if last || byte & 0x80 == 0 {
            return Some((out, bytes.get(at + 1..)?));
        }
    }
    None
}

/// Two bytes, the greatest first.
fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: usize = 512;

    /// A leaf whose pointers all lead to one cell.
    fn leaf(begins: usize, pointers: usize, cell: &[u8]) -> Vec<u8> {
        let at = PAGE - cell.len();
        let mut page = vec![0; PAGE];
        page[begins] = 0x0d;
        page[begins + 3..begins + 5].copy_from_slice(&u16::try_from(pointers).expect("few").to_be_bytes());
        for pointer in 0..pointers {
            page[begins + 8 + pointer * 2..begins + 10 + pointer * 2].copy_from_slice(&u16::try_from(at).expect("small").to_be_bytes());
        }
        page[at..].copy_from_slice(cell);
        page
    }

    /// A database of two pages, with one table whose cells are these.
    fn database(pointers: usize, cell: &[u8]) -> Vec<u8> {
        let schema = [b"\x0d\x01\x05\x17\x0f\x0f\x01".as_slice(), b"tableTT", &[2]].concat();
        let mut first = leaf(HEADER, 1, &schema);
        first[..16].copy_from_slice(BEGINS);
        first[16..24].copy_from_slice(&[2, 0, 1, 1, 0, 64, 32, 32]);
        [first, leaf(0, pointers, cell)].concat()
    }

    fn told(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
        let mut out = Vec::new();
        rows(bytes, "T", &mut |blob| {
            out.push(blob.to_vec());
            Some(())
        })?;
        Some(out)
    }

    #[test]
    fn a_table_is_read() {
        let row = b"\x06\x01\x03\x00\x12abc";
        assert_eq!(told(&database(1, row)), Some(vec![b"abc".to_vec()]));
        assert_eq!(told(&database(0, row)), Some(vec![]));
        let mut large = database(1, row);
        large[16..18].copy_from_slice(&[0, 1]);
        assert_eq!(told(&large), None, "one page that is larger than the file");
    }

    #[test]
    fn no_number_is_believed() {
        for (cell, what) in [
            (b"\x8f\xff\xff\xff\x7f\x01\x03\x00\x12abc".as_slice(), "a record of 4 GiB"),
            (&[0xff; 9], "a record of more than there is memory"),
            (b"\x87\x68\x01\x03\x00\x12abc", "a record that flows over to nowhere"),
            (b"\x06\x01\x7f\x00\x12abc", "a header that is longer than the record"),
            (b"\x06\x01\x00\x00\x12abc", "a header without itself"),
            (b"\x06\x01\x03\x00\x7eabc", "a blob that is longer than the record"),
            (b"\x0a\x01\x07\x00\x8f\xff\xff\xff\x7eabc", "a blob of 4 GiB"),
            (b"\x06\x01\x03\x00\x13abc", "a text"),
            (b"\x06\x01\x03\x0a\x12abc", "a type that is none"),
            (b"\x02\x01\x02\x00", "a row of one column"),
            (b"\x00\x01", "a record of nothing"),
        ] {
            assert_eq!(told(&database(1, cell)), None, "{what}");
        }
        let root = |page: u8| {
            let mut bytes = database(1, b"\x06\x01\x03\x00\x12abc");
            bytes[PAGE - 1] = page;
            told(&bytes)
        };
        assert_eq!((root(0), root(1), root(3), root(0xff)), (None, None, None, None));
    }

    #[test]
    fn one_cell_is_not_handed_over_without_end() {
        let row = [b"\x82\x00\x01\x04\x00\x84\x04".as_slice(), &[7; 252]].concat();
        assert_eq!(told(&database(4, &row)).map(|rows| rows.len()), None);
        assert_eq!(told(&database(1, &row)).map(|rows| rows.len()), Some(1));
    }
}
