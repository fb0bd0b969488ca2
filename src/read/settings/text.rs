//! Text files of one name in several environments (`nginx.conf`, `Caddyfile`), lined up line by line against
//! one of them. A line is called by its number there and its first word.

use std::sync::Arc;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::flatten::Leaf;
use super::own_words::neutral;
use crate::limits;
use crate::model::{Content, Setting};
use crate::syntax::{At, FileId, clamp};

/// A line that says something.
struct Line<'t> {
    /// Without what tells nothing: indentation, comments, the name of the own environment.
    plain: String,
    text: &'t str,
    at: At,
}

/// One file, and the word that names its environment.
pub(super) struct Text<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    pub(super) word: &'t str,
}

/// The lines of each file as settings. What stands at the same place in two of them has one key; the last
/// file is the one that the others are lined up against.
pub(super) fn leaves(files: &[Text<'_>]) -> Vec<Vec<Leaf>> {
    let lines: Vec<Vec<Line<'_>>> = files.iter().map(lines).collect();
    let Some(reference) = lines.last() else { return Vec::new() };
    let texts: Vec<&str> = reference.iter().map(|line| line.plain.as_str()).collect();
    let own = |lines: &Vec<Line<'_>>| {
        let others: Vec<&str> = lines.iter().map(|line| line.plain.as_str()).collect();
        let mut leaves = Vec::with_capacity(lines.len());
        let mut put = |line: Option<&Line<'_>>, beside: usize, more: usize, called: Option<&Line<'_>>| {
            if let Some(line) = line {
                leaves.push(leaf(line, beside, more, called.unwrap_or(line), reference));
            }
        };
        for op in capture_diff_slices(Algorithm::Myers, &texts, &others) {
            match op {
                DiffOp::Equal { old_index, new_index, len } => {
                    (0..len).for_each(|i| put(lines.get(new_index + i), old_index + i, 0, reference.get(old_index + i)))
                }
                DiffOp::Delete { .. } => {}
                DiffOp::Insert { old_index, new_index, new_len } => (0..new_len).for_each(|i| put(lines.get(new_index + i), old_index, i + 1, None)),
                DiffOp::Replace { old_index, old_len, new_index, new_len } => (0..new_len).for_each(|i| {
                    let called = (i < old_len)
                        .then(|| reference.get(old_index + i))
                        .flatten()
                        .filter(|called| lines.get(new_index + i).is_some_and(|line| parts(&line.plain).0 == parts(&called.plain).0));
                    put(lines.get(new_index + i), old_index + i.min(old_len), if called.is_some() { 0 } else { i + 1 }, called);
                }),
            }
        }
        leaves.sort_by(|a, b| (&a.key, a.at).cmp(&(&b.key, b.at)));
        leaves.dedup_by(|a, b| a.key == b.key);
        leaves
    };
    lines.iter().map(own).collect()
}

fn leaf(line: &Line<'_>, beside: usize, more: usize, called: &Line<'_>, reference: &[Line<'_>]) -> Leaf {
    let (word, rest) = parts(&called.plain);
    let before = beside.checked_sub(1).and_then(|before| reference.get(before)).map_or(0, |line| line.at.line);
    let (name, key) = if more == 0 {
        (format!("line {} {word}", called.at.line), format!("{:06}", called.at.line))
    } else {
        (format!("after line {before} {word}"), format!("{before:06} {more:06} {word} {rest}"))
    };
    let setting = Setting { content: Content::Literal, composite: None, inherited: false, foreign: false };
    let (own, value) = parts(&line.plain);
    let start = line.text.find(value).filter(|_| !value.is_empty()).unwrap_or(0);
    let column = clamp(line.text.get(..start).map_or(0, |head| head.chars().count()) + 1);
    let value_at = At { column, width: clamp(value.chars().count()), ..line.at };
    Leaf { key: key.into(), name: name.into(), text: Arc::from(value), setting, at: At { width: clamp(own.chars().count()), ..line.at }, value_at }
}

/// The first word of a line and the rest of it. A line of one word may be anything, and has no name.
fn parts(line: &str) -> (&str, &str) {
    // `user:password` is no name and its value.
    let end = line.find([' ', '=']).map_or(line.len(), |end| if line.get(..end).is_some_and(|word| word.ends_with(':')) { end - 1 } else { end });
    let (word, rest) = line.split_at_checked(end).unwrap_or((line, ""));
    let named = !rest.is_empty()
        && word.len() <= 40
        && word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let value = rest.trim_start_matches([' ', '=', ':']).trim_end_matches([';', '{']).trim_end();
    if named { (word, value) } else { ("", line) }
}

fn lines<'t>(text: &Text<'t>) -> Vec<Line<'t>> {
    let told = |(number, line): (usize, &'t str)| {
        let start = line.trim_start();
        let column = clamp(line.chars().count() - start.chars().count() + 1);
        let code = start.split(" #").next().unwrap_or(start).trim_end();
        let comment = code.starts_with(['#', ';']) || code.starts_with("//");
        let structure = code.chars().all(|c| matches!(c, '{' | '}' | ' '));
        (!comment && !structure).then(|| Line {
            plain: neutral(&code.split_whitespace().collect::<Vec<_>>().join(" "), text.word).into_owned(),
            text: line,
            at: At { file: text.file, line: clamp(number + 1), column, width: 1 },
        })
    };
    text.text.lines().enumerate().take(limits::TEXT_LINES).filter_map(told).collect()
}
