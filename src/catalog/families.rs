//! How families of configuration files are named. The words are data (`rules/catalog/families.toml`).

use serde::Deserialize;

use super::words;
use crate::files::{file_name, folder};

/// The lists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Families {
    extensions: Vec<String>,
    code: Vec<String>,
    code_folders: Vec<String>,
    texts: Vec<String>,
    bases: Vec<String>,
    not_below: Vec<String>,
    not_named: Vec<String>,
    deployed: Vec<String>,
    framework: Vec<Framework>,
    selector: Vec<Selector>,
    spellings: Vec<Vec<String>>,
    tables: Tables,
    regions: Regions,
}

/// What regions of clouds are called: a head, a direction, a number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Regions {
    heads: Vec<String>,
    directions: Vec<String>,
    names: Vec<String>,
}

/// A framework that layers files of one name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Its name.
    pub name: String,
    stems: Vec<String>,
    /// Whether keys count without case, `-` and `_`.
    #[serde(default)]
    pub folded: bool,
    /// Whether an environment without a file of its own gets what the base says.
    #[serde(default)]
    pub layered: bool,
    /// Whether any word stands for an environment where one does.
    #[serde(default)]
    pub any: bool,
    /// How the names of variables begin that override settings by their path; none where none do.
    #[serde(default)]
    pub overrides: Option<String>,
}

/// Variables that choose among files by their value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Selector {
    variables: Vec<String>,
    /// How the names of families of such files end; none where only code asks.
    #[serde(default)]
    families: Vec<String>,
    /// How the paths of files end of whose tables they choose one.
    #[serde(default)]
    tables: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    files: Vec<String>,
    below: Vec<String>,
}

impl Families {
    /// Whether a variable holds the name of an environment.
    pub(crate) fn is_selector(&self, variable: &str) -> bool {
        self.selector.iter().any(|selector| selector.variables.iter().any(|name| name == variable))
    }

    /// Whether two words are one environment's name in two spellings.
    pub(crate) fn is_spelling(&self, a: &str, b: &str) -> bool {
        let folded = |word: &str| crate::model::key::letters(word);
        let (x, y) = (folded(a), folded(b));
        a != b && (x == y || self.spellings.iter().any(|group| group.contains(&x) && group.contains(&y)))
    }

    /// The variables that choose among the files of a family, or the tables of a file, by its name.
    pub(crate) fn selectors(&self, family: &str) -> impl Iterator<Item = &str> {
        let chooses = |selector: &&Selector| {
            selector
                .families
                .iter()
                .chain(&selector.tables)
                .any(|end| family.strip_suffix(end.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/')))
        };
        self.selector.iter().filter(chooses).flat_map(|selector| selector.variables.iter().map(String::as_str)).collect::<Vec<_>>().into_iter()
    }

    /// The name of a file without the extension, if it is one that configuration has. Code counts where a
    /// folder says that it configures something.
    pub fn stem<'p>(&self, path: &'p str) -> Option<&'p str> {
        let name = file_name(path);
        let bare = |extension: &String| name.strip_suffix(extension.as_str())?.strip_suffix('.');
        let says = || folder(path).split('/').any(|part| self.code_folders.iter().any(|entry| entry == part));
        let code = || self.code.iter().find_map(bare).filter(|_| says());
        self.extensions
            .iter()
            .find_map(bare)
            .or_else(|| self.texts.iter().find_map(bare))
            .or_else(code)
            .or_else(|| self.texts.iter().any(|text| text == name).then_some(name))
    }

    /// Whether a file is text that is compared line by line.
    pub fn is_text(&self, path: &str) -> bool {
        let name = file_name(path);
        self.texts.iter().any(|text| text == name || name.strip_suffix(text.as_str()).is_some_and(|stem| stem.ends_with('.')))
    }

    /// Whether a path may be a member of a family.
    pub fn is_candidate(&self, path: &str) -> bool {
        let below = |part: &str| part.starts_with('.') || self.not_below.iter().any(|entry| entry == part);
        self.stem(path).is_some_and(|stem| !stem.is_empty() && !words(stem).any(|word| self.not_named.contains(&word))) && !folder(path).split('/').any(below)
    }

    /// Words that stand where an environment's would and mean every environment, the likeliest first.
    pub fn bases(&self) -> &[String] {
        &self.bases
    }

    /// Whether a word means every environment.
    pub fn is_base(&self, word: &str) -> bool {
        self.bases.iter().any(|base| base == word)
    }

    /// Whether a path lies where things are deployed.
    pub fn is_deployed(&self, path: &str) -> bool {
        words(folder(path)).any(|word| self.deployed.contains(&word)) || path.ends_with(".tf") || path.contains(".tfvars")
    }

    /// The framework that layers files of this name.
    pub fn framework(&self, path: &str) -> Option<&Framework> {
        let stem = self.stem(path)?;
        let heads = |framework: &Framework| {
            framework.stems.iter().any(|name| stem.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.', '_'])))
        };
        let in_folder = |framework: &Framework| framework.stems.iter().any(|name| file_name(folder(path)) == name);
        self.framework.iter().find(|framework| heads(framework)).or_else(|| self.framework.iter().find(|framework| in_folder(framework)))
    }

    /// Whether a text is the name of a cloud's region: `us-gov-west-1`, `europe-west4`, `uksouth`.
    pub fn is_region(&self, text: &str) -> bool {
        let Regions { heads, directions, names } = &self.regions;
        let lower = text.to_ascii_lowercase();
        let bare = lower.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
        let turned = |direction: &String| {
            bare.strip_suffix(direction.as_str()).map(|head| head.trim_end_matches('-')).is_some_and(|head| heads.iter().any(|h| h == head))
        };
        names.contains(&lower) || directions.iter().any(turned)
    }

    /// Whether a file of this name may hold several environments in one.
    pub fn may_hold_tables(&self, path: &str) -> bool {
        let name = file_name(path);
        self.tables.files.iter().any(|file| file == name)
    }

    /// The keys below which the environments of such a file may stand.
    pub fn table_keys(&self) -> &[String] {
        &self.tables.below
    }
}
