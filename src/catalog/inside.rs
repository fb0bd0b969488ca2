//! What lies inside images: which files are of interest, and which are known to be harmless. The lists are data
//! (`rules/catalog/inside.toml`).

use serde::Deserialize;

use crate::files::{file_name, folder, within};

/// The lists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Inside {
    /// Variables by which images say what they hold.
    pub version: Vec<OwnVersion>,
    /// Where installed packages are listed.
    pub packages: Databases,
    secret: Vec<SecretFile>,
    harmless: Harmless,
    /// Words of the names of variables whose values everybody may know.
    public: Vec<String>,
    /// Parts of such names.
    public_names: Vec<String>,
    /// How values begin that everybody may know.
    public_values: Vec<String>,
    /// What a value has that was made up for a build.
    made_up: Vec<String>,
    served: Served,
}

/// A variable by which images say which version they hold of something.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnVersion {
    /// The variable.
    pub variable: String,
    /// The runtime, by the catalogue's name.
    pub runtime: Option<String>,
    /// The service, by the catalogue's name.
    pub service: Option<String>,
}

/// Where installed packages are listed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Databases {
    /// Debian's list.
    pub dpkg: Vec<String>,
    /// Folders with a part of such a list in each file.
    pub dpkg_folders: Vec<String>,
    /// Alpine's list.
    pub apk: Vec<String>,
    /// Databases of RPM, the first that is there before the others.
    pub rpm: Vec<String>,
    /// What the distribution says of itself.
    pub release: Vec<String>,
    /// Packages that come with a runtime.
    pub tools: Vec<String>,
}

/// Files that hold a secret if they hold one of some texts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretFile {
    /// What a person is told.
    pub what: String,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    ends: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
    holds: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Harmless {
    folders: Vec<String>,
    roots: Vec<String>,
    names: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Served {
    folders: Vec<String>,
    built: Vec<String>,
    page: String,
    maps: Vec<String>,
}

impl Inside {
    /// Whether what lies at a path is known to be harmless, whatever it is called.
    pub fn is_harmless(&self, path: &str) -> bool {
        let list = &self.harmless;
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        list.roots.iter().any(|root| within(path, root))
            || folder.split('/').any(|part| list.folders.iter().any(|known| known == part))
            || list.names.iter().any(|known| known == name)
    }

    /// What a file at this path may be that must not be in an image.
    pub fn secret(&self, path: &str) -> Option<&SecretFile> {
        let name = file_name(path);
        self.secret.iter().find(|file| {
            file.names.iter().any(|known| known == name)
                || file.ends.iter().any(|end| name.len() > end.len() && name.ends_with(end.as_str()))
                || file.paths.iter().any(|end| path.strip_suffix(end.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('/')))
        })
    }

    /// Whether everybody may know what a variable holds: it is there to check downloads by, a fingerprint or a digest,
    /// or browsers are given it.
    pub fn is_public(&self, name: &str, value: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        if self.public_names.iter().any(|part| lower.contains(part.as_str())) || self.public_values.iter().any(|start| value.starts_with(start.as_str())) {
            return true;
        }
        let is_fingerprint = |word: &str| word.len() >= 16 && word.chars().all(|c| c.is_ascii_digit() || matches!(c, 'A'..='F'));
        name.split('_').any(|part| self.public.iter().any(|known| known.eq_ignore_ascii_case(part))) || value.split_whitespace().all(is_fingerprint)
    }

    /// Whether a value says of itself that it was made up for a build.
    pub fn is_made_up(&self, value: &str) -> bool {
        let lower = value.to_ascii_lowercase();
        self.made_up.iter().any(|word| lower.contains(word.as_str()))
    }

    /// The list's own word for what a secret is.
    pub fn word_for(&self, what: &str) -> Option<&str> {
        self.secret.iter().map(|file| file.what.as_str()).find(|known| *known == what)
    }

    /// Whether a path is that of a map from code back to its source.
    pub fn is_map(&self, path: &str) -> bool {
        self.served.maps.iter().any(|end| path.ends_with(end.as_str()))
    }

    /// Whether a path is that of a page which tells that the folder it lies in is served.
    pub fn is_page(&self, path: &str) -> bool {
        file_name(path) == self.served.page && self.served.built.iter().any(|known| known == file_name(folder(path)))
    }

    /// Whether what lies at a path is served; `there` asks for other paths.
    pub fn is_served(&self, path: &str, there: impl Fn(&str) -> bool) -> bool {
        let above = std::iter::successors(Some(folder(path)), |at| (!at.is_empty()).then(|| folder(at)));
        let is = |list: &[String], at: &str| list.iter().any(|known| known == file_name(at));
        above.into_iter().any(|at| is(&self.served.folders, at) || is(&self.served.built, at) && there(&format!("{at}/{}", self.served.page)))
    }
}

impl SecretFile {
    /// Whether a file holds what it is called after. White space around signs does not count.
    pub fn is_in(&self, text: &str) -> bool {
        let line = |line: &str| {
            let plain = line.replace(" = ", "=").replace("\": \"", "\":\"");
            let comment = plain.trim_start().starts_with(['#', ';']);
            // What is filled in later is a name for it.
            let filled = |rest: &str| rest.trim().is_empty() || rest.starts_with("${") || rest.starts_with("\"");
            !comment
                && self.holds.iter().any(|needle| plain.split_once(needle.as_str()).is_some_and(|(_, rest)| !needle.ends_with(['=', '"']) || !filled(rest)))
        };
        text.lines().any(line)
    }
}
