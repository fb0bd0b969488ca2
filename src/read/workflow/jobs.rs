//! Jobs: their matrix, environment, services and container, and the reusable workflows they call.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;

use super::frame::Frame;
use super::matrix::Matrix;
use super::value::Value;
use super::{FOLDER, absent};
use crate::files::{Document, file_name, resolve};
use crate::limits;
use crate::model::Scope;
use crate::read::ci::{self, UNKNOWN, naming};
use crate::read::technology::Use;
use crate::read::traced::Traced;
use crate::read::{Input, Link, Output, Target, shell};
use crate::syntax::{At, Node};

/// What is known of the job that a step belongs to.
#[derive(Clone)]
pub(super) struct Job {
    own: ci::Job,
    /// `defaults.run.working-directory` of the job or the workflow.
    pub(super) folder: Option<Node>,
    /// Folders that other repositories are checked out into.
    pub(super) foreign: Vec<String>,
    /// Its commands, where it works on nothing but the repository.
    pub(super) plain_runs: Option<Rc<Vec<String>>>,
}

impl Deref for Job {
    type Target = ci::Job;

    fn deref(&self) -> &ci::Job {
        &self.own
    }
}

/// Who calls a workflow that can only be called.
enum Caller {
    /// A workflow of this repository.
    Local,
    /// A workflow of this repository, or one of that name elsewhere: it gives the full name.
    ByName,
    /// Nobody here: it is for other repositories.
    Nobody,
}

/// A walk through a workflow and all it is made of.
pub(super) struct Walk<'w> {
    pub(super) input: &'w Input<'w>,
    pub(super) out: Output,
    pub(super) links: Vec<Link>,
    /// The files that are being looked at, outermost first.
    pub(super) stack: Vec<String>,
    /// Where each of them but the first is called.
    pub(super) calls: Vec<At>,
    steps: usize,
}

impl<'w> Walk<'w> {
    pub(super) fn new(input: &'w Input<'w>) -> Walk<'w> {
        Walk { input, out: Output::default(), links: Vec::new(), stack: vec![input.document.path.to_string()], calls: Vec::new(), steps: 0 }
    }

    /// Walks the document itself. One that can only be called is read through its callers.
    pub(super) fn start(&mut self, tree: &Node) {
        let document = self.input.document.clone();
        let triggers = tree.get("on");
        let called = triggers.is_some_and(|on| on.text() == Some("workflow_call") || keys(on) == ["workflow_call"]);
        if called {
            match self.caller(&document) {
                Caller::Local => return,
                Caller::Nobody => return self.out.note(triggers.map_or(At::file(document.id), Node::at), "a workflow that other repositories call"),
                Caller::ByName => {}
            }
        }
        let mut frame = Frame::new(self.input.documents);
        for trigger in ["workflow_call", "workflow_dispatch"] {
            let declared = triggers.and_then(|on| on.path(&[trigger, "inputs"]));
            for (name, node) in declared.map(Node::entries).unwrap_or_default() {
                let default = node.get("default").map(|default| frame.value(default));
                let value = match default {
                    Some(known) if called => known,
                    // Whoever starts it may choose otherwise.
                    default => {
                        let options = node.get("options").map(Node::items).unwrap_or_default().iter().flat_map(|option| frame.texts(option));
                        let all: Vec<Traced> = options.chain(default.into_iter().flat_map(Value::texts)).collect();
                        let mut texts: Vec<Traced> = Vec::new();
                        for text in all {
                            if !text.text().is_empty() && !texts.iter().any(|known| known.text() == text.text()) {
                                texts.push(text);
                            }
                        }
                        Value::Open(texts)
                    }
                };
                frame.inputs.insert(name.text.to_ascii_lowercase(), value);
            }
        }
        self.workflow(&document, tree, &frame, None);
    }

    /// Which other workflow of the repository calls this one.
    fn caller(&self, document: &Document) -> Caller {
        let reference = format!("/{FOLDER}/{}", file_name(&document.path));
        let others = self.input.documents.below(FOLDER).filter(|path| crate::files::is_yaml(path) && **path != *document.path);
        let others: Vec<_> = others.filter_map(|path| self.input.documents.open(path).ok()).filter(|other| other.text().contains(&reference)).collect();
        match others.iter().any(|other| other.text().contains(&format!(".{reference}"))) {
            true => Caller::Local,
            false if others.is_empty() => Caller::Nobody,
            false => Caller::ByName,
        }
    }

    fn workflow(&mut self, document: &Document, tree: &Node, frame: &Frame<'_>, caller: Option<&Job>) {
        let workflow = naming::title(naming::stem(&document.path), tree);
        for (id, node) in tree.get("jobs").map(Node::entries).unwrap_or_default() {
            self.job(&id.text, node, tree, &workflow, frame, caller);
        }
    }

    fn job(&mut self, id: &str, node: &Node, tree: &Node, workflow: &str, frame: &Frame<'_>, caller: Option<&Job>) {
        let (outer, frame) = (frame, &frame.with_env(tree.get("env")));
        if node.get("if").and_then(|condition| frame.condition(condition)) == Some(false) {
            return;
        }
        let names = &self.input.catalog.names;
        let title = naming::title(id, node);
        let aside = naming::aside(names, workflow, &title) || caller.is_some_and(|caller| caller.scope == Scope::Aside);
        let folder = [node, tree].iter().find_map(|holder| holder.path(&["defaults", "run", "working-directory"])).cloned();
        let component = folder.as_ref().and_then(|folder| self.component(folder.text()?)).or_else(|| caller.and_then(|caller| caller.component.clone()));
        let matrix = node.path(&["strategy", "matrix"]).map(|matrix| (Rc::new(Matrix::of(matrix, frame)), matrix.at()));
        if let Some((_, at)) = matrix.as_ref().filter(|(matrix, _)| matrix.cut) {
            self.out.gap(*at, "more legs of a matrix than the limit");
        }
        let foreign = checkouts(node);
        let plain_runs = absent::plain_runs(node);
        for leg in 0..matrix.as_ref().map_or(1, |(matrix, _)| matrix.len()) {
            let mut seen = frame.clone();
            seen.matrix = matrix.as_ref().map(|(matrix, _)| (matrix.clone(), leg));
            let frame = seen.with_env(node.get("env"));
            let stated = node.get("environment").map(|node| frame.texts(node.get("name").unwrap_or(node))).unwrap_or_default();
            let around = caller.map(|caller| caller.environments.as_slice()).unwrap_or_default();
            let environments = naming::environments(names, workflow, &title, &stated, around);
            let own = folder.as_ref().and_then(|folder| self.part(folder, &frame));
            let own = ci::Job {
                component: component.clone(),
                part: own.or_else(|| caller.and_then(|caller| caller.part.clone())),
                ..ci::Job::new(id, if aside { Scope::Aside } else { Scope::Run }, environments)
            };
            let job = Job { own, folder: folder.clone(), foreign: foreign.clone(), plain_runs: plain_runs.clone() };
            // A called workflow does not see the variables of its caller.
            self.gives(tree.get("env").filter(|_| node.get("uses").is_none()), None, outer, &job);
            self.gives(node.get("env"), None, &seen, &job);
            self.gives(node.path(&["container", "env"]), None, &frame, &job);
            tree.get("env").into_iter().for_each(|env| self.stores(env, &[], &job));
            self.stores(node, &["steps"], &job);
            let beside = Job { own: job.own.beside(), ..job.clone() };
            for (id, service) in node.get("services").map(Node::entries).unwrap_or_default() {
                self.image(service, Some(&id.text), &frame, &beside);
            }
            if let Some(container) = node.get("container") {
                self.image(container, None, &frame, &job);
            }
            if let Some(called) = node.get("uses") {
                self.call(called, node, &frame, &job);
            }
            for step in node.get("steps").map(Node::items).unwrap_or_default() {
                self.step(step, &frame, &job, false);
            }
        }
    }

    /// Counts a step; false when there were too many.
    pub(super) fn count(&mut self, at: At) -> bool {
        self.steps += 1;
        if self.steps == limits::WORKFLOW_STEPS {
            self.out.gap(at, "more steps of a workflow than the limit");
        }
        self.steps < limits::WORKFLOW_STEPS
    }

    /// The component that a folder is: its folder without what only holds how things run.
    pub(super) fn component(&self, folder: &str) -> Option<String> {
        if folder.contains("${{") {
            return None;
        }
        let path = format!("{}/x", resolve("", folder)?);
        let component = self.input.catalog.names.component(&path).to_owned();
        (!component.is_empty()).then_some(component)
    }

    fn image(&mut self, node: &Node, workload: Option<&str>, frame: &Frame<'_>, job: &Job) {
        let Some(image) = (if node.is_map() { node.get("image") } else { Some(node) }) else { return };
        let texts = frame.texts(image);
        if texts.is_empty() && !image.is_null() {
            self.out.note(image.at(), UNKNOWN);
        }
        let several = texts.iter().filter(|text| !text.text().trim().is_empty()).count() > 1;
        for text in texts.iter().map(Traced::trimmed) {
            // An empty image is no service.
            if let Some((at, via)) = text.image_place().filter(|_| !text.text().is_empty()) {
                let scope = shell::scope(job.scope, text.varies || several);
                let input = self.input;
                self.say(job, |out| out.image(input, Use { text: text.text(), at, via, scope, workload }));
            }
        }
    }

    /// Hands over readings, once for each environment of the job.
    pub(super) fn say<T>(&mut self, job: &Job, then: impl FnOnce(&mut Output) -> T) -> T {
        ci::say(&mut self.out, job, &self.calls, then)
    }

    /// Hands over a link, once for each environment of the job.
    pub(super) fn lead(&mut self, job: &Job, at: At, to: &Target) {
        ci::lead(&mut self.links, job, at, to);
    }

    /// A reusable workflow of this repository.
    fn call(&mut self, called: &Node, node: &Node, frame: &Frame<'_>, job: &Job) {
        let Some(text) = called.text() else { return };
        if let Some(all) = node.get("secrets").filter(|secrets| secrets.text() == Some("inherit")) {
            self.open(all.at(), job);
        }
        if !text.starts_with("./") {
            self.out.note(called.at(), "a workflow of another repository");
            return self.hints(node.get("with"), frame, job);
        }
        let Some(path) = resolve("", text) else { return };
        if self.stack.contains(&path) || self.stack.len() >= limits::REFERENCE_DEPTH || !self.count(called.at()) {
            return;
        }
        let Ok(document) = self.input.documents.open(&path) else { return self.out.missing(called.at(), "a local workflow that does not exist") };
        self.lead(job, called.at(), &Target::Part { path: path.clone() });
        // What is wrong with it is said where it is read by itself.
        let Ok(tree) = document.tree() else { return };
        self.calls_workflow(job, node, called.at(), (&path, tree));
        let mut inner = Frame::new(self.input.documents);
        let given = node.get("with").map(Node::entries).unwrap_or_default();
        inner.inputs = inputs(tree.path(&["on", "workflow_call", "inputs"]), given, frame);
        self.stack.push(path);
        self.calls.push(called.at());
        self.workflow(&document, tree, &inner, Some(job));
        self.calls.pop();
        self.stack.pop();
    }
}

/// The inputs that are declared, as they are given or by default.
pub(super) fn inputs(declared: Option<&Node>, given: &[(crate::syntax::Key, Node)], frame: &Frame<'_>) -> BTreeMap<String, Value> {
    let plain = Frame::new(frame.documents);
    let mut out = BTreeMap::new();
    for (name, node) in declared.map(Node::entries).unwrap_or_default() {
        let own = given.iter().find(|(key, _)| key.text.eq_ignore_ascii_case(&name.text)).map(|(_, value)| frame.value(value));
        let value = own.or_else(|| node.get("default").map(|default| plain.value(default))).unwrap_or(Value::Null { varies: false });
        out.insert(name.text.to_ascii_lowercase(), value);
    }
    out
}

fn keys(node: &Node) -> Vec<&str> {
    node.entries().iter().map(|(key, _)| &*key.text).chain(node.items().iter().filter_map(Node::text)).collect()
}

/// The folders that steps check other repositories out into.
fn checkouts(job: &Node) -> Vec<String> {
    let steps = job.get("steps").map(Node::items).unwrap_or_default();
    let with = steps.iter().filter_map(|step| step.get("with").filter(|with| with.get("repository").is_some()));
    with.filter_map(|with| resolve("", with.text_of("path")?)).filter(|path| !path.is_empty()).collect()
}
