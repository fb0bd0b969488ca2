//! Names that are known to be set, looked for among the words of files in any language. It goes over
//! every byte of the source code, so it passes over what cannot begin such a name in strides.

use std::collections::{BTreeSet, HashSet};

use aho_corasick::{AhoCorasick, MatchKind};

/// How many places are passed over at once.
const STRIDE: usize = 32;

/// How many bytes of a name are looked at before it is looked up.
const HEAD: usize = 3;

/// Names, made ready to be looked for. Those that begin with a capital and have at least three letters.
pub(crate) struct Known<'n> {
    /// Those that begin with three capitals, digits or `_`: nearly all.
    names: HashSet<&'n str>,
    /// Which beginnings they have, a bit each.
    heads: Vec<u64>,
    /// The others, and what finds them.
    mixed: Vec<&'n str>,
    finder: Option<AhoCorasick>,
}

// Without branches: a stride is looked at as a whole.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() | byte.is_ascii_digit() | (byte == b'_')
}

fn is_capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() | byte.is_ascii_digit() | (byte == b'_')
}

/// Whether three capitals may stand together in a stride: one range holds them all and little else.
#[inline(never)]
fn has_capitals(a: &[u8; STRIDE], b: &[u8; STRIDE], c: &[u8; STRIDE]) -> bool {
    let near = |byte: u8| u8::from(byte.wrapping_sub(b'0') <= b'_' - b'0');
    let places = a.iter().zip(b).zip(c);
    places.fold(0, |any, ((a, b), c)| any | (u8::from(a.is_ascii_uppercase()) & near(*b) & near(*c))) != 0
}

/// Marks the places of a stride where a word begins with three capitals: what stands before each, and the
/// three. Without branches, and compiled by itself, so that it becomes vector instructions.
#[inline(never)]
fn beginnings(before: &[u8; STRIDE], a: &[u8; STRIDE], b: &[u8; STRIDE], c: &[u8; STRIDE]) -> [u8; STRIDE] {
    let mut marks = [0; STRIDE];
    for ((((mark, before), a), b), c) in marks.iter_mut().zip(before).zip(a).zip(b).zip(c) {
        *mark = u8::from(!is_word(*before) & a.is_ascii_uppercase() & is_capital(*b) & is_capital(*c));
    }
    marks
}

/// The word of `heads` and the bit in it for the beginning of a name.
fn slot([a, b, c]: [u8; HEAD]) -> (usize, u64) {
    let hash = u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9E37_79B1) >> 16;
    (hash as usize / 64, 1 << (hash % 64))
}

impl<'n> Known<'n> {
    /// Takes names.
    pub(crate) fn of(names: impl Iterator<Item = &'n str>) -> Known<'n> {
        let all = names.filter(|name| name.len() >= HEAD && name.starts_with(|c: char| c.is_ascii_uppercase()) && name.bytes().all(is_word));
        let (names, mixed): (HashSet<&'n str>, HashSet<&'n str>) = all.partition(|name| name.bytes().take(HEAD).all(is_capital));
        let mut heads = vec![0u64; 1 << 10];
        for head in names.iter().filter_map(|name| name.as_bytes().first_chunk()) {
            let (word, bit) = slot(*head);
            if let Some(word) = heads.get_mut(word) {
                *word |= bit;
            }
        }
        let mixed = Vec::from_iter(mixed);
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&mixed).ok().filter(|_| !mixed.is_empty());
        Known { names, heads, mixed, finder }
    }

    /// Those that stand in a text as whole words.
    pub(crate) fn find(&self, bytes: &[u8]) -> BTreeSet<&'n str> {
        let mut found = BTreeSet::new();
        if let Some(finder) = &self.finder {
            let bounds = |from: usize, to: usize| !is_inside(bytes, from) && !bytes.get(to).copied().is_some_and(is_word);
            let whole = finder.find_iter(bytes).filter(|found| bounds(found.start(), found.end()));
            found.extend(whole.filter_map(|found| self.mixed.get(found.pattern().as_usize()).copied()));
        }
        if self.names.is_empty() {
            return found;
        }
        for from in (0..bytes.len()).step_by(STRIDE) {
            let at = |offset: usize| bytes.get((from + offset).checked_sub(1)?..)?.first_chunk();
            match (at(0), at(1), at(2), at(3)) {
                (_, Some(a), Some(b), Some(c)) if !has_capitals(a, b, c) => {}
                (Some(before), Some(a), Some(b), Some(c)) => {
                    let marks = beginnings(before, a, b, c);
                    for (eighth, marks) in marks.chunks_exact(8).filter_map(|marks| marks.first_chunk()).enumerate() {
                        let mut marks = u64::from_le_bytes(*marks);
                        while marks != 0 {
                            found.extend(self.at(bytes, from + eighth * 8 + marks.trailing_zeros() as usize / 8));
                            marks &= marks - 1;
                        }
                    }
                }
                // The first stride and the last.
                _ => found.extend((from..from + STRIDE).filter_map(|at| self.at(bytes, at))),
            }
        }
        found
    }

    /// The name that is the word which begins here.
    fn at(&self, bytes: &[u8], at: usize) -> Option<&'n str> {
        let rest = bytes.get(at..)?;
        let (word, bit) = slot(*rest.first_chunk()?);
        self.heads.get(word).filter(|word| **word & bit != 0 && !is_inside(bytes, at))?;
        let end = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
        let name = rest.get(..end).and_then(|name| std::str::from_utf8(name).ok())?;
        self.names.get(name).copied()
    }
}

/// Whether a word goes on at a place, instead of beginning there.
fn is_inside(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| bytes.get(before)).copied().is_some_and(is_word)
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
        let nested = Known::of(["Path", "PathBase", "Base_url", "ab.c", "Ab.c"].into_iter());
        assert_eq!(nested.find(b"MyPath Paths PathBaseX PathBase+Base_url"), BTreeSet::from(["PathBase", "Base_url"]));
    }
}
