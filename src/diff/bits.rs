//! Images in the cells of one subject, held against each other by their bits where these are known: an index
//! and its part are one, and one tag may be two images.

use super::said::{Cell, Said};
use crate::model::{Fact, ImageRef};

/// Images that are alike.
struct Class<'f> {
    tag: ImageRef,
    fact: &'f Fact,
    text: String,
}

/// The tag of an image in a cell, and who knows its bits: first what runs.
fn image<'f>(said: &Said<'f>) -> Option<(ImageRef, &'f Fact)> {
    let known = |live: bool| said.facts.iter().copied().find(|fact| fact.is_live() == live && fact.bits.is_some());
    let fact = known(true).or_else(|| known(false)).or_else(|| said.facts.first().copied())?;
    Some((fact.value.image.as_ref()?.by_tag()?, fact))
}

/// Gives one text to images that are alike, and says by their digests which ones of a tag are not.
pub(super) fn hold(cells: &mut [Cell<'_>]) {
    let mut classes: Vec<Class<'_>> = Vec::new();
    for said in cells.iter().flat_map(|cell| &cell.values) {
        let Some((tag, fact)) = image(said) else { continue };
        if !classes.iter().any(|class| class.tag == tag && class.fact.likeness(fact).is_alike()) {
            classes.push(Class { tag, fact, text: said.text.clone() });
        }
    }
    let clashes = |class: &Class<'_>| classes.iter().any(|other| other.tag == class.tag && other.fact.likeness(class.fact).is_different());
    for cell in cells {
        for said in &mut cell.values {
            let Some((tag, fact)) = image(said) else { continue };
            let Some(class) = classes.iter().find(|class| class.tag == tag && class.fact.likeness(fact).is_alike()) else { continue };
            let digest = class.fact.known_bits().filter(|_| clashes(class));
            let text = digest.map_or_else(|| class.text.clone(), |bits| format!("{} ({})", class.text.split('@').next().unwrap_or(""), bits.short()));
            if said.text != text {
                said.call(text);
            }
        }
        cell.join_alike();
    }
}
