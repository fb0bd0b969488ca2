//! Guards: a test of what was read whose block ends the program or the function. Whoever has one needs
//! the variable.

use std::ops::Range;

use super::finder::Finder;
use super::lex::Token;
use super::named::is_assignment;
use super::tokens::Code;
use crate::catalog::NeedWords;

/// How far a guard may stand from what it guards, in tokens.
const FAR: usize = 120;

/// How long the block of a guard is looked at, in tokens.
const BLOCK: usize = 45;

/// Looks for guards in a file.
pub(super) struct Guard<'f, 'c, 't> {
    code: &'c Code<'t>,
    text: &'t str,
    words: &'f NeedWords,
}

impl<'f, 'c, 't> Guard<'f, 'c, 't> {
    pub(super) fn new(finder: &'f Finder<'c, 't>) -> Guard<'f, 'c, 't> {
        Guard { code: finder.code, text: finder.text, words: &finder.words.need }
    }

    fn is_test(&self, at: usize) -> bool {
        self.code.word(at).is_some_and(|word| self.words.tests.contains(word) || word == "assert")
    }

    fn is_fatal(&self, at: usize) -> bool {
        self.code.word(at).is_some_and(|word| self.words.fatal.contains(word)) && !self.code.is(at + 1, ":")
    }

    /// Whether a statement ends here, for what stands in the bracket `around`.
    fn is_end(&self, at: usize, around: Option<usize>) -> bool {
        let code = self.code;
        let in_list = around.is_some_and(|open| !code.is(open, "{"));
        code.is(at, ";") || code.is(at, "{") || code.is_break(at) && !in_list
    }

    /// The word that begins the condition which an expression that starts here is a part of.
    pub(super) fn test(&self, start: usize) -> Option<usize> {
        let code = self.code;
        let around = code.around(start);
        if let Some(open) = around.filter(|open| code.is(*open, "(")) {
            let before = open.checked_sub(1)?;
            if self.is_test(before) {
                return Some(before);
            }
            // `if not (X and Y)`, `if (!(X))`
            if code.word(before).is_some_and(|word| word != "not") {
                return None;
            }
        }
        let line = (1..40).map_while(|back| start.checked_sub(back));
        // `if let Ok(x) = …`, `if x, ok := …`
        let stops = |at: usize| self.is_end(at, around) || is_assignment(code, at) && !code.is_before(at, ":") && !code.is_before(at, ")");
        let test = line.take_while(|at| !stops(*at)).find(|at| self.is_test(*at))?;
        // `if (other) return X`: the condition is over.
        let over = code.mate(test + 1).filter(|close| code.is(test + 1, "(") && *close < start).map(|close| close + 1);
        over.is_none_or(|next| code.is_one_of(next, &["and", "or"]) || code.is(next, "&&") || code.is(next, "||")).then_some(test)
    }

    /// The place where the condition ends that `test` begins and that holds `range`.
    fn condition_end(&self, test: usize, range: &Range<usize>) -> usize {
        let code = self.code;
        if let Some(close) = code.mate(test + 1).filter(|close| code.is(test + 1, "(") && *close >= range.start) {
            return close;
        }
        let mut at = range.end;
        for _ in 0..40 {
            if code.is_break(at) || code.is(at, ":") || code.is(at, "{") || code.is_word(at, "then") {
                return at;
            }
            at = code.over(at);
        }
        range.end
    }

    /// The parts of a condition that speak of what stands in `range`: at each level of brackets what is between it and
    /// the next `and` or `or`.
    fn own(&self, condition: Range<usize>, mut range: Range<usize>) -> Vec<Range<usize>> {
        let code = self.code;
        let mut parts = Vec::new();
        loop {
            let open = code.around(range.start).filter(|open| condition.contains(open));
            let level = open.map_or(condition.start, |open| open + 1)..open.and_then(|open| code.mate(open)).unwrap_or(condition.end).min(condition.end);
            let joins =
                |at: &usize| code.around(*at) == code.around(range.start) && (code.is_one_of(*at, &["and", "or"]) || code.is(*at, "&&") || code.is(*at, "||"));
            let start = (level.start..range.start).rev().find(joins).unwrap_or(level.start);
            let end = (range.end..level.end).find(joins).unwrap_or(level.end);
            parts.push(start..end);
            let Some(open) = open else { return parts };
            range = open..level.end + 1;
        }
    }

    /// Whether a condition denies what stands in `range`, and its block ends the program.
    pub(super) fn ends_program(&self, test: usize, range: &Range<usize>) -> bool {
        let code = self.code;
        if code.is_word(test, "assert") {
            return true;
        }
        let end = self.condition_end(test, range);
        let denies = |at: usize| {
            // `x == ""`, `x === undefined`; neither `x != nil` nor `x == "1"`.
            let compared = if code.is(at, "===") { at + 3 } else { at + 2 };
            let equals = code.is(at, "==") && !code.is_before(at, "!") && !code.is_before(at, "=") && code.plain(compared).is_none_or(str::is_empty);
            code.is(at, "!") && !code.is(at, "!=") || equals || code.is_word(at, "is") || code.word(at).is_some_and(|word| self.words.negations.contains(word))
        };
        // `unless X`; else what else is tested in the same breath says nothing of this.
        if !denies(test) && !self.own(test + 1..end, range.clone()).into_iter().flatten().any(denies) {
            return false;
        }
        // `raise "…" unless X`: the statement stands before its test.
        let mut before = (1..25).map_while(|back| test.checked_sub(back)).take_while(|at| !code.is_break(*at) && !code.is(*at, ";") && !code.is(*at, "}"));
        if before.any(|at| self.is_fatal(at)) {
            return true;
        }
        let open = if code.is(end, "{") { end } else { code.skip(end + 1) };
        if code.is(open, "{") {
            return (open..code.mate(open).unwrap_or(open).min(open + BLOCK)).any(|at| self.is_fatal(at));
        }
        let returns = |at: usize| code.is_word(at, "return") && (self.is_fatal(at + 1) || self.is_fatal(at + 2));
        let leaves = |at: usize| {
            code.is(at, ";") || code.is_one_of(at, &["else", "elif", "elsif", "end", "def", "return", "if", "for", "const", "export"]) && !returns(at)
        };
        (open..open + BLOCK / 2).take_while(|at| !leaves(*at)).any(|at| self.is_fatal(at))
    }

    /// The block that is only reached where what stands in `range` is there, by the condition that `test` begins; as
    /// bytes. A comparison is no such condition, and of several that may hold each asks for a variable.
    pub(super) fn gate(&self, test: usize, range: &Range<usize>) -> Option<Range<usize>> {
        let code = self.code;
        let end = self.condition_end(test, range);
        let compares = |at: usize| {
            ["!", "=", "<", ">"].iter().any(|sign| code.is(at, sign)) || code.word(at).is_some_and(|word| word == "is" || self.words.negations.contains(word))
        };
        let is_join = |at: &usize| code.is_word(*at, "or") || code.is(*at, "||");
        let joins: Vec<usize> = (test + 1..end).filter(is_join).chain([end]).collect();
        let parts = joins.iter().scan(test + 1, |from, join| Some(std::mem::replace(from, *join)..*join));
        let asks = |part: Range<usize>| joins.len() == 1 || part.into_iter().any(|at| code.is_one_of(at, &["environ", "env", "getenv", "ENV"]));
        if !code.is_one_of(test, &["if", "elif"]) || (test + 1..end).any(compares) || !parts.into_iter().all(asks) {
            return None;
        }
        let open = if code.is(end, "{") { end } else { code.skip(end + 1) };
        if let Some(close) = code.mate(open).filter(|_| code.is(open, "{")) {
            return Some(code.range(open).start..code.range(close).end);
        }
        // Where indentation tells: up to the next line that stands no deeper than the test's.
        let colon = [end, end + 1].into_iter().find(|at| code.is(*at, ":"))?;
        let depth = |line: &str| line.len() - line.trim_start().len();
        let before = self.text.get(..code.range(test).start)?;
        let outer = before.rfind('\n').map_or(before, |at| before.get(at + 1..).unwrap_or(""));
        let from = code.range(colon).end;
        let mut at = from;
        for line in self.text.get(from..)?.split_inclusive('\n') {
            if at > from && !line.trim().is_empty() && !line.trim_start().starts_with('#') && depth(line) <= depth(outer) {
                break;
            }
            at += line.len();
        }
        Some(from..at)
    }

    /// Whether what a read is assigned to is tested a little later, and the program ends there.
    pub(super) fn later(&self, whole: &Range<usize>) -> bool {
        self.assigned(whole).is_some_and(|names| self.named(&names, whole.end))
    }

    /// The names that a read is assigned to.
    pub(super) fn assigned(&self, whole: &Range<usize>) -> Option<Vec<&'t str>> {
        let code = self.code;
        let equals = whole.start.checked_sub(1).filter(|equals| is_assignment(code, *equals))?;
        let is_left = |at: &usize| !matches!(code.token(*at), Some(Token::Break | Token::Sign(b';' | b'{' | b'}')));
        let left = (1..14).map_while(|back| equals.checked_sub(back)).take_while(is_left);
        let names = left.filter_map(|at| code.word(at)).filter(|word| !matches!(*word, "const" | "let" | "var" | "string" | "_" | "self" | "this")).collect();
        Some(names)
    }

    /// Whether one of these names is tested within reach, and the program ends there.
    pub(super) fn named(&self, names: &[&str], from: usize) -> bool {
        let code = self.code;
        (from..from + FAR).filter(|at| self.is_test(*at)).any(|test| {
            let condition = (test + 1..test + 30).take_while(|at| !(code.is(*at, "{") || code.is_break(*at) && code.around(*at) == code.around(test)));
            condition.into_iter().find(|at| code.is_one_of(*at, names)).is_some_and(|at| self.ends_program(test, &(at..at + 1)))
        })
    }

    /// Whether the failure of a read is caught around it, and whether the program ends even so:
    /// `try: … except KeyError: …`.
    pub(super) fn caught(&self, whole: &Range<usize>) -> Option<bool> {
        let code = self.code;
        let mut back = (1..50).map_while(|back| whole.start.checked_sub(back)).take_while(|at| !code.is_one_of(*at, &["except", "def", "class", "finally"]));
        back.find(|at| code.is_word(*at, "try") && code.is(at + 1, ":"))?;
        let except = (whole.end..whole.end + 60).take_while(|at| !code.is_one_of(*at, &["def", "class"])).find(|at| code.is_word(*at, "except"))?;
        let names = except + 1..except + 8;
        if !names.clone().any(|at| code.is_one_of(at, &["KeyError", "Exception", "LookupError"])) && !code.is(except + 1, ":") {
            return None;
        }
        Some((except..except + BLOCK / 2).take_while(|at| !code.is_one_of(*at, &["def", "class", "try"])).any(|at| self.is_fatal(at)))
    }
}
