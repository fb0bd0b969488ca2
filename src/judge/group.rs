//! One cause, one finding: what one place causes in several components, or what a coarser rule says
//! already, is told once. Findings come out in a fixed order.

use std::collections::{HashMap, HashSet};

use super::rule::Supply;
use super::{Finding, Level, Relation};
use crate::align::{Axis, Row};
use crate::catalog::Catalog;
use crate::model::{Fact, Kind};

/// The subject as people write it.
pub(super) fn title(row: &Row<'_>, catalog: &Catalog) -> String {
    let name = match row.kind {
        Kind::Service if row.axis == Axis::Kin => catalog.services.iter().find(|service| service.name == row.name).map(|service| service.title.clone()),
        Kind::Service => catalog.service(&row.name).map(|service| service.title.clone()),
        Kind::Runtime => catalog.runtime(&row.name).map(|runtime| runtime.title.clone()),
        _ => None,
    };
    name.unwrap_or_else(|| row.name.clone())
}

type PlaceKey = (String, u32, u32);

/// The places that take part in a finding.
fn places(finding: &Finding<'_>) -> Vec<PlaceKey> {
    let mut places: Vec<PlaceKey> =
        finding.cells.iter().flat_map(|cell| cell.facts.iter().filter(|(_, takes_part)| *takes_part)).map(|(fact, _)| place(fact)).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// Findings of one rule that may be told as one, told so: of one level and one cause.
pub(super) fn together(findings: Vec<Finding<'_>>) -> Vec<Finding<'_>> {
    let mut out: Vec<Finding<'_>> = Vec::new();
    let mut first: HashMap<(String, Level, String), usize> = HashMap::new();
    // The subjects that a finding has already, by its number.
    let mut had: HashSet<(usize, String)> = HashSet::new();
    let mut findings = findings;
    findings.sort_by(|a, b| (&a.rule.id, &a.subject, &a.components, &a.told).cmp(&(&b.rule.id, &b.subject, &b.components, &b.told)));
    for finding in findings {
        if !finding.rule.together {
            out.push(finding);
            continue;
        }
        let key = (finding.rule.id.clone(), finding.level, finding.told.1.clone());
        let number = first.get(&key).copied().unwrap_or(out.len());
        match out.get_mut(number) {
            None => {
                first.insert(key, number);
                had.extend(finding.subjects.iter().map(|subject| (number, subject.clone())));
                out.push(finding);
            }
            Some(known) => {
                known.subjects.extend(finding.subjects.into_iter().filter(|subject| had.insert((number, subject.clone()))));
                for component in finding.components {
                    if !known.components.contains(&component) {
                        known.components.push(component);
                    }
                }
                for evidence in finding.evidence {
                    if !known.evidence.iter().any(|have| have.text == evidence.text) {
                        known.evidence.push(evidence);
                    }
                }
                for (cell, more) in known.cells.iter_mut().zip(finding.cells) {
                    cell.facts.extend(more.facts);
                }
            }
        }
    }
    for finding in out.iter_mut().filter(|finding| finding.subjects.len() > 1) {
        finding.title = names(&finding.subjects);
        finding.message = super::message(finding.rule, &finding.title, &finding.told.0, &finding.told.1);
    }
    out
}

/// Names in a line: the first few, and how many more.
fn names(subjects: &[String]) -> String {
    match subjects {
        [] => String::new(),
        [one] => one.clone(),
        few if few.len() <= 4 => {
            let (last, rest) = few.split_last().map_or(("", few), |(last, rest)| (last.as_str(), rest));
            format!("{} and {last}", rest.join(", "))
        }
        many => format!("{} and {} more", many.get(..3).unwrap_or(many).join(", "), many.len() - 3),
    }
}

pub(super) fn group(findings: Vec<Finding<'_>>) -> Vec<Finding<'_>> {
    let mut kept: Vec<(Finding<'_>, Vec<PlaceKey>)> = Vec::new();
    let mut findings: Vec<(Finding<'_>, Vec<PlaceKey>)> = findings
        .into_iter()
        .map(|finding| {
            let places = places(&finding);
            (finding, places)
        })
        .collect();
    // The shallowest component first: what holds there is only repeated below it. The rest of the
    // key makes the order independent of the input's.
    findings.sort_by(|(a, x), (b, y)| {
        (&a.rule.id, &a.subject, a.components.first().map(|c| c.len()), &a.components, &a.message, x).cmp(&(
            &b.rule.id,
            &b.subject,
            b.components.first().map(|c| c.len()),
            &b.components,
            &b.message,
            y,
        ))
    });
    for (finding, places) in findings {
        // They are sorted: those of one rule and subject stand together.
        let alike = kept.iter_mut().rev().take_while(|(known, _)| known.rule.id == finding.rule.id && known.subject == finding.subject);
        let mut alike: Vec<&mut (Finding<'_>, Vec<PlaceKey>)> = alike.collect();
        alike.reverse();
        let same = alike.into_iter().find(|(known, at)| {
            known.level == finding.level && (known.message == finding.message || is_one_cause(known, &finding) || holds(at, &places) || holds(&places, at))
        });
        match same {
            // What says more takes the place of what says less.
            Some((known, at)) if places.len() > at.len() && holds(&places, at) => {
                let (less, fewer) = (std::mem::replace(known, finding), std::mem::replace(at, places));
                merge(known, at, less, fewer);
                known.components.sort();
            }
            Some((known, at)) => merge(known, at, finding, places),
            None => kept.push((finding, places)),
        }
    }
    // What a finding at least as grave shows already is not said once more.
    let mut told: HashMap<String, Vec<(usize, Level, Vec<PlaceKey>)>> = HashMap::new();
    for (i, (finding, at)) in kept.iter().enumerate() {
        told.entry(finding.subject.clone()).or_default().push((i, finding.level, at.clone()));
    }
    let is_told = |j: usize, finding: &Finding<'_>, at: &[PlaceKey]| {
        let others = told.get(&finding.subject).into_iter().flatten().filter(|(i, ..)| *i != j);
        let mut graver = others.filter(|(i, level, all)| *level > finding.level || *level == finding.level && (all.len() > at.len() || *i < j));
        graver.any(|(_, _, all)| holds(all, at))
    };
    let mut position = 0;
    kept.retain(|(finding, at)| {
        let j = position;
        position += 1;
        // That something is missing is another matter than which version the others run.
        matches!(finding.rule.relation, Relation::Present | Relation::Input(Supply::Given)) || !is_told(j, finding, at)
    });
    let mut out: Vec<Finding<'_>> = kept.into_iter().map(|(finding, _)| finding).collect();
    out.sort_by(|a, b| {
        (b.level, b.confidence, a.rule.select.kind.first(), &a.rule.id, &a.subject, &a.components).cmp(&(
            a.level,
            a.confidence,
            b.rule.select.kind.first(),
            &b.rule.id,
            &b.subject,
            &b.components,
        ))
    });
    out
}

/// Whether one place is what differs from everybody in both: the odd one out, said where it is said.
fn is_one_cause(a: &Finding<'_>, b: &Finding<'_>) -> bool {
    let cause = |finding: &Finding<'_>| -> Vec<PlaceKey> {
        let odd = finding.cells.iter().filter(|cell| Some(&cell.environment) == finding.odd_one_out.as_ref());
        let mut places: Vec<PlaceKey> = odd.flat_map(|cell| &cell.facts).filter(|(_, takes_part)| *takes_part).map(|(fact, _)| place(fact)).collect();
        places.sort_unstable();
        places.dedup();
        places
    };
    let cause_of_a = cause(a);
    a.odd_one_out == b.odd_one_out && !cause_of_a.is_empty() && cause_of_a == cause(b)
}

fn place(fact: &Fact) -> PlaceKey {
    let path = fact.place.path.as_str();
    // What runs is called alike wherever it runs.
    let path = if fact.is_live() { format!("{} {path}", fact.environment) } else { path.to_owned() };
    (path, fact.place.line, fact.place.column)
}

/// Whether all of `fewer` are among `more`; both are sorted.
fn holds(more: &[PlaceKey], fewer: &[PlaceKey]) -> bool {
    fewer.len() <= more.len() && fewer.iter().all(|place| more.binary_search(place).is_ok())
}

/// Takes the components and the places of `other` into `known`.
fn merge<'f>(known: &mut Finding<'f>, at: &mut Vec<PlaceKey>, other: Finding<'f>, places: Vec<PlaceKey>) {
    for component in other.components {
        if !known.components.contains(&component) {
            known.components.push(component);
        }
    }
    for (cell, more) in known.cells.iter_mut().zip(other.cells) {
        let mut have: HashSet<(PlaceKey, String)> = cell.facts.iter().map(|(fact, _)| (place(fact), fact.value.text.to_string())).collect();
        cell.facts.extend(more.facts.into_iter().filter(|(fact, _)| have.insert((place(fact), fact.value.text.to_string()))));
    }
    at.extend(places);
    at.sort_unstable();
    at.dedup();
}
