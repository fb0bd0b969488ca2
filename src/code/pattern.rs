//! The forms of reads, compiled from their table, and one pass over the tokens that finds them by
//! their first word.

use std::collections::HashMap;
use std::ops::Range;

use super::alias;
use super::finder::{Finder, is_upper_name};
use super::named;
use super::tokens::Code;
use super::{helper, wrapper};
use crate::catalog::Reads;
use crate::model::Need;

/// One part of a form, before the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Word(String),
    Sign(u8),
}

/// Where a form has the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    /// `.NAME`
    Name,
    /// `[TEXT]`, `{TEXT}`
    Index(&'static str),
    /// `(_, TEXT, DEFAULT?)`: how many arguments stand before it, whether the next is a default, and
    /// whether all that follow are names as well.
    Call { before: usize, default: bool, many: bool },
}

#[derive(Debug)]
struct Form {
    parts: Vec<Part>,
    /// How many of the parts are the object; none for a form that has no object.
    object: usize,
    tail: Tail,
    need: Option<Need>,
    /// Only names in upper case.
    upper: bool,
    /// None that begin so.
    except: Vec<String>,
    /// The name is the beginning of all that are read.
    prefix: bool,
    /// Only in files that hold one of these; in all where there are none.
    when: Vec<String>,
}

/// The forms of a language.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    /// The longest first.
    forms: Vec<Form>,
    by_word: HashMap<String, Vec<usize>>,
    /// What their first words begin with: most words of a file begin otherwise.
    initials: Vec<u8>,
    /// How long their first words are, a bit each.
    lengths: u64,
}

/// The parts of a written form up to its name, and how it goes on.
fn parse(form: &str, word_end: &[u8]) -> (Vec<Part>, Option<Tail>) {
    let mut parts = Vec::new();
    let mut rest = form;
    while let Some(first) = rest.chars().next() {
        let before = rest.split_once("TEXT").map_or("", |(before, _)| before);
        match first {
            '(' if before.bytes().all(|b| matches!(b, b'(' | b'_' | b',' | b' ')) && rest.contains("TEXT") => {
                return (parts, Some(Tail::Call { before: before.matches('_').count(), default: rest.contains("DEFAULT?"), many: rest.contains("TEXT...") }));
            }
            '[' if rest.starts_with("[TEXT]") => return (parts, Some(Tail::Index("["))),
            '{' if rest.starts_with("{TEXT}") => return (parts, Some(Tail::Index("{"))),
            _ if rest == "NAME" || rest == "NAME}" => return (parts, Some(Tail::Name)),
            _ if first.is_ascii_alphabetic() || matches!(first, '_' | '$') => {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(rest.len());
                let end = if rest.as_bytes().get(end).is_some_and(|byte| word_end.contains(byte)) { end + 1 } else { end };
                let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                parts.push(Part::Word(word.to_owned()));
                rest = after;
                continue;
            }
            _ => parts.push(Part::Sign(u8::try_from(first).unwrap_or(b' '))),
        }
        rest = rest.get(1..).unwrap_or("");
    }
    (parts, None)
}

/// The bit of a word's length.
fn bit(word: &str) -> u64 {
    1 << word.len().min(63)
}

impl Patterns {
    /// The forms of one language.
    pub(super) fn of(language: &str, word_end: &[u8], reads: &Reads) -> Patterns {
        let mut patterns = Patterns::default();
        for row in reads.read.iter().filter(|row| row.languages.iter().any(|name| name == language)) {
            let none = [String::new()];
            let objects = if row.objects.is_empty() { none.iter() } else { row.objects.iter() };
            for (object, form) in objects.flat_map(|object| row.forms.iter().map(move |form| (object, form))) {
                let (parts, tail) = parse(&format!("{object}{form}"), word_end);
                if let Some(tail) = tail {
                    patterns.forms.push(Form {
                        parts,
                        object: parse(object, word_end).0.len(),
                        tail,
                        need: row.need,
                        upper: row.upper,
                        except: row.except.clone(),
                        prefix: row.prefix,
                        when: row.when.clone(),
                    });
                }
            }
        }
        patterns.forms.sort_by_key(|form| std::cmp::Reverse(form.parts.len()));
        for (index, form) in patterns.forms.iter().enumerate() {
            if let Some(Part::Word(word)) = form.parts.first() {
                patterns.by_word.entry(word.clone()).or_default().push(index);
                patterns.initials.extend(word.bytes().next());
                patterns.lengths |= bit(word);
            }
        }
        patterns.initials.sort_unstable();
        patterns.initials.dedup();
        patterns
    }

    /// The forms that begin with the word here.
    fn beginning(&self, word: &str) -> impl Iterator<Item = &Form> {
        let known = self.lengths & bit(word) != 0 && word.bytes().next().is_some_and(|byte| memchr::memchr(byte, &self.initials).is_some());
        let forms = if known { self.by_word.get(word) } else { None };
        forms.into_iter().flatten().filter_map(|index| self.forms.get(*index))
    }

    /// The forms of the object that these parts are.
    fn of_object(&self, object: &[Part]) -> impl Iterator<Item = &Form> {
        self.forms.iter().filter(move |form| form.object > 0 && form.parts.get(..form.object) == Some(object))
    }
}

/// The place behind these parts, where they stand here.
fn follow(code: &Code<'_>, at: usize, parts: &[Part]) -> Option<usize> {
    parts.iter().try_fold(at, |at, part| {
        // A chain of calls may go on in the next line.
        let at = if *part == Part::Sign(b'.') { code.skip(at) } else { at };
        let fits = match part {
            Part::Word(word) => code.is_word(at, word),
            Part::Sign(sign) => code.is(at, std::str::from_utf8(std::slice::from_ref(sign)).unwrap_or("")),
        };
        fits.then_some(at + 1)
    })
}

/// Words that define what they stand before.
const DEFINES: &[&str] = &["def", "defp", "function", "func", "fn", "fun", "class", "interface", "import", "new", "sub", "type"];

/// Whether a first word here can be the beginning of a form: a member of something else is not what
/// it is called like.
fn may_begin(code: &Code<'_>, at: usize) -> bool {
    let upper = code.raw(at).starts_with(|c: char| c.is_ascii_uppercase());
    let own = at > 1 && code.is_one_of(at - 2, &["this", "self"]);
    let member = code.is_before(at, ".") && !code.is_before(at, "...") && !upper && !own;
    !(member || code.is_before(at, "->") || at > 0 && code.is_one_of(at - 1, DEFINES))
}

/// Finds every read that a form tells, and those by a project's own functions.
pub(super) fn find(finder: &mut Finder<'_, '_>, patterns: &Patterns) {
    let code = finder.code;
    let aliases = alias::find(code, patterns);
    // Up to where a form has told what the words mean.
    let mut told = 0;
    for at in 0..code.len() {
        let Some(word) = code.word(at) else { continue };
        if let Some(object) = alias::object(code, patterns, &aliases, at) {
            inside(finder, &object);
            finder.objects.push(object);
        }
        let mut forms = patterns.beginning(word).filter(|_| may_begin(code, at));
        if let Some(form) = forms.find(|form| follow(code, at, &form.parts).is_some_and(|end| read(finder, form, at, end, true))) {
            told = at + form.parts.len();
            continue;
        }
        let by_alias = alias::object_of(code, &aliases, at).is_some_and(|object| {
            patterns.of_object(object).any(|form| {
                let tail = form.parts.get(form.object..).and_then(|parts| follow(code, at + 1, parts));
                tail.is_some_and(|end| read(finder, form, at, end, false))
            })
        });
        if !by_alias && at >= told {
            helper::find(finder, at);
        }
    }
    wrapper::find(finder);
}

/// `"X" in os.environ`: a test for a name.
fn inside(finder: &mut Finder<'_, '_>, object: &Range<usize>) {
    let code = finder.code;
    let Some(inside) = object.start.checked_sub(1).filter(|inside| code.is_word(*inside, "in")) else { return };
    let text = inside.checked_sub(1).map(|before| if code.is_word(before, "not") { before.saturating_sub(1) } else { before });
    if let Some(text) = text {
        finder.tested(text, text..object.end);
    }
}

/// Takes what a form reads; `end` is the place behind its parts. Whether it was one.
fn read(finder: &mut Finder<'_, '_>, form: &Form, first: usize, end: usize, exact: bool) -> bool {
    let (code, text) = (finder.code, finder.text);
    if !form.when.is_empty() && !form.when.iter().any(|sign| text.contains(sign.as_str())) {
        return false;
    }
    let admits = |argument: Range<usize>| {
        let name = argument.into_iter().find_map(|at| code.plain(at));
        !form.upper && form.except.is_empty()
            || name.is_some_and(|name| is_upper_name(name) && !form.except.iter().any(|start| name.starts_with(start.as_str())))
    };
    match form.tail {
        Tail::Name => {
            let Some(name) = code.word(end) else { return false };
            let upper = !name.bytes().any(|byte| byte.is_ascii_lowercase());
            if !exact && !upper || code.is(end + 1, "(") {
                return false;
            }
            // `$ENV{NAME}`
            let behind = if code.is_before(end, "{") && code.is(end + 1, "}") { end + 2 } else { end + 1 };
            finder.take(name, code.range(end), first..behind, form.need, None);
            true
        }
        Tail::Index(open) => {
            let Some(close) = code.mate(end).filter(|close| code.is(end, open) && admits(end + 1..*close)) else { return false };
            finder.argument(end + 1..close, first..close + 1, form.need, None);
            true
        }
        Tail::Call { before, default, many } => {
            let spare = |at: usize| if default && code.is(at, ",") { literal_behind(code, at + 1) } else { None };
            if before == 0 && code.plain(end).is_some() {
                // `System.get_env "X", "d"`: no brackets.
                let (stop, default) = spare(end + 1).map_or((end + 1, None), |(stop, text)| (stop, Some(text)));
                finder.argument(end..end + 1, first..stop, form.need, default);
                return true;
            }
            // `get<string>("X")`
            let end = if code.is(end, "<") { (end + 1..end + 8).find(|at| code.is(*at, ">")).map_or(end, |at| at + 1) } else { end };
            let Some(close) = code.mate(end).filter(|_| code.is(end, "(")) else { return false };
            let arguments = code.arguments(end);
            let Some(name) = arguments.get(before).filter(|name| admits((*name).clone())) else { return false };
            if form.prefix {
                finder.prefix(name.clone());
                return true;
            }
            for more in arguments.get(before + 1..).unwrap_or(&[]).iter().filter(|_| many) {
                finder.argument(more.clone(), first..close + 1, form.need, None);
            }
            let default = default.then(|| named::default(finder, arguments.get(before + 1..).unwrap_or(&[]))).flatten();
            finder.argument(name.clone(), first..close + 1, form.need, default);
            true
        }
    }
}

/// The literal that stands here, and the place behind it.
fn literal_behind(code: &Code<'_>, at: usize) -> Option<(usize, Option<String>)> {
    code.token(at).map(|_| (at + 1, code.literal(at..at + 1)))
}

impl Patterns {
    /// The object of this name, as its forms have it.
    pub(super) fn object(&self, name: &str) -> Option<&[Part]> {
        let parts = parse(name, &[]).0;
        let form = self.forms.iter().find(|form| form.object > 0 && form.parts.get(..form.object) == Some(parts.as_slice()))?;
        form.parts.get(..form.object)
    }

    /// The object that begins here, and the place behind it.
    pub(super) fn object_at(&self, code: &Code<'_>, at: usize) -> Option<(&[Part], usize)> {
        let mut forms = self.beginning(code.word(at)?).filter(|form| form.object > 0).peekable();
        forms.peek().filter(|_| may_begin(code, at))?;
        forms.find_map(|form| {
            let object = form.parts.get(..form.object)?;
            Some((object, follow(code, at, object)?))
        })
    }
}
