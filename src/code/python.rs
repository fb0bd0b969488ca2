//! What is peculiar to Python: classes of settings (pydantic), tables of defaults (django-environ),
//! and options of command lines that a variable may give.

use std::collections::HashMap;
use std::ops::Range;

use super::finder::{Finder, is_upper_name};
use super::named;
use super::tokens::Code;
use crate::model::{Need, Stance};

pub(super) fn find(finder: &mut Finder<'_, '_>) {
    let code = finder.code;
    let mut settings: HashMap<&str, String> = HashMap::new();
    let models = ["BaseSettings", "pydantic_settings"].iter().any(|sign| finder.text.contains(sign));
    for at in 0..code.len() {
        match code.word(at) {
            Some("class") if models && code.is(at + 2, "(") => {
                let bases = code.arguments(at + 2);
                let mut names = bases.iter().flat_map(|base| base.clone().filter_map(|at| code.word(at)));
                let of = |word: &str| settings.get(word).cloned().or_else(|| word.ends_with("BaseSettings").then(String::new));
                if let Some(prefix) = names.find_map(of) {
                    let prefix = class(finder, at, prefix);
                    settings.extend(code.word(at + 1).map(|name| (name, prefix)));
                }
            }
            Some("Env") if code.is(at + 1, "(") => table(finder, at + 1),
            Some("envvar" | "auto_envvar" | "env_var") if code.is(at + 1, "=") && code.around(at).is_some() => option(finder, at),
            _ => {}
        }
    }
}

/// `environ.Env(DEBUG=(bool, False))`: a cast and a default for each.
fn table(finder: &mut Finder<'_, '_>, open: usize) {
    let code = finder.code;
    for entry in code.arguments(open) {
        let Some(name) = code.word(entry.start).filter(|name| is_upper_name(name) && named::is_assignment(code, entry.start + 1)) else { continue };
        if let Some(default) = code.arguments(entry.start + 2).get(1).filter(|_| code.is(entry.start + 2, "(")) {
            let default = code.literal(default.clone());
            finder.copes(name, default.as_deref());
            finder.declare(name, code.range(entry.start), Stance::Read, Need::Optional, default);
        }
    }
}

/// `@click.option("--port", envvar="PORT", default=80)`
fn option(finder: &mut Finder<'_, '_>, at: usize) {
    let code = finder.code;
    let siblings = code.around(at).map(|open| code.arguments(open)).unwrap_or_default();
    let default = siblings.iter().find(|part| code.is_word(part.start, "default")).and_then(|part| code.literal(part.start + 2..part.end));
    let value = at + 2;
    let names = if code.plain(value).is_some() { vec![value] } else { code.arguments(value).into_iter().map(|name| name.start).collect() };
    for name in names {
        if let Some((text, true, range)) = code.text(name) {
            finder.declare(text, range, Stance::Read, Need::Optional, default.clone());
        }
    }
}

/// How far a token is from the start of its line.
fn indent(code: &Code<'_>, text: &str, at: usize) -> usize {
    let start = code.range(at).start;
    text.get(..start).map_or(0, |before| before.len() - before.rfind('\n').map_or(0, |end| end + 1))
}

/// The fields of a class of settings, whose names begin as those of the class that it builds on; how
/// its own begin.
fn class(finder: &mut Finder<'_, '_>, class: usize, inherited: String) -> String {
    let (code, text) = (finder.code, finder.text);
    let outer = indent(code, text, class);
    let Some(colon) = code.mate(class + 2).map(|close| close + 1) else { return inherited };
    let (mut lines, mut at, mut start) = (Vec::new(), colon + 1, None);
    while at < code.len() {
        if code.is_break(at) {
            lines.extend(start.take().map(|start: usize| start..at));
        } else if start.is_none() {
            if indent(code, text, at) <= outer {
                break;
            }
            start = Some(at);
        }
        at = code.over(at);
    }
    lines.extend(start.map(|start| start..at.min(code.len())));
    let Some(inner) = lines.first().map(|line| indent(code, text, line.start)) else { return inherited };
    let all = colon..at.min(code.len());
    let said = |setting: &str| {
        let is_it = |at: usize| code.is_word(at, setting) && code.is(at + 1, "=") || code.plain(at) == Some(setting) && code.is(at + 1, ":");
        all.clone().find(|at| is_it(*at)).map(|at| at + 2)
    };
    let prefix = said("env_prefix").and_then(|at| code.plain(at)).map_or(inherited, str::to_owned);
    let exact = said("case_sensitive").is_some_and(|at| code.is_word(at, "True"));
    for line in lines.iter().filter(|line| indent(code, text, line.start) == inner) {
        field(finder, line.clone(), &prefix, exact);
    }
    prefix
}

/// One field: `name: type = value`.
fn field(finder: &mut Finder<'_, '_>, line: Range<usize>, prefix: &str, exact: bool) {
    let code = finder.code;
    let Some(name) = code.word(line.start).filter(|name| !name.starts_with('_') && *name != "model_config") else { return };
    if !code.is(line.start + 1, ":") || line.len() < 3 || matches!(name, "else" | "try" | "finally") {
        return;
    }
    let equals = line.clone().find(|at| named::is_assignment(code, *at) && code.around(*at) == code.around(line.start));
    let kind = line.start + 2..equals.unwrap_or(line.end);
    if code.is_one_of(kind.start, &["ClassVar", "SettingsConfigDict"]) {
        return;
    }
    let nullable = kind.clone().any(|at| code.is_one_of(at, &["None", "Optional"]));
    let value = equals.map(|equals| equals + 1..line.end);
    // A part that is settings itself has names of its own.
    if let Some(value) = &value
        && code.word(kind.start).is_some()
        && code.word(kind.start) == code.word(value.start)
        && code.is(value.start + 1, "(")
    {
        return;
    }
    let annotated = kind.clone().find(|at| code.is_word(*at, "Field") && code.is(at + 1, "(")).map(|at| at..kind.end);
    let call = value.clone().filter(|value| code.is_word(value.start, "Field") && code.is(value.start + 1, "(")).or_else(|| annotated.clone());
    let arguments = call.map(|call| code.arguments(call.start + 1)).unwrap_or_default();
    let argument =
        |wanted: &[&str]| arguments.iter().find(|part| code.is_one_of(part.start, wanted) && code.is(part.start + 1, "=")).map(|part| part.start + 2..part.end);
    let positional = arguments.first().filter(|part| !code.is(part.start + 1, "="));
    let given = argument(&["default", "default_factory"]).or_else(|| positional.cloned());
    let is_ellipsis = |part: &Range<usize>| code.is(part.start, "...");
    let plain = value.filter(|value| !(code.is_word(value.start, "Field") && code.is(value.start + 1, "(")));
    let default = given.or(plain).filter(|part| !is_ellipsis(part));
    let literal = default.clone().and_then(|part| code.literal(part));
    let need = if default.is_some() { Need::Optional } else { Need::Required };
    let aliases: Vec<usize> =
        argument(&["validation_alias", "alias", "env"]).map(|part| part.filter(|at| code.plain(*at).is_some()).collect()).unwrap_or_default();
    let need = if aliases.len() > 1 || nullable && default.is_some() { Need::Optional } else { need };
    if aliases.is_empty() {
        let name = format!("{prefix}{name}");
        finder.declare(&if exact { name } else { name.to_ascii_uppercase() }, code.range(line.start), Stance::Read, need, literal);
        return;
    }
    for alias in aliases {
        if let Some((text, _, range)) = code.text(alias) {
            let name = if exact { text.to_owned() } else { text.to_ascii_uppercase() };
            finder.declare(&name, range, Stance::Read, need, literal.clone());
        }
    }
}
