//! `go.mod` and `go.work` (Go Modules Reference, "go directive", "toolchain directive"): `go 1.26` is
//! the oldest Go that may build this, `toolchain go1.26.1` the one that does.

use super::declared;
use super::{Claim, Format, Home, Input, Links, Output, never};
use crate::files::file_name;
use crate::model::Syntax;
use crate::syntax::At;

/// Go's modules and workspaces.
pub(super) static FORMAT: Format = Format { name: "go_mod", claims, sniff: never, scan: None, home: Home::Contract, links: Links::None, read };

fn claims(path: &str) -> Claim {
    if matches!(file_name(path), "go.mod" | "go.work") { Claim::Yes } else { Claim::No }
}

fn read(input: &Input<'_>, out: &mut Output) {
    let file = At::file(input.document.id);
    if input.document.is_template() {
        return out.note(file, "a template of another language");
    }
    let Some(runtime) = input.catalog.runtime("go") else { return };
    for line in declared::lines(file, input.document.text(), "//") {
        let Some((directive, rest)) = line.text.split_once([' ', '\t']) else { continue };
        let word = rest.trim();
        let start = line.text.len() - rest.trim_start().len();
        match directive {
            "go" => declared::runtime(input, out, runtime, line.from(start, word), Syntax::Floor),
            "toolchain" => {
                if let Some(version) = word.strip_prefix("go") {
                    declared::runtime(input, out, runtime, line.from(start + 2, version), Syntax::Prefix);
                }
            }
            _ => {}
        }
    }
}
