//! What an object runs: the images of its pods or of its chart's values, and that it is there at
//! all. Source: the Kubernetes API reference; Flux HelmRelease, Argo Application and Rollout,
//! Knative Service, OpenShift DeploymentConfig.

use super::super::technology::Use;
use super::super::{Input, Output};
use super::{group, helm_values, inline};
use crate::model::{Form, Kind, Reading, Scope};
use crate::syntax::{At, Node};

/// What changed an object on its way: where a value was used, and where the object itself was
/// decided.
pub(super) trait Layers {
    /// Where a value of this container was used, nearest first.
    fn via(&self, at: At, container: &str) -> Vec<At>;
    /// Where it is said that the object is there, and through what.
    fn presence(&self) -> (At, Vec<At>);
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
            reader.chart(&values, out);
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
                    match inline::parse(input.documents, text) {
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

struct Reader<'r, 'i> {
    input: &'r Input<'i>,
    name: &'r str,
    name_at: At,
    layers: &'r dyn Layers,
    asleep: bool,
}

impl Reader<'_, '_> {
    fn pod(&self, pod: &Node, out: &mut Output) {
        let containers = pod.get("containers").map(Node::items).unwrap_or_default();
        // A patch puts its side-cars in front: the first one written beside the name is the workload's own.
        let main = containers.iter().position(|container| container.at().file == self.name_at.file).unwrap_or(0);
        for (number, container) in containers.iter().enumerate() {
            self.container(container, number == main, Scope::Run, out);
        }
        for container in pod.get("initContainers").map(Node::items).unwrap_or_default() {
            // One that restarts always is a side-car that runs as long as the pod.
            let stays = container.text_of("restartPolicy") == Some("Always");
            self.container(container, false, if stays { Scope::Run } else { Scope::Aside }, out);
        }
    }

    fn container(&self, container: &Node, main: bool, scope: Scope, out: &mut Output) {
        let Some(image) = container.get("image") else { return };
        let Some(text) = image.text().filter(|text| !text.trim().is_empty()) else { return };
        let name = container.text_of("name").unwrap_or("");
        let workload = if main || name.is_empty() { self.name.to_owned() } else { format!("{}/{name}", self.name) };
        self.image(text, image.at(), name, &workload, scope, out);
    }

    fn chart(&self, values: &[Node], out: &mut Output) {
        let found: Vec<helm_values::Found> = values.iter().flat_map(helm_values::images).collect();
        let several = found.len() > 1;
        for image in found {
            let workload = if several && !image.path.is_empty() { format!("{}/{}", self.name, image.path) } else { self.name.to_owned() };
            self.image(&image.text, image.at, "", &workload, Scope::Run, out);
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
