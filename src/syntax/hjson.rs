//! Hjson as a [`Node`] tree: JSON for people, without quotes, commas and the outer braces where they are not
//! needed. Specification: hjson.github.io/rfc.html; where it is silent, as hjson-js reads it.

use std::collections::HashMap;
use std::ops::Range;

use super::{FileId, Key, Lines, Node, Problem, Style, Value, put};
use crate::limits;

/// Parses one Hjson document, an object or a list.
///
/// # Errors
/// A problem with its line where the text is no Hjson, or exceeds a limit.
pub fn parse(file: FileId, text: &str) -> Result<Node, Problem> {
    let mut parser = Parser { text, lines: Lines::new(file, text), offset: 0, depth: 0, nodes: 0 };
    parser.skip_blank()?;
    let at = parser.lines.at(parser.offset..parser.offset);
    let root = match parser.peek() {
        Some(b'{' | b'[') => parser.value()?,
        _ => Node::new(parser.members(None)?, at),
    };
    parser.skip_blank()?;
    if parser.peek().is_some() { Err(parser.invalid()) } else { Ok(root) }
}

struct Parser<'t> {
    text: &'t str,
    lines: Lines<'t>,
    /// The next byte; what ends anything is ASCII, so this is never inside of a character.
    offset: usize,
    depth: usize,
    nodes: usize,
}

impl<'t> Parser<'t> {
    fn problem(&self, phrase: &'static str) -> Problem {
        Problem { line: self.lines.line(self.offset), phrase }
    }

    fn invalid(&self) -> Problem {
        self.problem("not valid Hjson")
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.offset..).unwrap_or("")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    /// Goes on if this is what comes next.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.offset += usize::from(found);
        found
    }

    /// How much of what comes next is made of such bytes.
    fn run(&self, is: impl Fn(u8) -> bool) -> usize {
        let rest = self.rest().as_bytes();
        rest.iter().position(|byte| !is(*byte)).unwrap_or(rest.len())
    }

    /// Skips white space and comments.
    fn skip_blank(&mut self) -> Result<(), Problem> {
        loop {
            self.offset += self.run(is_white);
            let rest = self.rest();
            if rest.starts_with('#') || rest.starts_with("//") {
                self.offset += self.run(|byte| byte != b'\n');
            } else if let Some(comment) = rest.strip_prefix("/*") {
                self.offset += comment.find("*/").ok_or(self.invalid())? + 4;
            } else {
                return Ok(());
            }
        }
    }

    /// The members of an object up to its end; that of one without braces is the text's.
    fn members(&mut self, end: Option<u8>) -> Result<Value, Problem> {
        let (mut entries, mut seen) = (Vec::new(), HashMap::new());
        loop {
            self.skip_blank()?;
            if self.peek() == end {
                self.offset += usize::from(end.is_some());
                return Ok(Value::Map(entries));
            }
            let key = self.key()?;
            self.skip_blank()?;
            if !self.take(b':') {
                return Err(self.invalid());
            }
            self.skip_blank()?;
            put(&mut entries, &mut seen, key, self.value()?);
            self.skip_blank()?;
            self.take(b',');
        }
    }

    fn items(&mut self) -> Result<Value, Problem> {
        let mut items = Vec::new();
        loop {
            self.skip_blank()?;
            if self.take(b']') {
                return Ok(Value::List(items));
            }
            items.push(self.value()?);
            self.skip_blank()?;
            self.take(b',');
        }
    }

    fn key(&mut self) -> Result<Key, Problem> {
        if let Some(quote @ (b'"' | b'\'')) = self.peek() {
            let (text, range) = self.quoted(quote)?;
            return Ok(Key { text: text.into(), at: self.lines.at(range) });
        }
        let range = self.offset..self.offset + self.run(|byte| !is_white(byte) && !is_punctuation(byte));
        let text = self.text.get(range.clone()).filter(|text| !text.is_empty()).ok_or(self.invalid())?;
        self.offset = range.end;
        Ok(Key { text: text.into(), at: self.lines.at(range) })
    }

    fn value(&mut self) -> Result<Node, Problem> {
        self.nodes += 1;
        if self.nodes > limits::NODES {
            return Err(self.problem("too many nodes"));
        }
        match self.peek() {
            Some(open @ (b'{' | b'[')) => {
                if self.depth >= limits::DEPTH {
                    return Err(self.problem("nested too deep"));
                }
                // Before what is inside of it: columns are counted once where they are asked for in order.
                let at = self.lines.at(self.offset..self.offset + 1);
                self.offset += 1;
                self.depth += 1;
                let value = if open == b'{' { self.members(Some(b'}'))? } else { self.items()? };
                self.depth -= 1;
                Ok(Node::new(value, at))
            }
            Some(b'\'') if self.rest().starts_with("'''") => self.block(),
            Some(quote @ (b'"' | b'\'')) => {
                let (text, range) = self.quoted(quote)?;
                Ok(Node::new(Value::Scalar(text.into(), Style::Quoted), self.lines.at(range)))
            }
            Some(byte) if !is_punctuation(byte) => Ok(self.bare()),
            _ => Err(self.invalid()),
        }
    }

    /// A number or a word of JSON's, if nothing but what may follow a value comes after it, or else the line.
    fn bare(&mut self) -> Node {
        let start = self.offset;
        let word = self.rest().get(..self.run(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))).unwrap_or("");
        let after = self.rest().get(word.len()..).unwrap_or("").trim_start_matches([' ', '\t']);
        let ends = after.is_empty() || after.starts_with(['\r', '\n', ',', '}', ']', '#']) || after.starts_with("//") || after.starts_with("/*");
        let is_literal = ends && (matches!(word, "true" | "false" | "null") || is_number(word));
        let text = if is_literal { word } else { self.rest().lines().next().unwrap_or("").trim_end_matches(|c| c <= ' ') };
        self.offset += text.len();
        let at = self.lines.at(start..self.offset);
        if is_literal && text == "null" { Node::new(Value::Null, at) } else { Node::scalar(text, at) }
    }

    /// A string in quotes, escapes resolved, and where its inside stands.
    fn quoted(&mut self, quote: u8) -> Result<(String, Range<usize>), Problem> {
        self.offset += 1;
        let start = self.offset;
        // Two escapes may be halves of one character.
        let mut units: Vec<u16> = Vec::new();
        loop {
            let plain = self.run(|byte| byte != quote && !matches!(byte, b'\\' | b'\n' | b'\r'));
            units.extend(self.rest().get(..plain).unwrap_or("").encode_utf16());
            self.offset += plain;
            if self.take(quote) {
                return Ok((String::from_utf16_lossy(&units), start..self.offset - 1));
            }
            if !self.take(b'\\') {
                return Err(self.invalid());
            }
            units.push(self.escaped().ok_or(self.invalid())?);
        }
    }

    /// What an escape stands for.
    fn escaped(&mut self) -> Option<u16> {
        let (byte, hex) = (self.peek()?, self.rest().get(1..5));
        let unit = match byte {
            b'"' | b'\'' | b'\\' | b'/' => byte,
            b'b' => 0x8,
            b'f' => 0xc,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let hex = hex.filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
                self.offset += 5;
                return u16::from_str_radix(hex, 16).ok();
            }
            _ => return None,
        };
        self.offset += 1;
        Some(unit.into())
    }

    /// A string of several lines between `'''`; as much white space as stands before it is taken from each.
    fn block(&mut self) -> Result<Node, Problem> {
        let line = self.lines.starts.get(self.lines.line(self.offset).saturating_sub(1) as usize);
        let indent = self.offset.saturating_sub(line.copied().unwrap_or(0));
        let start = self.offset + 3;
        let body = self.text.get(start..).and_then(|rest| rest.get(..rest.find("'''")?)).ok_or(self.invalid())?;
        self.offset = start + body.len() + 3;
        let (first, more) = body.split_once('\n').map_or((body, None), |(first, more)| (first, Some(more)));
        let own = |line: &'t str| {
            let white = line.bytes().take(indent).take_while(|byte| is_white(*byte)).count();
            line.get(white..).unwrap_or("").trim_end_matches('\r')
        };
        let lines = Some(first.trim_start().trim_end_matches('\r'))
            .filter(|first| !first.is_empty())
            .into_iter()
            .chain(more.into_iter().flat_map(|more| more.split('\n').map(own)));
        let mut text = lines.collect::<Vec<_>>().join("\n");
        if more.is_some() && text.ends_with('\n') {
            text.pop();
        }
        let style = if more.is_some() { Style::Block } else { Style::Quoted };
        let content = start + body.len() - body.trim_start().len();
        Ok(Node::new(Value::Scalar(text.into(), style), self.lines.at(content..start + body.len())))
    }
}

fn is_white(byte: u8) -> bool {
    byte <= b' '
}

fn is_punctuation(byte: u8) -> bool {
    matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':')
}

/// Whether a text is a number as JSON writes them. What looks alike is a string, with all that follows it.
fn is_number(text: &str) -> bool {
    let plain = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = plain.split_at(plain.bytes().take_while(u8::is_ascii_digit).count());
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (fraction, power) = fraction.split_once(['e', 'E']).map_or((fraction, None), |(fraction, power)| (fraction, Some(power)));
    (whole == "0" || !whole.is_empty() && !whole.starts_with('0'))
        && (fraction.is_empty() || fraction.strip_prefix('.').is_some_and(digits))
        && power.is_none_or(|power| digits(power.strip_prefix(['+', '-']).unwrap_or(power)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::At;

    /// Every scalar: the path of its keys, its text and style, and the characters at its place.
    fn texts(text: &str) -> Vec<String> {
        fn walk(node: &Node, path: &str, text: &str, out: &mut Vec<String>) {
            let cut =
                |at: At| text.lines().nth(at.line as usize - 1).unwrap_or("").chars().skip(at.column as usize - 1).take(at.width as usize).collect::<String>();
            for (key, child) in node.entries() {
                assert_eq!(cut(key.at), &*key.text);
                walk(child, &format!("{path}.{}", key.text), text, out);
            }
            node.items().iter().enumerate().for_each(|(i, child)| walk(child, &format!("{path}[{i}]"), text, out));
            match node.value() {
                Value::Scalar(value, style) => out.push(format!("{path} {style:?} {value:?} @ {} {:?}", node.at().line, cut(node.at()))),
                Value::Null => out.push(format!("{path} null @ {}", node.at().line)),
                Value::List(_) | Value::Map(_) => {}
            }
        }
        let mut out = Vec::new();
        match parse(FileId(0), text) {
            Ok(node) => walk(&node, "", text, &mut out),
            Err(problem) => out.push(format!("{} {}", problem.line, problem.phrase)),
        }
        out
    }

    #[test]
    fn braces_commas_and_quotes_may_be_left_out() {
        let expected = [
            ".log Plain \"debug # all of it, and more\" @ 2 \"debug # all of it, and more\"",
            ".ports[0] Plain \"80\" @ 3 \"80\"",
            ".ports[1] Plain \"4.430\" @ 3 \"4.430\"",
            ".ports[2] Plain \"-1e+3\" @ 4 \"-1e+3\"",
            ".tls Plain \"true\" @ 6 \"true\"",
            ".none null @ 7",
            ".ä.key Quoted \"1,\" @ 8 \"1,\"",
        ];
        let plain = "# Hjson\nlog: debug # all of it, and more  \r\nports: [80, 4.430\n -1e+3]\n/* a\n*/ tls: true // yes\nnone: null,\nä: {'key': \"1,\"}\n";
        assert_eq!(texts(plain), expected);
        let braces = format!("{{{}", plain.strip_prefix("# Hjson").unwrap_or("")) + "}";
        assert_eq!(texts(&braces), expected);
    }

    #[test]
    fn what_is_almost_a_literal_is_the_rest_of_its_line() {
        for line in ["truely, yes", "1. # one", "01, 02", "1e # one", "3.10.1", "True", "null and void", "-", "+1", "nan", "5 min", "/x", "it's # 'so'"] {
            assert_eq!(texts(&format!("a: {line}\n")), [format!(".a Plain {line:?} @ 1 {line:?}")]);
        }
    }

    #[test]
    fn strings_of_several_lines_lose_their_indentation() {
        assert_eq!(texts("a:\n  \'\'\'\n  one\n    two\n  \'\'\'\nb: x\n"), [".a Block \"one\\n  two\" @ 3 \"one\"", ".b Plain \"x\" @ 6 \"x\""]);
        assert_eq!(texts("a: \'\'\'it\'s \"one\" \'\'\'"), [".a Quoted \"it\'s \\\"one\\\" \" @ 1 \"it\'s \\\"one\\\" \""]);
        assert_eq!(texts("a: \'\'\'\'\'\'"), [".a Quoted \"\" @ 1 \"\""]);
    }

    #[test]
    fn escapes_stand_for_what_json_says() {
        assert_eq!(texts(r#"a: "\"\'\\\/\u0041\ud83e\udd80\ud83e\n""#), [r#".a Quoted "\"'\\/A🦀�\n" @ 1 "\\\"\\'\\\\\\/\\u0041\\ud83e\\udd80\\ud83e\\n""#]);
    }

    #[test]
    fn what_is_broken_is_told_with_its_line() {
        for text in [
            "a",
            "a: 1\nb",
            "{\na: 1",
            "a: {b: c}\n",
            "a: [1",
            "a: 1 }",
            "{} x",
            "a: \"x\ny\"",
            "a: \"\\x\"",
            "a: \"\\u12\"",
            "a: \'\'\'x",
            "/* a",
            "a b: 1",
            ": 1",
            "a: ,",
            "a: ]",
            "a:",
        ] {
            assert!(texts(text).last().is_some_and(|told| told.ends_with(" not valid Hjson")), "{text}");
        }
        assert_eq!(texts("a: 1\nb: 2\nc d: 3\ne: 4"), ["3 not valid Hjson"]);
        assert_eq!(texts(&"[".repeat(100_000)), ["1 nested too deep"]);
        assert_eq!(texts(&format!("[{}]", "1,".repeat(limits::NODES))), ["1 too many nodes"]);
    }
}
