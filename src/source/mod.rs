//! Live sources: what runs is asked what it runs, and then registries, which bits the images are that are
//! stated. A source has a name and collects facts and gaps of one environment within a time limit; it is used
//! only where a person names it on the command line (`--live prod=docker`), and nothing in a repository can
//! bring that about.
//!
//! To add a source: write its file with a `SOURCE`, and add it to [`SOURCES`].

mod command;
mod docker;
mod host;
mod inside;
mod process;
mod registry;
mod run;
mod stored;

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::catalog::Catalog;
use crate::files::{Components, Documents, FileView, Listing, Unreadable};
use crate::model::{Bits, Environment, Fact, Gap, ImageRef, Place, Platform, Scope};
use crate::read::{Input, Output, Started};
use crate::seal;
use crate::suggest::did_you_mean;
use crate::syntax::At;

/// The source that is a file.
pub(crate) const FILE: &str = "snapshot";

/// Every live source.
pub static SOURCES: &[&Source] = &[&docker::SOURCE, &registry::SOURCE, &host::HOST, &host::SSH, &process::SOURCE, &command::SOURCE, &stored::SOURCE];

/// One way to ask what runs.
pub struct Source {
    /// Its name: how it is asked for, and the scheme of the places that it tells of.
    pub name: &'static str,
    /// How an address follows the name.
    pub address: &'static str,
    /// What it tells, in half a line for people.
    pub about: &'static str,
    /// Whether it has images that can be looked into.
    pub has_images: bool,
    /// Whether an address is one that it can be reached at; what is wrong with it otherwise.
    pub accepts: fn(address: &str) -> Result<(), &'static str>,
    /// Asks.
    pub collect: Collect,
}

/// What a source is asked for.
#[derive(Clone, Copy)]
pub enum Collect {
    /// What runs in an environment.
    Facts(fn(ask: &Ask) -> (Vec<Fact>, Vec<Gap>)),
    /// Which bits the images are that files and other sources state for environments.
    Bits(fn(asks: &[Ask]) -> Vec<Told>),
}

/// What a source is asked.
#[derive(Clone)]
pub struct Ask {
    /// The environment that it tells of.
    pub environment: Environment,
    /// Where it is; empty for where it usually is.
    pub address: String,
    /// How long it may take.
    pub limit: Duration,
    /// How long reading what lies inside images may take; none where nobody asks for that.
    pub inside: Option<Duration>,
    /// The root of the repository.
    pub root: PathBuf,
    /// The folder of the component that it tells of; none where what it tells says so itself.
    pub component: Option<String>,
    /// The time, in seconds since 1970.
    pub now: i64,
    /// The tools that the repository names, as the catalogue calls them.
    pub tools: Vec<String>,
    /// What the files call the projects that are started there.
    pub projects: BTreeSet<String>,
    /// Whether it may log in with what the person has stored.
    pub credentials: bool,
    /// The images that are stated for the environment, for those who are asked for their bits.
    pub images: Vec<ImageRef>,
    /// Whether an engine told what runs in the environment, for the same.
    pub contained: bool,
    /// What the machines are that are known to run something.
    pub platforms: Vec<Platform>,
}

impl Ask {
    /// A source is asked of an environment, and nothing more is known.
    fn new(environment: Environment, address: &str, limit: Duration) -> Ask {
        Ask {
            environment,
            address: address.to_owned(),
            limit,
            root: PathBuf::new(),
            component: None,
            now: 0,
            tools: Vec::new(),
            projects: BTreeSet::new(),
            credentials: false,
            images: Vec::new(),
            contained: false,
            platforms: Vec::new(),
            inside: None,
        }
    }
}

/// What a source told of an environment.
#[derive(Debug)]
pub struct Told {
    /// The environment.
    pub environment: Environment,
    /// What runs there.
    pub facts: Vec<Fact>,
    /// Which bits images are.
    pub bits: Vec<(ImageRef, Arc<Bits>)>,
    /// What could not be found out.
    pub gaps: Vec<Gap>,
}

impl Told {
    /// Nothing, yet.
    fn of(ask: &Ask) -> Told {
        Told { environment: ask.environment.clone(), facts: Vec::new(), bits: Vec::new(), gaps: Vec::new() }
    }
}

/// Reads `ENV=SOURCE[:ADDRESS]`.
///
/// # Errors
/// What is wrong with it, in words that repeat nothing of an address: that may hold a password.
pub fn parse(text: &str, limit: Duration) -> Result<(&'static Source, Ask), String> {
    let usage = || format!("--live wants ENV=SOURCE[:ADDRESS], with SOURCE one of: {}", names().join(", "));
    let (environment, rest) = text.split_once('=').ok_or_else(usage)?;
    let (name, address) = rest.split_once(':').unwrap_or((rest, ""));
    let plain = !environment.is_empty() && environment.len() <= 64 && environment.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !plain || Environment::new(environment).rank() == 0 {
        return Err(format!("'{}' is no name of an environment that something can run in", seal::neutral(environment)));
    }
    let source =
        SOURCES.iter().find(|source| source.name == name).ok_or_else(|| format!("there is no live source of this name{}", did_you_mean(name, &names())))?;
    (source.accepts)(address).map_err(|wrong| format!("the address after '{environment}={name}:' {wrong}"))?;
    Ok((source, Ask::new(Environment::new(environment), address, limit)))
}

fn names() -> Vec<&'static str> {
    SOURCES.iter().map(|source| source.name).collect()
}

/// The name of a source, as the program has it.
pub(crate) fn known_name(name: &str) -> Option<&'static str> {
    names().into_iter().find(|known| *known == name)
}

/// Asks all sources what runs at once: what one of them takes, the others do not wait for. Those that are asked
/// for the bits of images come later.
pub fn collect(asked: &[(&'static Source, Ask)]) -> Vec<Told> {
    std::thread::scope(|scope| {
        let running: Vec<_> = asked
            .iter()
            .filter_map(|one| {
                let Collect::Facts(collect) = one.0.collect else { return None };
                Some((&one.1, one.0, scope.spawn(move || collect(&one.1))))
            })
            .collect();
        let told = |(ask, source, thread): (&Ask, &Source, std::thread::ScopedJoinHandle<'_, _>)| {
            let (facts, gaps) = thread.join().unwrap_or_else(|_| (Vec::new(), vec![gap(source, ask, source.name, "could not be asked")]));
            Told { facts, gaps, ..Told::of(ask) }
        };
        running.into_iter().map(told).collect()
    })
}

/// What is told in the place of a source that the repository declares and nobody trusted.
pub fn untrusted(source: &'static Source, ask: &Ask) -> Told {
    let gap = gap(source, ask, crate::config::FILE, "not trusted: `evenkeel trust` shows what it would reach or run");
    Told { gaps: vec![gap], ..Told::of(ask) }
}

/// Asks which bits the images are that these facts state; `own` is what they call an environment.
pub fn resolve(asked: Vec<(&'static Source, Ask)>, facts: &[Fact], own: impl Fn(Environment) -> Environment) -> Vec<Told> {
    let builds = facts.iter().filter(|fact| fact.is_live()).filter_map(|fact| fact.bits.as_ref()).flat_map(|bits| &bits.builds);
    let platforms: BTreeSet<Platform> = builds.filter_map(|build| build.platform.clone()).collect();
    let mut told = Vec::new();
    for source in SOURCES {
        let Collect::Bits(collect) = source.collect else { continue };
        let of = asked.iter().filter(|(other, _)| std::ptr::eq(*other, *source));
        let asks: Vec<Ask> = of
            .map(|(_, ask)| {
                let environment = own(ask.environment.clone());
                let images = stated(facts, &environment);
                let contained = facts.iter().any(|fact| fact.environment == environment && runs_in_container(fact));
                Ask { environment, images, contained, platforms: platforms.iter().cloned().collect(), ..ask.clone() }
            })
            .collect();
        if !asks.is_empty() {
            told.extend(collect(&asks));
        }
    }
    told
}

/// Whether an engine says it of something that runs for good. What it says of an image that came from a registry
/// names that, so where no image is stated beside, all were built there.
fn runs_in_container(fact: &Fact) -> bool {
    fact.is_running() && fact.format == docker::SOURCE.name && fact.workload.is_some()
}

/// The images that are stated for an environment: those of its files, and by their tags those that run there,
/// came from a registry, and are pinned by no file. What was built where it runs, no registry knows.
fn stated(facts: &[Fact], environment: &Environment) -> Vec<ImageRef> {
    let own = || facts.iter().filter(|fact| fact.environment == *environment && matches!(fact.scope, Scope::Run | Scope::Matrix));
    let declared = || own().filter(|fact| !fact.is_live()).filter_map(|fact| fact.value.image.as_ref());
    let pinned: HashSet<String> = declared().filter(|image| image.digest().is_some()).map(ImageRef::name).collect();
    let published = own().filter(|fact| fact.is_live() && fact.bits.as_ref().is_some_and(|bits| bits.is_published()));
    let run = published.filter_map(|fact| fact.value.image.as_ref()).filter(|image| !pinned.contains(&image.name()));
    let mut known = HashSet::new();
    declared().map(ImageRef::exact).chain(run.filter_map(ImageRef::by_tag)).filter(|image| known.insert(image.clone())).collect()
}

/// What a source says of an image that something runs by its tag: what the tag names.
pub(crate) fn named(runs: &Fact, image: &ImageRef, bits: &Arc<Bits>) -> Fact {
    let path = seal::path(&registry::place(image));
    let place = Place { path, line: 0, column: 0, excerpt: None, comment: None };
    let (setup, bits) = (place.path.clone(), Some(Arc::clone(bits)));
    Fact { format: registry::SOURCE.name, workload: None, value: seal::image(image, &runs.value), setup, place, bits, ..runs.clone() }
}

/// That something of an environment could not be found out: there is no verdict on it without.
fn gap(source: &Source, ask: &Ask, path: &str, reason: &'static str) -> Gap {
    Gap { environment: Some(ask.environment.clone()), source: seal::word(source.name), path: seal::path(path), line: 0, reason, required: true }
}

/// Places of what runs have a name, and no text that could be shown.
struct Unwritten;

impl FileView for Unwritten {
    fn list(&self) -> Listing {
        Listing::default()
    }
    fn read(&self, _: &str) -> Result<Vec<u8>, Unreadable> {
        Ok(Vec::new())
    }
}

/// Seals what `read` hands over of the process at a place (`docker://shop/web`), as readers of documents
/// hand it over.
fn facts(source: &'static Source, ask: &Ask, place: &str, setup: &str, read: impl FnOnce(&Input<'_>, At, &mut Output)) -> Vec<Fact> {
    let (listing, components, catalog) = (Listing::default(), Components::default(), Catalog::get());
    let documents = Documents::new(&Unwritten, &listing);
    let Ok(document) = documents.open(place) else { return Vec::new() };
    let at = At::file(document.id);
    let started = Started::default();
    let input =
        Input { document, layers: Vec::new(), documents: &documents, catalog, components: &components, variables: &[], target: None, started: &started };
    let mut output = Output::default();
    read(&input, at, &mut output);
    let seal = |reading| Fact {
        format: source.name,
        ..seal::seal(reading, &ask.environment, ask.component.as_deref().unwrap_or_default(), setup, &documents, catalog)
    };
    output.readings.iter().map(seal).filter(crate::survey::is_told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_read() {
        let limit = Duration::from_secs(1);
        let read = |text: &str| parse(text, limit).map(|(source, ask)| format!("{} {} {}", ask.environment, source.name, ask.address));
        assert_eq!(read("prod=docker"), Ok("prod docker ".to_owned()));
        assert_eq!(read("box-2=docker:unix:///run/d.sock"), Ok("box-2 docker unix:///run/d.sock".to_owned()));
        for wrong in ["prod", "=docker", "prod=", "prod=dokcer", "contract=docker", "a b=docker", "prod=docker:ftp://x", "prod=docker:tcp://u:canary@h:1"] {
            let told = read(wrong).err().unwrap_or_default();
            assert!(!told.is_empty() && !told.contains("canary"), "{wrong}: {told}");
        }
    }
}
