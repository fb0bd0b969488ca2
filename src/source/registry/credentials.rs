//! What a person has stored for the docker client or podman to log in with (`auths`, `credHelpers`,
//! `credsStore` of `config.json` and `auth.json`): looked up where the person asked for that, held as long as
//! the registry is asked, and shown to nobody else. Helper programs are run as those clients run them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use docker_credential::{CredentialRetrievalError as Failure, DockerCredential, get_credential, get_podman_credential};

/// A login. It has no `Debug`: nothing of it is for anybody's eyes.
pub(super) enum Login {
    /// A user and a password, as a header has them (RFC 7617).
    Basic(String),
    /// A token that other tokens are given for (OAuth 2, RFC 6749).
    Refresh(String),
}

/// The login that is stored under a name.
///
/// # Errors
/// Why it cannot be told whether there is one.
pub(super) fn stored(name: &str) -> Result<Option<Login>, &'static str> {
    for look in [get_credential, get_podman_credential] {
        match look(name) {
            Ok(DockerCredential::UsernamePassword(user, password)) => {
                return Ok(Some(Login::Basic(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))));
            }
            Ok(DockerCredential::IdentityToken(token)) => return Ok(Some(Login::Refresh(token))),
            Err(Failure::NoCredentialConfigured | Failure::ConfigNotFound) => {}
            // A file that is not there cannot be told from one that may not be read.
            Err(Failure::ConfigReadError) => {}
            Err(_) => return Err("what is stored to log in to the registry cannot be read, or its helper fails"),
        }
    }
    Ok(None)
}
