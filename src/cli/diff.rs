//! `evenkeel diff`: which environments to compare, of which revisions; the matrix out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{Done, Failed, ask, deployed, exit};
use crate::check::{Scope, Survey, survey};
use crate::diff::{Column, diff, gather};
use crate::model::{Environment, Kind};
use crate::report::diff::{FORMATS, Report};
use crate::seal;
use crate::store::name::Name;
use crate::store::snapshot::without_prints;
use crate::store::{self, Snapshot, Store, StoreError};

/// Options of `diff`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 no difference · 1 differences · 2 usage or configuration · 3 something that defines one of them could not be read")]
pub(crate) struct DiffArgs {
    /// What to compare: NAME, NAME@REVISION as a git revision has it, NAME@deployed as the commit has it that what
    /// runs there was built from, a snapshot's file, or a stored snapshot: NAME~0 (the newest), NAME~1, NAME@{2w},
    /// NAME@2026-11-01 [default: all environments]
    #[arg(value_name = "ENVIRONMENT")]
    columns: Vec<String>,
    /// The repository
    #[arg(long, short = 'C', default_value = ".", hide_default_value = true)]
    path: PathBuf,
    /// Only these kinds of subjects
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::word)))]
    only: Vec<String>,
    /// Only what differs
    #[arg(long)]
    changed: bool,
    #[command(flatten)]
    live: ask::LiveArgs,
    /// The output format
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = ask::formats(FORMATS))]
    format: String,
}

pub(super) fn run(args: &DiffArgs) -> Result<Done, Failed> {
    if let [one] = args.columns.as_slice() {
        return Err(Failed(format!("'{}' is one environment; name those to compare it with, or none to compare all", seal::neutral(one))));
    }
    let scope = Scope { environments: Vec::new(), kinds: args.only.iter().filter_map(|word| Kind::parse(word)).collect(), alike: true };
    let asked = args.columns.iter().map(|text| asked(text, args)).collect::<Result<Vec<Asked<'_>>, Failed>>()?;
    let mut asked_live = args.columns.iter().any(|text| text.split_once('@').is_some_and(|(_, at)| at == deployed::WORD));
    let mut surveys: BTreeMap<Option<&str>, Survey> = BTreeMap::new();
    let mut kept: Vec<Survey> = Vec::new();
    let revisions = asked.iter().filter_map(|asked| if let Asked::Declared(_, revision) = asked { Some(revision.as_deref()) } else { None });
    // What the repository says now stands beside what is stored: from what code reads it is told whose a variable is.
    let views = if asked.is_empty() { vec![None] } else { revisions.collect() };
    for revision in views {
        if let Entry::Vacant(place) = surveys.entry(revision) {
            let view = ask::view(&args.path, revision)?;
            let config = ask::configuration(&*view)?;
            let looked_at = if revision.is_none() { args.live.scope(&scope) } else { scope.clone() };
            let survey = place.insert(survey(&*view, &config, &looked_at));
            if revision.is_none() {
                args.live.join(&args.path, survey, &config, &scope, true)?;
                survey.narrow(&scope);
                asked_live = true;
            }
        }
    }
    if !args.live.is_empty() && !asked_live {
        return Err(Failed("--live tells of what runs now: name its environment without a revision".to_owned()));
    }
    for asked in &asked {
        if let Asked::Stored(snapshot) = asked {
            let mut survey = snapshot.survey();
            survey.facts.retain(|fact| scope.kinds.is_empty() || scope.kinds.contains(&fact.kind));
            kept.push(survey);
        }
    }
    if asked.iter().any(|asked| matches!(asked, Asked::Stored(snapshot) if !snapshot.comparable)) {
        surveys.values_mut().chain(&mut kept).flat_map(|survey| &mut survey.facts).for_each(without_prints);
    }
    let columns = if asked.is_empty() { surveys.values().flat_map(all).collect() } else { named(&args.columns, &asked, &surveys, &kept)? };
    let gathered = gather(&columns);
    let diff = diff(&gathered);
    let report = Report { diff: &diff, changed: args.changed, width: ask::width() };
    let render = ask::render(FORMATS, &args.format);
    let code = match (gathered.gaps.iter().any(|gap| gap.required), diff.differences()) {
        (true, _) => exit::UNJUDGED,
        (false, 0) => exit::PARITY,
        (false, _) => exit::FINDINGS,
    };
    Ok(Done { text: render.map_or(String::new(), |render| render(&report)), code })
}

/// Every environment of a survey that something is known of, or should be. What the contract declares
/// for all of them is compared where it is asked for.
fn all(survey: &Survey) -> Vec<Column<'_>> {
    let speaks = |environment: &&Environment| {
        environment.rank() != 0
            && (survey.facts.iter().any(|fact| fact.environment == **environment)
                || survey.gaps.iter().any(|gap| gap.environment.as_ref() == Some(*environment)))
    };
    let column = |environment: &Environment| Column { label: environment.clone(), environment: environment.clone(), survey };
    survey.plan.environments.iter().filter(speaks).map(column).collect()
}

/// What was asked for by one name.
enum Asked<'a> {
    /// An environment, of the working tree or of a revision.
    Declared(&'a str, Option<Cow<'a, str>>),
    /// A snapshot.
    Stored(Box<Snapshot>),
}

/// What a name means: a stored snapshot where it has the form of one, a file where it is one, else an environment.
fn asked<'a>(text: &'a str, args: &DiffArgs) -> Result<Asked<'a>, Failed> {
    let root = &args.path;
    let failed = |error: StoreError| Failed(error.to_string());
    let stored = |snapshot: Snapshot| Asked::Stored(Box::new(snapshot));
    if let Some(name) = Name::parse(text) {
        ask::key(root)?;
        let store = Store::of(root);
        return store.find(&name, ask::now()).and_then(|found| store.get(&found)).map(stored).map_err(failed);
    }
    if text.ends_with(".json") {
        ask::key(root)?;
        return store::load(Path::new(text)).map(stored).map_err(failed);
    }
    Ok(match text.split_once('@') {
        None => Asked::Declared(text, None),
        Some((name, deployed::WORD)) => Asked::Declared(name, Some(deployed::commit(name, root, &args.live)?.into())),
        Some((name, revision)) => Asked::Declared(name, Some(revision.into())),
    })
}

/// The environments and snapshots that were named.
fn named<'s, 'a: 's>(
    labels: &[String],
    asked: &'s [Asked<'a>],
    surveys: &'s BTreeMap<Option<&'a str>, Survey>,
    kept: &'s [Survey],
) -> Result<Vec<Column<'s>>, Failed> {
    let (mut columns, mut kept) = (Vec::new(), kept.iter());
    for (label, asked) in labels.iter().zip(asked) {
        let label = Environment::new(&seal::neutral(label));
        match asked {
            Asked::Stored(snapshot) => columns.extend(kept.next().map(|survey| Column { label, environment: snapshot.environment.clone(), survey })),
            Asked::Declared(name, revision) => {
                let Some(survey) = surveys.get(&revision.as_deref()) else { continue };
                let Some(environment) = survey.plan.environments.iter().find(|environment| environment.name() == *name) else {
                    let place = revision.as_deref().map_or_else(|| "here".to_owned(), |revision| format!("in {}", seal::neutral(revision)));
                    return Err(Failed(ask::no_environment(name, &place, &survey.plan.environments)));
                };
                columns.push(Column { label, environment: environment.clone(), survey });
            }
        }
    }
    Ok(columns)
}
