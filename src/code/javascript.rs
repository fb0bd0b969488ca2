//! What is peculiar to JavaScript and TypeScript: taking the environment apart, imports of SvelteKit,
//! and types that declare what there is. Schemas have a file of their own.

use std::ops::Range;

use super::finder::{Finder, is_upper_name};
use super::guard::Guard;
use super::schema;
use super::tokens::Code;
use crate::model::{Need, Stance};

pub(super) fn find(finder: &mut Finder<'_, '_>) {
    let code = finder.code;
    for object in std::mem::take(&mut finder.objects) {
        // const { A, B = 'd', C: c } = process.env
        let open = object.start.checked_sub(2).filter(|close| code.is(*close, "}") && code.is(close + 1, "=")).and_then(|close| code.mate(close));
        if let Some(open) = open {
            taken_apart(finder, open, object.end);
        }
    }
    for at in 0..code.len() {
        match code.word(at) {
            Some("from") if code.plain(at + 1).is_some_and(|module| module.starts_with("$env/static/")) => imports(finder, at),
            Some("interface") if code.is_one_of(at + 1, &["ImportMetaEnv", "ProcessEnv"]) => interface(finder, at),
            _ => {}
        }
    }
    schema::find(finder);
}

fn taken_apart(finder: &mut Finder<'_, '_>, open: usize, after: usize) {
    let code = finder.code;
    for part in code.arguments(open) {
        let Some(name) = code.word(part.start) else { continue };
        let equals = part.clone().find(|at| code.is(*at, "="));
        let local = if code.is(part.start + 1, ":") { code.word(part.start + 2).unwrap_or(name) } else { name };
        let default = equals.and_then(|at| code.literal(at + 1..part.end));
        let need = match equals {
            Some(_) => Need::Optional,
            None if Guard::new(finder).named(&[local], after) => Need::Required,
            None => Need::Bare,
        };
        finder.declare(name, code.range(part.start), Stance::Read, need, default);
    }
}

/// `import { X } from '$env/static/private'`: the build fails without it.
fn imports(finder: &mut Finder<'_, '_>, from: usize) {
    let code = finder.code;
    let Some(open) = code.before(from).and_then(|close| code.mate(close)) else { return };
    for part in code.arguments(open) {
        if let Some(name) = code.word(part.start) {
            finder.declare(name, code.range(part.start), Stance::Read, Need::Required, None);
        }
    }
}

/// The members of a type between lines, `;` or `,`.
pub(super) fn members(code: &Code<'_>, open: usize) -> Vec<Range<usize>> {
    let Some(close) = code.mate(open).filter(|close| *close > open) else { return Vec::new() };
    let (mut members, mut start, mut at) = (Vec::new(), open + 1, open + 1);
    while at < close {
        if code.is_break(at) || code.is(at, ";") || code.is(at, ",") {
            members.push(start..at);
            start = at + 1;
        }
        at = code.over(at);
    }
    members.push(start..close);
    members.retain(|member| !member.is_empty());
    members
}

fn interface(finder: &mut Finder<'_, '_>, at: usize) {
    let code = finder.code;
    let Some(open) = (at + 2..at + 12).find(|at| code.is(*at, "{")) else { return };
    for member in members(code, open) {
        let name = if code.is_word(member.start, "readonly") { member.start + 1 } else { member.start };
        let optional = code.is(name + 1, "?") || member.clone().any(|at| code.is_word(at, "undefined"));
        let Some(word) = code.word(name).filter(|word| is_upper_name(word)).filter(|_| code.is(name + 1, ":") || code.is(name + 1, "?")) else { continue };
        finder.declare(word, code.range(name), Stance::Declared, if optional { Need::Optional } else { Need::Bare }, None);
    }
}
