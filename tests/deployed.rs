//! The commit that an image says it was built from, with real engines and a real git: packages are held against the
//! lock file of that commit, and `ENV@deployed` is its files.
#![cfg(unix)]
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

#[path = "common/engine.rs"]
mod engine;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use engine::has;

const LABEL: &str = "org.opencontainers.image.revision";

/// A repository beside an engine.
struct Scene {
    socket: String,
    folder: tempfile::TempDir,
}

impl Drop for Scene {
    fn drop(&mut self) {
        engine::clear(&self.socket, self.folder.path());
    }
}

impl Scene {
    fn new() -> Option<Scene> {
        let told = std::env::var("EVENKEEL_TEST_DOCKER").unwrap_or_default();
        let Some((socket, _)) = told.split_once(',') else {
            let word = b"LEFT OUT: what_was_built_from_a_commit_is_held_against_it wants an engine: EVENKEEL_TEST_DOCKER, which tests/run sets\n";
            let _ = std::io::stderr().write_all(word);
            return None;
        };
        let scene = Scene { socket: socket.to_owned(), folder: tempfile::tempdir().expect("a folder") };
        engine::clear(&scene.socket, scene.folder.path());
        scene.git(&["init", "--quiet", "--initial-branch=main"]);
        Some(scene)
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.folder.path().join(path), text).expect("written");
    }

    fn git(&self, arguments: &[&str]) -> String {
        let named = ["-c", "user.name=a", "-c", "user.email=a@mill.test", "-c", "commit.gpgsign=false"];
        let told = Command::new("git").args(named).args(arguments).current_dir(self.folder.path()).output().expect("git runs");
        assert!(told.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&told.stderr));
        String::from_utf8_lossy(&told.stdout).trim().to_owned()
    }

    /// Commits a lock file with a version of vue, and a compose file with these variables; the commit's name.
    fn commit(&self, vue: &str, environment: &str) -> String {
        let entry = |name: &str, version: &str| format!("    \"node_modules/{name}\": {{\n      \"version\": \"{version}\"\n    }}");
        let entries = [entry("vue", vue), entry("pinia", "2.1.0")].join(",\n");
        self.write("package-lock.json", &format!("{{\n  \"lockfileVersion\": 3,\n  \"packages\": {{\n{entries}\n  }}\n}}\n"));
        self.write("compose.prod.yaml", &format!("services:\n  web:\n    image: mill/web:2.0\n    environment:\n{environment}"));
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "a state"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs an image with vue 3.4.9 in place of what ran, labelled with a commit.
    fn run(&self, label: Option<&str>) {
        engine::clear(&self.socket, self.folder.path());
        let root = tempfile::tempdir().expect("a folder");
        let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|path| Path::new(path).exists()).expect("busybox-static");
        std::fs::copy(busybox, root.path().join("busybox")).expect("copied");
        std::fs::create_dir(root.path().join("app")).expect("a folder");
        std::fs::write(root.path().join("app/package.json"), "{ \"name\": \"web\" }").expect("written");
        for (name, version) in [("vue", "3.4.9"), ("pinia", "2.1.0")] {
            let folder = root.path().join("app/node_modules").join(name);
            std::fs::create_dir_all(&folder).expect("a folder");
            std::fs::write(folder.join("package.json"), format!("{{ \"name\": \"{name}\", \"version\": \"{version}\" }}")).expect("written");
        }
        let tar = Command::new("tar").arg("-C").arg(root.path()).args(["-c", "."]).output().expect("tar runs");
        let label = label.map(|label| format!("LABEL {LABEL}={label}"));
        let mut arguments = vec!["import", "--change", "ENTRYPOINT [\"/busybox\", \"sleep\", \"1000000\"]"];
        arguments.extend(label.iter().flat_map(|label| ["--change", label.as_str()]));
        arguments.extend(["-", "mill/web:2.0"]);
        let mut import = engine::command(&self.socket, self.folder.path(), &arguments);
        let mut running = import.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("docker runs");
        running.stdin.take().expect("piped").write_all(&tar.stdout).expect("taken");
        assert!(running.wait().expect("ends").success());
        let labels = ["--label", "com.docker.compose.project=mill", "--label", "com.docker.compose.service=web"];
        let start = [&["run", "--detach", "--network", "none"], labels.as_slice(), &["--env", "MAIL_HOST=a.mill.test", "mill/web:2.0"]].concat();
        engine::docker(&self.socket, self.folder.path(), &start);
    }

    fn evenkeel(&self, arguments: &[&str]) -> (String, Option<i32>) {
        let told = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1")
            .env("COLUMNS", "160")
            .output()
            .expect("it runs");
        (format!("{}{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr)), told.status.code())
    }
}

#[test]
fn what_was_built_from_a_commit_is_held_against_it() {
    let Some(scene) = Scene::new() else { return };
    let first = scene.commit("3.4.9", "      MAIL_HOST: a.mill.test\n");
    let second = scene.commit("3.5.1", "      MAIL_HOST: a.mill.test\n      LIST_HOST: b.mill.test\n");
    let live = format!("--live=prod=docker:unix://{}", scene.socket);
    let check = |more: &[&str]| scene.evenkeel(&[&["check", "--only", "dependency", live.as_str(), "--inside"], more].concat());
    // Nothing says what it was built from.
    scene.run(None);
    let (said, code) = check(&[]);
    has(&said, &["web in prod does not run what package-lock.json has", "contract 3.5.1 package-lock.json:5", "prod 3.4.9 docker://mill/web"]);
    assert_eq!(code, Some(1), "{said}");
    let (said, code) = scene.evenkeel(&["diff", "prod", "prod@deployed", &live]);
    has(&said, &["no image that runs in prod names a commit of this clone (its label org.opencontainers.image.revision)"]);
    assert_eq!(code, Some(2), "{said}");
    // What is older than the checkout is what its own commit has.
    scene.run(Some(&first));
    let (said, code) = check(&[]);
    assert!(!said.contains("deployed-lock-mismatch"), "{said}");
    assert_eq!(code, Some(0), "{said}");
    let (said, _) = scene.evenkeel(&["check", "--at", "prod@deployed", "--live", "prod=docker:unix:///nowhere/engine.sock"]);
    has(&said, &["what runs in prod was not told: unix:///nowhere/engine.sock"]);
    let (said, _) = scene.evenkeel(&["check", "--at", "prd@deployed", &live]);
    has(&said, &["there is no environment 'prd' here"]);
    // Against a revision that is named, that one counts.
    let (said, _) = check(&["--at", "HEAD"]);
    has(&said, &["web in prod does not run what package-lock.json has"]);
    let (said, code) = check(&["--at", "prod@deployed"]);
    assert!(!said.contains("deployed-lock-mismatch"), "{said}");
    assert_eq!(code, Some(0), "{said}");
    let (said, code) = scene.evenkeel(&["diff", "prod", "prod@deployed", "--changed"]);
    has(&said, &["no snapshot of prod is stored", "--live prod=SOURCE"]);
    assert_eq!(code, Some(2), "{said}");
    let (said, code) = scene.evenkeel(&["snapshot", "prod", &live]);
    assert_eq!(code, Some(0), "{said}");
    for more in [[live.as_str()].as_slice(), &[]] {
        let (said, code) = scene.evenkeel(&[&["diff", "prod", "prod@deployed", "--changed"], more].concat());
        has(&said, &["LIST_HOST"]);
        assert!(!said.contains("3.4.9"), "{said}");
        assert_eq!(code, Some(1), "{said}");
    }
    // What says it is new and holds what is old was not built from what it says; people write names short.
    scene.run(second.get(..9));
    let (said, code) = check(&[]);
    let short = second.get(..7).expect("a commit's name");
    has(&said, &[&format!("web in prod does not run what {short}:package-lock.json has"), &format!("prod 3.5.1 {short}:package-lock.json:5")]);
    assert_eq!(code, Some(1), "{said}");
    // The base's label names a commit of somebody else's.
    scene.run(Some("0123456789abcdef0123456789abcdef01234567"));
    let (said, _) = check(&[]);
    has(&said, &["web in prod does not run what package-lock.json has"]);
}
