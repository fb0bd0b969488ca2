//! What real engines say: containers on two of them, held against each other and against a compose file.
//! `tests/run` starts the engines and names their sockets; without those this says what it leaves out.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs, reason = "a test")]

#[path = "common/engine.rs"]
mod engine;

mod sshd;

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard};

use engine::has;

/// One after the other: whoever asks an engine is told of all that runs there.
static TURN: Mutex<()> = Mutex::new(());

/// The engines, empty, for one test.
struct Engines {
    sockets: [String; 2],
    folder: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
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
    let turn = turn();
    let engines = Engines { sockets: [first.to_owned(), second.to_owned()], folder: tempfile::tempdir().expect("a folder"), _turn: turn };
    engines.clear();
    for engine in 0..2 {
        engines.import(engine, "mill/web:1.3");
        for name in ["mill/web:1.4", "mill/mailer", "postgres:16.4", "postgres:15.2"] {
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
        engine::command(&self.sockets[engine], self.folder.path(), arguments)
    }

    fn docker(&self, engine: usize, arguments: &[&str]) -> String {
        engine::docker(&self.sockets[engine], self.folder.path(), arguments)
    }

    fn clear(&self) {
        self.sockets.iter().for_each(|socket| engine::clear(socket, self.folder.path()));
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
    has(&said, &["9 subjects, none differs", "web user root root"]);
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
            "not given to web in docker:mill, though the code needs it: MAIL_MODE",
            "MAIL_HOST: web in prod runs with another value than compose.prod.yaml gives",
            "BY_HAND: web in prod runs with what compose.prod.yaml does not give",
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
fn containers_of_one_service_that_part_are_told() {
    let Some(engines) = engines("containers_of_one_service_that_part_are_told") else { return };
    engines.write("compose.prod.yaml", COMPOSE);
    engines.write("main.py", "import os\nos.environ['MAIL_MODE']\nos.environ['MAIL_HOST']\nos.environ.get('CACHE_MODE')\n");
    let web = |name: &str, more: &[&str], image: &str| {
        let own = ["--name", name, "--env", "MAIL_HOST=a.mill.test", "--env", "DB_PASSWORD=swordfishcanary"];
        engines.start(0, "web", &[own.as_slice(), more, &["--env", &format!("INSTANCE={name}"), image]].concat());
    };
    web("mill-web-1", &["--env", "MAIL_MODE=smtp", "--env", "LOG_LEVEL=info", "--env", "CACHE_MODE=on"], "mill/web:1.4");
    web("mill-web-2", &["--env", "MAIL_MODE=smtp", "--env", "LOG_LEVEL=info", "--env", "CACHE_MODE=off"], "mill/web:1.4");
    web("mill-web-3", &["--env", "CACHE_MODE=on"], "mill/web:1.3");
    // Of another service no file speaks.
    for (name, more) in [("mill-mailer-1", ["--env", "CACHE_MODE=on"].as_slice()), ("mill-mailer-2", &[])] {
        engines.start(0, "mailer", &[["--name", name].as_slice(), more, &["--env", "MAIL_MODE=smtp", "mill/mailer"]].concat());
    }
    let live = engines.live("prod", 0);
    let (said, code) = engines.evenkeel(&["check", &live]);
    has(
        &said,
        &[
            "LOG_LEVEL and MAIL_MODE: mill-web-3 (1 of 3 containers of web in prod) runs without what compose.prod.yaml gives",
            "not given to web in docker:mill (1 of 3 containers: mill-web-3), though the code needs it: MAIL_MODE",
            "not given to mailer in docker:mill, though the code needs it: MAIL_HOST",
            "web in prod: compose.prod.yaml declares mill/web:1.4, what runs is mill/web:1.3 (1 of 3 containers)",
            "CACHE_MODE: web in prod runs with what compose.prod.yaml does not give",
            "INSTANCE: web in prod runs with what compose.prod.yaml does not give",
            "CACHE_MODE: mill-mailer-2 (1 of 2 containers of mailer in prod) runs without what others of its containers are given",
        ],
    );
    assert!(!said.contains("image-replicas-differ") && !said.contains("DB_PASSWORD: ") && !said.contains("swordfish"), "{said}");
    assert_eq!(code, Some(1), "{said}");
    // Half of a deployment, as no file names the image; its tag is the same.
    engines.clear();
    std::fs::remove_file(engines.folder.path().join("compose.prod.yaml")).expect("removed");
    let mailer = |name: &str| engines.start(0, "mailer", &["--name", name, "--env", "MAIL_MODE=smtp", "mill/mailer"]);
    mailer("mill-mailer-1");
    engines.build(0, "mill/mailer", &[("app/new", "new")], &[]);
    mailer("mill-mailer-2");
    let (said, code) = engines.evenkeel(&["check", &live]);
    has(&said, &["warning[image-replicas-differ]: mailer in prod: 1 of 2 containers runs mill/mailer (sha256:"]);
    has(&said, &["docker://mill/mailer (1 of 2 containers: mill-mailer-1)"]);
    assert!(!said.contains("image-tag-moved") && !said.contains("env-replicas"), "{said}");
    assert_eq!(code, Some(1), "{said}");
    engines.clear();
    ["mill-mailer-1", "mill-mailer-2"].into_iter().for_each(mailer);
    let (said, code) = engines.evenkeel(&["check", &live]);
    assert!(!said.contains("replicas"), "{said}");
    assert_eq!(code, Some(0), "{said}");
}

/// A stack that says on what terms it runs, in the words of all the forms.
const TERMS: &str = "services:
  web:
    image: mill/web:1.4
    mem_limit: 0.5g
    pids_limit: 100
    restart: always
    platform: linux/arm64
  worker:
    image: mill/web:1.4
    restart: 'no'
    deploy:
      resources: { limits: { memory: 512M, cpus: '0.50', pids: 100 } }
      restart_policy: { condition: on-failure }
  mailer:
    image: mill/mailer
    mem_limit: ${MAILER_MEMORY:-64m}
";

#[test]
fn terms_that_containers_run_on_are_held_against_the_declared_ones() {
    let Some(engines) = engines("terms_that_containers_run_on_are_held_against_the_declared_ones") else { return };
    engines.write("compose.prod.yaml", TERMS);
    engines.start(0, "web", &["--memory", "256m", "mill/web:1.4"]);
    engines.start(0, "worker", &["--memory", "536870912", "--cpu-quota", "50000", "--pids-limit", "100", "--restart", "on-failure:3", "mill/web:1.4"]);
    engines.start(0, "mailer", &["mill/mailer"]);
    let live = engines.live("prod", 0);
    let (said, code) = engines.evenkeel(&["check", &live]);
    let mut expected = vec![
        "warning[workload-terms-drift]: web memory-limit in prod: compose.prod.yaml declares 512m, what runs has 256m",
        "web pids-limit in prod: compose.prod.yaml declares 100, what runs has none",
        "web restart in prod: compose.prod.yaml declares always, what runs has none",
    ];
    if cfg!(target_arch = "x86_64") {
        expected.push("web platform in prod: compose.prod.yaml declares linux/arm64, what runs has linux/amd64");
    }
    has(&said, &expected);
    assert!(!said.contains("worker ") && !said.contains("mailer memory"), "{said}");
    assert_eq!(code, Some(1), "{said}");
    // One that was left without is told by its name.
    engines.start(0, "worker", &["--name", "mill-worker-2", "--memory", "512m", "--cpus", "0.5", "--restart", "on-failure", "mill/web:1.4"]);
    let (said, _) = engines.evenkeel(&["check", &live]);
    has(&said, &["worker pids-limit in prod: compose.prod.yaml declares 100, what runs has none (1 of 2 containers)"]);
    // Two environments: one without a limit, which is worth a remark where both are deployed.
    engines.start(1, "worker", &["--pids-limit", "100", "mill/web:1.4"]);
    let (said, _) = engines.evenkeel(&["check", &live, &engines.live("staging", 1)]);
    has(&said, &["workload-memory-unbounded: worker memory-limit differs: staging none; prod 512m"]);
    let (said, _) = engines.evenkeel(&["check", &live, &engines.live("local", 1)]);
    assert!(!said.contains("unbounded"), "{said}");
    let (said, code) = engines.evenkeel(&["diff", "prod", "staging", &live, &engines.live("staging", 1), "--changed"]);
    has(&said, &["± worker memory-limit 512m –", "± worker cpu-limit 0.5 –"]);
    assert!(!said.contains("worker pids-limit") && !said.contains("worker platform"), "{said}");
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn a_container_that_does_not_run_well_is_told() {
    let Some(engines) = engines("a_container_that_does_not_run_well_is_told") else { return };
    engines.start(0, "web", &["--restart", "always", "mill/web:1.4", "false"]);
    engines.start(0, "worker", &["--health-cmd", "/bin/busybox false", "--health-interval", "1s", "--health-retries", "1", "mill/web:1.4"]);
    engines.start(0, "mailer", &["mill/mailer"]);
    engines.start(0, "idle", &["--name", "idle", "mill/mailer"]);
    engines.docker(0, &["pause", "idle"]);
    // Those that have ended: as they should, on request, and with an error.
    engines.start(0, "migrate", &["mill/web:1.4", "true"]);
    engines.start(0, "seed", &["mill/web:1.4", "false"]);
    engines.start(0, "queue", &["--name", "queue", "--restart", "unless-stopped", "mill/web:1.4"]);
    engines.start(0, "byhand", &["--name", "byhand", "mill/web:1.4"]);
    engines.docker(0, &["stop", "--time", "0", "queue", "byhand"]);
    std::thread::sleep(std::time::Duration::from_secs(5));
    let live = engines.live("prod", 0);
    engines.evenkeel(&["init", "--key"]);
    let (mut said, mut code) = engines.evenkeel(&["check", &live]);
    // Each time it is started it runs for a moment; and it takes a while until a check has failed.
    for _ in 0..40 {
        if said.contains("web in prod keeps restarting") && said.contains("worker in prod is unhealthy") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(300));
        (said, code) = engines.evenkeel(&["check", &live]);
    }
    has(&said, &["warning[workload-unwell]: web in prod keeps restarting", "warning[workload-unwell]: worker in prod is unhealthy", "idle in prod is paused"]);
    has(&said, &["seed in prod has ended with an error", "queue in prod is stopped"]);
    assert!(["mailer in", "migrate", "byhand"].iter().all(|absent| !said.contains(absent)), "{said}");
    assert_eq!(code, Some(1), "{said}");
    let (said, code) = engines.evenkeel(&["snapshot", "prod", "--accept", &live]);
    assert_eq!(code, Some(0), "{said}");
    engines.clear();
    engines.start(0, "web", &["--restart", "always", "--memory", "64m", "mill/web:1.4"]);
    engines.start(0, "mailer", &["mill/mailer"]);
    let (said, code) = engines.evenkeel(&["drift", &live]);
    has(&said, &["web memory-limit", "web state"]);
    assert!(!said.contains("web restart") && !said.contains("mailer"), "{said}");
    assert_eq!(code, Some(1), "{said}");
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
    has(
        &said,
        &["compose.prod.yaml declares mill/web:1.4, what runs is mill/web:1.3", "EXTRA_MODE: web in prod runs without what", "ssh://127.0.0.1/mill/web"],
    );
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

impl Engines {
    /// An image of these files beside a static busybox, in a layer of which a later one takes some away.
    fn build(&self, engine: usize, name: &str, files: &[(&str, &str)], removed: &[&str]) {
        let remove: Vec<String> = removed.iter().map(|path| format!("RUN [\"/bin/busybox\", \"rm\", \"-r\", \"/{path}\"]")).collect();
        self.build_by(engine, name, files, &remove.join("\n"), &[]);
    }

    /// The same, and what more a Dockerfile does then, with the client's arguments.
    fn build_by(&self, engine: usize, name: &str, files: &[(&str, &str)], lines: &str, arguments: &[&str]) {
        let context = self.folder.path().join("context");
        let _ = std::fs::remove_dir_all(&context);
        let root = context.join("root");
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("written");
        }
        let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|path| Path::new(path).exists()).expect("busybox-static");
        std::fs::create_dir_all(root.join("bin")).expect("a folder");
        std::fs::copy(busybox, root.join("bin/busybox")).expect("copied");
        let tar = Command::new("tar").arg("-C").arg(&root).arg("-cf").arg(context.join("root.tar")).arg(".").status().expect("tar runs");
        assert!(tar.success());
        let file = format!("FROM scratch\nENV NODE_VERSION=18.20.1\nADD root.tar /\n{lines}\nENTRYPOINT [\"/bin/busybox\"]\nCMD [\"sleep\", \"1000000\"]\n");
        std::fs::write(context.join("Dockerfile"), file).expect("written");
        let context = context.to_string_lossy().into_owned();
        let fixed = ["build", "--quiet", "--network", "none", "--tag", name];
        let told = self.command(engine, &[&fixed, arguments, &[context.as_str()]].concat()).env("DOCKER_BUILDKIT", "0").output().expect("docker runs");
        assert!(told.status.success(), "{}", text(&told.stderr));
        std::fs::remove_dir_all(context).expect("removed");
    }
}

const KEY: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\nswordfishcanary\n-----END OPENSSH PRIVATE KEY-----\n";
const DPKG: &str = "Package: libc6\nStatus: install ok installed\nVersion: 2.36-9\n\nPackage: zlib1g\nStatus: install ok installed\nVersion: 1:1.2.13\n";

/// A web application as somebody built it who forgot `.dockerignore`.
const SHIPPED: &[(&str, &str)] = &[
    ("app/package.json", "{ \"name\": \"web\" }"),
    ("app/node_modules/vue/package.json", "{ \"name\": \"vue\", \"version\": \"3.4.9\" }"),
    ("app/node_modules/pinia/package.json", "{ \"name\": \"pinia\", \"version\": \"2.0.0\" }"),
    ("app/node_modules/@mill/ui/package.json", "{ \"name\": \"@mill/ui\", \"version\": \"1.2.3\" }"),
    ("app/node_modules/vue/node_modules/pinia/package.json", "{ \"name\": \"pinia\", \"version\": \"9.9.9\" }"),
    ("app/node_modules/vue/test/id_rsa", KEY),
    ("app/.env", "MAIL_HOST=a\nDB_PASSWORD=swordfishcanary\n"),
    ("app/.env.example", "DB_PASSWORD=swordfishcanary\n"),
    ("app/.git/HEAD", "ref: refs/heads/main\n"),
    ("app/gone.key", KEY),
    ("app/away/id_ed25519", KEY),
    ("app/dist/index.html", "<p>"),
    ("app/dist/js/a.js.map", "{}"),
    ("app/build/server.js.map", "{}"),
    ("root/.ssh/id_rsa", KEY),
    ("usr/share/doc/x/server.key", KEY),
    ("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
    ("var/lib/dpkg/status", DPKG),
];

#[test]
fn what_lies_inside_an_image_is_held_against_the_repository() {
    let Some(engines) = engines("what_lies_inside_an_image_is_held_against_the_repository") else { return };
    engines.build(0, "mill/web:2.0", SHIPPED, &["app/gone.key", "app/away"]);
    engines.write("compose.prod.yaml", "services:\n  web:\n    image: mill/web:2.0\n    environment: { MAIL_HOST: a }\n");
    engines.write(".nvmrc", "22\n");
    let entry = |name: &str, version: &str| format!("    \"node_modules/{name}\": {{\n      \"version\": \"{version}\"\n    }}");
    let entries = [entry("vue", "3.5.1"), entry("pinia", "2.1.0"), entry("@mill/ui", "1.2.3"), entry("vitest", "3.0.0")].join(",\n");
    engines.write("package-lock.json", &format!("{{\n  \"lockfileVersion\": 3,\n  \"packages\": {{\n{entries}\n  }}\n}}\n"));
    // What a container writes itself is none of its image's.
    let script = "/bin/busybox sleep 2; echo DB_PASSWORD=swordfishcanary > /app/.env.later; exec /bin/busybox sleep 1000000";
    engines.start(0, "web", &["--env", "MAIL_HOST=a", "mill/web:2.0", "sh", "-c", script]);
    std::thread::sleep(std::time::Duration::from_secs(4));
    let live = engines.live("prod", 0);
    let (said, code) = engines.evenkeel(&["check", &live, "--inside"]);
    has(
        &said,
        &[
            "error[image-ships-secrets]: the image of web in prod holds app/.env and root/.ssh/id_rsa",
            "app/.env an env file with secrets docker://mill/web/app/.env",
            "root/.ssh/id_rsa a private key docker://mill/web/root/.ssh/id_rsa",
            "error[image-ships-secrets]: the image of web in prod still has what a later layer took away: app/away/id_ed25519 and app/gone.key",
            "app/gone.key a private key, gone in a later layer docker://mill/web/app/gone.key",
            "warning[image-ships-secrets]: the image of web in prod holds app/.git",
            "warning[deployed-lock-mismatch]: pinia and vue: web in prod does not run what package-lock.json has",
            "vue 3.5.1 package-lock.json:5",
            "vue 3.4.9 docker://mill/web",
            "warning[runtime-major-match]: Node.js differs between environments: local 22; prod 18.20.1",
            "image-ships-source-maps: the image of web in prod serves maps back to the source, below app/dist/js (source maps: 1)",
        ],
    );
    for absent in ["swordfish", "env.later", "env.example", "@mill/ui", "vitest", "node_modules", "usr/share", "zlib1g", "9.9.9"] {
        assert!(!said.contains(absent), "{absent} in:\n{said}");
    }
    assert_eq!(code, Some(1), "{said}");
    let (said, _) = engines.evenkeel(&["check", &live]);
    has(&said, &["Node.js differs"]);
    assert!(!said.contains("image-ships") && !said.contains("deployed-lock"), "{said}");
    let (said, _) = engines.evenkeel(&["snapshot", "prod", "-o", "-", &live, "--inside"]);
    assert!(said.contains("2 packages, list ") && said.contains("app/.env") && said.contains("debian 12"), "{said}");
    assert!(!said.contains("zlib1g") && !said.contains("\"vue\"") && !said.contains("swordfish"), "{said}");
}

#[test]
fn what_is_in_an_image_beside_its_file_system_is_told() {
    let Some(engines) = engines("what_is_in_an_image_beside_its_file_system_is_told") else { return };
    let lock = |version: &str| format!("vue@^3:\n  version \"{version}\"\n\npinia@^2:\n  version \"2.1.0\"\n");
    let env = "MAIL_HOST=a\nDB_PASSWORD=swordfishcanary\n";
    let built = lock("3.4.9");
    let files = [
        ("app/yarn.lock", built.as_str()),
        ("app/server.js", "x"),
        ("app/readme.txt", "x"),
        ("app/.env", env),
        ("app/.env.example", env),
        ("app/usual.env", "MAIL_HOST=a\n"),
        ("srv/.env", env),
        ("srv/clean.env", "MAIL_HOST=a\n"),
    ];
    let run = |line: &str| format!("RUN [\"/bin/busybox\", {line}]");
    let lines = [
        "ARG VERSION=1.2",
        "ARG NPM_TOKEN",
        "ENV SESSION_SECRET=swordfishcanary77",
        &run("\"rm\", \"/app/.env\", \"/app/.env.example\", \"/app/readme.txt\", \"/app/usual.env\""),
        &run("\"cp\", \"/srv/clean.env\", \"/srv/.env\""),
        &run("\"ln\", \"-s\", \"/bin/busybox\", \"/bin/sh\""),
        "RUN DEPLOY_KEY=swordfishcanary88 SECRET_KEY=collectstatic /bin/busybox true",
    ]
    .join("\n");
    let token = "npm_Zk3Vb8Qw1Xy6Rt5Pm9Ln2Jc7Hd4Fs0GaTuEo";
    engines.build_by(0, "mill/web:2.0", &files, &lines, &["--build-arg", &format!("NPM_TOKEN={token}")]);
    engines.write("compose.prod.yaml", "services:\n  web:\n    image: mill/web:2.0\n");
    engines.write("yarn.lock", &lock("3.5.1"));
    engines.start(0, "web", &["mill/web:2.0"]);
    // What others build for everybody is theirs.
    engines.build_by(0, "postgres:16.4", &[], "ENV POSTGRES_PASSWORD=swordfishcanary77", &[]);
    engines.start(0, "db", &["postgres:16.4"]);
    let live = engines.live("prod", 0);
    let (said, code) = engines.evenkeel(&["check", &live, "--inside"]);
    has(
        &said,
        &[
            "error[image-ships-secrets]: the image of web in prod still has what a later layer took away: app/.env and srv/.env",
            "app/.env an env file with secrets, gone in a later layer docker://mill/web/app/.env",
            "error[image-ships-secrets]: the image of web in prod says in clear, to whoever can pull it: DEPLOY_KEY, NPM_TOKEN and SESSION_SECRET",
            "DEPLOY_KEY a command in the image's history docker://mill/web",
            "NPM_TOKEN a build argument in the image's history docker://mill/web",
            "SESSION_SECRET a variable that the image sets docker://mill/web",
            "warning[deployed-lock-mismatch]: vue: web in prod was not built from what yarn.lock has",
            "prod 3.4.9 docker://mill/web/app/yarn.lock",
            "contract 3.5.1 yarn.lock:2",
        ],
    );
    for absent in ["swordfish", "Zk3Vb8Qw", "VERSION 1.2", ".env.example", "readme", "usual.env", "pinia", "POSTGRES", "SECRET_KEY", "gap"] {
        assert!(!said.contains(absent), "{absent} in:\n{said}");
    }
    assert_eq!(code, Some(1), "{said}");
    for arguments in [["check", "--verbose"], ["check", "--format=json"], ["snapshot", "prod"], ["diff", "prod"]] {
        let (said, _) = engines.evenkeel(&[arguments.as_slice(), &[live.as_str(), "--inside"]].concat());
        assert!(!said.contains("swordfish") && !said.contains("Zk3Vb8Qw"), "{said}");
    }
    let (said, _) = engines.evenkeel(&["check", &live, "--inside", "--inside-timeout", "1"]);
    assert!(!said.contains("swordfish"), "{said}");
}

#[test]
fn packages_of_the_system_and_users_are_compared_between_engines() {
    let Some(engines) = engines("packages_of_the_system_and_users_are_compared_between_engines") else { return };
    let newer: Vec<(&str, String)> = SHIPPED.iter().map(|(path, text)| (*path, text.replace("1:1.2.13", "1:1.3.1"))).collect();
    let newer: Vec<(&str, &str)> = newer.iter().map(|(path, text)| (*path, text.as_str())).collect();
    engines.build(0, "mill/web:2.0", SHIPPED, &[]);
    engines.build(1, "mill/web:2.0", &newer, &[]);
    engines.start(0, "web", &["mill/web:2.0"]);
    engines.start(1, "web", &["--user", "1000", "mill/web:2.0"]);
    let (a, b) = (engines.live("box-a", 0), engines.live("box-b", 1));
    let (said, code) = engines.evenkeel(&["diff", "box-a", "box-b", &a, &b, "--inside", "--changed"]);
    has(&said, &["≠ web zlib1g 1:1.2.13 1:1.3.1", "≠ web user root user 1000", "≠ web packages of the operating system"]);
    assert!(!said.contains("libc6") && !said.contains("pinia"), "{said}");
    assert_eq!(code, Some(1), "{said}");
    let (said, _) = engines.evenkeel(&["check", &a, &b, "--inside"]);
    has(&said, &["warning[image-runs-as-root-only-in]: web runs as root in box-a, and as another user in box-b"]);
    assert!(!said.contains("zlib1g"), "{said}");
    // One snapshot tells that packages changed; which ones, only those can tell who look at both.
    let snapshot = |live: &str| {
        let (said, code) = engines.evenkeel(&["snapshot", "box", live, "--inside", "--accept"]);
        assert_eq!(code, Some(0), "{said}");
    };
    snapshot(&engines.live("box", 0));
    let (said, code) = engines.evenkeel(&["drift", "box", &engines.live("box", 1), "--inside"]);
    has(&said, &["web packages of the operating system"]);
    assert!(!said.contains("zlib1g"), "{said}");
    assert_eq!(code, Some(1), "{said}");
    // Whoever did not look knows of nothing that is missing.
    let (said, _) = engines.evenkeel(&["diff", "box", "box-b", "--live", &format!("box=snapshot:{}", latest(&engines)), &b, "--inside", "--changed"]);
    assert!(!said.contains("zlib1g"), "{said}");
}

/// A database as RPM's own programs make it, of packages without files: name, version and release, or a loud word that
/// the programs are not there.
fn rpm(test: &str, root: &Path, packages: &[(&str, &str, &str)]) -> bool {
    let programs = ["rpm", "rpmbuild"].iter().all(|program| Command::new(program).arg("--version").output().is_ok_and(|told| told.status.success()));
    if !programs {
        let word = format!("LEFT OUT: {test} wants rpm and rpmbuild, which tests/run installs\n");
        let _ = std::io::stderr().write_all(word.as_bytes());
        return false;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let top = format!("_topdir {}", folder.path().display());
    let database = root.join("var/lib/rpm").to_string_lossy().into_owned();
    let database = ["--dbpath", database.as_str()];
    let run = |program: &str, arguments: &[&str]| {
        let told = Command::new(program).args(["--define", &top, "--define", "_db_backend sqlite"]).args(arguments).output().expect("it runs");
        assert!(told.status.success(), "{program} {arguments:?}: {}", text(&told.stderr));
    };
    run("rpm", &[database.as_slice(), &["--initdb"]].concat());
    for (name, version, release) in packages {
        let (epoch, version) = version.split_once(':').unwrap_or(("0", version));
        let fields = format!("Name: {name}\nEpoch: {epoch}\nVersion: {version}\nRelease: {release}\n");
        let spec = format!("{fields}Summary: x\nLicense: x\nBuildArch: noarch\n%description\n%files\n");
        let path = folder.path().join("spec");
        std::fs::write(&path, spec).expect("written");
        run("rpmbuild", &["-bb", &path.to_string_lossy()]);
        let built = folder.path().join(format!("RPMS/noarch/{name}-{version}-{release}.noarch.rpm"));
        let install = ["--install", "--justdb", "--nodeps", "--noscripts", "--oldpackage"];
        run("rpm", &[database.as_slice(), &install, &[&built.to_string_lossy()]].concat());
    }
    true
}

#[test]
fn packages_of_rpm_are_compared_between_engines() {
    let test = "packages_of_rpm_are_compared_between_engines";
    let Some(engines) = engines(test) else { return };
    let old = [("bash", "5.2.26", "4.fc40"), ("openssl-libs", "1:3.2.1", "2.fc40"), ("kernel-core", "6.10.3", "200.fc40"), ("gpg-pubkey", "1", "2")];
    let new =
        [("bash", "5.2.26", "4.fc40"), ("openssl-libs", "1:3.2.2", "3.fc40"), ("kernel-core", "6.10.3", "200.fc40"), ("kernel-core", "6.10.9", "200.fc40")];
    for (engine, packages) in [old, new].iter().enumerate() {
        let root = engines.folder.path().join(format!("root-{engine}"));
        std::fs::create_dir_all(root.join("etc")).expect("a folder");
        std::fs::write(root.join("etc/os-release"), "ID=fedora\nVERSION_ID=40\n").expect("written");
        if !rpm(test, &root, packages) {
            return;
        }
        engines.docker(engine, &["create", "--name", "made", "mill/web:1.3"]);
        engines.docker(engine, &["cp", &format!("{}/.", root.display()), "made:/"]);
        engines.docker(engine, &["commit", "made", "mill/web:2.0"]);
        engines.docker(engine, &["rm", "made"]);
        engines.start(engine, "web", &["mill/web:2.0"]);
    }
    let (a, b) = (engines.live("box-a", 0), engines.live("box-b", 1));
    let (said, code) = engines.evenkeel(&["diff", "box-a", "box-b", &a, &b, "--inside", "--changed"]);
    has(&said, &["≠ web openssl-libs 1:3.2.1-2.fc40 1:3.2.2-3.fc40", "≠ web packages of the operating system"]);
    has(&said, &["box-a: 6.10.3-200.fc40", "box-b: 6.10.3-200.fc40, 6.10.9-200.fc40"]);
    for absent in ["bash", "gpg-pubkey", "gap"] {
        assert!(!said.contains(absent), "{absent} in:\n{said}");
    }
    assert_eq!(code, Some(1), "{said}");
    let (said, _) = engines.evenkeel(&["snapshot", "box", "-o", "-", &engines.live("box", 1), "--inside"]);
    assert!(said.contains("4 packages, list ") && said.contains("fedora 40") && !said.contains("openssl"), "{said}");
}

/// The snapshot that was taken last.
fn latest(engines: &Engines) -> String {
    fn walk(folder: &Path, out: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("readable").flatten() {
            if entry.path().is_dir() { walk(&entry.path(), out) } else { out.push(entry.path()) }
        }
    }
    let mut files = Vec::new();
    walk(&engines.folder.path().join(".evenkeel"), &mut files);
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files.last().expect("a snapshot").to_string_lossy().into_owned()
}

#[test]
fn the_runtime_of_another_s_software_is_held_against_nothing() {
    let Some(engines) = engines("the_runtime_of_another_s_software_is_held_against_nothing") else { return };
    engines.build(0, "flows/flows:1", &[("app/package.json", "{}"), ("app/server.key", KEY)], &[]);
    engines.write(".nvmrc", "22\n");
    engines.write("main.py", "import os\nos.environ['MAIL_HOST']\n");
    engines.write("compose.prod.yaml", "services:\n  web:\n    image: mill/web:1.4\n    environment: { MAIL_HOST: a }\n  flows:\n    image: flows/flows:1\n");
    engines.start(0, "web", &["--env", "MAIL_HOST=a", "mill/web:1.4"]);
    engines.start(0, "flows", &["flows/flows:1"]);
    let live = engines.live("prod", 0);
    let (said, _) = engines.evenkeel(&["check", &live, "--inside"]);
    has(&said, &["warning[image-ships-secrets]: the image of flows in prod holds app/server.key"]);
    assert!(!said.contains("Node.js"), "{said}");
    // What is given what the repository's code reads is its own.
    let ids = engines.docker(0, &["ps", "--quiet", "--filter", "label=com.docker.compose.service=flows"]);
    engines.docker(0, &["rm", "--force", ids.trim()]);
    engines.start(0, "flows", &["--env", "MAIL_HOST=a", "flows/flows:1"]);
    let (said, _) = engines.evenkeel(&["check", &live, "--inside"]);
    has(&said, &["error[image-ships-secrets]", "Node.js differs between environments: local 22; prod 18.20.1"]);
}

#[test]
fn podman_tells_what_docker_would() {
    let Ok(socket) = std::env::var("EVENKEEL_TEST_PODMAN") else {
        let _ = std::io::stderr().write_all(b"LEFT OUT: Podman: EVENKEEL_TEST_PODMAN=/socket, which tests/run sets\n");
        return;
    };
    let engines = Engines { sockets: [socket.clone(), socket], folder: tempfile::tempdir().expect("a folder"), _turn: turn() };
    engines.clear();
    engines.import(0, "mill/web:1.3");
    engines.write("compose.prod.yaml", COMPOSE);
    // Its own defaults are more than a small machine allows.
    let limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"];
    engines.start(0, "web", &[limits.as_slice(), &["--env", "MAIL_HOST=b.mill.test", "--env", "DB_PASSWORD=swordfishcanary", "mill/web:1.3"]].concat());
    let live = engines.live("prod", 0);
    let (said, code) = engines.evenkeel(&["check", &live, "--level", "warning"]);
    has(&said, &["declares mill/web:1.4, what runs is", "MAIL_HOST: web in prod runs with another value than compose.prod.yaml gives", "docker://mill/web"]);
    // What it gives every container is nobody's doing.
    for absent in ["HOSTNAME", "TERM", "PATH", "OWN_", "swordfish"] {
        assert!(!said.contains(absent), "{absent} in:\n{said}");
    }
    assert_eq!(code, Some(1), "{said}");
    let (said, _) = engines.evenkeel(&["snapshot", "prod", "-o", "-", &live]);
    assert!(!said.contains("\"name\":\"HOSTNAME\",\"path\":\"docker://mill/web\",\"role\":\"pin\"") && !said.contains("swordfish"), "{said}");
}

#[test]
fn a_project_is_known_by_the_name_that_its_files_give_it() {
    let Some(engines) = engines("a_project_is_known_by_the_name_that_its_files_give_it") else { return };
    engines.write("compose.prod.yaml", "name: mill\nservices:\n  web:\n    image: mill/web:1.4\n");
    engines.start(0, "web", &["mill/web:1.4"]);
    let labels = ["--label", "com.docker.compose.project=blog", "--label", "com.docker.compose.service=web"];
    engines.docker(0, &[["run", "--detach", "--network", "none"].as_slice(), &labels, &["mill/web:1.3"]].concat());
    // Loose ones that are called as a service of the project are none of it.
    engines.docker(0, &["run", "--detach", "--network", "none", "--name", "web", "mill/web:1.3"]);
    let (said, code) = engines.evenkeel(&["check", &engines.live("prod", 0)]);
    assert!(code == Some(0) && !said.contains("1.3"), "{said}");
}

const STACK: &str = "services:
  web: { image: 'mill/web:1.4', restart: always }
  worker: { image: 'mill/web:1.4', restart: unless-stopped }
  mailer: { image: mill/mailer }
  migrate: { image: 'mill/web:1.4', command: 'true' }
  debug: { image: mill/mailer, profiles: [debug] }
  spare: { image: mill/mailer, deploy: { replicas: 0 } }
";

#[test]
fn a_declared_service_without_a_container_is_told() {
    let Some(engines) = engines("a_declared_service_without_a_container_is_told") else { return };
    engines.write("compose.prod.yaml", STACK);
    let live = engines.live("prod", 0);
    engines.start(0, "web", &["--restart", "always", "mill/web:1.4"]);
    // Where little of it runs, that may be something else.
    let (said, _) = engines.evenkeel(&["check", &live]);
    assert!(!said.contains("workload-absent"), "{said}");
    engines.start(0, "migrate", &["mill/web:1.4", "true"]);
    std::thread::sleep(std::time::Duration::from_secs(1));
    let (said, code) = engines.evenkeel(&["check", &live]);
    has(
        &said,
        &[
            "warning[workload-absent]: worker in prod: compose.prod.yaml declares it, 2 of its 4 services have a container and this one has none",
            "workload-absent: mailer in prod",
        ],
    );
    assert!(["migrate in", "debug in", "spare in"].iter().all(|absent| !said.contains(absent)), "{said}");
    assert_eq!(code, Some(1), "{said}");
    engines.docker(0, &["create", "--label", "com.docker.compose.project=mill", "--label", "com.docker.compose.service=mailer", "mill/mailer"]);
    engines.start(0, "worker", &["--restart", "unless-stopped", "mill/web:1.4"]);
    let (said, code) = engines.evenkeel(&["check", &live]);
    has(&said, &["mailer in prod was created and never started"]);
    assert!(!said.contains("workload-absent"), "{said}");
    assert_eq!(code, Some(1), "{said}");
    // On a developer's machine, what is needed is started.
    engines.write("compose.yaml", STACK);
    engines.clear();
    engines.start(0, "web", &["mill/web:1.4"]);
    engines.start(0, "mailer", &["mill/mailer"]);
    let (said, _) = engines.evenkeel(&["check", &engines.live("local", 0)]);
    assert!(!said.contains("workload-absent"), "{said}");
}
