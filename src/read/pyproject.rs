//! Python's manifests: `pyproject.toml` (PEP 621 `requires-python`, Poetry's `dependencies.python`, uv's
//! `required-version`) and `Pipfile` (Pipenv `[requires]`).

use super::declared::{self, Text};
use super::{Claim, Format, Home, Input, Output, never, no_links};
use crate::files::file_name;
use crate::model::Syntax;

/// Python's manifests.
pub(super) static FORMAT: Format = Format { name: "pyproject", claims, sniff: never, scan: None, home: Home::Contract, links: no_links, read };

/// Where a manifest declares the version of which runtime.
const PLACES: &[(&[&str], &str)] = &[
    (&["project", "requires-python"], "python"),
    (&["tool", "poetry", "dependencies", "python"], "python"),
    (&["tool", "poetry", "requires-poetry"], "poetry"),
    (&["tool", "uv", "required-version"], "uv"),
    (&["requires", "python_version"], "python"),
    (&["requires", "python_full_version"], "python"),
];

fn claims(path: &str) -> Claim {
    if matches!(file_name(path), "pyproject.toml" | "Pipfile") { Claim::Yes } else { Claim::No }
}

fn read(input: &Input<'_>, out: &mut Output) {
    let Some(tree) = declared::tree(input, out) else { return };
    for (path, name) in PLACES {
        let Some(node) = tree.path(path) else { continue };
        // Poetry also takes `python = { version = "^3.12" }`.
        let version = Text::of(node.get("version").unwrap_or(node));
        if let (Some(version), Some(runtime)) = (version, input.catalog.runtime(name)) {
            declared::runtime(input, out, runtime, version, Syntax::Prefix);
        }
    }
}
