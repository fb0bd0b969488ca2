//! Whether two values are equal but for the name of the environment that each stands in.

use std::borrow::Cow;

use super::flatten::Leaf;
use crate::catalog::{Catalog, closed_up, pieces};
use crate::model::{Content, Environment};

/// Whether two settings say the same, each in its own environment. `word` is the one that names the
/// environment in the member's path; empty for what holds for all.
pub(super) fn same(a: &Leaf, a_word: &str, b: &Leaf, b_word: &str, catalog: &Catalog) -> bool {
    if a.setting.composite != b.setting.composite || (a.setting.content == Content::Nothing) != (b.setting.content == Content::Nothing) {
        return false;
    }
    a.text == b.text || own_blanked(&a.text, a_word, catalog).is_some_and(|x| own_blanked(&b.text, b_word, catalog).is_some_and(|y| x == y))
}

/// A text with the words that name its own environment taken out; none where it names another one.
fn own_blanked(text: &str, own: &str, catalog: &Catalog) -> Option<String> {
    if text.len() > 400 {
        return Some(text.to_owned());
    }
    let own_meaning = meaning(own, catalog);
    let mut out = String::with_capacity(text.len());
    for (piece, word) in pieces(text) {
        let named = if word && is_word(piece) { meaning(piece, catalog) } else { None };
        let is_own = !own.is_empty() && word && piece.eq_ignore_ascii_case(own) || named.is_some() && named == own_meaning;
        match named {
            _ if is_own => {}
            Some(_) => return None,
            None => out.push_str(piece),
        }
    }
    Some(closed_up(&out))
}

/// The environment that a word means.
pub(super) fn meaning(word: &str, catalog: &Catalog) -> Option<Environment> {
    catalog.names.environment_of_word(&word.to_ascii_lowercase(), true)
}

/// A key with the word that names its own environment in the place of which `{env}` is put.
pub(super) fn neutral<'t>(text: &'t str, own: &str) -> Cow<'t, str> {
    let has = |piece: &str| piece.eq_ignore_ascii_case(own);
    if own.is_empty() || text.len() < own.len() || !pieces(text).any(|(piece, word)| word && has(piece)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(pieces(text).map(|(piece, word)| if word && has(piece) { "{env}" } else { piece }).collect())
}

fn is_word(piece: &str) -> bool {
    piece.len() <= 16 && piece.starts_with(|c: char| c.is_ascii_alphabetic())
}
