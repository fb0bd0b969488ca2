//! Laws that hold for whatever a repository says: an environment against itself is silent, the order
//! of facts does not matter, and turning a cell unknown never improves the verdict.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs, reason = "a test")]

mod common;

use common::Nothing;
use std::collections::BTreeMap;

use evenkeel::align::align;
use evenkeel::catalog::Catalog;
use evenkeel::files::{Documents, Listing};
use evenkeel::judge::{Level, judge, rules};
use evenkeel::model::{Environment, Fact, Form, Gap, Kind, Reading, Scope, Syntax};
use evenkeel::seal;
use evenkeel::syntax::{At, FileId};
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Said {
    environment: &'static str,
    subject: usize,
    value: usize,
    scope: Scope,
    component: &'static str,
    line: u32,
}

const SUBJECTS: &[(Kind, &str, Form, &[&str])] = &[
    (Kind::Runtime, "node", Form::Version(Syntax::Prefix), &["22", "22.11.0", "20", ">=20 <23", "lts/*", "latest", "18.x || 20.x"]),
    (Kind::Runtime, "python", Form::Image, &["python:3.12-slim", "python:3.13", "python:3-alpine", "python"]),
    (Kind::Service, "postgres", Form::Image, &["postgres:16", "postgres:14.2", "postgres", "postgres:16.4-alpine"]),
    (Kind::Service, "redis", Form::Image, &["redis:7", "redis:alpine", "redis:7.2.4"]),
    (Kind::Image, "acme/shop", Form::Image, &["acme/shop:1.2.3", "acme/shop:2.0.0", "acme/shop", "acme/shop:prod-6a8f1c2"]),
];

fn said() -> impl Strategy<Value = Said> {
    let environments = prop::sample::select(vec!["contract", "local", "ci", "demo", "staging", "prod"]);
    let scopes = prop::sample::select(vec![Scope::Run, Scope::Run, Scope::Build, Scope::Matrix, Scope::Aside]);
    let components = prop::sample::select(vec!["", "", "web", "services/api"]);
    (environments, 0..SUBJECTS.len(), 0_usize..8, scopes, components, 1_u32..400).prop_map(|(environment, subject, value, scope, component, line)| Said {
        environment,
        subject,
        value,
        scope,
        component,
        line,
    })
}

fn fact(said: &Said) -> Fact {
    let (kind, name, form, values) = *SUBJECTS.get(said.subject).expect("a subject");
    let at = At { file: FileId(0), line: said.line, column: 1, width: 3 };
    let reading = Reading::new(kind, name, *values.get(said.value % values.len()).expect("a value"), form, at).scope(said.scope);
    seal::seal(&reading, &Environment::new(said.environment), said.component, "file", &Documents::new(&Nothing, &Listing::default()), Catalog::get())
}

fn environments(facts: &[Fact]) -> Vec<Environment> {
    let mut all: Vec<Environment> = facts.iter().map(|fact| fact.environment.clone()).collect();
    all.sort_by_key(|environment| (environment.rank(), environment.name().to_owned()));
    all.dedup();
    all
}

/// Everything a verdict says, as text.
fn told(facts: &[Fact], gaps: &[Gap], environments: &[Environment]) -> Vec<(Level, String)> {
    let matrix = align(facts, gaps, environments, Catalog::get());
    let verdict = judge(&matrix, rules(), &BTreeMap::new(), Catalog::get());
    verdict
        .findings
        .iter()
        .map(|f| {
            (
                f.level,
                format!(
                    "{} {:?} {} {:?}",
                    f.rule.id,
                    f.components,
                    f.message,
                    f.cells.iter().map(|c| c.facts.iter().map(|(x, part)| (x.place.line, *part)).collect::<Vec<_>>()).collect::<Vec<_>>()
                ),
            )
        })
        .collect()
}

/// What the process would end with.
fn code(findings: &[(Level, String)], gaps: &[Gap]) -> u8 {
    match (gaps.is_empty(), findings.iter().any(|(level, _)| *level >= Level::Warning)) {
        (false, _) => 3,
        (true, true) => 1,
        (true, false) => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_environment_against_itself_is_silent(values in prop::collection::vec(0_usize..8, SUBJECTS.len())) {
        let mut facts = Vec::new();
        for environment in ["local", "ci", "staging", "prod"] {
            for (subject, value) in values.iter().enumerate() {
                facts.push(fact(&Said { environment, subject, value: *value, scope: Scope::Run, component: "", line: subject as u32 + 1 }));
            }
        }
        prop_assert_eq!(told(&facts, &[], &environments(&facts)), vec![]);
    }

    #[test]
    fn the_order_of_facts_does_not_matter(all in prop::collection::vec(said(), 1..25), seed in any::<u64>()) {
        let facts: Vec<Fact> = all.iter().map(fact).collect();
        let mut shuffled = facts.clone();
        let mut state = seed | 1;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        let columns = environments(&facts);
        prop_assert_eq!(told(&facts, &[], &columns), told(&shuffled, &[], &columns));
    }

    #[test]
    fn the_order_of_environments_changes_no_verdict(all in prop::collection::vec(said(), 1..25)) {
        let facts: Vec<Fact> = all.iter().map(fact).collect();
        let columns = environments(&facts);
        let mut reversed = columns.clone();
        reversed.reverse();
        let key = |order: &[Environment]| {
            let matrix = align(&facts, &[], order, Catalog::get());
            let verdict = judge(&matrix, rules(), &BTreeMap::new(), Catalog::get());
            let mut keys: Vec<String> = verdict.findings.iter().map(|f| format!("{} {:?} {} {:?}", f.rule.id, f.level, f.subject, f.odd_one_out)).collect();
            keys.sort();
            keys
        };
        prop_assert_eq!(key(&columns), key(&reversed));
    }

    #[test]
    fn turning_a_cell_unknown_never_improves_the_verdict(all in prop::collection::vec(said(), 1..25), which in any::<prop::sample::Index>()) {
        let facts: Vec<Fact> = all.iter().map(fact).collect();
        let columns = environments(&facts);
        let lost = which.get(&columns).clone();
        let rest: Vec<Fact> = facts.iter().filter(|fact| fact.environment != lost).cloned().collect();
        let gaps = [Gap { environment: Some(lost), source: seal::path("file"), path: seal::path("file"), line: 0, reason: "broken", required: true }];
        let (before, after) = (told(&facts, &[], &columns), told(&rest, &gaps, &columns));
        prop_assert!(code(&after, &gaps) >= code(&before, &[]));
    }

    #[test]
    fn a_fact_that_repeats_another_adds_nothing(all in prop::collection::vec(said(), 1..20)) {
        let facts: Vec<Fact> = all.iter().map(fact).collect();
        let twice: Vec<Fact> = facts.iter().chain(&facts).cloned().collect();
        let columns = environments(&facts);
        prop_assert_eq!(told(&facts, &[], &columns), told(&twice, &[], &columns));
    }
}
