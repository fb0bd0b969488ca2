//! What commands give variables to: `export`, lines written to an env file or to what GitHub hands
//! on to the next steps, copies of env files, `docker run -e`. Sources: POSIX, the utilities
//! `export`, `echo`, `printf`, `cat`, `tee`; GitHub Docs, "Workflow commands", `GITHUB_ENV`.

use std::ops::Range;

use super::lex::{Command, Part, Word, is_name, value};
use super::walk::{Call, RUNNER_ENV, Walk};
use super::{Found, Process};
use crate::files::file_name;
use crate::limits;
use crate::model::{Content, Form, Kind, Need, Reading, Stance};
use crate::read::traced::Traced;
use crate::syntax::{At, dotenv};

/// Where lines of assignments go.
enum Sink {
    /// What GitHub or CircleCI hands on to the next steps.
    Steps,
    /// An env file; none where its folder is not known.
    File(Option<String>),
}

/// Whether a file of this name is an env file.
pub(super) fn is_env_file(name: &str) -> bool {
    name.starts_with(".env") || name.ends_with(".env") || name == ".dev.vars"
}

/// Variables that a command writes to a file.
pub(super) fn written(walk: &mut Walk<'_>, command: &Command, words: &[Word], call: &Call<'_>) {
    if walk.context.process.is_none() {
        return;
    }
    let program = words.first().and_then(Word::literal).unwrap_or("");
    if !matches!(program, "echo" | "printf" | "cat" | "tee") {
        return;
    }
    let Some(sink) = sink(walk, program, call) else { return };
    let lines = match (&command.input, program) {
        (Some(body), "cat" | "tee") => body_lines(walk, body.range.clone(), body.expands),
        (_, "echo") => echoed(words.get(1..).unwrap_or_default()),
        (_, "printf") => formatted(words.get(1..).unwrap_or_default()),
        _ => Vec::new(),
    };
    for line in &lines {
        let Some((name, at, value)) = assigned(walk, line) else { continue };
        let (content, text, varies) = match value {
            Some(value) => told(walk, &value),
            // `KEY<<EOF`: the value is what follows.
            None if matches!(sink, Sink::Steps) => (Content::Reference, String::new(), false),
            None => continue,
        };
        let component = match &sink {
            Sink::Steps => None,
            Sink::File(path) => component(walk, path.as_deref()),
        };
        give(walk, &name, text, content, at, Vec::new(), (component, varies));
    }
}

/// `export NAME=value`, `export NAME`.
pub(super) fn exported(walk: &mut Walk<'_>, word: &Word) {
    let Some(part) = walk.context.process.as_ref().map(|process| process.part.map(str::to_owned)) else { return };
    if let Some((name, at, value)) = assigned(walk, word) {
        let (content, text, varies) = told(walk, &value.unwrap_or_default());
        return give(walk, &name, text, content, at, Vec::new(), (part, varies));
    }
    let held = word.literal().filter(|name| is_name(name)).and_then(|name| Some((name, walk.held.get(name)?.value.clone()?)));
    if let (Some((name, value)), Some(Part::Literal(_, range))) = (held, word.parts.first()) {
        let at = walk.text.at(range.clone());
        give(walk, name, value.text().to_owned(), Content::Literal, at, Vec::new(), (part, value.varies));
    }
}

/// What `-e` and `--env-file` of a container give it. `own` is the component that it runs, where
/// that is known.
pub(super) fn contained<'f>(walk: &mut Walk<'_>, flags: impl Iterator<Item = (&'f str, Option<&'f Traced>)>, own: Option<String>) {
    for (flag, value) in flags {
        let Some(value) = value else { continue };
        match flag {
            "e" | "env" => {
                let name = value.text().split('=').next().unwrap_or("");
                let Some(at) = value.slice(0..name.len()).outer().filter(|_| is_name(name)) else { continue };
                let passed = || walk.held.get(name).and_then(|held| held.value.as_ref()).map(|value| value.text().to_owned());
                let (text, content) = match value.text().split_once('=') {
                    Some((_, text)) => (text.to_owned(), Content::Literal),
                    None => passed().map_or_else(|| (name.to_owned(), Content::Reference), |text| (text, Content::Literal)),
                };
                give(walk, name, text, content, at, Vec::new(), (own.clone(), value.varies));
            }
            "env-file" => {
                let (Some(path), Some(at)) = (walk.path(value.text()), value.outer()) else { continue };
                if walk.context.input.documents.exists(&path) {
                    from_file(walk, &path, at, own.clone());
                } else {
                    open(walk, at, own.clone());
                }
            }
            _ => {}
        }
    }
}

/// What a copy of an env file gives a job.
pub(super) fn copied(walk: &mut Walk<'_>, from: &str, to: &str, at: At) {
    if walk.context.process.as_ref().is_some_and(|process| process.copies) {
        let component = component(walk, Some(to));
        from_file(walk, from, at, component);
    }
}

fn from_file(walk: &mut Walk<'_>, path: &str, at: At, component: Option<String>) {
    let Ok(document) = walk.context.input.documents.open(path) else { return open(walk, at, component) };
    if document.text().len() > limits::COPIED_ENV_BYTES {
        return open(walk, at, component);
    }
    for (key, node) in dotenv::parse(document.id, document.text(), |_| {}).entries() {
        let (text, content) = node.text().map_or(("", Content::Reference), |text| (text, Content::Literal));
        give(walk, &key.text, text.to_owned(), content, key.at, vec![at], (component.clone(), false));
    }
}

fn open(walk: &mut Walk<'_>, at: At, component: Option<String>) {
    let reading = Reading::variable_without(Stance::Open, Need::Bare, Content::Nothing, "*", at);
    push(walk, reading.component(component.as_deref()), false);
}

fn give(walk: &mut Walk<'_>, name: &str, text: String, content: Content, at: At, via: Vec<At>, (component, varies): (Option<String>, bool)) {
    let reading = Reading::new(Kind::Env, name, text, Form::Variable(Stance::Given, Need::Bare, content), at).via(via);
    push(walk, reading.component(component.as_deref()), varies);
}

fn push(walk: &mut Walk<'_>, reading: Reading, varies: bool) {
    let Some(Process { workload, .. }) = &walk.context.process else { return };
    walk.found.push(Found::Variable(reading.workload(Some(workload)), varies));
}

/// The component of an env file; the root says nothing where nothing else would be meant.
fn component(walk: &Walk<'_>, path: Option<&str>) -> Option<String> {
    let component = walk.context.input.components.of(path?);
    let other = walk.context.home.is_some() || walk.context.process.as_ref().is_some_and(|process| process.part.is_some());
    (!component.is_empty() || other).then(|| component.to_owned())
}

/// Where the lines of a command go, if that is a place for variables.
fn sink(walk: &Walk<'_>, program: &str, call: &Call<'_>) -> Option<Sink> {
    let teed = |words: &[String]| words.iter().skip(1).rfind(|word| !word.starts_with('-')).cloned();
    let name = match (&call.output, program) {
        (Some(output), _) => output.text().to_owned(),
        (None, "tee") => teed(&call.arguments.iter().map(|word| word.as_ref().map_or("", Traced::text).to_owned()).collect::<Vec<_>>())?,
        (None, _) => call.next.first().filter(|program| *program == "tee").and_then(|_| teed(&call.next))?,
    };
    match name.as_str() {
        RUNNER_ENV => Some(Sink::Steps),
        name if is_env_file(file_name(name)) => Some(Sink::File(walk.path(name))),
        _ => None,
    }
}

/// The lines that `echo` prints.
fn echoed(words: &[Word]) -> Vec<Word> {
    let is_flag = |word: &&Word| word.literal().is_some_and(|word| matches!(word, "-n" | "-e" | "-ne" | "-en" | "-E"));
    let mut whole = Word::default();
    for (index, word) in words.iter().skip_while(is_flag).enumerate() {
        if index > 0 {
            whole.parts.push(Part::Literal(" ".to_owned(), 0..0));
        }
        whole.parts.extend(word.parts.iter().cloned());
    }
    lines(whole)
}

/// The lines that `printf` prints: its first word, each `%s` replaced by a further one.
fn formatted(words: &[Word]) -> Vec<Word> {
    let Some((pattern, arguments)) = words.split_first() else { return Vec::new() };
    let (mut whole, mut arguments) = (Word::default(), arguments.iter());
    for part in &pattern.parts {
        let Part::Literal(text, range) = part else {
            whole.parts.push(part.clone());
            continue;
        };
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find('%')).map(|i| from + i) {
            whole.parts.extend(piece(text, range, from..at));
            whole.parts.extend(arguments.next().into_iter().flat_map(|word| word.parts.iter().cloned()));
            from = (at + 2..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
        }
        whole.parts.extend(piece(text, range, from..text.len()));
    }
    lines(whole)
}

/// The lines of a here-document.
fn body_lines(walk: &Walk<'_>, range: Range<usize>, expands: bool) -> Vec<Word> {
    let (mut out, mut end) = (Vec::new(), range.start);
    for line in walk.text.text().get(range).unwrap_or("").split_inclusive('\n') {
        let start = end + (line.len() - line.trim_start().len());
        let body = line.trim();
        end += line.len();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        let range = start..start + body.len();
        let plain = || Word { parts: vec![Part::Literal(body.to_owned(), range.clone())] };
        out.push(if expands { value(walk.text.text(), range.clone(), walk.context.dialect) } else { plain() });
    }
    out
}

/// A text cut where a line ends, or where `\n` says so.
fn lines(word: Word) -> Vec<Word> {
    let mut out = vec![Word::default()];
    for part in word.parts {
        let Part::Literal(text, range) = &part else {
            out.last_mut().into_iter().for_each(|line| line.parts.push(part.clone()));
            continue;
        };
        let mut from = 0;
        loop {
            let ends = text.get(from..).unwrap_or("").match_indices(['\n', '\\']).map(|(end, _)| from + end);
            let mut ends = ends
                .filter_map(|end| ["\n", "\\n"].iter().find(|sign| text.get(end..).is_some_and(|rest| rest.starts_with(**sign))).map(|sign| (end, sign.len())));
            let end = ends.next();
            let to = end.map_or(text.len(), |(end, _)| end);
            out.last_mut().into_iter().for_each(|line| line.parts.extend(piece(text, range, from..to)));
            let Some((end, width)) = end else { break };
            out.push(Word::default());
            from = end + width;
        }
    }
    out
}

/// A part of a literal, in its own place where that can be told.
fn piece(text: &str, range: &Range<usize>, part: Range<usize>) -> Option<Part> {
    let inside = text.get(part.clone()).filter(|inside| !inside.is_empty())?;
    let exact = range.len() == text.len();
    let place = if exact { range.start + part.start..range.start + part.end } else { range.clone() };
    Some(Part::Literal(inside.to_owned(), place))
}

/// `NAME=value`: the name, its place and the value. `NAME<<EOF` has none.
fn assigned(walk: &Walk<'_>, line: &Word) -> Option<(String, At, Option<Word>)> {
    let (Part::Literal(text, range), rest) = line.parts.split_first()? else { return None };
    let head = text.trim_start();
    let head = head.strip_prefix("export ").map_or(head, str::trim_start);
    let start = text.len() - head.len();
    let end = head.find(['=', '<'])?;
    let name = head.get(..end).filter(|name| is_name(name))?;
    let after = start + end;
    let Some(Part::Literal(_, place)) = piece(text, range, start..after) else { return None };
    let at = walk.text.at(place);
    if head.get(end..).is_some_and(|rest| rest.starts_with('<')) {
        return head.get(end..).is_some_and(|rest| rest.starts_with("<<")).then(|| (name.to_owned(), at, None));
    }
    let value = Word { parts: piece(text, range, after + 1..text.len()).into_iter().chain(rest.iter().cloned()).collect() };
    Some((name.to_owned(), at, Some(value)))
}

/// Where a value comes from, its text, and whether it depends on a matrix.
fn told(walk: &Walk<'_>, value: &Word) -> (Content, String, bool) {
    if let Some(text) = walk.resolved(value) {
        let plain = text.text().trim();
        let unquoted = ['"', '\''].iter().find_map(|quote| plain.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(plain);
        let is_default = |part: &Part| matches!(part, Part::Variable { name, fallback: Some(_), .. } if !walk.held.contains_key(name));
        let content = if value.parts.iter().any(is_default) { Content::Default } else { Content::Literal };
        return (content, unquoted.to_owned(), text.varies);
    }
    let unknown = value.parts.iter().find(|part| walk.resolved(&Word { parts: vec![(*part).clone()] }).is_none());
    let name = match unknown {
        // A runner sets more than its workflow says; whoever starts a script may set it or not.
        Some(Part::Variable { name, .. }) if !walk.held.contains_key(name) && walk.context.expression.is_none() => {
            return (Content::Unset, name.clone(), false);
        }
        Some(Part::Variable { name, .. }) => name.as_str(),
        Some(Part::Expression(range)) => {
            let inside = walk.text.text().get(range.clone()).unwrap_or("").trim();
            if inside.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')) { inside } else { "" }
        }
        _ => "",
    };
    (Content::Reference, name.to_owned(), false)
}
