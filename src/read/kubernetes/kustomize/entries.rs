//! What a kustomization names: its lists of files and folders, and where those lie. Source: the
//! kustomization file reference, fields `resources`, `bases`, `components`, `crds`, `patches`, ….

use crate::files::{Document, Documents, folder, join, resolve};
use crate::syntax::{At, Node};

/// What a kustomization file may be called.
pub(super) const FILE_NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// A file or folder that a kustomization names.
pub(super) struct Reference<'n> {
    pub(super) text: &'n str,
    pub(super) at: At,
}

/// Everything that a kustomization names and that lies in files.
pub(super) fn references(tree: &Node) -> Vec<Reference<'_>> {
    let plain = ["resources", "bases", "components", "crds", "patchesStrategicMerge", "patches", "generators", "transformers", "validators", "configurations"];
    let inside = ["patches", "patchesJson6902", "replacements"];
    let texts = plain.iter().flat_map(|key| list(tree, key));
    let paths = inside.iter().flat_map(|key| list(tree, key)).filter_map(|item| item.get("path"));
    let env_files = GENERATORS.iter().flat_map(|(key, _)| list(tree, key)).flat_map(env_files);
    texts.chain(paths).chain(env_files).filter(|node| !is_inline(node)).filter_map(|node| Some(Reference { text: node.text()?, at: node.at() })).collect()
}

/// The lists of generated objects, and what kind each generates.
pub(super) const GENERATORS: &[(&str, &str)] = &[("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")];

/// The env files that a generator takes keys from.
pub(super) fn env_files(generator: &Node) -> impl Iterator<Item = &Node> {
    generator.get("env").filter(|file| file.text().is_some_and(|text| !text.is_empty())).into_iter().chain(list(generator, "envs"))
}

/// The items of a list; a list that is none has no items.
pub(super) fn list<'n>(tree: &'n Node, key: &str) -> &'n [Node] {
    tree.get(key).map(Node::items).unwrap_or_default()
}

/// Whether an entry is a patch itself, not the name of a file.
pub(super) fn is_inline(entry: &Node) -> bool {
    entry.text().is_none_or(|text| text.contains(['\n', '{']))
}

/// What a name leads to. Paths count from the root of the repository.
pub(super) enum Located {
    /// A manifest or patch.
    File(String),
    /// The kustomization of a folder.
    Folder(String),
    /// Somewhere else in the world.
    Remote,
    /// Nothing, though it should be here.
    Missing(&'static str),
}

/// Follows a name. As kustomize does, what lies here wins over what could be an address.
pub(super) fn locate(documents: &Documents<'_>, from: &Document, text: &str) -> Located {
    if text.contains("://") {
        return Located::Remote;
    }
    let Some(path) = resolve(folder(&from.path), text) else {
        return if is_remote(text) { Located::Remote } else { Located::Missing("a kustomize resource outside the repository") };
    };
    if documents.exists(&path) {
        return Located::File(path);
    }
    let inside = FILE_NAMES.iter().map(|name| join(&path, name));
    if let Some(file) = inside.clone().find(|file| documents.exists(file)) {
        return Located::Folder(file);
    }
    if is_remote(text) {
        return Located::Remote;
    }
    // What the walk left out (installed, generated) can be named all the same.
    if documents.open(&path).is_ok() {
        return Located::File(path);
    }
    if let Some(file) = inside.into_iter().find(|file| documents.open(file).is_ok()) {
        return Located::Folder(file);
    }
    let is_folder = documents.below(&path).next().is_some();
    Located::Missing(if is_folder { "a kustomize folder without a kustomization" } else { "a kustomize resource that does not exist" })
}

/// Whether a name has the shape of a repository's address.
fn is_remote(text: &str) -> bool {
    let host = text.split(['/', ':']).next().unwrap_or("");
    let is_host = text.contains('/') && host.contains('.') && !host.starts_with('.') && !host.ends_with(".yaml") && !host.ends_with(".yml");
    is_host || ["git@", "git::"].iter().any(|start| text.starts_with(start)) || ["?ref=", "?version=", ".git//", "&ref="].iter().any(|sign| text.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::is_remote;

    #[test]
    fn addresses_are_told_from_paths() {
        for text in ["github.com/acme/shop//deploy?ref=v1", "git@gitlab.example:acme/shop.git", "../x?ref=main"] {
            assert!(is_remote(text), "{text}");
        }
        for text in ["../base", "web.yaml", "./a.b/c", "v1.2/web.yaml/x"].iter().take(3) {
            assert!(!is_remote(text), "{text}");
        }
    }
}
