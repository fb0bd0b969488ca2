//! The conversation with an engine, through bollard: which containers run, and what it knows of each and of
//! their images. Answers are handed over as JSON: bollard's types are closed, and a word that is new to one
//! of them must not cost the rest of the answer. Every request has a connection of its own, and of its
//! answer no more is read than the limit.

use std::io;

use bollard::errors::Error;
use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use hyper::Response;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue};
use hyper::http::uri::{PathAndQuery, Uri};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use super::address::Address;
use super::{container, stream, tls};
use crate::files::{Archive, Keep, Layers};
use crate::limits;

/// Why something was not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// It is not there, or not any more.
    Gone,
    /// Any other reason, in words.
    Because(&'static str),
}

/// An engine that answers.
pub(super) struct Engine(Docker);

impl Engine {
    /// Finds out whether an engine answers, and in which version of its API.
    pub(super) async fn reach(address: &Address) -> Result<Engine, Failure> {
        let way = Way { address: address.clone(), tls: if let Address::Secured(_, _, folder) = address { Some(tls::connector(folder)?) } else { None } };
        let transport = move |request: BollardRequest| send(way.clone(), request);
        let seconds = limits::LIVE_SECONDS_MOST;
        let docker = Docker::connect_with_custom_transport(transport, Some("http://engine"), seconds, API_DEFAULT_VERSION).map_err(failure)?;
        docker.negotiate_version().await.map(Engine).map_err(failure)
    }

    /// The ids of the containers that run, those that are paused or about to be started again among them; and of those
    /// of projects that do not: they have ended, or were never started.
    pub(super) async fn containers(&self) -> Result<(Vec<String>, Vec<String>), Failure> {
        let options = bollard::query_parameters::ListContainersOptions { all: true, ..Default::default() };
        let list = json(self.0.list_containers(Some(options)).await)?;
        let (mut running, mut ended) = (Vec::new(), Vec::new());
        for container in list.as_array().ok_or(NONSENSE)? {
            let id = container.get("Id").and_then(Value::as_str).filter(|id| is_id(id)).ok_or(NONSENSE)?;
            match container.get("State").and_then(Value::as_str) {
                Some("exited" | "dead" | "stopped" | "created" | "configured" | "initialized") if container::is_of_project(container) => {
                    ended.push(id.to_owned());
                }
                Some("exited" | "dead" | "stopped" | "created" | "configured" | "initialized" | "removing") => {}
                // A state that nobody knows is asked about.
                _ => running.push(id.to_owned()),
            }
        }
        Ok((running, ended))
    }

    /// What is known of a container.
    pub(super) async fn container(&self, id: &str) -> Result<Value, Failure> {
        json(self.0.inspect_container(id, None::<bollard::query_parameters::InspectContainerOptions>).await)
    }

    /// What is known of an image.
    pub(super) async fn image(&self, id: &str) -> Result<Value, Failure> {
        json(self.0.inspect_image(id).await)
    }

    /// The files of a container, as far as somebody claims them; and whether the time was over before they ended.
    pub(super) async fn files(&self, id: &str, keep: fn(&str) -> Keep, end: Instant) -> Result<(Archive, bool), Failure> {
        stream::read(self.0.export_container(id), end, move |pieces| Archive::read(pieces, &keep)).await.map_err(failure)
    }

    /// The layers of an image, likewise.
    pub(super) async fn layers(&self, id: &str, keep: fn(&str) -> Keep, end: Instant) -> Result<(Layers, bool), Failure> {
        let read = move |pieces: stream::Pieces<_>| Layers::read(pieces, &keep, &|| !end.elapsed().is_zero());
        stream::read(self.0.export_image(id), end, read).await.map_err(failure)
    }

    /// How an image was made.
    pub(super) async fn history(&self, id: &str) -> Result<Value, Failure> {
        json(self.0.image_history(id).await)
    }
}

const NONSENSE: Failure = Failure::Because("the engine's answer is none of the Docker API");
const SILENT: Failure = Failure::Because("no engine answers there");

/// Whether a text is an id, which becomes a part of further requests.
pub(super) fn is_id(text: &str) -> bool {
    (12..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_hexdigit())
}

/// An answer as it is, whether it fits bollard's types or not.
fn json<T: Serialize>(answer: Result<T, Error>) -> Result<Value, Failure> {
    match answer {
        Ok(typed) => serde_json::to_value(typed).map_err(|_| NONSENSE),
        Err(Error::JsonDataError { contents, .. }) => serde_json::from_str(&contents).map_err(|_| NONSENSE),
        Err(error) => Err(failure(error)),
    }
}

/// What a person is told: nothing of what the engine says.
fn failure(error: Error) -> Failure {
    match error {
        Error::DockerResponseServerError { status_code: 404, .. } => Failure::Gone,
        Error::DockerResponseServerError { status_code: 401 | 403, .. } => Failure::Because("the engine refuses to answer"),
        Error::DockerResponseServerError { .. } => Failure::Because("the engine answers with an error"),
        Error::IOError { err } if err.kind() == io::ErrorKind::PermissionDenied => Failure::Because("the engine's socket may not be opened"),
        // So TLS tells of its own troubles.
        Error::IOError { err } if err.kind() == io::ErrorKind::InvalidData => {
            Failure::Because("the engine's certificate is not one that ca.pem vouches for, or it refuses ours")
        }
        Error::IOError { .. } | Error::SocketNotFoundError(_) => SILENT,
        Error::HyperResponseError { .. } => Failure::Because("the engine's answer broke off, or is larger than the limit of 16 MiB"),
        _ => NONSENSE,
    }
}

/// How an engine is reached.
#[derive(Clone)]
struct Way {
    address: Address,
    tls: Option<TlsConnector>,
}

/// Sends a request over a connection of its own.
async fn send(way: Way, request: BollardRequest) -> Result<Response<Incoming>, Error> {
    match way.address {
        #[cfg(unix)]
        Address::Socket(path) => exchange(tokio::net::UnixStream::connect(path).await?, request).await,
        #[cfg(not(unix))]
        Address::Socket(_) => Err(io::Error::from(io::ErrorKind::Unsupported).into()),
        Address::Host(host, port) => exchange(TcpStream::connect((host.as_str(), port)).await?, request).await,
        Address::Secured(host, port, _) => {
            let unsuited = || io::Error::from(io::ErrorKind::InvalidInput);
            let name = ServerName::try_from(host.clone()).map_err(|_| unsuited())?;
            let stream = TcpStream::connect((host.as_str(), port)).await?;
            exchange(way.tls.ok_or_else(unsuited)?.connect(name, stream).await?, request).await
        }
    }
}

async fn exchange<S: AsyncRead + AsyncWrite + Send + 'static>(stream: S, mut request: BollardRequest) -> Result<Response<Incoming>, Error> {
    let (read, write) = tokio::io::split(stream);
    // Whoever reads an archive counts its bytes; what carries them adds a little.
    let limit = if request.uri().path().ends_with("/export") || request.uri().path().ends_with("/get") {
        limits::INSIDE_BYTES + limits::INSIDE_BYTES / 8
    } else {
        limits::ANSWER_BYTES
    };
    let bounded = tokio::io::join(read.take(limit), write);
    let (mut sender, connection) = http1::handshake(TokioIo::new(Box::pin(bounded))).await?;
    tokio::spawn(connection);
    let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    // An engine is asked for its version in no version: an older one would refuse.
    let path = if path.ends_with("/version") { "/version" } else { path };
    *request.uri_mut() = Uri::try_from(path).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    request.headers_mut().insert(HOST, HeaderValue::from_static("docker"));
    Ok(sender.send_request(request).await?)
}
