//! Puts a configuration together from the files that it includes: what includes goes before what is
//! included, maps are merged, everything else is replaced. Source: GitLab Docs, `include`.

use super::tree::{Overlay, overlay};
use crate::files::{Document, resolve};
use crate::limits;
use crate::read::ci::Teller;
use crate::read::{Link, Target};
use crate::syntax::{At, Node, Value};

/// The configuration that a document is, with all that it includes; none where it cannot be read.
pub(super) fn load(document: &Document, tell: &mut Teller<'_>) -> Option<Node> {
    let mut loader = Loader { tell, stack: Vec::new(), overlay: Overlay::default() };
    let whole = loader.document(document);
    if loader.overlay.is_cut() {
        loader.tell.out.gap(At::file(document.id), "too many merged entries");
    }
    whole
}

struct Loader<'l, 't> {
    tell: &'l mut Teller<'t>,
    /// The files that are being included, outermost first.
    stack: Vec<String>,
    overlay: Overlay,
}

impl Loader<'_, '_> {
    fn document(&mut self, document: &Document) -> Option<Node> {
        let trees = match document.trees() {
            Ok(trees) => trees,
            Err(problem) => {
                self.tell.out.problem(document, problem);
                return None;
            }
        };
        // A header of inputs stands in a document of its own.
        let tree = trees.iter().find(|tree| tree.get("spec").is_none()).filter(|tree| tree.is_map());
        let Some(tree) = tree else {
            if !trees.iter().all(Node::is_null) {
                self.tell.out.gap(At::file(document.id), "a GitLab configuration without jobs");
            }
            return None;
        };
        self.stack.push(document.path.to_string());
        let mut whole = Node::new(Value::Map(Vec::new()), tree.at());
        for include in tree.get("include").map(many).unwrap_or_default() {
            for included in self.included(include) {
                whole = overlay(&whole, &included, &mut self.overlay);
            }
        }
        self.stack.pop();
        Some(overlay(&whole, tree, &mut self.overlay))
    }

    /// The files of the repository that an entry names.
    fn included(&mut self, include: &Node) -> Vec<Node> {
        let node = if include.text().is_some() { Some(include) } else { include.get("local") };
        let Some((node, text)) = node.and_then(|node| Some((node, node.text()?))) else {
            // `project`, `remote`, `template`, `component`.
            self.tell.out.note(include.at(), "an include from elsewhere");
            return Vec::new();
        };
        if text.contains("://") || text.contains('$') {
            self.tell.out.note(node.at(), "an include from elsewhere");
            return Vec::new();
        }
        let Some(path) = resolve("", text.trim_start_matches('/')) else { return Vec::new() };
        if text.contains('*') {
            return self.matching(&path).into_iter().filter_map(|path| self.file(&path, node.at())).collect();
        }
        if !self.tell.input.documents.exists(&path) {
            self.tell.out.missing(node.at(), "an included file that does not exist");
        }
        self.file(&path, node.at()).into_iter().collect()
    }

    /// The files that a pattern means.
    fn matching(&self, pattern: &str) -> Vec<String> {
        let Ok(glob) = globset::GlobBuilder::new(pattern).literal_separator(true).build() else { return Vec::new() };
        let matcher = glob.compile_matcher();
        let plain = pattern.split('*').next().unwrap_or("");
        let folder = plain.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut paths: Vec<String> =
            self.tell.input.documents.below(folder).filter(|path| crate::files::is_yaml(path) && matcher.is_match(path)).map(str::to_owned).collect();
        paths.sort_unstable();
        paths
    }

    fn file(&mut self, path: &str, at: At) -> Option<Node> {
        if self.stack.iter().any(|open| open == path) || self.stack.len() >= limits::REFERENCE_DEPTH || !self.tell.count(at) {
            return None;
        }
        let document = self.tell.input.documents.open(path).ok()?;
        self.tell.links.push(Link { environment: None, at, to: Target::Part { path: path.to_owned() } });
        self.document(&document)
    }
}

/// One entry, or each of a list.
pub(super) fn many(node: &Node) -> Vec<&Node> {
    match node.value() {
        Value::List(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        _ => vec![node],
    }
}
