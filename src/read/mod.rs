//! The readers: one file a format. A reader claims paths, tells which other files a document leads
//! to ([`Link`]), and turns documents into readings. It is pure: it sees documents, never the disk,
//! the process environment or the clock, and it never runs what it reads.
//!
//! To add a format: write its file with a `FORMAT`, add it to [`FORMATS`], and put valid and broken
//! fixtures below `fixtures/read/<name>/`.

mod build_arguments;
mod ci;
mod circleci;
mod code;
pub(crate) mod compose;
mod composer_json;
mod declared;
mod devcontainer;
pub(crate) mod dockerfile;
mod dotnet_tools;
pub(crate) mod env_file;
mod gemfile;
mod gitlab;
mod go_mod;
mod gradle;
pub(crate) mod kubernetes;
pub(crate) mod lock_file;
pub(crate) mod locked;
mod manifests;
mod maven;
mod msbuild;
mod package_json;
mod platform;
mod pyproject;
mod runtime_txt;
mod script;
pub mod settings;
mod shell;
pub(crate) mod started;
mod systemd_unit;
pub(crate) mod technology;
pub(crate) mod terraform;
mod test_settings;
mod tool_settings;
mod toolchain_file;
mod traced;
mod version_file;
mod version_manager;
mod workflow;

use std::sync::Arc;

use build_arguments::build_arguments;

use crate::catalog::Catalog;
use crate::files::{Components, Document, Documents};
use crate::model::{Environment, Reading};
use crate::syntax::{At, Node, Problem};

/// Every format, in the order in which they claim.
pub static FORMATS: &[&Format] = &[
    &compose::FORMAT,
    &version_manager::FORMAT,
    &kubernetes::kustomize::FORMAT,
    &kubernetes::FORMAT,
    &kubernetes::values_file::FORMAT,
    &dockerfile::FORMAT,
    &script::FORMAT,
    &workflow::FORMAT,
    &workflow::ACTION,
    &circleci::FORMAT,
    &gitlab::FORMAT,
    &version_file::FORMAT,
    &toolchain_file::FORMAT,
    &runtime_txt::FORMAT,
    &package_json::FORMAT,
    &pyproject::FORMAT,
    &go_mod::FORMAT,
    &maven::FORMAT,
    &gradle::FORMAT,
    &msbuild::FORMAT,
    &dotnet_tools::FORMAT,
    &lock_file::FORMAT,
    &gemfile::FORMAT,
    &composer_json::FORMAT,
    &devcontainer::FORMAT,
    &env_file::FORMAT,
    &test_settings::FORMAT,
    &platform::FORMAT,
    &systemd_unit::FORMAT,
    &terraform::FORMAT,
    &code::FORMAT,
];

/// Whether a path is a format's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Not its file.
    No,
    /// Its file, by the path alone.
    Yes,
    /// Its file if the text looks so, as [`Format::sniff`] tells.
    Maybe,
}

/// Where the environment of a document comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// Declared for every environment.
    Contract,
    /// A developer's machine.
    Local,
    /// Continuous integration, where the document itself says nothing else.
    Ci,
    /// Production.
    Prod,
    /// A compose stack: decided by name, layers, signs and who starts it.
    Stack,
    /// A Dockerfile: decided by name and by who builds it.
    Image,
    /// Deployed manifests: decided by folders and overlays; production where nothing says otherwise.
    Deployed,
    /// Terraform: a root is decided by its folder and its files of variables; modules are read where they
    /// are called.
    Terraform,
    /// A script: local, where it starts or installs something.
    Script,
    /// An env file: decided by its name and by what stands beside it.
    EnvFile,
    /// Source code: it asks every environment for what it reads.
    Code,
    /// Read only through others that lead to it.
    Support,
}

/// One format.
pub struct Format {
    /// Its name, also of its folder of fixtures.
    pub name: &'static str,
    /// Whether a path is its own, told from the path alone.
    pub claims: fn(path: &str) -> Claim,
    /// For [`Claim::Maybe`]: whether the head of the text is its own.
    pub sniff: fn(head: &str) -> bool,
    /// For formats whose files are many and large: whether the bytes of one are worth opening it as a
    /// document. None where claims and sniff decide alone.
    pub scan: Option<fn(path: &str, bytes: &[u8]) -> bool>,
    /// Where its documents' environment comes from.
    pub home: Home,
    /// Which other files a document leads to.
    pub links: Links,
    /// What a source says.
    pub read: fn(input: &Input<'_>, out: &mut Output),
}

/// For formats that always know their files by name.
pub(crate) fn never(_: &str) -> bool {
    false
}

/// The name of a format, as the program has it; empty for one that it does not know.
pub(crate) fn format_name(name: &str) -> &'static str {
    FORMATS.iter().map(|format| format.name).chain([settings::NAME]).find(|known| *known == name).unwrap_or("")
}

/// How it is found out which other files the documents of a format lead to.
#[derive(Clone, Copy)]
pub enum Links {
    /// They lead to none.
    None,
    /// From a few of their keys.
    Apart(fn(input: &Input<'_>, out: &mut Vec<Link>)),
    /// By reading them as a whole: what they say comes along, so that nobody reads them again.
    Along(fn(input: &Input<'_>, out: &mut Vec<Link>) -> Output),
}

impl Links {
    /// Hands over what a document leads to, and what it says where that came along.
    pub fn of(self, input: &Input<'_>, out: &mut Vec<Link>) -> Option<Output> {
        match self {
            Links::None => None,
            Links::Apart(find) => {
                find(input, out);
                None
            }
            Links::Along(read) => Some(read(input, out)),
        }
    }
}

/// A variable that a source is read with: its value, where that stands, and where it was passed on.
#[derive(Debug, Clone)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// The value; [`Node::at`] is its place.
    pub value: Node,
    /// Where it was handed over (`env:` of a step), nearest first.
    pub via: Vec<At>,
}

/// Which services of a compose project are started; all of them by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Started {
    /// Their names; empty for all.
    pub services: Vec<String>,
    /// Whether they are started without what they depend on.
    pub alone: bool,
}

/// What a reader is given.
pub struct Input<'a> {
    /// The document to read; of several layers the first.
    pub document: Arc<Document>,
    /// Further layers over it, in order (compose files given by `-f`, override files).
    pub layers: Vec<Arc<Document>>,
    /// All documents of the view, to follow references with.
    pub documents: &'a Documents<'a>,
    /// What is known of services, runtimes and names.
    pub catalog: &'a Catalog,
    /// The folders of the view that are components.
    pub components: &'a Components,
    /// Variables and build arguments that the one who starts or builds this passes.
    pub variables: &'a [Variable],
    /// The stage of a Dockerfile that is built; the last one where nobody says.
    pub target: Option<&'a str>,
    /// The services of a compose project that are started.
    pub started: &'a Started,
}

impl Input<'_> {
    /// Follows a reference from a document: a path relative to the folder of `from`.
    pub fn follow(&self, from: &Document, reference: &str) -> Option<Arc<Document>> {
        let path = crate::files::resolve(crate::files::folder(&from.path), reference)?;
        self.documents.open(&path).ok()
    }
}

/// That one file leads to another.
#[derive(Debug, Clone)]
pub struct Link {
    /// The environment in which this happens, where the document says so; else its own.
    pub environment: Option<Environment>,
    /// Where it says so.
    pub at: At,
    /// What is led to.
    pub to: Target,
}

/// What a link leads to. Paths count from the root of the repository.
#[derive(Debug, Clone)]
pub enum Target {
    /// A compose project that is started from these files, in this order, with these variables set.
    Compose {
        /// The files given by `-f`; empty for the default set of `folder`.
        files: Vec<String>,
        /// The folder it is started in.
        folder: String,
        /// Env files given by `--env-file`.
        env_files: Vec<String>,
        /// Variables that are set when it starts.
        variables: Vec<Variable>,
        /// Which of its services are started.
        started: Started,
    },
    /// An image that is built from this file.
    Dockerfile {
        /// The Dockerfile.
        path: String,
        /// The stage.
        target: Option<String>,
        /// Build arguments.
        variables: Vec<Variable>,
    },
    /// A template that is copied to where it becomes real.
    Copy {
        /// The template.
        from: String,
        /// The copy.
        to: String,
    },
    /// A document that this one is made of (a base, an action, a called workflow, a script that is run).
    Part {
        /// Its path.
        path: String,
    },
}

/// What a reader hands over.
#[derive(Debug, Default)]
pub struct Output {
    /// Values.
    pub readings: Vec<Reading>,
    /// What could not be read, with its place.
    pub gaps: Vec<(At, &'static str)>,
    /// What documents name and is not there.
    pub missing: Vec<(At, &'static str)>,
    /// What was left out on purpose and is worth counting (templates, expressions).
    pub notes: Vec<(At, &'static str)>,
    /// What the document calls the project that is started from it.
    pub project: Option<String>,
}

impl Output {
    /// Hands over a reading.
    pub fn push(&mut self, reading: Reading) {
        self.readings.push(reading);
    }

    /// Says that something here should have been readable and was not.
    pub fn gap(&mut self, at: At, reason: &'static str) {
        self.gaps.push((at, reason));
    }

    /// Says that a document names something that is not there. Whoever runs it fails on it; what is
    /// read without it stands.
    pub fn missing(&mut self, at: At, reason: &'static str) {
        self.missing.push((at, reason));
    }

    /// Says that a document could not be parsed.
    pub fn problem(&mut self, document: &Document, problem: Problem) {
        self.gaps.push((At { line: problem.line, ..At::file(document.id) }, problem.phrase));
    }

    /// Says that something was left out on purpose.
    pub fn note(&mut self, at: At, reason: &'static str) {
        self.notes.push((at, reason));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Fact;

    #[test]
    fn pipelines_are_known_by_their_names() {
        let mut pipelines: Vec<&str> =
            FORMATS.iter().filter(|format| format.home == Home::Ci && matches!(format.links, Links::Along(_))).map(|format| format.name).collect();
        let mut known = Fact::PIPELINES;
        pipelines.sort_unstable();
        known.sort_unstable();
        assert_eq!(pipelines, known);
    }
}
