//! Env files: what each offers to whoever loads it, and the lines that its loaders read differently.

mod loaders;
mod names;

use loaders::{Loaders, USUAL};
pub(crate) use names::is_template;

use super::{Format, Home, Input, Links, Output};
use crate::files::file_name;
use crate::model::{Content, Need, Reading, Stance};
use crate::syntax::At;
use crate::syntax::dotenv::{Assignment, Dialect, Separator, Taken, Token, conflict, is_custom_name, take, tokens};

/// Files of `KEY=value` lines.
pub(super) static FORMAT: Format =
    Format { name: "env_file", claims: names::claim, sniff: names::looks_so, scan: None, home: Home::EnvFile, links: Links::None, read };

fn read(input: &Input<'_>, out: &mut Output) {
    let document = &input.document;
    let loaders = Loaders::of(input);
    // A script of direnv's holds commands besides.
    let script = file_name(&document.path) == ".envrc";
    for line in tokens(document.id, document.text()) {
        match &line.token {
            Token::Blank | Token::Comment => {}
            Token::Malformed if script => {}
            Token::Malformed => out.note(At { line: line.number, ..At::file(document.id) }, "a line of an env file that is no assignment"),
            Token::Assignment(one) if one.commented => {
                out.push(Reading::variable_without(Stance::Mentioned, Need::Bare, Content::Nothing, one.key, one.key_at));
            }
            Token::Assignment(one) => assignment(one, &loaders.of_key(one.key), script, out),
        }
    }
}

fn assignment(one: &Assignment<'_>, loaders: &[Dialect], script: bool, out: &mut Output) {
    if one.separator == Separator::None {
        // A word alone may be a command, or a piece of something that a line break tore apart.
        if is_custom_name(one.key) && !script {
            out.push(Reading::variable_without(Stance::Offered, Need::Bare, Content::Reference, one.key, one.key_at));
        }
        return;
    }
    // What its loader drops is offered all the same: that it is dropped is said apart.
    let readers = loaders.iter().copied().chain([Dialect::Compose]);
    let value = readers.filter_map(|loader| if let Taken::As(entry) = take(one, loader) { entry.value } else { None }).next();
    let value = value.unwrap_or_else(|| one.plain().to_owned());
    uses(&value, one.key_at, out);
    out.push(Reading::variable(Stance::Offered, one.key, value, one.key_at));
    // `KEY:value` is hardly ever meant as an assignment, whoever loads it.
    let colon = one.separator == Separator::Colon && one.after.is_empty();
    if let Some(found) = conflict(one, loaders).or_else(|| colon.then(|| conflict(one, USUAL)).flatten()) {
        out.push(Reading::conflict(one.key, found, one.key_at));
    }
}

/// The variables that a value is made of: `${X}`, `$X`.
fn uses(value: &str, at: At, out: &mut Output) {
    for (dollar, _) in value.match_indices('$') {
        let rest = value.get(dollar + 1..).unwrap_or("");
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or("");
        if is_custom_name(name) {
            out.push(Reading::variable_without(Stance::Used, Need::Bare, Content::Nothing, name, at));
        }
    }
}
