//! The options of Rust's command lines that a variable fills in: `#[arg(long, env = "X")]`,
//! `#[arg(env)]`, `Arg::new("x").env("X")`.

use std::ops::Range;

use super::Found;
use super::finder::Finder;
use super::tokens::Code;
use crate::model::{Need, Stance};

/// How many tokens the rest of a chain of calls is looked for.
const CHAIN: usize = 120;

/// Adds what the options of a file ask for.
pub(super) fn find(finder: &mut Finder<'_, '_>) {
    let mut out = Vec::new();
    reads(finder.code, &mut out);
    finder.better(out);
}

fn reads(code: &Code<'_>, out: &mut Vec<Found>) {
    for at in 0..code.len() {
        if code.is(at, "#") && code.is(at + 1, "[") && code.is_one_of(at + 2, &["arg", "clap", "structopt"]) {
            out.extend(attribute(code, at + 1));
        } else if code.is_word(at, "env") && code.is(at + 1, "::") && code.is_one_of(at + 3, &["vars", "vars_os"]) {
            out.push(Found { name: "*".to_owned(), range: code.range(at + 3), stance: Stance::Dynamic, need: Need::Bare, default: None });
        } else if code.is(at, ".") && code.is_word(at + 1, "env") {
            out.extend(chained(code, at + 2));
        }
    }
}

fn attribute(code: &Code<'_>, open: usize) -> Option<Found> {
    let arguments = code.arguments(open + 2);
    let named = |names: &[&str]| arguments.iter().find(|part| code.is_one_of(part.start, names)).cloned();
    let value = |part: Range<usize>| code.is(part.start + 1, "=").then_some(part.start + 2..part.end);
    let env = named(&["env"])?;
    let field = field_behind(code, code.mate(open)? + 1)?;
    let (name, range) = match value(env.clone()) {
        Some(given) => {
            let (text, plain, range) = code.text(given.start)?;
            (plain.then(|| text.to_owned())?, range)
        }
        None if env.len() == 1 => (code.word(field)?.to_ascii_uppercase(), code.range(field)),
        None => return None,
    };
    let default = named(&["default_value", "default_value_t", "default_values", "default_values_t", "default_value_os"]);
    let of = code.word(code.skip(field + 2));
    let required = named(&["required"]).and_then(value).and_then(|value| code.literal(value));
    let need = match (default.is_some(), of, required.as_deref()) {
        (true, ..) => Need::Optional,
        (_, _, Some("true")) => Need::Required,
        (_, Some("Option" | "Vec" | "bool"), _) | (_, _, Some(_)) => Need::Optional,
        _ => Need::Required,
    };
    let default = default.and_then(value).and_then(|value| code.literal(value));
    Some(Found { name, range, stance: Stance::Read, need, default })
}

/// The name of the field behind its attributes.
fn field_behind(code: &Code<'_>, mut at: usize) -> Option<usize> {
    loop {
        at = code.skip(at);
        if code.is(at, "#") {
            at = code.over(at + 1);
        } else if code.is_word(at, "pub") {
            at = if code.is(at + 1, "(") { code.over(at + 1) } else { at + 1 };
        } else {
            return code.word(at).map(|_| at);
        }
    }
}

/// `.env("X")` with one argument: with two it gives a child a variable.
fn chained(code: &Code<'_>, open: usize) -> Option<Found> {
    let arguments = code.arguments(open);
    let [only] = arguments.as_slice() else { return None };
    let (name, plain, range) = code.text(only.start).filter(|_| only.len() == 1)?;
    let mut found = Found { name: plain.then(|| name.to_owned())?, range, stance: Stance::Read, need: Need::Bare, default: None };
    let mut at = code.over(open);
    let end = at + CHAIN;
    while at < end {
        at = code.skip(at);
        if !code.is(at, ".") {
            break;
        }
        let argument = code.arguments(at + 2);
        let literal = argument.first().and_then(|part| code.literal(part.clone()));
        match code.word(at + 1) {
            Some("default_value" | "default_value_t") => {
                found.need = Need::Optional;
                found.default = literal;
            }
            Some("required") if literal.as_deref() == Some("true") && found.need == Need::Bare => found.need = Need::Required,
            _ => {}
        }
        at = code.over(at + 2);
    }
    Some(found)
}
