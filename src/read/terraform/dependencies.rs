//! What a root depends on: the Terraform that runs it, providers, and modules from elsewhere. Sources:
//! Terraform language, "Version Constraints", "Provider Requirements", "Module Sources", "Dependency Lock
//! File".

use std::collections::BTreeSet;
use std::sync::Arc;

use super::module::{Frame, Module, Walk, bodies, maps};
use crate::files::Document;
use crate::model::{Environment, Form, Kind, Reading, Syntax};
use crate::read::declared::{self, Text};
use crate::syntax::{At, Node};

/// Registries that nobody writes in front of an address.
const REGISTRIES: &[&str] = &["registry.terraform.io/", "registry.opentofu.org/"];

/// The address of a provider, without what is usual.
fn address(source: &str) -> String {
    let source = source.trim().to_ascii_lowercase();
    let short = REGISTRIES.iter().find_map(|registry| source.strip_prefix(registry)).unwrap_or(&source);
    // A name alone is one of the publisher's own.
    if short.contains('/') { short.to_owned() } else { format!("hashicorp/{short}") }
}

/// The folder that roots of several environments share: theirs without what names the environment.
pub(super) fn kin(walk: &Walk<'_, '_>, folder: &str) -> String {
    walk.input.catalog.names.component(&format!("{folder}/main.tf")).to_owned()
}

/// The providers that lock files pin; they are handed over.
pub(super) fn locked(walk: &mut Walk<'_, '_>, root: &str, locks: &[Arc<Document>]) -> BTreeSet<String> {
    let component = kin(walk, root);
    let mut names = BTreeSet::new();
    for document in walk.parsed(locks) {
        let Ok(tree) = document.tree() else { continue };
        for body in bodies(tree, "provider", 1) {
            let (Some(label), Some((version, at))) = (body.labels.first(), body.node.get("version").and_then(|node| Some((node.text()?, node.at())))) else {
                continue;
            };
            let name = address(&label.text);
            let reading = Reading::new(Kind::Dependency, &name, version, Form::Version(Syntax::Prefix), at);
            walk.out.push(reading.component(Some(&component)));
            names.insert(name);
        }
    }
    names
}

/// What the blocks `terraform` of a root demand.
pub(super) fn requirements(walk: &mut Walk<'_, '_>, module: &Module, locked: &BTreeSet<String>) {
    let component = kin(walk, &module.folder);
    for body in module.bodies("terraform", 0) {
        if let (Some(version), Some(runtime)) = (body.node.get("required_version").and_then(Text::of), walk.input.catalog.runtime("terraform")) {
            let before = walk.out.readings.len();
            declared::runtime(walk.input, walk.out, runtime, version, Syntax::Prefix);
            for reading in walk.out.readings.iter_mut().skip(before) {
                reading.environment = Some(Environment::contract());
            }
        }
        for (local, node) in body.node.get("required_providers").into_iter().flat_map(maps).flat_map(Node::entries) {
            let source = node.get("source").filter(|source| source.text().is_some());
            let name = address(source.and_then(Node::text).unwrap_or(&local.text));
            let at = source.map_or(local.at, Node::at);
            let version = node.get("version").or_else(|| node.text().map(|_| node)).and_then(|node| Some((node.text()?, node.at())));
            let (form, text, at, via) = match version {
                // What the lock file pins is what counts.
                _ if locked.contains(&name) => (Form::Presence, "", at, Vec::new()),
                Some((text, place)) => (Form::Version(Syntax::Prefix), text, place, vec![at]),
                None => (Form::Version(Syntax::Prefix), "", at, Vec::new()),
            };
            let reading = Reading::new(Kind::Dependency, name, text, form, at).via(via).component(Some(&component));
            walk.out.push(reading.workload(Some(&local.text)));
        }
    }
}

/// A module that is fetched from elsewhere.
pub(super) fn called(walk: &mut Walk<'_, '_>, frame: &Frame<'_>, source: &str, at: At, version: Option<&Node>) {
    let Some((name, reference)) = remote(source) else { return };
    let (text, at) = match version.and_then(|node| Some((node.text()?, node.at()))) {
        Some((text, place)) => (text.to_owned(), place),
        None => (reference.map(release).unwrap_or_default(), at),
    };
    let component = kin(walk, crate::files::folder(&walk.input.document.path));
    let reading = Reading::new(Kind::Dependency, &name, text, Form::Version(Syntax::Prefix), at).via(frame.via.to_vec()).component(Some(&component));
    walk.push(reading, &name);
}

/// The name of a source without how it is fetched, by whom and at which reference; and that reference.
fn remote(source: &str) -> Option<(String, Option<&str>)> {
    let (place, query) = source.split_once('?').map_or((source, ""), |(place, query)| (place, query));
    let place = place.split_once("::").map_or(place, |(_, place)| place);
    let place = place.split_once("://").map_or(place, |(_, place)| place);
    let host = place.split('/').next().unwrap_or("");
    // `git@host:owner/name` is the short form of ssh.
    let place = host.rfind('@').and_then(|end| place.get(end + 1..)).unwrap_or(place);
    let place = place.to_ascii_lowercase().replace(".git/", "/");
    let place = place.strip_suffix(".git").unwrap_or(&place);
    // A colon before a name, not before a port.
    let place = match place.split_once(':') {
        Some((host, path)) if !host.contains('/') && !path.starts_with(|c: char| c.is_ascii_digit()) => format!("{host}/{path}"),
        _ => place.to_owned(),
    };
    let reference = query.split('&').find_map(|part| part.strip_prefix("ref=")).filter(|reference| !reference.is_empty());
    (!place.is_empty() && !place.contains('@')).then_some((place, reference))
}

/// The version in a reference: of `redis-v1.2.0`, `modules/redis/1.2.0` and `refs/tags/v1.2.0` the last
/// part. A commit and a branch stay as they are.
fn release(reference: &str) -> String {
    let is_version = |text: &str| {
        let number = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let commit = number.len() >= 7 && number.chars().all(|c| c.is_ascii_hexdigit());
        number.starts_with(|c: char| c.is_ascii_digit()) && !commit
    };
    let ends = reference.match_indices(['/', '-', '_']).filter_map(|(at, _)| reference.get(at + 1..));
    std::iter::once(reference).chain(ends).find(|text| is_version(text)).unwrap_or(reference).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_have_one_name_however_they_are_fetched() {
        for source in [
            "github.com/acme/modules//redis?ref=v1.0.0",
            "git::https://github.com/Acme/modules.git//redis?ref=v1.0.0",
            "git::https://robot:secret@github.com/acme/modules//redis?depth=1&ref=v1.0.0",
            "git@github.com:acme/modules.git//redis?ref=v1.0.0",
            "git::ssh://git@github.com/acme/modules.git//redis?ref=v1.0.0",
        ] {
            assert_eq!(remote(source), Some(("github.com/acme/modules//redis".to_owned(), Some("v1.0.0"))), "{source}");
        }
        assert_eq!(remote("acme/network/aws"), Some(("acme/network/aws".to_owned(), None)));
    }

    #[test]
    fn a_reference_tells_its_version() {
        for (reference, version) in [
            ("v1.2.0", "v1.2.0"),
            ("redis-v1.2.0", "v1.2.0"),
            ("modules/redis/1.2.0", "1.2.0"),
            ("refs/tags/v3", "v3"),
            ("main", "main"),
            ("1234567890abcdef1234567890abcdef12345678", "1234567890abcdef1234567890abcdef12345678"),
        ] {
            assert_eq!(release(reference), version);
        }
    }
}
