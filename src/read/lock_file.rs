//! `package-lock.json` (npm's documentation of the file, `packages`, versions 2 and 3) and `pnpm-lock.yaml`
//! (pnpm's lock file, versions 6 and 9): what the packages that the manifest beside it lists demand of Node.js.
//! A machine writes these files, megabytes of them: they are gone through line by line, nothing is built.

use std::collections::{BTreeMap, BTreeSet};

use super::{Claim, Format, Home, Input, Links, Output};
use crate::files::file_name;
use crate::model::{Form, Kind, Reading, Spec, Syntax};
use crate::syntax::{At, Node, clamp};

/// Lock files of packages for Node.js. One that is too large to be read is nobody's loss.
pub(super) static FORMAT: Format = Format { name: "lock_file", claims, sniff, scan: None, home: Home::Contract, links: Links::None, read };

/// How many packages are told of: those that ask for the newest.
const TOLD: usize = 3;

/// The lists of a manifest whose packages must be installed.
const LISTS: &[&str] = &["dependencies", "devDependencies"];

fn claims(path: &str) -> Claim {
    if is_lock(file_name(path)) { Claim::Maybe } else { Claim::No }
}

/// Whether a file of this name is such a lock file.
pub(crate) fn is_lock(name: &str) -> bool {
    matches!(name, "package-lock.json" | "npm-shrinkwrap.json" | "pnpm-lock.yaml")
}

fn sniff(head: &str) -> bool {
    head.contains("lockfileVersion")
}

/// What one package demands: its name, the text, and where that stands.
struct Demand<'t> {
    package: String,
    text: &'t str,
    at: At,
}

fn read(input: &Input<'_>, out: &mut Output) {
    let document = &input.document;
    let Some(manifest) = input.follow(document, "package.json") else { return };
    let Ok(manifest) = manifest.tree() else { return };
    let lists = LISTS.iter().filter_map(|list| manifest.get(list));
    let wanted: BTreeSet<&str> = lists.flat_map(Node::entries).map(|(name, _)| &*name.text).collect();
    let file = At::file(document.id);
    let demands = if file_name(&document.path) == "pnpm-lock.yaml" { pnpm(document.text(), file, &wanted) } else { npm(document.text(), file, &wanted) };
    let bounded = |demand: Demand<'_>| {
        let spec = Spec::parse(demand.text, Syntax::Prefix).filter(|spec| !spec.is_floating())?;
        Some((spec.line(4), demand.package.clone(), demand.text.to_owned(), demand.at))
    };
    let mut known: Vec<_> = demands.into_iter().filter_map(bounded).collect();
    known.sort();
    for (_, package, text, at) in known.into_iter().rev().take(TOLD) {
        out.push(Reading::new(Kind::Runtime, "node", text, Form::Demanded, at).workload(Some(&package)));
    }
}

/// The place of a part of a line.
fn place(file: At, number: usize, line: &str, part: &str) -> Option<At> {
    let start = line.find(part)?;
    let before = line.get(..start)?.chars().count();
    Some(At { line: clamp(number + 1), column: clamp(before + 1), width: clamp(part.chars().count()), ..file })
}

/// Entries such as `"node_modules/NAME": {`, with `"engines": { "node": "…" }` in them.
fn npm<'t>(text: &'t str, file: At, wanted: &BTreeSet<&str>) -> Vec<Demand<'t>> {
    let mut found: Vec<Demand<'t>> = Vec::new();
    // The package whose entry this is, how far its entry is indented, and whether its engines are being told.
    let mut open: Option<(&str, usize, bool)> = None;
    for (number, line) in text.lines().enumerate() {
        let body = line.trim();
        let indent = line.len() - line.trim_start().len();
        let Some((package, outer, engines)) = open else {
            let name = body.strip_prefix("\"node_modules/").and_then(|rest| rest.strip_suffix("\": {"));
            open = name.filter(|name| wanted.contains(name)).map(|name| (name, indent, false));
            continue;
        };
        if indent <= outer {
            open = None;
        } else if body == "\"engines\": {" {
            open = Some((package, outer, true));
        } else if engines && body.starts_with('}') {
            open = Some((package, outer, false));
        } else if body.starts_with("\"optional\": true") {
            found.retain(|demand| demand.package != package);
            open = None;
        } else if let Some(rest) = body.strip_prefix("\"node\": \"").filter(|_| engines)
            && let Some(text) = rest.split('"').next()
            && let Some(at) = place(file, number, line, text)
        {
            found.push(Demand { package: package.to_owned(), text, at });
        }
    }
    found
}

/// Entries such as `NAME@VERSION:`, with `engines: {node: '…'}` in them; which version the project itself has
/// stands above, among what it lists.
fn pnpm<'t>(text: &'t str, file: At, wanted: &BTreeSet<&str>) -> Vec<Demand<'t>> {
    let mut found = Vec::new();
    let mut versions: BTreeMap<&str, &str> = BTreeMap::new();
    // The keys that lead to a line, each with its indentation.
    let mut path: Vec<(usize, &str)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let body = line.trim();
        let indent = line.len() - line.trim_start().len();
        let Some((key, value)) = body.split_once(": ").or_else(|| Some((body.strip_suffix(':')?, ""))) else { continue };
        path.truncate(path.iter().position(|(at, _)| *at >= indent).unwrap_or(path.len()));
        path.push((indent, unquoted(key)));
        if !matches!(key, "version" | "engines") {
            continue;
        }
        let keys: Vec<&str> = path.iter().map(|(_, key)| *key).take(6).collect();
        match keys.as_slice() {
            ["importers", ".", list, name, "version"] | [list, name, "version"] if LISTS.contains(list) && wanted.contains(name) => {
                versions.insert(name, plain(unquoted(value)));
            }
            ["packages", entry, "engines"] => {
                let entry = plain(entry.strip_prefix('/').unwrap_or(entry));
                let Some((name, version)) = entry.rsplit_once('@').filter(|(name, version)| versions.get(name) == Some(version)) else { continue };
                let node = value.split(['{', ',']).map(str::trim_start).find_map(|part| part.strip_prefix("node:"));
                let Some(text) = node.map(|node| unquoted(node.trim_end_matches('}').trim())) else { continue };
                if let (Some(at), false) = (place(file, number, line, text), version.is_empty()) {
                    found.push(Demand { package: name.to_owned(), text, at });
                }
            }
            _ => {}
        }
    }
    found
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['\'', '"'])
}

/// A version without the peers that it was resolved with: `1.2.3(react@19.0.0)`.
fn plain(version: &str) -> &str {
    version.split('(').next().unwrap_or(version)
}
