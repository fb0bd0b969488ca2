//! What live sources told, taken into the survey of the files beside it: whose environment and whose
//! component it is, the files say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::config::Config;
use crate::discover::rank;
use crate::model::{Environment, Fact, Gap, ImageRef, Kind, Shown};
use crate::source::{Ask, Source, Told};
use crate::survey::Survey;
use crate::{seal, source};

impl Survey {
    /// Takes in what live sources told, as facts of their environments. Whose a workload is, those say who
    /// declare it: first those of the same environment.
    pub fn join(&mut self, told: Vec<Told>, config: &Config) {
        for Told { environment, facts, gaps, .. } in told {
            let environment = self.own_name(environment);
            if !self.plan.environments.contains(&environment) {
                self.plan.environments.push(environment.clone());
            }
            let mut components: BTreeMap<(Kind, String), Shown> = BTreeMap::new();
            let declared = || self.facts.iter().filter(|fact| !fact.is_live());
            for fact in declared().filter(|fact| fact.environment == environment).chain(declared()) {
                if let Some(workload) = &fact.workload {
                    components.entry((fact.kind, workload.to_string())).or_insert_with(|| fact.component.clone());
                }
            }
            let settled = |fact: Fact| {
                let workload = fact.workload.as_ref().map_or("", Shown::as_str);
                let named = || self.plan.components.named(workload).filter(|_| fact.kind != Kind::Config).map(seal::path);
                let component = components.get(&(fact.kind, workload.to_owned())).cloned().or_else(named).unwrap_or_else(|| fact.component.clone());
                Fact { environment: environment.clone(), component, ..fact }
            };
            // A shell passes on a great deal; of a process counts what the repository speaks of.
            let names: BTreeSet<&str> = self.facts.iter().filter(|fact| fact.kind == Kind::Env).map(|fact| fact.name.as_str()).collect();
            let counts = |fact: &Fact| fact.format != "process" || names.contains(fact.name.as_str());
            let mut facts: Vec<Fact> = facts.into_iter().filter(counts).map(settled).collect();
            crate::inside::settle(&mut facts, &self.facts, &self.plan.components);
            self.facts.extend(facts);
            self.gaps.extend(gaps.into_iter().map(|gap| Gap { environment: Some(environment.clone()), ..gap }));
        }
        self.settle(config);
    }

    /// Puts in order what was taken in.
    fn settle(&mut self, config: &Config) {
        self.plan.environments.sort_by_key(|environment| rank(environment, config));
        self.gaps.sort();
        self.gaps.dedup();
    }

    /// Asks which bits the images are that are stated, and takes that in with the facts that state them. What
    /// runs has its own; beside an image that no file states stands what its tag names.
    pub fn resolve(&mut self, asked: Vec<(&'static Source, Ask)>, config: &Config) {
        for Told { environment, bits, gaps, .. } in source::resolve(asked, &self.facts, |environment| self.own_name(environment)) {
            if !self.plan.environments.contains(&environment) {
                self.plan.environments.push(environment.clone());
            }
            for (image, bits) in bits {
                let mut runs = None;
                let mut stated = false;
                for fact in self.facts.iter_mut().filter(|fact| fact.environment == environment) {
                    if !fact.is_live() && fact.value.image.as_ref().map(ImageRef::exact).as_ref() == Some(&image) {
                        fact.bits = Some(Arc::clone(&bits));
                        stated = true;
                    } else if fact.is_live() && fact.value.image.as_ref().and_then(ImageRef::by_tag).as_ref() == Some(&image) {
                        runs = runs.or_else(|| Some(fact.clone()));
                    }
                }
                self.facts.extend(runs.filter(|_| !stated).map(|fact| source::named(&fact, &image, &bits)));
            }
            self.gaps.extend(gaps);
        }
        self.settle(config);
    }

    /// What the files call the projects of an environment that a person means.
    pub fn projects_of(&self, environment: &Environment) -> BTreeSet<String> {
        let own = self.own_name(environment.clone());
        self.projects.iter().filter(|(of, _)| *of == own).map(|(_, name)| name.clone()).collect()
    }

    /// The environment that a person means: where the repository has none of this name, one that the name is
    /// another word for.
    fn own_name(&self, environment: Environment) -> Environment {
        let known = |environment: &Environment| self.plan.environments.contains(environment);
        let meant = || Catalog::get().names.environment_of_word(environment.name(), true).filter(known);
        if known(&environment) { environment } else { meant().unwrap_or(environment) }
    }
}
