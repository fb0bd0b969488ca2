//! `evenkeel snapshot`: what an environment says now, as a file or into the repository's store.

use std::path::{Path, PathBuf};

use clap::Args;

use super::ask::LiveArgs;
use super::{Done, Failed, ask, exit};
use crate::check::{Scope, Survey, survey};
use crate::model::Environment;
use crate::store::{Snapshot, Store};
use crate::{seal, store};

/// Options of `snapshot`.
#[derive(Debug, Args)]
#[command(
    after_help = "Hidden values are compared under the project's key (EVENKEEL_KEY, or the file that `evenkeel init --key` makes); without one only their presence is known.\n\nExit codes: 0 taken · 2 usage or configuration · 3 taken, and something that defines the environment could not be read"
)]
pub(crate) struct SnapshotArgs {
    /// The environment
    #[arg(value_name = "ENVIRONMENT")]
    environment: String,
    /// Where to write it: a file, or `-` for standard output [default: the repository's store, .evenkeel/]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Accept it as the state that the environment should have
    #[arg(long, conflicts_with = "output")]
    accept: bool,
    /// How many snapshots of the environment stay in the store
    #[arg(long, value_name = "COUNT", default_value_t = 100, conflicts_with = "output")]
    keep: usize,
    #[command(flatten)]
    live: LiveArgs,
    /// The repository
    #[arg(long, short = 'C', default_value = ".", hide_default_value = true)]
    path: PathBuf,
}

/// Looks at a repository, and at what runs where that is asked for.
pub(super) fn look(path: &Path, live: &LiveArgs) -> Result<Survey, Failed> {
    ask::key(path)?;
    let view = ask::view(path, None)?;
    let scope = Scope { alike: true, ..Scope::default() };
    let config = ask::configuration(&*view)?;
    let mut survey = survey(&*view, &config, &scope);
    live.join(path, &mut survey, &config, &scope, true)?;
    Ok(survey)
}

/// What an environment says now.
pub(super) fn take(survey: &Survey, name: &str) -> Result<Snapshot, Failed> {
    let environment = survey.plan.environments.iter().find(|environment| environment.name() == name);
    let environment: &Environment = environment.ok_or_else(|| Failed(ask::no_environment(name, "here", &survey.plan.environments)))?;
    Ok(Snapshot::of(environment, &survey.facts, &survey.gaps, ask::now()))
}

pub(super) fn run(args: &SnapshotArgs) -> Result<Done, Failed> {
    let snapshot = take(&look(&args.path, &args.live)?, &args.environment)?;
    let code = if snapshot.gaps.iter().any(|gap| gap.required) { exit::UNJUDGED } else { exit::PARITY };
    let text = match &args.output {
        Some(path) if path.as_os_str() == "-" => snapshot.to_json(),
        Some(path) => {
            store::write(path, snapshot.to_json().as_bytes()).map_err(|error| Failed(error.to_string()))?;
            told(&snapshot, &seal::neutral(&path.to_string_lossy()))
        }
        None => {
            let store = Store::of(&args.path);
            let failed = |error: store::StoreError| Failed(error.to_string());
            let stored = store.put(&snapshot).map_err(failed)?;
            if args.accept {
                store.accept(snapshot.environment.name(), &stored).map_err(failed)?;
            }
            let gone = store.prune(snapshot.environment.name(), args.keep.max(1)).map_err(failed)?;
            let place = stored.path.strip_prefix(&args.path).unwrap_or(&stored.path).to_string_lossy().into_owned();
            let accepted = if args.accept { "accepted as the state it should have\n" } else { "" };
            let pruned = if gone > 0 { format!("{gone} older dropped\n") } else { String::new() };
            format!("{}{accepted}{pruned}", told(&snapshot, &seal::neutral(&place)))
        }
    };
    Ok(Done { text, code })
}

/// What was taken, in a line or two.
fn told(snapshot: &Snapshot, place: &str) -> String {
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let keyless = if snapshot.key.is_none() { "no key: of hidden values only their presence is known (`evenkeel init --key` makes one)\n" } else { "" };
    let gaps = if snapshot.gaps.is_empty() { String::new() } else { format!(", {}", count(snapshot.gaps.len(), "gap")) };
    format!("{}: {}{gaps}, in {place}\n{keyless}", snapshot.environment, count(snapshot.facts.len(), "fact"))
}
