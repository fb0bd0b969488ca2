//! YAML that stands as text inside YAML (`patch: |`, Argo's `helm.values`), parsed so that every
//! place points into the file that holds it. Source: YAML 1.2.2, block scalars.

use crate::files::{Document, Documents};
use crate::limits;
use crate::syntax::{At, Key, Node, Style, Value, yaml};

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

/// Parses the text of a scalar.
///
/// # Errors
/// The place and what is wrong there.
pub(super) fn parse(documents: &Documents<'_>, scalar: &Node) -> Result<Vec<Node>, (At, &'static str)> {
    let shift = documents.by_id(scalar.at().file).map_or(Shift::Whole(scalar.at()), |document| shift(&document, scalar));
    parse_shifted(scalar, shift)
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

/// Where the text of a scalar really begins.
fn shift(document: &Document, scalar: &Node) -> Shift {
    let (at, text) = (scalar.at(), scalar.text().unwrap_or(""));
    let Value::Scalar(_, style) = scalar.value() else { return Shift::Whole(at) };
    let Some(line) = document.line(at.line) else { return Shift::Whole(at) };
    let inside = line.chars().skip(at.column.saturating_sub(1) as usize);
    if *style != Style::Block {
        let same = inside.take(at.width as usize).eq(text.chars());
        return if same { Shift::By { lines: at.line.saturating_sub(1), columns: at.column.saturating_sub(1) } } else { Shift::Whole(at) };
    }
    if inside.take(1).next() != Some('|') {
        return Shift::Whole(at);
    }
    let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let first = text.lines().enumerate().find(|(_, line)| !line.trim().is_empty());
    let columns = first.and_then(|(number, inner)| {
        let outer = document.line(at.line.saturating_add(1).saturating_add(crate::syntax::clamp(number)))?;
        spaces(outer).checked_sub(spaces(inner))
    });
    columns.map_or(Shift::Whole(at), |columns| Shift::By { lines: at.line, columns: crate::syntax::clamp(columns) })
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
    use crate::syntax::FileId;

    /// The text in the file at the place that the inner `a` claims.
    fn shown(file: &str) -> String {
        let document = Document::new(FileId(3), "k.yaml", file.to_owned());
        let outer = document.tree().unwrap().get("patch").unwrap().clone();
        let trees = parse_shifted(&outer, shift(&document, &outer)).unwrap();
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
        assert_eq!(shown("patch: '[{\"op\": 1, \"a\": \"web:1\"}]'\n"), "web:1");
    }

    #[test]
    fn a_text_without_places_of_its_own_is_one_place() {
        assert_eq!(shown("patch: >-\n  a: 1\n"), ">-");
        assert_eq!(shown("patch: \"b: 1\\na: 2\"\n"), "b: 1\\na: 2");
    }

    #[test]
    fn a_problem_stands_on_its_line() {
        let document = Document::new(FileId(0), "k.yaml", "patch: |\n  a: 1\n  b: [\n".to_owned());
        let outer = document.tree().unwrap().get("patch").unwrap().clone();
        let (at, phrase) = parse_shifted(&outer, shift(&document, &outer)).unwrap_err();
        assert!(phrase == "not valid YAML" && at.line >= 3);
    }
}
