//! What passes the door of what lies inside an image: versions, and words of the program's own.

use super::{MASK, is_version_text, known};
use crate::catalog::Catalog;
use crate::model::{Inside, Role, Shown, Value};

/// How an env file with secrets in it is called.
pub(crate) const ENV_FILE: &str = "an env file with secrets";

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
        Inside::Secret if raw == ENV_FILE => known(ENV_FILE),
        Inside::Secret => known(catalog.inside.word_for(raw).unwrap_or(MASK)),
        Inside::History => known("the history of the source"),
        Inside::Maps => known(&raw.parse::<usize>().map_or_else(|_| "source maps".to_owned(), |count| format!("source maps: {count}"))),
        Inside::User => known(&user(raw)),
    }
}

/// `USER` of a Dockerfile (Dockerfile reference): nobody named is root. Names of others are nobody's business.
fn user(raw: &str) -> String {
    match raw.split(':').next().unwrap_or("") {
        "" | "root" | "0" => "root".to_owned(),
        number if number.len() <= 10 && number.chars().all(|c| c.is_ascii_digit()) => format!("user {number}"),
        _ => "another user than root".to_owned(),
    }
}
