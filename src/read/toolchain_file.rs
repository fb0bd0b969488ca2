//! Toolchain files, which the tool itself obeys wherever it runs: `rust-toolchain` and
//! `rust-toolchain.toml` (rustup book, "Overrides"), `global.json` (.NET SDK, `sdk.version`).

use super::declared::{self, Text};
use super::{Claim, Format, Home, Input, Links, Output, never};
use crate::files::file_name;
use crate::model::Syntax;
use crate::syntax::{At, Node, toml};

/// Toolchain files.
pub(super) static FORMAT: Format = Format { name: "toolchain_file", claims, sniff: never, scan: None, home: Home::Contract, links: Links::None, read };

fn claims(path: &str) -> Claim {
    match file_name(path) {
        "rust-toolchain" | "rust-toolchain.toml" | "global.json" => Claim::Yes,
        _ => Claim::No,
    }
}

fn read(input: &Input<'_>, out: &mut Output) {
    match file_name(&input.document.path) {
        "global.json" => dotnet(input, out),
        "rust-toolchain" if !input.document.text().contains('[') => rust_plain(input, out),
        _ => rust(input, out),
    }
}

fn rust_plain(input: &Input<'_>, out: &mut Output) {
    let line = declared::lines(At::file(input.document.id), input.document.text(), "#").next();
    match (line, input.catalog.runtime("rust")) {
        (Some(version), Some(runtime)) => declared::runtime(input, out, runtime, version, Syntax::Prefix),
        _ => out.gap(At::file(input.document.id), "a version file without a version"),
    }
}

fn rust(input: &Input<'_>, out: &mut Output) {
    // The file without an extension holds TOML too.
    let tree = match toml::parse(input.document.id, input.document.text()) {
        Ok(tree) => tree,
        Err(problem) => return out.problem(&input.document, problem),
    };
    if let (Some(version), Some(runtime)) = (tree.path(&["toolchain", "channel"]).and_then(Text::of), input.catalog.runtime("rust")) {
        declared::runtime(input, out, runtime, version, Syntax::Prefix);
    }
}

fn dotnet(input: &Input<'_>, out: &mut Output) {
    let Some(sdk) = declared::tree(input, out).and_then(|tree| tree.get("sdk")) else { return };
    let (Some(version), Some(runtime)) = (sdk.get("version").and_then(Text::of), input.catalog.runtime("dotnet")) else { return };
    // Rolling forward to the latest leaves only the first numbers binding.
    let forward = sdk.get("rollForward").and_then(Node::text).unwrap_or("").to_ascii_lowercase();
    let (numbers, syntax) = match forward.as_str() {
        "latestmajor" | "major" => (usize::MAX, Syntax::Floor),
        "latestminor" | "minor" => (1, Syntax::Prefix),
        "latestfeature" | "feature" => (2, Syntax::Prefix),
        _ => (usize::MAX, Syntax::Prefix),
    };
    let end = version.text.match_indices('.').nth(numbers.saturating_sub(1)).map_or(version.text.len(), |(i, _)| i);
    declared::runtime(input, out, runtime, version.from(0, version.text.get(..end).unwrap_or(version.text)), syntax);
}
