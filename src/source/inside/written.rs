//! What an image says of itself to whoever can pull it: the variables that it sets, and the commands that it was made
//! by, with their build arguments (OCI image specification, "Image Configuration", `config.Env` and `history`). Of a
//! secret in clear its name is told and where it stands; the value goes no further than this file.

use std::collections::BTreeMap;

use super::Owner;
use crate::catalog::Catalog;
use crate::model::{Form, Inside, Kind, Reading};
use crate::seal::{self, inside as words};
use crate::syntax::dotenv::is_name;

/// Secrets in clear by their names, and where each stands. The first who says it is told.
#[derive(Debug, Default, Clone)]
pub(in crate::source) struct Written(BTreeMap<String, &'static str>);

/// How a login in the address of a command is called, which has no name.
const NAMELESS: &str = "RUN";

impl Written {
    /// Takes in what more was found.
    pub(in crate::source) fn extend(&mut self, more: Written) {
        more.0.into_iter().for_each(|(name, place)| self.put(&name, place));
    }

    fn put(&mut self, name: &str, place: &'static str) {
        self.0.entry(name.to_owned()).or_insert(place);
    }

    fn judge(&mut self, name: &str, value: &str, place: &'static str) {
        let value = value.trim_matches(['"', '\'']);
        let (catalog, inside) = (Catalog::get(), &Catalog::get().inside);
        // What is filled in where it runs is a name; what everybody is to check a download by is no secret.
        if value.contains(['$', '`']) || inside.is_public(name, value) || catalog.variables.is_bundled(name) || !seal::is_exposed(name, value, catalog) {
            return;
        }
        // A command that wants any value is often given one that means nothing.
        let mixed = || value.contains(|c: char| c.is_ascii_digit()) && value.contains(|c: char| c.is_ascii_alphabetic());
        let meant = || !inside.is_made_up(value) && (place != words::COMMAND || mixed());
        if seal::is_exposed("", value, catalog) || meant() {
            self.put(name, place);
        }
    }

    /// What is said of it.
    pub(in crate::source) fn readings(&self, owner: &Owner<'_>) -> Vec<Reading> {
        let reading = |(name, place): (&String, &&'static str)| {
            Reading::new(Kind::Image, name, *place, Form::Inside(Inside::Written), owner.at).workload(Some(owner.workload))
        };
        self.0.iter().map(reading).collect()
    }
}

/// The variables that an image sets, as `NAME=VALUE`.
pub(in crate::source) fn variables<'v>(all: impl IntoIterator<Item = &'v str>) -> Written {
    let mut out = Written::default();
    let known = &Catalog::get().variables;
    for (name, value) in all.into_iter().filter_map(assignment).filter(|(name, _)| !known.is_of_engine(name)) {
        out.judge(name, value, words::SET);
    }
    out
}

/// The commands that an image was made by, as they stand in its history. BuildKit and the builder before it write them
/// with other words around.
pub(in crate::source) fn history<'v>(all: impl IntoIterator<Item = &'v str>) -> Written {
    let mut out = Written::default();
    for line in all {
        let line = line.strip_prefix("RUN ").unwrap_or(line).trim_start();
        let own = line.strip_prefix("/bin/sh -c #(nop)").unwrap_or(line).trim_start();
        if let Some(rest) = line.strip_prefix('|') {
            out.run_with_arguments(rest);
        } else if let Some((name, value)) = own.strip_prefix("ARG ").and_then(assignment) {
            out.judge(name, value, words::ARGUMENT);
        } else {
            out.command(own.strip_prefix("ENV ").unwrap_or(own));
        }
    }
    out
}

impl Written {
    /// `2 NAME=VALUE OTHER=VALUE /bin/sh -c COMMAND`: nothing is quoted, and what is no assignment belongs to the value
    /// before it, up to the shell.
    fn run_with_arguments(&mut self, text: &str) {
        let (count, mut rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut left = count.parse::<usize>().unwrap_or(0);
        while left > 0 {
            let Some((name, value)) = assignment(rest) else { break };
            let words = value.match_indices(' ').map(|(at, _)| at);
            let next = |at: &usize| {
                let behind = value.get(at + 1..).unwrap_or("");
                behind.starts_with('/') || left > 1 && assignment(behind.split(' ').next().unwrap_or("")).is_some()
            };
            let end = words.into_iter().find(next).unwrap_or(value.len());
            self.judge(name, value.get(..end).unwrap_or(value), words::ARGUMENT);
            rest = value.get(end + 1..).unwrap_or("");
            left -= 1;
        }
        self.command(rest);
    }

    /// Assignments among the words of a command, and addresses with a login.
    fn command(&mut self, text: &str) {
        for word in text.split(|c: char| c.is_whitespace() || ";&|()".contains(c)) {
            let word = word.trim_matches(['"', '\'', ',', '[', ']']);
            match assignment(word) {
                Some((name, value)) if Catalog::get().variables.is_secret(name) || has_login(value) => self.judge(name, value, words::COMMAND),
                None if has_login(word) && seal::is_exposed("", word, Catalog::get()) => self.put(NAMELESS, words::COMMAND),
                _ => {}
            }
        }
    }
}

fn assignment(text: &str) -> Option<(&str, &str)> {
    text.split_once('=').filter(|(name, _)| is_name(name))
}

/// Whether an address names a user.
fn has_login(text: &str) -> bool {
    text.split_once("://").is_some_and(|(_, rest)| rest.split('/').next().unwrap_or(rest).contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "npm_Zk3Vb8Qw1Xy6Rt5Pm9Ln2Jc7Hd4Fs0GaTuEo";

    fn told(lines: &[&str]) -> Vec<String> {
        let lines: Vec<String> = lines.iter().map(|line| line.replace("TOKEN-VALUE", TOKEN)).collect();
        let written = history(lines.iter().map(String::as_str));
        assert!(!format!("{written:?}").contains("Zk3Vb8Qw"), "{written:?}");
        written.0.iter().map(|(name, place)| format!("{name}: {place}")).collect()
    }

    #[test]
    fn a_secret_in_the_history_is_told_by_its_name() {
        for line in [
            "|1 NPM_TOKEN=TOKEN-VALUE /bin/sh -c npm ci",
            "RUN |1 NPM_TOKEN=TOKEN-VALUE /bin/sh -c npm ci # buildkit",
            "|3 VERSION=1.2 NOTE=two words NPM_TOKEN=TOKEN-VALUE /bin/sh -c npm ci",
            "|3 NPM_TOKEN=TOKEN-VALUE VERSION=1.2 NOTE=two words /bin/sh -c npm ci",
            "ARG NPM_TOKEN=TOKEN-VALUE",
            "/bin/sh -c #(nop)  ARG NPM_TOKEN=TOKEN-VALUE",
        ] {
            assert_eq!(told(&[line]), ["NPM_TOKEN: a build argument in the image's history"], "{line}");
        }
        for line in [
            "/bin/sh -c NPM_TOKEN=TOKEN-VALUE npm ci",
            "RUN /bin/sh -c cd /app && export NPM_TOKEN=\"TOKEN-VALUE\"; npm ci # buildkit",
            "RUN /bin/sh -c echo 'NPM_TOKEN=TOKEN-VALUE' > .env # buildkit",
            "ENV NPM_TOKEN=TOKEN-VALUE",
            "/bin/sh -c #(nop)  ENV NPM_TOKEN=TOKEN-VALUE",
            "|1 VERSION=1.2 /bin/sh -c NPM_TOKEN=TOKEN-VALUE npm ci",
        ] {
            assert_eq!(told(&[line]), ["NPM_TOKEN: a command in the image's history"], "{line}");
        }
        assert_eq!(told(&["RUN /bin/sh -c git clone https://scout:TOKEN-VALUE@git.test/mill.git"]), ["RUN: a command in the image's history"]);
        assert_eq!(told(&["ENV DATABASE_URL=postgres://scout:swordfish-canary-77@db.test/mill"]), ["DATABASE_URL: a command in the image's history"]);
    }

    #[test]
    fn what_images_usually_say_is_none() {
        let usual = [
            "|1 VERSION=1.2 /bin/sh -c make",
            "|2 NPM_TOKEN= CI=true /bin/sh -c npm ci",
            "|1 NPM_TOKEN=changeme /bin/sh -c npm ci",
            "ARG VERSION=1.2",
            "ARG SECRET_KEY_BASE=dummy-for-assets",
            "RUN /bin/sh -c SECRET_KEY=collectstatic python manage.py collectstatic # buildkit",
            "RUN /bin/sh -c SECRET_KEY=anything-goes python manage.py collectstatic # buildkit",
            "RUN /bin/sh -c NPM_TOKEN=$(cat /run/secrets/npm) npm ci # buildkit",
            "RUN /bin/sh -c NPM_TOKEN=\"$TOKEN\" npm ci # buildkit",
            "ENV GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305",
            "ENV GPG_KEYS=1729F83938DA44E27BA0F4D3DBDB397470D12172 BFDDD28642824F8118EF77909B67A5C12229118F",
            "/bin/sh -c #(nop)  ENV PYTHON_SHA256=c909157bb25ec114e5869124cc2a9c4a4d4c1e957ca4ff553f1edc692101154e",
            "/bin/sh -c set -eux; key='B97B0AFCAA1A47F044F244A07FCC7D46ACCC4CF8'; gpg --batch --recv-keys \"$key\"",
            "/bin/sh -c set -x && NGINX_GPGKEY=573BFD6B3D8FBC641079A6ABABF5BD827BD9BF62; NGINX_GPGKEY_PATH=/etc/apt/keyrings/nginx-archive-keyring.gpg",
            "RUN /bin/sh -c echo \"c909157bb25ec114e5869124cc2a9c4a4d4c1e957ca4ff553f1edc692101154e *x.tar.gz\" | sha256sum -c -",
            "/bin/sh -c #(nop) ADD file:8b180a9b4497de0c3a1d1ff01ff9b38b6f2e2a5ab4e6f0b1f3d2b5c9c8a7d6e5 in / ",
            "RUN /bin/sh -c git clone https://git.test/mill.git && pip install git+ssh://git@git.test/mill.git # buildkit",
            "CMD [\"node\" \"server.js\"]",
            "|x /bin/sh",
            "|99999999999999999999 A=b",
            "|3 A",
            "|1",
            "|",
            "",
        ];
        assert_eq!(told(&usual), Vec::<String>::new());
        for line in usual {
            let entry = line.split_once("ENV ").map_or(line, |(_, entry)| entry);
            assert!(variables([entry, "PATH=/bin", "POSTGRES_PASSWORD=postgres"]).0.is_empty(), "{entry}");
        }
        assert_eq!(variables(["DB_PASSWORD=swordfish-canary-77"]).0.get("DB_PASSWORD"), Some(&words::SET));
    }
}
