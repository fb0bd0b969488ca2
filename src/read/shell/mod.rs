//! What shell text starts, builds and installs: a workflow's `run`, a script, a Dockerfile's `RUN`.
//! Nothing is run; a command counts where its words are literal or come from simple assignments.

mod asks;
mod docker;
mod expand;
mod files;
mod filled;
mod install;
mod lex;
mod packages;
mod started;
mod variables;
mod walk;
mod words;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

pub(super) use self::asks::asked;
pub(super) use self::filled::filled;
pub(super) use self::packages::CI;
use super::traced::{Placed, Traced};
use super::{Input, Link, Output, Target, technology};
use crate::model::{Environment, Form, Kind, Reading, Scope};
use crate::syntax::At;

/// Whose shell text it is, where that changes the syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// A POSIX shell or bash.
    Shell,
    /// Recipes of a Makefile: `$(NAME)` is a variable, `$$` a dollar.
    Make,
    /// Recipes of a justfile: `{{ name }}` is a variable.
    Just,
    /// A shell's text into which CircleCI fills `<< name >>` first.
    Filled,
}

/// The value of an expression, given its inside and its place.
pub(super) type Expression<'c> = &'c dyn Fn(&str, At) -> Option<Traced>;

/// Runtimes whose version a source of packages tells (`setup_20.x`), so that the package needs none.
pub(super) type Sourced = RefCell<BTreeSet<String>>;

/// In [`Sourced`]: a package without a version is what the release of the distribution has.
pub(super) const RELEASED: &str = "*";

/// What a shell text is read with.
pub(super) struct Context<'c> {
    /// What the reader was given.
    pub(super) input: &'c Input<'c>,
    /// Whose text it is.
    pub(super) dialect: Dialect,
    /// The folders that it may run in, the likeliest first; none where that is not known.
    pub(super) folders: Vec<String>,
    /// The folder that the script itself stands in.
    pub(super) home: Option<&'c str>,
    /// Variables that it knows but does not pass on: definitions of a Makefile.
    pub(super) defined: &'c BTreeMap<String, Option<Traced>>,
    /// Variables that are set when it starts; none for a value that only a run knows.
    pub(super) variables: &'c BTreeMap<String, Option<Traced>>,
    /// How what a CI system fills in is told.
    pub(super) expression: Option<Expression<'c>>,
    /// What the texts before it told on the same machine, and it tells the next.
    pub(super) sourced: Option<&'c Sourced>,
    /// What its readings speak of.
    pub(super) scope: Scope,
    /// The environment of its readings, where the document says so.
    pub(super) environment: Option<Environment>,
    /// The component of its readings, where the document names one.
    pub(super) component: Option<&'c str>,
    /// What gets the variables that it gives; none where they are nobody's.
    pub(super) process: Option<Process<'c>>,
}

/// What gets the variables that a text gives.
pub(super) struct Process<'c> {
    /// What it is called: a job, a script.
    pub(super) workload: &'c str,
    /// The component it works in, where that is known.
    pub(super) part: Option<&'c str>,
    /// Whether it has nothing but what stands here: a copied env file is all it gets.
    pub(super) copies: bool,
}

/// One thing that a text does.
enum Found {
    /// Runs an image, as this workload.
    Image { image: Traced, workload: Option<String> },
    /// Installs a version of a subject; none written is a floating one.
    Version { kind: Kind, name: String, value: String, form: Form, at: At, via: Vec<At>, varies: bool },
    /// Has to do with a variable, whose value may depend on a matrix.
    Variable(Reading, bool),
    /// Has to do with how packages are installed, which may depend on a matrix.
    Installs(Reading, bool),
    /// Starts a service of the machine.
    Starts { name: String, at: At },
    /// Leads to another file.
    Leads(Link),
    /// Names a file that is not there.
    Lacks { at: At, to: Target },
}

/// Which files a text leads to.
#[derive(Default)]
pub(super) struct Led {
    /// Those that are there.
    pub(super) links: Vec<Link>,
    /// Those that it starts or builds from and that are not.
    pub(super) absent: Vec<(At, Target)>,
}

/// Hands over what a text runs and installs, and tells which files it leads to.
pub(super) fn read(text: &Placed<'_>, context: &Context<'_>, out: &mut Output) -> Led {
    let (mut led, first) = (Led::default(), out.readings.len());
    for found in walk::walk(text, context) {
        match found {
            Found::Image { image, workload } => {
                let Some((at, via)) = image.image_place() else { continue };
                let scope = scope(context.scope, image.varies);
                out.image(context.input, technology::Use { text: image.text(), at, via, scope, workload: workload.as_deref() });
            }
            Found::Version { kind, name, value, form, at, via, varies } => {
                out.push(Reading::new(kind, name, value, form, at).via(via).scope(scope(context.scope, varies)));
            }
            Found::Variable(reading, varies) | Found::Installs(reading, varies) => out.push(reading.scope(scope(context.scope, varies))),
            Found::Starts { name, at } => out.push(Reading::new(Kind::Service, name, "", Form::Presence, at).scope(context.scope)),
            Found::Leads(link) => led.links.push(link),
            Found::Lacks { at, to } => led.absent.push((at, to)),
        }
    }
    for reading in out.readings.iter_mut().skip(first) {
        // What a manifest lists is everybody's, whoever asked for it.
        if reading.environment.is_none() {
            reading.environment.clone_from(&context.environment);
        }
        if !matches!(reading.kind, Kind::Service | Kind::Env) && reading.component.is_none() {
            reading.component = context.component.map(crate::model::Raw::new);
        }
    }
    led
}

/// The scope of a value that may depend on a matrix.
pub(super) fn scope(scope: Scope, varies: bool) -> Scope {
    if varies && scope == Scope::Run { Scope::Matrix } else { scope }
}

/// The value of a definition in a Makefile or justfile, given those before it.
pub(super) fn value(text: &Placed<'_>, range: std::ops::Range<usize>, context: &Context<'_>) -> Option<Traced> {
    walk::value(text, range, context)
}
