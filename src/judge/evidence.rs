//! Whether a difference is meant: the evidence for and against a finding, weighed in one place for
//! all rules. The kinds of evidence are few; what they know is data (`rules/catalog/expected.toml`).

use std::sync::LazyLock;

use serde::Deserialize;

use super::{Outcome, Rule};
use crate::align::Row;
use crate::catalog::{Catalog, table};
use crate::model::{Kind, Role};
use crate::seal;

/// Which way a piece of evidence points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// It is a mismatch.
    For,
    /// It may be meant: the finding is one level lower.
    Against,
    /// It is known to be meant: there is no finding.
    Meant,
}

/// One reason to believe or to doubt a finding.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Which way it points.
    pub side: Side,
    /// The reason, in words.
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    comments: Comments,
    #[serde(default)]
    meant: Vec<Meant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Comments {
    words: Vec<String>,
}

/// A difference that is known to be meant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Meant {
    rules: Vec<String>,
    #[serde(default)]
    classes: Vec<String>,
    #[serde(default)]
    subjects: Vec<String>,
    /// Words of the subject's name.
    #[serde(default)]
    words: Vec<String>,
    why: String,
}

static EXPECTED: LazyLock<Expected> = LazyLock::new(|| table(include_str!(concat!(env!("OUT_DIR"), "/catalog/expected.json"))));

/// Gathers what speaks for and against a failure.
pub(super) fn weigh(rule: &Rule, row: &Row<'_>, outcome: &Outcome<'_>, catalog: &Catalog) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let class = super::rule::class_of(row, catalog);
    for meant in &EXPECTED.meant {
        let worded = || crate::catalog::words(&row.name).any(|word| meant.words.contains(&word));
        let named = meant.subjects.contains(&row.name) || worded() || class.is_some_and(|class| meant.classes.iter().any(|c| c == class));
        if named && meant.rules.contains(&rule.id) {
            evidence.push(Evidence { side: Side::Meant, text: meant.why.clone() });
        }
    }
    let reason = outcome.disagreeing.iter().find_map(|fact| {
        let word = seal::word_of_comment(fact.place.comment.as_ref()?, &EXPECTED.comments.words)?;
        Some(format!("a comment at {}:{} gives a reason (\"{word}\")", fact.place.path, fact.place.line))
    });
    evidence.extend(reason.map(|text| Evidence { side: Side::Against, text }));
    let pins = outcome.disagreeing.iter().filter(|fact| fact.role == Role::Pin).count();
    if pins >= 2 && row.kind != Kind::Env {
        evidence.push(Evidence { side: Side::For, text: format!("{pins} places pin a version") });
    }
    if let Some(odd) = &outcome.odd {
        evidence.push(Evidence { side: Side::For, text: format!("{odd} alone differs") });
    }
    evidence
}
