//! What lies inside the images of containers that run: of each image, one container is asked for its files. It is
//! the container and not the image, because an engine streams a container's files as they lie there, whatever its
//! store, with what later layers took away gone. What a container wrote itself is told from what the image brought by
//! the time at which it was written. Only then are the images asked for their layers, in which what was taken away
//! still is: for that an engine may first write all of them to its own disk. An image's history costs nothing and is
//! asked first.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};

use super::address::Address;
use super::container::{Container, image_id, text, texts};
use super::engine::{Engine, Failure};
use super::{Found, SOURCE};
use crate::catalog::Catalog;
use crate::files::Archive;
use crate::model::{Gap, Reading};
use crate::read::{Input, Output};
use crate::source::inside::{self, Gaps, Owner, Written, keep, look};
use crate::syntax::At;

/// What an engine did not tell in time.
const LATE: Failure = Failure::Because("what lies inside it was not read within the time limit (--inside-timeout)");
const LATE_LAYERS: &str = "its layers were not read within the time limit (--inside-timeout)";
const LATE_HISTORY: Failure = Failure::Because("its history was not told within the time limit (--inside-timeout)");

/// A container whose image is looked into.
pub(super) struct Runs {
    image: String,
    id: String,
    name: String,
    place: String,
    setup: String,
    made: Option<u64>,
    backing: bool,
    /// How many layers its image has, where that is known.
    layers: Option<usize>,
    /// What its image says in clear.
    written: Written,
}

impl Runs {
    /// One that runs for good.
    pub(super) fn of(id: &str, value: &Value, container: &Container<'_>) -> Option<Runs> {
        let image = image_id(value).filter(|_| !container.is_one_off())?;
        let own = container.image();
        Some(Runs {
            image: image.to_owned(),
            id: id.to_owned(),
            name: container.name().to_owned(),
            place: container.place(),
            setup: container.setup(),
            made: container.made(),
            backing: container.is_backing(Catalog::get()),
            layers: own.map(|own| texts(own, "/RootFS/Layers").len()).filter(|count| *count > 0),
            written: own.map(|own| inside::variables(texts(own, "/Config/Env"))).unwrap_or_default(),
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
        let images: Vec<Vec<Runs>> = images.into_values().collect();
        let end = sleep(limit).deadline();
        let engine = match timeout_at(end, Engine::reach(address)).await.unwrap_or(Err(LATE)) {
            Ok(engine) => engine,
            Err(failure) => return images.iter().filter_map(|alike| alike.first()).for_each(|first| self.lacks(first, failure)),
        };
        for alike in &images {
            self.history(&engine, alike, end).await;
        }
        let mut told = Vec::new();
        for alike in &images {
            told.push(self.files(&engine, alike, end).await);
        }
        for (alike, told) in images.iter().zip(told) {
            if let Some(told) = told {
                self.layers(&engine, alike, &told, end).await;
            }
        }
    }

    fn lacks(&mut self, first: &Runs, failure: Failure) {
        match failure {
            Failure::Because(reason) => self.gap(&first.place, reason),
            Failure::Gone => self.gap(&first.place, "it ended before its files were read"),
        }
    }

    /// What the image of several says of itself.
    async fn history(&mut self, engine: &Engine, alike: &[Runs], end: Instant) {
        let Some(first) = alike.iter().find(|runs| !runs.backing) else { return };
        let mut written = first.written.clone();
        match timeout_at(end, engine.history(&first.image)).await.unwrap_or(Err(LATE_HISTORY)) {
            Ok(steps) => {
                let steps = steps.as_array().map_or(&[][..], Vec::as_slice);
                written.extend(inside::history(steps.iter().filter_map(|step| text(step, "/CreatedBy"))));
            }
            // Whoever asks for its layers says so.
            Err(Failure::Gone) => {}
            Err(Failure::Because(reason)) => self.gap(&first.place, reason),
        }
        for runs in alike.iter().filter(|runs| !runs.backing) {
            self.say(runs, &runs.place, |owner| written.readings(owner));
        }
    }

    /// What lies in the files of the first of several. What must not be there is handed back, unless the time is over.
    async fn files(&mut self, engine: &Engine, alike: &[Runs], end: Instant) -> Option<Vec<inside::Found>> {
        let first = alike.first()?;
        match engine.files(&first.id, keep, end).await {
            Ok((archive, late)) => {
                let secrets = self.tell(&archive, first, alike, late);
                if late {
                    self.lacks(first, LATE);
                }
                Some(secrets).filter(|_| !late)
            }
            Err(failure) => {
                self.lacks(first, failure);
                Some(Vec::new())
            }
        }
    }

    /// Hands over what was found in the files of the first of several, for all that run their image.
    fn tell(&mut self, archive: &Archive, first: &Runs, alike: &[Runs], late: bool) -> Vec<inside::Found> {
        let shipped = |path: &str| first.made.zip(archive.written(path)).is_none_or(|(made, written)| written <= made);
        let contents = look(archive, &shipped);
        // That it broke off says nothing where nobody waited for the rest.
        archive.gaps().filter(|_| !late).for_each(|reason| self.gap(&first.place, reason));
        self.gaps_below(first, &contents.gaps);
        for runs in alike {
            self.say(runs, &runs.place, |owner| if runs.backing { contents.system(owner) } else { contents.packages(owner) });
            for lock in contents.locks().iter().filter(|_| !runs.backing) {
                self.say(runs, &format!("{}/{}", runs.place, lock.path), |owner| lock.readings(owner));
            }
        }
        self.secrets(alike, contents.secrets());
        contents.into_secrets()
    }

    /// What the layers of an image have beside that. Of one layer there is nothing that another took away.
    async fn layers(&mut self, engine: &Engine, alike: &[Runs], told: &[inside::Found], end: Instant) {
        let Some(first) = alike.iter().find(|runs| !runs.backing && runs.layers != Some(1)) else { return };
        let (layers, late) = match engine.layers(&first.image, inside::keep_of_layer, end).await {
            Ok(layers) => layers,
            Err(Failure::Gone) => return self.gap(&first.place, "its image is gone: its layers were not read"),
            Err(Failure::Because(reason)) => return self.gap(&first.place, reason),
        };
        let mut gaps = Gaps::new();
        let found = inside::look_below(&layers, told, &mut gaps);
        if late || layers.late() {
            self.gap(&first.place, LATE_LAYERS);
        } else {
            layers.gaps().for_each(|reason| self.gap(&first.place, reason));
        }
        self.gaps_below(first, &gaps);
        self.secrets(alike, &found);
    }

    /// What must not be in an image, for all that run it and are no software of others.
    fn secrets(&mut self, alike: &[Runs], found: &[inside::Found]) {
        for runs in alike.iter().filter(|runs| !runs.backing) {
            for secret in found {
                self.say(runs, &format!("{}/{}", runs.place, secret.path), |owner| vec![secret.reading(owner)]);
            }
        }
    }

    fn gaps_below(&mut self, first: &Runs, gaps: &Gaps) {
        for (path, reason, required) in gaps {
            let gap = crate::source::gap(&SOURCE, self.ask, &format!("{}/{path}", first.place), reason);
            self.gaps.push(Gap { required: *required, ..gap });
        }
    }

    fn say(&mut self, runs: &Runs, place: &str, readings: impl FnOnce(&Owner<'_>) -> Vec<Reading>) {
        let told = |_: &Input<'_>, at: At, out: &mut Output| out.readings = readings(&Owner { workload: &runs.name, at });
        self.facts.extend(crate::source::facts(&SOURCE, self.ask, place, &runs.setup, told));
    }
}
