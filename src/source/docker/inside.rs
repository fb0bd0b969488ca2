//! What lies inside the images of containers that run: of each image, one container is asked for its files. It is
//! the container and not the image, because an engine streams a container's files as they lie there, whatever its
//! store, with what later layers took away gone; to save an image it would first write all layers to its own
//! disk. What a container wrote itself is told from what the image brought by the time at which it was written.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{sleep, timeout_at};

use super::address::Address;
use super::container::{Container, image_id};
use super::engine::{Engine, Failure};
use super::{Found, SOURCE};
use crate::catalog::Catalog;
use crate::files::Archive;
use crate::model::{Gap, Reading};
use crate::read::{Input, Output};
use crate::source::inside::{Owner, keep, look};
use crate::syntax::At;

/// What an engine did not tell in time.
const LATE: Failure = Failure::Because("what lies inside it was not read within the time limit (--inside-timeout)");

/// A container whose image is looked into.
pub(super) struct Runs {
    image: String,
    id: String,
    name: String,
    place: String,
    setup: String,
    made: Option<u64>,
    backing: bool,
}

impl Runs {
    /// One that runs for good.
    pub(super) fn of(id: &str, value: &Value, container: &Container<'_>) -> Option<Runs> {
        let image = image_id(value).filter(|_| !container.is_one_off())?;
        Some(Runs {
            image: image.to_owned(),
            id: id.to_owned(),
            name: container.name().to_owned(),
            place: container.place(),
            setup: container.setup(),
            made: container.made(),
            backing: container.is_backing(Catalog::get()),
        })
    }
}

impl Found<'_> {
    /// Looks into the images of all containers that are known to run, for as long as that may take.
    pub(super) async fn inside(&mut self, address: &Address, limit: Duration) {
        let mut images: BTreeMap<String, Vec<Runs>> = BTreeMap::new();
        for runs in std::mem::take(&mut self.running) {
            let alike = images.entry(runs.image.clone()).or_default();
            // Of several that are one service, one speaks for all.
            if !alike.iter().any(|known| known.place == runs.place) {
                alike.push(runs);
            }
        }
        let end = sleep(limit).deadline();
        let reached = timeout_at(end, Engine::reach(address)).await.unwrap_or(Err(LATE));
        for alike in images.values() {
            let Some(first) = alike.first() else { continue };
            let files = match &reached {
                Ok(engine) => engine.files(&first.id, keep, end).await,
                Err(failure) => Err(*failure),
            };
            let failed = match files {
                Ok((archive, late)) => {
                    self.tell(&archive, first, alike, late);
                    late.then_some(LATE)
                }
                Err(failure) => Some(failure),
            };
            match failed {
                Some(Failure::Because(reason)) => self.gap(&first.place, reason),
                Some(Failure::Gone) => self.gap(&first.place, "it ended before its files were read"),
                None => {}
            }
        }
    }

    /// Hands over what was found in the files of the first of several, for all that run their image.
    fn tell(&mut self, archive: &Archive, first: &Runs, alike: &[Runs], late: bool) {
        let shipped = |path: &str| first.made.zip(archive.written(path)).is_none_or(|(made, written)| written <= made);
        let contents = look(archive, &shipped);
        // That it broke off says nothing where nobody waited for the rest.
        archive.gaps().filter(|_| !late).for_each(|reason| self.gap(&first.place, reason));
        for (path, reason, required) in &contents.gaps {
            let gap = crate::source::gap(&SOURCE, self.ask, &format!("{}/{path}", first.place), reason);
            self.gaps.push(Gap { required: *required, ..gap });
        }
        for runs in alike {
            self.say(runs, &runs.place, |owner| if runs.backing { contents.system(owner) } else { contents.packages(owner) });
            for secret in contents.secrets().iter().filter(|_| !runs.backing) {
                self.say(runs, &format!("{}/{}", runs.place, secret.path), |owner| vec![secret.reading(owner)]);
            }
        }
    }

    fn say(&mut self, runs: &Runs, place: &str, readings: impl FnOnce(&Owner<'_>) -> Vec<Reading>) {
        let told = |_: &Input<'_>, at: At, out: &mut Output| out.readings = readings(&Owner { workload: &runs.name, at });
        self.facts.extend(crate::source::facts(&SOURCE, self.ask, place, &runs.setup, told));
    }
}
