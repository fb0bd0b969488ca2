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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Environment;
    use serde_json::{Value, json};

    fn container(name: &str, variables: Value) -> Value {
        let labels = json!({ "com.docker.compose.project": "mill", "com.docker.compose.service": "web", "com.docker.swarm.task.id": "q8zr2lmx5vtn" });
        json!({ "Name": name, "State": { "Running": true }, "Config": { "Image": "mill/web:1.4", "Env": variables, "Labels": labels } })
    }

    fn told(all: &[Value]) -> BTreeSet<String> {
        let image = json!({ "Config": { "Env": ["PATH=/bin"] } });
        let Ok((_, ask)) = crate::source::parse("prod=docker", std::time::Duration::from_secs(1)) else { return BTreeSet::new() };
        let containers: Vec<Container<'_>> = all.iter().filter_map(|value| Container::of(value, Some(&image))).collect();
        let facts = facts(&super::super::SOURCE, &ask, &containers, |container| container.place());
        assert!(facts.iter().all(|fact| fact.is_live() && fact.environment == Environment::prod()));
        facts.iter().filter(|fact| fact.kind == Kind::Env).map(|fact| format!("{} {}", fact.name, fact.place.path)).collect()
    }

    #[test]
    fn those_that_part_are_named() {
        let (one, other) = (container("/mill-web-1", json!(["A=1"])), container("/mill-web-2", json!(["A=2"])));
        // Values are a container's own affair.
        assert_eq!(told(&[one.clone(), other.clone()]), BTreeSet::from(["A docker://mill/web", "PATH docker://mill/web"].map(str::to_owned)));
        let lacking = container("/mill_web.3.q8zr2lmx5vtn", json!([]));
        let told = told(&[one, other, lacking]);
        assert!(told.contains("A docker://mill/web (2 of 3 containers: mill-web-1 and 1 more)"), "{told:?}");
        assert!(told.contains("PATH docker://mill/web (1 of 3 containers: mill_web.3)"), "{told:?}");
    }
}
