//! What a job runs on: its own images or its executor's, their variables, its folder and shell. Source:
//! CircleCI docs, "Configuration reference", `docker`, `executors` and `environment`. Virtual machines
//! are no images: what they hold changes with their date.

use std::rc::Rc;

use super::elements::Element;
use super::frame::{Frame, Value};
use super::jobs::{Run, Walk};
use super::orbs::Asked;
use crate::model::ImageRef;
use crate::read::ci::{UNKNOWN, VARIABLE_BYTES};
use crate::read::traced::Traced;
use crate::syntax::{Key, Node};

impl Walk<'_> {
    /// Sets a job up: what it says itself goes before what its executor says.
    pub(super) fn prepare(&mut self, node: &Node, frame: &Rc<Frame>, run: &mut Run) {
        let documents = self.tell.input.documents;
        let own = node.get("docker").is_some() || node.get("machine").is_some() || node.get("macos").is_some();
        let executor = node.get("executor").and_then(|executor| self.executor(executor, frame, own, run));
        if let Some((executor, inside)) = &executor {
            self.variables(executor.get("environment"), inside, run);
        }
        let holder = if own { Some((node, frame)) } else { executor.as_ref().map(|(node, frame)| (node, frame)) };
        if let Some((docker, frame)) = holder.and_then(|(node, frame)| frame.tree(node.get("docker")?, documents)) {
            for (index, image) in docker.items().iter().enumerate() {
                self.container(image, index == 0, &frame, run);
            }
        }
        self.variables(node.get("environment"), frame, run);
        for (node, frame) in executor.iter().map(|(node, frame)| (node, frame)).chain([(node, frame)]) {
            if let Some(directory) = node.get("working_directory").and_then(|node| frame.text(node, documents)) {
                run.directory = home(directory.text());
                run.checkout.clone_from(&run.directory);
            }
            if let Some(shell) = node.get("shell").and_then(|node| frame.text(node, documents)) {
                run.shell = Some(shell.text().to_owned());
            }
        }
    }

    /// The executor that a job names, and the frame inside. What an orb's executor is told counts where the
    /// job has no images of its own.
    fn executor(&mut self, node: &Node, frame: &Rc<Frame>, replaced: bool, run: &Run) -> Option<(Node, Rc<Frame>)> {
        let documents = self.tell.input.documents;
        let (named, given, around) = match frame.value(node, documents) {
            Value::Tree(tree, around) => (around.text(tree.get("name")?, documents)?, tree.entries().to_vec(), around),
            Value::Text(name) | Value::Usual(name) => (name, Vec::<(Key, Node)>::new(), frame.clone()),
            Value::Unknown => {
                self.tell.out.note(node.at(), UNKNOWN);
                return None;
            }
        };
        match self.element("executors", named.text(), &around) {
            Element::Own(own) => {
                let inside = around.inside(&own, &given, &[], documents);
                Some((own.node, inside))
            }
            Element::Orb(orb, element) => {
                if !replaced {
                    let asked = Asked { orb: &orb, element: &element, given: &given, leg: &[], executor: true, at: node.at() };
                    self.orb(&asked, &around, run);
                }
                None
            }
            Element::Unknown => {
                self.tell.out.note(node.at(), "an executor that nothing declares");
                None
            }
        }
    }

    /// An image of a job: its steps run in the first, the others are services beside it.
    fn container(&mut self, node: &Node, first: bool, frame: &Rc<Frame>, run: &mut Run) {
        let documents = self.tell.input.documents;
        let Some((node, frame)) = frame.tree(node, documents) else { return };
        let Some(image) = node.get("image").filter(|image| self.tell.count(image.at())) else { return };
        if first {
            self.variables(node.get("environment"), &frame, run);
        }
        let Some(text) = frame.text(image, documents) else { return self.tell.out.note(image.at(), UNKNOWN) };
        let named = node.get("name").and_then(|name| frame.text(name, documents)).map(|name| name.text().to_owned());
        let workload = named.or_else(|| ImageRef::parse(text.text()).map(|image| image.base_name().to_owned())).filter(|_| !first);
        self.tell.image(&run.job, &text, workload.as_deref());
    }

    /// Hands over variables: a map, or a list of maps of one.
    pub(super) fn variables(&mut self, node: Option<&Node>, frame: &Rc<Frame>, run: &mut Run) {
        let documents = self.tell.input.documents;
        let Some((node, frame)) = node.and_then(|node| frame.tree(node, documents)) else { return };
        for (key, node) in node.entries().iter().chain(node.items().iter().flat_map(Node::entries)) {
            if !self.tell.spend(8 * VARIABLE_BYTES + key.text.len() + node.text().map_or(0, str::len), key.at) {
                return;
            }
            let value: Option<Traced> = frame.text(node, documents);
            self.tell.give(&run.job, &key.text, key.at, value.as_ref());
            run.variables.insert(key.text.to_string(), value);
        }
    }
}

/// A folder of the machine, its home written in one way.
pub(super) fn home(directory: &str) -> String {
    let directory = directory.trim().trim_end_matches('/');
    let rest = ["/home/circleci", "/root", "$HOME", "${HOME}"].iter().find_map(|home| directory.strip_prefix(home));
    rest.map_or_else(|| directory.to_owned(), |rest| format!("~{rest}"))
}
