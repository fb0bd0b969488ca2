//! Compose files (Compose Specification; compose-go): the images that services run, the Dockerfiles
//! that they are built from, the variables that they are given and those that the files are filled in
//! with. `load` puts the files of a project together and `merge` lays one over another, with `forms`
//! for short forms and `scope` for paths; `interpolate`, `expressions`, `filled` and `variables` fill
//! in; `build` follows to Dockerfiles, `environment` and `env_file` gather what services are given,
//! `used` what is filled in; `started` keeps what is started; `signs` tells whose stack a file is.

mod build;
mod env_file;
mod environment;
mod expressions;
mod filled;
mod forms;
mod hosts;
mod interpolate;
mod load;
mod merge;
mod processes;
mod scope;
pub(crate) mod signs;
mod started;
mod used;
mod variables;

use super::technology::Use;
use super::{Claim, Format, Home, Input, Link, Links, Output, Target};
use crate::files::{file_name, folder, is_yaml};
use crate::model::{Form, ImageRef, Kind, Reading, Scope};
use crate::syntax::At;
use environment::{Left, environments};
use filled::split;
use forms::given;
use load::{Project, Service, load};
use used::used;

/// Compose files.
pub(super) static FORMAT: Format = Format { name: "compose", claims, sniff, scan: None, home: Home::Stack, links: Links::Apart(links), read };

fn claims(path: &str) -> Claim {
    if !is_yaml(path) {
        return Claim::No;
    }
    let name = file_name(path).to_ascii_lowercase();
    let Some(stem) = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")) else { return Claim::No };
    // Workflows are called after what they run.
    if [".github/workflows/", ".gitea/workflows/", ".forgejo/workflows/"].iter().any(|workflows| path.contains(workflows)) {
        return Claim::No;
    }
    const NAMES: [&str; 3] = ["docker-compose", "podman-compose", "docker-stack"];
    let bounded = |rest: &str| rest.is_empty() || rest.starts_with(['.', '-', '_']);
    if NAMES.iter().any(|known| stem.strip_prefix(known).is_some_and(bounded)) || stem == "compose" || stem.starts_with("compose.") {
        return Claim::Yes;
    }
    let in_folder = matches!(file_name(folder(path)), "compose" | "docker");
    if in_folder || NAMES.iter().any(|known| stem.contains(known)) || stem.starts_with("compose-") || stem.starts_with("compose_") {
        return Claim::Maybe;
    }
    Claim::No
}

/// A map of services that have what services have, or nothing at all.
fn sniff(head: &str) -> bool {
    const SETTINGS: [&str; 15] = [
        "image:",
        "build:",
        "extends:",
        "environment:",
        "env_file:",
        "ports:",
        "command:",
        "entrypoint:",
        "volumes:",
        "deploy:",
        "profiles:",
        "restart:",
        "labels:",
        "depends_on:",
        "networks:",
    ];
    let lines = || head.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let services = lines().any(|line| line.starts_with("services:"));
    let settings = lines().any(|line| line.starts_with(' ') && SETTINGS.iter().any(|setting| line.trim_start().starts_with(setting)));
    // The services of a CI job are a list.
    let list = lines().skip_while(|line| !line.starts_with("services:")).nth(1).is_some_and(|line| line.trim_start().starts_with('-'));
    (services && settings && !list) || lines().next().is_none()
}

fn links(input: &Input<'_>, out: &mut Vec<Link>) {
    if is_template(input) {
        return;
    }
    let project = load(input, &mut Output::default());
    out.extend(project.parts.iter().map(|(at, path)| Link { environment: None, at: *at, to: Target::Part { path: path.clone() } }));
    out.extend(project.services.iter().filter_map(|service| build::link(service, &project, input.documents)));
}

fn read(input: &Input<'_>, out: &mut Output) {
    if is_template(input) {
        return out.note(At::file(input.document.id), "a template of another language");
    }
    // The last of the files laid over one another that has a name for the project (Compose Specification, "Name").
    let mut files = input.layers.iter().rev().chain([&input.document]);
    out.project = files.find_map(|file| file.tree().ok()?.text_of("name").filter(|name| !name.contains('$')).map(str::to_owned));
    let project = load(input, out);
    let passes = |service: &&Service| given(&service.node, "build").is_some_and(|build| given(build, "args").is_some());
    let builds: Vec<Link> = project.services.iter().filter(passes).filter_map(|service| build::link(service, &project, input.documents)).collect();
    super::build_arguments(input, &builds, out);
    let theirs = started::theirs(input, &project);
    for service in &project.services {
        build::remarks(service, &project, input.documents, out);
        processes::process(input, service, &project, out);
        // What a service builds is the project's own, whatever name it gives to it.
        if given(&service.node, "build").is_none() {
            let scope = if theirs.contains(&*service.name.text) { Scope::Theirs } else { Scope::Run };
            image(input, service, &project, scope, out);
        }
    }
    let mut left = Left::new();
    environments(input, &project, &mut left, out);
    used(input, &project, &mut left, out);
}

/// Whether a service runs what is not the project's own but a backing service.
fn is_backing(input: &Input<'_>, service: &Service, project: &Project) -> bool {
    backing(input, service, project).is_some()
}

/// The backing service that a service runs.
fn backing<'i>(input: &Input<'i>, service: &Service, project: &Project) -> Option<&'i str> {
    let image = given(&service.node, "image").filter(|_| given(&service.node, "build").is_none())?;
    let text = project.fill(image).text();
    let text = text.trim_start_matches('/');
    let reference = ImageRef::parse(text).or_else(|| ImageRef::parse(split(text).0));
    reference.and_then(|reference| input.catalog.service_of_image(&reference)).map(|service| service.name.as_str())
}

/// Whether a document will only become a compose file. `{{.Node.Hostname}}` is the engine's own
/// language and stands inside values of files that are whole.
fn is_template(input: &Input<'_>) -> bool {
    let document = &input.document;
    document.is_template() && (document.path.contains("{{") || document.text().lines().any(|line| line.contains("{%") || line.contains("<%")))
}

fn image(input: &Input<'_>, service: &Service, project: &Project, scope: Scope, out: &mut Output) {
    let Some(node) = given(&service.node, "image") else { return };
    if node.text().is_none() {
        return out.gap(node.at(), "an image that is no text");
    }
    let filled = project.fill(node);
    if filled.cut {
        return out.gap(node.at(), "interpolation over the limit");
    }
    let whole = filled.whole();
    // A registry that nobody sets leaves its slash behind.
    let text = if filled.is_unset() { whole.text.trim_start_matches('/') } else { whole.text.as_str() };
    if filled.is_unset() && text.trim().is_empty() {
        return out.note(node.at(), "an image that only unset variables name");
    }
    let via = |further: &[At]| service.image_via.iter().chain(further).copied().collect();
    if ImageRef::parse(text).is_none()
        && let Some((kind, subject)) = known(input, split(text).0)
    {
        out.note(node.at(), "an image whose tag nothing here sets");
        return out.push(Reading::new(kind, subject, "", Form::Presence, node.at()).scope(scope).via(via(&[])).workload(Some(&service.name.text)));
    }
    if filled.is_unset() {
        out.note(node.at(), "a variable that nothing here sets");
    }
    out.image(input, Use { text, at: whole.at, via: via(&whole.via), scope, workload: Some(&service.name.text) });
}

/// The service or runtime that an image of this name is, whatever its version.
fn known<'i>(input: &'i Input<'_>, name: &str) -> Option<(Kind, &'i str)> {
    let reference = ImageRef::parse(name)?;
    let service = input.catalog.service_of_image(&reference).map(|service| (Kind::Service, service.name.as_str()));
    service.or_else(|| input.catalog.runtime_of_image(&reference).map(|runtime| (Kind::Runtime, runtime.name.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_claimed_by_their_names() {
        for (path, expected) in [
            ("docker-compose.yml", Claim::Yes),
            ("deploy/docker-compose-prod.yaml", Claim::Yes),
            ("compose.yaml", Claim::Yes),
            ("compose.override.yml", Claim::Yes),
            ("docker-stack.yml", Claim::Yes),
            ("podman/podman-compose.yml", Claim::Yes),
            ("compose-prod.yml", Claim::Maybe),
            ("compose_ci.yml", Claim::Maybe),
            ("dev-docker-compose.yml", Claim::Maybe),
            ("docker/compose/db.yml", Claim::Maybe),
            ("docker/prometheus/prometheus.yml", Claim::No),
            ("composer.yml", Claim::No),
            ("docker-compose.env", Claim::No),
            ("docker-compose.yml.j2", Claim::No),
            (".github/workflows/docker-compose.yml", Claim::No),
            (".github/workflows/test-docker-compose.yml", Claim::No),
        ] {
            assert_eq!(claims(path), expected, "{path}");
        }
    }

    #[test]
    fn other_files_are_told_by_what_they_hold() {
        assert!(sniff("version: '3'\nservices:\n  db:\n    image: postgres:16\n"));
        assert!(sniff("# later\n\n"));
        assert!(!sniff("services:\n  - docker:dind\njob:\n  image: alpine\n"));
        assert!(!sniff("services:\n  App\\Mailer: ~\n"));
        assert!(!sniff("global:\n  scrape_interval: 5s\n"));
    }
}
