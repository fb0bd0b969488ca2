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
mod naming;
mod setup;
mod steps;
mod stores;
mod tokens;
mod value;
mod version_file;

use std::collections::HashMap;

use super::{Claim, Format, Home, Input, Link, Links, Output, Target, never};
use crate::files::{file_name, is_yaml};
use crate::model::{Kind, Reading};
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
            super::build_arguments(input, &walk.links, &mut walk.out);
            let found = walk.out;
            out.readings = distinct(found.readings);
            out.gaps = once(found.gaps);
            out.missing = once(found.missing);
            out.notes = once(found.notes);
            lead(walk.links, to);
        }
        Ok(_) => out.gap(At::file(input.document.id), "a workflow without jobs"),
        Err(problem) => out.problem(&input.document, problem),
    }
    out
}

/// Hands over each link once; of projects that are started, so many as a matrix may have legs.
fn lead(links: Vec<Link>, to: &mut Vec<Link>) {
    let (mut seen, mut starts) = (std::collections::HashSet::new(), 0);
    for link in links {
        let limited = matches!(link.to, Target::Compose { .. });
        if seen.insert(print(&link)) && (!limited || starts < crate::limits::MATRIX_LEGS) {
            starts += usize::from(limited);
            to.push(link);
        }
    }
}

/// A text that is equal for equal links.
fn print(link: &Link) -> String {
    let variables = match &link.to {
        Target::Compose { variables, .. } | Target::Dockerfile { variables, .. } => variables.as_slice(),
        _ => &[],
    };
    let values: Vec<String> = variables.iter().map(|v| format!("{}={:?}@{:?}", v.name, v.value.text(), v.value.at())).collect();
    format!("{:?} {:?} {:?} {values:?}", link.environment, link.at, link.to)
}

/// Every leg of a matrix says the same of what does not depend on it, and so does every job of what
/// the workflow gives all of them.
fn distinct(readings: Vec<Reading>) -> Vec<Reading> {
    let mut seen: HashMap<(At, Vec<At>), Vec<usize>> = HashMap::new();
    let mut out: Vec<Reading> = Vec::new();
    for reading in readings {
        let variable = reading.kind == Kind::Env;
        let same = seen.entry((reading.at, if variable { Vec::new() } else { reading.via.clone() })).or_default();
        let known = same.iter().filter_map(|i| out.get(*i)).any(|other| {
            (other.kind, other.scope, &other.name, &other.value) == (reading.kind, reading.scope, &reading.name, &reading.value)
                && (&other.environment, &other.component) == (&reading.environment, &reading.component)
                && (variable || other.workload == reading.workload)
        });
        if !known {
            same.push(out.len());
            out.push(reading);
        }
    }
    out
}

fn once(said: Vec<(At, &'static str)>) -> Vec<(At, &'static str)> {
    let mut seen = std::collections::HashSet::new();
    said.into_iter().filter(|one| seen.insert(*one)).collect()
}
