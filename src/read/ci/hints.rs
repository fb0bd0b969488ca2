//! What the names of inputs say that only others know: one that is called after a runtime or service
//! holds its version (`node-version`, `redis_tag`).

use crate::catalog::Catalog;
use crate::model::{ImageRef, Kind};
use crate::read::traced::Traced;

/// What an input is called after, and whether it holds the tag of an image.
pub(in crate::read) struct Hint<'c> {
    pub(in crate::read) kind: Kind,
    pub(in crate::read) name: &'c str,
    pub(in crate::read) tag: bool,
}

/// What an input's name says: `redis_tag`, `node-version`, `postgres-image-version`.
pub(in crate::read) fn hint<'c>(key: &str, catalog: &'c Catalog) -> Option<Hint<'c>> {
    let key = key.to_ascii_lowercase().replace('_', "-");
    let (name, tag) = key.strip_suffix("-version").map(|name| (name, false)).or_else(|| key.strip_suffix("-tag").map(|name| (name, true)))?;
    let (name, image) = name.strip_suffix("-image").map_or((name, false), |name| (name, true));
    let (kind, name) = called(name, catalog)?;
    // The tag of a tool's image is more often the tag of what the tool makes: `docker-tag`.
    let sound = kind == Kind::Service || !(tag || image) || catalog.runtime(name).is_some_and(|runtime| runtime.class == "language");
    sound.then_some(Hint { kind, name, tag: tag || image })
}

/// The versions of a list: one a line, or between commas where no comma can belong to a range.
pub(in crate::read) fn list(text: &Traced) -> Vec<Traced> {
    let range = text.text().contains(['<', '>', '=', '^', '~']);
    let parts = text.split(|c| c == '\n' || c == ',' && !range);
    parts.iter().map(Traced::trimmed).filter(|part| !part.text().is_empty()).collect()
}

/// The runtime or service of this name; services also by the name of their image or package.
pub(in crate::read) fn called<'c>(name: &str, catalog: &'c Catalog) -> Option<(Kind, &'c str)> {
    if let Some(runtime) = catalog.runtime(name) {
        return Some((Kind::Runtime, &runtime.name));
    }
    let by_image = || ImageRef::parse(name).and_then(|image| catalog.service_of_image(&image));
    let by_package = || catalog.services.iter().find(|service| service.packages.iter().any(|package| package == name));
    let service = catalog.service(name).or_else(by_image).or_else(by_package)?;
    Some((Kind::Service, &service.name))
}

/// The version that a tag starts with: `7.2` of `7.2-alpine`.
pub(in crate::read) fn head(tag: &Traced) -> Traced {
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
