//! Blocks that are full copies of each other in files that otherwise are not: the calls of one module, say.
//! A key that one of the copies lacks is told where the block begins.

use std::collections::{BTreeMap, BTreeSet};

use super::Row;
use super::flatten::Leaf;
use crate::model::key::table;

/// How many copies of a block there are at least that have a key which another one lacks.
const HOLDERS: usize = 3;

/// How many keys all copies of a block share at least.
const COMMON: usize = 3;

/// A key of a block, and the members that say it.
type Key<'k, 'r> = (&'k str, &'r [(usize, &'k Leaf)]);

/// A key that one copy of a block lacks.
pub(super) struct Lack<'k> {
    pub(super) key: &'k str,
    /// The number of the member.
    pub(super) member: usize,
    /// The first key of its block.
    pub(super) first: &'k Leaf,
}

/// What copies of blocks lack, by rows of keys with the members that say them.
pub(super) fn lacking<'k>(rows: &[Row<'k>]) -> Vec<Lack<'k>> {
    let mut blocks: BTreeMap<&str, Vec<Key<'k, '_>>> = BTreeMap::new();
    for (key, said) in rows.iter().filter(|(_, said)| !said.is_empty()) {
        blocks.entry(table(key)).or_default().push((key, said));
    }
    blocks.remove("");
    blocks.values().flat_map(|keys| of_block(keys)).collect()
}

fn of_block<'k>(keys: &[Key<'k, '_>]) -> Vec<Lack<'k>> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    keys.iter().flat_map(|(_, said)| said.iter()).for_each(|(number, _)| *counts.entry(*number).or_default() += 1);
    let common: Vec<_> = keys.iter().filter(|(_, said)| said.len() == counts.len()).collect();
    let most = counts.values().copied().max().unwrap_or(0);
    if counts.len() <= HOLDERS || common.len() < COMMON || common.len() * 10 < most * 6 {
        return Vec::new();
    }
    let lone = |said: &[(usize, &'k Leaf)]| counts.keys().copied().filter(|member| !said.iter().any(|(number, _)| number == member)).collect::<Vec<usize>>();
    // What has keys that no other has is called in another way, of another version say.
    let others: BTreeSet<usize> = keys.iter().filter_map(|(_, said)| if let [(number, _)] = said { Some(*number) } else { None }).collect();
    let lacks = keys.iter().filter_map(|(key, said)| match lone(said).as_slice() {
        [member] if !others.contains(member) => Some((*key, *member)),
        _ => None,
    });
    // Every member has what is common.
    let mut firsts: BTreeMap<usize, &'k Leaf> = BTreeMap::new();
    for (number, leaf) in common.iter().flat_map(|(_, said)| said.iter()) {
        let first = firsts.entry(*number).or_insert(leaf);
        if leaf.at.line < first.at.line {
            *first = leaf;
        }
    }
    lacks.filter_map(|(key, member)| Some(Lack { key, member, first: firsts.get(&member).copied()? })).collect()
}
