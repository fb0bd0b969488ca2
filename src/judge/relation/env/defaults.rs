//! Documented defaults: what a template offers for a variable, what the manifest of a platform puts in for
//! whoever deploys with it, and what code takes where nothing is set.

use std::collections::BTreeSet;

use super::{Case, Failures};
use crate::files::file_name;
use crate::model::{Content, Fact, Scope, Shape, Stance, Variable};

/// Manifests that people deploy the project from: what they put in is a default for everybody.
const BUTTONS: &[&str] = &["app.json", "render.yaml", "render.yml"];

/// A number or truth value that stands for itself, however it is written.
fn plain(fact: &Fact, variable: &Variable) -> Option<String> {
    let text = fact.value.text.as_str();
    let text = text.strip_prefix("default ").unwrap_or(text);
    if variable.placeholder || variable.secret {
        return None;
    }
    match variable.shape? {
        Shape::Number => text.replace('_', "").parse::<f64>().ok().map(|number| number.to_string()),
        Shape::Boolean => variable.truth.map(|truth| truth.to_string()),
        _ => None,
    }
}

fn is_number(value: &str) -> bool {
    value.parse::<f64>().is_ok()
}

/// One variable has one documented default.
pub(super) fn agree<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let known = |stance: Stance, wanted: &dyn Fn(&Fact, &Variable) -> bool| -> Vec<(&'f Fact, String)> {
        let all = case.of(stance).filter(|(fact, variable)| wanted(fact, variable));
        all.filter_map(|(fact, variable)| Some((fact, plain(fact, variable)?))).collect()
    };
    let offered = known(Stance::Offered, &|fact, _| fact.environment.rank() == 0);
    let buttons = known(Stance::Given, &|fact, variable| variable.content == Content::Literal && BUTTONS.contains(&file_name(fact.place.path.as_str())));
    let code = known(Stance::Read, &|fact, variable| variable.content == Content::Default && fact.scope != Scope::Aside && fact.format == "code");
    if offered.is_empty() || buttons.is_empty() && code.is_empty() {
        return None;
    }
    let mut failures = Vec::new();
    // A template may well switch on what code leaves off; `0` and `1` are switches.
    let amount = |value: &str| is_number(value) && !matches!(value, "0" | "1");
    let amounts = code.iter().chain(&offered).any(|(_, value)| amount(value)) && code.iter().all(|(_, value)| is_number(value));
    for (others, lowered) in [(&buttons, 0), (&code, 1)].into_iter().filter(|(_, lowered)| *lowered == 0 || amounts) {
        let agreed = others.iter().any(|(_, theirs)| offered.iter().any(|(_, ours)| ours == theirs));
        let alike = others.iter().all(|(_, theirs)| offered.iter().all(|(_, ours)| is_number(ours) == is_number(theirs)));
        if others.is_empty() || agreed || !alike {
            continue;
        }
        let facts: Vec<&'f Fact> = offered.iter().chain(others).map(|(fact, _)| *fact).collect();
        let files: BTreeSet<&str> = others.iter().map(|(fact, _)| fact.place.path.as_str()).collect();
        // A switch is set one way here and another there for reasons; an amount is copied, or meant to be.
        let switch = offered.iter().any(|(_, value)| !is_number(value));
        failures.push(case.fails(facts, None, files.into_iter().collect::<Vec<_>>().join(", "), lowered.max(usize::from(switch))));
    }
    Some(failures)
}
