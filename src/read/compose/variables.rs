//! The variables that compose files are interpolated with: those that whoever starts the stack
//! passes, then those of env files (Compose Specification, "Interpolation"). A value of an env file
//! may use variables itself; single quotes keep it as it is (compose-go `dotenv`).

use std::collections::HashMap;

use super::filled::{Filled, Value};
use super::interpolate::fill;
use crate::files::Document;
use crate::read::Variable;
use crate::syntax::{Node, dotenv};

/// What names stand for.
#[derive(Clone)]
pub(super) struct Variables(HashMap<String, Value>);

impl Variables {
    /// Those that are passed.
    pub(super) fn passed(variables: &[Variable]) -> Variables {
        let value = |v: &Variable| Value { text: v.value.text().unwrap_or("").to_owned(), at: v.value.at(), via: v.via.clone() };
        Variables(variables.iter().map(|v| (v.name.clone(), value(v))).collect())
    }

    /// Adds those of an env file; what is known already wins.
    pub(super) fn add_file(&mut self, document: &Document) {
        let assigned = dotenv::parse(document.id, document.text(), |_| {});
        for (key, node) in assigned.entries().iter().filter(|(_, node)| !node.is_null()) {
            if !self.0.contains_key(&*key.text) {
                let value = if is_single_quoted(document, node) { as_written(node) } else { self.fill(node).whole() };
                self.0.insert(key.text.to_string(), value);
            }
        }
    }

    /// What a name stands for.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A value with these variables replaced.
    pub(super) fn fill(&self, node: &Node) -> Filled {
        fill(node, &|name| self.get(name))
    }
}

fn as_written(node: &Node) -> Value {
    Value { text: node.text().unwrap_or("").to_owned(), at: node.at(), via: Vec::new() }
}

fn is_single_quoted(document: &Document, node: &Node) -> bool {
    let before = (node.at().column as usize).checked_sub(2);
    before.and_then(|column| document.line(node.at().line)?.chars().nth(column)) == Some('\'')
}
