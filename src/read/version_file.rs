//! Files that hold nothing but a version: `.nvmrc`, `.python-version`, `.ruby-version` and their kind
//! (nvm, pyenv, rbenv, tfenv, …), and `.sdkmanrc` (SDKMAN: `candidate=version`). Which file is whose
//! stands in the catalogue. They say what a developer's shell runs.

use super::declared::{self, Text};
use super::{Claim, Format, Home, Input, Links, Output, never};
use crate::catalog::Catalog;
use crate::files::{Document, file_name};
use crate::limits;
use crate::model::{Scope, Syntax};
use crate::syntax::At;

/// Version files.
pub(super) static FORMAT: Format = Format { name: "version_file", claims, sniff: never, scan: None, home: Home::Local, links: Links::None, read };

const SDKMAN: &str = ".sdkmanrc";

fn claims(path: &str) -> Claim {
    let name = file_name(path);
    if name == SDKMAN || (name.starts_with('.') && Catalog::get().runtime_of_version_file(name).is_some()) { Claim::Yes } else { Claim::No }
}

fn read(input: &Input<'_>, out: &mut Output) {
    let document = &input.document;
    if document.is_template() {
        return out.note(At::file(document.id), "a template of another language");
    }
    let name = file_name(&document.path);
    if name == SDKMAN {
        return sdkman(input, out);
    }
    let Some(runtime) = input.catalog.runtime_of_version_file(name) else { return };
    let versions: Vec<Text<'_>> = versions(document).take(limits::MATRIX_LEGS + 1).collect();
    if versions.len() > limits::MATRIX_LEGS {
        return out.gap(At::file(document.id), "more versions than the limit");
    }
    if versions.is_empty() {
        return out.gap(At::file(document.id), "a version file without a version");
    }
    // pyenv puts several versions on the path at once.
    let scope = if versions.len() > 1 { Scope::Matrix } else { Scope::Run };
    for version in versions {
        declared::from_elsewhere(input, out, runtime, version, Syntax::Prefix, scope, Vec::new());
    }
}

/// The versions in a version file: one a line, several words of a line are several.
pub(super) fn versions(document: &Document) -> impl Iterator<Item = Text<'_>> {
    declared::lines(At::file(document.id), document.text(), "#").flat_map(|line| {
        let mut from = 0;
        line.text.split_whitespace().map(move |word| {
            let start = line.text.get(from..).and_then(|rest| rest.find(word)).map_or(from, |i| from + i);
            from = start + word.len();
            line.from(start, word)
        })
    })
}

fn sdkman(input: &Input<'_>, out: &mut Output) {
    for line in declared::lines(At::file(input.document.id), input.document.text(), "#") {
        let Some((candidate, version)) = line.text.split_once('=') else { continue };
        let start = candidate.len() + 1 + version.len() - version.trim_start().len();
        if let Some(runtime) = input.catalog.runtime(candidate.trim()) {
            declared::runtime(input, out, runtime, line.from(start, version.trim()), Syntax::Prefix);
        }
    }
}
