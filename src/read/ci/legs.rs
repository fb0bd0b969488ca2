//! A matrix that is a product of lists, spread into legs.

use crate::limits;
use crate::syntax::Node;

/// One leg: the value of every key.
type Leg = Vec<(String, Node)>;

/// The legs of a matrix.
pub(in crate::read) struct Legs {
    legs: Vec<Leg>,
    /// Whether there were more than the limit.
    pub(in crate::read) cut: bool,
}

impl Legs {
    /// One leg without keys: no matrix.
    pub(in crate::read) fn none() -> Legs {
        Legs { legs: vec![Vec::new()], cut: false }
    }

    /// Every combination of the values of these keys, for each of these products.
    pub(in crate::read) fn of(products: &[Vec<(String, Vec<Node>)>]) -> Legs {
        let mut all = Legs { legs: Vec::new(), cut: false };
        for product in products {
            let mut legs = vec![Leg::new()];
            for (key, values) in product {
                let spread =
                    legs.iter().flat_map(|leg| values.iter().map(move |value| leg.iter().cloned().chain([(key.clone(), value.clone())]).collect::<Leg>()));
                let mut next: Vec<Leg> = spread.take(limits::MATRIX_LEGS + 1).collect();
                all.cut |= next.len() > limits::MATRIX_LEGS;
                next.truncate(limits::MATRIX_LEGS);
                legs = next;
            }
            all.legs.append(&mut legs);
        }
        all.cut |= all.legs.len() > limits::MATRIX_LEGS;
        all.legs.truncate(limits::MATRIX_LEGS);
        all
    }

    /// Leaves out the legs that one of these entries describes.
    pub(in crate::read) fn without(&mut self, entries: &[Node]) {
        let is_meant = |leg: &Leg, entry: &Node| {
            !entry.entries().is_empty()
                && entry.entries().iter().all(|(key, value)| leg.iter().any(|(own, text)| **own == *key.text && text.text() == value.text()))
        };
        self.legs.retain(|leg| !entries.iter().any(|entry| is_meant(leg, entry)));
    }

    /// The legs, with each value whether another leg has another one.
    pub(in crate::read) fn iter(&self) -> impl Iterator<Item = Vec<(&str, &Node, bool)>> {
        let other = |leg: &Leg, key: &str, value: &Node| leg.iter().find(|(own, _)| own == key).and_then(|(_, node)| node.text()) != value.text();
        self.legs.iter().map(move |leg| leg.iter().map(|(key, value)| (key.as_str(), value, self.legs.iter().any(|leg| other(leg, key, value)))).collect())
    }
}
