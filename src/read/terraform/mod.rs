//! Terraform and OpenTofu configurations: a root module with the modules that it calls, its lock file and
//! the files of variables of one environment. Sources: the Terraform language documentation; what
//! resources and arguments say stands in the catalogue.

mod blocks;
mod dependencies;
mod inputs;
mod module;
mod scope;
mod variables;

use std::cell::Cell;
use std::sync::Arc;

use super::{Claim, Format, Home, Input, Link, Links, Output, Target, never};
use crate::files::{Document, file_name, folder};
use crate::limits;
use crate::syntax::At;
use module::{Module, Walk};
use scope::Bound;

/// Terraform's files.
pub(super) static FORMAT: Format = Format { name: "terraform", claims, sniff: never, scan: None, home: Home::Terraform, links: Links::Apart(links), read };

/// The file in which a root's providers are locked.
const LOCK: &str = ".terraform.lock.hcl";

fn claims(path: &str) -> Claim {
    if is_configuration(path) || is_variables(path) || is_lock(path) { Claim::Yes } else { Claim::No }
}

/// Whether a file is part of a module.
pub(crate) fn is_configuration(path: &str) -> bool {
    [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().any(|end| path.ends_with(end))
}

/// Whether a file sets variables of a root.
pub(crate) fn is_variables(path: &str) -> bool {
    [".tfvars", ".tfvars.json"].iter().any(|end| path.ends_with(end))
}

/// Whether a file locks providers.
pub(crate) fn is_lock(path: &str) -> bool {
    file_name(path) == LOCK
}

/// A module is made of all configuration files of its folder.
fn links(input: &Input<'_>, out: &mut Vec<Link>) {
    let document = &input.document;
    if !is_configuration(&document.path) {
        return;
    }
    let Ok(tree) = document.tree() else { return };
    for call in module::bodies(tree, "module", 1) {
        let Some(source) = call.node.get("source") else { continue };
        for path in source.text().and_then(|source| local(folder(&document.path), source)).map(|called| module::files(input, &called)).unwrap_or_default() {
            out.push(Link { environment: None, at: source.at(), to: Target::Part { path: path.to_owned() } });
        }
    }
}

/// The folder of a module that stands in the same repository.
fn local(from: &str, source: &str) -> Option<String> {
    let source = source.split('?').next().unwrap_or(source);
    [".", "..", "./", "../"]
        .iter()
        .any(|start| if start.ends_with('/') { source.starts_with(start) } else { source == *start })
        .then(|| crate::files::resolve(from, source))?
}

fn read(input: &Input<'_>, out: &mut Output) {
    let documents: Vec<Arc<Document>> = std::iter::once(&input.document).chain(&input.layers).cloned().collect();
    let of = |sort: fn(&str) -> bool| -> Vec<Arc<Document>> { documents.iter().filter(|document| sort(&document.path)).cloned().collect() };
    let (configuration, given, locks) = (of(is_configuration), of(is_variables), of(is_lock));
    let root = folder(&input.document.path).to_owned();
    let budget = Cell::new(limits::BUILT_ENTRIES);
    let mut walk = Walk::new(input, out, &budget);
    let locked = dependencies::locked(&mut walk, &root, &locks);
    let given = walk.parsed(&given);
    let module = Module::of(root, walk.parsed(&configuration));
    inputs::read(&mut walk, &module, &given);
    dependencies::requirements(&mut walk, &module, &locked);
    let values = given.iter().filter_map(|document| document.tree().ok()).flat_map(|tree| tree.entries());
    let values = values.map(|(key, node)| (key.text.to_string(), Some(Bound::here(node.clone())))).collect();
    walk.module(&module, values, &[], None);
    if budget.get() == 0 {
        out.gap(At::file(input.document.id), "more configuration than the limit");
    }
}
