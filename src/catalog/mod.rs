//! Knowledge as data: what backing services, runtimes, distributions and environments are called.
//! The tables stand in `rules/catalog/`; this room loads them and answers questions.

mod names;
mod tables;

pub use names::{Names, words};
pub use tables::{Action, Actions, BuildAction, ComposeAction, Distribution, Runtime, Service};

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::{ImageRef, Kind, Spec, Syntax};

/// The loaded tables.
pub struct Catalog {
    /// Backing services.
    pub services: Vec<Service>,
    /// Runtimes, package managers and tools.
    pub runtimes: Vec<Runtime>,
    /// Base distributions of images.
    pub distributions: Vec<Distribution>,
    /// Words of paths and names.
    pub names: Names,
    /// GitHub actions that build or start what other files describe.
    pub actions: Actions,
    runtime_by_name: HashMap<String, usize>,
    runtime_by_package: HashMap<String, usize>,
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(tables::load);

impl Catalog {
    /// The catalogue that is compiled in.
    pub fn get() -> &'static Catalog {
        &CATALOG
    }

    /// A service by its own name.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// A runtime by its own name or any name that version managers, engines and features give it.
    pub fn runtime(&self, name: &str) -> Option<&Runtime> {
        self.runtime_by_name.get(&name.to_ascii_lowercase()).and_then(|i| self.runtimes.get(*i))
    }

    /// The runtime that a package of an operating system installs (`nodejs`, `python3.12`).
    pub fn runtime_of_package(&self, package: &str) -> Option<(&Runtime, String)> {
        let exact = self.runtime_by_package.get(package).and_then(|i| self.runtimes.get(*i));
        if let Some(runtime) = exact {
            return Some((runtime, String::new()));
        }
        let start = package.find(|c: char| c.is_ascii_digit())?;
        let (stem, rest) = package.split_at_checked(start)?;
        let version: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let runtime = self.runtimes.iter().find(|r| r.versioned_packages.iter().any(|p| p == stem.trim_end_matches('-')))?;
        Some((runtime, version))
    }

    /// The service that an image is.
    pub fn service_of_image(&self, image: &ImageRef) -> Option<&Service> {
        self.services.iter().find(|service| service.images.iter().any(|pattern| is_image(image, pattern)))
    }

    /// The runtime that an image is the base for.
    pub fn runtime_of_image(&self, image: &ImageRef) -> Option<&Runtime> {
        self.runtimes.iter().find(|runtime| runtime.images.iter().any(|pattern| is_image(image, pattern)))
    }

    /// Further runtimes that a tag names: `uv:0.11-python3.12` holds a Python.
    pub fn runtimes_in_tag<'c>(&'c self, image: &'c ImageRef) -> impl Iterator<Item = &'c Runtime> {
        self.runtimes.iter().filter(|r| !r.images.iter().any(|p| is_image(image, p)) && in_tag(image, &r.tag_words).is_some())
    }

    /// The distribution that an image stands on, and its release as the tag names it.
    pub fn distribution<'c, 'i>(&'c self, image: &'i ImageRef) -> Option<(&'c Distribution, &'i str)> {
        let own = image.base_name();
        if let Some(distribution) = self.distributions.iter().find(|d| d.images.iter().any(|i| i == own)) {
            return Some((distribution, image.tag().unwrap_or("")));
        }
        let words = image.tag().into_iter().flat_map(|tag| tag.split(['-', '_'])).chain(own.split('-').skip(1));
        words.into_iter().find_map(|word| {
            self.distributions
                .iter()
                .find(|d| d.words.iter().any(|w| word.strip_prefix(w.as_str()).is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))))
                .map(|d| (d, word))
        })
    }

    /// The version of a subject that an image carries, if it can be told.
    pub fn version_of(&self, kind: Kind, name: &str, image: &ImageRef) -> Option<Spec> {
        let text = match kind {
            Kind::Service => {
                let service = self.service(name)?;
                let by_word = service.images_by_word.iter().any(|p| is_image(image, p));
                own_version(image, &service.images, &service.tag_words, by_word, false)
            }
            Kind::Runtime => {
                let runtime = self.runtime(name)?;
                let own = runtime.images.iter().any(|p| is_image(image, p));
                let second = runtime.images_second.iter().any(|p| is_image(image, p));
                own_version(image, &runtime.images, &runtime.tag_words, !own, second)
            }
            _ => image.tag().and_then(leading).map(str::to_owned),
        };
        match text {
            Some(text) => Spec::parse(&text, Syntax::Prefix),
            None if image.digest().is_none() && image.tag().is_none_or(|tag| leading(tag).is_none()) => Some(Spec::floating()),
            None => None,
        }
    }

    /// A version declaration of a subject, with the subject's own aliases (`lts/iron`).
    pub fn version(&self, name: &str, text: &str, syntax: Syntax) -> Option<Spec> {
        let text = text.trim();
        let aliased = self.runtime(name).and_then(|runtime| {
            let bare = runtime.prefixes.iter().find_map(|prefix| text.strip_prefix(prefix.as_str())).unwrap_or(text);
            Some(runtime.aliases.get(&bare.to_ascii_lowercase()).map_or(bare, String::as_str).to_owned())
        });
        Spec::parse(aliased.as_deref().unwrap_or(text), syntax)
    }

    /// How many numbers name a line of releases of a subject, for a version of it.
    pub fn major_numbers(&self, kind: Kind, name: &str, spec: &Spec) -> u8 {
        match kind {
            Kind::Service => self.service(name).map_or(1, |service| match (&service.major_before, spec.line(1)) {
                (Some(before), Some(line)) if line.first().is_some_and(|n| *n < before.below) => before.numbers,
                _ => service.major,
            }),
            Kind::Runtime => self.runtime(name).map_or(1, |runtime| runtime.major),
            _ => 1,
        }
    }
}

/// Whether an image is the one that a pattern means. `postgres` is the official image, also through
/// a mirror; `bitnami/postgresql` any repository that ends so; a final `*` leaves the end open.
fn is_image(image: &ImageRef, pattern: &str) -> bool {
    let repository = image.repository();
    if let Some(stem) = pattern.strip_suffix('*') {
        return repository.match_indices(stem).any(|(i, _)| {
            let whole = i == 0 || repository.as_bytes().get(i - 1) == Some(&b'/');
            whole && !repository.get(i + stem.len()..).unwrap_or("").contains('/')
        });
    }
    if !pattern.contains('/') {
        return repository == pattern || repository.strip_suffix(pattern).is_some_and(|head| head.ends_with("library/"));
    }
    repository == pattern
        || repository.strip_suffix(pattern).is_some_and(|head| head.ends_with('/'))
        || pattern.split_once('/').is_some_and(|(host, path)| host.contains('.') && image.registry() == host && repository == path)
}

/// The version text of the subject that an image is: from the repository's open end, from a word of
/// the tag, or from the tag's head.
fn own_version(image: &ImageRef, patterns: &[String], words: &[String], by_word: bool, second: bool) -> Option<String> {
    let open_end = patterns.iter().filter_map(|p| p.strip_suffix('*')).find_map(|stem| {
        let last = stem.rsplit('/').next().unwrap_or(stem);
        let rest = image.base_name().strip_prefix(last)?;
        let digits: String = rest.trim_start_matches('-').chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        (!digits.is_empty()).then_some(digits)
    });
    if open_end.is_some() {
        return open_end;
    }
    if by_word {
        return in_tag(image, words);
    }
    let tag = image.tag()?;
    let mut numbers = tag.split(['-', '_']).filter_map(leading);
    let first = tag.split(['-', '_']).next().and_then(leading);
    match (first, second) {
        (Some(head), true) => Some(numbers.nth(1).unwrap_or(head).to_owned()),
        (Some(head), false) => Some(head.to_owned()),
        (None, _) => in_tag(image, words),
    }
}

/// `22.1.0` of `v22.1.0-alpine`: the numbers that a text starts with.
fn leading(text: &str) -> Option<&str> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let head = text.get(..end)?.trim_end_matches('.');
    let rest = text.get(end..).unwrap_or("");
    // `6a8f…` is a commit, not version 6.
    (!head.is_empty()
        && !head.starts_with('.')
        && !rest.starts_with(|c: char| c.is_ascii_hexdigit() && text.len() >= 7 && text.chars().all(|c| c.is_ascii_hexdigit())))
    .then_some(head)
}

/// The version behind one of these words in a tag: `pg17`, `python3.12`, `jdk-21`.
fn in_tag(image: &ImageRef, words: &[String]) -> Option<String> {
    let tag = image.tag()?;
    let mut parts = tag.split(['-', '_']).peekable();
    while let Some(part) = parts.next() {
        for word in words {
            let Some(rest) = part.strip_prefix(word.as_str()) else { continue };
            if rest.is_empty() {
                if let Some(version) = parts.peek().and_then(|next| leading(next)) {
                    return Some(version.to_owned());
                }
            } else if let Some(version) = leading(rest) {
                return Some(version.to_owned());
            }
        }
    }
    None
}
