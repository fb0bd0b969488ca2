//! Reads source code: from the text of one file, every environment variable it asks for, where it
//! does, and what becomes of it without. It knows forms, not programs: nothing is run or resolved
//! beyond the file. The forms are data (`rules/catalog/reads.toml`).
//!
//! A language is its traits ([`lexis`]), its forms, and where that is not enough a file of its own.

mod alias;
mod annotated;
mod clap;
mod csharp;
mod elixir;
mod filled;
mod finder;
mod go;
mod go_tags;
mod gradle;
mod guard;
mod helper;
mod javascript;
mod lex;
mod lex_bodies;
mod lexis;
mod named;
mod need;
mod needles;
mod pattern;
mod php;
mod python;
mod ruby;
mod schema;
mod tokens;
mod wrapper;

pub use gradle::{Declaration, Says, Version, gradle};

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::{memmem, memrchr};

use crate::catalog::Catalog;
use crate::files::file_name;
use crate::limits;
use crate::model::{Need, Stance};
use filled::Filled;
use finder::Finder;
use lexis::Lexis;
use needles::Needles;
use pattern::Patterns;

/// One variable that a file asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name; `*` or `PREFIX_*` where only a run knows it.
    pub name: String,
    /// Where the name stands in the text.
    pub range: Range<usize>,
    /// Read, declared, or dynamic.
    pub stance: Stance,
    /// What becomes of the reader without it.
    pub need: Need,
    /// What it takes instead, where a literal says so.
    pub default: Option<String>,
}

/// A language.
struct Language {
    /// Its name in the tables.
    name: &'static str,
    lexis: &'static Lexis,
    /// Finds what forms cannot say.
    peculiar: fn(&mut Finder<'_, '_>),
    /// What is made of its tables, once a file of it is met.
    tables: LazyLock<Tables>,
}

/// What is made of a language's tables.
struct Tables {
    patterns: Patterns,
    needles: Needles,
}

const fn language(name: &'static str, lexis: &'static Lexis, peculiar: fn(&mut Finder<'_, '_>), tables: fn() -> Tables) -> Language {
    Language { name, lexis, peculiar, tables: LazyLock::new(tables) }
}

/// For languages that the forms say all of.
fn nothing(_: &mut Finder<'_, '_>) {}

/// Every language.
static LANGUAGES: [Language; 17] = [
    language("javascript", &lexis::JAVASCRIPT, javascript::find, || Tables::of("javascript")),
    language("python", &lexis::PYTHON, python::find, || Tables::of("python")),
    language("ruby", &lexis::RUBY, ruby::find, || Tables::of("ruby")),
    language("erb", &lexis::ERB, ruby::find, || Tables::of("ruby")),
    language("php", &lexis::PHP, php::find, || Tables::of("php")),
    language("go", &lexis::GO, go::find, || Tables::of("go")),
    language("rust", &lexis::RUST, clap::find, || Tables::of("rust")),
    language("java", &lexis::JAVA, annotated::find, || Tables::of("java")),
    language("kotlin", &lexis::KOTLIN, annotated::find, || Tables::of("kotlin")),
    language("scala", &lexis::SCALA, nothing, || Tables::of("scala")),
    language("csharp", &lexis::CSHARP, csharp::find, || Tables::of("csharp")),
    language("elixir", &lexis::ELIXIR, elixir::find, || Tables::of("elixir")),
    language("lua", &lexis::LUA, nothing, || Tables::of("lua")),
    language("dart", &lexis::DART, nothing, || Tables::of("dart")),
    language("perl", &lexis::PERL, nothing, || Tables::of("perl")),
    language("swift", &lexis::SWIFT, nothing, || Tables::of("swift")),
    language("c", &lexis::C, nothing, || Tables::of("c")),
];

/// The languages by the extensions of their files.
static EXTENSIONS: LazyLock<HashMap<&'static str, &'static Language>> = LazyLock::new(|| {
    let rows = Catalog::get().reads.language.iter();
    let known = rows.filter_map(|row| Some((row, LANGUAGES.iter().find(|language| language.name == row.name)?)));
    known.flat_map(|(row, language)| row.extensions.iter().map(move |extension| (extension.as_str(), language))).collect()
});

impl Tables {
    fn of(name: &str) -> Tables {
        let reads = &Catalog::get().reads;
        let needles = Needles::of(reads.language.iter().find(|row| row.name == name));
        let word_end = LANGUAGES.iter().find(|language| language.name == name).map_or(&[][..], |language| language.lexis.word_end);
        Tables { patterns: Patterns::of(name, word_end, reads), needles }
    }
}

fn language_of(path: &str) -> Option<&'static Language> {
    let (_, extension) = file_name(path).rsplit_once('.')?;
    let filled_by_ruby = matches!(extension, "yml" | "yaml") && path.split('/').rev().skip(1).any(|folder| folder == "config");
    EXTENSIONS.get(if filled_by_ruby { "erb" } else { extension }).copied()
}

/// Whether a file of this path is source code of a language that is known, and not what a tool made.
pub fn is_source(path: &str) -> bool {
    let name = file_name(path);
    (language_of(path).is_some() || Filled::of(path).is_some())
        && !["min", "bundle", "generated", "pb"].iter().any(|mark| name.rsplit('.').nth(1) == Some(mark))
}

/// Whether a file may ask for a variable at all: most files end here, unread.
pub fn may_read(path: &str, bytes: &[u8]) -> bool {
    let by_code =
        language_of(path).is_some_and(|language| language.lexis.island.is_none_or(|(open, _)| holds(bytes, open)) && language.tables.needles.are_in(bytes));
    (by_code || Filled::of(path).is_some_and(|filled| holds(bytes, filled.opens()))) && !has_long_line(bytes)
}

fn holds(bytes: &[u8], text: &str) -> bool {
    memmem::find(bytes, text.as_bytes()).is_some()
}

/// Whether a line is longer than anybody writes.
fn has_long_line(mut rest: &[u8]) -> bool {
    // The last end of a line that is near enough: those before it need not be looked at.
    while let Some(near) = rest.get(..=limits::CODE_LINE_BYTES) {
        let Some(end) = memrchr(b'\n', near) else { return true };
        rest = rest.get(end + 1..).unwrap_or(&[]);
    }
    false
}

/// Every variable that a file asks for, in the order of their places.
pub fn reads(path: &str, text: &str) -> Vec<Found> {
    let mut found = Filled::of(path).map_or_else(Vec::new, |filled| filled.reads(text));
    let Some(language) = language_of(path) else { return found };
    let code = tokens::Code::new(text, language.lexis);
    let mut finder = Finder::new(&code, path, text, language);
    pattern::find(&mut finder, &language.tables.patterns);
    (language.peculiar)(&mut finder);
    found.extend(finder.finish());
    found
}
