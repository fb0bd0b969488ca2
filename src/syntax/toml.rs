//! TOML as a [`Node`] tree, through the `toml` crate's spanned table. Specification: TOML 1.1.

use std::collections::HashMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{At, FileId, Key, Lines, Node, Problem, Style, Value, put};

/// Parses one TOML document.
///
/// # Errors
/// A problem with its line where the text is no TOML.
pub fn parse(file: FileId, text: &str) -> Result<Node, Problem> {
    let lines = Lines::new(file, text);
    let table = DeTable::parse(text).map_err(|error| Problem { line: error.span().map_or(0, |span| lines.line(span.start)), phrase: "not valid TOML" })?;
    Ok(convert_table(&lines, table.get_ref(), table.span()))
}

fn convert_table(lines: &Lines<'_>, table: &DeTable<'_>, span: Range<usize>) -> Node {
    let (mut entries, mut seen) = (Vec::with_capacity(table.len()), HashMap::new());
    for (key, value) in table.iter() {
        let key = Key { text: key.get_ref().as_ref().into(), at: lines.at(key.span()) };
        put(&mut entries, &mut seen, key, convert(lines, value));
    }
    entries.sort_by_key(|(key, _)| key.at);
    Node::new(Value::Map(entries), lines.at(span))
}

fn convert(lines: &Lines<'_>, value: &Spanned<DeValue<'_>>) -> Node {
    let at = lines.at(value.span());
    let scalar = |text: &str| Node::new(Value::Scalar(text.into(), Style::Plain), at);
    match value.get_ref() {
        DeValue::String(text) => {
            let (style, at) = string(lines, value.span());
            Node::new(Value::Scalar(text.as_ref().into(), style), at)
        }
        DeValue::Integer(number) => scalar(number.as_str()),
        DeValue::Float(number) => scalar(number.as_str()),
        DeValue::Boolean(boolean) => scalar(if *boolean { "true" } else { "false" }),
        DeValue::Datetime(date) => scalar(&date.to_string()),
        DeValue::Array(items) => Node::new(Value::List(items.iter().map(|item| convert(lines, item)).collect()), at),
        DeValue::Table(table) => convert_table(lines, table, value.span()),
    }
}

/// How a string is written, and the place of what stands between its quotes; of several lines the
/// first with content.
fn string(lines: &Lines<'_>, span: Range<usize>) -> (Style, At) {
    let written = lines.text.get(span.clone()).unwrap_or("");
    let quotes = if written.len() >= 6 && (written.starts_with("\"\"\"") || written.starts_with("'''")) { 3 } else { 1 };
    let inside = span.start + quotes..span.end.saturating_sub(quotes).max(span.start + quotes);
    let body = lines.text.get(inside.clone()).unwrap_or("");
    let before = body.len() - body.trim_start().len();
    match body.get(..before) {
        Some(blank) if blank.contains('\n') && before < body.len() => (Style::Block, lines.at(inside.start + before..inside.end)),
        _ => (Style::Quoted, lines.at(inside)),
    }
}
