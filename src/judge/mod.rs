//! Holds rows against rules. Pure: same rows and rules, same findings, whatever the order of the
//! input.

mod evidence;
mod group;
mod relation;
mod rule;

pub use evidence::{Evidence, Side};
pub use relation::{Held, Machine, Outcome, State, Terms};
pub use rule::{Demand, Example, ExampleState, Passing, Relation, Rule, Wanted, rules};

use std::collections::{BTreeMap, HashSet};

use crate::align::{Matrix, Row};
use crate::catalog::Catalog;
use crate::model::{Environment, Fact};
use crate::parallel;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing.
    Info,
    /// Worth doing.
    Warning,
    /// Will break something.
    Error,
}

impl Level {
    /// The level of this name.
    pub fn parse(text: &str) -> Option<Level> {
        match text {
            "info" => Some(Level::Info),
            "warning" => Some(Level::Warning),
            "error" => Some(Level::Error),
            _ => None,
        }
    }

    /// The name.
    pub fn word(self) -> &'static str {
        match self {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }

    fn lower(self) -> Level {
        match self {
            Level::Error => Level::Warning,
            _ => Level::Info,
        }
    }
}

/// How sure a finding is, apart from how grave it would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// There is a likely innocent reading.
    Low,
    /// Likely.
    Medium,
    /// What stands in the files says so.
    High,
}

/// What one environment says in a finding.
#[derive(Debug, Clone)]
pub struct FindingCell<'f> {
    /// The environment.
    pub environment: Environment,
    /// Whether it could not be read.
    pub unknown: bool,
    /// Its facts; those that take part in the disagreement first.
    pub facts: Vec<(&'f Fact, bool)>,
}

/// A rule that a row breaks.
#[derive(Debug, Clone)]
pub struct Finding<'f> {
    /// The rule.
    pub rule: &'static Rule,
    /// Its level here.
    pub level: Level,
    /// How sure it is.
    pub confidence: Confidence,
    /// The component; several where one cause shows in several.
    pub components: Vec<String>,
    /// The subject as people write it.
    pub title: String,
    /// The subject.
    pub subject: String,
    /// All subjects, where several of one cause are told together; else the one.
    pub subjects: Vec<String>,
    /// Who says what, and whom the finding speaks of, as the message has them.
    pub told: (String, String),
    /// What differs, in one line.
    pub message: String,
    /// The environment that differs from all others, where there is one.
    pub odd_one_out: Option<Environment>,
    /// What every environment says.
    pub cells: Vec<FindingCell<'f>>,
    /// What speaks for and against it.
    pub evidence: Vec<Evidence>,
}

/// What became of one rule on one row, for those who want to see everything.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The rule's id.
    pub rule: &'static str,
    /// The row.
    pub row: String,
    /// What came out.
    pub state: State,
    /// Why a difference is taken as meant, where it is.
    pub meant: Option<String>,
}

/// Everything that was judged.
#[derive(Debug, Default)]
pub struct Verdict<'f> {
    /// What is wrong, gravest first.
    pub findings: Vec<Finding<'f>>,
    /// Every rule on every row that it applies to.
    pub judged: Vec<Judged>,
}

/// Judges all rows by all rules. `levels` overrides the rules' own; `None` switches a rule off.
pub fn judge<'f>(matrix: &Matrix<'f>, rules: &'static [Rule], levels: &BTreeMap<String, Option<Level>>, catalog: &Catalog) -> Verdict<'f> {
    let level = |rule: &Rule| levels.get(&rule.id).copied().unwrap_or(Some(rule.level));
    let held: Vec<(&'static Rule, Level)> = rules.iter().filter_map(|rule| Some((rule, level(rule)?))).collect();
    let (mut findings, mut judged) = (Vec::new(), Vec::new());
    for part in parallel::map(&matrix.rows, |row| judge_row(row, &held, matrix, catalog)) {
        findings.extend(part.findings);
        judged.extend(part.judged);
    }
    // Told by rule, though judged by row.
    judged.sort_by_key(|(number, _)| *number);
    Verdict { findings: group::group(group::together(findings)), judged: judged.into_iter().map(|(_, judged)| judged).collect() }
}

/// What became of all rules on one row; a judgement has the number of its rule.
#[derive(Default)]
struct Part<'f> {
    findings: Vec<Finding<'f>>,
    judged: Vec<(usize, Judged)>,
}

fn judge_row<'f>(row: &Row<'f>, rules: &[(&'static Rule, Level)], matrix: &Matrix<'f>, catalog: &Catalog) -> Part<'f> {
    let mut part = Part::default();
    let variables = relation::variables(row);
    let label = if row.component.is_empty() { row.name.clone() } else { format!("{} {}", row.component, row.name) };
    for (number, (rule, level)) in rules.iter().enumerate().filter(|(_, (rule, _))| rule.selects(row, catalog)) {
        let applicable = |outcome: &Outcome<'_>| outcome.state != State::NotApplicable;
        for outcome in relation::hold(rule, row, &variables, matrix, catalog).into_iter().filter(applicable) {
            let mut judged = Judged { rule: &rule.id, row: label.clone(), state: outcome.state, meant: None };
            if outcome.state == State::Fail {
                let evidence = evidence::weigh(rule, row, &outcome, catalog);
                match evidence.iter().find(|evidence| evidence.side == Side::Meant) {
                    Some(evidence) => judged.meant = Some(evidence.text.clone()),
                    None => part.findings.push(finding(rule, *level, row, outcome, evidence, catalog)),
                }
            }
            part.judged.push((number, judged));
        }
    }
    part
}

/// The finding's line.
fn message(rule: &Rule, title: &str, groups: &str, speaks_of: &str) -> String {
    rule.message.replace("{subject}", title).replace("{groups}", groups).replace("{odd}", speaks_of)
}

fn finding<'f>(rule: &'static Rule, level: Level, row: &Row<'f>, outcome: Outcome<'f>, evidence: Vec<Evidence>, catalog: &Catalog) -> Finding<'f> {
    let against = evidence.iter().filter(|e| e.side == Side::Against).count();
    let confidence = match against {
        0 => Confidence::High,
        1 => Confidence::Medium,
        _ => Confidence::Low,
    };
    let by_class = rule::class_of(row, catalog).is_some_and(|class| rule.lower_for.iter().any(|c| c == class));
    let lowered = outcome.lowered + usize::from(by_class) + against.min(1);
    let level = (0..lowered).fold(level, |level, _| level.lower());
    let part: HashSet<*const Fact> = outcome.disagreeing.iter().map(|fact| std::ptr::from_ref(*fact)).collect();
    let cells = row.cells.iter().map(|(environment, cell)| {
        let mut facts: Vec<(&Fact, bool)> = cell.facts.iter().map(|fact| (*fact, part.contains(&std::ptr::from_ref(*fact)))).collect();
        facts.extend(outcome.beside.iter().filter(|fact| fact.environment == *environment).map(|fact| (*fact, true)));
        let mut seen = HashSet::new();
        facts.retain(|(fact, _)| seen.insert(std::ptr::from_ref(*fact)));
        facts.sort_by_key(|(_, takes_part)| !takes_part);
        FindingCell { environment: environment.clone(), unknown: cell.unknown && cell.facts.is_empty(), facts }
    });
    let title = group::title(row, catalog);
    Finding {
        rule,
        level,
        confidence,
        components: vec![row.component.clone()],
        message: message(rule, &title, &outcome.groups, &outcome.speaks_of),
        title,
        subject: row.name.clone(),
        subjects: vec![row.name.clone()],
        told: (outcome.groups, outcome.speaks_of),
        odd_one_out: outcome.odd,
        cells: cells.collect(),
        evidence,
    }
}
