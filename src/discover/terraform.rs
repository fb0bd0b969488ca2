//! Which environments a Terraform root is for: the one that its folder names, or those that its files of
//! variables name. Modules are read where they are called, so what nothing calls is nobody's.

use std::collections::{BTreeMap, BTreeSet};

use super::{Claimed, Plan, Scene, Source};
use crate::files::{file_name, folder};
use crate::limits;
use crate::model::Environment;
use crate::read::terraform::{is_configuration, is_lock, is_variables};
use crate::read::{Home, Target};
use crate::seal;

/// Folders of which each holds modules.
const MODULES: &[&str] = &["modules", "module"];

/// Folders of what continuous integration runs.
const CI: &[&str] = &[".github", ".gitlab", ".circleci", ".buildkite"];

/// Names of files of variables that say nothing of an environment.
const COMMON: &[&str] = &["terraform", "common", "global", "shared", "default", "defaults", "base", "variables", "vars", "main", "secrets", "versions"];

/// A root module: the files of its folder, and the files of variables that are nearest to it.
#[derive(Default)]
struct Root<'s> {
    files: Vec<&'s Claimed>,
    locks: Vec<&'s Claimed>,
    variables: Vec<&'s str>,
}

/// Gives roots their environments.
pub(crate) fn place(scene: &Scene<'_>, plan: &mut Plan) {
    let mut roots = roots(scene);
    let called: BTreeSet<&str> = scene.links.iter().filter(|from| from.claimed.format.home == Home::Terraform).filter_map(called).collect();
    roots.retain(|folder, root| {
        let is_module = called.contains(folder) || folder.split('/').any(|part| MODULES.contains(&part));
        if is_module && !called.contains(folder) {
            plan.left_out.extend(root.files.iter().map(|claimed| (claimed.document.path.to_string(), "a module that no root calls")));
        }
        // What only declares variables is shared by others through links.
        !is_module && (root.files.is_empty() || root.files.iter().any(|claimed| acts(claimed)))
    });
    let named = |folder: &str| scene.catalog.names.environment_of_folders(&format!("{folder}/main.tf"), true);
    // Where most roots of a folder are one for each environment, another one is for none of them.
    let parted = |parent: &str| {
        let siblings: Vec<bool> = roots.keys().filter(|path| !path.is_empty() && folder(path) == parent).map(|path| named(path).is_some()).collect();
        let of_environments = siblings.iter().filter(|named| **named).count();
        of_environments >= 2 && of_environments * 2 >= siblings.len()
    };
    for (path, root) in &roots {
        let by_files = instances(scene, path, &root.variables);
        if let Some(environment) = named(path) {
            let own = root.variables.iter().filter(|file| stated(scene, path, file).is_none_or(|stated| stated == environment)).copied().collect();
            push(scene, plan, root, environment, own, "its folder names the environment");
        } else if !by_files.is_empty() {
            for (environment, variables) in by_files {
                push(scene, plan, root, environment, variables, "its file of variables names the environment");
            }
        } else if path.split('/').any(|part| CI.contains(&part)) {
            push(scene, plan, root, Environment::ci(), root.variables.clone(), "it is what continuous integration runs");
        } else if !path.is_empty() && parted(folder(path)) {
            let files = root.files.iter().chain(&root.locks);
            plan.left_out.extend(files.map(|claimed| (claimed.document.path.to_string(), "a root of no environment, beside roots that have one")));
        } else {
            push(scene, plan, root, Environment::prod(), root.variables.clone(), "deployed, and nothing names another environment");
        }
    }
}

/// Whether a file of configuration does something, or cannot be told.
fn acts(claimed: &Claimed) -> bool {
    const ACTING: &[&str] = &["resource", "module", "data", "provider", "terraform", "import", "ephemeral"];
    claimed.document.tree().map_or(true, |tree| ACTING.iter().any(|kind| tree.get(kind).is_some()))
}

/// The folder of a module that a link leads to.
fn called<'s>(from: &'s super::From<'_>) -> Option<&'s str> {
    match &from.link.to {
        Target::Part { path } => Some(folder(path)),
        _ => None,
    }
}

/// The folders that hold configuration or a lock file, with their files of variables.
fn roots<'s>(scene: &'s Scene<'_>) -> BTreeMap<&'s str, Root<'s>> {
    let mut roots: BTreeMap<&str, Root<'_>> = BTreeMap::new();
    for claimed in scene.of(Home::Terraform) {
        let path = &*claimed.document.path;
        if is_configuration(path) {
            roots.entry(folder(path)).or_default().files.push(claimed);
        } else if is_lock(path) {
            roots.entry(folder(path)).or_default().locks.push(claimed);
        }
    }
    for claimed in scene.of(Home::Terraform) {
        let path = &*claimed.document.path;
        // A backend is set up with a file that looks the same.
        if !is_variables(path) || crate::catalog::words(stem(path)).any(|word| word == "backend") {
            continue;
        }
        let above = std::iter::successors(Some(folder(path)), |at| (!at.is_empty()).then(|| folder(at)));
        let root = above.into_iter().find(|at| roots.get(at).is_some_and(|root| !root.files.is_empty()));
        if let Some(root) = root.and_then(|at| roots.get_mut(at)) {
            root.variables.push(path);
        }
    }
    roots
}

/// The name of a file of variables without its extensions.
fn stem(path: &str) -> &str {
    let name = file_name(path);
    let name = name.strip_suffix(".json").unwrap_or(name);
    let name = name.strip_suffix(".tfvars").unwrap_or(name);
    name.strip_suffix(".auto").unwrap_or(name)
}

/// The environment that a file of variables names, by its name or by the folders between it and its root.
fn stated(scene: &Scene<'_>, root: &str, path: &str) -> Option<Environment> {
    let names = &scene.catalog.names;
    let below = path.strip_prefix(root).unwrap_or(path);
    names.environment_of(stem(path), true).or_else(|| names.environment_of_folders(below, true))
}

/// How long the words are with which two names start alike: of `shop_prod` and `shop_pen`, `shop_`.
fn shared_start(a: &str, b: &str) -> usize {
    let alike = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    a.get(..alike).and_then(|start| start.rfind(['_', '-', '.'])).map_or(0, |end| end + 1)
}

/// The files of variables that a root is read with, by environment. Beside some that name environments,
/// others that stand with them are the repository's own environments.
fn instances<'s>(scene: &Scene<'_>, root: &str, files: &[&'s str]) -> Vec<(Environment, Vec<&'s str>)> {
    let known: Vec<&str> = files.iter().filter(|file| stated(scene, root, file).is_some()).copied().collect();
    let own = |file: &str| {
        let siblings = known.iter().filter(|other| folder(other) == folder(file));
        let (count, shared) = siblings.fold((0, stem(file).len()), |(count, shared), other| (count + 1, shared.min(shared_start(stem(file), stem(other)))));
        let name = stem(file).get(shared..).filter(|name| count >= 2 && !name.is_empty() && !COMMON.contains(name))?;
        let shown = seal::name(name);
        (shown.as_str() == name && !name.contains(' ')).then(|| Environment::new(name))
    };
    let mut common: Vec<&str> = Vec::new();
    let mut groups: BTreeMap<(Environment, &str, &str), Vec<&str>> = BTreeMap::new();
    for file in files.iter().copied() {
        let by_name = scene.catalog.names.environment_of(stem(file), true).is_some();
        match stated(scene, root, file).or_else(|| own(file)) {
            // Files of one folder that names the environment belong together, files that name it do not.
            Some(environment) => groups.entry((environment, folder(file), if by_name { stem(file) } else { "" })).or_default().push(file),
            None => common.push(file),
        }
    }
    common.retain(|file| folder(file) == root);
    groups.into_iter().take(limits::VARIABLE_FILES).map(|((environment, ..), own)| (environment, [common.as_slice(), &own].concat())).collect()
}

fn push(scene: &Scene<'_>, plan: &mut Plan, root: &Root<'_>, environment: Environment, variables: Vec<&str>, why: &'static str) {
    let Some(first) = root.files.iter().find(|claimed| file_name(&claimed.document.path).starts_with("main.")).or(root.files.first()).or(root.locks.first())
    else {
        return;
    };
    let path = &*first.document.path;
    let mut source = Source::of(first, environment, scene.components.of(path).to_owned(), why);
    // A file may be a link to one that several roots share.
    let beside = scene.documents.inside(folder(path)).filter(|other| is_configuration(other));
    let locks = root.locks.iter().map(|claimed| &*claimed.document.path);
    source.files.extend(beside.chain(locks).filter(|other| *other != path).chain(variables).map(str::to_owned));
    plan.sources.push(source);
}
