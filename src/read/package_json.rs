//! `package.json` (npm's documentation of the file; Corepack for `packageManager`; Volta for `volta`):
//! the runtimes and package managers that it demands.

use super::declared::{self, Text};
use super::{Claim, Format, Home, Input, Links, Output, never};
use crate::files::{file_name, folder};
use crate::model::Syntax;
use crate::syntax::Node;

/// npm's manifest.
pub(super) static FORMAT: Format = Format { name: "package_json", claims, sniff: never, scan: None, home: Home::Contract, links: Links::None, read };

fn claims(path: &str) -> Claim {
    if file_name(path) == "package.json" { Claim::Yes } else { Claim::No }
}

fn read(input: &Input<'_>, out: &mut Output) {
    let Some(tree) = declared::tree(input, out) else { return };
    super::tool_settings::shadowed(input, out);
    let published = !folder(&input.document.path).is_empty() && is_library(tree);
    if !published {
        table(input, out, tree.get("engines"));
    }
    table(input, out, tree.get("volta"));
    for key in ["runtime", "packageManager"] {
        if let Some(node) = tree.path(&["devEngines", key]) {
            one_or_list(node).for_each(|item| dev_engine(input, out, item));
        }
    }
    if let Some(declared) = tree.get("packageManager").and_then(Text::of) {
        package_manager(input, out, declared);
    }
}

/// What is published for others demands of their runtimes, not of one that runs here.
fn is_library(tree: &Node) -> bool {
    tree.text_of("private") != Some("true") && ["files", "main", "exports", "publishConfig"].iter().any(|key| tree.get(key).is_some())
}

/// Names and versions: `engines`, `volta`.
fn table(input: &Input<'_>, out: &mut Output, table: Option<&Node>) {
    for (name, version) in table.map(Node::entries).unwrap_or_default() {
        tool(input, out, &name.text, version);
    }
}

fn dev_engine(input: &Input<'_>, out: &mut Output, item: &Node) {
    if let (Some(name), Some(version)) = (item.text_of("name"), item.get("version")) {
        tool(input, out, name, version);
    }
}

fn tool(input: &Input<'_>, out: &mut Output, name: &str, version: &Node) {
    // `engines` also names hosts (`vscode`, `electron`): those are nobody's runtime here.
    if let (Some(runtime), Some(version)) = (input.catalog.runtime(name).filter(|r| r.class != "tool"), Text::of(version)) {
        declared::runtime(input, out, runtime, version, Syntax::Prefix);
    }
}

/// `pnpm@11.2.0+sha512.…`: the version alone is the value.
fn package_manager(input: &Input<'_>, out: &mut Output, declared: Text<'_>) {
    let Some((name, rest)) = declared.text.split_once('@') else { return };
    let version = rest.split('+').next().unwrap_or(rest);
    if let Some(runtime) = input.catalog.runtime(name) {
        declared::runtime(input, out, runtime, declared.from(name.len() + 1, version), Syntax::Prefix);
    }
}

fn one_or_list(node: &Node) -> impl Iterator<Item = &Node> {
    let alone = if node.is_map() { Some(node) } else { None };
    alone.into_iter().chain(node.items())
}
