//! What a set-up action does that is told no version: it reads a file of the repository, or its own
//! reference is the version. Sources: the READMEs and `action.yml` of the actions of the catalogue.

use super::frame::Frame;
use super::jobs::{Job, Walk};
use super::version_file;
use crate::catalog::{Action, Runtime};
use crate::files::resolve;
use crate::model::{Form, Kind, Raw, Reading, Syntax};
use crate::syntax::{Node, clamp};

/// Whether a step asks for a version, or names a file that holds one, known or not.
pub(super) fn is_asked(step: &Node, action: &Action) -> bool {
    let with = step.get("with").map(Node::entries).unwrap_or_default();
    let names = [&action.input, &action.file_input];
    with.iter().any(|(key, value)| !value.is_null() && names.iter().any(|name| name.as_ref().is_some_and(|name| key.text.eq_ignore_ascii_case(name))))
}

impl Walk<'_> {
    /// Hands over the version that an action finds by itself. False where it finds none.
    pub(super) fn by_itself(&mut self, step: &Node, uses: &Node, action: &Action, runtime: &Runtime, frame: &Frame<'_>, job: &Job) -> bool {
        !is_asked(step, action) && (self.by_reference(uses, action, runtime, job) || self.by_file(step, uses, action, runtime, frame, job))
    }

    /// `@1.80`: a branch of the action for each version.
    fn by_reference(&mut self, uses: &Node, action: &Action, runtime: &Runtime, job: &Job) -> bool {
        let Some((name, reference)) = uses.text().filter(|_| action.by_reference).and_then(|text| text.split_once('@')) else { return false };
        // `v1` is the action's own version, and a commit tells nothing.
        let commit = reference.len() >= 7 && reference.chars().all(|c| c.is_ascii_hexdigit());
        if reference.starts_with('v') || commit || self.input.catalog.version(&runtime.name, reference, Syntax::Prefix).is_none() {
            return false;
        }
        let at = uses.at().part(clamp(name.chars().count() + 1), clamp(reference.chars().count()));
        let reading = Reading::new(Kind::Runtime, &runtime.name, reference, Form::Version(Syntax::Prefix), at).scope(job.scope);
        self.say(job, |out| out.push(reading));
        true
    }

    /// The first of its files that is there and holds a version. True also where nobody knows which
    /// folder it looks into.
    fn by_file(&mut self, step: &Node, uses: &Node, action: &Action, runtime: &Runtime, frame: &Frame<'_>, job: &Job) -> bool {
        let with = step.get("with").map(Node::entries).unwrap_or_default();
        let named = action.folder_input.as_ref().and_then(|input| with.iter().find(|(key, _)| key.text.eq_ignore_ascii_case(input)));
        let folder = match named {
            None => Some(String::new()),
            Some((_, node)) => frame.texts(node).first().and_then(|folder| resolve("", folder.text())),
        };
        let Some(folder) = folder else { return true };
        let paths = action.default_files.iter().filter_map(|name| resolve(&folder, name)).filter(|path| self.input.documents.exists(path));
        for path in paths.collect::<Vec<_>>() {
            let Ok(document) = self.input.documents.open(&path) else { continue };
            // What is wrong with the file is said where it is read by itself.
            let Ok(Some((version, place))) = version_file::version(&document, runtime, self.input.catalog) else { continue };
            let form = Form::Version(Syntax::Prefix);
            let mut reading = Reading::new(Kind::Runtime, &runtime.name, version, form, place).via(vec![uses.at()]).scope(job.scope);
            if !folder.is_empty() {
                reading.component = self.component(&folder).as_deref().map(Raw::new);
            }
            self.say(job, |out| out.push(reading));
            return true;
        }
        false
    }
}
