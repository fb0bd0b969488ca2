//! What a `RUN` installs: its shell text, with the stage's variables. Source: Docker's Dockerfile
//! reference, "RUN" ("Shell form", "Exec form") and "Here-documents".

use std::collections::BTreeMap;

use super::Reader;
use super::instructions::{Heredoc, Instruction};
use super::variables::View;
use super::words::Arguments;
use crate::model::{Form, Scope};
use crate::read::Output;
use crate::read::script::sniff;
use crate::read::shell::{self, CI, Context, Dialect, Sourced};
use crate::read::traced::{Placed, Traced};

/// Programs that take a here-document as a script.
pub(super) const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "ksh"];

/// Hands over what the commands of a `RUN` install.
pub(super) fn run(reader: &Reader<'_>, instruction: &Instruction, stage: usize, said: (Scope, &Sourced), out: &mut Output) {
    let flags_end = Arguments::of(&instruction.source, reader.lexed.escape).words.first().map(|word| word.start);
    let Some(line) = flags_end.map(|start| instruction.source.tail(start)) else { return };
    // The exec form starts no shell.
    if serde_json::from_str::<Vec<String>>(line.text()).is_ok() {
        return;
    }
    commands(reader, &line, stage, said, out);
    // A here-document is a script where nothing else, or a shell, takes it in.
    for body in scripts(line.text(), &instruction.heredocs) {
        commands(reader, body, stage, said, out);
    }
}

/// Those here-documents of a command that a shell runs; none where another program takes them in.
pub(super) fn scripts<'h>(line: &str, heredocs: &'h [Heredoc]) -> impl Iterator<Item = &'h Placed<'static>> {
    let program = line.split_whitespace().next().unwrap_or("");
    let runs = program.starts_with("<<") || SHELLS.contains(&crate::files::file_name(program));
    let bodies = heredocs.iter().map(|heredoc| &heredoc.body);
    bodies.filter(move |body| runs && (!body.text().starts_with("#!") || sniff(body.text())))
}

fn commands(reader: &Reader<'_>, text: &Placed<'_>, stage: usize, (scope, sourced): (Scope, &Sourced), out: &mut Output) {
    let catalog = reader.input.catalog;
    // Those that the text names, and those that an installer may look at.
    let named = text.text().split('$').skip(1).map(|rest| {
        let rest = rest.trim_start_matches('{');
        rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or("")
    });
    let told = catalog.runtimes.iter().flat_map(|runtime| &runtime.variables).map(String::as_str);
    let heeded = catalog.managers.iter().flat_map(|manager| &manager.variables).map(String::as_str).chain([CI]);
    let variables: BTreeMap<String, Option<Traced>> = named
        .chain(told)
        .chain(heeded)
        .filter_map(|name| reader.variables.get(name, View::Stage(stage)).map(|value| (name.to_owned(), (!value.is_unset()).then(|| value.text.clone()))))
        .collect();
    let context = Context {
        input: reader.input,
        dialect: Dialect::Shell,
        folders: Vec::new(),
        home: None,
        defined: &BTreeMap::new(),
        variables: &variables,
        expression: None,
        sourced: Some(sourced),
        scope,
        environment: None,
        component: None,
        process: None,
    };
    let mut found = Output::default();
    shell::read(text, &context, &mut found);
    // What it starts lives no longer than the build.
    out.readings.extend(found.readings.into_iter().filter(|reading| matches!(reading.form, Form::Version(_) | Form::Packaged | Form::Install(_))));
}
