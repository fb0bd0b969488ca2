//! Expressions of GitHub Actions (`${{ … }}`): parsed and evaluated over what the documents tell.
//! What only a run knows (`secrets`, `github`, `needs`, functions) is [`Value::Open`], together with
//! the literals that could come out. Source: GitHub Docs, "Evaluate expressions in workflows".

use std::ops::Range;

use super::tokens::{Token, tokens};
use super::value::Value;
use crate::limits;
use crate::read::traced::Traced;
use crate::syntax::At;

/// Finds a value by its path, `["matrix", "node"]`.
pub(super) type Lookup<'l> = &'l dyn Fn(&[String]) -> Value;

/// Evaluates the inside of `${{ … }}`. `place` gives the place of a range of bytes of it.
pub(super) fn evaluate(text: &str, lookup: Lookup<'_>, place: &dyn Fn(Range<usize>) -> At) -> Value {
    let Some(tokens) = tokens(text) else { return Value::Open(Vec::new()) };
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, lookup, place };
    match parser.either() {
        Some(value) if parser.at == tokens.len() => value,
        _ => Value::Open(Vec::new()),
    }
}

struct Parser<'p> {
    tokens: &'p [Token],
    at: usize,
    depth: usize,
    lookup: Lookup<'p>,
    place: &'p dyn Fn(Range<usize>) -> At,
}

impl Parser<'_> {
    fn sign(&mut self, sign: &str) -> bool {
        let hit = matches!(self.tokens.get(self.at), Some(Token::Sign(s)) if *s == sign);
        self.at += usize::from(hit);
        hit
    }

    /// `a || b`: the first that is true, else the last.
    fn either(&mut self) -> Option<Value> {
        let mut left = self.both()?;
        while self.sign("||") {
            let right = self.both()?;
            let varies = left.varies();
            left = match left.truth() {
                Some(true) => left,
                Some(false) => right.varying(varies),
                None => Value::Open(alternatives([left, right])),
            };
        }
        Some(left)
    }

    /// `a && b`: the first that is false, else the last.
    fn both(&mut self) -> Option<Value> {
        let mut left = self.compared()?;
        while self.sign("&&") {
            let right = self.compared()?;
            let varies = left.varies();
            left = match left.truth() {
                Some(true) => right.varying(varies),
                Some(false) => left,
                None => Value::Open(alternatives([right])),
            };
        }
        Some(left)
    }

    fn compared(&mut self) -> Option<Value> {
        let left = self.plain()?;
        let sign = ["==", "!=", "<=", ">=", "<", ">"].into_iter().find(|sign| self.sign(sign));
        let Some(sign) = sign else { return Some(left) };
        let right = self.plain()?;
        let varies = left.varies() || right.varies();
        let open = matches!(left, Value::Open(_) | Value::Tree(..)) || matches!(right, Value::Open(_) | Value::Tree(..));
        if open || !matches!(sign, "==" | "!=") {
            return Some(Value::Open(Vec::new()));
        }
        Some(truth(equal(&left, &right) == (sign == "=="), varies))
    }

    fn plain(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > limits::DEPTH {
            return None;
        }
        let value = self.operand();
        self.depth -= 1;
        value
    }

    fn operand(&mut self) -> Option<Value> {
        if self.sign("!") {
            let value = self.plain()?;
            return Some(match value.truth() {
                Some(known) => truth(!known, value.varies()),
                None => Value::Open(Vec::new()),
            });
        }
        if self.sign("(") {
            let value = self.either()?;
            return self.sign(")").then_some(value);
        }
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        match token {
            Token::Text(text, range) => Some(Value::Text(Traced::literal(text.as_str(), (self.place)(range.clone())))),
            Token::Number(text, range) => Some(Value::Text(Traced::literal(text.as_str(), (self.place)(range.clone())))),
            Token::Name(name) if self.sign("(") => self.call(name),
            Token::Name(name) => match name.as_str() {
                "true" => Some(truth(true, false)),
                "false" => Some(truth(false, false)),
                "null" => Some(Value::Null { varies: false }),
                _ => self.context(name),
            },
            Token::Sign(_) => None,
        }
    }

    /// Functions depend on the run, but for those that only rewrite their argument.
    fn call(&mut self, name: &str) -> Option<Value> {
        let mut arguments = Vec::new();
        while !self.sign(")") {
            arguments.push(self.either()?);
            if !self.sign(",") && !matches!(self.tokens.get(self.at), Some(Token::Sign(")"))) {
                return None;
            }
        }
        // Whatever is taken out of a result is not known either.
        while self.sign(".") || self.sign("[") {
            while self.tokens.get(self.at).is_some_and(|token| matches!(token, Token::Name(_) | Token::Text(..) | Token::Number(..) | Token::Sign("*" | "]"))) {
                self.at += 1;
            }
        }
        let mut arguments = arguments.into_iter();
        Some(match (name.to_ascii_lowercase().as_str(), arguments.next()) {
            ("format", Some(Value::Text(pattern))) => format(&pattern, &arguments.collect::<Vec<_>>()),
            _ => Value::Open(Vec::new()),
        })
    }

    fn context(&mut self, name: &str) -> Option<Value> {
        let mut path = vec![name.to_owned()];
        let mut dynamic = false;
        loop {
            if self.sign(".") {
                match self.tokens.get(self.at)? {
                    Token::Name(key) | Token::Number(key, _) => path.push(key.clone()),
                    _ => dynamic = true,
                }
                self.at += 1;
            } else if self.sign("[") {
                match self.either()? {
                    Value::Text(key) => path.push(key.text().to_owned()),
                    _ => dynamic = true,
                }
                if !self.sign("]") {
                    return None;
                }
            } else {
                return Some(if dynamic { Value::Open(Vec::new()) } else { (self.lookup)(&path) });
            }
        }
    }
}

fn truth(truth: bool, varies: bool) -> Value {
    Value::Truth(truth, Traced::empty(varies))
}

/// GitHub compares strings without case, and numbers as numbers.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Truth(a, _), Value::Truth(b, _)) => a == b,
        (Value::Truth(..), _) | (_, Value::Truth(..)) => false,
        _ => {
            let text = |value: &Value| value.clone().texts().first().map_or(String::new(), |text| text.text().to_owned());
            text(left).eq_ignore_ascii_case(&text(right))
        }
    }
}

fn alternatives(values: impl IntoIterator<Item = Value>) -> Vec<Traced> {
    let texts = values.into_iter().filter(|value| !matches!(value, Value::Truth(..))).flat_map(Value::texts);
    texts.filter(|text| !text.text().is_empty()).take(limits::MATRIX_LEGS).collect()
}

/// `format('{0}:{1}', a, b)`.
fn format(pattern: &Traced, arguments: &[Value]) -> Value {
    let (mut out, mut at) = (Traced::default(), 0);
    let text = pattern.text();
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('{')).map(|i| at + i) {
        out.push(pattern.slice(at..open));
        let Some(close) = text.get(open..).and_then(|rest| rest.find('}')).map(|i| open + i) else { return Value::Open(Vec::new()) };
        let argument = text.get(open + 1..close).and_then(|n| n.parse::<usize>().ok()).and_then(|n| arguments.get(n));
        let Some(Value::Text(piece)) = argument else { return Value::Open(Vec::new()) };
        out.push(piece.clone());
        if out.text().len() > limits::INTERPOLATED_BYTES {
            return Value::Open(Vec::new());
        }
        at = close + 1;
    }
    out.push(pattern.slice(at..text.len()));
    Value::Text(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileId;

    fn said(text: &str) -> Vec<String> {
        let lookup = |path: &[String]| match path.join(".").as_str() {
            "matrix.db" => Value::Text(Traced::literal("mysql", At::file(FileId(0)))),
            "matrix.on" => truth(true, false),
            "matrix.none" => Value::Null { varies: false },
            _ => Value::Open(Vec::new()),
        };
        evaluate(text, &lookup, &|range| At { line: 1, column: range.start as u32 + 1, width: range.len() as u32, ..At::file(FileId(0)) })
            .texts()
            .iter()
            .map(|text| text.text().to_owned())
            .collect()
    }

    #[test]
    fn known_conditions_choose() {
        assert_eq!(said("matrix.db == 'mysql' && 'mysql:8' || ''"), ["mysql:8"]);
        assert_eq!(said("matrix.db != 'mysql' && 'a' || 'b'"), ["b"]);
        assert_eq!(said("matrix['db'] == 'MySQL' && 'mysql:8'"), ["mysql:8"]);
        assert_eq!(said("(matrix.none || 'x') == 'x' && !matrix.none && 'y'"), ["y"]);
        assert_eq!(said("matrix.on && 20"), ["20"]);
        assert_eq!(said("format('{0}:{1}', matrix.db, '8')"), ["mysql:8"]);
    }

    #[test]
    fn unknown_conditions_leave_every_literal_open() {
        assert_eq!(said("github.ref == 'main' && 'a' || 'b'"), ["a", "b"]);
        assert_eq!(said("contains(github.ref, 'x') && 'a' || ''"), ["a"]);
        assert_eq!(said("secrets.TOKEN"), Vec::<String>::new());
        assert_eq!(said("fromJSON(needs.a.outputs.b).c[0] || 'd'"), ["d"]);
    }

    #[test]
    fn what_does_not_parse_is_not_known() {
        for text in ["", "'", "a ==", "(((", "a.b[", "f(", "!", "a b", "\u{e9}\u{fe}", "{", &"(".repeat(10_000), &"!".repeat(10_000)] {
            assert!(said(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_place_of_a_literal_is_its_own() {
        let value = evaluate("github.x && 'pg:16'", &|_| Value::Open(Vec::new()), &|range| At {
            line: 1,
            column: range.start as u32,
            width: range.len() as u32,
            file: FileId(0),
        });
        let places: Vec<_> = value.texts().iter().filter_map(Traced::place).map(|(at, _)| (at.column, at.width)).collect();
        assert_eq!(places, [(13, 5)]);
    }
}
