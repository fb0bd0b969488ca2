//! How package managers install: all that a manifest lists, from the lock file or past it, and packages
//! by their names. What the words of their command lines mean is the catalogue's knowledge.

use super::Found;
use super::walk::{Call, Walk};
use crate::catalog::Manager;
use crate::files::{file_name, folder, resolve};
use crate::model::{Environment, Form, Install, Kind, Raw, Reading, Spec, Syntax};
use crate::read::manifests;
use crate::read::traced::Traced;

/// The variable by which programs know a CI machine.
pub(in crate::read) const CI: &str = "CI";

/// The command line of a package manager.
struct Line<'l> {
    program: &'l Traced,
    /// The program's name, without a version.
    name: &'l str,
    /// Words that are neither options nor their values; none for what only a shell knows.
    plain: Vec<Option<&'l Traced>>,
    options: Vec<&'l Traced>,
    /// The version that an option tells.
    version: Option<&'l Traced>,
}

/// An installation, if this is one.
pub(super) fn call(walk: &mut Walk<'_>, call: &Call<'_>) {
    let Some((Some(program), rest)) = call.arguments.split_first() else { return };
    let name = file_name(program.text()).trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let catalog = walk.context.input.catalog;
    for manager in catalog.managers.iter().filter(|manager| manager.programs.iter().any(|program| program == name)) {
        let line = Line::of(manager, program, name, rest);
        if line.plain.first().is_some_and(|word| word.is_some_and(|word| word.text() == "config")) {
            settings(walk, manager, &line);
        } else if !line.options.iter().any(|option| manager.other.iter().any(|other| other == option.text())) {
            whole(walk, call, manager, &line);
            named(walk, manager, &line);
        }
    }
}

impl<'l> Line<'l> {
    fn of(manager: &Manager, program: &'l Traced, name: &'l str, rest: &'l [Option<Traced>]) -> Line<'l> {
        let mut line = Line { program, name, plain: Vec::new(), options: Vec::new(), version: None };
        let mut words = rest.iter();
        while let Some(word) = words.next() {
            match word {
                Some(option) if option.text().starts_with('-') => {
                    let value = if manager.valued.iter().any(|valued| valued == option.text()) { words.next() } else { None };
                    match value {
                        Some(value) if manager.version.iter().any(|version| version == option.text()) => line.version = value.as_ref(),
                        _ => line.options.push(option),
                    }
                }
                word => line.plain.push(word.as_ref()),
            }
        }
        line
    }

    /// What follows the words of a command, if this is it.
    fn after(&self, command: &str, name: &str) -> Option<&[Option<&'l Traced>]> {
        let mut words = command.split(' ');
        let verbs = words.clone().count() - 1;
        let fits = words.next() == Some(name) && words.zip(&self.plain).filter(|(word, have)| have.is_some_and(|have| have.text() == *word)).count() == verbs;
        self.plain.get(verbs..).filter(|_| fits)
    }

    /// The command among these that this is, with nothing that follows its words.
    fn exactly<'c>(&self, commands: &'c [String]) -> Option<&'c str> {
        commands.iter().find(|command| self.after(command, self.name).is_some_and(<[_]>::is_empty)).map(String::as_str)
    }

    /// The first option of these, and whether it is switched off.
    fn option(&self, options: &[String]) -> Option<(&'l Traced, bool)> {
        self.options.iter().find_map(|option| {
            let (name, value) = option.text().split_once('=').unwrap_or((option.text(), "true"));
            options.iter().any(|other| other == name).then_some((*option, value == "false"))
        })
    }
}

/// What the walk remembers of a manager that is told to keep to its lock file.
fn told(manager: &Manager) -> String {
    format!("{} keeps to its lock file", manager.name)
}

/// `bundle config set deployment true`: from here on it keeps to the lock file.
fn settings(walk: &mut Walk<'_>, manager: &Manager, line: &Line<'_>) {
    let texts: Vec<&str> = line.plain.iter().flatten().map(|word| word.text()).collect();
    let switched =
        texts.iter().any(|word| manager.settings.iter().any(|setting| setting == word)) && !texts.iter().any(|word| matches!(*word, "false" | "0" | "unset"));
    if switched {
        walk.sourced.insert(told(manager));
    }
}

/// All that a manifest lists.
fn whole(walk: &mut Walk<'_>, call: &Call<'_>, manager: &Manager, line: &Line<'_>) {
    let (locked, all) = (line.exactly(&manager.locked), line.exactly(&manager.all));
    let Some(command) = locked.or(all) else { return };
    if !has_lock(walk, manager) {
        return;
    }
    let set = |name: &str| call.variables.get(name).is_some_and(|value| !matches!(value.text(), "" | "0" | "false"));
    let keeping = line.option(&manager.keeping);
    let kept = keeping.is_some_and(|(_, off)| !off) || manager.variables.iter().any(|name| set(name)) || walk.sourced.contains(&told(manager));
    let loosened = keeping.is_some_and(|(_, off)| off) || line.option(&manager.loosening).is_some();
    let by_itself = manager.in_ci && (set(CI) || walk.context.expression.is_some());
    let install = match () {
        () if locked.is_some() || kept && !loosened => Install::Locked,
        // Whether it does is its own affair, and its version's.
        () if by_itself && !loosened => return,
        () => Install::Unlocked,
    };
    let option = keeping.filter(|(_, off)| !off && install == Install::Locked).map(|(option, _)| option);
    let text = option.map_or_else(|| command.to_owned(), |option| format!("{command} {}", option.text()));
    let Some((at, via)) = option.unwrap_or(line.program).place() else { return };
    // Of several ways of one text to install, one is taken: that which keeps to the lock file counts.
    let name = Raw::new(&manager.name);
    let same = |found: &Found, form: Install| matches!(found, Found::Installs(known, _) if known.form == Form::Install(form) && known.name == name);
    if install == Install::Locked {
        walk.found.retain(|found| !same(found, Install::Unlocked));
    } else if walk.found.iter().any(|found| same(found, Install::Locked)) {
        return;
    }
    let reading = Reading::new(Kind::Dependency, &manager.name, text, Form::Install(install), at).via(via).component(Some(""));
    walk.found.push(Found::Installs(reading, false));
}

/// The folder that a command runs in, else that of the document; and whether it is the one for sure.
fn start(walk: &Walk<'_>) -> (String, bool) {
    match walk.folders.first() {
        Some(folder) => (folder.clone(), true),
        None => (folder(&walk.context.input.document.path).to_owned(), false),
    }
}

/// Whether what is installed has a lock file: beside the nearest manifest or above it; anywhere, where the
/// place of a file tells nothing of what it installs.
fn has_lock(walk: &Walk<'_>, manager: &Manager) -> bool {
    let documents = walk.context.input.documents;
    let holds = |folder: &str, names: &[String]| names.iter().any(|name| resolve(folder, name).is_some_and(|path| documents.exists(&path)));
    let above: Vec<String> = manifests::above(&start(walk).0).map(str::to_owned).collect();
    match above.iter().position(|folder| holds(folder, &manager.manifests)) {
        Some(nearest) => above.iter().skip(nearest).any(|folder| holds(folder, &manager.locks)),
        None => !documents.named(&manager.locks).is_empty(),
    }
}

/// Packages by their names, those that a manifest of the repository lists too.
fn named(walk: &mut Walk<'_>, manager: &Manager, line: &Line<'_>) {
    let names = manager.named.iter().find_map(|command| line.after(command, line.name));
    let first = || manager.runs.iter().find_map(|command| line.after(command, line.name)).map(|names| names.get(..1).unwrap_or_default());
    let pinned_only = names.is_none();
    for word in names.or_else(first).unwrap_or_default().iter().copied().flatten() {
        let text = word.text();
        if text.starts_with(['.', '/', '~']) || text.contains("://") || text.starts_with("git+") {
            continue;
        }
        // A scope's own `@` stands first.
        let cut = manager
            .signs
            .iter()
            .filter_map(|sign| text.get(1..)?.find(sign.as_str()).map(|i| (i + 1, sign.len())))
            .min_by_key(|(at, length)| (*at, usize::MAX - length));
        let package = text.get(..cut.map_or(text.len(), |(at, _)| at)).unwrap_or(text);
        let package = package.split_once('[').map_or(package, |(package, _)| package);
        // A bound is part of the version, an equals sign is not.
        let behind = cut.map(|(at, length)| word.slice(if matches!(text.get(at..at + length), Some("==" | "@" | ":")) { at + length } else { at }..text.len()));
        let version = behind.or_else(|| line.version.cloned());
        package_of(walk, manager, word, package, version, pinned_only);
    }
}

fn package_of(walk: &mut Walk<'_>, manager: &Manager, word: &Traced, package: &str, version: Option<Traced>, pinned_only: bool) {
    let input = walk.context.input;
    // Runtimes and package managers are told of elsewhere.
    let runtime = input.catalog.runtime(package).is_some_and(|runtime| runtime.class != "language" || runtime.npm_packages.iter().any(|name| name == package));
    let text = version.as_ref().map_or("", Traced::text);
    if package.is_empty() || runtime || pinned_only && text.is_empty() || !text.is_empty() && Spec::parse(text, Syntax::Prefix).is_none() {
        return;
    }
    let (folder, sure) = start(walk);
    let found = manifests::listed(input, &manager.manifests, &folder, package);
    // What the manifest of the very place lists is what a name without a version means there.
    let here = sure && text.is_empty() && found.iter().any(|listed| listed.folder == folder);
    let (Some(first), false, Some((at, via))) = (found.first(), here, version.as_ref().filter(|_| !text.is_empty()).unwrap_or(word).place()) else { return };
    // What only manifests of other folders list is told of the repository as a whole.
    let near = manifests::above(&folder).any(|above| above == first.folder);
    let (name, component) = (first.name.clone(), if near { first.folder.clone() } else { String::new() });
    let varies = version.as_ref().is_some_and(|version| version.varies);
    let install = Reading::new(Kind::Dependency, &name, text, Form::Install(Install::Named), at).via(via).component(Some(&component));
    walk.found.push(Found::Installs(install, varies));
    for listed in found {
        let reading = Reading::new(Kind::Dependency, &name, listed.version, Form::Install(Install::Listed), listed.at);
        walk.found.push(Found::Installs(reading.component(Some(&component)).environment(Some(Environment::contract())), false));
    }
}
