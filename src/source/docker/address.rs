//! Where an engine is: at the address that a person gives, else where the docker client of this machine
//! would look (`DOCKER_HOST`, `DOCKER_CONTEXT`, the current context of its configuration), else at the usual
//! sockets of Docker and Podman. Of the client's configuration only the name of the context is read.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::limits;

/// Where an engine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// A socket of this machine.
    Socket(PathBuf),
    /// A host and its port.
    Host(String, u16),
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Address::Socket(path) => write!(f, "unix://{}", path.display()),
            Address::Host(host, port) => write!(f, "tcp://{host}:{port}"),
        }
    }
}

/// The port of an engine that listens without TLS.
const PORT: u16 = 2375;

/// Reads an address.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse(text: &str) -> Result<Address, &'static str> {
    if let Some(path) = text.strip_prefix("unix://").or_else(|| text.starts_with('/').then_some(text)) {
        return if path.starts_with('/') { Ok(Address::Socket(PathBuf::from(path))) } else { Err("is no absolute path of a socket") };
    }
    let Some(rest) = text.strip_prefix("tcp://").or_else(|| text.strip_prefix("http://")) else {
        return Err("is not one that can be reached from here: unix:///path, tcp://host:port or http://host:port");
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains(['@', '/', '?', '#']) {
        return Err("is more than a host and a port");
    }
    // An address of IPv6 stands in brackets, and has colons of its own.
    let (host, port) = match rest.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
        Some((host, port)) => (host, port.parse().map_err(|_| "has a port that is no number")?),
        None => (rest, PORT),
    };
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if host.is_empty() || !host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:".contains(c)) {
        return Err("has no host");
    }
    Ok(Address::Host(host.to_owned(), port))
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
        let tls = variable("DOCKER_TLS_VERIFY").is_some();
        return parse(&host).ok().filter(|address| !tls || matches!(address, Address::Socket(_))).ok_or(ODD);
    }
    let home = variable("HOME").map(PathBuf::from);
    let folder = variable("DOCKER_CONFIG").map(PathBuf::from).or_else(|| home.as_ref().map(|home| home.join(".docker")));
    let current = variable("DOCKER_CONTEXT").or_else(|| Some(read::<ClientConfig>(&folder.as_ref()?.join("config.json"))?.current_context));
    if let Some(name) = current.filter(|name| !matches!(name.as_str(), "" | "default")) {
        let host = folder.and_then(|folder| context(&folder.join("contexts/meta"), &name)).ok_or("the current docker context cannot be read")?;
        return parse(&host).map_err(|_| ODD);
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
        for wrong in ["", "unix://x.sock", "ssh://me@there", "npipe:////./pipe/x", "tcp://", "tcp://:1", "tcp://h:x", "tcp://u:p@h:1", "https://h:1", "x.sock"]
        {
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
    }
}
