//! Schemas of JavaScript and TypeScript that check the environment: zod, valibot, typebox, t3-env,
//! envalid, joi, yup, AdonisJS, class-validator, convict.

use std::ops::Range;

use super::finder::{Finder, is_upper_name};
use super::helper::words;
use super::javascript::members;
use crate::model::{Need, Stance};

/// What a file that checks the environment mentions.
const SIGNS: &[&str] = &["process.env", "import.meta.env", "createEnv", "envalid", "ValidatorSpec", "Bun.env", "Env.schema", "@nestjs/config", "loadEnv"];

/// The validators of envalid.
const VALIDATORS: &[&str] = &["str", "bool", "num", "email", "host", "port", "url", "json"];

/// Finds what schemas ask for.
pub(super) fn find(finder: &mut Finder<'_, '_>) {
    let text = finder.text;
    let has = |sign: &str| text.contains(sign);
    let checks = SIGNS.iter().any(|sign| has(sign)) || crate::files::file_name(finder.path).starts_with("env");
    let (convict, classes) = (has("convict"), has("class-validator"));
    if !(checks || convict || classes) {
        return;
    }
    let (code, envalid) = (finder.code, has("envalid"));
    for at in 0..code.len() {
        let Some(word) = code.word(at) else { continue };
        match word {
            "object" | "strictObject" | "Object" | "keys" | "looseObject" | "Struct" if checks && code.is_before(at, ".") && code.is(at + 1, "({") => {
                let library = at.checked_sub(2).map_or("", |library| code.raw(library));
                let partial = code.is_word(code.over(at + 1) + 1, "partial") || is_alternative(finder, at);
                entries(finder, at + 2, if matches!(library, "Joi" | "joi" | "yup" | "Yup") || partial { Need::Optional } else { Need::Required });
            }
            "extend" if checks && code.is_before(at, ".") && code.is(at + 1, "({") => entries(finder, at + 2, Need::Required),
            "createEnv" if code.is(at + 1, "({") => {
                for group in code.arguments(at + 2) {
                    if code.is_one_of(group.start, &["server", "client", "shared", "schema"]) && code.is(group.start + 1, ":") && code.is(group.start + 2, "{")
                    {
                        entries(finder, group.start + 2, Need::Required);
                    }
                }
            }
            "cleanEnv" | "customCleanEnv" if code.is(at + 1, "(") => {
                if let Some(table) = code.arguments(at + 1).get(1).filter(|table| code.is(table.start, "{")) {
                    entries(finder, table.start, Need::Required);
                }
            }
            "schema" if code.is_before(at, ".") && at > 1 && code.is_word(at - 2, "Env") => entry_around(finder, at - 2),
            "env" if convict && code.is(at + 1, ":") && code.plain(at + 2).is_some_and(is_upper_name) => convict_entry(finder, at),
            "class" if classes && code.word(at + 1).is_some_and(|name| words(name).iter().any(|word| word.starts_with("env"))) => class(finder, at),
            _ if envalid && VALIDATORS.contains(&word) && code.is(at + 1, "(") && code.is_before(at, ":") => entry_around(finder, at),
            _ => {}
        }
    }
}

/// Whether a table is one of several, of which one has to fit: `z.union([z.object(…), z.object(…)])`.
fn is_alternative(finder: &Finder<'_, '_>, at: usize) -> bool {
    let code = finder.code;
    let list = code.around(at).filter(|open| code.is(*open, "["));
    let call = list.and_then(|list| code.around(list)).filter(|open| code.is(*open, "(")).and_then(|open| open.checked_sub(1));
    call.is_some_and(|call| code.is_one_of(call, &["union", "discriminatedUnion", "variant", "Union", "xor"]))
}

/// The entries of a table of validators.
fn entries(finder: &mut Finder<'_, '_>, open: usize, usual: Need) {
    for part in finder.code.arguments(open) {
        entry(finder, part, usual);
    }
}

/// One entry: `X: z.string().optional()`.
fn entry(finder: &mut Finder<'_, '_>, part: Range<usize>, usual: Need) {
    let code = finder.code;
    let key = part.start;
    let (name, range) = match (code.word(key), code.text(key)) {
        (Some(word), _) => (word, code.range(key)),
        (None, Some((text, true, range))) => (text, range),
        _ => return,
    };
    if !is_upper_name(name) || !code.is(key + 1, ":") || code.literal(key + 2..part.end).is_some() {
        return;
    }
    // What stands elsewhere under a name of its own may allow anything.
    let usual = if (key + 2..part.end).any(|at| code.is(at, "(")) { usual } else { Need::Bare };
    let (need, default) = checked(finder, key + 2..part.end, usual);
    finder.declare(name, range, Stance::Read, need, default);
}

/// The entry whose value begins here.
fn entry_around(finder: &mut Finder<'_, '_>, value: usize) {
    let code = finder.code;
    let Some(open) = code.around(value).filter(|open| code.is(*open, "{")) else { return };
    let Some(key) = value.checked_sub(2).filter(|key| code.is(key + 1, ":") && code.around(*key) == Some(open)) else { return };
    let close = code.mate(open).unwrap_or(value);
    let mut end = value;
    while end < close && !code.is(end, ",") {
        end = code.over(end);
    }
    entry(finder, key..end, Need::Required);
}

/// What a validator makes of nothing.
fn checked(finder: &Finder<'_, '_>, value: Range<usize>, usual: Need) -> (Need, Option<String>) {
    let code = finder.code;
    let (mut need, mut default) = (usual, None);
    // A validator of the project's own says it by its name: `IntWithDefault(30)`, `OptionalUrl`.
    let own = code.word(value.start).filter(|_| !code.is(value.start + 1, ".")).map(words).unwrap_or_default();
    if own.iter().any(|word| matches!(word.as_str(), "default" | "optional")) {
        need = Need::Optional;
        let arguments = if code.is(value.start + 1, "(") { code.arguments(value.start + 1) } else { Vec::new() };
        let is_default = |_: &&Range<usize>| own.iter().any(|word| word == "default");
        default = arguments.last().filter(is_default).and_then(|argument| code.literal(argument.clone()));
    }
    for at in value {
        let Some(word) = code.word(at) else { continue };
        let called = code.is(at + 1, "(") && code.is_before(at, ".");
        match word {
            "default" | "catch" | "prefault" | "_default" if called => {
                need = Need::Optional;
                default = code.arguments(at + 1).first().and_then(|first| code.literal(first.clone()));
            }
            "default" if code.is(at + 1, ":") => {
                need = Need::Optional;
                let end = (at + 2..at + 8).find(|end| super::named::ends(code, *end)).unwrap_or(at + 3);
                default = code.literal(at + 2..end);
            }
            "optional" | "nullish" | "nullable" | "Optional" | "Nullable" if called => {
                need = Need::Optional;
                default = default.or_else(|| code.arguments(at + 1).get(1).and_then(|second| code.literal(second.clone())));
            }
            // AdonisJS: `Env.schema.string.optional()` is called so too; `optionalWhen` tells of a case.
            "optionalWhen" | "undefined" => need = Need::Optional,
            "required" if called => need = Need::Required,
            _ => {}
        }
    }
    (need, default)
}

/// `{ format: 'port', default: 8080, env: 'PORT' }`
fn convict_entry(finder: &mut Finder<'_, '_>, at: usize) {
    let code = finder.code;
    let Some((name, _, range)) = code.text(at + 2) else { return };
    let siblings = code.around(at).map(|open| code.arguments(open)).unwrap_or_default();
    let default = siblings.iter().find(|part| code.is_word(part.start, "default")).and_then(|part| code.literal(part.start + 2..part.end));
    finder.declare(name, range, Stance::Read, Need::Optional, default);
}

/// The fields of a class that class-validator checks.
fn class(finder: &mut Finder<'_, '_>, at: usize) {
    let code = finder.code;
    let Some(open) = (at + 2..at + 12).find(|at| code.is(*at, "{")) else { return };
    let mut optional = false;
    for member in members(code, open) {
        optional |= member.clone().any(|at| code.is_word(at, "IsOptional") && code.is_before(at, "@"));
        let field = member.clone().find(|at| {
            let marked = [":", "!", "?", "="].iter().any(|sign| code.is(at + 1, sign));
            code.word(*at).is_some_and(is_upper_name) && marked && code.around(*at) == Some(open) && !code.is_before(*at, ".")
        });
        let Some(name) = field else { continue };
        let may_lack = std::mem::take(&mut optional) || code.is(name + 1, "?");
        let value = member.clone().find(|at| code.is(*at, "=") && code.around(*at) == Some(open));
        let default = value.and_then(|equals| code.literal(equals + 1..member.end));
        let need = if may_lack || default.is_some() { Need::Optional } else { Need::Required };
        finder.declare(code.raw(name), code.range(name), Stance::Read, need, default);
    }
}
