//! Which files are one configuration in several environments: their paths differ by one word, which
//! names the environment. Told from the listing alone; nothing is opened for it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::{Claimed, Plan};
use crate::catalog::{Catalog, Framework};
use crate::config::Config;
use crate::files::{Components, Listing, file_name, folder, join};
use crate::model::Environment;
use crate::parallel;
use crate::read::Home;

/// Files that are one configuration in several environments.
#[derive(Debug)]
pub struct Family {
    /// How it is called: the path with `{env}` in the place of the environment's word.
    pub label: String,
    /// The file that holds for every environment.
    pub base: Option<String>,
    /// The files of the environments.
    pub members: Vec<Member>,
    /// What layers them, where that is known.
    pub framework: Option<&'static Framework>,
    /// The folder of the component.
    pub component: String,
    /// Whether it is text, compared line by line.
    pub text: bool,
    /// Whether the environments may stand inside of the one file that is the base.
    pub tables: bool,
}

impl Family {
    /// The files of it that have a tree to be parsed.
    pub(crate) fn parsed(&self) -> impl Iterator<Item = &str> {
        let paths = self.members.iter().map(|member| member.path.as_str()).chain(self.base.as_deref());
        paths.filter(|path| !self.text && crate::read::settings::language(path).is_none())
    }
}

/// One environment's file.
#[derive(Debug)]
pub struct Member {
    /// The environment.
    pub environment: Environment,
    /// The word of the path that names it, in lower case.
    pub word: String,
    /// The file.
    pub path: String,
}

/// A path, parted at the word that names an environment.
struct Slot<'p> {
    before: &'p str,
    word: &'p str,
    after: &'p str,
}

/// Finds the families of a view.
pub(super) fn find(listing: &Listing, claimed: &[Claimed], components: &Components, config: &Config, catalog: &'static Catalog, plan: &mut Plan) {
    let wanted = |path: &str| catalog.families.is_candidate(path) && !config.ignore.is_match(path) && !catalog.names.is_material(path);
    // Every file of the tree is asked.
    let asked = parallel::map(&listing.entries, |entry| entry.link.is_none() && wanted(&entry.path));
    let paths: Vec<&str> = listing.entries.iter().zip(asked).filter(|(_, wanted)| *wanted).map(|(entry, _)| entry.path.as_str()).collect();
    let exists: BTreeSet<&str> = paths.iter().copied().collect();
    // Who reads a file already knows whether its `dev` is a developer's machine; compose stacks are layered
    // and compared as what they are.
    let homes: BTreeMap<&str, Home> = claimed.iter().map(|claimed| (&*claimed.document.path, claimed.format.home)).collect();
    let mut by_slot: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for path in &paths {
        if let Some(slot) = slot(path, catalog)
            && homes.get(path) != Some(&Home::Stack)
        {
            by_slot.entry((slot.before, slot.after)).or_default().push(slot.word);
        }
    }
    let mut families = Vec::new();
    for ((before, after), words) in by_slot {
        let path_of = |word: &str| format!("{before}{word}{after}");
        let Some(first) = words.first().map(|word| path_of(word)) else { continue };
        let base = base(before, after, &exists, catalog);
        let framework = catalog.families.framework(&first);
        if words.len() < 2 && !(base.is_some() && framework.is_some_and(|framework| framework.layered)) {
            continue;
        }
        let deployed = catalog.families.is_deployed(&first) || words.iter().any(|word| homes.get(path_of(word).as_str()) == Some(&Home::Deployed));
        let mut words: Vec<&str> = words;
        words.extend(namesakes(before, after, &words, framework.is_some_and(|framework| framework.any), &exists, catalog));
        let members = members(&words, deployed, catalog).into_iter().map(|(environment, word)| Member {
            environment,
            word: word.to_ascii_lowercase(),
            path: path_of(word),
        });
        families.push(Family {
            label: format!("{before}{{env}}{after}"),
            base,
            members: members.collect(),
            framework,
            component: components.of(&first).to_owned(),
            text: catalog.families.is_text(&first),
            tables: false,
        });
    }
    let layered: BTreeSet<&str> = families.iter().filter_map(|family| family.base.as_deref()).collect();
    let tables = paths.iter().filter(|path| catalog.families.may_hold_tables(path) && !layered.contains(*path));
    let tables: Vec<Family> = tables.map(|path| inside(path, components, catalog)).collect();
    families.extend(tables);
    plan.families = families;
}

/// A file that may hold several environments.
fn inside(path: &str, components: &Components, catalog: &'static Catalog) -> Family {
    Family {
        label: path.to_owned(),
        base: Some(path.to_owned()),
        members: Vec::new(),
        framework: catalog.families.framework(path),
        component: components.of(path).to_owned(),
        text: false,
        tables: true,
    }
}

/// The last word of a path that names an environment.
fn slot<'p>(path: &'p str, catalog: &Catalog) -> Option<Slot<'p>> {
    let stem = catalog.families.stem(path)?;
    let mut end = folder(path).len() + usize::from(!folder(path).is_empty()) + stem.len();
    loop {
        let start = path.get(..end)?.rfind('/').map_or(0, |slash| slash + 1);
        let part = path.get(start..end)?;
        if let Some((from, to)) = word_of(part, catalog).filter(|_| !is_workspace(path.get(..start).unwrap_or(""), part, catalog)) {
            return Some(Slot { before: path.get(..start + from)?, word: path.get(start + from..start + to)?, after: path.get(start + to..)? });
        }
        end = start.checked_sub(1)?;
    }
}

/// Whether a folder of this name below this one is a component, whatever its word may mean elsewhere.
fn is_workspace(before: &str, part: &str, catalog: &Catalog) -> bool {
    let parent = file_name(before.strip_suffix('/').unwrap_or(""));
    let holds = |list: &[String], name: &str| list.iter().any(|word| word.eq_ignore_ascii_case(name));
    holds(&catalog.names.folders.workspaces, parent) && holds(&catalog.names.folders.component_words, part)
}

/// Where the last word of a name that means an environment starts and ends.
fn word_of(part: &str, catalog: &Catalog) -> Option<(usize, usize)> {
    let mut found = None;
    let mut start = 0;
    for piece in part.split_inclusive(['.', '-', '_']) {
        let word = piece.trim_end_matches(['.', '-', '_']);
        if catalog.names.environment_of_word(&word.to_ascii_lowercase(), true).is_some() {
            found = Some((start, start + word.len()));
        }
        start += piece.len();
    }
    found
}

/// The file that holds for every environment: the same name without the word, with a word for all in
/// its place, or named like the folder.
fn base(before: &str, after: &str, exists: &BTreeSet<&str>, catalog: &Catalog) -> Option<String> {
    let trimmed = before.trim_end_matches(['-', '.', '_']);
    let without = if trimmed.ends_with('/') || trimmed.is_empty() {
        format!("{trimmed}{}", after.trim_start_matches(['-', '.', '_']))
    } else {
        format!("{trimmed}{after}")
    };
    let tests = |path: &str| path.contains("/test/").then(|| path.replacen("/test/", "/main/", 1));
    let is_name = !after.contains('/');
    let folder_name = before.strip_suffix('/').filter(|_| is_name).map(|above| (folder(above), file_name(above)));
    let candidates = is_name
        .then(|| without.clone())
        .into_iter()
        .chain(catalog.families.bases().iter().map(|word| format!("{before}{word}{after}")))
        .chain(folder_name.iter().flat_map(|(above, name)| [format!("{before}{name}{after}"), join(above, &format!("{name}{after}"))]))
        .chain(is_name.then(|| tests(&without)).flatten());
    let mut candidates = candidates.filter(|path| !path.ends_with('/'));
    candidates.find(|path| exists.contains(path.as_str()))
}

/// Where most words in one place name environments, the others there are environments of the
/// repository's own.
fn namesakes<'p>(before: &str, after: &str, known: &[&str], any: bool, exists: &BTreeSet<&'p str>, catalog: &Catalog) -> Vec<&'p str> {
    let whole = before.is_empty() || before.ends_with('/');
    let apart = after.starts_with(['/', '.']);
    if !any && (known.len() < 3 || !whole || !apart) {
        return Vec::new();
    }
    let starting = exists.range::<str, _>((Bound::Included(before), Bound::Unbounded)).take_while(|path| path.starts_with(before));
    let word = |path: &&'p str| path.get(before.len()..)?.strip_suffix(after).filter(|word| is_name(word));
    let others: Vec<&'p str> = starting
        .filter_map(word)
        .filter(|word| !known.contains(word) && !catalog.families.is_base(word) && Some(*word) != before.strip_suffix('/').map(file_name))
        .collect();
    if any || others.len() <= known.len() { others } else { Vec::new() }
}

fn is_name(word: &str) -> bool {
    (2..=20).contains(&word.len())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && word.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// What the words mean; where two mean the same, the one that says less keeps its own name.
fn members<'w>(words: &[&'w str], deployed: bool, catalog: &Catalog) -> Vec<(Environment, &'w str)> {
    let mut taken: BTreeMap<Environment, &'w str> = BTreeMap::new();
    let meant = |word: &str| catalog.names.environment_of_word(&word.to_ascii_lowercase(), deployed);
    let mut words: Vec<&'w str> = words.to_vec();
    words.sort_unstable_by_key(|word| (catalog.names.rank_of_word(&word.to_ascii_lowercase()), *word));
    words.dedup();
    for word in words {
        let own = || Environment::new(&word.to_ascii_lowercase());
        let environment = meant(word).filter(|environment| !taken.contains_key(environment)).unwrap_or_else(own);
        taken.entry(environment).or_insert(word);
    }
    let mut members: Vec<(Environment, &'w str)> = taken.into_iter().collect();
    members.sort_by_key(|(environment, _)| environment.rank());
    members
}
