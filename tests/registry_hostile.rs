//! Registries that are none: one that hangs, one that never ends, one that lies, one that leads elsewhere, one
//! that asks for a login in odd ways. What a real registry says is tested in `registry.rs`.
#![cfg(unix)]
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

#[path = "common/request.rs"]
mod request;

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What a server was asked: a request's head, for each.
type Heard = Arc<Mutex<Vec<String>>>;

/// A server on this machine; `answer` gets the path, the head, its own address and the stream.
fn serve(answer: impl Fn(&str, &str, &str, &mut TcpStream) + Send + Sync + 'static) -> (String, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let (heard, own, answer) = (Heard::default(), address.clone(), Arc::new(answer));
    let told = Arc::clone(&heard);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (told, own, answer) = (Arc::clone(&told), own.clone(), Arc::clone(&answer));
            std::thread::spawn(move || one(stream, &told, &own, &*answer));
        }
    });
    (address, heard)
}

fn one(mut stream: TcpStream, heard: &Heard, own: &str, answer: &dyn Fn(&str, &str, &str, &mut TcpStream)) {
    let Some(head) = request::head(&mut stream) else { return };
    heard.lock().expect("lock").push(head.clone());
    answer(head.split(' ').nth(1).unwrap_or(""), &head, own, &mut stream);
}

fn say(stream: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let _ = write!(stream, "HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
}

const CONFIG: &str = r#"{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":["sha256:1"]},"config":{"Labels":{"note":"swordfishcanary"}}}"#;

fn digest(text: &str) -> String {
    evenkeel::model::Digest::of(text.as_bytes()).as_str().to_owned()
}

fn manifest() -> String {
    format!(r#"{{"schemaVersion":2,"config":{{"digest":"{}"}},"layers":[],"note":"swordfishcanary"}}"#, digest(CONFIG))
}

/// A registry that has one image under every name.
fn honest(path: &str, _: &str, _: &str, stream: &mut TcpStream) {
    if path.contains("/blobs/") {
        say(stream, "200 OK", "", CONFIG);
    } else {
        say(stream, "200 OK", &format!("Docker-Content-Digest: {}\r\n", digest(&manifest())), &manifest());
    }
}

/// A repository whose production runs one image of a registry.
fn repository(registry: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let image = format!("services:\n  web:\n    image: {registry}/mill/web:1.4\n  db:\n    image: postgres:16.4\n");
    std::fs::write(folder.path().join("compose.prod.yaml"), image).expect("written");
    folder
}

fn evenkeel(folder: &Path, arguments: &[&str], config: &str) -> Output {
    std::fs::create_dir_all(folder.join(".docker")).expect("a folder");
    std::fs::write(folder.join(".docker/config.json"), config).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env("DOCKER_CONFIG", folder.join(".docker")).env_remove("XDG_RUNTIME_DIR");
    // Nothing that a machine has for its own connections leads those to this machine astray.
    let told = command.env("HTTP_PROXY", "http://127.0.0.1:1").env("HTTPS_PROXY", "http://127.0.0.1:1").output().expect("it runs");
    let text = said(&told);
    for piece in ["swordfish", "c2NvdXQ6"] {
        assert!(!text.contains(piece), "{arguments:?} shows {piece}: {text}");
    }
    told
}

fn said(told: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr))
}

/// Checks a repository of this registry; what is said has the phrase, and it does not take long.
fn gap(registry: &str, arguments: &[&str], phrase: &str) {
    let begun = Instant::now();
    let folder = repository(registry);
    let live = format!("--live=prod=registry:{registry}");
    let config = format!(r#"{{"auths":{{"{registry}":{{"auth":"c2NvdXQ6c3dvcmRmaXNoY2FuYXJ5"}}}}}}"#);
    let told = evenkeel(folder.path(), &[&["check", live.as_str()], arguments].concat(), &config);
    let text = said(&told);
    assert!(text.contains(phrase) && text.contains("[prod]"), "{phrase}: {text}");
    assert_eq!(told.status.code(), Some(3), "{text}");
    assert!(begun.elapsed() < Duration::from_secs(9), "{phrase} took {:?}", begun.elapsed());
}

const LOGIN: &[&str] = &["--registry-credentials"];
const ELSEWHERE: &str = "the registry leads to a place without TLS, or further and further";

#[test]
fn an_honest_one_is_heard() {
    let (registry, heard) = serve(honest);
    let folder = repository(&registry);
    for arguments in [&["check", "--verbose"][..], &["check", "--format", "json"], &["snapshot", "prod", "-o", "-"], &["diff"]] {
        let told = evenkeel(folder.path(), &[arguments, &[&format!("--live=prod=registry:{registry}")]].concat(), "{}");
        assert_eq!(told.status.code(), Some(0), "{}", said(&told));
    }
    assert!(heard.lock().expect("lock").iter().all(|head| !head.to_lowercase().contains("authorization")));
    // What is stored of the bits keeps to the schema that is published.
    let told = evenkeel(folder.path(), &["snapshot", "prod", "-o", "-", &format!("--live=prod=registry:{registry}")], "{}");
    let snapshot: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let published: serde_json::Value = serde_json::from_str(include_str!("../rules/schema/snapshot-1.json")).expect("JSON");
    let schema = jsonschema::validator_for(&published).expect("a schema");
    let wrong: Vec<String> = schema.iter_errors(&snapshot).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let known = snapshot.pointer("/facts").and_then(serde_json::Value::as_array).expect("facts").iter().find_map(|fact| fact.get("bits"));
    assert_eq!(known.and_then(|bits| bits.pointer("/builds/0/config")).and_then(serde_json::Value::as_str), Some(digest(CONFIG).as_str()), "{snapshot}");
}

#[test]
fn only_who_was_named_is_asked() {
    let (registry, heard) = serve(honest);
    let (named, _) = serve(honest);
    let folder = repository(&registry);
    // A proxy that is not there keeps the public registries from being asked in earnest.
    let told = evenkeel(folder.path(), &["check", "--live=prod=registry", "--live-timeout", "5"], "{}");
    assert!(said(&told).contains("registry://docker.io/library/postgres:16.4"), "{}", said(&told));
    assert_eq!(told.status.code(), Some(3), "{}", said(&told));
    let told = evenkeel(folder.path(), &["check", &format!("--live=prod=registry:{named}")], "{}");
    assert!(said(&told).contains(&format!("registry://{registry}")) && said(&told).contains("not asked about its images"), "{}", said(&told));
    assert!(evenkeel(folder.path(), &["check"], "{}").status.success());
    assert!(heard.lock().expect("lock").is_empty());
    for wrong in ["https://ghcr.io", "scout:swordfishcanary@ghcr.io", "ghcr.io/acme", ""] {
        let told = evenkeel(folder.path(), &["check", &format!("--live=prod=registry:{wrong},x")], "{}");
        assert_eq!(told.status.code(), Some(2), "{}", said(&told));
    }
}

#[test]
fn what_is_not_asked_is_told() {
    let (registry, _) = serve(honest);
    let folder = repository(&registry);
    let check = |images: &str, arguments: &[&str]| {
        std::fs::write(folder.path().join("compose.prod.yaml"), format!("services:\n{images}")).expect("written");
        let told = evenkeel(folder.path(), &[&["check", "--verbose"], arguments].concat(), "{}");
        (told.status.code(), said(&told))
    };
    let asked = format!("  web:\n    image: {registry}/mill/web:1.4\n");
    let live = format!("--live=prod=registry:{registry}");
    let phrase = "not asked about its images: name its host (registry:HOST)";
    // One that the repository makes itself may be another than one thinks; what everybody has is told of, no more.
    let (code, text) = check(&format!("{asked}  worker:\n    image: ghcr.io/mill/worker:1.4\n"), &[&live]);
    assert!(code == Some(3) && text.contains("registry://ghcr.io") && text.contains(phrase), "{text}");
    let (code, text) = check(&format!("{asked}  db:\n    image: postgres:16.4\n"), &[&live]);
    assert!(code == Some(0) && text.contains("registry://docker.io") && text.contains(phrase), "{text}");
    // What two are asked for together is asked for.
    let (other, _) = serve(honest);
    let (code, text) = check(&format!("{asked}  worker:\n    image: {other}/mill/worker:1.4\n"), &[&live, &format!("--live=prod=registry:{other}")]);
    assert!(code == Some(0) && !text.contains(phrase), "{text}");
}

#[test]
fn one_that_hangs_or_never_ends_is_a_gap() {
    gap(&serve(|_, _, _, _| std::thread::sleep(Duration::from_secs(60))).0, &["--live-timeout", "1"], "no answer within the time limit (--live-timeout)");
    let drip = |_: &str, _: &str, _: &str, stream: &mut TcpStream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while stream.write_all(b" ").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    gap(&serve(drip).0, &["--live-timeout", "1"], "no answer within the time limit (--live-timeout)");
    let endless = |_: &str, _: &str, _: &str, stream: &mut TcpStream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        while stream.write_all(chunk.as_bytes()).is_ok() {}
    };
    gap(&serve(endless).0, &[], "the registry's answer is larger than the limit");
    let head = |_: &str, _: &str, _: &str, stream: &mut TcpStream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"X-Note: swordfishcanary\r\n").is_ok() {}
    };
    gap(&serve(head).0, &[], "[prod]");
}

#[test]
fn one_that_lies_or_talks_nonsense_is_a_gap() {
    const NONSENSE: &str = "the registry's answer is none of the distribution specification";
    let lies = |_: &str, _: &str, _: &str, stream: &mut TcpStream| say(stream, "200 OK", &format!("Docker-Content-Digest: {}\r\n", digest("x")), &manifest());
    gap(&serve(lies).0, &[], "what the registry sends has another digest than it says");
    let config = |path: &str, head: &str, own: &str, stream: &mut TcpStream| {
        if path.contains("/blobs/") { say(stream, "200 OK", "", "{}") } else { honest(path, head, own, stream) }
    };
    gap(&serve(config).0, &[], "what the registry sends has another digest than it says");
    let plain = |status: &'static str, body: &'static str| serve(move |_, _, _, stream| say(stream, status, "X-Note: swordfishcanary\r\n", body)).0;
    gap(&plain("200 OK", "<html>swordfishcanary</html>"), &[], "what the registry has under this name is no image, or of an outdated form");
    gap(&plain("404 Not Found", "swordfishcanary"), &[], "the registry has no such image or tag");
    gap(&plain("429 Too Many Requests", "swordfishcanary"), &[], "the registry answers no more for now: it was asked too often");
    gap(&plain("500 No", "swordfishcanary"), &[], "the registry answers with an error");
    gap(&plain("403 No", "swordfishcanary"), &[], "the registry wants credentials for it (--registry-credentials)");
    gap(&serve(|_, _, _, stream| drop(stream.write_all(b"swordfishcanary\r\n\r\n"))).0, &[], NONSENSE);
    gap("127.0.0.1:1", &[], "no registry answers there");
    let pinned = tempfile::tempdir().expect("a folder");
    let (registry, _) = serve(honest);
    let image = format!("services:\n  web:\n    image: {registry}/mill/web:1.4@{}\n", digest("what was reviewed"));
    std::fs::write(pinned.path().join("compose.prod.yaml"), image).expect("written");
    let told = evenkeel(pinned.path(), &["check", &format!("--live=prod=registry:{registry}")], "{}");
    assert!(said(&told).contains("what the registry sends has another digest than it says"), "{}", said(&told));
}

#[test]
fn a_login_goes_no_further_than_it_should() {
    // Blobs stand elsewhere: whoever has them is not shown what the registry is.
    let (store, seen) = serve(|_, _, _, stream| say(stream, "200 OK", "", CONFIG));
    let (registry, heard) = serve(move |path, head, own, stream| match (head.to_lowercase().contains("authorization: basic"), path.contains("/blobs/")) {
        (false, _) => say(stream, "401 No", "WWW-Authenticate: Basic realm=\"x\"\r\n", ""),
        (true, true) => say(stream, "307 There", &format!("Location: http://{store}/blob\r\n"), ""),
        (true, false) => honest(path, head, own, stream),
    });
    let folder = repository(&registry);
    let config = format!(r#"{{"auths":{{"{registry}":{{"auth":"c2NvdXQ6c3dvcmRmaXNoY2FuYXJ5"}}}}}}"#);
    let live = format!("--live=prod=registry:{registry}");
    let told = evenkeel(folder.path(), &["check", &live, "--registry-credentials"], &config);
    assert_eq!(told.status.code(), Some(0), "{}", said(&told));
    let seen = seen.lock().expect("lock").clone();
    assert!(!seen.is_empty() && seen.iter().all(|head| !head.to_lowercase().contains("authorization")), "{seen:?}");
    // And nothing at all is shown where nobody said so.
    heard.lock().expect("lock").clear();
    gap(&registry, &[], "the registry wants credentials for it (--registry-credentials)");
    assert!(heard.lock().expect("lock").iter().all(|head| !head.to_lowercase().contains("authorization")));
}

#[test]
fn a_token_is_for_reading_one_repository() {
    let (registry, heard) = serve(|path, head, own, stream| match path.starts_with("/token") {
        true => say(stream, "200 OK", "", r#"{"token":"swordfishcanary-token"}"#),
        false if head.contains("Bearer swordfishcanary-token") => honest(path, head, own, stream),
        false => {
            let wants =
                format!("Www-Authenticate: Bearer realm=\"http://{own}/token?x=y\",service=\"mill & co\",scope=\"repository:secret/plans:pull,push\"\r\n");
            say(stream, "401 No", &wants, "");
        }
    });
    let folder = repository(&registry);
    let config = format!(r#"{{"auths":{{"{registry}":{{"auth":"c2NvdXQ6c3dvcmRmaXNoY2FuYXJ5"}}}}}}"#);
    let told = evenkeel(folder.path(), &["check", &format!("--live=prod=registry:{registry}"), "--registry-credentials"], &config);
    assert_eq!(told.status.code(), Some(0), "{}", said(&told));
    let heard = heard.lock().expect("lock").clone();
    let token = heard.iter().find(|head| head.starts_with("GET /token")).expect("asked for");
    assert!(token.contains("repository%3Amill%2Fweb%3Apull") && token.contains("c2NvdXQ6") && token.contains("x=y"), "{token}");
    assert!(!token.contains("secret") && !token.contains("push"), "{token}");
    assert_eq!(heard.iter().filter(|head| head.contains("c2NvdXQ6")).count(), 1, "only who gives tokens gets the login: {heard:?}");
}

#[test]
fn one_that_leads_elsewhere_is_not_followed() {
    let asks = |realm: &'static str| {
        serve(move |_, _, own, stream| say(stream, "401 No", &format!("WWW-Authenticate: Bearer realm=\"{}\"\r\n", realm.replace("OWN", own)), ""))
    };
    for realm in ["http://auth.mill.test/token", "http://192.0.2.1/token", "ftp://OWN/token", "http://scout:x@OWN/token"] {
        gap(&asks(realm).0, LOGIN, ELSEWHERE);
    }
    gap(&asks("").0, LOGIN, "the registry's answer is none of the distribution specification");
    // Once more after it was given one.
    gap(&asks("http://OWN/token").0, LOGIN, "[prod]");
    let leads = |to: &'static str| serve(move |_, _, own, stream| say(stream, "302 There", &format!("Location: {}\r\n", to.replace("OWN", own)), ""));
    for to in ["http://192.0.2.1/x", "http://mill.test/x", "https://127.0.0.1@mill.test/x", "/again", "http://OWN/again"] {
        gap(&leads(to).0, LOGIN, ELSEWHERE);
    }
    gap(&leads("file:///etc/passwd").0, LOGIN, "the registry's answer is none of the distribution specification");
}
