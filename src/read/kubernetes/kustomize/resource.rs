//! One object on its way through a build: what it has become, and which layers made it so.

use std::sync::Arc;

use super::super::super::Input;
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

/// A finished object, with what is needed to tell where things were decided.
pub(super) struct Built<'r, 'i> {
    pub(super) input: &'r Input<'i>,
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
        if at.file != self.input.document.id {
            let layer = self.resource.touched.iter().rev().find(|(file, _)| *file == at.file).map(|(_, entry)| *entry);
            via.extend(layer.or_else(|| self.resource.chain.first().map(|step| step.item)));
        }
        via
    }

    /// The innermost folder that is an environment's decides that something is there.
    fn presence(&self) -> (At, Vec<At>) {
        let (chain, names) = (&self.resource.chain, &self.input.catalog.names);
        let decided = chain.iter().rev().find(|step| names.environment_of_path(&step.path, true).is_some());
        let at = decided.or(chain.first()).map_or(self.resource.name_at, |step| step.item);
        (at, self.resource.patched.iter().copied().chain([self.resource.name_at]).collect())
    }
}
