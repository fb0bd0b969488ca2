//! Version managers' lists of tools: `.tool-versions` (asdf: one tool a line, fallbacks behind it)
//! and `mise.toml` (mise: tables `[tools]` and `[env]`). What they list is what a developer's shell
//! runs and is given. Source: mise's manual, "Environments".

use super::{Claim, Format, Home, Input, Links, Output, never};
use crate::files::{file_name, folder};
use crate::model::{Content, Form, Kind, Need, Reading, Stance, Syntax};
use crate::syntax::{At, Key, Node, Style, Value, clamp, dotenv};

/// asdf's and mise's lists.
pub(super) static FORMAT: Format = Format { name: "version_manager", claims, sniff: never, scan: None, home: Home::Local, links: Links::None, read };

fn claims(path: &str) -> Claim {
    match file_name(path) {
        ".tool-versions" | "mise.toml" | ".mise.toml" => Claim::Yes,
        "config.toml" if matches!(file_name(folder(path)), "mise" | ".mise") => Claim::Yes,
        _ => Claim::No,
    }
}

fn read(input: &Input<'_>, out: &mut Output) {
    if input.document.path.ends_with(".toml") { mise(input, out) } else { asdf(input, out) }
}

fn asdf(input: &Input<'_>, out: &mut Output) {
    for (number, line) in input.document.text().lines().enumerate() {
        let line = line.split('#').next().unwrap_or("");
        let mut words = line.split_whitespace();
        let (Some(tool), Some(version)) = (words.next(), words.next()) else { continue };
        let column = line.find(version).map_or(1, |i| line.get(..i).map_or(0, |s| s.chars().count()) + 1);
        let at = At { file: input.document.id, line: clamp(number + 1), column: clamp(column), width: clamp(version.chars().count()) };
        tool_version(input, out, tool, version, at);
    }
}

fn mise(input: &Input<'_>, out: &mut Output) {
    let tree = match input.document.tree() {
        Ok(tree) => tree,
        Err(problem) => return out.problem(&input.document, problem),
    };
    for (tool, value) in tree.get("tools").map(Node::entries).unwrap_or_default() {
        // `node = "22"`, `node = ["22", "20"]` (the first is active), `node = { version = "22" }`.
        let version = value.get("version").unwrap_or(value);
        if let Some(version) = version.one_or_many().first()
            && let Some(text) = version.text()
        {
            tool_version(input, out, &tool.text, text, version.at());
        }
    }
    let tables = tree.get("env").map(|env| if env.is_map() { std::slice::from_ref(env) } else { env.items() }).unwrap_or_default();
    // `_` holds directives.
    for (key, value) in tables.iter().flat_map(Node::entries).filter(|(key, _)| dotenv::is_name(&key.text) && &*key.text != "_") {
        out.readings.extend(variable(key, value));
    }
}

/// `X = "v"`, `X = { value = "v" }`, `{ default = "v" }`, `{ required = true }`; `false` takes it away.
fn variable(key: &Key, value: &Node) -> Option<Reading> {
    let given = |content, text: &str| Reading::new(Kind::Env, &*key.text, text, Form::Variable(Stance::Given, Need::Bare, content), key.at);
    if let Some(default) = value.text_of("default") {
        return Some(given(Content::Default, default));
    }
    if value.text_of("required").is_some_and(|required| required != "false") {
        return Some(Reading::variable_without(Stance::Declared, Need::Required, Content::Nothing, &*key.text, key.at));
    }
    let written = value.get("value").unwrap_or(value);
    let text = written.text()?;
    if matches!(written.value(), Value::Scalar(_, Style::Plain)) && text == "false" {
        return None;
    }
    Some(if text.contains("{{") { given(Content::Reference, "") } else { given(Content::Literal, text) })
}

/// A tool that the catalogue knows, as a runtime or as a service; others are nobody's business.
fn tool_version(input: &Input<'_>, out: &mut Output, tool: &str, version: &str, at: At) {
    // mise writes backends in front: `core:node`, `npm:pnpm`, `aqua:hashicorp/terraform`.
    let tool = tool.rsplit([':', '/']).next().unwrap_or(tool);
    let form = Form::Version(Syntax::Prefix);
    if let Some(runtime) = input.catalog.runtime(tool) {
        out.push(Reading::new(Kind::Runtime, &runtime.name, version, form, at));
    } else if let Some(service) = input.catalog.service(tool) {
        out.push(Reading::new(Kind::Service, &service.name, version, form, at));
    }
}
