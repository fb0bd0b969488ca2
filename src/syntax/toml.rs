//! TOML as a [`Node`] tree, through the `toml` crate's spanned table. Specification: TOML 1.1.

use std::collections::HashMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{FileId, Key, Lines, Node, Problem, Style, Value, put};

/// Parses one TOML document.
///
/// # Errors
/// A problem with its line where the text is no TOML.
pub fn parse(file: FileId, text: &str) -> Result<Node, Problem> {
    let lines = Lines::new(file, text);
    let table = DeTable::parse(text).map_err(|error| Problem { line: error.span().map_or(0, |span| lines.line(span.start)), phrase: "not valid TOML" })?;
    Ok(convert_table(&lines, table.get_ref(), table.span()))
}

fn convert_table(lines: &Lines<'_>, table: &DeTable<'_>, span: std::ops::Range<usize>) -> Node {
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
            let at = if at.width >= 2 { at.part(1, at.width - 2) } else { at };
            Node::new(Value::Scalar(text.as_ref().into(), Style::Quoted), at)
        }
        DeValue::Integer(number) => scalar(number.as_str()),
        DeValue::Float(number) => scalar(number.as_str()),
        DeValue::Boolean(boolean) => scalar(if *boolean { "true" } else { "false" }),
        DeValue::Datetime(date) => scalar(&date.to_string()),
        DeValue::Array(items) => Node::new(Value::List(items.iter().map(|item| convert(lines, item)).collect()), at),
        DeValue::Table(table) => convert_table(lines, table, value.span()),
    }
}
