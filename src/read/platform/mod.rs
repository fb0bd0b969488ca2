//! Manifests of hosting platforms: the variables that a platform hands to what it runs. One table
//! says where in which file they stand and in what shape; Render's blueprint, whose groups refer to
//! each other, has a room of its own.

mod render;

use super::{Claim, Format, Home, Input, Links, Output, declared};
use crate::files::file_name;
use crate::model::{Content, Environment, Need, Reading, Scope, Stance};
use crate::seal;
use crate::syntax::dotenv::is_name;
use crate::syntax::{At, Node};

/// Manifests of hosting platforms.
pub(super) static FORMAT: Format = Format { name: "platform", claims, sniff, scan: None, home: Home::Prod, links: Links::None, read };

/// One step into a document.
enum Step {
    /// Under this key.
    Key(&'static str),
    /// Under each key, which names an environment.
    Environment,
    /// Under each key, or into each item by its `name`: something that runs.
    Workload,
}

/// How variables are written down.
enum Shape {
    /// A map of names to values.
    Map,
    /// A map of names to values, or to maps that declare one.
    Declarations,
    /// A list of maps, with the keys of the name and the value.
    Pairs(&'static str, &'static str),
    /// The same, with values that are names of what stands elsewhere.
    Secrets(&'static str, &'static str),
    /// A list of places that hold more.
    Elsewhere,
}

/// Where variables stand in a manifest.
struct Spot {
    /// The file's name: its stem, which an environment may follow, and its extensions.
    stem: &'static str,
    extensions: &'static [&'static str],
    path: &'static [Step],
    shape: Shape,
    scope: Scope,
    /// Whether the environments that it names are places that things are deployed to.
    deployed: bool,
}

use Step::{Key, Workload};

const fn spot(stem: &'static str, extensions: &'static [&'static str], path: &'static [Step], shape: Shape) -> Spot {
    Spot { stem, extensions, path, shape, scope: Scope::Run, deployed: true }
}

const TOML: &[&str] = &["toml"];
const JSON: &[&str] = &["json"];
const YAML: &[&str] = &["yml", "yaml"];
const WRANGLER: &[&str] = &["toml", "json", "jsonc"];

static SPOTS: &[Spot] = &[
    // Heroku: app.json schema.
    Spot { deployed: false, ..spot("app", JSON, &[Key("env")], Shape::Declarations) },
    Spot { deployed: false, ..spot("app", JSON, &[Key("environments"), Step::Environment, Key("env")], Shape::Declarations) },
    // Fly.io: `[env]`, in both generations of the file.
    spot("fly", TOML, &[Key("env")], Shape::Map),
    // Vercel: project configuration.
    spot("vercel", JSON, &[Key("env")], Shape::Map),
    Spot { scope: Scope::Build, ..spot("vercel", JSON, &[Key("build"), Key("env")], Shape::Map) },
    // Netlify: file-based configuration; a context replaces what it names.
    Spot { scope: Scope::Build, ..spot("netlify", TOML, &[Key("build"), Key("environment")], Shape::Map) },
    Spot { scope: Scope::Build, ..spot("netlify", TOML, &[Key("context"), Step::Environment, Key("environment")], Shape::Map) },
    // Cloudflare's wrangler: an environment inherits no variables.
    spot("wrangler", WRANGLER, &[Key("vars")], Shape::Map),
    spot("wrangler", WRANGLER, &[Key("env"), Step::Environment, Key("vars")], Shape::Map),
    // Serverless Framework.
    spot("serverless", YAML, &[Key("provider"), Key("environment")], Shape::Map),
    spot("serverless", YAML, &[Key("functions"), Workload, Key("environment")], Shape::Map),
    // Amazon ECS: task definition parameters.
    spot("task", JSON, &[Key("containerDefinitions"), Workload, Key("environment")], Shape::Pairs("name", "value")),
    spot("task", JSON, &[Key("containerDefinitions"), Workload, Key("secrets")], Shape::Secrets("name", "valueFrom")),
    spot("task", JSON, &[Key("containerDefinitions"), Workload, Key("environmentFiles")], Shape::Elsewhere),
    // Cloud Foundry: app manifest.
    spot("manifest", YAML, &[Key("applications"), Workload, Key("env")], Shape::Map),
];

impl Spot {
    /// Whether it is in a file of this name, in lower case.
    fn is_in(&self, name: &str) -> bool {
        let Some((stem, extension)) = name.rsplit_once('.') else { return false };
        // A task definition goes by many names: `task-definition.json`, `taskdef.prod.json`, `ecs-web.json`.
        let is_task = || self.stem == "task" && ["task-def", "task_def", "taskdef", "ecs"].iter().any(|start| stem.starts_with(start));
        let named = stem.strip_prefix(self.stem).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_'])) || is_task();
        named && self.extensions.contains(&extension)
    }
}

fn is_blueprint(path: &str) -> bool {
    matches!(file_name(path), "render.yaml" | "render.yml")
}

/// Most of these files may be without variables, and then say nothing of any environment.
fn claims(path: &str) -> Claim {
    let name = file_name(path).to_ascii_lowercase();
    if is_blueprint(path) || SPOTS.iter().any(|spot| spot.is_in(&name)) { Claim::Maybe } else { Claim::No }
}

fn sniff(head: &str) -> bool {
    let words = ["\"env\"", "[env]", "vars]", "\"vars\"", "vars =", "environment]", "environment:", "envVars", "\"containerDefinitions\""];
    let line = |key: &str| head.lines().any(|line| line.trim_start().starts_with(key));
    words.iter().any(|word| head.contains(word)) || line("applications:") && line("env:")
}

fn read(input: &Input<'_>, out: &mut Output) {
    let path = &*input.document.path;
    let Some(tree) = declared::tree(input, out) else { return };
    if is_blueprint(path) {
        return render::read(input, tree, out);
    }
    let name = file_name(path).to_ascii_lowercase();
    for spot in SPOTS.iter().filter(|spot| spot.is_in(&name)) {
        let found = Found { environment: None, workload: None, scope: spot.scope };
        walk(input, spot, spot.path, tree, &found, out);
    }
}

/// What the way to some variables says of them.
#[derive(Clone)]
struct Found {
    environment: Option<Environment>,
    workload: Option<String>,
    scope: Scope,
}

impl Found {
    fn push(&self, reading: Reading, out: &mut Output) {
        out.push(reading.environment(self.environment.clone()).workload(self.workload.as_deref()).scope(self.scope));
    }
}

fn walk(input: &Input<'_>, spot: &Spot, path: &[Step], node: &Node, found: &Found, out: &mut Output) {
    let Some((step, rest)) = path.split_first() else { return variables(&spot.shape, node, found, out) };
    match step {
        Key(key) => {
            if let Some(inner) = node.get(key) {
                walk(input, spot, rest, inner, found, out);
            }
        }
        Step::Environment => {
            for (key, inner) in node.entries() {
                let environment = environment(input, &key.text, spot.deployed);
                if environment.is_some() {
                    walk(input, spot, rest, inner, &Found { environment, ..found.clone() }, out);
                }
            }
        }
        Workload => {
            for (key, inner) in node.entries() {
                walk(input, spot, rest, inner, &Found { workload: Some(key.text.to_string()), ..found.clone() }, out);
            }
            for item in node.items() {
                walk(input, spot, rest, item, &Found { workload: item.text_of("name").map(str::to_owned), ..found.clone() }, out);
            }
        }
    }
}

/// The environment of this name: the one that its words mean, or else the platform's own.
fn environment(input: &Input<'_>, name: &str, deployed: bool) -> Option<Environment> {
    let own = || Some(seal::name(name)).filter(|shown| shown.as_str() == name).map(|shown| Environment::new(shown.as_str()));
    input.catalog.names.environment_of(name, deployed).or_else(own)
}

fn variables(shape: &Shape, node: &Node, found: &Found, out: &mut Output) {
    let named = |key: &str, at: At| is_name(key).then_some(at);
    match shape {
        Shape::Map => {
            for (key, value) in node.entries() {
                if let Some(at) = named(&key.text, key.at) {
                    found.push(given(&key.text, value, at), out);
                }
            }
        }
        Shape::Declarations => {
            for (key, value) in node.entries() {
                if let Some(at) = named(&key.text, key.at) {
                    found.push(declaration(&key.text, value, at), out);
                }
            }
        }
        Shape::Pairs(name, value) | Shape::Secrets(name, value) => {
            for item in node.items() {
                let Some((name, at)) = item.get(name).and_then(|name| Some((name.text()?, named(name.text()?, name.at())?))) else { continue };
                let reading = match item.get(value) {
                    Some(value) if matches!(shape, Shape::Pairs(..)) => given(name, value, at),
                    _ => Reading::variable_without(Stance::Given, Need::Bare, Content::Reference, name, at),
                };
                found.push(reading, out);
            }
        }
        Shape::Elsewhere => {
            for item in node.items() {
                found.push(Reading::variable_without(Stance::Open, Need::Bare, Content::Nothing, "*", item.at()), out);
            }
        }
    }
}

/// A variable that is given with this value; one that the platform makes or fetches is a reference.
fn given(name: &str, value: &Node, at: At) -> Reading {
    let elsewhere = |text: &&str| !(text.starts_with("${") || text.starts_with('@'));
    match value.text().filter(elsewhere) {
        Some(text) => Reading::variable(Stance::Given, name, text, at),
        None => Reading::variable_without(Stance::Given, Need::Bare, Content::Reference, name, at),
    }
}

/// Heroku's: a value, or a map that has one, has it made, or asks whoever deploys for it.
fn declaration(name: &str, value: &Node, at: At) -> Reading {
    if !value.is_map() {
        return given(name, value, at);
    }
    match value.get("value") {
        Some(value) => given(name, value, at),
        None if value.get("generator").is_some() => Reading::variable_without(Stance::Given, Need::Bare, Content::Reference, name, at),
        None => {
            let need = if value.text_of("required") == Some("false") { Need::Optional } else { Need::Required };
            Reading::variable_without(Stance::Declared, need, Content::Nothing, name, at)
        }
    }
}
