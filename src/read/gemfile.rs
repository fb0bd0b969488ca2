//! `Gemfile` (Bundler's manual, "ruby"): the Ruby that the application demands, as a literal or through
//! a version file. A Gemfile is a program; only plain declarations are read.

use super::declared::{self, Text};
use super::{Claim, Format, Home, Input, Links, Output, never, version_file};
use crate::catalog::Runtime;
use crate::files::{Document, file_name};
use crate::model::{Scope, Syntax};
use crate::syntax::At;

/// Bundler's manifest.
pub(super) static FORMAT: Format = Format { name: "gemfile", claims, sniff: never, scan: None, home: Home::Contract, links: Links::None, read };

fn claims(path: &str) -> Claim {
    if matches!(file_name(path), "Gemfile" | "gems.rb") { Claim::Yes } else { Claim::No }
}

fn read(input: &Input<'_>, out: &mut Output) {
    let file = At::file(input.document.id);
    if input.document.is_template() {
        return out.note(file, "a template of another language");
    }
    let Some(runtime) = input.catalog.runtime("ruby") else { return };
    for line in declared::lines(file, input.document.text(), "#") {
        let Some(arguments) = line.text.strip_prefix("ruby").filter(|rest| rest.starts_with([' ', '\t', '('])) else { continue };
        let start = line.text.len() - arguments.len();
        declaration(input, out, runtime, line.from(start, arguments));
    }
}

fn declaration(input: &Input<'_>, out: &mut Output, runtime: &Runtime, arguments: Text<'_>) {
    let literals = literals(arguments);
    let other_engine = arguments.text.contains("engine") && literals.iter().any(|l| matches!(l.text, "jruby" | "truffleruby" | "rbx"));
    // Options follow the requirements: `ruby "3.3.0", patchlevel: "100"`.
    let first_option = arguments.text.find(": ").or_else(|| arguments.text.find("=>")).map_or(u32::MAX, |i| offset(arguments, i));
    let required: Vec<Text<'_>> = literals.iter().copied().filter(|l| l.at.column < first_option).collect();
    let computed = required.is_empty() || arguments.text.contains("ENV") || arguments.text.contains("File.");
    let named = literals.iter().find(|l| matches!(file_name(l.text), ".ruby-version" | ".tool-versions"));
    match (named, required.as_slice()) {
        _ if other_engine => out.note(arguments.at, "another engine than Ruby's own"),
        (Some(name), _) => follow(input, out, runtime, *name, arguments.text.contains("__FILE__")),
        (None, [one]) if !computed => declared::runtime(input, out, runtime, *one, Syntax::Prefix),
        (None, [first, .., last]) if !computed => {
            let text: Vec<&str> = required.iter().map(|l| l.text).collect();
            let width = (last.at.column + last.at.width).saturating_sub(first.at.column);
            declared::runtime(input, out, runtime, Text { text: &text.join(", "), at: At { width, ..first.at } }, Syntax::Prefix);
        }
        _ => out.note(arguments.at, "a version that a program computes"),
    }
}

/// `ruby file: ".ruby-version"`, also by way of `File.read`.
fn follow(input: &Input<'_>, out: &mut Output, runtime: &Runtime, name: Text<'_>, beside_file: bool) {
    // `File.expand_path("../x", __FILE__)` counts from the file, not from its folder.
    let path = if beside_file { name.text.strip_prefix("../").unwrap_or(name.text) } else { name.text };
    let Some(document) = input.follow(&input.document, path) else {
        return out.missing(name.at, "names a version file that does not exist");
    };
    let version = if file_name(path) == ".tool-versions" { listed(&document) } else { version_file::versions(&document).next() };
    match version {
        Some(version) => declared::from_elsewhere(input, out, runtime, version, Syntax::Prefix, Scope::Run, vec![name.at]),
        None => out.gap(name.at, "names a version file without a version"),
    }
}

/// Ruby's version in asdf's list.
fn listed(document: &Document) -> Option<Text<'_>> {
    declared::lines(At::file(document.id), document.text(), "#").find_map(|line| {
        let version = line.text.strip_prefix("ruby")?.split_whitespace().next()?;
        Some(line.from(line.text.find(version)?, version)).filter(|_| line.text.starts_with("ruby "))
    })
}

/// The string literals of a line, in order.
pub(super) fn literals(line: Text<'_>) -> Vec<Text<'_>> {
    let (mut out, mut from) = (Vec::new(), 0);
    while let Some((open, quote)) = line.text.get(from..).and_then(|rest| rest.char_indices().find(|(_, c)| matches!(c, '"' | '\''))) {
        let start = from + open + 1;
        let Some(length) = line.text.get(start..).and_then(|rest| rest.find(quote)) else { break };
        out.extend(line.text.get(start..start + length).map(|literal| line.from(start, literal)));
        from = start + length + 1;
    }
    out
}

/// The column of a byte of a text.
fn offset(text: Text<'_>, byte: usize) -> u32 {
    text.from(byte, "").at.column
}
