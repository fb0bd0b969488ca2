//! Where the elements of a configuration are declared: jobs, commands and executors of the document, of
//! an orb that stands in it, or of one that only the registry has. Source: CircleCI docs, "Orbs concepts".

use super::frame::Frame;
use super::jobs::Walk;
use crate::syntax::Node;

/// An element that stands in the document, and the orb there that it is of.
pub(super) struct Own {
    pub(super) node: Node,
    pub(super) orb: Option<Node>,
}

/// An element that something names.
pub(super) enum Element {
    /// It stands in the document.
    Own(Own),
    /// It is an orb's: the orb's name without its version, and its own.
    Orb(String, String),
    /// Nobody declares it.
    Unknown,
}

impl Walk<'_> {
    /// The element of this sort (`jobs`, `commands`, `executors`) and name.
    pub(super) fn element(&self, sort: &str, name: &str, frame: &Frame) -> Element {
        let Some((alias, element)) = name.split_once('/') else {
            let own = frame.orb.as_ref().and_then(|orb| orb.path(&[sort, name]));
            return match (own, self.root.path(&[sort, name])) {
                (Some(node), _) => Element::Own(Own { node: node.clone(), orb: frame.orb.clone() }),
                (None, Some(node)) => Element::Own(Own { node: node.clone(), orb: None }),
                (None, None) => Element::Unknown,
            };
        };
        let inner = frame.orb.as_ref().and_then(|orb| orb.path(&["orbs", alias]));
        let Some(orb) = inner.or_else(|| self.root.path(&["orbs", alias])) else { return Element::Unknown };
        match (orb.text(), orb.path(&[sort, element])) {
            (Some(reference), _) => Element::Orb(reference.split('@').next().unwrap_or(reference).to_owned(), element.to_owned()),
            (None, Some(node)) => Element::Own(Own { node: node.clone(), orb: Some(orb.clone()) }),
            (None, None) => Element::Unknown,
        }
    }
}
