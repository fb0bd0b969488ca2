//! Which packages an image has, as their managers list them: dpkg (deb-control(5), status.d of distroless), apk
//! (Alpine's package database), RPM, the folders of Node.js (npm's documentation, "folders"), wheels (PyPA, "Recording
//! installed projects"), gems (RubyGems, "specifications") and Composer's list (its documentation, "vendor-dir"); and
//! what the distribution says of itself (os-release(5)).

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::{Gaps, Owner, has, rpm};
use crate::catalog::Catalog;
use crate::files::{FileView, Keep, Listing, Unreadable, file_name, folder, within};
use crate::model::{Ecosystem, Form, Inside, Kind, Reading};
use crate::seal;

/// What was found of packages.
#[derive(Debug, Default)]
pub(super) struct Packages {
    release: Option<String>,
    /// Names and versions. A package may be there in several (RPM's kernels, dpkg's architectures).
    system: BTreeSet<(String, String)>,
    /// The same; whether it came with the language.
    libraries: BTreeMap<(Ecosystem, String, String), bool>,
    /// The folders of applications for Node.js that have packages.
    applications: BTreeSet<String>,
}

/// What is kept of a path.
pub(super) fn keep(path: &str, catalog: &Catalog) -> Option<Keep> {
    let lists = &catalog.inside.packages;
    let is = |list: &[String]| list.iter().any(|known| known == path);
    if is(&lists.dpkg) || is(&lists.apk) || is(&lists.release) || lists.dpkg_folders.iter().any(|known| known == folder(path)) {
        return Some(Keep::Whole);
    }
    if is(&lists.rpm) {
        return Some(Keep::Database);
    }
    if lists.rpm.iter().any(|database| path.starts_with(database.as_str()) && rpm::journals(database).any(|journal| journal == path)) {
        return Some(Keep::Head);
    }
    match installed(path)? {
        Installed::Npm { file: true, .. } | Installed::Composer => Some(Keep::Whole),
        _ => Some(Keep::Name),
    }
}

/// What a path says to be installed.
enum Installed<'p> {
    /// `package.json` of a package, or the link that stands for its folder; `of` is the folder of the application.
    Npm {
        of: &'p str,
        name: &'p str,
        file: bool,
    },
    /// The manifest of what may be an application.
    Application,
    /// Composer's list of what it installed.
    Composer,
    Other(Ecosystem, &'p str, &'p str),
}

fn installed(path: &str) -> Option<Installed<'_>> {
    if let Some((of, rest)) = path.split_once("/node_modules/").or_else(|| Some(("", path.strip_prefix("node_modules/")?))) {
        let (name, file) = rest.strip_suffix("/package.json").map_or((rest, false), |name| (name, true));
        let parts = name.split('/').count();
        let sound = !name.starts_with('.') && parts == if name.starts_with('@') { 2 } else { 1 };
        return sound.then_some(Installed::Npm { of, name, file });
    }
    match file_name(path) {
        "package.json" => return Some(Installed::Application),
        "installed.json" if path.ends_with("vendor/composer/installed.json") => return Some(Installed::Composer),
        "METADATA" => {
            let wheel = folder(path).strip_suffix(".dist-info").filter(|wheel| file_name(folder(wheel)) == "site-packages")?;
            let (name, version) = file_name(wheel).split_once('-')?;
            return Some(Installed::Other(Ecosystem::Pypi, name, version));
        }
        _ => {}
    }
    let gem = path.strip_suffix(".gemspec").filter(|gem| file_name(folder(gem)) == "specifications")?;
    let (name, version) = versioned(file_name(gem))?;
    Some(Installed::Other(Ecosystem::Gem, name, version))
}

/// Whether a package lies where a language or the distribution brings its own.
fn comes_with(ecosystem: Ecosystem, path: &str) -> bool {
    match ecosystem {
        Ecosystem::Gem => path.starts_with("lib/ruby/gems/") || path.contains("/lib/ruby/gems/"),
        Ecosystem::Pypi => path.starts_with("usr/lib/python3"),
        Ecosystem::Npm | Ecosystem::Composer => false,
    }
}

/// `NAME-1.2.3`, `NAME-1.2.3-x86_64-linux`: the name has no part that is a version.
fn versioned(text: &str) -> Option<(&str, &str)> {
    let at = text.match_indices('-').map(|(at, _)| at).find(|at| {
        let rest = text.get(at + 1..).unwrap_or("");
        rest.starts_with(|c: char| c.is_ascii_digit()) && rest.split('-').next().is_some_and(|version| version.contains('.'))
    })?;
    let (name, rest) = text.split_at_checked(at)?;
    Some((name, rest.get(1..)?.split('-').next()?))
}

/// Whether a text can be a package's name: what cannot is nobody's package.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 214 && text.chars().all(|c| c.is_ascii_alphanumeric() || "@/._+-~".contains(c))
}

pub(super) fn look(view: &dyn FileView, listing: &Listing, catalog: &Catalog, gaps: &mut Gaps) -> Packages {
    let (mut out, lists) = (Packages::default(), &catalog.inside.packages);
    for entry in &listing.entries {
        let path = entry.path.as_str();
        let is = |list: &[String]| list.iter().any(|known| known == path);
        if is(&lists.dpkg) || lists.dpkg_folders.iter().any(|known| known == folder(path)) {
            let read = text(view, path, gaps);
            out.system.extend(read.iter().flat_map(|text| stanzas(text, "Package: ", "Version: ")));
        } else if is(&lists.apk) {
            let read = text(view, path, gaps);
            out.system.extend(read.iter().flat_map(|text| stanzas(text, "P:", "V:")));
        } else if is(&lists.release) {
            out.release = out.release.take().or_else(|| release(&text(view, path, gaps)?));
        } else if matches!(installed(path), Some(Installed::Composer)) {
            let read = text(view, path, gaps);
            out.libraries.extend(read.iter().flat_map(|text| composer(text)).map(|(name, version)| ((Ecosystem::Composer, name, version), false)));
        } else {
            out.library(path, entry.link.as_deref(), view, listing, catalog);
        }
    }
    out.system.extend(rpm::look(view, listing, &lists.rpm, gaps).into_iter().filter(|(name, _)| is_name(name)));
    out
}

/// The text of a file that a package manager keeps.
fn text(view: &dyn FileView, path: &str, gaps: &mut Gaps) -> Option<String> {
    match view.read(path) {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        // A link to what is read where it lies.
        Err(Unreadable::Missing) => None,
        Err(Unreadable::TooLarge) => {
            gaps.insert((seal::inside::path(path), "larger than the limit of 16 MiB", true));
            None
        }
        Err(other) => {
            gaps.insert((seal::inside::path(path), other.phrase(), true));
            None
        }
    }
}

/// Names and versions of blocks of lines; of Debian's, those that are not installed any more are left out.
fn stanzas<'t>(text: &'t str, name: &'static str, version: &'static str) -> impl Iterator<Item = (String, String)> + 't {
    text.split("\n\n").filter_map(move |stanza| {
        let of = |key: &str| stanza.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
        let there = of("Status: ").is_none_or(|status| status.ends_with(" installed"));
        let name = of(name).filter(|name| there && is_name(name))?;
        Some((name.to_owned(), of(version)?.to_owned()))
    })
}

/// `ID` and `VERSION_ID`.
fn release(text: &str) -> Option<String> {
    let of = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(|value| value.trim_matches(['"', '\'']));
    let version = of("VERSION_ID=").unwrap_or("");
    Some(format!("{} {version}", of("ID=")?).trim_end().to_owned())
}

impl Packages {
    fn library(&mut self, path: &str, link: Option<&str>, view: &dyn FileView, listing: &Listing, catalog: &Catalog) {
        let own = |name: &str| is_name(name) && !catalog.inside.packages.tools.iter().any(|tool| tool == name);
        let (ecosystem, name, version) = match installed(path) {
            Some(Installed::Npm { of, name, file }) if own(name) => {
                // What no manifest stands beside belongs to the runtime, or to nobody.
                let manifest = if of.is_empty() { "package.json".to_owned() } else { format!("{of}/package.json") };
                if !has(listing, &manifest) {
                    return;
                }
                let version = if file { view.read(path).ok().and_then(|bytes| version(&bytes)) } else { link.and_then(|link| stored(link, name)) };
                let Some(version) = version else { return };
                self.applications.insert(of.to_owned());
                (Ecosystem::Npm, name, version)
            }
            Some(Installed::Other(ecosystem, name, version)) if own(&registered(ecosystem, name)) => (ecosystem, name, version.to_owned()),
            _ => return,
        };
        let brought = comes_with(ecosystem, path);
        self.libraries.entry((ecosystem, registered(ecosystem, name), version)).and_modify(|all| *all &= brought).or_insert(brought);
    }

    /// Whether packages were installed for an application in a folder. Those for Node.js lie in it, above or below;
    /// others may be anywhere.
    pub(super) fn has(&self, ecosystem: Ecosystem, folder: &str) -> bool {
        match ecosystem {
            Ecosystem::Npm => self.applications.iter().any(|of| within(of, folder) || within(folder, of)),
            _ => self.libraries.iter().any(|((of, ..), brought)| *of == ecosystem && !brought),
        }
    }

    /// What is said of the operating system: its packages also in one text, which tells whether anything changed.
    pub(super) fn system(&self, owner: &Owner<'_>) -> Vec<Reading> {
        let mut out: Vec<Reading> = self.release.iter().map(|release| reading("operating system", release, Inside::Summary, owner)).collect();
        if !self.system.is_empty() {
            let mut digest = Sha256::new();
            self.system.iter().for_each(|(name, version)| digest.update(format!("{name} {version}\n")));
            let digest = seal::key::hex(&digest.finalize());
            let summary = format!("{} packages, list {}", self.system.len(), digest.get(..12).unwrap_or(&digest));
            out.push(reading("packages of the operating system", &summary, Inside::Summary, owner));
        }
        out.extend(self.system.iter().map(|(name, version)| reading(name, version, Inside::System, owner)));
        out
    }

    /// What is said of the application's packages. Beside those that were installed for it (a bundle, a virtual
    /// environment), those that came with the language are not its own.
    pub(super) fn libraries(&self, owner: &Owner<'_>) -> Vec<Reading> {
        let installed: BTreeSet<Ecosystem> = self.libraries.iter().filter(|(_, brought)| !**brought).map(|((ecosystem, ..), _)| *ecosystem).collect();
        let own = self.libraries.iter().filter(|((ecosystem, ..), brought)| !**brought || !installed.contains(ecosystem));
        own.map(|((ecosystem, name, version), _)| reading(name, version, Inside::Library(*ecosystem), owner)).collect()
    }
}

fn reading(name: &str, text: &str, inside: Inside, owner: &Owner<'_>) -> Reading {
    Reading::new(Kind::Dependency, name, text, Form::Inside(inside), owner.at).workload(Some(owner.workload))
}

/// A package's name as its registry knows it (of Python's, PEP 503).
fn registered(ecosystem: Ecosystem, name: &str) -> String {
    if ecosystem == Ecosystem::Pypi { crate::read::locked::normalised(name) } else { name.to_owned() }
}

/// Names and versions in Composer's list, in its second form and in its first.
fn composer(text: &str) -> Vec<(String, String)> {
    #[derive(serde::Deserialize)]
    struct Package {
        name: String,
        version: String,
    }
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum List {
        Second { packages: Vec<Package> },
        First(Vec<Package>),
    }
    let packages = match serde_json::from_str(text) {
        Ok(List::Second { packages } | List::First(packages)) => packages,
        Err(_) => Vec::new(),
    };
    packages.into_iter().filter(|package| is_name(&package.name)).map(|package| (package.name, package.version)).collect()
}

/// The version in a `package.json`.
fn version(bytes: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Manifest {
        version: String,
    }
    serde_json::from_slice::<Manifest>(bytes).ok().map(|manifest| manifest.version)
}

/// The version in the path that pnpm's link leads to: `node_modules/.pnpm/NAME@1.2.3_peers/node_modules/NAME`.
fn stored(link: &str, name: &str) -> Option<String> {
    let (_, rest) = link.split_once("node_modules/.pnpm/")?;
    let rest = rest.strip_prefix(&name.replace('/', "+"))?.strip_prefix('@')?;
    rest.split(['/', '_', '(']).next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl FileView for Nothing {
        fn list(&self) -> Listing {
            Listing::default()
        }
        fn read(&self, _: &str) -> Result<Vec<u8>, Unreadable> {
            Err(Unreadable::Missing)
        }
    }

    #[test]
    fn paths_say_what_is_installed() {
        let told = |path: &str| match installed(path) {
            Some(Installed::Npm { of, name, file }) => format!("{of} {name} {file}"),
            Some(Installed::Application) => "application".to_owned(),
            Some(Installed::Composer) => "composer".to_owned(),
            Some(Installed::Other(_, name, version)) => format!("{name} {version}"),
            None => "-".to_owned(),
        };
        assert_eq!(told("app/node_modules/@a/b/package.json"), "app @a/b true");
        assert_eq!(told("node_modules/vue/package.json"), " vue true");
        assert_eq!(told("app/node_modules/vue"), "app vue false");
        assert_eq!(told("app/package.json"), "application");
        assert_eq!(told("app/vendor/composer/installed.json"), "composer");
        for nobody in ["app/node_modules/a/node_modules/b/package.json", "app/node_modules/.bin", "app/node_modules/vue/dist/package.json", "app/x.js"] {
            assert_eq!(told(nobody), "-", "{nobody}");
        }
        assert_eq!(told("usr/lib/python3.13/site-packages/Flask_Login-0.6.3.dist-info/METADATA"), "Flask_Login 0.6.3");
        assert_eq!(told("gems/3.4.0/specifications/nokogiri-1.16.0-x86_64-linux.gemspec"), "nokogiri 1.16.0");
        assert_eq!(told("gems/3.4.0/specifications/rack-2-rails-1.0.gemspec"), "rack-2-rails 1.0");
        assert_eq!(told("gems/3.4.0/specifications/default/json-2.9.1.gemspec"), "-");
        assert_eq!(stored("app/node_modules/.pnpm/@a+b@1.2.3_x@4/node_modules/@a/b", "@a/b"), Some("1.2.3".to_owned()));
    }

    #[test]
    fn what_came_with_the_language_is_not_the_applications() {
        let catalog = Catalog::get();
        let told = |paths: &[&str]| {
            let mut packages = Packages::default();
            paths.iter().for_each(|path| packages.library(path, None, &Nothing, &Listing::default(), catalog));
            let owner = Owner { workload: "web", at: crate::syntax::At::file(crate::syntax::FileId(0)) };
            packages.libraries(&owner).len()
        };
        let bundled = "usr/local/lib/ruby/gems/3.4.0/specifications/minitest-5.25.4.gemspec";
        assert_eq!(told(&[bundled]), 1);
        assert_eq!(told(&[bundled, "usr/local/bundle/specifications/rack-3.1.8.gemspec"]), 1);
        assert_eq!(told(&[bundled, "app/vendor/bundle/ruby/3.4.0/specifications/rack-3.1.8.gemspec"]), 1);
        let both = [bundled, "usr/local/bundle/specifications/minitest-5.25.4.gemspec", "usr/local/bundle/specifications/rack-3.1.8.gemspec"];
        assert_eq!(told(&both), 2);
        let brought = "usr/lib/python3.12/site-packages/packaging-24.0.dist-info/METADATA";
        assert_eq!(told(&[brought]), 1);
        assert_eq!(told(&[brought, "app/.venv/lib/python3.12/site-packages/flask-3.1.0.dist-info/METADATA"]), 1);
        assert_eq!(told(&[brought, bundled]), 2);
    }

    #[test]
    fn lists_of_packages_are_read() {
        let dpkg = "Package: libc6\nStatus: install ok installed\nVersion: 2.36-9+deb12u10\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n";
        assert_eq!(stanzas(dpkg, "Package: ", "Version: ").collect::<Vec<_>>(), [("libc6".to_owned(), "2.36-9+deb12u10".to_owned())]);
        let apk = "C:Q1x\nP:musl\nV:1.2.5-r9\nA:x86_64\n\nP:zlib\nV:1.3.1-r2\n";
        assert_eq!(stanzas(apk, "P:", "V:").count(), 2);
        let one = ("monolog/monolog".to_owned(), "3.5.0".to_owned());
        let list = "[{\"name\": \"monolog/monolog\", \"version\": \"3.5.0\", \"x\": {}}, {\"name\": \"a b\", \"version\": \"1\"}]";
        assert_eq!(composer(list), std::slice::from_ref(&one));
        assert_eq!(composer(&format!("{{\"packages\": {list}, \"dev\": false}}")), [one]);
        assert!(composer("{").is_empty());
        assert_eq!(release("NAME=x\nID=debian\nVERSION_ID=\"12\"\n"), Some("debian 12".to_owned()));
    }
}
