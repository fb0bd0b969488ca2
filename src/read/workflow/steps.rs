//! Steps: what a `run` starts and installs, and the composite actions of the repository.

use super::frame::Frame;
use super::jobs::{Job, Walk, inputs};
use super::value::Value;
use crate::files::resolve;
use crate::limits;
use crate::model::Scope;
use crate::read::Target;
use crate::read::ci::UNKNOWN;
use crate::read::shell::{self, Context, Dialect, Process};
use crate::read::technology::Use;
use crate::read::traced::Placed;
use crate::syntax::{At, Node};

impl Walk<'_> {
    /// One step, of a job or of a composite action.
    pub(super) fn step(&mut self, step: &Node, frame: &Frame<'_>, job: &Job, in_action: bool) {
        if !self.count(step.at()) || step.get("if").and_then(|condition| frame.condition(condition)) == Some(false) {
            return;
        }
        let part = step.get("working-directory").and_then(|folder| self.part(folder, frame)).filter(|part| !part.is_empty() || job.part.is_some());
        self.gives(step.get("env"), part.as_deref(), frame, job);
        self.stores(step, &[], job);
        let own;
        let frame = if step.get("env").is_some() {
            own = frame.with_env(step.get("env"));
            &own
        } else {
            frame
        };
        if let Some(run) = step.get("run") {
            self.run(step, run, frame, job, in_action);
        }
        let Some((uses, text)) = step.get("uses").and_then(|uses| Some((uses, uses.text()?))) else { return };
        if text.starts_with("./") {
            self.composite(step, uses, text, frame, job);
        } else if let Some(image) = text.strip_prefix("docker://") {
            // A tool in an image, not what the application runs on.
            let at = uses.at().part(9, uses.at().width.saturating_sub(9));
            let input = self.input;
            self.say(job, |out| out.image(input, Use { text: image, at, via: Vec::new(), scope: Scope::Aside, workload: None }));
        } else {
            self.action(step, uses, text.split('@').next().unwrap_or(text), frame, job);
        }
    }

    fn run(&mut self, step: &Node, run: &Node, frame: &Frame<'_>, job: &Job, in_action: bool) {
        let shell_name = step.text_of("shell").unwrap_or("bash");
        let Some(text) = Placed::scalar(run, self.input.documents) else { return };
        if !shell_name.starts_with("bash") && !shell_name.starts_with("sh") && !shell_name.contains("${{") {
            return;
        }
        let given = step.get("working-directory");
        // An action's steps do not see the defaults of the job.
        let folder = given.or(job.folder.as_ref().filter(|_| !in_action));
        let folders = match folder {
            None => vec![String::new()],
            Some(folder) => frame.texts(folder).iter().take(1).filter_map(|text| resolve("", text.text())).collect(),
        };
        let part = folder.and_then(|folder| self.part(folder, frame)).filter(|part| !part.is_empty() || job.part.is_some());
        let component = given.and_then(|folder| self.component(folder.text()?));
        let expression = |inside: &str, at| frame.inline(inside, at);
        let (variables, defined) = (frame.variables(), std::collections::BTreeMap::new());
        let context = Context {
            input: self.input,
            dialect: Dialect::Shell,
            folders,
            home: None,
            defined: &defined,
            variables: &variables,
            expression: Some(&expression),
            sourced: Some(&job.sourced),
            scope: job.scope,
            environment: None,
            component: component.as_deref(),
            process: Some(Process { workload: &job.id, part: part.as_deref(), copies: true }),
        };
        let led = self.say(job, |out| shell::read(&text, &context, out));
        let started = led.links.iter().filter(|link| matches!(link.to, Target::Compose { .. })).map(|link| (link.at, link.to.clone()));
        let named: Vec<(At, Target)> = led.absent.into_iter().chain(started).collect();
        self.absent_files(step, &named, job);
        for link in led.links {
            self.lead(job, link.at, &link.to);
        }
    }

    /// An action of this repository, read as if its steps stood here.
    fn composite(&mut self, step: &Node, uses: &Node, text: &str, frame: &Frame<'_>, job: &Job) {
        let Some(folder) = resolve("", text) else { return };
        if job.foreign.iter().any(|other| folder == *other || folder.starts_with(&format!("{other}/"))) {
            return self.out.note(uses.at(), "an action of another repository");
        }
        let path = ["action.yml", "action.yaml"].into_iter().filter_map(|name| resolve(&folder, name)).find(|path| self.input.documents.exists(path));
        let Some(path) = path else {
            let meant = self.means_workflow(job, &folder);
            return self.out.missing(uses.at(), if meant { "a workflow where only an action can stand" } else { "a local action that does not exist" });
        };
        if self.stack.contains(&path) || self.stack.len() >= limits::REFERENCE_DEPTH {
            return;
        }
        self.lead(job, uses.at(), &Target::Part { path: path.clone() });
        // What is wrong with it is said where it is read by itself.
        let Ok(document) = self.input.documents.open(&path) else { return };
        let Ok(tree) = document.tree() else { return };
        self.calls_action(job, step, uses.at(), (&path, tree));
        let mut inner = frame.clone();
        inner.inputs = inputs(tree.get("inputs"), step.get("with").map(Node::entries).unwrap_or_default(), frame);
        // Inputs of an action are strings.
        for value in inner.inputs.values_mut() {
            if let Value::Truth(_, text) = value {
                *value = Value::Text(text.clone());
            }
        }
        self.stack.push(path);
        self.calls.push(uses.at());
        for step in tree.path(&["runs", "steps"]).map(Node::items).unwrap_or_default() {
            self.step(step, &inner, job, true);
        }
        self.calls.pop();
        self.stack.pop();
    }

    /// The lines of an input of a step, those that are known.
    pub(super) fn given_lines(&self, step: &Node, name: &str, frame: &Frame<'_>) -> Vec<crate::read::traced::Traced> {
        let entries = step.get("with").map(Node::entries).unwrap_or_default();
        entries.iter().find(|(key, _)| key.text.eq_ignore_ascii_case(name)).map(|(_, node)| frame.lines(node)).unwrap_or_default()
    }

    /// The value of an input of a step; a note where only a run knows it.
    pub(super) fn given(&mut self, step: &Node, name: &str, frame: &Frame<'_>) -> Vec<crate::read::traced::Traced> {
        let entries = step.get("with").map(Node::entries).unwrap_or_default();
        let Some((_, node)) = entries.iter().find(|(key, _)| key.text.eq_ignore_ascii_case(name)) else { return Vec::new() };
        let texts = frame.texts(node);
        if texts.is_empty() && !node.is_null() {
            self.out.note(node.at(), UNKNOWN);
        }
        texts.into_iter().map(|text| text.trimmed()).filter(|text| !text.text().is_empty()).collect()
    }
}
