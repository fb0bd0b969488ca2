//! Words of paths and names, and what they mean. The words are data (`rules/catalog/names.toml`).

use serde::Deserialize;

use crate::model::Environment;

/// The word lists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    environment: Vec<EnvironmentWords>,
    /// Folder names.
    pub folders: Folders,
    /// Workflow and job names.
    pub workflows: Workflows,
    /// Compose file names.
    pub compose: ComposeWords,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvironmentWords {
    name: String,
    words: Vec<String>,
    deployed: Option<String>,
}

/// Folder names that mean something.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folders {
    /// Folders that hold how things run.
    pub infrastructure: Vec<String>,
    /// Folders of components.
    pub workspaces: Vec<String>,
    /// Words that name a component where one stands directly below such a folder.
    #[serde(rename = "component-words")]
    pub component_words: Vec<String>,
    /// Folders of tests.
    pub tests: Vec<String>,
    /// Folders of material: examples, fixtures, documentation.
    pub material: Vec<String>,
}

/// Words in the names of workflows and jobs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflows {
    /// Side tasks on the product.
    pub aside: Vec<String>,
    /// What builds or tests the product, whatever side task it does besides.
    pub main: Vec<String>,
    /// What is done beside the product, even where it is built, tested or released.
    pub beside: Vec<String>,
    /// Deployments.
    pub deploy: Vec<String>,
}

/// Words in the names of compose files.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComposeWords {
    /// Layers over a base.
    pub layers: Vec<String>,
    /// What is deployed.
    pub deployed: Vec<String>,
    /// Names of files that an env file is copied from.
    pub templates: Vec<String>,
    /// Folders that a mount brings in which hold no source: data, certificates, logs.
    pub state: Vec<String>,
}

/// The words of a name, in lower case.
pub fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(['.', '-', '_', '/', ' ', '(', ')', ':']).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase)
}

/// The pieces of a text: words (true), and the signs between them.
pub fn pieces(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let word = rest.chars().next()?.is_ascii_alphanumeric();
        let end = rest.find(|c: char| c.is_ascii_alphanumeric() != word).unwrap_or(rest.len());
        let (piece, after) = rest.split_at_checked(end)?;
        rest = after;
        Some((piece, word))
    })
}

/// A text that words were taken out of, without the signs that are left over.
pub fn closed_up(text: &str) -> String {
    let mut text = text.to_owned();
    for sign in ['-', '.', '_', '/'] {
        let twice = format!("{sign}{sign}");
        while text.contains(&twice) {
            text = text.replace(&twice, &sign.to_string());
        }
    }
    text.replace("-.", ".").replace(".-", ".").replace("/.", "/").trim_matches(['-', '.', '_']).to_owned()
}

impl Names {
    /// The environment that one word means; `deployed` where it names a place things are deployed to.
    pub fn environment_of_word(&self, word: &str, deployed: bool) -> Option<Environment> {
        let row = self.environment.iter().find(|row| row.words.iter().any(|w| w == word))?;
        let name = if deployed { row.deployed.as_deref().unwrap_or(&row.name) } else { &row.name };
        Some(Environment::new(name))
    }

    /// The words that mean environments.
    pub(crate) fn environment_words(&self) -> impl Iterator<Item = &str> {
        self.environment.iter().flat_map(|row| row.words.iter().map(String::as_str))
    }

    /// How far down in the list of its environment a word stands: the plainest come first.
    pub fn rank_of_word(&self, word: &str) -> usize {
        self.environment.iter().find_map(|row| row.words.iter().position(|w| w == word)).unwrap_or(usize::MAX)
    }

    /// The environment that a name means: its last word that means one, since the most specific
    /// part stands last (`docker-compose.prod.yml`, `overlays/staging`).
    pub fn environment_of(&self, name: &str, deployed: bool) -> Option<Environment> {
        words(name).filter_map(|word| self.environment_of_word(&word, deployed)).last()
    }

    /// Whether a name holds one of these words or starts one with a long one (`licencecheck`), or is
    /// made of two that are joined in the list.
    pub fn holds(list: &[String], name: &str) -> bool {
        words(name).any(|word| list.iter().any(|entry| *entry == word || entry.len() > 6 && word.starts_with(entry.as_str())))
            || list.iter().any(|entry| entry.contains('-') && name.to_ascii_lowercase().contains(entry.as_str()))
    }

    /// Whether a workflow or job of this name says nothing about how the product is built or tested.
    pub fn is_aside(&self, name: &str) -> bool {
        let lists = &self.workflows;
        Names::holds(&lists.beside, name) || Names::holds(&lists.aside, name) && !Names::holds(&lists.main, name)
    }

    /// The folder that a file's component is: its folder without what only holds how things run,
    /// which environment is meant, or tests.
    pub fn component<'p>(&self, path: &'p str) -> &'p str {
        let mut folder = crate::files::folder(path);
        loop {
            let name = crate::files::file_name(folder).to_ascii_lowercase();
            // Clusters are numbered.
            let means = |word: &str| {
                word.bytes().all(|b| b.is_ascii_digit())
                    || self.folders.infrastructure.iter().any(|f| f == word)
                    || self.environment_of_word(word, false).is_some()
            };
            let skip =
                !folder.is_empty() && !self.is_component(folder) && (self.folders.tests.contains(&name) || means(&name) || name.split(['-', '_']).all(means));
            if !skip {
                return folder;
            }
            folder = crate::files::folder(folder);
        }
    }

    /// Whether the last part of a folder names a component, whatever else its word may mean.
    fn is_component(&self, folder: &str) -> bool {
        let holds = |list: &[String], name: &str| list.iter().any(|word| word.eq_ignore_ascii_case(name));
        let parent = crate::files::file_name(crate::files::folder(folder));
        holds(&self.folders.workspaces, parent) && holds(&self.folders.component_words, crate::files::file_name(folder))
    }

    /// The environment that the folders of a path name, the nearest first.
    pub fn environment_of_folders(&self, path: &str, deployed: bool) -> Option<Environment> {
        let mut folder = crate::files::folder(path);
        while !folder.is_empty() {
            let named = self.environment_of(crate::files::file_name(folder), deployed);
            if let Some(named) = named.filter(|_| !self.is_component(folder)) {
                // `tests/integration` is a sort of test, not a place where something is deployed.
                let mut above = crate::files::folder(folder).split('/');
                let tested = !deployed && !named.is_standard() && above.any(|part| self.folders.tests.iter().any(|name| name == part));
                return Some(if tested { Environment::ci() } else { named });
            }
            folder = crate::files::folder(folder);
        }
        None
    }

    /// The environment that a path names: its file's name, else its folders.
    pub fn environment_of_path(&self, path: &str, deployed: bool) -> Option<Environment> {
        self.environment_of(crate::files::file_name(path), deployed).or_else(|| self.environment_of_folders(path, deployed))
    }

    /// Whether a path lies in a folder of material that the project does not run.
    pub fn is_material(&self, path: &str) -> bool {
        crate::files::folder(path).split('/').any(|part| self.folders.material.iter().any(|m| part.eq_ignore_ascii_case(m)))
    }
}
