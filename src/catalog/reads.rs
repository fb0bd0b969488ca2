//! How source code reads environment variables. The forms and words are data
//! (`rules/catalog/reads.toml`).

use std::collections::HashSet;

use serde::Deserialize;

use crate::model::Need;

/// The lists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reads {
    /// The languages.
    pub language: Vec<LanguageWords>,
    /// The forms of reads.
    pub read: Vec<ReadForms>,
    /// A project's own functions.
    pub helpers: Helpers,
    /// What the code around a read tells.
    pub need: NeedWords,
    tests: Tests,
}

/// Which files are tests.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tests {
    /// Folders, in lower case.
    folders: HashSet<String>,
    /// Words between the dots of a file's name.
    marks: HashSet<String>,
    /// How names without extension begin.
    starts: Vec<String>,
    /// How they end.
    ends: Vec<String>,
}

impl Reads {
    /// Whether a file of this path is a test, or there for tests.
    pub fn is_test(&self, path: &str) -> bool {
        let (name, tests) = (crate::files::file_name(path), &self.tests);
        let stem = name.split('.').next().unwrap_or(name);
        crate::files::folder(path).split('/').any(|folder| tests.folders.contains(&folder.to_ascii_lowercase()))
            || name.split('.').skip(1).any(|mark| tests.marks.contains(mark))
            || tests.starts.iter().any(|start| stem.starts_with(start.as_str()))
            || tests.ends.iter().any(|end| stem.ends_with(end.as_str()))
    }
}

/// Which files are a language's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageWords {
    /// Its name.
    pub name: String,
    /// The extensions of its files.
    pub extensions: Vec<String>,
    /// Texts one of which a file that reads the environment holds.
    pub needles: Vec<String>,
    /// Texts that tell so where a call with a name in upper case follows.
    #[serde(default)]
    pub hints: Vec<String>,
}

/// Forms of reads.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadForms {
    /// The languages that have them.
    pub languages: Vec<String>,
    /// What each of the forms follows, if anything.
    #[serde(default)]
    pub objects: Vec<String>,
    /// The forms.
    pub forms: Vec<String>,
    /// What becomes of the reader, where the form alone tells.
    pub need: Option<Need>,
    /// Whether only names in upper case are variables.
    #[serde(default)]
    pub upper: bool,
    /// Whether the name is the beginning of all that are read.
    #[serde(default)]
    pub prefix: bool,
    /// How names begin that are something else.
    #[serde(default)]
    pub except: Vec<String>,
    /// Texts one of which a file must hold for them to count; any file where there are none.
    #[serde(default)]
    pub when: Vec<String>,
}

/// The words of functions that read a variable by its literal name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Helpers {
    /// One of these makes a name one of them.
    pub words: HashSet<String>,
    /// Two words in a row that do.
    pub pairs: Vec<(String, String)>,
    /// An object of this name makes it none.
    pub not_objects: HashSet<String>,
    /// One of these makes it none.
    pub not: HashSet<String>,
    /// It fails without the variable.
    pub required: HashSet<String>,
    /// It copes.
    pub optional: HashSet<String>,
    /// Texts that are no variable's name.
    pub not_names: HashSet<String>,
    /// Arguments and options that hold a default.
    pub defaults: HashSet<String>,
}

/// Words around a read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NeedWords {
    /// What ends the program or the function.
    pub fatal: HashSet<String>,
    /// Functions that fail unless their argument is there.
    pub asserts: HashSet<String>,
    /// Methods that fail on nothing.
    pub required_methods: HashSet<String>,
    /// Methods that cope with nothing.
    pub optional_methods: HashSet<String>,
    /// What tests a value.
    pub tests: HashSet<String>,
    /// What makes of a test the opposite.
    pub negations: HashSet<String>,
}
