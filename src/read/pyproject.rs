//! Python's manifests: `pyproject.toml` (PEP 621 `requires-python`, Poetry's `dependencies.python`, uv's
//! `required-version`, the variables that pytest-env sets) and `Pipfile` (Pipenv `[requires]`).

use super::declared::{self, Text};
use super::test_settings::{Style, give};
use super::traced::Placed;
use super::{Claim, Format, Home, Input, Links, Output, never};
use crate::files::file_name;
use crate::model::{Content, Environment, Form, Kind, Need, Reading, Stance, Syntax};
use crate::syntax::Node;
use crate::syntax::dotenv::is_name;

/// Python's manifests.
pub(super) static FORMAT: Format = Format { name: "pyproject", claims, sniff: never, scan: None, home: Home::Contract, links: Links::None, read };

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
    if file_name(&input.document.path) == "pyproject.toml" {
        super::tool_settings::shadowed(input, out);
    }
    for (path, name) in PLACES {
        let Some(node) = tree.path(path) else { continue };
        // Poetry also takes `python = { version = "^3.12" }`.
        let version = Text::of(node.get("version").unwrap_or(node));
        if let (Some(version), Some(runtime)) = (version, input.catalog.runtime(name)) {
            declared::runtime(input, out, runtime, version, Syntax::Prefix);
        }
    }
    // What tests are given is nobody else's, though the file is everybody's.
    for node in tree.path(&["tool", "pytest", "ini_options", "env"]).map(Node::one_or_many).unwrap_or_default() {
        let Some(text) = Placed::scalar(node, input.documents) else { continue };
        let mut end = 0;
        for line in text.text().split_inclusive('\n') {
            let start = end + (line.len() - line.trim_start().len());
            end += line.len();
            give(&text, start..(start + line.trim().len()).min(end), Style::Pytest, Some(Environment::ci()), out);
        }
    }
    for (key, node) in tree.path(&["tool", "pytest_env"]).map(Node::entries).unwrap_or_default() {
        let (Some(text), true) = (node.get("value").unwrap_or(node).text(), is_name(&key.text)) else { continue };
        // `{ value = "x", skip_if_set = true }`.
        let content = if node.text_of("skip_if_set") == Some("true") { Content::Default } else { Content::Literal };
        let form = Form::Variable(Stance::Given, Need::Bare, content);
        out.push(Reading::new(Kind::Env, &*key.text, text, form, key.at).environment(Some(Environment::ci())));
    }
}
