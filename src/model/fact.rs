//! What may be stored and shown: facts and gaps. Their texts are [`Shown`], which only `seal.rs`
//! makes.

use std::fmt;
use std::sync::Arc;

use super::{Bits, Digest, Environment, Form, ImageRef, Kind, Likeness, Raw, Role, Scope, Spec, Variable};

/// Text that passed the sealing door: no secret, no control character.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct Shown(String);

impl Shown {
    /// To be called by `seal.rs` alone; a test holds every other file to that.
    pub(crate) fn at_the_door(text: String) -> Shown {
        Shown(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A line of a source file, fit to be shown: everything that is not known to be harmless is blank,
/// columns kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line.
    pub text: Shown,
    /// Where the value starts in it, in characters from 0.
    pub start: usize,
    /// How many characters of it are the value.
    pub width: usize,
}

/// An exact place, by path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path from the root.
    pub path: Shown,
    /// Line from 1; 0 for the whole file.
    pub line: u32,
    /// Column from 1.
    pub column: u32,
    /// The line, where it could be shown.
    pub excerpt: Option<Excerpt>,
    /// The comment beside or just above the line, where there is one.
    pub comment: Option<Raw>,
}

impl Place {
    /// What places are ordered by: path, line, column.
    pub fn key(&self) -> (&str, u32, u32) {
        (self.path.as_str(), self.line, self.column)
    }

    /// How it is written in a line: the path, and the line where it has one.
    pub fn label(&self) -> String {
        if self.line == 0 { self.path.to_string() } else { format!("{}:{}", self.path, self.line) }
    }
}

/// A value that rules can compare and reports can show.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Value {
    /// How it is shown.
    pub text: Shown,
    /// What it admits, if it is a version or carries one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub spec: Option<Spec>,
    /// The image it names, if it names one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub image: Option<ImageRef>,
    /// What is known of it as an environment variable, if it is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub variable: Option<Box<Variable>>,
}

/// A sealed reading.
#[derive(Debug, Clone)]
pub struct Fact {
    /// The environment it belongs to.
    pub environment: Environment,
    /// The kind of its subject.
    pub kind: Kind,
    /// The name of its subject.
    pub name: Shown,
    /// The folder of the component it belongs to; empty for the repository as a whole.
    pub component: Shown,
    /// The workload that uses it.
    pub workload: Option<Shown>,
    /// The set-up that states it: the first file of the source it was read from.
    pub setup: Shown,
    /// The format it was read from, by its name.
    pub format: &'static str,
    /// How its value was understood.
    pub form: Form,
    /// The value.
    pub value: Value,
    /// What is known of the bits of the image that it names.
    pub bits: Option<Arc<Bits>>,
    /// How binding it is.
    pub role: Role,
    /// What it speaks of.
    pub scope: Scope,
    /// Where it stands.
    pub place: Place,
    /// Where it was used, nearest first.
    pub via: Vec<Place>,
}

/// Which containers say something, in words, where not all of one service do: what a source adds to the place and
/// the set-up (`docker:shop (1 of 3 containers: shop-web-2)`), apart from those.
pub(crate) fn share(text: &str) -> (&str, Option<&str>) {
    let told = || {
        let (base, rest) = text.split_once(" (")?;
        let share = rest.strip_suffix(')')?.split(':').next()?;
        share.ends_with(" containers").then_some((base, Some(share)))
    };
    told().unwrap_or((text, None))
}

/// The containers that such a text names.
pub(crate) fn sharers(text: &str) -> Option<&str> {
    share(text).1?;
    text.rsplit_once(": ")?.1.strip_suffix(')')
}

impl Fact {
    /// Whether it says that a service runs in some version: an image of it, or a version that is asked
    /// for. That something installs whatever is newest does not yet start it.
    pub fn is_started(&self) -> bool {
        self.value.image.is_some() || self.value.spec.as_ref().is_some_and(|spec| !spec.is_floating())
    }

    /// The formats that describe the jobs of a CI system.
    pub const PIPELINES: [&'static str; 3] = ["workflow", "circleci", "gitlab"];

    /// Whether the jobs of a CI system say it.
    pub fn is_of_pipeline(&self) -> bool {
        Fact::PIPELINES.contains(&self.format)
    }

    /// Whether it says what runs, not what a file declares: its place is none of a file's but has the scheme
    /// of the source that told it (`docker://shop/web`).
    pub fn is_live(&self) -> bool {
        self.place.line == 0 && self.place.path.as_str().contains("://")
    }

    /// Whether it says what something runs for good, and not what a tag of that names in a registry.
    pub fn is_running(&self) -> bool {
        self.is_live() && self.scope == Scope::Run && self.format != "registry"
    }

    /// The commits that its image says it was built from.
    pub fn labels(&self) -> impl Iterator<Item = &Digest> {
        self.bits.iter().flat_map(|bits| &bits.builds).filter_map(|build| build.revision.as_ref())
    }

    /// What is known of the bits of its image: from who looked, else from the digest that it names.
    pub fn known_bits(&self) -> Option<Arc<Bits>> {
        self.bits.clone().or_else(|| Bits::named(self.value.image.as_ref()?.digest()?).map(Arc::new))
    }

    /// How alike the images of two facts are, as far as their bits are known.
    pub fn likeness(&self, other: &Fact) -> Likeness {
        self.known_bits().zip(other.known_bits()).map_or(Likeness::Unknown, |(one, other)| one.compare(&other))
    }
}

/// Something that should have been readable and was not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The environment that is not fully known because of it; `None` where that cannot be told.
    pub environment: Option<Environment>,
    /// The format or view that ran into it.
    pub source: Shown,
    /// The file.
    pub path: Shown,
    /// Line from 1, 0 for the whole file.
    pub line: u32,
    /// Why.
    pub reason: &'static str,
    /// Whether a verdict without it would be a guess: a file that defines an environment.
    pub required: bool,
}
