//! `devcontainer.json` (containers.dev, "Dev Container metadata reference"): the container that a
//! developer works in. It names an image, a Dockerfile or a compose project; features add to it.

mod features;
mod variables;

use super::technology::Use;
use super::{Claim, Format, Home, Input, Link, Links, Output, Started, Target, Variable, declared, never};
use crate::files::{file_name, folder, resolve};
use crate::model::Scope;
use crate::syntax::{At, Node, clamp};

/// Development containers.
pub(super) static FORMAT: Format = Format { name: "devcontainer", claims, sniff: never, scan: None, home: Home::Local, links: Links::Apart(links), read };

fn claims(path: &str) -> Claim {
    let above = folder(path);
    match file_name(path) {
        ".devcontainer.json" => Claim::Yes,
        "devcontainer.json" if file_name(above) == ".devcontainer" || file_name(folder(above)) == ".devcontainer" => Claim::Yes,
        _ => Claim::No,
    }
}

fn read(input: &Input<'_>, out: &mut Output) {
    let Some(tree) = declared::tree(input, out) else { return };
    match tree.get("image").map(|image| (image.at(), substituted(image))) {
        Some((_, Some((text, at)))) => out.image(input, Use { text, at, via: Vec::new(), scope: Scope::Run, workload: None }),
        Some((at, None)) => out.note(at, "a value that only the developer's machine knows"),
        None => {}
    }
    absent(input, tree, out);
    for (id, options) in tree.get("features").map(Node::entries).unwrap_or_default() {
        features::read(input, out, id, options);
    }
    variables::read(input, out, tree);
}

fn links(input: &Input<'_>, out: &mut Vec<Link>) {
    let Ok(tree) = input.document.tree() else { return };
    let own = folder(&input.document.path);
    let build = tree.get("build");
    if let Some(file) = dockerfile(tree)
        && let Some(path) = file.text().and_then(|text| resolve(own, text))
    {
        let target = build.and_then(|b| b.text_of("target")).map(str::to_owned);
        let variables = build.and_then(|b| b.get("args")).map(arguments).unwrap_or_default();
        out.push(Link { environment: None, at: file.at(), to: Target::Dockerfile { path, target, variables } });
    }
    if let Some(node) = tree.get("dockerComposeFile").filter(|node| !node.is_map()) {
        let named = node.one_or_many();
        let files: Vec<String> = named.iter().filter_map(|file| resolve(own, file.text()?)).collect();
        let at = named.first().map_or(node.at(), |first| first.at());
        // An empty list asks for the default files of the folder that is opened.
        let folder = files.first().map_or_else(|| opened(own), |first| folder(first)).to_owned();
        let to = Target::Compose { files, folder, env_files: Vec::new(), variables: Vec::new(), started: services(tree) };
        out.push(Link { environment: None, at, to });
    }
}

/// Says which of the files that it names are not there, unless something of its own makes them.
fn absent(input: &Input<'_>, tree: &Node, out: &mut Output) {
    let own = folder(&input.document.path);
    let missing = |node: &&Node| {
        let path = node.text().filter(|text| !text.contains("${")).and_then(|text| resolve(own, text));
        path.is_some_and(|path| input.documents.lacks(&path))
    };
    if tree.get("initializeCommand").is_some() {
        return;
    }
    if let Some(file) = dockerfile(tree).filter(missing) {
        out.missing(file.at(), "builds a Dockerfile that is not in the repository");
    }
    for file in tree.get("dockerComposeFile").filter(|node| !node.is_map()).map(Node::one_or_many).unwrap_or_default().iter().filter(|node| missing(node)) {
        out.missing(file.at(), "starts a compose file that is not in the repository");
    }
}

/// The Dockerfile that is named; `dockerFile` at the top is the older spelling.
fn dockerfile(tree: &Node) -> Option<&Node> {
    let build = tree.get("build");
    build.and_then(|b| b.get("dockerfile").or_else(|| b.get("dockerFile"))).or_else(|| tree.get("dockerFile"))
}

/// The services that are started: all, unless `runServices` names some beside the container's own.
fn services(tree: &Node) -> Started {
    let named = tree.get("runServices").map(Node::items).unwrap_or_default().iter().filter_map(Node::text);
    let own = tree.text_of("service").filter(|_| tree.get("runServices").is_some_and(|named| !named.items().is_empty()));
    Started { services: own.into_iter().chain(named).map(str::to_owned).collect(), alone: false }
}

/// The folder that is opened in the container: what holds `.devcontainer`.
fn opened(own: &str) -> &str {
    let above = if file_name(own) == ".devcontainer" { own } else { folder(own) };
    if file_name(above) == ".devcontainer" { folder(above) } else { own }
}

fn arguments(args: &Node) -> Vec<Variable> {
    let known = |(key, value): &(crate::syntax::Key, Node)| {
        let (text, at) = substituted(value)?;
        Some(Variable { name: key.text.to_string(), value: Node::scalar(text, at), via: Vec::new() })
    };
    args.entries().iter().filter_map(known).collect()
}

/// The text of a value, `${localEnv:NAME:default}` replaced by its default. None where only the
/// developer's machine knows.
fn substituted(node: &Node) -> Option<(&str, At)> {
    let text = node.text()?;
    let Some(inside) = text.strip_prefix("${localEnv:").and_then(|rest| rest.strip_suffix('}')) else {
        return (!text.contains("${")).then_some((text, node.at()));
    };
    let (name, default) = inside.split_once(':')?;
    let offset = "${localEnv:".len() + name.chars().count() + 1;
    (!default.is_empty() && !default.contains("${")).then(|| (default, node.at().part(clamp(offset), clamp(default.chars().count()))))
}
