//! What package managers and installers put on a machine. Which names and packages are runtimes is
//! the catalogue's knowledge; how each command line writes a version stands here.

use super::Found;
use super::walk::{Call, Walk};
use crate::catalog::Runtime;
use crate::model::Kind;
use crate::read::traced::Traced;

/// What an installing command is given.
type Words<'a> = &'a [Option<Traced>];

/// Signs between a Python package and its version.
const PYTHON_SIGNS: &[&str] = &["==", ">=", "<=", "~=", ">", "<"];

/// An installation, if this is one.
pub(super) fn call(walk: &mut Walk<'_>, call: &Call<'_>) {
    let Some((Some(program), rest)) = call.arguments.split_first() else { return };
    let program = crate::files::file_name(program.text());
    let bare = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let plain: Vec<&str> = rest.iter().flatten().map(Traced::text).filter(|word| !word.starts_with('-')).collect();
    let (verb, second) = (plain.first().copied().unwrap_or(""), plain.get(1).copied().unwrap_or(""));
    let global = || rest.iter().flatten().any(|word| matches!(word.text(), "-g" | "--global" | "--location=global"));
    match (bare, verb) {
        ("npm" | "pnpm" | "bun", "i" | "install" | "add") if global() => named(walk, bare, rest, 1, &["@"]),
        ("yarn", "global") if second == "add" => named(walk, bare, rest, 2, &["@"]),
        ("corepack", "prepare" | "use" | "install") => named(walk, bare, rest, 1, &["@"]),
        ("pip" | "pipx", "install") => named(walk, bare, rest, 1, PYTHON_SIGNS),
        ("python", "pip") if second == "install" => named(walk, "pip", rest, 2, PYTHON_SIGNS),
        ("uv", "pip" | "tool") if second == "install" => named(walk, bare, rest, 2, &["==", "@", ">=", "<=", "~=", ">", "<"]),
        ("gem", "install") => gem(walk, rest),
        ("apt-get" | "apt" | "aptitude", _) => packages(walk, rest, "install", &["-t", "--target-release", "-o", "--option", "-c", "-a"]),
        ("apk", _) => packages(walk, rest, "add", &["-t", "--virtual", "-X", "--repository", "-p", "--root"]),
        ("dnf" | "yum" | "microdnf" | "tdnf", _) => packages(walk, rest, "install", &["--enablerepo", "--disablerepo", "--setopt", "-x", "--exclude"]),
        ("curl" | "wget", _) => installers(walk, call, rest),
        // A source of packages that is written down by hand.
        ("echo" | "printf", _)
            if call.output.iter().map(Traced::text).chain(call.next.iter().map(String::as_str)).any(|word| word.contains("sources.list")) =>
        {
            installers(walk, call, rest)
        }
        ("service", _) => {
            if let [Some(service), Some(verb), ..] = rest
                && matches!(verb.text(), "start" | "restart")
            {
                starts(walk, service);
            }
        }
        ("systemctl", "start" | "restart" | "enable") => {
            rest.iter().flatten().filter(|word| !word.text().starts_with('-')).skip(1).for_each(|service| starts(walk, service))
        }
        _ => {}
    }
}

/// Names that carry their version behind a sign: `pnpm@9`, `poetry==1.8.2`.
fn named(walk: &mut Walk<'_>, program: &str, words: Words<'_>, verbs: usize, signs: &[&str]) {
    let node = matches!(program, "npm" | "pnpm" | "yarn" | "bun");
    for word in words.iter().flatten().filter(|word| !word.text().starts_with('-')).skip(verbs) {
        let text = word.text();
        // A scope's own `@` stands first.
        let cut = signs.iter().filter_map(|sign| text.get(1..)?.find(sign).map(|i| (i + 1, sign.len()))).min_by_key(|(at, length)| (*at, usize::MAX - length));
        let name = text.get(..cut.map_or(text.len(), |(at, _)| at)).unwrap_or(text);
        let name = name.split_once('[').map_or(name, |(name, _)| name);
        let own = |runtime: &&Runtime| runtime.class != "language" || node && runtime.npm_packages.iter().any(|package| package == name);
        let Some(runtime) = walk.context.input.catalog.runtime(name).filter(own) else { continue };
        let version = cut.map(|(at, length)| {
            // A bound is part of the version, an equals sign is not.
            let from = if matches!(text.get(at..at + length), Some("==" | "@")) { at + length } else { at };
            word.slice(from..text.len())
        });
        // corepack takes a hash behind the version.
        let version = version.map(|version| version.slice(0..version.text().find('+').unwrap_or(version.text().len())));
        // A package manager that brings itself up to date is a habit, not a choice of a version.
        if runtime.name != program || version.as_ref().is_some_and(|version| !is_floating(version.text())) {
            push(walk, runtime, version, word);
        }
    }
}

/// `gem install bundler -v 2.5.1`, `gem install bundler:2.5.1`, `--version='~> 2.5'`.
fn gem(walk: &mut Walk<'_>, words: Words<'_>) {
    let (mut names, mut told) = (Vec::new(), None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.as_ref().map_or("", Traced::text);
        if matches!(text, "-v" | "--version") {
            told = Some(words.next().cloned().flatten());
        } else if let Some(version) = text.strip_prefix("--version=") {
            told = Some(word.as_ref().map(|word| word.slice(text.len() - version.len()..text.len())));
        } else if !text.starts_with('-') {
            names.extend(word);
        }
    }
    for name in names.into_iter().skip(1) {
        let bare = name.text().split_once(':').map_or(name.text(), |(bare, _)| bare);
        let Some(runtime) = walk.context.input.catalog.runtime(bare).filter(|r| r.class != "language") else { continue };
        match &told {
            Some(Some(version)) => push(walk, runtime, Some(version.clone()), name),
            Some(None) => {}
            None => push(walk, runtime, (bare.len() < name.text().len()).then(|| name.slice(bare.len() + 1..name.text().len())), name),
        }
    }
}

/// Packages of an operating system: `nodejs`, `nodejs=20.1*`, `nodejs~20`, `python3.12`.
fn packages(walk: &mut Walk<'_>, words: Words<'_>, verb: &str, valued: &[&str]) {
    let mut words = words.iter();
    let mut verb = Some(verb);
    while let Some(word) = words.next() {
        let Some(word) = word else { continue };
        let text = word.text();
        if text.starts_with('-') {
            if valued.contains(&text) {
                words.next();
            }
            continue;
        }
        match verb.take() {
            Some(verb) if verb != text => return,
            Some(_) => continue,
            None => {}
        }
        let cut = text.find(['=', '~', '<', '>', ':', '@']).unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(cut).unwrap_or((text, ""));
        let Some((runtime, inside)) = walk.context.input.catalog.runtime_of_package(name) else { continue };
        let sign = rest.len() - rest.trim_start_matches(['=', '~', ':']).len();
        // Behind an `@` stands the name of a repository.
        let version = if rest.len() > sign && !rest.starts_with('@') {
            // Debian writes an epoch in front, and all write their own revision behind: `1:20.11-r0`.
            let from = cut + sign;
            let epoch = text.get(from..).and_then(|v| v.split_once(':')).map_or(0, |(epoch, _)| epoch.len() + 1);
            let from = from + epoch;
            let length = text.get(from..).and_then(|v| v.find(['-', '~', '+', '@'])).unwrap_or(text.len() - from);
            Some(word.slice(from..from + length))
        } else {
            name.find(inside.as_str()).filter(|_| !inside.is_empty()).map(|at| word.slice(at..at + inside.len()))
        };
        if version.is_some() || !walk.sourced.contains(&runtime.name) {
            push(walk, runtime, version, word);
        }
    }
}

/// Install scripts that are fetched: `https://…/setup_20.x`.
fn installers(walk: &mut Walk<'_>, call: &Call<'_>, words: Words<'_>) {
    let catalog = walk.context.input.catalog;
    for word in words.iter().flatten() {
        let hit = catalog
            .runtimes
            .iter()
            .find_map(|runtime| runtime.installers.iter().find_map(|pattern| installer(word.text(), pattern)).map(|range| (runtime, range)));
        let Some((runtime, range)) = hit else { continue };
        if !range.is_empty() {
            walk.sourced.insert(runtime.name.clone());
            push(walk, runtime, Some(word.slice(range)), word);
            continue;
        }
        // The version may be told to the script: by a variable, or as its last argument.
        let told = runtime.variables.iter().find_map(|name| call.variables.get(name));
        let argument = call
            .next
            .iter()
            .skip(1)
            .find(|word| word.trim_start_matches(runtime.name.as_str()).trim_start_matches(['-', 'v']).starts_with(|c: char| c.is_ascii_digit()));
        match (told, argument) {
            (Some(version), _) => push(walk, runtime, Some(version.clone()), word),
            (None, None) => push(walk, runtime, None, word),
            // An argument whose place is not known to this command says only that it is not floating.
            (None, Some(_)) => {}
        }
    }
}

/// Where the version stands in an address that fits a pattern; an empty range where it has none.
fn installer(text: &str, pattern: &str) -> Option<std::ops::Range<usize>> {
    let Some((before, after)) = pattern.split_once("{version}") else {
        let at = text.find(pattern)?;
        return Some(at..at);
    };
    let start = text.find(before)? + before.len();
    let rest = text.get(start..)?;
    let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
    let length = rest.get(..digits)?.trim_end_matches('.').len();
    (length > 0 && rest.get(length..)?.starts_with(after)).then_some(start..start + length)
}

/// A service of the machine that is started.
fn starts(walk: &mut Walk<'_>, word: &Traced) {
    let name = word.text().trim_end_matches(".service");
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    let catalog = walk.context.input.catalog;
    let service = catalog.service(name).or_else(|| catalog.services.iter().find(|s| s.packages.iter().any(|package| package == name)));
    if let (Some(service), Some((at, _))) = (service, word.place()) {
        walk.found.push(Found::Starts { name: service.name.clone(), at });
    }
}

fn push(walk: &mut Walk<'_>, runtime: &Runtime, version: Option<Traced>, word: &Traced) {
    let value = version.as_ref().map_or("", Traced::text).to_owned();
    let floating = is_floating(&value);
    let Some((at, via)) = version.as_ref().filter(|_| !value.is_empty()).unwrap_or(word).place() else { return };
    let value = if floating { String::new() } else { value };
    let varies = version.is_some_and(|version| version.varies);
    walk.found.push(Found::Version { kind: Kind::Runtime, name: runtime.name.clone(), value, at, via, varies });
}

fn is_floating(version: &str) -> bool {
    matches!(version, "latest" | "")
}
