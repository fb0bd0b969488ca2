//! What is passed to actions and workflows that only others know: an input that is called after a
//! runtime or service holds its version (`node-version`, `redis_tag`); lists of tools that an action
//! hands to a version manager.

use super::frame::Frame;
use super::jobs::{Job, Walk};
use crate::model::{Form, Kind, Reading, Syntax};
use crate::read::ci::UNKNOWN;
use crate::read::ci::hints::{called, head, hint, list};
use crate::read::shell;
use crate::read::traced::Traced;
use crate::syntax::Node;

impl Walk<'_> {
    /// Hands over the versions that inputs of something unknown are called after.
    pub(super) fn hints(&mut self, with: Option<&Node>, frame: &Frame<'_>, job: &Job) {
        let catalog = self.input.catalog;
        for (key, node) in with.map(Node::entries).unwrap_or_default() {
            let Some(hint) = hint(&key.text, catalog) else { continue };
            let texts = frame.texts(node);
            if texts.is_empty() && !node.is_null() {
                self.out.note(node.at(), UNKNOWN);
            }
            let versions: Vec<Traced> = texts.iter().flat_map(list).map(|text| if hint.tag { head(&text) } else { text }).collect();
            let several = versions.len() > 1;
            for version in versions {
                self.tool(hint.kind, hint.name, &version, several, job);
            }
        }
    }

    /// Hands over the tools of a list: one a line, its version behind it.
    pub(super) fn tools(&mut self, lines: &[Traced], job: &Job) {
        for line in lines {
            let words = line.split(char::is_whitespace);
            let [tool, version, ..] = words.as_slice() else { continue };
            // mise writes backends in front: `core:node`, `npm:pnpm`.
            let name = tool.text().rsplit([':', '/']).next().unwrap_or("");
            if let (false, Some((kind, name))) = (name.starts_with('#'), called(name, self.input.catalog)) {
                self.tool(kind, name, version, false, job);
            }
        }
    }

    /// A version, if it is one.
    fn tool(&mut self, kind: Kind, name: &str, version: &Traced, several: bool, job: &Job) {
        let Some((at, via)) = version.place().filter(|_| self.input.catalog.version(name, version.text(), Syntax::Prefix).is_some()) else { return };
        let scope = shell::scope(job.scope, version.varies || several);
        let reading = Reading::new(kind, name, version.text(), Form::Version(Syntax::Prefix), at).via(via).scope(scope);
        self.say(job, |out| out.push(reading));
    }
}
