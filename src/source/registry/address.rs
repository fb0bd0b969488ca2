//! Which registries may be asked, and where their API is. An image reference is no more than text of a file:
//! it leads nowhere but to a registry that everybody knows or that the person named.

use std::net::IpAddr;

use crate::catalog::Catalog;

/// Reads `HOST[:PORT][,HOST…]`.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse(text: &str) -> Result<Vec<String>, &'static str> {
    text.split(',').map(host).collect()
}

fn host(text: &str) -> Result<String, &'static str> {
    let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
    let sound = !name.is_empty() && !name.starts_with(['-', '.']) && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    if !sound {
        return Err("is more or less than hosts of registries: HOST[:PORT], with commas between several");
    }
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err("has a port that is no number");
    }
    Ok(match text {
        "index.docker.io" | "registry-1.docker.io" => "docker.io".to_owned(),
        _ => text.to_owned(),
    })
}

/// Whether images of a registry are asked about: of those that were named, else of those that everybody knows.
pub(super) fn is_asked(named: &[String], registry: &str) -> bool {
    if named.is_empty() { Catalog::get().registries.iter().any(|known| known.name == registry) } else { named.iter().any(|name| name == registry) }
}

/// Whether a host, with or without a port, is this machine itself.
pub(super) fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Where a registry's API is: as with the docker client, without TLS on this machine itself alone.
pub(super) fn origin(registry: &str) -> String {
    let known = Catalog::get().registries.iter().find(|known| known.name == registry);
    let host = known.and_then(|known| known.host.as_deref()).unwrap_or(registry);
    let scheme = if is_loopback(host) { "http" } else { "https" };
    format!("{scheme}://{host}")
}

/// What the docker client files the credentials for a registry under.
pub(super) fn login(registry: &str) -> &str {
    let known = Catalog::get().registries.iter().find(|known| known.name == registry);
    known.and_then(|known| known.login.as_deref()).unwrap_or(registry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read() {
        assert_eq!(parse("127.0.0.1:5000,ghcr.io"), Ok(vec!["127.0.0.1:5000".to_owned(), "ghcr.io".to_owned()]));
        assert_eq!(parse("index.docker.io"), Ok(vec!["docker.io".to_owned()]));
        for wrong in ["", ",", "a,", "https://ghcr.io", "u:canary@ghcr.io", "ghcr.io/acme", "ghcr.io:x", "ghcr.io:70000", "a b", "-x", "[::1]:5000"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_leads_nowhere_that_nobody_named() {
        let named = ["registry.mill.test".to_owned()];
        assert!(is_asked(&[], "docker.io") && is_asked(&[], "ghcr.io"));
        assert!(!is_asked(&[], "registry.mill.test") && !is_asked(&[], "127.0.0.1:5000") && !is_asked(&[], "ghcr.io.mill.test"));
        assert!(is_asked(&named, "registry.mill.test") && !is_asked(&named, "docker.io") && !is_asked(&named, "registry.mill.test:1"));
    }

    #[test]
    fn only_this_machine_is_asked_without_tls() {
        assert_eq!(origin("docker.io"), "https://registry-1.docker.io");
        assert_eq!(origin("registry.mill.test:5000"), "https://registry.mill.test:5000");
        for own in ["127.0.0.1:5000", "127.8.8.8", "localhost:1"] {
            assert_eq!(origin(own), format!("http://{own}"));
        }
        assert_eq!(origin("localhost.mill.test"), "https://localhost.mill.test");
        assert_eq!(origin("127.0.0.1.mill.test"), "https://127.0.0.1.mill.test");
        assert_eq!(login("docker.io"), "https://index.docker.io/v1/");
        assert_eq!(login("ghcr.io"), "ghcr.io");
    }
}
