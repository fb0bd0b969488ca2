//! The fields of a kustomization that change objects by themselves: `namePrefix`, `nameSuffix`,
//! `replicas`, `images`. Source: the kustomization file reference.

use std::sync::Arc;

use super::super::workload;
use super::edit::{Budget, change, with};
use super::entries::list;
use super::resource::Resource;
use crate::syntax::{At, Node, Value};

/// `namePrefix` and `nameSuffix`.
pub(super) fn rename(kustomization: &Node, resources: &mut [Resource]) {
    let (prefix, suffix) = (kustomization.text_of("namePrefix").unwrap_or(""), kustomization.text_of("nameSuffix").unwrap_or(""));
    if prefix.is_empty() && suffix.is_empty() {
        return;
    }
    for resource in resources {
        let name = format!("{prefix}{}{suffix}", resource.name);
        resource.earlier.push(std::mem::replace(&mut resource.name, name));
    }
}

/// `replicas`: how many of a workload run.
pub(super) fn replicas(kustomization: &Node, resources: &mut [Resource], budget: &mut Budget) {
    for entry in list(kustomization, "replicas") {
        let (Some(name), Some(count)) = (entry.text_of("name"), entry.get("count")) else { continue };
        for resource in resources.iter_mut() {
            if !budget.spend(1) {
                return;
            }
            if matches!(resource.kind(), "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController") && resource.is_called(|n| n == name) {
                let set = &mut |spec: &Node| Some(with(spec, "replicas", Some(count.clone())));
                if let Some(tree) = change(&resource.tree, &["spec"], set) {
                    resource.tree = tree;
                }
            }
        }
    }
}

/// `images`: other names, tags and digests for images. `entry` is the root's entry that brought this
/// kustomization in; None in the root itself.
pub(super) fn images(kustomization: &Node, entry: Option<At>, resources: &mut [Resource], budget: &mut Budget) {
    let changes = list(kustomization, "images");
    if changes.is_empty() {
        return;
    }
    for resource in resources {
        let Some(pod) = workload::pod_path_of(&resource.tree) else { continue };
        for key in ["containers", "initContainers"] {
            let path: Vec<&str> = pod.iter().copied().chain([key]).collect();
            let mut replaced = Vec::new();
            let tree = change(&resource.tree, &path, &mut |containers| {
                if !budget.spend(containers.items().len().saturating_mul(changes.len())) {
                    return None;
                }
                let items = containers.items().iter().map(|container| image(container, changes, &mut replaced)).collect();
                Some(Node::new(Value::List(items), containers.at()))
            });
            if let (Some(tree), false) = (tree, replaced.is_empty()) {
                resource.tree = tree;
                for (new, container, old) in replaced {
                    resource.images.push((new, container, old));
                    if let Some(entry) = entry {
                        resource.touch(new.file, entry);
                    }
                }
            }
        }
    }
}

/// A container with what the entries make of its image, one after the other.
fn image(container: &Node, changes: &[Node], replaced: &mut Vec<(At, Arc<str>, At)>) -> Node {
    let Some(mut node) = container.get("image").cloned() else { return container.clone() };
    let before = replaced.len();
    for change in changes {
        let (Some(text), Some(name)) = (node.text(), change.text_of("name")) else { continue };
        let parts = split(text);
        if parts.name != name {
            continue;
        }
        let field = |key: &str| change.get(key).filter(|node| node.text().is_some_and(|text| !text.is_empty()));
        let (name, tag, digest) = (field("newName"), field("newTag"), field("digest"));
        // A tag or a digest of its own replaces both of the old ones.
        let (old_tag, old_digest) = if tag.is_some() || digest.is_some() { (None, None) } else { (parts.tag, parts.digest) };
        let Some(at) = tag.or(digest).or(name).map(Node::at) else { continue };
        let mut new = name.and_then(Node::text).unwrap_or(parts.name).to_owned();
        for (sign, part) in [(':', tag.and_then(Node::text).or(old_tag)), ('@', digest.and_then(Node::text).or(old_digest))] {
            if let Some(part) = part {
                new.push(sign);
                new.push_str(part);
            }
        }
        replaced.push((at, container.text_of("name").unwrap_or("").into(), node.at()));
        node = Node::scalar(new, at);
    }
    if replaced.len() == before { container.clone() } else { with(container, "image", Some(node)) }
}

struct Parts<'t> {
    name: &'t str,
    tag: Option<&'t str>,
    digest: Option<&'t str>,
}

/// An image as kustomize takes it apart: what it is called is compared as written.
fn split(image: &str) -> Parts<'_> {
    let (rest, digest) = image.split_once('@').map_or((image, None), |(rest, digest)| (rest, Some(digest)));
    match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => Parts { name, tag: Some(tag), digest },
        _ => Parts { name: rest, tag: None, digest },
    }
}
