//! HCL as a [`Node`] tree, through `hcl-edit`. Attributes are entries; blocks are maps below their type
//! and labels, several of one type and labels a list. What is no literal keeps its text and the tag
//! [`EXPRESSION`]. Specification: HCL Native Syntax Specification.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use hcl_edit::expr::{Expression, FuncCall, Object, ObjectKey};
use hcl_edit::structure::{Block, BlockLabel, Body, Structure};
use hcl_edit::template::{Element, Template};
use hcl_edit::{Span as _, parser};

use super::{At, FileId, Key, Lines, Node, Problem, Style, Value, put};
use crate::limits;

/// The tag of a scalar whose text is an expression as written: a reference, a call, a template.
pub const EXPRESSION: &str = "expression";

/// The tag of a map that an expression adds to: `merge({ A = 1 }, var.more)`.
pub const OPEN: &str = "open";

/// Functions that hand on what they are given, in another type.
const TRANSPARENT: &[&str] = &["jsonencode", "yamlencode", "tomap", "tolist", "toset", "tostring", "tonumber", "tobool", "sensitive", "nonsensitive"];

/// Parses one HCL document.
///
/// # Errors
/// A problem with its line where the text is no HCL, or too deep.
pub fn parse(file: FileId, text: &str) -> Result<Node, Problem> {
    match weight(text) {
        Weight::Light => read(file, text),
        // The parser bounds its depth, but not to what the stack of a worker holds.
        Weight::Deep => std::thread::scope(|scope| {
            let own = std::thread::Builder::new().stack_size(limits::DEEP_STACK_BYTES).spawn_scoped(scope, || read(file, text));
            own.ok().and_then(|thread| thread.join().ok()).unwrap_or(Err(Problem::whole("nested too deep")))
        }),
        Weight::Wide(line) => Err(Problem { line, phrase: "more entries than the limit" }),
    }
}

/// What a text would cost the parser.
enum Weight {
    Light,
    Deep,
    /// The parser compares each key of an object with all others; the line where they are too many.
    Wide(u32),
}

/// Looks at brackets and signs alone, those in strings among them: what it overrates costs little.
fn weight(text: &str) -> Weight {
    let (mut open, mut deepest, mut spent, mut line, mut directives) = (vec![0usize], 0, 0usize, 1, 0);
    for (before, byte) in std::iter::once(b'\n').chain(text.bytes()).zip(text.bytes()) {
        match byte {
            b'\n' => line += 1,
            b'{' | b'[' | b'(' => {
                directives += usize::from(before == b'%');
                open.push(0);
                deepest = deepest.max(open.len());
            }
            b'}' | b']' | b')' if open.len() > 1 => drop(open.pop()),
            b'=' | b':' if open.len() > 1 => {
                if let Some(entries) = open.last_mut() {
                    *entries += 1;
                    spent += *entries;
                }
                if spent > limits::COMPARED_KEYS {
                    return Weight::Wide(line);
                }
            }
            _ => {}
        }
    }
    if deepest + directives > limits::SHALLOW { Weight::Deep } else { Weight::Light }
}

fn read(file: FileId, text: &str) -> Result<Node, Problem> {
    let lines = Lines::new(file, text);
    let mut written = Cow::Borrowed(text);
    let mut left = limits::REPEATED_KEYS;
    let body = loop {
        let error = match parser::parse_body(&written) {
            Ok(body) => break body,
            Err(error) => error,
        };
        let renamed = Some(&written).filter(|_| left > 0 && error.message().contains("redefined object key"));
        let Some(other) = renamed.and_then(|written| rename(written, error.location().offset(), left)) else {
            let phrase = if error.message().contains("nesting depth") { "nested too deep" } else { "not valid HCL" };
            return Err(Problem { line: super::clamp(error.location().line()), phrase });
        };
        written = Cow::Owned(other);
        left -= 1;
    };
    Ok(Reader { lines: &lines }.body(&body, At { line: 1, column: 1, ..At::file(file) }))
}

/// In an object the last of several values of one key holds, which the parser takes for an error: the text
/// with another first letter of the key that stands there, at the same places.
fn rename(text: &str, offset: usize, number: usize) -> Option<String> {
    let start = offset + usize::from(text.get(offset..)?.starts_with('"'));
    text.get(start..)?.chars().next().filter(char::is_ascii_alphabetic)?;
    let letter = char::from(b'A' + u8::try_from(number % 26).ok()?);
    Some(format!("{}{letter}{}", text.get(..start)?, text.get(start + 1..)?))
}

struct Reader<'r, 't> {
    lines: &'r Lines<'t>,
}

/// What stands under one name: values, and what labels lead to.
#[derive(Default)]
struct Slot {
    values: Vec<Node>,
    below: Level,
}

/// Names in the order of the document.
#[derive(Default)]
struct Level {
    slots: Vec<(Key, Slot)>,
    seen: HashMap<Arc<str>, usize>,
}

impl Level {
    fn slot(&mut self, key: Key) -> Option<&mut Slot> {
        let next = self.slots.len();
        let index = *self.seen.entry(key.text.clone()).or_insert(next);
        if index == next {
            self.slots.push((key, Slot::default()));
        }
        self.slots.get_mut(index).map(|(_, slot)| slot)
    }

    fn node(self, at: At) -> Node {
        Node::new(Value::Map(self.slots.into_iter().map(|(key, slot)| (key.clone(), slot.node(key.at))).collect()), at)
    }
}

impl Slot {
    fn node(mut self, at: At) -> Node {
        if !self.below.slots.is_empty() {
            self.values.push(self.below.node(at));
        }
        match <[Node; 1]>::try_from(self.values) {
            Ok([one]) => one,
            Err(many) => Node::new(Value::List(many), at),
        }
    }
}

impl Reader<'_, '_> {
    fn at(&self, span: Option<Range<usize>>) -> At {
        self.lines.at(span.unwrap_or(0..0))
    }

    /// The place between the quotes of a string.
    fn inside(&self, span: Option<Range<usize>>) -> At {
        let span = span.unwrap_or(0..0);
        let quoted = self.lines.text.get(span.clone()).is_some_and(|text| text.len() >= 2 && text.starts_with('"'));
        self.lines.at(if quoted { span.start + 1..span.end - 1 } else { span })
    }

    fn body(&self, body: &Body, at: At) -> Node {
        let mut level = Level::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let key = Key { text: attribute.key.as_str().into(), at: self.at(attribute.key.span()) };
                    let value = self.expression(&attribute.value);
                    if let Some(slot) = level.slot(key) {
                        slot.values.push(value);
                    }
                }
                Structure::Block(block) => self.block(block, &mut level),
            }
        }
        level.node(at)
    }

    fn block(&self, block: &Block, level: &mut Level) {
        let at = self.at(block.ident.span());
        let mut slot = level.slot(Key { text: block.ident.as_str().into(), at });
        for label in &block.labels {
            let key = Key { text: label.as_str().into(), at: self.label(label) };
            slot = slot.and_then(|slot| slot.below.slot(key));
        }
        if let Some(slot) = slot {
            slot.values.push(self.body(&block.body, at));
        }
    }

    fn label(&self, label: &BlockLabel) -> At {
        self.inside(label.span())
    }

    fn expression(&self, expression: &Expression) -> Node {
        let span = expression.span();
        let written = span.clone().and_then(|span| self.lines.text.get(span)).unwrap_or("");
        match expression {
            Expression::Null(_) => Node::new(Value::Null, self.at(span)),
            Expression::Bool(_) | Expression::Number(_) => Node::scalar(written, self.at(span)),
            Expression::String(text) => Node::new(Value::Scalar(text.as_str().into(), Style::Quoted), self.inside(span)),
            Expression::Array(items) => Node::new(Value::List(items.iter().map(|item| self.expression(item)).collect()), self.at(span)),
            Expression::Object(object) => self.object(object, self.at(span)),
            Expression::Parenthesis(inner) => self.expression(inner.inner()),
            Expression::HeredocTemplate(heredoc) => self.heredoc(&heredoc.template, written, self.at(span)),
            Expression::StringTemplate(_) => {
                let inner = written.get(1..written.len().saturating_sub(1)).unwrap_or("");
                Node::tagged(Value::Scalar(inner.into(), Style::Quoted), self.inside(span), Some(EXPRESSION.into()))
            }
            Expression::FuncCall(call) => self.call(call).unwrap_or_else(|| self.opaque(written, self.at(span))),
            _ => self.opaque(written, self.at(span)),
        }
    }

    fn opaque(&self, text: &str, at: At) -> Node {
        Node::tagged(Value::Scalar(text.into(), Style::Plain), at, Some(EXPRESSION.into()))
    }

    /// A document in the text: its place is that of its first line.
    fn heredoc(&self, template: &Template, written: &str, at: At) -> Node {
        let mut text = String::new();
        let literal = template.iter().all(|element| match element {
            Element::Literal(part) => {
                text.push_str(part);
                true
            }
            _ => false,
        });
        let at = template.iter().next().map_or(at, |first| self.at(first.span()));
        if literal {
            return Node::new(Value::Scalar(text.into(), Style::Block), at);
        }
        Node::tagged(Value::Scalar(written.into(), Style::Block), at, Some(EXPRESSION.into()))
    }

    fn object(&self, object: &Object, at: At) -> Node {
        let (mut entries, mut seen) = (Vec::with_capacity(object.len()), HashMap::new());
        for (key, value) in object {
            let node = self.expression(value.expr());
            put(&mut entries, &mut seen, self.key(key, value.expr(), &node), node);
        }
        Node::new(Value::Map(entries), at)
    }

    /// A key as it is written: the parser may have read it under another name.
    fn key(&self, key: &ObjectKey, value: &Expression, node: &Node) -> Key {
        let found = match key {
            ObjectKey::Ident(_) => {
                self.bare_key(value).map(|span| self.lines.at(span.clone())).zip(self.bare_key(value).and_then(|span| self.lines.text.get(span)))
            }
            ObjectKey::Expression(Expression::String(text)) => {
                let inner = text.span().and_then(|span| self.lines.text.get(span.start + 1..span.end.saturating_sub(1)));
                let plain = inner.filter(|inner| !inner.contains('\\')).unwrap_or(text.as_str());
                return Key { text: plain.into(), at: self.inside(text.span()) };
            }
            ObjectKey::Expression(other) => other.span().map(|span| self.lines.at(span.clone())).zip(other.span().and_then(|span| self.lines.text.get(span))),
        };
        let (at, text) = found.unwrap_or((node.at(), key.as_ident().map_or("", |ident| ident.as_str())));
        Key { text: text.into(), at }
    }

    /// The place of a bare key, which the parser does not keep: the word before the sign before the value.
    fn bare_key(&self, value: &Expression) -> Option<Range<usize>> {
        let before = without_comments(self.lines.text.get(..value.span()?.start)?);
        let end = without_comments(before.strip_suffix(['=', ':'])?);
        let word = end.char_indices().rev().take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '-')).last()?.0;
        Some(word..end.len())
    }

    /// What a call comes to, where that can be told without running it.
    fn call(&self, call: &FuncCall) -> Option<Node> {
        let name = call.name.name.as_str();
        if !call.name.namespace.is_empty() {
            return None;
        }
        if TRANSPARENT.contains(&name) {
            let mut arguments = call.args.iter();
            let inner = arguments.next().map(|argument| self.expression(argument))?;
            return (arguments.next().is_none() && inner.tag() != Some(EXPRESSION)).then_some(inner);
        }
        if name != "merge" {
            return None;
        }
        let parts: Vec<Node> = call.args.iter().map(|argument| self.expression(argument)).collect();
        let first = parts.iter().find(|part| part.is_map())?;
        let (mut entries, mut seen) = (Vec::new(), HashMap::new());
        for (key, value) in parts.iter().flat_map(Node::entries) {
            put(&mut entries, &mut seen, key.clone(), value.clone());
        }
        let open = parts.iter().any(|part| !part.is_map() || part.tag() == Some(OPEN));
        Some(Node::tagged(Value::Map(entries), first.at(), open.then(|| OPEN.into())))
    }
}

/// A text without the comments and the space that it ends with.
fn without_comments(text: &str) -> &str {
    let mut text = text.trim_end();
    while let Some(before) = text.strip_suffix("*/").and_then(|comment| comment.rfind("/*")).and_then(|start| text.get(..start)) {
        text = before.trim_end();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Node {
        parse(FileId(0), text).unwrap_or_else(|problem| Node::scalar(problem.phrase, At::file(FileId(0))))
    }

    fn place(node: Option<&Node>) -> (u32, u32, u32) {
        node.map_or((0, 0, 0), |node| (node.at().line, node.at().column, node.at().width))
    }

    #[test]
    fn blocks_are_maps_below_their_labels() {
        let tree = tree("a \"x\" y {\n  k = 1.50\n}\nb {}\nb { n = null }\nc {\n  d \"e\" {}\n}\n");
        assert_eq!(tree.path(&["a", "x", "y", "k"]).and_then(Node::text), Some("1.50"));
        assert_eq!(tree.get("b").map(|b| b.items().len()), Some(2));
        assert!(tree.path(&["c", "d", "e"]).is_some_and(Node::is_map));
        let keys: Vec<(u32, u32, u32)> = tree.entries().iter().map(|(key, _)| (key.at.line, key.at.column, key.at.width)).collect();
        assert_eq!(keys, [(1, 1, 1), (4, 1, 1), (6, 1, 1)]);
    }

    #[test]
    fn literals_keep_their_text_and_place() {
        let tree = tree("é = \"ü\"\nlist = [1, \"b\", true]\nmap = { a = 1, \"b\" : \"c\", d /* x */ = /* y */ 2 }\ndoc = <<-T\n  one\n   two\n  T\n");
        assert_eq!(place(tree.get("é")), (1, 6, 1));
        assert_eq!(tree.get("list").map(|list| list.items().iter().filter_map(Node::text).collect::<String>()), Some("1btrue".to_owned()));
        let keys: Vec<(&str, u32)> = tree.get("map").map(Node::entries).unwrap_or_default().iter().map(|(key, _)| (&*key.text, key.at.column)).collect();
        assert_eq!(keys, [("a", 9), ("b", 17), ("d", 27)]);
        assert_eq!(tree.text_of("doc"), Some("one\n two\n"));
        assert_eq!(tree.get("doc").map(|doc| doc.at().line), Some(5));
    }

    #[test]
    fn what_is_no_literal_is_said_to_be_an_expression() {
        let tree = tree("a = var.x\nb = \"x-${var.y}\"\nc = merge({ A = 1 }, var.more)\nd = jsonencode({ k = [1] })\ne = f(1)\n");
        assert_eq!((tree.text_of("a"), tree.get("a").and_then(Node::tag)), (Some("var.x"), Some(EXPRESSION)));
        assert_eq!((tree.text_of("b"), tree.get("b").and_then(Node::tag)), (Some("x-${var.y}"), Some(EXPRESSION)));
        assert_eq!((tree.get("c").and_then(Node::tag), tree.path(&["c", "A"]).and_then(Node::text)), (Some(OPEN), Some("1")));
        assert!(tree.path(&["d", "k"]).is_some());
        assert_eq!((tree.text_of("e"), tree.get("e").and_then(Node::tag)), (Some("f(1)"), Some(EXPRESSION)));
    }

    #[test]
    fn the_last_value_of_a_repeated_key_holds() {
        let tree = tree("x = { Pier = 1, \"Pier\" = 2, lamp = 3, Pier = 4 }\n");
        let entries: Vec<(&str, Option<&str>)> =
            tree.get("x").map(Node::entries).unwrap_or_default().iter().map(|(key, node)| (&*key.text, node.text())).collect();
        assert_eq!(entries, [("Pier", Some("4")), ("lamp", Some("3"))]);
    }

    #[test]
    fn deep_and_wide_texts_end_in_a_problem() {
        let openers = [
            ("[", "]"),
            ("{a=", "}"),
            ("{for a,b in ", ": a=>b}"),
            ("(", ")"),
            ("f(", ")"),
            ("\"${", "}\""),
            ("\"%{if ", "}x%{endif}\""),
            ("!", ""),
            ("a ? b : ", ""),
        ];
        for (open, close) in openers {
            for depth in [30, 62, 5_000] {
                let text = format!("x = {}a{}\n", open.repeat(depth), close.repeat(depth));
                let parsed = std::thread::Builder::new().stack_size(2 << 20).spawn(move || parse(FileId(0), &text).map(|_| ()));
                let parsed = parsed.ok().and_then(|thread| thread.join().ok());
                assert!(parsed.is_some_and(|parsed| depth < 64 || parsed.is_err()), "{open}");
            }
        }
        let keys: String = (0..9_000).map(|i| format!("k{i} = 1,")).collect();
        assert_eq!(parse(FileId(0), &format!("x = {{{keys}}}\n")).err().map(|problem| problem.phrase), Some("more entries than the limit"));
    }
}
