//! A module: the configuration files of one folder, read as one, and the modules that it calls, each read
//! with what the call gives it.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::scope::{Bound, Scope};
use super::{blocks, dependencies, is_configuration};
use crate::files::Document;
use crate::limits;
use crate::model::Reading;
use crate::read::{Input, Output};
use crate::syntax::{At, FileId, Key, Node};

/// A block: its labels, and what stands in it.
pub(super) struct Body<'n> {
    pub(super) labels: Vec<&'n Key>,
    pub(super) node: &'n Node,
}

/// The maps that stand at a node: itself, or its items.
pub(super) fn maps(node: &Node) -> &[Node] {
    if node.is_map() { std::slice::from_ref(node) } else { node.items() }
}

/// The blocks of one type, which have so many labels.
pub(super) fn bodies<'n>(tree: &'n Node, kind: &str, labels: usize) -> Vec<Body<'n>> {
    fn below<'n>(node: &'n Node, labels: usize, way: &[&'n Key], out: &mut Vec<Body<'n>>) {
        for map in maps(node).iter().filter(|map| map.is_map()) {
            match labels.checked_sub(1) {
                None => out.push(Body { labels: way.to_vec(), node: map }),
                Some(rest) => map.entries().iter().for_each(|(key, inner)| below(inner, rest, &[way, &[key]].concat(), out)),
            }
        }
    }
    let mut out = Vec::new();
    if let Some(node) = tree.get(kind) {
        below(node, labels, &[], &mut out);
    }
    out
}

/// The configuration files that stand in a folder.
pub(super) fn files<'i>(input: &Input<'i>, of: &str) -> Vec<&'i str> {
    input.documents.inside(of).filter(|path| is_configuration(path)).collect()
}

/// The configuration files of one folder.
pub(super) struct Module {
    pub(super) folder: String,
    documents: Vec<Arc<Document>>,
}

impl Module {
    pub(super) fn of(folder: String, documents: Vec<Arc<Document>>) -> Module {
        Module { folder, documents }
    }

    /// All blocks of one type.
    pub(super) fn bodies(&self, kind: &str, labels: usize) -> Vec<Body<'_>> {
        self.documents.iter().filter_map(|document| document.tree().ok()).flat_map(|tree| bodies(tree, kind, labels)).collect()
    }
}

/// One root being read.
pub(super) struct Walk<'w, 'i> {
    pub(super) input: &'w Input<'i>,
    pub(super) out: &'w mut Output,
    /// How many more steps may be taken.
    pub(super) budget: &'w Cell<usize>,
    /// What was handed over: a place, and for whom.
    seen: HashSet<(At, String)>,
    broken: HashSet<FileId>,
    calls: usize,
}

/// Where a block stands: what its module knows, and who called it.
pub(super) struct Frame<'f> {
    pub(super) scope: &'f Scope<'f>,
    /// Where the module was called, nearest first.
    pub(super) via: &'f [At],
    /// The outermost call.
    pub(super) called: Option<&'f str>,
}

impl Frame<'_> {
    /// The workload of a block of this label.
    pub(super) fn workload(&self, label: &str) -> String {
        match self.called {
            Some(called) if called == label || matches!(label, "this" | "main" | "default") => called.to_owned(),
            Some(called) => format!("{called}.{label}"),
            None => label.to_owned(),
        }
    }
}

impl<'w, 'i> Walk<'w, 'i> {
    pub(super) fn new(input: &'w Input<'i>, out: &'w mut Output, budget: &'w Cell<usize>) -> Walk<'w, 'i> {
        Walk { input, out, budget, seen: HashSet::new(), broken: HashSet::new(), calls: 0 }
    }

    /// Pays for one step.
    pub(super) fn pays(&self) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0
    }

    /// Hands over a reading, once for each place and whom it is for.
    pub(super) fn push(&mut self, reading: Reading, whom: &str) {
        if self.seen.insert((reading.at, whom.to_owned())) {
            self.out.push(reading);
        }
    }

    /// Whether nothing was handed over of a place yet.
    pub(super) fn is_new(&mut self, at: At, whom: &str) -> bool {
        self.seen.insert((at, whom.to_owned()))
    }

    /// The documents that could be parsed; of the others, the reason is said.
    pub(super) fn parsed(&mut self, documents: &[Arc<Document>]) -> Vec<Arc<Document>> {
        let mut parsed = Vec::new();
        for document in documents {
            match document.tree() {
                Ok(_) => parsed.push(document.clone()),
                Err(_) if document.is_template() => self.out.note(At::file(document.id), "a template of another language"),
                Err(problem) if self.broken.insert(document.id) => self.out.problem(document, problem),
                Err(_) => {}
            }
        }
        parsed
    }

    /// Reads a module with the values of its variables.
    pub(super) fn module(&mut self, module: &Module, given: HashMap<String, Option<Bound>>, via: &[At], called: Option<&str>) {
        let scope = Scope::of(module, given, self.budget);
        let frame = Frame { scope: &scope, via, called };
        for kind in ["resource", "data"] {
            for body in module.bodies(kind, 2) {
                blocks::resource(self, &frame, &body);
            }
        }
        for body in module.bodies("module", 1) {
            blocks::arguments(self, &frame, &body);
            self.call(module, &frame, &body);
        }
    }

    /// A call of a module: one of the repository is read with its arguments, any other is a dependency.
    fn call(&mut self, module: &Module, frame: &Frame<'_>, body: &Body<'_>) {
        let (Some(label), Some(source)) = (body.labels.first(), body.node.get("source")) else { return };
        let Some(text) = source.text().filter(|_| source.tag().is_none()) else { return };
        let Some(folder) = super::local(&module.folder, text) else {
            return dependencies::called(self, frame, text, source.at(), body.node.get("version"));
        };
        self.calls += 1;
        if self.calls > limits::REFERENCES || frame.via.len() >= limits::REFERENCE_DEPTH {
            return self.out.gap(source.at(), "more modules than the limit");
        }
        let documents: Vec<Arc<Document>> = files(self.input, &folder).into_iter().filter_map(|path| self.input.documents.open(path).ok()).collect();
        if documents.is_empty() {
            return self.out.note(source.at(), "a module that is not in the repository");
        }
        let arguments = body.node.entries().iter().map(|(key, value)| (key.text.to_string(), frame.scope.resolve(value).map(Bound::handed_on)));
        let given = arguments.collect();
        let via: Vec<At> = std::iter::once(source.at()).chain(frame.via.iter().copied()).collect();
        let called = Module::of(folder, self.parsed(&documents));
        self.module(&called, given, &via, Some(frame.called.unwrap_or(&label.text)));
    }
}
