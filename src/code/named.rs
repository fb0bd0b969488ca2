//! What the names of a file stand for, as far as its literals say: constants, lists of names, what a
//! loop goes over, what is imported or assigned, and the arguments that are defaults.

use std::collections::HashMap;
use std::ops::Range;

use super::finder::{Finder, is_name};
use super::helper::words;
use super::lex::Token;
use super::tokens::Code;

/// How far from a read its loop is looked for, in tokens.
const NEAR: usize = 150;

/// Constants and lists of a file, by name.
#[derive(Debug, Default)]
pub(super) struct Named<'t> {
    /// The one text that is assigned to a name; none where there are several.
    texts: HashMap<&'t str, Option<usize>>,
    /// The bracket that opens a list of texts.
    lists: HashMap<&'t str, usize>,
}

/// Whether an expression ends before this place.
pub(super) fn ends(code: &Code<'_>, at: usize) -> bool {
    match code.token(at) {
        None | Some(Token::Break | Token::Sign(b';' | b',' | b')' | b'}' | b']' | b':')) => true,
        Some(Token::Word) => code.is_one_of(at, &["as", "satisfies", "end", "then", "do", "if", "else", "for"]),
        _ => false,
    }
}

/// Whether a single `=` stands here.
pub(super) fn is_assignment(code: &Code<'_>, at: usize) -> bool {
    code.is(at, "=") && !code.is(at, "==") && !code.is(at, "=>") && !code.is(at, "=~") && !["=", "!", "<", ">", "~"].iter().any(|sign| code.is_before(at, sign))
}

/// The name that the `=` here gives something to, and whether that is a member of `this`.
pub(super) fn assigned<'t>(code: &Code<'t>, equals: usize) -> Option<(&'t str, bool)> {
    let mut at = equals.checked_sub(1).filter(|_| is_assignment(code, equals))?;
    if code.is(at, ":") {
        at = at.checked_sub(1)?;
    }
    // `name: Some.Type<A, B> =`
    let is_type = |at: usize| {
        matches!(code.token(at), Some(Token::Word | Token::Text { .. } | Token::Sign(b'.' | b'<' | b'>' | b',' | b'[' | b']' | b'|' | b'?' | b'&' | b'\'')))
    };
    let behind = (0..10).map_while(|back| at.checked_sub(back)).take_while(|place| is_type(*place) || code.is(*place, ":")).find(|place| code.is(*place, ":"));
    let name = match behind {
        Some(colon) => colon.checked_sub(1).map(|name| if code.is(name, "?") { name.saturating_sub(1) } else { name })?,
        None => at,
    };
    let member = code.is_before(name, ".");
    let own = member && name > 1 && code.is_one_of(name - 2, &["this", "self"]);
    code.word(name).filter(|_| !member || own).map(|word| (word, own))
}

/// The default among the arguments behind a name: the first of them, or the one that is called so.
/// `Some(None)` is one that is no literal.
pub(super) fn default(finder: &Finder<'_, '_>, arguments: &[Range<usize>]) -> Option<Option<String>> {
    let code = finder.code;
    arguments.iter().enumerate().find_map(|(index, argument)| {
        let start = argument.start;
        let is_named = is_assignment(code, start + 1) || code.is(start + 1, ":") && !code.is(start + 1, "::");
        if let Some(word) = code.word(start).filter(|_| is_named) {
            return finder.words.helpers.defaults.contains(word).then(|| code.literal(start + 2..argument.end));
        }
        if code.is(start, "{") && argument.len() > 1 {
            return default(finder, &code.arguments(start)).filter(|_| code.word(start + 1).is_some());
        }
        (index == 0).then(|| code.literal(argument.clone()))
    })
}

impl<'t> Named<'t> {
    /// The constants and lists of a file.
    pub(super) fn of(code: &Code<'t>) -> Named<'t> {
        let mut named = Named::default();
        for at in 0..code.len() {
            // `@name "X"` of Elixir.
            if code.is(at, "@")
                && let Some(name) = code.word(at + 1).filter(|_| code.plain(at + 2).is_some_and(is_name) && code.is_break(at + 3))
            {
                named.texts.insert(name, Some(at + 2));
            }
            if !code.is(at, "=") {
                continue;
            }
            let Some((name, _)) = assigned(code, at) else { continue };
            let value = code.skip(at + 1);
            if code.plain(value).is_some_and(is_name) && ends(code, value + 1) {
                named.texts.entry(name).and_modify(|known| *known = None).or_insert(Some(value));
            } else if let Some(open) = list(code, value) {
                named.lists.insert(name, open);
            }
        }
        named
    }

    /// The literals that a token is or stands for, and whether the name of their list says that all of
    /// them are needed.
    pub(super) fn literals(&self, code: &Code<'t>, at: usize) -> (Vec<usize>, bool) {
        if code.plain(at).is_some() {
            return (vec![at], false);
        }
        let Some(word) = code.word(at) else { return (Vec::new(), false) };
        if let Some(Some(text)) = self.texts.get(word) {
            return (vec![*text], false);
        }
        let Some(open) = self.looped(code, word, at) else { return (Vec::new(), false) };
        let needed = |name: &str| words(name).iter().any(|word| word == "required" || word == "mandatory");
        (texts(code, open), self.lists.iter().any(|(name, list)| *list == open && needed(name)))
    }

    /// The list that a loop around `at` takes this word from.
    fn looped(&self, code: &Code<'t>, word: &str, at: usize) -> Option<usize> {
        let defines = |place: usize| code.is_one_of(place, &["def", "func", "fn", "fun"]) || code.is_word(place, "function") && code.word(place + 1).is_some();
        let back = (at.saturating_sub(NEAR)..at).rev().take_while(|place| !defines(*place));
        let ahead = at + 1..at + 40;
        back.chain(ahead).filter(|place| code.is_word(*place, word)).find_map(|place| {
            let forward = || {
                let begins = (1..6).any(|back| place.checked_sub(back).is_some_and(|start| code.is_one_of(start, &["for", "foreach"])));
                let source =
                    (place + 1..place + 5).find(|next| code.is_one_of(*next, &["of", "in", "range"]) || code.is(*next, ":") && !code.is(*next, ":="))?;
                begins.then(|| self.source(code, source + 1)).flatten()
            };
            forward().or_else(|| self.mapped(code, place))
        })
    }

    /// `["A", "B"].map((word) =>`: the list before the method that hands out the word.
    fn mapped(&self, code: &Code<'t>, word: usize) -> Option<usize> {
        let call = (1..6).filter_map(|back| word.checked_sub(back)).find(|place| code.is(*place, "(") && code.is_before(place.saturating_sub(1), "."))?;
        let last = code.before(call.checked_sub(2)?)?;
        match code.mate(last) {
            // `(["A", "B"] as const).map`
            Some(open) if open < last => list(code, open).or_else(|| self.source(code, open + 1)),
            _ => self.lists.get(code.word(last)?).copied(),
        }
    }

    /// The list that stands here, or whose name does.
    fn source(&self, code: &Code<'t>, at: usize) -> Option<usize> {
        let at = code.skip(at);
        list(code, at).or_else(|| self.lists.get(code.word(at)?).copied())
    }
}

/// The bracket of a list of names that begins within a few tokens: `[`, `new Set([`, `[]string{`.
fn list(code: &Code<'_>, at: usize) -> Option<usize> {
    let begins = |place: usize| matches!(code.token(place), Some(Token::Word | Token::Sign(b'[' | b'(' | b'{' | b']' | b'.' | b'&')));
    let open = (at..at + 7)
        .take_while(|place| begins(*place))
        .find(|place| matches!(code.token(*place), Some(Token::Sign(b'[' | b'(' | b'{'))) && code.plain(code.skip(place + 1)).is_some())?;
    let texts = texts(code, open);
    (!texts.is_empty() && code.arguments(open).len() == texts.len()).then_some(open)
}

/// The names in a list.
fn texts(code: &Code<'_>, open: usize) -> Vec<usize> {
    let parts = code.arguments(open);
    parts.into_iter().filter(|part| part.len() == 1).map(|part| part.start).filter(|at| code.plain(*at).is_some_and(is_name)).collect()
}
