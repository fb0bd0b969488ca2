//! `evenkeel check`: options in, report and exit code out.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{Done, Failed, exit};
use crate::check::{Scope, Survey, matrix, survey, verdict};
use crate::config::{self, Config};
use crate::files::{FileView, Revision, WorkTree};
use crate::judge::{Level, rules};
use crate::model::Kind;
use crate::report::{FORMATS, Report};

/// The kinds that can be asked for.
const KINDS: [Kind; 5] = [Kind::Env, Kind::Runtime, Kind::Service, Kind::Image, Kind::Config];

/// Options of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The repository
    #[arg(default_value = ".", hide_default_value = true)]
    path: PathBuf,
    /// Judge this git revision instead of the working tree
    #[arg(long, value_name = "REVISION")]
    at: Option<String>,
    /// Only these environments
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    env: Vec<String>,
    /// Only these kinds of subjects
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = PossibleValuesParser::new(KINDS.map(Kind::word)))]
    only: Vec<String>,
    /// The lowest level to show
    #[arg(long, value_name = "LEVEL", value_parser = ["error", "warning", "info"], default_value = "info")]
    level: String,
    /// From which level on a finding fails the check [default: warning]
    #[arg(long, value_name = "LEVEL", value_parser = ["error", "warning", "info"])]
    gate: Option<String>,
    /// The output format
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = clap::builder::PossibleValuesParser::new(FORMATS.iter().map(|format| clap::builder::PossibleValue::new(format.name).help(format.about))))]
    format: String,
    /// Show also what is in order, what was taken as meant, and what was left out
    #[arg(long, short)]
    verbose: bool,
    /// Say which file belongs to which environment and why, and judge nothing
    #[arg(long)]
    explain_plan: bool,
}

pub(super) fn run(args: &CheckArgs) -> Result<Done, Failed> {
    let failed = |error: &dyn std::fmt::Display| Failed(error.to_string());
    let view: Box<dyn FileView> = match &args.at {
        Some(revision) => Box::new(Revision::open(&args.path, revision).map_err(|error| failed(&error))?),
        None => Box::new(WorkTree::open(&args.path).map_err(|error| failed(&error))?),
    };
    let config = configuration(&*view)?;
    let scope = Scope { environments: args.env.clone(), kinds: args.only.iter().filter_map(|word| kind(word)).collect(), alike: false };
    let survey = survey(&*view, &config, &scope);
    if let Some(name) = args.env.iter().find(|name| !survey.plan.environments.iter().any(|environment| environment.name() == name.as_str())) {
        return Err(Failed(no_environment(name, &*view, &config)));
    }
    if args.explain_plan {
        return Ok(Done { text: super::explain::plan(&survey.plan, &survey.families), code: exit::PARITY });
    }
    let matrix = matrix(&survey);
    let verdict = verdict(&matrix, &config);
    let level = Level::parse(&args.level).unwrap_or(Level::Info);
    let width = terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0)).clamp(60, 160);
    let report = Report { survey: &survey, verdict: &verdict, level, verbose: args.verbose, width };
    let render = FORMATS.iter().find(|format| format.name == args.format).map_or(FORMATS.first().map(|f| f.render), |format| Some(format.render));
    let text = render.map_or(String::new(), |render| render(&report));
    let gate = args.gate.as_deref().and_then(Level::parse).or(config.gate).unwrap_or(Level::Warning);
    let fails = verdict.findings.iter().any(|finding| finding.level >= gate);
    Ok(Done { text, code: code(&survey, fails) })
}

fn no_environment(name: &str, view: &dyn FileView, config: &Config) -> String {
    let everything = survey(view, config, &Scope::default());
    let known: Vec<&str> = everything.plan.environments.iter().map(crate::model::Environment::name).collect();
    let found = if known.is_empty() { String::new() } else { format!("; found: {}", known.join(", ")) };
    format!("there is no environment '{}' here{found}", crate::seal::neutral(name))
}

/// Nothing hides what could not be judged.
fn code(survey: &Survey, fails: bool) -> u8 {
    match (survey.gaps.iter().any(|gap| gap.required), fails) {
        (true, _) => exit::UNJUDGED,
        (false, true) => exit::FINDINGS,
        (false, false) => exit::PARITY,
    }
}

fn configuration(view: &dyn FileView) -> Result<Config, Failed> {
    let Ok(bytes) = view.read(config::FILE) else { return Ok(Config::default()) };
    let text = String::from_utf8(bytes).map_err(|_| Failed(format!("{} is not UTF-8 text", config::FILE)))?;
    let known: Vec<&str> = rules().iter().map(|rule| rule.id.as_str()).collect();
    config::parse(&text, &known).map_err(|error| Failed(error.to_string()))
}

fn kind(word: &str) -> Option<Kind> {
    KINDS.into_iter().find(|kind| kind.word() == word)
}
