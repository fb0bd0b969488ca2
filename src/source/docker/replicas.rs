//! Several containers of one service: what all of them say is said once, as of one. Where they part, each fact
//! says which of them it is of. That is asked of the variables that they are given, by their names alone (an
//! address or a number of its own is a container's own affair), of the images that they run, and of the terms that
//! they run on.

use std::collections::{BTreeMap, BTreeSet};

use super::container::Container;
use crate::model::{Fact, Form, Kind, Part, Stance};
use crate::seal;
use crate::source::{Ask, Source};

/// Something that containers of one service may part in.
struct Aspect {
    /// Whether a fact is of it.
    holds: fn(&Fact) -> bool,
    /// What of such a fact counts.
    says: fn(&Fact) -> Option<String>,
    /// Whether those that part are set-ups of their own: each has its own list of variables.
    apart: bool,
}

const ASPECTS: [Aspect; 3] = [
    Aspect { holds: |fact| fact.kind == Kind::Env, says: name, apart: true },
    Aspect { holds: |fact| fact.value.image.is_some(), says: image, apart: false },
    Aspect { holds: |fact| fact.form == Form::Started(Part::Term), says: term, apart: false },
];

/// The name of a variable that a process has.
fn name(fact: &Fact) -> Option<String> {
    let has = fact.value.variable.as_deref().is_some_and(|variable| matches!(variable.stance, Stance::Given | Stance::Inherited));
    has.then(|| fact.name.to_string())
}

/// What an image is called, and which one it is.
fn image(fact: &Fact) -> Option<String> {
    Some(format!("{} {:?}", fact.value.text, fact.bits.as_ref().map(|bits| (&bits.id, bits.short()))))
}

/// A term, and its value.
fn term(fact: &Fact) -> Option<String> {
    Some(format!("{} {}", fact.name, fact.value.text))
}

/// What is said of containers; `place` is where one is.
pub(in crate::source) fn facts(source: &'static Source, ask: &Ask, containers: &[Container<'_>], place: impl Fn(&Container<'_>) -> String) -> Vec<Fact> {
    let mut services: BTreeMap<(String, bool), Vec<&Container<'_>>> = BTreeMap::new();
    for container in containers {
        services.entry((place(container), container.is_one_off())).or_default().push(container);
    }
    let mut all = Vec::new();
    for ((place, _), replicas) in &services {
        // What was built there is of interest where it was not built for all of them.
        let images: BTreeSet<Option<&str>> = replicas.iter().map(|container| container.image_id()).collect();
        let mut told: Vec<Vec<Fact>> = replicas.iter().map(|container| container.facts(source, ask, place, images.len() > 1)).collect();
        for aspect in &ASPECTS {
            part(aspect, place, replicas, &mut told);
        }
        all.extend(told.into_iter().flatten());
    }
    all
}

/// Writes into the facts of an aspect which containers they are of, unless all say the same.
fn part(aspect: &Aspect, place: &str, replicas: &[&Container<'_>], told: &mut [Vec<Fact>]) {
    let said: Vec<BTreeSet<String>> = told.iter().map(|facts| facts.iter().filter(|fact| (aspect.holds)(fact)).filter_map(aspect.says).collect()).collect();
    if said.windows(2).all(|pair| pair.first() == pair.last()) {
        return;
    }
    for (facts, own) in told.iter_mut().zip(&said) {
        let alike = replicas.iter().zip(&said).filter(|(_, other)| *other == own).map(|(container, _)| container.own_name());
        let names: BTreeSet<&str> = alike.collect();
        let share = format!("{} of {} containers", names.len(), replicas.len());
        let first = names.first().copied().unwrap_or_default();
        let more = if names.len() > 1 { format!(" and {} more", names.len() - 1) } else { String::new() };
        for fact in facts.iter_mut().filter(|fact| (aspect.holds)(fact)) {
            fact.place.path = seal::path(&format!("{place} ({share}: {first}{more})"));
            if aspect.apart {
                fact.setup = seal::path(&format!("{} ({share}: {first}{more})", fact.setup));
            }
        }
    }
}
