//! What an engine tells of one container and its image (Docker Engine API, `ContainerInspect`,
//! `ImageInspect`), as readings: those that a compose file gives for a service. What comes from the image
//! unchanged is the image's, not the environment's.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use crate::catalog::Catalog;
use crate::model::terms::{NONE, STATE};
use crate::model::{Bits, Build, Content, Digest, Fact, ImageRef, Need, Platform, Reading, Scope, Stance};
use crate::read::started::{Mount, Process, data, engine};
use crate::read::technology::Use;
use crate::read::{Input, Output};
use crate::source::{Ask, Source, facts};
use crate::syntax::{At, dotenv};

/// Labels that say which part of what a container is.
struct Labels {
    project: &'static str,
    service: &'static str,
    /// The folder that the project was started from.
    folder: &'static str,
}

/// Those of Compose (its documentation, "Labels"), podman-compose and Docker's stacks, which know no folder.
const LABELS: [Labels; 3] = [
    Labels { project: "com.docker.compose.project", service: "com.docker.compose.service", folder: "com.docker.compose.project.working_dir" },
    Labels { project: "io.podman.compose.project", service: "io.podman.compose.service", folder: "com.docker.compose.project.working_dir" },
    Labels { project: "com.docker.stack.namespace", service: "com.docker.swarm.service.name", folder: "" },
];

/// A label of a container or an image.
fn label<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.pointer("/Config/Labels")?.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// A container that runs.
pub(in crate::source) struct Container<'v> {
    value: &'v Value,
    /// What is known of its image; none where that is gone.
    image: Option<&'v Value>,
    /// The project that it is a service of.
    project: Option<&'v str>,
    /// The folder that the project was started from.
    folder: Option<&'v str>,
    /// What it is called there, else its own name.
    name: &'v str,
    /// What is wrong with it, where it does not run.
    ended: Option<&'static str>,
}

/// Whether a container, as it is listed, is of a project.
pub(super) fn is_of_project(listed: &Value) -> bool {
    let has = |name: &str| listed.get("Labels").and_then(|labels| labels.get(name)).is_some();
    LABELS.iter().any(|labels| has(labels.project) && has(labels.service))
}

/// A text inside an answer.
pub(super) fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer)?.as_str()
}

/// The texts of a list; an older engine says one alone.
pub(super) fn texts<'v>(value: &'v Value, pointer: &str) -> Vec<&'v str> {
    match value.pointer(pointer) {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The digests that registries know an image by, each behind a name. An engine that keeps its images in containerd
/// gives digests to what was built there, too, and calls the image by one: it says where that came from, an
/// older one does not, and then the label counts that compose writes into what it builds.
fn digests(image: &Value) -> Vec<&str> {
    let digests = texts(image, "/RepoDigests");
    let comes = |from: &str| image.pointer("/Identity").and_then(|identity| identity.get(from)).and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    let id = text(image, "/Id").unwrap_or("");
    let own = || digests.iter().any(|digest| digest.rsplit_once('@').is_some_and(|(_, digest)| digest == id));
    let composed = || LABELS.iter().any(|labels| label(image, labels.service).is_some());
    if !comes("Pull") && (comes("Build") || own() && composed()) { Vec::new() } else { digests }
}

/// The id of the image that a container runs.
pub(in crate::source) fn image_id(container: &Value) -> Option<&str> {
    text(container, "/Image").filter(|id| super::engine::is_id(id.strip_prefix("sha256:").unwrap_or(id)))
}

impl<'v> Container<'v> {
    /// What an engine told of a container; none where that is no container that runs, or should.
    pub(in crate::source) fn of(value: &'v Value, image: Option<&'v Value>) -> Option<Container<'v>> {
        let running = value.pointer("/State/Running").and_then(Value::as_bool) == Some(true);
        let ended = super::terms::ended(value);
        let counts = |name: &&str| (running || ended.is_some()) && !name.is_empty();
        let own = text(value, "/Name").map(|name| name.trim_start_matches('/')).filter(counts)?;
        let labelled = LABELS.iter().find_map(|labels| Some((label(value, labels.project)?, label(value, labels.service)?, labels.folder)));
        let Some((project, service, folder)) = labelled else {
            return running.then_some(Container { value, image, project: None, folder: None, name: own, ended });
        };
        // A swarm calls its services by the stack's name as well.
        let name = service.strip_prefix(project).and_then(|rest| rest.strip_prefix('_')).unwrap_or(service);
        let container = Container { value, image, project: Some(project), folder: label(value, folder), name, ended };
        (running || !container.is_one_off()).then_some(container)
    }

    /// The project that it is a service of.
    pub(super) fn project(&self) -> Option<&'v str> {
        self.project
    }

    /// The folder that the project was started from.
    pub(super) fn folder(&self) -> Option<&'v str> {
        self.folder
    }

    /// Its image, where that is there to be asked about.
    pub(super) fn image(&self) -> Option<&'v Value> {
        self.image
    }

    /// Where it is: `docker://PROJECT/SERVICE`, or `docker://NAME`.
    pub(in crate::source) fn place(&self) -> String {
        self.project.map_or_else(|| format!("docker://{}", self.name), |project| format!("docker://{project}/{}", self.name))
    }

    /// The set-up that it is a part of.
    pub(super) fn setup(&self) -> String {
        format!("docker:{}", self.project.unwrap_or("containers"))
    }

    /// The service that it is a part of, or its own name.
    pub(super) fn name(&self) -> &'v str {
        self.name
    }

    /// What the engine calls it, without the random word that a swarm adds.
    pub(super) fn own_name(&self) -> &'v str {
        let whole = text(self.value, "/Name").unwrap_or_default().trim_start_matches('/');
        let task = label(self.value, "com.docker.swarm.task.id").and_then(|task| whole.strip_suffix(task)?.strip_suffix('.'));
        task.unwrap_or(whole)
    }

    /// The id of the image that it runs.
    pub(super) fn image_id(&self) -> Option<&'v str> {
        image_id(self.value)
    }

    /// Whether it runs a backing service: what lies inside is somebody else's affair.
    pub(super) fn is_backing(&self, catalog: &Catalog) -> bool {
        self.reference().and_then(|reference| ImageRef::parse(&reference)).is_some_and(|image| catalog.service_of_image(&image).is_some())
    }

    /// When it was made, in seconds since 1970: what was written since is not its image's.
    pub(super) fn made(&self) -> Option<u64> {
        let made: jiff::Timestamp = text(self.value, "/Created")?.parse().ok()?;
        u64::try_from(made.as_second()).ok()
    }

    /// Whether somebody started it for one task (`compose run`).
    pub(super) fn is_one_off(&self) -> bool {
        label(self.value, "com.docker.compose.oneoff").is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }

    /// The reference of what it runs, its digest beside the tag where the engine knows one.
    fn reference(&self) -> Option<String> {
        let is_id = |text: &&str| text.starts_with("sha256:") || ImageRef::parse(text).is_none();
        let known = |pointer: &str| self.image.map(|image| texts(image, pointer)).unwrap_or_default();
        let (tags, digests) = (known("/RepoTags"), self.image.map(digests).unwrap_or_default());
        let stated = text(self.value, "/Config/Image").filter(|text| !is_id(text));
        // One that was started by its id is called by a name that the id has.
        let named = stated.or_else(|| tags.iter().chain(&digests).copied().find(|text| !is_id(text) && !text.contains('<')))?;
        let reference = ImageRef::parse(named)?;
        let same = |text: &&str| ImageRef::parse(text).is_some_and(|other| other.name() == reference.name());
        // Podman makes digests of its own for what was built there, and knows an index and its part by one name:
        // neither is what another engine would say.
        let mut digests: Vec<&str> = digests.into_iter().filter(same).filter_map(|text| Some(text.rsplit_once('@')?.1)).collect();
        digests.sort_unstable();
        digests.dedup();
        let digest = match digests.as_slice() {
            [one] if reference.digest().is_none() && reference.registry() != "localhost" => Some(*one),
            _ => None,
        };
        Some(digest.map_or_else(|| named.to_owned(), |digest| format!("{named}@{digest}")))
    }

    /// What is said of it at a place, by a source; of what was built there itself only where that is wanted.
    pub(super) fn facts(&self, source: &'static Source, ask: &Ask, place: &str, built: bool) -> Vec<Fact> {
        let bits = self.bits().map(Arc::new);
        let mut facts = facts(source, ask, place, &self.setup(), |input, at, out| self.read(input, at, built, out));
        facts.iter_mut().filter(|fact| fact.value.image.is_some()).for_each(|fact| fact.bits.clone_from(&bits));
        facts
    }

    /// Whether it does not run.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// Whether it does not run, and need not.
    pub(super) fn is_done(&self) -> bool {
        self.ended == Some(NONE)
    }

    /// What is said of it where it has ended.
    pub(super) fn end(&self, source: &'static Source, ask: &Ask) -> Vec<Fact> {
        let identity = text(self.value, "/Config/Image").and_then(ImageRef::parse).map_or_else(|| self.name.to_owned(), |image| image.name());
        facts(source, ask, &self.place(), &self.setup(), |_, at, out| {
            let process = Process { workload: self.name, identity: &identity, backing: false, at, via: &|_| Vec::new() };
            self.ended.into_iter().for_each(|how| process.term(STATE, how, at, out));
        })
    }

    /// The bits of what it runs, as the engine knows them. What Podman built itself has digests, too, that no
    /// registry knows.
    fn bits(&self) -> Option<Bits> {
        let image = self.image?;
        let of = |name: &str| text(image, name).unwrap_or("");
        let digests = digests(image).into_iter().filter(|text| !text.starts_with("localhost/"));
        let build = Build {
            platform: Platform::of(of("/Os"), of("/Architecture"), of("/Variant")),
            files: Build::files(texts(image, "/RootFS/Layers").into_iter()),
            revision: label(image, Build::REVISION).and_then(Build::revision),
            ..Build::default()
        };
        let id = of("/Id");
        let id = Digest::parse(id).or_else(|| Digest::parse(&format!("sha256:{id}")));
        Some(Bits { digests: digests.filter_map(|text| Digest::parse(text.rsplit_once('@')?.1)).collect(), id, builds: vec![build] })
    }

    /// Hands over what it runs, what it is given, and how it was started.
    fn read(&self, input: &Input<'_>, at: At, built: bool, out: &mut Output) {
        let scope = if self.is_one_off() { Scope::Aside } else { Scope::Run };
        let reference = self.reference().unwrap_or_default();
        let image = ImageRef::parse(&reference);
        let service = image.as_ref().and_then(|image| input.catalog.service_of_image(image));
        // What was built on the machine itself has no version that others could have.
        let silent = |image: &ImageRef| !built && image.is_floating() && service.is_none() && input.catalog.runtime_of_image(image).is_none();
        if image.as_ref().is_some_and(|image| !silent(image)) {
            out.image(input, Use { text: &reference, at, via: Vec::new(), scope, workload: Some(self.name) });
        }
        let (Some(own), Scope::Run) = (self.image, scope) else { return };
        if service.is_none() {
            self.variables(own, at, input.catalog, out);
            super::own::versions(own, self.name, at, input.catalog, out);
        }
        super::own::user(self.value, self.name, at, out);
        let identity = image.as_ref().map_or_else(|| self.name.to_owned(), ImageRef::name);
        let via = |_: At| Vec::new();
        let process = Process { workload: self.name, identity: &identity, backing: service.is_some(), at, via: &via };
        process.command(&self.line(own, at), out);
        process.health(self.health(own).map(|text| (text, at)), out);
        super::terms::tell(self.value, own, label(self.value, "com.docker.swarm.service.name").is_some(), &process, out);
        if let Some(engine) = image.as_ref().and_then(|image| engine(input, image)) {
            let words: Vec<&str> = ["/Config/Env", "/Config/Cmd", "/Config/Entrypoint"].into_iter().flat_map(|pointer| texts(self.value, pointer)).collect();
            data(engine, self.name, &self.mounts(at), &|folder| words.iter().any(|word| word.contains(folder)), &via, out);
        }
    }

    /// The variables that it is given, and the names of those that its image has.
    fn variables(&self, image: &Value, at: At, catalog: &Catalog, out: &mut Output) {
        let images: HashSet<&str> = texts(image, "/Config/Env").into_iter().collect();
        let all = images.iter().copied().chain(texts(self.value, "/Config/Env"));
        let named = all.filter_map(|entry| Some((entry, entry.split_once('=').filter(|(name, _)| dotenv::is_name(name))?)));
        for (entry, (name, value)) in named {
            let reading = if images.contains(entry) || catalog.variables.is_of_engine(name) {
                Reading::variable_without(Stance::Inherited, Need::Bare, Content::Reference, name, at)
            } else {
                Reading::variable(Stance::Given, name, value, at)
            };
            out.push(reading.workload(Some(self.name)));
        }
    }

    /// The words of its command line that are not the image's.
    fn line(&self, image: &Value, at: At) -> Vec<(String, At)> {
        let own = |pointer: &str| Some(texts(self.value, pointer)).filter(|words| *words != texts(image, pointer)).unwrap_or_default();
        let words = own("/Config/Entrypoint").into_iter().chain(own("/Config/Cmd"));
        words.map(|word| (word.to_owned(), at)).collect()
    }

    /// The command of its health check, unless it has none or the image's.
    fn health(&self, image: &Value) -> Option<String> {
        let own = texts(self.value, "/Config/Healthcheck/Test");
        if own == texts(image, "/Config/Healthcheck/Test") {
            return None;
        }
        let words = match own.split_first()? {
            (&"NONE", _) => return None,
            (&("CMD" | "CMD-SHELL"), rest) => rest.join(" "),
            _ => own.join(" "),
        };
        Some(words.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// What is mounted into it and outlives it. A volume that nobody named dies with it; of what comes from
    /// the host, the path is the host's own affair.
    fn mounts(&self, at: At) -> Vec<Mount> {
        let all = self.value.pointer("/Mounts").and_then(Value::as_array);
        let one = |mount: &Value| {
            let named = text(mount, "/Name").filter(|name| !super::engine::is_id(name));
            let source = match text(mount, "/Type")? {
                "volume" => named?.to_owned(),
                "bind" => "/".to_owned(),
                _ => return None,
            };
            Some(Mount { source, target: text(mount, "/Destination")?.to_owned(), at })
        };
        all.map(|all| all.iter().filter_map(one).collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn container(config: Value) -> Value {
        json!({ "Name": "/shop-web-1", "State": { "Running": true, "Status": "a state that nobody knows" }, "Config": config })
    }

    #[test]
    fn places_are_told_by_labels() {
        let labels = |labels: Value| {
            let value = container(json!({ "Labels": labels }));
            Container::of(&value, None).map(|container| format!("{} {} {}", container.name, container.place(), container.setup()))
        };
        let told = |text: &str| Some(text.to_owned());
        assert_eq!(labels(json!({ "com.docker.compose.project": "shop", "com.docker.compose.service": "web" })), told("web docker://shop/web docker:shop"));
        assert_eq!(
            labels(json!({ "com.docker.stack.namespace": "shop", "com.docker.swarm.service.name": "shop_web" })),
            told("web docker://shop/web docker:shop")
        );
        assert_eq!(labels(Value::Null), told("shop-web-1 docker://shop-web-1 docker:containers"));
        assert!(Container::of(&json!({ "Name": "/x", "State": { "Running": false } }), None).is_none());
        assert!(Container::of(&json!([1]), None).is_none());
    }

    #[test]
    fn images_are_called_by_tag_and_digest() {
        let digest = format!("sha256:{}", "ab".repeat(32));
        let reference = |stated: &str, image: Value| {
            let value = container(json!({ "Image": stated }));
            Container::of(&value, Some(&image)).and_then(|container| container.reference())
        };
        let known = json!({ "RepoTags": ["postgres:16.4"], "RepoDigests": [format!("other@{digest}"), format!("postgres@{digest}")] });
        assert_eq!(reference("postgres:16.4", known.clone()), Some(format!("postgres:16.4@{digest}")));
        assert_eq!(reference(&digest, known.clone()), Some(format!("postgres:16.4@{digest}")));
        assert_eq!(reference("docker.io/library/postgres:16", known), Some(format!("docker.io/library/postgres:16@{digest}")));
        let both = json!({ "RepoDigests": [format!("postgres@{digest}"), format!("postgres@sha256:{}", "cd".repeat(32))] });
        assert_eq!(reference("postgres:16", both), Some("postgres:16".to_owned()));
        let built = json!({ "RepoDigests": [format!("localhost/web@{digest}")] });
        assert_eq!(reference("localhost/web:1", built), Some("localhost/web:1".to_owned()));
        assert_eq!(reference("shop/web:1", json!({ "RepoDigests": [] })), Some("shop/web:1".to_owned()));
        assert_eq!(reference(&"ab".repeat(32), json!({ "RepoTags": ["<none>:<none>"] })), None);
    }

    #[test]
    fn what_was_built_there_has_no_digest_of_a_registry() {
        let id = format!("sha256:{}", "ab".repeat(32));
        let image = |more: Value| {
            let mut image = json!({ "Id": id, "RepoDigests": [format!("shop/web@{id}")] });
            image.as_object_mut().zip(more.as_object()).into_iter().for_each(|(all, more)| all.extend(more.clone()));
            let value = container(json!({ "Image": "shop/web:1" }));
            Container::of(&value, Some(&image)).and_then(|container| Some((container.reference()?.contains('@'), container.bits()?.is_published())))
        };
        let labels = json!({ "Labels": { "com.docker.compose.service": "web" } });
        let (known, unknown) = (Some((true, true)), Some((false, false)));
        assert_eq!(image(json!({})), known);
        assert_eq!(image(json!({ "Config": labels })), unknown);
        // The engine itself knows better, and another store has digests of registries alone.
        assert_eq!(image(json!({ "Config": labels, "Identity": { "Build": [{}], "Pull": [{ "Repository": "shop/web" }] } })), known);
        assert_eq!(image(json!({ "Identity": { "Build": [{}] } })), unknown);
        assert_eq!(image(json!({ "Config": labels, "Id": format!("sha256:{}", "cd".repeat(32)) })), known);
    }

    #[test]
    fn volumes_that_nobody_named_hold_nothing() {
        let mounts = json!([
            { "Type": "volume", "Name": "a1".repeat(32), "Destination": "/var/lib/postgresql/data" },
            { "Type": "volume", "Name": "data", "Destination": "/data" },
            { "Type": "bind", "Source": "/srv/secret", "Destination": "/etc/x" },
            { "Type": "tmpfs", "Destination": "/tmp" },
            { "Type": "unheard-of" },
        ]);
        let value = json!({ "Name": "/db", "State": { "Running": true }, "Mounts": mounts });
        let at = At::file(crate::syntax::FileId(0));
        let mounts = Container::of(&value, None).map(|container| container.mounts(at)).unwrap_or_default();
        let said: Vec<(&str, &str)> = mounts.iter().map(|mount| (mount.source.as_str(), mount.target.as_str())).collect();
        assert_eq!(said, [("data", "/data"), ("/", "/etc/x")]);
    }
}
