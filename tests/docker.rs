//! What real engines say: containers on two of them, held against each other and against a compose file.
//! `tests/run` starts the engines and names their sockets; without those this says what it leaves out.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs, reason = "a test")]

mod sshd;

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard};

/// One after the other: whoever asks an engine is told of all that runs there.
static TURN: Mutex<()> = Mutex::new(());

/// The engines, empty, for one test.
struct Engines {
    sockets: [String; 2],
    folder: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// The engines, or a loud word that there are none.
fn engines(test: &str) -> Option<Engines> {
    let told = std::env::var("EVENKEEL_TEST_DOCKER").unwrap_or_default();
    let Some((first, second)) = told.split_once(',') else {
        // Past the capture of output, which would keep it from being seen.
        let word = format!("LEFT OUT: {test} wants two engines: EVENKEEL_TEST_DOCKER=/socket/one,/socket/two, which tests/run sets\n");
        let _ = std::io::stderr().write_all(word.as_bytes());
        return None;
    };
    let turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let engines = Engines { sockets: [first.to_owned(), second.to_owned()], folder: tempfile::tempdir().expect("a folder"), _turn: turn };
    engines.clear();
    for engine in 0..2 {
        engines.import(engine, "mill/web:1.3");
        for name in ["mill/web:1.4", "postgres:16.4", "postgres:15.2"] {
            engines.docker(engine, &["tag", "mill/web:1.3", name]);
        }
    }
    Some(engines)
}

impl Drop for Engines {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Engines {
    fn command(&self, engine: usize, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command.args(["--host", &format!("unix://{}", self.sockets[engine])]).args(arguments).env("DOCKER_CONFIG", self.folder.path());
        command
    }

    fn docker(&self, engine: usize, arguments: &[&str]) -> String {
        let told = self.command(engine, arguments).output().expect("docker runs");
        assert!(told.status.success(), "docker {arguments:?}: {}", text(&told.stderr));
        text(&told.stdout)
    }

    /// Removes all containers: these engines are the tests' own.
    fn clear(&self) {
        for engine in 0..2 {
            let ids = self.docker(engine, &["ps", "--all", "--quiet"]);
            let ids: Vec<&str> = ids.split_whitespace().collect();
            if !ids.is_empty() {
                self.docker(engine, &[&["rm", "--force", "--volumes"], ids.as_slice()].concat());
            }
        }
    }

    /// An image of a static busybox, which sets two variables of its own.
    fn import(&self, engine: usize, name: &str) {
        let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|path| Path::new(path).exists()).expect("busybox-static");
        let tar = Command::new("tar").args(["-C", "/", "-c", busybox.trim_start_matches('/')]).output().expect("tar runs");
        let start = format!("ENTRYPOINT [\"{busybox}\"]");
        let changes = ["--change", "ENV OWN_HOME=/opt/own", "--change", "ENV OWN_LEVEL=quiet", "--change", &start, "--change", "CMD [\"sleep\",\"1000000\"]"];
        let mut import = self.command(engine, &[&["import"], changes.as_slice(), &["-", name]].concat());
        let mut running = import.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("docker runs");
        running.stdin.take().expect("piped").write_all(&tar.stdout).expect("taken");
        assert!(running.wait().expect("ends").success());
    }

    /// Starts a service of the project `mill`.
    fn start(&self, engine: usize, service: &str, arguments: &[&str]) {
        let label = format!("com.docker.compose.service={service}");
        let fixed = ["run", "--detach", "--network", "none", "--label", "com.docker.compose.project=mill", "--label", &label];
        self.docker(engine, &[fixed.as_slice(), arguments].concat());
    }

    fn evenkeel(&self, arguments: &[&str]) -> (String, Option<i32>) {
        let told: Output = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1")
            .env("COLUMNS", "160")
            .env("DOCKER_CONFIG", self.folder.path())
            .env("DOCKER_HOST", format!("unix://{}", self.sockets[1]))
            .output()
            .expect("it runs");
        (format!("{}{}", text(&told.stdout), text(&told.stderr)), told.status.code())
    }

    fn live(&self, environment: &str, engine: usize) -> String {
        format!("--live={environment}=docker:unix://{}", self.sockets[engine])
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.folder.path().join(path), text).expect("written");
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn has(said: &str, lines: &[&str]) {
    let plain: Vec<String> = said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in lines {
        assert!(plain.iter().any(|have| have.contains(line)), "no '{line}' in:\n{said}");
    }
}

#[test]
fn two_engines_are_two_environments() {
    let Some(engines) = engines("two_engines_are_two_environments") else { return };
    engines.start(0, "web", &["--env", "MAIL_HOST=a.mill.test", "--env", "DB_PASSWORD=swordfishcanary", "mill/web:1.4"]);
    engines.start(1, "web", &["--env", "MAIL_HOST=a.mill.test", "--env", "EXTRA_MODE=on", "--env", "OWN_LEVEL=loud", "mill/web:1.3"]);
    engines.docker(1, &["run", "--detach", "--network", "none", "--name", "loose", "postgres:15.2"]);
    engines.docker(1, &["create", "--name", "never-started", "postgres:16.4"]);
    let (said, code) = engines.evenkeel(&["diff", "box-a", "box-b", &engines.live("box-a", 0), &engines.live("box-b", 1)]);
    has(
        &said,
        &[
            "± DB_PASSWORD ‹hidden› –",
            "± EXTRA_MODE – on",
            "± OWN_LEVEL – loud",
            "MAIL_HOST a.mill.test a.mill.test",
            "≠ mill/web 1.4 1.3",
            "± postgres – 15.2",
        ],
    );
    assert!(!said.contains("OWN_HOME") && !said.contains("swordfish") && !said.contains("16.4"), "{said}");
    assert_eq!(code, Some(1), "{said}");
    // Without an address it is the engine that the docker client would ask.
    let (said, code) = engines.evenkeel(&["diff", "box-a", "box-b", &engines.live("box-a", 1), "--live=box-b=docker"]);
    has(&said, &["5 subjects, none differs"]);
    assert_eq!(code, Some(0), "{said}");
}

const COMPOSE: &str = "services:
  web:
    image: mill/web:1.4
    command: [sleep, '1000000', --slow]
    environment:
      MAIL_HOST: a.mill.test
      MAIL_MODE: smtp
      LOG_LEVEL: info
      DB_PASSWORD: ${DB_PASSWORD:?}
  worker:
    image: mill/web:1.4
    environment:
      LOG_LEVEL: info
  db:
    image: postgres:16.4
    healthcheck:
      test: [CMD, pg_isready]
";

#[test]
fn what_runs_is_held_against_what_is_declared() {
    let Some(engines) = engines("what_runs_is_held_against_what_is_declared") else { return };
    engines.write("compose.prod.yaml", COMPOSE);
    engines.write("main.py", "import os\nos.environ['MAIL_HOST']\nos.environ['MAIL_MODE']\nos.environ.get('BY_HAND')\n");
    let web = ["--env", "MAIL_HOST=b.mill.test", "--env", "LOG_LEVEL=info", "--env", "DB_PASSWORD=swordfishcanary", "--env", "BY_HAND=1", "mill/web:1.3"];
    engines.start(0, "web", &web);
    engines.start(0, "worker", &["--env", "LOG_LEVEL=info", "mill/web:1.4"]);
    engines.start(0, "db", &["--env", "POSTGRES_PASSWORD=swordfishcanary", "postgres:15.2"]);
    let live = engines.live("production", 0);
    let (said, code) = engines.evenkeel(&["check", &live]);
    has(
        &said,
        &[
            "MAIL_MODE is not given to web in docker:mill, though the code needs it",
            "MAIL_HOST: web in prod runs with another value than compose.prod.yaml gives",
            "BY_HAND: web in prod runs with it, though compose.prod.yaml does not give it",
            "web in prod: compose.prod.yaml declares mill/web:1.4, what runs is mill/web:1.3",
            "db in prod: compose.prod.yaml declares postgres:16.4, what runs is postgres:15.2",
            "db: not checked in docker://mill/db",
            "docker://mill/web",
        ],
    );
    for absent in ["LOG_LEVEL: web", "worker in prod", "OWN_", "swordfish", "service-sources-agree", "image-floating-tag"] {
        assert!(!said.contains(absent), "{absent} in:\n{said}");
    }
    assert_eq!(code, Some(1), "{said}");
    let (said, _) = engines.evenkeel(&["check", &live, "--format", "json"]);
    assert!(said.contains("\"docker://mill/web\"") && !said.contains("swordfish"), "{said}");
}

#[test]
fn what_is_declared_and_runs_is_no_finding() {
    let Some(engines) = engines("what_is_declared_and_runs_is_no_finding") else { return };
    engines.write("compose.prod.yaml", COMPOSE);
    let web = ["--env", "MAIL_HOST=a.mill.test", "--env", "MAIL_MODE=smtp", "--env", "LOG_LEVEL=info", "--env", "DB_PASSWORD=x", "mill/web:1.4"];
    engines.start(0, "web", &[web.as_slice(), &["sleep", "1000000"]].concat());
    engines.start(0, "worker", &["--env", "LOG_LEVEL=info", "mill/web:1.4"]);
    engines.start(0, "db", &["--health-cmd", "pg_isready", "--env", "POSTGRES_PASSWORD=x", "postgres:16.4"]);
    let (said, code) = engines.evenkeel(&["check", &engines.live("prod", 0), "--level", "warning"]);
    has(&said, &["in parity"]);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn an_engine_that_stops_in_the_middle_is_a_gap() {
    let Some(engines) = engines("an_engine_that_stops_in_the_middle_is_a_gap") else { return };
    engines.write("compose.prod.yaml", COMPOSE);
    engines.start(0, "web", &["mill/web:1.3"]);
    engines.start(0, "worker", &["mill/web:1.3"]);
    // What it is called, which containers run, one of them and its image: then it is gone.
    let socket = engines.folder.path().join("stops.sock");
    let (listener, real) = (UnixListener::bind(&socket).expect("a socket"), engines.sockets[0].clone());
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().flatten().enumerate() {
            if number < 4 {
                forward(stream, UnixStream::connect(&real).expect("the engine"));
            }
        }
    });
    let (said, code) = engines.evenkeel(&["check", &format!("--live=prod=docker:unix://{}", socket.display())]);
    has(&said, &["the engine's answer broke off, or is larger than the limit of 16 MiB [prod]", "what runs is mill/web:1.3"]);
    assert_eq!(code, Some(3), "{said}");
}

/// Hands on what two sides say to each other.
fn forward(one: UnixStream, other: UnixStream) {
    let pass = |mut from: UnixStream, mut to: UnixStream| {
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count) = from.read(&mut buffer) {
                if count == 0 || to.write_all(buffer.get(..count).expect("read")).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Write);
        })
    };
    let clone = |stream: &UnixStream| stream.try_clone().expect("a second handle");
    pass(clone(&one), clone(&other));
    pass(other, one);
}

#[test]
fn containers_of_another_machine_are_told_over_ssh() {
    let Some(engines) = engines("containers_of_another_machine_are_told_over_ssh") else { return };
    let further = format!("SetEnv DOCKER_HOST=unix://{} DOCKER_CONFIG={}", engines.sockets[0], engines.folder.path().display());
    let Some(sshd) = sshd::Sshd::start("LEFT OUT: containers over ssh want sshd, which tests/run installs\n", &[&further]) else { return };
    engines.start(0, "web", &["--env", "MAIL_HOST=a.mill.test", "--env", "DB_PASSWORD=swordfishcanary", "mill/web:1.3"]);
    let compose = "services:\n  web:\n    image: mill/web:1.4\n    environment:\n      MAIL_HOST: a.mill.test\n      DB_PASSWORD: ${DB_PASSWORD}\n      EXTRA_MODE: loud\n";
    std::fs::write(sshd.folder().join("compose.prod.yaml"), compose).expect("written");
    let (said, code) = sshd.evenkeel(&["check", &format!("--live=prod=ssh:{}", sshd.address())]);
    has(&said, &["compose.prod.yaml declares mill/web:1.4, what runs is mill/web:1.3", "EXTRA_MODE: web in prod runs without it", "ssh://127.0.0.1/mill/web"]);
    assert!(!said.contains("swordfish"), "{said}");
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn a_container_that_changes_between_two_snapshots_has_drifted() {
    let Some(engines) = engines("a_container_that_changes_between_two_snapshots_has_drifted") else { return };
    engines.write("compose.prod.yaml", COMPOSE);
    engines.start(0, "web", &["--env", "MAIL_HOST=a.mill.test", "--env", "DB_PASSWORD=swordfishcanary", "mill/web:1.3"]);
    let live = engines.live("prod", 0);
    engines.evenkeel(&["init", "--key"]);
    let (said, code) = engines.evenkeel(&["snapshot", "prod", "--accept", &live]);
    assert_eq!(code, Some(0), "{said}");
    let (said, code) = engines.evenkeel(&["drift", &live]);
    assert_eq!(code, Some(0), "{said}");
    engines.clear();
    let changed = ["--env", "MAIL_HOST=b.mill.test", "--env", "DB_PASSWORD=otherfishcanary", "--env", "BY_HAND=1", "mill/web:1.4"];
    engines.start(0, "web", &changed);
    let (said, code) = engines.evenkeel(&["drift", &live]);
    has(&said, &["MAIL_HOST", "a.mill.test", "b.mill.test", "BY_HAND", "DB_PASSWORD", "1.3", "1.4"]);
    assert!(!said.contains("swordfish") && !said.contains("otherfish"), "{said}");
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn an_engine_behind_tls_is_asked_with_the_person_s_certificates() {
    let told = std::env::var("EVENKEEL_TEST_DOCKER_TLS").unwrap_or_default();
    let Some((address, certificates)) = told.split_once(',') else {
        let word = "LEFT OUT: an engine behind TLS: EVENKEEL_TEST_DOCKER_TLS=HOST:PORT,FOLDER, which tests/run sets\n";
        let _ = std::io::stderr().write_all(word.as_bytes());
        return;
    };
    let Some(engines) = engines("an_engine_behind_tls_is_asked_with_the_person_s_certificates") else { return };
    engines.write("compose.prod.yaml", COMPOSE);
    engines.start(0, "web", &["mill/web:1.3"]);
    let ask = |certificates: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.args(["check", &format!("--live=prod=docker:https://{address}")]).current_dir(engines.folder.path());
        let told = command.env("NO_COLOR", "1").env("DOCKER_CERT_PATH", certificates).output().expect("it runs");
        (text(&told.stdout), told.status.code())
    };
    let (said, code) = ask(Path::new(certificates));
    has(&said, &["declares mill/web:1.4, what runs is mill/web:1.3"]);
    assert_eq!(code, Some(1), "{said}");
    // Somebody else's certificate vouches for nothing; without one of ours the engine says nothing.
    let (said, code) = ask(engines.folder.path());
    has(&said, &["there is no ca.pem to know the engine by"]);
    assert_eq!(code, Some(3), "{said}");
    let other = engines.folder.path().join("other");
    std::fs::create_dir(&other).expect("a folder");
    std::fs::copy(Path::new(certificates).join("cert.pem"), other.join("ca.pem")).expect("copied");
    let (said, code) = ask(&other);
    has(&said, &["the engine's certificate is not one that ca.pem vouches for"]);
    assert_eq!(code, Some(3), "{said}");
    std::fs::copy(Path::new(certificates).join("ca.pem"), other.join("ca.pem")).expect("copied");
    let (said, code) = ask(&other);
    assert!(said.contains("gap: https://"), "{said}");
    assert_eq!(code, Some(3), "{said}");
}
