//! Which version a lock file has of a package: `package-lock.json` and `npm-shrinkwrap.json` (npm, versions 2 and
//! 3), `pnpm-lock.yaml` (versions 6 and 9), `yarn.lock` (versions 1 and later), `poetry.lock`, `uv.lock`, `pdm.lock`
//! (Poetry's, uv's and PDM's documentation), `Pipfile.lock` (Pipenv's), `requirements.txt` with pins (pip's),
//! `Gemfile.lock` (Bundler's) and `composer.lock` (Composer's). Only what stands at the top and in one version is told.
//! Machines write these files, megabytes of them: they are gone through line by line, nothing is built.

use std::collections::BTreeMap;

use crate::files::{Document, file_name};
use crate::model::Ecosystem;
use crate::syntax::{At, clamp};

/// A lock file's name, whose packages it has, and how it is read for a component that lies this far below it, or
/// for all of them.
type Lock = (&'static str, Ecosystem, for<'t> fn(&'t str, Option<&str>, &mut Found<'t>));

/// Lock files, those that are asked first before those that may stand beside them.
const LOCKS: &[Lock] = &[
    ("npm-shrinkwrap.json", Ecosystem::Npm, npm),
    ("package-lock.json", Ecosystem::Npm, npm),
    ("pnpm-lock.yaml", Ecosystem::Npm, pnpm),
    ("yarn.lock", Ecosystem::Npm, yarn),
    ("uv.lock", Ecosystem::Pypi, tables),
    ("poetry.lock", Ecosystem::Pypi, tables),
    ("pdm.lock", Ecosystem::Pypi, tables),
    ("Pipfile.lock", Ecosystem::Pypi, pipfile),
    ("requirements.txt", Ecosystem::Pypi, requirements),
    ("Gemfile.lock", Ecosystem::Gem, gems),
    ("gems.locked", Ecosystem::Gem, gems),
    ("composer.lock", Ecosystem::Composer, composer),
];

/// The names of the lock files of an ecosystem.
pub(crate) fn names(ecosystem: Ecosystem) -> impl Iterator<Item = &'static str> {
    LOCKS.iter().filter(move |(_, of, _)| *of == ecosystem).map(|(name, _, _)| *name)
}

/// Whose packages a path would have as a lock file, and how many are asked before it.
pub(crate) fn of_path(path: &str) -> Option<(usize, Ecosystem)> {
    let name = file_name(path);
    LOCKS.iter().enumerate().find(|(_, (known, _, _))| *known == name).map(|(order, (_, of, _))| (order, *of))
}

/// What is found, by name: the version and its line. What is there in two versions has none.
#[derive(Default)]
struct Found<'t> {
    packages: BTreeMap<String, Option<(&'t str, usize)>>,
}

impl<'t> Found<'t> {
    fn put(&mut self, name: &str, version: &'t str, line: usize) {
        let known = self.packages.entry(name.to_owned()).or_insert(Some((version, line)));
        if known.is_some_and(|(other, _)| other != version) {
            *known = None;
        }
    }

    /// The same, from what is nearer.
    fn replace(&mut self, name: &str, version: &'t str, line: usize) {
        self.packages.insert(name.to_owned(), Some((version, line)));
    }
}

/// What a lock file is that nothing is read from: of requirements, those without a pin are none.
const UNLIKE: &str = "no package was found in it: it is not written as its tool writes it";

/// How many lines a lock file has at least that its tool wrote.
const LINES: usize = 4;

/// Every package that a lock file has in one version, with its place. `below` is the path from the lock file's
/// folder to the component's; without one, all components count.
///
/// # Errors
/// Why it cannot be read.
pub(crate) fn locked(document: &Document, below: Option<&str>) -> Result<Vec<(String, String, At)>, &'static str> {
    let name = file_name(&document.path);
    let Some((_, _, read)) = LOCKS.iter().find(|(known, _, _)| *known == name) else { return Ok(Vec::new()) };
    let mut found = Found::default();
    read(document.text(), below, &mut found);
    if found.packages.is_empty() && name != "requirements.txt" && document.text().lines().count() < LINES {
        return Err(UNLIKE);
    }
    let place = |name: String, (version, line): (&str, usize)| {
        let text = document.line(clamp(line + 1))?;
        let before = text.find(version).and_then(|start| text.get(..start))?.chars().count();
        let at = At { line: clamp(line + 1), column: clamp(before + 1), width: clamp(version.chars().count()), ..At::file(document.id) };
        Some((name, version.to_owned(), at))
    };
    Ok(found.packages.into_iter().filter_map(|(name, version)| place(name, version?)).collect())
}

/// A name of Python's as its registry knows it (PEP 503).
pub(crate) fn normalised(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            _ => out.push(c.to_ascii_lowercase()),
        }
    }
    out
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate()
}

/// `"version": "1.2.3",`
fn quoted<'t>(line: &'t str, key: &str) -> Option<&'t str> {
    line.trim().strip_prefix('"')?.strip_prefix(key)?.strip_prefix("\": \"")?.split('"').next()
}

/// Entries `"node_modules/NAME": {` with a version; those below the component's own folder are nearer to it.
fn npm<'t>(text: &'t str, below: Option<&str>, found: &mut Found<'t>) {
    let near = match below {
        None | Some("") => "node_modules/".to_owned(),
        Some(below) => format!("{below}/node_modules/"),
    };
    let any = |path: &'t str| path.split_once("/node_modules/").filter(|_| below.is_none());
    let mut open: Option<(&str, bool, usize)> = None;
    let mut nearer: Vec<(&'t str, &'t str, usize)> = Vec::new();
    for (number, line) in lines(text) {
        let indent = line.len() - line.trim_start().len();
        if let Some(path) = line.trim().strip_suffix("\": {").and_then(|entry| entry.strip_prefix('"')) {
            let near = || path.strip_prefix(near.as_str()).map(|name| (name, true)).or_else(|| Some((any(path)?.1, false)));
            let name = path.strip_prefix("node_modules/").map(|name| (name, false)).or_else(near);
            let named = name.filter(|(name, _)| !name.contains("/node_modules/"));
            if named.is_some() || open.is_none_or(|(_, _, outer)| indent <= outer) {
                open = named.map(|(name, near)| (name, near, indent));
            }
        } else if let (Some((name, near, outer)), Some(version)) = (open, quoted(line, "version")) {
            if indent > outer {
                if near {
                    nearer.push((name, version, number))
                } else {
                    found.put(name, version, number)
                }
                open = None;
            }
        } else if open.is_some() && quoted(line, "name").is_some() {
            // An alias: the folder is called otherwise than the package.
            open = None;
        }
    }
    nearer.into_iter().for_each(|(name, version, line)| found.replace(name, version, line));
}

/// `importers`, the component's own, its lists; in older files without workspaces the lists stand at the top.
fn pnpm<'t>(text: &'t str, below: Option<&str>, found: &mut Found<'t>) {
    let is_own = |importer: &str| below.is_none_or(|below| importer == if below.is_empty() { "." } else { below });
    let mut path: Vec<(usize, &str)> = Vec::new();
    for (number, line) in lines(text) {
        let body = line.trim();
        let indent = line.len() - line.trim_start().len();
        let Some((key, value)) = body.split_once(": ").or_else(|| Some((body.strip_suffix(':')?, ""))) else { continue };
        path.truncate(path.iter().position(|(at, _)| *at >= indent).unwrap_or(path.len()));
        path.push((indent, key.trim_matches(['\'', '"'])));
        let keys: Vec<&str> = path.iter().map(|(_, key)| *key).take(6).collect();
        let name = match keys.as_slice() {
            ["importers", own, list, name, "version"] if is_own(own) && list.ends_with("ependencies") => name,
            [list, name, "version"] if below.is_none_or(str::is_empty) && list.ends_with("ependencies") => name,
            _ => continue,
        };
        let version = value.trim_matches(['\'', '"']).split('(').next().unwrap_or("");
        if version.starts_with(|c: char| c.is_ascii_digit()) {
            found.put(name, version, number);
        }
    }
}

/// `"NAME@^1.2", NAME@~1.2:` and, below it, `version "1.2.3"` or `version: 1.2.3`.
fn yarn<'t>(text: &'t str, _: Option<&str>, found: &mut Found<'t>) {
    let mut open: Option<&str> = None;
    for (number, line) in lines(text) {
        if !line.starts_with([' ', '#']) {
            let entry = line.strip_suffix(':').map(|entry| entry.split(", ").next().unwrap_or(entry).trim_matches('"'));
            // A scope begins with an `@` of its own.
            let name = |entry: &'t str| entry.get(..entry.get(1..)?.find('@')? + 1);
            open = entry.filter(|entry| !entry.contains("@workspace:")).and_then(name);
        } else if let Some(rest) = line.trim().strip_prefix("version").and_then(|rest| rest.strip_prefix([' ', ':']))
            && let Some(name) = open.take()
        {
            found.put(name, rest.trim().trim_matches('"'), number);
        }
    }
}

/// `[[package]]` with `name = "…"` and `version = "…"`.
fn tables<'t>(text: &'t str, _: Option<&str>, found: &mut Found<'t>) {
    let value = |line: &'t str, key: &str| line.strip_prefix(key)?.strip_prefix(" = \"")?.split('"').next();
    let (mut inside, mut name) = (false, None);
    for (number, line) in lines(text) {
        if line.starts_with('[') {
            (inside, name) = (line.trim() == "[[package]]", None);
        } else if let Some(named) = value(line, "name").filter(|_| inside) {
            name = Some(named);
        } else if let (Some(version), Some(named)) = (value(line, "version").filter(|_| inside), name) {
            found.put(&normalised(named), version, number);
        }
    }
}

/// The table `default`: `"NAME": { … "version": "==1.2.3" }`.
fn pipfile<'t>(text: &'t str, _: Option<&str>, found: &mut Found<'t>) {
    let (mut inside, mut name) = (false, None);
    for (number, line) in lines(text) {
        let indent = line.len() - line.trim_start().len();
        let opened = line.trim().strip_suffix("\": {").and_then(|key| key.strip_prefix('"'));
        match (opened, indent) {
            (Some(key), 4) => inside = key == "default",
            (Some(key), 8) => name = Some(key),
            _ => {
                let version = quoted(line, "version").and_then(|version| version.strip_prefix("=="));
                if let (Some(version), Some(name), true) = (version, name, inside) {
                    found.put(&normalised(name), version, number);
                }
            }
        }
    }
}

/// `NAME==1.2.3`, whatever follows it.
fn requirements<'t>(text: &'t str, _: Option<&str>, found: &mut Found<'t>) {
    for (number, line) in lines(text) {
        let Some((name, rest)) = line.split_once("==").filter(|(name, _)| !name.starts_with(['#', '-'])) else { continue };
        let version = rest.trim_start_matches('=').split([' ', ';', ',', '\\', '#']).find(|part| !part.is_empty()).unwrap_or("");
        let name = name.split('[').next().unwrap_or(name).trim();
        if !version.is_empty() && !version.contains('*') && !name.contains(char::is_whitespace) {
            found.put(&normalised(name), version, number);
        }
    }
}

/// `GEM`, `specs:`, four spaces, `NAME (1.2.3)`; what it needs stands two spaces deeper.
fn gems<'t>(text: &'t str, _: Option<&str>, found: &mut Found<'t>) {
    let mut section = "";
    for (number, line) in lines(text) {
        let indent = line.len() - line.trim_start().len();
        match indent {
            0 => section = line.trim(),
            4 if section == "GEM" => {
                let Some((name, rest)) = line.trim().split_once(" (") else { continue };
                let version = rest.trim_end_matches(')').split('-').next().unwrap_or("");
                found.put(name, version, number);
            }
            _ => {}
        }
    }
}

/// `packages` and `packages-dev`, lists of `{ "name": "VENDOR/NAME", "version": "1.2.3", … }`, three levels deep.
fn composer<'t>(text: &'t str, _: Option<&str>, found: &mut Found<'t>) {
    let mut name = None;
    for (number, line) in lines(text).filter(|(_, line)| line.len() - line.trim_start().len() == 12) {
        if let Some(named) = quoted(line, "name") {
            name = Some(named);
        } else if let Some(version) = quoted(line, "version")
            && let Some(named) = name.take()
        {
            found.put(named, version, number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileId;

    fn said(path: &str, below: &str, text: &str) -> Vec<String> {
        let document = Document::new(FileId(0), path, text.to_owned());
        locked(&document, Some(below).filter(|below| *below != "*"))
            .unwrap_or_default()
            .into_iter()
            .map(|(name, version, at)| format!("{name} {version} {}:{}", at.line, at.column))
            .collect()
    }

    #[test]
    fn lock_files_are_read() {
        let npm = "{\n  \"lockfileVersion\": 3,\n  \"packages\": {\n    \"\": {\n      \"name\": \"web\",\n      \"version\": \"9.9.9\"\n    },\n    \"node_modules/vue\": {\n      \"version\": \"3.5.1\"\n    },\n    \"node_modules/vue/node_modules/a\": {\n      \"version\": \"1.0.0\"\n    },\n    \"web/node_modules/a\": {\n      \"version\": \"2.0.0\"\n    },\n    \"node_modules/alias\": {\n      \"name\": \"other\",\n      \"version\": \"2.0.0\"\n    },\n    \"node_modules/@a/b\": {\n      \"version\": \"1.2.3\"\n    }\n  }\n}\n";
        assert_eq!(said("package-lock.json", "", npm), ["@a/b 1.2.3 22:19", "vue 3.5.1 9:19"]);
        assert_eq!(said("package-lock.json", "*", npm), ["@a/b 1.2.3 22:19", "a 2.0.0 15:19", "vue 3.5.1 9:19"]);
        assert_eq!(said("package-lock.json", "web", npm), ["@a/b 1.2.3 22:19", "a 2.0.0 15:19", "vue 3.5.1 9:19"]);
        let pnpm = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      vue:\n        specifier: ^3\n        version: 3.5.1(typescript@5.0.0)\n      own:\n        specifier: workspace:*\n        version: link:../own\npackages:\n  vue@3.5.1:\n    version: 9\n";
        assert_eq!(said("pnpm-lock.yaml", "", pnpm), ["vue 3.5.1 7:18"]);
        let yarn = "# yarn lockfile v1\n\n\"@a/b@^1\", \"@a/b@^1.2\":\n  version \"1.2.3\"\n\nvue@^3:\n  version \"3.5.1\"\n\nold@^1:\n  version \"1.0.0\"\n\nold@^2:\n  version \"2.0.0\"\n";
        assert_eq!(said("yarn.lock", "", yarn), ["@a/b 1.2.3 4:12", "vue 3.5.1 7:12"]);
        assert_eq!(said("yarn.lock", "", "\"vue@npm:^3\":\n  version: 3.5.1\n  resolution: \"vue@npm:3.5.1\"\n"), ["vue 3.5.1 2:12"]);
        let poetry = "[[package]]\nname = \"Flask_Login\"\nversion = \"0.6.3\"\n\n[package.dependencies]\nversion = \"9\"\n\n[[package]]\nname = \"a\"\nversion = \"1\"\n\n[[package]]\nname = \"a\"\nversion = \"2\"\n";
        assert_eq!(said("poetry.lock", "", poetry), ["flask-login 0.6.3 3:12"]);
        let pipfile = "{\n    \"default\": {\n        \"django\": {\n            \"version\": \"==5.0.1\"\n        }\n    },\n    \"develop\": {\n        \"black\": {\n            \"version\": \"==24.1\"\n        }\n    }\n}\n";
        assert_eq!(said("Pipfile.lock", "", pipfile), ["django 5.0.1 4:27"]);
        let requirements = "# a==1\nDjango[bcrypt]==5.0.1 \\\n    --hash=sha256:00\nold>=1\nany==1.*\nx == 2 ; python_version>'3'\n";
        assert_eq!(said("requirements.txt", "", requirements), ["django 5.0.1 2:17", "x 2 6:6"]);
        let gems = "GIT\n  specs:\n    own (0.1)\n\nGEM\n  remote: x\n  specs:\n    rack (3.1.0)\n      base64 (>= 0.1)\n    nokogiri (1.16.0-x86_64-linux)\n\nDEPENDENCIES\n  rack\n";
        assert_eq!(said("Gemfile.lock", "", gems), ["nokogiri 1.16.0 10:15", "rack 3.1.0 8:11"]);
    }

    #[test]
    fn what_components_have_in_several_versions_is_told_of_none() {
        let npm =
            "{\n    \"web/node_modules/a\": {\n      \"version\": \"2.0.0\"\n    },\n    \"api/node_modules/a\": {\n      \"version\": \"1.0.0\"\n    }\n}\n";
        assert_eq!((said("package-lock.json", "api", npm).len(), said("package-lock.json", "*", npm).len()), (1, 0));
        let pnpm = "importers:\n  web:\n    dependencies:\n      vue:\n        version: 3.5.1\n      b:\n        version: 1.0.0\n  api:\n    dependencies:\n      vue:\n        version: 3.4.0\n";
        assert_eq!((said("pnpm-lock.yaml", "web", pnpm).len(), said("pnpm-lock.yaml", "*", pnpm)), (2, vec!["b 1.0.0 7:18".to_owned()]));
        let composer = "{\n    \"packages\": [\n        {\n            \"name\": \"monolog/monolog\",\n            \"version\": \"3.5.0\",\n            \"authors\": [\n                {\n                    \"name\": \"x\"\n                }\n            ]\n        }\n    ]\n}\n";
        assert_eq!(said("composer.lock", "", composer), ["monolog/monolog 3.5.0 5:25"]);
    }

    #[test]
    fn nonsense_is_nothing() {
        for (name, _, _) in LOCKS {
            for text in ["", "\u{0}", "\": {", "@", "\"@", ":\n version", "[[package]]\nversion = \"1", "==", "GEM\n    x (", "    ) ("] {
                said(name, "", text);
                said(name, "é", text);
            }
        }
    }

    #[test]
    fn what_no_tool_wrote_is_not_read_as_nothing() {
        let read = |name: &str, text: &str| locked(&Document::new(FileId(0), name, text.to_owned()), None).map(|all| all.len());
        let npm = "{\"packages\": {\"node_modules/vue\": {\"version\": \"3.5.1\"}}}";
        assert_eq!(read("package-lock.json", npm), Err(UNLIKE));
        assert_eq!(read("composer.lock", ""), Err(UNLIKE));
        assert_eq!(read("yarn.lock", "# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.\n# yarn lockfile v1\n\n\n"), Ok(0));
        assert_eq!(read("requirements.txt", "flask>=3\n"), Ok(0));
    }
}
