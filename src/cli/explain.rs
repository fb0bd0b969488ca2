//! `evenkeel explain` and `check --explain-plan`: the program's own knowledge, in words.

use std::fmt::Write as _;

use super::{Done, Failed, exit};
use crate::discover::Plan;
use crate::judge::{ExampleState, rules};
use crate::model::Family;
use crate::seal;
use crate::suggest::did_you_mean;

pub(super) fn run(id: Option<&str>) -> Result<Done, Failed> {
    let text = match id {
        None => list(),
        Some(id) => rule(id)?,
    };
    Ok(Done { text, code: exit::PARITY })
}

fn list() -> String {
    let width = rules().iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in rules() {
        let _ = writeln!(out, "{:width$}  {:7}  {}", rule.id, rule.level.word(), rule.title);
    }
    out
}

fn rule(id: &str) -> Result<String, Failed> {
    let Some(rule) = rules().iter().find(|rule| rule.id == id || rule.aliases.iter().any(|alias| alias == id)) else {
        let known: Vec<&str> = rules().iter().map(|rule| rule.id.as_str()).collect();
        return Err(Failed(format!("there is no rule '{}'{}", seal::neutral(id), did_you_mean(id, &known))));
    };
    let mut out = String::new();
    let why = rule.why.split_whitespace().collect::<Vec<_>>().join(" ");
    let _ = writeln!(out, "{} ({})\n{}\n\nWhy: {why}\nFix: {}\n\nExamples:", rule.id, rule.level.word(), rule.title, rule.help);
    for example in &rule.example {
        let word = match example.state {
            ExampleState::Pass => "in order",
            ExampleState::Fail => "finding ",
            ExampleState::Unknown => "unknown ",
        };
        let cells: Vec<String> = example
            .cells
            .iter()
            .map(|(environment, values)| format!("{environment}: {}", if values.is_empty() { "–".to_owned() } else { values.join(" | ") }))
            .collect();
        let _ = writeln!(out, "  {word}  {}  {}", example.subject, cells.join("   "));
    }
    Ok(out)
}

/// Who is what, and why.
pub(super) fn plan(plan: &Plan, families: &[Family]) -> String {
    let mut out = String::new();
    for environment in &plan.environments {
        let _ = writeln!(out, "{environment}");
        for source in plan.sources.iter().filter(|source| source.environment == *environment) {
            let files: Vec<String> = source.files.iter().map(|file| seal::path(file).to_string()).collect();
            let component = if source.component.is_empty() { String::new() } else { format!(" ({})", seal::path(&source.component)) };
            let target = source.target.as_ref().map_or(String::new(), |target| format!(" stage {}", seal::name(target)));
            let _ = writeln!(out, "  {}{target}{component}: {}", files.join(" + "), source.why);
        }
    }
    if !families.is_empty() {
        out.push_str("\none configuration in several environments:\n");
    }
    for family in families {
        let members: Vec<String> = family.members.iter().map(|member| format!("{} {}", member.environment, member.keys)).collect();
        let manner = if family.are_twins() { "full copies of each other" } else { "layers" };
        let base = family.base.map_or(String::new(), |keys| format!(" over a base of {keys}"));
        out.push_str(&format!("  {}: {manner}{base}: {} keys\n", family.label, members.join(", ")));
    }
    if !plan.parts.is_empty() {
        let _ = writeln!(out, "read through another file");
    }
    for (path, by) in &plan.parts {
        let _ = writeln!(out, "  {}: by {}", seal::path(path), seal::path(by));
    }
    if !plan.left_out.is_empty() {
        let _ = writeln!(out, "left out");
    }
    for (path, why) in &plan.left_out {
        let _ = writeln!(out, "  {}: {why}", seal::path(path));
    }
    out
}
