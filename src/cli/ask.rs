//! What several commands ask for: a view and its configuration, the environments it has, the width of
//! the terminal.

use std::path::Path;

use super::Failed;
use crate::config::{self, Config};
use crate::files::{FileView, Revision, WorkTree};
use crate::judge::rules;
use crate::model::Environment;
use crate::seal;

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
