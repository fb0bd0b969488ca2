//! `evenkeel diff`: which environments to compare, of which revisions; the matrix out.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::{Done, Failed, ask, exit};
use crate::check::{Scope, Survey, survey};
use crate::diff::{Column, diff, gather};
use crate::model::{Environment, Kind};
use crate::report::diff::{FORMATS, Report};
use crate::seal;

/// Options of `diff`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 no difference · 1 differences · 2 usage or configuration · 3 something that defines one of them could not be read")]
pub(crate) struct DiffArgs {
    /// What to compare: NAME, or NAME@REVISION as a git revision has it [default: all environments]
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
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = PossibleValuesParser::new(FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about))))]
    format: String,
}

pub(super) fn run(args: &DiffArgs) -> Result<Done, Failed> {
    if let [one] = args.columns.as_slice() {
        return Err(Failed(format!("'{}' is one environment; name those to compare it with, or none to compare all", seal::neutral(one))));
    }
    let asked: Vec<(&str, Option<&str>)> =
        args.columns.iter().map(|name| name.split_once('@').map_or((name.as_str(), None), |(name, at)| (name, Some(at)))).collect();
    let scope = Scope { environments: Vec::new(), kinds: args.only.iter().filter_map(|word| Kind::parse(word)).collect(), alike: true };
    let mut told = args.live.collect()?;
    let mut surveys: BTreeMap<Option<&str>, Survey> = BTreeMap::new();
    let views = if asked.is_empty() { vec![None] } else { asked.iter().map(|(_, revision)| *revision).collect() };
    for revision in views {
        if let Entry::Vacant(place) = surveys.entry(revision) {
            let view = ask::view(&args.path, revision)?;
            let config = ask::configuration(&*view)?;
            let survey = place.insert(survey(&*view, &config, &scope));
            if revision.is_none() && !told.is_empty() {
                survey.join(std::mem::take(&mut told), &config, &scope);
            }
        }
    }
    if !told.is_empty() {
        return Err(Failed("--live tells of what runs now: name its environment without a revision".to_owned()));
    }
    let columns = if asked.is_empty() { surveys.values().flat_map(all).collect() } else { named(&args.columns, &asked, &surveys)? };
    let gathered = gather(&columns);
    let diff = diff(&gathered);
    let report = Report { diff: &diff, changed: args.changed, width: ask::width() };
    let render = FORMATS.iter().find(|format| format.name == args.format).or(FORMATS.first()).map(|format| format.render);
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

/// The environments that were named.
fn named<'s, 'a: 's>(
    labels: &[String],
    asked: &[(&'a str, Option<&'a str>)],
    surveys: &'s BTreeMap<Option<&'a str>, Survey>,
) -> Result<Vec<Column<'s>>, Failed> {
    let mut columns = Vec::new();
    for (label, (name, revision)) in labels.iter().zip(asked) {
        let Some(survey) = surveys.get(revision) else { continue };
        let Some(environment) = survey.plan.environments.iter().find(|environment| environment.name() == *name) else {
            let place = revision.map_or_else(|| "here".to_owned(), |revision| format!("in {}", seal::neutral(revision)));
            return Err(Failed(ask::no_environment(name, &place, &survey.plan.environments)));
        };
        columns.push(Column { label: Environment::new(&seal::neutral(label)), environment: environment.clone(), survey });
    }
    Ok(columns)
}
