//! Actions of the catalogue: those that set a runtime up, start a service, build an image or start
//! a compose project.

use super::frame::Frame;
use super::jobs::{Job, Walk};
use super::{defaults, version_file};
use crate::catalog::{Action, Runtime};
use crate::files::{folder, resolve};
use crate::model::Raw;
use crate::model::{Form, Kind, Reading, Scope, Syntax};
use crate::read::ci::hints::list;
use crate::read::traced::Traced;
use crate::read::{Started, Target, Variable, shell};
use crate::syntax::{At, Node};

impl Walk<'_> {
    /// An action by its name, without its version.
    pub(super) fn action(&mut self, step: &Node, uses: &Node, name: &str, frame: &Frame<'_>, job: &Job) {
        let catalog = self.input.catalog;
        let mut known = false;
        for runtime in &catalog.runtimes {
            for action in runtime.actions.iter().filter(|action| action.uses.eq_ignore_ascii_case(name)) {
                known = true;
                self.runtime(step, uses, action, runtime, frame, job);
            }
        }
        for service in &catalog.services {
            for action in service.actions.iter().filter(|action| action.uses.eq_ignore_ascii_case(name)) {
                known = true;
                if !self.versions(step, uses, action, (Kind::Service, &service.name), frame, job) {
                    let reading = Reading::new(Kind::Service, &service.name, "", Form::Presence, uses.at()).scope(job.scope);
                    self.say(job, |out| out.push(reading));
                }
            }
        }
        let is_it = |names: &[String]| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        for action in catalog.actions.tools.iter().filter(|action| is_it(&action.uses)) {
            known = true;
            let lines = self.given_lines(step, &action.list, frame);
            self.tools(&lines, job);
        }
        for action in catalog.actions.build.iter().filter(|action| is_it(&action.uses)) {
            known = true;
            let context = self.given(step, &action.context, frame).into_iter().next();
            let file = action.file.iter().find_map(|input| self.given(step, input, frame).into_iter().next());
            let path = match (&file, &context) {
                (Some(file), _) => resolve("", file.text()),
                (None, Some(context)) => resolve("", &format!("{}/Dockerfile", context.text())),
                (None, None) => Some("Dockerfile".to_owned()),
            };
            let target = self.given(step, &action.target, frame).into_iter().next().map(|target| target.text().to_owned());
            let arguments = self.given_lines(step, &action.arguments, frame);
            let parts = arguments.iter().flat_map(|line| action.separator.map_or_else(|| vec![line.clone()], |separator| line.split(|c| c == separator)));
            let variables = parts.filter_map(|part| argument_of(&part.trimmed())).collect();
            let named = file.or(context);
            let at = named.as_ref().and_then(Traced::outer).unwrap_or(uses.at());
            match (path, named) {
                (Some(path), _) if self.input.documents.exists(&path) => self.lead(job, at, &Target::Dockerfile { path, target, variables }),
                (Some(path), Some(named)) => self.absent_build(step, &named, &path, job),
                _ => {}
            }
        }
        for action in catalog.actions.compose.iter().filter(|action| is_it(&action.uses)) {
            known = true;
            let folder = self.given(step, &action.folder, frame).first().map_or(Some(String::new()), |folder| resolve("", folder.text()));
            let given = self.given_lines(step, &action.files, frame);
            let Some(folder) = folder else { continue };
            let files = given.iter().filter_map(|file| resolve(&folder, file.text())).collect();
            let at = given.first().and_then(Traced::outer).unwrap_or(uses.at());
            let services = self.given_lines(step, &action.services, frame).iter().map(|name| name.text().to_owned()).collect();
            let started = Started { services, alone: false };
            let known = frame.variables().into_iter().filter_map(|(name, value)| Some((name, value?)));
            let variables = known.filter_map(|(name, value)| variable(&name, &value)).collect();
            self.lead(job, at, &Target::Compose { files, folder, env_files: Vec::new(), variables, started });
        }
        for action in catalog.actions.env_file.iter().filter(|action| is_it(&action.uses)) {
            known = true;
            self.env_file(step, action, frame, job);
        }
        if !known {
            self.hints(step.get("with"), frame, job);
        }
    }

    fn runtime(&mut self, step: &Node, uses: &Node, action: &Action, runtime: &Runtime, frame: &Frame<'_>, job: &Job) {
        // A version that is given goes before a file.
        if action.input.as_ref().is_some_and(|input| !self.given(step, input, frame).is_empty()) {
            self.versions(step, uses, action, (Kind::Runtime, &runtime.name), frame, job);
            return;
        }
        let files = action.file_input.as_ref().map(|input| self.given(step, input, frame)).unwrap_or_default();
        if files.is_empty() && !self.by_itself(step, uses, action, runtime, frame, job) {
            self.versions(step, uses, action, (Kind::Runtime, &runtime.name), frame, job);
        }
        let several = files.len() > 1;
        for file in files {
            self.version_file(&file, several, runtime, job);
        }
    }

    /// A version that stands in a file of its own.
    fn version_file(&mut self, file: &Traced, several: bool, runtime: &Runtime, job: &Job) {
        let (Some(used), Some((at, via)), Some(path)) = (file.outer(), file.place(), resolve("", file.text())) else { return };
        let Ok(document) = self.input.documents.open(&path) else { return self.out.missing(used, "a version file that does not exist") };
        let (version, place) = match version_file::version(&document, runtime, self.input.catalog) {
            Ok(Some(found)) => found,
            Ok(None) => return self.out.note(used, "a version file that holds no version of it"),
            Err(problem) => return self.out.problem(&document, problem),
        };
        let via: Vec<At> = via.into_iter().chain([at]).collect();
        let scope = shell::scope(job.scope, file.varies || several);
        let mut reading = Reading::new(Kind::Runtime, &runtime.name, version, Form::Version(Syntax::Prefix), place).via(via).scope(scope);
        if !folder(&path).is_empty() {
            reading.component = self.component(folder(&path)).as_deref().map(Raw::new);
        }
        self.say(job, |out| out.push(reading));
    }

    /// The versions that an action is asked for, or installs by itself. False where it has none.
    fn versions(&mut self, step: &Node, uses: &Node, action: &Action, (kind, name): (Kind, &str), frame: &Frame<'_>, job: &Job) -> bool {
        let given = action.input.as_ref().map(|input| self.given(step, input, frame)).unwrap_or_default();
        let asked = defaults::is_asked(step, action);
        let form = Form::Version(Syntax::Prefix);
        if given.is_empty() {
            // What was asked for and is not known is not the default.
            if let Some(default) = action.default.as_ref().filter(|_| !asked) {
                let reading = Reading::new(kind, name, default, form, uses.at()).scope(job.scope);
                self.say(job, |out| out.push(reading));
            }
            return asked || action.default.is_some();
        }
        let listed: Vec<Traced> = given.iter().flat_map(list).collect();
        let several = listed.len() > 1;
        for version in listed {
            let Some((at, via)) = version.place() else { continue };
            let scope: Scope = shell::scope(job.scope, version.varies || several);
            let reading = Reading::new(kind, name, version.text(), form, at).via(via).scope(scope);
            self.say(job, |out| out.push(reading));
        }
        true
    }
}

fn argument_of(argument: &Traced) -> Option<Variable> {
    let (name, _) = argument.text().split_once('=')?;
    variable(name, &argument.slice(name.len() + 1..argument.text().len()))
}

fn variable(name: &str, value: &Traced) -> Option<Variable> {
    let (at, via) = value.place()?;
    Some(Variable { name: name.to_owned(), value: Node::scalar(value.text(), at), via })
}
