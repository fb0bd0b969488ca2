//! `evenkeel.toml`: what a team states changes the plan and the verdict as it says.
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

use std::path::Path;

use evenkeel::check::{Scope, Survey, matrix, survey, verdict};
use evenkeel::config::{Config, parse};
use evenkeel::files::WorkTree;
use evenkeel::judge::{Level, rules};

const COMPOSE: &str = "services:\n  db:\n    image: postgres:16\n  cache:\n    image: redis:alpine\n";
const CI: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      db:\n        image: postgres:14\n      cache:\n        image: redis:7\n    steps: []\n";

fn read(text: &str) -> Config {
    let known: Vec<&str> = rules().iter().map(|rule| rule.id.as_str()).collect();
    parse(text, &known).expect("a good configuration")
}

fn wrong(text: &str) -> String {
    let known: Vec<&str> = rules().iter().map(|rule| rule.id.as_str()).collect();
    parse(text, &known).expect_err("a bad configuration").to_string()
}

fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().expect("in the folder")).expect("can make the folder");
        std::fs::write(file, text).expect("can write");
    }
    folder
}

fn look(folder: &Path, configuration: &str) -> (Survey, Config) {
    let config = read(configuration);
    (survey(&WorkTree::open(folder).expect("a folder"), &config, &Scope::default()), config)
}

fn environments(survey: &Survey) -> Vec<&str> {
    survey.plan.environments.iter().map(evenkeel::model::Environment::name).collect()
}

/// Where the plan puts a file: its environment, component and reason.
fn placed<'s>(survey: &'s Survey, path: &str) -> Option<(&'s str, &'s str, &'s str)> {
    let source = survey.plan.sources.iter().find(|source| source.files.last().is_some_and(|file| file == path))?;
    Some((source.environment.name(), &source.component, source.why))
}

/// Rule and level of every finding.
fn told(folder: &Path, configuration: &str) -> Vec<(String, Level)> {
    let (survey, config) = look(folder, configuration);
    let matrix = matrix(&survey);
    verdict(&matrix, &config).findings.iter().map(|finding| (finding.rule.id.clone(), finding.level)).collect()
}

#[test]
fn nothing_has_to_be_said() {
    let config = read("");
    assert!(config.environments.is_empty() && config.sources.is_empty() && config.components.is_empty() && config.rules.is_empty());
    assert_eq!(config.gate, None);
}

#[test]
fn environments_come_in_the_order_that_is_stated() {
    let folder = repository(&[("compose.yaml", COMPOSE), (".github/workflows/ci.yml", CI), ("package.json", "{ \"engines\": { \"node\": \">=20\" } }")]);
    assert_eq!(environments(&look(folder.path(), "").0), ["contract", "local", "ci"]);
    let stated = look(folder.path(), "environments = [\"ci\", \"qa\", \"local\", \"prod\"]\n").0;
    assert_eq!(environments(&stated), ["contract", "ci", "qa", "local", "prod"]);
    // Who is not named stands after those who are.
    assert_eq!(environments(&look(folder.path(), "environments = [\"ci\"]\n").0), ["contract", "ci", "local"]);
}

#[test]
fn files_belong_to_the_environment_that_is_stated() {
    let folder = repository(&[("compose.yaml", COMPOSE), ("ops/a/compose.yaml", COMPOSE), ("ops/b/deep/compose.yaml", COMPOSE)]);
    let configuration =
        "[[source]]\nenvironment = \"sandbox\"\nfiles = [\"ops/**\"]\n\n[[source]]\nenvironment = \"prod\"\nfiles = [\"compose.yaml\", \"ops/a/*\"]\n";
    let (survey, _) = look(folder.path(), configuration);
    // The first that matches decides.
    assert_eq!(placed(&survey, "ops/a/compose.yaml").map(|placed| placed.0), Some("sandbox"));
    assert_eq!(placed(&survey, "ops/b/deep/compose.yaml").map(|placed| placed.0), Some("sandbox"));
    assert_eq!(placed(&survey, "compose.yaml").map(|placed| (placed.0, placed.2)), Some(("prod", "stated in evenkeel.toml")));
    assert_eq!(environments(&survey), ["sandbox", "prod"]);
    assert!(survey.facts.iter().all(|fact| fact.environment.name() != "local"));
}

#[test]
fn folders_are_one_component_where_that_is_stated() {
    let folder = repository(&[("web/Dockerfile", "FROM node:20\n"), ("frontend/.nvmrc", "18\n"), ("web/package.json", "{}"), ("frontend/package.json", "{}")]);
    let apart = look(folder.path(), "").0;
    assert_eq!(placed(&apart, "frontend/.nvmrc").map(|placed| placed.1), Some("frontend"));
    assert!(!told(folder.path(), "").iter().any(|(rule, _)| rule == "runtime-major-match"));
    let configuration = "[components]\nweb = [\"frontend\"]\n";
    let together = look(folder.path(), configuration).0;
    assert_eq!(placed(&together, "frontend/.nvmrc").map(|placed| placed.1), Some("web"));
    assert!(told(folder.path(), configuration).iter().any(|(rule, _)| rule == "runtime-major-match"));
}

#[test]
fn what_is_ignored_is_left_out_and_said_to_be() {
    let folder = repository(&[("compose.yaml", COMPOSE), (".github/workflows/ci.yml", CI), ("ops/compose.yaml", "services: [broken")]);
    assert!(!look(folder.path(), "").0.gaps.is_empty());
    let (survey, _) = look(folder.path(), "ignore = [\"ops/**\"]\n");
    assert!(survey.gaps.is_empty());
    assert_eq!(survey.plan.left_out, [("ops/compose.yaml".to_owned(), "ignored by evenkeel.toml")]);
    assert_eq!(placed(&survey, "ops/compose.yaml"), None);
}

#[test]
fn rules_are_switched_off_and_take_other_levels() {
    let folder = repository(&[("compose.yaml", COMPOSE), (".github/workflows/ci.yml", CI)]);
    let plain = told(folder.path(), "");
    assert_eq!(plain, [("service-major-match".to_owned(), Level::Error), ("service-floating".to_owned(), Level::Warning)]);
    let off = told(folder.path(), "[rules]\nservice-major-match = \"off\"\n");
    assert_eq!(off, [("service-floating".to_owned(), Level::Warning)]);
    let changed = told(folder.path(), "[rules]\nservice-major-match = \"info\"\nservice-floating = \"error\"\n");
    assert_eq!(changed, [("service-floating".to_owned(), Level::Error), ("service-major-match".to_owned(), Level::Info)]);
}

#[test]
fn the_gate_is_a_level() {
    assert_eq!(read("gate = \"error\"\n").gate, Some(Level::Error));
    assert_eq!(read("gate = \"info\"\n").gate, Some(Level::Info));
    assert_eq!(wrong("\ngate = \"never\"\n"), "evenkeel.toml:2: a level is one of error, warning, info, off");
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_without_its_words() {
    for (text, line) in [
        ("gates = \"error\"\n", 1),
        ("environments = [\"local\"]\n\n[rule]\n", 3),
        ("[[source]]\nenvironment = \"prod\"\nfile = []\n", 3),
        ("[rules]\nservice-flaoting = \"off\"\n", 2),
        ("environments = [\"local\",\n  \"the office\"]\n", 2),
        ("ignore = [\n  \"a/**\",\n  \"b/[\",\n]\n", 3),
        ("[rules]\n\nservice-floating = \"fatal\"\n", 3),
        ("gate = \"error\"\ngate = \"error\"\n", 2),
        ("gate = \n", 1),
    ] {
        let message = wrong(text);
        assert!(message.starts_with(&format!("evenkeel.toml:{line}: ")), "{text:?}: {message}");
        assert!(!["gates", "flaoting", "office", "b/[", "fatal"].iter().any(|word| message.contains(word)), "{message}");
    }
}
