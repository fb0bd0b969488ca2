//! Tells from the bytes of a file whether it is worth reading: nearly all of them are not.

use aho_corasick::{AhoCorasick, MatchKind};

use crate::catalog::LanguageWords;

/// What a file of a language must hold one of.
pub(super) struct Needles {
    /// The needles, and behind them the hints; none lets everything through.
    all: Option<AhoCorasick>,
    /// How many of them are needles.
    sure: usize,
}

impl Needles {
    /// The needles of a language.
    pub(super) fn of(words: Option<&LanguageWords>) -> Needles {
        let (needles, hints) = words.map_or((&[][..], &[][..]), |words| (&words.needles, &words.hints));
        let all = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(needles.iter().chain(hints)).ok();
        Needles { all: all.filter(|all| all.patterns_len() > 0), sure: needles.len() }
    }

    /// Whether a needle is in a file, or a hint that a call with a name follows.
    pub(super) fn are_in(&self, bytes: &[u8]) -> bool {
        let Some(all) = &self.all else { return true };
        all.find_iter(bytes).any(|found| found.pattern().as_usize() < self.sure || bytes.get(found.end()..).is_some_and(calls_with_a_name))
    }
}

/// How far behind a hint its call is looked for, in bytes.
const NEAR: usize = 120;

/// Whether words, members and types, and then a call with a text in upper case begin here:
/// `_bool("X"`, `.get<string>(\n  'X'`.
fn calls_with_a_name(rest: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'-' | b'>' | b'<' | b'!' | b'?');
    let mut rest = rest.iter().take(NEAR).skip_while(|byte| is_word(byte));
    let called = rest.next() == Some(&b'(');
    let mut rest = rest.skip_while(|byte| byte.is_ascii_whitespace());
    called && rest.next().is_some_and(|byte| matches!(byte, b'"' | b'\'')) && rest.next().is_some_and(|byte| byte.is_ascii_uppercase() || *byte == b'_')
}
