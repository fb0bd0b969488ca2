//! Variables that test runners set: `env` of pytest-env, `set_env` of tox, `<env>` and `<server>` of
//! PHPUnit. Sources: the READMEs of pytest-env and its `env` option; tox's configuration reference,
//! `set_env`; PHPUnit's manual, "The XML Configuration File", `<php>`.

mod xml;

use std::ops::Range;

use super::traced::Placed;
use super::{Claim, Format, Home, Input, Links, Output};
use crate::files::file_name;
use crate::model::{Content, Environment, Form, Kind, Need, Reading, Stance};
use crate::syntax::dotenv::is_name;
use crate::syntax::{At, clamp};

/// Configurations of test runners.
pub(super) static FORMAT: Format = Format { name: "test_settings", claims, sniff, scan: None, home: Home::Ci, links: Links::None, read };

/// How a runner writes its variables, one a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// pytest-env: `KEY=value`, `D:KEY=value` where it is not set, `R:KEY=value` as it stands.
    Pytest,
    /// tox: `KEY = value`, `factor: KEY = value`.
    Tox,
}

/// The sections of INI files that hold variables, under which keys, and how.
const PLACES: &[(&str, &[&str], Style)] =
    &[("pytest", &["env"], Style::Pytest), ("tool:pytest", &["env"], Style::Pytest), ("testenv", &["setenv", "set_env"], Style::Tox)];

fn claims(path: &str) -> Claim {
    match file_name(path) {
        "pytest.ini" | ".pytest.ini" | "tox.ini" | "setup.cfg" | "phpunit.xml" | "phpunit.xml.dist" | "phpunit.dist.xml" => Claim::Maybe,
        _ => Claim::No,
    }
}

/// Most of these files set no variables.
fn sniff(head: &str) -> bool {
    let keys = PLACES.iter().flat_map(|(_, keys, _)| keys.iter());
    let ini = |line: &str| keys.clone().any(|key| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(['=', ':'])));
    head.lines().any(|line| ini(line.trim_start()) || line.contains("<env ") || line.contains("<server "))
}

fn read(input: &Input<'_>, out: &mut Output) {
    if file_name(&input.document.path).contains(".xml") { xml::read(input, out) } else { ini(input, out) }
}

fn ini(input: &Input<'_>, out: &mut Output) {
    let text = Placed::document(&input.document);
    let (mut style, mut listing, mut end) = (None, None, 0);
    for (number, line) in text.text().split_inclusive('\n').enumerate() {
        let start = end;
        end += line.len();
        let body = line.trim();
        if body.is_empty() || body.starts_with(['#', ';']) {
            continue;
        }
        if body.starts_with('[') && !line.starts_with(char::is_whitespace) {
            let Some((section, _)) = body.trim_start_matches('[').split_once(']') else {
                out.gap(At { line: clamp(number + 1), ..At::file(input.document.id) }, "a section that is not closed");
                return;
            };
            (style, listing) = (place(section), None);
            continue;
        }
        let from = start + (line.len() - line.trim_start().len());
        if line.starts_with(char::is_whitespace) {
            if let Some(style) = listing {
                give(&text, from..from + body.len(), style, None, out);
            }
            continue;
        }
        // A key; what it holds may begin on its own line.
        let (key, value) = body.split_once(['=', ':']).unwrap_or((body, ""));
        listing = style.and_then(|(keys, style): (&[&str], Style)| keys.contains(&key.trim_end()).then_some(style));
        if let (Some(style), false) = (listing, value.trim().is_empty()) {
            let from = start + (body.len() - value.trim_start().len());
            give(&text, from..start + body.len(), style, None, out);
        }
    }
}

/// What a section holds.
fn place(section: &str) -> Option<(&'static [&'static str], Style)> {
    let is_it = |name: &str| section == name || section.strip_prefix(name).is_some_and(|rest| rest.starts_with(':'));
    PLACES.iter().find(|(name, ..)| is_it(name)).map(|(_, keys, style)| (*keys, *style))
}

/// Hands over the variable of one line.
pub(super) fn give(text: &Placed<'_>, range: Range<usize>, style: Style, environment: Option<Environment>, out: &mut Output) {
    let Some((left, value)) = text.text().get(range.clone()).and_then(|line| line.split_once('=')) else { return };
    let (mut name, mut raw, mut is_default) = (left.trim(), false, false);
    match style {
        Style::Tox => name = name.rsplit(':').next().unwrap_or(name).trim_start(),
        Style::Pytest => {
            while let Some((flag, rest)) = name.split_once(':') {
                raw |= flag.trim().eq_ignore_ascii_case("r");
                is_default |= flag.trim().eq_ignore_ascii_case("d");
                name = rest.trim_start();
            }
        }
    }
    if !is_name(name) {
        return;
    }
    let value = value.trim();
    let (content, said) = if raw { (Content::Literal, value) } else { substituted(value, style) };
    let content = if is_default && content == Content::Literal { Content::Default } else { content };
    // The name ends where the `=` and the space before it begin.
    let end = range.start + left.trim_end().len();
    let form = Form::Variable(Stance::Given, Need::Bare, content);
    out.push(Reading::new(Kind::Env, name, said, form, text.at(end - name.len()..end)).environment(environment));
}

/// `{X}` of pytest-env, `{env:X}` and `{env:X:default}` of tox; other braces are known to the runner
/// alone.
fn substituted(value: &str, style: Style) -> (Content, &str) {
    let Some((before, rest)) = value.split_once('{') else { return (Content::Literal, value) };
    let Some((inside, behind)) = rest.split_once('}') else { return (Content::Literal, value) };
    match (style, inside.strip_prefix("env:")) {
        (Style::Pytest, _) if is_name(inside) => (Content::Reference, inside),
        // JSON, say.
        (Style::Pytest, _) => (Content::Literal, value),
        (Style::Tox, None) => (Content::Reference, ""),
        (Style::Tox, Some(outer)) => match outer.split_once(':') {
            Some((_, default)) if before.is_empty() && behind.is_empty() => (Content::Default, default),
            _ => (Content::Reference, outer.split(':').next().unwrap_or(outer)),
        },
    }
}
