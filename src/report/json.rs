//! `evenkeel.report/1`: the report for programs. Fields are added, never changed.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::Report;
use crate::judge::{Confidence, Finding, Level};
use crate::model::{Fact, Gap, Kind, Place, Shown};

#[derive(Serialize)]
struct Root<'r> {
    schema: &'static str,
    environments: Vec<&'r str>,
    findings: Vec<JsonFinding<'r>>,
    gaps: Vec<JsonGap<'r>>,
    summary: Summary,
}

#[derive(Serialize)]
struct JsonFinding<'r> {
    rule: &'r str,
    level: Level,
    confidence: Confidence,
    kind: &'static str,
    component: &'r str,
    components: &'r [String],
    subject: &'r str,
    subjects: &'r [String],
    message: &'r str,
    why: String,
    help: &'r str,
    fingerprint: String,
    waived: bool,
    odd_one_out: Option<&'r str>,
    cells: Vec<JsonCell<'r>>,
    evidence: Vec<JsonEvidence<'r>>,
}

#[derive(Serialize)]
struct JsonEvidence<'r> {
    #[serde(rename = "for")]
    speaks_for: bool,
    text: &'r str,
}

#[derive(Serialize)]
struct JsonCell<'r> {
    environment: &'r str,
    state: &'static str,
    values: Vec<JsonValue<'r>>,
}

#[derive(Serialize)]
struct JsonValue<'r> {
    /// Of what this is the value, where it is not the finding's own subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'r Shown>,
    text: &'r Shown,
    role: &'static str,
    disagrees: bool,
    origin: Origin<'r>,
}

/// Where a value stands, and through what it was found.
#[derive(Serialize)]
pub(super) struct Origin<'r> {
    path: &'r Shown,
    line: u32,
    column: u32,
    via: Option<String>,
}

/// What could not be read.
#[derive(Serialize)]
pub(super) struct JsonGap<'r> {
    environment: Option<&'r str>,
    source: &'r Shown,
    path: &'r Shown,
    line: u32,
    reason: &'r str,
    required: bool,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    infos: usize,
    gaps: usize,
    files_read: usize,
    facts: usize,
    left_out: usize,
}

pub(super) fn render(report: &Report<'_>) -> String {
    let count = |level: Level| report.findings().filter(|finding| finding.level == level).count();
    let root = Root {
        schema: "evenkeel.report/1",
        environments: report.survey.plan.environments.iter().map(crate::model::Environment::name).collect(),
        findings: report.findings().map(finding).collect(),
        gaps: report.survey.gaps.iter().map(JsonGap::of).collect(),
        summary: Summary {
            errors: count(Level::Error),
            warnings: count(Level::Warning),
            infos: count(Level::Info),
            gaps: report.survey.gaps.len(),
            files_read: report.survey.files_read,
            facts: report.survey.facts.len(),
            left_out: report.survey.plan.left_out.len() + report.survey.notes.len(),
        },
    };
    pretty(&root)
}

/// JSON as it is printed. No line begins with a value; `##[` stands in strings alone.
pub(super) fn pretty(root: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(root).unwrap_or_default().replace("##[", "##\\u005b");
    text.push('\n');
    text
}

impl<'r> JsonGap<'r> {
    pub(super) fn of(gap: &'r Gap) -> JsonGap<'r> {
        JsonGap {
            environment: gap.environment.as_ref().map(crate::model::Environment::name),
            source: &gap.source,
            path: &gap.path,
            line: gap.line,
            reason: gap.reason,
            required: gap.required,
        }
    }
}

impl<'r> Origin<'r> {
    pub(super) fn of(fact: &'r Fact) -> Origin<'r> {
        let via = fact.via.iter().map(via).collect::<Vec<_>>().join(", ");
        Origin { path: &fact.place.path, line: fact.place.line, column: fact.place.column, via: (!via.is_empty()).then_some(via) }
    }
}

fn finding<'r>(finding: &'r Finding<'_>) -> JsonFinding<'r> {
    JsonFinding {
        rule: &finding.rule.id,
        level: finding.level,
        confidence: finding.confidence,
        kind: finding
            .rule
            .select
            .kind
            .iter()
            .find(|kind| finding.cells.iter().any(|cell| cell.facts.iter().any(|(fact, _)| fact.kind == **kind)))
            .or(finding.rule.select.kind.first())
            .map_or("", |kind| kind.word()),
        component: finding.components.first().map_or("", String::as_str),
        components: &finding.components,
        subject: &finding.subject,
        subjects: &finding.subjects,
        message: &finding.message,
        why: finding.rule.why.split_whitespace().collect::<Vec<_>>().join(" "),
        help: &finding.rule.help,
        fingerprint: fingerprint(finding),
        waived: false,
        odd_one_out: finding.odd_one_out.as_ref().map(crate::model::Environment::name),
        cells: finding
            .cells
            .iter()
            .map(|cell| JsonCell {
                environment: cell.environment.name(),
                state: match (cell.unknown, cell.facts.is_empty()) {
                    (true, _) => "unknown",
                    (false, true) => "absent",
                    (false, false) => "present",
                },
                values: cell.facts.iter().map(|(fact, disagrees)| value(finding, fact, *disagrees)).collect(),
            })
            .collect(),
        evidence: finding.evidence.iter().map(|e| JsonEvidence { speaks_for: e.side == crate::judge::Side::For, text: &e.text }).collect(),
    }
}

fn value<'r>(finding: &Finding<'_>, fact: &'r Fact, disagrees: bool) -> JsonValue<'r> {
    JsonValue {
        name: (fact.kind == Kind::Env && fact.name.as_str() != finding.subject).then_some(&fact.name),
        text: &fact.value.text,
        role: fact.role.word(),
        disagrees,
        origin: Origin::of(fact),
    }
}

fn via(place: &Place) -> String {
    format!("{}:{}", place.path, place.line)
}

/// What a finding is recognised by from run to run: the rule, the component and the subject, never
/// a value or a line.
fn fingerprint(finding: &Finding<'_>) -> String {
    let key = format!("{}\u{1f}{}\u{1f}{}", finding.rule.id, finding.components.first().map_or("", String::as_str), finding.subject);
    Sha256::digest(key.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
