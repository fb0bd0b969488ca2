//! JSON and its relaxed relatives (comments, trailing commas, single quotes: JSONC, JSON5) as a
//! [`Node`] tree, through `jsonc-parser`. Specification: RFC 8259, json5.org.

use std::collections::HashMap;

use jsonc_parser::ast::{ObjectPropName, Value as Ast};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{FileId, Key, Lines, Node, Problem, Style, Value, put};
use crate::limits;

/// Parses one JSON document.
///
/// # Errors
/// A problem with its line where the text is no JSON, or too deep.
pub fn parse(file: FileId, text: &str) -> Result<Node, Problem> {
    let lines = Lines::new(file, text);
    if let Some(offset) = too_deep(text) {
        return Err(Problem { line: lines.line(offset), phrase: "nested too deep" });
    }
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default())
        .map_err(|error| Problem { line: lines.line(error.range().start), phrase: "not valid JSON" })?;
    let Some(value) = parsed.value else {
        return Err(Problem::whole("an empty JSON file"));
    };
    Ok(convert(&lines, &value))
}

/// The parser recurses, so depth is bounded before it starts. Brackets inside strings are skipped.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0usize, None, false);
    for (offset, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(_), b'\\') if !escaped => escaped = true,
            (Some(open), b) if b == open && !escaped => quote = None,
            (Some(_), b'\n') => quote = None,
            (Some(_), _) => escaped = false,
            (None, b'"') => quote = Some(byte),
            (None, b'{' | b'[') => {
                depth += 1;
                if depth > limits::DEPTH {
                    return Some(offset);
                }
            }
            (None, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn convert(lines: &Lines<'_>, ast: &Ast<'_>) -> Node {
    let range = ast.range();
    let at = lines.at(range.start..range.end);
    let scalar = |text: &str| Node::new(Value::Scalar(text.into(), Style::Plain), at);
    match ast {
        Ast::StringLit(string) => {
            let inner = lines.at(range.start + 1..range.end.saturating_sub(1).max(range.start + 1));
            Node::new(Value::Scalar(string.value.as_ref().into(), Style::Quoted), inner)
        }
        Ast::NumberLit(number) => scalar(number.value),
        Ast::BooleanLit(boolean) => scalar(if boolean.value { "true" } else { "false" }),
        Ast::NullKeyword(_) => Node::new(Value::Null, at),
        Ast::Array(array) => Node::new(Value::List(array.elements.iter().map(|e| convert(lines, e)).collect()), at),
        Ast::Object(object) => {
            let (mut entries, mut seen) = (Vec::with_capacity(object.properties.len()), HashMap::new());
            for property in &object.properties {
                let (text, range) = match &property.name {
                    ObjectPropName::String(s) => (s.value.as_ref(), s.range.start + 1..s.range.end.saturating_sub(1)),
                    ObjectPropName::Word(w) => (w.value, w.range.start..w.range.end),
                };
                put(&mut entries, &mut seen, Key { text: text.into(), at: lines.at(range) }, convert(lines, &property.value));
            }
            Node::new(Value::Map(entries), at)
        }
    }
}
