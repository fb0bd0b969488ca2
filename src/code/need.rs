//! What becomes of a reader without the variable, as the code around the read tells: a fallback behind
//! it, a test around it, an assertion, a guard that ends the program.

use std::ops::Range;

use super::finder::Finder;
use super::lex::Token;
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
    /// Whether it is only reached where the variable is there: `os.environ["X"] if "X" in os.environ`.
    pub(super) tested_first: bool,
}

/// How far a guard may stand from what it guards, in tokens.
const GUARD: usize = 120;

/// How long the block of a guard is looked at, in tokens.
const BLOCK: usize = 45;

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
    if at.settled.need != Some(Need::Optional) && at.is_tested() || at.settled.need == Some(Need::Optional) && at.is_in_test() {
        at.settled.guarded = at.guard_here();
        at.settled.need = Some(Need::Optional);
    }
    if at.settled.need.is_none() {
        if at.guard_later() {
            at.settled.guarded = true;
        } else if let Some(default) = at.given_later() {
            at.copes(default);
        }
    }
    at.settled
}

struct Surroundings<'f, 'c, 't> {
    finder: &'f Finder<'c, 't>,
    code: &'c Code<'t>,
    whole: Range<usize>,
    settled: Settled,
}

impl Surroundings<'_, '_, '_> {
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
        if callee.is_some_and(|callee| words.asserts.contains(callee)) && (last || code.is(self.whole.end, ",")) {
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
            || self.is_in_test()
    }

    /// Whether the expression is a part of the condition of an `if`.
    fn is_in_test(&self) -> bool {
        self.test().is_some()
    }

    /// The word that begins the condition which the expression is a part of.
    fn test(&self) -> Option<usize> {
        let (code, words) = (self.code, &self.finder.words.need);
        let is_test = |at: usize| code.word(at).is_some_and(|word| words.tests.contains(word) || word == "assert");
        let around = code.around(self.whole.start);
        if let Some(open) = around.filter(|open| code.is(*open, "(")) {
            let before = open.checked_sub(1)?;
            if is_test(before) {
                return Some(before);
            }
            // `if not (X and Y)`, `if (!(X))`
            if code.word(before).is_some_and(|word| word != "not") {
                return None;
            }
        }
        let line = (1..40).map_while(|back| self.whole.start.checked_sub(back));
        let stops = |at: usize| {
            code.is_break(at) && around.is_none()
                || code.is(at, "{")
                || code.is(at, ";")
                // `if let Ok(x) = …`, `if x, ok := …`
                || is_assignment(code, at) && !code.is(at + 1, "=") && !code.is_before(at, ":") && !code.is_before(at, ")")
        };
        line.take_while(|at| !stops(*at)).find(|at| is_test(*at))
    }

    /// Whether what follows the test that the expression is in ends the program.
    fn guard_here(&self) -> bool {
        self.settled.guarded || self.test().is_some_and(|test| self.guards(test, self.whole.clone()))
    }

    /// Whether a condition denies what stands in `range`, and its block ends the program.
    fn guards(&self, test: usize, range: Range<usize>) -> bool {
        let (code, words) = (self.code, &self.finder.words.need);
        if code.is_word(test, "assert") {
            return true;
        }
        let close = if code.is(test + 1, "(") { code.mate(test + 1) } else { None };
        let end = close.unwrap_or_else(|| {
            (range.end..range.end + 40)
                .scan(range.end, |at, _| {
                    let here = *at;
                    *at = code.over(here);
                    Some(here)
                })
                .find(|at| code.is_break(*at) || code.is(*at, ":") || code.is(*at, "{") || code.is_word(*at, "then"))
                .unwrap_or(range.end)
        });
        let denies =
            |at: usize| code.is(at, "!") || code.is(at, "==") || code.is_word(at, "is") || code.word(at).is_some_and(|word| words.negations.contains(word));
        // `raise "…" unless X`: the statement stands before its test.
        let unless = code.is_word(test, "unless");
        if !unless && !(test..end).any(denies) {
            return false;
        }
        let before = (1..25).map_while(|back| test.checked_sub(back)).take_while(|at| !code.is_break(*at) && !code.is(*at, ";"));
        let is_fatal = |at: usize| code.word(at).is_some_and(|word| words.fatal.contains(word)) && !code.is(at + 1, ":");
        if before.clone().any(is_fatal) && !before.clone().any(|at| code.is(at, "}") || code.is(at, "{")) {
            return true;
        }
        let open = code.skip(end + 1);
        let open = if code.is(end, "{") { end } else { open };
        let limit = if code.is(open, "{") { code.mate(open).unwrap_or(open).min(open + BLOCK) } else { open + BLOCK / 2 };
        let leaves = |at: usize| {
            code.is_one_of(at, &["else", "elif", "elsif", "end", "def", "return", "if", "for", "const", "export"]) && !code.is(open, "{")
                || code.is(at, ";") && !code.is(open, "{")
        };
        (open..limit).take_while(|at| !leaves(*at) || code.is_word(*at, "return") && (is_fatal(at + 1) || is_fatal(at + 2))).any(is_fatal)
    }

    /// Whether what the read is assigned to is tested a little later, and the program ends there.
    fn guard_later(&self) -> bool {
        self.assigned().is_some_and(|names| self.guarded_names(&names, self.whole.end))
    }

    /// What the read is assigned to is given there a little later: `if (x == null) { x = "d"; }`.
    fn given_later(&self) -> Option<Option<String>> {
        let (code, from) = (self.code, self.whole.end);
        let names = self.assigned()?;
        (from..from + BLOCK).filter(|at| code.is_one_of(*at, &["if", "unless"])).find_map(|test| {
            let body = (test + 1..test + 16).find(|at| code.is(*at, "{") || code.is(*at, ":") && code.is_break(at + 1))?;
            let start = code.skip(body + 1);
            let given_there = (test + 1..body).any(|at| code.is_one_of(at, &names)) && code.is_one_of(start, &names) && is_assignment(code, start + 1);
            let end = (start + 2..start + 10).find(|at| ends(code, *at)).unwrap_or(start + 2);
            given_there.then(|| given(code, start + 2..end))
        })
    }

    /// The names that the read is assigned to.
    fn assigned(&self) -> Option<Vec<&str>> {
        let code = self.code;
        let Some(equals) = self.whole.start.checked_sub(1).map(|at| if code.is_one_of(at, &["await", "new"]) { at.saturating_sub(1) } else { at }) else {
            return None;
        };
        if !is_assignment(code, equals) {
            return None;
        }
        let left = (1..14)
            .map_while(|back| equals.checked_sub(back))
            .take_while(|at| !matches!(code.token(*at), Some(Token::Break | Token::Sign(b';' | b'{' | b'}'))));
        let names: Vec<&str> =
            left.filter_map(|at| code.word(at)).filter(|word| !matches!(*word, "const" | "let" | "var" | "string" | "_" | "self" | "this")).collect();
        Some(names)
    }

    /// Whether one of these names is tested within reach, and the program ends there.
    fn guarded_names(&self, names: &[&str], from: usize) -> bool {
        let (code, words) = (self.code, &self.finder.words.need);
        (from..from + GUARD).filter(|at| code.word(*at).is_some_and(|word| words.tests.contains(word) || word == "assert")).any(|test| {
            let condition = (test + 1..test + 30).take_while(|at| !code.is(*at, "{") && !(code.is_break(*at) && code.around(*at) == code.around(test)));
            condition.into_iter().find(|at| code.is_one_of(*at, names)).is_some_and(|at| self.guards(test, at..at + 1))
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

/// Whether names that were taken apart here are tested later, and the program ends there.
pub(super) fn is_guarded(finder: &Finder<'_, '_>, name: &str, from: usize) -> bool {
    let at = Surroundings { finder, code: finder.code, whole: from..from, settled: Settled::default() };
    at.guarded_names(&[name], from)
}
