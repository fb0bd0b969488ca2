//! What passes the door of what lies inside an image: versions, and words of the program's own.

use super::{MASK, is_version_text, known};
use crate::catalog::Catalog;
use crate::model::{Inside, Role, Shown, Value};

/// How an env file with secrets in it is called.
pub(crate) const ENV_FILE: &str = "an env file with secrets";

/// Where an image says a secret itself.
pub(crate) const SET: &str = "a variable that the image sets";
pub(crate) const ARGUMENT: &str = "a build argument in the image's history";
pub(crate) const COMMAND: &str = "a command in the image's history";
const WRITTEN: &[&str] = &[SET, ARGUMENT, COMMAND];

/// A path inside an image as it may be shown: a file may be called after what was downloaded, with the user and the
/// password in front of the host. A scope of npm's begins with its `@`.
pub(crate) fn path(raw: &str) -> String {
    let is_login = |piece: &str| piece.trim_start_matches('@').contains('@') || piece.matches(':').count() > 1;
    let pieces: Vec<&str> = raw.split('/').map(|piece| if is_login(piece) { MASK } else { piece }).collect();
    pieces.join("/")
}

/// What is said, and how binding it is.
pub(super) fn seal(inside: Inside, raw: &str, catalog: &Catalog) -> (Value, Role) {
    let role = if matches!(inside, Inside::System | Inside::Library(_) | Inside::Locked(_)) { Role::Pin } else { Role::Reference };
    (Value { text: text(inside, raw, catalog), spec: None, image: None, variable: None }, role)
}

/// How it is shown.
fn text(inside: Inside, raw: &str, catalog: &Catalog) -> Shown {
    match inside {
        Inside::System | Inside::Summary | Inside::Library(_) | Inside::Locked(_) if is_version_text(raw) => known(raw),
        Inside::System | Inside::Summary | Inside::Library(_) | Inside::Locked(_) => known(MASK),
        Inside::Secret => known(sort(raw, catalog)),
        Inside::Buried => known(&format!("{}, gone in a later layer", sort(raw, catalog))),
        Inside::Written => known(WRITTEN.iter().find(|place| **place == raw).unwrap_or(&MASK)),
        Inside::History => known("the history of the source"),
        Inside::Maps => known(&raw.parse::<usize>().map_or_else(|_| "source maps".to_owned(), |count| format!("source maps: {count}"))),
        Inside::User => known(&user(raw)),
    }
}

/// What a file holds, in the program's own words.
fn sort<'c>(raw: &str, catalog: &'c Catalog) -> &'c str {
    if raw == ENV_FILE { ENV_FILE } else { catalog.inside.word_for(raw).unwrap_or(MASK) }
}

/// `USER` of a Dockerfile (Dockerfile reference): nobody named is root. Names of others are nobody's business.
fn user(raw: &str) -> String {
    match raw.split(':').next().unwrap_or("") {
        "" | "root" | "0" => "root".to_owned(),
        number if number.len() <= 10 && number.chars().all(|c| c.is_ascii_digit()) => format!("user {number}"),
        _ => "another user than root".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_in_the_name_of_a_file_is_masked() {
        assert_eq!(path("app/scout:swordfish@mill.test/.env"), format!("app/{MASK}/.env"));
        assert_eq!(path("app/mill.test:443:swordfish.pem"), format!("app/{MASK}"));
        assert_eq!(path("app/node_modules/@mill/web/c:x/.env"), "app/node_modules/@mill/web/c:x/.env");
    }
}
