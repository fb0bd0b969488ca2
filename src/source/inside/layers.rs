//! What the layers of an image hold that must not be in it, beside what its file system shows: whoever can pull the
//! image has all of them, whatever a later one takes away.

use std::collections::{BTreeMap, BTreeSet};

use super::Gaps;
use super::secrets::{self, Found};
use crate::catalog::Catalog;
use crate::files::{Fate, FileView as _, Keep, Layers, taken_away};
use crate::limits;
use crate::model::Inside;

/// What is kept of a path in a layer: what may hold a secret, and what takes such away.
pub(in crate::source) fn keep(path: &str) -> Keep {
    let catalog = Catalog::get();
    match taken_away(path) {
        // Below it could lie nothing of interest.
        Some(gone) if catalog.inside.is_harmless(&format!("{gone}/x")) => Keep::Nothing,
        Some(_) => Keep::Name,
        None => secrets::keep(path, catalog).filter(|keep| *keep == Keep::Head).unwrap_or(Keep::Nothing),
    }
}

/// What is there beside what was told of the file system.
pub(in crate::source) fn look(layers: &Layers, told: &[Found], gaps: &mut Gaps) -> Vec<Found> {
    let catalog = Catalog::get();
    let mut known: BTreeSet<String> = told.iter().map(|found| found.at.clone()).collect();
    let mut shown: BTreeMap<String, usize> = BTreeMap::new();
    let (mut out, mut seen): (Vec<Found>, usize) = (Vec::new(), 0);
    for (number, layer) in layers.from_the_top() {
        for found in secrets::look(layer, &layer.list(), &|path| taken_away(path).is_none(), catalog, gaps) {
            seen += 1;
            if seen > limits::INSIDE_SECRETS {
                gaps.insert((found.path, secrets::MANY, true));
                return out;
            }
            match layers.fate(number, &found.at) {
                Fate::Again => {}
                // What its container took away or changed is the image's still.
                Fate::Shown => {
                    shown.insert(found.at.clone(), number);
                    if known.insert(found.at.clone()) {
                        out.push(found);
                    }
                }
                Fate::Gone => {
                    let back = shown.get(&found.at).is_some_and(|above| layers.agree(*above, number, &found.at));
                    let twice = out.iter().any(|other| other.at == found.at && other.sort == Inside::Buried);
                    if !back && !twice {
                        out.push(found.buried());
                    }
                }
            }
        }
    }
    out
}
