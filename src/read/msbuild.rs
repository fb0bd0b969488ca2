//! Projects of .NET (`*.csproj`, `*.fsproj`, `*.vbproj`) and what they share (`Directory.Build.props`,
//! `Directory.Packages.props`): the .NET that an application is built for. An SDK of that release or a newer
//! one builds it; a runtime of that major runs it, unless it may roll forward.
//! Sources: .NET documentation, "Target frameworks in SDK-style projects", "Select which .NET version to use"
//! (`RollForward`), "Customize the build by folder", "Central Package Management".

use std::sync::Arc;

use roxmltree::Node;

use super::declared::{self, Text};
use super::{Claim, Format, Home, Input, Links, Output, manifests, never};
use crate::files::{Document, file_name, folder, resolve};
use crate::model::{Scope, Syntax};
use crate::syntax::xml::{self, children};
use crate::syntax::{At, Lines};

/// MSBuild's projects.
pub(super) static FORMAT: Format = Format { name: "msbuild", claims, sniff: never, scan: None, home: Home::Contract, links: Links::None, read };

/// What projects take from the folders above them.
const SHARED: &[&str] = &["Directory.Build.props", "Directory.Packages.props"];

/// Properties with which an application brings its runtime along.
const WITH_RUNTIME: &[&str] = &["SelfContained", "PublishAot", "PublishSelfContained"];

/// How many properties may lead to one another.
const STEPS: usize = 4;

fn claims(path: &str) -> Claim {
    if SHARED.contains(&file_name(path)) || is_project(path) { Claim::Yes } else { Claim::No }
}

/// Whether a file is a project of .NET.
pub(super) fn is_project(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| matches!(extension, "csproj" | "fsproj" | "vbproj"))
}

fn read(input: &Input<'_>, out: &mut Output) {
    let document = &input.document;
    let Some(dotnet) = input.catalog.runtime("dotnet") else { return };
    let tree = match xml::parse(document.text()) {
        Ok(tree) => tree,
        Err(_) if document.is_template() => return out.note(At::file(document.id), "a template of another language"),
        Err(problem) => return out.problem(document, problem),
    };
    let project = tree.root_element();
    let own = |name: &'static str| property(project, name).and_then(|node| xml::text(node, document.text()));
    if is_of_tests(input, &document.path) || own("IsTestProject").is_some_and(|(value, _)| value.eq_ignore_ascii_case("true")) {
        return out.note(At::file(document.id), "a project of tests");
    }
    let Some((frameworks, range)) = own("TargetFramework").or_else(|| own("TargetFrameworks")) else { return };
    let lines = Lines::new(document.id, document.text());
    let used = lines.at(range.clone());
    let (text, at, via) = match reference(frameworks) {
        None => (frameworks.to_owned(), used, Vec::new()),
        Some(name) => match resolved(input, document, project, name, 0) {
            Some((text, at)) => (text, at, vec![used]),
            None => return out.note(used, "a version that stands elsewhere"),
        },
    };
    let mut versions: Vec<Text<'_>> = targets(Text { text: &text, at }).collect();
    let number = |version: &Text<'_>| version.text.split('.').map(|part| part.parse::<u32>().unwrap_or(0)).collect::<Vec<_>>();
    versions.sort_by_key(number);
    let Some(oldest) = versions.first() else { return };
    // Of several targets any SDK from the oldest on may build one.
    declared::from_elsewhere(input, out, dotnet, *oldest, Syntax::Floor, Scope::Run, via.clone());
    let forward = own("RollForward").is_some_and(|(policy, _)| matches!(policy.to_ascii_lowercase().as_str(), "major" | "latestmajor"));
    let with_runtime = WITH_RUNTIME.iter().any(|name| own(name).is_some_and(|(value, _)| value.eq_ignore_ascii_case("true")));
    if !forward && !with_runtime {
        versions.into_iter().for_each(|version| declared::from_elsewhere(input, out, dotnet, version, Syntax::Prefix, Scope::Build, via.clone()));
    }
}

/// Whether a project is one of tests, by its folders or its name: `Shop.UnitTests`.
fn is_of_tests(input: &Input<'_>, path: &str) -> bool {
    let tests = &input.catalog.names.folders.tests;
    let words = file_name(path).rsplit_once('.').map_or("", |(stem, _)| stem);
    folder(path).split('/').any(|part| tests.iter().any(|name| part.eq_ignore_ascii_case(name))) || words.ends_with("Tests") || words.ends_with("Test")
}

/// The versions of .NET among target frameworks: `net8.0;net9.0-windows`, `netcoreapp3.1`. The .NET Framework
/// (`net48`) and what runs anywhere (`netstandard2.0`) have none.
fn targets<'t>(frameworks: Text<'t>) -> impl Iterator<Item = Text<'t>> {
    let mut start = 0;
    frameworks.text.split(';').filter_map(move |part| {
        let from = start + (part.len() - part.trim_start().len());
        start += part.len() + 1;
        let name = part.trim();
        let prefix =
            ["netcoreapp", "net"].into_iter().find(|prefix| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))?;
        let version = name.get(prefix.len()..)?.split('-').next()?;
        let plain = version.contains('.') && version.chars().all(|c| c.is_ascii_digit() || c == '.');
        plain.then(|| frameworks.from(from + prefix.len(), version))
    })
}

/// A property that holds whatever the conditions are.
fn property<'a, 'i>(project: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    let always = |node: &Node<'_, '_>| !node.has_attribute("Condition");
    let groups = children(project, "PropertyGroup").filter(always);
    // The last one holds.
    groups.flat_map(|group| group.children().filter(move |node| node.is_element() && always(node))).filter(|node| node.tag_name().name() == name).last()
}

/// The name in `$(Name)`.
fn reference(text: &str) -> Option<&str> {
    text.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'))
}

/// A property of a project, or of what it takes from above.
fn resolved(input: &Input<'_>, document: &Document, project: Node<'_, '_>, name: &str, steps: usize) -> Option<(String, At)> {
    if steps > STEPS {
        return None;
    }
    if let Some((text, range)) = property(project, name).and_then(|node| xml::text(node, document.text())) {
        return match reference(text) {
            Some(other) => resolved(input, document, project, other, steps + 1),
            None => Some((text.to_owned(), document.at(range))),
        };
    }
    SHARED.iter().filter(|shared| file_name(&document.path) != **shared).find_map(|shared| {
        let above = nearest(input, folder(&document.path), shared)?;
        let tree = xml::parse(above.text()).ok()?;
        let node = property(tree.root_element(), name)?;
        let (text, range) = xml::text(node, above.text()).filter(|(text, _)| reference(text).is_none())?;
        Some((text.to_owned(), above.at(range)))
    })
}

/// The file of this name in a folder or the nearest one above it.
pub(super) fn nearest(input: &Input<'_>, from: &str, name: &str) -> Option<Arc<Document>> {
    let path = manifests::above(from).filter_map(|folder| resolve(folder, name)).find(|path| input.documents.exists(path))?;
    input.documents.open(&path).ok()
}

/// What a project, or the central list, has of these packages: name, version, and where that stands.
pub(super) fn packages(input: &Input<'_>, document: &Document, wanted: &[String]) -> Vec<(String, String, At)> {
    let Ok(tree) = xml::parse(document.text()) else { return Vec::new() };
    let project = tree.root_element();
    let listed = project.descendants().filter(|node| matches!(node.tag_name().name(), "PackageReference" | "PackageVersion"));
    let version = |node: Node<'_, '_>| {
        let inner = || children(node, "Version").next().and_then(|version| xml::text(version, document.text()));
        let (text, range) = xml::attribute(node, "Version", document.text()).or_else(inner)?;
        match reference(text) {
            Some(name) => resolved(input, document, project, name, 0),
            None => Some((text.to_owned(), document.at(range))),
        }
    };
    let of = |node: Node<'_, '_>| {
        let name = node.attribute("Include").or_else(|| node.attribute("Update"))?;
        let name = wanted.iter().find(|other| other.eq_ignore_ascii_case(name))?;
        let (version, at) = version(node)?;
        Some((name.clone(), version, at))
    };
    listed.filter_map(of).collect()
}
