//! What several commands ask for: a view and its configuration, the environments it has, the width of
//! the terminal.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::Failed;
use crate::catalog::Catalog;
use crate::check::{Scope, Survey};
use crate::config::{self, Config};
use crate::files::{FileView, Revision, WorkTree};
use crate::judge::rules;
use crate::limits;
use crate::model::{Environment, Kind};
use crate::report::Format;
use crate::seal;
use crate::source::{self, Ask, Collect, SOURCES, Source};
use crate::store::{self, Store};
use crate::trust::Trust;

/// Which live sources are asked.
#[derive(Debug, Args)]
pub(super) struct LiveArgs {
    /// Ask also what runs there, as a part of environment ENV
    #[arg(long, value_name = "ENV[=SOURCE]", long_help = help())]
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
    /// Let registries be asked with the credentials that docker or podman have stored; their helper programs are run
    #[arg(long)]
    registry_credentials: bool,
    /// Trust the live sources that evenkeel.toml declares, for this run (otherwise `evenkeel trust` has to)
    #[arg(long)]
    trust: bool,
}

/// Everything that evenkeel.toml declares.
const ALL: &str = "all";

/// What a source may be, one a line.
fn help() -> String {
    let line = |source: &&Source| format!("  {}{} - {}", source.name, source.address, source.about);
    let lines: Vec<String> = SOURCES.iter().map(line).collect();
    let declared = format!("ENV alone asks what {} declares for it, `{ALL}` everything that it declares.", config::FILE);
    format!("Ask also what runs there, as a part of environment ENV. SOURCE is one of:\n{}\n{declared}", lines.join("\n"))
}

impl LiveArgs {
    /// Whether nobody is to be asked.
    pub(super) fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// What has to be known of the files for that: who runs what, they say as a whole.
    pub(super) fn scope(&self, scope: &Scope) -> Scope {
        if self.live.is_empty() { scope.clone() } else { scope.whole() }
    }

    /// Asks them, and takes in what they tell; versions of tools only where that is wanted. Nobody else makes
    /// evenkeel open a connection or run a program.
    pub(super) fn join(&self, root: &Path, survey: &mut Survey, config: &Config, scope: &Scope, tools: bool) -> Result<(), Failed> {
        if self.live.is_empty() {
            return Ok(());
        }
        // The key comes first: what is hidden in a snapshot can be compared with nothing that was sealed without it.
        key(root)?;
        let names = survey.facts.iter().filter(|fact| tools && fact.kind == Kind::Runtime).map(|fact| fact.name.as_str());
        let names: BTreeSet<&str> = names.filter(|name| Catalog::get().runtime(name).is_some()).collect();
        let root = &root.canonicalize().map_err(|error| Failed(format!("the repository cannot be opened: {}", error.kind())))?;
        let common = |ask: Ask| Ask {
            root: root.clone(),
            now: now().as_second(),
            projects: survey.projects_of(&ask.environment),
            tools: names.iter().map(|name| (*name).to_owned()).collect(),
            credentials: self.registry_credentials,
            inside: self.inside.then(|| Duration::from_secs(self.inside_timeout)),
            ..ask
        };
        let (mut asked, mut told) = (Vec::new(), Vec::new());
        let sources = self.sources(root, config)?;
        if self.inside && !sources.iter().any(|(source, _, _)| source.has_images) {
            return Err(Failed("--inside looks into images: it wants an engine, as in --live prod=docker".to_owned()));
        }
        let is_declared = sources.iter().any(|(_, _, declared)| *declared);
        let trusted = self.trust || is_declared && trust()?.has(root, &config.live);
        for (source, ask, declared) in sources {
            if !declared || trusted {
                asked.push((source, common(ask)));
            } else {
                told.push(source::untrusted(source, &ask));
            }
        }
        let _progress = Progress::of(&asked);
        told.extend(source::collect(&asked));
        survey.join(told, config);
        asked.retain(|(source, _)| matches!(source.collect, Collect::Bits(_)));
        if !asked.is_empty() && scope.has(&[Kind::Image, Kind::Service, Kind::Runtime]) {
            survey.resolve(asked, config);
        }
        Ok(())
    }

    /// The sources, and whether it is the repository that declares them.
    fn sources(&self, root: &Path, config: &Config) -> Result<Vec<(&'static Source, Ask, bool)>, Failed> {
        let limit = Duration::from_secs(self.live_timeout);
        let mut sources = Vec::new();
        for text in &self.live {
            if text.contains('=') {
                let (source, ask) = source::parse(text, limit).map_err(Failed)?;
                sources.push((source, ask, false));
                continue;
            }
            let declared: Vec<&config::Live> = config.live.iter().filter(|live| text == ALL || live.environment == *text).collect();
            if declared.is_empty() {
                let whom = if text == ALL { String::new() } else { format!(" for '{}'", seal::neutral(text)) };
                return Err(Failed(format!("{} declares no live source{whom}; --live {}=SOURCE names one", config::FILE, seal::neutral(text))));
            }
            for live in declared {
                let failed = |why| Failed(format!("{}:{}: {why}", config::FILE, live.line));
                let (source, ask) = source::parse(&format!("{}={}", live.environment, live.source), limit).map_err(failed)?;
                // A file is meant from the root of the repository that names it.
                let address = if source.name == source::FILE { root.join(&ask.address).to_string_lossy().into_owned() } else { ask.address.clone() };
                sources.push((source, Ask { component: live.component.clone(), address, ..ask }, true));
            }
        }
        Ok(sources)
    }
}

/// A line on a person's terminal that says who is asked, for as long as that takes.
struct Progress(bool);

impl Progress {
    fn of(asked: &[(&'static Source, Ask)]) -> Progress {
        let shown = std::io::stderr().is_terminal() && !asked.is_empty();
        if shown {
            let names: BTreeSet<String> = asked.iter().map(|(source, ask)| format!("{} ({})", source.name, ask.environment)).collect();
            let names = Vec::from_iter(names).join(", ");
            let _ = write!(anstream::stderr(), "asking {names} …");
        }
        Progress(shown)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.0 {
            // Back to the beginning of the line, and nothing behind it.
            let _ = write!(anstream::stderr(), "\r\x1b[K");
        }
    }
}

/// What the person who runs this trusts (XDG Base Directory Specification, `XDG_STATE_HOME`).
pub(super) fn trust() -> Result<Trust, Failed> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || folder("HOME").map(|home| home.join(".local").join("state"));
    let state = folder("XDG_STATE_HOME").or_else(|| folder("LOCALAPPDATA")).or_else(home);
    let state = state.ok_or_else(|| Failed("there is no folder of yours to record in what you trust: HOME is not set".to_owned()))?;
    Ok(Trust::of(&state.join("evenkeel")))
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
