//! Build scripts of Gradle: for which Java they compile, and with which. Sources: Gradle User Manual,
//! "Building Java & JVM projects" (`sourceCompatibility`, `targetCompatibility`, `options.release`) and
//! "Toolchains for JVM projects"; Kotlin's documentation, "Configure a Gradle project" (`jvmToolchain`,
//! `jvmTarget`). A script is a program: plain declarations are found, nothing is run.

use std::ops::Range;

use memchr::memmem;

use super::lex::Token;
use super::lexis;
use super::tokens::Code;

/// What a declaration says of a Java.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// The language level of the sources.
    Source,
    /// The oldest Java that runs what is compiled.
    Target,
    /// The Java that compiles and tests.
    Toolchain,
}

/// What stands in the place of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// The version itself.
    Here,
    /// An alias of the version catalogue (`libs.versions.java`), its parts joined by dots.
    Catalogue(String),
    /// The name of a property of the project.
    Property(String),
}

/// A declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// What it says.
    pub says: Says,
    /// The version.
    pub version: Version,
    /// Where the version stands, or what leads to it.
    pub range: Range<usize>,
}

/// What the words that matter have in common: most scripts end here.
const NEEDLES: &[&str] = &["ompatibility", "jvmTarget", "languageVersion", "jvmToolchain", "release"];

/// Functions around a version.
const AROUND: &[&str] = &["of", "toVersion", "fromTarget", "valueOf", "parseInt"];

/// What makes another type of a version.
const BEHIND: &[&str] = &["get", "toInt", "toInteger", "toString", "asInt", "majorVersion", "asProvider", "map"];

/// How many calls may stand around a version, and names before it.
const STEPS: usize = 8;

/// How far the head of a block is looked through.
const HEAD: usize = 16;

/// Every declaration of a script, in the order of their places. What a script sets for its tests alone is
/// left out.
pub fn gradle(path: &str, text: &str) -> Vec<Declaration> {
    if !NEEDLES.iter().any(|needle| memmem::find(text.as_bytes(), needle.as_bytes()).is_some()) {
        return Vec::new();
    }
    let code = Code::new(text, if path.ends_with(".kts") { &lexis::KOTLIN } else { &lexis::SCALA });
    let script = Script { code };
    let found = (0..script.code.len()).filter_map(|at| {
        let (says, value) = script.key(at)?;
        let (version, range) = script.version(value, 0)?;
        (!script.is_of_tests(at)).then_some(Declaration { says, version, range })
    });
    found.collect()
}

struct Script<'t> {
    code: Code<'t>,
}

impl Script<'_> {
    /// What the word here sets, and where its value begins.
    fn key(&self, at: usize) -> Option<(Says, usize)> {
        let word = self.code.word(at)?;
        let after = |name: &str| self.code.is_before(at, ".") && at.checked_sub(2).is_some_and(|owner| self.code.is_word(owner, name));
        let within = |names: &[&str]| self.heads(at).next().is_some_and(|open| names.contains(&self.last_word(open)));
        let says = match word {
            "sourceCompatibility" => Says::Source,
            "targetCompatibility" | "jvmTarget" => Says::Target,
            "release" if after("options") || within(&["options"]) => Says::Target,
            "languageVersion" if after("toolchain") || within(&["toolchain", "jvmToolchain"]) => Says::Toolchain,
            "jvmToolchain" if self.code.is(at + 1, "(") => Says::Toolchain,
            _ => return None,
        };
        Some((says, self.assigned(at + 1)?))
    }

    /// Where the value begins that is assigned here: `= v`, `.set(v)`, `(v)`, `v`.
    fn assigned(&self, at: usize) -> Option<usize> {
        let is_call = self.code.is(at, ".") && self.code.is_one_of(at + 1, &["set", "convention"]) && self.code.is(at + 2, "(");
        match self.code.token(at)? {
            _ if is_call => Some(at + 3),
            Token::Sign(b'=') if !self.code.is(at, "==") => Some(self.code.skip(at + 1)),
            Token::Sign(b'(') => Some(at + 1),
            Token::Word | Token::Text { .. } | Token::Number => Some(at),
            _ => None,
        }
    }

    /// The version that an expression comes to.
    fn version(&self, at: usize, steps: usize) -> Option<(Version, Range<usize>)> {
        if steps > STEPS {
            return None;
        }
        match self.code.token(at)? {
            Token::Number => Some((Version::Here, self.code.range(at))),
            Token::Text { .. } => self.code.text(at).filter(|(text, plain, _)| *plain && is_version(text)).map(|(_, _, range)| (Version::Here, range)),
            Token::Word => self.named(at, steps),
            _ => None,
        }
    }

    /// The version that a name stands for: `JavaVersion.VERSION_21`, `libs.versions.java.get()`, `javaVersion`.
    fn named(&self, at: usize, steps: usize) -> Option<(Version, Range<usize>)> {
        let places: Vec<usize> = (0..STEPS).map(|i| at + 2 * i).take_while(|place| *place == at || self.code.is(place - 1, ".")).collect();
        let words: Vec<&str> = places.iter().map_while(|place| self.code.word(*place)).collect();
        for (place, word) in places.iter().zip(&words) {
            let number = word.strip_prefix("VERSION_").or_else(|| word.strip_prefix("JVM_"));
            if let Some(number) = number.map(|number| number.strip_prefix("1_").unwrap_or(number)) {
                let end = self.code.range(*place).end;
                return is_version(number).then(|| (Version::Here, end - number.len()..end));
            }
        }
        let (last, end) = (words.last()?, *places.get(words.len().checked_sub(1)?)?);
        if AROUND.contains(last) && self.code.is(end + 1, "(") {
            return self.version(end + 2, steps + 1);
        }
        let range = self.code.range(at).start..self.code.range(end).end;
        if let ["libs", "versions", alias @ ..] = words.as_slice() {
            let alias: Vec<&str> = alias.iter().copied().take_while(|part| !BEHIND.contains(part)).collect();
            return Some((Version::Catalogue(alias.join(".")), range));
        }
        if matches!(*last, "property" | "findProperty" | "gradleProperty") && self.code.is(end + 1, "(") {
            return Some((Version::Property(self.code.plain(end + 2)?.to_owned()), range));
        }
        let name = words.iter().rev().find(|word| !BEHIND.contains(word))?;
        self.constant(name, steps).or_else(|| Some((Version::Property((*name).to_owned()), range)))
    }

    /// The version that a script gives a name of its own: `val javaVersion = 21`, `ext.javaVersion = '21'`.
    fn constant(&self, name: &str, steps: usize) -> Option<(Version, Range<usize>)> {
        let given = (0..self.code.len()).filter(|at| self.code.is_word(*at, name)).find(|at| self.code.is(at + 1, "=") && !self.code.is(at + 1, "=="))?;
        self.version(given + 2, steps + 1)
    }

    /// The opening braces around a place, the nearest first.
    fn heads(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.code.around(at), |open| self.code.around(*open)).filter(|open| self.code.is(*open, "{"))
    }

    /// The word that names a block: the last one before its brace and the brackets of a call.
    fn last_word(&self, open: usize) -> &str {
        let before = open.saturating_sub(1);
        let at = if self.code.is(before, ")") { self.code.mate(before).unwrap_or(0).saturating_sub(1) } else { before };
        self.code.word(at).unwrap_or("")
    }

    /// Whether a place stands in a block that is about tests: `tasks.named("compileTestJava") { … }`.
    fn is_of_tests(&self, at: usize) -> bool {
        let line = |open: usize| (open.saturating_sub(HEAD)..open).rev().take_while(|at| !self.code.is_break(*at) && !self.code.is(*at, "{"));
        let tells =
            |at: usize| matches!(self.code.token(at), Some(Token::Word | Token::Text { .. })) && self.code.raw(at).to_ascii_lowercase().contains("test");
        self.heads(at).chain([at]).any(|open| line(open).any(tells))
    }
}

fn is_version(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || c == '.')
}
