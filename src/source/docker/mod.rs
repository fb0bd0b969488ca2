//! A Docker or Podman engine: what its containers run, are given, and were started with. `address` tells
//! where it is, `engine` talks to it, `container`, `own` and `terms` make readings of what it tells, `project` says whose
//! containers they are and `replicas` which of them say it, `inside` asks for the files of its images, for their layers
//! and history, of which `stream` lets through what is claimed. The runtime that the conversation needs lives as long
//! as that.

mod address;
pub(super) mod container;
mod engine;
mod inside;
mod own;
mod project;
pub(super) mod replicas;
mod stream;
mod terms;
mod tls;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::{Ask, Collect, Source};
use crate::limits;
use crate::model::{Fact, Gap};
use address::Address;
use container::{Container, image_id};
use engine::{Engine, Failure};

/// Docker and Podman.
pub(super) static SOURCE: Source = Source {
    name: "docker",
    address: "[:unix:///PATH|:tcp://HOST:PORT]",
    about: "the containers of a Docker or Podman engine, else of the one that the docker client uses",
    has_images: true,
    accepts,
    collect: Collect::Facts(collect),
};

fn accepts(text: &str) -> Result<(), &'static str> {
    if text.is_empty() { Ok(()) } else { address::parse(text).map(|_| ()) }
}

fn collect(ask: &Ask) -> (Vec<Fact>, Vec<Gap>) {
    let mut found = Found { ask, facts: Vec::new(), gaps: Vec::new(), seen: Vec::new(), running: Vec::new() };
    let address = if ask.address.is_empty() {
        address::usual(&address::variable)
    } else {
        address::parse(&ask.address).map(|address| address.of_person(&address::variable))
    };
    match address {
        Ok(address) => found.ask(&address),
        Err(reason) => found.gap(SOURCE.name, reason),
    }
    (found.facts, found.gaps)
}

/// What was found out so far: what comes to nothing later does not take it away.
struct Found<'a> {
    ask: &'a Ask,
    facts: Vec<Fact>,
    gaps: Vec<Gap>,
    /// The containers by their ids, with what is known of their images.
    seen: Vec<(String, Value, Option<Arc<Value>>)>,
    /// The containers whose images are looked into.
    running: Vec<inside::Runs>,
}

impl Found<'_> {
    fn gap(&mut self, path: &str, reason: &'static str) {
        self.gaps.push(super::gap(&SOURCE, self.ask, path, reason));
    }

    /// Asks an engine, for as long as that may take.
    fn ask(&mut self, address: &Address) {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build() else {
            return self.gap(SOURCE.name, "could not be asked");
        };
        let limit = self.ask.limit;
        let looked = runtime.block_on(async { tokio::time::timeout(limit, self.look(address)).await });
        self.tell_of_own();
        if let Some(limit) = self.ask.inside {
            runtime.block_on(self.inside(address, limit));
        }
        // A name that is still looked up must not be waited for.
        runtime.shutdown_background();
        let reason = match looked {
            Ok(Ok(())) => return,
            Ok(Err(Failure::Because(reason))) => reason,
            Ok(Err(Failure::Gone)) => "no engine answers there",
            Err(_) => "no answer within the time limit (--live-timeout)",
        };
        self.gap(&address.to_string(), reason);
    }

    async fn look(&mut self, address: &Address) -> Result<(), Failure> {
        let engine = Engine::reach(address).await?;
        let (running, ended) = engine.containers().await?;
        let ids: Vec<(&String, bool)> = running.iter().map(|id| (id, true)).chain(ended.iter().map(|id| (id, false))).collect();
        let mut images: HashMap<String, Option<Arc<Value>>> = HashMap::new();
        for (id, runs) in ids.iter().take(limits::CONTAINERS).copied() {
            let container = match engine.container(id).await {
                // It has ended since.
                Err(Failure::Gone) => continue,
                told => told?,
            };
            let image = match image_id(&container).filter(|_| runs) {
                Some(id) if !images.contains_key(id) => {
                    let image = match engine.image(id).await {
                        Err(Failure::Gone) => None,
                        told => Some(Arc::new(told?)),
                    };
                    images.entry(id.to_owned()).or_insert(image).clone()
                }
                Some(id) => images.get(id).cloned().flatten(),
                None => None,
            };
            self.seen.push((id.clone(), container, image));
        }
        if ids.len() > limits::CONTAINERS {
            self.gap(&address.to_string(), "more containers than the limit of 1000");
        }
        Ok(())
    }

    /// What is said of the containers that are the repository's.
    fn tell_of_own(&mut self) {
        let seen = std::mem::take(&mut self.seen);
        let containers = seen.iter().filter_map(|(id, value, image)| Some((id, value, Container::of(value, image.as_deref())?)));
        let own = project::own(containers.collect(), &self.ask.root, &self.ask.projects, |(_, _, container)| container);
        for (id, value, container) in own.iter().filter(|(_, _, container)| !container.has_ended()) {
            if container.image().is_none() {
                self.gap(&container.place(), "its image is gone: what it is given cannot be told from what the image sets");
            }
            self.running.extend(inside::Runs::of(id, value, container));
        }
        let (ended, running): (Vec<Container<'_>>, Vec<Container<'_>>) = own.into_iter().map(|(_, _, container)| container).partition(Container::has_ended);
        self.facts.extend(ended.iter().flat_map(|container| container.end(&SOURCE, self.ask)));
        self.facts.extend(replicas::facts(&SOURCE, self.ask, &running, |container| container.place()));
    }
}
