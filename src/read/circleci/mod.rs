//! CircleCI: what its workflows run, job by job. Source: CircleCI docs, "Configuration reference".

mod condition;
mod elements;
mod frame;
mod images;
mod jobs;
mod orbs;
mod steps;

use super::ci::Teller;
use super::{Claim, Format, Home, Input, Link, Links, Output};
use crate::files::{file_name, folder, is_yaml};
use crate::syntax::{At, Node};

/// The configuration, and what it may go on with.
pub(super) static FORMAT: Format = Format { name: "circleci", claims, sniff, scan: None, home: Home::Ci, links: Links::Along(links), read };

/// CircleCI looks for its configuration in this folder alone.
const FOLDER: &str = ".circleci";

fn claims(path: &str) -> Claim {
    match file_name(path) {
        _ if folder(path) != FOLDER || !is_yaml(path) => Claim::No,
        "config.yml" => Claim::Yes,
        _ => Claim::Maybe,
    }
}

/// Whether another file of the folder is a configuration of its own, which a set-up continues with.
fn sniff(head: &str) -> bool {
    let has = |key: &str| head.lines().any(|line| line.starts_with(key));
    has("version:") && (has("jobs:") || has("workflows:"))
}

fn read(input: &Input<'_>, out: &mut Output) {
    *out = links(input, &mut Vec::new());
}

fn links(input: &Input<'_>, to: &mut Vec<Link>) -> Output {
    let mut out = Output::default();
    match input.document.tree() {
        Ok(tree) if ["jobs", "workflows"].iter().any(|key| tree.get(key).is_some_and(Node::is_map)) => {
            let mut walk = jobs::Walk { tell: Teller::new(input), root: tree };
            walk.start();
            out = walk.tell.finish(to);
        }
        Ok(_) => out.gap(At::file(input.document.id), "a CircleCI configuration without jobs"),
        Err(problem) => out.problem(&input.document, problem),
    }
    out
}
