//! Public registries of images, as data (`rules/catalog/registries.toml`).

use serde::Deserialize;

/// A public registry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// The name that image references give it.
    pub name: String,
    /// Where its API is, where that is elsewhere.
    pub host: Option<String>,
    /// What the docker client files credentials for it under, where that is another name.
    pub login: Option<String>,
}

/// The table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Registries {
    pub(super) registry: Vec<Registry>,
}
