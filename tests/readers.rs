//! Every format reads its fixtures: `fixtures/read/<format>/<case>/tree/` is a small repository, the
//! file `expected` beside it holds what the format must say of it. `input.toml` may give layers,
//! variables, a target and services. `BLESS=1 cargo test --test readers` writes what is said now.
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use evenkeel::catalog::Catalog;
use evenkeel::files::{Components, Documents, FileView as _, WorkTree};
use evenkeel::model::Environment;
use evenkeel::read::{Claim, FORMATS, Format, Input, Link, Output, Started, Target, Variable};
use evenkeel::seal;
use evenkeel::syntax::{At, Node};

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseInput {
    read: Option<String>,
    #[serde(default)]
    layers: Vec<String>,
    #[serde(default)]
    variables: std::collections::BTreeMap<String, String>,
    target: Option<String>,
    #[serde(default)]
    services: Vec<String>,
    #[serde(default)]
    alone: bool,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/read")
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = std::fs::read_dir(path).map(|d| d.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect()).unwrap_or_default();
    out.sort();
    out
}

fn place(at: &At, documents: &Documents<'_>) -> String {
    let path = documents.by_id(at.file).map_or("?".to_owned(), |d| d.path.to_string());
    format!("{path}:{}:{}+{}", at.line, at.column, at.width)
}

fn places(all: &[At], documents: &Documents<'_>) -> String {
    all.iter().map(|at| format!(" via {}", place(at, documents))).collect()
}

fn say(format: &Format, case: &Path) -> String {
    let view = WorkTree::open(&case.join("tree")).expect("the case has a tree");
    let listing = view.list();
    let documents = Documents::new(&view, &listing);
    let catalog = Catalog::get();
    let components = Components::of_listing(&listing, &catalog.names);
    let given: CaseInput =
        std::fs::read_to_string(case.join("input.toml")).map_or_else(|_| CaseInput::default(), |text| toml::from_str(&text).expect("input.toml"));
    let claimed = listing.entries.iter().map(|e| e.path.clone()).filter(|path| match (format.claims)(path) {
        Claim::Yes => true,
        Claim::Maybe => documents.open(path).is_ok_and(|d| (format.sniff)(d.text())),
        Claim::No => false,
    });
    let chosen: Vec<String> = given.read.clone().map_or_else(|| claimed.collect(), |one| vec![one]);
    let mut said = String::new();
    for path in chosen {
        writeln!(said, "# {path}").expect("string");
        let document = match documents.open(&path) {
            Ok(document) => document,
            Err(reason) => {
                writeln!(said, "unreadable: {}", reason.phrase()).expect("string");
                continue;
            }
        };
        let layers = given.layers.iter().map(|l| documents.open(l).expect("layer")).collect();
        let variables: Vec<Variable> = given
            .variables
            .iter()
            .map(|(name, value)| Variable { name: name.clone(), value: Node::scalar(value.as_str(), At::file(document.id)), via: Vec::new() })
            .collect();
        let started = Started { services: given.services.clone(), alone: given.alone };
        let input = Input {
            document: document.clone(),
            layers,
            documents: &documents,
            catalog,
            components: &components,
            variables: &variables,
            target: given.target.as_deref(),
            started: &started,
        };
        let (mut links, mut out) = (Vec::new(), Output::default());
        format.links.of(&input, &mut links);
        (format.read)(&input, &mut out);
        for Link { environment, at, to } in &links {
            let to = match to {
                Target::Compose { files, folder, env_files, variables, started } => {
                    let only = if started.services.is_empty() { String::new() } else { format!(" only {:?}", started.services) };
                    let alone = if started.alone { " alone" } else { "" };
                    format!("compose {files:?} in {folder:?}{only}{alone} env {env_files:?} with {}", names(variables, &documents))
                }
                Target::Dockerfile { path, target, variables } => format!("dockerfile {path} target {target:?} with {}", names(variables, &documents)),
                Target::Copy { from, to } => format!("copy {from} to {to}"),
                Target::Part { path } => format!("part {path}"),
            };
            writeln!(said, "link {}{to} @ {}", environment.as_ref().map_or(String::new(), |e| format!("[{e}] ")), place(at, &documents)).expect("string");
        }
        for reading in &out.readings {
            let fact = seal::seal(reading, &Environment::new("-"), "", &path, &documents, catalog);
            let role = fact.role.word();
            let spec = fact
                .value
                .spec
                .as_ref()
                .map_or("-".to_owned(), |s| format!("{:?}", s.intervals()).replace("Interval ", "").replace("low: ", "").replace("high: ", ""));
            let stance = fact.value.variable.as_ref().map_or(String::new(), |v| format!(" {:?} {:?} {:?} {:?}", v.stance, v.need, v.content, v.shape));
            writeln!(
                said,
                "{}{stance} {} = {} {role} {:?} env={}{}{} @ {}{} {spec}",
                fact.kind.word(),
                fact.name,
                fact.value.text,
                fact.scope,
                fact.environment,
                reading.component.as_ref().map_or(String::new(), |c| format!(" component={}", seal::label(c))),
                fact.workload.as_ref().map_or(String::new(), |w| format!(" workload={w}")),
                place(&reading.at, &documents),
                places(&reading.via, &documents),
            )
            .expect("string");
        }
        for (at, reason) in &out.gaps {
            writeln!(said, "gap: {reason} @ {}", place(at, &documents)).expect("string");
        }
        for (at, reason) in &out.missing {
            writeln!(said, "missing: {reason} @ {}", place(at, &documents)).expect("string");
        }
        for (at, reason) in &out.notes {
            writeln!(said, "note: {reason} @ {}", place(at, &documents)).expect("string");
        }
    }
    said
}

fn names(variables: &[Variable], documents: &Documents<'_>) -> String {
    let all: Vec<String> = variables
        .iter()
        .map(|v| format!("{}={}@{}{}", v.name, v.value.text().unwrap_or("(none)"), place(&v.value.at(), documents), places(&v.via, documents)))
        .collect();
    format!("{all:?}")
}

#[test]
fn every_format_says_what_its_fixtures_expect() {
    let mut wrong = Vec::new();
    for format in FORMATS {
        let cases = folders(&root().join(format.name));
        assert!(cases.iter().any(|c| c.ends_with("broken")) && cases.len() > 1, "{} has no valid or no broken fixture", format.name);
        for case in cases {
            let (said, file) = (say(format, &case), case.join("expected"));
            let expected = std::fs::read_to_string(&file).unwrap_or_default();
            if std::env::var_os("BLESS").is_some() {
                std::fs::write(&file, &said).expect("can write");
            } else if said != expected {
                wrong.push(format!("{}\n--- expected\n{expected}--- said\n{said}", case.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_folder_of_fixtures_belongs_to_a_format() {
    for folder in folders(&root()) {
        let name = folder.file_name().expect("named").to_string_lossy().into_owned();
        assert!(FORMATS.iter().any(|format| format.name == name), "no format is called {name}");
    }
}
