//! What machines say of themselves, as data (`rules/catalog/hosts.toml`).

use std::collections::BTreeMap;

use serde::Deserialize;

/// A property of a machine.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// What the machine calls it, where that is another name.
    pub from: Option<String>,
    /// Whether a program does something else where it is another.
    #[serde(default)]
    pub decides: bool,
    /// What of its text counts.
    #[serde(default)]
    pub part: Part,
    /// Other words for one thing.
    #[serde(default)]
    pub same: BTreeMap<String, String>,
}

/// What of a text counts.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// All of it.
    #[default]
    Whole,
    /// The first word.
    First,
    /// What stands behind the last dot.
    Last,
}

impl Property {
    /// What counts of a text, in one word for one thing.
    pub fn decisive<'t>(&'t self, text: &'t str) -> &'t str {
        let part = match self.part {
            Part::Whole => text,
            Part::First => text.split_whitespace().next().unwrap_or(text),
            Part::Last => text.rsplit('.').next().unwrap_or(text),
        };
        self.same.get(part).map_or(part, String::as_str)
    }
}

/// The table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hosts {
    pub(super) property: Vec<Property>,
}
