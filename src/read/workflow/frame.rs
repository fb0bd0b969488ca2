//! What an expression can see at one point of a workflow: `env`, one leg of the matrix, `inputs`.
//! Source: GitHub Docs, "Contexts reference".

use std::collections::BTreeMap;
use std::rc::Rc;

use super::expression;
use super::matrix::Matrix;
use super::value::Value;
use crate::files::Documents;
use crate::limits;
use crate::read::traced::{Placed, Traced};
use crate::syntax::{At, FileId, Node};

/// The contexts at one point.
#[derive(Clone)]
pub(super) struct Frame<'f> {
    pub(super) documents: &'f Documents<'f>,
    /// Variables, the nearest definition of each.
    pub(super) env: BTreeMap<String, Value>,
    /// The matrix and which of its legs this is.
    pub(super) matrix: Option<(Rc<Matrix>, usize)>,
    /// Inputs, by their names in lower case.
    pub(super) inputs: BTreeMap<String, Value>,
}

impl<'f> Frame<'f> {
    /// A frame that sees nothing.
    pub(super) fn new(documents: &'f Documents<'f>) -> Frame<'f> {
        Frame { documents, env: BTreeMap::new(), matrix: None, inputs: BTreeMap::new() }
    }

    /// The same frame with further variables over it.
    pub(super) fn with_env(&self, env: Option<&Node>) -> Frame<'f> {
        let mut frame = self.clone();
        for (name, node) in env.map(Node::entries).unwrap_or_default() {
            // Variables are strings, whatever they were before.
            let value = match self.value(node) {
                Value::Truth(_, text) => Value::Text(text),
                Value::Null { varies } => Value::Text(Traced::empty(varies)),
                Value::Tree(..) => Value::Open(Vec::new()),
                other => other,
            };
            frame.env.insert(name.text.to_string(), value);
        }
        frame
    }

    /// The variables as a shell sees them; none for a value that only a run knows.
    pub(super) fn variables(&self) -> BTreeMap<String, Option<Traced>> {
        let known = |value: &Value| if let Value::Text(text) = value { Some(text.clone()) } else { None };
        self.env.iter().map(|(name, value)| (name.clone(), known(value))).collect()
    }

    /// What a node comes to: a plain value, an expression's value, or a text around expressions.
    pub(super) fn value(&self, node: &Node) -> Value {
        let Some(text) = node.text() else { return Value::of(node, &[], false) };
        if !text.contains("${{") {
            return match Placed::scalar(node, self.documents).filter(|_| text.contains('\n')) {
                Some(lines) => Value::Text(lines.part(0..text.len())),
                None => Value::of(node, &[], false),
            };
        }
        let body = text.trim();
        let whole = body.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).filter(|inside| !inside.contains("}}"));
        let Some(placed) = Placed::scalar(node, self.documents) else { return Value::Open(Vec::new()) };
        if let Some(inside) = whole {
            let start = text.len() - text.trim_start().len() + 3;
            return self.evaluate(&placed, start..start + inside.len());
        }
        let mut texts = self.spliced(&placed, 0..text.len()).unwrap_or_default();
        match (texts.pop(), texts.is_empty()) {
            (Some(one), true) => Value::Text(one),
            (last, _) => Value::Open(texts.into_iter().chain(last).collect()),
        }
    }

    /// The texts that a node can come to, as far as they are known.
    pub(super) fn texts(&self, node: &Node) -> Vec<Traced> {
        self.value(node).texts()
    }

    /// The truth of a condition, with or without `${{ }}`, where it is known.
    pub(super) fn condition(&self, node: &Node) -> Option<bool> {
        let text = node.text()?;
        if text.contains("${{") {
            return self.value(node).truth();
        }
        let placed = Placed::scalar(node, self.documents)?;
        self.evaluate(&placed, 0..text.len()).truth()
    }

    /// The value of an expression that stands in a shell text.
    pub(super) fn inline(&self, inside: &str, at: At) -> Option<Traced> {
        let value = expression::evaluate(inside, &|path| self.lookup(path), &|range| {
            let before = inside.get(..range.start).map_or(0, |s| s.chars().count());
            let width = inside.get(range).map_or(0, |s| s.chars().count());
            at.part(crate::syntax::clamp(before + 3), crate::syntax::clamp(width))
        });
        match value {
            Value::Open(_) | Value::Tree(..) => None,
            known => known.texts().pop().map(|text| text.used(at)),
        }
    }

    fn evaluate(&self, placed: &Placed<'_>, range: std::ops::Range<usize>) -> Value {
        let inside = placed.text().get(range.clone()).unwrap_or("");
        let place = |part: std::ops::Range<usize>| placed.at(range.start + part.start..range.start + part.end);
        let value = expression::evaluate(inside, &|path| self.lookup(path), &place);
        value.used(placed.at(range.start.saturating_sub(3)..range.end + 2))
    }

    /// The lines of a node's text that are known, each by itself.
    pub(super) fn lines(&self, node: &Node) -> Vec<Traced> {
        let Some(placed) = Placed::scalar(node, self.documents) else { return Vec::new() };
        let (mut out, mut end) = (Vec::new(), 0);
        for line in placed.text().split_inclusive('\n') {
            let start = end;
            end += line.len();
            out.extend(self.spliced(&placed, start..start + line.trim_end().len()).unwrap_or_default());
        }
        out.iter().flat_map(|text| text.split(|c| c == '\n')).map(|line| line.trimmed()).filter(|line| !line.text().is_empty()).collect()
    }

    /// A text around expressions: one text for each combination of what they can come to.
    fn spliced(&self, placed: &Placed<'_>, range: std::ops::Range<usize>) -> Option<Vec<Traced>> {
        let text = placed.text().get(..range.end)?;
        let (mut out, mut at) = (vec![Traced::default()], range.start);
        let append = |out: &mut Vec<Traced>, piece: Traced| out.iter_mut().for_each(|text| text.push(piece.clone()));
        while let Some(open) = text.get(at..).and_then(|rest| rest.find("${{")).map(|i| at + i) {
            let close = open + text.get(open..)?.find("}}")?;
            append(&mut out, placed.part(at..open));
            let pieces = self.evaluate(placed, open + 3..close).texts();
            let mut next = Vec::new();
            for piece in pieces {
                for before in &out {
                    let mut whole = before.clone();
                    whole.push(piece.clone());
                    next.push(whole);
                }
            }
            next.truncate(limits::MATRIX_LEGS);
            out = next;
            if out.first()?.text().len() > limits::INTERPOLATED_BYTES {
                return None;
            }
            at = close + 2;
        }
        append(&mut out, placed.part(at..text.len()));
        Some(out)
    }

    fn lookup(&self, path: &[String]) -> Value {
        let open = Value::Open(Vec::new());
        let mut names = path.iter().map(String::as_str);
        match (names.next().unwrap_or(""), names.next()) {
            ("env", Some(name)) => self.env.get(name).cloned().unwrap_or(open),
            ("inputs", Some(name)) => self.inputs.get(&name.to_ascii_lowercase()).cloned().unwrap_or(open),
            ("github", Some("event")) if path.get(2).is_some_and(|p| p == "inputs") => {
                path.get(3).and_then(|name| self.inputs.get(&name.to_ascii_lowercase())).cloned().unwrap_or(open)
            }
            // The working copy is the root of the repository.
            ("github", Some("workspace")) => Value::Text(Traced::literal("//", At::file(FileId(0)))),
            ("matrix", _) => match &self.matrix {
                Some((matrix, leg)) => matrix.value(*leg, path.get(1..).unwrap_or_default()),
                None => open,
            },
            _ => open,
        }
    }
}
