//! The patches of one kustomization: where each is written, which objects it meets, and what
//! becomes of them. Source: the kustomization file reference, fields `patches`,
//! `patchesStrategicMerge`, `patchesJson6902`.

use super::super::inline;
use super::build::Build;
use super::edit::Budget;
use super::entries::{self, Located, list};
use super::resource::Resource;
use super::strategic::{self, Merged};
use super::{json_patch, target};
use crate::files::Document;
use crate::syntax::{At, Node};

/// A patch and where it comes from.
struct Patch {
    /// A map to merge, or a list of operations.
    tree: Node,
    /// Its entry in the kustomization.
    item: At,
    target: Option<Node>,
}

/// Applies the patches of these lists, in order.
pub(super) fn apply(build: &mut Build<'_, '_>, kustomization: &Document, tree: &Node, keys: &[&str], resources: &mut Vec<Resource>) {
    for item in keys.iter().flat_map(|key| list(tree, key)) {
        for patch in written(build, kustomization, item) {
            if build.budget.is_spent() {
                return;
            }
            one(build, &patch, resources);
        }
    }
}

/// The patches that an entry holds or names.
fn written(build: &mut Build<'_, '_>, kustomization: &Document, item: &Node) -> Vec<Patch> {
    let (inner, path) = if item.is_map() { (item.get("patch"), item.get("path")) } else { (Some(item).filter(|i| entries::is_inline(i)), Some(item)) };
    let key = item.entries().iter().find(|(key, _)| &*key.text == "patch").map(|(key, _)| key.at);
    let name = key.or(path.map(Node::at)).unwrap_or(item.at());
    let target = item.get("target").filter(|target| target.is_map()).cloned();
    let trees = match (inner, path.and_then(Node::text)) {
        (Some(inner), _) if inner.text().is_some() => inline::parse(build.input.documents, &mut build.cursor, inner),
        (None, Some(path)) => match entries::locate(build.input.documents, kustomization, path) {
            Located::File(path) => build.trees(&path, name),
            Located::Missing(reason) => {
                build.out.missing(name, reason);
                Ok(Vec::new())
            }
            Located::Folder(_) => Err((name, "a patch that is a folder")),
            Located::Remote => Ok(Vec::new()),
        },
        _ => Err((name, "a patch without a text")),
    };
    let trees = trees.unwrap_or_else(|(at, phrase)| {
        build.out.gap(at, phrase);
        Vec::new()
    });
    let mut patches = Vec::new();
    for tree in trees.into_iter().filter(|tree| !tree.is_null()) {
        if tree.text().is_some() {
            build.out.gap(tree.at(), "a patch that is neither an object nor a list of operations");
        } else {
            patches.push(Patch { tree, item: name, target: target.clone() });
        }
    }
    patches
}

fn one(build: &mut Build<'_, '_>, patch: &Patch, resources: &mut Vec<Resource>) {
    let entry = build.entry().unwrap_or(patch.item);
    let (root, mut met, mut failed) = (build.entry().is_none(), false, false);
    let budget = &mut build.budget;
    resources.retain_mut(|resource| {
        let meant = budget.spend(1)
            && match &patch.target {
                Some(wanted) => target::is_meant(wanted, resource),
                None => target::is_same(&patch.tree, resource),
            };
        if !meant {
            return true;
        }
        met = true;
        let Some(tree) = patched(resource, &patch.tree, &mut failed, budget) else { return false };
        resource.tree = tree;
        resource.touch(patch.tree.at().file, entry);
        if root && !resource.patched.contains(&patch.item) {
            resource.patched.push(patch.item);
        }
        true
    });
    if failed {
        build.out.note(patch.item, "a patch of something that is not there");
    }
    if !met && !build.open_ended {
        build.out.note(patch.item, "a patch that matches nothing");
    }
}

/// The object as patched; None where the patch removes it.
fn patched(resource: &Resource, patch: &Node, failed: &mut bool, budget: &mut Budget) -> Option<Node> {
    if patch.is_map() {
        return match strategic::merge(&resource.tree, patch, resource.group(), budget) {
            Merged::Kept(tree) => Some(tree),
            Merged::Deleted => None,
        };
    }
    Some(json_patch::apply(&resource.tree, patch.items(), budget).unwrap_or_else(|| {
        *failed = true;
        resource.tree.clone()
    }))
}
