//! What names and values of environment variables mean. The words are data
//! (`rules/catalog/variables.toml`).

use std::collections::HashSet;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use serde::Deserialize;

/// The lists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variables {
    secrets: Secrets,
    harmless: Words,
    debug: Debug,
    placeholders: Texts,
    defaults: Words,
    references: Texts,
    templates: Words,
    listeners: Listeners,
    bundled: Heads,
    engine: Names,
    provided: Known,
    tools: Known,
    synonyms: Vec<Words>,
    loaders: Vec<Loader>,
}

/// Packages that load env files, and frameworks that do, by the manifest that names them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Loader {
    manifest: String,
    packages: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Secrets {
    words: Vec<String>,
    last: Vec<String>,
    pairs: Vec<(String, String)>,
    not: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    words: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    names: HashSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Debug {
    words: Vec<String>,
    not: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    #[serde(default)]
    whole: Vec<String>,
    starts: Vec<String>,
    #[serde(default)]
    contains: Vec<String>,
    /// Finds any of the last; made when the first value is looked at.
    #[serde(skip)]
    finder: OnceLock<Option<AhoCorasick>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    names: HashSet<String>,
    prefixes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listeners {
    names: Vec<String>,
    words: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heads {
    prefixes: Vec<String>,
}

/// The words of a variable's name, in lower case.
fn parts(name: &str) -> Vec<String> {
    name.split(['_', '.', '-', ':']).filter(|part| !part.is_empty()).map(str::to_ascii_lowercase).collect()
}

fn has(list: &[String], word: &str) -> bool {
    list.iter().any(|entry| entry == word)
}

impl Texts {
    fn matches(&self, lower: &str) -> bool {
        // Every value there is comes by here.
        let head = lower.as_bytes().first();
        let starts = |start: &String| start.as_bytes().first() == head && lower.starts_with(start.as_str());
        let finder = || self.finder.get_or_init(|| AhoCorasick::new(&self.contains).ok());
        has(&self.whole, lower)
            || self.starts.iter().any(starts)
            || !self.contains.is_empty()
                && finder().as_ref().map_or_else(|| self.contains.iter().any(|part| lower.contains(part.as_str())), |f| f.is_match(lower))
    }
}

impl Known {
    fn matches(&self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        self.names.contains(&lower) || self.prefixes.iter().any(|prefix| lower.starts_with(prefix.as_str()))
    }
}

impl Variables {
    /// Whether a name says that its value is a secret.
    pub fn is_secret(&self, name: &str) -> bool {
        let parts = parts(name);
        let list = &self.secrets;
        let Some(last) = parts.last() else { return false };
        let paired = || parts.windows(2).any(|two| matches!(two, [a, b] if list.pairs.iter().any(|(x, y)| x == a && y == b)));
        let says = parts.iter().any(|part| has(&list.words, part)) || has(&list.last, last) || paired();
        says && !has(&list.not, last) && !parts.iter().any(|part| matches!(part.as_str(), "public" | "publishable"))
    }

    /// Whether the plain one-word value of a variable of this name may be shown.
    pub fn is_harmless(&self, name: &str) -> bool {
        !self.is_secret(name) && parts(name).last().is_some_and(|last| has(&self.harmless.words, last))
    }

    /// Whether a variable of this name switches debugging on.
    pub fn is_debug(&self, name: &str) -> bool {
        let parts = parts(name);
        parts.iter().any(|part| has(&self.debug.words, part)) && !parts.iter().any(|part| has(&self.debug.not, part))
    }

    /// Whether a value says of itself that it is to be replaced.
    pub fn is_placeholder(&self, value: &str) -> bool {
        let spaced = if value.contains([' ', '\t']) { value.replace([' ', '\t'], "-") } else { value.to_owned() };
        self.placeholders.matches(&spaced.to_ascii_lowercase())
            || value.len() >= 3 && value.chars().all(|c| matches!(c, 'x' | 'X' | '.' | '*' | '-' | '_' | '?'))
    }

    /// Whether a password is one that a service has where nobody chose one.
    pub fn is_default_password(&self, value: &str) -> bool {
        has(&self.defaults.words, &value.to_ascii_lowercase())
    }

    /// Whether a value is a name for what stands elsewhere.
    pub fn is_reference(&self, value: &str) -> bool {
        self.references.matches(&value.to_ascii_lowercase())
    }

    /// Whether a word in the name of a file says that it is there to be copied and filled in.
    pub fn is_template_word(&self, word: &str) -> bool {
        has(&self.templates.words, word)
    }

    /// Whether a path is that of a file to be copied and filled in.
    pub fn is_template(&self, path: &str) -> bool {
        super::words(crate::files::file_name(path)).any(|word| self.is_template_word(&word))
    }

    /// Whether a name is that of what a server listens on or whom it lets in.
    pub fn is_listener(&self, name: &str) -> bool {
        has(&self.listeners.names, &name.to_ascii_lowercase()) || parts(name).iter().any(|part| has(&self.listeners.words, part))
    }

    /// Whether a bundler puts a variable of this name into what it builds.
    pub fn is_bundled(&self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        self.bundled.prefixes.iter().any(|prefix| lower.starts_with(prefix.as_str()))
    }

    /// Whether no repository has to give a variable of this name: its surroundings do.
    pub fn is_provided(&self, name: &str) -> bool {
        self.provided.matches(name)
    }

    /// Whether an engine gives it to every container.
    pub fn is_of_engine(&self, name: &str) -> bool {
        self.engine.names.contains(&name.to_ascii_lowercase())
    }

    /// Whether something that is no code of the project reads a variable of this name.
    pub fn is_read_by_tools(&self, name: &str) -> bool {
        self.tools.matches(name) || self.provided.matches(name)
    }

    /// The manifests that tell whether code loads env files.
    pub fn loader_manifests(&self) -> impl Iterator<Item = &str> {
        self.loaders.iter().map(|loader| loader.manifest.as_str())
    }

    /// Whether a manifest lists a package that loads env files.
    pub fn loads_env_files(&self, path: &str, text: &str) -> bool {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@');
        let lists = |package: &String| {
            text.match_indices(package.as_str()).any(|(start, name)| {
                let (before, behind) = (text.get(..start).unwrap_or(""), text.get(start + name.len()..).unwrap_or(""));
                !before.ends_with(is_part) && !behind.starts_with(is_part)
            })
        };
        self.loaders.iter().filter(|loader| crate::files::file_name(path) == loader.manifest).any(|loader| loader.packages.iter().any(lists))
    }

    /// Whether two words at the end of names may mean one thing.
    pub fn are_synonyms(&self, a: &str, b: &str) -> bool {
        self.synonyms.iter().any(|group| has(&group.words, a) && has(&group.words, b))
    }

    /// What a word may mean: the numbers of the groups of synonyms that it is in.
    pub(crate) fn meanings(&self, word: &str) -> impl Iterator<Item = usize> {
        self.synonyms.iter().enumerate().filter(move |(_, group)| has(&group.words, word)).map(|(number, _)| number)
    }
}
