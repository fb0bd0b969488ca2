//! Units of systemd (systemd.exec(5), "Environment"): what a service is given, one or several
//! assignments a line, and the files that hold more.

use super::{Claim, Format, Home, Input, Links, Output};
use crate::files::{file_name, folder};
use crate::model::{Content, Need, Reading, Stance};
use crate::syntax::dotenv::{self, is_name};
use crate::syntax::{At, Node, clamp};

/// Service units and what is laid over them.
pub(super) static FORMAT: Format = Format { name: "systemd_unit", claims, sniff, scan: None, home: Home::Prod, links: Links::None, read };

fn claims(path: &str) -> Claim {
    let over = path.ends_with(".conf") && folder(path).ends_with(".service.d");
    if over || path.ends_with(".service") { Claim::Maybe } else { Claim::No }
}

fn sniff(head: &str) -> bool {
    head.contains("[Service]") && head.lines().any(|line| ["Environment", "PassEnvironment"].iter().any(|key| line.trim_start().starts_with(key)))
}

fn read(input: &Input<'_>, out: &mut Output) {
    let path = &input.document.path;
    let unit = if path.ends_with(".service") { path } else { folder(path) };
    let workload = file_name(unit).split(".service").next();
    let mut section = "";
    let mut lines = input.document.text().lines().zip(1..).peekable();
    let mut key = "";
    while let Some((line, number)) = lines.next() {
        let body = line.trim();
        if body.starts_with(['#', ';']) || body.is_empty() {
            continue;
        }
        if body.starts_with('[') {
            section = body;
            continue;
        }
        // Behind a backslash the next line goes on with the same key.
        let value = if key.is_empty() {
            let Some((name, value)) = body.split_once('=') else { continue };
            key = name.trim_end();
            value
        } else {
            body
        };
        let start = line.trim_end().len().checked_sub(value.len()).and_then(|i| line.get(..i)).map_or(0, |before| before.chars().count());
        let goes_on = value.ends_with('\\') && lines.peek().is_some();
        let value = value.strip_suffix('\\').unwrap_or(value);
        if section == "[Service]" {
            let at = At { line: number, column: clamp(start + 1), width: 0, ..At::file(input.document.id) };
            setting(input, key, value, at, workload, out);
        }
        if !goes_on {
            key = "";
        }
    }
}

fn setting(input: &Input<'_>, key: &str, value: &str, at: At, workload: Option<&str>, out: &mut Output) {
    match key {
        "Environment" => {
            for (word, at) in words(value, at) {
                if let Some((name, value)) = word.split_once('=').filter(|(name, _)| is_name(name)) {
                    let at = At { width: clamp(name.len()), ..at };
                    out.push(Reading::variable(Stance::Given, name, value, at).workload(workload));
                }
            }
        }
        "PassEnvironment" => {
            for (word, at) in words(value, at).into_iter().filter(|(word, _)| is_name(word)) {
                let at = At { width: clamp(word.len()), ..at };
                out.push(Reading::variable_without(Stance::Given, Need::Bare, Content::Reference, word, at).workload(workload));
            }
        }
        "EnvironmentFile" => file(input, value, at, workload, out),
        _ => {}
    }
}

/// An env file on the machine: read where the repository has it beside the unit under that name.
fn file(input: &Input<'_>, value: &str, at: At, workload: Option<&str>, out: &mut Output) {
    let path = value.trim().trim_start_matches('-');
    if path.is_empty() {
        return;
    }
    let start = value.find(path).and_then(|i| value.get(..i)).map_or(0, |before| before.chars().count());
    let at = At { column: at.column + clamp(start), width: clamp(path.chars().count()), ..at };
    let own = folder(&input.document.path);
    let beside = crate::files::resolve(own, file_name(path)).filter(|path| input.documents.exists(path));
    let Some(document) = beside.and_then(|path| input.documents.open(&path).ok()) else {
        return out.push(Reading::variable_without(Stance::Open, Need::Bare, Content::Nothing, "*", at).workload(workload));
    };
    let tree = dotenv::parse(document.id, document.text(), |_| {});
    for (key, value) in tree.entries().iter().filter(|(_, value)| !Node::is_null(value)) {
        out.push(Reading::variable(Stance::Given, &*key.text, value.text().unwrap_or(""), key.at).via(vec![at]).workload(workload));
    }
}

/// The words of a setting and where each begins, quotes taken off and backslashes resolved.
fn words(value: &str, at: At) -> Vec<(String, At)> {
    let (mut out, mut chars) = (Vec::new(), value.chars().zip(0u32..).peekable());
    while let Some((first, offset)) = chars.next() {
        if first.is_whitespace() {
            continue;
        }
        let mut quote = Some(first).filter(|c| matches!(c, '"' | '\''));
        let at = At { column: at.column + offset + u32::from(quote.is_some()), ..at };
        let mut word = String::new();
        if quote.is_none() {
            word.push(first);
        }
        while let Some((c, _)) = chars.next_if(|(c, _)| quote.is_some() || !c.is_whitespace()) {
            match (quote, c) {
                (Some(open), _) if c == open => quote = None,
                (None, '"' | '\'') => quote = Some(c),
                (_, '\\') => word.extend(chars.next().map(|(escaped, _)| escaped)),
                _ => word.push(c),
            }
        }
        out.push((word, at));
    }
    out
}
