//! What readers hand over: a value of a subject at an exact place, still raw. A [`Raw`] can only be
//! opened by `seal.rs`; everybody else can carry it.

use std::fmt;

use super::{Callee, Content, Environment, Inside, Install, Need, Part, Setting, Side, Stance, Syntax};
use crate::syntax::At;
use crate::syntax::dotenv::Conflict;

/// Text from a document that may be a secret. It has no `Display` and no getter; only `seal.rs`
/// looks into it, and its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Raw(String);

impl Raw {
    /// Takes text into custody.
    pub fn new(text: impl Into<String>) -> Raw {
        Raw(text.into())
    }

    /// The text. To be called by the sealing door alone; a test holds every other file to that.
    pub(crate) fn open_at_the_door(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Raw(…)")
    }
}

/// The kinds of subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An environment variable.
    Env,
    /// A language runtime, package manager or tool.
    Runtime,
    /// A library.
    Dependency,
    /// A container image that is no backing service and no runtime's base.
    Image,
    /// A backing service: database, cache, queue, …
    Service,
    /// A configuration key.
    Config,
    /// A property of a machine.
    Host,
}

impl Kind {
    /// Every kind that can be asked for and compared, in the order in which reports tell of them.
    pub const ALL: [Kind; 7] = [Kind::Env, Kind::Runtime, Kind::Dependency, Kind::Service, Kind::Image, Kind::Config, Kind::Host];

    /// The kind of this word, where there is one.
    pub fn parse(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Env => "env",
            Kind::Runtime => "runtime",
            Kind::Dependency => "dependency",
            Kind::Image => "image",
            Kind::Service => "service",
            Kind::Config => "config",
            Kind::Host => "host",
        }
    }
}

/// How binding a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// One version, or one line of versions (`16`, `16.4`).
    Pin,
    /// A range with two ends, or alternatives.
    Range,
    /// A lower bound only.
    Floor,
    /// `latest`, `lts/*`, no tag.
    Floating,
    /// A fallback: `${X:-d}`.
    Default,
    /// A placeholder to be filled in.
    Placeholder,
    /// The name of a value that stands elsewhere.
    Reference,
}

impl Role {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Role::Pin => "pin",
            Role::Range => "range",
            Role::Floor => "floor",
            Role::Floating => "floating",
            Role::Default => "default",
            Role::Placeholder => "placeholder",
            Role::Reference => "reference",
        }
    }
}

/// What part of an environment's life a value speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// What runs: the last stage of an image, a set-up runtime, a started service.
    Run,
    /// What builds: an earlier stage of an image.
    Build,
    /// One leg of a matrix: several stand side by side on purpose.
    Matrix,
    /// A side task (a lint, a licence check, a backup), not the application.
    Aside,
    /// What software of others runs on, beside what the application has.
    Theirs,
}

/// How the raw text of a reading is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A version declaration. An empty text is a floating one.
    Version(Syntax),
    /// An image reference; its tag holds the subject's version where the catalogue says so.
    Image,
    /// A package of the system without a version: what the release of the distribution has.
    Packaged,
    /// That the subject is there at all; the text, if any, is its version.
    Presence,
    /// An environment variable; [`Content`] says what the text is.
    Variable(Stance, Need, Content),
    /// That an input is set (a pin), declared with a default, or declared without one (a placeholder). The
    /// text is empty: nothing of a value is said.
    Input(Role),
    /// That loaders part over an environment variable. The text is empty: nothing of a value is said.
    #[serde(skip)]
    Conflict(Conflict),
    /// A key of a configuration that several environments have.
    Setting(Setting),
    /// One side of an interface, whose component is the file of the callee; the text says it in a word.
    Interface(Callee, Side),
    /// How a process is started, whose component is what it runs.
    Started(Part),
    /// A setting of a tool, and whether the tool reads it where it stands; the text is how it is called.
    ToolSetting(bool),
    /// How packages are installed.
    Install(Install),
    /// What a package that is installed demands of a runtime; the workload is the package.
    Demanded,
    /// What lies inside an image.
    Inside(Inside),
    /// A property of a machine, in a word or two.
    Property,
}

/// One value of one subject at one place.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What sort of subject.
    pub kind: Kind,
    /// The subject's name: the catalogue's name of a runtime or service, an image's repository, a
    /// workload.
    pub name: Raw,
    /// The component, where the document names one; else it is told from the path.
    pub component: Option<Raw>,
    /// The environment, where the document itself says so; else the plan's.
    pub environment: Option<Environment>,
    /// The text of the value.
    pub value: Raw,
    /// How to understand it.
    pub form: Form,
    /// What it speaks of.
    pub scope: Scope,
    /// The workload that uses it (a compose service, a container), where there is one.
    pub workload: Option<Raw>,
    /// Where the value stands; of variables and settings, where their name does.
    pub at: At,
    /// Of settings, where the value stands.
    pub value_at: Option<At>,
    /// Where it was used, if that is another place (`${X}` in a compose file, a version file that a
    /// workflow names), nearest first.
    pub via: Vec<At>,
}

impl Reading {
    /// A reading of what runs, without component, environment or detour.
    pub fn new(kind: Kind, name: impl Into<String>, value: impl Into<String>, form: Form, at: At) -> Reading {
        Reading {
            kind,
            name: Raw::new(name),
            component: None,
            environment: None,
            value: Raw::new(value),
            form,
            scope: Scope::Run,
            workload: None,
            at,
            value_at: None,
            via: Vec::new(),
        }
    }

    /// A variable that is given or offered with this text, as it stands.
    pub fn variable(stance: Stance, name: impl Into<String>, value: impl Into<String>, at: At) -> Reading {
        Reading::new(Kind::Env, name, value, Form::Variable(stance, Need::Bare, Content::Literal), at)
    }

    /// A variable whose value stands elsewhere, or that has none here.
    pub fn variable_without(stance: Stance, need: Need, content: Content, name: impl Into<String>, at: At) -> Reading {
        Reading::new(Kind::Env, name, "", Form::Variable(stance, need, content), at)
    }

    /// A variable of an env file whose line two loaders read differently.
    pub fn conflict(name: impl Into<String>, conflict: Conflict, at: At) -> Reading {
        Reading::new(Kind::Env, name, "", Form::Conflict(conflict), at)
    }

    /// The same reading in another scope.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Reading {
        Reading { scope, ..self }
    }

    /// The same reading, said to be of this environment.
    #[must_use]
    pub fn environment(self, environment: Option<Environment>) -> Reading {
        Reading { environment, ..self }
    }

    /// The same reading, its value at this place.
    #[must_use]
    pub fn value_at(self, at: At) -> Reading {
        Reading { value_at: Some(at), ..self }
    }

    /// The same reading, used at these places.
    #[must_use]
    pub fn via(self, via: Vec<At>) -> Reading {
        Reading { via, ..self }
    }

    /// The same reading, used by this workload.
    #[must_use]
    pub fn workload(self, workload: Option<&str>) -> Reading {
        Reading { workload: workload.map(Raw::new), ..self }
    }

    /// The same reading, said to be of this component (a folder of the repository).
    #[must_use]
    pub fn component(self, component: Option<&str>) -> Reading {
        Reading { component: component.map(Raw::new), ..self }
    }
}
