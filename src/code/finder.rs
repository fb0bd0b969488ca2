//! Collects what a file reads: names are checked, literals that stand for a name are looked up, and
//! the code around each read is asked what becomes of it.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Range;

use super::helper;
use super::named::Named;
use super::need::{self, Settled};
use super::tokens::Code;
use super::wrapper::{self, Wrapper};
use super::{Found, Language};
use crate::catalog::{Catalog, Reads};
use crate::model::{Need, Stance};

/// What has been found in a file so far.
pub(super) struct Finder<'c, 't> {
    /// The file.
    pub(super) code: &'c Code<'t>,
    /// Its path.
    pub(super) path: &'c str,
    /// Its text.
    pub(super) text: &'t str,
    /// The words.
    pub(super) words: &'static Reads,
    /// Whether `?` behind an expression lets the function fail.
    pub(super) question_fails: bool,
    /// Where the environment as a whole stands, in tokens.
    pub(super) objects: Vec<Range<usize>>,
    found: Vec<Found>,
    /// What a language knows better than the forms do.
    better: Vec<Found>,
    /// Blocks, in bytes, that are only reached where some variable is there: what they read is not needed without it.
    gates: Vec<Range<usize>>,
    /// Where names that only a run seems to know are known after all.
    known: HashSet<usize>,
    /// Functions of the file that read what they are asked for.
    pub(super) wrappers: Vec<Wrapper<'t>>,
    named: OnceCell<Named<'t>>,
}

/// Whether a text can be the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= 200
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a text is written as names of variables mostly are.
pub(super) fn is_upper_name(text: &str) -> bool {
    is_name(text) && text.len() > 2 && text.bytes().any(|byte| byte.is_ascii_uppercase()) && !text.bytes().any(|byte| byte.is_ascii_lowercase())
}

impl<'c, 't> Finder<'c, 't> {
    pub(super) fn new(code: &'c Code<'t>, path: &'c str, text: &'t str, language: &Language) -> Finder<'c, 't> {
        let words = &Catalog::get().reads;
        Finder {
            code,
            path,
            text,
            words,
            question_fails: language.lexis.question_fails,
            objects: Vec::new(),
            found: Vec::new(),
            better: Vec::new(),
            gates: Vec::new(),
            known: HashSet::new(),
            wrappers: Vec::new(),
            named: OnceCell::new(),
        }
    }

    /// What was found, in the order of places; of several of one name at one place the one that needs it most.
    pub(super) fn finish(mut self) -> Vec<Found> {
        for found in self.found.iter_mut().filter(|found| found.need == Need::Required) {
            if self.gates.iter().any(|gate| gate.contains(&found.range.start)) {
                found.need = Need::Optional;
            }
        }
        let better: HashSet<usize> = self.better.iter().map(|found| found.range.start).collect();
        let rest = self
            .found
            .into_iter()
            .filter(|found| !(better.contains(&found.range.start) || found.stance == Stance::Dynamic && self.known.contains(&found.range.start)));
        let mut all: Vec<Found> = rest.chain(self.better).collect();
        all.sort_by(|a, b| (a.range.start, &a.name, a.need).cmp(&(b.range.start, &b.name, b.need)));
        all.dedup_by(|later, first| later.range.start == first.range.start && later.name == first.name && later.stance == first.stance);
        all
    }

    /// Takes what a language knows better than the forms do.
    pub(super) fn better(&mut self, found: impl IntoIterator<Item = Found>) {
        self.better.extend(found);
    }

    /// Notes that the name which an expression gives here is known.
    pub(super) fn is_known(&mut self, at: usize) {
        self.known.insert(self.code.range(at).start);
    }

    /// Lists and constants of the file.
    pub(super) fn named(&self) -> &Named<'t> {
        self.named.get_or_init(|| Named::of(self.code))
    }

    /// Takes something as it is.
    pub(super) fn push(&mut self, found: Found) {
        self.found.push(found);
    }

    /// Takes a name that a schema or a manifest tells all of.
    pub(super) fn declare(&mut self, name: &str, range: Range<usize>, stance: Stance, need: Need, default: Option<String>) {
        if is_name(name) {
            self.push(Found { name: name.to_owned(), range, stance, need, default });
        }
    }

    /// A table of the file has a default for this name: reads of it here do not fail.
    pub(super) fn copes(&mut self, name: &str, default: Option<&str>) {
        for found in self.found.iter_mut().filter(|found| found.name == name && found.default.is_none()) {
            found.need = Need::Optional;
            found.default = default.map(str::to_owned);
        }
    }

    /// Takes a read of this name: `whole` is the expression, `need` what its form says, `default` that
    /// it has one and the text where that is a literal.
    pub(super) fn take(&mut self, name: &str, range: Range<usize>, whole: Range<usize>, need: Option<Need>, default: Option<Option<String>>) {
        if !is_name(name) {
            return;
        }
        let settled = need::settle(self, whole.clone());
        if settled.written {
            return;
        }
        if Catalog::get().families.is_selector(name) {
            self.compared(name, &whole);
        }
        self.gates.extend(settled.gate.clone());
        let (need, default) = decide(need, default, settled);
        self.push(Found { name: name.to_owned(), range, stance: Stance::Read, need, default });
    }

    /// Takes what a variable is compared with: `== "production"`.
    fn compared(&mut self, name: &str, whole: &Range<usize>) {
        const SIGNS: [&str; 4] = ["===", "!==", "==", "!="];
        let behind = SIGNS.iter().find(|sign| self.code.is(whole.end, sign)).map(|sign| whole.end + sign.len());
        let before = SIGNS.iter().find(|sign| self.code.is_before(whole.start, sign)).and_then(|sign| whole.start.checked_sub(sign.len() + 1));
        for at in [behind, before].into_iter().flatten() {
            if let Some((value, true, range)) = self.code.text(at)
                && !value.is_empty()
            {
                let default = Some(value.to_owned());
                self.push(Found { name: name.to_owned(), range, stance: Stance::Awaited, need: Need::Bare, default });
            }
        }
    }

    /// Takes a read whose name is an expression: a literal, something that stands for literals of the
    /// file, or what only a run knows.
    pub(super) fn argument(&mut self, argument: Range<usize>, whole: Range<usize>, need: Option<Need>, default: Option<Option<String>>) {
        let code = self.code;
        let argument = self.unwrapped(argument);
        let constant = self.constant(&argument);
        let (literals, all_needed) = constant.map_or((Vec::new(), false), |at| self.named().literals(code, at));
        let need = if all_needed { Some(Need::Required) } else { need };
        if !literals.is_empty() {
            for at in literals {
                if let Some((name, _, range)) = code.text(at) {
                    self.take(name, range, whole.clone(), need, default.clone());
                }
            }
            return;
        }
        if argument.is_empty() || argument.len() == 1 && helper::is_parameter(self, argument.start) {
            return;
        }
        let settled = need::settle(self, whole);
        if settled.written {
            return;
        }
        let (settled, _) = decide(need, default, settled);
        if let Some(wrapper) = wrapper::of(self, argument.start, settled == Need::Optional).filter(|_| argument.len() == 1) {
            wrapper.add_to(&mut self.wrappers);
        }
        let range = code.range(argument.start).start..code.range(argument.end - 1).end;
        self.push(Found { name: self.head(argument), range, stance: Stance::Dynamic, need: Need::Bare, default: None });
    }

    /// The literal that an expression is, or the last word of the constant that it names: `X`, `self::X`,
    /// `Names.X`, `@x`.
    fn constant(&self, argument: &Range<usize>) -> Option<usize> {
        let code = self.code;
        let last = argument.end.checked_sub(1).filter(|_| argument.len() <= 6)?;
        let qualified = || argument.clone().all(|at| code.word(at).is_some() || [".", ":", "@"].iter().any(|sign| code.is(at, sign)));
        (argument.len() == 1 && code.plain(last).is_some() || code.word(last).is_some() && qualified()).then_some(last)
    }

    /// An argument without the name it is passed by (`name="X"`, `key: "X"`).
    fn unwrapped(&self, argument: Range<usize>) -> Range<usize> {
        let code = self.code;
        let start = code.skip(argument.start);
        let named = code.word(start).is_some() && (code.is(start + 1, "=") || code.is(start + 1, ":")) && code.plain(start + 2).is_some();
        let start = if named { start + 2 } else { start };
        let end = if argument.end > start && code.is_break(argument.end - 1) { argument.end - 1 } else { argument.end };
        start..end.max(start)
    }

    /// Takes every variable of a prefix: `AddEnvironmentVariables("APP_")`.
    pub(super) fn prefix(&mut self, argument: Range<usize>) {
        let argument = self.unwrapped(argument);
        if let Some((text, _, range)) = self.code.text(argument.start).filter(|(text, plain, _)| *plain && is_name(text)) {
            let name = if text.ends_with('_') { format!("{text}*") } else { format!("{text}_*") };
            self.push(Found { name, range, stance: Stance::Dynamic, need: Need::Bare, default: None });
        }
    }

    /// `PREFIX_*` where an expression begins with a literal, else `*`.
    fn head(&self, argument: Range<usize>) -> String {
        // `format!("PREFIX_{x}")`, `Sprintf("PREFIX_%s", x)`
        let opens = |at: &usize| self.code.word(*at).is_some() || [".", "!", "(", ":"].iter().any(|sign| self.code.is(*at, sign));
        let text = argument.clone().take(8).find(|at| !opens(at)).unwrap_or(argument.start);
        let whole = self.code.text(text).map_or("", |(text, _, _)| text);
        let end = whole.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(whole.len());
        let joined = end < whole.len() || argument.len() > 1;
        let head = whole.get(..end).filter(|head| joined && is_name(head)).unwrap_or("");
        format!("{head}*")
    }

    /// Takes a test whether there is a variable of the name that a token stands for.
    pub(super) fn tested(&mut self, name: usize, whole: Range<usize>) {
        if !self.named().literals(self.code, name).0.is_empty() {
            self.argument(name..name + 1, whole, Some(Need::Optional), None);
        }
    }
}

/// What form, arguments and surroundings say together: a guard that ends the program weighs most, then
/// a default, then the form.
fn decide(form: Option<Need>, default: Option<Option<String>>, settled: Settled) -> (Need, Option<String>) {
    if settled.guarded {
        return (Need::Required, None);
    }
    if let Some(default) = default {
        return (Need::Optional, default);
    }
    match (form, settled.need) {
        (Some(Need::Required), _) if !settled.tested_first => (Need::Required, None),
        (_, Some(need)) => (need, settled.default),
        (form, None) => (form.unwrap_or(Need::Bare), settled.default),
    }
}
