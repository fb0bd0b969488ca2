//! Whose containers an engine runs: a machine of one person runs several projects side by side, and only those of
//! this repository are of its environment.

use std::collections::BTreeSet;
use std::path::Path;

use super::container::Container;

/// Takes those that are a repository's. A project is the repository's that is called as the files of the environment
/// call it, else the one that was started from one of its folders, else the one that is called as its folder. Where
/// one is, those that are of no project are somebody else's unless none of it is called as they are; where none is,
/// all may be: an engine elsewhere knows other folders and names.
pub(super) fn own<T>(mut containers: Vec<T>, root: &Path, named: &BTreeSet<String>, of: impl Fn(&T) -> &Container<'_>) -> Vec<T> {
    let projects = |is: &dyn Fn(&Container<'_>) -> bool| -> BTreeSet<String> {
        containers
            .iter()
            .map(&of)
            .filter(|container| !container.is_done() && is(container))
            .filter_map(|container| Some(container.project()?.to_owned()))
            .collect()
    };
    let started = projects(&|container| container.folder().is_some_and(|folder| Path::new(folder).starts_with(root)));
    // So Compose calls a project of which nobody says more.
    let folder = root.file_name().and_then(|name| name.to_str()).unwrap_or("").to_lowercase();
    let name: String = folder.chars().filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_')).collect();
    let called = projects(&|container| container.project().is_some_and(|project| named.contains(project)));
    let by_folder = || projects(&|container| container.project() == Some(&name));
    let own = [called, started].into_iter().find(|some| !some.is_empty()).unwrap_or_else(by_folder);
    if !own.is_empty() {
        let of_own = |container: &Container<'_>| container.project().is_some_and(|project| own.contains(project));
        let services: BTreeSet<String> = containers.iter().map(&of).filter(|one| of_own(one)).map(|one| one.name().to_owned()).collect();
        containers.retain(|one| of_own(of(one)) || of(one).project().is_none() && !services.contains(of(one).name()));
    }
    containers
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn container(project: &str, folder: &str) -> Value {
        let labels = json!({
            "com.docker.compose.project": project, "com.docker.compose.service": "web", "com.docker.compose.project.working_dir": folder
        });
        json!({ "Name": format!("/{project}-web-1"), "State": { "Running": true }, "Config": { "Labels": labels } })
    }

    #[test]
    fn other_projects_of_a_machine_are_not_the_repository_s() {
        let loose = json!({ "Name": "/loose", "State": { "Running": true }, "Config": { "Labels": null } });
        let all = [container("shop", "/home/me/shop/deploy"), container("blog", "/home/me/blog"), loose];
        let told = |root: &str, named: &[&str]| {
            let containers: Vec<Container<'_>> = all.iter().filter_map(|value| Container::of(value, None)).collect();
            own(containers, Path::new(root), &named.iter().map(|name| (*name).to_owned()).collect(), |container| container)
                .iter()
                .map(|container| container.project().unwrap_or("-").to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(told("/home/me/shop", &[]), ["shop", "-"]);
        // Checked out elsewhere, under its name.
        assert_eq!(told("/srv/Blog", &[]), ["blog", "-"]);
        // Nothing tells: all may be.
        assert_eq!(told("/srv/other", &[]), ["shop", "blog", "-"]);
        // What the files call it counts most.
        assert_eq!(told("/home/me/shop", &["blog"]), ["blog", "-"]);
        assert_eq!(told("/srv/other", &["gone"]), ["shop", "blog", "-"]);
    }
}
