//! Live sources: what runs is asked what it runs. A source has a name and collects facts and gaps of one
//! environment within a time limit; it is used only where a person names it on the command line
//! (`--live prod=docker`), and nothing in a repository can bring that about.
//!
//! To add a source: write its file with a `SOURCE`, and add it to [`SOURCES`].

mod docker;
mod inside;
mod process;
mod stored;

use std::time::Duration;

use crate::catalog::Catalog;
use crate::files::{Components, Documents, FileView, Listing, Unreadable};
use crate::model::{Environment, Fact, Gap};
use crate::read::{Input, Output, Started};
use crate::seal;
use crate::suggest::did_you_mean;
use crate::syntax::At;

/// Every live source.
pub static SOURCES: &[&Source] = &[&docker::SOURCE, &process::SOURCE, &stored::SOURCE];

/// One way to ask what runs.
pub struct Source {
    /// Its name: how it is asked for, and the scheme of the places that it tells of.
    pub name: &'static str,
    /// Whether an address is one that it can be reached at; what is wrong with it otherwise.
    pub accepts: fn(address: &str) -> Result<(), &'static str>,
    /// Whether it has images that can be looked into.
    pub has_images: bool,
    /// Asks.
    pub collect: fn(ask: &Ask) -> (Vec<Fact>, Vec<Gap>),
}

/// What a source is asked.
pub struct Ask {
    /// The environment that it tells of.
    pub environment: Environment,
    /// Where it is; empty for where it usually is.
    pub address: String,
    /// How long it may take.
    pub limit: Duration,
    /// How long reading what lies inside images may take; none where nobody asks for that.
    pub inside: Option<Duration>,
}

/// What a source told of an environment.
#[derive(Debug)]
pub struct Told {
    /// The environment.
    pub environment: Environment,
    /// What runs there.
    pub facts: Vec<Fact>,
    /// What could not be found out.
    pub gaps: Vec<Gap>,
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
    Ok((source, Ask { environment: Environment::new(environment), address: address.to_owned(), limit, inside: None }))
}

fn names() -> Vec<&'static str> {
    SOURCES.iter().map(|source| source.name).collect()
}

/// The name of a source, as the program has it.
pub(crate) fn known_name(name: &str) -> Option<&'static str> {
    names().into_iter().find(|known| *known == name)
}

/// Asks all sources at once: what one of them takes, the others do not wait for.
pub fn collect(asked: Vec<(&'static Source, Ask)>) -> Vec<Told> {
    std::thread::scope(|scope| {
        let running: Vec<_> = asked.iter().map(|(source, ask)| (ask, *source, scope.spawn(|| (source.collect)(ask)))).collect();
        let told = |(ask, source, thread): (&Ask, &Source, std::thread::ScopedJoinHandle<'_, _>)| {
            let (facts, gaps) = thread.join().unwrap_or_else(|_| (Vec::new(), vec![gap(source, ask, source.name, "could not be asked")]));
            Told { environment: ask.environment.clone(), facts, gaps }
        };
        running.into_iter().map(told).collect()
    })
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
    let seal = |reading| Fact { format: source.name, ..seal::seal(reading, &ask.environment, "", setup, &documents, catalog) };
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
