//! The literal assignments of configuration that is written as code, as a [`Node`] tree: Python's
//! `DEBUG = False`, Ruby's `config.force_ssl = true`, Elixir's `config :shop, Shop.Repo, pool_size: 2`.
//! Only what stands on one line counts; anything that has to be run is an expression, kept as written.

use std::collections::HashMap;

use super::{At, FileId, Key, Node, Style, Value, clamp, put};
use crate::limits;

/// Which language a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Assignments at the left margin.
    Python,
    /// Assignments to `config.`.
    Ruby,
    /// `config` with an application, a module, and a list of keys.
    Elixir,
}

/// The assignments of a file.
pub fn parse(file: FileId, text: &str, language: Language) -> Node {
    let (mut entries, mut seen) = (Vec::new(), HashMap::new());
    let mut scope = String::new();
    for (number, line) in text.lines().enumerate() {
        if entries.len() >= limits::NODES || line.len() > limits::CODE_LINE_BYTES {
            break;
        }
        for (name, value) in found(line, language, &mut scope) {
            let at = |part: &str| place(file, number, line, part);
            let key = Key { text: name.full.into(), at: at(name.last) };
            put(&mut entries, &mut seen, key, node(value, at(value)));
        }
    }
    Node::new(Value::Map(entries), At { file, line: 1, column: 1, width: 0 })
}

/// A name: as a whole, and what of it stands on the line.
struct Name<'l> {
    full: String,
    last: &'l str,
}

fn place(file: FileId, number: usize, line: &str, part: &str) -> At {
    let offset = (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize).min(line.len());
    let column = line.get(..offset).map_or(0, |head| head.chars().count());
    At { file, line: clamp(number + 1), column: clamp(column + 1), width: clamp(part.chars().count()) }
}

/// The assignments of a line. `scope` is what the keys of the lines that follow belong to.
fn found<'l>(line: &'l str, language: Language, scope: &mut String) -> Vec<(Name<'l>, &'l str)> {
    let own = |name: &'l str, value: &'l str| vec![(Name { full: name.to_owned(), last: name }, value)];
    match language {
        Language::Python => match assigned(line) {
            Some((name, value)) if name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') => own(name, bare(value, '#')),
            _ => Vec::new(),
        },
        Language::Ruby => {
            let line = line.trim();
            match assigned(line).and_then(|(name, value)| Some((name.strip_prefix("config.")?, value))) {
                Some((name, value)) if name.chars().all(is_name) => own(name, bare(value, '#')),
                _ => Vec::new(),
            }
        }
        Language::Elixir => elixir(line, scope),
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.')
}

/// The two sides of an assignment: a name, `=`, a value.
fn assigned(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = name.strip_suffix(' ').unwrap_or(name).trim_end();
    // Neither a comparison nor an augmented assignment.
    let plain = !name.is_empty() && name.chars().all(is_name) && !value.starts_with(['=', '~', '>']);
    plain.then_some((name, value))
}

/// A value without the comment and the comma behind it.
fn bare(value: &str, comment: char) -> &str {
    let (mut quote, mut end) = (None, value.len());
    for (i, c) in value.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c == comment => {
                end = i;
                break;
            }
            None => {}
        }
    }
    value.get(..end).unwrap_or(value).trim().trim_end_matches(',').trim_end()
}

/// `config :app, Module,` begins a scope; `key: value` stands in it.
fn elixir<'l>(line: &'l str, scope: &mut String) -> Vec<(Name<'l>, &'l str)> {
    let trimmed = line.trim();
    let mut rest = trimmed;
    if let Some(after) = trimmed.strip_prefix("config ") {
        scope.clear();
        rest = after;
        while let Some((head, tail)) = rest.split_once(',').map_or(Some((rest, "")), Some).filter(|(head, _)| is_scope(head.trim())) {
            if !scope.is_empty() {
                scope.push('.');
            }
            scope.push_str(head.trim().trim_start_matches(':'));
            rest = tail.trim_start();
            if tail.is_empty() {
                rest = "";
                break;
            }
        }
    } else if scope.is_empty() || !line.starts_with([' ', '\t']) {
        return Vec::new();
    }
    let Some((name, value)) = rest.split_once(": ").filter(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')) else {
        return Vec::new();
    };
    vec![(Name { full: format!("{scope}.{name}"), last: name }, bare(value, '#'))]
}

/// Whether a piece is an application or a module.
fn is_scope(text: &str) -> bool {
    let name = text.strip_prefix(':').unwrap_or(text);
    let module = name.starts_with(|c: char| c.is_ascii_uppercase());
    !name.is_empty() && name.chars().all(is_name) && (module || text.starts_with(':'))
}

/// A literal, or an expression as it is written.
fn node(text: &str, at: At) -> Node {
    let quoted = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote).filter(|inner| !inner.contains(quote) && !inner.contains("#{"));
    let scalar = |text: &str, style: Style, at: At| Node::new(Value::Scalar(text.into(), style), at);
    if let Some(inner) = quoted('"').or_else(|| quoted('\'')) {
        return scalar(inner, Style::Quoted, At { column: at.column + 1, width: at.width.saturating_sub(2), ..at });
    }
    let number = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '_' | '-')) && text.chars().any(|c| c.is_ascii_digit());
    match text {
        "True" | "true" => scalar("true", Style::Plain, at),
        "False" | "false" => scalar("false", Style::Plain, at),
        "None" | "nil" => Node::new(Value::Null, at),
        _ if number => scalar(text, Style::Plain, at),
        _ if text.starts_with(':') && text.get(1..).is_some_and(|name| !name.is_empty() && name.chars().all(is_name)) => scalar(text, Style::Plain, at),
        _ => Node::tagged(Value::Scalar(text.into(), Style::Plain), at, Some("expression".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, language: Language) -> Vec<(String, String, u32, u32)> {
        let tree = parse(FileId(0), text, language);
        let text_of = |node: &Node| match node.value() {
            Value::Null => "null".to_owned(),
            _ if node.tag().is_some() => format!("({})", node.text().unwrap_or("")),
            _ => node.text().unwrap_or("").to_owned(),
        };
        tree.entries().iter().map(|(key, node)| (key.text.to_string(), text_of(node), node.at().line, node.at().column)).collect()
    }

    #[test]
    fn literals_are_told_from_expressions() {
        let python = read(
            "DEBUG = True  # on\nHOSTS = [\"a\"]\nNAME = 'x # y'\nif DEBUG == True:\n    INNER = 1\nX += 1\nlower = 2\nTIMEOUT = 30\nKEY = env('K')\n",
            Language::Python,
        );
        let names: Vec<(&str, &str)> = python.iter().map(|(name, value, ..)| (name.as_str(), value.as_str())).collect();
        assert_eq!(names, [("DEBUG", "true"), ("HOSTS", "([\"a\"])"), ("NAME", "x # y"), ("TIMEOUT", "30"), ("KEY", "(env('K'))")]);
        assert_eq!(python.first().map(|(.., line, column)| (*line, *column)), Some((1, 9)));
        let ruby = read(
            "Rails.application.configure do\n  config.force_ssl = true\n  config.log_level = :info # quiet\n  config.x == 1\n  # config.y = 2\nend\n",
            Language::Ruby,
        );
        assert_eq!(ruby.iter().map(|(name, value, ..)| format!("{name}={value}")).collect::<Vec<_>>(), ["force_ssl=true", "log_level=:info"]);
        let elixir =
            read("import Config\nconfig :shop, Shop.Repo,\n  pool_size: 2,\n  hostname: \"db\"\n\nconfig :logger, level: :warning\n", Language::Elixir);
        assert_eq!(
            elixir.iter().map(|(name, value, ..)| format!("{name}={value}")).collect::<Vec<_>>(),
            ["shop.Shop.Repo.pool_size=2", "shop.Shop.Repo.hostname=db", "logger.level=:warning"]
        );
    }

    #[test]
    fn nothing_breaks_it() {
        for text in ["", "=", "A=", "config ", "config :", "config :a,", "  a: ", "'", "A = '", "config :a, b: 🦀", "A = \"\\\"", "é = 1"] {
            for language in [Language::Python, Language::Ruby, Language::Elixir] {
                let _ = parse(FileId(0), text, language);
            }
        }
    }
}
