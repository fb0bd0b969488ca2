//! A snapshot from a file, as a part of an environment: what somebody else captured where it lives.

use std::path::Path;

use super::{Ask, Collect, Source, gap};
use crate::model::{Fact, Gap};
use crate::store::{StoreError, load};

/// A snapshot's file.
pub(super) static SOURCE: Source =
    Source { name: super::FILE, address: ":FILE", about: "what `evenkeel snapshot` wrote", has_images: false, accepts, collect: Collect::Facts(collect) };

fn accepts(address: &str) -> Result<(), &'static str> {
    if address.is_empty() { Err("is missing: the file of a snapshot") } else { Ok(()) }
}

fn collect(ask: &Ask) -> (Vec<Fact>, Vec<Gap>) {
    match load(Path::new(&ask.address)) {
        Ok(snapshot) => (snapshot.facts, snapshot.gaps),
        Err(StoreError::Refused(_, why)) => (Vec::new(), vec![gap(&SOURCE, ask, &ask.address, why)]),
        Err(_) => (Vec::new(), vec![gap(&SOURCE, ask, &ask.address, "a snapshot that cannot be read")]),
    }
}
