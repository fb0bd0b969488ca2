//! Follows a text command by command: remembers assignments and the working directory, resolves
//! words, and hands each command to those who know it.

use std::collections::{BTreeMap, BTreeSet};

use super::lex::{self, Command, Part, Word};
use super::{Context, Dialect, Found, docker, files, install, packages, variables};
use crate::files::resolve;
use crate::limits;
use crate::read::traced::{Placed, Traced};
use crate::read::{Link, Target};
use crate::syntax::At;

/// What starts a path that counts from the root of the repository, whatever the working directory.
pub(super) const ROOT: &str = "//";

/// What `$GITHUB_ENV` and `$BASH_ENV` stand for: no path of a repository.
pub(super) const RUNNER_ENV: &str = "/$GITHUB_ENV";

/// What a text does.
pub(super) fn walk(text: &Placed<'_>, context: &Context<'_>) -> Vec<Found> {
    let mut walk = Walk::new(text, context);
    walk.all(lex::within(text.text(), 0..text.text().len(), context.dialect, 0, 0), 0);
    if let Some(sourced) = context.sourced {
        sourced.replace(walk.sourced);
    }
    walk.found
}

/// The value of a definition.
pub(super) fn value(text: &Placed<'_>, range: std::ops::Range<usize>, context: &Context<'_>) -> Option<Traced> {
    let word = lex::value(text.text(), range, context.dialect);
    Walk::new(text, context).resolved(&word)
}

/// A variable of the text: its value, where that is known.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) value: Option<Traced>,
    exported: bool,
}

/// A command whose words are resolved; none for a word that only a shell could tell.
pub(super) struct Call<'w> {
    pub(super) arguments: &'w [Option<Traced>],
    /// Variables that are set for this command.
    pub(super) variables: BTreeMap<String, Traced>,
    /// The words of the command that reads its output.
    pub(super) next: Vec<String>,
    /// Where its output goes, and whether that is added to what is there.
    pub(super) output: Option<Traced>,
    pub(super) appends: bool,
}

/// A walk through a text.
pub(super) struct Walk<'w> {
    pub(super) text: &'w Placed<'w>,
    pub(super) context: &'w Context<'w>,
    pub(super) held: BTreeMap<String, Held>,
    pub(super) folders: Vec<String>,
    /// The folders to go back to at the end of a subshell, with its depth.
    left: Vec<(usize, Vec<String>)>,
    pub(super) found: Vec<Found>,
    /// Runtimes whose version the source of their package tells, not the package.
    pub(super) sourced: BTreeSet<String>,
}

impl<'w> Walk<'w> {
    fn new(text: &'w Placed<'w>, context: &'w Context<'w>) -> Walk<'w> {
        let hold = |exported: bool| move |(name, value): (&String, &Option<Traced>)| (name.clone(), Held { value: value.clone(), exported });
        let held = context.defined.iter().map(hold(false)).chain(context.variables.iter().map(hold(true))).collect();
        let sourced = context.sourced.map(|sourced| sourced.borrow().clone()).unwrap_or_default();
        Walk { text, context, held, folders: context.folders.clone(), left: Vec::new(), found: Vec::new(), sourced }
    }

    fn all(&mut self, commands: Vec<Command>, nesting: usize) {
        let mut commands = commands.iter().peekable();
        while let Some(command) = commands.next() {
            let next = commands.peek().filter(|next| next.piped);
            self.command(command, next.copied(), nesting);
        }
    }

    fn command(&mut self, command: &Command, next: Option<&Command>, nesting: usize) {
        while let Some((_, folders)) = self.left.pop_if(|(depth, _)| *depth > command.depth) {
            self.folders = folders;
        }
        let (start, own) = self.prefix(&command.words);
        let words = command.words.get(start..).unwrap_or_default();
        if words.is_empty() {
            for (name, value) in own {
                let exported = self.held.get(&name).is_some_and(|held| held.exported);
                self.held.insert(name, Held { value, exported });
            }
            return;
        }
        // What is written down may hold what only a shell knows: the rest of it tells still.
        let written = matches!(words.first().and_then(Word::literal), Some("echo" | "printf"));
        let arguments = self.arguments(words, written);
        let program = arguments.first().and_then(Option::as_ref).map_or("", Traced::text);
        match program {
            "export" | "local" | "declare" | "readonly" | "typeset" => return self.declare(words, command.depth),
            "cd" | "pushd" => return self.enter(arguments.get(1).and_then(Option::as_ref), command.depth),
            "popd" => return self.folders.clone_from(&self.context.folders),
            "bash" | "sh" | "zsh" | "dash" | "/bin/sh" | "/bin/bash" => {
                if let [_, flag, script, ..] = words
                    && flag.literal().is_some_and(|flag| flag.starts_with('-') && flag.ends_with('c'))
                {
                    return self.inner(script, command.depth, nesting);
                }
            }
            _ => {}
        }
        let mut variables: BTreeMap<String, Traced> =
            self.held.iter().filter(|(_, held)| held.exported).filter_map(|(name, held)| Some((name.clone(), held.value.clone()?))).collect();
        for (name, value) in own {
            match value {
                Some(value) => variables.insert(name, value),
                None => variables.remove(&name),
            };
        }
        let next = next.map(|next| {
            let (start, own) = self.prefix(&next.words);
            variables.extend(own.into_iter().filter_map(|(name, value)| Some((name, value?))));
            self.arguments(next.words.get(start..).unwrap_or_default(), false).iter().flatten().map(|word| word.text().to_owned()).collect()
        });
        let output = command.output.as_ref().and_then(|word| self.resolved(word));
        let call = Call { arguments: &arguments, variables, next: next.unwrap_or_default(), output, appends: command.appends };
        variables::written(self, command, words, &call);
        docker::call(self, &call);
        install::call(self, &call);
        packages::call(self, &call);
        files::call(self, &call);
    }

    /// Skips what stands in front of a command, and collects the assignments there.
    fn prefix(&self, words: &[Word]) -> (usize, Vec<(String, Option<Traced>)>) {
        let (mut index, mut own) = (0, Vec::new());
        while let Some(word) = words.get(index) {
            if let Some(assigned) = self.assignment(word) {
                own.push(assigned);
                index += 1;
                continue;
            }
            match word.literal().unwrap_or("") {
                "if" | "then" | "else" | "elif" | "while" | "until" | "do" | "!" | "{" | "time" | "exec" | "command" | "nohup" | "env" | "eval" => index += 1,
                "sudo" => {
                    index += 1;
                    while let Some(flag) = words.get(index).and_then(Word::literal).filter(|w| w.starts_with('-')) {
                        index += if matches!(flag, "-u" | "-g" | "--user" | "--group") { 2 } else { 1 };
                    }
                }
                "timeout" => {
                    index += 1;
                    while words.get(index).and_then(Word::literal).is_some_and(|w| w.starts_with(|c: char| c == '-' || c.is_ascii_digit())) {
                        index += 1;
                    }
                }
                _ => break,
            }
        }
        (index, own)
    }

    /// `NAME=value`.
    fn assignment(&self, word: &Word) -> Option<(String, Option<Traced>)> {
        let (Part::Literal(head, range), rest) = word.parts.split_first()? else { return None };
        let (name, value) = head.split_once('=')?;
        if !lex::is_name(name) {
            return None;
        }
        let from = range.start + name.len() + 1;
        let head = (!value.is_empty()).then(|| Part::Literal(value.to_owned(), from..range.end));
        let value = Word { parts: head.into_iter().chain(rest.iter().cloned()).collect() };
        Some((name.to_owned(), self.resolved(&value)))
    }

    fn declare(&mut self, words: &[Word], depth: usize) {
        let export = words.first().and_then(Word::literal) == Some("export") || words.iter().any(|w| w.literal() == Some("-x"));
        for word in words.iter().skip(1) {
            if export && depth == 0 {
                variables::exported(self, word);
            }
            if let Some((name, value)) = self.assignment(word) {
                self.held.insert(name, Held { value, exported: export });
            } else if let Some(held) = word.literal().and_then(|name| self.held.get_mut(name)) {
                held.exported |= export;
            }
        }
    }

    /// A text in quotes that another shell is given.
    fn inner(&mut self, script: &Word, depth: usize, nesting: usize) {
        if let [Part::Literal(_, range)] = script.parts.as_slice()
            && nesting < limits::REFERENCE_DEPTH
        {
            let commands = lex::within(self.text.text(), range.clone(), Dialect::Shell, depth + 1, 0);
            self.all(commands, nesting + 1);
        }
    }

    fn enter(&mut self, folder: Option<&Traced>, depth: usize) {
        let before = self.folders.clone();
        if depth > 0 && self.left.last().is_none_or(|(other, _)| *other < depth) {
            self.left.push((depth, before.clone()));
        }
        let Some(folder) = folder.map(Traced::text).filter(|folder| !folder.starts_with('-')) else { return self.folders.clear() };
        if let Some(path) = folder.strip_prefix(ROOT) {
            self.folders = resolve("", path).into_iter().collect();
            return;
        }
        let outside = folder.starts_with(['/', '~']);
        self.folders = before.iter().filter(|_| !outside).filter_map(|from| resolve(from, folder)).collect();
        if self.folders.len() > 1 {
            self.folders.retain(|folder| self.context.input.documents.below(folder).next().is_some());
        }
    }

    /// The path from the root of what a command names; of several folders the first that has it.
    pub(super) fn path(&self, text: &str) -> Option<String> {
        if let Some(path) = text.strip_prefix(ROOT) {
            return resolve("", path);
        }
        if text.starts_with(['/', '~']) || text.contains(['*', '?', '{']) || text.contains("://") {
            return None;
        }
        let mut candidates = self.folders.iter().filter_map(|folder| resolve(folder, text));
        let first = candidates.next()?;
        let exists = |path: &String| self.context.input.documents.exists(path);
        Some(if exists(&first) { first } else { candidates.find(exists).unwrap_or(first) })
    }

    /// The folder that a command runs in, told by a file that it must hold.
    pub(super) fn folder(&self, holding: &[&str]) -> Option<String> {
        let holds = |folder: &&String| holding.iter().any(|file| resolve(folder, file).is_some_and(|path| self.context.input.documents.exists(&path)));
        self.folders.iter().find(holds).or(self.folders.first()).cloned()
    }

    /// Adds a link, if its file exists.
    pub(super) fn lead(&mut self, at: At, file: Option<&str>, to: Target) {
        if file.is_none_or(|file| self.context.input.documents.exists(file)) {
            self.found.push(Found::Leads(Link { environment: self.context.environment.clone(), at, to }));
        } else if matches!(to, Target::Dockerfile { .. }) {
            self.found.push(Found::Lacks { at, to });
        }
    }
}
