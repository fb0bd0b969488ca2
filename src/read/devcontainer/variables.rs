//! Variables of a development container: `containerEnv`, `remoteEnv`, and what `runArgs` pass on to
//! `docker run`. Source: containers.dev, "Dev Container metadata reference", "Variables in
//! devcontainer.json".

use super::super::{Input, Output};
use super::opened;
use crate::files::{folder, resolve};
use crate::model::{Content, Form, Kind, Need, Reading, Stance};
use crate::syntax::dotenv::{self, is_name};
use crate::syntax::{At, Node, clamp};

/// Hands over what the container is given.
pub(super) fn read(input: &Input<'_>, out: &mut Output, tree: &Node) {
    for table in ["containerEnv", "remoteEnv"] {
        for (key, value) in tree.get(table).map(Node::entries).unwrap_or_default() {
            // `null` takes a variable away.
            if let Some(text) = value.text() {
                give(out, &key.text, key.at, text);
            }
        }
    }
    let mut arguments = tree.get("runArgs").map(Node::items).unwrap_or_default().iter();
    while let Some(argument) = arguments.next() {
        let Some(text) = argument.text() else { continue };
        let long = ["--env-file", "--env"].into_iter().find_map(|flag| Some((flag, text.strip_prefix(flag)?.strip_prefix('=')?)));
        let (flag, value, at) = match (text, long) {
            ("-e" | "--env" | "--env-file", _) => {
                let Some((value, at)) = arguments.next().and_then(|next| Some((next.text()?, next.at()))) else { continue };
                (text, value, at)
            }
            (_, Some((flag, value))) => (flag, value, argument.at().part(clamp(flag.len() + 1), clamp(value.chars().count()))),
            _ => match text.strip_prefix("-e") {
                Some(value) => ("-e", value, argument.at().part(2, clamp(value.chars().count()))),
                None => continue,
            },
        };
        if flag == "--env-file" {
            file(input, out, value, at);
            continue;
        }
        let (name, text) = value.split_once('=').map_or((value, None), |(name, text)| (name, Some(text)));
        let at = at.part(0, clamp(name.chars().count()));
        match text {
            Some(text) => give(out, name, at, text),
            None => say(out, name, at, Content::Reference, name),
        }
    }
}

/// A variable with what stands for its value.
fn give(out: &mut Output, name: &str, at: At, text: &str) {
    let Some((_, rest)) = text.split_once("${") else { return say(out, name, at, Content::Literal, text) };
    let inside = rest.split('}').next().unwrap_or("");
    let Some(outer) = inside.strip_prefix("localEnv:") else { return say(out, name, at, Content::Reference, "") };
    let whole = text.len() == inside.len() + "${}".len();
    match outer.split_once(':') {
        Some((_, default)) if whole => say(out, name, at, Content::Default, default),
        _ => say(out, name, at, Content::Reference, outer.split(':').next().unwrap_or("")),
    }
}

fn say(out: &mut Output, name: &str, at: At, content: Content, text: &str) {
    if is_name(name) {
        out.push(Reading::new(Kind::Env, name, text, Form::Variable(Stance::Given, Need::Bare, content), at));
    }
}

/// What an env file gives; open where it is not there. Its path counts from the folder that is opened.
fn file(input: &Input<'_>, out: &mut Output, path: &str, at: At) {
    let own = opened(folder(&input.document.path));
    let path = path.strip_prefix("${localWorkspaceFolder}/").unwrap_or(path);
    let document = resolve(own, path).filter(|path| input.documents.exists(path)).and_then(|path| input.documents.open(&path).ok());
    let Some(document) = document else {
        return out.push(Reading::variable_without(Stance::Open, Need::Bare, Content::Nothing, "*", at));
    };
    for (key, node) in dotenv::parse(document.id, document.text(), |_| {}).entries() {
        let (text, content) = node.text().map_or(("", Content::Reference), |text| (text, Content::Literal));
        let form = Form::Variable(Stance::Given, Need::Bare, content);
        out.push(Reading::new(Kind::Env, &*key.text, text, form, key.at).via(vec![at]));
    }
}
