//! `evenkeel drift`: what environments say now against the snapshots that were accepted.

use std::path::PathBuf;

use clap::Args;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::ask::LiveArgs;
use super::{Done, Failed, ask, exit, snapshot};
use crate::check::Survey;
use crate::diff::{Column, diff, gather};
use crate::drift::drift;
use crate::model::Environment;
use crate::report::drift::{FORMATS, State, Told};
use crate::seal;
use crate::store::snapshot::without_prints;
use crate::store::{Snapshot, Store, StoreError, name};

/// How many snapshots are looked through for when something changed.
const HISTORY: usize = 60;

/// Options of `drift`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 nothing changed · 1 something changed, or what was accepted is too old · 2 usage or configuration · 3 something that defines one of them could not be read"
)]
pub(crate) struct DriftArgs {
    /// The environments [default: all of which a state was accepted]
    #[arg(value_name = "ENVIRONMENT")]
    environments: Vec<String>,
    /// Accept what is now as the state that they should have
    #[arg(long)]
    accept: bool,
    /// How old the accepted state may be: `30d`, `2w`
    #[arg(long, value_name = "AGE", value_parser = age)]
    max_age: Option<Span>,
    #[command(flatten)]
    live: LiveArgs,
    /// The repository
    #[arg(long, short = 'C', default_value = ".", hide_default_value = true)]
    path: PathBuf,
    /// The output format
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = ask::formats(FORMATS))]
    format: String,
}

fn age(text: &str) -> Result<Span, String> {
    name::span(text).ok_or_else(|| "no span of time: write it as 30d, 2w or 36h".to_owned())
}

pub(super) fn run(args: &DriftArgs) -> Result<Done, Failed> {
    let store = Store::of(&args.path);
    let failed = |error: StoreError| Failed(error.to_string());
    // Before a snapshot is read: its hidden values can only be compared under the key.
    ask::key(&args.path)?;
    let names = if args.environments.is_empty() { store.accepted_names().map_err(failed)? } else { args.environments.clone() };
    if names.is_empty() {
        return Err(Failed("no state is accepted yet: `evenkeel snapshot ENVIRONMENT --accept` takes one".to_owned()));
    }
    let survey = snapshot::look(&args.path, &args.live)?;
    let render = ask::render(FORMATS, &args.format);
    let (mut told, mut unjudged, mut found) = (Vec::new(), false, false);
    for name in &names {
        let accepted = store.accepted(name).map_err(failed)?;
        let accepted =
            accepted.ok_or_else(|| Failed(format!("of '{}' no state is accepted yet: `evenkeel snapshot {0} --accept` takes one", seal::neutral(name))))?;
        let now = snapshot::take(&survey, name)?;
        let after: Vec<_> = store.list(name).map_err(failed)?.into_iter().filter(|stored| stored.taken > accepted.taken && stored.taken < now.taken).collect();
        let mut states = vec![store.get(&accepted).map_err(failed)?];
        // What lies between may be damaged: then it tells nothing of when.
        states.extend(after.iter().rev().take(HISTORY).rev().filter_map(|stored| store.get(stored).ok()));
        states.push(now);
        if states.iter().any(|state| !state.comparable) {
            // Of hidden values nothing can be told then, and all others are compared as they are shown.
            states.iter_mut().flat_map(|state| &mut state.facts).for_each(without_prints);
        }
        let surveys: Vec<Survey> = states.iter().map(Snapshot::survey).collect();
        let columns: Vec<Column<'_>> = states.iter().zip(&surveys).enumerate().map(|(number, (state, survey))| column(number, state, survey)).collect();
        let gathered = gather(&columns);
        let matrix = diff(&gathered);
        let drift = drift(&matrix);
        let too_old = args.max_age.filter(|age| accepted.taken < oldest(*age)).map(|age| format!("{age:#}"));
        unjudged |= states.last().is_some_and(|now| now.gaps.iter().any(|gap| gap.required));
        found |= !drift.changes.is_empty() || too_old.is_some();
        let known: Vec<State<'_>> = states.iter().map(|state| State { taken: state.taken, gaps: &state.gaps, comparable: state.comparable }).collect();
        told.push(render.map_or(String::new(), |render| {
            render(&Told { environment: name, states: &known, drift: &drift, too_old: too_old.as_deref(), accepted: args.accept, width: ask::width() })
        }));
        if args.accept
            && let Some(now) = states.last()
        {
            let stored = store.put(now).map_err(failed)?;
            store.accept(name, &stored).map_err(failed)?;
        }
    }
    let code = match (unjudged, found && !args.accept) {
        (true, _) => exit::UNJUDGED,
        (false, true) => exit::FINDINGS,
        (false, false) => exit::PARITY,
    };
    Ok(Done { text: told.join(if args.format == "json" { "" } else { "\n" }), code })
}

/// The moment before which something is older than this.
fn oldest(age: Span) -> Timestamp {
    ask::now().to_zoned(TimeZone::UTC).checked_sub(age).map_or(Timestamp::MIN, |at| at.timestamp())
}

/// A state as a column; the number keeps those of one second apart.
fn column<'s>(number: usize, state: &Snapshot, survey: &'s Survey) -> Column<'s> {
    Column { label: Environment::new(&format!("{number} {}", state.taken)), environment: state.environment.clone(), survey }
}
