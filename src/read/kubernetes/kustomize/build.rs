//! The build of one root: its resources, bases and components taken in, each layer's changes applied
//! in kustomize's order. Source: `accumulateTarget` of kubernetes-sigs/kustomize.

use std::sync::Arc;

use super::super::super::{Input, Output};
use super::super::{inline, name, objects};
use super::edit::Budget;
use super::entries::{self, Located, list};
use super::resource::{Resource, Step};
use super::{fields, generators, own, patches};
use crate::files::Document;
use crate::limits;
use crate::syntax::{At, Node};

/// Builds the input's document. A build that had to stop has no resources: a part is not the whole.
pub(super) fn build(input: &Input<'_>, out: &mut Output) -> Vec<Resource> {
    let mut build = Build { input, out, trail: Vec::new(), budget: Budget::new(), cursor: inline::Cursor::default(), open_ended: false };
    let mut resources = Vec::new();
    // A component alone is no build: what it patches is somewhere else.
    build.open_ended = input.document.tree().is_ok_and(|tree| tree.text_of("kind") == Some("Component"));
    build.layer(&input.document, &mut resources);
    if build.budget.is_spent() {
        out.gap(At::file(input.document.id), "a kustomize build beyond the limit");
        resources.clear();
    }
    resources
}

/// A build under way.
pub(super) struct Build<'b, 'i> {
    pub(super) input: &'b Input<'i>,
    pub(super) out: &'b mut Output,
    /// From the root to where the build is: each kustomization with the entry that is followed.
    trail: Vec<Step>,
    pub(super) budget: Budget,
    /// Where the last inline patch stood.
    pub(super) cursor: inline::Cursor,
    /// Whether there may be objects that cannot be seen from here.
    pub(super) open_ended: bool,
}

impl Build<'_, '_> {
    /// The way to what an entry of this kustomization names.
    pub(super) fn chain(&self, from: &Document, item: At) -> Arc<[Step]> {
        self.trail.iter().cloned().chain([Step { path: from.path.clone(), item }]).collect()
    }

    /// The root's entry that leads to where the build is; None in the root itself.
    pub(super) fn entry(&self) -> Option<At> {
        self.trail.first().map(|step| step.item)
    }

    /// The documents of a file that an entry names.
    pub(super) fn trees(&mut self, path: &str, item: At) -> Result<Vec<Node>, (At, &'static str)> {
        let document = self.input.documents.open(path).map_err(|reason| (item, reason.phrase()))?;
        let trees = document.trees().map_err(|problem| (At { line: problem.line, ..At::file(document.id) }, problem.phrase))?;
        self.budget.spend(trees.len() + 1);
        Ok(trees.to_vec())
    }

    /// Takes in one kustomization and applies its changes to all that is there by then.
    fn layer(&mut self, document: &Arc<Document>, resources: &mut Vec<Resource>) {
        let tree = match document.tree() {
            Ok(tree) if tree.is_map() => tree,
            Ok(tree) if tree.is_null() => return,
            Ok(tree) => return self.out.gap(tree.at(), "a kustomization that is no map"),
            Err(problem) => return self.out.problem(document, problem),
        };
        if own(tree).is_none() {
            return;
        }
        for key in [
            "resources",
            "bases",
            "components",
            "patches",
            "patchesStrategicMerge",
            "patchesJson6902",
            "images",
            "replicas",
            "configMapGenerator",
            "secretGenerator",
        ] {
            if let Some(odd) = tree.get(key).filter(|node| !node.is_null() && node.text().is_some() | node.is_map()) {
                self.out.gap(odd.at(), "a kustomize list that is no list");
            }
        }
        for item in ["resources", "bases"].iter().flat_map(|key| list(tree, key)) {
            let mut base = Vec::new();
            self.take(document, item, &mut base);
            resources.append(&mut base);
        }
        // A component changes what is there, as if its text stood here.
        for item in list(tree, "components") {
            self.take(document, item, resources);
        }
        generators::apply(self, document, tree, resources);
        patches::apply(self, document, tree, &["patchesStrategicMerge", "patches"], resources);
        fields::rename(tree, resources);
        fields::label(tree, resources, &mut self.budget);
        patches::apply(self, document, tree, &["patchesJson6902"], resources);
        fields::replicas(tree, resources, &mut self.budget);
        fields::images(tree, self.entry(), resources, &mut self.budget);
    }

    /// Takes in what an entry names.
    fn take(&mut self, from: &Arc<Document>, item: &Node, resources: &mut Vec<Resource>) {
        let Some(text) = item.text().filter(|_| self.budget.spend(16)) else { return };
        self.trail.push(Step { path: from.path.clone(), item: item.at() });
        match entries::locate(self.input.documents, from, text) {
            Located::File(path) => match self.trees(&path, item.at()) {
                Ok(trees) => self.manifests(&trees, resources),
                Err((at, phrase)) => self.out.gap(at, phrase),
            },
            Located::Folder(path) => self.folder(&path, item.at(), resources),
            Located::Remote => self.open_ended = true,
            Located::Missing(reason) => {
                self.open_ended = true;
                self.out.missing(item.at(), reason);
            }
        }
        self.trail.pop();
    }

    fn folder(&mut self, path: &str, item: At, resources: &mut Vec<Resource>) {
        if self.trail.iter().any(|step| &*step.path == self.input.documents.real(path)) {
            return self.out.gap(item, "a kustomization that leads back to itself");
        }
        if self.trail.len() > limits::REFERENCE_DEPTH {
            return self.out.gap(item, "kustomizations that lead too deep");
        }
        match self.input.documents.open(path) {
            Ok(document) if document.is_template() => {
                self.open_ended = true;
                self.out.note(At::file(document.id), "a template of another language");
            }
            Ok(document) => self.layer(&document, resources),
            Err(reason) => self.out.gap(item, reason.phrase()),
        }
    }

    fn manifests(&mut self, trees: &[Node], resources: &mut Vec<Resource>) {
        let chain: Arc<[Step]> = self.trail.as_slice().into();
        for tree in objects(trees) {
            if !self.budget.spend(4) {
                return;
            }
            let Some(name_node) = name(&tree) else { continue };
            let (called, name_at) = (name_node.text().unwrap_or("").trim_end_matches('-').to_owned(), name_node.at());
            resources.push(Resource::new(tree, called, name_at, chain.clone()));
        }
    }
}
