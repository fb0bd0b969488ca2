//! What an object runs: the images of its pods or of its chart's values, the variables that they are
//! given, and that it is there at all. Source: the Kubernetes API reference; Flux HelmRelease, Argo Application and Rollout,
//! Knative Service, OpenShift DeploymentConfig.

use std::collections::HashMap;

use super::super::started::{Mount, Process, data, engine, words};
use super::super::technology::Use;
use super::super::{Input, Output};
use super::configs::{Config, Sort};
use super::given::Given;
use super::{blocks, container, group, helm_values, inline, ports};
use crate::model::{Form, ImageRef, Kind, Reading, Scope};
use crate::syntax::{At, Node};

/// What changed an object on its way: where a value was used, and where the object itself was
/// decided.
pub(super) trait Layers {
    /// Where a value of this container was used, nearest first.
    fn via(&self, _at: At, _container: &str) -> Vec<At> {
        Vec::new()
    }
    /// Where it is said that the object is there, and through what.
    fn presence(&self) -> (At, Vec<At>);
    /// The ConfigMap or Secret that the object means by a name.
    fn config(&self, _sort: Sort, _name: &str) -> Option<Config> {
        None
    }
    /// Where a value of the ConfigMap of this number was used.
    fn via_of(&self, _number: usize, _at: At) -> Vec<At> {
        Vec::new()
    }
    /// Takes what variables cost; false where nothing is left.
    fn spend(&self, cost: usize) -> bool;
}

/// Where the pods of a kind stand in its objects.
fn pod_path(kind: &str, group: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "Pod" => &["spec"],
        "PodTemplate" => &["template", "spec"],
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" | "Rollout" | "DeploymentConfig" => {
            &["spec", "template", "spec"]
        }
        "Service" if group == "serving.knative.dev" => &["spec", "template", "spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => return None,
    })
}

/// The place of an object's pod, if it is a workload.
pub(super) fn pod_path_of(object: &Node) -> Option<&'static [&'static str]> {
    pod_path(object.text_of("kind")?, group(object))
}

/// Hands over what an object of this name runs.
pub(super) fn read(input: &Input<'_>, object: &Node, name: &str, name_at: At, layers: &dyn Layers, out: &mut Output) {
    // SOPS encrypts values in place: what is left says nothing.
    if object.get("sops").is_some() {
        return;
    }
    let asleep = is_asleep(object);
    let reader = Reader { input, name, name_at, layers, asleep };
    match pod_path_of(object) {
        Some(path) => {
            if let Some(pod) = object.path(path) {
                reader.pod(pod, out);
            }
        }
        None => {
            let Some(values) = chart_values(input, object, out) else { return };
            reader.chart(&values, true, out);
        }
    }
    if !asleep {
        let (at, via) = layers.presence();
        out.push(Reading::new(Kind::Service, name, "", Form::Presence, at).via(via).workload(Some(name)));
    }
}

/// Whether an object is there but runs nothing: no replicas, or suspended.
fn is_asleep(object: &Node) -> bool {
    let spec = |key: &str| object.path(&["spec", key]).and_then(Node::text);
    spec("replicas").is_some_and(|n| n.trim() == "0") || spec("suspend").is_some_and(|yes| yes.eq_ignore_ascii_case("true"))
}

/// The values that an object hands to charts; None where it installs none.
fn chart_values(input: &Input<'_>, object: &Node, out: &mut Output) -> Option<Vec<Node>> {
    let spec = object.get("spec")?;
    match (object.text_of("kind")?, group(object)) {
        ("HelmRelease", group) if group.ends_with("fluxcd.io") => Some(spec.get("values").cloned().into_iter().collect()),
        ("Application", "argoproj.io") => {
            let sources = spec.get("source").into_iter().chain(spec.get("sources").map(Node::items).unwrap_or_default());
            let mut values = Vec::new();
            for helm in sources.filter_map(|source| source.get("helm")) {
                values.extend(helm.get("valuesObject").cloned());
                if let Some(text) = helm.get("values").filter(|values| values.text().is_some()) {
                    match inline::parse(input.documents, &mut inline::Cursor::default(), text) {
                        Ok(parsed) => values.extend(parsed),
                        Err((at, phrase)) => out.gap(at, phrase),
                    }
                }
            }
            Some(values)
        }
        _ => None,
    }
}

/// Reads what one object runs.
pub(super) struct Reader<'r, 'i> {
    pub(super) input: &'r Input<'i>,
    /// What the object is called.
    pub(super) name: &'r str,
    pub(super) name_at: At,
    pub(super) layers: &'r dyn Layers,
    /// Whether it is there but runs nothing.
    pub(super) asleep: bool,
}

impl Reader<'_, '_> {
    fn pod(&self, pod: &Node, out: &mut Output) {
        let containers = pod.get("containers").map(Node::items).unwrap_or_default();
        // Patches put in front what they speak of: the first one that was written beside the name is the workload's own.
        let beside = containers.iter().enumerate().filter(|(_, container)| container.at().file == self.name_at.file);
        let main = beside.min_by_key(|(_, container)| container.at()).map_or(0, |(number, _)| number);
        for (number, container) in containers.iter().enumerate() {
            self.container(pod, container, number == main, Scope::Run, out);
            self.probes(pod, container, number == main, out);
        }
        for container in pod.get("initContainers").map(Node::items).unwrap_or_default() {
            // One that restarts always is a side-car that runs as long as the pod.
            let stays = container.text_of("restartPolicy") == Some("Always");
            self.container(pod, container, false, if stays { Scope::Run } else { Scope::Aside }, out);
        }
    }

    fn container(&self, pod: &Node, container: &Node, main: bool, scope: Scope, out: &mut Output) {
        let name = container.text_of("name").unwrap_or("");
        let workload = self.workload(name, main);
        let image = container.get("image").and_then(|image| Some((image.text().filter(|text| !text.trim().is_empty())?, image.at())));
        if let Some((text, at)) = image {
            self.image(text, at, name, &workload, scope, out);
        }
        let reference = image.and_then(|(text, _)| ImageRef::parse(text));
        if let Some(reference) = reference.as_ref().filter(|_| scope == Scope::Run && !self.asleep) {
            self.started(pod, container, &workload, reference, out);
        }
        if reference.as_ref().is_some_and(|image| self.input.catalog.service_of_image(image).is_some()) {
            return;
        }
        // A side-car is no part of the workload's own code.
        let called = [if main { self.name } else { name }, reference.as_ref().map_or("", ImageRef::base_name)];
        let component = called.into_iter().find_map(|name| self.input.components.named(name));
        let given = container::variables(container, self.layers, out);
        self.variables(given, component, &workload, scope, out);
    }

    fn probes(&self, pod: &Node, container: &Node, main: bool, out: &mut Output) {
        let name = container.text_of("name").unwrap_or("");
        if !self.asleep {
            ports::probes(pod, container, &self.workload(name, main), &|at| self.layers.via(at, name), out);
        }
    }

    /// How a container is started, and where the volumes of a backing service are.
    fn started(&self, pod: &Node, container: &Node, workload: &str, image: &ImageRef, out: &mut Output) {
        let name = container.text_of("name").unwrap_or("");
        let (identity, via) = (image.name(), |at| self.layers.via(at, name));
        let backing = self.input.catalog.service_of_image(image).is_some();
        let at = container.get("name").map_or(self.name_at, Node::at);
        let text = |node: &Node| node.text().unwrap_or("").to_owned();
        let line: Option<Vec<_>> = ["command", "args"].into_iter().filter_map(|key| container.get(key)).map(|node| words(node, &text)).collect();
        if let Some(line) = line {
            Process { workload, identity: &identity, backing, at, via: &via }.command(&line.concat(), out);
        }
        if let Some(engine) = engine(self.input, image) {
            let mounts: Vec<Mount> = container.get("volumeMounts").map(Node::items).unwrap_or_default().iter().filter_map(|one| lasting(pod, one)).collect();
            data(engine, workload, &mounts, &|folder| ports::speaks(container, &|text| text.contains(folder)), &via, out);
        }
    }

    /// What a container is called among the workloads.
    fn workload(&self, container: &str, main: bool) -> String {
        if main || container.is_empty() { self.name.to_owned() } else { format!("{}/{container}", self.name) }
    }

    /// Hands over what a chart's values say. `bare`: whether images count that name neither tag nor
    /// digest.
    pub(super) fn chart(&self, values: &[Node], bare: bool, out: &mut Output) {
        let found: Vec<helm_values::Found> = values.iter().flat_map(helm_values::images).collect();
        let several = found.len() > 1;
        let named = |path: &str| if several && !path.is_empty() { format!("{}/{path}", self.name) } else { self.name.to_owned() };
        for image in found.iter().filter(|image| bare || image.tagged) {
            self.image(&image.text, image.at, "", &named(&image.path), Scope::Run, out);
        }
        let by_path: HashMap<&str, &helm_values::Found> = found.iter().map(|image| (image.path.as_str(), image)).collect();
        for block in values.iter().flat_map(blocks::find) {
            // What stands beside an image is for that image.
            let image = block.above().find_map(|path| by_path.get(path));
            let is_service = image.and_then(|image| ImageRef::parse(&image.text)).is_some_and(|image| self.input.catalog.service_of_image(&image).is_some());
            if is_service || block.path.split('.').any(|part| self.input.catalog.service(part).is_some()) {
                continue;
            }
            if !self.layers.spend(block.given.len()) {
                return out.gap(At::file(self.input.document.id), "more variables than the limit");
            }
            let component = block.path.rsplit('.').chain([self.name]).find_map(|name| self.input.components.named(name));
            let workload = named(image.map_or("", |image| &image.path));
            let given = block.given.into_iter().map(|given| {
                let via = self.layers.via(given.at, "");
                given.via(via)
            });
            self.variables(given.collect(), component, &workload, Scope::Run, out);
        }
    }

    fn variables(&self, given: Vec<Given>, component: Option<&str>, workload: &str, scope: Scope, out: &mut Output) {
        let scope = if self.asleep { Scope::Aside } else { scope };
        for one in given {
            out.push(one.reading().scope(scope).component(component).workload(Some(workload)));
        }
    }

    fn image(&self, text: &str, at: At, container: &str, workload: &str, scope: Scope, out: &mut Output) {
        if text.contains("${") {
            return out.note(at, "an image with a variable that the deployment sets");
        }
        let scope = if self.asleep { Scope::Aside } else { scope };
        out.image(self.input, Use { text, at, via: self.layers.via(at, container), scope, workload: Some(workload) });
    }
}

/// A mount of a volume that outlives its pod: a claim, or one that the workload makes for each pod.
fn lasting(pod: &Node, mount: &Node) -> Option<Mount> {
    let (source, target) = (mount.text_of("name")?, mount.get("mountPath")?);
    let volume = pod.get("volumes").map(Node::items).unwrap_or_default().iter().find(|volume| volume.text_of("name") == Some(source));
    let lasts = volume.is_none_or(|volume| volume.get("persistentVolumeClaim").is_some() || volume.get("hostPath").is_some());
    lasts.then(|| Some(Mount { source: source.to_owned(), target: target.text()?.to_owned(), at: target.at() }))?
}
