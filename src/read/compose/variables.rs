//! The variables that compose files are interpolated with: those that whoever starts the stack
//! passes, then those of env files (Compose Specification, "Interpolation"). A value of an env file
//! may use variables itself; single quotes keep it as it is (compose-go `dotenv`).

use std::collections::HashMap;
use std::rc::Rc;

use super::filled::{Filled, Value};
use super::interpolate::fill;
use crate::files::Document;
use crate::read::Variable;
use crate::syntax::{Node, dotenv};

/// What names stand for.
pub(super) struct Variables {
    /// Those of whoever includes this project, which win.
    outer: Option<Rc<Variables>>,
    own: HashMap<String, Value>,
}

impl Variables {
    /// Those that are passed; of one name, the first.
    pub(super) fn passed(variables: &[Variable]) -> Variables {
        let value = |v: &Variable| Value { text: v.value.text().unwrap_or("").to_owned(), at: v.value.at(), via: v.via.clone() };
        let mut own = HashMap::new();
        for variable in variables {
            own.entry(variable.name.clone()).or_insert_with(|| value(variable));
        }
        Variables { outer: None, own }
    }

    /// Those of a project that is included where these hold.
    pub(super) fn inside(outer: &Rc<Variables>) -> Variables {
        Variables { outer: Some(outer.clone()), own: HashMap::new() }
    }

    /// Adds those of an env file; what is known already wins. `left` is how many bytes may still be
    /// read and made; false where they do not suffice for the whole file.
    pub(super) fn add_file(&mut self, document: &Document, left: &mut usize) -> bool {
        *left = left.saturating_sub(document.text().len());
        if *left == 0 {
            return false;
        }
        let assigned = dotenv::parse(document.id, document.text(), |_| {});
        for (key, node) in assigned.entries().iter().filter(|(_, node)| !node.is_null()) {
            if self.get(&key.text).is_some() {
                continue;
            }
            let value = if is_single_quoted(document, node) { as_written(node) } else { self.fill(node).whole() };
            *left = left.saturating_sub(value.text.len());
            if *left == 0 {
                return false;
            }
            self.own.insert(key.text.to_string(), value);
        }
        true
    }

    /// What a name stands for.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.outer.as_ref().and_then(|outer| outer.get(name)).or_else(|| self.own.get(name))
    }

    /// A value with these variables replaced.
    pub(super) fn fill(&self, node: &Node) -> Filled {
        fill(node, &|name| self.get(name))
    }
}

fn as_written(node: &Node) -> Value {
    Value { text: node.text().unwrap_or("").to_owned(), at: node.at(), via: Vec::new() }
}

/// Whether a value of an env file stands in single quotes, which keep it as it is.
pub(super) fn is_single_quoted(document: &Document, node: &Node) -> bool {
    let before = (node.at().column as usize).checked_sub(2);
    before.and_then(|column| document.line(node.at().line)?.chars().nth(column)) == Some('\'')
}
