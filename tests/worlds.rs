//! The stories of `fixtures/worlds` are told right: what `WORLD.md` lists as wrong is found, with its
//! places; what only looks wrong, and whatever is not listed, is no warning.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs, reason = "a test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file and a line.
type Place = (String, u64);

struct Finding {
    level: String,
    rule: String,
    /// Whether it is about an environment that says nothing, at no place.
    absent: bool,
    /// The places that cannot hold together.
    disagreeing: BTreeSet<Place>,
    /// Every place of the subject, and how it came there.
    all: BTreeSet<Place>,
}

fn worlds() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/worlds");
    let mut worlds: Vec<PathBuf> = std::fs::read_dir(folder).expect("readable").flatten().map(|entry| entry.path()).collect();
    worlds.sort();
    worlds
}

/// `path:line`.
fn place(text: &str) -> Option<Place> {
    let (path, line) = text.rsplit_once(':')?;
    Some((path.to_owned(), line.parse().ok()?))
}

/// The items of a section, each with the places it names.
fn items(story: &str, section: &str) -> Vec<(String, BTreeSet<Place>)> {
    let body = story.split("\n## ").find_map(|part| part.strip_prefix(section)).expect("the story has this section");
    let starts = |line: &str| line.starts_with("- ") || line.split_once(". ").is_some_and(|(number, _)| number.parse::<u8>().is_ok());
    let mut items: Vec<String> = Vec::new();
    for line in body.lines() {
        match items.last_mut() {
            _ if starts(line) => items.push(line.to_owned()),
            Some(item) => item.push_str(line),
            None => {}
        }
    }
    items.into_iter().map(|item| (item.clone(), item.split('`').filter_map(place).collect())).collect()
}

fn findings(world: &Path) -> Vec<Finding> {
    let told = Command::new(env!("CARGO_BIN_EXE_evenkeel")).args(["check", "--format", "json"]).arg(world).output().expect("evenkeel runs");
    let report: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!(report["gaps"].as_array().map(Vec::len), Some(0), "{}: everything can be read", world.display());
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    let finding = |finding: &serde_json::Value| {
        let (mut disagreeing, mut all) = (BTreeSet::new(), BTreeSet::new());
        for value in list(&finding["cells"]).iter().flat_map(|cell| list(&cell["values"])) {
            let own = (word(&value["origin"]["path"]), value["origin"]["line"].as_u64().unwrap_or(0));
            let via = word(&value["origin"]["via"]);
            let places: Vec<Place> = via.split(", ").filter_map(place).chain([own]).collect();
            if value["disagrees"] == true {
                disagreeing.extend(places.clone());
            }
            all.extend(places);
        }
        let odd = |cell: &&serde_json::Value| cell["environment"] == finding["odd_one_out"];
        let absent = list(&finding["cells"]).iter().find(odd).is_some_and(|cell| cell["state"] == "absent");
        Finding { level: word(&finding["level"]), rule: word(&finding["rule"]), absent, disagreeing, all }
    };
    list(&report["findings"]).iter().map(finding).collect()
}

#[test]
fn what_is_wrong_is_found() {
    for world in worlds() {
        let (story, findings) = (std::fs::read_to_string(world.join("WORLD.md")).expect("a story"), findings(&world));
        for (item, places) in items(&story, "Wrong") {
            let found = findings.iter().any(|finding| {
                let everywhere = finding.absent || places.iter().all(|place| finding.all.contains(place));
                everywhere && !finding.disagreeing.is_disjoint(&places)
            });
            assert!(found, "{}: not found: {item}", world.display());
        }
    }
}

#[test]
fn nothing_else_is_a_warning() {
    for world in worlds() {
        let story = std::fs::read_to_string(world.join("WORLD.md")).expect("a story");
        let wrong = items(&story, "Wrong");
        for finding in findings(&world).iter().filter(|finding| finding.level != "info") {
            let listed = wrong.iter().any(|(_, places)| finding.disagreeing.intersection(places).count() >= 2);
            assert!(listed, "{}: {} is not listed: {:?}", world.display(), finding.rule, finding.disagreeing);
        }
    }
}

#[test]
fn what_only_looks_wrong_is_no_warning() {
    for world in worlds() {
        let story = std::fs::read_to_string(world.join("WORLD.md")).expect("a story");
        let wrong: BTreeSet<Place> = items(&story, "Wrong").into_iter().flat_map(|(_, places)| places).collect();
        for (item, places) in items(&story, "Only looks wrong") {
            let innocent: BTreeSet<&Place> = places.difference(&wrong).collect();
            let accused =
                findings(&world).into_iter().find(|finding| finding.level != "info" && finding.disagreeing.iter().any(|place| innocent.contains(place)));
            assert!(accused.is_none(), "{}: {} accuses: {item}", world.display(), accused.map(|finding| finding.rule).unwrap_or_default());
        }
    }
}

#[test]
fn a_world_where_all_agree_is_silent() {
    assert!(findings(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/worlds/still-water")).is_empty());
}

/// Every small repository of the fixtures.
fn trees() -> Vec<std::path::PathBuf> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folders = |path: &Path| -> Vec<std::path::PathBuf> {
        std::fs::read_dir(path).map(|all| all.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect()).unwrap_or_default()
    };
    let cases = folders(&fixtures.join("read")).into_iter().flat_map(|format| folders(&format)).map(|case| case.join("tree"));
    let mut trees: Vec<std::path::PathBuf> = cases.chain(folders(&fixtures.join("worlds"))).collect();
    trees.sort();
    trees
}

/// The whole report, and what it comes to when the columns stand in this order.
fn report(tree: &Path, environments: Vec<String>) -> (String, Vec<String>) {
    use evenkeel::check::{Scope, matrix, survey, verdict};
    let view = evenkeel::files::WorkTree::open(tree).expect("opens");
    let config = evenkeel::config::Config { environments, ..evenkeel::config::Config::default() };
    let survey = survey(&view, &config, &Scope::default());
    let matrix = matrix(&survey);
    let verdict = verdict(&matrix, &config);
    let report = evenkeel::report::Report { survey: &survey, verdict: &verdict, level: evenkeel::judge::Level::Info, verbose: true, width: 100 };
    let text = evenkeel::report::FORMATS.iter().map(|format| (format.render)(&report)).collect();
    let mut keys: Vec<String> =
        verdict.findings.iter().map(|f| format!("{} {:?} {} {:?} {:?}", f.rule.id, f.level, f.subject, f.components, f.odd_one_out)).collect();
    keys.sort();
    (text, keys)
}

#[test]
fn every_rule_on_every_fixture_says_the_same_twice_and_in_any_order() {
    for tree in trees() {
        let (first, keys) = report(&tree, Vec::new());
        assert_eq!(first, report(&tree, Vec::new()).0, "{}", tree.display());
        let order = ["prod", "demo", "staging", "ci", "local", "dev"].map(str::to_owned).to_vec();
        let stated: Vec<String> = order.into_iter().filter(|name| first.contains(name.as_str())).collect();
        assert_eq!(keys, report(&tree, stated).1, "{}", tree.display());
    }
}
