//! Unknown is not absent, and a narrower question does not lose an answer.
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

use evenkeel::check::{Scope, Survey, matrix, survey, verdict};
use evenkeel::config::Config;
use evenkeel::files::WorkTree;

const DEPLOY: &str = "on: push\njobs:\n  deploy:\n    runs-on: x\n    environment: production\n    steps:\n      - uses: actions/setup-node@v4\n        with:\n          node-version: 18\n";
const TEST: &str = "on: push\njobs:\n  test:\n    runs-on: x\n    services:\n      cache:\n        image: redis:7\n    steps:\n      - uses: actions/setup-node@v4\n        with:\n          node-version: 22\n";
const APP: &str = "services:\n  web:\n    image: ghcr.io/acme/shop:1.2.0\n    restart: always\n  db:\n    image: postgres:16\n    restart: always\n";

fn look<T>(files: &[(&str, &[u8])], config: &Config, scope: &Scope, then: impl FnOnce(&Survey) -> T) -> T {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("can write");
        std::fs::write(path, bytes).expect("can write");
    }
    let view = WorkTree::open(folder.path()).expect("opens");
    then(&survey(&view, config, scope))
}

fn names(survey: &Survey) -> Vec<String> {
    survey.plan.environments.iter().map(|environment| environment.name().to_owned()).collect()
}

#[test]
fn an_environment_that_only_a_job_names_can_be_asked_for() {
    let scope = Scope { environments: vec!["prod".into()], kinds: Vec::new(), alike: false };
    look(&[(".github/workflows/deploy.yml", DEPLOY.as_bytes())], &Config::default(), &scope, |survey| {
        assert_eq!(names(survey), ["prod"]);
        assert_eq!(survey.facts.len(), 1);
    });
}

#[test]
fn the_stated_order_holds_for_environments_that_documents_name() {
    let config = Config { environments: vec!["staging".into(), "ci".into()], ..Config::default() };
    let files: [(&str, &[u8]); 2] = [(".github/workflows/deploy.yml", DEPLOY.as_bytes()), (".nvmrc", b"22\n")];
    look(&files, &config, &Scope::default(), |survey| assert_eq!(names(survey), ["staging", "ci", "local", "prod"]));
}

#[test]
fn what_an_unreadable_workflow_may_start_is_not_called_missing() {
    let missing = |files: &[(&str, &[u8])]| {
        look(files, &Config::default(), &Scope::default(), |survey| {
            let matrix = matrix(survey);
            let verdict = verdict(&matrix, &Config::default());
            verdict.findings.iter().filter(|finding| finding.rule.id == "service-missing-in-ci").count()
        })
    };
    let readable: [(&str, &[u8]); 2] = [(".github/workflows/test.yml", TEST.as_bytes()), ("compose.yaml", APP.as_bytes())];
    assert_eq!(missing(&readable), 1);
    let mut spoilt = readable.to_vec();
    spoilt.push((".github/workflows/more.yml", b"on: push\n\xff\xfe\n"));
    assert_eq!(missing(&spoilt), 0);
}
