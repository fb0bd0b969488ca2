//! Names of which one may be a slip of another, found without comparing each with each: names that
//! are nearly the same have the same rest when a letter or a word is left out. What comes out is to be
//! looked at closely; what does not is surely another name.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::catalog;

/// Names by what is left of them.
#[derive(Debug)]
pub(super) struct Alike<'f> {
    /// Whole, with a letter left out, with their words in order, with the last word's meanings.
    near: Vec<(u64, &'f str)>,
    /// Whole.
    whole: Vec<(u64, &'f str)>,
    /// With a word left out.
    fewer: Vec<(u64, &'f str)>,
}

fn hash(sort: u8, parts: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u8(sort);
    for part in parts {
        hasher.write(part.as_bytes());
    }
    hasher.finish()
}

/// What names that differ by a letter, by the order of their words or by a last word of one meaning have
/// in common.
fn near(name: &str, words: &catalog::Variables) -> Vec<u64> {
    let mut all = vec![hash(0, &[name])];
    let mut start = 0;
    for word in name.split('_') {
        // A letter is wrong in a word of letters only.
        let letters = word.bytes().all(|byte| byte.is_ascii_alphabetic());
        for at in (start..start + word.len()).filter(|_| letters) {
            if let (Some(head), Some(tail)) = (name.get(..at), name.get(at + 1..)) {
                all.push(hash(0, &[head, tail]));
            }
        }
        start += word.len() + 1;
    }
    let mut sorted: Vec<&str> = name.split('_').collect();
    sorted.sort_unstable();
    let mut hasher = DefaultHasher::new();
    sorted.hash(&mut hasher);
    all.push(hasher.finish());
    if let Some((head, last)) = name.rsplit_once('_') {
        all.extend(words.meanings(&last.to_ascii_lowercase()).map(|meaning| hash(1, &[head, "_", &meaning.to_string()])));
    }
    all
}

/// What is left of a name without one of its words.
fn fewer(name: &str) -> Vec<u64> {
    let words: Vec<&str> = name.split('_').collect();
    let without = |left_out: usize| words.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, word)| *word).collect::<Vec<&str>>().join("_");
    (0..words.len()).map(|left_out| hash(0, &[&without(left_out)])).collect()
}

fn sorted<'f>(names: &[&'f str], keys: impl Fn(&str) -> Vec<u64>) -> Vec<(u64, &'f str)> {
    let mut all: Vec<(u64, &'f str)> = names.iter().flat_map(|name| keys(name).into_iter().map(move |key| (key, *name))).collect();
    all.sort_unstable();
    all
}

fn under<'s, 'f>(all: &'s [(u64, &'f str)], key: u64) -> impl Iterator<Item = &'f str> + use<'s, 'f> {
    let start = all.partition_point(|(other, _)| *other < key);
    all.get(start..).unwrap_or(&[]).iter().take_while(move |(other, _)| *other == key).map(|(_, name)| *name)
}

impl<'f> Alike<'f> {
    /// Takes names.
    pub(super) fn of(names: impl Iterator<Item = &'f str>, words: &catalog::Variables) -> Alike<'f> {
        let names: Vec<&'f str> = names.collect();
        Alike { near: sorted(&names, |name| near(name, words)), whole: sorted(&names, |name| vec![hash(0, &[name])]), fewer: sorted(&names, fewer) }
    }

    /// Those that may be meant by this one, in order.
    pub(super) fn to(&self, name: &str, words: &catalog::Variables) -> Vec<&'f str> {
        let mut all: Vec<&'f str> = near(name, words).into_iter().flat_map(|key| under(&self.near, key)).collect();
        all.extend(fewer(name).into_iter().flat_map(|key| under(&self.whole, key)));
        all.extend(under(&self.fewer, hash(0, &[name])));
        all.sort_unstable();
        all.dedup();
        all
    }
}
