//! What a `RUN` installs: runtimes from the packages of the system and from those of Node.js. It
//! knows the commands by their documentation: npm, pnpm, yarn, corepack, apk, apt-get.

use std::ops::Range;

use super::Reader;
use super::instructions::{Instruction, Source};
use super::variables::View;
use crate::model::{Form, Kind, Reading, Scope, Syntax};
use crate::read::Output;

/// Hands over what the commands of a `RUN` install.
pub(super) fn run(reader: &Reader<'_>, instruction: &Instruction, stage: usize, scope: Scope, out: &mut Output) {
    let shell = Shell { reader, stage, scope };
    // The exec form starts no shell.
    let text = instruction.source.text.trim_start();
    if text.starts_with('[') {
        return;
    }
    shell.script(&instruction.source, out);
    // A here-document is a script where nothing else, or a shell, takes it in.
    let program = text.split_whitespace().find(|word| !word.starts_with("--")).unwrap_or("");
    if program.starts_with("<<") || program.ends_with("sh") {
        for heredoc in instruction.heredocs.iter().filter(|heredoc| is_shell(&heredoc.body.text)) {
            shell.script(&heredoc.body, out);
        }
    }
}

/// Whether a script's first line names no other program than a shell.
fn is_shell(script: &str) -> bool {
    script.strip_prefix("#!").is_none_or(|rest| rest.lines().next().is_some_and(|program| program.trim_end().ends_with("sh")))
}

struct Shell<'s> {
    reader: &'s Reader<'s>,
    stage: usize,
    scope: Scope,
}

impl Shell<'_> {
    fn script(&self, source: &Source, out: &mut Output) {
        for command in commands(&source.text) {
            let texts: Vec<&str> = command.iter().map(|word| source.text.get(word.clone()).unwrap_or("")).collect();
            let program = texts.first().copied().unwrap_or("");
            let has = |words: &[&str]| texts.iter().any(|text| words.contains(text));
            let global = has(&["-g", "--global", "--location=global"]);
            let arguments = |verbs: &[&str]| {
                let verb = texts.iter().position(|text| verbs.contains(text));
                let rest = verb.and_then(|verb| command.get(verb + 1..)).unwrap_or_default();
                rest.iter().filter(|word| !source.text.get((*word).clone()).is_some_and(|text| text.starts_with('-'))).cloned().collect::<Vec<_>>()
            };
            match program {
                "npm" | "pnpm" if global => arguments(&["install", "i", "add"]).into_iter().for_each(|word| self.node_package(source, word, out)),
                "yarn" if has(&["global"]) => arguments(&["add"]).into_iter().for_each(|word| self.node_package(source, word, out)),
                "corepack" => arguments(&["prepare", "install", "use"]).into_iter().for_each(|word| self.node_package(source, word, out)),
                "apk" => arguments(&["add"]).into_iter().for_each(|word| self.system_package(source, word, out)),
                "apt-get" | "apt" => arguments(&["install"]).into_iter().for_each(|word| self.system_package(source, word, out)),
                _ => {}
            }
        }
    }

    /// `pnpm@9.1.0`, `pnpm`, `pnpm@${VERSION}`.
    fn node_package(&self, source: &Source, word: Range<usize>, out: &mut Output) {
        let word = bare(source, word);
        let text = source.text.get(word.clone()).unwrap_or("");
        let (name, version) = match text.rfind('@').filter(|sign| *sign > 0) {
            Some(sign) => (text.get(..sign).unwrap_or(text), Some(word.start + sign + 1..word.end)),
            None => (text, None),
        };
        if let Some(runtime) = self.reader.input.catalog.runtime(name) {
            self.install(source, &runtime.name, word, version, out);
        }
    }

    /// `nodejs`, `nodejs=22.11.0-r0`, `python3.12`.
    fn system_package(&self, source: &Source, word: Range<usize>, out: &mut Output) {
        let word = bare(source, word);
        let text = source.text.get(word.clone()).unwrap_or("");
        let name_end = text.find(['=', '<', '>', '~', '@']).unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(name_end).unwrap_or((text, ""));
        let Some((runtime, in_name)) = self.reader.input.catalog.runtime_of_package(name) else { return };
        let pinned = rest.trim_start_matches(['=', '~']);
        let version = if !pinned.is_empty() && !pinned.starts_with(['<', '>', '@']) {
            let numbers = pinned.find(|c: char| !(c.is_ascii_digit() || c == '.')).filter(|_| !pinned.contains('$')).unwrap_or(pinned.len());
            let start = word.end - pinned.len();
            Some(start..start + numbers)
        } else {
            name.find(&in_name).filter(|_| !in_name.is_empty()).map(|start| word.start + start..word.start + start + in_name.len())
        };
        self.install(source, &runtime.name, word, version.filter(|version| !version.is_empty()), out);
    }

    fn install(&self, source: &Source, name: &str, word: Range<usize>, version: Option<Range<usize>>, out: &mut Output) {
        let form = Form::Version(Syntax::Prefix);
        let Some(version) = version else {
            let at = self.reader.lines.at(source.origin(word));
            return out.push(Reading::new(Kind::Runtime, name, "", form, at).scope(self.scope));
        };
        let version = bare(source, version);
        let written_at = source.origin(version.clone());
        let Some(value) = self.reader.variables.expand(source, version, View::Stage(self.stage)).filter(|value| !value.unset) else { return };
        let text = value.text();
        let (at, via) = self.reader.place(&value, text.find(|c: char| c.is_ascii_digit()).unwrap_or(0), &written_at);
        out.push(Reading::new(Kind::Runtime, name, text, form, at).scope(self.scope).via(via));
    }
}

/// A word without quotes at its ends.
fn bare(source: &Source, word: Range<usize>) -> Range<usize> {
    let text = source.text.get(word.clone()).unwrap_or("");
    let quotes = ['"', '\''];
    let start = word.start + text.len() - text.trim_start_matches(quotes).len();
    start..(start + text.trim_matches(quotes).len())
}

/// The commands of a script, each as its words; what stands in front of a program is left out.
fn commands(script: &str) -> Vec<Vec<Range<usize>>> {
    let mut commands: Vec<Vec<Range<usize>>> = vec![Vec::new()];
    let (mut start, mut quote, mut escaped, mut comment) = (None, None, false, false);
    for (i, c) in script.char_indices().chain([(script.len(), '\n')]) {
        comment &= c != '\n';
        let ends_command = matches!(c, '\n' | ';' | '&' | '|' | '(' | ')' | '`');
        if !escaped && quote.is_none() && (ends_command || c.is_whitespace()) || i == script.len() {
            if let (Some(start), Some(command)) = (start.take(), commands.last_mut())
                && !(command.is_empty() && leads(script.get(start..i).unwrap_or("")))
            {
                command.push(start..i);
            }
            if ends_command && commands.last().is_some_and(|command| !command.is_empty()) {
                commands.push(Vec::new());
            }
        } else if comment || (c == '#' && start.is_none()) {
            comment = true;
        } else {
            start.get_or_insert(i);
            match c {
                _ if escaped => escaped = false,
                '\\' if quote != Some('\'') => escaped = true,
                '"' | '\'' if quote.is_none() => quote = Some(c),
                _ if quote == Some(c) => quote = None,
                _ => {}
            }
        }
    }
    commands
}

/// Whether a word stands in front of a program: an assignment, a flag of `RUN`, `sudo`, `then`.
fn leads(word: &str) -> bool {
    let assigns = word.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    assigns || word.starts_with('-') || matches!(word, "sudo" | "exec" | "time" | "env" | "if" | "then" | "else" | "do" | "!" | "{")
}
