//! The conversation with a registry (OCI distribution specification): requests that are bounded in time,
//! length and number, and the login that a registry asks for. A login goes to the registry that it is for, and
//! to whom that names as the one who gives tokens; no redirection carries it further, and nothing leaves this
//! machine without TLS.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use ureq::http::Uri;
use ureq::http::header::{AUTHORIZATION, LOCATION, WWW_AUTHENTICATE};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, Error};

use super::address;
use super::credentials::{Login, stored};
use crate::limits;

/// Why something was not told.
pub(super) type Reason = &'static str;

pub(super) const REFUSED: Reason = "the registry wants credentials for it (--registry-credentials), or has no such image";
const STILL_REFUSED: Reason = "the registry refuses it to whom the stored credentials are of, or has no such image";
pub(super) const GONE: Reason = "the registry has no such image or tag";
pub(super) const NONSENSE: Reason = "the registry's answer is none of the distribution specification";
const BUSY: Reason = "the registry answers no more for now: it was asked too often";
const BROKEN: Reason = "the registry answers with an error";
const SILENT: Reason = "no registry answers there";
const ELSEWHERE: Reason = "the registry leads to a place without TLS, or further and further";
const UNTRUSTED: Reason = "the registry speaks no TLS, or has a certificate that this machine does not trust";
const LONG: Reason = "the registry's answer is larger than the limit";
pub(super) const LATE: Reason = "no answer within the time limit (--live-timeout)";

/// Where something is on a registry.
pub(super) struct Repository<'a> {
    /// The registry's name.
    pub(super) registry: &'a str,
    /// The repository's.
    pub(super) name: &'a str,
}

/// Asks registries.
pub(super) struct Client {
    agent: Agent,
    /// Whether stored credentials may be used.
    login: bool,
    /// By registry and repository, what it is shown.
    shown: Mutex<HashMap<(String, String), String>>,
    /// By registry, the stored login.
    logins: Mutex<HashMap<String, Stored>>,
}

type Answer = ureq::http::Response<Body>;

/// A stored login, where there is one, or why that cannot be told.
type Stored = Result<Option<Arc<Login>>, Reason>;

impl Client {
    pub(super) fn new(limit: Duration, login: bool) -> Client {
        // What a company signs for itself is trusted by its machines, not by everybody.
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder().tls_config(tls).timeout_global(Some(limit)).max_redirects(0).http_status_as_error(false);
        let agent = config.user_agent(concat!("evenkeel/", env!("CARGO_PKG_VERSION"))).build().new_agent();
        Client { agent, login, shown: Mutex::default(), logins: Mutex::default() }
    }

    /// What stands at a path below a repository: the bytes, and the digest that the registry gives them.
    pub(super) fn fetch(&self, repository: &Repository<'_>, path: &str, accept: &str) -> Result<(Vec<u8>, Option<String>), Reason> {
        let origin = address::origin(repository.registry);
        let home = uri(&format!("{origin}/v2/{}/{path}", repository.name))?;
        let key = (repository.registry.to_owned(), repository.name.to_owned());
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let (mut at, mut asked) = (home.clone(), false);
        for _ in 0..=limits::REDIRECTS {
            let own = is_same_place(&at, &home);
            let mut answer = self.get(&at, accept, shown.as_deref().filter(|_| own))?;
            match answer.status().as_u16() {
                200 => {
                    let digest = answer.headers().get("docker-content-digest").and_then(|value| value.to_str().ok()).filter(|_| own).map(str::to_owned);
                    return Ok((body(&mut answer, limits::MANIFEST_BYTES)?, digest));
                }
                401 if own && !asked => {
                    asked = true;
                    let token = self.authorize(repository, &home, &answer)?;
                    self.shown.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), token.clone());
                    shown = Some(token);
                }
                301 | 302 | 303 | 307 | 308 => at = leads(&at, &home, &answer)?,
                401 | 403 if self.login_of(repository.registry)?.is_some() => return Err(STILL_REFUSED),
                status => return Err(refusal(status)),
            }
        }
        Err(ELSEWHERE)
    }

    fn get(&self, at: &Uri, accept: &str, shown: Option<&str>) -> Result<Answer, Reason> {
        let mut request = self.agent.get(at).header("Accept", accept);
        if let Some(shown) = shown {
            request = request.header(AUTHORIZATION, shown);
        }
        if at.host().is_some_and(address::is_loopback) {
            request = request.config().proxy(None).build();
        }
        request.call().map_err(|error| reason(&error))
    }

    /// The stored login for a registry, where one may be used.
    fn login_of(&self, registry: &str) -> Stored {
        if !self.login {
            return Ok(None);
        }
        let mut logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        logins.entry(registry.to_owned()).or_insert_with(|| stored(address::login(registry)).map(|login| login.map(Arc::new))).clone()
    }

    /// What a registry wants to be shown (RFC 7235; Docker Registry token authentication).
    fn authorize(&self, repository: &Repository<'_>, home: &Uri, answer: &Answer) -> Result<String, Reason> {
        let login = self.login_of(repository.registry)?;
        let challenges: Vec<Challenge<'_>> =
            answer.headers().get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok()).filter_map(Challenge::parse).collect();
        let of = |scheme: &str| challenges.iter().find(|challenge| challenge.scheme.eq_ignore_ascii_case(scheme));
        if let Some(bearer) = of("bearer") {
            return self.token(repository, home, bearer, login.as_deref());
        }
        match login.as_deref() {
            Some(Login::Basic(basic)) if of("basic").is_some() => Ok(basic.clone()),
            Some(_) => Err(STILL_REFUSED),
            None => Err(REFUSED),
        }
    }

    /// A token to read one repository with, whatever else the registry would have asked for.
    fn token(&self, repository: &Repository<'_>, home: &Uri, bearer: &Challenge<'_>, login: Option<&Login>) -> Result<String, Reason> {
        let realm = uri(bearer.value("realm").ok_or(NONSENSE)?)?;
        if !is_sound(&realm, home) {
            return Err(ELSEWHERE);
        }
        let scope = format!("repository:{}:pull", repository.name);
        let service = bearer.value("service").unwrap_or("");
        let proxied = !realm.host().is_some_and(address::is_loopback);
        let answer = if let Some(Login::Refresh(token)) = login {
            let form = [("grant_type", "refresh_token"), ("service", service), ("client_id", "evenkeel"), ("scope", &scope), ("refresh_token", token)];
            let request = self.agent.post(&realm);
            if proxied { request.send_form(form) } else { request.config().proxy(None).build().send_form(form) }
        } else {
            let mut request = self.agent.get(&realm).query("service", service).query("scope", &scope);
            if let Some(Login::Basic(basic)) = login {
                request = request.header(AUTHORIZATION, basic);
            }
            if proxied { request.call() } else { request.config().proxy(None).build().call() }
        };
        let mut answer = answer.map_err(|error| reason(&error))?;
        match answer.status().as_u16() {
            200 => {}
            400 | 401 | 403 if login.is_some() => return Err(STILL_REFUSED),
            400 => return Err(REFUSED),
            status => return Err(refusal(status)),
        }
        let told: Value = serde_json::from_slice(&body(&mut answer, limits::TOKEN_BYTES)?).map_err(|_| NONSENSE)?;
        let token = ["token", "access_token"].iter().find_map(|name| told.get(name)?.as_str()).filter(|token| !token.is_empty());
        Ok(format!("Bearer {}", token.ok_or(NONSENSE)?))
    }
}

fn uri(text: &str) -> Result<Uri, Reason> {
    text.parse::<Uri>().ok().filter(|uri| uri.scheme().is_some() && uri.host().is_some()).ok_or(NONSENSE)
}

/// Whether two places are of one server.
fn is_same_place(one: &Uri, other: &Uri) -> bool {
    one.scheme() == other.scheme() && one.authority() == other.authority()
}

/// Whether a registry at `home` may lead to a place: over TLS, and without it from this machine to itself.
fn is_sound(place: &Uri, home: &Uri) -> bool {
    let own = |uri: &Uri| uri.host().is_some_and(address::is_loopback);
    // What stands before an `@` would be a login.
    let plain = place.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    let sound = match place.scheme_str() {
        Some("https") => !own(place) || own(home),
        Some("http") => own(place) && own(home),
        _ => false,
    };
    plain && sound
}

/// Where a redirection leads.
fn leads(at: &Uri, home: &Uri, answer: &Answer) -> Result<Uri, Reason> {
    let to = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).ok_or(NONSENSE)?;
    let origin = || Some(format!("{}://{}", at.scheme_str()?, at.authority()?));
    let next = if to.starts_with('/') && !to.starts_with("//") { uri(&format!("{}{to}", origin().ok_or(NONSENSE)?))? } else { uri(to)? };
    if is_sound(&next, home) { Ok(next) } else { Err(ELSEWHERE) }
}

/// The body of an answer, no more of it than a limit.
fn body(answer: &mut Answer, most: u64) -> Result<Vec<u8>, Reason> {
    answer.body_mut().with_config().limit(most).read_to_vec().map_err(|error| reason(&error))
}

fn refusal(status: u16) -> Reason {
    match status {
        401 | 403 => REFUSED,
        404 => GONE,
        429 => BUSY,
        _ => BROKEN,
    }
}

/// What a person is told: nothing of what was said.
fn reason(error: &Error) -> Reason {
    match error {
        Error::Timeout(_) => LATE,
        Error::BodyExceedsLimit(_) => LONG,
        Error::Protocol(_) | Error::Http(_) | Error::BadUri(_) | Error::LargeResponseHeader(..) => NONSENSE,
        Error::Tls(_) | Error::Rustls(_) => UNTRUSTED,
        // What the handshake ends with.
        Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => UNTRUSTED,
        _ => SILENT,
    }
}

/// One challenge of a `WWW-Authenticate` header.
struct Challenge<'h> {
    scheme: &'h str,
    values: Vec<(&'h str, &'h str)>,
}

impl<'h> Challenge<'h> {
    fn parse(header: &'h str) -> Option<Challenge<'h>> {
        let (scheme, mut rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        let mut values = Vec::new();
        while let Some((name, after)) = rest.split_once('=') {
            let (value, further) = match after.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => after.split_at(after.find(',').unwrap_or(after.len())),
            };
            values.push((name.trim_matches([' ', ',']), value));
            rest = further;
        }
        Some(Challenge { scheme, values })
    }

    fn value(&self, name: &str) -> Option<&'h str> {
        self.values.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let header = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io", scope="repository:library/a:pull,push",error=x"#;
        let read = |name: &str| Challenge::parse(header).and_then(|challenge| challenge.value(name).map(str::to_owned));
        assert_eq!(read("Realm").as_deref(), Some("https://auth.docker.io/token"));
        assert_eq!(read("service").as_deref(), Some("registry.docker.io"));
        assert_eq!(read("scope").as_deref(), Some("repository:library/a:pull,push"));
        assert_eq!(read("error").as_deref(), Some("x"));
        assert_eq!(Challenge::parse("Basic").map(|challenge| challenge.scheme), Some("Basic"));
        assert!(Challenge::parse("Bearer realm=\"broken").is_none());
    }

    #[test]
    fn a_registry_leads_nowhere_without_tls() {
        let may = |place: &str, home: &str| matches!((uri(place), uri(home)), (Ok(place), Ok(home)) if is_sound(&place, &home));
        assert!(may("https://auth.mill.test/token", "https://registry.mill.test/v2/"));
        assert!(may("http://127.0.0.1:5001/token", "http://127.0.0.1:5000/v2/"));
        assert!(!may("http://auth.mill.test/token", "https://registry.mill.test/v2/"));
        assert!(!may("http://auth.mill.test/token", "http://127.0.0.1:5000/v2/"));
        assert!(!may("http://127.0.0.1:5000/token", "https://registry.mill.test/v2/"));
        assert!(!may("https://localhost:5000/token", "https://registry.mill.test/v2/"));
        assert!(!may("https://u:p@auth.mill.test/token", "https://registry.mill.test/v2/"));
        assert!(!may("ftp://auth.mill.test/token", "https://registry.mill.test/v2/"));
    }
}
