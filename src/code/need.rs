//! What becomes of a reader without the variable, as the code around the read tells: a fallback behind
//! it, a test around it, an assertion, a guard that ends the program.

use std::ops::Range;

use super::finder::Finder;
use super::guard::Guard;
use super::helper;
use super::named::{ends, is_assignment};
use super::tokens::Code;
use crate::model::Need;

/// What the surroundings of a read say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settled {
    /// It is written there, not read.
    pub(super) written: bool,
    /// What becomes of the reader.
    pub(super) need: Option<Need>,
    /// What it takes instead.
    pub(super) default: Option<String>,
    /// Whether the program ends where it is not there.
    pub(super) guarded: bool,
    /// What is only reached where it is there, in bytes.
    pub(super) gate: Option<Range<usize>>,
    /// Whether it is only reached where the variable is there: `os.environ["X"] if "X" in os.environ`.
    pub(super) tested_first: bool,
}

/// How far a test may stand from what it gives a value, in tokens.
const NEAR: usize = 45;

/// The operators that give a fallback.
const FALLBACKS: &[&str] = &["||", "??", "?:", "//"];

/// Asks the surroundings of an expression.
pub(super) fn settle(finder: &Finder<'_, '_>, whole: Range<usize>) -> Settled {
    let mut at = Surroundings { finder, code: finder.code, whole, settled: Settled::default() };
    if at.is_written() {
        return Settled { written: true, ..Settled::default() };
    }
    for _ in 0..4 {
        at.behind();
        if at.settled.need == Some(Need::Optional) || !at.widen() {
            break;
        }
    }
    let guard = at.guard();
    let copes = at.settled.need == Some(Need::Optional);
    let test = guard.test(at.whole.start);
    if copes && test.is_some() || !copes && at.is_tested() {
        at.settled.guarded |= test.is_some_and(|test| guard.ends_program(test, &at.whole));
        at.settled.gate = test.filter(|_| !at.settled.guarded).and_then(|test| guard.gate(test, &at.whole));
        at.settled.need = Some(Need::Optional);
    }
    // `X || ''` copes with nothing when it is tested and refused below.
    let open = at.settled.need.is_none() || at.settled.default.as_deref() == Some("");
    at.settled.guarded |= open && guard.later(&at.whole);
    if let Some(fails) = guard.caught(&at.whole) {
        at.settled.guarded |= fails;
        at.settled.tested_first = true;
        at.settled.need = Some(Need::Optional);
    }
    if at.settled.need.is_none()
        && !at.settled.guarded
        && let Some(default) = at.given_later()
    {
        at.copes(default);
    }
    at.settled
}

struct Surroundings<'f, 'c, 't> {
    finder: &'f Finder<'c, 't>,
    code: &'c Code<'t>,
    whole: Range<usize>,
    settled: Settled,
}

impl<'f, 'c, 't> Surroundings<'f, 'c, 't> {
    fn guard(&self) -> Guard<'f, 'c, 't> {
        Guard::new(self.finder)
    }

    fn is_written(&self) -> bool {
        let (code, Range { start, end }) = (self.code, self.whole.clone());
        let compound = |sign: &str| code.is(end, sign) && !code.is(end, &format!("{sign}="));
        is_assignment(code, end) && !code.is(end, "=>")
            || ["+=", "-=", ".="].iter().any(|sign| compound(sign))
            || start > 0 && code.is_one_of(start - 1, &["delete", "del", "unset"])
    }

    /// What stands directly behind: methods, casts, fallbacks, comparisons.
    fn behind(&mut self) {
        let code = self.code;
        let words = &self.finder.words.need;
        for _ in 0..8 {
            let next = code.skip(self.whole.end);
            // A line that begins with an operator or a dot goes on with this one.
            let end = if next == self.whole.end || code.is(next, ".") || code.is(next, "?.") || FALLBACKS.iter().any(|sign| code.is(next, sign)) {
                next
            } else {
                self.whole.end
            };
            let member = if code.is(end, ".") {
                Some(end + 1)
            } else if code.is(end, "?.") {
                Some(end + 2)
            } else {
                None
            };
            if let Some(method) = member.filter(|method| code.word(*method).is_some()) {
                let name = code.raw(method);
                let called = code.is(method + 1, "(");
                if words.optional_methods.contains(name) {
                    let default = if called { code.arguments(method + 1).first().and_then(|first| given(code, first.clone())) } else { None };
                    let settled = default.is_some();
                    self.copes(default);
                    if settled {
                        return;
                    }
                } else if words.required_methods.contains(name) {
                    self.settled.need = Some(Need::Required);
                } else if member == Some(end + 2) && !self.finder.question_fails {
                    self.settled.need = Some(Need::Optional);
                } else if member == Some(end + 2) {
                    self.settled.need = self.settled.need.or(Some(Need::Required));
                }
                self.whole.end = if called { code.over(method + 1) } else { method + 1 };
                continue;
            }
            if code.is(end, "!") && !code.is(end, "!=") {
                self.settled.need = Some(Need::Required);
                self.whole.end = if code.is(end, "!!") { end + 2 } else { end + 1 };
            } else if code.is_word(end, "as") && code.word(end + 1).is_some() {
                self.cast(end + 1);
            } else if let Some(sign) = FALLBACKS.iter().find(|sign| code.is(end, sign)) {
                let written = code.is(end + sign.len(), "=");
                return self.falls_back(end + sign.len() + usize::from(written));
            } else if code.is_word(end, "or") {
                return self.falls_back(end + 1);
            } else if code.is(end, "?") {
                if !self.finder.question_fails {
                    return self.copes(None);
                }
                self.settled.need = self.settled.need.or(Some(Need::Required));
                self.whole.end = end + 1;
            } else if ["==", "!=", "&&", "=~"].iter().any(|sign| code.is(end, sign))
                || code.is_one_of(end, &["is", "in", "and"]) && code.word(end + 1).is_none_or(|word| word != "range")
            {
                return self.copes(None);
            } else if code.is_word(end, "if") && end == self.whole.end {
                return self.conditional(end);
            } else {
                return;
            }
        }
    }

    fn copes(&mut self, default: Option<String>) {
        self.settled.need = Some(Need::Optional);
        self.settled.default = default;
    }

    /// `as string`, `as string | undefined`
    fn cast(&mut self, of: usize) {
        let code = self.code;
        let mut end = of + 1;
        let mut open = false;
        while code.is(end, ".") || code.is(end, "|") || code.is(end, "<") || code.is(end, ">") || code.is(end, "[]") {
            open |= code.is(end, "|");
            end += if code.word(end + 1).is_some() || code.is(end, "[]") { 2 } else { 1 };
        }
        if !open && code.is_one_of(of, &["string", "String", "number"]) && self.settled.need.is_none() {
            self.settled.need = Some(Need::Required);
        }
        self.whole.end = end;
    }

    /// The last of several fallbacks is what holds in the end.
    fn falls_back(&mut self, from: usize) {
        let (code, words) = (self.code, &self.finder.words.need);
        let (mut start, mut at) = (code.skip(from), code.skip(from));
        let fails = |at: usize| {
            code.word(at).is_some_and(|word| words.fatal.contains(word))
                || code.is(at + 1, ".") && code.word(at + 2).is_some_and(|word| words.fatal.contains(word))
        };
        // `?: error("…")` of Kotlin.
        if fails(start) || code.is_word(start, "error") && code.is(start + 1, "(") {
            self.settled.need = Some(Need::Required);
            self.settled.guarded = true;
            return;
        }
        for _ in 0..60 {
            let sign = FALLBACKS.iter().find(|sign| code.is(at, sign)).map_or(usize::from(code.is_word(at, "or")), |sign| sign.len());
            if sign > 0 {
                start = code.skip(at + sign);
                at = start;
            } else if code.is_break(at) && FALLBACKS.iter().any(|sign| code.is(at + 1, sign)) {
                at += 1;
            } else if at > start && ends(code, at) {
                break;
            } else {
                at = code.over(at);
            }
        }
        self.copes(given(code, start..at));
    }

    /// `X if "X" in os.environ else "d"`
    fn conditional(&mut self, at: usize) {
        let code = self.code;
        let Some(otherwise) = (at..at + 24).take_while(|place| !code.is_break(*place) || code.around(at).is_some()).find(|place| code.is_word(*place, "else"))
        else {
            return;
        };
        let end = (otherwise + 1..otherwise + 8).find(|place| ends(code, *place)).unwrap_or(otherwise + 2);
        self.copes(code.literal(otherwise + 1..end));
        self.settled.tested_first = true;
    }

    /// Goes on with the brackets around, where the expression is their first part; whether it was.
    fn widen(&mut self) -> bool {
        let (code, words) = (self.code, &self.finder.words.need);
        let Some(open) = code.around(self.whole.start).filter(|open| code.is(*open, "(")) else { return false };
        let Some(close) = code.mate(open) else { return false };
        if code.skip(open + 1) != self.whole.start {
            return false;
        }
        let callee = open.checked_sub(1).and_then(|callee| code.word(callee));
        let last = code.skip(self.whole.end) == close;
        let required = &self.finder.words.helpers.required;
        let asserts = |callee: &str| words.asserts.contains(callee) || callee != "expect" && helper::words(callee).iter().any(|word| required.contains(word));
        if callee.is_some_and(asserts) && (last || code.is(self.whole.end, ",")) {
            self.settled.need = Some(Need::Required);
            self.settled.guarded = true;
            return false;
        }
        if callee.is_some_and(|callee| words.tests.contains(callee)) || !(last || code.is(self.whole.end, ",") && callee.is_some()) {
            return false;
        }
        if callee.is_some_and(|callee| words.negations.contains(callee)) && last {
            // `IsNullOrEmpty(…)`, `isset(…)`
            self.settled.need = Some(Need::Optional);
        }
        let start = if callee.is_some() {
            (0..4).fold(open - 1, |at, _| if code.is_before(at, ".") && at > 1 && code.word(at - 2).is_some() { at - 2 } else { at })
        } else {
            open
        };
        self.whole = start..close + 1;
        true
    }

    /// Whether the expression itself is a test: `if (X)`, `!X`, `assert X`, `X and`, `Boolean(X)`.
    fn is_tested(&mut self) -> bool {
        let code = self.code;
        let start = self.whole.start;
        let Some(before) = start.checked_sub(1) else { return false };
        if code.is_word(before, "assert") {
            self.settled.guarded = true;
            return true;
        }
        code.is(before, "!")
            || code.is_one_of(before, &["not", "Boolean", "bool", "typeof"])
            || code.is_one_of(start, &["Boolean", "bool"])
            || self.guard().test(start).is_some()
    }

    /// What the read is assigned to is given there a little later: `if (x == null) { x = "d"; }`.
    fn given_later(&self) -> Option<Option<String>> {
        let (code, from) = (self.code, self.whole.end);
        let names = self.guard().assigned(&self.whole)?;
        (from..from + NEAR).filter(|at| code.is_one_of(*at, &["if", "unless"])).find_map(|test| {
            let body = (test + 1..test + 16).find(|at| code.is(*at, "{") || code.is(*at, ":") && code.is_break(at + 1))?;
            let start = code.skip(body + 1);
            let given_there = (test + 1..body).any(|at| code.is_one_of(at, &names)) && code.is_one_of(start, &names) && is_assignment(code, start + 1);
            let end = (start + 2..start + 10).find(|at| ends(code, *at)).unwrap_or(start + 2);
            given_there.then(|| given(code, start + 2..end))
        })
    }
}

/// The literal that a fallback comes to: `"d"`, `|| "d".to_owned()`, `String::from("d")`, `() -> "d"`.
fn given(code: &Code<'_>, range: Range<usize>) -> Option<String> {
    let mut start = range.start;
    if code.is(start, "|") {
        start = (start + 1..range.end.min(start + 4)).find(|at| code.is(*at, "|"))? + 1;
    } else if code.is(start, "()") {
        start += 2;
    }
    start += if code.is(start, "=>") || code.is(start, "->") { 2 } else { 0 };
    let made = code.is_word(start, "String") && code.is(start + 1, "::") && code.is(start + 4, "(") && code.over(start + 4) == range.end;
    let whole = if made { start + 5..range.end - 1 } else { start..range.end };
    // `"d".into()`
    let turned = code.plain(start).is_some() && code.is(start + 1, ".") && code.is_one_of(start + 2, &["to_owned", "to_string", "into", "to_s", "freeze"]);
    code.literal(whole).or_else(|| turned.then(|| code.literal(start..start + 1)).flatten())
}
