//! What several commands ask for: a view and its configuration, the environments it has, the width of
//! the terminal.

use std::path::Path;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::Failed;
use crate::config::{self, Config};
use crate::files::{FileView, Revision, WorkTree};
use crate::judge::rules;
use crate::limits;
use crate::model::Environment;
use crate::report::Format;
use crate::seal;
use crate::source::{self, Told};
use crate::store::{self, Store};

/// Which live sources are asked.
#[derive(Debug, Args)]
pub(super) struct LiveArgs {
    /// Ask also what runs there, as a part of environment ENV: docker[:ADDRESS] is a Docker or Podman engine, at unix:///path or tcp://host:port, else the one that the docker client uses; process[:NUMBER] is the environment of a process, else of this one; snapshot:FILE is what `evenkeel snapshot` wrote
    #[arg(long, value_name = "ENV=SOURCE")]
    live: Vec<String>,
    /// How long a live source may take
    #[arg(long, value_name = "SECONDS", default_value_t = limits::LIVE_SECONDS, value_parser = clap::value_parser!(u64).range(1..=limits::LIVE_SECONDS_MOST))]
    live_timeout: u64,
    /// Read also what lies inside the images that run: installed packages against the lock files, secrets that were shipped
    #[arg(long, requires = "live")]
    inside: bool,
    /// How long reading what lies inside the images may take
    #[arg(long, value_name = "SECONDS", default_value_t = limits::INSIDE_SECONDS, value_parser = clap::value_parser!(u64).range(1..=limits::INSIDE_SECONDS_MOST), requires = "inside")]
    inside_timeout: u64,
}

impl LiveArgs {
    /// Asks them. Nobody else makes evenkeel open a connection. The key comes first: what is hidden in a
    /// snapshot can be compared with nothing that was sealed without it.
    pub(super) fn collect(&self, root: &Path) -> Result<Vec<Told>, Failed> {
        if !self.live.is_empty() {
            key(root)?;
        }
        let limit = Duration::from_secs(self.live_timeout);
        let mut asked = self.live.iter().map(|text| source::parse(text, limit)).collect::<Result<Vec<_>, String>>().map_err(Failed)?;
        let inside = self.inside.then(|| Duration::from_secs(self.inside_timeout));
        if inside.is_some() && !asked.iter().any(|(source, _)| source.has_images) {
            return Err(Failed("--inside looks into images: it wants an engine, as in --live prod=docker".to_owned()));
        }
        asked.iter_mut().for_each(|(_, ask)| ask.inside = inside);
        Ok(if asked.is_empty() { Vec::new() } else { source::collect(asked) })
    }
}

/// The formats that `--format` takes.
pub(super) fn formats<F: Sync>(formats: &'static [Format<F>]) -> PossibleValuesParser {
    PossibleValuesParser::new(formats.iter().map(|format| PossibleValue::new(format.name).help(format.about)))
}

/// How the format of this name renders.
pub(super) fn render<F: Copy>(formats: &'static [Format<F>], name: &str) -> Option<F> {
    formats.iter().find(|format| format.name == name).or(formats.first()).map(|format| format.render)
}

/// A revision of a repository, or its working tree.
pub(super) fn view(path: &Path, revision: Option<&str>) -> Result<Box<dyn FileView>, Failed> {
    let failed = |error: crate::files::ViewError| Failed(error.to_string());
    Ok(match revision {
        Some(revision) => Box::new(Revision::open(path, revision).map_err(failed)?),
        None => Box::new(WorkTree::open(path).map_err(failed)?),
    })
}

/// What a view says of itself in its `evenkeel.toml`.
pub(super) fn configuration(view: &dyn FileView) -> Result<Config, Failed> {
    let Ok(bytes) = view.read(config::FILE) else { return Ok(Config::default()) };
    let text = String::from_utf8(bytes).map_err(|_| Failed(format!("{} is not UTF-8 text", config::FILE)))?;
    let known: Vec<&str> = rules().iter().map(|rule| rule.id.as_str()).collect();
    config::parse(&text, &known).map_err(|error| Failed(error.to_string()))
}

/// That a name is none of these environments.
pub(super) fn no_environment(name: &str, place: &str, known: &[Environment]) -> String {
    let known: Vec<&str> = known.iter().map(Environment::name).collect();
    let found = if known.is_empty() { String::new() } else { format!("; found: {}", known.join(", ")) };
    format!("there is no environment '{}' {place}{found}", seal::neutral(name))
}

/// How many columns a person's terminal has.
pub(super) fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0)).clamp(60, 160)
}

/// The time. The one clock of the program.
pub(super) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// The variable that holds the project's key.
const KEY: &str = "EVENKEEL_KEY";

/// Takes the project's key from where it is kept: the process's environment, else the repository's store.
pub(super) fn key(root: &Path) -> Result<(), Failed> {
    let (text, place) = match std::env::var(KEY) {
        Ok(text) => (text, KEY.to_owned()),
        Err(std::env::VarError::NotUnicode(_)) => return Err(Failed(format!("{KEY}: not text"))),
        Err(std::env::VarError::NotPresent) => match Store::of(root).key().map_err(|error| Failed(error.to_string()))? {
            Some(text) => (text, format!("{}/{}", store::FOLDER, store::KEY)),
            None => return Ok(()),
        },
    };
    seal::key::take(&text).map_err(|why| Failed(format!("{place}: {why}")))
}
