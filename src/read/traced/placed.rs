//! The text of a scalar, a script or an instruction, each part of it at its place in the document.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use super::Traced;
use crate::files::{Document, Documents};
use crate::syntax::{At, FileId, Node, Style, Value, clamp};

/// Text of a document, with the place of every part of it.
#[derive(Debug)]
pub(in crate::read) struct Placed<'t> {
    text: Cow<'t, str>,
    file: FileId,
    /// From which byte on the text stands at which line and column, in order.
    segments: Vec<(usize, u32, u32)>,
    /// How many characters begin before every so many bytes; empty where each byte is one.
    counted: OnceCell<Vec<usize>>,
}

/// How many bytes lie between two counts of characters, which keeps a place in a long line cheap.
const COUNTED: usize = 256;

impl<'t> Placed<'t> {
    /// A text whose parts stand where `segments` says.
    pub(in crate::read) fn new(text: impl Into<Cow<'t, str>>, file: FileId, segments: Vec<(usize, u32, u32)>) -> Placed<'t> {
        Placed { text: text.into(), file, segments, counted: OnceCell::new() }
    }

    /// No text yet.
    pub(in crate::read) fn empty(file: FileId) -> Placed<'t> {
        Placed::new("", file, Vec::new())
    }

    /// Appends a text that stands at this line and column.
    pub(in crate::read) fn append(&mut self, text: &str, line: u32, column: u32) {
        self.segments.push((self.text.len(), line, column));
        self.counted = OnceCell::new();
        self.text.to_mut().push_str(text);
    }

    /// The text from this byte on.
    pub(in crate::read) fn tail(&self, from: usize) -> Placed<'_> {
        let here = self.at(from..from);
        let later = self.segments.iter().filter(|(start, ..)| *start > from).map(|(start, line, column)| (start - from, *line, *column));
        let segments = std::iter::once((0, here.line, here.column)).chain(later).collect();
        Placed::new(self.text.get(from..).unwrap_or(""), self.file, segments)
    }

    /// A whole document.
    pub(in crate::read) fn document(document: &'t Document) -> Placed<'t> {
        let mut start = 0;
        let segments = document.text().split_inclusive('\n').enumerate().map(|(number, line)| {
            start += line.len();
            (start - line.len(), clamp(number + 1), 1)
        });
        Placed::new(document.text(), document.id, segments.collect())
    }

    /// The text of a scalar. Blocks and texts over several lines lost their indentation, so their
    /// lines are looked up in the document.
    pub(in crate::read) fn scalar(node: &'t Node, documents: &Documents<'_>) -> Option<Placed<'t>> {
        let Value::Scalar(text, style) = node.value() else { return None };
        let at = node.at();
        let block = *style == Style::Block;
        let mut segments = if block { Vec::new() } else { vec![(0, at.line, at.column)] };
        if (block || text.chars().count() > at.width as usize)
            && let Some(document) = documents.by_id(at.file)
        {
            let mut cursor = 0;
            for (line, number) in document.lines_from(at.line.max(1)).zip(at.line.max(1)..) {
                let first = !block && number == at.line;
                let before = if first { (at.column as usize).saturating_sub(1) } else { 0 };
                let body = line.char_indices().nth(before).and_then(|(start, _)| line.get(start..)).unwrap_or("").trim();
                let rest = text.get(cursor..).unwrap_or("");
                let start = cursor + (rest.len() - rest.trim_start().len());
                let rest = rest.trim_start();
                if rest.is_empty() {
                    break;
                }
                if body.is_empty() {
                    continue;
                }
                let body = if rest.starts_with(body) { body } else { body.trim_end_matches(['"', '\'']) };
                if body.is_empty() || !rest.starts_with(body) {
                    // The place of a block is its first line, or the `|` in front of it.
                    if block && segments.is_empty() && number <= at.line {
                        continue;
                    }
                    break;
                }
                if !first {
                    let indent = line.chars().take_while(|c| c.is_whitespace()).count();
                    segments.push((start, number, clamp(indent + 1)));
                }
                cursor = start + body.len();
            }
        }
        if segments.is_empty() {
            segments.push((0, at.line, at.column));
        }
        Some(Placed::new(text.as_ref(), at.file, segments))
    }

    /// The text.
    pub(in crate::read) fn text(&self) -> &str {
        &self.text
    }

    /// The text of a range of bytes, each line in its own place.
    pub(in crate::read) fn part(&self, range: Range<usize>) -> Traced {
        let (mut out, mut from) = (Traced::default(), range.start);
        let starts = self.segments.iter().map(|(start, ..)| *start).filter(|start| *start > range.start && *start < range.end);
        for to in starts.chain([range.end]) {
            out.push(Traced::literal(self.text.get(from..to).unwrap_or("").trim_end_matches('\n'), self.at(from..to)));
            if self.text.get(from..to).is_some_and(|line| line.ends_with('\n')) {
                out.push(Traced::literal("\n", At { width: 0, ..self.at(to..to) }));
            }
            from = to;
        }
        out
    }

    /// How many characters begin before this byte.
    fn characters(&self, byte: usize) -> usize {
        let begun = |bytes: &[u8]| bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        let counted = self.counted.get_or_init(|| {
            let chunks = self.text.as_bytes().chunks(COUNTED).scan(0, |sum, chunk| Some(std::mem::replace(sum, *sum + begun(chunk))));
            if self.text.is_ascii() { Vec::new() } else { chunks.collect() }
        });
        if counted.is_empty() {
            return byte.min(self.text.len());
        }
        let chunk = (byte / COUNTED).min(counted.len().saturating_sub(1));
        let rest = self.text.as_bytes().get(chunk * COUNTED..byte).unwrap_or_default();
        counted.get(chunk).map_or(0, |before| before + begun(rest))
    }

    /// The place of a range of bytes; of several lines the first.
    pub(in crate::read) fn at(&self, range: Range<usize>) -> At {
        let index = self.segments.partition_point(|(start, ..)| *start <= range.start).saturating_sub(1);
        let (start, line, column) = self.segments.get(index).copied().unwrap_or((0, 0, 0));
        let before = self.characters(range.start).saturating_sub(self.characters(start));
        let end = self.segments.get(index + 1).map_or(range.end, |(next, ..)| range.end.min(*next)).max(range.start);
        let inside = self.text.get(range.start..end).unwrap_or("");
        let width = inside.lines().next().map_or(0, |s| s.chars().count());
        At { file: self.file, line, column: column + clamp(before), width: clamp(width) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(column: u32, width: u32) -> At {
        At { file: FileId(0), line: 1, column, width }
    }

    #[test]
    fn columns_count_characters_in_long_lines() {
        let text = format!("{}x", "é".repeat(1000));
        let placed = Placed::new(text.as_str(), FileId(0), vec![(0, 1, 1)]);
        assert_eq!((placed.at(2000..2001), placed.at(510..514).width), (at(1001, 1), 2));
        assert_eq!(placed.tail(510).at(0..2), at(256, 1));
    }
}
