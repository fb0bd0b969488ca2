//! Texts of Java and Kotlin that a framework fills in with variables: `@Value("${X:default}")`.

use super::filled::Filled;
use super::finder::Finder;

/// Adds what the annotations of a file are filled in with.
pub(super) fn find(finder: &mut Finder<'_, '_>) {
    let code = finder.code;
    let mut out = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let end = (code.is(at, "@") && code.word(at + 1).is_some()).then(|| code.mate(at + 2)).flatten().filter(|end| *end > at);
        for (text, _, range) in (at + 3..end.unwrap_or(0)).filter_map(|inner| code.text(inner)) {
            Filled::Spring.within(text, range.start, &mut out);
        }
        at = end.unwrap_or(at) + 1;
    }
    finder.better(out);
}
