//! What a place says of an environment variable, and what may be known of its value outside the
//! door: its shape, never its text.

use super::{Environment, Shown};

/// How a place has to do with a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stance {
    /// A process gets it from here: `environment:` of a service, `env:` of a container or a job, `ENV`.
    Given,
    /// A process that runs has it from its image, whatever its environment says.
    Inherited,
    /// A file offers it to whoever loads the file: `.env`, `.env.production`, a template.
    Offered,
    /// A template names it in a comment: `# KEY=`.
    Mentioned,
    /// A schema or a manifest declares it: `app.json`, `env.d.ts`.
    Declared,
    /// Code reads it.
    Read,
    /// A file is filled in with it: `${X}` of a compose file, `secrets.X` of a workflow.
    Used,
    /// More come from a place that cannot be read here: a secret store, an env file that is not
    /// committed. The name is `*`.
    Open,
    /// Code reads names that only a run knows. The name is `*`, or `PREFIX_*` where its head is known.
    Dynamic,
    /// Code names it, in a way that is not understood as a read.
    Named,
    /// The code of a component loads env files by itself. The name is `*`.
    Loads,
    /// Two who load the same file read this line differently; the text of the reading is a phrase of the
    /// program's own that says how.
    Conflict,
    /// Its host is none of the network that its process is in.
    Unreachable,
    /// Code compares it with this value, or a file is called so that is loaded where it has it.
    Awaited,
    /// It leads to the file of another environment, although its own stands beside that.
    Foreign,
}

/// What becomes of its reader where nobody gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// It fails: `os.environ["X"]`, `ENV.fetch("X")`, `z.string()`, `${X:?}`.
    Required,
    /// It is handed nothing, and what it makes of that is its own affair: `process.env.X`.
    Bare,
    /// It copes, as is written there: `os.environ.get("X", "d")`, `X || "d"`, `.optional()`, `if X`.
    Optional,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// The text of the reading is the value.
    Literal,
    /// The text of the reading is what holds where nothing else is given: `${X:-d}`, a default in code.
    Default,
    /// The value stands elsewhere: a secret's key, `secrets.X`, a bare name that is passed through.
    /// The text is how it is called there, or empty.
    Reference,
    /// Made of variables that nothing here sets and that have no default: empty unless whoever starts it
    /// sets them. The text is the name of the first of them.
    Unset,
    /// There is no value: code reads it, a schema declares it.
    Nothing,
}

/// What sort of value a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// Nothing, or white space.
    Empty,
    /// `true`, `yes`, `off`, …
    Boolean,
    /// A number, with or without a unit.
    Number,
    /// An address with a scheme.
    Url,
    /// `host:port`, or a host name alone.
    Host,
    /// Anything else.
    Text,
    /// A list of scalars.
    List,
    /// A table without entries.
    Map,
}

/// Where a host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// This machine: `localhost`, `127.0.0.1`, `::1`, `0.0.0.0`, `host.docker.internal`.
    Loopback,
    /// A name that RFC 2606 keeps for examples.
    Example,
    /// A single label: a service of the same network.
    Neighbour,
    /// Any other.
    Elsewhere,
}

/// The address in a value.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Address {
    /// The scheme, in lower case; empty for a bare host.
    pub scheme: Shown,
    /// The host, as it may be shown.
    pub host: Shown,
    /// The host with the words that mean an environment taken out: equal for the hosts of one thing in
    /// two environments.
    pub host_kin: Shown,
    /// The port, where one is written.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub port: Option<u16>,
    /// Where the host is.
    pub place: Where,
    /// Whether the path ends with a slash; none where there is no path.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trailing_slash: Option<bool>,
    /// The path, then what is left of it without its first part, and so on; empty where there is no path.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub tails: Vec<Print>,
    /// Equal for paths that are equal but for signs and capitals.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path_kin: Option<Print>,
    /// `sslmode` and its like, where the query has it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tls_mode: Option<Shown>,
}

/// Stands for a value: equal for equal values in one run, and says nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Print(pub(crate) [u8; 16]);

/// In a snapshot, as digits. It is worth something to nobody without the key that it was made with.
impl serde::Serialize for Print {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{:032x}", u128::from_be_bytes(self.0)))
    }
}

impl<'de> serde::Deserialize<'de> for Print {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Print, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(from)?;
        u128::from_str_radix(&text, 16).map(|number| Print(number.to_be_bytes())).map_err(|_| serde::de::Error::custom("a print that is no number"))
    }
}

impl std::fmt::Debug for Print {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Print(…)")
    }
}

/// A variable as a fact knows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Variable {
    /// How the place has to do with it.
    pub stance: Stance,
    /// What becomes of its reader without it.
    pub need: Need,
    /// Where the value comes from.
    pub content: Content,
    /// What sort of value it is; none where there is no literal value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shape: Option<Shape>,
    /// Whether a boolean switches something on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub truth: Option<bool>,
    /// The address in it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub address: Option<Address>,
    /// Whether the text says of itself that it is to be replaced: `changeme`, `<token>`, `xxx`.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub placeholder: bool,
    /// Whether its name says that it is a secret.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub secret: bool,
    /// Whether it is a secret that stands there in clear: a secret's name and a value that is neither
    /// empty, a placeholder, nor a reference; or a value that has the form of a credential.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub exposed: bool,
    /// Whether it reads like an expression that lost its brackets: `secrets.X`.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub bare_expression: bool,
    /// The environments that words of the value name.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub names: Vec<Environment>,
    /// Equal for equal values.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub print: Option<Print>,
    /// Equal for values that are equal but for the words that mean an environment.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub print_kin: Option<Print>,
}
