//! From an image reference to what it is: a backing service, a runtime's base, or an image of its
//! own. Every reader that meets an image hands it over here, so that all of them see it alike.

use super::{Input, Output, manifests};
use crate::catalog::{Catalog, Runtime};
use crate::files::folder;
use crate::model::{Environment, Form, ImageRef, Install, Kind, Reading, Scope};
use crate::syntax::At;

/// An image as a document uses it.
pub(crate) struct Use<'u> {
    /// The reference, all variables replaced.
    pub(crate) text: &'u str,
    /// Where it stands.
    pub(crate) at: At,
    /// Where it was used, if elsewhere.
    pub(crate) via: Vec<At>,
    /// What it is for.
    pub(crate) scope: Scope,
    /// The workload that runs it.
    pub(crate) workload: Option<&'u str>,
}

impl Output {
    /// Hands over what an image is. A text that is no image reference becomes a note.
    pub(crate) fn image(&mut self, input: &Input<'_>, image: Use<'_>) {
        self.used(input, image, Catalog::runtime_of_image);
    }

    /// Hands over what an image is that something is built on: it runs what that has.
    pub(crate) fn base(&mut self, input: &Input<'_>, image: Use<'_>) {
        self.used(input, image, Catalog::runtime_of_base);
    }

    fn used<'c>(&mut self, input: &Input<'c>, image: Use<'_>, runtime_of: fn(&'c Catalog, &ImageRef) -> Option<&'c Runtime>) {
        let Some(reference) = ImageRef::parse(image.text) else {
            self.note(image.at, "an image that is no plain reference");
            return;
        };
        let reading = |kind: Kind, name: &str| {
            Reading::new(kind, name, image.text, Form::Image, image.at).scope(image.scope).via(image.via.clone()).workload(image.workload)
        };
        self.bundled(input, &reference, &image);
        let service = input.catalog.service_of_image(&reference);
        let runtime = runtime_of(input.catalog, &reference);
        match (service, runtime) {
            (Some(service), _) => self.push(reading(Kind::Service, &service.name)),
            (None, Some(runtime)) => self.push(reading(Kind::Runtime, &runtime.name)),
            (None, None) if input.catalog.distribution(&reference).is_some_and(|(d, _)| d.images.iter().any(|i| i == reference.base_name())) => {}
            (None, None) => self.push(reading(Kind::Image, &reference.name())),
        }
        if service.is_none() {
            for further in input.catalog.runtimes_in_tag(&reference) {
                self.push(reading(Kind::Runtime, &further.name));
            }
        }
    }
    /// What an image of one package holds, and what the manifest of the folder it is used in lists of it.
    fn bundled(&mut self, input: &Input<'_>, reference: &ImageRef, image: &Use<'_>) {
        let Some((bundle, version)) = input.catalog.bundle(reference) else { return };
        let from = folder(&input.document.path);
        for package in &bundle.packages {
            let listed = manifests::listed(input, &bundle.manifests, from, package);
            let Some(first) = listed.first() else { continue };
            let near = manifests::above(from).any(|above| above == first.folder);
            let component = if near { first.folder.clone() } else { String::new() };
            let bundled = Reading::new(Kind::Dependency, package, version, Form::Install(Install::Bundled), image.at).via(image.via.clone());
            self.push(bundled.scope(image.scope).workload(image.workload).component(Some(&component)));
            for listed in listed {
                let reading = Reading::new(Kind::Dependency, package, listed.version, Form::Install(Install::Listed), listed.at);
                self.push(reading.component(Some(&component)).environment(Some(Environment::contract())));
            }
        }
    }
}
