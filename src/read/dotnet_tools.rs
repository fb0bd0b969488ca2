//! `dotnet-tools.json` (.NET documentation, "How to use a local tool"): the tools of a project that belong
//! to packages, beside what the project lists of those. Which tool goes with which packages stands in the catalogue.

use super::declared::{self, Text};
use super::{Claim, Format, Home, Input, Links, Output, msbuild, never};
use crate::files::{file_name, folder};
use crate::model::{Form, Install, Kind, Reading, Spec, Syntax};
use crate::syntax::At;

/// .NET's local tools.
pub(super) static FORMAT: Format = Format { name: "dotnet_tools", claims, sniff: never, scan: None, home: Home::Contract, links: Links::None, read };

const CENTRAL: &str = "Directory.Packages.props";

/// How many projects are looked through.
const PROJECTS: usize = 64;

/// How many places that list packages are shown.
const SHOWN: usize = 3;

fn claims(path: &str) -> Claim {
    if file_name(path) == "dotnet-tools.json" { Claim::Yes } else { Claim::No }
}

fn read(input: &Input<'_>, out: &mut Output) {
    let Some(tree) = declared::tree(input, out) else { return };
    for (name, tool) in tree.get("tools").map(crate::syntax::Node::entries).unwrap_or_default() {
        let known = input.catalog.local_tools.iter().find(|known| known.name.eq_ignore_ascii_case(&name.text));
        let (Some(known), Some(version)) = (known, tool.get("version").and_then(Text::of)) else { continue };
        let listed = listed(input, &known.packages);
        if listed.is_empty() || Spec::parse(version.text, Syntax::Prefix).is_none() {
            continue;
        }
        let say = |install, text: &str, at| Reading::new(Kind::Dependency, &known.name, text, Form::Install(install), at);
        out.push(say(Install::Tool, version.text, version.at));
        for (version, at) in listed.into_iter().take(SHOWN) {
            out.push(say(Install::Listed, &version, at));
        }
    }
}

/// The versions of packages in the central list above, else in the projects below.
fn listed(input: &Input<'_>, wanted: &[String]) -> Vec<(String, At)> {
    let here = folder(&input.document.path);
    let from = if file_name(here) == ".config" { folder(here) } else { here };
    let plain = |found: Vec<(String, String, At)>| -> Vec<(String, At)> {
        // `[8.0.8]` is exactly that one.
        let versions = found.into_iter().map(|(_, version, at)| (version.trim_matches(['[', ']']).to_owned(), at));
        versions.filter(|(version, _)| Spec::parse(version, Syntax::Prefix).is_some_and(|spec| !spec.is_floating())).collect()
    };
    let central = msbuild::nearest(input, from, CENTRAL).map(|central| plain(msbuild::packages(input, &central, wanted))).unwrap_or_default();
    if !central.is_empty() {
        return central;
    }
    let projects = input.documents.below(from).filter(|path| msbuild::is_project(path) && !input.catalog.names.is_material(path));
    projects.take(PROJECTS).filter_map(|path| input.documents.open(path).ok()).flat_map(|project| plain(msbuild::packages(input, &project, wanted))).collect()
}
