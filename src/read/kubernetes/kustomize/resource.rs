//! One object on its way through a build: what it has become, and which layers made it so.

use std::sync::Arc;

use super::super::super::Input;
use super::super::configs::{Allowance, Config, Index, Sort};
use super::super::{group, workload};
use crate::syntax::{At, FileId, Node};

/// Where a kustomization names the next one, or the object's file.
#[derive(Clone)]
pub(super) struct Step {
    /// The kustomization.
    pub(super) path: Arc<str>,
    /// The entry in it.
    pub(super) item: At,
}

/// An object of a build.
pub(super) struct Resource {
    /// The object as changed so far.
    pub(super) tree: Node,
    /// Its name so far.
    pub(super) name: String,
    /// Where `metadata.name` stands.
    pub(super) name_at: At,
    /// The names it had before prefixes and suffixes.
    pub(super) earlier: Vec<String>,
    /// From the root's entry down to the entry of the file.
    pub(super) chain: Arc<[Step]>,
    /// The labels that layers add, the latest last.
    pub(super) labels: Vec<(Arc<str>, Arc<str>)>,
    /// The files that layers took values from, with the root's entry that brought them in.
    pub(super) touched: Vec<(FileId, At)>,
    /// The root's own patches that met this.
    pub(super) patched: Vec<At>,
    /// Images that `images` replaced: the new place, the container, the old place.
    pub(super) images: Vec<(At, Arc<str>, At)>,
}

impl Resource {
    /// An object as it stands in its file.
    pub(super) fn new(tree: Node, name: String, name_at: At, chain: Arc<[Step]>) -> Resource {
        let (earlier, labels, touched) = (Vec::new(), Vec::new(), Vec::new());
        Resource { tree, name, name_at, earlier, chain, labels, touched, patched: Vec::new(), images: Vec::new() }
    }

    /// Whether it is or was called so.
    pub(super) fn is_called(&self, matches: impl Fn(&str) -> bool) -> bool {
        matches(&self.name) || self.earlier.iter().any(|name| matches(name))
    }

    pub(super) fn kind(&self) -> &str {
        self.tree.text_of("kind").unwrap_or("")
    }

    pub(super) fn group(&self) -> &str {
        group(&self.tree)
    }

    /// The value of a label, if it has that label.
    pub(super) fn label(&self, key: &str) -> Option<&str> {
        let added = self.labels.iter().rev().find(|(name, _)| &**name == key).map(|(_, value)| &**value);
        added.or_else(|| self.tree.path(&["metadata", "labels", key]).and_then(Node::text))
    }

    /// Remembers that a layer took a value from a file.
    pub(super) fn touch(&mut self, file: FileId, entry: At) {
        if !self.touched.contains(&(file, entry)) {
            self.touched.push((file, entry));
        }
    }
}

/// All finished objects of a build.
pub(super) struct Finished<'r, 'i> {
    pub(super) input: &'r Input<'i>,
    pub(super) resources: &'r [Resource],
    pub(super) index: Index,
    pub(super) allowance: Allowance,
}

impl<'r, 'i> Finished<'r, 'i> {
    pub(super) fn new(input: &'r Input<'i>, resources: &'r [Resource]) -> Finished<'r, 'i> {
        let mut index = Index::default();
        for (number, resource) in resources.iter().enumerate() {
            index.add(&resource.tree, number, resource.earlier.iter().chain([&resource.name]).map(String::as_str));
        }
        Finished { input, resources, index, allowance: Allowance::new() }
    }
}

/// A finished object, with what is needed to tell where things were decided.
pub(super) struct Built<'r, 'i> {
    pub(super) all: &'r Finished<'r, 'i>,
    pub(super) resource: &'r Resource,
}

/// How many layers of `images` one image is followed through.
const REPLACED: usize = 8;

impl workload::Layers for Built<'_, '_> {
    fn via(&self, at: At, container: &str) -> Vec<At> {
        let (mut via, mut here) = (Vec::new(), at);
        while via.len() < REPLACED
            && let Some((_, _, old)) = self.resource.images.iter().rev().find(|(new, name, _)| *new == here && &**name == container)
        {
            via.push(*old);
            here = *old;
        }
        if at.file != self.all.input.document.id {
            let layer = self.resource.touched.iter().rev().find(|(file, _)| *file == at.file).map(|(_, entry)| *entry);
            via.extend(layer.or_else(|| self.resource.chain.first().map(|step| step.item)));
        }
        via
    }

    /// The innermost folder that is an environment's decides that something is there.
    fn presence(&self) -> (At, Vec<At>) {
        let (chain, names) = (&self.resource.chain, &self.all.input.catalog.names);
        let decided = chain.iter().rev().find(|step| names.environment_of_path(&step.path, true).is_some());
        let at = decided.or(chain.first()).map_or(self.resource.name_at, |step| step.item);
        (at, self.resource.patched.iter().copied().chain([self.resource.name_at]).collect())
    }

    /// Of several of one name (bases that are taken in twice), the nearest: the one that came in with
    /// this object.
    fn config(&self, sort: Sort, name: &str) -> Option<Config> {
        let together = |config: &Config| {
            let other = self.all.resources.get(config.number).map(|resource| &*resource.chain).unwrap_or_default();
            self.resource.chain.iter().zip(other).take_while(|(a, b)| a.item == b.item).count()
        };
        self.all.index.find(sort, name, &self.resource.tree).max_by_key(|config| together(config)).cloned()
    }

    fn via_of(&self, number: usize, at: At) -> Vec<At> {
        self.all.resources.get(number).map(|resource| Built { all: self.all, resource }.via(at, "")).unwrap_or_default()
    }

    fn spend(&self, cost: usize) -> bool {
        self.all.allowance.spend(cost)
    }
}
