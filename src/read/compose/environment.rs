//! What services are given (Compose Specification, `environment` and `env_file`): of each name the
//! value that holds, where the key stands, and which part of the repository gets it.

use std::collections::HashMap;
use std::sync::Arc;

use super::env_file::{self, Entry, Found};
use super::filled::{Filled, Value};
use super::forms::{given, is_reset, many, pairs};
use super::interpolate::fill;
use super::load::{Project, Service};
use super::variables::is_single_quoted;
use super::{build, hosts, is_backing};
use crate::files::Document;
use crate::limits;
use crate::model::{Content, Form, Kind, Need, Reading, Stance};
use crate::read::{Input, Output};
use crate::syntax::{At, FileId, Key, Node, Value as Shape, dotenv};

/// What a source is told that has more variables than are read.
pub(super) const OVER: &str = "more variables than the limit";

/// How much may still be handed over of the variables of a project, in bytes.
pub(super) struct Left {
    bytes: usize,
    told: bool,
}

impl Left {
    pub(super) fn new() -> Left {
        Left { bytes: limits::INTERPOLATED_TOTAL, told: false }
    }

    /// Takes what a reading costs beside itself; false where that is not left.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        self.bytes = self.bytes.saturating_sub(bytes + size_of::<Reading>() / 4);
        self.bytes > 0
    }

    /// Says once that nothing is left.
    pub(super) fn tell(&mut self, reason: &'static str, file: FileId, out: &mut Output) {
        if !std::mem::replace(&mut self.told, true) {
            out.gap(At::file(file), reason);
        }
    }
}

/// Hands over what the services of a project are given, but for those that run a backing service.
pub(super) fn environments(input: &Input<'_>, project: &Project, left: &mut Left, out: &mut Output) {
    let mut files = HashMap::new();
    let hosts = if input.started.services.is_empty() { hosts::names(input, project) } else { None };
    out.readings.extend(hosts.as_ref().map(|names| hosts::templates(input, project, names)).unwrap_or_default());
    for service in project.services.iter().filter(|service| !is_backing(input, service, project)) {
        let mut gathered =
            Gathered { input, project, left, out, files: &mut files, variables: Vec::new(), index: HashMap::new(), given: HashMap::new(), open: Vec::new() };
        let stated = gathered.environment(service);
        gathered.env_files(service, &stated);
        stated.into_iter().for_each(|given| gathered.put(given));
        let Gathered { variables, open, .. } = gathered;
        let component = component(input, service, project);
        let lost = |given: &Given| {
            let known = matches!(given.content, Content::Literal | Content::Default);
            hosts.as_ref().filter(|_| known).and_then(|names| hosts::unreachable(input, &given.name, &given.text, given.at, &service.node, names))
        };
        let lost: Vec<Reading> = variables.iter().filter_map(lost).collect();
        let readings = variables.into_iter().map(Given::reading).chain(open).chain(lost);
        out.readings.extend(readings.map(|reading| reading.workload(Some(&service.name.text)).component(component.as_deref())));
    }
}

/// The part of the repository that a service runs: what it builds, else what bears its name.
fn component(input: &Input<'_>, service: &Service, project: &Project) -> Option<String> {
    if given(&service.node, "build").is_some() {
        return build::component(service, project, input);
    }
    let image = given(&service.node, "image").map(|image| project.fill(image).text()).unwrap_or_default();
    let base = super::split(&image).0.rsplit('/').next().unwrap_or("");
    input.components.named(&service.name.text).or_else(|| input.components.named(base)).map(str::to_owned)
}

/// One variable as a service is given it.
struct Given {
    name: Arc<str>,
    at: At,
    content: Content,
    text: String,
    via: Vec<At>,
}

impl Given {
    fn reading(self) -> Reading {
        let form = Form::Variable(Stance::Given, Need::Bare, self.content);
        Reading::new(Kind::Env, &*self.name, self.text, form, self.at).via(self.via)
    }

    /// The value, for those that use it.
    fn value(&self) -> Option<Value> {
        let known = matches!(self.content, Content::Literal | Content::Default);
        known.then(|| Value { text: self.text.clone(), at: self.at, via: Vec::new() })
    }
}

/// What one service is given: of one name the last.
struct Gathered<'g> {
    input: &'g Input<'g>,
    project: &'g Project,
    left: &'g mut Left,
    out: &'g mut Output,
    /// The env files that some service already had.
    files: &'g mut HashMap<FileId, Arc<[(Key, Node)]>>,
    variables: Vec<Given>,
    index: HashMap<Arc<str>, usize>,
    /// What its env files so far gave, for the next ones to use.
    given: HashMap<Arc<str>, Value>,
    /// The entries that give more than can be read.
    open: Vec<Reading>,
}

impl Gathered<'_> {
    fn put(&mut self, given: Given) {
        if !dotenv::is_name(&given.name) {
            return self.out.note(given.at, "a name that no variable has");
        }
        if !self.left.spend(given.name.len() + given.text.len()) {
            return self.left.tell(OVER, self.input.document.id, self.out);
        }
        match self.index.get(&given.name).and_then(|index| self.variables.get_mut(*index)) {
            Some(slot) => *slot = given,
            None => {
                self.index.insert(given.name.clone(), self.variables.len());
                self.variables.push(given);
            }
        }
    }

    /// A variable of this text; `via` is where the place was brought in.
    fn filled(&mut self, key: &Key, filled: &Filled, mut via: Vec<At>) -> Option<Given> {
        if filled.cut {
            self.out.gap(key.at, "interpolation over the limit");
            return None;
        }
        let (content, text) = filled.content();
        via.extend(filled.brought());
        Some(Given { name: key.text.clone(), at: key.at, content, text, via })
    }

    /// A name without a value: what whoever starts the stack has under it.
    fn passed(&self, key: &Key, scope: &Node, mut via: Vec<At>) -> Given {
        let (content, text) = match self.project.scope(scope).variables.get(&key.text) {
            Some(value) => {
                via.push(value.at);
                (Content::Literal, value.text.clone())
            }
            None => (Content::Reference, key.text.to_string()),
        };
        Given { name: key.text.clone(), at: key.at, content, text, via }
    }

    /// What `environment` states, which wins over every env file.
    fn environment(&mut self, service: &Service) -> Vec<Given> {
        let mut stated = Vec::new();
        let Some(written) = given(&service.node, "environment") else { return stated };
        if written.text().is_some() {
            self.out.gap(written.at(), "an environment that is neither a map nor a list");
        }
        if let Some(odd) = written.items().iter().find(|item| item.text().is_none() && !item.is_null()) {
            self.out.gap(odd.at(), "an entry of an environment that is no text");
        }
        for (key, node) in pairs(written).entries().iter().filter(|(_, node)| !is_reset(node)) {
            match node.value() {
                Shape::Null => stated.push(self.passed(key, node, Vec::new())),
                Shape::Scalar(..) => stated.extend(self.filled(key, &self.project.fill(node), Vec::new())),
                Shape::List(_) | Shape::Map(_) => self.out.gap(node.at(), "a variable whose value is no text"),
            }
        }
        stated
    }

    fn env_files(&mut self, service: &Service, stated: &[Given]) {
        // What is mounted for the code to load is nothing that the stack forwards.
        if let Some(mounted) = mounted_env_file(&service.node) {
            self.open.push(Reading::variable_without(Stance::Open, Need::Bare, Content::Nothing, "*", mounted));
        }
        let Some(written) = given(&service.node, "env_file") else { return };
        let stated: HashMap<&str, Value> = stated.iter().filter_map(|given| Some((&*given.name, given.value()?))).collect();
        let entries = if written.is_map() { vec![written.clone()] } else { many(written) };
        for node in &entries {
            let Some(entry) = Entry::of(node) else {
                self.out.gap(node.at(), "an env file that is neither a path nor a map with one");
                continue;
            };
            let at = entry.path.at();
            match env_file::find(&entry, self.project.scope(entry.path), self.input.documents, self.input.catalog) {
                Found::File(document) => self.env_file(&document, &entry, &stated),
                Found::Broken(reason) => self.out.gap(at, reason),
                Found::Absent { .. } if !entry.required => {}
                Found::Absent { fault } => {
                    self.open.push(Reading::variable_without(Stance::Open, Need::Bare, Content::Nothing, "*", at));
                    if fault {
                        self.out.missing(at, "an env file that is not in the repository");
                    }
                }
            }
        }
    }

    /// Takes an env file in. Its values may use what the project is started with, what the service's
    /// `environment` states, and what stands above them.
    fn env_file(&mut self, document: &Document, entry: &Entry<'_>, stated: &HashMap<&str, Value>) {
        let assigned = self.files.entry(document.id).or_insert_with(|| env_file::assignments(document).into()).clone();
        let variables = &self.project.scope(entry.path).variables;
        let mut own: HashMap<Arc<str>, Value> = HashMap::new();
        for (key, node) in assigned.iter() {
            let via = vec![entry.path.at()];
            let given = if node.is_null() {
                Some(self.passed(key, entry.path, via))
            } else if entry.raw || is_single_quoted(document, node) {
                self.filled(key, &Filled::literal(node), via)
            } else {
                let above = |name: &str| stated.get(name).or_else(|| own.get(name)).or_else(|| self.given.get(name));
                let filled = fill(node, &|name| variables.get(name).or_else(|| above(name)));
                self.filled(key, &filled, via)
            };
            let Some(given) = given else { continue };
            own.extend(given.value().map(|value| (key.text.clone(), value)));
            self.put(given);
        }
        self.given.extend(own);
    }
}

/// Where an env file is mounted into a service.
fn mounted_env_file(service: &Node) -> Option<At> {
    let volumes = service.get("volumes").map(Node::items).unwrap_or_default();
    let target = |volume: &Node| match volume.text() {
        Some(text) => text.split(':').nth(1).map(str::to_owned),
        None => volume.text_of("target").map(str::to_owned),
    };
    volumes.iter().find(|volume| target(volume).is_some_and(|target| crate::files::file_name(&target).starts_with(".env"))).map(Node::at)
}
