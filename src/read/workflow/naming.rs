//! What the names of a workflow and its job say of them: a side task, a deployment, an environment.
//! The words are the catalogue's.

use super::frame::Frame;
use crate::catalog::{Names, words};
use crate::files::file_name;
use crate::model::Environment;
use crate::read::traced::Traced;
use crate::syntax::Node;

/// The names of a workflow or a job: a file's or an id, and a title.
pub(super) fn title(id: &str, node: &Node) -> String {
    let title = node.text_of("name").filter(|name| !name.contains("${{")).unwrap_or("");
    format!("{id} {title}")
}

/// A workflow's file name without its extension.
pub(super) fn stem(path: &str) -> &str {
    let name = file_name(path);
    name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")).unwrap_or(name)
}

/// Whether these names are a side task's.
pub(super) fn aside(names: &Names, workflow: &str, job: &str) -> bool {
    [workflow, job].iter().any(|name| names.is_aside(name))
}

/// The environments that a job's `environment:` names. A set of secrets called `test` that a job
/// uses which deploys nothing is CI's own.
pub(super) fn declared(names: &Names, job: &Node, frame: &Frame<'_>, deploys: bool) -> Vec<Environment> {
    let Some(node) = job.get("environment") else { return Vec::new() };
    let texts = frame.texts(node.get("name").unwrap_or(node));
    let mut out: Vec<Environment> = Vec::new();
    let place = |text: &&Traced| deploys || names.environment_of(text.text(), false) != Some(Environment::ci());
    for environment in texts.iter().filter(place).filter_map(|text| names.environment_of(text.text(), true)) {
        if !out.contains(&environment) {
            out.push(environment);
        }
    }
    out
}

/// The environment that the names of a deployment hold.
pub(super) fn named(names: &Names, workflow: &str, job: &str) -> Option<Environment> {
    let (by_job, by_workflow) = (ships(names, job), ships(names, workflow));
    // A job called `test` in a deploying workflow tests; it is not deployed to a place of that name.
    let tests = names.environment_of(job, false) == Some(Environment::ci());
    if aside(names, workflow, job) || !by_job && (!by_workflow || tests) {
        return None;
    }
    // Nor does the `ci` of `ci.yml` or `CI/CD` name a place, though `deploy-test.yml` does.
    let place =
        |workflow: &str| words(workflow).filter(|word| word != Environment::ci().name()).filter_map(|word| names.environment_of_word(&word, true)).last();
    names.environment_of(job, true).or_else(|| place(workflow))
}

/// Whether a job deploys and neither it nor anything around it says where to.
pub(super) fn deploys(names: &Names, workflow: &str, job: &str) -> bool {
    ships(names, workflow) && ships(names, job) && !aside(names, workflow, job)
}

/// Whether a name is a deployment's.
pub(super) fn ships(names: &Names, name: &str) -> bool {
    Names::holds(&names.workflows.deploy, name)
}
