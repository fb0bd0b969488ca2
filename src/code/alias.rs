//! What a file calls the environment: `const env = process.env`, `(env = process.env) =>`,
//! `from os import environ`, `import { env } from 'node:process'`.

use std::collections::HashMap;
use std::ops::Range;

use super::named::{self, ends};
use super::pattern::{Part, Patterns};
use super::tokens::Code;

/// What a name stands for.
pub(super) struct Alias<'p> {
    object: &'p [Part],
    /// Whether it is a member of `this`.
    own: bool,
}

/// The names that a file gives to objects.
pub(super) fn find<'t, 'p>(code: &Code<'t>, patterns: &'p Patterns) -> HashMap<&'t str, Alias<'p>> {
    let mut aliases = HashMap::new();
    for at in 0..code.len() {
        if let Some((name, object)) = imported(code, at).and_then(|(name, object)| Some((name, patterns.object(&object)?))) {
            aliases.insert(name, Alias { object, own: false });
        }
        if !code.is_before(at, "=") {
            continue;
        }
        let whole = patterns.object_at(code, at).filter(|(_, end)| ends(code, *end) && !(code.is_break(*end) && code.is(*end + 1, ".")));
        if let Some((object, (name, own))) = whole.and_then(|(object, _)| Some((object, named::assigned(code, at - 1)?))) {
            aliases.insert(name, Alias { object, own });
        }
    }
    aliases
}

/// The object that the word here stands for.
pub(super) fn object_of<'p>(code: &Code<'_>, aliases: &HashMap<&str, Alias<'p>>, at: usize) -> Option<&'p [Part]> {
    let alias = aliases.get(code.word(at)?)?;
    let member = code.is_before(at, ".") && !code.is_before(at, "...");
    (alias.own == member && (!alias.own || at > 1 && code.is_one_of(at - 2, &["this", "self"]))).then_some(alias.object)
}

/// Where an object as a whole stands, by its own name or by another.
pub(super) fn object(code: &Code<'_>, patterns: &Patterns, aliases: &HashMap<&str, Alias<'_>>, at: usize) -> Option<Range<usize>> {
    let by_alias = || object_of(code, aliases, at).map(|_| at + 1);
    let loaded = || (code.is_word(at, "loadEnv") && code.is(at + 1, "(")).then(|| code.over(at + 1));
    let end = patterns.object_at(code, at).map(|(_, end)| end).or_else(by_alias).or_else(loaded)?;
    ends(code, end).then_some(at..end)
}

/// What an import or a destructuring takes out of a module here, as the name and the object that it is.
fn imported<'t>(code: &Code<'t>, at: usize) -> Option<(&'t str, String)> {
    let word = code.word(at)?;
    let pick = |range: Range<usize>, wanted: &str| {
        let found = range.clone().find(|place| code.is_word(*place, wanted))?;
        let renamed = (code.is_word(found + 1, "as") || code.is(found + 1, ":")).then(|| code.word(found + 2)).flatten();
        Some(renamed.unwrap_or_else(|| code.raw(found)))
    };
    match word {
        // from os import environ as env, path
        "from" if code.is_word(at + 1, "os") && code.is_word(at + 2, "import") => {
            let end = (at + 3..at + 24).find(|place| code.is_break(*place) && code.around(*place).is_none()).unwrap_or(at + 24);
            pick(at + 3..end, "environ").map(|name| (name, "os.environ".to_owned()))
        }
        // import { env } from 'node:process'
        "from" if matches!(code.plain(at + 1)?, "process" | "node:process" | "$env/dynamic/private" | "$env/dynamic/public") => {
            let close = code.before(at)?;
            pick(code.mate(close)?..close, "env").map(|name| (name, "process.env".to_owned()))
        }
        // const env = loadEnv(mode, process.cwd())
        "loadEnv" if code.is(at + 1, "(") => named::assigned(code, at.checked_sub(1)?).map(|(name, _)| (name, "process.env".to_owned())),
        // (env: NodeJS.ProcessEnv) =>
        "NodeJS" if code.is(at + 1, ".") && code.is_word(at + 2, "ProcessEnv") && code.is_before(at, ":") => {
            code.word(at.checked_sub(2)?).map(|name| (name, "process.env".to_owned()))
        }
        // const { env } = process
        "process" if code.is_before(at, "=") && ends(code, at + 1) => {
            let close = at.checked_sub(2)?;
            pick(code.mate(close).filter(|open| *open < close)?..close, "env").map(|name| (name, "process.env".to_owned()))
        }
        _ => None,
    }
}
