//! The variables of a Dockerfile: build arguments before the first stage, and each stage's own `ARG`
//! and `ENV`, which the stages built on it inherit. Source: Docker's Dockerfile reference, "ARG"
//! ("Scope", "Using ARG variables", "Predefined ARGs", "Automatic platform ARGs") and "ENV".

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use super::instructions::Instruction;
use super::values::{Expansion, Value};
use super::words::{Assignment, assignments};
use crate::limits;
use crate::read::Variable;
use crate::read::traced::Placed;
use crate::syntax::{At, FileId};

type Table = HashMap<String, Rc<Value>>;

/// What the builder sets by itself on the usual machine.
const PLATFORM: &[(&str, &str)] = &[
    ("TARGETPLATFORM", "linux/amd64"),
    ("TARGETOS", "linux"),
    ("TARGETARCH", "amd64"),
    ("BUILDPLATFORM", "linux/amd64"),
    ("BUILDOS", "linux"),
    ("BUILDARCH", "amd64"),
];

#[derive(Default)]
struct Own {
    parent: Option<usize>,
    env: Table,
    args: Table,
    /// Arguments that are declared, with or without a value.
    declared: HashSet<String>,
}

/// What an `ARG` or `ENV` sets.
pub(super) struct Defined {
    pub(super) name: String,
    /// Where the name stands.
    pub(super) name_at: At,
    /// Where the value stands, or the name where none is written.
    pub(super) at: At,
    /// The value; none where it takes what this does not know.
    pub(super) value: Option<Rc<Value>>,
}

/// Which variables can be seen: those before the first stage, or those of a stage.
#[derive(Debug, Clone, Copy)]
pub(super) enum View {
    /// Before the first `FROM`, and in every `FROM`.
    Global,
    /// In the stage of this number.
    Stage(usize),
}

/// All variables of a file.
pub(super) struct Variables<'v> {
    given: &'v [Variable],
    escape: char,
    global: Table,
    stages: Vec<Own>,
    spent: Cell<usize>,
}

impl<'v> Variables<'v> {
    pub(super) fn new(given: &'v [Variable], escape: char, file: FileId) -> Variables<'v> {
        let global = PLATFORM.iter().map(|(name, value)| ((*name).to_owned(), Rc::new(Value::built_in(value, At::file(file))))).collect();
        Variables { given, escape, global, stages: Vec::new(), spent: Cell::new(0) }
    }

    /// Opens the next stage, built on another one or on an image.
    pub(super) fn open_stage(&mut self, parent: Option<usize>) {
        self.stages.push(Own { parent, ..Own::default() });
    }

    /// Whether replacing variables was given up for its cost.
    pub(super) fn exhausted(&self) -> bool {
        self.spent.get() > limits::INTERPOLATED_TOTAL
    }

    /// A range of an instruction with its variables replaced.
    pub(super) fn expand(&self, source: &Placed<'_>, range: Range<usize>, view: View) -> Option<Value> {
        if self.exhausted() {
            return None;
        }
        let lookup = |name: &str| self.get(name, view);
        let value = Expansion { source, escape: self.escape, lookup: &lookup }.expand(range)?;
        self.spent.set(self.spent.get() + value.text.weight());
        Some(value)
    }

    /// Takes an `ARG` or `ENV` in; hands back what it sets.
    pub(super) fn define(&mut self, instruction: &Instruction, view: View) -> Vec<Defined> {
        let mut defined = Vec::new();
        for Assignment { name: at, value: written } in assignments(&instruction.source, &instruction.keyword, self.escape) {
            let name = instruction.source.text().get(at.clone()).unwrap_or("").to_owned();
            let declared_at = instruction.source.at(at);
            let place = written.clone().map_or(declared_at, |range| instruction.source.at(range));
            let default = written.and_then(|range| self.expand(&instruction.source, range, view));
            let value = match instruction.keyword.as_str() {
                "ENV" => default,
                _ => self.given(&name, declared_at, view).or(default.map(Value::into_default)).or_else(|| self.inherited(&name, declared_at, view)),
            };
            let is_env = instruction.keyword == "ENV";
            if let View::Stage(stage) = view
                && let Some(own) = self.stages.get_mut(stage).filter(|_| !is_env)
            {
                own.declared.insert(name.clone());
            }
            let Some(value) = value.map(Rc::new) else {
                defined.extend(is_env.then_some(Defined { name, name_at: declared_at, at: place, value: None }));
                continue;
            };
            let table = match (view, instruction.keyword.as_str()) {
                (View::Global, _) => Some(&mut self.global),
                (View::Stage(stage), "ENV") => self.stages.get_mut(stage).map(|own| &mut own.env),
                (View::Stage(stage), _) => self.stages.get_mut(stage).map(|own| &mut own.args),
            };
            if let Some(table) = table {
                table.insert(name.clone(), value.clone());
            }
            // An `ARG` says nothing where an `ENV` of that name hides it.
            if self.get(&name, view).is_some_and(|seen| Rc::ptr_eq(&seen, &value)) {
                defined.push(Defined { name, name_at: declared_at, at: place, value: Some(value) });
            }
        }
        defined
    }

    /// Whether an argument of this name is declared in a stage or those that it is built on.
    pub(super) fn is_declared(&self, name: &str, stage: usize) -> bool {
        self.lookup(stage, |own| own.declared.get(name)).is_some()
    }

    /// What the one who builds passes for an argument.
    fn given(&self, name: &str, declared_at: At, view: View) -> Option<Value> {
        let variable = self.given.iter().rev().find(|variable| variable.name == name)?;
        let value = Value::given(variable.value.text()?, variable.value.at(), &variable.via);
        Some(match view {
            View::Global => value,
            View::Stage(_) => value.used_at(declared_at),
        })
    }

    /// What an argument without a default takes over from before the first stage.
    fn inherited(&self, name: &str, declared_at: At, view: View) -> Option<Value> {
        let View::Stage(_) = view else { return None };
        self.global.get(name).map(|value| value.used_at(declared_at))
    }

    /// The value of a variable.
    pub(super) fn get(&self, name: &str, view: View) -> Option<Rc<Value>> {
        let View::Stage(stage) = view else { return self.global.get(name).cloned() };
        // `ENV` wins over `ARG`, in the stage itself and in those that it is built on.
        self.lookup(stage, |own| own.env.get(name)).or_else(|| self.lookup(stage, |own| own.args.get(name))).cloned()
    }

    fn lookup<'s, T>(&'s self, stage: usize, table: impl Fn(&'s Own) -> Option<&'s T>) -> Option<&'s T> {
        let mut next = self.stages.get(stage);
        for _ in 0..limits::REFERENCE_DEPTH {
            let own = next?;
            if let Some(value) = table(own) {
                return Some(value);
            }
            next = own.parent.and_then(|parent| self.stages.get(parent));
        }
        None
    }
}
