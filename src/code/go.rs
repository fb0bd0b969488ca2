//! What is peculiar to Go: keys of viper that are bound to variables, and flags of a command line
//! that variables fill in. The tags of structs have a file of their own.

use std::ops::Range;

use super::Found;
use super::filled::is_upper;
use super::finder::Finder;
use super::tokens::Code;
use crate::model::{Need, Stance};

/// How many tokens of a flag are looked at.
const FLAG: usize = 200;

/// Adds what a file asks for beside plain calls.
pub(super) fn find(finder: &mut Finder<'_, '_>) {
    let mut out = Vec::new();
    reads(finder.code, &mut out);
    super::go_tags::reads(finder.code, &mut out);
    finder.better(out);
}

fn reads(code: &Code<'_>, out: &mut Vec<Found>) {
    let prefix = (0..code.len())
        .find(|at| code.is_word(*at, "SetEnvPrefix"))
        .and_then(|at| code.arguments(at + 1).first().cloned())
        .and_then(|part| code.text(part.start));
    for at in 0..code.len() {
        let before = |sign| code.is_before(at, sign);
        match code.word(at) {
            Some("SetEnvPrefix") if before(".") => {
                out.extend(prefix.iter().map(|(text, _, range)| dynamic(format!("{}_*", text.to_ascii_uppercase()), range.clone())))
            }
            Some("AutomaticEnv") if before(".") && prefix.is_none() => out.push(dynamic("*".to_owned(), code.range(at))),
            Some("BindEnv") if before(".") => bound(code, at + 1, prefix.as_ref().map(|(text, ..)| *text), out),
            Some(word) if word.starts_with("Get") && at.checked_sub(2).is_some_and(|object| code.is_word(object, "viper")) => {
                let text = code.arguments(at + 1).first().and_then(|part| code.text(part.start)).filter(|(text, ..)| is_upper(text));
                out.extend(text.map(|(text, _, range)| Found { name: text.to_owned(), range, stance: Stance::Read, need: Need::Bare, default: None }));
            }
            Some("EnvVars" | "EnvVar") if code.is(at + 1, ":") => flag(code, at, at + 2, out),
            Some("EnvVars") if before(".") && code.is(at + 1, "(") => flag(code, at, at + 1, out),
            _ => {}
        }
    }
}

fn dynamic(name: String, range: Range<usize>) -> Found {
    Found { name, range, stance: Stance::Dynamic, need: Need::Bare, default: None }
}

/// `BindEnv("key", "X", "OLD_X")`; with the key alone, the variable is called after it.
fn bound(code: &Code<'_>, open: usize, prefix: Option<&str>, out: &mut Vec<Found>) {
    let arguments = code.arguments(open);
    let mut texts: Vec<(String, Range<usize>)> =
        arguments.iter().filter_map(|part| code.text(part.start).filter(|_| part.len() == 1)).map(|(text, _, range)| (text.to_owned(), range)).collect();
    if texts.len() != arguments.len() {
        return;
    }
    if texts.len() > 1 {
        texts.remove(0);
    } else if let Some((name, _)) = texts.first_mut() {
        let key = name.to_ascii_uppercase().replace(['.', '-'], "_");
        *name = prefix.map_or(key.clone(), |prefix| format!("{}_{key}", prefix.to_ascii_uppercase()));
    }
    let need = if texts.len() > 1 { Need::Optional } else { Need::Bare };
    out.extend(texts.into_iter().filter(|(name, _)| is_upper(name)).map(|(name, range)| Found { name, range, stance: Stance::Read, need, default: None }));
}

/// The variables of a flag; its other fields stand in the same braces.
fn flag(code: &Code<'_>, at: usize, from: usize, out: &mut Vec<Found>) {
    let mut end = from;
    while !code.is_break(end) && !code.is(end, ",") && !code.is(end, "}") && end < from + FLAG {
        end = code.over(end);
    }
    let names: Vec<(String, Range<usize>)> = (from..end.min(from + FLAG))
        .filter_map(|at| code.text(at))
        .filter(|(text, plain, _)| *plain && is_upper(text))
        .map(|(text, _, range)| (text.to_owned(), range))
        .collect();
    let fields =
        code.around(at).map_or_else(Vec::new, |open| code.mate(open).filter(|close| close - open < FLAG).map_or_else(Vec::new, |_| code.arguments(open)));
    let field = |name: &str| fields.iter().find(|part| code.is_word(part.start, name) && code.is(part.start + 1, ":")).map(|part| part.start + 2..part.end);
    let value = field("Value");
    let required = field("Required").is_some_and(|value| code.is_word(value.start, "true"));
    let need = match () {
        () if value.is_some() || names.len() > 1 => Need::Optional,
        () if required => Need::Required,
        () => Need::Bare,
    };
    let default = value.and_then(|value| code.literal(value));
    out.extend(names.into_iter().map(|(name, range)| Found { name, range, stance: Stance::Read, need, default: default.clone() }));
}
