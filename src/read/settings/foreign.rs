//! References of one environment's file that lead to another environment's, although the own one's
//! stands beside that: a copied line that was not adapted.

use super::own_words::meaning;
use crate::catalog::Catalog;
use crate::files::{Documents, folder, resolve};
use crate::model::{Content, Form, Kind, Reading, Setting};
use crate::syntax::{At, Node};

/// One environment's file, and the word that names it.
pub(super) struct Place<'p> {
    pub(super) path: &'p str,
    pub(super) word: &'p str,
}

/// Every such reference of a document.
pub(super) fn find(tree: &Node, place: &Place<'_>, documents: &Documents<'_>, catalog: &Catalog, out: &mut Vec<Reading>) {
    walk(tree, &mut String::new(), &mut |path, text, at| {
        let Some((own, other)) = misled(text, place, documents, catalog) else { return };
        let file = |path: &str| documents.open(path).map(|document| At::file(document.id));
        let via = [file(&own), file(&other)].into_iter().flatten().collect();
        let setting = Setting { content: Content::Literal, composite: None, inherited: false, foreign: true };
        out.push(Reading::new(Kind::Config, path.strip_suffix('.').unwrap_or(path), text, Form::Setting(setting), at).via(via));
    });
}

/// The file of the own environment that should be meant, and the file that is.
fn misled(text: &str, place: &Place<'_>, documents: &Documents<'_>, catalog: &Catalog) -> Option<(String, String)> {
    if text.len() > 200 || !text.contains('.') || text.contains(char::is_whitespace) {
        return None;
    }
    let other = resolve(folder(place.path), text)?;
    if !documents.exists(&other) {
        return None;
    }
    let own_meaning = meaning(place.word, catalog);
    let is_own = |word: &str| word.eq_ignore_ascii_case(place.word) || own_meaning.is_some() && meaning(word, catalog) == own_meaning;
    let words = || other.split(['/', '.', '-', '_']);
    if words().any(is_own) {
        return None;
    }
    let foreign = words().rfind(|word| meaning(word, catalog).is_some())?;
    let (before, after) = other.rfind(foreign).and_then(|i| Some((other.get(..i)?, other.get(i + foreign.len()..)?)))?;
    let own = format!("{before}{}{after}", place.word);
    // Nothing leads to itself: what names its own name's sibling is laid over that one on purpose.
    (own != place.path && documents.exists(&own)).then_some((own, other.clone()))
}

/// Calls `visit` for every scalar, with the path of its keys; entries of lists have none of their own.
fn walk(node: &Node, path: &mut String, visit: &mut impl FnMut(&str, &str, At)) {
    for (key, child) in node.entries() {
        let before = path.len();
        path.push_str(&key.text);
        path.push('.');
        walk(child, path, visit);
        path.truncate(before);
    }
    for item in node.items() {
        walk(item, path, visit);
    }
    if let Some(text) = node.text() {
        visit(path, text, node.at());
    }
}
