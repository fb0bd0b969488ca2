//! Whose containers an engine runs: a machine of one person runs several projects side by side, and only those of
//! this repository are of its environment.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

/// Labels of the project that a container is of, and of the folder that it was started from.
const LABELS: [(&str, &str); 2] =
    [("com.docker.compose.project", "com.docker.compose.project.working_dir"), ("io.podman.compose.project", "io.podman.compose.project.working_dir")];

fn label(container: &Value, names: impl Fn(&(&'static str, &'static str)) -> &'static str) -> Option<&str> {
    let labels = container.pointer("/Config/Labels")?;
    LABELS.iter().find_map(|pair| labels.get(names(pair))?.as_str())
}

fn project(container: &Value) -> Option<&str> {
    label(container, |pair| pair.0)
}

/// The projects that are a repository's: those that were started from its folders, else the one that is called as
/// its folder. None where no project is known to be: an engine elsewhere knows other folders and names.
pub(super) fn own<'v>(containers: impl Iterator<Item = &'v Value> + Clone, root: &Path) -> Option<BTreeSet<String>> {
    let within = |container: &&Value| label(container, |pair| pair.1).is_some_and(|folder| Path::new(folder).starts_with(root));
    let started: BTreeSet<String> = containers.clone().filter(within).filter_map(project).map(str::to_owned).collect();
    if !started.is_empty() {
        return Some(started);
    }
    // So Compose calls a project of which nobody says more.
    let folder = root.file_name()?.to_str()?.to_lowercase();
    let name: String = folder.chars().filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_')).collect();
    containers.filter_map(project).any(|project| project == name).then(|| BTreeSet::from([name]))
}

/// Whether a container is of one of these projects, or of none.
pub(super) fn is_of(container: &Value, own: Option<&BTreeSet<String>>) -> bool {
    match (project(container), own) {
        (Some(project), Some(own)) => own.contains(project),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn container(project: &str, folder: &str) -> Value {
        json!({ "Config": { "Labels": { "com.docker.compose.project": project, "com.docker.compose.project.working_dir": folder } } })
    }

    #[test]
    fn other_projects_of_a_machine_are_not_the_repository_s() {
        let loose = json!({ "Config": { "Labels": null } });
        let all = [container("shop", "/home/me/shop/deploy"), container("blog", "/home/me/blog"), loose];
        let told = |root: &str| {
            let own = own(all.iter(), Path::new(root));
            all.iter().map(|container| is_of(container, own.as_ref())).collect::<Vec<_>>()
        };
        assert_eq!(told("/home/me/shop"), [true, false, true]);
        // Checked out elsewhere, under its name.
        assert_eq!(told("/srv/Blog"), [false, true, true]);
        // Nothing tells: all may be.
        assert_eq!(told("/srv/other"), [true, true, true]);
    }
}
