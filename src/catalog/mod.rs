//! Knowledge as data: what backing services, runtimes, distributions and environments are called.
//! The tables stand in `rules/catalog/`; this room loads them and answers questions.

mod families;
mod hosts;
mod images;
mod inside;
mod installs;
mod names;
mod orbs;
mod reads;
mod registries;
mod settings;
mod tables;
mod terraform;
mod variables;

pub use families::{Families, Framework};
pub use hosts::Property;
pub use inside::{Databases, Inside, OwnVersion, SecretFile};
pub use installs::{Bundle, LocalTool, Manager};
pub use names::{Names, closed_up, pieces, words};
pub use orbs::{OrbCommand, Orbs};
pub use reads::{Helpers, LanguageWords, NeedWords, ReadForms, Reads};
pub use registries::Registry;
pub use settings::{SettingsFile, SettingsTool};
pub(crate) use tables::table;
pub use tables::{Action, Actions, BuildAction, ComposeAction, Distribution, EnvFileAction, Runtime, Service, ToolsAction};
pub use terraform::{Managed, Terraform, TerraformWords};

pub use variables::Variables;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::{ImageRef, Kind, Spec, Syntax};
use images::{Owner, in_tag, is_base_of, is_image, leading, own_version, parts};

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
    /// What names and values of environment variables mean.
    pub variables: Variables,
    /// How families of configuration files are named.
    pub families: Families,
    /// How source code reads environment variables.
    pub reads: Reads,
    /// GitHub actions that build or start what other files describe.
    pub actions: Actions,
    /// What CircleCI's orbs do with their parameters.
    pub orbs: Orbs,
    /// What Terraform's resources and arguments say.
    pub terraform: Terraform,
    /// Tools that read the first of several files.
    pub tools: Vec<SettingsTool>,
    /// How package managers are told to install.
    pub managers: Vec<Manager>,
    /// What lies inside images.
    pub inside: Inside,
    /// What machines say of themselves.
    pub hosts: Vec<Property>,
    /// Public registries of images.
    pub registries: Vec<Registry>,
    /// Images that are made of one package.
    pub(crate) bundles: Vec<Bundle>,
    pub(crate) local_tools: Vec<LocalTool>,
    service_by_name: HashMap<String, usize>,
    runtime_by_name: HashMap<String, usize>,
    runtime_by_package: HashMap<String, usize>,
    images: images::Index,
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(tables::load);

impl Catalog {
    /// The catalogue that is compiled in.
    pub fn get() -> &'static Catalog {
        &CATALOG
    }

    /// A service by its own name.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.service_by_name.get(name).and_then(|i| self.services.get(*i))
    }

    /// A runtime by its own name or any name that version managers, engines and features give it.
    pub fn runtime(&self, name: &str) -> Option<&Runtime> {
        let known = self
            .runtime_by_name
            .get(name)
            .or_else(|| name.bytes().any(|b| b.is_ascii_uppercase()).then(|| self.runtime_by_name.get(&name.to_ascii_lowercase()))?);
        known.and_then(|i| self.runtimes.get(*i))
    }

    /// The runtime whose version a file of this name holds (`.nvmrc`).
    pub fn runtime_of_version_file(&self, file_name: &str) -> Option<&Runtime> {
        self.runtimes.iter().find(|runtime| runtime.version_files.iter().any(|name| name == file_name))
    }

    /// The runtime that a package of an operating system installs (`nodejs`, `python3.12`).
    pub fn runtime_of_package(&self, package: &str) -> Option<(&Runtime, String)> {
        let exact = self.runtime_by_package.get(package).and_then(|i| self.runtimes.get(*i));
        if let Some(runtime) = exact {
            return Some((runtime, String::new()));
        }
        let start = package.find(|c: char| c.is_ascii_digit())?;
        let (stem, rest) = package.split_at_checked(start)?;
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let (version, rest) = rest.split_at_checked(end)?;
        let stem = stem.trim_end_matches(['-', '@']);
        let runtime = self.runtimes.iter().find(|r| r.versioned_packages.iter().any(|p| p == stem))?;
        let version = images::parted(version, runtime.major);
        // `php8.2-mysql` needs that PHP, `openjdk-21-jre` is that Java; `python3-pip` tells nothing.
        let tells = rest.is_empty() || version.contains('.') || parts(rest).any(|part| runtime.tag_words.iter().any(|word| word == part));
        tells.then_some((runtime, version))
    }

    /// The service that an image is.
    pub fn service_of_image(&self, image: &ImageRef) -> Option<&Service> {
        self.images.find(image, Owner::Service).and_then(|i| self.services.get(i))
    }

    /// The runtime that an image is the base for.
    pub fn runtime_of_image(&self, image: &ImageRef) -> Option<&Runtime> {
        self.images.find(image, Owner::Runtime).and_then(|i| self.runtimes.get(i))
    }

    /// The runtime that an image which something is built on has: it is that of a known image, or of a company's own.
    pub fn runtime_of_base(&self, image: &ImageRef) -> Option<&Runtime> {
        self.runtime_of_image(image).or_else(|| self.runtimes.iter().find(|runtime| is_base_of(image, runtime)))
    }

    /// What an image of one package is made of, and in which version.
    pub(crate) fn bundle<'c, 'i>(&'c self, image: &'i ImageRef) -> Option<(&'c Bundle, &'i str)> {
        let bundle = self.bundles.iter().find(|bundle| bundle.images.iter().any(|pattern| is_image(image, pattern)))?;
        let version = image.tag()?.split('-').next()?.trim_start_matches('v');
        version.starts_with(|c: char| c.is_ascii_digit()).then_some((bundle, version))
    }

    /// Further runtimes that a tag names: `uv:0.11-python3.12` holds a Python.
    pub fn runtimes_in_tag<'c>(&'c self, image: &'c ImageRef) -> impl Iterator<Item = &'c Runtime> {
        let tells = self.images.names_a_runtime(image);
        self.runtimes.iter().filter(move |_| tells).filter(|r| in_tag(image, &r.tag_words).is_some() && !r.images.iter().any(|p| is_image(image, p)))
    }

    /// The distribution that an image stands on, and its release as the tag names it: a number or a
    /// code name, or nothing.
    pub fn distribution<'c, 'i>(&'c self, image: &'i ImageRef) -> Option<(&'c Distribution, &'i str)> {
        if !self.images.names_a_distribution(image) {
            return None;
        }
        let (own, tag) = (image.base_name(), image.tag().unwrap_or(""));
        if let Some(distribution) = self.distributions.iter().find(|d| d.images.iter().any(|i| i == own)) {
            let release = parts(tag).find_map(|part| leading(part).or_else(|| images::release(part, &distribution.words)));
            return Some((distribution, release.unwrap_or("")));
        }
        // `alpine-2.1.4` of a product is its own version on Alpine, `debian-12` behind a version is Debian's.
        let product = self.service_of_image(image).is_some() || self.runtime_of_image(image).is_some();
        let mut words = parts(tag).chain(own.split('-').skip(1)).peekable();
        let mut first = true;
        while let Some(word) = words.next() {
            let apart = !(std::mem::take(&mut first) && product);
            for distribution in &self.distributions {
                let Some(release) = images::release(word, &distribution.words) else { continue };
                // `debian-12`, `ubuntu-22.04`, `debian-bookworm`: the release is a word of its own.
                let next =
                    words.peek().filter(|_| apart && release.is_empty()).and_then(|next| leading(next).or_else(|| images::release(next, &distribution.words)));
                return Some((distribution, next.unwrap_or(release)));
            }
        }
        None
    }

    /// The version of a subject that an image carries, if it can be told.
    pub fn version_of(&self, kind: Kind, name: &str, image: &ImageRef) -> Option<Spec> {
        let text = match kind {
            Kind::Service => {
                let service = self.service(name)?;
                let by_word = service.images_by_word.iter().any(|p| is_image(image, p));
                own_version(image, &service.images, &service.tag_words, service.major, by_word, false)
            }
            Kind::Runtime => {
                let runtime = self.runtime(name)?;
                let own = runtime.images.iter().any(|p| is_image(image, p)) || is_base_of(image, runtime);
                let second = runtime.images_second.iter().any(|p| is_image(image, p));
                let named = || image.tag().and_then(|tag| parts(tag).next()).filter(|_| own).and_then(|word| runtime.aliases.get(word)).cloned();
                own_version(image, &runtime.images, &runtime.tag_words, runtime.major, !own, second).or_else(named)
            }
            _ => image.tag().and_then(leading).map(str::to_owned),
        };
        match text {
            Some(text) => Spec::parse(&text, Syntax::Prefix),
            // An image of its own kind of tag (`prod-6a8f1c2`) names one build; `redis:alpine` names none.
            None if kind == Kind::Image && !image.is_floating() => None,
            None => (image.digest().is_none() && self.names_no_version(image)).then(Spec::floating),
        }
    }

    /// Whether a tag is made only of channels, variants and versions of other things: `lts-alpine3.20`.
    /// A commit or a date names something, though no version.
    fn names_no_version(&self, image: &ImageRef) -> bool {
        let words = || self.runtimes.iter().flat_map(|r| &r.tag_words).chain(self.services.iter().flat_map(|s| &s.tag_words));
        let known = |part: &str| {
            words().chain(self.distributions.iter().flat_map(|d| &d.words)).any(|w| part.strip_prefix(w.as_str()).is_some_and(images::is_number))
                || matches!(part, "amd64" | "arm64" | "arm64v8" | "arm32v7")
        };
        let mut before = "";
        image.tag().is_none_or(|tag| {
            parts(tag).all(|part| {
                let belongs = images::is_number(part) && !before.is_empty() && known(before);
                let fine = part.chars().all(|c| c.is_ascii_alphabetic()) || known(part) || belongs;
                before = part;
                fine
            })
        })
    }

    /// A version declaration of a subject, with the subject's own aliases (`lts/iron`).
    pub fn version(&self, name: &str, text: &str, syntax: Syntax) -> Option<Spec> {
        let text = text.trim();
        let Some(runtime) = self.runtime(name) else { return Spec::parse(text, syntax) };
        let alias = |text: &str| runtime.aliases.get(&text.to_ascii_lowercase()).map(String::as_str);
        let bare = || {
            let rest = runtime.prefixes.iter().filter_map(|prefix| text.strip_prefix(prefix.as_str()));
            rest.map(|rest| alias(rest).unwrap_or(rest)).find(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '*'))
        };
        Spec::parse(alias(text).or_else(bare).unwrap_or(text), syntax)
    }

    /// How many numbers name a line of releases of a subject, for a version of it.
    pub fn major_numbers(&self, kind: Kind, name: &str, spec: &Spec) -> u8 {
        match kind {
            Kind::Service => self.service(name).map_or(1, |service| match (&service.major_before, spec.line(1)) {
                (Some(before), Some(line)) if line.first().is_some_and(|n| *n < before.below) => before.numbers,
                _ => service.major,
            }),
            // Before its first major, every minor of a tool is a line of its own.
            Kind::Runtime => self.runtime(name).map_or(1, |runtime| match spec.line(1) {
                Some([0, ..]) => runtime.major.max(2),
                _ => runtime.major,
            }),
            _ => 1,
        }
    }
}
