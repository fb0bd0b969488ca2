//! What lies inside images, against engines that are none: file systems and layers that lead out, claim too much, break
//! off or do not end, and secrets at every place of one. What a real engine says is tested in `docker.rs`.
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

/// What an engine has.
#[derive(Clone, Copy)]
struct Engine {
    /// Writes the file system of its container.
    files: fn(&mut Body<'_>),
    /// Writes what its image is saved as, which has several layers; none where it has one.
    layers: Option<fn(&mut Body<'_>)>,
    /// The answer to how the image was made.
    history: &'static str,
}

impl Scene {
    fn new(send: fn(&mut Body<'_>)) -> Scene {
        Scene::with(Engine { files: send, layers: None, history: "[]" })
    }

    fn layered(layers: fn(&mut Body<'_>)) -> Scene {
        Scene::with(Engine { files: |body| body.end(), layers: Some(layers), history: "[]" })
    }

    fn with(engine: Engine) -> Scene {
        let folder = tempfile::tempdir().expect("a folder");
        let scene = Scene { folder };
        std::fs::create_dir(scene.repository()).expect("a folder");
        scene.write("compose.prod.yaml", COMPOSE);
        let listener = UnixListener::bind(scene.folder.path().join("engine.sock")).expect("a socket");
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || serve(stream, engine));
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
    let mut header = tar::Header::new_ustar();
    header.as_old_mut().name.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_size(size);
    header.set_mtime(1_700_000_000);
    header.set_cksum();
    let mut out = [header.as_bytes().as_slice(), bytes].concat();
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

fn serve(mut stream: UnixStream, engine: Engine) {
    let Some(text) = request::head(&mut stream) else { return };
    let path = text.split(' ').nth(1).unwrap_or("");
    let archive = if path.ends_with("/export") { Some(engine.files) } else { engine.layers.filter(|_| path.ends_with("/get")) };
    if let Some(send) = archive {
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
        path if path.ends_with("/history") => engine.history.to_owned(),
        path if path.contains("/images/") => format!(
            r#"{{"Config":{{"Env":["NODE_VERSION=swordfishcanary9","SESSION_SECRET={TOKEN}"]}},"RepoTags":["mill/web:1.4"],"RootFS":{{"Layers":["a"{}]}}}}"#,
            if engine.layers.is_some() { r#","b""# } else { "" }
        ),
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

/// A database of RPM that programs made which are none of this house's (`fixtures/rpm/make`).
fn rpm(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/fixtures/rpm/{name}", env!("CARGO_MANIFEST_DIR"))).expect(name)
}

#[test]
fn each_sort_of_rpms_databases_tells_the_same() {
    fn told(send: fn(&mut Body<'_>)) -> String {
        let (said, code) = Scene::new(send).run(&["snapshot", "prod", "-o", "-"]);
        assert_eq!(code, Some(0), "{said}");
        let (_, summary) = said.split_once("6 packages, list ").expect("a summary");
        summary.chars().take(12).collect()
    }
    fn send(body: &mut Body<'_>, path: &str, name: &str) {
        saved(body, path, &rpm(name));
        body.end();
    }
    let sqlite = told(|body| send(body, "var/lib/rpm/rpmdb.sqlite", "rpmdb.sqlite"));
    assert_eq!(sqlite, told(|body| send(body, "usr/lib/sysimage/rpm/Packages.db", "Packages.db")));
    assert_eq!(sqlite, told(|body| send(body, "var/lib/rpm/Packages", "Packages")));
}

#[test]
fn what_rpm_has_that_cannot_be_read_is_a_gap() {
    // Something else is found: what is beyond the reader leaves that verdict.
    let told = |send: fn(&mut Body<'_>)| Scene::new(send).run(&["check"]);
    let (said, code) = told(|body| {
        saved(body, "var/lib/rpm/rpmdb.sqlite", &rpm("rpmdb.sqlite"));
        saved(body, "var/lib/rpm/rpmdb.sqlite-wal", b"x");
        body.end();
    });
    assert!(said.contains("var/lib/rpm/rpmdb.sqlite: changes lie beside it that its database has not taken in"), "{said}");
    assert_eq!(code, Some(1), "{said}");
    let (said, code) = told(|body| {
        saved(body, "var/lib/rpm/rpmdb.sqlite", &rpm("rpmdb.sqlite")[..9_000]);
        body.file("app/.env", ENV);
        body.end();
    });
    assert!(said.contains("it is no database of RPM, or a broken one") && said.contains("holds app/.env"), "{said}");
    assert_eq!(code, Some(3), "{said}");
    let (said, code) = told(|body| {
        saved(body, "var/lib/rpm/Packages", &vec![0; 33 * 1024 * 1024]);
        body.end();
    });
    assert!(said.contains("larger than the limit of 32 MiB"), "{said}");
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn what_is_secret_in_a_database_of_rpm_stays_there() {
    let scene = Scene::new(|body| {
        let mut bytes = rpm("Packages.db");
        let (name, version) = (b"a-package-with-a-name-of-forty-letters-x", b"5.14.0");
        let swap = |bytes: &mut Vec<u8>, from: &[u8], to: &[u8]| {
            let places: Vec<usize> = bytes.windows(from.len()).enumerate().filter(|(_, part)| *part == from).map(|(at, _)| at).collect();
            assert!(!places.is_empty() && from.len() == to.len());
            places.into_iter().for_each(|at| bytes[at..at + to.len()].copy_from_slice(to));
        };
        swap(&mut bytes, name, TOKEN.as_bytes());
        swap(&mut bytes, version, b"\x1b[31mx");
        swap(&mut bytes, b"bash\0", b"\x1b[1m\0");
        saved(body, "usr/lib/sysimage/rpm/Packages.db", &bytes);
        body.end();
    });
    scene.write(".nvmrc", "22\n");
    for arguments in
        [vec!["check", "--verbose"], vec!["diff", "local", "prod"], vec!["diff", "local", "prod", "--format", "json"], vec!["snapshot", "prod", "-o", "-"]]
    {
        let (said, _) = scene.run(&arguments);
        for piece in ["Zk3Vb8Qw", "GaTuEo", "\u{1b}"] {
            assert!(!said.contains(piece), "{arguments:?} shows {piece}: {said}");
        }
    }
    let (said, _) = scene.run(&["diff", "local", "prod"]);
    assert!(said.contains("openssl-libs") && said.contains("1:3.2.2-6.el9"), "{said}");
}

fn tar(files: &[(&str, &str)]) -> Vec<u8> {
    let files: Vec<u8> = files.iter().flat_map(|(name, text)| entry(name, text.len() as u64, text.as_bytes())).collect();
    [files.as_slice(), &[0; 1024]].concat()
}

fn saved(body: &mut Body<'_>, name: &str, bytes: &[u8]) {
    body.send(&entry(name, bytes.len() as u64, bytes));
}

const MANIFEST: &str = r#"[{"Layers":["blobs/sha256/2","blobs/sha256/1"]}]"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("compressed")
}

#[test]
fn what_a_layer_took_away_is_told_beside_what_is_there() {
    let scene = Scene::with(Engine {
        files: |body| {
            body.file("app/kept.env", ENV);
            body.file("srv/.env", "DB_HOST=a\n");
            body.file("opt/.env", "DB_HOST=written\n");
            body.end();
        },
        layers: Some(|body| {
            saved(body, "blobs/sha256/1", &tar(&[("app/.wh..env", ""), ("srv/.env", "DB_HOST=a\n"), ("root/.wh..wh..opq", ""), ("app/.wh.readme", "")]));
            let key = "-----BEGIN PRIVATE KEY-----\nswordfishcanary\n";
            let low = [("app/.env", ENV), ("app/kept.env", ENV), ("srv/.env", ENV), ("opt/.env", ENV), ("app/readme", ENV), ("root/.ssh/id_rsa", key)];
            let innocent = [("app/.env.example", ENV), ("usr/share/x.key", key), ("app/node_modules/x/.env", ENV)];
            saved(body, "blobs/sha256/2", &gzip(&tar(&[low.as_slice(), &innocent].concat())));
            saved(body, "blobs/sha256/c", b"{}");
            saved(body, "manifest.json", MANIFEST.as_bytes());
            body.end();
        }),
        history: "[]",
    });
    let (said, code) = scene.run(&["check"]);
    for line in [
        "the image of web in prod still has what a later layer took away: app/.env, root/.ssh/id_rsa and srv/.env",
        "app/.env an env file with secrets, gone in a later layer",
        // Beside it, one that its container wrote over.
        "the image of web in prod holds app/kept.env and opt/.env",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    for absent in ["swordfish", "readme", ".env.example", "usr/share", "node_modules", ".wh."] {
        assert!(!said.contains(absent), "{absent}: {said}");
    }
    assert_eq!((said.matches("app/kept.env").count(), code), (3, Some(1)), "{said}");
}

#[test]
fn layers_that_are_hostile_are_gaps() {
    fn hostile(layers: fn(&mut Body<'_>), phrase: &str) {
        let begun = Instant::now();
        let (said, code) = Scene::layered(layers).run(&["check", "--inside-timeout", "2"]);
        assert!(said.contains(phrase) && said.contains("[prod]"), "{phrase}: {said}");
        assert!(said.contains("app/.env") && !said.contains("swordfish"), "{phrase}: {said}");
        assert_eq!(code, Some(3), "{said}");
        assert!(begun.elapsed() < Duration::from_secs(15), "{phrase} took {:?}", begun.elapsed());
    }
    fn sound(body: &mut Body<'_>) {
        saved(body, "blobs/sha256/2", &tar(&[("app/.env", ENV)]));
        saved(body, "manifest.json", MANIFEST.as_bytes());
    }
    const LATE: &str = "its layers were not read within the time limit (--inside-timeout)";
    hostile(
        |body| {
            sound(body);
            let begins = gzip(&entry("app/large", 1 << 50, b""));
            let zeros = gzip(&vec![0; 16 * 1024 * 1024]);
            body.send(&entry("blobs/sha256/1", 1 << 40, b""));
            body.send(&begins);
            while body.send(&zeros) {}
        },
        LATE,
    );
    hostile(
        |body| {
            sound(body);
            body.send(&entry("blobs/sha256/1", 1 << 40, &entry("x", 1 << 40, b"")));
            std::thread::sleep(Duration::from_secs(60));
        },
        LATE,
    );
    hostile(
        |body| {
            sound(body);
            let layer = tar(&[("x", "y")]);
            saved(body, "blobs/sha256/1", &layer[..700]);
            body.end();
        },
        "a layer of it broke off, or is none",
    );
    hostile(
        |body| {
            sound(body);
            saved(body, "blobs/sha256/1", &tar(&[("../../etc/id_rsa", ENV)]));
            saved(body, "../../etc/passwd", b"swordfishcanary");
            body.end();
        },
        "its files have names that lead out of it: those were not read",
    );
    hostile(
        |body| {
            sound(body);
            body.end();
        },
        "what the engine saves of it lacks a layer that it names",
    );
    hostile(
        |body| {
            sound(body);
            saved(body, "blobs/sha256/1", b"\x28\xb5\x2f\xfdswordfishcanary");
            body.end();
        },
        "a layer of it is compressed by zstd, which is not read: what it hides is not known",
    );
    hostile(
        |body| {
            saved(body, "blobs/sha256/2", &tar(&[("app/.env", ENV)]));
            body.send(b"<html>swordfishcanary</html>");
        },
        "what the engine saves of it broke off, or is none",
    );
}

#[test]
fn what_an_image_says_in_clear_is_told_by_its_name() {
    let history = r#"[
        {"CreatedBy": "RUN |2 NPM_TOKEN=npm_Zk3Vb8Qw1Xy6Rt5Pm9Ln2Jc7Hd4Fs0GaTuEo VERSION=1.2 /bin/sh -c npm ci # buildkit", "Tags": null},
        {"CreatedBy": "/bin/sh -c DEPLOY_KEY=swordfishcanary88 ./deploy"},
        {"CreatedBy": "RUN /bin/sh -c git clone https://scout:swordfishcanary99@git.test/mill.git"},
        {"CreatedBy": "|1 ghp_Zk3Vb8Qw1Xy6Rt5Pm9Ln2Jc7Hd4Fs0GaTuEo=swordfishcanary88 /bin/sh"},
        {"CreatedBy": 7}, 3
    ]"#;
    let scene = Scene::with(Engine { files: |body| body.end(), layers: None, history });
    scene.write(".nvmrc", "22\n");
    for arguments in [vec!["check", "--verbose"], vec!["check", "--format", "json"], vec!["diff", "local", "prod"], vec!["snapshot", "prod", "-o", "-"]] {
        let (said, _) = scene.run(&arguments);
        for name in ["NPM_TOKEN", "DEPLOY_KEY", "SESSION_SECRET"] {
            assert!(said.contains(name), "{arguments:?} {name}: {said}");
        }
        for piece in ["swordfish", "Zk3Vb8Qw", "GaTuEo", "scout"] {
            assert!(!said.contains(piece), "{arguments:?} shows {piece}: {said}");
        }
    }
    let (said, code) = scene.run(&["check"]);
    assert!(said.contains("says in clear, to whoever can pull it: "), "{said}");
    assert!(said.contains("a build argument in the image's history") && said.contains("a variable that the image sets"), "{said}");
    assert_eq!(code, Some(1), "{said}");
    let (said, code) = Scene::with(Engine { files: |body| body.end(), layers: None, history: "<html>swordfishcanary" }).run(&["check"]);
    assert!(said.contains("the engine's answer is none of the Docker API [prod]") && !said.contains("swordfish"), "{said}");
    assert_eq!(code, Some(3), "{said}");
}

/// A lock file of Yarn's with many packages, all of this version.
fn yarn(version: &str) -> String {
    (0..300).map(|n| format!("package-{n}@^1:\n  version \"{version}\"\n\n")).collect()
}

#[test]
fn the_lock_file_of_an_image_is_held_against_the_repositorys() {
    let scene = Scene::new(|body| {
        body.file("app/package.json", "{}");
        body.file("app/.pnp.cjs", "");
        body.file("app/yarn.lock", &yarn("1.0.0"));
        body.file("app/docs/yarn.lock", &yarn("0.1.0"));
        body.file("opt/tool/node_modules/x/yarn.lock", &yarn("0.1.0"));
        body.end();
    });
    scene.write("yarn.lock", &yarn("1.0.1"));
    scene.write("package.json", "{}");
    let (said, code) = scene.run(&["check"]);
    let line = "warning[deployed-lock-mismatch]: package-0, package-1, package-10 and 297 more: web in prod was not built from what yarn.lock has";
    assert!(said.contains(line) && said.contains("docker://mill/web/app/yarn.lock"), "{said}");
    assert_eq!((said.matches("deployed-lock-mismatch").count(), code), (1, Some(1)), "{said}");
    // Beside installed packages it says nothing that those do not.
    let scene = Scene::new(|body| {
        body.file("app/package.json", "{}");
        body.file("app/node_modules/package-0/package.json", "{\"version\": \"1.0.1\"}");
        body.file("app/yarn.lock", &yarn("1.0.0"));
        body.end();
    });
    scene.write("yarn.lock", &yarn("1.0.1"));
    let (said, _) = scene.run(&["check"]);
    assert!(!said.contains("deployed-lock"), "{said}");
}

#[test]
fn a_lock_file_that_is_too_large_is_a_gap() {
    let scene = Scene::new(|body| {
        body.file("app/yarn.lock", &yarn("1.0.0").repeat(500));
        body.file("app/.env", ENV);
        body.end();
    });
    let (said, code) = scene.run(&["check"]);
    assert!(said.contains("larger than the limits of lock files (4 MiB, 8 MiB in one image)"), "{said}");
    assert!(said.contains("holds app/.env"), "{said}");
    assert_eq!(code, Some(3), "{said}");
}

#[test]
fn a_lock_file_that_is_not_written_as_its_tool_does_is_a_gap() {
    let scene = Scene::new(|body| {
        body.file("app/package-lock.json", "{\"packages\": {\"node_modules/vue\": {\"version\": \"3.5.1\"}}}");
        body.end();
    });
    let (said, code) = scene.run(&["check"]);
    assert!(said.contains("docker://mill/web/app/package-lock.json: no package was found in it"), "{said}");
    assert_eq!(code, Some(3), "{said}");
}

#[test]
fn composers_packages_are_held_against_its_lock_file() {
    let scene = Scene::new(|body| {
        body.file(
            "app/vendor/composer/installed.json",
            r#"{"packages": [{"name": "monolog/monolog", "version": "v3.4.0"}, {"name": "a/b", "version": "v1.0.0"}]}"#,
        );
        body.file("app/composer.lock", "");
        body.end();
    });
    let package = |name: &str, version: &str| format!("        {{\n            \"name\": \"{name}\",\n            \"version\": \"{version}\"\n        }}");
    let lock = [package("monolog/monolog", "3.5.0"), package("a/b", "1.0.0")].join(",\n");
    scene.write("composer.lock", &format!("{{\n    \"packages\": [\n{lock}\n    ]\n}}\n"));
    let (said, _) = scene.run(&["check"]);
    assert!(said.contains("monolog/monolog: web in prod does not run what composer.lock has"), "{said}");
    assert!(!said.contains("a/b"), "{said}");
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
