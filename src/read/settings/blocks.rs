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
    let members: BTreeSet<usize> = keys.iter().flat_map(|(_, said)| said.iter().map(|(number, _)| *number)).collect();
    let common: Vec<_> = keys.iter().filter(|(_, said)| said.len() == members.len()).collect();
    let most = members.iter().map(|member| keys.iter().filter(|(_, said)| said.iter().any(|(number, _)| number == member)).count()).max().unwrap_or(0);
    if members.len() <= HOLDERS || common.len() < COMMON || common.len() * 10 < most * 6 {
        return Vec::new();
    }
    let lone = |said: &[(usize, &'k Leaf)]| members.iter().copied().filter(|member| !said.iter().any(|(number, _)| number == member)).collect::<Vec<usize>>();
    // What has keys that no other has is called in another way, of another version say.
    let is_other = |member: usize| keys.iter().any(|(_, said)| matches!(said, [(number, _)] if *number == member));
    let lacks = keys.iter().filter_map(|(key, said)| match lone(said).as_slice() {
        [member] if !is_other(*member) => Some((*key, *member)),
        _ => None,
    });
    let first = |member: usize| {
        common.iter().flat_map(|(_, said)| said.iter()).filter(|(number, _)| *number == member).map(|(_, leaf)| *leaf).min_by_key(|leaf| leaf.at.line)
    };
    lacks.filter_map(|(key, member)| Some(Lack { key, member, first: first(member)? })).collect()
}
