//! What the command lines of Docker and Podman run and build. Source: the reference of the docker,
//! docker compose and docker buildx command lines.

use super::started::{run_options, started};
use super::walk::{Call, Walk};
use super::{Found, variables as given};
use crate::model::ImageRef;
use crate::read::traced::Traced;
use crate::read::{Started, Target, Variable};
use crate::syntax::Node;

/// Long options of `run` and `create` that take no value. Every other one does.
const RUN_SWITCHES: &[&str] = &[
    "detach",
    "disable-content-trust",
    "env-host",
    "help",
    "http-proxy",
    "init",
    "interactive",
    "no-healthcheck",
    "no-hosts",
    "oom-kill-disable",
    "passwd",
    "privileged",
    "publish-all",
    "quiet",
    "read-only",
    "replace",
    "rm",
    "rmi",
    "sig-proxy",
    "tls-verify",
    "tty",
    "use-api-socket",
];
/// Their short forms.
const RUN_SHORT: &str = "ditPq";
/// Options of `build` that take no value.
const BUILD_SWITCHES: &[&str] =
    &["compress", "debug", "disable-content-trust", "force-rm", "help", "load", "no-cache", "pull", "push", "quiet", "rm", "squash", "check"];
/// Options before the subcommand of `docker` and `docker compose` that take no value.
const GLOBAL_SWITCHES: &[&str] = &["all-resources", "compatibility", "debug", "dry-run", "help", "tls", "tlsverify", "verbose", "version"];
/// The files of compose's default set.
const COMPOSE_FILES: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// An option and its value, as far as they could be told.
pub(super) type Flag = (String, Option<Traced>);

/// A command of Docker's or Podman's, if this is one.
pub(super) fn call(walk: &mut Walk<'_>, call: &Call<'_>) {
    let Some((Some(program), rest)) = call.arguments.split_first() else { return };
    match crate::files::file_name(program.text()) {
        "docker-compose" | "podman-compose" => compose(walk, call, program, rest),
        "docker" | "podman" | "nerdctl" => {
            let Some((_, rest)) = options(rest, GLOBAL_SWITCHES, "Dv") else { return };
            let Some((Some(verb), rest)) = rest.split_first() else { return };
            subcommand(walk, call, verb, rest);
        }
        "buildah" => {
            if let Some((Some(verb), rest)) = rest.split_first()
                && matches!(verb.text(), "bud" | "build")
            {
                build(walk, call, verb, rest);
            }
        }
        _ => {}
    }
}

fn subcommand(walk: &mut Walk<'_>, call: &Call<'_>, verb: &Traced, rest: &[Option<Traced>]) {
    match verb.text() {
        "compose" => compose(walk, call, verb, rest),
        "run" | "create" => run(walk, rest),
        "build" => build(walk, call, verb, rest),
        "stack" => stack(walk, call, verb, rest),
        "container" | "image" | "builder" | "buildx" => {
            if let Some((Some(inner), rest)) = rest.split_first() {
                match (verb.text(), inner.text()) {
                    ("container", "run" | "create") => run(walk, rest),
                    ("image" | "builder" | "buildx", "build") => build(walk, call, verb, rest),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// Splits options from the arguments behind them. None where a word that could be an option is not
/// known: what follows could be its value.
pub(super) fn options<'a>(words: &'a [Option<Traced>], switches: &[&str], short: &str) -> Option<(Vec<Flag>, &'a [Option<Traced>])> {
    let (mut flags, mut index) = (Vec::new(), 0);
    while let Some(word) = words.get(index) {
        let word = word.as_ref();
        let Some(text) = word.map(Traced::text) else { return Some((flags, words.get(index..)?)) };
        if text == "--" {
            return Some((flags, words.get(index + 1..)?));
        }
        if !text.starts_with('-') || text == "-" {
            return Some((flags, words.get(index..)?));
        }
        index += 1;
        let whole = word?;
        let mut value_behind = |name: String, inline: Option<usize>| {
            let value = match inline {
                Some(from) => Some(whole.slice(from..whole.text().len())),
                None => {
                    index += 1;
                    words.get(index - 1).cloned().flatten()
                }
            };
            flags.push((name, value));
        };
        if let Some(long) = text.strip_prefix("--") {
            match long.split_once('=') {
                Some((name, _)) => value_behind(name.to_owned(), Some(2 + name.len() + 1)),
                None if switches.contains(&long) => flags.push((long.to_owned(), None)),
                None => value_behind(long.to_owned(), None),
            }
        } else {
            for (offset, c) in text.char_indices().skip(1) {
                if short.contains(c) {
                    continue;
                }
                let after = offset + c.len_utf8();
                let equals = usize::from(text.get(after..).is_some_and(|rest| rest.starts_with('=')));
                value_behind(c.to_string(), (after < text.len()).then_some(after + equals));
                break;
            }
        }
    }
    Some((flags, &[]))
}

fn values<'f>(flags: &'f [Flag], names: &[&str]) -> impl Iterator<Item = Option<&'f Traced>> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    flags.iter().filter(move |(name, _)| names.contains(name)).map(|(_, value)| value.as_ref())
}

fn run(walk: &mut Walk<'_>, words: &[Option<Traced>]) {
    let Some((flags, rest)) = options(words, RUN_SWITCHES, RUN_SHORT) else { return };
    let Some(image) = rest.first() else { return };
    let catalog = walk.context.input.catalog;
    let is_service = |image: &Traced| ImageRef::parse(image.text()).is_some_and(|image| catalog.service_of_image(&image).is_some());
    if !image.as_ref().is_some_and(is_service) {
        given::contained(walk, flags.iter().map(|(name, value)| (name.as_str(), value.as_ref())), None);
    }
    let Some(image) = image else { return };
    let workload = values(&flags, &["name"]).flatten().last().map(|name| name.text().to_owned());
    walk.found.push(Found::Image { image: image.clone(), workload });
}

fn compose(walk: &mut Walk<'_>, call: &Call<'_>, program: &Traced, words: &[Option<Traced>]) {
    let Some((flags, rest)) = options(words, GLOBAL_SWITCHES, "hv") else { return };
    let Some(Some(verb)) = rest.first() else { return };
    if !matches!(verb.text(), "up" | "run" | "start" | "build" | "create" | "watch") {
        return;
    }
    let words = rest.get(1..).unwrap_or_default();
    let started = started(verb.text(), words).unwrap_or_default();
    if verb.text() == "run"
        && let Some((flags, rest)) = run_options(words)
    {
        let service = rest.first().and_then(Option::as_ref).map(Traced::text);
        let own = service.and_then(|service| walk.context.input.components.named(service)).map(str::to_owned);
        given::contained(walk, flags.iter().map(|(name, value)| (name.as_str(), value.as_ref())), own);
    }
    let mut given: Vec<Option<Traced>> = values(&flags, &["f", "file"]).map(|value| value.cloned()).collect();
    if given.is_empty()
        && let Some(listed) = call.variables.get("COMPOSE_FILE")
    {
        given = listed.split(|c| c == ':' || c == ';').into_iter().map(Some).collect();
    }
    let mut files = Vec::new();
    for file in &given {
        // One file that is not known, and the project is another one.
        let Some(path) = file.as_ref().and_then(|file| walk.path(file.text())) else { return };
        files.push(path);
    }
    let env_files = values(&flags, &["env-file"]).filter_map(|file| walk.path(file?.text())).collect();
    let folder = match values(&flags, &["project-directory"]).last() {
        Some(folder) => folder.and_then(|folder| walk.path(folder.text())),
        None => walk.folder(COMPOSE_FILES),
    };
    let (Some(folder), Some(at)) = (folder, given.first().and_then(Option::as_ref).unwrap_or(program).outer()) else { return };
    let variables = variables(call);
    walk.lead(at, None, Target::Compose { files, folder, env_files, variables, started });
}

/// `docker stack deploy -c FILE NAME`.
fn stack(walk: &mut Walk<'_>, call: &Call<'_>, program: &Traced, words: &[Option<Traced>]) {
    let Some((Some(verb), rest)) = words.split_first() else { return };
    if !matches!(verb.text(), "deploy" | "up") {
        return;
    }
    let Some((flags, _)) = options(rest, &["prune", "with-registry-auth", "quiet", "help"], "dq") else { return };
    let files: Option<Vec<String>> = values(&flags, &["c", "compose-file"]).map(|file| walk.path(file?.text())).collect();
    let at = values(&flags, &["c", "compose-file"]).flatten().next().unwrap_or(program).outer();
    if let (Some(files), Some(folder), Some(at)) = (files.filter(|files| !files.is_empty()), walk.folder(&[]), at) {
        let variables = variables(call);
        walk.lead(at, None, Target::Compose { files, folder, env_files: Vec::new(), variables, started: Started::default() });
    }
}

fn variables(call: &Call<'_>) -> Vec<Variable> {
    call.variables.iter().filter_map(|(name, value)| variable(name, value)).collect()
}

fn variable(name: &str, value: &Traced) -> Option<Variable> {
    let (at, via) = value.place()?;
    Some(Variable { name: name.to_owned(), value: Node::scalar(value.text(), at), via })
}

fn build(walk: &mut Walk<'_>, call: &Call<'_>, program: &Traced, words: &[Option<Traced>]) {
    // The context may stand between the options.
    let (mut flags, mut contexts, mut words) = (Vec::new(), Vec::new(), words);
    while let Some((more, rest)) = options(words, BUILD_SWITCHES, "qD") {
        flags.extend(more);
        let Some((context, rest)) = rest.split_first() else { break };
        contexts.push(context.clone());
        words = rest;
    }
    let file = values(&flags, &["f", "file"]).last().map(|file| file.cloned());
    // A context from elsewhere has its own Dockerfile, and `-` is read from the input.
    let is_local = |word: &Traced| word.text() != "-" && !word.text().contains("://") && !word.text().contains(['#', '@']);
    if !contexts.iter().chain(&file).flatten().all(is_local) {
        return;
    }
    let (path, place) = match &file {
        Some(file) => (file.as_ref().and_then(|file| walk.path(file.text())), file.as_ref()),
        None => {
            let context = contexts.first().and_then(Option::as_ref);
            (context.and_then(|context| walk.path(&format!("{}/Dockerfile", context.text().trim_end_matches('/')))), context)
        }
    };
    let target = values(&flags, &["target"]).last().flatten().map(|target| target.text().to_owned());
    let arguments = values(&flags, &["build-arg"]).flatten().filter_map(|argument| match argument.text().split_once('=') {
        Some((name, _)) => variable(name, &argument.slice(name.len() + 1..argument.text().len())),
        None => variable(argument.text(), call.variables.get(argument.text())?),
    });
    let variables = arguments.collect();
    if let (Some(path), Some(at)) = (path, place.unwrap_or(program).outer()) {
        walk.lead(at, Some(&path.clone()), Target::Dockerfile { path, target, variables });
    }
}
