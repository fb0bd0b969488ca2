//! What must not be in an image: keys, env files with secrets, credentials, the history of the source, maps back
//! to it. A file counts by what it holds, not by its name alone; what it holds goes no further than this file.

use super::{Gaps, Owner, has};
use crate::catalog::Catalog;
use crate::files::{FileView, Keep, Listing, file_name, folder};
use crate::limits;
use crate::model::{Form, Inside, Kind, Reading};
use crate::seal;
use crate::syntax::FileId;
use crate::syntax::dotenv::{Separator, Token, tokens};

pub(super) const MANY: &str = "more files that hold secrets than the limit of 200";

/// Something that was found.
#[derive(Debug)]
pub(in crate::source) struct Found {
    /// As it may be shown.
    pub(in crate::source) path: String,
    /// Where it lies.
    pub(super) at: String,
    pub(super) sort: Inside,
    what: String,
}

impl Found {
    /// The same, of a layer that it was taken away from.
    pub(super) fn buried(self) -> Found {
        Found { sort: Inside::Buried, ..self }
    }

    /// What is said of it.
    pub(in crate::source) fn reading(&self, owner: &Owner<'_>) -> Reading {
        Reading::new(Kind::Image, &self.path, &self.what, Form::Inside(self.sort), owner.at).workload(Some(owner.workload))
    }
}

/// What is kept of a path.
pub(super) fn keep(path: &str, catalog: &Catalog) -> Option<Keep> {
    let inside = &catalog.inside;
    if inside.is_harmless(path) {
        None
    } else if inside.secret(path).is_some() || is_env_file(path, catalog) {
        Some(Keep::Head)
    } else {
        (path.ends_with(".git/HEAD") || inside.is_map(path) || inside.is_page(path)).then_some(Keep::Name)
    }
}

/// A file that offers values, and is none to be copied and filled in.
fn is_env_file(path: &str, catalog: &Catalog) -> bool {
    let name = file_name(path);
    (name == ".env" || name.starts_with(".env.") || name.ends_with(".env")) && !catalog.variables.is_template(path)
}

pub(super) fn look(view: &dyn FileView, listing: &Listing, shipped: &dyn Fn(&str) -> bool, catalog: &Catalog, gaps: &mut Gaps) -> Vec<Found> {
    let (mut found, mut maps): (Vec<Found>, Vec<&str>) = (Vec::new(), Vec::new());
    // A link is the other file once more.
    let own = listing.entries.iter().filter(|entry| entry.link.is_none()).map(|entry| entry.path.as_str());
    for path in own.filter(|path| keep(path, catalog).is_some() && shipped(path)) {
        let file = catalog.inside.secret(path);
        let (sort, what) = if path.ends_with(".git/HEAD") {
            (Inside::History, "")
        } else if catalog.inside.is_map(path) || catalog.inside.is_page(path) {
            if catalog.inside.is_map(path) && catalog.inside.is_served(path, |page| has(listing, page)) {
                maps.push(path);
            }
            continue;
        } else {
            let Ok(bytes) = view.read(path) else {
                gaps.insert((seal::inside::path(path), "a file that may hold a secret, and could not be read", true));
                continue;
            };
            let text = String::from_utf8_lossy(&bytes);
            match file {
                Some(file) if file.is_in(&text) => (Inside::Secret, file.what.as_str()),
                None if has_secrets(&text, catalog) => (Inside::Secret, seal::inside::ENV_FILE),
                _ => continue,
            }
        };
        if found.len() >= limits::INSIDE_SECRETS {
            gaps.insert((seal::inside::path(path), MANY, true));
            break;
        }
        let shown = if sort == Inside::History { folder(path) } else { path };
        found.push(Found { path: seal::inside::path(shown), at: path.to_owned(), sort, what: what.to_owned() });
    }
    if let Some(first) = maps.first() {
        let (path, what) = (seal::inside::path(folder(first)), maps.len().to_string());
        found.push(Found { path, at: (*first).to_owned(), sort: Inside::Maps, what });
    }
    found
}

/// Whether an env file has a secret in clear.
fn has_secrets(text: &str, catalog: &Catalog) -> bool {
    tokens(FileId(0), text).into_iter().any(|line| match line.token {
        Token::Assignment(one) if !one.commented && one.separator != Separator::None => {
            let value = if one.quote.is_some() { one.value } else { one.plain() };
            !value.contains("${") && seal::is_exposed(one.key, value, catalog)
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_to_be_harmless_is_passed_over() {
        let kept = |path: &str| keep(path, Catalog::get());
        for secret in
            ["app/.env", "app/.env.production", "root/.ssh/id_rsa", "app/server.key", "etc/ssl/private/web.pem", "root/.aws/credentials", "root/.npmrc"]
        {
            assert_eq!(kept(secret), Some(Keep::Head), "{secret}");
        }
        assert_eq!(kept("app/.git/HEAD"), Some(Keep::Name));
        assert_eq!(kept("app/dist/main.js.map"), Some(Keep::Name));
        for harmless in [
            "app/.env.example",
            "app/node_modules/x/test/id_rsa",
            "usr/lib/python3/site-packages/certifi/cacert.pem",
            "etc/ssl/certs/ca.pem",
            "usr/share/doc/x/a.key",
            "app/test/fixtures/server.key",
            "etc/passwd",
            "app/config.json",
            "root/.nvm/.git/HEAD",
        ] {
            assert_eq!(kept(harmless), None, "{harmless}");
        }
    }

    #[test]
    fn a_file_counts_by_what_it_holds() {
        let catalog = Catalog::get();
        let is = |path: &str, text: &str| catalog.inside.secret(path).is_some_and(|file| file.is_in(text));
        assert!(is("a/x.pem", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN RSA PRIVATE KEY-----\n"));
        assert!(!is("a/x.pem", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"));
        assert!(is("root/.npmrc", "//registry.test/:_authToken=abc\n"));
        assert!(!is("root/.npmrc", "//registry.test/:_authToken=${NPM_TOKEN}\n") && !is("root/.npmrc", "# _authToken=x\nfund=false\n"));
        assert!(is("root/.docker/config.json", "{ \"auths\": { \"x\": { \"auth\": \"eA==\" } } }") && !is("root/.docker/config.json", "{ \"auths\": {} }"));
        assert!(is("root/.aws/credentials", "[default]\naws_secret_access_key = abc\n"));
        assert!(has_secrets("A=1\nDB_PASSWORD=swordfish-canary\n", catalog));
        for none in [
            "",
            "NODE_ENV=production\nPORT=3000\n",
            "DB_PASSWORD=\nAPI_KEY=${API_KEY}\nTOKEN=changeme\n",
            "# DB_PASSWORD=swordfish\n",
            "DB_PASSWORD=postgres\n",
        ] {
            assert!(!has_secrets(none, catalog), "{none}");
        }
    }
}
