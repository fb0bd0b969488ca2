//! `evenkeel.toml`: what a team states or corrects about its environments. Strict: an unknown key is
//! an error with its place. The file is optional; nothing here is needed for a first check.

use std::collections::BTreeMap;
use std::fmt;

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use toml::Spanned;

use crate::judge::Level;
use crate::seal;

/// The name of the file, at the root of the view.
pub const FILE: &str = "evenkeel.toml";

/// A configuration.
#[derive(Debug, Default)]
pub struct Config {
    /// The environments in order; empty where nobody says.
    pub environments: Vec<String>,
    /// Which files belong to which environment, whatever discovery would say.
    pub sources: Vec<Source>,
    /// Live sources that may be asked for, by those who trust them.
    pub live: Vec<Live>,
    /// Component folder by alias.
    pub components: BTreeMap<String, String>,
    /// Paths that are left out.
    pub ignore: GlobSet,
    /// Levels by rule; `None` switches the rule off.
    pub rules: BTreeMap<String, Option<Level>>,
    /// From which level on a finding fails the check.
    pub gate: Option<Level>,
}

/// Files that belong to one environment.
#[derive(Debug)]
pub struct Source {
    /// The environment.
    pub environment: String,
    /// Which files, by glob.
    pub files: GlobSet,
}

/// A live source that the repository declares. It is asked only where a person trusts what it says here.
#[derive(Debug, Clone)]
pub struct Live {
    /// The environment that it tells of.
    pub environment: String,
    /// The source and where it is, as `--live` takes it: `docker:unix:///run/docker.sock`.
    pub source: String,
    /// The folder of the component that it tells of.
    pub component: Option<String>,
    /// The line in the file, from 1.
    pub line: usize,
}

/// What is wrong with a configuration, and where.
#[derive(Debug)]
pub struct ConfigError {
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{FILE}:{}: {}", self.line, self.message)
    }
}

impl std::error::Error for ConfigError {}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct File {
    environments: Vec<Spanned<String>>,
    source: Vec<FileSource>,
    live: Vec<FileLive>,
    components: BTreeMap<String, Vec<Spanned<String>>>,
    ignore: Vec<Spanned<String>>,
    rules: BTreeMap<Spanned<String>, Spanned<String>>,
    gate: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSource {
    environment: Spanned<String>,
    files: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileLive {
    environment: Spanned<String>,
    source: Spanned<String>,
    component: Option<String>,
}

/// Reads a configuration; `known_rules` are the ids that may be named.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub fn parse(text: &str, known_rules: &[&str]) -> Result<Config, ConfigError> {
    let line = |offset: usize| text.get(..offset).map_or(1, |before| before.matches('\n').count() + 1);
    let wrong = |offset: usize, message: String| ConfigError { line: line(offset), message };
    let file: File = toml::from_str(text).map_err(|error| wrong(error.span().map_or(0, |span| span.start), phrase(error.message())))?;
    let globs = |patterns: &[Spanned<String>]| -> Result<GlobSet, ConfigError> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            set.add(Glob::new(pattern.get_ref()).map_err(|_| wrong(pattern.span().start, "not a valid pattern of paths".to_owned()))?);
        }
        set.build().map_err(|_| wrong(0, "too many patterns of paths".to_owned()))
    };
    let level = |value: &Spanned<String>| match value.get_ref().as_str() {
        "off" => Ok(None),
        other => Level::parse(other).map(Some).ok_or_else(|| wrong(value.span().start, "a level is one of error, warning, info, off".to_owned())),
    };
    for name in file.environments.iter().chain(file.source.iter().map(|source| &source.environment)).chain(file.live.iter().map(|live| &live.environment)) {
        let letters = name.get_ref().chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if !letters || seal::name(name.get_ref()).as_str() != name.get_ref() {
            return Err(wrong(name.span().start, "the name of an environment is a word of letters, digits, '-' and '_'".to_owned()));
        }
    }
    let mut rules = BTreeMap::new();
    for (id, value) in &file.rules {
        if !known_rules.contains(&id.get_ref().as_str()) {
            let hint = crate::suggest::did_you_mean(id.get_ref(), known_rules);
            return Err(wrong(id.span().start, format!("there is no rule of this name{hint} ('evenkeel explain' lists them)")));
        }
        rules.insert(id.get_ref().clone(), level(value)?);
    }
    let mut sources = Vec::new();
    for source in &file.source {
        sources.push(Source { environment: source.environment.get_ref().clone(), files: globs(&source.files)? });
    }
    let live = |live: FileLive| Live {
        line: line(live.source.span().start),
        environment: live.environment.into_inner(),
        source: live.source.into_inner(),
        component: live.component,
    };
    let live = file.live.into_iter().map(live).collect();
    let mut components = BTreeMap::new();
    for (folder, aliases) in file.components {
        for alias in aliases {
            components.insert(alias.into_inner(), folder.clone());
        }
    }
    Ok(Config {
        environments: file.environments.into_iter().map(Spanned::into_inner).collect(),
        sources,
        live,
        components,
        ignore: globs(&file.ignore)?,
        rules,
        gate: file.gate.as_ref().map(level).transpose()?.flatten(),
    })
}

/// A message of the parser without the words of the file: a configuration may hold a secret that
/// was pasted by mistake. What was expected is ours, and is told.
fn phrase(message: &str) -> String {
    let what = [
        ("unknown field", "an unknown key"),
        ("invalid type", "a value of the wrong type"),
        ("invalid value", "a value that does not fit"),
        ("missing field", "a key is missing"),
        ("duplicate", "a key is given twice"),
    ];
    let Some((start, what)) = what.iter().find(|(start, _)| message.starts_with(start)) else { return "not valid TOML".to_owned() };
    let expected = match message.strip_prefix("missing field ") {
        Some(ours) => Some(ours),
        None => message.rsplit_once(", expected ").map(|(_, ours)| ours).filter(|_| *start != "duplicate"),
    };
    expected.map_or((*what).to_owned(), |ours| format!("{what}; expected {}", ours.replace('`', "'").replace("sequence", "list").replace("a map", "a table")))
}
