//! The lines of a Dockerfile as instructions: parser directives, comments, continuation lines and
//! here-documents. Source: Docker's Dockerfile reference, "Format", "Parser directives" and
//! "Here-documents".

use std::iter::Peekable;

use super::words::words;
use crate::limits;
use crate::read::traced::Placed;
use crate::syntax::{FileId, clamp};

/// One instruction.
#[derive(Debug)]
pub(super) struct Instruction {
    /// In upper case.
    pub(super) keyword: String,
    /// What follows the keyword.
    pub(super) source: Placed<'static>,
    /// The lines that it reads from the document itself, in order.
    pub(super) heredocs: Vec<Heredoc>,
    /// The line that it starts on.
    pub(super) line: u32,
}

/// A here-document.
#[derive(Debug)]
pub(super) struct Heredoc {
    /// Its lines.
    pub(super) body: Placed<'static>,
    /// Whether its name stands in quotes, which keeps its variables as they are.
    pub(super) quoted: bool,
}

/// A whole file.
#[derive(Debug)]
pub(super) struct Lexed {
    /// The character that joins lines and takes the meaning of the next one: `\` or a backtick.
    pub(super) escape: char,
    /// The instructions in order.
    pub(super) instructions: Vec<Instruction>,
    /// What is wrong, and on which line.
    pub(super) problems: Vec<(u32, &'static str)>,
}

/// Cuts a text into instructions.
pub(super) fn lex(text: &str, file: FileId) -> Lexed {
    let mut lines = Lines { rest: numbered(text).peekable(), file };
    let mut lexed = Lexed { escape: directives(&mut lines), instructions: Vec::new(), problems: Vec::new() };
    while let Some((number, whole)) = lines.next() {
        let line = whole.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if lexed.instructions.len() >= limits::INSTRUCTIONS {
            lexed.problems.push((number, "more instructions than the limit"));
            break;
        }
        let keyword = line.split(char::is_whitespace).next().unwrap_or("");
        let mut source = Placed::empty(file);
        join(&mut lines, (number, whole, whole.len() - line.len() + keyword.len()), lexed.escape, &mut source);
        if source.text().len() > limits::INSTRUCTION_BYTES {
            lexed.problems.push((number, "an instruction longer than the limit"));
            continue;
        }
        let keyword = keyword.trim_end_matches(lexed.escape).to_ascii_uppercase();
        let mut heredocs = Vec::new();
        if matches!(keyword.as_str(), "RUN" | "COPY" | "ADD") {
            for word in words(source.text(), 0, lexed.escape) {
                let Some((name, tabs, quoted)) = source.text().get(word).and_then(heredoc) else { continue };
                let (body, ended) = lines.until(&name, tabs);
                if !ended {
                    lexed.problems.push((number, "a here-document without an end"));
                }
                heredocs.push(Heredoc { body, quoted });
            }
        }
        lexed.instructions.push(Instruction { keyword, source, heredocs, line: number });
    }
    lexed
}

/// The lines of a text without their ends, each with its number.
fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    text.split('\n').enumerate().map(|(index, line)| (clamp(index + 1), line.strip_suffix('\r').unwrap_or(line)))
}

struct Lines<'t, I: Iterator<Item = (u32, &'t str)>> {
    rest: Peekable<I>,
    file: FileId,
}

impl<'t, I: Iterator<Item = (u32, &'t str)>> Lines<'t, I> {
    fn next(&mut self) -> Option<(u32, &'t str)> {
        self.rest.next()
    }

    /// The lines up to one that is only this name, and whether there was one.
    fn until(&mut self, name: &str, tabs: bool) -> (Placed<'static>, bool) {
        let mut body = Placed::empty(self.file);
        for (number, line) in self.rest.by_ref() {
            let bare = if tabs { line.trim_start_matches('\t') } else { line };
            if bare == name {
                return (body, true);
            }
            body.append(&format!("{line}\n"), number, 1);
        }
        (body, false)
    }
}

/// Reads the parser directives at the top; hands back the escape character.
fn directives<'t, I: Iterator<Item = (u32, &'t str)>>(lines: &mut Lines<'t, I>) -> char {
    let mut escape = '\\';
    while let Some((key, value)) = lines.rest.peek().and_then(|(_, line)| line.trim().strip_prefix('#')?.split_once('=')) {
        match key.trim().to_ascii_lowercase().as_str() {
            "escape" if value.trim() == "`" => escape = '`',
            "escape" | "syntax" | "check" => {}
            _ => break,
        }
        lines.next();
    }
    escape
}

/// Joins a line, from a byte on, with those that continue it; comments and empty lines between them
/// do not count.
fn join<'t, I: Iterator<Item = (u32, &'t str)>>(lines: &mut Lines<'t, I>, first: (u32, &str, usize), escape: char, source: &mut Placed<'_>) {
    let (mut number, mut line, mut from) = first;
    loop {
        let column = line.get(..from).map_or(0, |before| before.chars().count()) + 1;
        let body = line.get(from..).unwrap_or("");
        let head = continued(body, escape);
        source.append(head.unwrap_or(body), number, clamp(column));
        if head.is_none() {
            return;
        }
        let next = loop {
            match lines.next() {
                Some((_, skipped)) if skipped.trim().is_empty() || skipped.trim_start().starts_with('#') => {}
                next => break next,
            }
        };
        let Some(next) = next else { return };
        (number, line, from) = (next.0, next.1, 0);
    }
}

/// What stands in front of a single escape character at the end of a line.
fn continued(line: &str, escape: char) -> Option<&str> {
    line.trim_end_matches([' ', '\t']).strip_suffix(escape).filter(|head| !head.ends_with(escape))
}

/// The name of a here-document, whether tabs in front of its end are dropped, and whether it stands in
/// quotes: `<<EOF`, `<<-"EOT"`, `3<<EOF`.
fn heredoc(word: &str) -> Option<(String, bool, bool)> {
    let name = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (name, tabs) = name.strip_prefix('-').map_or((name, false), |rest| (rest, true));
    let bare: String = name.chars().filter(|c| !matches!(c, '"' | '\'')).collect();
    let quoted = bare.len() < name.len();
    (!bare.is_empty() && !bare.contains('<')).then_some((bare, tabs, quoted))
}
