//! What an image gives to the processes that run in it: the `ENV` of the stage that is built and of
//! those that it is built on. Source: Docker's Dockerfile reference, "ENV".

use std::collections::HashMap;

use super::variables::{Defined, Variables};
use crate::model::{Content, Form, Kind, Need, Reading, Scope, Stance};
use crate::syntax::dotenv;

/// The variables that are given, of one name the last: in the image, or in a stage that only builds.
#[derive(Default)]
pub(super) struct Given {
    readings: Vec<Reading>,
    /// By the stage, where it does not run, and the name.
    index: HashMap<(Option<usize>, String), usize>,
}

impl Given {
    /// Takes in what an `ENV` of this stage sets.
    pub(super) fn take(&mut self, variables: &Variables<'_>, defined: &Defined, stage: usize, scope: Scope) {
        let name = &defined.name;
        if !dotenv::is_name(name) {
            return;
        }
        let (content, text) = match defined.value.as_ref().map(|value| value.content()) {
            // What is no argument may come from the image that the stage is built on.
            Some((Content::Unset, unset)) if !variables.is_declared(unset, stage) => (Content::Reference, unset),
            Some(told) => told,
            None => (Content::Reference, ""),
        };
        let via = defined.value.as_ref().and_then(|value| value.text.place()).filter(|(_, via)| !via.is_empty());
        let runs = scope == Scope::Run;
        let reading = Reading::new(Kind::Env, name, text, Form::Variable(Stance::Given, Need::Bare, content), defined.name_at)
            .scope(if runs { Scope::Run } else { Scope::Build })
            .via(via.map(|(at, _)| at).into_iter().collect());
        match self.index.get(&((!runs).then_some(stage), name.clone())).and_then(|index| self.readings.get_mut(*index)) {
            Some(slot) => *slot = reading,
            None => {
                self.index.insert(((!runs).then_some(stage), name.clone()), self.readings.len());
                self.readings.push(reading);
            }
        }
    }

    /// All of them.
    pub(super) fn readings(self) -> impl Iterator<Item = Reading> {
        self.readings.into_iter()
    }
}
