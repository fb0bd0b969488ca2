//! Names that are known to be set, looked for among the words of files in any language. It goes over
//! every byte of the source code, so it passes over what cannot begin such a name in strides.

use std::collections::{BTreeSet, HashSet};

/// How many places are passed over at once.
const STRIDE: usize = 32;

/// How many bytes of a name are looked at before it is looked up.
const HEAD: usize = 3;

/// Names, made ready to be looked for. Those that begin with a capital and have at least three letters.
pub(crate) struct Known<'n> {
    names: HashSet<&'n str>,
    /// Which beginnings names have, a bit each.
    heads: Vec<u64>,
    /// Whether all begin with three capitals, digits or `_`.
    capitals: bool,
}

// Without branches: a stride is looked at as a whole.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() | byte.is_ascii_digit() | (byte == b'_')
}

fn is_capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() | byte.is_ascii_digit() | (byte == b'_')
}

/// Whether a word begins with three capitals at one of the places of a stride: what stands before each, and
/// the three. These two are compiled by themselves, so that they become vector instructions; as a part of
/// the walk over a file they do not.
#[inline(never)]
fn begins_with_capitals(before: &[u8; STRIDE], a: &[u8; STRIDE], b: &[u8; STRIDE], c: &[u8; STRIDE]) -> bool {
    let places = before.iter().zip(a).zip(b).zip(c);
    places.fold(false, |any, (((before, a), b), c)| any | (!is_word(*before) & a.is_ascii_uppercase() & is_capital(*b) & is_capital(*c)))
}

/// The same for a first capital.
#[inline(never)]
fn begins_with_a_capital(before: &[u8; STRIDE], a: &[u8; STRIDE]) -> bool {
    before.iter().zip(a).fold(false, |any, (before, a)| any | (!is_word(*before) & a.is_ascii_uppercase()))
}

/// The word of `heads` and the bit in it for the beginning of a name.
fn slot([a, b, c]: [u8; HEAD]) -> (usize, u64) {
    let hash = u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9E37_79B1) >> 16;
    (hash as usize / 64, 1 << (hash % 64))
}

impl<'n> Known<'n> {
    /// Takes names.
    pub(crate) fn of(names: impl Iterator<Item = &'n str>) -> Known<'n> {
        let names: HashSet<&'n str> = names.filter(|name| name.len() >= HEAD && name.starts_with(|c: char| c.is_ascii_uppercase())).collect();
        let mut heads = vec![0u64; 1 << 10];
        let mut capitals = true;
        for head in names.iter().filter_map(|name| name.as_bytes().first_chunk()) {
            let (word, bit) = slot(*head);
            if let Some(word) = heads.get_mut(word) {
                *word |= bit;
            }
            capitals &= head.iter().copied().all(is_capital);
        }
        Known { names, heads, capitals }
    }

    /// Those that stand in a text as whole words.
    pub(crate) fn find(&self, bytes: &[u8]) -> BTreeSet<&'n str> {
        let mut found = BTreeSet::new();
        if self.names.is_empty() {
            return found;
        }
        for from in (0..bytes.len()).step_by(STRIDE) {
            let part: Option<&[u8; 1 + STRIDE + HEAD - 1]> = from.checked_sub(1).and_then(|before| bytes.get(before..)?.first_chunk());
            match part {
                Some(part) if self.may_begin(part) => {
                    let begins = |(_, four): &(usize, &[u8])| matches!(four, [before, a, b, _] if a.is_ascii_uppercase() && !is_word(*before) && (!self.capitals || is_capital(*b)));
                    found.extend(part.windows(1 + HEAD).enumerate().filter(begins).filter_map(|(offset, _)| self.at(bytes, from + offset)));
                }
                Some(_) => {}
                None => found.extend((from..from + STRIDE).filter_map(|at| self.at(bytes, at))),
            }
        }
        found
    }

    /// Whether a name may begin at one of the places of a stride, which stand behind a first byte.
    fn may_begin(&self, part: &[u8; 1 + STRIDE + HEAD - 1]) -> bool {
        let at = |offset: usize| part.get(offset..).and_then(<[u8]>::first_chunk);
        match (at(0), at(1), at(2), at(3)) {
            (Some(before), Some(a), Some(b), Some(c)) if self.capitals => begins_with_capitals(before, a, b, c),
            (Some(before), Some(a), ..) => begins_with_a_capital(before, a),
            _ => true,
        }
    }

    /// The name that is the word which begins here.
    fn at(&self, bytes: &[u8], at: usize) -> Option<&'n str> {
        let rest = bytes.get(at..)?;
        let head = rest.first_chunk::<HEAD>()?;
        if !head.first().is_some_and(u8::is_ascii_uppercase) || at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(|before| is_word(*before)) {
            return None;
        }
        let (word, bit) = slot(*head);
        self.heads.get(word).filter(|word| **word & bit != 0)?;
        let end = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
        let name = rest.get(..end).and_then(|name| std::str::from_utf8(name).ok())?;
        self.names.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_found_wherever_they_stand() {
        let known = Known::of(["API_KEY", "DB2", "PATH_X", "ab", "X"].into_iter());
        for before in 0..2 * STRIDE {
            let text = format!("{}API_KEY DB2", "x ".repeat(before / 2) + &" ".repeat(before % 2));
            assert_eq!(known.find(text.as_bytes()), BTreeSet::from(["API_KEY", "DB2"]), "{before}");
        }
        assert!(known.find(b"MY_API_KEY API_KEYS api_key DB X \xff").is_empty());
        let mixed = Known::of(["Path", "API_KEY"].into_iter());
        assert_eq!(mixed.find(format!("{}(Path)", "x".repeat(200)).as_bytes()), BTreeSet::from(["Path"]));
    }
}
