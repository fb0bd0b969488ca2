//! `runtime.txt` of Heroku and Cloud Foundry: one line, `python-3.12.x`. It says what production runs.

use super::declared;
use super::{Claim, Format, Home, Input, Links, Output};
use crate::catalog::Catalog;
use crate::files::file_name;
use crate::model::Syntax;
use crate::syntax::At;

/// The platform's runtime file.
pub(super) static FORMAT: Format = Format { name: "runtime_txt", claims, sniff, scan: None, home: Home::Prod, links: Links::None, read };

fn claims(path: &str) -> Claim {
    if file_name(path) == "runtime.txt" { Claim::Maybe } else { Claim::No }
}

fn sniff(head: &str) -> bool {
    let line = head.trim();
    !line.contains('\n') && line.split_once('-').is_some_and(|(name, _)| Catalog::get().runtime(name).is_some())
}

fn read(input: &Input<'_>, out: &mut Output) {
    for line in declared::lines(At::file(input.document.id), input.document.text(), "#") {
        let Some((name, version)) = line.text.split_once('-') else { continue };
        if let Some(runtime) = input.catalog.runtime(name) {
            declared::runtime(input, out, runtime, line.from(name.len() + 1, version), Syntax::Prefix);
        }
    }
}
