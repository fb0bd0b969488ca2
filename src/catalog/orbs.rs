//! What CircleCI's orbs do with their parameters, as data (`rules/catalog/orbs.toml`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Catalog, Runtime};

/// The orbs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Orbs {
    /// Words that the names of executors and commands start with that are about the orb's own runtime.
    general: Vec<String>,
    /// Parameters that hold a version.
    version: Vec<String>,
    /// Parameters of executors that do.
    executor_version: Vec<String>,
    /// What the version is of, where the name says something else; empty for nothing.
    subjects: BTreeMap<String, String>,
    /// Commands that run others.
    command: Vec<OrbCommand>,
}

/// A command of an orb that runs others, told by a parameter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OrbCommand {
    names: Vec<String>,
    /// The parameter that says which.
    pub parameter: String,
    /// What it says where nobody does.
    pub default: String,
    /// The parameter that names the folder.
    pub folder: String,
    /// The parameter that holds a command that is run instead.
    pub overridden_by: Option<String>,
    /// The command for each value.
    pub runs: BTreeMap<String, String>,
}

impl Orbs {
    /// The runtime that an executor, command or job of an orb sets up: `circleci/node`, `install`.
    pub(crate) fn runtime<'c>(&self, catalog: &'c Catalog, orb: &str, element: &str) -> Option<&'c Runtime> {
        if let Some(name) = self.subjects.get(&format!("{orb}/{element}")) {
            return catalog.runtime(name);
        }
        let last = element.rsplit(['-', '_']).next().unwrap_or(element);
        let first = element.split(['-', '_']).next().unwrap_or(element);
        let general = || catalog.runtime(crate::files::file_name(orb)).filter(|_| self.general.iter().any(|word| word == first));
        catalog.runtime(element).or_else(|| catalog.runtime(last)).or_else(general)
    }

    /// Whether a parameter holds the version of what its owner sets up.
    pub(crate) fn is_version(&self, parameter: &str, executor: bool) -> bool {
        let list = if executor { &self.executor_version } else { &self.version };
        list.iter().any(|name| name == parameter)
    }

    /// The command of an orb, if it runs others.
    pub(crate) fn command(&self, orb: &str, element: &str) -> Option<&OrbCommand> {
        let name = format!("{orb}/{element}");
        self.command.iter().find(|command| command.names.contains(&name))
    }
}
