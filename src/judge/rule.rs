//! A rule: data from `rules/*.toml`, strict, compiled in. What a rule can say is closed: the
//! relations are a fixed list, and each names what it compares.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::relation::{Machine, Terms};
use super::{Held, Level};
use crate::align::{Axis, Row};
use crate::catalog::{Catalog, table};
use crate::model::{Kind, Part};

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Relation {
    /// Every two environments admit a common version at this level; so do all declarations of one
    /// environment where the rule's `across` says so.
    Compatible(Numbers),
    /// What environments say lies within what the contract admits; across stages, what is deployed runs on
    /// what the contract builds for.
    Satisfies,
    /// The newest version that an environment's declaration can resolve to lies within the contract.
    NewestWithin,
    /// No environment floats where another one pins.
    Pinned,
    /// What production runs is among the legs that CI tests.
    Covers,
    /// A projection of the values is the same.
    Same(Projection),
    /// The environments that the rule names have the subject where the others have it.
    Present,
    /// What is demanded of the inputs of a root of infrastructure.
    Input(Supply),
    /// What is demanded of environment variables.
    Variable(Demand),
    /// What is demanded of a key that several environments' configurations have.
    Setting(Wanted),
    /// What is demanded of the two ends of an interface.
    Interface(Passing),
    /// Who starts a process starts it alike, in this part.
    StartedAlike(Part),
    /// A tool reads all the settings that are written for it.
    Heeded,
    /// What machines say of themselves.
    Host(Machine),
    /// What is demanded of the terms that containers run on.
    Terms(Terms),
    /// What is demanded of how packages are installed.
    Install(Installing),
    /// Some version that is pinned is one that every installed package takes.
    Taken,
    /// A workload runs the image that its environment declares for it.
    Running,
    /// All containers of one service run one image.
    Replicas,
    /// What is demanded of what lies inside images.
    Inside(Held),
    /// One tag of an image names the same bits wherever it runs, and where it comes from.
    SameBits,
}

/// What must hold of an input of a root of infrastructure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Supply {
    /// Every environment sets what has no default.
    Given,
    /// What an environment sets, the root declares.
    Declared,
}

/// What must hold of a key of a configuration that several environments have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// What one full copy has, all have.
    Held,
    /// What production and others put over the base, the last step before production does too.
    Layered,
    /// It stands at one depth.
    Nested,
    /// It has one type.
    SameType,
    /// Its value names no other environment than its own.
    OwnEnvironment,
    /// A file that it leads to is the own environment's.
    OwnFile,
    /// In production it does not lead to this machine.
    NotLoopback,
    /// What runs in production is tested in the same sort of region.
    SameRegion,
    /// Its name is no slip of another one.
    Spelt,
    /// No environment alone has another value.
    Alike,
    /// A full copy of the base keeps up with it: the entries of lists.
    CopyEntries,
    /// A full copy of the base keeps up with it: the keys.
    CopyKeys,
    /// Where the base lists what there is, there is nothing else.
    Declared,
}

/// What must hold between the two ends of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Passing {
    /// Every caller passes what is required.
    Passed,
    /// What a caller passes or asks for is declared.
    Declared,
}

/// What must hold of how packages are installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Installing {
    /// What ships is installed from the lock file, as elsewhere.
    Locked,
    /// What is installed by its name in a version lies within what the manifest lists.
    Admitted,
    /// What the manifest bounds is not installed in whatever version is newest.
    Pinned,
    /// A tool is no release line behind the packages that it belongs to.
    Abreast,
}

/// What must hold of an environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    /// Who runs code that cannot do without it gives it.
    Given,
    /// What one environment's list of a process has, the others' lists have.
    Alike,
    /// What an env file of a stack offers reaches a process.
    Forwarded,
    /// Processes of one stack that run the same code get the same.
    Shared,
    /// What is given is read.
    Read,
    /// What is read stands in a template, where there is one.
    Documented,
    /// Its name is no slip of another one.
    Spelt,
    /// Templates that stand side by side offer the same.
    TemplatesAlike,
    /// One file gives it one value.
    Once,
    /// All who read a file read its line alike.
    ReadAlike,
    /// Setting it where a file says so has an effect.
    Effective,
    /// An empty value does not take the place of a default.
    DefaultHolds,
    /// It is no expression that lost its brackets.
    Evaluated,
    /// Its host is not this machine.
    NotLoopback,
    /// Its host is no name kept for examples.
    NotExample,
    /// It is no placeholder.
    NotPlaceholder,
    /// It does not switch debugging on.
    NotDebug,
    /// Its value names no other environment than its own.
    OwnEnvironment,
    /// A secret is not the same in two environments.
    Unshared,
    /// No secret stands there in clear.
    Sealed,
    /// A URL leads to the same sort of service.
    SameEngine,
    /// A host is that of the same thing.
    SameHost,
    /// An address is written in the same way: scheme, TLS mode, trailing slash.
    SameManner,
    /// A value is of the same type.
    SameType,
    /// Production does not take it from the file that developers keep for themselves.
    NotFromLocal,
    /// What must have a value is not empty.
    NotEmpty,
    /// Its host is one of its network.
    Reachable,
    /// An address leads to the same path.
    SamePath,
    /// A service of the network is reached on one port.
    SamePort,
    /// What is documented as its default is the default everywhere.
    DefaultsAgree,
    /// An environment is called as code and files call it.
    SpeltAsAwaited,
    /// What code and files are written for, somebody is told to be.
    AwaitedIsGiven,
    /// A process that runs has what is declared for it, and nothing else.
    DeclaredRuns,
    /// All containers of one service are given it, or none.
    ReplicasAlike,
}

/// How many numbers of a version count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Numbers {
    /// The subject's own line of releases.
    Major,
    /// One number more.
    Minor,
    /// All of them.
    Exact,
}

/// What of a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum Projection {
    /// The digest, among references with one tag.
    #[serde(rename = "image.digest")]
    Digest,
    /// The C library of the base distribution.
    #[serde(rename = "image.libc")]
    Libc,
    /// The release of the base distribution.
    #[serde(rename = "image.base")]
    Base,
    /// The repository without its registry.
    #[serde(rename = "image.repository")]
    Repository,
    /// What a dependency's local name stands for.
    #[serde(rename = "dependency.source")]
    Source,
    /// The engine among its kin.
    #[serde(rename = "service.engine")]
    Engine,
}

/// Between whom the relation must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Across {
    /// Between environments.
    Environments,
    /// Between the declarations of one environment.
    Declarations,
    /// Between the set-ups of one environment that stand side by side.
    Setups,
    /// Between the build and the run stage of one image.
    Stages,
    /// Between the components of the repository.
    Components,
}

/// Which rows a rule looks at.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Select {
    /// Kinds of subjects.
    pub kind: Vec<Kind>,
    /// What is lined up.
    pub axis: Axis,
    /// Classes of the catalogue; empty for all.
    #[serde(default)]
    pub class: Vec<String>,
}

/// What an example must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExampleState {
    /// The relation holds.
    Pass,
    /// It does not.
    Fail,
    /// It cannot be told.
    Unknown,
}

/// A row that shows the rule at work; the tests run it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What must come out.
    pub state: ExampleState,
    /// The subject; the catalogue knows it, or it is an image.
    pub subject: String,
    /// What each environment says: values, `?` for unknown. A value may start with `build`,
    /// `matrix` or `aside` and a space, and end with ` in <set-up>`.
    pub cells: BTreeMap<String, Vec<String>>,
}

/// One rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rule {
    /// The id: kebab-case, never changed.
    pub id: String,
    /// Former ids.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// One line: what is wrong when it fires.
    pub title: String,
    /// Its level where nothing lowers it.
    pub level: Level,
    /// Which rows it looks at.
    pub select: Select,
    /// What must hold.
    pub relation: Relation,
    /// Between whom.
    pub across: Across,
    /// Only these environments are compared; empty for all. For [`Relation::Present`]: which must
    /// have the subject.
    #[serde(default)]
    pub environments: Vec<String>,
    /// Environments in which it is one level lower.
    #[serde(default)]
    pub lower_in: Vec<String>,
    /// Classes of the catalogue for which it is one level lower.
    #[serde(default)]
    pub lower_for: Vec<String>,
    /// Whether findings of one cause (level, `{odd}`) are told as one that names them all.
    #[serde(default)]
    pub together: bool,
    /// The finding's line; `{subject}`, `{groups}` and `{odd}` are filled in.
    pub message: String,
    /// Why it matters.
    pub why: String,
    /// One thing to do.
    pub help: String,
    /// Rows that show it at work.
    pub example: Vec<Example>,
}

impl Rule {
    /// Whether this rule looks at a row.
    pub fn selects(&self, row: &Row<'_>, catalog: &Catalog) -> bool {
        let class = || class_of(row, catalog);
        self.select.kind.contains(&row.kind)
            && self.select.axis == row.axis
            && (self.select.class.is_empty() || class().is_some_and(|class| self.select.class.iter().any(|c| c == class)))
    }
}

/// The catalogue's class of a row's subject.
pub(in crate::judge) fn class_of<'c>(row: &Row<'_>, catalog: &'c Catalog) -> Option<&'c str> {
    match row.kind {
        Kind::Service => catalog.service(&row.name).or_else(|| catalog.services.iter().find(|s| s.kin() == row.name)).map(|service| service.class.as_str()),
        Kind::Runtime => catalog.runtime(&row.name).map(|runtime| runtime.class.as_str()),
        _ => None,
    }
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| table(include_str!(concat!(env!("OUT_DIR"), "/rules.json"))));

/// The rules that are compiled in, by id.
pub fn rules() -> &'static [Rule] {
    &RULES
}
