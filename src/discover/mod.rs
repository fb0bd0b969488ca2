//! Which environments a repository has, and which files define each: from the tree alone, corrected
//! by the configuration. The result is a [`Plan`]; nothing is judged here.

mod claims;
mod dockerfiles;
mod env_files;
mod families;
mod manifests;
mod stacks;
mod terraform;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::config::Config;
use crate::files::{Components, Documents, Listing};
use crate::model::{Environment, Gap};
use crate::parallel;
use crate::read::{Format, Home, Input, Link, Output, Started, Target, Variable};
use crate::seal;
pub(crate) use claims::Claimed;
pub use families::{Family, Member};

/// Who is what, and why.
#[derive(Debug, Default)]
pub struct Plan {
    /// The environments, in order.
    pub environments: Vec<Environment>,
    /// What defines them.
    pub sources: Vec<Source>,
    /// Files that are read through another one: bases, called workflows, actions, scripts; and which.
    pub parts: Vec<(String, String)>,
    /// Files that were recognised and left out, with the reason.
    pub left_out: Vec<(String, &'static str)>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// The folders that are components.
    pub components: Components,
    /// Files of source code, in order: they ask every environment for what they read.
    pub code: Vec<String>,
    /// Files that are one configuration in several environments.
    pub families: Vec<Family>,
}

/// One thing that defines (part of) an environment.
pub struct Source {
    /// The environment.
    pub environment: Environment,
    /// The format that reads it.
    pub format: &'static Format,
    /// Its files: the first, and the layers over it in order.
    pub files: Vec<String>,
    /// The folder of the component it belongs to; empty for the repository as a whole.
    pub component: String,
    /// Variables or build arguments it is read with.
    pub variables: Vec<Variable>,
    /// The stage that is built.
    pub target: Option<String>,
    /// The services of a compose project that are started.
    pub started: Started,
    /// Whether it only tells which variables there are: a layer that somebody may switch on by hand.
    pub optional: bool,
    /// Why it belongs to this environment.
    pub why: &'static str,
    /// What it says, where that is known already: only for what is read with nothing but itself.
    pub said: Option<Arc<Output>>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {:?}", self.environment, self.format.name, self.files)
    }
}

/// A link, with the file that says so.
pub(crate) struct From<'a> {
    pub(crate) claimed: &'a Claimed,
    pub(crate) link: Link,
}

/// What the rooms of discovery look at together.
pub(crate) struct Scene<'a> {
    pub(crate) documents: &'a Documents<'a>,
    pub(crate) catalog: &'a Catalog,
    pub(crate) claimed: &'a [Claimed],
    pub(crate) links: &'a [From<'a>],
    pub(crate) components: &'a Components,
}

impl Scene<'_> {
    /// The claimed files of one home.
    pub(crate) fn of(&self, home: Home) -> impl Iterator<Item = &Claimed> {
        self.claimed.iter().filter(move |claimed| claimed.format.home == home)
    }

    /// The component that a path belongs to.
    pub(crate) fn component(&self, path: &str) -> String {
        self.catalog.names.component(path).to_owned()
    }
}

/// Makes the plan of a view.
pub fn plan(documents: &Documents<'_>, listing: &Listing, config: &Config, catalog: &'static Catalog) -> Plan {
    let mut plan = Plan::default();
    let components = Components::of_listing(listing, &catalog.names);
    let mut claimed = claims::claim(documents, listing, config, catalog, &mut plan);
    let led = parallel::map(&claimed, |claimed| links_of(claimed, documents, catalog, &components));
    let mut ends = Vec::new();
    for (claimed, (links, said)) in claimed.iter_mut().zip(led) {
        claimed.said = said.map(Arc::new);
        ends.push(links);
    }
    let links: Vec<From<'_>> = claimed.iter().zip(ends).flat_map(|(claimed, links)| links.into_iter().map(move |link| From { claimed, link })).collect();
    let scene = Scene { documents, catalog, claimed: &claimed, links: &links, components: &components };
    fixed(&scene, &mut plan);
    dockerfiles::place(&scene, &mut plan);
    stacks::place(&scene, &mut plan);
    dockerfiles::settle(&scene, &mut plan);
    manifests::place(&scene, &mut plan);
    terraform::place(&scene, &mut plan);
    env_files::place(&scene, &mut plan);
    correct(&mut plan, config);
    parts(&scene, &mut plan);
    order(&mut plan, config);
    families::find(listing, &claimed, &components, config, catalog, &mut plan);
    plan.components = components;
    plan
}

fn links_of(claimed: &Claimed, documents: &Documents<'_>, catalog: &Catalog, components: &Components) -> (Vec<Link>, Option<Output>) {
    let input = Input {
        document: claimed.document.clone(),
        layers: Vec::new(),
        documents,
        catalog,
        components,
        variables: &[],
        target: None,
        started: &Started::default(),
    };
    let mut links = Vec::new();
    let said = claimed.format.links.of(&input, &mut links);
    (links, said)
}

/// Formats whose environment is known from the start.
fn fixed(scene: &Scene<'_>, plan: &mut Plan) {
    let called: BTreeSet<&str> = scene
        .links
        .iter()
        .filter_map(|from| match &from.link.to {
            Target::Part { path } => Some(path.as_str()),
            _ => None,
        })
        .collect();
    for claimed in scene.claimed {
        let path = &*claimed.document.path;
        let (environment, why) = match claimed.format.home {
            Home::Contract => (Environment::contract(), "declared for every environment"),
            Home::Local => (Environment::local(), "what a developer's tools read"),
            // What another workflow calls is read through its caller.
            Home::Ci if called.contains(path) => continue,
            Home::Ci => (Environment::ci(), "a workflow"),
            Home::Prod => match scene.catalog.names.environment_of_path(path, true) {
                Some(environment) => (environment, "what the platform reads on deployment; its path names the environment"),
                None => (Environment::prod(), "what the platform reads on deployment"),
            },
            Home::Script => script(scene, path),
            Home::Stack | Home::Image | Home::Deployed | Home::Terraform | Home::EnvFile | Home::Code | Home::Support => continue,
        };
        plan.sources.push(Source::of(claimed, environment, scene.component(path), why));
    }
}

/// A script is a developer's, unless its name or folder says otherwise.
fn script(scene: &Scene<'_>, path: &str) -> (Environment, &'static str) {
    let by_name = scene.catalog.names.environment_of_path(path, false);
    by_name.map_or((Environment::local(), "a helper script"), |environment| (environment, "a script whose path names the environment"))
}

impl Source {
    /// What stands for it as a whole where no one of its files does: the folder of a module.
    pub(crate) fn setup(&self) -> Option<&str> {
        let folder = crate::files::folder(self.files.first()?);
        (self.format.home == Home::Terraform && !folder.is_empty()).then_some(folder)
    }

    /// A source of one file, read by itself.
    pub(crate) fn of(claimed: &Claimed, environment: Environment, component: String, why: &'static str) -> Source {
        Source {
            environment,
            format: claimed.format,
            files: vec![claimed.document.path.to_string()],
            component,
            variables: Vec::new(),
            target: None,
            started: Started::default(),
            optional: false,
            why,
            said: claimed.said.clone(),
        }
    }
}

/// What no source names, because it is read through another file.
fn parts(scene: &Scene<'_>, plan: &mut Plan) {
    for from in scene.links {
        let Target::Part { path } = &from.link.to else { continue };
        if !plan.sources.iter().any(|source| source.files.contains(path)) {
            plan.parts.push((path.clone(), from.claimed.document.path.to_string()));
        }
    }
    plan.parts.sort_unstable();
    plan.parts.dedup_by(|a, b| a.0 == b.0);
}

/// The configuration has the last word.
fn correct(plan: &mut Plan, config: &Config) {
    for source in &mut plan.sources {
        let stated = config.sources.iter().find(|stated| source.files.last().is_some_and(|file| stated.files.is_match(file)));
        if let Some(stated) = stated {
            source.environment = Environment::new(&stated.environment);
            source.why = "stated in evenkeel.toml";
        }
        let alias = config.components.get(&source.component).or_else(|| config.components.get(crate::files::file_name(&source.component)));
        if let Some(component) = alias {
            source.component.clone_from(component);
        }
    }
}

/// Environments on the way to production: as configured, else by what their names mean.
pub(crate) fn rank(environment: &Environment, config: &Config) -> impl Ord + use<> {
    let stated = config.environments.iter().position(|name| name == environment.name());
    (environment.rank() != 0, stated.unwrap_or(usize::MAX), environment.rank(), environment.name().to_owned())
}

/// Sources in the order of their environments, then of their paths.
fn order(plan: &mut Plan, config: &Config) {
    let mut found: BTreeSet<Environment> = plan.sources.iter().map(|source| source.environment.clone()).collect();
    found.extend(config.environments.iter().map(|name| Environment::new(name)));
    plan.environments = found.into_iter().collect();
    plan.environments.sort_by_key(|environment| rank(environment, config));
    plan.sources.sort_by_key(|source| (rank(&source.environment, config), source.files.clone(), source.target.clone()));
    plan.left_out.sort_unstable();
    plan.left_out.dedup();
}

/// A gap of a file that nobody could open.
pub(crate) fn unreadable(path: &str, format: &str, reason: &'static str, required: bool) -> Gap {
    Gap { environment: None, source: seal::path(format), path: seal::path(path), line: 0, reason, required }
}

/// The words of a file's name that are neither its extension nor in `plain`.
pub(crate) fn marks(name: &str, plain: &[&str]) -> Vec<String> {
    crate::catalog::words(name).filter(|word| !plain.contains(&word.as_str()) && !matches!(word.as_str(), "yml" | "yaml")).collect()
}
