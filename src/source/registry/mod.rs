//! Registries of images: which bits the images are that files and other sources name. `address` tells which
//! registries may be asked and where they are, `client` talks to them, `manifest` reads what they say,
//! `credentials` looks up how a person logs in. Several images are asked about at once, and when the time is
//! over, what is not yet answered is a gap.

mod address;
mod client;
mod credentials;
mod manifest;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::{Ask, Collect, Source, Told};
use crate::catalog::Catalog;
use crate::limits;
use crate::model::{Bits, Build, Digest, Gap, ImageRef, Platform};
use client::{Client, GONE, LATE, NONSENSE, Reason, Repository};
use manifest::Manifest;

/// Registries.
pub(super) static SOURCE: Source = Source {
    name: "registry",
    address: "[:HOST,…]",
    about: "which bits the images are that ENV names, asked of these registries, else of the public ones",
    has_images: false,
    accepts,
    collect: Collect::Bits(collect),
};

/// How many images are asked about at once.
const AT_ONCE: usize = 4;

fn accepts(text: &str) -> Result<(), &'static str> {
    if text.is_empty() { Ok(()) } else { address::parse(text).map(|_| ()) }
}

/// What was found out of an image, and what not.
type Found = (Option<Arc<Bits>>, Option<Reason>);

/// Asks about the images of all environments; one that several have is asked about once.
fn collect(asks: &[Ask]) -> Vec<Told> {
    let mine: Vec<Vec<&ImageRef>> = asks.iter().map(own).collect();
    let mut known = HashSet::new();
    let images: Vec<ImageRef> = mine.iter().flatten().filter(|image| known.insert(**image)).map(|image| (*image).clone()).collect();
    let found = ask_about(images, asks);
    asks.iter().zip(mine).map(|(ask, images)| told(ask, &images, &passed_over(ask, asks), &found)).collect()
}

/// Whether images of a registry are asked about.
fn is_asked(ask: &Ask, registry: &str) -> bool {
    let named = if ask.address.is_empty() { Vec::new() } else { address::parse(&ask.address).unwrap_or_default() };
    address::is_asked(&named, registry)
}

/// The images of an environment that are on a registry which is asked.
fn own(ask: &Ask) -> Vec<&ImageRef> {
    ask.images.iter().filter(|image| is_asked(ask, image.registry())).take(limits::ASKED_IMAGES).collect()
}

/// The registries of an environment's images that nobody asks, and whether what the repository makes itself is
/// there: what anybody can have, its pin or its tag says enough of.
fn passed_over<'a>(ask: &'a Ask, asks: &[Ask]) -> BTreeMap<&'a str, bool> {
    let alike = || asks.iter().filter(|other| other.environment == ask.environment);
    let mut hosts = BTreeMap::new();
    for image in ask.images.iter().filter(|image| !alike().any(|other| is_asked(other, image.registry()))) {
        *hosts.entry(image.registry()).or_default() |= !is_of_others(image, Catalog::get());
    }
    hosts
}

/// Whether an image is known to be made by others: a service's, a runtime's, an official one of Docker's.
fn is_of_others(image: &ImageRef, catalog: &Catalog) -> bool {
    let official = image.registry() == "docker.io" && image.repository().starts_with("library/");
    official || catalog.service_of_image(image).is_some() || catalog.runtime_of_image(image).is_some() || catalog.bundle(image).is_some()
}

/// What was found out for one environment.
fn told(ask: &Ask, images: &[&ImageRef], passed_over: &BTreeMap<&str, bool>, found: &HashMap<ImageRef, Found>) -> Told {
    let mut told = Told::of(ask);
    for (host, required) in passed_over {
        let gap = super::gap(&SOURCE, ask, &format!("registry://{host}"), "not asked about its images: name its host (registry:HOST)");
        told.gaps.push(Gap { required: *required, ..gap });
    }
    if ask.images.is_empty() && ask.contained {
        let reason = "all images of this environment were built where they run: no registry knows them";
        told.gaps.push(Gap { required: false, ..super::gap(&SOURCE, ask, SOURCE.name, reason) });
    } else if images.is_empty() && passed_over.is_empty() {
        let reason = "no image of this environment is on a registry that is asked: name its host (registry:HOST)";
        told.gaps.push(super::gap(&SOURCE, ask, SOURCE.name, reason));
    }
    if images.len() >= limits::ASKED_IMAGES {
        told.gaps.push(super::gap(&SOURCE, ask, SOURCE.name, "more images than the limit of 500"));
    }
    for image in images {
        let (bits, reason) = found.get(*image).cloned().unwrap_or((None, Some(LATE)));
        told.gaps.extend(reason.map(|reason| super::gap(&SOURCE, ask, &place(image), reason)));
        told.bits.extend(bits.map(|bits| ((*image).clone(), bits)));
    }
    told
}

/// Where an image is: `registry://HOST/REPOSITORY:TAG`.
pub(super) fn place(image: &ImageRef) -> String {
    let (repository, tag) = (image.repository(), image.tag());
    let tag = tag.or(image.digest().is_none().then_some("latest")).map(|tag| format!(":{tag}")).unwrap_or_default();
    let digest = image.digest().and_then(|digest| digest.get(..19)).map(|digest| format!("@{digest}")).unwrap_or_default();
    format!("registry://{}/{repository}{tag}{digest}", image.registry())
}

/// Asks about images, for as long as that may take.
fn ask_about(images: Vec<ImageRef>, asks: &[Ask]) -> HashMap<ImageRef, Found> {
    let mut found = HashMap::new();
    let Some(first) = asks.first().filter(|_| !images.is_empty()) else { return found };
    let platforms: Vec<Platform> = asks.iter().flat_map(|ask| ask.platforms.clone()).collect();
    let client = Arc::new(Client::new(first.limit, first.credentials));
    let (count, queue) = (images.len(), Arc::new(Mutex::new(images.into_iter())));
    let (tell, heard) = channel();
    for _ in 0..AT_ONCE.min(count) {
        let (client, queue, tell, platforms) = (Arc::clone(&client), Arc::clone(&queue), tell.clone(), platforms.clone());
        start(move || work(&client, &queue, &tell, &platforms));
    }
    // Whoever hangs is waited for no longer: nobody may be able to stop a name's look-up or a helper program.
    let limit = first.limit;
    start(move || {
        thread::sleep(limit);
        let _ = tell.send(None);
    });
    while found.len() < count {
        match heard.recv() {
            Ok(Some((image, one))) => found.insert(image, one),
            Ok(None) | Err(_) => break,
        };
    }
    found
}

/// Starts a thread; where there is none to be had, its work stays undone, which is told as such.
fn start(work: impl FnOnce() + Send + 'static) {
    let _ = thread::Builder::new().spawn(work);
}

fn work(client: &Client, queue: &Mutex<std::vec::IntoIter<ImageRef>>, tell: &Sender<Option<(ImageRef, Found)>>, platforms: &[Platform]) {
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    while let Some(image) = next() {
        let found = resolve(client, &image, platforms);
        if tell.send(Some((image, found))).is_err() {
            return;
        }
    }
}

/// What bits an image is: its manifest or index, and of the builds that matter what they are made of.
fn resolve(client: &Client, image: &ImageRef, platforms: &[Platform]) -> Found {
    let repository = Repository { registry: image.registry(), name: image.repository() };
    let reference = image.digest().or(image.tag()).unwrap_or("latest");
    let named = image.digest().map(|text| Digest::parse(text).ok_or("a digest that is none"));
    let named = match named.transpose() {
        Ok(named) => named,
        Err(reason) => return (None, Some(reason)),
    };
    let (digest, manifest) = match look_up(client, &repository, reference, named.as_ref()) {
        Ok(found) => found,
        Err(reason) => return (None, Some(reason)),
    };
    let mut bits = Bits { digests: [digest.clone()].into(), ..Bits::default() };
    let mut reason = None;
    match manifest {
        Manifest::Image(config) => {
            let mut build = Build { manifest: Some(digest), ..Build::default() };
            reason = complete(client, &repository, config, &mut build).err();
            bits.builds.push(build);
        }
        Manifest::Index(builds) => {
            bits.builds = builds;
            for at in chosen(&bits.builds, platforms) {
                let Some(build) = bits.builds.get_mut(at) else { continue };
                let looked = build.manifest.clone().ok_or(NONSENSE).and_then(|digest| match look_up(client, &repository, digest.as_str(), Some(&digest))? {
                    (_, Manifest::Image(config)) => complete(client, &repository, config, build),
                    (_, Manifest::Index(_)) => Err(NONSENSE),
                });
                reason = reason.or(looked.err());
            }
        }
    }
    (Some(Arc::new(bits)), reason)
}

/// The builds of an index that it is worth to ask for: those for what is known to run, else for the machines that
/// most have.
fn chosen(builds: &[Build], platforms: &[Platform]) -> Vec<usize> {
    let numbered = || builds.iter().enumerate();
    let usual = Platform::of("linux", "amd64", "");
    let runs = |build: &Build| build.platform.as_ref().is_some_and(|platform| platforms.contains(platform));
    let of = |wanted: &dyn Fn(&Build) -> bool| numbered().filter(|(_, build)| wanted(build)).map(|(at, _)| at).take(limits::ASKED_BUILDS).collect::<Vec<_>>();
    let choices = [of(&runs), of(&|build| build.platform.is_some() && build.platform == usual), numbered().map(|(at, _)| at).take(1).collect()];
    choices.into_iter().find(|choice| !choice.is_empty()).unwrap_or_default()
}

/// A manifest, and the digest that its bytes have.
fn look_up(client: &Client, repository: &Repository<'_>, reference: &str, named: Option<&Digest>) -> Result<(Digest, Manifest), Reason> {
    let (bytes, said) = client.fetch(repository, &format!("manifests/{reference}"), manifest::ACCEPT)?;
    let said = said.map(|said| Digest::parse(&said).ok_or(NONSENSE)).transpose()?;
    if named.into_iter().chain(&said).any(|digest| !digest.fits(&bytes)) {
        return Err(UNFIT);
    }
    let manifest = manifest::parse(&bytes).ok_or("what the registry has under this name is no image, or of an outdated form")?;
    Ok((named.cloned().or(said).unwrap_or_else(|| Digest::of(&bytes)), manifest))
}

const UNFIT: Reason = "what the registry sends has another digest than it says";

/// Adds what the configuration of a build says.
fn complete(client: &Client, repository: &Repository<'_>, config: Digest, build: &mut Build) -> Result<(), Reason> {
    let (bytes, _) = client.fetch(repository, &format!("blobs/{}", config.as_str()), "*/*").map_err(|reason| if reason == GONE { NONSENSE } else { reason })?;
    if !config.fits(&bytes) {
        return Err(UNFIT);
    }
    manifest::describe(&bytes, build).ok_or(NONSENSE)?;
    build.config = Some(config);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_builds_are_asked_for_that_run_somewhere() {
        let on = |text: &str| Build { platform: text.to_owned().try_into().ok(), ..Build::default() };
        let builds = ["linux/s390x", "linux/arm64", "linux/amd64"].map(on);
        let platforms = |texts: &[&str]| texts.iter().filter_map(|text| (*text).to_owned().try_into().ok()).collect::<Vec<Platform>>();
        assert_eq!(chosen(&builds, &platforms(&["linux/arm64", "linux/s390x"])), [0, 1]);
        assert_eq!(chosen(&builds, &[]), [2]);
        assert_eq!(chosen(&builds, &platforms(&["windows/amd64"])), [2]);
        assert_eq!(chosen(builds.get(..2).unwrap_or(&[]), &[]), [0]);
        assert!(chosen(&[], &[]).is_empty());
    }

    #[test]
    fn places_name_what_was_asked_for() {
        let of = |text: &str| ImageRef::parse(text).map(|image| place(&image)).unwrap_or_default();
        assert_eq!(of("postgres"), "registry://docker.io/library/postgres:latest");
        assert_eq!(of("ghcr.io/acme/shop:1.4"), "registry://ghcr.io/acme/shop:1.4");
        assert_eq!(of(&format!("acme/shop@sha256:{}", "ab".repeat(32))), "registry://docker.io/acme/shop@sha256:abababababab");
    }
}
