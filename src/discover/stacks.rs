//! Whose stack a compose file is: by its name, its folder, the layers that stand beside it, the signs
//! in it, and who starts it. The name alone misleads: a root file is production in one repository
//! and local only in the next.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Claimed, Plan, Scene, Source, marks, unreadable};
use crate::catalog::Names;
use crate::files::{file_name, folder};
use crate::limits;
use crate::model::{Environment, Gap};
use crate::read::compose::signs::{Signs, signs};
use crate::read::{Format, Home, Started, Target, Variable};

/// Words of compose file names that say nothing.
const PLAIN: &[&str] = &["docker", "compose", "podman", "stack"];

/// One compose file and what is known of it.
struct File<'a> {
    claimed: &'a Claimed,
    signs: Signs,
    /// What its name says beyond being a compose file.
    marks: Vec<String>,
}

impl File<'_> {
    fn path(&self) -> &str {
        &self.claimed.document.path
    }

    fn is_base(&self) -> bool {
        self.marks.is_empty()
    }
}

/// A stack: files in layers, started in one environment.
struct Stack {
    environment: Environment,
    files: Vec<String>,
    variables: Vec<Variable>,
    started: Started,
    optional: bool,
    why: &'static str,
}

/// Gives every compose file its place in some environment's stack.
pub(crate) fn place(scene: &Scene<'_>, plan: &mut Plan) {
    let mut folders: BTreeMap<&str, Vec<File<'_>>> = BTreeMap::new();
    for claimed in scene.of(Home::Stack) {
        let Some(signs) = signs(&claimed.document, scene.catalog) else {
            // Whoever reads it says what is wrong with it.
            let component = scene.component(&claimed.document.path);
            let environment = scene.catalog.names.environment_of_path(&claimed.document.path, false).unwrap_or_else(Environment::local);
            plan.sources.push(Source::of(claimed, environment, component, "a compose file"));
            continue;
        };
        let marks = marks(file_name(&claimed.document.path), PLAIN);
        folders.entry(folder(&claimed.document.path)).or_default().push(File { claimed, signs, marks });
    }
    let mut stacks = started(scene, &folders, plan);
    for files in folders.values() {
        let in_ci =
            |file: &File<'_>| stacks.iter().any(|stack| stack.environment == Environment::ci() && stack.files.last().is_some_and(|last| last == file.path()));
        let own = of_folder(scene, files, &in_ci, plan);
        for stack in own {
            // What a workflow starts, with its own variables, says more than the name of the file. What
            // is started elsewhere in part (an editor's container) is not all that is started there.
            let whole = |have: &Stack| have.started.services.is_empty() || have.environment == Environment::ci();
            let known = stacks.iter().any(|have| have.environment == stack.environment && have.files == stack.files && whole(have));
            if !known {
                stacks.push(stack);
            }
        }
    }
    let format = scene.of(Home::Stack).map(|claimed| claimed.format).next();
    plan.sources.extend(stacks.into_iter().filter_map(|stack| source(scene, format?, stack)));
}

fn source(scene: &Scene<'_>, format: &'static Format, stack: Stack) -> Option<Source> {
    let component = scene.component(stack.files.first()?);
    Some(Source {
        environment: stack.environment,
        format,
        files: stack.files,
        component,
        variables: stack.variables,
        target: None,
        started: stack.started,
        optional: stack.optional,
        why: stack.why,
        said: None,
    })
}

/// What workflows and development containers start.
fn started(scene: &Scene<'_>, folders: &BTreeMap<&str, Vec<File<'_>>>, plan: &mut Plan) -> Vec<Stack> {
    let exists = |path: &String| folders.get(folder(path)).is_some_and(|files| files.iter().any(|file| file.path() == path));
    let mut stacks: Vec<Stack> = Vec::new();
    // Many jobs start their stacks with one env file.
    let mut known: HashMap<String, Vec<Variable>> = HashMap::new();
    let mut given_by = |path: &String| known.entry(path.clone()).or_insert_with(|| env_file(scene, path)).clone();
    for from in scene.links {
        let Target::Compose { files, folder, env_files, variables, started } = &from.link.to else { continue };
        let (environment, why) = match from.claimed.format.home {
            Home::Ci => (Environment::ci(), "started by a workflow"),
            Home::Local => (Environment::local(), "the stack of a development container"),
            _ => continue,
        };
        let environment = from.link.environment.clone().unwrap_or(environment);
        let files: Vec<String> = if files.is_empty() { default_set(folders.get(folder.as_str()).map_or(&[], Vec::as_slice)) } else { files.clone() };
        if files.is_empty() || !files.iter().all(exists) {
            continue;
        }
        let mut variables = variables.clone();
        // What is set wins over env files, and of those the later ones.
        variables.extend(env_files.iter().rev().flat_map(&mut given_by));
        variables.extend(copied(scene, from.claimed, &files).iter().flat_map(&mut given_by));
        let same = |have: &&mut Stack| {
            let alike = have.environment == environment && have.files == files && have.started.alone == started.alone;
            alike && have.variables.iter().map(said).eq(variables.iter().map(said))
        };
        match stacks.iter_mut().find(same) {
            Some(have) => join(&mut have.started, started),
            None => stacks.push(Stack { environment, files, variables, started: started.clone(), optional: false, why }),
        }
    }
    if stacks.len() > limits::STARTED_STACKS {
        stacks.truncate(limits::STARTED_STACKS);
        let gap = unreadable(".github/workflows", "compose", "more starts of compose stacks than the limit", true);
        plan.gaps.push(Gap { environment: Some(Environment::ci()), ..gap });
    }
    stacks
}

fn said(variable: &Variable) -> (&str, Option<&str>) {
    (&variable.name, variable.value.text())
}

/// What the same workflow copies to where the stack's own env file is read.
fn copied(scene: &Scene<'_>, by: &Claimed, files: &[String]) -> Vec<String> {
    let own = files.first().map_or("", |file| folder(file));
    let copies = scene.links.iter().filter(|from| std::ptr::eq(from.claimed, by)).filter_map(|from| match &from.link.to {
        Target::Copy { from, to } if folder(to) == own && file_name(to) == ".env" => Some(from.clone()),
        _ => None,
    });
    copies.collect()
}

/// Several starts of one stack start what any of them does.
fn join(started: &mut Started, more: &Started) {
    if started.services.is_empty() || more.services.is_empty() {
        started.services.clear();
    } else {
        started.services.extend(more.services.iter().filter(|name| !started.services.contains(name)).cloned().collect::<Vec<_>>());
    }
}

/// The variables of a file given by `--env-file`.
fn env_file(scene: &Scene<'_>, path: &str) -> Vec<Variable> {
    let Ok(document) = scene.documents.open(path) else { return Vec::new() };
    let tree = crate::syntax::dotenv::parse(document.id, document.text(), |_| {});
    tree.entries().iter().map(|(key, value)| Variable { name: key.text.to_string(), value: value.clone(), via: Vec::new() }).collect()
}

/// What `docker compose up` takes in a folder when no file is named.
fn default_set(files: &[File<'_>]) -> Vec<String> {
    let base = base(files);
    let overriding = files.iter().find(|file| file.marks == ["override"]);
    base.into_iter().chain(base.and(overriding)).map(|file| file.path().to_owned()).collect()
}

/// The base file of a folder, in the order in which Compose looks for it.
fn base<'f, 'a>(files: &'f [File<'a>]) -> Option<&'f File<'a>> {
    let rank = |file: &File<'_>| {
        let name = file_name(file.path());
        (!name.starts_with("compose."), !name.ends_with(".yaml"), name.to_owned())
    };
    files.iter().filter(|file| file.is_base()).min_by_key(|file| rank(file))
}

/// The stacks that the files of one folder are, by names and signs.
fn of_folder(scene: &Scene<'_>, files: &[File<'_>], in_ci: &dyn Fn(&File<'_>) -> bool, plan: &mut Plan) -> Vec<Stack> {
    let names = &scene.catalog.names;
    let base = base(files);
    let folder_environment = files.first().and_then(|file| names.environment_of_folders(file.path(), false));
    let meant = |file: &File<'_>| {
        let by_word = file.marks.iter().rev().find_map(|word| names.environment_of_word(word, false));
        by_word.or_else(|| Names::holds(&names.compose.deployed, &file.marks.join("-")).then(Environment::prod))
    };
    // Compose lays an override over the base by itself, whatever is in it.
    let is_layer = |file: &File<'_>| (file.signs.partial || file.marks == ["override"]) && base.is_some() && !file.is_base();
    let layered = |file: &File<'_>| -> Vec<String> { base.filter(|_| is_layer(file)).into_iter().chain([file]).map(|file| file.path().to_owned()).collect() };
    let mut stacks = Vec::new();
    for file in files.iter().filter(|file| !file.is_base()) {
        if file.signs.services.is_empty() {
            continue;
        }
        let stack = match meant(file) {
            Some(environment) => {
                Stack { environment, files: layered(file), variables: Vec::new(), started: Started::default(), optional: false, why: "its name says so" }
            }
            // A file of its own that workflows start and no name claims for anybody else is CI's.
            None if in_ci(file) && folder_environment.is_none() => continue,
            // A layer that no name gives a purpose is switched on by hand: nobody's environment.
            None if is_layer(file) => {
                let why = "a layer that nothing assigns to an environment";
                plan.left_out.push((file.path().to_owned(), why));
                Stack { environment: Environment::local(), files: layered(file), variables: Vec::new(), started: Started::default(), optional: true, why }
            }
            None => {
                let (environment, why) =
                    folder_environment.clone().map_or_else(|| by_signs(&file.signs), |environment| (environment, "its folder names the environment"));
                Stack { environment, files: vec![file.path().to_owned()], variables: Vec::new(), started: Started::default(), optional: false, why }
            }
        };
        stacks.push(stack);
    }
    if let Some(base) = base {
        let layers_for = |name: &str| files.iter().any(|file| is_layer(file) && meant(file).is_some_and(|environment| environment.name() == name));
        let alone = vec![base.path().to_owned()];
        let decided = if let Some(environment) = &folder_environment {
            Some((environment.clone(), "its folder names the environment"))
        } else if layers_for("prod") || layers_for("staging") {
            // The deployed stacks are the base with their layer; developers run it with theirs, or bare.
            (!layers_for("local")).then(|| (Environment::local(), "the base of deployed layers, run bare by developers"))
        } else if layers_for("local") && !files.iter().any(|file| file.marks == ["override"]) {
            Some((Environment::prod(), "developers put a layer over it; bare it is what is deployed"))
        } else if layers_for("local") {
            None
        } else {
            Some(by_signs(&base.signs))
        };
        stacks.extend(decided.map(|(environment, why)| Stack {
            environment,
            files: alone,
            variables: Vec::new(),
            started: Started::default(),
            optional: false,
            why,
        }));
    }
    for other in files.iter().filter(|file| file.is_base() && base.is_some_and(|base| !Arc::ptr_eq(&base.claimed.document, &file.claimed.document))) {
        if file_name(other.path()).starts_with("podman") {
            let (environment, why) = by_signs(&other.signs);
            stacks.push(Stack { environment, files: vec![other.path().to_owned()], variables: Vec::new(), started: Started::default(), optional: false, why });
        } else {
            plan.left_out.push((other.path().to_owned(), "Compose prefers another file of this folder"));
        }
    }
    stacks
}

/// What a stack without any name is, by what is in it: a published application that is kept running
/// is deployed so; a build with source mounted, or nothing but backing services, is a developer's.
fn by_signs(signs: &Signs) -> (Environment, &'static str) {
    let kept = signs.restarts > 0 || signs.deployed > 0;
    let applications = signs.images.len() + signs.built;
    if applications == 0 {
        (Environment::local(), "it starts backing services only")
    } else if signs.built == 0 && signs.restarts * 2 >= signs.services.len() && signs.dev_tools.is_empty() {
        (Environment::prod(), "it runs published images and keeps them running")
    } else if signs.source_mounts > 0 || !signs.dev_tools.is_empty() {
        (Environment::local(), "it mounts source or starts development tools")
    } else if signs.built > 0 && signs.restarts * 2 < signs.services.len() {
        (Environment::local(), "it builds from source and is not kept running")
    } else if kept {
        (Environment::prod(), "it runs a whole application and keeps it running")
    } else {
        (Environment::local(), "nothing keeps it running")
    }
}
