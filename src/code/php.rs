//! What is peculiar to PHP: texts that Symfony's container fills in (`'%env(X)%'`).

use super::filled::Filled;
use super::finder::Finder;

/// Adds what the texts of a file are filled in with.
pub(super) fn find(finder: &mut Finder<'_, '_>) {
    let code = finder.code;
    let mut out = Vec::new();
    for (text, _, range) in (0..code.len()).filter_map(|at| code.text(at)) {
        Filled::Symfony.within(text, range.start, &mut out);
    }
    finder.better(out);
}
