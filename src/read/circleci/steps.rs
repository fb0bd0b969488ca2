//! Steps: commands, conditional steps, and what the document's own commands are made of. Source: CircleCI
//! docs, "Configuration reference", `steps` and `commands`.

use std::rc::Rc;

use super::condition::holds;
use super::elements::Element;
use super::frame::Frame;
use super::images::home;
use super::jobs::{Run, Walk};
use super::orbs::Asked;
use crate::files::resolve;
use crate::limits;
use crate::read::ci::Commands;
use crate::read::shell::Dialect;
use crate::read::traced::Placed;
use crate::syntax::{At, Key, Node};

/// Steps that say nothing of what is installed or started.
const SILENT: &[&str] =
    &["setup_remote_docker", "save_cache", "restore_cache", "store_artifacts", "store_test_results", "persist_to_workspace", "add_ssh_keys"];

impl Walk<'_> {
    /// The steps of a list, also of one that is a parameter.
    pub(super) fn steps(&mut self, node: &Node, frame: &Rc<Frame>, run: &mut Run, depth: usize) {
        let Some((list, frame)) = frame.tree(node, self.tell.input.documents) else { return };
        for step in list.items() {
            if depth >= limits::REFERENCE_DEPTH || !self.tell.count(step.at()) {
                return;
            }
            match step.entries().first() {
                Some((key, given)) => self.step(&key.text, key.at, given, &frame, run, depth),
                // A list in a list is what an anchor stands for.
                None if step.text().is_none() => self.steps(step, &frame, run, depth + 1),
                None => self.step(step.text().unwrap_or(""), step.at(), &Node::new(crate::syntax::Value::Null, step.at()), &frame, run, depth),
            }
        }
    }

    fn step(&mut self, name: &str, at: At, given: &Node, frame: &Rc<Frame>, run: &mut Run, depth: usize) {
        let documents = self.tell.input.documents;
        match name {
            "run" | "deploy" => self.run(given, frame, run),
            "steps" => self.steps(given, frame, run, depth + 1),
            "when" | "unless" => {
                let truth = given.get("condition").and_then(|condition| holds(condition, frame, documents));
                if let (Some(steps), false) = (given.get("steps"), truth == Some(name == "unless")) {
                    self.steps(steps, frame, run, depth + 1);
                }
            }
            "checkout" | "attach_workspace" => {
                let key = if name == "checkout" { "path" } else { "at" };
                let path = given.get(key).and_then(|path| frame.text(path, documents)).map(|path| home(path.text()));
                if let Some(path) = path.filter(|path| path.starts_with(['~', '/'])) {
                    run.checkout = path;
                }
            }
            _ if SILENT.contains(&name) => {}
            _ => match self.element("commands", name, frame) {
                Element::Own(own) => {
                    let inside = frame.inside(&own, given.entries(), &[], documents);
                    if let Some(steps) = own.node.get("steps") {
                        self.steps(steps, &inside, run, depth + 1);
                    }
                }
                Element::Orb(orb, element) => {
                    let asked = Asked { orb: &orb, element: &element, given: given.entries(), leg: &[], executor: false, at };
                    self.orb(&asked, frame, run);
                    self.told_steps(given.entries(), frame, run);
                }
                Element::Unknown => self.tell.out.note(at, "a step that nothing declares"),
            },
        }
    }

    /// Steps that something of an orb is given to run.
    pub(super) fn told_steps(&mut self, given: &[(Key, Node)], frame: &Rc<Frame>, run: &mut Run) {
        for (_, steps) in given.iter().filter(|(key, _)| &*key.text == "steps" || key.text.ends_with("-steps") || key.text.ends_with("_steps")) {
            self.steps(steps, frame, run, limits::REFERENCE_DEPTH / 2);
        }
    }

    fn run(&mut self, given: &Node, frame: &Rc<Frame>, run: &mut Run) {
        let documents = self.tell.input.documents;
        let Some(command) = (if given.is_map() { given.get("command") } else { Some(given) }) else { return };
        let outer = given.get("environment").map(|_| run.variables.clone());
        self.variables(given.get("environment"), frame, run);
        let shell = given.get("shell").and_then(|shell| frame.text(shell, documents)).map(|shell| shell.text().to_owned()).or_else(|| run.shell.clone());
        let program = shell.as_deref().and_then(|shell| shell.split_whitespace().next()).map_or("bash", crate::files::file_name);
        let directory = given.get("working_directory").map(|directory| frame.text(directory, documents).map(|text| text.text().to_owned()));
        let folder = match directory {
            None => run.folder(""),
            Some(known) => known.and_then(|directory| run.folder(&directory)),
        };
        if let Some(text) = Placed::scalar(command, documents).filter(|_| matches!(program, "bash" | "sh" | "dash" | "zsh" | "ash")) {
            // A command that is a parameter as a whole stands where it was written.
            let expression = |inside: &str, at| frame.inline(inside, at);
            let commands = Commands { text: &text, dialect: Dialect::Filled, folder: folder.as_deref(), variables: &run.variables, expression: &expression };
            self.tell.commands(&run.job, &commands);
        }
        if let Some(outer) = outer {
            run.variables = outer;
        }
    }
}

impl Run {
    /// The folder of the repository that a directory of the machine is, counted from where the job works.
    pub(super) fn folder(&self, directory: &str) -> Option<String> {
        let directory = home(directory);
        let whole = if directory.starts_with(['~', '/']) { directory } else { format!("{}/{directory}", self.directory) };
        if whole.contains(['$', '`', '*']) {
            return None;
        }
        let rest = whole.trim_end_matches('/').strip_prefix(self.checkout.trim_end_matches('/'))?;
        resolve("", rest.strip_prefix('/').or(rest.is_empty().then_some(""))?)
    }
}
