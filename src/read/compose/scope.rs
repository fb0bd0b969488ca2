//! What the paths and the variables of a compose file mean: paths count from the folder of the
//! project that the file belongs to (Compose Specification, "Include", "Extends").

use std::rc::Rc;

use super::variables::Variables;
use crate::files::resolve;
use crate::syntax::Node;

/// What the paths and variables of a file are resolved with.
#[derive(Clone)]
pub(super) struct Scope {
    /// The folder that relative paths count from.
    pub(super) folder: String,
    pub(super) variables: Rc<Variables>,
}

impl Scope {
    /// The path from the root that a value leads to. None where it leads elsewhere, out of the tree,
    /// or a variable in it is not set.
    pub(super) fn path(&self, node: &Node) -> Option<String> {
        // A stack is started in its own folder, or it would not find its other paths.
        let here = node.text().and_then(|text| text.strip_prefix("${PWD}").or_else(|| text.strip_prefix("$PWD/")));
        if let Some(rest) = here {
            return resolve(&self.folder, rest.trim_start_matches('/')).filter(|_| !rest.contains('$'));
        }
        let filled = self.variables.fill(node);
        let reference = filled.text();
        let sound = !filled.is_unset() && !filled.cut && !reference.starts_with(['/', '~']) && !is_remote(&reference);
        resolve(&self.folder, &reference).filter(|_| sound)
    }
}

/// Whether a path or context is an address: a URL, or the short form of one that git knows.
pub(super) fn is_remote(reference: &str) -> bool {
    reference.contains("://") || reference.starts_with("git@") || reference.starts_with("github.com/") || reference.starts_with("oci:")
}
