//! How a process is started, told alike for all who start one: its options, its health check, and where
//! the volumes of a backing service are mounted.

use super::{Input, Output};
use crate::catalog::Service;
use crate::files::within;
use crate::model::{Callee, Form, ImageRef, Kind, Part, Reading, Side};
use crate::syntax::{At, Node};

/// Programs that start others: what they are given is not the options of what runs in the end.
const SHELLS: &[&str] = &["sh", "bash", "ash", "zsh", "env", "exec", "tini", "dumb-init"];

/// Folders whose volumes hold something else than data.
const OTHERS: &[&str] =
    &["etc", "backup", "backups", "dump", "dumps", "log", "logs", "tmp", "script", "scripts", "init", "run", "certs", "ssl", "conf", "config"];

/// A process that something starts.
pub(crate) struct Process<'p> {
    /// What it is called there.
    pub(crate) workload: &'p str,
    /// What it runs: an image without its version, or the component that is built.
    pub(crate) identity: &'p str,
    /// Whether it is a backing service, whose program is known without being named.
    pub(crate) backing: bool,
    /// Where it stands.
    pub(crate) at: At,
    /// Where what stands at a place was used.
    pub(crate) via: &'p dyn Fn(At) -> Vec<At>,
}

impl Process<'_> {
    fn say(&self, name: String, text: &str, form: Part, at: At, out: &mut Output) {
        let reading = Reading::new(Kind::Config, name, text, Form::Started(form), at);
        out.push(reading.component(Some(self.identity)).workload(Some(self.workload)).via((self.via)(at)));
    }

    /// Hands over the options among the words of its command line. Nothing where a shell would read them.
    pub(crate) fn command(&self, words: &[(String, At)], out: &mut Output) {
        let first = words.first().map(|(text, _)| crate::files::file_name(text)).filter(|text| !text.starts_with('-'));
        if first.is_some_and(|program| SHELLS.contains(&program)) || words.is_empty() && !self.backing {
            return;
        }
        let program = first.filter(|_| !self.backing).unwrap_or("");
        let name = format!("{} {program}", self.workload).trim_end().to_owned();
        let at = words.first().map_or(self.at, |(_, at)| *at);
        self.say(name.clone(), first.unwrap_or("started"), Part::Process, at, out);
        for (word, at) in words.iter().filter(|(word, _)| word.len() > 2 && word.starts_with("--")) {
            let option = word.split('=').next().unwrap_or(word);
            self.say(format!("{name} {option}"), option, Part::Option, *at, out);
        }
    }

    /// Hands over a term that it runs on.
    pub(crate) fn term(&self, term: &'static str, text: &str, at: At, out: &mut Output) {
        self.say(format!("{} {term}", self.workload), text, Part::Term, at, out);
    }

    /// Hands over how it is found out whether it is well, or that nobody does.
    pub(crate) fn health(&self, check: Option<(String, At)>, out: &mut Output) {
        let (text, at) = check.unwrap_or((String::new(), self.at));
        self.say(self.workload.to_owned(), &essence(&text), Part::Health, at, out);
    }
}

/// What a check does: its program and options, and the path that it asks for; not whom it asks, nor how
/// it was written.
fn essence(command: &str) -> String {
    let plain = command.replace(['"', '\'', '\\'], " ");
    // `|| exit 1` only spells out what a failing command does.
    let (first, other) = plain.split_once("||").unwrap_or((&plain, ""));
    let or = if other.trim_start().starts_with("exit") || other.is_empty() { "" } else { "||" };
    let mut words: Vec<&str> = Vec::new();
    for word in first.split_whitespace().filter(|word| !SHELLS.contains(word) && *word != "-c") {
        if words.is_empty() || word.starts_with('-') {
            words.push(crate::files::file_name(word));
        } else if let Some((_, rest)) = word.split_once("://") {
            words.push(rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or("/"));
        }
    }
    words.push(or);
    words.join(" ").trim().to_owned()
}

/// The words of a command line that no shell has to read.
pub(super) fn words(node: &Node, fill: &dyn Fn(&Node) -> String) -> Option<Vec<(String, At)>> {
    if node.text().is_none() {
        return Some(node.items().iter().map(|item| (fill(item), item.at())).collect());
    }
    let text = fill(node);
    let plain = !text.contains(['"', '\'', '&', ';', '|', '`', '(', '<', '>']);
    plain.then(|| text.split_whitespace().map(|word| (word.to_owned(), node.at())).collect())
}

/// A volume of a container.
pub(crate) struct Mount {
    /// What it is called, or its folder on the host.
    pub(crate) source: String,
    pub(crate) target: String,
    pub(crate) at: At,
}

/// The backing service that an image is, if its folders are known.
pub(crate) fn engine<'i>(input: &Input<'i>, image: &ImageRef) -> Option<&'i Service> {
    input.catalog.service_of_image(image).filter(|service| !service.data.is_empty())
}

/// Hands over whether the volumes of a backing service are mounted where it keeps its data. `told` says
/// whether the container is told of a folder, in its variables or arguments.
pub(crate) fn data(service: &Service, workload: &str, mounts: &[Mount], told: &dyn Fn(&str) -> bool, via: &dyn Fn(At) -> Vec<At>, out: &mut Output) {
    let covers = |mount: &&Mount| {
        let target = mount.target.trim_end_matches('/');
        service.data.iter().any(|folder| within(folder, target) || within(target, folder)) || told(target)
    };
    let mut say = |side: Side, mount: &Mount| {
        let reading = Reading::new(Kind::Service, &service.name, &mount.target, Form::Interface(Callee::Engine, side), mount.at);
        out.push(reading.workload(Some(workload)).via(via(mount.at)));
    };
    if let Some(mount) = mounts.iter().find(covers) {
        return say(Side::Passed, mount);
    }
    let words = |text: &str| crate::catalog::words(text).collect::<Vec<String>>();
    let is_data = |mount: &&Mount| {
        let named =
            |text: &str| words(text).iter().any(|word| matches!(word.as_str(), "data" | "db" | "storage") || *word == service.name || word.ends_with("data"));
        let other = words(&mount.target).iter().any(|word| OTHERS.contains(&word.as_str())) || crate::files::file_name(&mount.target).contains('.');
        !other && (named(&mount.target) || !mount.source.contains(['/', '.']) && named(&mount.source))
    };
    if let Some(mount) = mounts.iter().find(is_data) {
        say(Side::Lacking, mount);
    }
}
