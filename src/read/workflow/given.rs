//! The variables that a workflow gives its jobs: `env` of the workflow, of a job and its container,
//! of a step. Source: GitHub Docs, "Workflow syntax", `env`.

use super::frame::Frame;
use super::jobs::{Job, Walk};
use super::stores;
use super::value::Value;
use crate::catalog::EnvFileAction;
use crate::files::resolve;
use crate::model::{Content, Form, Kind, Need, Reading, Stance};
use crate::read::shell;
use crate::syntax::dotenv::is_name;
use crate::syntax::{At, Node, clamp};

impl Walk<'_> {
    /// Hands over the variables of an `env`. `part` is the component they are for, where that is
    /// another one than the job's.
    pub(super) fn gives(&mut self, env: Option<&Node>, part: Option<&str>, frame: &Frame<'_>, job: &Job) {
        let Some(env) = env else { return };
        // `env: ${{ fromJSON(…) }}`.
        if env.text().is_some() {
            self.open(env.at(), job);
        }
        for (key, node) in env.entries() {
            self.give(&key.text, key.at, node, part, frame, job);
        }
    }

    /// Hands over one variable, whose name stands here.
    pub(super) fn give(&mut self, name: &str, at: At, value: &Node, part: Option<&str>, frame: &Frame<'_>, job: &Job) {
        if !is_name(name) {
            return;
        }
        let (content, text, varies) = told(value, frame);
        let reading = Reading::new(Kind::Env, name, text, Form::Variable(Stance::Given, Need::Bare, content), at);
        let reading = reading.scope(shell::scope(job.scope, varies)).component(part);
        self.say(job, |out| out.push(reading));
    }

    /// Hands over the variables of an env file that an action writes.
    pub(super) fn env_file(&mut self, step: &Node, action: &EnvFileAction, frame: &Frame<'_>, job: &Job) {
        let text = |walk: &mut Self, input: &str| walk.given(step, input, frame).first().map(|text| text.text().to_owned());
        let (folder, file) = (text(self, &action.folder).unwrap_or_default(), text(self, &action.file));
        let path = resolve("", &format!("{folder}/{}", file.as_deref().unwrap_or(&action.default)));
        let part = path.map(|path| self.input.components.of(&path).to_owned()).filter(|part| !part.is_empty() || job.part.is_some());
        for (key, node) in step.get("with").map(Node::entries).unwrap_or_default() {
            let prefixed = key.text.get(..action.prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(&action.prefix));
            if let Some(name) = key.text.get(action.prefix.len()..).filter(|_| prefixed) {
                let at = key.at.part(clamp(action.prefix.chars().count()), clamp(name.chars().count()));
                self.give(name, at, node, part.as_deref(), frame, job);
            }
        }
    }

    /// Says that more comes from a place that cannot be read.
    pub(super) fn open(&mut self, at: At, job: &Job) {
        let reading = Reading::variable_without(Stance::Open, Need::Bare, Content::Nothing, "*", at).scope(job.scope);
        self.say(job, |out| out.push(reading));
    }

    /// The component that the first folder a node comes to is or belongs to.
    pub(super) fn part(&self, folder: &Node, frame: &Frame<'_>) -> Option<String> {
        let folder = resolve("", frame.texts(folder).first()?.text())?;
        Some(self.input.components.of_folder(&folder).to_owned())
    }
}

/// Where a value comes from, its text, and whether it depends on the leg of a matrix.
fn told(node: &Node, frame: &Frame<'_>) -> (Content, String, bool) {
    match frame.value(node) {
        Value::Text(text) => (Content::Literal, text.text().to_owned(), text.varies),
        // What a comparison comes to was never written.
        Value::Truth(truth, text) if text.text().is_empty() => (Content::Literal, truth.to_string(), text.varies),
        Value::Truth(_, text) => (Content::Literal, text.text().to_owned(), text.varies),
        Value::Null { varies } => (Content::Literal, String::new(), varies),
        other => (Content::Reference, node.text().and_then(stores::first).unwrap_or("").to_owned(), other.varies()),
    }
}
