//! The command line as a person meets it: what it prints and how it ends, for the stories of
//! `fixtures/worlds` and for what goes wrong. `tests/expected` holds the answers; `BLESS=1 cargo test
//! --test cli` writes what is said now.
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn world(name: &str) -> PathBuf {
    root().join("fixtures/worlds").join(name)
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env_remove("CLICOLOR_FORCE");
    command
}

fn evenkeel(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("evenkeel runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

fn git(folder: &Path, arguments: &[&str]) {
    let told = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("git runs");
    assert!(told.status.success(), "git {arguments:?}: {}", text(&told.stderr));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("can make the folder");
    for entry in std::fs::read_dir(from).expect("readable").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("can copy");
        }
    }
}

/// A folder with these files.
fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().expect("in the folder")).expect("can make the folder");
        std::fs::write(file, text).expect("can write");
    }
    folder
}

/// Compares an answer with the expected file of this name, and its exit code with `code`.
fn answers(name: &str, folder: &Path, arguments: &[&str], code: i32) {
    let told = evenkeel(folder, arguments);
    let shown = arguments.iter().map(|word| if word.contains(' ') { format!("'{word}'") } else { (*word).to_owned() }).collect::<Vec<_>>().join(" ");
    let said = format!(
        "{}\n{}{}(exit {})\n",
        format!("$ evenkeel {shown}").trim_end(),
        text(&told.stdout),
        text(&told.stderr).lines().map(|line| format!("stderr: {line}\n")).collect::<String>(),
        told.status.code().expect("ended by itself")
    );
    let file = root().join("tests/expected").join(format!("{name}.txt"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(file.parent().expect("in a folder")).expect("can make the folder");
        std::fs::write(&file, &said).expect("can write");
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    snapbox::assert_data_eq!(said, snapbox::Data::text(expected).raw());
    assert_eq!(told.status.code(), Some(code), "{name}");
    let again = evenkeel(folder, arguments);
    assert_eq!((told.stdout, told.stderr), (again.stdout, again.stderr), "{name}: two runs say the same");
}

const WRONG: &str = "services:\n  db:\n    image: postgres:16\n";
const CI: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      db:\n        image: postgres:14\n    steps: []\n";

#[test]
fn the_worlds() {
    answers("ferry-desk", &world("ferry-desk"), &[], 1);
    answers("parcel-desk", &world("parcel-desk"), &[], 1);
    answers("still-water", &world("still-water"), &["check"], 0);
    answers("tide-gauge", &world("tide-gauge"), &["check", "."], 1);
}

#[test]
fn the_worlds_as_json() {
    for (name, code) in [("ferry-desk", 1), ("parcel-desk", 1), ("still-water", 0), ("tide-gauge", 1)] {
        let arguments = &["check", "--format", "json"];
        answers(&format!("{name}.json"), &world(name), arguments, code);
        let told: serde_json::Value = serde_json::from_slice(&evenkeel(&world(name), arguments).stdout).expect("JSON");
        assert_eq!(told["schema"], "evenkeel.report/1");
    }
}

#[test]
fn the_plans_of_the_worlds() {
    for name in ["ferry-desk", "parcel-desk", "still-water", "tide-gauge"] {
        answers(&format!("{name}.plan"), &world(name), &["check", "--explain-plan"], 0);
    }
}

#[test]
fn everything_that_was_judged() {
    answers("still-water.verbose", &world("still-water"), &["--verbose"], 0);
    answers("parcel-desk.verbose", &world("parcel-desk"), &["-v"], 1);
}

#[test]
fn narrower_questions() {
    let desk = &world("parcel-desk");
    answers("level-error", desk, &["--level", "error"], 1);
    answers("level-warning", &world("tide-gauge"), &["--level", "warning"], 1);
    answers("env", desk, &["check", "--env", "ci,prod"], 1);
    answers("only-service", desk, &["--only", "service"], 1);
    answers("only-runtime", desk, &["--only", "runtime"], 1);
    answers("only-image", &world("tide-gauge"), &["--only", "image"], 1);
}

#[test]
fn environments_side_by_side() {
    for name in ["ferry-desk", "parcel-desk", "still-water", "tide-gauge"] {
        answers(&format!("diff-{name}"), &world(name), &["diff"], 1);
    }
    let desk = &world("parcel-desk");
    answers("diff-two", desk, &["diff", "prod", "local"], 1);
    answers("diff-contract", desk, &["diff", "contract", "prod", "--only", "runtime"], 1);
    answers("diff-only", desk, &["diff", "--only", "service,image", "--only", "runtime"], 1);
    answers("diff-path", root(), &["diff", "-C", "fixtures/worlds/tide-gauge", "--changed"], 1);
    answers("diff-itself", desk, &["diff", "prod", "prod", "--changed"], 0);
    answers("diff-markdown", &world("ferry-desk"), &["diff", "--format", "markdown"], 1);
    answers("diff.json", desk, &["diff", "local", "ci", "prod", "--only", "service,env", "--changed", "--format", "json"], 1);
    let told: serde_json::Value = serde_json::from_slice(&evenkeel(desk, &["diff", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(told["schema"], "evenkeel.diff/1");
}

#[test]
fn what_a_comparison_cannot_do() {
    let desk = &world("parcel-desk");
    answers("diff-unknown-environment", desk, &["diff", "local", "produktion"], 2);
    answers("diff-one", desk, &["diff", "local"], 2);
    answers("diff-no-revision", root(), &["diff", "local", "local@no-such-revision"], 2);
    answers("diff-unknown-format", desk, &["diff", "--format", "yaml"], 2);
    answers("diff-empty", repository(&[]).path(), &["diff"], 0);
    answers("diff-alone", repository(&[("compose.yaml", WRONG)]).path(), &["diff"], 0);
    let broken = repository(&[("compose.yaml", "services:\n  db:\n    image: \"postgres:16\n"), (".github/workflows/ci.yml", CI)]);
    answers("diff-gap", broken.path(), &["diff"], 3);
    answers("diff-gap-markdown", broken.path(), &["diff", "--format", "markdown"], 3);
}

#[test]
fn revisions_side_by_side() {
    let story = repository(&[("compose.yaml", WRONG), (".github/workflows/ci.yml", CI), (".env", "API_KEY=pq7h2nna\nPAGE_SIZE=20\n")]);
    git(story.path(), &["init", "-q"]);
    git(story.path(), &["add", "-A", "-f"]);
    git(story.path(), &["commit", "-q", "-m", "before"]);
    answers("diff-revision-same", story.path(), &["diff", "local", "local@HEAD"], 0);
    std::fs::write(story.path().join("compose.yaml"), WRONG.replace(":16", ":17")).expect("can write");
    std::fs::write(story.path().join(".env"), "API_KEY=zz81mmwq\nPAGE_SIZE=20\n").expect("can write");
    answers("diff-revision", story.path(), &["diff", "local", "ci", "local@HEAD", "ci@HEAD"], 1);
    answers("diff-revision-environment", story.path(), &["diff", "local", "prod@HEAD"], 2);
}

#[cfg(unix)]
#[test]
fn nothing_in_a_repository_is_markup_or_a_command() {
    let file = "FROM node:20\nENV LOG_LEVEL=::error::x\nENV ::DEBUG::=1\n";
    let folders = ["::error title=x::y", "##[add-mask]z", "a|b`c`<b>*d*"];
    let files: Vec<(String, &str)> = folders.iter().map(|folder| (format!("{folder}/Dockerfile"), file)).collect();
    let mut all: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    all.extend([("compose.yaml", WRONG), (".github/workflows/ci.yml", CI)]);
    let folder = repository(&all);
    answers("diff-markup", folder.path(), &["diff"], 1);
    answers("diff-markup-markdown", folder.path(), &["diff", "--format", "markdown"], 1);
    for format in ["human", "json", "markdown"] {
        let told = text(&evenkeel(folder.path(), &["diff", "--format", format]).stdout);
        assert!(!told.contains("##[") && told.lines().all(|line| !line.trim_start().starts_with("::")), "{told}");
    }
    // The excerpts of findings have a sign of three colons, which no command has.
    let told = text(&evenkeel(folder.path(), &["-v"]).stdout);
    assert!(!told.contains("##[") && told.lines().map(str::trim_start).all(|line| !line.starts_with("::") || line.starts_with(":::")), "{told}");
}

/// A repository of eight environments whose values are long.
fn wide() -> tempfile::TempDir {
    let folder = repository(&[("compose.yaml", WRONG)]);
    for (number, name) in ["demo", "dev", "ithc", "sandbox", "test", "staging", "prod"].into_iter().enumerate() {
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: registry.example.org/harbour/desk-of-the-ferries:1.{}.0\n          env:\n            - {{ name: ORDERS_API_BASE_URL_OF_THE_SECOND_REGION, value: 'https://orders.{name}.harbour.internal/v{number}' }}\n            - {{ name: PAGE_SIZE, value: '{}' }}\n",
            number / 3,
            if name == "prod" { 50 } else { 20 },
        );
        let file = folder.path().join(format!("k8s/{name}/web.yaml"));
        std::fs::create_dir_all(file.parent().expect("in a folder")).expect("can make the folder");
        std::fs::write(file, text).expect("can write");
    }
    folder
}

#[test]
fn many_environments_stand_below_each_other() {
    let wide = wide();
    answers("diff-wide", wide.path(), &["diff"], 1);
    for line in text(&evenkeel(wide.path(), &["diff"]).stdout).lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn the_gate_decides_what_fails() {
    let remark = repository(&[("compose.yaml", "services:\n  db:\n    image: postgres:16.1\n"), (".github/workflows/ci.yml", &CI.replace(":14", ":16.4"))]);
    answers("gate-default", remark.path(), &[], 0);
    answers("gate-info", remark.path(), &["--gate", "info"], 1);
    let warning = repository(&[("compose.yaml", "services:\n  db:\n    image: postgres\n"), (".github/workflows/ci.yml", CI)]);
    answers("gate-warning", warning.path(), &["--gate", "warning"], 1);
    answers("gate-error", warning.path(), &["--gate", "error"], 0);
}

#[test]
fn the_rules() {
    answers("explain", root(), &["explain"], 0);
    answers("explain-rule", root(), &["explain", "service-major-match"], 0);
    answers("explain-unknown", root(), &["explain", "service-mayor-match"], 2);
    answers("explain-far-off", root(), &["explain", "zzz"], 2);
}

#[test]
fn what_is_asked_wrongly() {
    let desk = &world("parcel-desk");
    answers("unknown-environment", desk, &["--env", "produktion"], 2);
    answers("no-such-path", desk, &["check", "no/such/folder"], 2);
    answers("a-file", desk, &["check", "package.json"], 2);
    answers("unknown-option", desk, &["check", "--frmat", "json"], 2);
    answers("unknown-format", desk, &["check", "--format", "jsn"], 2);
    answers("unknown-kind", desk, &["check", "--only", "services"], 2);
}

#[test]
fn a_broken_configuration_is_told_with_its_line() {
    for (name, configuration) in [
        ("config-unknown-key", "gate = \"error\"\nignroe = [\"legacy/**\"]\n"),
        ("config-no-toml", "environments = [\"local\", \"ci\"\n\n[rules]\n"),
        ("config-wrong-type", "environments = \"prod\"\n"),
        ("config-unknown-rule", "[rules]\nservice-floatin = \"off\"\n"),
        ("config-level", "[rules]\nservice-floating = \"fatal\"\n"),
        ("config-pattern", "ignore = [\"legacy/[**\"]\n"),
        ("config-missing", "[[source]]\nfiles = [\"ops/*.yml\"]\n"),
        ("config-environment", "[[source]]\nenvironment = \"the office\"\nfiles = []\n"),
    ] {
        let folder = repository(&[("evenkeel.toml", configuration), ("compose.yaml", WRONG)]);
        answers(name, folder.path(), &["check"], 2);
    }
}

#[test]
fn what_cannot_be_read_is_a_gap() {
    let broken = repository(&[("compose.yaml", "services:\n  db:\n    image: \"postgres:16\n"), (".github/workflows/ci.yml", CI)]);
    answers("gap", broken.path(), &[], 3);
    answers("gap.json", broken.path(), &["--format", "json"], 3);
    answers("gap-hides-nothing", broken.path(), &["--gate", "error", "--level", "error"], 3);
}

#[test]
fn an_empty_folder_says_that_there_is_nothing() {
    let empty = repository(&[]);
    answers("empty", empty.path(), &[], 0);
    answers("empty.json", empty.path(), &["--format", "json"], 0);
    let foreign = repository(&[("README.md", "# Notes\n"), ("src/main.c", "int main() {}\n")]);
    answers("nothing-known", foreign.path(), &[], 0);
    let alone = repository(&[("compose.yaml", WRONG)]);
    answers("one-environment", alone.path(), &[], 0);
}

#[test]
fn a_revision_is_judged_like_a_working_tree() {
    for name in ["ferry-desk", "parcel-desk", "still-water", "tide-gauge"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(&world(name), folder.path());
        git(folder.path(), &["init", "-q"]);
        git(folder.path(), &["add", "-A", "-f"]);
        git(folder.path(), &["commit", "-q", "-m", "all"]);
        let (tree, revision) = (evenkeel(folder.path(), &["-v"]), evenkeel(folder.path(), &["-v", "--at", "HEAD"]));
        assert_eq!(text(&tree.stdout), text(&revision.stdout), "{name}");
        assert_eq!(tree.status.code(), revision.status.code(), "{name}");
        // What is only in the working tree does not count.
        std::fs::write(folder.path().join("Dockerfile"), "FROM node:0.12\n").expect("can write");
        assert_eq!(text(&revision.stdout), text(&evenkeel(folder.path(), &["-v", "--at", "HEAD"]).stdout), "{name}");
        answers("at-nonsense", folder.path(), &["--at", "nonsense"], 2);
        answers("at-option", folder.path(), &["--at=--help"], 2);
    }
    let bare = repository(&[("compose.yaml", WRONG)]);
    answers("at-no-repository", bare.path(), &["--at", "HEAD"], 2);
}

#[test]
fn a_closed_pipe_is_no_error() {
    for (arguments, code) in
        [(&["check"][..], 1), (&["check", "--format", "json"], 1), (&["diff"], 1), (&["completions", "bash"], 0), (&["man"], 0), (&["--help"], 0)]
    {
        let mut child = command(&world("parcel-desk"), arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("evenkeel runs");
        drop(child.stdout.take());
        let mut complaint = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut complaint).expect("readable");
        assert_eq!((child.wait().expect("ends").code(), complaint.as_str()), (Some(code), ""), "{arguments:?}");
    }
}

#[test]
fn completions_and_manual_are_made() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let told = evenkeel(root(), &["completions", shell]);
        assert!(told.status.success() && text(&told.stdout).contains("explain-plan"), "{shell}");
    }
    let manual = evenkeel(root(), &["man"]);
    assert!(manual.status.success() && text(&manual.stdout).contains("Exit codes"));
    assert_eq!(evenkeel(root(), &["completions", "tcsh"]).status.code(), Some(2));
}

#[test]
fn colours_are_for_terminals() {
    let plain = evenkeel(&world("parcel-desk"), &[]);
    assert!(!plain.stdout.contains(&0x1b));
    for arguments in [&[][..], &["diff"]] {
        let coloured = command(&world("parcel-desk"), arguments).env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1").output().expect("evenkeel runs");
        assert!(coloured.stdout.contains(&0x1b));
    }
    let json = command(&world("parcel-desk"), &["--format", "json"]).env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1").output().expect("evenkeel runs");
    assert!(!json.stdout.contains(&0x1b));
}
