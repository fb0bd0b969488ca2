//! How package managers are told to install, as data (`rules/catalog/installs.toml`).

use serde::Deserialize;

/// One package manager.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manager {
    /// What it is called.
    pub name: String,
    /// Its programs.
    pub programs: Vec<String>,
    /// The files that list what it installs.
    pub manifests: Vec<String>,
    /// The files that pin what it installs; none where it has no such file.
    #[serde(default)]
    pub locks: Vec<String>,
    /// Commands that install what the manifest lists.
    #[serde(default)]
    pub all: Vec<String>,
    /// Commands that install exactly what the lock file has.
    #[serde(default)]
    pub locked: Vec<String>,
    /// Commands that install the packages that they name.
    #[serde(default)]
    pub named: Vec<String>,
    /// Commands that fetch the one package that they name, if it carries a version.
    #[serde(default)]
    pub runs: Vec<String>,
    /// Options that hold it to the lock file.
    #[serde(default)]
    pub keeping: Vec<String>,
    /// Options that let go of it.
    #[serde(default)]
    pub loosening: Vec<String>,
    /// Variables that hold it to the lock file.
    #[serde(default)]
    pub variables: Vec<String>,
    /// Words of its `config` command that do.
    #[serde(default)]
    pub settings: Vec<String>,
    /// Whether it keeps to the lock file by itself where it finds itself on a CI machine.
    #[serde(default)]
    pub in_ci: bool,
    /// Options with which it installs nothing, or nothing new.
    #[serde(default)]
    pub other: Vec<String>,
    /// Options that take the word behind them.
    #[serde(default)]
    pub valued: Vec<String>,
    /// Those of them that tell the version of what is named.
    #[serde(default)]
    pub version: Vec<String>,
    /// What parts a package from its version.
    #[serde(default)]
    pub signs: Vec<String>,
}

/// Images that are made of one package of a manager, in the version that their tag begins with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// The images.
    pub images: Vec<String>,
    /// The packages, each of which they must fit.
    pub packages: Vec<String>,
    /// The files that list them.
    pub manifests: Vec<String>,
}

/// A tool of .NET that belongs to packages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalTool {
    /// Its package.
    pub name: String,
    /// The packages, which are released together.
    pub packages: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Installs {
    #[serde(rename = "local-tool")]
    pub(super) local_tool: Vec<LocalTool>,
    pub(super) bundle: Vec<Bundle>,
    pub(super) manager: Vec<Manager>,
}
