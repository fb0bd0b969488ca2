//! What `<< … >>` stands for at one point of a configuration: parameters of the pipeline and of what is
//! run there. Source: CircleCI docs, "Reusing config" and "Pipeline values and parameters".

use std::collections::BTreeMap;
use std::rc::Rc;

use super::elements::Own;
use crate::files::Documents;
use crate::read::shell;
use crate::read::traced::{Placed, Traced};
use crate::syntax::{At, Key, Node};

/// What a parameter holds.
#[derive(Clone)]
pub(super) enum Value {
    /// A text.
    Text(Traced),
    /// What it holds unless whoever starts the pipeline says otherwise.
    Usual(Traced),
    /// Steps or an executor, read where they were written.
    Tree(Node, Rc<Frame>),
    /// Known only at run time.
    Unknown,
}

impl Value {
    /// Its text, where that is known.
    pub(super) fn text(self) -> Option<Traced> {
        match self {
            Value::Text(text) | Value::Usual(text) => Some(text),
            Value::Tree(..) | Value::Unknown => None,
        }
    }
}

/// What is known at one point.
#[derive(Clone, Default)]
pub(super) struct Frame {
    /// By their whole names: `parameters.x`, `pipeline.parameters.x`.
    values: BTreeMap<String, Value>,
    /// The inline orb that this stands in: its own elements go before those of the document.
    pub(super) orb: Option<Node>,
}

impl Frame {
    /// The frame of a document, which knows the parameters of the pipeline.
    pub(super) fn of(root: &Node, documents: &Documents<'_>) -> Rc<Frame> {
        let mut frame = Frame::default();
        for (name, declared) in root.get("parameters").map(Node::entries).unwrap_or_default() {
            let default = declared.get("default").and_then(|node| plain(node, documents));
            frame.values.insert(format!("pipeline.parameters.{}", name.text), default.map_or(Value::Unknown, Value::Usual));
        }
        Rc::new(frame)
    }

    /// The frame inside of an element, which declares parameters and is given those.
    pub(super) fn inside(self: &Rc<Frame>, element: &Own, given: &[(Key, Node)], legs: &[(&str, &Node, bool)], documents: &Documents<'_>) -> Rc<Frame> {
        let global = self.values.iter().filter(|(name, _)| name.starts_with("pipeline."));
        let mut frame = Frame { values: global.map(|(name, value)| (name.clone(), value.clone())).collect(), orb: element.orb.clone() };
        let outer = Rc::new(frame.clone());
        for (name, declared) in element.node.get("parameters").map(Node::entries).unwrap_or_default() {
            let own = given.iter().find(|(key, _)| key.text == name.text).map(|(_, node)| self.value(node, documents));
            let leg = legs.iter().find(|(key, ..)| **key == *name.text).map(|(_, node, varies)| vary(self.value(node, documents), *varies));
            let value = own.or(leg).or_else(|| declared.get("default").map(|node| outer.value(node, documents)));
            frame.values.insert(format!("parameters.{}", name.text), value.unwrap_or(Value::Unknown));
        }
        Rc::new(frame)
    }

    /// What a name stands for, used at this place.
    fn named(&self, name: &str, at: At) -> Value {
        match self.values.get(name).cloned().unwrap_or(Value::Unknown) {
            Value::Text(text) => Value::Text(text.used(at)),
            Value::Usual(text) => Value::Usual(text.used(at)),
            other => other,
        }
    }

    /// What the inside of `<< … >>` stands for in a shell's text.
    pub(super) fn inline(&self, inside: &str, at: At) -> Option<Traced> {
        self.named(inside.trim(), at).text()
    }

    /// What a node comes to.
    pub(super) fn value(self: &Rc<Frame>, node: &Node, documents: &Documents<'_>) -> Value {
        let Some(text) = node.text() else {
            return if node.is_null() { Value::Text(Traced::literal("", node.at())) } else { Value::Tree(node.clone(), self.clone()) };
        };
        if !text.contains("<<") {
            return plain(node, documents).map_or(Value::Unknown, Value::Text);
        }
        let Some(placed) = Placed::scalar(node, documents) else { return Value::Unknown };
        let (mut out, mut from, mut at, mut usual) = (Traced::default(), 0, 0, false);
        while let Some(start) = text.get(at..).and_then(|rest| rest.find("<<")).map(|i| at + i) {
            let Some(width) = text.get(start..).and_then(shell::filled) else {
                at = start + 2;
                continue;
            };
            let name = text.get(start + 2..start + width - 2).unwrap_or("").trim();
            let value = self.named(name, placed.at(start..start + width));
            if (start, width) == (0, text.len()) {
                return value;
            }
            usual |= matches!(value, Value::Usual(_));
            let Some(value) = value.text() else { return Value::Unknown };
            out.push(placed.part(from..start));
            out.push(value);
            if out.is_too_long() {
                return Value::Unknown;
            }
            (from, at) = (start + width, start + width);
        }
        out.push(placed.part(from..text.len()));
        if usual { Value::Usual(out) } else { Value::Text(out) }
    }

    /// The text that a node comes to, where that is known.
    pub(super) fn text(self: &Rc<Frame>, node: &Node, documents: &Documents<'_>) -> Option<Traced> {
        self.value(node, documents).text()
    }

    /// The entries of a map, also of one that is a parameter, and the frame to read them in.
    pub(super) fn tree(self: &Rc<Frame>, node: &Node, documents: &Documents<'_>) -> Option<(Node, Rc<Frame>)> {
        match self.value(node, documents) {
            Value::Tree(node, frame) => Some((node, frame)),
            _ => None,
        }
    }
}

fn plain(node: &Node, documents: &Documents<'_>) -> Option<Traced> {
    let text = node.text()?;
    if !text.contains('\n') {
        return Some(Traced::literal(text, node.at()));
    }
    Placed::scalar(node, documents).map(|placed| placed.part(0..text.len()))
}

fn vary(value: Value, varies: bool) -> Value {
    match value {
        Value::Text(mut text) => {
            text.varies |= varies;
            Value::Text(text)
        }
        other => other,
    }
}
