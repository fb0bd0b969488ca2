//! Canaries against leaks, through the whole program: words and tokens that look like credentials
//! are planted in every format at every plausible position, in files that are whole and in files
//! that break off, and no output may hold them.
//!
//! A position is closed, where nothing is ever shown, or open: a name, a tag, a version. Any word
//! may stand in an open position, so only what looks like a credential can be kept back there.
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

use std::path::Path;
use std::process::{Command, Output};

use Position::{Closed, Open};

/// What is planted: its name, its text, and the pieces that must not be seen.
struct Canary {
    name: &'static str,
    text: &'static str,
    pieces: &'static [&'static str],
    /// Whether it looks like a credential wherever it stands.
    telling: bool,
}

const CANARIES: &[Canary] = &[
    Canary { name: "word", text: "swordfishcanary", pieces: &["swordfish"], telling: false },
    Canary { name: "password", text: "Xq7-rT9wZ3kB5v", pieces: &["Xq7-", "rT9wZ3"], telling: false },
    Canary { name: "userinfo", text: "scout:swordfishcanary@db.internal", pieces: &["swordfish", "scout"], telling: false },
    Canary { name: "url", text: "https://scout:swordfishcanary@db.internal/x?token=barracuda", pieces: &["swordfish", "scout", "barracuda"], telling: false },
    Canary { name: "github", text: "ghp_Zk3Vb8Qw1Xy6Rt5Pm9Ln2Jc7Hd4Fs0GaTuEo", pieces: &["Zk3Vb8Qw", "Fs0GaTuEo"], telling: true },
    Canary { name: "aws", text: "AKIAQ7CANARYX3LMNOP2", pieces: &["Q7CANARY", "LMNOP2"], telling: true },
    Canary {
        name: "jwt",
        text: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlQ2FuYXJ5",
        pieces: &["hbGciOiJIUzI1", "zdWIiOiJjYW5", "c2lnbmF0dXJl"],
        telling: true,
    },
    Canary { name: "random", text: "q8Zr2LmX5vTn9KpW3yBd7HcJ4sGf6QaE1uRiO0tN", pieces: &["q8Zr2LmX", "E1uRiO0tN"], telling: true },
    Canary { name: "random in lower case", text: "k4v9x2m7q1z8p3w6t5r0y4n7b2g8h1j6d3f9s5c0", pieces: &["k4v9x2m7", "d3f9s5c0"], telling: true },
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Closed,
    Open,
}

/// A file with one canary in it: what the position is, its path, its text. `{C}` is the canary.
type Planted = (Position, &'static str, &'static str);

/// What stands beside the planted file, so that there is something to find.
const AROUND: &[(&str, &str)] = &[
    ("compose.yaml", "services:\n  db:\n    image: postgres:16\n  cache:\n    image: redis:7\n"),
    (".github/workflows/ci.yml", CI),
    ("Dockerfile", "FROM node:22-slim\nRUN npm ci\n"),
    ("api/Dockerfile", "FROM python:3.13-slim\nRUN pip install .\n"),
    ("api/.python-version", "3.9\n"),
    (".nvmrc", "18\n"),
    ("k8s/prod/db.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: db\nspec:\n  containers:\n    - name: db\n      image: postgres:12\n"),
];

const CI: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      db:\n        image: postgres:14\n    steps:\n      - uses: actions/setup-node@v4\n        with:\n          node-version: 20\n";

const PLANTED: &[Planted] = &[
    // Configurations that several environments have.
    (
        Closed,
        "config/production.yml",
        "store:\n  password: {C}\n  note: {C}\n  list: ['{C}', b]\n  url: https://scout:{C}@db.internal/x\n  block: |\n    {C}\n  only-here: {C}\n",
    ),
    (Open, "config/production.yml", "store:\n  {C}: 1\n  items:\n    - name: {C}\n      size: 2\n    - name: other\n      size: 3\n"),
    (Closed, "config/production.json", "{ \"store\": { \"password\": \"{C}\", \"note\": \"{C}\", \"all\": [\"{C}\"] } }\n"),
    (
        Closed,
        "config/production.hjson",
        "# {C}\nstore: {\n  password: {C}\n  note: \"{C}\", all: [\n    {C}\n  ]\n  block:\n    \'\'\'\n    {C}\n    \'\'\'\n  only-here: \'{C}\'\n}\n",
    ),
    (Closed, "src/main/resources/application-prod.properties", "db.password={C}\ndb.note={C}\ndb.addres=x{C}\n"),
    (Closed, "service/settings/production.py", "PASSWORD = \"{C}\"\nNOTE = '{C}'\nMADE = make(\"{C}\")\n"),
    (Closed, "config/environments/production.rb", "Rails.application.configure do\n  config.note = \"{C}\"\n  config.made = make('{C}')\nend\n"),
    (Closed, "config/prod.exs", "import Config\nconfig :shop, Shop.Repo,\n  password: \"{C}\",\n  note: \"{C}\"\n"),
    (Closed, "config/database.yml", "development:\n  note: a\ntest:\n  note: b\nproduction:\n  note: {C}\n  password: {C}\n"),
    (Closed, "proxy/production/nginx.conf", "server {\n  listen 80;\n  auth {C};\n{C}\n  set $x {C};\n}\n"),
    // Compose: images, environment, arguments, defaults, names.
    (Closed, "compose.yaml", "services:\n  db:\n    image: scout:{C}@registry.example/postgres:16\n"),
    (Closed, "compose.yaml", "services:\n  db:\n    image: https://scout:{C}@registry.example/postgres:16\n"),
    (Open, "compose.yaml", "services:\n  db:\n    image: postgres:{C}\n  cache:\n    image: redis:6\n"),
    (
        Open,
        "compose.yaml",
        "services:\n  db:\n    image: registry.example/{C}/tiles:1.2\n  old:\n    image: registry.example/{C}/tiles:1.3\n  cache:\n    image: redis\n",
    ),
    (Open, "compose.yaml", "services:\n  db:\n    image: registry.example/{C}:1.2\n  old:\n    image: registry.example/{C}:2.3\n  cache:\n    image: redis\n"),
    (Open, "compose.yaml", "services:\n  db:\n    image: {C}/postgres:13\n"),
    (Open, "compose.yaml", "services:\n  {C}:\n    image: postgres:13\n    container_name: {C}\n"),
    (Closed, "compose.yaml", "services:\n  db:\n    image: postgres:13\n    environment:\n      POSTGRES_PASSWORD: {C}\n      OTHER: \"{C}\"\n"),
    (Closed, "compose.yaml", "services:\n  db:\n    image: postgres:13\n    environment:\n      - POSTGRES_PASSWORD={C}\n"),
    (
        Closed,
        "compose.yaml",
        "services:\n  db:\n    image: postgres:13\n    mem_limit: {C}\n    cpus: {C}\n    pids_limit: {C}\n    restart: {C}\n    platform: {C}\n",
    ),
    (
        Closed,
        "compose.yaml",
        "services:\n  db:\n    image: postgres:13\n    command: --password {C}\n    labels: { token: {C} }\n    healthcheck: { test: 'check {C}' }\n",
    ),
    (Closed, "compose.yaml", "services:\n  web:\n    build:\n      context: .\n      args:\n        NPM_TOKEN: {C}\n  db:\n    image: postgres:13\n"),
    (Open, "compose.yaml", "services:\n  db:\n    image: postgres:${PG:-{C}}\n  cache:\n    image: redis:6\n"),
    (Closed, "compose.yaml", "services:\n  db:\n    image: ${REGISTRY:-scout:{C}@registry.example}/postgres:13\n"),
    (Closed, "compose.yaml", "services:\n  db:\n    image: postgres:13 # because the password is {C} and must stay\n"),
    (Closed, "compose.yaml", "services:\n  db:\n    # pinned to 13 because {C} requires it\n    image: postgres:13\n"),
    (Closed, "compose.yaml", "services:\n  db:\n    # must stay until the key {C} is gone\n    image: postgres:13\n"),
    (Closed, "compose.yaml", "services:\n  db: { image: 'postgres:13', environment: { A: {C} } }\n"),
    (Closed, "compose.yaml", "services:\n  db: { environment: { A: '{C}' }, image: 'postgres:13' }\n"),
    (Closed, "compose.yaml", "x-{C}: &{C}\n  image: postgres:13\nservices:\n  db: *{C}\n"),
    (Closed, "compose.yaml", "services:\n  db:\n    image: postgres:13\n    env_file: {C}.env\n"),
    (Closed, "compose.yaml", "include:\n  - {C}/compose.yaml\nservices:\n  db:\n    image: postgres:13\n"),
    (Closed, "compose.yaml", "services:\n  db:\n    extends: { file: {C}.yaml, service: {C} }\n  pg:\n    image: postgres:13\n"),
    // Dockerfiles.
    (Closed, "Dockerfile", "FROM scout:{C}@registry.example/node:20\n"),
    (Open, "Dockerfile", "FROM node:{C}\n"),
    (Open, "Dockerfile", "FROM registry.example/{C}/node:20\n"),
    (Open, "Dockerfile", "FROM node:20 AS {C}\nFROM node:16\nCOPY --from={C} /a /b\n"),
    (Closed, "Dockerfile", "ARG TOKEN={C}\nFROM node:20\nARG OTHER={C}\nENV SECRET={C} LAST={C}\nENV OLD {C}\nLABEL a={C}\n"),
    (Open, "Dockerfile", "ARG NODE_VERSION={C}\nFROM node:${NODE_VERSION}\n"),
    (Closed, "Dockerfile", "FROM node:20\nRUN npm config set //registry.npmjs.org/:_authToken={C} && npm install -g pnpm@9.1.0\n"),
    (Closed, "Dockerfile", "FROM node:20\nRUN curl -u scout:{C} https://scout:{C}@example.org/pnpm | sh && npm install -g pnpm@{C}\n"),
    (Closed, "Dockerfile", "FROM node:20\nRUN TOKEN={C} pip install uv=={C}\n"),
    (Closed, "Dockerfile", "# must stay on 20 because {C} is broken elsewhere\nFROM node:20\n"),
    // CircleCI and GitLab.
    (
        Closed,
        ".circleci/config.yml",
        "version: 2.1\nparameters:\n  token: { default: {C} }\nexecutors:\n  e:\n    docker:\n      - image: cimg/node:18.1\n        auth: { username: {C}, password: {C} }\n        environment: { PGPASSWORD: {C} }\n    environment: [{ TOKEN: {C} }]\ncommands:\n  c:\n    parameters: { key: { default: {C} } }\n    steps:\n      - run: echo << parameters.key >> {C}\njobs:\n  test:\n    executor: e\n    environment: { A: << pipeline.parameters.token >> }\n    steps:\n      - c: { key: {C} }\n      - run:\n          name: {C}\n          command: npm config set token {C} && npm install -g pnpm@{C}\n          environment: { B: {C} }\nworkflows:\n  all:\n    jobs: [test: { context: [{C}] }]\n",
    ),
    (
        Closed,
        ".circleci/config.yml",
        "version: 2.1\norbs: { node: circleci/node@5 }\njobs:\n  build:\n    docker:\n      - image: scout:{C}@registry.example/node:16\n    steps:\n      - node/install: { node-version: {C} }\n      - acme/deploy: { tag: {C}, postgres-version: {C} }\n",
    ),
    (Open, ".circleci/config.yml", "jobs:\n  {C}:\n    docker:\n      - image: cimg/node:{C}\n      - image: cimg/postgres:12.1\n        name: {C}\n"),
    (
        Closed,
        ".gitlab-ci.yml",
        "variables:\n  TOKEN: {C}\n  OTHER: { value: x$TOKEN, description: {C} }\n.base:\n  variables: { PGPASSWORD: {C} }\n  before_script: ['echo {C}']\ntest:\n  extends: .base\n  image: { name: 'node:16', docker: { user: {C} } }\n  services: [{ name: 'postgres:12', variables: { POSTGRES_PASSWORD: {C} }, command: ['{C}'] }]\n  parallel: { matrix: [{ KEY: ['{C}', b] }] }\n  script:\n    - !reference [.base, before_script]\n    - export A={C} && echo B={C} >> .env && npm install -g pnpm@{C}\n    - docker run -e C={C} redis:6\n  environment: { url: 'https://scout:{C}@db.internal/x' }\n",
    ),
    (
        Closed,
        ".gitlab-ci.yml",
        "variables:\n  R: user:{C}@registry.example\ntest:\n  image: $R/node:16\n  services: ['scout:{C}@registry.example/postgres:12']\n  script: 'true'\n",
    ),
    (Closed, ".gitlab-ci.yml", "include: [{ local: {C}.yml }, 'https://scout:{C}@example.org/{C}.yml']\ntest:\n  image: node:16\n  script: 'x'\n"),
    (Open, ".gitlab-ci.yml", "{C}:\n  image: node:{C}\n  services: [{ name: 'postgres:12', alias: {C} }]\n  environment: {C}\n  script: 'true'\n"),
    // Workflows.
    (
        Closed,
        ".github/workflows/ci.yml",
        "on: push\nenv:\n  TOKEN: {C}\njobs:\n  test:\n    runs-on: ubuntu-latest\n    env:\n      PGPASSWORD: {C}\n    services:\n      db:\n        image: postgres:14\n        env:\n          POSTGRES_PASSWORD: {C}\n        options: --health-cmd '{C}'\n        credentials:\n          username: {C}\n          password: {C}\n    steps:\n      - run: echo {C}\n        env:\n          A: {C}\n",
    ),
    (
        Closed,
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      db:\n        image: scout:{C}@registry.example/postgres:14\n",
    ),
    (
        Open,
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      db:\n        image: postgres:{C}\n      cache:\n        image: redis:6\n",
    ),
    (
        Closed,
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/setup-node@v4\n        with:\n          node-version: {C}\n          token: {C}\n      - uses: actions/setup-python@v5\n        with:\n          python-version: '{C}'\n      - uses: pnpm/action-setup@v4\n        with:\n          version: {C}\n",
    ),
    (
        Closed,
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        node: [16, {C}]\n        token: ['{C}']\n    steps:\n      - uses: actions/setup-node@v4\n        with:\n          node-version: ${{ matrix.node }}\n",
    ),
    (
        Open,
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        pg: ['14', '{C}']\n    services:\n      db:\n        image: postgres:${{ matrix.pg }}\n",
    ),
    (
        Closed,
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    container:\n      image: node:16\n      credentials: { username: a, password: {C} }\n    steps:\n      - uses: actions/setup-node@v4\n        with:\n          node-version-file: {C}\n",
    ),
    (
        Closed,
        ".github/workflows/ci.yml",
        "on: push\nenv:\n  NODE: {C}\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/setup-node@v4\n        with:\n          node-version: ${{ env.NODE }}\n      - uses: actions/setup-node@v4\n        with:\n          node-version: ${{ secrets.A || '{C}' }}\n",
    ),
    (
        Closed,
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  {C}:\n    name: {C}\n    runs-on: {C}\n    environment: {C}\n    services:\n      {C}:\n        image: postgres:14\n    steps:\n      - uses: {C}/act@v1\n      - uses: ./{C}\n",
    ),
    (
        Open,
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    environment: {C}\n    env:\n      NODE_ENV: production\n    steps:\n      - uses: actions/setup-node@v4\n        with:\n          node-version: 16\n",
    ),
    (
        Closed,
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/setup-node@v4\n        with: { token: {C}, node-version: 16 }\n      - uses: actions/setup-python@v5 # keep at 3.9 because {C}\n        with:\n          python-version: '3.8' # must stay, {C} requires it\n",
    ),
    (
        Closed,
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          export TOKEN={C}\n          docker run -e POSTGRES_PASSWORD={C} --name {C} -d postgres:14\n          docker run -d scout:{C}@registry.example/postgres:13\n",
    ),
    (
        Closed,
        ".github/actions/setup/action.yml",
        "name: {C}\ndescription: {C}\ninputs:\n  node:\n    default: {C}\nruns:\n  using: composite\n  steps:\n    - uses: actions/setup-node@v4\n      with:\n        node-version: ${{ inputs.node }}\n",
    ),
    // Kubernetes, Helm and kustomize.
    (
        Closed,
        "k8s/prod/db.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: db\n  annotations:\n    a: {C}\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:12\n          args: ['{C}']\n          env:\n            - name: PASSWORD\n              value: {C}\n",
    ),
    (
        Closed,
        "k8s/prod/db.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: db\nspec:\n  containers:\n    - name: db\n      image: scout:{C}@registry.example/postgres:12\n",
    ),
    (
        Open,
        "k8s/prod/db.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {C}\n  namespace: {C}\nspec:\n  containers:\n    - name: {C}\n      image: postgres:12\n    - name: tiles\n      image: registry.example/{C}/tiles:1\n",
    ),
    (
        Closed,
        "k8s/prod/db.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  password: {C}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  image: {C}\n  url: {C}\n---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: db\nspec:\n  containers:\n    - name: db\n      image: postgres:12\n",
    ),
    (
        Closed,
        "k8s/prod/db.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: db\nspec:\n  containers:\n    - { name: db, env: [{ name: A, value: {C} }], image: 'postgres:12' } # because {C} requires it\n",
    ),
    (
        Closed,
        "k8s/prod/release.yaml",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: db\nspec:\n  chart:\n    spec:\n      chart: postgresql\n      version: {C}\n  values:\n    auth:\n      password: {C}\n    image:\n      repository: postgres\n      tag: '12'\n    password: {C}\n",
    ),
    (
        Open,
        "k8s/prod/release.yaml",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: {C}\nspec:\n  values:\n    image:\n      registry: {C}\n      repository: {C}/postgres\n      tag: '{C}'\n",
    ),
    (Open, "k8s/prod/kustomization.yaml", "resources: [db.yaml]\nimages:\n  - name: postgres\n    newName: registry.example/{C}/postgres\n    newTag: '{C}'\n"),
    (
        Closed,
        "k8s/prod/kustomization.yaml",
        "resources: [db.yaml]\nconfigMapGenerator:\n  - name: c\n    literals: ['A={C}']\nsecretGenerator:\n  - name: s\n    literals: ['A={C}']\npatches:\n  - patch: |\n      apiVersion: v1\n      kind: Pod\n      metadata:\n        name: db\n      spec:\n        containers:\n          - name: db\n            env:\n              - name: A\n                value: {C}\n  - target: { kind: Pod, name: '{C}' }\n    path: {C}.yaml\n",
    ),
    (
        Closed,
        "k8s/prod/db.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\ndata: { A: {C} }\nstringData: { B: {C} }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata:\n  TOKEN: {C}\n  URL: https://scout:{C}@db.internal/x\n  a.pem: |\n    {C}\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec:\n  containers:\n    - name: web\n      image: acme/web:1\n      envFrom:\n        - { secretRef: { name: s } }\n        - { configMapRef: { name: c } }\n        - { secretRef: { name: '{C}' } }\n      env:\n        - { name: D, value: {C} }\n        - { name: E, valueFrom: { secretKeyRef: { name: '{C}', key: '{C}' } } }\n        - { name: F, valueFrom: { configMapKeyRef: { name: c, key: TOKEN } } }\n        - { name: '-----BEGIN {C}', value: x }\n",
    ),
    (
        Closed,
        "k8s/prod/kustomization.yaml",
        "resources: [web.yaml]\nconfigMapGenerator:\n  - name: c\n    literals: ['TOKEN={C}', '{C}', '{C} x=y']\n    envs: [c.properties]\nsecretGenerator:\n  - name: s\n    literals: ['OTHER={C}']\n",
    ),
    (
        Closed,
        "deploy/helm/values-prod.yaml",
        "env:\n  TOKEN: {C}\n  MAP: { value: {C} }\nextraEnv:\n  - { name: A, value: {C} }\n  - B={C}\n  - {C}\nsecrets:\n  API_KEY: {C}\n  vault: { OTHER_KEY: {C} }\nlist: [{C}]\nenvFrom: [{ secretRef: { name: '{C}' } }]\n",
    ),
    (
        Closed,
        "k8s/prod/kustomization.yaml",
        "resources: [db.yaml, '{C}', 'https://scout:{C}@example.org/a?b={C}']\nimages:\n  - name: postgres\n    newName: scout:{C}@registry.example/postgres\n",
    ),
    (Open, "k8s/overlays/{C}/kustomization.yaml", "resources: [../../prod/db.yaml]\nimages:\n  - name: postgres\n    newTag: '13'\n"),
    // Version files, manifests and their kind.
    (Closed, ".nvmrc", "{C}\n"),
    (Closed, ".node-version", "v20 {C}\n"),
    (Closed, "api/.python-version", "{C}\n3.9\n"),
    (Closed, ".sdkmanrc", "java={C}\n{C}=1\n"),
    (Closed, ".tool-versions", "nodejs {C}\npython 3.8 {C}\n{C} 1.2\n"),
    (Closed, "mise.toml", "[tools]\nnode = \"{C}\"\npython = { version = \"{C}\", token = \"{C}\" }\n[env]\nTOKEN = \"{C}\"\n"),
    (Closed, "rust-toolchain.toml", "[toolchain]\nchannel = \"{C}\"\n"),
    (Closed, "global.json", "{ \"sdk\": { \"version\": \"{C}\" }, \"token\": \"{C}\" }\n"),
    (Closed, "runtime.txt", "python-{C}\n"),
    (
        Closed,
        "package.json",
        "{ \"name\": \"{C}\", \"engines\": { \"node\": \"{C}\" }, \"packageManager\": \"pnpm@{C}\", \"volta\": { \"node\": \"{C}\" }, \"scripts\": { \"a\": \"{C}\" } }\n",
    ),
    (Closed, "package.json", "{ \"engines\": { \"node\": \">=23 {C}\" }, \"packageManager\": \"{C}@9.1.0\", \"token\": \"{C}\" }\n"),
    (Closed, "package.json", "{ \"token\": \"{C}\", \"engines\": { \"node\": \">=23\" } }\n"),
    (Closed, "api/pyproject.toml", "[project]\nname = \"{C}\"\nrequires-python = \"{C}\"\ndescription = \"{C}\"\n"),
    (
        Closed,
        "api/pyproject.toml",
        "[project]\nrequires-python = \">=3.14\" # because {C} requires it\n[tool.poetry.dependencies]\npython = \"{C}\"\n[[tool.poetry.source]]\nurl = \"https://scout:{C}@example.org\"\n",
    ),
    (
        Closed,
        "pom.xml",
        "<project>\n  <!-- {C} -->\n  <properties><key>{C}</key><java.version>{C}</java.version><maven.compiler.release>${key}</maven.compiler.release></properties>\n</project>\n",
    ),
    (
        Closed,
        "build.gradle",
        "def level = '{C}'\njava { toolchain { languageVersion = JavaLanguageVersion.of('{C}') } }\nsourceCompatibility = level\npassword = '{C}'\n",
    ),
    (
        Closed,
        "api/Api.csproj",
        "<Project>\n  <PropertyGroup><Key>{C}</Key><TargetFramework>$(Key)</TargetFramework><TargetFrameworks>net8.0;{C};net9.0-{C}</TargetFrameworks></PropertyGroup>\n</Project>\n",
    ),
    (
        Closed,
        "Directory.Packages.props",
        "<Project>\n  <ItemGroup><PackageVersion Include=\"Microsoft.EntityFrameworkCore\" Version=\"{C}\" /><PackageVersion Include=\"{C}\" Version=\"1\" /></ItemGroup>\n</Project>\n",
    ),
    (Closed, ".config/dotnet-tools.json", "{ \"tools\": { \"dotnet-ef\": { \"version\": \"{C}\" }, \"{C}\": { \"version\": \"{C}\" } } }\n"),
    (
        Closed,
        "package-lock.json",
        "{\n  \"lockfileVersion\": 3,\n  \"packages\": {\n    \"node_modules/loom\": {\n      \"resolved\": \"https://scout:{C}@example.org\",\n      \"engines\": {\n        \"node\": \"{C}\"\n      }\n    }\n  }\n}\n",
    ),
    (Closed, "go.mod", "module example.org/{C}\n\ngo {C}\ntoolchain {C}\n"),
    (
        Closed,
        "src/config.js",
        "const key = process.env.API_KEY || '{C}';\nconst {C} = process.env['{C}'];\nexport const url = `https://{C}@example.org/${process.env.PATH_TO}`;\n",
    ),
    (Closed, "config/settings.rb", "KEY = ENV.fetch('API_KEY') { '{C}' }\nENV['{C}']\n"),
    (Closed, "src/main/resources/application.yml", "app:\n  key: ${API_KEY:{C}}\n  url: https://{C}@${HOST:{C}}/${{C}}\n"),
    (Closed, "Gemfile", "source 'https://{C}@gems.example.org'\nruby '{C}'\nruby file: '{C}'\n"),
    (Closed, "composer.json", "{ \"require\": { \"php\": \"{C}\" }, \"config\": { \"platform\": { \"php\": \"{C}\" }, \"token\": \"{C}\" } }\n"),
    (
        Closed,
        ".devcontainer/devcontainer.json",
        "{ \"name\": \"{C}\", \"image\": \"node:16\", \"remoteEnv\": { \"A\": \"{C}\" }, \"features\": { \"ghcr.io/devcontainers/features/node:1\": { \"version\": \"{C}\", \"token\": \"{C}\" }, \"ghcr.io/devcontainers/features/python:1\": { \"token\": \"{C}\", \"version\": \"3.8\" } } }\n",
    ),
    (Closed, ".devcontainer/devcontainer.json", "{ \"image\": \"scout:{C}@registry.example/node:16\" }\n"),
    (Closed, ".devcontainer/devcontainer.json", "{ \"build\": { \"dockerfile\": \"{C}\", \"args\": { \"TOKEN\": \"{C}\" }, \"target\": \"{C}\" } }\n"),
    // Shell and make.
    (
        Closed,
        "run.sh",
        "#!/bin/bash\nTOKEN={C}\nexport PASSWORD=\"{C}\"\ndocker login -p {C}\ndocker run -e A={C} -v {C}:/x --network {C} postgres:12\ndocker run scout:$TOKEN@registry.example/postgres:11\n",
    ),
    (Open, "run.sh", "#!/bin/bash\nTAG={C}\ndocker run --name {C} postgres:$TAG\ndocker run registry.example/{C}/tiles:1\n"),
    (
        Closed,
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      db:\n        image: postgres:14\n    container:\n      image: node:16\n      env:\n        A: {C}\n    steps:\n      - run: |\n          cp .env.example .env\n          echo \"B={C}\" >> .env\n          printf 'C=%s\\n' '{C}' >> \"$GITHUB_ENV\"\n          export D={C}\n          docker run -e E={C} app:1\n          cat <<EOF > .env\n          F={C}\n          {C}\n          EOF\n        env:\n          G: ${{ secrets.X || '{C}' }}\n",
    ),
    (Closed, "scripts/run.sh", "#!/bin/sh\nexport A={C}\nexport B=\"${B:-{C}}\"\n: ${C:={C}} ${D:?{C}}\necho \"E={C}\" > .env\ncat <<EOF\n${F:-{C}}\nEOF\n"),
    (Closed, "Makefile", "export A ?= {C}\nexport B := {C}\nrun:\n\techo $${C:-{C}}\n"),
    (
        Closed,
        ".devcontainer/devcontainer.json",
        "{ \"image\": \"node:16\", \"containerEnv\": { \"A\": \"{C}\", \"B\": \"${localEnv:B:{C}}\" }, \"runArgs\": [\"-e\", \"C={C}\", \"--env-file\", \"{C}\"] }\n",
    ),
    (Closed, "pytest.ini", "[pytest]\nenv =\n    A={C}\n    D:B={C}\n    {C}\n[{C}\n"),
    (Closed, "tox.ini", "[testenv]\nset_env =\n    A = {C}\n    B = {env:X:{C}}\n"),
    (Closed, "phpunit.xml", "<phpunit>\n  <!-- {C} -->\n  <env name=\"A\" value=\"{C}\"/>\n  <server name='B' value='{C}'/>\n</phpunit>\n"),
    (Closed, "api/pyproject.toml", "[project]\nrequires-python = \">=3.9\"\n[tool.pytest.ini_options]\nenv = [\"A={C}\"]\n[tool.pytest_env]\nB = \"{C}\"\n"),
    (Closed, "mise.toml", "[tools]\nnode = \"16\"\n[env]\nA = \"{C}\"\nB = { value = \"{C}\" }\nC = { default = \"{C}\" }\n"),
    (Closed, "Makefile", "TOKEN := {C}\ndb:\n\tdocker run -e A={C} -d postgres:12 # because {C} requires it\n"),
    // The environment's own files and the configuration.
    (Closed, ".env", "POSTGRES_PASSWORD={C}\nPG={C}\n"),
    (Closed, ".env", "POSTGRES_PASSWORD: {C}\nPG:{C}=1\nURL=\"{C}\nX={C}\"\nK=$1{C}#{C}\n{C}\n{C} x\n# {C}\nexport {C}\n"),
    (Closed, ".env.production", "KEY=-----BEGIN KEY-----\n{C}\n-----END KEY-----\nA=`{C}`\n# OPTIONAL={C} # {C}\nB = {C}\n"),
    (
        Closed,
        ".env.production",
        "A=https://scout:x{C}/y@db.internal/z\nB=https://barracuda:y?{C}@db.internal\nLOG_HOST=https://scout:1/{C}@db.internal\nC_URL=amqp://{C}:{C}/{C}@queue\n",
    ),
    // Platforms.
    (
        Closed,
        "app.json",
        "{ \"name\": \"{C}\", \"env\": { \"A\": \"{C}\", \"B\": { \"value\": \"{C}\", \"description\": \"{C}\" } }, \"environments\": { \"test\": { \"env\": { \"A\": \"{C}\" } } } }\n",
    ),
    (
        Closed,
        "render.yaml",
        "services:\n  - name: web\n    envVars:\n      - key: A\n        value: {C}\n      - fromGroup: {C}\nenvVarGroups:\n  - name: {C}\n    envVars:\n      - key: B\n        value: {C}\n",
    ),
    (Closed, "wrangler.toml", "[vars]\nA = \"{C}\"\nB = { c = \"{C}\" }\n[env.staging.vars]\nA = \"{C}\"\n"),
    (Open, "wrangler.toml", "[vars]\nA = \"1\"\n[env.{C}.vars]\nA = \"2\"\n"),
    (Closed, "web.service", "[Service]\nEnvironment=A={C} \"B={C} {C}\" {C}\nEnvironmentFile=-/etc/{C}\nPassEnvironment={C}\nExecStart=/bin/web --token {C}\n"),
    // Terraform.
    (
        Closed,
        "infra/prod/main.tf",
        "terraform {\n  required_version = \"{C}\"\n  required_providers {\n    a = {\n      source = \"acme/a\"\n      version = \"{C}\"\n    }\n  }\n  backend \"s3\" {\n    key = \"{C}\"\n  }\n}\nprovider \"a\" {\n  token = \"{C}\"\n}\nvariable \"b\" { default = \"{C}\" }\nlocals {\n  c = \"{C}\"\n}\nmodule \"m\" {\n  source = \"git::https://{C}@git.example.org/m?token={C}&ref={C}\"\n  postgres_version = \"{C}\"\n  redis_version = var.b\n  environment = { TOKEN = \"{C}\", B = var.b, C = \"x${local.c}\", D = <<-T\n    {C}\n    T\n  }\n}\nresource \"aws_db_instance\" \"d\" {\n  engine = \"postgres\"\n  engine_version = \"{C}\"\n  password = \"{C}\"\n}\nresource \"x_app\" \"e\" {\n  image = \"scout:{C}@registry.example/postgres:13\"\n  app_settings = merge({ KEY = \"{C}\" }, var.b)\n  container_definitions = jsonencode([{ name = \"w\", image = \"{C}\", environment = [{ name = \"A\", value = \"{C}\" }] }])\n}\n",
    ),
    (Closed, "infra/prod/prod.tfvars", "token = \"{C}\"\nmap = { A = \"{C}\" }\ndoc = <<T\n{C}\nT\n"),
    (Closed, "infra/vars/prod.tfvars.json", "{ \"token\": \"{C}\", \"map\": { \"A\": \"{C}\" } }\n"),
    (
        Closed,
        "infra/.terraform.lock.hcl",
        "provider \"registry.terraform.io/acme/a\" {\n  version = \"{C}\"\n  constraints = \"{C}\"\n  hashes = [\"{C}\"]\n}\n",
    ),
    (
        Open,
        "infra/prod/main.tf",
        "module \"{C}\" {\n  source = \"{C}\"\n}\nresource \"aws_db_instance\" \"{C}\" {\n  engine = \"postgres\"\n  engine_version = \"13\"\n}\nterraform {\n  required_providers {\n    {C} = { source = \"acme/{C}\" }\n  }\n}\n",
    ),
    (Open, "infra/prod/{C}.tfvars", "{C} = 1\n"),
    (Closed, "evenkeel.toml", "{C} = 1\n"),
    (Closed, "evenkeel.toml", "environments = [\"{C} x\"]\n"),
    (Closed, "evenkeel.toml", "environments = \"{C}\"\n"),
    (Closed, "evenkeel.toml", "[rules]\n\"{C}\" = \"off\"\n"),
    (Closed, "evenkeel.toml", "[rules]\nservice-floating = \"{C}\"\n"),
    (Open, "evenkeel.toml", "environments = [\"{C}\"]\n"),
    (Open, "compose.{C}.yaml", "services:\n  db:\n    image: postgres:11\n"),
    (Closed, "run.sh", "#!/bin/bash\ndocker run --env \\\n  {C} postgres:12\ndocker run --network \\\n  {C} redis\n"),
    (Closed, "evenkeel.toml", "gate = \"{C}\"\n"),
    (Closed, "evenkeel.toml", "[[source]]\nenvironment = \"qa\"\nfiles = [\"{C}[\"]\n"),
    (Closed, "evenkeel.toml", "[[source]]\nenvironment = \"qa\"\nfiles = [\"x\"]\n\"{C}\" = 1\n"),
    (Closed, "evenkeel.toml", "[rules]\n\"{C}\" = \"off\"\n\"{C}\" = \"off\"\n"),
    (Closed, "evenkeel.toml", "ignore = [{C}]\n"),
    // Folders that are components.
    (Open, "{C}/Dockerfile", "FROM node:16\n"),
    (Open, "{C}/compose.yaml", "services:\n  db:\n    image: postgres:11\n"),
    (Open, "{C}/.nvmrc", "16\n"),
];

/// A second file that reads what a planted one says.
const COMPANIONS: &[(&str, &str, &str)] = &[
    ("config/production.yml", "config/staging.yml", "store:\n  password: a\n  note: b\n  list: [a, b]\n  url: https://a.internal/x\n  block: c\n"),
    ("config/production.yml", "config/qa.yml", "store:\n  password: a\n  note: b\n  list: [a, b]\n  url: https://a.internal/x\n  block: c\n"),
    ("config/production.yml", "config/demo.yml", "store:\n  password: a\n  note: b\n  list: [a, b]\n  url: https://a.internal/x\n  block: c\n"),
    ("config/production.json", "config/staging.json", "{ \"store\": { \"password\": \"a\", \"note\": \"b\", \"all\": [\"c\"] } }\n"),
    ("config/production.hjson", "config/staging.hjson", "store: {\n  password: a\n  note: b\n  all: ['c']\n  block: d\n}\n"),
    ("src/main/resources/application-prod.properties", "src/main/resources/application.properties", "db.password=a\ndb.note=b\ndb.address=c\n"),
    ("service/settings/production.py", "service/settings/staging.py", "PASSWORD = 'a'\nNOTE = 'b'\nMADE = 'c'\n"),
    ("config/environments/production.rb", "config/environments/staging.rb", "Rails.application.configure do\n  config.note = 'a'\nend\n"),
    ("config/prod.exs", "config/staging.exs", "import Config\nconfig :shop, Shop.Repo,\n  password: \"a\",\n  note: \"b\"\n"),
    ("proxy/production/nginx.conf", "proxy/staging/nginx.conf", "server {\n  listen 80;\n  auth a;\n  set $x b;\n}\n"),
    (
        "infra/prod/prod.tfvars",
        "infra/prod/main.tf",
        "variable \"token\" {}\nresource \"x\" \"y\" {\n  environment = { A = var.token, B = \"b${var.token}\" }\n  env = var.map\n}\n",
    ),
    ("infra/vars/prod.tfvars.json", "infra/main.tf", "variable \"token\" {}\nresource \"x\" \"y\" {\n  environment = { A = var.token }\n  env = var.map\n}\n"),
    (
        ".env",
        "compose.yaml",
        "services:\n  db:\n    image: ${REGISTRY:-}postgres:16\n  b:\n    image: scout:${PG}@registry.example/postgres:13\n  c:\n    env_file: .env\n    image: redis\n",
    ),
    (
        ".github/actions/setup/action.yml",
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      db:\n        image: postgres:14\n    steps:\n      - uses: ./.github/actions/setup\n",
    ),
];

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    std::fs::create_dir_all(file.parent().expect("in the root")).expect("can make the folder");
    std::fs::write(file, text).expect("can write");
}

fn evenkeel(root: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_evenkeel")).args(arguments).current_dir(root).env("NO_COLOR", "1").output().expect("evenkeel runs")
}

fn git(root: &Path, arguments: &[&str]) {
    let told = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(root)
        .output()
        .expect("git runs");
    assert!(told.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&told.stderr));
}

const HUMAN: &[&str] = &["check", "--verbose", "--level", "info"];
const QUIET: &[&str] = &["check"];
const JSON: &[&str] = &["check", "--format", "json"];
const PLAN: &[&str] = &["check", "--explain-plan"];
const COMMITTED: &[&str] = &["check", "--verbose", "--at", "HEAD"];
const DIFF: &[&str] = &["diff"];
const DIFF_JSON: &[&str] = &["diff", "--format", "json"];
const DIFF_MARKDOWN: &[&str] = &["diff", "--format", "markdown"];
const SNAPSHOT: &[&str] = &["snapshot", "local", "-o", "-"];
const SNAPSHOT_PROD: &[&str] = &["snapshot", "prod", "-o", "-"];
const DRIFT: &[&str] = &["drift", "local", "prod", "ci"];
const DIFF_COMMITTED: &[&str] = &["diff", "contract", "local", "local@HEAD", "--format", "json"];

/// What every way to ask says, and which of it holds a piece of the canary.
fn leaks(root: &Path, canary: &Canary, runs: &[&[&str]], story: &str, found: &mut Vec<String>) -> Option<String> {
    let mut human = None;
    for arguments in runs {
        let told = evenkeel(root, arguments);
        for (stream, bytes) in [("stdout", &told.stdout), ("stderr", &told.stderr)] {
            let text = String::from_utf8_lossy(bytes);
            let lower = text.to_lowercase();
            let leak = canary.pieces.iter().find(|piece| lower.contains(&piece.to_lowercase()));
            if let Some(piece) = leak {
                let line = text.lines().find(|line| line.to_lowercase().contains(&piece.to_lowercase())).unwrap_or("");
                found.push(format!("{story}: {} in {stream} of {arguments:?}: {line}", canary.name));
            }
        }
        assert!(matches!(told.status.code(), Some(0..=3)), "{story}: {arguments:?} ended with {:?}", told.status);
        human.get_or_insert_with(|| String::from_utf8_lossy(&told.stdout).into_owned());
    }
    human
}

/// The repository of a planted file; the text may break off after the first canary.
fn plant(planted: &Planted, canary: &Canary, whole: bool) -> (tempfile::TempDir, String) {
    let (_, path, text) = planted;
    let root = tempfile::tempdir().expect("a temporary folder");
    for (around, text) in AROUND {
        write(root.path(), around, text);
    }
    for (of, companion, text) in COMPANIONS.iter().filter(|(of, ..)| of == path) {
        assert_eq!(of, path);
        write(root.path(), companion, text);
    }
    let (path, mut text) = (path.replace("{C}", &canary.text.replace('/', "_")), text.replace("{C}", canary.text));
    if !whole && let Some(end) = text.find(canary.text).map(|at| at + canary.text.len()) {
        text.truncate(end);
    }
    write(root.path(), &path, &text);
    let story = format!("{} {path} {text:?}", if whole { "whole" } else { "broken off" });
    (root, story)
}

fn hunt(whole: bool) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let found = std::sync::Mutex::new(Vec::new());
    let cases: Vec<(&Planted, &Canary)> = PLANTED
        .iter()
        .flat_map(|planted| CANARIES.iter().map(move |canary| (planted, canary)))
        .filter(|(planted, canary)| if planted.0 == Closed { !canary.telling || canary.name == "github" } else { canary.telling })
        .filter(|(_, canary)| whole || matches!(canary.name, "word" | "url" | "github"))
        .collect();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((planted, canary)) = cases.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    let (root, story) = plant(planted, canary, whole);
                    let mut mine = Vec::new();
                    let runs: &[&[&str]] = match (whole, canary.name) {
                        (true, "github") => &[HUMAN, JSON, PLAN, QUIET, DIFF, DIFF_JSON, DIFF_MARKDOWN, SNAPSHOT, SNAPSHOT_PROD, DRIFT],
                        (true, "word") => &[HUMAN, JSON, DIFF, DIFF_JSON, DIFF_MARKDOWN, SNAPSHOT, SNAPSHOT_PROD],
                        (true, _) => &[HUMAN, JSON, DIFF, DIFF_JSON, DIFF_MARKDOWN],
                        // What breaks off there is an image and its tag.
                        (false, _) if story.ends_with(&format!("scout:{}\"", canary.text)) => &[HUMAN],
                        (false, _) => &[HUMAN, DIFF_JSON],
                    };
                    let human = leaks(root.path(), canary, runs, &story, &mut mine).unwrap_or_default();
                    if whole && planted.1 != "evenkeel.toml" && !human.contains("[runtime-") && !human.contains("[service-") {
                        mine.push(format!("{story}: nothing was found, so nothing is tried:\n{human}"));
                    }
                    found.lock().expect("lock").extend(mine);
                }
            });
        }
    });
    let found = found.into_inner().expect("lock");
    assert!(found.is_empty(), "{} leaks\n{}", found.len(), found.join("\n"));
}

#[test]
fn whole_files_leak_nothing() {
    hunt(true);
}

#[test]
fn files_that_break_off_leak_nothing() {
    hunt(false);
}

#[test]
fn a_revision_leaks_nothing() {
    let canary = CANARIES.iter().find(|canary| canary.name == "github").expect("planted");
    let mut found = Vec::new();
    for planted in PLANTED.iter().step_by(4) {
        let (root, story) = plant(planted, canary, true);
        git(root.path(), &["init", "-q"]);
        git(root.path(), &["add", "-A"]);
        git(root.path(), &["commit", "-q", "-m", canary.text]);
        leaks(root.path(), canary, &[COMMITTED, DIFF_COMMITTED], &story, &mut found);
    }
    assert!(found.is_empty(), "{} leaks\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_format_carries_a_canary() {
    for format in evenkeel::read::FORMATS {
        let carries = PLANTED.iter().any(|(_, path, _)| (format.claims)(&path.replace("{C}", "x")) != evenkeel::read::Claim::No);
        assert!(carries, "no canary is planted for {}", format.name);
    }
}
