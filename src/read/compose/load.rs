//! From files to the services of a project (Compose Specification, "Merge", "Include", "Extends"):
//! each file's `extends` first, then what it includes below it, then the file over those before it.
//! A file that cannot be followed is a gap; nothing here is interpolated but paths and names.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::filled::Filled;
use super::forms::{given, is_reset};
use super::merge::Merger;
use super::scope::{Scope, is_remote};
use super::started;
use super::variables::Variables;
use crate::files::{Document, Unreadable, folder, join};
use crate::limits;
use crate::read::{Input, Output};
use crate::syntax::{At, FileId, Key, Node, Value};

/// A service of a project, all files merged.
pub(super) struct Service {
    pub(super) name: Key,
    pub(super) node: Node,
    /// Through which `extends` and `include` its image came, nearest first.
    pub(super) image_via: Vec<At>,
}

/// A loaded project.
pub(super) struct Project {
    pub(super) services: Vec<Service>,
    /// The further files it is made of, and where they are named.
    pub(super) parts: Vec<(At, String)>,
    root: Scope,
    scopes: HashMap<FileId, Scope>,
}

impl Project {
    /// The scope of the file that a node was written in.
    pub(super) fn scope(&self, node: &Node) -> &Scope {
        self.scopes.get(&node.at().file).unwrap_or(&self.root)
    }

    /// A value with the variables of its file replaced.
    pub(super) fn fill(&self, node: &Node) -> Filled {
        self.scope(node).variables.fill(node)
    }
}

/// Loads the document with its layers and all that they lead to.
pub(super) fn load(input: &Input<'_>, out: &mut Output) -> Project {
    let folder = folder(&input.document.path).to_owned();
    let mut loader = Loader { input, out, parts: Vec::new(), scopes: HashMap::new(), merger: Merger::new(), left: Left::new() };
    let mut variables = Variables::passed(input.variables);
    loader.add_own_env_file(&mut variables, &folder);
    let root = Scope { folder, variables: Rc::new(variables) };
    let mut stack = Stack::default();
    for document in std::iter::once(&input.document).chain(&input.layers) {
        let file = loader.file(document, &root, &mut vec![document.id]);
        loader.lay(&mut stack, file);
    }
    if loader.merger.is_spent() || loader.left.is_spent() {
        loader.out.gap(At::file(input.document.id), "over the limits of what is followed and merged");
    }
    stack.services.retain(|service| !is_reset(&service.node));
    started::retain(&mut stack.services, input.started);
    Project { services: stack.services, parts: loader.parts, root, scopes: loader.scopes }
}

/// Services by their names, in the order in which they first appear.
#[derive(Default)]
struct Stack {
    services: Vec<Service>,
    index: HashMap<Arc<str>, usize>,
}

impl Stack {
    fn add(&mut self, service: Service) {
        self.index.insert(service.name.text.clone(), self.services.len());
        self.services.push(service);
    }
}

/// How much may still be done, however a project's files refer to each other.
struct Left {
    references: usize,
    services: usize,
    env_bytes: usize,
}

impl Left {
    fn new() -> Left {
        Left { references: limits::REFERENCES, services: limits::NODES, env_bytes: limits::ENV_BYTES }
    }

    fn is_spent(&self) -> bool {
        self.references == 0 || self.services == 0 || self.env_bytes == 0
    }
}

/// Takes one of what is left; false where nothing is.
fn spend(left: &mut usize) -> bool {
    *left = left.saturating_sub(1);
    *left > 0
}

struct Loader<'l> {
    input: &'l Input<'l>,
    out: &'l mut Output,
    parts: Vec<(At, String)>,
    scopes: HashMap<FileId, Scope>,
    merger: Merger,
    left: Left,
}

impl Loader<'_> {
    /// The services of one file, its extensions and inclusions applied. `trail` holds the files that
    /// led here by inclusion.
    fn file(&mut self, document: &Arc<Document>, scope: &Scope, trail: &mut Vec<FileId>) -> Stack {
        self.scopes.entry(document.id).or_insert_with(|| scope.clone());
        let trees = match document.trees() {
            Ok(trees) => trees,
            Err(_) if document.is_template() => {
                self.out.note(At::file(document.id), "a template of another language");
                return Stack::default();
            }
            Err(problem) => {
                self.out.problem(document, problem);
                return Stack::default();
            }
        };
        let mut all = Stack::default();
        for tree in trees {
            if !tree.is_map() && !tree.is_null() {
                self.out.gap(tree.at(), "no compose file: the top level is no map");
            }
            let included = self.included(tree, scope, trail);
            self.lay(&mut all, included);
            let own = self.own(tree, document, scope);
            self.lay(&mut all, own);
        }
        all
    }

    fn own(&mut self, tree: &Node, document: &Arc<Document>, scope: &Scope) -> Stack {
        let Some(services) = given(tree, "services") else { return Stack::default() };
        if !services.is_map() {
            self.out.gap(services.at(), "services are no map");
        }
        let mut all = Stack::default();
        for (name, node) in services.entries() {
            if !spend(&mut self.left.services) {
                break;
            }
            if !node.is_map() && !node.is_null() && !is_reset(node) {
                self.out.gap(node.at(), "a service that is no map");
                continue;
            }
            let (node, image_via) = self.extended(node, &name.text, document, scope, &mut Vec::new());
            all.add(Service { name: name.clone(), node, image_via });
        }
        all
    }

    /// Lays services over those that are there.
    fn lay(&mut self, stack: &mut Stack, over: Stack) {
        for service in over.services {
            match stack.index.get(&service.name.text).and_then(|i| stack.services.get_mut(*i)) {
                Some(below) => {
                    below.node = self.merger.service(&below.node, &service.node);
                    if given(&service.node, "image").is_some() {
                        below.image_via = service.image_via;
                    }
                }
                None => stack.add(service),
            }
        }
    }

    /// A service over the one that it extends, and through what its image came.
    fn extended(&mut self, node: &Node, name: &str, document: &Arc<Document>, scope: &Scope, trail: &mut Vec<(FileId, String)>) -> (Node, Vec<At>) {
        let alone = (node.clone(), Vec::new());
        let Some(extends) = given(node, "extends") else { return alone };
        let reference = extends.get("service").unwrap_or(extends);
        let at = reference.at();
        trail.push((document.id, name.to_owned()));
        let target = scope.variables.fill(reference).text();
        let (document, scope) = match given(extends, "file") {
            None => (document.clone(), scope.clone()),
            Some(file) => {
                let Some(document) = self.follow(file, scope) else { return alone };
                let scope = Scope { folder: folder(&document.path).to_owned(), variables: scope.variables.clone() };
                self.scopes.entry(document.id).or_insert_with(|| scope.clone());
                (document, scope)
            }
        };
        if !spend(&mut self.left.references) {
            return alone;
        }
        if trail.len() > limits::REFERENCE_DEPTH || trail.iter().any(|(file, name)| *file == document.id && *name == target) {
            self.out.gap(at, "extends itself, or too many others");
            return alone;
        }
        let trees = match document.trees() {
            Ok(trees) => trees,
            Err(problem) => {
                self.out.problem(&document, problem);
                return alone;
            }
        };
        let Some(base) = trees.iter().rev().find_map(|tree| tree.path(&["services", &target])) else {
            self.out.gap(at, "extends a service that does not exist");
            return alone;
        };
        let (base, mut via) = self.extended(base, &target, &document, &scope, trail);
        via.insert(0, at);
        let own_image = given(node, "image").is_some();
        (self.merger.service(&base, node), if own_image { Vec::new() } else { via })
    }

    /// What a file includes, at the bottom of it.
    fn included(&mut self, tree: &Node, scope: &Scope, trail: &mut Vec<FileId>) -> Stack {
        if let Some(stated) = given(tree, "include").filter(|include| !matches!(include.value(), Value::List(_))) {
            self.out.gap(stated.at(), "inclusions are no list");
        }
        let mut all = Stack::default();
        for item in given(tree, "include").map(Node::items).unwrap_or_default() {
            let mut paths = item.get("path").unwrap_or(item).one_or_many();
            paths.retain(|_| spend(&mut self.left.references));
            let documents: Vec<(At, Arc<Document>)> = paths.iter().filter_map(|path| Some((path.at(), self.follow(path, scope)?))).collect();
            let Some((_, first)) = documents.first() else { continue };
            let inside = self.inclusion(item, first, scope);
            let mut services = Stack::default();
            for (at, document) in &documents {
                if trail.contains(&document.id) || trail.len() > limits::REFERENCE_DEPTH {
                    self.out.gap(*at, "includes itself, or too many others");
                    continue;
                }
                trail.push(document.id);
                let mut file = self.file(document, &inside, trail);
                trail.pop();
                file.services.iter_mut().for_each(|service| service.image_via.insert(0, *at));
                self.lay(&mut services, file);
            }
            self.lay(&mut all, services);
        }
        all
    }

    /// The scope of an inclusion: its project's folder and, behind the variables of those who
    /// include it, its env files'.
    fn inclusion(&mut self, item: &Node, first: &Document, scope: &Scope) -> Scope {
        let stated = given(item, "project_directory").and_then(|stated| scope.path(stated));
        let folder = stated.unwrap_or_else(|| folder(&first.path).to_owned());
        let mut variables = Variables::inside(&scope.variables);
        match given(item, "env_file") {
            None => {
                self.add_own_env_file(&mut variables, &folder);
            }
            Some(files) => {
                for file in files.one_or_many() {
                    if !scope.path(file).is_some_and(|path| self.add_env_file(&mut variables, &path)) {
                        self.out.note(file.at(), "an env file that is not here");
                    }
                }
            }
        }
        Scope { folder, variables: Rc::new(variables) }
    }

    /// The document that a path leads to.
    fn follow(&mut self, path: &Node, scope: &Scope) -> Option<Arc<Document>> {
        if is_remote(&scope.variables.fill(path).text()) {
            self.out.gap(path.at(), "a compose file that lies elsewhere");
            return None;
        }
        match scope.path(path).ok_or(Unreadable::Outside).and_then(|path| self.input.documents.open(&path)) {
            Ok(document) => {
                let part = document.path.to_string();
                let own = self.input.document.id == document.id || self.input.layers.iter().any(|layer| layer.id == document.id);
                if !own && !self.parts.iter().any(|(_, known)| *known == part) {
                    self.parts.push((path.at(), part));
                }
                Some(document)
            }
            Err(reason) => {
                self.out.gap(path.at(), reason.phrase());
                None
            }
        }
    }

    /// Reads the env file of a project. Where none is committed, the template is what it is copied from.
    fn add_own_env_file(&mut self, variables: &mut Variables, folder: &str) {
        if self.add_env_file(variables, &join(folder, ".env")) || self.input.documents.exists(&join(folder, ".env")) {
            return;
        }
        let templates = &self.input.catalog.names.compose.templates;
        if let Some(path) = templates.iter().map(|name| join(folder, name)).find(|path| self.input.documents.exists(path)) {
            self.add_env_file(variables, &path);
        }
    }

    /// Reads an env file, if it is there.
    fn add_env_file(&mut self, variables: &mut Variables, path: &str) -> bool {
        let file = self.input.documents.exists(path).then(|| self.input.documents.open(path).ok()).flatten();
        file.is_some_and(|file| variables.add_file(&file, &mut self.left.env_bytes))
    }
}
