//! What an expression of GitHub Actions comes to. Source: GitHub Docs, "Evaluate expressions in
//! workflows", on literals and on what counts as true.

use crate::read::traced::Traced;
use crate::syntax::{At, Node, Style, Value as Shape};

/// What an expression comes to.
#[derive(Clone)]
pub(super) enum Value {
    /// A string or number, as text.
    Text(Traced),
    /// A truth value, and its text.
    Truth(bool, Traced),
    /// Nothing: a key that is not set.
    Null { varies: bool },
    /// A list or map of the document, and where it was used so far.
    Tree(Node, Vec<At>, bool),
    /// Known only at run time; these texts could come out.
    Open(Vec<Traced>),
}

impl Value {
    /// A value of a document, as a matrix or an input holds it.
    pub(super) fn of(node: &Node, via: &[At], varies: bool) -> Value {
        let traced = |text: &str| {
            let mut traced = via.iter().fold(Traced::literal(text, node.at()), |traced, at| traced.used(*at));
            traced.varies = varies;
            traced
        };
        match node.value() {
            Shape::Null => Value::Null { varies },
            Shape::Scalar(text, Style::Plain) if matches!(&**text, "true" | "false") => Value::Truth(&**text == "true", traced(text)),
            Shape::Scalar(text, _) => Value::Text(traced(text)),
            Shape::List(_) | Shape::Map(_) => Value::Tree(node.clone(), via.to_vec(), varies),
        }
    }

    /// The same value, used at this place.
    pub(super) fn used(self, at: At) -> Value {
        match self {
            Value::Text(text) => Value::Text(text.used(at)),
            Value::Truth(truth, text) => Value::Truth(truth, text.used(at)),
            Value::Tree(node, mut via, varies) => {
                via.push(at);
                Value::Tree(node, via, varies)
            }
            Value::Open(texts) => Value::Open(texts.into_iter().map(|text| text.used(at)).collect()),
            Value::Null { varies } => Value::Null { varies },
        }
    }

    /// The texts that could come out; none where nothing is known.
    pub(super) fn texts(self) -> Vec<Traced> {
        match self {
            Value::Text(text) | Value::Truth(_, text) => vec![text],
            Value::Null { varies } => vec![Traced::empty(varies)],
            Value::Tree(..) => Vec::new(),
            Value::Open(texts) => texts,
        }
    }

    /// Whether it counts as true, where that is known.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Value::Text(text) => Some(!text.text().is_empty() && !is_zero(text.text())),
            Value::Truth(truth, _) => Some(*truth),
            Value::Null { .. } => Some(false),
            Value::Tree(..) => Some(true),
            Value::Open(_) => None,
        }
    }

    /// Whether it depends on a key of the matrix that has several values.
    pub(super) fn varies(&self) -> bool {
        match self {
            Value::Text(text) | Value::Truth(_, text) => text.varies,
            Value::Null { varies } | Value::Tree(_, _, varies) => *varies,
            Value::Open(texts) => texts.iter().any(|text| text.varies),
        }
    }

    /// The same value, which also depends on something that may vary.
    pub(super) fn varying(mut self, more: bool) -> Value {
        match &mut self {
            Value::Text(text) | Value::Truth(_, text) => text.varies |= more,
            Value::Null { varies } | Value::Tree(_, _, varies) => *varies |= more,
            Value::Open(texts) => texts.iter_mut().for_each(|text| text.varies |= more),
        }
        self
    }
}

/// A quoted `'0'` is a string and true, a bare `0` is not; bare ones only come from documents.
fn is_zero(text: &str) -> bool {
    text == "0"
}
