//! Ports: what probes and Services ask of a pod, and what its containers declare. Source: the Kubernetes
//! API reference, core/v1, Probe, ContainerPort, ServicePort.

use super::{group, name, workload};
use crate::model::{Callee, Form, Kind, Reading, Side};
use crate::read::Output;
use crate::syntax::{At, Node};

/// The probes of a container, and where each names its port.
const PROBES: &[&str] = &["livenessProbe", "readinessProbe", "startupProbe"];
const ASKED: &[&[&str]] = &[&["httpGet", "port"], &["tcpSocket", "port"], &["grpc", "port"]];

/// How many workloads are looked through for those that a Service selects.
const SELECTED: usize = 500;

/// A port that a container declares.
struct Port<'n> {
    number: &'n Node,
    name: Option<&'n str>,
}

impl Port<'_> {
    /// Whether this is the port that is asked for, by number or name.
    fn is(&self, asked: &str) -> bool {
        self.number.text() == Some(asked) || self.name == Some(asked)
    }
}

fn ports(container: &Node) -> impl Iterator<Item = Port<'_>> {
    let all = container.get("ports").map(Node::items).unwrap_or_default();
    all.iter().filter_map(|port| Some(Port { number: port.get("containerPort")?, name: port.text_of("name") }))
}

/// Every container of a pod that stays.
fn containers(pod: &Node) -> impl Iterator<Item = &Node> {
    ["containers", "initContainers"].into_iter().flat_map(|key| pod.get(key).map(Node::items).unwrap_or_default())
}

/// Hands over what somebody asks for, and what is declared: the same, or others in its place.
fn say(workload: &str, asked: (&str, At), declared: &[Port<'_>], via: &dyn Fn(At) -> Vec<At>, out: &mut Output) {
    let (port, at) = asked;
    let mut push = |side: Side, text: &str, at: At| {
        let reading = Reading::new(Kind::Config, format!("{workload}:{port}"), text, Form::Interface(Callee::Process, side), at);
        out.push(reading.workload(Some(workload)).via(via(at)));
    };
    push(Side::Passed, port, at);
    match declared.iter().find(|declared| declared.is(port)) {
        Some(found) => push(Side::Declared, port, found.number.at()),
        None => declared.iter().for_each(|other| push(Side::Instead, other.number.text().unwrap_or(""), other.number.at())),
    }
}

/// What the probes of a container ask for. The containers of a pod share its address, and names hold in
/// one container.
pub(super) fn probes(pod: &Node, container: &Node, workload: &str, via: &dyn Fn(At) -> Vec<At>, out: &mut Output) {
    let own: Vec<Port<'_>> = ports(container).collect();
    // A container need not declare a port to listen on it; one that declares some declares all, or so one hopes.
    if own.is_empty() {
        return;
    }
    let asked = PROBES.iter().filter_map(|probe| container.get(probe)).flat_map(|probe| ASKED.iter().filter_map(|path| probe.path(path)));
    let asked: Vec<(&Node, &str)> = asked.filter_map(|node| Some((node, node.text()?))).collect();
    // Whoever declares several ports for others, and none that its probes ask for, has one for them alone.
    let for_others = own.len() > 1 && asked.iter().all(|(_, port)| is_number(port) && !own.iter().any(|declared| declared.is(port)));
    for (node, port) in asked.into_iter().filter(|_| !for_others) {
        let beside = || containers(pod).flat_map(ports).any(|declared| declared.number.text() == Some(port));
        if own.iter().any(|declared| declared.is(port)) || !(is_number(port) && (beside() || mentions(container, port))) {
            say(workload, (port, node.at()), &own, via, out);
        }
    }
}

fn is_number(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a container is told a number in its arguments or variables: it may listen there.
fn mentions(container: &Node, number: &str) -> bool {
    speaks(container, &|text| text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits == number))
}

/// Whether an argument or a variable of a container is such a text.
pub(super) fn speaks(container: &Node, holds: &dyn Fn(&str) -> bool) -> bool {
    let words = ["args", "command"].into_iter().filter_map(|key| container.get(key)).flat_map(Node::one_or_many);
    let values = container.get("env").map(Node::items).unwrap_or_default().iter().filter_map(|one| one.get("value"));
    words.chain(values).filter_map(Node::text).any(holds)
}

/// Whether an object leads to pods by their labels.
pub(super) fn is_service(object: &Node) -> bool {
    object.text_of("kind") == Some("Service") && group(object).is_empty()
}

/// What the Services among some objects ask of the pods that they select among them.
pub(super) fn services(objects: &[&Node], via: &dyn Fn(usize, At) -> Vec<At>, out: &mut Output) {
    let pods: Vec<(&Node, &Node, &Node)> = objects
        .iter()
        .filter_map(|object| {
            let path = workload::pod_path_of(object)?;
            let template = object.path(path.get(..path.len().checked_sub(1)?)?)?;
            Some((*object, template.path(&["metadata", "labels"])?, object.path(path)?))
        })
        .take(SELECTED)
        .collect();
    for (number, service) in objects.iter().enumerate().filter(|(_, object)| is_service(object)) {
        let selector = service.path(&["spec", "selector"]).map(Node::entries).unwrap_or_default();
        let selects = |labels: &Node| selector.iter().all(|(key, value)| value.text().is_some() && labels.text_of(&key.text) == value.text());
        let mut selected = pods.iter().filter(|(_, labels, _)| !selector.is_empty() && selects(labels));
        // Several that share labels share the Service, each with ports of its own.
        let (Some((object, _, pod)), None) = (selected.next(), selected.next()) else { continue };
        let declared: Vec<Port<'_>> = containers(pod).flat_map(ports).collect();
        let Some(workload) = name(object).and_then(Node::text).filter(|_| !declared.is_empty()) else { continue };
        for port in service.path(&["spec", "ports"]).map(Node::items).unwrap_or_default() {
            let Some(asked) = port.get("targetPort").or_else(|| port.get("port")) else { continue };
            let Some(text) = asked.text() else { continue };
            if !is_number(text) || declared.iter().any(|one| one.is(text)) || !containers(pod).any(|container| mentions(container, text)) {
                say(workload, (text, asked.at()), &declared, &|at| via(number, at), out);
            }
        }
    }
}
