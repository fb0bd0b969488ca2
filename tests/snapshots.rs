//! Snapshots: what is taken comes back as it was, nothing changed in between is believed, an environment
//! against its own snapshot is silent, and whoever is killed loses nothing.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use evenkeel::check::{Scope, survey};
use evenkeel::config::Config;
use evenkeel::diff::{Column, diff, gather};
use evenkeel::drift::drift;
use evenkeel::files::WorkTree;
use evenkeel::model::Environment;
use evenkeel::seal;
use evenkeel::store::{Snapshot, Store};

const KEY: &str = "a key for tests that is long enough";

fn worlds() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/worlds");
    std::fs::read_dir(folder).expect("readable").flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn run(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
    command.args(arguments).current_dir(root).env("NO_COLOR", "1").env_remove("EVENKEEL_KEY").output().expect("evenkeel runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A repository with one stack.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("compose.yml"), COMPOSE).expect("written");
    folder
}

const COMPOSE: &str = "services:
  web:
    image: acme/web:1.4.0
    environment:
      API_TOKEN: tok_first_3b9d77aa
      LOG_LEVEL: info
      QUEUE_URL: amqp://app:first-pw-3b9d77aa@queue:5672/jobs
  store:
    image: postgres:16.2
";

fn change(root: &Path, from: &str, to: &str) {
    let path = root.join("compose.yml");
    let text = std::fs::read_to_string(&path).expect("read");
    assert!(text.contains(from), "{from}");
    std::fs::write(path, text.replace(from, to)).expect("written");
}

/// Snapshots of one second have one place in the store's order.
fn later() {
    std::thread::sleep(Duration::from_millis(1_050));
}

#[test]
fn what_is_taken_comes_back_and_its_environment_is_silent_beside_it() {
    seal::key::take(KEY).expect("the key of this test binary");
    let published: serde_json::Value = serde_json::from_str(include_str!("../rules/schema/snapshot-1.json")).expect("JSON");
    let schema = jsonschema::validator_for(&published).expect("a schema");
    let (mut taken, now) = (0, "2026-11-21T12:00:00Z".parse().expect("a time"));
    for world in worlds() {
        let view = WorkTree::open(&world).expect("a world");
        let survey = survey(&view, &Config::default(), &Scope { alike: true, ..Scope::default() });
        for environment in survey.plan.environments.iter().filter(|environment| environment.rank() > 0) {
            let snapshot = Snapshot::of(environment, &survey.facts, &survey.gaps, now);
            let text = snapshot.to_json();
            let tree: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let wrong: Vec<String> = schema.iter_errors(&tree).map(|error| format!("{} at {}", error, error.instance_path())).collect();
            assert!(wrong.is_empty(), "{} {environment}: {wrong:?}", world.display());
            let back = Snapshot::parse(text.as_bytes()).unwrap_or_else(|why| panic!("{} {environment}: {why}\n{text}", world.display()));
            assert_eq!(back.to_json().len(), text.len(), "{} {environment}", world.display());
            assert!(back.comparable && back.state == snapshot.state && back.taken == snapshot.taken);
            let (label, kept) = (Environment::new("kept"), back.survey());
            let columns = [
                Column { label: environment.clone(), environment: environment.clone(), survey: &survey },
                Column { label, environment: environment.clone(), survey: &kept },
            ];
            let gathered = gather(&columns);
            let matrix = diff(&gathered);
            let drifted = drift(&matrix);
            let told: Vec<String> = drifted.changes.iter().map(|one| format!("{} {}", one.change.word(), one.row.name)).collect();
            assert!(told.is_empty(), "{} {environment}: {told:?}", world.display());
            taken += 1;
        }
    }
    assert!(taken > 10, "{taken} environments are too few to tell");
}

#[test]
fn nothing_that_was_changed_is_believed() {
    let folder = repository();
    let output = run(folder.path(), &["snapshot", "local", "-o", "kept.json"]);
    assert!(output.status.success(), "{}", said(&output));
    let whole = std::fs::read_to_string(folder.path().join("kept.json")).expect("read");
    let refused = |text: &str, why: &str| {
        std::fs::write(folder.path().join("other.json"), text).expect("written");
        let output = run(folder.path(), &["diff", "local", "other.json"]);
        assert_eq!(output.status.code(), Some(2), "{why}: {}", said(&output));
        assert!(said(&output).contains(why), "{why}: {}", said(&output));
        assert!(output.stdout.is_empty());
    };
    for cut in [0, 1, whole.len() / 3, whole.len() - 3] {
        refused(whole.get(..cut).expect("ASCII there"), "cut off");
    }
    refused(&whole.replace("16.2", "16.3"), "changed after it was taken");
    refused(&whole.replace("\"gaps\": []", "\"gaps\": [{}]"), "does not keep to its schema");
    refused(&whole.replace("snapshot/1", "snapshot/2"), "a later evenkeel does");
    refused("{\"schema\": \"other/1\"}", "no snapshot");
    refused("not JSON at all", "no JSON");
    assert!(run(folder.path(), &["diff", "local", "kept.json"]).status.success());
}

#[test]
fn drift_tells_what_appeared_vanished_and_changed_and_since_when() {
    let folder = repository();
    let root = folder.path();
    assert_eq!(run(root, &["drift"]).status.code(), Some(2), "nothing is accepted yet");
    assert!(run(root, &["init", "--key"]).status.success());
    let key = std::fs::read_to_string(root.join(".evenkeel/key")).expect("a key");
    assert!(said(&run(root, &["init", "--key"])).contains("stays as it is"));
    assert_eq!(std::fs::read_to_string(root.join(".evenkeel/key")).expect("a key"), key);
    assert!(run(root, &["snapshot", "local", "--accept"]).status.success());
    let silent = run(root, &["drift"]);
    assert!(silent.status.success() && said(&silent).contains("nothing changed"), "{}", said(&silent));

    change(root, "postgres:16.2", "postgres:17.1");
    later();
    assert!(run(root, &["snapshot", "local"]).status.success());
    let stored = Store::of(root).list("local").expect("listed");
    assert_eq!(stored.len(), 2);
    later();
    change(root, "tok_first_3b9d77aa", "tok_second_3b9d77aa");
    change(root, "LOG_LEVEL: info", "VERBOSE: \"true\"");
    let output = run(root, &["drift", "local", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let told: Vec<String> = report["changes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            format!("{} {} {}", one["change"].as_str().expect("a word"), one["subject"].as_str().expect("a name"), one["since"].as_str().expect("a time"))
        })
        .collect();
    let (then, now) = (stored[1].taken.to_string(), report["now"].as_str().expect("a time"));
    assert_eq!(
        told,
        [format!("changed API_TOKEN {now}"), format!("changed postgres {then}"), format!("appeared VERBOSE {now}"), format!("vanished LOG_LEVEL {now}")]
    );
    assert_eq!(report["summary"]["same"], 2);

    // Under another key the hidden values say nothing; what is shown does.
    let other = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(["drift", "--format", "json"])
        .current_dir(root)
        .env("EVENKEEL_KEY", "quite another key than that")
        .output()
        .expect("runs");
    let report: serde_json::Value = serde_json::from_slice(&other.stdout).expect("JSON");
    assert_eq!((&report["summary"]["changed"], &report["summary"]["untold"]), (&1.into(), &2.into()), "{}", said(&other));

    assert!(run(root, &["drift", "--accept"]).status.success());
    assert!(said(&run(root, &["drift"])).contains("nothing changed"));
    assert_eq!(run(root, &["drift", "--max-age", "1h"]).status.code(), Some(0));
    later();
    later();
    assert_eq!(run(root, &["drift", "--max-age", "1s"]).status.code(), Some(1), "what was accepted is too old");
    let whole: String = walk(root).iter().filter(|path| !path.ends_with("compose.yml")).map(|path| std::fs::read_to_string(path).expect("text")).collect();
    assert!(!whole.contains("3b9d77aa"), "a secret is stored");
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("readable").flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn stored_snapshots_are_found_by_their_names_and_old_ones_go() {
    let folder = repository();
    let root = folder.path();
    for tag in ["16.3", "16.4", "17.0"] {
        let accept: &[&str] = if tag == "16.3" { &["--accept"] } else { &[] };
        assert!(run(root, &[&["snapshot", "local", "--keep", "2"], accept].concat()).status.success());
        let old = std::fs::read_to_string(root.join("compose.yml")).expect("read").lines().last().expect("a line").trim().to_owned();
        change(root, &old, &format!("image: postgres:{tag}"));
        later();
    }
    // The accepted one stays beside the two newest.
    assert_eq!(Store::of(root).list("local").expect("listed").len(), 3);
    let output = run(root, &["diff", "local", "local~0", "local~1", "local@{1d}", "--only", "service"]);
    assert_eq!(output.status.code(), Some(2), "nothing is a day old: {}", said(&output));
    let output = run(root, &["diff", "local", "local~0", "local~1", "local~2", "--only", "service", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let texts: Vec<&str> =
        report["rows"][0]["cells"].as_array().expect("cells").iter().map(|cell| cell["values"][0]["text"].as_str().expect("a text")).collect();
    assert_eq!(texts, ["17.0", "16.4", "16.3", "16.2"], "{}", said(&output));
    // What is stored is none of the repository's configuration.
    assert!(!said(&run(root, &["check", "--explain-plan"])).contains(".evenkeel"));
}

#[test]
fn whoever_is_killed_leaves_the_store_whole() {
    let folder = repository();
    let root = folder.path();
    assert!(run(root, &["snapshot", "local", "--accept"]).status.success());
    for round in 0..60u64 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
            .args(["snapshot", "local", "--accept", "--keep", "5"])
            .current_dir(root)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        std::thread::sleep(Duration::from_micros(700 * round));
        let _ = child.kill();
        let _ = child.wait();
        let store = Store::of(root);
        for stored in store.list("local").expect("listed") {
            store.get(&stored).unwrap_or_else(|error| panic!("round {round}: {error}"));
        }
        assert!(store.accepted("local").expect("named").is_some(), "round {round}");
    }
    let output = run(root, &["drift"]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn a_snapshot_stands_in_for_the_environment_that_it_was_taken_of() {
    let there = repository();
    std::fs::rename(there.path().join("compose.yml"), there.path().join("compose.prod.yml")).expect("renamed");
    let file = there.path().join("prod.json");
    let output = run(there.path(), &["snapshot", "prod", "-o", file.to_str().expect("UTF-8")]);
    assert!(output.status.success(), "{}", said(&output));
    let here = repository();
    change(here.path(), "postgres:16.2", "postgres:14.1");
    assert!(!said(&run(here.path(), &["check", "--format", "json"])).contains("service-major-match"));
    let live = format!("prod=snapshot:{}", file.display());
    let output = run(here.path(), &["check", "--live", &live, "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("service-major-match"), "{}", said(&output));
    // What is refused is a gap, and no verdict.
    std::fs::write(&file, "{}").expect("written");
    let output = run(here.path(), &["check", "--live", &live]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
}

#[test]
fn a_process_tells_what_of_its_environment_the_repository_speaks_of() {
    let folder = repository();
    let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
    command
        .args(["snapshot", "box", "--live", "box=process", "-o", "-"])
        .current_dir(folder.path())
        .env("LOG_LEVEL", "debug")
        .env("API_TOKEN", "tok_third_3b9d77aa")
        .env("SHELL_NOISE", "1");
    let output = command.output().expect("runs");
    assert!(output.status.success(), "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let told: Vec<String> = report["facts"]
        .as_array()
        .expect("facts")
        .iter()
        .map(|fact| format!("{} {}", fact["name"].as_str().expect("a name"), fact["value"]["text"].as_str().expect("a text")))
        .collect();
    assert_eq!(told, ["API_TOKEN ‹hidden›", "LOG_LEVEL debug"]);
    assert!(!said(&output).contains("3b9d77aa"));
    let output = run(folder.path(), &["snapshot", "box", "--live", "box=process:4294967295", "-o", "-"]);
    assert_eq!(output.status.code(), Some(3), "there is no such process: {}", said(&output));
}

#[test]
#[cfg(unix)]
fn a_store_that_leads_out_of_the_repository_is_neither_read_nor_written() {
    let (folder, outside) = (repository(), tempfile::tempdir().expect("a folder"));
    let root = folder.path();
    let link = |to: &Path, from: &str| std::os::unix::fs::symlink(to, root.join(from)).expect("a link");
    // The whole store.
    link(outside.path(), ".evenkeel");
    for arguments in [&["snapshot", "local"][..], &["init", "--key"], &["drift", "local"], &["diff", "local", "local~0"]] {
        let output = run(root, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains("leads elsewhere"), "{arguments:?}: {}", said(&output));
    }
    assert!(walk(outside.path()).is_empty());
    std::fs::remove_file(root.join(".evenkeel")).expect("removed");
    // A folder in it, and the key.
    std::fs::create_dir(root.join(".evenkeel")).expect("made");
    link(outside.path(), ".evenkeel/snapshots");
    assert_eq!(run(root, &["snapshot", "local"]).status.code(), Some(2));
    assert!(walk(outside.path()).is_empty());
    std::fs::remove_file(root.join(".evenkeel/snapshots")).expect("removed");
    link(Path::new("/dev/zero"), ".evenkeel/key");
    assert_eq!(run(root, &["snapshot", "local"]).status.code(), Some(2));
}
