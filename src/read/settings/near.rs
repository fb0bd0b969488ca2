//! Keys of the base that nobody overrides, beside which an environment has one that is nearly the same:
//! the one may be meant by the other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::flatten::Leaf;

/// The keys of the base that are to be told for their likeness. Two keys are near where their letters are
/// the same (`a.b-c` and `a.b.c`), or where one word of the last part differs by a letter or two.
pub(super) fn keys<'k>(rows: &BTreeMap<&'k str, Vec<(usize, &Leaf)>>, base: &BTreeMap<&'k str, &Leaf>) -> BTreeSet<&'k str> {
    let fold = |key: &str| -> String { key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect() };
    let lonely: Vec<&str> = rows.iter().filter(|(key, said)| !said.is_empty() && !base.contains_key(*key)).map(|(key, _)| *key).collect();
    if lonely.is_empty() {
        return BTreeSet::new();
    }
    let mut by_letters: HashMap<String, Vec<&'k str>> = HashMap::new();
    let mut by_parent: HashMap<&str, Vec<&'k str>> = HashMap::new();
    for (key, said) in rows.iter().filter(|(_, said)| said.is_empty()) {
        let _ = said;
        by_letters.entry(fold(key)).or_default().push(key);
        by_parent.entry(parent(key)).or_default().push(key);
    }
    let mut near = BTreeSet::new();
    for key in lonely {
        near.extend(by_letters.get(&fold(key)).into_iter().flatten());
        let siblings = by_parent.get(parent(key)).map_or(&[][..], Vec::as_slice);
        near.extend(siblings.iter().filter(|sibling| siblings.len() <= MANY && is_close(last(key), last(sibling))));
    }
    near
}

/// Where a table has more keys than this, its keys are data.
const MANY: usize = 400;

fn parent(key: &str) -> &str {
    key.rsplit_once('.').map_or("", |(parent, _)| parent)
}

fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// Whether two keys share all but a short piece in the middle.
fn is_close(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count().min(a.len().min(b.len()) - head);
    a.len().min(b.len()) >= 4 && (a.len() - head - tail).max(b.len() - head - tail) <= 2
}
