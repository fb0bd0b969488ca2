//! Where an engine is: at the address that a person gives, else where the docker client of this machine
//! would look (`DOCKER_HOST`, `DOCKER_CONTEXT`, the current context of its configuration), else at the usual
//! sockets of Docker and Podman. Of the client's configuration only the name of the context is read.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::{limits, seal};

/// Where an engine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// A socket of this machine.
    Socket(PathBuf),
    /// A host and its port.
    Host(String, u16),
    /// The same behind TLS, and the folder of the certificates (`ca.pem`, `cert.pem`, `key.pem`).
    Secured(String, u16, PathBuf),
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Address::Socket(path) => write!(f, "unix://{}", path.display()),
            Address::Host(host, port) => write!(f, "tcp://{host}:{port}"),
            Address::Secured(host, port, _) => write!(f, "https://{host}:{port}"),
        }
    }
}

/// The port of an engine that listens without TLS.
const PORT: u16 = 2375;

/// The port of an engine behind TLS.
const TLS_PORT: u16 = 2376;

/// Reads an address. Where TLS is spoken, the certificates lie where the docker client has them.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse(text: &str) -> Result<Address, &'static str> {
    if let Some(path) = text.strip_prefix("unix://").or_else(|| text.starts_with('/').then_some(text)) {
        return if path.starts_with('/') { Ok(Address::Socket(PathBuf::from(path))) } else { Err("is no absolute path of a socket") };
    }
    let secured = text.strip_prefix("https://");
    let Some(rest) = secured.or_else(|| text.strip_prefix("tcp://")).or_else(|| text.strip_prefix("http://")) else {
        return Err("is not one that can be reached from here: unix:///path, tcp://host:port or https://host:port");
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains(['@', '/', '?', '#']) {
        return Err("is more than a host and a port");
    }
    // An address of IPv6 stands in brackets, and has colons of its own.
    let (host, port) = match rest.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
        Some((host, port)) => (host, port.parse().map_err(|_| "has a port that is no number")?),
        None => (rest, if secured.is_some() { TLS_PORT } else { PORT }),
    };
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if host.is_empty() || !host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:".contains(c)) {
        return Err("has no host");
    }
    Ok(if secured.is_some() { Address::Secured(host.to_owned(), port, PathBuf::new()) } else { Address::Host(host.to_owned(), port) })
}

impl Address {
    /// The address as this person's docker client would use it: over TLS where `DOCKER_TLS_VERIFY` says so, with the
    /// certificates of `DOCKER_CERT_PATH`, else those beside the client's configuration.
    pub(super) fn of_person(self, variable: &dyn Fn(&str) -> Option<String>) -> Address {
        let folder = || variable("DOCKER_CERT_PATH").map(PathBuf::from).or_else(|| configuration(variable)).unwrap_or_default();
        match self {
            Address::Host(host, port) if variable("DOCKER_TLS_VERIFY").is_some() => Address::Secured(host, port, folder()),
            Address::Secured(host, port, known) if known.as_os_str().is_empty() => Address::Secured(host, port, folder()),
            other => other,
        }
    }
}

/// Where the docker client has its configuration.
fn configuration(variable: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    variable("DOCKER_CONFIG").map(PathBuf::from).or_else(|| Some(PathBuf::from(variable("HOME")?).join(".docker")))
}

/// The part of `config.json` that is read.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ClientConfig {
    current_context: String,
}

/// A context as `contexts/meta/*/meta.json` has it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Context {
    name: String,
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Endpoints {
    docker: Endpoint,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Endpoint {
    host: String,
}

/// A variable of the process, unless it is empty.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where the engine of this machine's person is.
///
/// # Errors
/// Why that cannot be told.
pub(super) fn usual(variable: &dyn Fn(&str) -> Option<String>) -> Result<Address, &'static str> {
    const ODD: &str = "leads to an engine that cannot be reached from here: name a unix socket or a tcp address";
    if let Some(host) = variable("DOCKER_HOST") {
        return parse(&host).map(|address| address.of_person(variable)).map_err(|_| ODD);
    }
    let home = variable("HOME").map(PathBuf::from);
    let folder = configuration(variable);
    let current = variable("DOCKER_CONTEXT").or_else(|| Some(read::<ClientConfig>(&folder.as_ref()?.join("config.json"))?.current_context));
    if let Some(name) = current.filter(|name| !matches!(name.as_str(), "" | "default")) {
        let unread = "the current docker context cannot be read";
        let contexts = folder.ok_or(unread)?.join("contexts");
        let host = context(&contexts.join("meta"), &name).ok_or(unread)?;
        // What it is known by lies beside it, under the digest of its name.
        let certificates = contexts.join("tls").join(seal::key::hex(&Sha256::digest(name.as_bytes()))).join("docker");
        return match parse(&host).map_err(|_| ODD)? {
            Address::Host(host, port) | Address::Secured(host, port, _) if certificates.is_dir() => Ok(Address::Secured(host, port, certificates)),
            address => Ok(address.of_person(variable)),
        };
    }
    let runtime = variable("XDG_RUNTIME_DIR").map(PathBuf::from);
    let sockets = [
        Some(PathBuf::from("/var/run/docker.sock")),
        runtime.as_ref().map(|folder| folder.join("docker.sock")),
        home.map(|home| home.join(".docker/run/docker.sock")),
        runtime.map(|folder| folder.join("podman/podman.sock")),
        Some(PathBuf::from("/run/podman/podman.sock")),
    ];
    sockets.into_iter().flatten().find(|path| path.exists()).map(Address::Socket).ok_or("no engine's socket was found")
}

/// The host of the context of this name.
fn context(folder: &Path, name: &str) -> Option<String> {
    let entries = std::fs::read_dir(folder).ok()?.flatten().take(limits::CONTEXTS);
    let mut contexts = entries.filter_map(|entry| read::<Context>(&entry.path().join("meta.json")));
    contexts.find(|context| context.name == name).map(|context| context.endpoints.docker.host)
}

/// A small JSON file.
fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let mut text = String::new();
    File::open(path).ok()?.take(limits::FILE_BYTES).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let host = |host: &str, port| Ok(Address::Host(host.to_owned(), port));
        assert_eq!(parse("unix:///run/x.sock"), Ok(Address::Socket("/run/x.sock".into())));
        assert_eq!(parse("/run/x.sock"), Ok(Address::Socket("/run/x.sock".into())));
        assert_eq!(parse("tcp://engine.internal:4243"), host("engine.internal", 4243));
        assert_eq!(parse("http://127.0.0.1/"), host("127.0.0.1", PORT));
        assert_eq!(parse("tcp://[::1]:2376"), host("::1", 2376));
        assert_eq!(parse("tcp://[::1]"), host("::1", PORT));
        assert_eq!(parse("https://h"), Ok(Address::Secured("h".to_owned(), TLS_PORT, PathBuf::new())));
        for wrong in ["", "unix://x.sock", "ssh://me@there", "npipe:////./pipe/x", "tcp://", "tcp://:1", "tcp://h:x", "tcp://u:p@h:1", "x.sock"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_person_s_own_engine_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_string_lossy().into_owned();
        let meta = folder.path().join("contexts/meta/abc");
        std::fs::create_dir_all(&meta).expect("a folder");
        let say = |name: &str| std::fs::write(folder.path().join("config.json"), format!("{{\"auths\":{{}},\"currentContext\":\"{name}\"}}")).expect("written");
        let told = r#"{"Name":"far","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://far.internal:1","SkipTLSVerify":false}}}"#;
        std::fs::write(meta.join("meta.json"), told).expect("written");
        let usual = |host: Option<&str>, context: Option<&str>| {
            usual(&|name| match name {
                "DOCKER_HOST" => host.map(str::to_owned),
                "DOCKER_CONTEXT" => context.map(str::to_owned),
                "DOCKER_CONFIG" => Some(path.clone()),
                _ => None,
            })
        };
        say("far");
        assert_eq!(usual(None, None), Ok(Address::Host("far.internal".to_owned(), 1)));
        assert_eq!(usual(Some("unix:///own.sock"), None), Ok(Address::Socket("/own.sock".into())));
        assert!(usual(Some("ssh://there"), None).is_err());
        assert!(usual(None, Some("lost")).is_err());
        say("gone");
        assert!(usual(None, None).is_err());
        assert_eq!(usual(None, Some("far")), Ok(Address::Host("far.internal".to_owned(), 1)));
        let certificates = folder.path().join("contexts/tls/512eea46ceb3921dff4363c7069d89d4964d1d9fccaa0f411851a7aa60a5c868/docker");
        std::fs::create_dir_all(&certificates).expect("a folder");
        assert_eq!(usual(None, Some("far")), Ok(Address::Secured("far.internal".to_owned(), 1, certificates)));
    }
}
