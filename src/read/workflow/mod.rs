//! GitHub Actions: workflows, and the composite actions and reusable workflows they are made of.
//! Sources: GitHub Docs, "Workflow syntax for GitHub Actions" and "Metadata syntax".

mod absent;
mod defaults;
mod expression;
mod frame;
mod given;
mod hints;
mod interface;
mod jobs;
mod matrix;
mod setup;
mod steps;
mod stores;
mod tokens;
mod value;
mod version_file;

use super::{Claim, Format, Home, Input, Link, Links, Output, ci, never};
use crate::files::{file_name, is_yaml};
use crate::syntax::{At, Node};

/// Workflows.
pub(super) static FORMAT: Format =
    Format { name: "workflow", claims: claims_workflow, sniff: never, scan: None, home: Home::Ci, links: Links::Along(links), read };

/// Metadata of actions: read through the workflows that use them.
pub(super) static ACTION: Format =
    Format { name: "action", claims: claims_action, sniff: sniff_action, scan: None, home: Home::Support, links: Links::None, read: read_action };

/// GitHub looks for workflows in this folder alone, not below it.
const FOLDER: &str = ".github/workflows";

fn claims_workflow(path: &str) -> Claim {
    if crate::files::folder(path) == FOLDER && is_yaml(path) { Claim::Yes } else { Claim::No }
}

fn claims_action(path: &str) -> Claim {
    match file_name(path) {
        "action.yml" | "action.yaml" if path.starts_with(".github/actions/") => Claim::Yes,
        "action.yml" | "action.yaml" if crate::files::folder(path) != FOLDER => Claim::Maybe,
        _ => Claim::No,
    }
}

fn sniff_action(head: &str) -> bool {
    head.lines().any(|line| line.starts_with("runs:"))
}

fn read_action(input: &Input<'_>, out: &mut Output) {
    match input.document.trees() {
        Ok([]) => {}
        Ok([tree, ..]) if tree.get("runs").is_some_and(Node::is_map) || tree.is_null() => {}
        Ok(_) => out.gap(At::file(input.document.id), "an action without runs"),
        Err(problem) => out.problem(&input.document, problem),
    }
}

fn read(input: &Input<'_>, out: &mut Output) {
    *out = links(input, &mut Vec::new());
}

fn links(input: &Input<'_>, to: &mut Vec<Link>) -> Output {
    let mut out = Output::default();
    match input.document.tree() {
        Ok(tree) if tree.get("jobs").is_some_and(Node::is_map) => {
            let mut walk = jobs::Walk::new(input);
            walk.start(tree);
            out = ci::hand_over(input, walk.out, walk.links, to);
        }
        Ok(_) => out.gap(At::file(input.document.id), "a workflow without jobs"),
        Err(problem) => out.problem(&input.document, problem),
    }
    out
}
