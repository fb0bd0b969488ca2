//! What lies inside images, against engines that are none: file systems that lead out, claim too much, break off
//! or do not end, and secrets at every place of one. What a real engine says is tested in `docker.rs`.
#![cfg(unix)]
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

#[path = "common/request.rs"]
mod request;

use std::io::Write as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

const COMPOSE: &str = "services:\n  web:\n    image: mill/web:1.4\n    environment:\n      MAIL_FROM: desk@mill.test\n";
const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const TOKEN: &str = "ghp_Zk3Vb8Qw1Xy6Rt5Pm9Ln2Jc7Hd4Fs0GaTuEo";

/// A repository and, beside it, an engine with one container, whose file system `send` writes.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new(send: fn(&mut Body<'_>)) -> Scene {
        let folder = tempfile::tempdir().expect("a folder");
        let scene = Scene { folder };
        std::fs::create_dir(scene.repository()).expect("a folder");
        scene.write("compose.prod.yaml", COMPOSE);
        let listener = UnixListener::bind(scene.folder.path().join("engine.sock")).expect("a socket");
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || serve(stream, send));
            }
        });
        scene
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.repository().join(path), text).expect("written");
    }

    /// What is said, and the exit code.
    fn run(&self, arguments: &[&str]) -> (String, Option<i32>) {
        let live = format!("prod=docker:unix://{}", self.folder.path().join("engine.sock").display());
        let told = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
            .args(arguments)
            .args(["--live", &live, "--inside"])
            .current_dir(self.repository())
            .env("NO_COLOR", "1")
            .output()
            .expect("it runs");
        (format!("{}{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr)), told.status.code())
    }
}

/// An answer in pieces.
struct Body<'s>(&'s mut UnixStream);

impl Body<'_> {
    fn send(&mut self, bytes: &[u8]) -> bool {
        bytes.chunks(64 * 1024).all(|bytes| {
            let piece = [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
            self.0.write_all(&piece).is_ok()
        })
    }

    fn file(&mut self, name: &str, text: &str) -> bool {
        self.send(&entry(name, text.len() as u64, text.as_bytes()))
    }

    fn end(&mut self) {
        self.send(&[0; 1024]);
        let _ = self.0.write_all(b"0\r\n\r\n");
    }
}

fn entry(name: &str, size: u64, bytes: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_old();
    header.as_old_mut().name.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_size(size);
    header.set_mtime(1_700_000_000);
    header.set_cksum();
    let mut out = [header.as_bytes().as_slice(), bytes].concat();
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

fn serve(mut stream: UnixStream, send: fn(&mut Body<'_>)) {
    let Some(text) = request::head(&mut stream) else { return };
    let path = text.split(' ').nth(1).unwrap_or("");
    if path.ends_with("/export") {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        return send(&mut Body(&mut stream));
    }
    let body = match path {
        "/version" => r#"{"Version":"99.1","ApiVersion":"1.41"}"#.to_owned(),
        path if path.contains("/containers/json") => format!(r#"[{{"Id":"{ID}"}}]"#),
        path if path.contains("/containers/") => format!(
            r#"{{"Id":"{ID}","Name":"/mill-web-1","Image":"sha256:{ID}","Created":"2026-01-01T00:00:00Z","State":{{"Running":true}},
            "Config":{{"Image":"mill/web:1.4","User":"{TOKEN}","Env":["MAIL_FROM=desk@mill.test"],
            "Labels":{{"com.docker.compose.project":"mill","com.docker.compose.service":"web","note":"swordfishcanary"}}}}}}"#
        ),
        path if path.contains("/images/") => r#"{"Config":{"Env":["NODE_VERSION=swordfishcanary9"]},"RepoTags":["mill/web:1.4"]}"#.to_owned(),
        _ => "{}".to_owned(),
    };
    let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
}

const ENV: &str = "DB_PASSWORD=swordfishcanary\n";

fn gap(send: fn(&mut Body<'_>), phrase: &str) {
    let begun = Instant::now();
    let (said, code) = Scene::new(send).run(&["check", "--inside-timeout", "2"]);
    assert!(said.contains(phrase) && said.contains("[prod]"), "{phrase}: {said}");
    // What came before stands.
    assert!(said.contains("the image of web in prod holds app/.env") && !said.contains("swordfish"), "{phrase}: {said}");
    assert_eq!(code, Some(3), "{said}");
    assert!(begun.elapsed() < Duration::from_secs(15), "{phrase} took {:?}", begun.elapsed());
}

#[test]
fn what_is_hostile_is_a_gap() {
    gap(
        |body| {
            body.file("app/.env", ENV);
            body.file("../../etc/id_rsa", "-----BEGIN PRIVATE KEY-----\n");
            body.file("/root/.ssh/id_rsa", "-----BEGIN PRIVATE KEY-----\n");
            body.end();
        },
        "its files have names that lead out of it: those were not read",
    );
    gap(
        |body| {
            body.file("app/.env", ENV);
            body.send(&entry("app/web.pem", 10 * 1024 * 1024 * 1024, b"x"));
            body.end();
        },
        "the archive of its files broke off, or is none",
    );
    gap(
        |body| {
            body.file("app/.env", ENV);
            body.send(&entry("app/half", 4096, b"x"));
        },
        "the archive of its files broke off, or is none",
    );
    gap(
        |body| {
            body.file("app/.env", ENV);
            let many: Vec<u8> = (0..900).flat_map(|n| entry(&format!("app/dist/{n:0>80}.js.map"), 0, b"")).collect();
            while body.send(&many) {}
        },
        "[prod]",
    );
}

#[test]
fn what_does_not_end_meets_the_time_limit() {
    fn late(send: fn(&mut Body<'_>)) {
        let begun = Instant::now();
        let (said, code) = Scene::new(send).run(&["check", "--inside-timeout", "1"]);
        assert!(said.contains("what lies inside it was not read within the time limit (--inside-timeout) [prod]"), "{said}");
        assert_eq!(code, Some(3), "{said}");
        assert!(begun.elapsed() < Duration::from_secs(8), "took {:?}", begun.elapsed());
    }
    late(|body| {
        body.file("app/.env", ENV);
        std::thread::sleep(Duration::from_secs(60));
    });
    late(|body| {
        body.send(&entry("app/large", 1 << 40, b""));
        let zeros = vec![0; 64 * 1024];
        while body.send(&zeros) {}
    });
    late(|_| std::thread::sleep(Duration::from_secs(60)));
}

#[test]
fn a_file_system_that_is_none_is_a_gap() {
    let (said, code) = Scene::new(|body| {
        body.send(b"<html>swordfishcanary</html>");
        body.end();
    })
    .run(&["check"]);
    assert!(said.contains("broke off, or is none [prod]") && !said.contains("swordfish"), "{said}");
    assert_eq!(code, Some(3), "{said}");
}

/// Secrets in names, versions, contents and links.
fn planted(body: &mut Body<'_>) {
    body.file("app/package.json", "{\"name\":\"swordfishcanary\"}");
    body.file("app/node_modules/vue/package.json", &format!("{{\"version\":\"{TOKEN}\"}}"));
    body.file(&format!("app/node_modules/{TOKEN}/package.json"), "{\"version\":\"1.0.0\"}");
    body.file("app/node_modules/broken/package.json", "{\"version\":\"swordfishcanary");
    body.file("app/node_modules/odd/package.json", "{\"version\":\"swordfishcanary\\u001b[31m\\n\"}");
    body.file("app/.env", "DB_PASSWORD=swordfishcanary\nswordfishcanary\n");
    body.file(&format!("app/{TOKEN}/id_rsa"), "-----BEGIN PRIVATE KEY-----\nswordfishcanary\n");
    body.file("app/.npmrc", "//registry.test/:_authToken=swordfishcanary\n");
    body.file("etc/os-release", &format!("ID={TOKEN}\nVERSION_ID=\"{TOKEN}\"\n"));
    body.file("var/lib/dpkg/status", &format!("Package: {TOKEN}\nVersion: 1\n\nPackage: libc6\nVersion: {TOKEN}\n\nPackage: zlib1g\nVersion: 1:1.3\n"));
    body.end();
}

#[test]
fn what_is_secret_in_an_image_stays_there() {
    let scene = Scene::new(planted);
    scene.write(".nvmrc", "22\n");
    scene.write("package-lock.json", "{\n  \"packages\": {\n    \"node_modules/vue\": {\n      \"version\": \"3.5.1\"\n    }\n  }\n}\n");
    for arguments in [
        vec!["check", "--verbose"],
        vec!["check", "--format", "json"],
        vec!["diff", "local", "prod"],
        vec!["diff", "local", "prod", "--format", "json"],
        vec!["snapshot", "prod", "-o", "-"],
    ] {
        let (said, _) = scene.run(&arguments);
        assert!(said.contains("app/.env") && said.contains("a token of a package registry"), "{arguments:?} {said}");
        for piece in ["swordfish", "Zk3Vb8Qw", "GaTuEo", "\u{1b}"] {
            assert!(!said.contains(piece), "{arguments:?} shows {piece}: {said}");
        }
    }
    let (said, _) = scene.run(&["snapshot", "prod", "-o", "-"]);
    assert!(said.contains("3 packages, list ") && !said.contains("zlib1g"), "{said}");
}

#[test]
fn only_an_engine_can_be_looked_into() {
    let scene = Scene::new(|body| body.end());
    let run = |arguments: &[&str]| {
        let told = Command::new(env!("CARGO_BIN_EXE_evenkeel")).args(arguments).current_dir(scene.repository()).output().expect("it runs");
        (String::from_utf8_lossy(&told.stderr).into_owned(), told.status.code())
    };
    let (said, code) = run(&["check", "--live", "prod=process", "--inside"]);
    assert!(said.contains("--inside looks into images: it wants an engine, as in --live prod=docker"), "{said}");
    assert_eq!(code, Some(2));
    assert_eq!(run(&["check", "--inside"]).1, Some(2));
}
