//! Laws that hold for whatever a repository says: an environment against itself is silent, the order
//! of facts does not matter, and turning a cell unknown never improves the verdict.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs, reason = "a test")]

mod common;

use common::Nothing;
use std::collections::BTreeMap;

use evenkeel::align::align;
use evenkeel::catalog::Catalog;
use evenkeel::check::Survey;
use evenkeel::diff::{Column, State, diff, gather};
use evenkeel::files::{Documents, Listing};
use evenkeel::judge::{Level, judge, rules};
use evenkeel::model::{Content, Environment, Fact, Form, Gap, Kind, Need, Reading, Scope, Stance, Syntax};
use evenkeel::read::FORMATS;
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

/// What a place says of a variable.
#[allow(clippy::too_many_arguments, reason = "a test's own words")]
fn variable_fact(
    environment: &'static str,
    name: &str,
    stance: Stance,
    need: Need,
    content: Content,
    value: &str,
    setup: &str,
    workload: Option<&str>,
    line: u32,
) -> Fact {
    let at = At { file: FileId(0), line, column: 1, width: 3 };
    let reading = Reading::new(Kind::Env, name, value, Form::Variable(stance, need, content), at).workload(workload);
    let mut fact = seal::seal(&reading, &Environment::new(environment), "", setup, &Documents::new(&Nothing, &Listing::default()), Catalog::get());
    let format = match stance {
        Stance::Read | Stance::Dynamic => "code",
        Stance::Offered | Stance::Mentioned => "env_file",
        _ if setup.contains("compose") => "compose",
        _ => "kubernetes",
    };
    fact.format = FORMATS.iter().map(|f| f.name).find(|known| *known == format).expect("a format");
    fact.place.path = seal::path(setup);
    fact
}

const NAMES: &[&str] = &["API_URL", "API_URLS", "PAGE_SIZE", "SESSION_SECRET", "APP_DEBUG", "CACHE_ENDPOINT", "CACHE_URL", "MAIL_FROM"];
const VALUES: &[&str] = &[
    "",
    "true",
    "20",
    "https://orders.staging.acme.io",
    "https://orders.acme.io/",
    "http://localhost:3000",
    "changeme",
    "a8Fk2LmQ9x",
    "redis://cache:6379",
    "plain",
];

fn variable() -> impl Strategy<Value = Fact> {
    let set = (
        prop::sample::select(vec!["local", "ci", "demo", "staging", "prod"]),
        prop::sample::select(vec![Stance::Given, Stance::Given, Stance::Given, Stance::Offered, Stance::Used]),
        prop::sample::select(vec!["compose.yml", "k8s/web.yaml", ".env", ".env.production"]),
        prop::sample::select(vec![Some("web"), Some("worker"), None]),
        prop::sample::select(vec![Content::Literal, Content::Literal, Content::Reference, Content::Unset, Content::Default]),
    );
    let asked = (
        prop::sample::select(vec![Stance::Read, Stance::Read, Stance::Offered, Stance::Mentioned]),
        prop::sample::select(vec![Need::Required, Need::Bare, Need::Optional]),
    );
    (prop::bool::ANY, prop::sample::select(NAMES), prop::sample::select(VALUES), set, asked, 1_u32..300).prop_map(|(is_set, name, value, set, asked, line)| {
        if is_set {
            let (environment, stance, setup, workload, content) = set;
            variable_fact(environment, name, stance, Need::Bare, content, value, setup, workload, line)
        } else {
            let (stance, need) = asked;
            let (setup, content) = if stance == Stance::Offered { (".env.example", Content::Literal) } else { ("src/main.py", Content::Nothing) };
            variable_fact("contract", name, stance, need, content, value, setup, None, line)
        }
    })
}

fn any_fact() -> impl Strategy<Value = Fact> {
    prop_oneof![said().prop_map(|said| fact(&said)), variable(), variable()]
}

fn environments(facts: &[Fact]) -> Vec<Environment> {
    let mut all: Vec<Environment> = facts.iter().map(|fact| fact.environment.clone()).collect();
    all.sort_by_key(|environment| (environment.rank(), environment.name().to_owned()));
    all.dedup();
    all
}

/// Everything a verdict says, as text.
fn told(facts: &[Fact], gaps: &[Gap], environments: &[Environment]) -> Vec<(Level, String)> {
    let matrix = align(facts, &[], gaps, environments, Catalog::get());
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

/// A subject, whether it differs, and of each column whether it is the odd one and what it says.
type Side = (String, State, BTreeMap<String, (bool, Vec<String>)>);

/// What a comparison says: each subject, whether it differs, and of each column its odd one and values.
/// Letters of hidden values count in the order of the columns.
fn compared(survey: &Survey, columns: &[Environment]) -> Vec<Side> {
    let columns: Vec<Column<'_>> = columns.iter().map(|environment| Column { label: environment.clone(), environment: environment.clone(), survey }).collect();
    let gathered = gather(&columns);
    let plain = |text: &str| text.chars().filter(|c| !c.is_ascii_lowercase()).collect::<String>();
    let row = |row: &evenkeel::diff::Compared<'_>| {
        let cell = |(number, cell): (usize, &evenkeel::diff::Cell<'_>)| {
            let mut values: Vec<String> = cell.values.iter().map(|said| plain(&said.text)).collect();
            values.sort();
            (gathered.columns[number].to_string(), (row.odd == Some(number), values))
        };
        (format!("{:?} {} {}", row.kind, row.component, row.name), row.state, row.cells.iter().enumerate().map(cell).collect())
    };
    diff(&gathered).rows.iter().map(row).collect()
}

/// What the process would end with.
fn code(findings: &[(Level, String)], gaps: &[Gap]) -> u8 {
    match (gaps.is_empty(), findings.iter().any(|(level, _)| *level >= Level::Warning)) {
        (false, _) => 3,
        (true, true) => 1,
        (true, false) => 0,
    }
}

/// One place may say two things; it says them no oftener for being read twice.
#[test]
fn what_one_place_says_twice_in_turn_counts_once() {
    let mentioned = |need| variable_fact("contract", "PAGE_SIZE", Stance::Mentioned, need, Content::Nothing, "", ".env.example", None, 9);
    let read = variable_fact("contract", "SESSION_SECRET", Stance::Read, Need::Required, Content::Nothing, "", "src/main.py", None, 1);
    let facts = vec![read, mentioned(Need::Bare), mentioned(Need::Required)];
    let twice: Vec<Fact> = facts.iter().chain(&facts).cloned().collect();
    let columns = environments(&facts);
    assert_eq!(told(&facts, &[], &columns), told(&twice, &[], &columns));
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
    fn environments_that_give_the_same_are_silent(values in prop::collection::vec(prop::sample::select(vec!["20", "plain", "https://orders.acme.io", "true"]), 4)) {
        let mut facts = Vec::new();
        for (number, (name, value)) in ["API_URL", "PAGE_SIZE", "MAIL_FROM", "CACHE_URL"].into_iter().zip(values).enumerate() {
            let line = number as u32 + 1;
            facts.push(variable_fact("contract", name, Stance::Read, Need::Required, Content::Nothing, "", "src/main.py", None, line));
            facts.push(variable_fact("contract", name, Stance::Offered, Need::Bare, Content::Literal, value, ".env.example", None, line));
            for environment in ["demo", "qa", "staging", "prod"] {
                facts.push(variable_fact(environment, name, Stance::Given, Need::Bare, Content::Literal, value, "k8s/web.yaml", Some("web"), line));
            }
        }
        prop_assert_eq!(told(&facts, &[], &environments(&facts)), vec![]);
    }

    #[test]
    fn the_order_of_facts_does_not_matter(facts in prop::collection::vec(any_fact(), 1..40), seed in any::<u64>()) {
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
    fn the_order_of_environments_changes_no_verdict(facts in prop::collection::vec(any_fact(), 1..40)) {
        let columns = environments(&facts);
        let mut reversed = columns.clone();
        reversed.reverse();
        let key = |order: &[Environment]| {
            let matrix = align(&facts, &[], &[], order, Catalog::get());
            let verdict = judge(&matrix, rules(), &BTreeMap::new(), Catalog::get());
            let mut keys: Vec<String> = verdict.findings.iter().map(|f| format!("{} {:?} {} {:?}", f.rule.id, f.level, f.subject, f.odd_one_out)).collect();
            keys.sort();
            keys
        };
        prop_assert_eq!(key(&columns), key(&reversed));
    }

    #[test]
    fn turning_a_cell_unknown_never_improves_the_verdict(facts in prop::collection::vec(any_fact(), 1..40), which in any::<prop::sample::Index>()) {
        let columns = environments(&facts);
        let lost = which.get(&columns).clone();
        let rest: Vec<Fact> = facts.iter().filter(|fact| fact.environment != lost).cloned().collect();
        let gaps = [Gap { environment: Some(lost), source: seal::path("file"), path: seal::path("file"), line: 0, reason: "broken", required: true }];
        let (before, after) = (told(&facts, &[], &columns), told(&rest, &gaps, &columns));
        prop_assert!(code(&after, &gaps) >= code(&before, &[]));
    }

    #[test]
    fn a_fact_that_repeats_another_adds_nothing(facts in prop::collection::vec(any_fact(), 1..30)) {
        let twice: Vec<Fact> = facts.iter().chain(&facts).cloned().collect();
        let columns = environments(&facts);
        prop_assert_eq!(told(&facts, &[], &columns), told(&twice, &[], &columns));
    }

    #[test]
    fn an_environment_beside_itself_differs_nowhere(facts in prop::collection::vec(any_fact(), 1..40), times in 2_usize..4, which in any::<prop::sample::Index>()) {
        let environment = which.get(&environments(&facts)).clone();
        let survey = Survey { facts, ..Survey::default() };
        let same = |(_, state, _): &Side| !state.is_difference();
        prop_assert!(compared(&survey, &vec![environment.clone(); times]).iter().all(same));
        // Under two names it is still one.
        let other = Environment::new("other");
        let mut columns = vec![Column { label: environment.clone(), environment: environment.clone(), survey: &survey }];
        columns.push(Column { label: other, environment, survey: &survey });
        let gathered = gather(&columns);
        prop_assert_eq!(diff(&gathered).differences(), 0);
    }

    #[test]
    fn the_order_of_columns_only_permutes_them(facts in prop::collection::vec(any_fact(), 1..40), turn in 0_usize..6) {
        let columns = environments(&facts);
        let mut turned = columns.clone();
        turned.reverse();
        let by = turn % turned.len();
        turned.rotate_left(by);
        let survey = Survey { facts, ..Survey::default() };
        prop_assert_eq!(compared(&survey, &columns), compared(&survey, &turned));
    }

    #[test]
    fn an_unknown_environment_makes_no_difference_of_its_own(facts in prop::collection::vec(any_fact(), 1..40), which in any::<prop::sample::Index>()) {
        let columns = environments(&facts);
        let lost = which.get(&columns).clone();
        let rest: Vec<Fact> = facts.into_iter().filter(|fact| fact.environment != lost).collect();
        let others: Vec<Environment> = columns.iter().filter(|environment| **environment != lost).cloned().collect();
        let gaps = vec![Gap { environment: Some(lost), source: seal::path("file"), path: seal::path("file"), line: 0, reason: "broken", required: true }];
        let survey = Survey { facts: rest, gaps, ..Survey::default() };
        let differ = |rows: Vec<Side>| rows.into_iter().filter(|row| row.1.is_difference()).map(|row| row.0).collect::<Vec<_>>();
        prop_assert_eq!(differ(compared(&survey, &columns)), differ(compared(&survey, &others)));
    }
}
