//! Which files are whose: each path is offered to the formats once, and only what is claimed is
//! opened, by several threads.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Plan, unreadable};
use crate::catalog::Catalog;
use crate::config::Config;
use crate::files::{Document, Documents, Listing, Unreadable, file_name};
use crate::limits;
use crate::read::{Claim, FORMATS, Format, Home};

/// A file, opened, and the format that claimed it.
pub(crate) struct Claimed {
    pub(crate) format: &'static Format,
    pub(crate) document: Arc<Document>,
}

struct Candidate<'l> {
    path: &'l str,
    formats: Vec<(&'static Format, Claim)>,
}

/// Offers every listed file to the formats and opens what is claimed.
pub(crate) fn claim(documents: &Documents<'_>, listing: &Listing, config: &Config, catalog: &Catalog, plan: &mut Plan) -> Vec<Claimed> {
    let mut candidates = Vec::new();
    for entry in listing.entries.iter().filter(|entry| entry.link.is_none()) {
        let formats: Vec<(&'static Format, Claim)> =
            FORMATS.iter().map(|format| (*format, (format.claims)(&entry.path))).filter(|(_, claim)| *claim != Claim::No).collect();
        if formats.is_empty() {
            continue;
        }
        if config.ignore.is_match(&entry.path) {
            plan.left_out.push((entry.path.clone(), "ignored by evenkeel.toml"));
        } else if catalog.names.is_material(&entry.path) {
            if formats.iter().any(|(_, claim)| *claim == Claim::Yes) {
                plan.left_out.push((entry.path.clone(), "in a folder of examples, fixtures or documentation"));
            }
        } else {
            candidates.push(Candidate { path: &entry.path, formats });
        }
    }
    for (path, reason) in &listing.skipped {
        let claim = FORMATS.iter().find(|format| (format.claims)(path) == Claim::Yes);
        // A link that leads nowhere matters only where somebody would have read it.
        if let Some(format) = claim {
            plan.gaps.push(unreadable(path, format.name, reason.phrase(), is_required(format)));
        } else if *reason == Unreadable::Denied {
            plan.gaps.push(unreadable(path, "files", reason.phrase(), false));
        }
    }
    open(&candidates, documents, plan)
}

fn open(candidates: &[Candidate<'_>], documents: &Documents<'_>, plan: &mut Plan) -> Vec<Claimed> {
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<(usize, Result<Claimed, (&'static Format, Unreadable)>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, |n| n.get().min(8)) {
            scope.spawn(|| {
                let mut mine = Vec::new();
                while let Some((index, candidate)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, candidates.get(i)?))) {
                    mine.extend(decide(candidate, documents).map(|decided| (index, decided)));
                }
                if let Ok(mut found) = found.lock() {
                    found.extend(mine);
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap_or_default();
    found.sort_by_key(|(index, _)| *index);
    let mut claimed = Vec::with_capacity(found.len());
    for (index, result) in found {
        match result {
            Ok(one) => claimed.push(one),
            Err((format, reason)) => {
                let path = candidates.get(index).map_or("", |candidate| candidate.path);
                plan.gaps.push(unreadable(path, format.name, reason.phrase(), is_required(format)));
            }
        }
    }
    claimed
}

/// Opens one candidate and lets the first format that recognises it have it.
fn decide(candidate: &Candidate<'_>, documents: &Documents<'_>) -> Option<Result<Claimed, (&'static Format, Unreadable)>> {
    let sure = candidate.formats.iter().find(|(_, claim)| *claim == Claim::Yes);
    let document = match documents.open(candidate.path) {
        Ok(document) => document,
        // What only might have been ours is nobody's loss.
        Err(reason) => return sure.map(|(format, _)| Err((*format, reason))),
    };
    let head_end = document.text().char_indices().map(|(i, _)| i).find(|i| *i >= limits::SNIFF_BYTES).unwrap_or(document.text().len());
    let head = document.text().get(..head_end).unwrap_or("");
    let format = candidate.formats.iter().find(|(format, claim)| *claim == Claim::Yes || (format.sniff)(head));
    match format {
        Some((format, _)) => {
            // Parsing is what takes time: it is done here, where the threads are.
            if parses(file_name(candidate.path)) {
                let _ = document.trees();
            }
            Some(Ok(Claimed { format, document }))
        }
        None => {
            documents.forget(candidate.path);
            None
        }
    }
}

fn parses(name: &str) -> bool {
    [".yml", ".yaml", ".json", ".toml"].iter().any(|extension| name.ends_with(extension))
}

/// Whether a verdict without this format's file would be a guess.
fn is_required(format: &Format) -> bool {
    !matches!(format.home, Home::Script | Home::Support)
}
