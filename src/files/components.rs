//! The parts of a repository that are built or run by themselves, told from the manifests that stand
//! in their folders. Nothing is opened for it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Listing, file_name, folder};
use crate::catalog::Names;
use crate::model::key::letters;

/// Files whose folder is a component.
const MANIFESTS: &[&str] = &[
    "package.json",
    "deno.json",
    "deno.jsonc",
    "pyproject.toml",
    "setup.py",
    "requirements.txt",
    "Pipfile",
    "manage.py",
    "Cargo.toml",
    "go.mod",
    "Gemfile",
    "composer.json",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "mix.exs",
    "project.clj",
];

/// The folders that are components; the root is always one.
#[derive(Debug, Default)]
pub struct Components {
    roots: BTreeSet<String>,
    /// By the last name of the folder, those that bear it.
    by_name: BTreeMap<String, Vec<String>>,
}

impl Components {
    /// The components of a view.
    pub fn of_listing(listing: &Listing, names: &Names) -> Components {
        let files = || listing.entries.iter().filter(|entry| entry.link.is_none()).map(|entry| (entry.path.as_str(), file_name(&entry.path)));
        let is_manifest = |name: &str| MANIFESTS.contains(&name) || name.ends_with(".csproj") || name.ends_with(".fsproj");
        let mut roots: BTreeSet<String> = files().filter(|(_, name)| is_manifest(name)).map(|(path, _)| folder(path).to_owned()).collect();
        roots.retain(|root| !names.is_material(&format!("{root}/x")));
        // A Dockerfile may as well stand apart from what it builds: its folder counts where nothing above
        // it is a component, or where components stand.
        let built = files().filter(|(_, name)| name.starts_with("Dockerfile") || name.ends_with(".Dockerfile")).map(|(path, _)| names.component(path));
        let above = |path: &str| std::iter::successors(Some(path), |at| (!at.is_empty()).then(|| folder(at))).any(|at| roots.contains(at));
        let workspace = |path: &str| names.folders.workspaces.iter().any(|name| name == file_name(folder(path)));
        let more: Vec<String> = built.filter(|path| (!above(path) || workspace(path)) && !names.is_material(&format!("{path}/x"))).map(str::to_owned).collect();
        roots.extend(more);
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for root in roots.iter().filter(|root| !root.is_empty()) {
            by_name.entry(letters(file_name(root))).or_default().push(root.clone());
        }
        Components { roots, by_name }
    }

    /// The folders of all components.
    pub fn roots(&self) -> impl Iterator<Item = &str> {
        let root = (!self.roots.contains("")).then_some("");
        root.into_iter().chain(self.roots.iter().map(String::as_str))
    }

    /// The component that a file belongs to: the nearest folder above it that is one.
    pub fn of<'p>(&self, path: &'p str) -> &'p str {
        self.of_folder(folder(path))
    }

    /// The component that a folder is or belongs to.
    pub fn of_folder<'p>(&self, path: &'p str) -> &'p str {
        let mut at = path;
        while !at.is_empty() && !self.roots.contains(at) {
            at = folder(at);
        }
        at
    }

    /// The one component whose folder bears this name (a workload's, an image's last name).
    pub fn named(&self, name: &str) -> Option<&str> {
        match self.by_name.get(&letters(name)).map(Vec::as_slice) {
            Some([one]) => Some(one),
            _ => None,
        }
    }
}
