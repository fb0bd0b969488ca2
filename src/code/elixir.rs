//! What is peculiar to Elixir: names that are mapped over the function itself.

use super::Found;
use super::finder::{Finder, is_upper_name};
use crate::model::{Need, Stance};

/// Adds the names in `Enum.map(["A", "B"], &System.get_env/1)`.
pub(super) fn find(finder: &mut Finder<'_, '_>) {
    let code = finder.code;
    for at in 0..code.len() {
        let mapped = code.is(at, "&") && code.is_word(at + 1, "System") && code.is_one_of(at + 3, &["get_env", "fetch_env!"]) && code.is(at + 4, "/");
        let list = at.checked_sub(2).filter(|_| mapped && code.is_before(at, ",")).and_then(|close| code.mate(close));
        let texts = list.map_or_else(Vec::new, |open| code.arguments(open));
        let need = if code.is_word(at + 3, "fetch_env!") { Need::Required } else { Need::Bare };
        let found = texts.iter().filter_map(|part| code.text(part.start)).filter(|(name, plain, _)| *plain && is_upper_name(name));
        finder.better(found.map(|(name, _, range)| Found { name: name.to_owned(), range, stance: Stance::Read, need, default: None }));
    }
}
