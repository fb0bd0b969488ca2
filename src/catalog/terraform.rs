//! What Terraform's resources and arguments say, as data (`rules/catalog/terraform.toml`), and how a text
//! that names an engine and its version in one is taken apart.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Catalog;
use crate::model::Kind;

/// The tables.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terraform {
    /// Resources that run something in a version.
    pub resource: Vec<Managed>,
    engines: BTreeMap<String, String>,
    arguments: BTreeMap<String, String>,
    /// Names of attributes and blocks.
    pub words: TerraformWords,
}

/// Resources that run something in a version, and the attributes that say which.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Managed {
    /// Types of resources.
    pub types: Vec<String>,
    /// What they run where no engine is named.
    pub subject: Option<String>,
    /// The attribute that names the engine.
    pub engine: Option<String>,
    /// The attribute of the version; blocks on the way to it are parted by dots.
    pub version: String,
    /// Whether the version's text names the engine too.
    #[serde(default)]
    pub joined: bool,
}

/// Names of attributes and blocks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TerraformWords {
    /// Arguments that hold the version of what the block is called after.
    pub versions: Vec<String>,
    /// Arguments that name the engine of such a version.
    pub engines: Vec<String>,
    /// Attributes that hold an image's reference.
    pub images: Vec<String>,
    /// Resources whose name is an image's reference.
    pub named_images: Vec<String>,
    /// What holds environment variables.
    pub variables: Vec<String>,
    /// What holds environment variables whose values stand elsewhere.
    pub secrets: Vec<String>,
}

impl Terraform {
    /// What a resource of this type runs.
    pub fn managed(&self, kind: &str) -> Option<&Managed> {
        self.resource.iter().find(|managed| managed.types.iter().any(|other| other == kind))
    }

    /// The service of an engine of this name.
    pub fn engine(&self, name: &str) -> Option<&str> {
        self.engines.get(&name.to_ascii_lowercase()).map(String::as_str)
    }

    /// What an argument of this name holds the version of.
    pub fn argument(&self, name: &str) -> Option<&str> {
        self.arguments.get(name).map(String::as_str)
    }
}

impl Catalog {
    /// The kind of a subject by its name: a service or a runtime.
    pub fn kind_of(&self, name: &str) -> Option<Kind> {
        self.service(name).map(|_| Kind::Service).or_else(|| self.runtime(name).map(|_| Kind::Runtime))
    }

    /// The subject and the version of a text that holds both: `POSTGRES_17`, `OpenSearch_2.11`,
    /// `nodejs20.x`, `python312`.
    pub fn joined<'c>(&'c self, text: &str) -> Option<(&'c str, String)> {
        let (name, version) = text.split_at_checked(text.find(|c: char| c.is_ascii_digit())?)?;
        let name = name.trim_end_matches(['_', '-']);
        if let Some(service) = self.terraform.engine(name) {
            return Some((service, version.replace('_', ".")));
        }
        let runtime = self.runtime(name)?;
        let digits = version.chars().all(|c| c.is_ascii_digit());
        Some((&runtime.name, if digits { super::images::parted(version, runtime.major) } else { version.to_owned() }))
    }
}
