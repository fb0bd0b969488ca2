//! What the names of a workflow and its job say of them: a side task, a deployment, an environment.
//! The words are the catalogue's. What else than GitHub calls a workflow otherwise (a stage) passes
//! what it has for it.

use crate::catalog::{Names, words};
use crate::files::file_name;
use crate::model::Environment;
use crate::read::traced::Traced;
use crate::syntax::Node;

/// The names of a workflow or a job: a file's or an id, and a title.
pub(in crate::read) fn title(id: &str, node: &Node) -> String {
    let title = node.text_of("name").filter(|name| !name.contains("${{")).unwrap_or("");
    format!("{id} {title}")
}

/// A workflow's file name without its extension.
pub(in crate::read) fn stem(path: &str) -> &str {
    let name = file_name(path);
    name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")).unwrap_or(name)
}

/// Whether these names are a side task's.
pub(in crate::read) fn aside(names: &Names, workflow: &str, job: &str) -> bool {
    [workflow, job].iter().any(|name| names.is_aside(name))
}

/// The environments that what a job says of its own environment names. A set of secrets called `test`
/// that a job uses which deploys nothing is CI's own.
fn declared(names: &Names, texts: &[Traced], deploys: bool) -> Vec<Environment> {
    let mut out: Vec<Environment> = Vec::new();
    let place = |text: &&Traced| deploys || names.environment_of(text.text(), false) != Some(Environment::ci());
    for environment in texts.iter().filter(place).filter_map(|text| names.environment_of(text.text(), true)) {
        if !out.contains(&environment) {
            out.push(environment);
        }
    }
    out
}

/// The environments of a job: those it says itself, what its names say, what is around it; at last
/// production, where a deployment deploys and nothing says where to.
pub(in crate::read) fn environments(names: &Names, workflow: &str, job: &str, stated: &[Traced], around: &[Environment]) -> Vec<Environment> {
    let mut out = declared(names, stated, ships(names, workflow) || ships(names, job));
    if out.is_empty() {
        out = named(names, workflow, job).map_or_else(|| around.to_vec(), |one| vec![one]);
    }
    if out.is_empty() && deploys(names, workflow, job) {
        out.push(Environment::prod());
    }
    out
}

/// The environment that the names of a deployment hold.
fn named(names: &Names, workflow: &str, job: &str) -> Option<Environment> {
    let (by_job, by_workflow) = (ships(names, job), ships(names, workflow));
    // A job called `test` in a deploying workflow tests; it is not deployed to a place of that name.
    let tests = names.environment_of(job, false) == Some(Environment::ci());
    if aside(names, workflow, job) || !by_job && (!by_workflow || tests) {
        return None;
    }
    // Nor does the `ci` of `ci.yml` or `CI/CD` name a place, nor what is done before the deployment
    // (`build_test_and_deploy`), though `deploy-test.yml` does.
    let listed = words(workflow).any(|word| word == "and" || names.workflows.main.contains(&word) && !is_ci(names, &word) && !ships(names, &word));
    let mut shipped = !listed;
    let place = words(workflow).filter(|word| {
        shipped |= ships(names, word);
        word != Environment::ci().name() && (shipped || !is_ci(names, word))
    });
    names.environment_of(job, true).or_else(|| place.filter_map(|word| names.environment_of_word(&word, true)).last())
}

/// Whether a word is about tests.
fn is_ci(names: &Names, word: &str) -> bool {
    names.environment_of_word(word, false) == Some(Environment::ci())
}

/// Whether a job deploys and neither it nor anything around it says where to.
fn deploys(names: &Names, workflow: &str, job: &str) -> bool {
    ships(names, workflow) && ships(names, job) && !aside(names, workflow, job)
}

/// Whether a name is a deployment's.
pub(in crate::read) fn ships(names: &Names, name: &str) -> bool {
    Names::holds(&names.workflows.deploy, name)
}
