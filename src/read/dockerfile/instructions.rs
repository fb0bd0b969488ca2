//! The lines of a Dockerfile as instructions: parser directives, comments, continuation lines and
//! here-documents. Source: Docker's Dockerfile reference, "Format", "Parser directives" and
//! "Here-documents".

use std::iter::Peekable;
use std::ops::Range;

use super::words::words;
use crate::limits;

/// Joined text, and where its parts stand in the document.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// The text, continuation lines joined.
    pub(super) text: String,
    /// Where each part starts: in the text, and in the document.
    parts: Vec<(usize, usize)>,
}

impl Source {
    fn push(&mut self, text: &str, offset: usize) {
        self.parts.push((self.text.len(), offset));
        self.text.push_str(text);
    }

    /// The bytes of the document that a range of the text stands at, as far as they are on one line.
    pub(super) fn origin(&self, range: Range<usize>) -> Range<usize> {
        let index = self.parts.partition_point(|(start, _)| *start <= range.start);
        let (start, offset) = index.checked_sub(1).and_then(|i| self.parts.get(i)).copied().unwrap_or_default();
        let end = self.parts.get(index).map_or(range.end, |(next, _)| range.end.min(*next)).max(range.start);
        offset + range.start.saturating_sub(start)..offset + end.saturating_sub(start)
    }
}

/// The lines that an instruction reads from the document itself.
#[derive(Debug)]
pub(super) struct HereDocument {
    /// The lines, each with its end.
    pub(super) body: Source,
}

/// One instruction.
#[derive(Debug)]
pub(super) struct Instruction {
    /// In upper case.
    pub(super) keyword: String,
    /// What follows the keyword.
    pub(super) source: Source,
    /// Its here-documents, in order.
    pub(super) heredocs: Vec<HereDocument>,
    /// Where the instruction starts in the document.
    pub(super) start: usize,
}

/// A whole file.
#[derive(Debug)]
pub(super) struct Lexed {
    /// The character that joins lines and takes the meaning of the next one: `\` or a backtick.
    pub(super) escape: char,
    /// The instructions in order.
    pub(super) instructions: Vec<Instruction>,
    /// What is wrong, and at which byte.
    pub(super) problems: Vec<(usize, &'static str)>,
}

/// Cuts a text into instructions.
pub(super) fn lex(text: &str) -> Lexed {
    let mut lines = Lines { rest: numbered(text).peekable() };
    let mut lexed = Lexed { escape: directives(&mut lines), instructions: Vec::new(), problems: Vec::new() };
    while let Some((start, line)) = lines.next() {
        let line_start = start + (line.len() - line.trim_start().len());
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if lexed.instructions.len() >= limits::INSTRUCTIONS {
            lexed.problems.push((line_start, "more instructions than the limit"));
            break;
        }
        let keyword = line.split(char::is_whitespace).next().unwrap_or("");
        let mut source = Source::default();
        join(&mut lines, (line_start + keyword.len(), line.get(keyword.len()..).unwrap_or("")), lexed.escape, &mut source);
        if source.text.len() > limits::INSTRUCTION_BYTES {
            lexed.problems.push((line_start, "an instruction longer than the limit"));
            continue;
        }
        let keyword = keyword.trim_end_matches(lexed.escape).to_ascii_uppercase();
        let mut heredocs = Vec::new();
        if matches!(keyword.as_str(), "RUN" | "COPY" | "ADD") {
            for word in words(&source.text, 0, lexed.escape) {
                let Some((name, tabs)) = source.text.get(word).and_then(heredoc) else { continue };
                let (body, ended) = lines.until(&name, tabs);
                if !ended {
                    lexed.problems.push((line_start, "a here-document without an end"));
                }
                heredocs.push(HereDocument { body });
            }
        }
        lexed.instructions.push(Instruction { keyword, source, heredocs, start: line_start });
    }
    lexed
}

/// The lines of a text without their ends, each with the byte it starts at.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut offset = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = offset;
        offset += line.len();
        let line = line.strip_suffix('\n').unwrap_or(line);
        (start, line.strip_suffix('\r').unwrap_or(line))
    })
}

struct Lines<'t, I: Iterator<Item = (usize, &'t str)>> {
    rest: Peekable<I>,
}

impl<'t, I: Iterator<Item = (usize, &'t str)>> Lines<'t, I> {
    fn next(&mut self) -> Option<(usize, &'t str)> {
        self.rest.next()
    }

    /// The lines up to one that is only this name, and whether there was one.
    fn until(&mut self, name: &str, tabs: bool) -> (Source, bool) {
        let mut body = Source::default();
        for (offset, line) in self.rest.by_ref() {
            let bare = if tabs { line.trim_start_matches('\t') } else { line };
            if bare == name {
                return (body, true);
            }
            body.push(line, offset);
            body.text.push('\n');
        }
        (body, false)
    }
}

/// Reads the parser directives at the top; hands back the escape character.
fn directives<'t, I: Iterator<Item = (usize, &'t str)>>(lines: &mut Lines<'t, I>) -> char {
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

/// Joins a line with those that continue it; comments and empty lines between them do not count.
fn join<'t, I: Iterator<Item = (usize, &'t str)>>(lines: &mut Lines<'t, I>, first: (usize, &str), escape: char, source: &mut Source) {
    let (mut offset, mut line) = first;
    while let Some(head) = continued(line, escape) {
        source.push(head, offset);
        let next = loop {
            match lines.next() {
                Some((_, skipped)) if skipped.trim().is_empty() || skipped.trim_start().starts_with('#') => {}
                next => break next,
            }
        };
        let Some(next) = next else { return };
        (offset, line) = next;
    }
    source.push(line, offset);
}

/// What stands in front of a single escape character at the end of a line.
fn continued(line: &str, escape: char) -> Option<&str> {
    line.trim_end_matches([' ', '\t']).strip_suffix(escape).filter(|head| !head.ends_with(escape))
}

/// The name of a here-document and whether tabs in front of its end are dropped: `<<EOF`, `<<-"EOT"`,
/// `3<<EOF`.
fn heredoc(word: &str) -> Option<(String, bool)> {
    let name = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (name, tabs) = name.strip_prefix('-').map_or((name, false), |rest| (rest, true));
    let name: String = name.chars().filter(|c| !matches!(c, '"' | '\'')).collect();
    (!name.is_empty() && !name.contains('<')).then_some((name, tabs))
}
