//! Live sources against engines that are none: one that hangs, one that answers nonsense or far too much,
//! one of a kind that nobody knows yet. What a real engine says is tested in `docker.rs`.
#![cfg(unix)]
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

#[path = "common/request.rs"]
mod request;

use std::io::Write as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const COMPOSE: &str = "services:\n  web:\n    image: mill/web:1.4\n    environment:\n      MAIL_FROM: desk@mill.test\n      A: a\n";

/// A repository and, beside it, a socket on which `answer` speaks for an engine.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new(answer: fn(&str, &mut UnixStream)) -> Scene {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = folder.path().join("repository");
        std::fs::create_dir(&repository).expect("a folder");
        std::fs::write(repository.join("compose.prod.yaml"), COMPOSE).expect("written");
        std::fs::write(repository.join("compose.yaml"), COMPOSE.replace("1.4", "2.0")).expect("written");
        let listener = UnixListener::bind(folder.path().join("engine.sock")).expect("a socket");
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || serve(stream, answer));
            }
        });
        Scene { folder }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let live = format!("prod=docker:unix://{}", self.folder.path().join("engine.sock").display());
        evenkeel(&self.folder.path().join("repository"), &[arguments, &["--live", &live]].concat())
    }
}

fn evenkeel(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_evenkeel")).args(arguments).current_dir(folder).env("NO_COLOR", "1").output().expect("it runs")
}

fn serve(mut stream: UnixStream, answer: fn(&str, &mut UnixStream)) {
    let Some(text) = request::head(&mut stream) else { return };
    answer(text.split(' ').nth(1).unwrap_or(""), &mut stream);
}

fn say(stream: &mut UnixStream, status: &str, body: &str) {
    let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
}

const VERSION: &str = r#"{"Version":"99.1","ApiVersion":"1.41"}"#;
const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// An engine whose answers have words that no client knows.
fn unheard_of(path: &str, stream: &mut UnixStream) {
    let list = format!(r#"[{{"Id":"{ID}","State":"levitating","Mounts":[{{"Type":"cloud"}}],"Health":{{"Status":"splendid"}},"Names":["/mill-web-1"]}}]"#);
    let container = format!(
        r#"{{"Id":"{ID}","Name":"/mill-web-1","Image":"sha256:{ID}","State":{{"Running":true,"Status":"levitating","Health":{{"Status":"splendid"}}}},
        "HostConfig":{{"RestartPolicy":{{"Name":"eventually"}},"CgroupnsMode":"lunar"}},"Mounts":[{{"Type":"cloud","Destination":"/x"}}],
        "Config":{{"Image":"mill/web:1.3","Env":["PATH=/bin","A=a","MAIL_FROM=stall@mill.test","no-assignment","=x"],
        "Labels":{{"com.docker.compose.project":"mill","com.docker.compose.service":"web"}}}}}}"#
    );
    let image = r#"{"Config":{"Env":["PATH=/bin"]},"RepoTags":["mill/web:1.3"],"RepoDigests":null}"#;
    match path {
        "/version" => say(stream, "200 OK", VERSION),
        path if path.contains("/containers/json") => say(stream, "200 OK", &list),
        path if path.contains("/containers/") => say(stream, "200 OK", &container),
        path if path.contains("/images/") => say(stream, "200 OK", image),
        _ => say(stream, "404 Not Found", "{}"),
    }
}

#[test]
fn words_that_are_new_cost_nothing() {
    let told = Scene::new(unheard_of).run(&["check"]);
    let text = String::from_utf8_lossy(&told.stdout);
    assert!(text.contains("web in prod: compose.prod.yaml declares mill/web:1.4, what runs is mill/web:1.3"), "{text}");
    assert!(text.contains("MAIL_FROM: web in prod runs with another value than compose.prod.yaml gives"), "{text}");
    assert!(text.contains("docker://mill/web") && !text.contains("PATH"), "{text}");
    assert_eq!(told.status.code(), Some(1), "{text}");
}

/// One that stops speaking at some point: what was known before stands.
fn hangs(path: &str, stream: &mut UnixStream) {
    match path {
        "/version" => say(stream, "200 OK", VERSION),
        path if path.contains("/containers/json") => say(stream, "200 OK", &format!(r#"[{{"Id":"{ID}"}},{{"Id":"ffffffffffff"}}]"#)),
        path if path.contains("/containers/f") => std::thread::sleep(Duration::from_secs(60)),
        path => unheard_of(path, stream),
    }
}

fn gap(scene: &Scene, arguments: &[&str], phrase: &str) {
    let begun = Instant::now();
    let told = scene.run(arguments);
    let text = String::from_utf8_lossy(&told.stdout);
    assert!(text.contains(phrase) && text.contains("[prod]"), "{phrase}: {text}{}", String::from_utf8_lossy(&told.stderr));
    assert_eq!(told.status.code(), Some(3), "{text}");
    assert!(begun.elapsed() < Duration::from_secs(8), "{phrase} took {:?}", begun.elapsed());
}

#[test]
fn an_engine_that_hangs_is_a_gap_and_what_it_said_before_stands() {
    let scene = Scene::new(hangs);
    gap(&scene, &["check", "--live-timeout", "1"], "no answer within the time limit (--live-timeout)");
    gap(&scene, &["check", "--live-timeout", "1"], "what runs is mill/web:1.3");
    gap(&scene, &["check", "--live-timeout", "1"], "image-version-drift");
    gap(&Scene::new(|_, _| std::thread::sleep(Duration::from_secs(60))), &["diff", "--live-timeout", "1"], "no answer within the time limit");
}

#[test]
fn an_engine_that_is_none_is_a_gap() {
    gap(&Scene::new(|_, stream| say(stream, "200 OK", "<html>canary</html>")), &["check"], "the engine's answer is none of the Docker API");
    gap(&Scene::new(|_, stream| say(stream, "200 OK", "[1, {}]")), &["check"], "the engine's answer is none of the Docker API");
    gap(&Scene::new(|_, stream| say(stream, "500 No", r#"{"message":"canary"}"#)), &["check"], "the engine answers with an error");
    gap(&Scene::new(|_, stream| say(stream, "403 No", "canary")), &["diff"], "the engine refuses to answer");
    gap(&Scene::new(|_, stream| drop(stream.write_all(b"canary\r\n\r\n"))), &["check"], "the engine's answer broke off");
    gap(&Scene::new(|_, stream| stream.shutdown(std::net::Shutdown::Both).unwrap_or(())), &["check"], "the engine's answer broke off");
}

#[test]
fn of_an_answer_that_does_not_end_no_more_is_read_than_the_limit() {
    fn endless(path: &str, stream: &mut UnixStream) {
        if path == "/version" {
            return say(stream, "200 OK", VERSION);
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        while stream.write_all(chunk.as_bytes()).is_ok() {}
    }
    gap(&Scene::new(endless), &["check"], "larger than the limit of 16 MiB");
}

#[test]
fn nobody_answers() {
    let scene = Scene::new(unheard_of);
    let repository = scene.folder.path().join("repository");
    let nowhere = format!("prod=docker:unix://{}", scene.folder.path().join("nowhere.sock").display());
    let told = evenkeel(&repository, &["check", "--live", &nowhere]);
    assert_eq!(told.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&told.stdout).contains("no engine answers there [prod]"));
    // What the files say is told all the same.
    assert!(String::from_utf8_lossy(&told.stdout).contains("image-version-drift"));
    let told = evenkeel(&repository, &["check", "--live", "prod=docker:tcp://127.0.0.1:1"]);
    assert_eq!(told.status.code(), Some(3));
}

#[test]
fn what_cannot_be_asked_is_said_before_anything_is_done() {
    let scene = Scene::new(unheard_of);
    let repository = scene.folder.path().join("repository");
    for (asked, said) in [
        ("prod", "evenkeel.toml declares no live source for 'prod'; --live prod=SOURCE names one"),
        ("prod=dockr", "there is no live source of this name; did you mean 'docker'?"),
        ("prod=docker:tcp://scout:swordfishcanary@engine:1", "the address after 'prod=docker:' is more than a host and a port"),
        ("contract=docker", "'contract' is no name of an environment that something can run in"),
    ] {
        let told = evenkeel(&repository, &["check", "--live", asked]);
        let text = String::from_utf8_lossy(&told.stderr);
        assert_eq!(told.status.code(), Some(2), "{text}");
        assert!(text.contains(said) && !text.contains("canary"), "{text}");
    }
    let told = scene.run(&["diff", "prod@HEAD", "local@HEAD"]);
    assert_eq!(told.status.code(), Some(2));
}

#[test]
fn nothing_in_a_repository_opens_a_connection() {
    let scene = Scene::new(unheard_of);
    let repository = scene.folder.path().join("repository");
    std::fs::write(repository.join(".env"), format!("DOCKER_HOST=unix://{}\n", scene.folder.path().join("engine.sock").display())).expect("written");
    let told = evenkeel(&repository, &["check"]);
    assert!(!String::from_utf8_lossy(&told.stdout).contains("docker://"));
    std::fs::write(repository.join("evenkeel.toml"), "live = [\"prod=docker\"]\n").expect("written");
    assert_eq!(evenkeel(&repository, &["check"]).status.code(), Some(2));
}

#[test]
fn what_is_secret_in_an_engine_stays_there() {
    fn planted(path: &str, stream: &mut UnixStream) {
        const TOKEN: &str = "ghp_Zk3Vb8Qw1Xy6Rt5Pm9Ln2Jc7Hd4Fs0GaTuEo";
        let container = format!(
            r#"{{"Name":"/{TOKEN}","Image":"sha256:{ID}","State":{{"Running":true}},"Mounts":[{{"Type":"bind","Source":"/swordfishcanary","Destination":"/{TOKEN}"}}],
            "Config":{{"Image":"scout:swordfishcanary@registry.test/{TOKEN}/web:1.3","Hostname":"swordfishcanary","User":"swordfishcanary",
            "Env":["NOTE=swordfishcanary","DB_PASSWORD=swordfishcanary","DB_URL=postgres://scout:swordfishcanary@db/x?token=swordfishcanary","{TOKEN}=1","swordfishcanary"],
            "Cmd":["serve","--token={TOKEN}","--{TOKEN}","swordfishcanary"],"Healthcheck":{{"Test":["CMD","check","swordfishcanary"]}},
            "Labels":{{"com.docker.compose.project":"{TOKEN}","com.docker.compose.service":"web","note":"swordfishcanary"}}}}}}"#
        );
        let image = r#"{"Config":{"Env":["OWN=swordfishcanary"],"Labels":{"x":"swordfishcanary","org.opencontainers.image.revision":"swordfishcanary"},
            "Cmd":["swordfishcanary"]},"RepoTags":[],"Id":"sha256:swordfishcanary","RepoDigests":["x@sha256:swordfishcanary","swordfishcanary@"],
            "Os":"swordfishcanary","Architecture":"amd64","Variant":"swordfishcanary","RootFS":{"Layers":["swordfishcanary"]}}"#;
        match path {
            path if path.contains("/containers/json") => say(stream, "200 OK", &format!(r#"[{{"Id":"{ID}","Names":["/swordfishcanary"]}}]"#)),
            path if path.contains("/containers/") => say(stream, "200 OK", &container),
            path if path.contains("/images/") => say(stream, "200 OK", image),
            _ => say(stream, "200 OK", VERSION),
        }
    }
    let scene = Scene::new(planted);
    for arguments in [
        vec!["check", "--verbose"],
        vec!["check", "--format", "json"],
        vec!["diff"],
        vec!["diff", "--format", "json"],
        vec!["diff", "--format", "markdown"],
        vec!["snapshot", "prod", "-o", "-"],
    ] {
        let told = scene.run(&arguments);
        let text = format!("{}{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
        assert!(text.contains("DB_PASSWORD"), "{arguments:?} {text}");
        for piece in ["swordfish", "scout", "Zk3Vb8Qw", "GaTuEo"] {
            assert!(!text.contains(piece), "{arguments:?} shows {piece}: {text}");
        }
    }
}
