//! Features of a development container (containers.dev, "Dev Container Features reference"): what they
//! install, and in which version. The tag of a feature is its own version, never the runtime's.

use super::super::declared::{self, Text};
use super::super::{Input, Output};
use crate::model::{Form, Kind, Reading, Syntax};
use crate::syntax::{At, Key, Node};

/// Hands over what one feature installs.
pub(super) fn read(input: &Input<'_>, out: &mut Output, id: &Key, options: &Node) {
    let name = name(&id.text);
    // A bare string is the version; without one a feature installs its latest.
    let version = Text::of(options).or_else(|| options.get("version").and_then(Text::of));
    if let Some(runtime) = input.catalog.runtime(name) {
        match version.map(|v| (v, v.text)) {
            Some((_, "none" | "os-provided" | "system" | "false")) => {}
            None | Some((_, "" | "true")) => out.push(unpinned(Kind::Runtime, &runtime.name, version.map_or(id.at, |v| v.at))),
            Some((version, _)) => declared::runtime(input, out, runtime, version, Syntax::Prefix),
        }
    } else if let Some(service) = input.catalog.services.iter().find(|s| s.name == name || s.packages.iter().any(|p| p == name)) {
        match version {
            Some(version) if version.text != "none" => {
                out.push(Reading::new(Kind::Service, &service.name, version.text, Form::Version(Syntax::Prefix), version.at));
            }
            Some(_) => {}
            None => out.push(unpinned(Kind::Service, &service.name, id.at)),
        }
    }
    for (option, value) in options.entries() {
        further(input, out, options, &option.text, value);
    }
}

fn unpinned(kind: Kind, name: &str, at: At) -> Reading {
    Reading::new(kind, name, "", Form::Version(Syntax::Prefix), at)
}

/// Options that install something beside the feature's own: `"pnpmVersion": "9"`, `"helm": "3.14"`.
fn further(input: &Input<'_>, out: &mut Output, options: &Node, option: &str, value: &Node) {
    let stem = option.strip_suffix("Version").unwrap_or(option);
    let (Some(runtime), Some(version)) = (input.catalog.runtime(stem), Text::of(value)) else { return };
    let switched_off = options.entries().iter().any(|(key, value)| {
        let switch = key.text.strip_prefix("install").is_some_and(|what| what.eq_ignore_ascii_case(stem));
        switch && value.text() == Some("false")
    });
    if !switched_off && !matches!(version.text, "none" | "os-provided" | "false" | "true" | "") {
        declared::runtime(input, out, runtime, version, Syntax::Prefix);
    }
}

/// `node` of `ghcr.io/devcontainers/features/node:1`.
fn name(id: &str) -> &str {
    let last = id.rsplit('/').next().unwrap_or(id);
    last.split([':', '@']).next().unwrap_or(last)
}
