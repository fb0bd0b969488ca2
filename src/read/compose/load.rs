//! From files to the services of a project (Compose Specification, "Merge", "Include", "Extends"):
//! each file's `extends` first, then what it includes below it, then the file over those before it.
//! A file that cannot be followed is a gap; nothing here is interpolated but paths and names.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::filled::Filled;
use super::forms::{given, is_reset};
use super::merge::Merger;
use super::variables::Variables;
use crate::files::{Document, Unreadable, folder, resolve};
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

/// What the paths and variables of a file are resolved with.
#[derive(Clone)]
pub(super) struct Scope {
    /// The folder that relative paths count from.
    pub(super) folder: String,
    pub(super) variables: Rc<Variables>,
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
    let mut variables = Variables::passed(input.variables);
    add_env_file(input, &mut variables, &folder, ".env");
    let root = Scope { folder, variables: Rc::new(variables) };
    let project = Project { services: Vec::new(), parts: Vec::new(), root: root.clone(), scopes: HashMap::new() };
    let mut loader = Loader { input, out, project, merger: Merger::new(), left: limits::REFERENCES };
    let mut services = Vec::new();
    for document in std::iter::once(&input.document).chain(&input.layers) {
        let file = loader.file(document, &root, &mut vec![document.id]);
        loader.lay(&mut services, file);
    }
    if loader.merger.is_spent() {
        loader.out.gap(At::file(input.document.id), "too large to be merged");
    }
    services.retain(|service| !is_reset(&service.node));
    Project { services, ..loader.project }
}

fn add_env_file(input: &Input<'_>, variables: &mut Variables, folder: &str, reference: &str) -> bool {
    let file = resolve(folder, reference).filter(|path| input.documents.exists(path)).and_then(|path| input.documents.open(&path).ok());
    file.is_some_and(|file| {
        variables.add_file(&file);
        true
    })
}

struct Loader<'l> {
    input: &'l Input<'l>,
    out: &'l mut Output,
    project: Project,
    merger: Merger,
    /// How many references may still be followed.
    left: usize,
}

impl Loader<'_> {
    /// The services of one file, its extensions and inclusions applied. `trail` holds the files that
    /// led here by inclusion.
    fn file(&mut self, document: &Arc<Document>, scope: &Scope, trail: &mut Vec<FileId>) -> Vec<Service> {
        self.project.scopes.entry(document.id).or_insert_with(|| scope.clone());
        let trees = match document.trees() {
            Ok(trees) => trees,
            Err(_) if document.is_template() => {
                self.out.note(At::file(document.id), "a template of another language");
                return Vec::new();
            }
            Err(problem) => {
                self.out.problem(document, problem);
                return Vec::new();
            }
        };
        let mut all = Vec::new();
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

    fn own(&mut self, tree: &Node, document: &Arc<Document>, scope: &Scope) -> Vec<Service> {
        let Some(services) = given(tree, "services") else { return Vec::new() };
        if !services.is_map() {
            self.out.gap(services.at(), "services are no map");
        }
        let mut all = Vec::new();
        for (name, node) in services.entries() {
            if !node.is_map() && !node.is_null() && !is_reset(node) {
                self.out.gap(node.at(), "a service that is no map");
                continue;
            }
            let (node, image_via) = self.extended(node, &name.text, document, scope, &mut Vec::new());
            all.push(Service { name: name.clone(), node, image_via });
        }
        all
    }

    /// Lays services over those that are there.
    fn lay(&mut self, services: &mut Vec<Service>, over: Vec<Service>) {
        let mut known: HashMap<Arc<str>, usize> = services.iter().enumerate().map(|(i, service)| (service.name.text.clone(), i)).collect();
        for service in over {
            match known.get(&service.name.text).and_then(|i| services.get_mut(*i)) {
                Some(below) => {
                    below.node = self.merger.service(&below.node, &service.node);
                    if given(&service.node, "image").is_some() {
                        below.image_via = service.image_via;
                    }
                }
                None => {
                    known.insert(service.name.text.clone(), services.len());
                    services.push(service);
                }
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
                self.project.scopes.entry(document.id).or_insert_with(|| scope.clone());
                (document, scope)
            }
        };
        if trail.len() > limits::REFERENCE_DEPTH || !self.allowed() || trail.iter().any(|(file, name)| *file == document.id && *name == target) {
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
    fn included(&mut self, tree: &Node, scope: &Scope, trail: &mut Vec<FileId>) -> Vec<Service> {
        if let Some(stated) = given(tree, "include").filter(|include| !matches!(include.value(), Value::List(_))) {
            self.out.gap(stated.at(), "inclusions are no list");
        }
        let mut all = Vec::new();
        for item in given(tree, "include").map(Node::items).unwrap_or_default() {
            let paths = item.get("path").unwrap_or(item).one_or_many();
            let documents: Vec<(At, Arc<Document>)> = paths.iter().filter_map(|path| Some((path.at(), self.follow(path, scope)?))).collect();
            let Some((_, first)) = documents.first() else { continue };
            let inside = self.inclusion(item, first, scope);
            let mut services = Vec::new();
            for (at, document) in &documents {
                if trail.contains(&document.id) || trail.len() > limits::REFERENCE_DEPTH || !self.allowed() {
                    self.out.gap(*at, "includes itself, or too many others");
                    continue;
                }
                trail.push(document.id);
                let mut file = self.file(document, &inside, trail);
                trail.pop();
                file.iter_mut().for_each(|service| service.image_via.insert(0, *at));
                self.lay(&mut services, file);
            }
            self.lay(&mut all, services);
        }
        all
    }

    /// The scope of an inclusion: its project's folder and, behind the variables of those who
    /// include it, its env files'.
    fn inclusion(&mut self, item: &Node, first: &Document, scope: &Scope) -> Scope {
        let stated = given(item, "project_directory").map(|folder| scope.variables.fill(folder).text());
        let folder = stated.and_then(|stated| resolve(&scope.folder, &stated)).unwrap_or_else(|| folder(&first.path).to_owned());
        let mut variables = Variables::clone(&scope.variables);
        match given(item, "env_file") {
            None => {
                add_env_file(self.input, &mut variables, &folder, ".env");
            }
            Some(files) => {
                for file in files.one_or_many() {
                    if !add_env_file(self.input, &mut variables, &scope.folder, &scope.variables.fill(file).text()) {
                        self.out.note(file.at(), "an env file that is not here");
                    }
                }
            }
        }
        Scope { folder, variables: Rc::new(variables) }
    }

    /// The document that a path leads to.
    fn follow(&mut self, path: &Node, scope: &Scope) -> Option<Arc<Document>> {
        let reference = scope.variables.fill(path).text();
        if is_remote(&reference) {
            self.out.gap(path.at(), "a compose file that lies elsewhere");
            return None;
        }
        let resolved = resolve(&scope.folder, &reference).filter(|_| !reference.starts_with('/')).ok_or(Unreadable::Outside);
        match resolved.and_then(|resolved| self.input.documents.open(&resolved)) {
            Ok(document) => {
                let part = document.path.to_string();
                let own = self.input.document.id == document.id || self.input.layers.iter().any(|layer| layer.id == document.id);
                if !own && !self.project.parts.iter().any(|(_, known)| *known == part) {
                    self.project.parts.push((path.at(), part));
                }
                Some(document)
            }
            Err(reason) => {
                self.out.gap(path.at(), reason.phrase());
                None
            }
        }
    }

    fn allowed(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }
}

/// Whether a path or context is an address: a URL, or the short form of one that git knows.
pub(super) fn is_remote(reference: &str) -> bool {
    reference.contains("://") || reference.starts_with("git@") || reference.starts_with("github.com/") || reference.starts_with("oci:")
}
