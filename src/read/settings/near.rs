//! Keys of the base that nobody overrides, beside which an environment has one that is nearly the same:
//! the one may be meant by the other. So may an entry of a list be by one that is called otherwise.

use std::collections::{BTreeSet, HashMap};

use super::Row;
use super::flatten::Leaf;
use crate::model::key::{last, letters, table};

/// The keys of the base that are to be told for their likeness. Two keys are near where their letters are
/// the same (`a.b-c` and `a.b.c`), or where one word of the last part differs by a letter or two.
pub(super) fn keys<'k>(rows: &[Row<'k>], base: &HashMap<&'k str, &Leaf>) -> BTreeSet<&'k str> {
    let lonely: Vec<&str> = rows.iter().filter(|(key, said)| !said.is_empty() && !base.contains_key(*key)).map(|(key, _)| *key).collect();
    if lonely.is_empty() {
        return BTreeSet::new();
    }
    let mut by_letters: HashMap<String, Vec<&'k str>> = HashMap::new();
    let mut by_table: HashMap<&str, Vec<&'k str>> = HashMap::new();
    for key in rows.iter().filter(|(_, said)| said.is_empty()).map(|(key, _)| key) {
        by_letters.entry(letters(key)).or_default().push(key);
        by_table.entry(table(key)).or_default().push(key);
    }
    let mut near = BTreeSet::new();
    let mut lists: BTreeSet<&str> = BTreeSet::new();
    for key in lonely {
        if let Some(list) = list(key).filter(|list| lists.insert(list)) {
            near.extend(instead(list, rows));
        }
        near.extend(by_letters.get(&letters(key)).into_iter().flatten());
        let siblings = by_table.get(table(key)).map_or(&[][..], Vec::as_slice);
        near.extend(siblings.iter().filter(|sibling| siblings.len() <= MANY && is_close(last(key), last(sibling))));
    }
    near
}

/// The list that a key is of an entry of.
fn list(key: &str) -> Option<&str> {
    key.get(..=key.find('[')?)
}

/// The entries of a list that only the base has.
fn instead<'k>(list: &str, rows: &[Row<'k>]) -> Vec<&'k str> {
    let first = rows.partition_point(|(key, _)| *key < list);
    let of_list = || rows.iter().skip(first).take_while(|(key, _)| key.starts_with(list));
    let entry = |key: &'k str| key.get(..list.len() + key.get(list.len()..)?.find(']')?);
    let had: BTreeSet<&str> = of_list().filter(|(_, said)| !said.is_empty()).filter_map(|(key, _)| entry(key)).collect();
    of_list().filter(|(key, _)| entry(key).is_some_and(|entry| !had.contains(entry))).map(|(key, _)| *key).take(MANY).collect()
}

/// Where a table has more keys than this, its keys are data.
const MANY: usize = 400;

/// Whether two keys share all but a short piece in the middle.
pub(crate) fn is_close(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count().min(a.len().min(b.len()) - head);
    a.len().min(b.len()) >= 4 && (a.len() - head - tail).max(b.len() - head - tail) <= 2
}
