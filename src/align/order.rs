//! The names of one list in the order of its file: which stand beside each other.

use std::collections::{BTreeMap, HashMap};

use crate::model::Fact;

/// The names before and behind one.
pub type Neighbours<'f> = (&'f str, &'f str);

/// Who stands beside whom.
#[derive(Debug, Default)]
pub(super) struct Order<'f> {
    pub(super) of: HashMap<&'f str, Neighbours<'f>>,
    /// The name between two; of several on one line, the first.
    pub(super) between: HashMap<Neighbours<'f>, &'f str>,
}

impl<'f> Order<'f> {
    /// The order of what a list gives.
    pub(super) fn of(given: &BTreeMap<&'f str, &'f Fact>) -> Order<'f> {
        let mut all: Vec<(u32, &'f str)> = given.iter().map(|(name, fact)| (fact.place.line, *name)).collect();
        all.sort_unstable();
        let mut order = Order::default();
        for (line, name) in &all {
            let before = all.partition_point(|(other, _)| other < line).checked_sub(1).and_then(|at| all.get(at));
            let after = all.get(all.partition_point(|(other, _)| other <= line));
            if let (Some((_, before)), Some((_, after))) = (before, after) {
                order.of.insert(name, (before, after));
                order.between.entry((before, after)).or_insert(name);
            }
        }
        order
    }
}
