//! The shape of the tables in `rules/catalog/`, and their loading. A table that does not fit its
//! shape cannot be released: a test loads them all.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::{Catalog, Names};

/// A GitHub action that sets something up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Action {
    /// `owner/name`, without the version.
    pub uses: String,
    /// The input that holds the version; without one, the action alone says that it is there.
    pub input: Option<String>,
    /// The input that names a file which holds the version.
    pub file_input: Option<String>,
    /// Files of the repository that it reads when no version is asked for, in their order.
    #[serde(default)]
    pub default_files: Vec<String>,
    /// The input that names the folder of these files; the root without one.
    pub folder_input: Option<String>,
    /// Whether the action's own reference is the version: `@stable`, `@1.80`.
    #[serde(default)]
    pub by_reference: bool,
    /// What the action installs when no version is asked for and no file holds one; empty for
    /// whatever is newest, or what the machine has.
    pub default: Option<String>,
}

/// GitHub actions that build an image, and their inputs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildAction {
    /// `owner/name` of each.
    pub uses: Vec<String>,
    /// The inputs that may name the Dockerfile.
    pub file: Vec<String>,
    /// The input that names the folder that is built.
    pub context: String,
    /// The input that names the stage.
    pub target: String,
    /// The input that holds build arguments, one a line.
    pub arguments: String,
    /// What else stands between two of them.
    #[serde(default)]
    pub separator: Option<char>,
}

/// GitHub actions that start a compose project, and their inputs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComposeAction {
    /// `owner/name` of each.
    pub uses: Vec<String>,
    /// The input that names the compose files, one a line.
    pub files: String,
    /// The input that names the folder it starts in.
    pub folder: String,
    /// The input that names the services to start, one a line.
    pub services: String,
}

/// GitHub actions that hand a list of tools to a version manager.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolsAction {
    /// `owner/name` of each.
    pub uses: Vec<String>,
    /// The input that holds the tools as `.tool-versions` does.
    pub list: String,
}

/// GitHub actions that write an env file, and their inputs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvFileAction {
    /// `owner/name` of each.
    pub uses: Vec<String>,
    /// What the inputs begin with that are variables of the file.
    pub prefix: String,
    /// The input that names the file.
    pub file: String,
    /// The input that names its folder.
    pub folder: String,
    /// The file without one.
    pub default: String,
}

/// GitHub actions that do more than set one thing up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Actions {
    /// What builds images.
    pub build: Vec<BuildAction>,
    /// What starts compose projects.
    pub compose: Vec<ComposeAction>,
    /// What installs lists of tools.
    pub tools: Vec<ToolsAction>,
    /// What writes env files.
    pub env_file: Vec<EnvFileAction>,
}

/// How versions below a number are grouped.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MajorBefore {
    /// The first major version that is grouped as usual.
    pub below: u64,
    /// How many numbers name a line of releases before it.
    pub numbers: u8,
}

/// A backing service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Service {
    /// The canonical name.
    pub name: String,
    /// How people write it.
    pub title: String,
    /// What it is for: database, cache, queue, search, storage, mail, identity, proxy,
    /// observability, emulator, tool.
    pub class: String,
    /// How many numbers name a line of releases.
    pub major: u8,
    /// Where older versions were grouped otherwise.
    pub major_before: Option<MajorBefore>,
    /// Engines of one kin speak one protocol: redis and valkey. The kin's name, else its own.
    pub kin: Option<String>,
    /// Image repositories that are this service.
    #[serde(default)]
    pub images: Vec<String>,
    /// Those of them whose tag starts with another version; this one's stands behind a word.
    #[serde(default)]
    pub images_by_word: Vec<String>,
    /// Words in tags that this service's version stands behind (`pg` of `pg17`).
    #[serde(default)]
    pub tag_words: Vec<String>,
    /// URL schemes that lead to it.
    #[serde(default)]
    pub schemes: Vec<String>,
    /// GitHub actions that start it.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// Packages of operating systems that start it.
    #[serde(default)]
    pub packages: Vec<String>,
    /// The folders that it keeps its data in, in its images.
    #[serde(default)]
    pub data: Vec<String>,
}

impl Service {
    /// The name that its kin is known by.
    pub fn kin(&self) -> &str {
        self.kin.as_deref().unwrap_or(&self.name)
    }

    /// Whether an application stores or passes its data through it, so that a test without it tests
    /// less than what runs.
    pub fn holds_data(&self) -> bool {
        matches!(self.class.as_str(), "database" | "cache" | "queue" | "search")
    }
}

/// A runtime, package manager or tool.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Runtime {
    /// The canonical name.
    pub name: String,
    /// How people write it.
    pub title: String,
    /// language, package-manager or tool.
    pub class: String,
    /// How many numbers name a line of releases.
    pub major: u8,
    /// Image repositories that are its base image.
    #[serde(default)]
    pub images: Vec<String>,
    /// Those of them whose tag starts with the image's own version, then this one's.
    #[serde(default)]
    pub images_second: Vec<String>,
    /// Base images of companies' own that it is in.
    #[serde(default)]
    pub(super) bases: Option<Bases>,
    /// Words in tags that its version stands behind.
    #[serde(default)]
    pub tag_words: Vec<String>,
    /// Names in `.tool-versions`, mise, engines, devcontainer features.
    #[serde(default)]
    pub names: Vec<String>,
    /// Files that hold nothing but its version (`.nvmrc`).
    #[serde(default)]
    pub version_files: Vec<String>,
    /// GitHub actions that set it up.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// Packages of operating systems and package managers that install it, unversioned.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Packages of the npm registry that install it, though it is a language.
    #[serde(default)]
    pub npm_packages: Vec<String>,
    /// Stems of packages whose name holds the version: `python3.12`, `openjdk-21-jdk`.
    #[serde(default)]
    pub versioned_packages: Vec<String>,
    /// Variables that hold its version in Dockerfiles and platforms.
    #[serde(default)]
    pub variables: Vec<String>,
    /// What version files write in front of the number: `ruby-3.3`.
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// Named releases: `lts/iron` is 20.
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
    /// Parts of addresses of its install scripts; `{version}` stands for the version.
    #[serde(default)]
    pub installers: Vec<String>,
    /// The command lines that print its version, the first whose program is there; `NAME --version` where
    /// nothing is said.
    pub asked_by: Option<Vec<String>>,
}

/// How companies call base images of their own that have a runtime, and which releases those may have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bases {
    pub(super) words: Vec<String>,
    pub(super) from: u64,
    pub(super) to: u64,
}

impl Runtime {
    /// The command lines that print its version.
    pub fn version_commands(&self) -> impl Iterator<Item = String> {
        self.asked_by.clone().unwrap_or_else(|| vec![format!("{} --version", self.name)]).into_iter()
    }
}

/// A base distribution.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Distribution {
    /// The canonical name.
    pub name: String,
    /// The C library: musl or glibc.
    pub libc: String,
    /// Words in tags, a release number may follow: `alpine`, `bookworm`.
    #[serde(default)]
    pub words: Vec<String>,
    /// Repositories' last names that are the distribution itself.
    #[serde(default)]
    pub images: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Services {
    service: Vec<Service>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Runtimes {
    runtime: Vec<Runtime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Distributions {
    distribution: Vec<Distribution>,
}

/// A table of `rules/`, as the build made JSON of it.
#[allow(clippy::expect_used, reason = "the text is compiled in and a test parses it")]
pub(crate) fn table<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("a table of rules/ fits its shape")
}

pub(super) fn load() -> Catalog {
    let services: Services = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/services.json")));
    let runtimes: Runtimes = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/runtimes.json")));
    let distributions: Distributions = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/distributions.json")));
    let names: Names = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/names.json")));
    let variables: super::Variables = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/variables.json")));
    let families: super::Families = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/families.json")));
    let reads: super::Reads = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/reads.json")));
    let actions: Actions = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/actions.json")));
    let orbs: super::Orbs = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/orbs.json")));
    let terraform: super::Terraform = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/terraform.json")));
    let settings: super::settings::Settings = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/settings.json")));
    let installs: super::installs::Installs = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/installs.json")));
    let inside: super::Inside = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/inside.json")));
    let hosts: super::hosts::Hosts = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/hosts.json")));
    let registries: super::registries::Registries = table(include_str!(concat!(env!("OUT_DIR"), "/catalog/registries.json")));
    let (mut runtime_by_name, mut runtime_by_package) = (HashMap::new(), HashMap::new());
    for (index, runtime) in runtimes.runtime.iter().enumerate() {
        for name in runtime.names.iter().chain([&runtime.name]) {
            runtime_by_name.insert(name.to_ascii_lowercase(), index);
        }
        for package in &runtime.packages {
            runtime_by_package.insert(package.clone(), index);
        }
    }
    let images = super::images::Index::new(&services.service, &runtimes.runtime, &distributions.distribution);
    let service_by_name = services.service.iter().enumerate().map(|(i, service)| (service.name.clone(), i)).collect();
    Catalog {
        images,
        service_by_name,
        services: services.service,
        runtimes: runtimes.runtime,
        distributions: distributions.distribution,
        names,
        variables,
        families,
        reads,
        actions,
        orbs,
        terraform,
        tools: settings.tool,
        inside,
        managers: installs.manager,
        hosts: hosts.property,
        registries: registries.registry,
        bundles: installs.bundle,
        local_tools: installs.local_tool,
        runtime_by_name,
        runtime_by_package,
    }
}
