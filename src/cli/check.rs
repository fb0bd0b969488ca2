//! `evenkeel check`: options in, report and exit code out.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{Done, Failed, ask, deployed, exit};
use crate::check::{Scope, Survey, matrix, survey, verdict};
use crate::config::Config;
use crate::files::{Commits, FileView};
use crate::judge::{Level, rules};
use crate::model::Kind;
use crate::parallel;
use crate::report::{FORMATS, Report};

/// Options of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The repository
    #[arg(default_value = ".", hide_default_value = true)]
    path: PathBuf,
    /// Judge this git revision instead of the working tree; ENV@deployed is the commit that what runs in ENV was built from
    #[arg(long, value_name = "REVISION")]
    at: Option<String>,
    /// Only these environments
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    env: Vec<String>,
    /// Only these kinds of subjects
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::word)))]
    only: Vec<String>,
    /// The lowest level to show
    #[arg(long, value_name = "LEVEL", value_parser = ["error", "warning", "info"], default_value = "info")]
    level: String,
    /// From which level on a finding fails the check [default: warning]
    #[arg(long, value_name = "LEVEL", value_parser = ["error", "warning", "info"])]
    gate: Option<String>,
    #[command(flatten)]
    live: ask::LiveArgs,
    /// The output format
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = ask::formats(FORMATS))]
    format: String,
    /// Show also what is in order, what was taken as meant, and what was left out
    #[arg(long, short)]
    verbose: bool,
    /// Say which file belongs to which environment and why, and judge nothing
    #[arg(long)]
    explain_plan: bool,
}

pub(super) fn run(args: &CheckArgs) -> Result<Done, Failed> {
    let at = args.at.as_deref().map(|at| match at.rsplit_once('@') {
        Some((environment, deployed::WORD)) => deployed::commit(environment, &args.path, &args.live),
        _ => Ok(at.to_owned()),
    });
    let view = ask::view(&args.path, at.transpose()?.as_deref())?;
    let config = ask::configuration(&*view)?;
    let scope = Scope { environments: args.env.clone(), kinds: args.only.iter().filter_map(|word| Kind::parse(word)).collect(), alike: false };
    // The rules are made ready meanwhile.
    let (mut survey, _) = parallel::both(|| survey(&*view, &config, &args.live.scope(&scope)), rules);
    args.live.join(&args.path, &mut survey, &config, &scope, false)?;
    let commits = || args.at.is_none().then(|| Commits::of(&args.path));
    survey.hold_against_locks(&*view, &commits);
    survey.narrow(&scope);
    if let Some(name) = args.env.iter().find(|name| !survey.plan.environments.iter().any(|environment| environment.name() == name.as_str())) {
        return Err(Failed(no_environment(name, &*view, &config)));
    }
    if args.explain_plan {
        return Ok(Done { text: super::explain::plan(&survey.plan, &survey.families), code: exit::PARITY });
    }
    let matrix = matrix(&survey);
    let verdict = verdict(&matrix, &config);
    let level = Level::parse(&args.level).unwrap_or(Level::Info);
    let report = Report { survey: &survey, verdict: &verdict, level, verbose: args.verbose, width: ask::width() };
    let render = ask::render(FORMATS, &args.format);
    let text = render.map_or(String::new(), |render| render(&report));
    let gate = args.gate.as_deref().and_then(Level::parse).or(config.gate).unwrap_or(Level::Warning);
    let fails = verdict.findings.iter().any(|finding| finding.level >= gate);
    Ok(Done { text, code: code(&survey, fails) })
}

fn no_environment(name: &str, view: &dyn FileView, config: &Config) -> String {
    let everything = survey(view, config, &Scope::default());
    ask::no_environment(name, "here", &everything.plan.environments)
}

/// Nothing hides what could not be judged.
fn code(survey: &Survey, fails: bool) -> u8 {
    match (survey.gaps.iter().any(|gap| gap.required), fails) {
        (true, _) => exit::UNJUDGED,
        (false, true) => exit::FINDINGS,
        (false, false) => exit::PARITY,
    }
}
