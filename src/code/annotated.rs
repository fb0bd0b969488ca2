//! Texts that a framework fills in with variables: annotations of Spring (`@Value("${X:default}")`),
//! texts of Symfony's container (`'%env(X)%'`).

use super::Found;
use super::filled::Filled;
use super::tokens::Code;

/// Adds what the annotations of a file are filled in with.
pub(super) fn annotations(code: &Code<'_>, out: &mut Vec<Found>) {
    let mut at = 0;
    while at < code.len() {
        let end = (code.is(at, "@") && code.word(at + 1).is_some()).then(|| code.mate(at + 2)).flatten().filter(|end| *end > at);
        for (text, _, range) in (at + 3..end.unwrap_or(0)).filter_map(|inner| code.text(inner)) {
            Filled::Spring.within(text, range.start, out);
        }
        at = end.unwrap_or(at) + 1;
    }
}

/// Adds what the texts of a file are filled in with by Symfony.
pub(super) fn texts(code: &Code<'_>, out: &mut Vec<Found>) {
    for (text, _, range) in (0..code.len()).filter_map(|at| code.text(at)) {
        Filled::Symfony.within(text, range.start, out);
    }
}
