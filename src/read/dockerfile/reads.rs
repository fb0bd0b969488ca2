//! Which variables an image reads when it runs: those in its own commands where a shell runs them,
//! and those in the scripts that a `RUN` or `COPY` writes. Source: Docker's Dockerfile reference,
//! "Shell and exec form", "HEALTHCHECK" and "Here-documents".

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::instructions::{Instruction, Lexed};
use super::run::{self, SHELLS};
use super::scripts::{self, Written};
use super::stages::Stages;
use super::values::name_of;
use super::words::Arguments;
use crate::files::file_name;
use crate::limits;
use crate::model::{Content, Form, Kind, Need, Reading, Scope, Stance};
use crate::read::traced::Placed;

/// What the stages that run read, in the order of the file.
pub(super) fn readings(lexed: &Lexed, stages: &Stages) -> Vec<Reading> {
    let running = stages.all.iter().filter(|stage| stage.scope == Scope::Run);
    let instructions: Vec<&Instruction> = running.flat_map(|stage| lexed.instructions.get(stage.instructions.clone()).unwrap_or_default()).collect();
    let mut found = Vec::new();
    // Of the commands that an image is run with, only the last of each sort counts.
    let mut last: BTreeMap<&str, &Instruction> = BTreeMap::new();
    for instruction in instructions {
        match instruction.keyword.as_str() {
            keyword @ ("CMD" | "ENTRYPOINT" | "HEALTHCHECK") => {
                last.insert(keyword, instruction);
            }
            "RUN" => written_by_run(lexed, instruction, &mut found),
            "COPY" | "ADD" => {
                for heredoc in &instruction.heredocs {
                    let which = if heredoc.quoted { Written::AsIs } else { Written::Escaped };
                    Reads::default().of(&heredoc.body, &[(0..heredoc.body.text().len(), which)], &mut found);
                }
            }
            _ => {}
        }
    }
    let mut commands: Vec<&Instruction> = last.into_values().collect();
    commands.sort_by_key(|instruction| instruction.line);
    for (instruction, from) in commands.into_iter().filter_map(|instruction| Some((instruction, command(instruction, lexed.escape)?))) {
        Reads::default().of(&instruction.source, &[(from..instruction.source.text().len(), Written::AsIs)], &mut found);
    }
    found
}

/// Where the text starts that a shell runs, if one does.
fn command(instruction: &Instruction, escape: char) -> Option<usize> {
    let words = Arguments::of(&instruction.source, escape).words;
    let is_check = instruction.keyword == "HEALTHCHECK";
    let text_of = |index: usize| words.get(index).and_then(|word| instruction.source.text().get(word.clone()));
    if is_check && !text_of(0)?.eq_ignore_ascii_case("CMD") {
        return None;
    }
    let from = words.get(usize::from(is_check))?.start;
    match serde_json::from_str::<Vec<String>>(instruction.source.text().get(from..)?).as_deref() {
        Ok([shell, flags, ..]) if SHELLS.contains(&file_name(shell)) && flags.starts_with('-') && flags.ends_with('c') => Some(from),
        Ok(_) => None,
        Err(_) => Some(from),
    }
}

/// What stands in the files that a `RUN` writes.
fn written_by_run(lexed: &Lexed, instruction: &Instruction, found: &mut Vec<Reading>) {
    let Some(from) = Arguments::of(&instruction.source, lexed.escape).words.first().map(|word| word.start) else { return };
    let line = instruction.source.text().get(from..).unwrap_or("");
    if serde_json::from_str::<Vec<String>>(line).is_ok() {
        return;
    }
    for script in scripts::written(instruction.source.text(), from) {
        Reads::default().of(&instruction.source, &script, found);
    }
    let mut run = false;
    for body in run::scripts(line, &instruction.heredocs) {
        run = true;
        for script in scripts::written(body.text(), 0) {
            Reads::default().of(body, &script, found);
        }
    }
    if !run && (line.contains('>') || line.split_whitespace().any(|word| word == "tee")) {
        for heredoc in &instruction.heredocs {
            let which = if heredoc.quoted { Written::AsIs } else { Written::Escaped };
            Reads::default().of(&heredoc.body, &[(0..heredoc.body.text().len(), which)], found);
        }
    }
}

/// The reading of one shell text.
#[derive(Default)]
struct Reads {
    /// The names that the text has set so far.
    assigned: HashSet<String>,
}

impl Reads {
    /// Hands over what these parts of a text read.
    fn of(&mut self, text: &Placed<'_>, parts: &[(Range<usize>, Written)], found: &mut Vec<Reading>) {
        for (range, which) in parts {
            self.part(text, range.clone(), *which, found);
        }
    }

    fn part(&mut self, placed: &Placed<'_>, range: Range<usize>, which: Written, found: &mut Vec<Reading>) {
        let Some(text) = placed.text().get(..range.end) else { return };
        let mut assigning: Option<(&str, Option<char>)> = None;
        let (mut at, mut before, mut escaped, mut word) = (range.start, ' ', false, "");
        while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
            let mut next = at + c.len_utf8();
            if c == '$' && text.get(next..).is_some_and(|rest| rest.starts_with('$')) {
                next += 1;
            } else if c == '$' && escaped == (which == Written::Escaped) {
                if let Some(read) = reference(text, next).filter(|read| !self.assigned.contains(read.name)) {
                    found.push(read.reading(placed, next));
                }
            } else if is_boundary(before) && (c.is_ascii_alphabetic() || c == '_') {
                let name = name_of(text.get(at..).unwrap_or(""));
                let behind = text.get(at + name.len()..).unwrap_or("");
                if behind.starts_with('=') {
                    assigning = Some((name, None));
                } else if matches!(word, "for" | "read") {
                    self.assigned.insert(name.to_owned());
                }
                // What follows `read -r` is still what it reads.
                word = name;
                next = at + name.len();
            }
            // A value ends where its word does, and only then is the name set.
            match &mut assigning {
                Some((_, quote)) if matches!(c, '"' | '\'') => *quote = if *quote == Some(c) { None } else { quote.or(Some(c)) },
                Some((name, None)) if c.is_whitespace() || matches!(c, ';' | '&' | '|') => {
                    self.assigned.insert((*name).to_owned());
                    assigning = None;
                }
                _ => {}
            }
            escaped = c == '\\' && !escaped;
            before = if next > at + c.len_utf8() { 'x' } else { c };
            at = next;
        }
        self.assigned.extend(assigning.map(|(name, _)| name.to_owned()));
    }
}

/// Whether a word may start behind this character.
fn is_boundary(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | '{' | '"' | '\'' | '`' | '[')
}

/// A variable that is read.
struct Read<'t> {
    name: &'t str,
    /// How far behind the dollar the name starts.
    offset: usize,
    need: Need,
    content: Content,
    default: &'t str,
}

impl Read<'_> {
    fn reading(&self, text: &Placed<'_>, behind: usize) -> Reading {
        let start = behind + self.offset;
        let form = Form::Variable(Stance::Read, self.need, self.content);
        Reading::new(Kind::Env, self.name, self.default, form, text.at(start..start + self.name.len()))
    }
}

/// The variable that stands behind a dollar: upper case alone tells those of the environment from
/// those of the script.
fn reference(text: &str, behind: usize) -> Option<Read<'_>> {
    let rest = text.get(behind..)?;
    let braced = rest.strip_prefix('{');
    let inside = braced.unwrap_or(rest);
    let offset = usize::from(braced.is_some());
    let name = name_of(inside);
    let is_upper = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && !name.contains(|c: char| c.is_ascii_lowercase());
    if !is_upper || !name.contains(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let plain = Read { name, offset, need: Need::Bare, content: Content::Nothing, default: "" };
    let Some(operator) = braced.and_then(|_| inside.get(name.len()..)) else { return Some(plain) };
    let operator = operator.strip_prefix(':').unwrap_or(operator);
    Some(match operator.chars().next() {
        Some('-' | '=') => match word(operator.get(1..)?) {
            Some(default) => Read { need: Need::Optional, content: Content::Default, default, ..plain },
            None => Read { need: Need::Optional, ..plain },
        },
        Some('+') => Read { need: Need::Optional, ..plain },
        Some('?') => Read { need: Need::Required, ..plain },
        _ => plain,
    })
}

/// What stands in front of the brace that closes, where that is not far.
fn word(text: &str) -> Option<&str> {
    let mut open = 1_usize;
    let end = text.char_indices().take(limits::SHOWN_CHARS).find(|(_, c)| {
        open = match c {
            '{' => open + 1,
            '}' => open - 1,
            _ => open,
        };
        open == 0
    });
    text.get(..end?.0)
}
