//! YAML that stands as text inside YAML (`patch: |`, Argo's `helm.values`), parsed so that every
//! place points into the file that holds it. Source: YAML 1.2.2, block scalars.

use crate::files::{Document, Documents};
use crate::limits;
use crate::syntax::{At, FileId, Key, Node, Style, Value, clamp, yaml};

/// How places of the inner text become places of the file.
#[derive(Clone, Copy)]
enum Shift {
    /// Every line lies this many lines further down and columns further right.
    By { lines: u32, columns: u32 },
    /// The text is folded or escaped: it has no places of its own.
    Whole(At),
}

impl Shift {
    fn at(self, at: At) -> At {
        match self {
            Shift::By { lines, columns } => At { line: at.line.saturating_add(lines), column: at.column.saturating_add(columns), ..at },
            Shift::Whole(whole) => whole,
        }
    }
}

/// Finds lines of a document. Texts are asked for in the order of the document, so that none is
/// counted twice.
#[derive(Default)]
pub(super) struct Cursor {
    file: Option<FileId>,
    /// A line, from 0, and the byte that it starts at.
    line: usize,
    offset: usize,
}

impl Cursor {
    /// The rest of a document from a line on, counted from 1.
    fn seek<'d>(&mut self, document: &'d Document, line: usize) -> &'d str {
        let line = line.saturating_sub(1);
        if self.file != Some(document.id) || line < self.line {
            *self = Cursor { file: Some(document.id), line: 0, offset: 0 };
        }
        let mut rest = document.text().get(self.offset..).unwrap_or("");
        while self.line < line
            && let Some((head, tail)) = rest.split_once('\n')
        {
            self.line += 1;
            self.offset += head.len() + 1;
            rest = tail;
        }
        if self.line == line { rest } else { "" }
    }
}

/// Parses the text of a scalar.
///
/// # Errors
/// The place and what is wrong there.
pub(super) fn parse(documents: &Documents<'_>, cursor: &mut Cursor, scalar: &Node) -> Result<Vec<Node>, (At, &'static str)> {
    let document = documents.by_id(scalar.at().file);
    parse_shifted(scalar, document.map_or(Shift::Whole(scalar.at()), |document| shift(&document, cursor, scalar)))
}

fn parse_shifted(scalar: &Node, shift: Shift) -> Result<Vec<Node>, (At, &'static str)> {
    let file = scalar.at().file;
    let trees = yaml::parse(file, scalar.text().unwrap_or("")).map_err(|problem| {
        let line = match shift {
            Shift::By { lines, .. } => problem.line.saturating_add(lines),
            Shift::Whole(at) => at.line,
        };
        (At { line, ..At::file(file) }, problem.phrase)
    })?;
    let mut left = limits::NODES;
    trees.iter().map(|tree| moved(tree, shift, 0, &mut left).ok_or((scalar.at(), "too many nodes"))).collect()
}

/// Where the text of a scalar really begins. A place is only believed where the file says the same
/// there, line by line; folded and escaped texts never do.
fn shift(document: &Document, cursor: &mut Cursor, scalar: &Node) -> Shift {
    let (at, text) = (scalar.at(), scalar.text().unwrap_or(""));
    let line = at.line as usize;
    if !matches!(scalar.value(), Value::Scalar(_, Style::Block)) {
        let outer = cursor.seek(document, line).chars().skip(at.column.saturating_sub(1) as usize);
        let same = outer.take(at.width as usize).eq(text.chars());
        return if same { Shift::By { lines: at.line.saturating_sub(1), columns: at.column.saturating_sub(1) } } else { Shift::Whole(at) };
    }
    // A block's place is its first line that is not blank, or its sign on the line before the text.
    let blank = text.lines().take_while(|line| line.trim().is_empty()).count();
    let found = [line.checked_sub(blank), Some(line + 1)].into_iter().flatten().find_map(|start| {
        let outer = cursor.seek(document, start);
        let columns = spaces(outer.lines().nth(blank)?).checked_sub(spaces(text.lines().nth(blank)?))?;
        let same = |(inner, outer): (&str, &str)| outer.get(columns..).unwrap_or("").trim_end() == inner.trim_end();
        text.lines().zip(outer.lines()).all(same).then_some(Shift::By { lines: clamp(start.saturating_sub(1)), columns: clamp(columns) })
    });
    found.unwrap_or(Shift::Whole(at))
}

fn spaces(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// A copy of a tree at its real places. None where aliases make it too large to copy.
fn moved(node: &Node, shift: Shift, depth: usize, left: &mut usize) -> Option<Node> {
    *left = left.checked_sub(1)?;
    if depth > limits::DEPTH {
        return None;
    }
    let value = match node.value() {
        Value::Null => Value::Null,
        Value::Scalar(text, style) => Value::Scalar(text.clone(), *style),
        Value::List(items) => Value::List(items.iter().map(|item| moved(item, shift, depth + 1, left)).collect::<Option<_>>()?),
        Value::Map(entries) => {
            let moved = |(key, value): &(Key, Node)| Some((Key { text: key.text.clone(), at: shift.at(key.at) }, moved(value, shift, depth + 1, left)?));
            Value::Map(entries.iter().map(moved).collect::<Option<_>>()?)
        }
    };
    Some(Node::tagged(value, shift.at(node.at()), node.tag().map(Into::into)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text in the file at the place that the inner `a` claims.
    fn shown(file: &str) -> String {
        let document = Document::new(FileId(3), "k.yaml", file.to_owned());
        let outer = document.tree().unwrap().get("patch").unwrap().clone();
        let trees = parse_shifted(&outer, shift(&document, &mut Cursor::default(), &outer)).unwrap();
        let at = trees.last().unwrap().items().first().or(trees.last()).unwrap().get("a").unwrap().at();
        assert_eq!(at.file, FileId(3));
        document.line(at.line).unwrap().chars().skip(at.column as usize - 1).take(at.width as usize).collect()
    }

    #[test]
    fn inner_places_point_into_the_file() {
        assert_eq!(shown("x: 1\npatch: |\n  - op: add\n    a: web:1.2\n"), "web:1.2");
        assert_eq!(shown("patch: |-  # why\n\n      b: 1\n      a: 'é2'\n"), "é2");
        assert_eq!(shown("patch: |1\n   b: 1\n   a: 22\n"), "22");
        assert_eq!(shown("patch: |\r\n  b: 1\r\n  a: 22\r\n"), "22");
        assert_eq!(shown("patch: |\n  b: 1\n  ---\n  a: second\n"), "second");
        assert_eq!(shown("patch: |\n\n\n  b: 1\n\n    \n  a: 22\nx: 1\n"), "22");
        assert_eq!(shown("patch: '[{\"op\": 1, \"a\": \"web:1\"}]'\n"), "web:1");
    }

    #[test]
    fn a_text_without_places_of_its_own_is_one_place() {
        assert_eq!(shown("patch: >-\n  b: 1\n\n  a: 2\n"), "b: 1");
        assert_eq!(shown("patch: \"b: 1\\na: 2\"\n"), "b: 1\\na: 2");
    }

    #[test]
    fn a_problem_stands_on_its_line() {
        let document = Document::new(FileId(0), "k.yaml", "patch: |\n  a: 1\n  b: [\n".to_owned());
        let outer = document.tree().unwrap().get("patch").unwrap().clone();
        let (at, phrase) = parse_shifted(&outer, shift(&document, &mut Cursor::default(), &outer)).unwrap_err();
        assert!(phrase == "not valid YAML" && at.line >= 3);
    }
}
