//! What manifests list of the packages that something installs by their names. They are asked for one
//! package at a time: nothing else of them is handed over.
//! Sources: npm's documentation of package.json; PEP 508, PEP 621, PEP 735, Poetry's and uv's documentation
//! of pyproject.toml; Pipenv's of Pipfile; Go Modules Reference, "require directive"; Bundler's of Gemfile.

use super::Input;
use super::declared::{self, Text};
use super::gemfile::literals;
use crate::files::{Document, file_name, folder, resolve};
use crate::model::{Spec, Syntax};
use crate::syntax::{At, Node};

/// How many manifests of other folders are shown.
const ELSEWHERE: usize = 6;

/// Tables of names and versions.
const TABLES: &[&[&str]] = &[
    &["dependencies"],
    &["devDependencies"],
    &["optionalDependencies"],
    &["packages"],
    &["dev-packages"],
    &["tool", "poetry", "dependencies"],
    &["tool", "poetry", "dev-dependencies"],
];

/// Lists of requirements, or tables of such lists.
const LISTS: &[&[&str]] = &[&["project", "dependencies"], &["project", "optional-dependencies"], &["dependency-groups"], &["tool", "uv", "dev-dependencies"]];

/// What a manifest lists.
pub(super) struct Listed {
    /// The folder of the manifest.
    pub(super) folder: String,
    /// The package, as it stands there.
    pub(super) name: String,
    /// What the manifest admits.
    pub(super) version: String,
    /// Where that stands.
    pub(super) at: At,
}

/// A folder and those above it.
pub(super) fn above(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |at| (!at.is_empty()).then(|| self::folder(at)))
}

/// What the nearest manifest of these names lists of a package, seen from a folder; else what any other
/// one lists.
pub(super) fn listed(input: &Input<'_>, names: &[String], from: &str, package: &str) -> Vec<Listed> {
    let documents = input.documents;
    let open = |path: &str| {
        let document = documents.exists(path).then(|| documents.open(path).ok())??;
        let (name, version, at) =
            find(&document, package).filter(|(_, version, _)| Spec::parse(version, Syntax::Prefix).is_some_and(|spec| !spec.is_floating()))?;
        Some(Listed { folder: folder(path).to_owned(), name, version, at })
    };
    let near = above(from).flat_map(|folder| names.iter().filter_map(move |name| resolve(folder, name)));
    if let Some(nearest) = near.into_iter().find_map(|path| open(&path)) {
        return vec![nearest];
    }
    let others = documents.named(names).into_iter().filter(|path| !input.catalog.names.is_material(path));
    others.filter_map(open).take(ELSEWHERE).collect()
}

/// A package in a manifest: its name, what is admitted, and where that stands.
fn find(document: &Document, package: &str) -> Option<(String, String, At)> {
    match file_name(&document.path) {
        "go.mod" => module(document, package),
        "Gemfile" | "gems.rb" => gem(document, package),
        "package.json" => table(document.tree().ok()?, |name| name == package),
        _ => {
            let tree = document.tree().ok()?;
            table(tree, |name| is_same(name, package)).or_else(|| requirement(tree, package))
        }
    }
}

fn table(tree: &Node, is: impl Fn(&str) -> bool) -> Option<(String, String, At)> {
    let groups = tree.path(&["tool", "poetry", "group"]).map(Node::entries).unwrap_or_default();
    let tables = TABLES.iter().filter_map(|path| tree.path(path)).chain(groups.iter().filter_map(|(_, group)| group.get("dependencies")));
    let (key, node) = tables.flat_map(Node::entries).find(|(key, _)| is(&key.text))?;
    let node = node.get("version").unwrap_or(node);
    Some((key.text.to_string(), node.text()?.to_owned(), node.at()))
}

/// `django[bcrypt]>=5,<6; python_version > "3.9"`.
fn requirement(tree: &Node, package: &str) -> Option<(String, String, At)> {
    let lists = LISTS.iter().filter_map(|path| tree.path(path));
    let items = lists.flat_map(|list| list.items().iter().chain(list.entries().iter().flat_map(|(_, list)| list.items())));
    items.filter_map(Text::of).find_map(|item| {
        let end = item.text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(item.text.len());
        let name = item.text.get(..end).filter(|name| is_same(name, package))?;
        let rest = item.text.split(';').next()?.get(end..)?;
        let rest = if rest.starts_with('[') { rest.split_once(']')?.1 } else { rest };
        let version = rest.trim().trim_start_matches('(').trim_end_matches(')').trim();
        let version = item.from(item.text.find(version)?, version);
        (!version.text.is_empty()).then(|| (name.to_owned(), version.text.to_owned(), version.at))
    })
}

/// Python's names: case and separators do not count.
fn is_same(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.chars().map(|c| if matches!(c, '_' | '.') { '-' } else { c.to_ascii_lowercase() }).collect::<String>();
    plain(a) == plain(b)
}

/// The module that a package of Go's is in; those that others need alone do not count.
fn module(document: &Document, package: &str) -> Option<(String, String, At)> {
    let holds = |module: &str| package.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    declared::lines(At::file(document.id), document.text(), "//").find_map(|line| {
        let mut words = line.text.split_whitespace().filter(|word| *word != "require");
        let (module, version) = (words.next().filter(|module| holds(module))?, words.next()?);
        let indirect = document.line(line.at.line).is_some_and(|whole| whole.contains("// indirect"));
        let at = line.from(line.text.find(version)?, version).at;
        (version.starts_with('v') && words.next().is_none() && !indirect).then(|| (module.to_owned(), version.to_owned(), at))
    })
}

/// `gem "rails", "~> 8.0"`.
fn gem(document: &Document, package: &str) -> Option<(String, String, At)> {
    declared::lines(At::file(document.id), document.text(), "#").filter(|line| line.text.starts_with("gem ") || line.text.starts_with("gem(")).find_map(
        |line| {
            let literals = literals(line);
            let (name, version) = (literals.first().filter(|name| name.text == package)?, literals.get(1)?);
            version.text.starts_with(|c: char| c.is_ascii_digit() || "~<>=".contains(c)).then(|| (name.text.to_owned(), version.text.to_owned(), version.at))
        },
    )
}
