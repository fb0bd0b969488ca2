//! Jobs: what they run in, what stands beside them, their variables, commands and environment, and the
//! pipelines of the repository that they start. Source: GitLab Docs, "CI/CD YAML syntax reference".

use std::collections::BTreeMap;

use super::load::{load, many};
use super::tree::Tree;
use super::variables::Scope as Variables;
use crate::files::{Document, resolve};
use crate::limits;
use crate::model::{ImageRef, Scope};
use crate::read::ci::legs::Legs;
use crate::read::ci::{Commands, Job, Teller, UNKNOWN, naming};
use crate::read::shell::Dialect;
use crate::read::traced::{Placed, Traced};
use crate::read::{Link, Target};
use crate::syntax::{At, Node};

/// Keys of a configuration that are no jobs.
const GLOBAL: &[&str] =
    &["default", "include", "stages", "types", "variables", "workflow", "image", "services", "before_script", "after_script", "cache", "spec"];

/// A walk through pipelines.
pub(super) struct Walk<'w> {
    pub(super) tell: Teller<'w>,
    /// The files of the pipelines that start each other, outermost first.
    pub(super) stack: Vec<String>,
}

/// A job of a pipeline.
struct Listed<'n> {
    name: &'n str,
    /// Where its name stands.
    at: At,
    node: &'n Node,
}

impl Walk<'_> {
    /// Walks the pipeline that a document describes.
    pub(super) fn pipeline(&mut self, document: &Document) {
        let Some(root) = load(document, &mut self.tell) else { return };
        let tree = Tree::of(root);
        self.stack.push(document.path.to_string());
        for (key, _) in tree.root.entries().iter().filter(|(key, _)| !key.text.starts_with('.') && !GLOBAL.contains(&&*key.text)) {
            let Some(node) = tree.job(&key.text).filter(Node::is_map) else { continue };
            let listed = Listed { name: &key.text, at: key.at, node: &node };
            if runs(&node, &tree) {
                self.job(&listed, &tree);
            }
        }
        self.stack.pop();
        if tree.is_cut() {
            self.tell.out.gap(At::file(document.id), "more of a pipeline than the limit");
        }
    }

    fn job(&mut self, listed: &Listed<'_>, tree: &Tree) {
        let legs = tree.get(listed.node, "parallel").and_then(|parallel| tree.get(&parallel, "matrix")).map_or_else(Legs::none, |matrix| legs(&matrix, tree));
        if legs.cut {
            self.tell.out.gap(listed.at, "more legs of a matrix than the limit");
        }
        for leg in legs.iter() {
            if self.tell.count(listed.at) {
                self.leg(listed, &leg, tree);
            }
        }
        for child in listed.node.get("trigger").and_then(|trigger| trigger.get("include")).map(many).unwrap_or_default() {
            self.child(child);
        }
    }

    fn leg(&mut self, listed: &Listed<'_>, leg: &[(&str, &Node, bool)], tree: &Tree) {
        let documents = self.tell.input.documents;
        let node = listed.node;
        let mut variables = Variables::default();
        if inherits(node, "variables") {
            variables.add(tree.get(&tree.root, "variables").as_ref(), tree);
        }
        variables.add(tree.get(node, "variables").as_ref(), tree);
        leg.iter().for_each(|(name, value, varies)| variables.leg(name, value, *varies));
        if !self.tell.spend(variables.weight(), listed.at) {
            return;
        }
        let names = &self.tell.input.catalog.names;
        let stage = node.text_of("stage").unwrap_or("test");
        let scope = if naming::aside(names, stage, listed.name) { Scope::Aside } else { Scope::Run };
        let stated = self.stated(node, &variables, tree);
        let job = Job::new(listed.name, scope, naming::environments(names, stage, listed.name, &stated, &[]));
        // What a project's and its groups' settings hold comes to every job.
        self.tell.open(&job, listed.at);
        let mut known = BTreeMap::new();
        for (name, held) in variables.iter() {
            let value = variables.value(name, documents);
            self.tell.give(&job, name, held.at, value.as_ref());
            known.insert(name.to_owned(), value);
        }
        let own = |key: &str| tree.get(node, key).or_else(|| default(node, key, tree));
        if let Some(image) = own("image") {
            self.image(&image, false, &variables, &job, tree);
        }
        for service in own("services").map(|services| tree.items(&services)).unwrap_or_default() {
            self.image(&service, true, &variables, &job.beside(), tree);
        }
        // They run in one shell, what comes after in another.
        let before = own("before_script").into_iter().chain(tree.get(node, "script"));
        let scripts =
            [before.flat_map(|script| tree.items(&script)).collect::<Vec<Node>>(), own("after_script").map(|script| tree.items(&script)).unwrap_or_default()];
        scripts.iter().for_each(|script| self.script(script, &known, &job));
    }

    /// What a job says of its environment: its name, else the tier that it is of.
    fn stated(&self, node: &Node, variables: &Variables, tree: &Tree) -> Vec<Traced> {
        let (documents, names) = (self.tell.input.documents, &self.tell.input.catalog.names);
        let Some(environment) = tree.get(node, "environment") else { return Vec::new() };
        let texts = [tree.get(&environment, "name").or_else(|| environment.text().map(|_| environment.clone())), tree.get(&environment, "deployment_tier")];
        let texts = texts.into_iter().flatten().map(|node| variables.expanded(&node, documents).text);
        texts.filter(|text| names.environment_of(text.text(), true).is_some()).take(1).collect()
    }

    /// The image that a job runs in, or of a service beside it.
    fn image(&mut self, node: &Node, beside: bool, variables: &Variables, job: &Job, tree: &Tree) {
        let documents = self.tell.input.documents;
        let Some(image) = (if node.is_map() { tree.get(node, "name") } else { Some(node.clone()) }) else { return };
        let expanded = variables.expanded(&image, documents);
        if !expanded.whole {
            return self.tell.out.note(image.at(), UNKNOWN);
        }
        let alias = || tree.get(node, "alias").and_then(|alias| alias.text().map(str::to_owned));
        let workload = alias().or_else(|| ImageRef::parse(expanded.text.text()).map(|image| image.base_name().to_owned())).filter(|_| beside);
        self.tell.image(job, &expanded.text, workload.as_deref());
    }

    /// The lines of a script, those of one file at a time.
    fn script(&mut self, lines: &[Node], variables: &BTreeMap<String, Option<Traced>>, job: &Job) {
        let documents = self.tell.input.documents;
        let expression = |_: &str, _: At| None;
        for part in lines.chunk_by(|a, b| a.at().file == b.at().file) {
            let Some(first) = part.first() else { continue };
            let mut text = Placed::empty(first.at().file);
            for placed in part.iter().filter_map(|line| Placed::scalar(line, documents)) {
                if !self.tell.count(first.at()) || !self.tell.spend(placed.text().len(), first.at()) {
                    return;
                }
                let mut start = 0;
                for line in placed.text().split_inclusive('\n') {
                    let at = placed.at(start..start + line.len());
                    text.append(line, at.line, at.column);
                    start += line.len();
                }
                text.append("\n", first.at().line, first.at().column);
            }
            let commands = Commands { text: &text, dialect: Dialect::Shell, folder: Some(""), variables, expression: &expression };
            self.tell.commands(job, &commands);
        }
    }

    /// A pipeline of the repository that a job starts.
    fn child(&mut self, include: &Node) {
        let Some((node, text)) = include.get("local").or(Some(include)).and_then(|node| Some((node, node.text()?))) else { return };
        let Some(path) = resolve("", text.trim_start_matches('/')).filter(|_| !text.contains(['$', '*'])) else { return };
        if self.stack.contains(&path) || self.stack.len() >= limits::REFERENCE_DEPTH || !self.tell.count(node.at()) {
            return;
        }
        let Ok(document) = self.tell.input.documents.open(&path) else {
            return self.tell.out.missing(node.at(), "an included file that does not exist");
        };
        self.tell.links.push(Link { environment: None, at: node.at(), to: Target::Part { path } });
        self.pipeline(&document);
    }
}

/// Whether a job may take what stands under `default` or at the top for this key.
fn inherits(job: &Node, key: &str) -> bool {
    let (group, one) = if key == "variables" { ("variables", None) } else { ("default", Some(key)) };
    match job.get("inherit").and_then(|inherit| inherit.get(group)) {
        None => true,
        Some(list) if !list.items().is_empty() => one.is_none_or(|key| list.items().iter().any(|item| item.text() == Some(key))),
        Some(one) => one.text() != Some("false"),
    }
}

/// What holds for every job that says nothing itself.
fn default(job: &Node, key: &str, tree: &Tree) -> Option<Node> {
    let default = tree.root.get("default").and_then(|default| tree.get(default, key)).or_else(|| tree.get(&tree.root, key));
    default.filter(|_| inherits(job, key))
}

/// Whether some rule may let a job run: the first that holds decides, and one without a condition holds.
fn runs(job: &Node, tree: &Tree) -> bool {
    let Some(rules) = tree.get(job, "rules").map(|rules| tree.items(&rules)).filter(|rules| !rules.is_empty()) else { return true };
    for rule in rules {
        let never = rule.text_of("when") == Some("never");
        let conditional = ["if", "changes", "exists"].iter().any(|key| rule.get(key).is_some());
        if !never {
            return true;
        }
        if !conditional {
            return false;
        }
    }
    false
}

fn legs(matrix: &Node, tree: &Tree) -> Legs {
    let product = |entry: &Node| entry.entries().iter().map(|(key, node)| (key.text.to_string(), tree.items(node))).collect();
    let products: Vec<Vec<(String, Vec<Node>)>> = tree.items(matrix).iter().filter(|entry| entry.is_map()).map(product).collect();
    if products.is_empty() { Legs::none() } else { Legs::of(&products) }
}
