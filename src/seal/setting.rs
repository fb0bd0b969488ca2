//! What of a configuration's value passes the door: what passes of a variable's, and texts of a form
//! that leaves no room for a secret: paths, regions, words that name an environment.

use super::token::holds_token;
use super::{MASK, known, variable};
use crate::catalog::Catalog;
use crate::model::key::variable_form;
use crate::model::{Need, Role, Setting, Shape, Shown, Stance, Value};

/// The longest path of keys that is shown, in characters.
const NAME_CHARS: usize = 160;

/// A value that is sealed, and how binding it is.
pub(super) fn seal(held: Setting, name: &Shown, raw: &str, catalog: &Catalog) -> (Value, Role) {
    let key = variable_form(name.as_str());
    let stance = if held.foreign { Stance::Foreign } else { Stance::Given };
    let (mut value, role) = variable::seal(stance, Need::Bare, held.content, &known(&key), raw, catalog);
    let Some(facts) = value.variable.as_mut() else { return (value, role) };
    if held.composite.is_some() {
        facts.shape = held.composite;
        facts.address = None;
    }
    let hidden = value.text.as_str() == MASK;
    value.text = match held.composite {
        Some(Shape::Map) => known("an empty table"),
        Some(_) if raw.is_empty() => known("an empty list"),
        _ if hidden && !facts.secret && raw.lines().all(|line| is_plain(line, catalog)) => known(&raw.replace('\n', ", ")),
        Some(_) => known(MASK),
        None => value.text,
    };
    (value, if held.inherited { Role::Default } else { role })
}

/// The path of keys, as far as its pieces have the form of names.
pub(super) fn name(text: &str) -> Shown {
    let sound = |c: char| c.is_alphanumeric() || " ._-/:@+[]{}*".contains(c);
    let masked = text.is_empty() || text.contains("://") || !text.chars().all(sound) || text.chars().count() > NAME_CHARS;
    if !masked && !holds_token(text) {
        return known(text);
    }
    let pieces: Vec<&str> = text
        .split('.')
        .map(|piece| if piece.is_empty() || !piece.chars().all(sound) || holds_token(piece) || piece.len() > 60 { MASK } else { piece })
        .collect();
    known(&pieces.get(..pieces.len().min(8)).unwrap_or(&[]).join("."))
}

/// The last key of a path; any other name as it is.
pub(super) fn last(name: &Shown) -> &str {
    let text = name.as_str();
    if text.contains(MASK) { text } else { text.rsplit('.').next().unwrap_or(text) }
}

/// Whether a text is a path or the name of a place: words that are in no way mixed with digits, joined
/// by `/`, or what regions of clouds are called.
fn is_plain(text: &str, catalog: &Catalog) -> bool {
    let short = text.len() <= 100 && !holds_token(text);
    let sign = |c: char| matches!(c, '_' | '-' | '.' | '*' | ':');
    let word = |word: &str| word.chars().all(|c| c.is_ascii_alphabetic() || sign(c) || c.is_ascii_digit() && word.len() <= 12) && word.len() <= 40;
    let path = text.contains('/') && text.split(['/', ',']).all(word) && text.chars().any(|c| c.is_ascii_alphabetic());
    let environment = || catalog.names.environment_of_word(&text.to_ascii_lowercase(), true).is_some();
    short && (path || catalog.families.is_region(text) || environment())
}
