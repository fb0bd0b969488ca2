//! What real registries say: tags that real engines pushed, an index, a registry that wants a login. `tests/run`
//! starts engines and registries and names them; without those this says what it leaves out. Registries that
//! are none are tested in `registry_hostile.rs`.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "a test")]

#[path = "common/engine.rs"]
mod engine;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use engine::has;

/// The password of the private registry, whose user is `scout`; `tests/run` sets it.
const CANARY: &str = "swordfishcanary";

/// One after the other: whoever asks an engine is told of all that runs there.
static TURN: Mutex<()> = Mutex::new(());
static COUNT: AtomicUsize = AtomicUsize::new(0);

struct Parts {
    sockets: [String; 2],
    /// The registry that everybody may read, and the one that wants a login.
    open: String,
    private: String,
    /// A repository that no other test has.
    name: String,
    folder: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// The engines and registries, or a loud word that there are none.
fn parts(test: &str) -> Option<Parts> {
    let (engines, registries) = (std::env::var("EVENKEEL_TEST_DOCKER").unwrap_or_default(), std::env::var("EVENKEEL_TEST_REGISTRY").unwrap_or_default());
    let (Some((one, two)), Some((open, private))) = (engines.split_once(','), registries.split_once(',')) else {
        // Past the capture of output, which would keep it from being seen.
        let word = format!(
            "LEFT OUT: {test} wants engines and registries: EVENKEEL_TEST_DOCKER and EVENKEEL_TEST_REGISTRY=HOST:PORT,HOST:PORT, which tests/run sets\n"
        );
        let _ = std::io::stderr().write_all(word.as_bytes());
        return None;
    };
    let turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let name = format!("mill{}-{}/web", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = tempfile::tempdir().expect("a folder");
    let parts = Parts { sockets: [one.to_owned(), two.to_owned()], open: open.to_owned(), private: private.to_owned(), name, folder, _turn: turn };
    parts.clear();
    std::fs::create_dir(parts.folder.path().join("repository")).expect("a folder");
    Some(parts)
}

impl Drop for Parts {
    fn drop(&mut self) {
        self.clear();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Parts {
    fn command(&self, engine: usize, arguments: &[&str]) -> Command {
        engine::command(&self.sockets[engine], self.folder.path(), arguments)
    }

    fn docker(&self, engine: usize, arguments: &[&str]) -> String {
        engine::docker(&self.sockets[engine], self.folder.path(), arguments)
    }

    fn clear(&self) {
        self.sockets.iter().for_each(|socket| engine::clear(socket, self.folder.path()));
    }

    /// Makes an image of a static busybox and some bits of its own.
    fn make(&self, engine: usize, image: &str, bits: &str, labels: &[&str]) {
        let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|path| Path::new(path).exists()).expect("busybox-static");
        self.write("bits", bits);
        let folder = self.folder.path().to_string_lossy().into_owned();
        let tar = Command::new("tar").args(["--mtime=@0", "-c", "-C", &folder, "bits", "-C", "/", busybox.trim_start_matches('/')]).output().expect("tar runs");
        let start = format!("ENTRYPOINT [\"{busybox}\"]");
        let changes = ["--change", &start, "--change", "CMD [\"sleep\",\"1000000\"]"];
        let labels: Vec<String> = labels.iter().map(|label| format!("LABEL {label}")).collect();
        let labels: Vec<&str> = labels.iter().flat_map(|label| ["--change", label.as_str()]).collect();
        let mut import = self.command(engine, &[&["import"], changes.as_slice(), labels.as_slice(), &["-", image]].concat());
        let mut running = import.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("docker runs");
        running.stdin.take().expect("piped").write_all(&tar.stdout).expect("taken");
        assert!(running.wait().expect("ends").success());
    }

    /// The same, pushed.
    fn push(&self, engine: usize, tag: &str, bits: &str, labels: &[&str]) -> String {
        let image = format!("{}/{}:{tag}", self.open, self.name);
        self.make(engine, &image, bits, labels);
        self.docker(engine, &["push", &image]);
        image
    }

    /// Starts `web` of the project `mill`.
    fn start(&self, engine: usize, image: &str) {
        let labels = ["--label", "com.docker.compose.project=mill", "--label", "com.docker.compose.service=web"];
        self.docker(engine, &[&["run", "--detach", "--network", "none"], labels.as_slice(), &[image]].concat());
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.folder.path().join(path), text).expect("written");
    }

    fn declare(&self, environment: &str, image: &str) {
        self.write(&format!("repository/compose.{environment}.yaml"), &format!("services:\n  web:\n    image: {image}\n"));
    }

    fn evenkeel(&self, arguments: &[&str]) -> (String, Option<i32>) {
        self.evenkeel_with(arguments, &[])
    }

    fn evenkeel_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> (String, Option<i32>) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.args(arguments).current_dir(self.folder.path().join("repository")).env("NO_COLOR", "1").env("COLUMNS", "160");
        let told = command.env("DOCKER_CONFIG", self.folder.path()).envs(variables.iter().copied()).output().expect("it runs");
        let said = format!("{}{}", text(&told.stdout), text(&told.stderr));
        assert!(!said.contains(CANARY), "{arguments:?} shows the password: {said}");
        (said, told.status.code())
    }

    fn engine(&self, environment: &str, engine: usize) -> String {
        format!("--live={environment}=docker:unix://{}", self.sockets[engine])
    }

    fn registry(&self, environment: &str) -> String {
        format!("--live={environment}=registry:{}", self.open)
    }

    /// One request to the open registry: its head and its body.
    fn ask(&self, method: &str, path: &str, media: &str, body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.open).expect("a registry");
        let head = format!("{method} /v2/{}/{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.name, self.open);
        write!(stream, "{head}Accept: {media}\r\nContent-Type: {media}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).expect("sent");
        let mut all = String::new();
        stream.read_to_string(&mut all).expect("an answer");
        let (head, body) = all.split_once("\r\n\r\n").expect("a head");
        (head.to_owned(), body.to_owned())
    }

    /// The digest and the size of a tag's manifest.
    fn digest(&self, tag: &str) -> (String, usize) {
        let (head, body) = self.ask("GET", &format!("manifests/{tag}"), MANIFEST, "");
        let digest = head.lines().find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("docker-content-digest")));
        (digest.unwrap_or_else(|| panic!("no digest: {head}")).1.to_owned(), body.len())
    }

    /// Puts an index of tags and their platforms under a tag.
    fn index(&self, tag: &str, parts: &[(&str, &str)]) -> String {
        let entry = |(part, processor): &(&str, &str)| {
            let (digest, size) = self.digest(part);
            format!(r#"{{"mediaType":"{MANIFEST}","digest":"{digest}","size":{size},"platform":{{"os":"linux","architecture":"{processor}"}}}}"#)
        };
        let entries: Vec<String> = parts.iter().map(entry).collect();
        let index = format!(r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[{}]}}"#, entries.join(","));
        let (head, body) = self.ask("PUT", &format!("manifests/{tag}"), INDEX, &index);
        assert!(head.contains(" 201 "), "{head}\n{body}");
        let digest = head.lines().find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("docker-content-digest")));
        digest.expect("a digest").1.to_owned()
    }
}

const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

fn silent(told: (String, Option<i32>)) {
    assert!(told.0.contains("in parity") && !told.0.contains("image-tag-moved"), "{}", told.0);
    assert_eq!(told.1, Some(0), "{}", told.0);
}

#[test]
fn a_tag_that_is_pushed_again_is_found() {
    let Some(parts) = parts("a_tag_that_is_pushed_again_is_found") else { return };
    let image = parts.push(0, "1.4", "old", &[]);
    parts.start(0, &image);
    parts.declare("prod", &image);
    let (engine, registry) = (parts.engine("prod", 0), parts.registry("prod"));
    silent(parts.evenkeel(&["check", &engine, &registry]));
    let (_, code) = parts.evenkeel(&["snapshot", "prod", &registry, "-o", "../prod.json"]);
    assert_eq!(code, Some(0));

    parts.push(1, "1.4", "new", &[]);
    parts.start(1, &image);
    let moved = format!("{image} is not one image: prod runs sha256:");
    let (said, code) = parts.evenkeel(&["check", &engine, &registry]);
    has(&said, &["warning", &moved, "; the registry has sha256:", "(other files)", "docker://mill/web", "compose.prod.yaml:3"]);
    assert_eq!(code, Some(1), "{said}");
    // Two engines tell it, too, and so do one of them and what was stored.
    parts.declare("staging", &image);
    let (said, code) = parts.evenkeel(&["check", &engine, &parts.engine("staging", 1)]);
    has(&said, &["is not one image: staging runs sha256:", "; prod runs sha256:"]);
    assert_eq!(code, Some(1), "{said}");
    let stored = ["--live=prod=snapshot:../prod.json", &parts.engine("staging", 1)];
    let (said, code) = parts.evenkeel(&[&["check", "--env", "staging,prod"], stored.as_slice()].concat());
    has(&said, &["is not one image: staging runs sha256:", "; the registry has sha256:"]);
    assert_eq!(code, Some(1), "{said}");
    let (said, code) = parts.evenkeel(&["diff", "staging", "../prod.json", &parts.registry("staging"), "--changed"]);
    has(&said, &["1.4 (sha256:"]);
    assert_eq!(code, Some(1), "{said}");
    // What runs is asked about even where no file states it.
    std::fs::remove_file(parts.folder.path().join("repository/compose.prod.yaml")).expect("removed");
    std::fs::remove_file(parts.folder.path().join("repository/compose.staging.yaml")).expect("removed");
    let (said, code) = parts.evenkeel(&["check", &engine, &registry]);
    has(&said, &[&moved, &format!("registry://{image}")]);
    assert_eq!(code, Some(1), "{said}");
    // Who runs what the tag names is left in peace.
    silent(parts.evenkeel(&["check", &parts.engine("prod", 1), &registry]));
    // What was built where it runs, no registry is asked about.
    parts.clear();
    parts.make(0, &image.replace(":1.4", ":own"), "own", &[]);
    parts.start(0, &image.replace(":1.4", ":own"));
    let (said, code) = parts.evenkeel(&["check", "--verbose", &engine, &registry]);
    has(&said, &["all images of this environment were built where they run: no registry knows them [prod]"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("no such image") && !said.contains("name its host"), "{said}");
}

#[test]
fn what_was_rebuilt_or_may_move_is_told_quietly() {
    let Some(parts) = parts("what_was_rebuilt_or_may_move_is_told_quietly") else { return };
    let commit = "org.opencontainers.image.revision=3f2a91c07d5e4b6a8c9d0e1f2a3b4c5d6e7f8091";
    let quiet = |tag: &str, labels: &[&str], words: &[&str]| {
        parts.clear();
        let image = parts.push(0, tag, "old", labels);
        parts.start(0, &image);
        parts.declare("prod", &image);
        parts.push(1, tag, "new", labels);
        let (said, code) = parts.evenkeel(&["check", &parts.engine("prod", 0), &parts.registry("prod")]);
        has(&said, words);
        assert_eq!(code, Some(0), "{said}");
    };
    quiet("1.4", &[commit], &["is not one image", "(other files, though labelled with one commit)"]);
    quiet("stable", &[], &["is not one image", "(other files)"]);
    // The same files, put together anew.
    parts.clear();
    let image = parts.push(0, "1.6", "same", &[]);
    parts.start(0, &image);
    parts.declare("prod", &image);
    parts.push(1, "1.6", "same", &["note=other"]);
    silent(parts.evenkeel(&["check", &parts.engine("prod", 0), &parts.registry("prod")]));
    // What a developer builds has any bits that he likes.
    let image = parts.push(0, "1.7", "old", &[]);
    parts.clear();
    parts.make(1, &image, "own", &[]);
    parts.start(1, &image);
    parts.declare("prod", &image);
    let (said, code) = parts.evenkeel(&["check", &parts.engine("local", 1), &parts.registry("prod")]);
    assert!(!said.contains("image-tag-moved"), "{said}");
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn an_index_and_its_parts_are_not_called_different() {
    let Some(parts) = parts("an_index_and_its_parts_are_not_called_different") else { return };
    let one = parts.push(0, "amd", "for amd64", &[]);
    parts.push(1, "arm", "for arm64", &[]);
    let index = parts.index("1.4", &[("amd", "amd64"), ("arm", "arm64")]);
    let (child, _) = parts.digest("amd");
    // The index is pinned, a part of it runs.
    parts.declare("prod", &format!("{}/{}:1.4@{index}", parts.open, parts.name));
    let by_digest = format!("{}/{}@{child}", parts.open, parts.name);
    parts.docker(0, &["rmi", "--force", &one]);
    parts.docker(0, &["pull", &by_digest]);
    parts.start(0, &by_digest);
    let (engine, registry) = (parts.engine("prod", 0), parts.registry("prod"));
    let (said, code) = parts.evenkeel(&["check", &engine]);
    has(&said, &["web in prod: compose.prod.yaml declares"]);
    assert_eq!(code, Some(1), "{said}");
    silent(parts.evenkeel(&["check", &engine, &registry]));
    // A tag that comes to have another part for another platform.
    let tag = format!("{}/{}:1.4", parts.open, parts.name);
    parts.declare("prod", &tag);
    parts.clear();
    parts.docker(0, &["pull", &tag]);
    parts.start(0, &tag);
    parts.push(1, "arm", "for arm64, again", &[]);
    parts.index("1.4", &[("amd", "amd64"), ("arm", "arm64")]);
    silent(parts.evenkeel(&["check", &engine, &registry]));
    // And for this one.
    parts.push(1, "amd", "for amd64, again", &[]);
    parts.index("1.4", &[("amd", "amd64"), ("arm", "arm64")]);
    let (said, code) = parts.evenkeel(&["check", &engine, &registry]);
    has(&said, &["is not one image: prod runs sha256:", "(other files)"]);
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn a_private_registry_is_asked_with_what_is_stored_where_that_is_wanted() {
    let Some(parts) = parts("a_private_registry_is_asked_with_what_is_stored_where_that_is_wanted") else { return };
    let image = format!("{}/{}:1.4", parts.private, parts.name);
    parts.make(0, &image, "private", &[]);
    let mut login = parts.command(0, &["login", "--username", "scout", "--password-stdin", &parts.private]);
    let mut running = login.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("docker runs");
    running.stdin.take().expect("piped").write_all(CANARY.as_bytes()).expect("taken");
    assert!(running.wait().expect("ends").success());
    parts.docker(0, &["push", &image]);
    parts.start(0, &image);
    parts.declare("prod", &image);
    let registry = format!("--live=prod=registry:{}", parts.private);
    let (said, code) = parts.evenkeel(&["check", &registry]);
    has(&said, &["the registry wants credentials for it (--registry-credentials), or has no such image [prod]", &format!("registry://{image}")]);
    assert_eq!(code, Some(3), "{said}");
    let asked = [registry.as_str(), "--registry-credentials"];
    silent(parts.evenkeel(&[&["check", &parts.engine("prod", 0)], asked.as_slice()].concat()));
    for arguments in [&["check", "--verbose"][..], &["check", "--format", "json"], &["diff"], &["snapshot", "prod", "-o", "-"]] {
        let (said, code) = parts.evenkeel(&[arguments, asked.as_slice()].concat());
        assert_eq!(code, Some(0), "{said}");
    }
    // From a helper program.
    let config = parts.folder.path().join("config.json");
    let helper = parts.folder.path().join("docker-credential-mill");
    let answer = format!("#!/bin/sh\ncat >/dev/null\necho '{{\"ServerURL\":\"x\",\"Username\":\"scout\",\"Secret\":\"{CANARY}\"}}'\n");
    std::fs::write(&helper, answer).expect("written");
    std::fs::set_permissions(&helper, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("may be run");
    let path = format!("{}:{}", parts.folder.path().display(), std::env::var("PATH").expect("a path"));
    std::fs::write(&config, format!("{{\"credHelpers\":{{\"{}\":\"mill\"}}}}", parts.private)).expect("written");
    let (said, code) = parts.evenkeel_with(&[&["check"], asked.as_slice()].concat(), &[("PATH", &path)]);
    assert_eq!(code, Some(0), "{said}");
    // One that fails, and tells why to those who listen.
    std::fs::write(&helper, format!("#!/bin/sh\necho {CANARY}; echo {CANARY} >&2; exit 1\n")).expect("written");
    let (said, code) = parts.evenkeel_with(&[&["check"], asked.as_slice()].concat(), &[("PATH", &path)]);
    has(&said, &["what is stored to log in to the registry cannot be read, or its helper fails"]);
    assert_eq!(code, Some(3), "{said}");
    // One that never answers, and a wrong password.
    std::fs::write(&helper, "#!/bin/sh\nexec sleep 20\n").expect("written");
    let (said, code) = parts.evenkeel_with(&[&["check", "--live-timeout", "1"], asked.as_slice()].concat(), &[("PATH", &path)]);
    has(&said, &["no answer within the time limit (--live-timeout)"]);
    assert_eq!(code, Some(3), "{said}");
    std::fs::write(&config, format!("{{\"auths\":{{\"{}\":{{\"auth\":\"c2NvdXQ6d3Jvbmc=\"}}}}}}", parts.private)).expect("written");
    let (said, code) = parts.evenkeel(&[&["check"], asked.as_slice()].concat());
    has(&said, &["the registry refuses it to whom the stored credentials are of"]);
    assert_eq!(code, Some(3), "{said}");
}

#[test]
fn what_a_registry_does_not_have_is_a_gap() {
    let Some(parts) = parts("what_a_registry_does_not_have_is_a_gap") else { return };
    let image = parts.push(0, "1.4", "here", &[]);
    parts.declare("prod", &image.replace(":1.4", ":1.5"));
    let (said, code) = parts.evenkeel(&["check", &parts.registry("prod")]);
    has(&said, &["the registry has no such image or tag [prod]"]);
    assert_eq!(code, Some(3), "{said}");
    // Nobody named the host: nobody is asked.
    parts.declare("prod", &image);
    let (said, code) = parts.evenkeel(&["check", "--live=prod=registry"]);
    has(&said, &["not asked about its images: name its host (registry:HOST) [prod]"]);
    assert_eq!(code, Some(3), "{said}");
}
