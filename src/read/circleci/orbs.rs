//! What is told to the executors, commands and jobs of orbs that only CircleCI's registry has: versions,
//! and package managers that install. What an orb does besides is not known.

use std::rc::Rc;

use super::frame::Frame;
use super::jobs::{KEYS, Run, Walk};
use crate::model::Kind;
use crate::read::ci::hints::{head, hint, list};
use crate::read::ci::{Commands, UNKNOWN};
use crate::read::shell::Dialect;
use crate::read::traced::Placed;
use crate::syntax::{At, Key, Node};

/// An element of an orb and what it is told.
pub(super) struct Asked<'n> {
    pub(super) orb: &'n str,
    pub(super) element: &'n str,
    pub(super) given: &'n [(Key, Node)],
    /// What a matrix tells it.
    pub(super) leg: &'n [(&'n str, &'n Node, bool)],
    /// Whether it is what a job runs on.
    pub(super) executor: bool,
    pub(super) at: At,
}

impl Walk<'_> {
    /// Hands over what an element of an orb is told.
    pub(super) fn orb(&mut self, asked: &Asked<'_>, frame: &Rc<Frame>, run: &Run) {
        let Asked { orb, element, given, leg, executor, at } = *asked;
        let (catalog, documents) = (self.tell.input.catalog, self.tell.input.documents);
        self.tell.out.note(at, "what an orb of the registry does besides");
        let own = given.iter().map(|(key, node)| (&*key.text, node, false));
        for (name, node, varies) in own.chain(leg.iter().copied()).filter(|(name, ..)| !KEYS.contains(name)) {
            let by_name = hint(name, catalog).map(|hint| (hint.kind, hint.name, hint.tag));
            let by_owner = || catalog.orbs.runtime(catalog, orb, element).filter(|_| catalog.orbs.is_version(name, executor));
            let Some((kind, subject, tag)) = by_name.or_else(|| by_owner().map(|runtime| (Kind::Runtime, &*runtime.name, true))) else { continue };
            let Some(text) = frame.text(node, documents) else {
                self.tell.out.note(node.at(), UNKNOWN);
                continue;
            };
            for mut version in list(&text).iter().map(|version| if tag { head(version) } else { version.clone() }) {
                version.varies |= varies;
                self.tell.version(&run.job, kind, subject, &version);
            }
        }
        self.runs(asked, frame, run);
    }

    /// What a command of an orb runs.
    fn runs(&mut self, asked: &Asked<'_>, frame: &Rc<Frame>, run: &Run) {
        let Asked { orb, element, given, at, .. } = *asked;
        let documents = self.tell.input.documents;
        let Some(command) = self.tell.input.catalog.orbs.command(orb, element) else { return };
        let find = |name: &str| given.iter().find(|(key, _)| &*key.text == name).map(|(_, node)| node);
        let told = |name: &str| find(name).map(|node| frame.text(node, documents));
        let expression = |inside: &str, at| frame.inline(inside, at);
        let folder = match told(&command.folder) {
            None => run.folder(""),
            Some(folder) => folder.and_then(|folder| run.folder(folder.text())),
        };
        let mut tell = |text: &Placed<'_>, stands: Option<At>| {
            let commands = Commands { text, dialect: Dialect::Filled, folder: folder.as_deref(), variables: &run.variables, expression: &expression };
            self.tell.commands_at(&run.job, &commands, stands);
        };
        if let Some(other) = command.overridden_by.as_deref().and_then(find) {
            return Placed::scalar(other, documents).iter().for_each(|text| tell(text, None));
        }
        let (manager, place) = match told(&command.parameter) {
            None => (command.default.clone(), at),
            Some(Some(text)) => (text.text().to_owned(), text.outer().unwrap_or(at)),
            Some(None) => return,
        };
        if let Some(text) = command.runs.get(&manager) {
            tell(&Placed::new(text.as_str(), at.file, vec![(0, at.line, at.column)]), Some(place));
        }
    }
}
