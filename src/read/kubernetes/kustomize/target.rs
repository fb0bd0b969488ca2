//! Which objects a patch is for: its `target`, or the object that a merge patch names. Source: the
//! kustomization file reference, field `patches`.

use super::super::group;
use super::pattern;
use super::resource::Resource;
use crate::syntax::Node;

/// Whether a `target` means an object. Kind and name are patterns of the whole word; what is not
/// said leaves it open.
pub(super) fn is_meant(target: &Node, resource: &Resource) -> bool {
    let fits = |key: &str, own: &str| target.text_of(key).is_none_or(|wanted| wanted.is_empty() || pattern::matches(wanted, own));
    let name = target.text_of("name").filter(|name| !name.is_empty());
    fits("kind", resource.kind())
        && fits("group", resource.group())
        && name.is_none_or(|wanted| resource.is_called(|own| pattern::matches(wanted, own)))
        && target.text_of("labelSelector").is_none_or(|selector| may_have_labels(selector, resource))
}

/// Whether a merge patch names an object as its own. The version may differ: layers are upgraded one
/// after the other.
pub(super) fn is_same(patch: &Node, resource: &Resource) -> bool {
    let name = patch.path(&["metadata", "name"]).and_then(Node::text);
    patch.text_of("kind") == Some(resource.kind()) && group(patch) == resource.group() && name.is_some_and(|name| resource.is_called(|own| own == name))
}

/// Whether an object's own labels leave room for a selector. Labels that layers add are not known,
/// so only another value rules an object out.
fn may_have_labels(selector: &str, resource: &Resource) -> bool {
    selector.split(',').all(|term| {
        let Some((key, wanted)) = term.split_once('=') else { return true };
        let (key, wanted) = (key.trim(), wanted.trim_start_matches('=').trim());
        let (key, same) = key.strip_suffix('!').map_or((key, true), |key| (key.trim(), false));
        let own = resource.tree.path(&["metadata", "labels", key]).and_then(Node::text);
        own.is_none_or(|own| (own == wanted) == same)
    })
}
