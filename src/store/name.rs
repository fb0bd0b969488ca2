//! How stored snapshots are named: `prod~1` (one before the newest), `prod@{2w}` (as it was two weeks ago),
//! `prod@2026-11-01` (as it was at the end of that day).

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::seal;

/// A name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The environment.
    pub environment: String,
    /// Which of its snapshots.
    pub which: Which,
}

/// Which of an environment's snapshots is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The newest, or so many before it.
    Back(usize),
    /// The newest that was taken by then.
    At(Moment),
}

/// A moment, told by a date or from now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// The end of a day in UTC, or an exact time.
    Fixed(Timestamp, String),
    /// So long ago, as it was written.
    Ago(jiff::SpanFieldwise, String),
}

impl Moment {
    /// The moment itself.
    pub fn before(&self, now: Timestamp) -> Timestamp {
        match self {
            Moment::Fixed(at, _) => *at,
            Moment::Ago(span, _) => now.to_zoned(TimeZone::UTC).checked_sub(span.0).map_or(Timestamp::MIN, |at| at.timestamp()),
        }
    }
}

/// A span of time as people write it: `2w`, `36h`, `1 month`.
pub fn span(text: &str) -> Option<Span> {
    text.trim().parse::<Span>().ok().filter(|span| span.is_positive())
}

impl Name {
    /// Reads a name. None where it is none: a bare environment, a file, a git revision.
    pub fn parse(text: &str) -> Option<Name> {
        let name = |environment: &str, which| (!environment.is_empty()).then(|| Name { environment: environment.to_owned(), which });
        if let Some((environment, steps)) = text.rsplit_once('~') {
            return name(environment, Which::Back(steps.parse().ok()?)).filter(|name| !name.environment.contains('@'));
        }
        let (environment, at) = text.split_once('@')?;
        if let Some(ago) = at.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            return name(environment, Which::At(Moment::Ago(span(ago)?.fieldwise(), ago.to_owned())));
        }
        let end = |date: Date| date.at(23, 59, 59, 0).to_zoned(TimeZone::UTC).ok().map(|end| end.timestamp());
        let fixed = at.parse::<Timestamp>().ok().or_else(|| end(at.parse::<Date>().ok()?))?;
        name(environment, Which::At(Moment::Fixed(fixed, at.to_owned())))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.which {
            Which::Back(steps) => write!(f, "{}~{steps}", self.environment),
            Which::At(Moment::Fixed(_, text)) => write!(f, "{}@{text}", self.environment),
            Which::At(Moment::Ago(_, text)) => write!(f, "{}@{{{text}}}", self.environment),
        }
    }
}

/// What a file or folder of an environment is called: its name, where that is one for a file.
pub(super) fn file(environment: &str) -> String {
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let plain: String = environment.chars().map(|c| if sound(c) { c } else { '_' }).collect();
    let plain = plain.trim_start_matches('.').to_owned();
    // Two names must not share a file.
    if plain == environment && !plain.is_empty() {
        plain
    } else {
        format!("{plain}-{}", seal::key::hex(&Sha256::digest(environment)).get(..8).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_environments_files_and_revisions() {
        let back = |environment: &str, steps| Some(Name { environment: environment.to_owned(), which: Which::Back(steps) });
        assert_eq!(Name::parse("prod~0"), back("prod", 0));
        assert_eq!(Name::parse("eu-prod~12"), back("eu-prod", 12));
        for text in ["prod@{2w}", "prod@{36h}", "prod@2026-11-01", "prod@2026-11-01T10:00:00Z"] {
            assert_eq!(Name::parse(text).map(|name| name.to_string()).as_deref(), Some(text));
        }
        for none in ["prod", "prod~", "~1", "prod~x", "prod@main", "prod@{main}", "prod@v1.2", "local@HEAD~1", "prod@{-2w}", "snapshots/prod.json"] {
            assert_eq!(Name::parse(none), None, "{none}");
        }
    }

    #[test]
    fn moments_count_from_now() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a time");
        let at = |text: &str| match Name::parse(text).expect("a name").which {
            Which::At(moment) => moment.before(now).to_string(),
            Which::Back(_) => String::new(),
        };
        assert_eq!(at("prod@{2w}"), "2026-11-07T12:00:00Z");
        assert_eq!(at("prod@2026-11-01"), "2026-11-01T23:59:59Z");
    }

    #[test]
    fn two_environments_never_share_a_file() {
        assert_eq!(file("prod"), "prod");
        assert_ne!(file("a/b"), file("a_b"));
        assert!(!file("../x").starts_with('.') && !file("../x").contains('/'));
    }
}
