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
        && target.text_of("labelSelector").is_none_or(|selector| has_labels(selector, resource))
}

/// Whether a merge patch names an object as its own. The version may differ: layers are upgraded one
/// after the other.
pub(super) fn is_same(patch: &Node, resource: &Resource) -> bool {
    let name = patch.path(&["metadata", "name"]).and_then(Node::text);
    patch.text_of("kind") == Some(resource.kind()) && group(patch) == resource.group() && name.is_some_and(|name| resource.is_called(|own| own == name))
}

/// Whether an object has the labels that a selector asks for. A selector of sets leaves it open.
fn has_labels(selector: &str, resource: &Resource) -> bool {
    selector.contains('(')
        || selector.split(',').map(str::trim).all(|term| match term.split_once('=') {
            Some((key, wanted)) => {
                let wanted = wanted.trim_start_matches('=').trim();
                let (key, same) = key.trim().strip_suffix('!').map_or((key.trim(), true), |key| (key.trim(), false));
                (resource.label(key) == Some(wanted)) == same
            }
            None => match term.strip_prefix('!') {
                Some(key) => resource.label(key).is_none(),
                None => term.is_empty() || resource.label(term).is_some(),
            },
        })
}
