//! The blobs of an ndb database, which RPM itself brings and SUSE uses (rpm's source, `lib/backend/ndb/rpmpkg.c`):
//! pages of slots, each of which says where a blob lies, in blocks.

use super::{Visit, little};

/// How such a file begins.
pub(super) const BEGINS: &[u8] = b"RpmP";

const HEADER: usize = 32;
const PAGE: usize = 4096;
/// How large a slot is, and a block.
const BLOCK: usize = 16;
const HEAD: usize = 16;
const TAIL: usize = 12;

/// Hands over one blob after the other. None where the file is broken.
pub(super) fn blobs(bytes: &[u8], visit: Visit<'_>) -> Option<()> {
    if little(bytes, 4)? != 0 {
        return None;
    }
    let slots = size(bytes, 12)?.checked_mul(PAGE)?;
    let mut left = bytes.len() / BLOCK;
    for slot in bytes.get(HEADER..slots)?.chunks_exact(BLOCK) {
        if !slot.starts_with(b"Slot") {
            return None;
        }
        let (start, count) = (size(slot, 8)?.checked_mul(BLOCK)?, size(slot, 12)?);
        if start == 0 {
            continue;
        }
        // No two lie in one place: together they are no larger than the file.
        left = left.checked_sub(count)?;
        if start < slots {
            return None;
        }
        let blocks = bytes.get(start..start.checked_add(count.checked_mul(BLOCK)?)?)?;
        visit(blob(blocks, little(slot, 4)?)?)?;
    }
    Some(())
}

/// The blob in its blocks, if it is the one of that number.
fn blob(blocks: &[u8], number: u32) -> Option<&[u8]> {
    let (head, rest) = blocks.split_at_checked(HEAD)?;
    let (rest, tail) = rest.split_at_checked(rest.len().checked_sub(TAIL)?)?;
    let length = size(head, 12)?;
    // What is left over is less than a block.
    let sound = head.starts_with(b"BlbS") && tail.ends_with(b"BlbE") && size(tail, 4)? == length;
    let fits = rest.len().checked_sub(length).is_some_and(|over| over < BLOCK);
    rest.get(..length).filter(|_| sound && fits && number != 0 && little(head, 4) == Some(number))
}

fn size(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(little(bytes, at)?).ok()
}
