//! What the readers of CI systems share: a job and what it is for, how what it says is handed over, and
//! what names tell. Each reader brings the syntax of its own system.

pub(super) mod hints;
pub(super) mod legs;
pub(super) mod naming;

use std::collections::{BTreeMap, HashMap, HashSet};

use super::shell::{self, Context, Dialect, Process, Sourced};
use super::technology::Use;
use super::traced::{Placed, Traced};
use super::{Input, Link, Output, Target};
use crate::limits;
use crate::model::{Content, Environment, Form, Kind, Need, Raw, Reading, Scope, Stance};
use crate::syntax::At;
use crate::syntax::dotenv::is_name;

/// What is said when something cannot be told from the documents.
pub(super) const UNKNOWN: &str = "an expression that is only known when it runs";

/// What a variable costs beside its text, in bytes, wherever it is looked at.
pub(super) const VARIABLE_BYTES: usize = 16;

/// What is known of a job.
#[derive(Clone)]
pub(super) struct Job {
    /// Its key, which is how its variables' workload is called.
    pub(super) id: String,
    pub(super) scope: Scope,
    /// The environments it says it is for; none where it says nothing.
    pub(super) environments: Vec<Environment>,
    pub(super) component: Option<String>,
    /// The component that its variables are for, where it works in one.
    pub(super) part: Option<String>,
    /// Runtimes whose version a step told to the package manager.
    pub(super) sourced: Sourced,
}

impl Job {
    /// A job that works on the repository as a whole.
    pub(super) fn new(id: &str, scope: Scope, environments: Vec<Environment>) -> Job {
        Job { id: id.to_owned(), scope, environments, component: None, part: None, sourced: Sourced::default() }
    }

    /// The containers beside it, whose services are the pipeline's own, whatever the job works on.
    pub(super) fn beside(&self) -> Job {
        Job { environments: Vec::new(), ..self.clone() }
    }
}

/// Hands over readings of a job, once for each of its environments. `calls` is where the files that they
/// stand in are called, outermost first.
pub(super) fn say<T>(out: &mut Output, job: &Job, calls: &[At], then: impl FnOnce(&mut Output) -> T) -> T {
    let mut own = Output::default();
    let told = then(&mut own);
    out.gaps.append(&mut own.gaps);
    out.notes.append(&mut own.notes);
    for mut reading in own.readings {
        if reading.kind == Kind::Env {
            reading.via.extend(calls.iter().rev());
            reading.workload = Some(Raw::new(&job.id));
            reading.component = reading.component.or_else(|| job.part.as_deref().map(Raw::new));
        } else if reading.kind != Kind::Service && reading.component.is_none() {
            reading.component = job.component.as_deref().map(Raw::new);
        }
        if job.environments.is_empty() || reading.environment.is_some() {
            out.push(reading);
        } else {
            out.readings.extend(job.environments.iter().map(|environment| reading.clone().environment(Some(environment.clone()))));
        }
    }
    told
}

/// Hands over a link of a job, once for each of its environments.
pub(super) fn lead(links: &mut Vec<Link>, job: &Job, at: At, to: &Target) {
    let environments: Vec<Option<Environment>> = if job.environments.is_empty() { vec![None] } else { job.environments.iter().cloned().map(Some).collect() };
    links.extend(environments.into_iter().map(|environment| Link { environment, at, to: to.clone() }));
}

/// Collects what the jobs of a pipeline say.
pub(super) struct Teller<'t> {
    pub(super) input: &'t Input<'t>,
    pub(super) out: Output,
    pub(super) links: Vec<Link>,
    steps: usize,
    bytes: usize,
}

/// A text of a job that a shell reads.
pub(super) struct Commands<'c> {
    pub(super) text: &'c Placed<'c>,
    pub(super) dialect: Dialect,
    /// The folder that it runs in, where that is known.
    pub(super) folder: Option<&'c str>,
    /// Variables that are set; none for a value that only a run knows.
    pub(super) variables: &'c BTreeMap<String, Option<Traced>>,
    /// How what the system fills in is told.
    pub(super) expression: shell::Expression<'c>,
}

impl<'t> Teller<'t> {
    pub(super) fn new(input: &'t Input<'t>) -> Teller<'t> {
        Teller { input, out: Output::default(), links: Vec::new(), steps: 0, bytes: 0 }
    }

    /// What was collected, each thing once.
    pub(super) fn finish(self, to: &mut Vec<Link>) -> Output {
        hand_over(self.input, self.out, self.links, to)
    }

    /// Counts a step; false when there were too many.
    pub(super) fn count(&mut self, at: At) -> bool {
        self.steps += 1;
        if self.steps == limits::WORKFLOW_STEPS {
            self.out.gap(at, "more steps of a pipeline than the limit");
        }
        self.steps < limits::WORKFLOW_STEPS
    }

    /// Counts text that is read; false when there was too much.
    pub(super) fn spend(&mut self, bytes: usize, at: At) -> bool {
        let had = self.bytes <= limits::PIPELINE_BYTES;
        self.bytes = self.bytes.saturating_add(bytes);
        let has = self.bytes <= limits::PIPELINE_BYTES;
        if had && !has {
            self.out.gap(at, "more text of a pipeline than the limit");
        }
        has
    }

    /// Hands over a reading of a job.
    pub(super) fn push(&mut self, job: &Job, reading: Reading) {
        say(&mut self.out, job, &[], |out| out.push(reading));
    }

    /// Hands over an image that a job runs in, or beside it as this workload.
    pub(super) fn image(&mut self, job: &Job, text: &Traced, workload: Option<&str>) {
        let text = text.trimmed();
        let Some((at, via)) = text.image_place().filter(|_| !text.text().is_empty()) else { return };
        let (input, scope) = (self.input, shell::scope(job.scope, text.varies));
        say(&mut self.out, job, &[], |out| out.image(input, Use { text: text.text(), at, via, scope, workload }));
    }

    /// Hands over a version that a job asks for.
    pub(super) fn version(&mut self, job: &Job, kind: Kind, name: &str, version: &Traced) {
        let syntax = crate::model::Syntax::Prefix;
        let version = version.trimmed();
        let Some((at, via)) = version.place().filter(|_| self.input.catalog.version(name, version.text(), syntax).is_some()) else { return };
        let reading = Reading::new(kind, name, version.text(), Form::Version(syntax), at).via(via);
        self.push(job, reading.scope(shell::scope(job.scope, version.varies)));
    }

    /// Hands over a variable of a job whose name stands here; none for a value that only a run knows.
    pub(super) fn give(&mut self, job: &Job, name: &str, at: At, value: Option<&Traced>) {
        if !is_name(name) {
            return;
        }
        let (content, text, varies) = value.map_or((Content::Reference, "", false), |text| (Content::Literal, text.text(), text.varies));
        let reading = Reading::new(Kind::Env, name, text, Form::Variable(Stance::Given, Need::Bare, content), at);
        self.push(job, reading.scope(shell::scope(job.scope, varies)));
    }

    /// Says that a job gets more variables from a place that cannot be read.
    pub(super) fn open(&mut self, job: &Job, at: At) {
        let reading = Reading::variable_without(Stance::Open, Need::Bare, Content::Nothing, "*", at);
        self.push(job, reading.scope(job.scope));
    }

    /// Hands over what commands start, install and set.
    pub(super) fn commands(&mut self, job: &Job, commands: &Commands<'_>) {
        self.commands_at(job, commands, None);
    }

    /// The same for commands that do not stand in the document themselves but are asked for at a place.
    pub(super) fn commands_at(&mut self, job: &Job, commands: &Commands<'_>, place: Option<At>) {
        // Every command is read with every variable.
        let text = commands.text.text();
        let cost = text.len() + text.lines().count() * commands.variables.len() * VARIABLE_BYTES;
        if !self.spend(cost, commands.text.at(0..0)) {
            return;
        }
        let component = commands.folder.and_then(|folder| self.component(folder));
        let defined = BTreeMap::new();
        let context = Context {
            input: self.input,
            dialect: commands.dialect,
            folders: commands.folder.map(str::to_owned).into_iter().collect(),
            home: None,
            defined: &defined,
            variables: commands.variables,
            expression: Some(commands.expression),
            sourced: Some(&job.sourced),
            scope: job.scope,
            environment: None,
            component: component.as_deref(),
            process: Some(Process { workload: &job.id, part: job.part.as_deref(), copies: true }),
        };
        let led = say(&mut self.out, job, &[], |out| {
            let led = shell::read(commands.text, &context, out);
            for reading in out.readings.iter_mut().filter(|reading| reading.at.file == context.input.document.id) {
                reading.at = place.unwrap_or(reading.at);
            }
            // What is installed elsewhere than in the repository is nothing of its own.
            let elsewhere = commands.folder.is_none();
            out.readings.retain(|reading| !(elsewhere && reading.kind == Kind::Dependency));
            led
        });
        for link in led.links {
            lead(&mut self.links, job, place.unwrap_or(link.at), &link.to);
        }
    }

    /// The component that a folder of the repository is: its folder without what only holds how things run.
    pub(super) fn component(&self, folder: &str) -> Option<String> {
        let path = format!("{folder}/x");
        let component = self.input.catalog.names.component(path.trim_start_matches('/')).to_owned();
        (!component.is_empty()).then_some(component)
    }
}

/// Hands over what a pipeline says and leads to, each thing once.
pub(super) fn hand_over(input: &Input<'_>, mut found: Output, links: Vec<Link>, to: &mut Vec<Link>) -> Output {
    super::build_arguments(input, &links, &mut found);
    lead_once(links, to);
    Output { readings: distinct(found.readings), gaps: once(found.gaps), missing: once(found.missing), notes: once(found.notes), project: None }
}

/// Hands over each link once; of projects that are started, so many as a matrix may have legs.
fn lead_once(links: Vec<Link>, to: &mut Vec<Link>) {
    let (mut seen, mut starts) = (HashSet::new(), 0);
    for link in links {
        let limited = matches!(link.to, Target::Compose { .. });
        if seen.insert(print(&link)) && (!limited || starts < limits::MATRIX_LEGS) {
            starts += usize::from(limited);
            to.push(link);
        }
    }
}

/// A text that is equal for equal links.
fn print(link: &Link) -> String {
    let variables = match &link.to {
        Target::Compose { variables, .. } | Target::Dockerfile { variables, .. } => variables.as_slice(),
        _ => &[],
    };
    let values: Vec<String> = variables.iter().map(|v| format!("{}={:?}@{:?}", v.name, v.value.text(), v.value.at())).collect();
    format!("{:?} {:?} {:?} {values:?}", link.environment, link.at, link.to)
}

/// Every leg of a matrix says the same of what does not depend on it, and so does every job of what
/// the workflow gives all of them.
fn distinct(readings: Vec<Reading>) -> Vec<Reading> {
    let mut seen: HashMap<(At, Vec<At>), Vec<usize>> = HashMap::new();
    let mut out: Vec<Reading> = Vec::new();
    for reading in readings {
        let variable = reading.kind == Kind::Env;
        let same = seen.entry((reading.at, if variable { Vec::new() } else { reading.via.clone() })).or_default();
        let known = same.iter().filter_map(|i| out.get(*i)).any(|other| {
            (other.kind, other.scope, &other.name, &other.value) == (reading.kind, reading.scope, &reading.name, &reading.value)
                && (&other.environment, &other.component) == (&reading.environment, &reading.component)
                && (variable || other.workload == reading.workload)
        });
        if !known {
            same.push(out.len());
            out.push(reading);
        }
    }
    out
}

fn once(said: Vec<(At, &'static str)>) -> Vec<(At, &'static str)> {
    let mut seen = HashSet::new();
    said.into_iter().filter(|one| seen.insert(*one)).collect()
}
