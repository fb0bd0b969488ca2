//! Workflows and their jobs: parameters, matrix, environment, folder and variables. Source: CircleCI
//! docs, "Configuration reference", `jobs` and `workflows`.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::condition::holds;
use super::elements::Element;
use super::frame::Frame;
use super::orbs::Asked;
use crate::catalog::Names;
use crate::model::Scope;
use crate::read::ci::legs::Legs;
use crate::read::ci::{self, Teller, naming};
use crate::read::traced::Traced;
use crate::syntax::{At, Key, Node};

/// A walk through a configuration.
pub(super) struct Walk<'w> {
    pub(super) tell: Teller<'w>,
    pub(super) root: &'w Node,
}

/// A job as it runs.
pub(super) struct Run {
    pub(super) job: ci::Job,
    /// What is set in it so far.
    pub(super) variables: BTreeMap<String, Option<Traced>>,
    /// Where it works, on its machine.
    pub(super) directory: String,
    /// Where the repository is checked out, there.
    pub(super) checkout: String,
    /// The shell of its commands, where it says so.
    pub(super) shell: Option<String>,
}

/// A job that a workflow lists.
struct Listed<'n> {
    name: &'n str,
    at: At,
    given: &'n [(Key, Node)],
}

/// Keys of a job in a workflow that are no parameters of its own.
pub(super) const KEYS: &[&str] = &["name", "context", "requires", "filters", "matrix", "type", "pre-steps", "post-steps", "serial-group", "override-with"];

impl Walk<'_> {
    /// Walks all that runs: what workflows list; where there are none, every job.
    pub(super) fn start(&mut self) {
        let (root, frame) = (self.root, Frame::of(self.root, self.tell.input.documents));
        let workflows = root.get("workflows").map(Node::entries).unwrap_or_default();
        for (name, workflow) in workflows.iter().filter(|(_, workflow)| workflow.is_map()) {
            let is = |key: &str| workflow.get(key).and_then(|condition| holds(condition, &frame, self.tell.input.documents));
            if is("when") == Some(false) || is("unless") == Some(true) {
                continue;
            }
            for listed in workflow.get("jobs").map(Node::items).unwrap_or_default().iter().filter_map(listed) {
                self.listed(&listed, &name.text, &frame);
            }
        }
        if !workflows.iter().any(|(_, workflow)| workflow.is_map()) {
            for (name, _) in root.get("jobs").map(Node::entries).unwrap_or_default() {
                self.listed(&Listed { name: &name.text, at: name.at, given: &[] }, "", &frame);
            }
        }
    }

    fn listed(&mut self, listed: &Listed<'_>, workflow: &str, frame: &Rc<Frame>) {
        if self.given(listed, "type").and_then(Node::text) == Some("approval") {
            return;
        }
        let legs = self.given(listed, "matrix").map_or_else(Legs::none, |matrix| self.legs(matrix, frame));
        if legs.cut {
            self.tell.out.gap(listed.at, "more legs of a matrix than the limit");
        }
        for leg in legs.iter() {
            if self.tell.count(listed.at) {
                self.leg(listed, workflow, &leg, frame);
            }
        }
    }

    fn given<'n>(&self, listed: &Listed<'n>, name: &str) -> Option<&'n Node> {
        listed.given.iter().find(|(key, _)| &*key.text == name).map(|(_, node)| node)
    }

    fn legs(&self, matrix: &Node, frame: &Rc<Frame>) -> Legs {
        let documents = self.tell.input.documents;
        let values = |node: &Node| frame.tree(node, documents).map(|(list, _)| list.items().to_vec()).unwrap_or_else(|| vec![node.clone()]);
        let keys = matrix.get("parameters").map(Node::entries).unwrap_or_default();
        let mut legs = Legs::of(&[keys.iter().map(|(key, node)| (key.text.to_string(), values(node))).collect()]);
        legs.without(matrix.get("exclude").map(Node::items).unwrap_or_default());
        legs
    }

    fn leg(&mut self, listed: &Listed<'_>, workflow: &str, leg: &[(&str, &Node, bool)], frame: &Rc<Frame>) {
        let documents = self.tell.input.documents;
        let names = &self.tell.input.catalog.names;
        let title = self.given(listed, "name").and_then(Node::text).filter(|name| !name.contains("<<")).unwrap_or("");
        let title = format!("{} {title}", listed.name);
        let stated = self.stated(listed, leg, &title, frame);
        let scope = if naming::aside(names, workflow, &title) { Scope::Aside } else { Scope::Run };
        let job = ci::Job::new(listed.name, scope, naming::environments(names, workflow, &title, &stated, &[]));
        // What a project's settings and contexts hold comes to every job.
        self.tell.open(&job, self.given(listed, "context").map_or(listed.at, Node::at));
        let mut run = Run { job, variables: BTreeMap::new(), directory: "~/project".to_owned(), checkout: "~/project".to_owned(), shell: None };
        let (node, inside) = match self.element("jobs", listed.name, frame) {
            Element::Own(own) => {
                let inside = frame.inside(&own, listed.given, leg, documents);
                (own.node, inside)
            }
            Element::Orb(orb, element) => {
                let asked = Asked { orb: &orb, element: &element, given: listed.given, leg, executor: false, at: listed.at };
                self.orb(&asked, frame, &run);
                self.told_steps(listed.given, frame, &mut run);
                return;
            }
            Element::Unknown => return self.tell.out.note(listed.at, "a job that nothing declares"),
        };
        self.prepare(&node, &inside, &mut run);
        for (steps, frame) in [(self.given(listed, "pre-steps"), frame), (node.get("steps"), &inside), (self.given(listed, "post-steps"), frame)] {
            if let Some(steps) = steps {
                self.steps(steps, frame, &mut run, 0);
            }
        }
    }

    /// What a workflow says of the environment of a job: a parameter for it; the contexts of a deployment.
    fn stated(&self, listed: &Listed<'_>, leg: &[(&str, &Node, bool)], title: &str, frame: &Rc<Frame>) -> Vec<Traced> {
        let documents = self.tell.input.documents;
        let is_place = |name: &str| crate::catalog::words(name).any(|word| matches!(word.as_str(), "env" | "environment" | "stage"));
        let own = listed.given.iter().filter(|(key, _)| is_place(&key.text)).map(|(_, node)| node);
        let spread = leg.iter().filter(|(key, ..)| is_place(key)).map(|(_, node, _)| *node);
        let stated: Vec<Traced> = own.chain(spread).filter_map(|node| frame.text(node, documents)).collect();
        let deploys = naming::ships(&self.tell.input.catalog.names, title);
        if !stated.is_empty() || !deploys || naming_place(&self.tell.input.catalog.names, title) {
            return stated;
        }
        let contexts = self.given(listed, "context").map(Node::one_or_many).unwrap_or_default();
        contexts.into_iter().filter_map(|node| frame.text(node, documents)).collect()
    }
}

/// Whether a job's own names say where it deploys to.
fn naming_place(names: &Names, title: &str) -> bool {
    names.environment_of(title, true).is_some()
}

/// A job of a workflow's list: its name, or its name with what it is given.
fn listed(item: &Node) -> Option<Listed<'_>> {
    match item.entries().first() {
        Some((key, given)) => Some(Listed { name: &key.text, at: key.at, given: given.entries() }),
        None => item.text().map(|name| Listed { name, at: item.at(), given: &[] }),
    }
}
