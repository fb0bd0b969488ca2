//! Tools that read their settings from the first of several files.

use serde::Deserialize;

/// One tool.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsTool {
    /// What it is called.
    pub name: String,
    /// The files that it looks for, in that order.
    pub files: Vec<SettingsFile>,
}

/// A file that a tool looks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsFile {
    /// Its name.
    pub file: String,
    /// What in it is the tool's.
    #[serde(default)]
    pub section: String,
    /// Whether the file counts even without that.
    #[serde(default)]
    pub whole: bool,
    /// Whether it is a program, whose settings cannot be told.
    #[serde(default)]
    pub opaque: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) tool: Vec<SettingsTool>,
}
