//! Shell scripts and the recipes of Makefiles and justfiles: what they start and install on the
//! machine that runs them. Sources: POSIX Shell Command Language, GNU make manual, just's manual.

use std::collections::BTreeMap;

use super::shell::{self, Context, Dialect, Process};
use super::traced::{Placed, Traced};
use super::{Claim, Format, Home, Input, Link, Links, Output};
use crate::files::{Document, file_name, folder};
use crate::model::{Content, Form, Kind, Need, Reading, Scope, Stance};
use crate::syntax::clamp;

/// Scripts, Makefiles and justfiles.
pub(super) static FORMAT: Format = Format { name: "script", claims, sniff, scan: None, home: Home::Script, links: Links::Along(links), read };

/// Folders that hold scripts of a team's own.
const FOLDERS: &[&str] = &["scripts", "script", "bin", "hack", "tools", "dev", ".devcontainer", "ci", "docker"];

/// How many folders a script may lie in, and one that starts a container.
const DEPTH: usize = 4;
const ENTRY_DEPTH: usize = 6;

/// Names, without their extension, of scripts that start what stands beside them.
const ENTRIES: &[&str] = &["start", "startup", "start-server", "run-server", "prestart", "boot"];

fn claims(path: &str) -> Claim {
    let name = file_name(path);
    let known = matches!(name, "Makefile" | "makefile" | "GNUmakefile" | "justfile" | "Justfile" | ".justfile");
    // Most files of a tree end here.
    if !known && name.contains('.') && !name.ends_with(".sh") && !name.ends_with(".bash") {
        return Claim::No;
    }
    let folders: Vec<&str> = folder(path).split('/').filter(|part| !part.is_empty()).collect();
    let is_entry = is_entry(name) && folders.len() <= ENTRY_DEPTH;
    if folders.len() > DEPTH && !is_entry {
        return Claim::No;
    }
    let at_home = folders.is_empty() || folders.iter().any(|part| FOLDERS.contains(part));
    match name {
        _ if known => Claim::Yes,
        _ if (at_home || is_entry) && (name.ends_with(".sh") || name.ends_with(".bash")) => Claim::Yes,
        // `script/setup`, `bin/dev`: only the first line tells the language.
        _ if !name.contains('.') && is_entry => Claim::Maybe,
        _ if !name.contains('.') && folders.last().is_some_and(|part| matches!(*part, "script" | "scripts" | "bin")) => Claim::Maybe,
        _ => Claim::No,
    }
}

/// Whether a script of this name starts a container: `docker-entrypoint.sh`, `start.sh`.
fn is_entry(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    stem.contains("entrypoint") || ENTRIES.contains(&stem)
}

/// Whether a text says in its first line that a shell reads it.
pub(super) fn sniff(head: &str) -> bool {
    let first = head.lines().next().unwrap_or("");
    first.starts_with("#!") && ["sh", "bash", "zsh", "dash"].iter().any(|shell| first.trim_end().split(['/', ' ']).any(|word| word == *shell))
}

fn read(input: &Input<'_>, out: &mut Output) {
    *out = links(input, &mut Vec::new());
}

fn links(input: &Input<'_>, to: &mut Vec<Link>) -> Output {
    let mut out = Output::default();
    with(input, |text, context, exports| {
        let led = shell::read(text, context, &mut out);
        super::build_arguments(input, &led.links, &mut out);
        to.extend(led.links);
        out.readings.extend(exports);
        let known = context.variables.keys().cloned().collect();
        out.readings.extend(shell::asked(text, context.dialect, known));
    });
    out
}

/// Prepares the shell text of a document, what it is read with, and what its definitions export.
fn with(input: &Input<'_>, then: impl FnOnce(&Placed<'_>, &Context<'_>, Vec<Reading>)) {
    let document = &input.document;
    let own = folder(&document.path);
    let name = file_name(&document.path).to_ascii_lowercase();
    let dialect = match name.trim_start_matches('.') {
        "makefile" | "gnumakefile" => Dialect::Make,
        "justfile" => Dialect::Just,
        _ => Dialect::Shell,
    };
    let variables: BTreeMap<String, Option<Traced>> =
        input.variables.iter().filter_map(|v| Some((v.name.clone(), Some(Traced::literal(v.value.text()?, v.value.at()))))).collect();
    // Recipes run beside their file; scripts mostly from the root, sometimes from where they stand.
    let folders = if dialect == Dialect::Shell && !own.is_empty() { vec![String::new(), own.to_owned()] } else { vec![own.to_owned()] };
    let mut exported = variables.clone();
    let mut defined = variables;
    let mut exports = Vec::new();
    let text = if dialect == Dialect::Shell {
        Placed::document(document)
    } else {
        exports = definitions(input, dialect, &mut defined, &mut exported);
        recipes(document)
    };
    let process = Some(Process { workload: file_name(&document.path), part: None, copies: false });
    let context = Context { folders, home: Some(own), process, ..plain(input, dialect, &defined, &exported) };
    then(&text, &context, exports);
}

/// A context without a place.
fn plain<'c>(
    input: &'c Input<'c>,
    dialect: Dialect,
    defined: &'c BTreeMap<String, Option<Traced>>,
    exported: &'c BTreeMap<String, Option<Traced>>,
) -> Context<'c> {
    Context {
        input,
        dialect,
        folders: Vec::new(),
        home: None,
        defined,
        variables: exported,
        expression: None,
        sourced: None,
        scope: Scope::Run,
        environment: None,
        component: None,
        process: None,
    }
}

/// `NAME := value` of a Makefile, `name := "value"` of a justfile. What is exported is given to the
/// recipes; `?=` gives way to what is set outside.
fn definitions(
    input: &Input<'_>,
    dialect: Dialect,
    defined: &mut BTreeMap<String, Option<Traced>>,
    exported: &mut BTreeMap<String, Option<Traced>>,
) -> Vec<Reading> {
    let mut exports = Vec::new();
    let whole = Placed::document(&input.document);
    let mut end = 0;
    for line in whole.text().split_inclusive('\n') {
        let start = end;
        end += line.len();
        if line.starts_with(char::is_whitespace) {
            continue;
        }
        let Some((left, right)) = line.split_once('=') else { continue };
        let name = left.trim_end_matches([':', '?', '!']).trim();
        let name = name.strip_prefix("export ").unwrap_or(name).trim();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
            continue;
        }
        let body = right.split(" #").next().unwrap_or("").trim();
        let from = start + left.len() + 1 + (right.len() - right.trim_start().len());
        let mut range = from..from + body.len();
        if dialect == Dialect::Just {
            // Only a plain string is known; a call is not.
            let quote = body.chars().next().filter(|c| matches!(c, '"' | '\''));
            let Some(inner) = quote.and_then(|q| body.strip_prefix(q)?.strip_suffix(q)) else { continue };
            range = from + 1..from + 1 + inner.len();
        }
        let value = shell::value(&whole, range, &plain(input, dialect, defined, exported));
        if left.starts_with("export ") {
            let place = start + (left.find(name).unwrap_or(0));
            let at = whole.at(place..place + name.len());
            let (text, is_default) = (value.as_ref().map_or("", Traced::text), left.trim_end().ends_with('?'));
            let content = if value.is_none() { Content::Reference } else { content(is_default) };
            let form = |stance, need| Form::Variable(stance, need, content);
            let workload = Some(file_name(&input.document.path));
            exports.push(Reading::new(Kind::Env, name, text, form(Stance::Given, Need::Bare), at).workload(workload));
            if is_default {
                exports.push(Reading::new(Kind::Env, name, text, form(Stance::Read, Need::Optional), at));
            }
            exported.insert(name.to_owned(), value.clone());
        }
        if let Some(value) = value {
            defined.insert(name.to_owned(), Some(value));
        }
    }
    exports
}

fn content(is_default: bool) -> Content {
    if is_default { Content::Default } else { Content::Literal }
}

/// The indented lines, without what make and just take off them.
fn recipes(document: &Document) -> Placed<'_> {
    let (mut text, mut segments) = (String::new(), Vec::new());
    let mut goes_on = false;
    for (number, line) in document.text().lines().enumerate() {
        if !line.starts_with(['\t', ' ']) {
            goes_on = false;
            continue;
        }
        let marks = !std::mem::replace(&mut goes_on, line.ends_with('\\'));
        let body = line.trim_start_matches(|c: char| c.is_whitespace() || marks && matches!(c, '@' | '-' | '+'));
        let column = line.get(..line.len() - body.len()).map_or(0, |s| s.chars().count()) + 1;
        segments.push((text.len(), clamp(number + 1), clamp(column)));
        text.push_str(body);
        text.push('\n');
    }
    Placed::new(text, document.id, segments)
}
