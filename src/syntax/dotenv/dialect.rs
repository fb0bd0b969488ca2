//! The loaders of env files, one row of traits each, and the ways in which two of them part.

use std::fmt;

/// A loader of env files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// Docker Compose: `.env` and `env_file:`.
    Compose,
    /// `docker run --env-file`.
    Docker,
    /// dotenv of JavaScript, `node --env-file`.
    Node,
    /// The same with dotenv-expand over it: Next.js, Vite, Nuxt, dotenvx.
    Expand,
    /// python-dotenv, and what loads through it.
    Python,
    /// The gem dotenv.
    Ruby,
    /// The crate dotenvy.
    Rust,
    /// direnv's `dotenv`.
    Direnv,
    /// A shell that sources the file.
    Shell,
}

/// When a `#` begins a comment in a value without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Never,
    BehindSpace,
    Always,
}

/// When a `:` separates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colon {
    Never,
    BeforeSpace,
    Always,
}

/// What of the variables in a value is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dollar {
    Nothing,
    /// `$X`, `${X}`; a default is not understood.
    Names,
    /// `${X}`, `${X:-d}`
    Braces,
    /// All of these.
    All,
}

/// What a loader does.
#[derive(Debug)]
pub(super) struct Traits {
    pub(super) dialect: Dialect,
    /// How it is called.
    word: &'static str,
    /// Whether `export` may stand before a key.
    pub(super) export: bool,
    /// Signs that names may have besides letters, digits and `_`.
    pub(super) signs: &'static str,
    /// Whether anything without white space may be a name.
    pub(super) any_name: bool,
    /// Whether white space may stand before the separator.
    pub(super) spaced: bool,
    pub(super) colon: Colon,
    /// Whether a bare key passes on what the process has.
    pub(super) bare: bool,
    pub(super) hash: Hash,
    /// The quotes that are taken off.
    pub(super) quotes: &'static str,
    /// What is resolved behind a backslash in double quotes.
    pub(super) escapes: &'static str,
    pub(super) dollar: Dollar,
    /// Whether single quotes keep a `$` as it is.
    pub(super) single_keeps: bool,
    /// Whether what it does not understand makes it refuse the whole file.
    pub(super) strict: bool,
    /// Whether a value without quotes is trimmed.
    pub(super) trims: bool,
    /// Whether a carriage return belongs to the value.
    pub(super) carriage: bool,
}

/// What most do.
const MOST: Traits = Traits {
    dialect: Dialect::Node,
    word: "Node",
    export: true,
    signs: ".-",
    any_name: false,
    spaced: true,
    colon: Colon::BeforeSpace,
    bare: false,
    hash: Hash::Always,
    quotes: "'\"`",
    escapes: "nr",
    dollar: Dollar::Nothing,
    single_keeps: true,
    strict: false,
    trims: true,
    carriage: false,
};

/// Every loader, in the order of [`Dialect`]. Of the rust row only `dollar` and `word` count: the rest
/// is asked of the loader itself.
static DIALECTS: &[Traits] = &[
    Traits {
        dialect: Dialect::Compose,
        word: "Compose",
        colon: Colon::Always,
        bare: true,
        hash: Hash::BehindSpace,
        quotes: "'\"",
        escapes: "abfnrtv\\\"",
        dollar: Dollar::All,
        strict: true,
        ..MOST
    },
    Traits {
        dialect: Dialect::Docker,
        word: "docker",
        export: false,
        any_name: true,
        spaced: false,
        colon: Colon::Never,
        bare: true,
        hash: Hash::Never,
        quotes: "",
        strict: true,
        trims: false,
        ..MOST
    },
    MOST,
    Traits { dialect: Dialect::Expand, word: "dotenv-expand", dollar: Dollar::All, single_keeps: false, ..MOST },
    Traits {
        dialect: Dialect::Python,
        word: "python-dotenv",
        any_name: true,
        colon: Colon::Never,
        hash: Hash::BehindSpace,
        quotes: "'\"",
        escapes: "abfnrtv\\\"'",
        dollar: Dollar::Braces,
        single_keeps: false,
        ..MOST
    },
    Traits { dialect: Dialect::Ruby, word: "the dotenv gem", signs: ".", quotes: "'\"", escapes: "\\\"'", dollar: Dollar::Names, ..MOST },
    Traits { dialect: Dialect::Rust, word: "dotenvy", dollar: Dollar::Names, ..MOST },
    Traits { dialect: Dialect::Direnv, word: "direnv", signs: ".", spaced: false, quotes: "'\"", escapes: "nr\\\"", dollar: Dollar::All, ..MOST },
    Traits {
        dialect: Dialect::Shell,
        word: "the shell",
        signs: "",
        spaced: false,
        colon: Colon::Never,
        hash: Hash::BehindSpace,
        quotes: "'\"",
        escapes: "\\\"$`",
        dollar: Dollar::All,
        carriage: true,
        ..MOST
    },
];

impl Dialect {
    /// Every dialect.
    pub fn all() -> impl Iterator<Item = Dialect> {
        DIALECTS.iter().map(|row| row.dialect)
    }

    pub(super) fn traits(self) -> &'static Traits {
        DIALECTS.iter().find(|row| row.dialect == self).unwrap_or(&MOST)
    }
}

/// In what two loaders differ over a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Difference {
    /// One takes it, the other passes over it.
    Dropped,
    /// One takes it, the other refuses the file for it.
    Refused,
    /// They take it under different names.
    Name,
    /// One ends the value at a `#`.
    Hash,
    /// One takes the quotes off.
    Quotes,
    /// One reads on over several lines.
    Lines,
    /// One fills in variables.
    Dollar,
    /// Both fill in variables, and one does not understand defaults.
    Default,
    /// One resolves what stands behind a backslash.
    Backslash,
    /// One keeps white space at the end, or a carriage return.
    Space,
    /// Anything else.
    Value,
}

/// That two loaders read one line differently. It is made of fixed words alone, so that it can be
/// shown wherever it turns up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Conflict {
    /// In what they differ.
    pub difference: Difference,
    /// The one that does what the difference is called after.
    pub one: Dialect,
    /// The other.
    pub other: Dialect,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, other) = (self.one.traits().word, self.other.traits().word);
        match self.difference {
            Difference::Dropped => write!(f, "taken by {one}, passed over by {other}"),
            Difference::Refused => write!(f, "taken by {one}, an error to {other}"),
            Difference::Name => write!(f, "named differently by {one} and {other}"),
            Difference::Hash => write!(f, "cut at its # by {one}, kept whole by {other}"),
            Difference::Quotes => write!(f, "taken out of its quotes by {one}, left in them by {other}"),
            Difference::Lines => write!(f, "read over several lines by {one}, line by line by {other}"),
            Difference::Dollar => write!(f, "filled in at its $ by {one}, kept as written by {other}"),
            Difference::Default => write!(f, "filled in with its default by {one}, without it by {other}"),
            Difference::Backslash => write!(f, "read differently behind its backslash by {one} and {other}"),
            Difference::Space => write!(f, "trimmed by {one}, left with its white space by {other}"),
            Difference::Value => write!(f, "read differently by {one} and {other}"),
        }
    }
}
