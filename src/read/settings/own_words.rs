//! Whether two values are equal but for the name of the environment that each stands in.

use std::borrow::Cow;

use super::flatten::Leaf;
use crate::catalog::Catalog;
use crate::model::Environment;

/// Whether two settings say the same, each in its own environment. `word` is the one that names the
/// environment in the member's path; empty for what holds for all.
pub(super) fn same(a: &Leaf, a_word: &str, b: &Leaf, b_word: &str, catalog: &Catalog) -> bool {
    if a.setting.composite != b.setting.composite
        || (a.setting.content == crate::model::Content::Nothing) != (b.setting.content == crate::model::Content::Nothing)
    {
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
    for (piece, is_sign) in words(text) {
        let named = if is_sign || !is_word(piece) { None } else { meaning(piece, catalog) };
        let is_own = !own.is_empty() && !is_sign && piece.eq_ignore_ascii_case(own) || named.is_some() && named == own_meaning;
        match named {
            _ if is_own => {}
            Some(_) => return None,
            None => out.push_str(piece),
        }
    }
    for sign in ['-', '.', '_', '/'] {
        let twice = format!("{sign}{sign}");
        while out.contains(&twice) {
            out = out.replace(&twice, &sign.to_string());
        }
    }
    Some(out.replace("-.", ".").replace(".-", ".").trim_matches(['-', '.', '_']).to_owned())
}

/// The environment that a word means.
pub(super) fn meaning(word: &str, catalog: &Catalog) -> Option<Environment> {
    catalog.names.environment_of_word(&word.to_ascii_lowercase(), true)
}

/// A key with the word that names its own environment in the place of which `{env}` is put.
pub(super) fn neutral<'t>(text: &'t str, own: &str) -> Cow<'t, str> {
    let has = |piece: &str| piece.eq_ignore_ascii_case(own);
    if own.is_empty() || text.len() < own.len() || !words(text).any(|(piece, is_sign)| !is_sign && has(piece)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(words(text).map(|(piece, is_sign)| if !is_sign && has(piece) { "{env}" } else { piece }).collect())
}

fn is_word(piece: &str) -> bool {
    piece.len() <= 16 && piece.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// The pieces of a text: words, and what stands between them.
fn words(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let word = first.is_ascii_alphanumeric();
        let end = rest.find(|c: char| c.is_ascii_alphanumeric() != word).unwrap_or(rest.len());
        let (piece, after) = rest.split_at_checked(end)?;
        rest = after;
        Some((piece, !word))
    })
}
