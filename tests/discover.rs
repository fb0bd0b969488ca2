//! Which environment a file belongs to, told from the tree alone. Each story is a small repository
//! and what the plan must say of it.
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

use std::path::Path;

use evenkeel::check::{Scope, survey};
use evenkeel::config::Config;
use evenkeel::files::WorkTree;

const APP: &str = "services:\n  web:\n    image: ghcr.io/acme/shop:1.2.0\n    restart: always\n  db:\n    image: postgres:16\n    restart: always\n";
const BUILD: &str = "services:\n  web:\n    build: .\n    volumes: [\"./src:/app/src\"]\n  db:\n    image: postgres:16\n";
const LAYER: &str = "services:\n  web:\n    environment:\n      LOG: debug\n";

fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("can write");
        std::fs::write(path, text).expect("can write");
    }
    folder
}

/// `environment: file + layer (component)`, one line a source.
fn plan(root: &Path) -> Vec<String> {
    let view = WorkTree::open(root).expect("opens");
    let survey = survey(&view, &Config::default(), &Scope::default());
    let component = |name: &str| if name.is_empty() { String::new() } else { format!(" ({name})") };
    survey.plan.sources.iter().map(|s| format!("{}: {}{}", s.environment, s.files.join(" + "), component(&s.component))).collect()
}

fn says(files: &[(&str, &str)], expected: &[&str]) {
    let folder = repository(files);
    assert_eq!(plan(folder.path()), expected);
}

#[test]
fn a_root_file_that_keeps_a_published_application_running_is_production() {
    says(&[("docker-compose.yml", APP)], &["prod: docker-compose.yml"]);
}

#[test]
fn a_root_file_that_builds_and_mounts_source_is_local() {
    says(&[("docker-compose.yml", BUILD)], &["local: docker-compose.yml"]);
}

#[test]
fn an_override_and_a_deployed_layer_part_local_from_production() {
    says(
        &[("compose.yaml", APP), ("compose.override.yaml", LAYER), ("compose.deploy.yaml", LAYER)],
        &["local: compose.yaml + compose.override.yaml", "prod: compose.yaml + compose.deploy.yaml"],
    );
}

#[test]
fn a_development_layer_leaves_the_base_to_production() {
    says(
        &[("docker-compose.yml", BUILD), ("docker-compose.dev.yml", LAYER)],
        &["local: docker-compose.yml + docker-compose.dev.yml", "prod: docker-compose.yml"],
    );
}

#[test]
fn what_a_workflow_starts_is_what_ci_runs() {
    let workflow = "on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: docker compose -f docker-compose.build.yml up -d\n";
    says(&[(".github/workflows/test.yml", workflow), ("docker-compose.build.yml", BUILD)], &["ci: .github/workflows/test.yml", "ci: docker-compose.build.yml"]);
}

#[test]
fn overlays_belong_to_their_folders_and_bases_to_their_overlays() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: acme/web:1.0.0\n";
    let base = "resources:\n  - web.yaml\n";
    let overlay = "resources:\n  - ../../base\n";
    says(
        &[
            ("deploy/base/web.yaml", deployment),
            ("deploy/base/kustomization.yaml", base),
            ("deploy/overlays/staging/kustomization.yaml", overlay),
            ("deploy/overlays/production/kustomization.yaml", overlay),
            ("deploy/overlays/dev/kustomization.yaml", overlay),
        ],
        &[
            "dev: deploy/overlays/dev/kustomization.yaml",
            "staging: deploy/overlays/staging/kustomization.yaml",
            "prod: deploy/overlays/production/kustomization.yaml",
        ],
    );
}

#[test]
fn what_no_list_names_beside_what_it_names_is_not_deployed() {
    let deployment = |name: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          image: acme/{name}:1.0.0\n"
        )
    };
    let (web, old, alone) = (deployment("web"), deployment("old"), deployment("alone"));
    says(
        &[("k8s/app/web.yaml", &web), ("k8s/app/old.yaml", &old), ("k8s/app/kustomization.yaml", "resources: [web.yaml]\n"), ("k8s/alone/alone.yaml", &alone)],
        &["prod: k8s/alone/alone.yaml (k8s/alone)", "prod: k8s/app/kustomization.yaml (k8s/app)"],
    );
}

#[test]
fn values_of_an_environment_lie_over_those_of_their_chart() {
    let (chart, values) = ("apiVersion: v2\nname: shop\nversion: 1.0.0\n", "image: acme/shop:1.0.0\n");
    says(
        &[
            ("helm_deploy/shop/Chart.yaml", chart),
            ("helm_deploy/shop/values.yaml", values),
            ("helm_deploy/shop/charts/db/Chart.yaml", chart),
            ("helm_deploy/shop/charts/db/values.yaml", values),
            ("helm_deploy/shop/ci/some-values.yaml", values),
            ("helm_deploy/values-common.yaml", values),
            ("helm_deploy/values-dev.yaml", values),
            ("helm_deploy/values-prod.yaml", values),
            ("web/chart/Chart.yaml", chart),
            ("web/chart/values.yaml", "image: acme/web:1.0.0\ncommand: 'run {{ .Values.x }}'\n"),
            ("strings/values.yaml", values),
            ("strings/values-de.yaml", values),
        ],
        &["dev: helm_deploy/values-dev.yaml", "prod: helm_deploy/values-prod.yaml", "prod: web/chart/values.yaml (web)"],
    );
}

#[test]
fn an_env_file_that_a_generator_takes_leaves_its_neighbours_deployed() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n      image: acme/web:1.0.0\n";
    says(
        &[
            ("k8s/kustomization.yaml", "configMapGenerator:\n  - name: web\n    envs: [parts/web.properties]\n"),
            ("k8s/parts/web.properties", "A=b\n"),
            ("k8s/parts/pod.yaml", pod),
        ],
        &["prod: k8s/kustomization.yaml", "prod: k8s/parts/pod.yaml (k8s/parts)"],
    );
}

#[test]
fn a_folder_below_a_workspace_is_a_component_whatever_its_name() {
    says(
        &[("apps/live/Dockerfile", "FROM node:22\n"), ("apps/api/Dockerfile.dev", "FROM node:22\n"), ("apps/api/tests/Dockerfile", "FROM node:22\n")],
        &["local: apps/api/Dockerfile.dev (apps/api)", "ci: apps/api/tests/Dockerfile (apps/api)", "prod: apps/live/Dockerfile (apps/live)"],
    );
}

#[test]
fn examples_and_documentation_are_nobodys_environment() {
    says(&[("examples/docker-compose.yml", APP), ("docs/Dockerfile", "FROM node:22\n")], &[]);
}

#[cfg(unix)]
#[test]
fn two_links_to_one_file_are_one_file() {
    let folder = repository(&[("docker-compose.yml", APP)]);
    std::os::unix::fs::symlink("docker-compose.yml", folder.path().join("docker-compose.staging.yml")).expect("can link");
    assert_eq!(plan(folder.path()), ["prod: docker-compose.yml"]);
}

#[test]
fn an_env_file_is_whose_its_name_says_and_a_template_everybodys() {
    let text = "A1=1\nB1=2\nC1=3\n";
    let files = [
        ".env",
        ".env.ci",
        ".env.development",
        ".env.dist",
        ".env.production",
        ".env.production.example",
        ".env.staging",
        ".env.test",
        ".envrc",
        ".envs/.production/.django",
        "api/.example.env",
        "api/.flaskenv",
        "api/package.json",
        "docs/.env",
        "src/env.ts",
    ];
    let files = files.map(|path| (path, if path.ends_with(".json") { "{}" } else { text }));
    says(
        &files,
        &[
            "contract: .env.dist",
            "contract: .env.production.example",
            "contract: api/.example.env (api)",
            "contract: api/package.json (api)",
            "local: .env",
            "local: .env.development",
            "local: .envrc",
            "local: api/.flaskenv (api)",
            "ci: .env.ci",
            "ci: .env.test",
            "staging: .env.staging",
            "prod: .env.production",
            "prod: .envs/.production/.django",
        ],
    );
}

#[test]
fn a_platforms_manifest_is_production_unless_its_name_says_otherwise_or_it_gives_nothing() {
    says(
        &[("fly.toml", "[env]\nA = \"1\"\n"), ("fly.staging.toml", "[env]\nA = \"2\"\n"), ("app.json", "{ \"expo\": {} }\n")],
        &["staging: fly.staging.toml", "prod: fly.toml"],
    );
}

#[test]
fn a_database_that_developers_alone_build_is_theirs() {
    const STACK: &str = "services:\n  web:\n    build: .\n    volumes: [\"./src:/app/src\"]\n  db:\n    build: docker/db\n";
    let db = ("docker/db/Dockerfile", "ARG LINE=16\nFROM postgres:$LINE AS plain\nFROM plain\nRUN install-extensions\n");
    let app = ("Dockerfile", "FROM node:22\n");
    says(&[("docker-compose.yml", STACK), db, app], &["local: docker-compose.yml", "local: docker/db/Dockerfile (docker/db)", "prod: Dockerfile"]);
    // Where somebody else builds it as well, or nobody, it may be deployed.
    let ship = (".github/workflows/ship.yml", "on: push\njobs:\n  ship:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: docker build docker/db\n");
    says(
        &[("docker-compose.yml", STACK), db, app, ship],
        &["local: docker-compose.yml", "ci: .github/workflows/ship.yml", "prod: Dockerfile", "prod: docker/db/Dockerfile (docker/db)"],
    );
    says(&[db], &["prod: docker/db/Dockerfile (docker/db)"]);
}
