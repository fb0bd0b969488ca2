//! What expressions of a module come to, as far as it can be told without running anything: references to
//! variables and locals whose values are written down, and texts with such references in them.

use std::cell::Cell;
use std::collections::HashMap;

use super::module::{Module, maps};
use crate::limits;
use crate::syntax::hcl::EXPRESSION;
use crate::syntax::{At, Node, Style, Value};

/// A value and where it was used, nearest first.
#[derive(Clone)]
pub(super) struct Bound {
    pub(super) node: Node,
    pub(super) via: Vec<At>,
    /// Whether it comes from another module, so that expressions in it mean other things there.
    foreign: bool,
}

impl Bound {
    /// A value where it stands.
    pub(super) fn here(node: Node) -> Bound {
        Bound { node, via: Vec::new(), foreign: false }
    }

    /// The same, as the module gets it that is called with it.
    pub(super) fn handed_on(self) -> Bound {
        Bound { foreign: true, ..self }
    }

    /// A part of it.
    pub(super) fn part(&self, node: &Node) -> Bound {
        Bound { node: node.clone(), via: self.via.clone(), foreign: self.foreign }
    }
}

/// The variables and locals of a module.
pub(super) struct Scope<'s> {
    /// The values of variables; nothing for those that only a run knows.
    variables: HashMap<String, Option<Bound>>,
    locals: HashMap<String, Node>,
    budget: &'s Cell<usize>,
}

impl<'s> Scope<'s> {
    /// What a module knows that is given these values.
    pub(super) fn of(module: &Module, given: HashMap<String, Option<Bound>>, budget: &'s Cell<usize>) -> Scope<'s> {
        let mut variables = given;
        for body in module.bodies("variable", 1) {
            if let (Some(name), Some(default)) = (body.labels.first(), body.node.get("default")) {
                variables.entry(name.text.to_string()).or_insert_with(|| Some(Bound::here(default.clone())));
            }
        }
        let locals = module.bodies("locals", 0);
        let locals = locals.iter().flat_map(|body| maps(body.node)).flat_map(Node::entries).map(|(key, node)| (key.text.to_string(), node.clone()));
        Scope { variables, locals: locals.collect(), budget }
    }

    /// What a node comes to: itself, if it is no expression.
    pub(super) fn resolve(&self, node: &Node) -> Option<Bound> {
        self.step(Bound::here(node.clone()), 0)
    }

    /// The same for a part of a value that was resolved before.
    pub(super) fn inside(&self, whole: &Bound, part: &Node) -> Option<Bound> {
        self.step(whole.part(part), 0)
    }

    fn step(&self, bound: Bound, depth: usize) -> Option<Bound> {
        if bound.node.tag() != Some(EXPRESSION) {
            return Some(bound);
        }
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        if left == 0 || depth > limits::REFERENCE_DEPTH || bound.foreign {
            return None;
        }
        let Value::Scalar(text, style) = bound.node.value() else { return None };
        match style {
            Style::Plain => {
                let mut value = self.reference(text, depth)?;
                value.via.push(bound.node.at());
                value.via.extend(bound.via);
                Some(value)
            }
            Style::Quoted => self.filled(text, &bound, depth),
            Style::Block => None,
        }
    }

    /// `var.x`, `local.x`, and keys below them.
    fn reference(&self, text: &str, depth: usize) -> Option<Bound> {
        let mut words = text.split('.');
        let (sort, name) = (words.next()?, words.next()?);
        let mut value = match sort {
            "var" => self.variables.get(name)?.clone()?,
            "local" => Bound::here(self.locals.get(name)?.clone()),
            _ => return None,
        };
        value = self.step(value, depth + 1)?;
        for word in words {
            let part = value.node.get(word)?.clone();
            value = self.step(value.part(&part), depth + 1)?;
        }
        Some(value)
    }

    /// A text with all references in it replaced.
    fn filled(&self, text: &str, template: &Bound, depth: usize) -> Option<Bound> {
        if text.contains(['\\', '%']) || text.contains("$$") {
            return None;
        }
        let (mut out, mut via, mut rest) = (String::new(), Vec::new(), text);
        while let Some((before, after)) = rest.split_once("${") {
            let (inner, after) = after.split_once('}')?;
            let value = self.reference(inner.trim(), depth)?;
            out.push_str(before);
            out.push_str(value.node.text()?);
            via.push(value.node.at());
            via.extend(value.via);
            rest = after;
            if out.len() > limits::INTERPOLATED_BYTES || via.len() > limits::INTERPOLATED_PIECES {
                return None;
            }
        }
        out.push_str(rest);
        via.extend(template.via.iter().copied());
        Some(Bound { node: Node::new(Value::Scalar(out.into(), Style::Quoted), template.node.at()), via, foreign: false })
    }
}
