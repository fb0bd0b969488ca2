//! The stages of a Dockerfile: what each is built on, which others it takes files from, and so which
//! of them run, which build, and which nobody reaches. Source: Docker's documentation on multi-stage
//! builds and the Dockerfile reference, "FROM", "COPY --from" and "RUN --mount".

use std::collections::HashMap;
use std::ops::Range;

use super::instructions::{Instruction, Lexed};
use super::values::Value;
use super::variables::{Variables, View};
use super::words::{Arguments, sources};
use crate::limits;
use crate::model::Scope;
use crate::syntax::At;

/// What a stage is built on.
pub(super) enum Base {
    /// Nothing at all.
    Scratch,
    /// An earlier stage.
    Stage(usize),
    /// An image.
    Image(Value),
    /// What cannot be told.
    Unknown,
}

/// One stage.
pub(super) struct Stage {
    pub(super) base: Base,
    /// Where the text that names the base stands.
    pub(super) base_at: At,
    /// Its instructions after the `FROM`, by number.
    pub(super) instructions: Range<usize>,
    /// What its content is for.
    pub(super) scope: Scope,
}

/// All stages of a file.
pub(super) struct Stages {
    pub(super) all: Vec<Stage>,
    by_name: HashMap<String, usize>,
}

impl Stages {
    /// Finds the stages, and takes in the arguments before the first of them.
    pub(super) fn find(lexed: &Lexed, variables: &mut Variables<'_>, problems: &mut Vec<(u32, &'static str)>) -> Stages {
        let mut stages = Stages { all: Vec::new(), by_name: HashMap::new() };
        for (number, instruction) in lexed.instructions.iter().enumerate() {
            match instruction.keyword.as_str() {
                "FROM" => stages.open(number, instruction, lexed.escape, variables, problems),
                "ARG" if stages.all.is_empty() => {
                    variables.define(instruction, View::Global);
                }
                _ => {}
            }
            if let Some(stage) = stages.all.last_mut() {
                stage.instructions.end = number + 1;
            }
        }
        stages
    }

    fn open(&mut self, number: usize, from: &Instruction, escape: char, variables: &mut Variables<'_>, problems: &mut Vec<(u32, &'static str)>) {
        let words = Arguments::of(&from.source, escape).words;
        let text_of = |index: usize| words.get(index).and_then(|word| from.source.text().get(word.clone()));
        let name = text_of(2).filter(|_| text_of(1).is_some_and(|text| text.eq_ignore_ascii_case("as"))).map(str::to_ascii_lowercase);
        let word = words.first().cloned().unwrap_or_default();
        if words.is_empty() {
            problems.push((from.line, "a FROM without an image"));
        }
        let base = match variables.expand(&from.source, word.clone(), View::Global) {
            None => Base::Unknown,
            Some(value) => {
                let text = value.text.text();
                match self.by_name.get(&text.to_ascii_lowercase()) {
                    Some(stage) => Base::Stage(*stage),
                    None if text == "scratch" => Base::Scratch,
                    None => Base::Image(value),
                }
            }
        };
        variables.open_stage(if let Base::Stage(parent) = &base { Some(*parent) } else { None });
        if let Some(name) = name {
            self.by_name.insert(name, self.all.len());
        }
        let unquoted = unquoted(from.source.text(), word);
        self.all.push(Stage { base, base_at: from.source.at(unquoted), instructions: number + 1..number + 1, scope: Scope::Aside });
    }

    /// What the last stage is built on in the end, where that is an image.
    pub(super) fn image(&self) -> Option<&Value> {
        let mut stage = self.all.last()?;
        loop {
            match &stage.base {
                // A stage is built on earlier ones alone.
                Base::Stage(parent) => stage = self.all.get(*parent)?,
                Base::Image(value) => return Some(value),
                Base::Scratch | Base::Unknown => return None,
            }
        }
    }

    /// A stage by its name or number.
    pub(super) fn get(&self, text: &str) -> Option<usize> {
        let number = || text.parse().ok().filter(|number| *number < self.all.len());
        self.by_name.get(&text.to_ascii_lowercase()).copied().or_else(number)
    }

    /// Tells what each stage is for when this one is built: it runs with what it is built on, what
    /// they take files from builds, and nobody reaches the others. False where there is no such stage.
    pub(super) fn build(&mut self, target: Option<&str>, lexed: &Lexed) -> bool {
        let built = match target {
            Some(target) => self.get(target),
            None => self.all.len().checked_sub(1),
        };
        let Some(built) = built else { return false };
        let mut open = vec![(built, Scope::Run)];
        while let Some((number, scope)) = open.pop() {
            let taken = self.taken_by(number, lexed);
            let Some(stage) = self.all.get_mut(number) else { continue };
            if stage.scope == Scope::Run || stage.scope == scope {
                continue;
            }
            stage.scope = scope;
            if let Base::Stage(parent) = stage.base {
                open.push((parent, scope));
            }
            open.extend(taken.into_iter().map(|other| (other, Scope::Build)));
        }
        true
    }

    /// The stages that a stage takes files from.
    fn taken_by(&self, number: usize, lexed: &Lexed) -> Vec<usize> {
        let Some(stage) = self.all.get(number).filter(|stage| stage.scope == Scope::Aside) else { return Vec::new() };
        let instructions = lexed.instructions.get(stage.instructions.clone()).unwrap_or_default();
        let taking = instructions.iter().filter(|instruction| matches!(instruction.keyword.as_str(), "COPY" | "ADD" | "RUN"));
        taking
            .flat_map(|instruction| sources(&instruction.source, lexed.escape).into_iter().filter_map(|range| instruction.source.text().get(range)))
            .filter_map(|name| self.get(name))
            .take(limits::INSTRUCTIONS)
            .collect()
    }
}

/// A word without the quotes around it.
fn unquoted(text: &str, word: Range<usize>) -> Range<usize> {
    let bare = text.get(word.clone()).unwrap_or("");
    let quoted = bare.len() >= 2 && matches!((bare.chars().next(), bare.chars().last()), (Some('"'), Some('"')) | (Some('\''), Some('\'')));
    if quoted { word.start + 1..word.end - 1 } else { word }
}
