//! `build.gradle` and `build.gradle.kts`: the Java that a build compiles for, which whatever runs it must be
//! at least, and the Java that its toolchain compiles and tests with. How scripts say so is the business
//! of `crate::code`; versions may stand in the version catalogue or among the project's properties
//! (Gradle User Manual, "Version Catalogs", "Build Environment").

use super::declared::{self, Text};
use super::{Claim, Format, Home, Input, Links, Output, manifests, never};
use crate::code::{self, Says, Version};
use crate::files::{file_name, folder, resolve};
use crate::model::{Scope, Syntax};
use crate::syntax::{At, Lines};

/// Gradle's build scripts.
pub(super) static FORMAT: Format = Format { name: "gradle", claims, sniff: never, scan: None, home: Home::Contract, links: Links::None, read };

const CATALOGUE: &str = "gradle/libs.versions.toml";
const PROPERTIES: &str = "gradle.properties";

fn claims(path: &str) -> Claim {
    if matches!(file_name(path), "build.gradle" | "build.gradle.kts") { Claim::Yes } else { Claim::No }
}

fn read(input: &Input<'_>, out: &mut Output) {
    let document = &input.document;
    let Some(java) = input.catalog.runtime("java") else { return };
    let found = code::gradle(&document.path, document.text());
    // The nearest to what runs counts: the target, else the level of the sources, else what compiles.
    let says = |says: Says| found.iter().any(|declaration| declaration.says == says);
    let lines = Lines::new(document.id, document.text());
    for declaration in &found {
        let at = lines.at(declaration.range.clone());
        let here = || document.text().get(declaration.range.clone()).map(str::to_owned);
        let known = match &declaration.version {
            Version::Here => here().map(|version| (version, at, Vec::new())),
            Version::Catalogue(alias) => catalogued(input, alias).map(|(version, place)| (version, place, vec![at])),
            Version::Property(name) => property(input, name).map(|(version, place)| (version, place, vec![at])),
        };
        let Some((version, at, via)) = known else {
            out.note(at, "a version that stands elsewhere");
            continue;
        };
        let version = Text { text: &version, at };
        let toolchain = declaration.says == Says::Toolchain;
        let is_floor = match declaration.says {
            Says::Target => true,
            Says::Source => !says(Says::Target),
            Says::Toolchain => !says(Says::Target) && !says(Says::Source),
        };
        if toolchain {
            declared::from_elsewhere(input, out, java, version, Syntax::Prefix, Scope::Build, via.clone());
        }
        if is_floor {
            declared::from_elsewhere(input, out, java, version, Syntax::Floor, Scope::Run, via);
        }
    }
}

/// What stands in the nearest file of this name above a script.
fn nearest<'i>(input: &'i Input<'_>, name: &'i str) -> impl Iterator<Item = std::sync::Arc<crate::files::Document>> + 'i {
    let above = manifests::above(folder(&input.document.path)).filter_map(|folder| resolve(folder, name));
    above.filter(|path| input.documents.exists(path)).filter_map(|path| input.documents.open(&path).ok())
}

/// The version of an alias in the catalogue; `-`, `_` and `.` are one there.
fn catalogued(input: &Input<'_>, alias: &str) -> Option<(String, At)> {
    let document = nearest(input, CATALOGUE).next()?;
    let versions = document.tree().ok()?.get("versions")?;
    let (_, version) = versions.entries().iter().find(|(key, _)| key.text.replace(['-', '_'], ".") == alias)?;
    let version = Text::of(version)?;
    Some((version.text.to_owned(), version.at))
}

/// A property of the project.
fn property(input: &Input<'_>, name: &str) -> Option<(String, At)> {
    nearest(input, PROPERTIES).find_map(|document| {
        let mut lines = declared::lines(At::file(document.id), document.text(), "#");
        lines.find_map(|line| {
            let (key, value) = line.text.split_once('=').filter(|(key, _)| key.trim_end() == name)?;
            let start = key.len() + 1 + (value.len() - value.trim_start().len());
            let version = line.from(start, value.trim());
            Some((version.text.to_owned(), version.at))
        })
    })
}
