//! The variables of a job, and what a text comes to that names some. Source: GitLab Docs, "CI/CD YAML
//! syntax reference", `variables`; "Where variables can be used".

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::tree::Tree;
use crate::files::Documents;
use crate::limits;
use crate::read::ci::VARIABLE_BYTES;
use crate::read::traced::{Placed, Traced};
use crate::syntax::dotenv::is_name;
use crate::syntax::{At, Node};

/// Prefixes that GitLab sets for images that it keeps copies of.
const PROXIES: &[&str] = &["CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX", "CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX"];

/// One variable as it is written.
pub(super) struct Held {
    /// Where its name stands.
    pub(super) at: At,
    node: Node,
    /// Whether another leg of the matrix has another value.
    varies: bool,
    /// Whether variables in it are replaced.
    expands: bool,
}

/// The variables of a job.
#[derive(Default)]
pub(super) struct Scope {
    held: BTreeMap<String, Held>,
    known: RefCell<BTreeMap<String, Option<Traced>>>,
    /// How many values are being put together, each for the one before.
    depth: Cell<usize>,
}

/// What a text comes to.
pub(super) struct Expanded {
    /// The parts that are known.
    pub(super) text: Traced,
    /// Whether that is all of it.
    pub(super) whole: bool,
}

impl Scope {
    /// Adds the variables of a map, which go before those that are there.
    pub(super) fn add(&mut self, variables: Option<&Node>, tree: &Tree) {
        for (key, node) in variables.map(Node::entries).unwrap_or_default() {
            let Some(node) = tree.resolved(node) else { continue };
            let expands = node.text_of("expand") != Some("false");
            let node = if node.is_map() { node.get("value").cloned() } else { Some(node) };
            if let Some(node) = node {
                self.set(&key.text, key.at, node, false, expands);
            }
        }
    }

    /// Adds one variable of a leg.
    pub(super) fn leg(&mut self, name: &str, node: &Node, varies: bool) {
        self.set(name, node.at(), node.clone(), varies, true);
    }

    fn set(&mut self, name: &str, at: At, node: Node, varies: bool, expands: bool) {
        if is_name(name) {
            self.held.insert(name.to_owned(), Held { at, node, varies, expands });
        }
    }

    /// The variables that are set here, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Held)> {
        self.held.iter().map(|(name, held)| (name.as_str(), held))
    }

    /// How much text they hold.
    pub(super) fn weight(&self) -> usize {
        self.held.iter().map(|(name, held)| 8 * VARIABLE_BYTES + name.len() + held.node.text().map_or(0, str::len)).sum()
    }

    /// The value of a variable; none where only a run knows it.
    pub(super) fn value(&self, name: &str, documents: &Documents<'_>) -> Option<Traced> {
        if let Some(known) = self.known.borrow().get(name) {
            return known.clone();
        }
        let held = self.held.get(name).filter(|_| self.depth.get() < limits::DEPTH)?;
        self.depth.set(self.depth.get() + 1);
        // Who leads back to itself is not known.
        self.known.borrow_mut().insert(name.to_owned(), None);
        let mut value = if held.expands {
            Some(self.expanded(&held.node, documents)).filter(|expanded| expanded.whole).map(|expanded| expanded.text)
        } else {
            Placed::scalar(&held.node, documents).map(|placed| placed.part(0..placed.text().len()))
        };
        if let Some(value) = &mut value {
            value.varies |= held.varies;
        }
        self.depth.set(self.depth.get().saturating_sub(1));
        self.known.borrow_mut().insert(name.to_owned(), value.clone());
        value
    }

    /// What a text comes to: `$NAME`, `${NAME}`; `$$` keeps a dollar.
    pub(super) fn expanded(&self, node: &Node, documents: &Documents<'_>) -> Expanded {
        let mut out = Expanded { text: Traced::default(), whole: !node.is_map() && node.items().is_empty() };
        let Some(placed) = Placed::scalar(node, documents) else { return out };
        let (text, mut at) = (placed.text(), 0);
        while let Some(start) = text.get(at..).and_then(|rest| rest.find('$')).map(|i| at + i) {
            out.text.push(placed.part(at..start));
            let rest = text.get(start + 1..).unwrap_or("");
            let braced = rest.strip_prefix('{').and_then(|body| body.get(..body.find('}')?));
            let plain = rest.get(..rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len())).unwrap_or("");
            let (name, width) = braced.map_or((plain, plain.len() + 1), |name| (name, name.len() + 3));
            if rest.starts_with('$') || !is_name(name) {
                let width = if rest.starts_with('$') { 2 } else { 1 };
                out.text.push(placed.part(start..start + 1));
                at = start + width;
                continue;
            }
            let place = placed.at(start..start + width);
            match self.named(name, place, documents) {
                Some(value) => out.text.push(value),
                None => out.whole = false,
            }
            if out.text.is_too_long() {
                return Expanded { whole: false, ..out };
            }
            at = start + width;
        }
        out.text.push(placed.part(at..text.len()));
        out
    }

    fn named(&self, name: &str, at: At, documents: &Documents<'_>) -> Option<Traced> {
        if PROXIES.contains(&name) {
            return Some(Traced::literal("docker.io", at));
        }
        self.value(name, documents).map(|value| value.used(at))
    }
}
