//! Who loads an env file: told from the manifests of its component, which name the library that does
//! so, and from the stacks, make files and shells beside it that name the file.

use std::collections::HashSet;

use super::names::loaded_as;
use crate::files::{file_name, folder, join};
use crate::read::{Claim, Input, compose};
use crate::syntax::dotenv::Dialect;

/// What a manifest says when something loads env files; of one manifest the first row that fits.
const LIBRARIES: &[(&[&str], &[&str], Dialect)] = &[
    (&["package.json"], &["dotenv-expand", "@dotenvx/", "\"next\"", "\"nuxt\"", "\"vite\"", "react-scripts", "@sveltejs/kit", "\"astro\""], Dialect::Expand),
    (&["package.json"], &["\"dotenv", "env-cmd", "@nestjs/config", "node --env-file", "tsx --env-file"], Dialect::Node),
    (
        &["pyproject.toml", "Pipfile", "requirements.txt", "requirements.in", "setup.py"],
        &["python-dotenv", "python_dotenv", "pydantic-settings", "pydantic_settings", "environs"],
        Dialect::Python,
    ),
    (&["Gemfile"], &["dotenv"], Dialect::Ruby),
    (&["Cargo.toml"], &["dotenvy", "dotenv"], Dialect::Rust),
];

/// Files in which somebody writes `docker run --env-file`.
const RECIPES: &[&str] = &["Makefile", "justfile", "package.json"];

/// The names that Compose looks for by itself.
const STACKS: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// Who loads one env file.
pub(super) struct Loaders {
    dialects: Vec<Dialect>,
    /// What stacks fill themselves in with, to whom no more of the file matters.
    used: HashSet<String>,
}

impl Loaders {
    pub(super) fn of(input: &Input<'_>) -> Loaders {
        let path = &*input.document.path;
        let name = loaded_as(path);
        let mut loaders = Loaders { dialects: Vec::new(), used: HashSet::new() };
        if file_name(path) == ".envrc" {
            loaders.dialects.push(Dialect::Shell);
            return loaders;
        }
        loaders.stacks(input, &name);
        let own = folder(path);
        let root = input.components.of(path);
        let open = |folder: &str, name: &str| input.documents.exists(&join(folder, name)).then(|| input.documents.open(&join(folder, name)).ok()).flatten();
        for (index, (manifests, words, dialect)) in LIBRARIES.iter().enumerate() {
            let earlier = LIBRARIES.iter().take(index).any(|(other, _, dialect)| other == manifests && loaders.dialects.contains(dialect));
            let says = |manifest: &&str| open(root, manifest).is_some_and(|document| words.iter().any(|word| document.text().contains(word)));
            if !earlier && manifests.iter().any(says) {
                loaders.add(*dialect);
            }
        }
        if file_name(path).starts_with(".dev.vars") {
            loaders.add(Dialect::Node);
        }
        let below = |folder: &str| path.strip_prefix(folder).map_or("", |rest| rest.trim_start_matches('/')).to_owned();
        for at in [own, root] {
            let relative = join(folder(&below(at)), &name);
            let runs = |line: &str| line.contains("docker run") && line.contains("--env-file") && names(line, &relative);
            if RECIPES.iter().filter_map(|recipe| open(at, recipe)).any(|document| document.text().lines().any(runs)) {
                loaders.add(Dialect::Docker);
            }
        }
        if open(own, ".envrc")
            .is_some_and(|document| document.text().lines().any(|line| line.trim_start().starts_with("dotenv") && (name == ".env" || names(line, &name))))
        {
            loaders.add(Dialect::Direnv);
        }
        loaders
    }

    fn add(&mut self, dialect: Dialect) {
        if !self.dialects.contains(&dialect) {
            self.dialects.push(dialect);
        }
    }

    /// The stacks beside the file, and those above it that are started by default.
    fn stacks(&mut self, input: &Input<'_>, name: &str) {
        let own = folder(&input.document.path);
        let beside = input.documents.inside(own).filter(|path| (compose::FORMAT.claims)(path) == Claim::Yes);
        let above = std::iter::successors(Some(own), |at| (!at.is_empty()).then(|| folder(at))).skip(1);
        let above = above.flat_map(|at| STACKS.iter().map(move |stack| join(at, stack))).filter(|path| input.documents.exists(path));
        for path in beside.map(str::to_owned).chain(above) {
            let Ok(document) = input.documents.open(&path) else { continue };
            let at = folder(&path);
            let inside = own.strip_prefix(at).unwrap_or(own).trim_start_matches('/');
            if document.text().contains("env_file") && names(document.text(), &join(inside, name)) {
                self.add(Dialect::Compose);
            } else if at == own && name == ".env" {
                self.used.extend(used(document.text()));
            }
        }
    }

    /// Those to whom a key of the file matters.
    pub(super) fn of_key(&self, key: &str) -> Vec<Dialect> {
        let mut dialects = self.dialects.clone();
        if !dialects.contains(&Dialect::Compose) && self.used.contains(key) {
            dialects.insert(0, Dialect::Compose);
        }
        dialects
    }
}

/// The variables that a text is filled in with.
fn used(text: &str) -> impl Iterator<Item = String> {
    text.split('$').skip(1).filter_map(|behind| {
        let name = behind.strip_prefix('{').unwrap_or(behind);
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
        name.get(..end).filter(|name| !name.is_empty()).map(str::to_owned)
    })
}

/// Whether a text names a file by this path.
fn names(text: &str, path: &str) -> bool {
    let part_of_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '_');
    text.match_indices(path).any(|(i, _)| {
        let before = text.get(..i).unwrap_or("");
        let before = before.strip_suffix("./").unwrap_or(before);
        let after = text.get(i + path.len()..).unwrap_or("");
        !before.ends_with(part_of_path) && !after.starts_with(part_of_path)
    })
}

/// Who is asked about a line that looks like no assignment at all, where too few are known.
pub(super) const USUAL: &[Dialect] = &[Dialect::Compose, Dialect::Docker, Dialect::Node, Dialect::Python];
