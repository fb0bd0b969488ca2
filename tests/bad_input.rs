//! Whatever a repository holds, nothing panics, nothing hangs, nothing reaches out of the tree, and
//! what could not be read is said. Each case spoils one file of every kind that a format claims.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test")]

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use evenkeel::catalog::Catalog;
use evenkeel::files::{Components, Documents, FileView as _, Unreadable, WorkTree};
use evenkeel::model::Environment;
use evenkeel::read::{Claim, FORMATS, Format, Input, Output, Started, Variable};
use evenkeel::seal;
use evenkeel::syntax::{At, Node};
use tempfile::TempDir;

/// What one case may take, in a debug build on a busy machine.
const BOUND: Duration = Duration::from_secs(120);

/// From when on a single file is worth a remark.
const SLOW: Duration = Duration::from_secs(1);

/// How many places and readings of one file are looked at closely.
const SAMPLE: usize = 200;

/// How deep the nested cases nest.
const DEEP: usize = 100_000;

const COMPOSE: &str = "services:\n  web:\n    build: .\n  db: &db\n    image: postgres:${PG:-16}\n    env_file: .env\n  db2:\n    <<: *db\n";
const WORKFLOW: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    strategy:\n      matrix:\n        node: [20, 22]\n    env:\n      X: ${{ secrets.X }}\n    services:\n      db:\n        image: postgres:16\n    steps:\n      - uses: actions/setup-node@v4\n        with:\n          node-version: ${{ matrix.node }}\n      - run: docker compose up -d\n      - run: |\n          cp .env.example .env\n          printf 'A=%s\\n' \"$X\" >> .env\n          cat <<EOF >> .env\n          B=22\n          EOF\n";
const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: redis:7.4\n        - name: app\n          image: acme/app:1\n          envFrom: [{ configMapRef: { name: c } }]\n          env: [{ name: A, value: b }]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata: { LOG_LEVEL: info }\n";
const KUSTOMIZATION: &str = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ../k8s/app.yaml\nimages:\n  - name: redis\n    newTag: 7.2\nconfigMapGenerator:\n  - name: c\n    behavior: merge\n    literals: [LOG_LEVEL=debug]\n    envs: [app.properties]\n";
const DOCKERFILE: &str = "ARG NODE=22\nFROM node:${NODE}-alpine AS build\nRUN <<EOF\nnpm install -g pnpm@9\nEOF\nFROM build\nENV NODE_VERSION=22.1 \\\n  X=1\nCOPY --from=build /a /b\n";
const SCRIPT: &str = "#!/usr/bin/env bash\nset -e\napt-get install -y nodejs\nexport X=\"${X:-22}\"\n: \"${Y:?no}\" $(cat <<EOF\n$Z\nEOF\n)\necho \"A=22\" >> .env\ndocker run -d --name db postgres:16 && docker compose -f compose.yaml up -d\n";
const PACKAGE: &str = r#"{ "name": "web", "packageManager": "pnpm@9.12.3", "engines": { "node": ">=20" }, "volta": { "node": "22.1.0" } }"#;
const DEVCONTAINER: &str = "{\n  // remote\n  \"image\": \"mcr.microsoft.com/devcontainers/python:1-3.12\",\n  \"features\": { \"ghcr.io/devcontainers/features/node:1\": { \"version\": \"22\" } },\n  \"containerEnv\": { \"X\": \"${localEnv:X:22}\" },\n  \"runArgs\": [\"-e\", \"Y=22\", \"--env-file=.env\"],\n}\n";
const GITLAB: &str = "include: /ci/more.yml\nimage: node:22\nservices:\n  - postgres:$PG\nvariables:\n  PG: 16\n  A: $B\n  B: $A\n.base:\n  extends: test\n  before_script: [npm i -g pnpm@9]\ntest:\n  extends: .base\n  parallel:\n    matrix:\n      - X: [22, 21]\n  environment: { name: review/$X }\n  script:\n    - !reference [.base, before_script]\n    - docker compose up -d\n    - |\n      cat <<EOF >> .env\n      B=$X\n      EOF\n";
const CIRCLECI: &str = "version: 2.1\nparameters:\n  pg: { default: 16 }\norbs:\n  node: circleci/node@5\nexecutors:\n  web:\n    parameters: { tag: { default: '22' } }\n    docker: &images\n      - image: cimg/node:<< parameters.tag >>\n      - image: cimg/postgres:<< pipeline.parameters.pg >>\n    environment: [{ X: 22 }]\ncommands:\n  up:\n    parameters: { then: { type: steps, default: [] } }\n    steps:\n      - up: { then: [up] }\n      - steps: << parameters.then >>\njobs:\n  test:\n    parameters: { node: { default: '22' } }\n    executor: { name: web, tag: << parameters.node >> }\n    steps:\n      - checkout\n      - node/install: { node-version: << parameters.node >> }\n      - when:\n          condition: { not: { equal: [22, << parameters.node >>] } }\n          steps: [up]\n      - run: |\n          echo 'export A=<< parameters.node >>' >> $BASH_ENV\n          cat \\<<EOF >> .env\n          B=22\n          EOF\nworkflows:\n  all:\n    jobs:\n      - test:\n          matrix: { parameters: { node: ['22', '20'] } }\n";
const TOOLS: &str = "[tools]\nnode = \"22\"\npython = [\"3.12\", \"3.11\"]\n\n[env]\nX = \"1\"\n";
const PYPROJECT: &str = "[project]\nname = \"web\"\nrequires-python = \">=3.12,<3.14\"\n\n[tool.uv]\nrequired-version = \">=0.5\"\n\n[tool.pytest.ini_options]\nenv = \"\"\"\n  X=22\n  D:Y={z}\n\"\"\"\n";
const HJSON: &str =
    "# Hjson\nport: 22\nlog: { level: 'info', format: \"\\u0022\" }\nhosts: [\n  a.internal // one\n]\nnote:\n  \'\'\'\n  of 22 lines\n  \'\'\'\n";
const TERRAFORM: &str = "terraform {\n  required_version = \">= 1.9\"\n}\n\nresource \"aws_db_instance\" \"db\" {\n  engine         = \"postgres\"\n  engine_version = \"16.4\"\n}\n";

/// A file of every kind that a format claims, or may claim one day, and what stands in it when all
/// is well.
const FILES: &[(&str, &str)] = &[
    ("compose.yaml", COMPOSE),
    ("compose.override.yaml", COMPOSE),
    ("docker-compose.prod.yml", COMPOSE),
    ("docker-stack.yml", COMPOSE),
    ("Dockerfile", DOCKERFILE),
    ("web/Dockerfile.dev", DOCKERFILE),
    ("Containerfile", DOCKERFILE),
    (".github/workflows/ci.yml", WORKFLOW),
    (".github/actions/setup/action.yml", "runs:\n  using: composite\n  steps:\n    - uses: actions/setup-node@v4\n      with:\n        node-version: 22\n"),
    ("src/config.ts", "const key = process.env.API_KEY ?? 'none';\nexport const url = `http://${process.env.HOST || 'localhost'}/`;\n"),
    ("app/settings.py", "import os\nKEY = os.environ['API_KEY']\nURL = f\"http://{os.getenv('HOST', 'localhost')}\"\n"),
    ("cmd/main.go", "package main\n\ntype c struct {\n\tPort int `env:\"PORT,required\"`\n}\n\nvar key = os.Getenv(\"API_KEY\")\n"),
    ("src/main.rs", "#[arg(long, env = \"HOST\")]\nhost: String,\nlet key = std::env::var(\"API_KEY\")?;\n"),
    ("config/settings.rb", "KEY = ENV.fetch('API_KEY') { 'none' }\n%w[HOST PORT].each { |name| ENV[name] }\n"),
    ("src/main/resources/application.yml", "app:\n  key: ${API_KEY:${OLD_KEY:none}}\n"),
    ("config/staging.hjson", HJSON),
    ("config/production.hjson", HJSON),
    (".gitlab-ci.yml", GITLAB),
    (".circleci/config.yml", CIRCLECI),
    (".travis.yml", "language: node_js\nnode_js:\n  - 22\nservices:\n  - postgresql\n"),
    ("azure-pipelines.yml", "steps:\n  - task: NodeTool@0\n    inputs:\n      versionSpec: 22.x\n"),
    ("bitbucket-pipelines.yml", "image: node:22\npipelines:\n  default:\n    - step:\n        script: [npm test]\n"),
    (".gitpod.yml", "image: node:22\ntasks:\n  - init: npm ci\n"),
    (".devcontainer/devcontainer.json", DEVCONTAINER),
    ("k8s/app.yaml", DEPLOYMENT),
    ("deploy/kustomization.yaml", KUSTOMIZATION),
    ("deploy/overlays/prod/kustomization.yaml", "resources:\n  - ../../\nimages:\n  - name: redis\n    newTag: 7.4\n"),
    ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n  - name: postgresql\n    version: 16.x\n"),
    ("chart/values.yaml", "image:\n  repository: redis\n  tag: \"7.4\"\nenv:\n  LOG_LEVEL: info\n"),
    ("chart/values-prod.yaml", "image:\n  tag: \"7.2\"\nextraEnv:\n  - name: A\n    value: b\n"),
    ("chart/templates/web.yaml", "image: {{ .Values.image.repository }}\n"),
    (".nvmrc", "lts/jod\n"),
    (".node-version", "v22.1.0\n"),
    (".python-version", "3.12\n3.11\n"),
    (".ruby-version", "ruby-3.3.0\n"),
    (".java-version", "21\n"),
    (".go-version", "1.23.1\n"),
    (".terraform-version", "1.9.0\n"),
    (".sdkmanrc", "java=21.0.4-tem\n"),
    (".tool-versions", "nodejs 22.1.0\npython 3.12.1 3.11.0\n"),
    ("mise.toml", TOOLS),
    (".mise.toml", TOOLS),
    ("rust-toolchain", "1.88\n"),
    ("rust-toolchain.toml", "[toolchain]\nchannel = \"1.88\"\n"),
    ("Cargo.toml", "[package]\nname = \"web\"\nrust-version = \"1.88\"\n"),
    ("package.json", PACKAGE),
    ("pyproject.toml", PYPROJECT),
    ("Pipfile", "[requires]\npython_version = \"3.12\"\n"),
    ("pytest.ini", "[pytest]\nenv =\n    X=22\n    D:Y = {z}\n"),
    ("tox.ini", "[testenv]\nset_env =\n    X = {env:X:22}\n"),
    ("phpunit.xml", "<phpunit>\n  <php>\n    <env name=\"X\" value=\"22\"/>\n  </php>\n</phpunit>\n"),
    ("runtime.txt", "python-3.12.1\n"),
    ("go.mod", "module example.org/web\n\ngo 1.23.0\n\ntoolchain go1.23.4\n"),
    ("go.work", "go 1.23.0\n\nuse ./web\n"),
    ("Gemfile", "source 'https://rubygems.org'\nruby '~> 3.3'\ngem 'pg'\n"),
    ("composer.json", r#"{ "require": { "php": "~8.2" } }"#),
    ("global.json", r#"{ "sdk": { "version": "9.0.100", "rollForward": "latestFeature" } }"#),
    ("src/Web.csproj", "<Project>\n  <PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup>\n</Project>\n"),
    ("pom.xml", "<project>\n  <properties><java.version>21</java.version></properties>\n</project>\n"),
    ("build.gradle", "java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }\n"),
    ("build.gradle.kts", "java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }\n"),
    (
        "Directory.Packages.props",
        "<Project>\n  <ItemGroup><PackageVersion Include=\"Microsoft.EntityFrameworkCore\" Version=\"9.0.1\" /></ItemGroup>\n</Project>\n",
    ),
    (".config/dotnet-tools.json", r#"{ "version": 1, "tools": { "dotnet-ef": { "version": "9.0.1" } } }"#),
    (
        "package-lock.json",
        "{\n  \"lockfileVersion\": 3,\n  \"packages\": {\n    \"node_modules/loom\": {\n      \"engines\": {\n        \"node\": \">=22\"\n      }\n    }\n  }\n}\n",
    ),
    (
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      loom:\n        version: 1.2.3\npackages:\n  loom@1.2.3:\n    engines: {node: '>=22'}\n",
    ),
    ("gradle/wrapper/gradle-wrapper.properties", "distributionUrl=https\\://services.gradle.org/distributions/gradle-8.10-bin.zip\n"),
    ("mix.exs", "defmodule Web.MixProject do\n  def project, do: [elixir: \"~> 1.17\"]\nend\n"),
    ("pubspec.yaml", "name: web\nenvironment:\n  sdk: ^3.5.0\n"),
    ("netlify.toml", "[build.environment]\nNODE_VERSION = \"22\"\n"),
    ("vercel.json", r#"{ "functions": { "api/x.js": { "runtime": "nodejs22.x" } } }"#),
    ("fly.toml", "app = \"web\"\n[build]\nimage = \"redis:7.4\"\n"),
    ("render.yaml", "services:\n  - type: web\n    envVars:\n      - key: NODE_VERSION\n        value: 22.1.0\n"),
    ("app.json", r#"{ "stack": "heroku-24", "addons": ["heroku-postgresql"] }"#),
    ("app.yaml", "runtime: python312\n"),
    ("serverless.yml", "provider:\n  name: aws\n  runtime: nodejs22.x\n"),
    ("template.yaml", "Resources:\n  Web:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: python3.12\n"),
    ("main.tf", TERRAFORM),
    ("appsettings.json", r#"{ "ConnectionStrings": { "Default": "Host=localhost" } }"#),
    ("docker-bake.hcl", "target \"web\" {\n  args = { NODE = \"22\" }\n}\n"),
    ("skaffold.yaml", "apiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n    - image: web\n"),
    ("Makefile", "up:\n\tdocker compose -f compose.yaml up -d\n"),
    ("justfile", "up:\n  docker compose up -d\n"),
    ("Procfile", "web: node server.js\n"),
    ("scripts/setup.sh", SCRIPT),
    ("bin/setup", SCRIPT),
    (".env", "PG=16\nNODE_VERSION=22\nexport X=\"a b\"\n"),
    (".env.example", "PG=\nNODE_VERSION=22\n"),
    ("deploy/web.service", "[Service]\nEnvironment=NODE_VERSION=22 \\\n  \"X=a b\"\nEnvironmentFile=-/etc/web.env\nPassEnvironment=LANG\n"),
    ("wrangler.toml", "[vars]\nPG = \"16\"\n[env.staging.vars]\nPG = \"15\"\n"),
    ("infra/prod/main.tf", ROOT),
    ("infra/prod/terraform.tfvars", "postgres_version = 22\nenvironment = { PG = \"16\" }\n"),
    ("infra/.terraform.lock.hcl", "provider \"registry.terraform.io/acme/cloud\" {\n  version = \"1.22.0\"\n}\n"),
    ("task-definition.json", r#"{ "containerDefinitions": [{ "name": "web", "environment": [{ "name": "PG", "value": "16" }] }] }"#),
];

const ROOT: &str = r#"terraform {
  required_version = ">= 1.6"
  required_providers {
    cloud = { source = "acme/cloud", version = "~> 1.22" }
  }
}
variable "postgres_version" { default = 16 }
locals {
  tag = "22"
}
module "db" {
  source           = "../prod"
  postgres_version = var.postgres_version
}
module "cache" {
  source = "git::https://git.acme.test/modules//redis?ref=v1.22.0"
}
resource "acme_app" "web" {
  image       = "acme/web:${local.tag}"
  environment = merge({ PG = "22" }, var.environment)
}
"#;

/// One way to spoil a repository.
struct Case {
    name: &'static str,
    /// Puts the spoilt file into the tree.
    put: fn(root: &Path, path: &str, sound: &str),
    /// What opening the files must answer, where that is certain.
    answer: Option<Unreadable>,
}

const fn text(name: &'static str, put: fn(&Path, &str, &str)) -> Case {
    Case { name, put, answer: None }
}

const CASES: &[Case] = &[
    text("sound", |root, path, sound| write(root, path, sound)),
    text("cut after a third", |root, path, sound| write(root, path, head(sound, 3))),
    text("cut in half", |root, path, sound| write(root, path, head(sound, 2))),
    text("without the last bytes", |root, path, sound| write(root, path, sound.get(..sound.len() - 3).unwrap_or(sound))),
    text("empty", |root, path, _| write(root, path, "")),
    text("only blank lines", |root, path, _| write(root, path, "\n \n\t\n")),
    text("byte order mark", |root, path, sound| write(root, path, format!("\u{feff}{sound}"))),
    text("carriage returns", |root, path, sound| write(root, path, sound.replace('\n', "\r\n"))),
    text("carriage returns alone", |root, path, sound| write(root, path, sound.replace('\n', "\r"))),
    text("another file's content", |root, path, _| write(root, path, SCRIPT)),
    text("wide characters", |root, path, sound| write(root, path, sound.replace("22", "２２\u{301}").replace(' ', " \u{a0}"))),
    Case { name: "NUL bytes", put: |root, path, sound| write(root, path, format!("\0{sound}\0")), answer: Some(Unreadable::Binary) },
    Case { name: "Latin-1", put: |root, path, sound| write(root, path, [sound.as_bytes(), b"# caf\xe9\n"].concat()), answer: Some(Unreadable::Encoding) },
    text("bomb of aliases", |root, path, _| write(root, path, bomb())),
    text("bomb of merge keys", |root, path, _| write(root, path, merge_bomb())),
    text("bomb of variables", |root, path, _| write(root, path, variable_bomb())),
    text("100,000 open brackets", |root, path, _| write(root, path, "[".repeat(DEEP))),
    text("100,000 open braces", |root, path, _| write(root, path, "{".repeat(DEEP))),
    text("100,000 nested objects", |root, path, _| write(root, path, r#"{"a":"#.repeat(DEEP))),
    text("100,000 nested and closed lists", |root, path, _| write(root, path, format!("a = {}{}\n", "[".repeat(DEEP), "]".repeat(DEEP)))),
    text("100,000 dashes", |root, path, _| write(root, path, "- ".repeat(DEEP))),
    text("100,000 question marks", |root, path, _| write(root, path, "? ".repeat(DEEP))),
    text("deep indentation", |root, path, _| write(root, path, (0..1_500).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>())),
    text("100,000 dotted keys", |root, path, _| write(root, path, format!("{}a = 1\n[{}a]\n", "a.".repeat(DEEP), "b.".repeat(DEEP)))),
    text("100,000 nested variables", |root, path, _| write(root, path, format!("FROM {}\n", "${A:-".repeat(DEEP)))),
    text("100,000 nested commands", |root, path, _| write(root, path, format!("FROM node\nRUN {}\n", "$(".repeat(DEEP)))),
    text("one long line", |root, path, _| write(root, path, "FROM node:22 ".repeat(DEEP))),
    text("many lines", |root, path, _| write(root, path, "FROM node:22\nnode 22\nRUN npm i -g pnpm\n".repeat(DEEP / 10))),
    Case { name: "loop of links", put: link_loop, answer: Some(Unreadable::Denied) },
    Case { name: "link out of the tree", put: link_out, answer: Some(Unreadable::Outside) },
    Case { name: "a folder in place of a file", put: |root, path, _| fs::create_dir_all(root.join(path)).expect("folder"), answer: None },
    Case { name: "unreadable", put: unreadable, answer: Some(Unreadable::Denied) },
    Case { name: "200 MB", put: sparse, answer: Some(Unreadable::TooLarge) },
    text("folders with control characters", |root, path, sound| write(root, &format!("we\nird\u{1b}[31m/{path}"), sound)),
    text("names with control characters", strange_names),
];

/// A repository in which every kind of file is spoilt in one way.
fn repository(case: &Case) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("repository");
    fs::create_dir(&root).expect("the root");
    fs::write(folder.path().join("outside"), "FROM node:1\n").expect("a file outside");
    for (path, sound) in FILES {
        (case.put)(&root, path, sound);
    }
    folder
}

fn write(root: &Path, path: &str, content: impl AsRef<[u8]>) {
    let full = root.join(path);
    fs::create_dir_all(full.parent().expect("a parent")).expect("folders");
    fs::write(full, content).expect("a file");
}

/// The first part of a text that is cut into so many.
fn head(sound: &str, parts: usize) -> &str {
    let end = (0..=sound.len() / parts).rev().find(|end| sound.is_char_boundary(*end)).unwrap_or(0);
    sound.get(..end).unwrap_or("")
}

fn bomb() -> String {
    let levels = (1..40).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", ")));
    std::iter::once("a0: &a0 [x]\n".to_owned()).chain(levels).chain(["services: *a39\njobs: *a39\n".to_owned()]).collect()
}

fn merge_bomb() -> String {
    let wide: String = (0..2_000).map(|n| format!("  k{n}: v\n")).collect();
    format!("wide: &wide\n{wide}{}", (0..2_000).map(|n| format!("m{n}:\n  <<: *wide\n")).collect::<String>())
}

fn variable_bomb() -> String {
    let doubled: String = (1..5_000).map(|n| format!("ARG A{n}=$A{}${{A{}}}\n", n - 1, n - 1)).collect();
    format!("ARG A0=22\n{doubled}FROM node:$A4999\n{}", doubled.replace("ARG", "ENV"))
}

fn link_loop(root: &Path, path: &str, _: &str) {
    write(root, path, "");
    let full = root.join(path);
    fs::remove_file(&full).expect("just made");
    let other = full.with_file_name(format!("{}.loop", full.file_name().expect("named").to_string_lossy()));
    symlink(&other, &full).expect("a link");
    symlink(&full, &other).expect("a link back");
}

fn link_out(root: &Path, path: &str, _: &str) {
    write(root, path, "");
    let full = root.join(path);
    fs::remove_file(&full).expect("just made");
    symlink(root.join("../outside"), full).expect("a link");
}

fn unreadable(root: &Path, path: &str, sound: &str) {
    write(root, path, sound);
    fs::set_permissions(root.join(path), Permissions::from_mode(0o000)).expect("permissions");
}

fn sparse(root: &Path, path: &str, sound: &str) {
    write(root, path, sound);
    File::options().write(true).open(root.join(path)).and_then(|file| file.set_len(200 * 1024 * 1024)).expect("a sparse file");
}

/// Names that stay what they are with control characters in them.
fn strange_names(root: &Path, path: &str, sound: &str) {
    let (folder, name) = path.rsplit_once('/').map_or((String::new(), path), |(folder, name)| (format!("{folder}/"), name));
    for strange in [format!("{name}.\u{1b}[2J\n"), format!("\u{1b}]0;title\u{7}\n{name}"), name.replacen('.', ".\n::error::\u{1b}[1m.", 1)] {
        write(root, &format!("{folder}{strange}"), sound);
    }
    write(root, path, sound);
}

/// Whether a file of mode 000 can be read all the same: root can.
fn ignores_permissions() -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    unreadable(folder.path(), "x", "x");
    fs::read(folder.path().join("x")).is_ok()
}

fn is_claimed(format: &Format, path: &str, text: &str) -> bool {
    match (format.claims)(path) {
        Claim::Yes => true,
        Claim::Maybe => (format.sniff)(text),
        Claim::No => false,
    }
}

/// Reads a tree with every format that claims something in it.
fn read_all(root: &Path, answer: Option<Unreadable>) {
    let view = WorkTree::open(root).expect("the root is a folder");
    let listing = view.list();
    let documents = Documents::new(&view, &listing);
    let components = Components::of_listing(&listing, &Catalog::get().names);
    let listed = listing.entries.iter().map(|entry| entry.path.as_str());
    let skipped = listing.skipped.iter().map(|(path, _)| path.as_str());
    for path in listed.chain(skipped) {
        let document = match (documents.open(path), answer) {
            (Ok(document), None) => document,
            (opened, Some(expected)) => {
                assert_eq!(opened.map(|_| ()), Err(expected), "{path:?}");
                continue;
            }
            (Err(_), None) => continue,
        };
        for format in FORMATS.iter().filter(|format| is_claimed(format, path, document.text())) {
            let started = Instant::now();
            let given = |name: &str| Variable { name: name.to_owned(), value: Node::scalar("22", At::file(document.id)), via: Vec::new() };
            let variables = [given("NODE"), given("PG"), given("A0")];
            for (variables, target) in [(&[][..], None), (&variables[..], Some("build"))] {
                let input = Input {
                    document: document.clone(),
                    layers: vec![document.clone()],
                    documents: &documents,
                    catalog: Catalog::get(),
                    components: &components,
                    variables,
                    target,
                    started: &Started::default(),
                };
                let (mut links, mut out) = (Vec::new(), Output::default());
                format.links.of(&input, &mut links);
                (format.read)(&input, &mut out);
                hold(&out, path, &documents);
            }
            if started.elapsed() > SLOW {
                eprintln!("  {} takes {} ms for {path:?}", format.name, started.elapsed().as_millis());
            }
        }
    }
}

/// Every place lies in its document, and nothing that may be shown moves a terminal.
fn hold(out: &Output, path: &str, documents: &Documents<'_>) {
    let places = out.readings.iter().flat_map(|reading| reading.via.iter().chain([&reading.at]));
    for at in places.chain(out.gaps.iter().chain(&out.notes).map(|(at, _)| at)).take(SAMPLE) {
        let document = documents.by_id(at.file).expect("a place in a document that is open");
        let inside = at.line == 0 || document.line(at.line).is_some_and(|line| (at.column + at.width).saturating_sub(1) as usize <= line.chars().count());
        // YAML ends a line at a lone carriage return, the other syntaxes do not.
        let other_lines = || document.text().replace("\r\n", "").contains('\r');
        assert!(inside || at.width == 0 || other_lines(), "{path:?}: a place outside of its document: {at:?}");
    }
    for reading in out.readings.iter().take(SAMPLE) {
        let fact = seal::seal(reading, &Environment::local(), "", path, documents, Catalog::get());
        for shown in [&fact.name, &fact.value.text, &fact.place.path, &fact.setup] {
            assert!(!shown.as_str().chars().any(char::is_control), "{path:?}: a control character in {shown:?}");
        }
    }
}

/// Runs the whole program; it must come to an end in one of its own ways and print nothing that
/// moves a terminal.
fn check(root: &Path, case: &Case) {
    let name = case.name;
    for format in ["human", "json"] {
        let ran = Command::new(env!("CARGO_BIN_EXE_evenkeel")).args(["check", "--verbose", "--format", format]).arg(root).output().expect("it starts");
        let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(matches!(ran.status.code(), Some(0 | 1 | 3)), "{name}: {format}: {:?}\n{err}", ran.status);
        assert!(case.answer.is_none() || ran.status.code() != Some(0), "{name}: nothing could be read, and all is said to be well");
        assert!(!out.chars().chain(err.chars()).any(|c| c.is_control() && c != '\n'), "{name}: {format}: a control character");
        assert!(!out.lines().any(|line| line.starts_with("::")), "{name}: {format}: a command to a workflow's runner");
    }
}

#[test]
fn nothing_panics_or_hangs_whatever_stands_in_the_files() {
    let mut failed = Vec::new();
    for case in CASES {
        if case.name == "unreadable" && ignores_permissions() {
            eprintln!("left out: a file that nobody may read, since this user may read all");
            continue;
        }
        let started = Instant::now();
        let ended = std::thread::spawn(|| {
            let folder = repository(case);
            let root = folder.path().join("repository");
            read_all(&root, case.answer);
            check(&root, case);
        });
        let passed = ended.join().is_ok();
        let took = started.elapsed();
        eprintln!("{}: {} ms", case.name, took.as_millis());
        if !passed || took > BOUND {
            failed.push(case.name);
        }
    }
    assert!(failed.is_empty(), "failed or took too long: {failed:?}");
}

/// What many pods take from few places, and what aliases repeat, is more than the text is long.
#[test]
fn variables_that_many_pods_take_come_to_an_end() {
    let keys: String = (0..1_000).map(|n| format!("  KEY_{n}: v\n")).collect();
    let map = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: c }}\ndata:\n{keys}---\n");
    let pods = |containers: &str| format!("apiVersion: v1\nkind: Pod\nmetadata: {{ name: p }}\nspec:\n  containers:\n{containers}");
    let taken = "    - { name: a, image: acme/a:1, envFrom: [{ configMapRef: { name: c } }] }\n".repeat(5_000);
    let first: String = (0..10_000).map(|n| format!("{{ name: K{n}, value: v }}, ")).collect();
    let aliases = format!("    - &c {{ name: a, image: acme/a:1, env: [{first}] }}\n{}", "    - *c\n".repeat(10_000));
    let looked: String = (0..20_000).map(|n| format!("{{ name: K{n}, valueFrom: {{ configMapKeyRef: {{ name: c, key: KEY_999 }} }} }}, ")).collect();
    let looked = format!("    - {{ name: a, image: acme/a:1, env: [{looked}] }}\n");
    for text in [format!("{map}{}", pods(&taken)), pods(&aliases), format!("{map}{}", pods(&looked))] {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), "k8s/pods.yaml", &text);
        let started = Instant::now();
        read_all(folder.path(), None);
        assert!(started.elapsed() < BOUND, "took {} ms", started.elapsed().as_millis());
        let ran = Command::new(env!("CARGO_BIN_EXE_evenkeel")).args(["check", "--format", "json"]).arg(folder.path()).output().expect("it starts");
        assert!(String::from_utf8_lossy(&ran.stdout).contains("more variables than the limit"));
    }
}

#[test]
fn every_format_is_among_the_spoilt_files() {
    for format in FORMATS {
        assert!(FILES.iter().any(|(path, text)| is_claimed(format, path, text)), "no file here is one of {}", format.name);
    }
}
