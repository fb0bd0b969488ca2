//! The version that a set-up action takes from a file (`node-version-file`, `go-version-file`, …).
//! Sources: the READMEs of the `actions/setup-*` actions.

use crate::catalog::{Catalog, Runtime};
use crate::files::{Document, file_name};
use crate::syntax::{At, Node, Problem, clamp};

/// The version of a runtime in a file; none where the file has none.
///
/// # Errors
/// The problem that kept the file from being parsed.
pub(super) fn version(document: &Document, runtime: &Runtime, catalog: &Catalog) -> Result<Option<(String, At)>, Problem> {
    let is_it = |name: &str| catalog.runtime(name).is_some_and(|found| found.name == runtime.name);
    let name = file_name(&document.path);
    Ok(match name {
        "package.json" => package(document.tree()?, &is_it, runtime.class == "language"),
        "uv.toml" => at_path(document.tree()?, &[&["required-version"]]),
        "pyproject.toml" if runtime.class == "package-manager" => at_path(document.tree()?, &[&["tool", &runtime.name, "required-version"]]),
        "pyproject.toml" => at_path(document.tree()?, &[&["project", "requires-python"], &["tool", "poetry", "dependencies", "python"]]),
        "Pipfile" => at_path(document.tree()?, &[&["requires", "python_full_version"], &["requires", "python_version"]]),
        "global.json" => at_path(document.tree()?, &[&["sdk", "version"]]),
        "rust-toolchain.toml" => at_path(document.tree()?, &[&["toolchain", "channel"]]),
        "mise.toml" | ".mise.toml" => {
            let tools = document.tree()?.get("tools").map(Node::entries).unwrap_or_default();
            let tool = tools.iter().find(|(key, _)| is_it(&key.text)).map(|(_, value)| value.get("version").unwrap_or(value));
            tool.and_then(|value| scalar(value.one_or_many().first()?))
        }
        "go.mod" | "go.work" => line(document, "toolchain").or_else(|| line(document, "go")).map(|(text, at)| match text.strip_prefix("go") {
            Some(bare) => (bare.to_owned(), at.part(2, at.width.saturating_sub(2))),
            None => (text, at),
        }),
        ".tool-versions" => words(document)
            .find(|(words, _)| words.first().is_some_and(|(word, _)| is_it(word)))
            .and_then(|(words, number)| token(document, number, words.get(1)?)),
        ".sdkmanrc" => words(document).find_map(|(words, number)| {
            let (word, column) = words.first()?;
            let (tool, version) = word.split_once('=')?;
            is_it(tool).then(|| token(document, number, &(version, column + tool.chars().count() + 1)))?
        }),
        _ => words(document).find_map(|(words, number)| token(document, number, words.first()?)),
    })
}

/// setup-node's order: `volta`, `devEngines`, `engines`; a package manager's own field before them,
/// and only languages are looked up in engines.
fn package(tree: &Node, is_it: &dyn Fn(&str) -> bool, language: bool) -> Option<(String, At)> {
    let manager = tree.get("packageManager").and_then(|node| {
        let (name, version) = node.text()?.split_once('@')?;
        let version = version.split('+').next()?;
        is_it(name).then(|| (version.to_owned(), node.at().part(clamp(name.chars().count() + 1), clamp(version.chars().count()))))
    });
    let keyed = |table: &str| tree.get(table)?.entries().iter().find(|(key, _)| is_it(&key.text)).and_then(|(_, value)| scalar(value));
    let engine = || {
        let slots = ["runtime", "packageManager"].iter().filter_map(|slot| tree.path(&["devEngines", slot]));
        let mut entries = slots.flat_map(|slot| if slot.is_map() { std::slice::from_ref(slot) } else { slot.items() });
        entries.find(|entry| entry.text_of("name").is_some_and(is_it)).and_then(|entry| scalar(entry.get("version")?))
    };
    manager.or_else(|| keyed("volta")).or_else(engine).or_else(|| keyed("engines").filter(|_| language))
}

fn at_path(tree: &Node, paths: &[&[&str]]) -> Option<(String, At)> {
    paths.iter().find_map(|path| scalar(tree.path(path)?))
}

fn scalar(node: &Node) -> Option<(String, At)> {
    Some((node.text()?.to_owned(), node.at()))
}

/// The word behind a directive that starts a line.
fn line(document: &Document, directive: &str) -> Option<(String, At)> {
    words(document)
        .find(|(words, _)| words.first().is_some_and(|(word, _)| *word == directive))
        .and_then(|(words, number)| token(document, number, words.get(1)?))
}

fn token(document: &Document, line: u32, (word, column): &(&str, usize)) -> Option<(String, At)> {
    Some(((*word).to_owned(), At { file: document.id, line, column: clamp(*column), width: clamp(word.chars().count()) }))
}

/// The words of every line that is no comment, with their columns, and the line's number.
fn words(document: &Document) -> impl Iterator<Item = (Vec<(&str, usize)>, u32)> {
    document.text().lines().enumerate().filter_map(|(number, line)| {
        let body = line.split('#').next().unwrap_or("");
        let body = body.split("//").next().unwrap_or("");
        let (mut words, mut column) = (Vec::new(), 1);
        for piece in body.split_inclusive(char::is_whitespace) {
            let word = piece.trim_end();
            if !word.is_empty() {
                words.push((word, column));
            }
            column += piece.chars().count();
        }
        (!words.is_empty()).then(|| (words, clamp(number + 1)))
    })
}
