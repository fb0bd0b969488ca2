//! What is passed to actions and workflows that only others know: an input that is called after a
//! runtime or service holds its version (`node-version`, `redis_tag`); lists of tools that an action
//! hands to a version manager.

use super::frame::Frame;
use super::jobs::{Job, UNKNOWN, Walk};
use super::setup::list;
use crate::catalog::Catalog;
use crate::model::{Form, ImageRef, Kind, Reading, Syntax};
use crate::read::shell;
use crate::read::traced::Traced;
use crate::syntax::Node;

/// What an input is called after, and whether it holds the tag of an image.
struct Hint<'c> {
    kind: Kind,
    name: &'c str,
    tag: bool,
}

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

/// What an input's name says: `redis_tag`, `node-version`, `postgres-image-version`.
fn hint<'c>(key: &str, catalog: &'c Catalog) -> Option<Hint<'c>> {
    let key = key.to_ascii_lowercase().replace('_', "-");
    let (name, tag) = key.strip_suffix("-version").map(|name| (name, false)).or_else(|| key.strip_suffix("-tag").map(|name| (name, true)))?;
    let (name, image) = name.strip_suffix("-image").map_or((name, false), |name| (name, true));
    let (kind, name) = called(name, catalog)?;
    // The tag of a tool's image is more often the tag of what the tool makes: `docker-tag`.
    let sound = kind == Kind::Service || !(tag || image) || catalog.runtime(name).is_some_and(|runtime| runtime.class == "language");
    sound.then_some(Hint { kind, name, tag: tag || image })
}

/// The runtime or service of this name; services also by the name of their image or package.
fn called<'c>(name: &str, catalog: &'c Catalog) -> Option<(Kind, &'c str)> {
    if let Some(runtime) = catalog.runtime(name) {
        return Some((Kind::Runtime, &runtime.name));
    }
    let by_image = || ImageRef::parse(name).and_then(|image| catalog.service_of_image(&image));
    let by_package = || catalog.services.iter().find(|service| service.packages.iter().any(|package| package == name));
    let service = catalog.service(name).or_else(by_image).or_else(by_package)?;
    Some((Kind::Service, &service.name))
}

/// The version that a tag starts with: `7.2` of `7.2-alpine`.
fn head(tag: &Traced) -> Traced {
    let text = tag.text();
    let numbers = text.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit());
    match text.find('-').filter(|_| numbers) {
        Some(end) => tag.slice(0..end),
        None => tag.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_called_after_what_it_holds() {
        let catalog = Catalog::get();
        let found = |key: &str| hint(key, catalog).map(|hint| (hint.kind, hint.name, hint.tag));
        assert_eq!(found("node-version"), Some((Kind::Runtime, "node", false)));
        assert_eq!(found("PYTHON_VERSION"), Some((Kind::Runtime, "python", false)));
        assert_eq!(found("redis_tag"), Some((Kind::Service, "redis", true)));
        assert_eq!(found("postgres-image-version"), Some((Kind::Service, "postgres", true)));
        assert_eq!(found("mongo_version"), Some((Kind::Service, "mongodb", false)));
        assert_eq!(found("helm-version"), Some((Kind::Runtime, "helm", false)));
        for nothing in ["docker-tag", "image-tag", "app_version", "version", "tag", "node", "release-version", "node-versions", "_version", ""] {
            assert_eq!(found(nothing), None, "{nothing}");
        }
    }
}
