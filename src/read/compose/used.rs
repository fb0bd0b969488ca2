//! The variables that a project's files are filled in with: each `${X}` of any value, with what
//! becomes of it where nothing sets X. Whether a service is started does not matter: Compose fills
//! the whole of every file in before it looks at one.

use std::collections::HashSet;
use std::sync::Arc;

use super::environment::{Left, OVER};
use super::expressions::{Expression, Expressions, Sign};
use super::forms::{is_reset, pairs};
use super::load::Project;
use crate::files::Document;
use crate::limits;
use crate::model::{Content, Form, Kind, Need, Reading, Stance};
use crate::read::{Input, Output};
use crate::syntax::{At, Key, Node, Style, Value, clamp, dotenv};

/// The longest line in front of a value in which its column is looked for, in characters.
const LEAD: u32 = 1_000;

/// Hands over what the files of a project are filled in with.
pub(super) fn used(input: &Input<'_>, project: &Project, left: &mut Left, out: &mut Output) {
    let parts = project.parts.iter().filter_map(|(_, path)| input.documents.open(path).ok());
    let files: Vec<Arc<Document>> = std::iter::once(&input.document).chain(&input.layers).cloned().chain(parts).collect();
    let mut walk = Walk { project, left, out, document: &input.document, seen: HashSet::new(), said: HashSet::new() };
    for document in &files {
        walk.document = document;
        // The services first, so that what they share through anchors is told to be theirs.
        for tree in document.trees().unwrap_or_default() {
            for (name, service) in tree.get("services").map(Node::entries).unwrap_or_default() {
                walk.node(service, Some(name));
                walk.passed(service, name);
            }
            walk.node(tree, None);
        }
    }
}

struct Walk<'w> {
    project: &'w Project,
    left: &'w mut Left,
    out: &'w mut Output,
    document: &'w Document,
    /// Maps and lists that were walked: aliases lead to them again and again.
    seen: HashSet<At>,
    said: HashSet<(String, At)>,
}

impl Walk<'_> {
    fn node(&mut self, node: &Node, service: Option<&Key>) {
        match node.value() {
            _ if is_reset(node) => {}
            Value::Scalar(text, style) if text.contains('$') => self.scalar(node, text, *style, service),
            Value::Scalar(..) | Value::Null => {}
            Value::List(items) if self.seen.insert(node.at()) => items.iter().for_each(|item| self.node(item, service)),
            Value::Map(entries) if self.seen.insert(node.at()) => entries.iter().for_each(|(_, value)| self.node(value, service)),
            Value::List(_) | Value::Map(_) => {}
        }
    }

    /// Build arguments without a value: each takes the variable of its name, if there is one.
    fn passed(&mut self, service: &Node, name: &Key) {
        let arguments = service.path(&["build", "args"]).map(pairs);
        for (key, _) in arguments.iter().flat_map(Node::entries).filter(|(_, node)| node.is_null()) {
            if dotenv::is_name(&key.text) && self.said.insert((key.text.to_string(), key.at)) {
                self.say(&key.text, Need::Optional, Content::Nothing, String::new(), key.at, Some(name));
            }
        }
    }

    fn say(&mut self, name: &str, need: Need, content: Content, text: String, at: At, service: Option<&Key>) {
        if !self.left.spend(name.len() + text.len()) {
            return self.left.tell(OVER, self.document.id, self.out);
        }
        let reading = Reading::new(Kind::Env, name, text, Form::Variable(Stance::Used, need, content), at);
        self.out.push(reading.workload(service.map(|name| &*name.text)));
    }

    fn scalar(&mut self, node: &Node, text: &str, style: Style, service: Option<&Key>) {
        let mut finder = Finder::new(node.at(), text, style, self.document);
        for expression in all(text) {
            let at = finder.find(&expression);
            if !self.said.insert((expression.name.to_owned(), at)) {
                continue;
            }
            let word = text.get(expression.word.clone()).unwrap_or("");
            let (need, content, text) = match expression.operator {
                Some('-') => (Need::Optional, Content::Default, self.project.fill(&Node::scalar(word, node.at())).text()),
                Some('?') => (Need::Required, Content::Nothing, String::new()),
                // Without it, it leaves something out, as is written there.
                Some('+') => (Need::Optional, Content::Nothing, String::new()),
                _ => (Need::Bare, Content::Nothing, String::new()),
            };
            self.say(expression.name, need, content, text, at, service);
        }
    }
}

/// All variables of a text, those in the words of others too, in order.
fn all(text: &str) -> Vec<Expression<'_>> {
    let expressions = Expressions::of(text);
    let (mut found, mut open) = (Vec::new(), vec![(0..text.len(), 0)]);
    while let Some((range, depth)) = open.pop() {
        let Some((sign_at, sign)) = expressions.next(range.clone()) else { continue };
        open.push((sign_at.end..range.end, depth));
        if let Sign::Variable(expression) = sign {
            if depth < limits::REFERENCE_DEPTH {
                open.push((expression.word.clone(), depth + 1));
            }
            found.push(expression);
        }
    }
    found
}

/// Finds the places of the names in a value, in order.
enum Finder<'f> {
    /// The text stands in one line as it is: so many bytes and characters of it are passed.
    Exact { at: At, text: &'f str, byte: usize, column: u32 },
    /// Escapes or several lines part the text from its source, which is searched from this line, byte
    /// and column on, for so many bytes.
    Search { document: &'f Document, at: At, line: u32, byte: usize, column: u32, left: usize },
}

impl<'f> Finder<'f> {
    fn new(at: At, text: &'f str, style: Style, document: &'f Document) -> Finder<'f> {
        if style != Style::Block && clamp(text.chars().count()) == at.width {
            return Finder::Exact { at, text, byte: 0, column: 0 };
        }
        let column = if style == Style::Block { 0 } else { at.column.saturating_sub(1) };
        let left = if column < LEAD && document.id == at.file { text.len().saturating_mul(2) } else { 0 };
        let lead: usize = document.line(at.line).map_or(0, |line| line.chars().take(column.min(LEAD) as usize).map(char::len_utf8).sum());
        Finder::Search { document, at, line: at.line, byte: lead, column, left }
    }

    fn find(&mut self, expression: &Expression<'_>) -> At {
        let width = clamp(expression.name.len());
        match self {
            Finder::Exact { at, text, byte, column } => {
                *column += clamp(text.get(*byte..expression.name_at).map_or(0, |passed| passed.chars().count()));
                *byte = expression.name_at;
                at.part(*column, width)
            }
            Finder::Search { document, at, line, byte, column, left } => {
                while let Some(rest) = document.line(*line).and_then(|text| text.get(*byte..)).filter(|_| *left > 0) {
                    if let Some(hit) = hit(rest, expression.name) {
                        *column += clamp(rest.get(..hit).map_or(0, |passed| passed.chars().count()));
                        let found = At { file: at.file, line: *line, column: *column + 1, width };
                        *byte += hit + expression.name.len();
                        *column += width;
                        return found;
                    }
                    *left = left.saturating_sub(rest.trim().len() + 1);
                    (*line, *byte, *column) = (*line + 1, 0, 0);
                }
                *left = 0;
                *at
            }
        }
    }
}

/// Where `$name` or `${name` names this variable in a line.
fn hit(line: &str, name: &str) -> Option<usize> {
    line.match_indices(name).map(|(start, _)| start).find(|start| {
        let before = line.get(..*start).unwrap_or("");
        let dollar = before.strip_suffix('{').unwrap_or(before).strip_suffix('$');
        let whole = !line.get(start + name.len()..).unwrap_or("").starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        whole && dollar.is_some_and(|before| !before.ends_with('$'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_in_words_are_found_in_order() {
        let names = |text| all(text).iter().map(|expression| expression.name).collect::<Vec<_>>();
        assert_eq!(names("$A-${B:-${C:?x}$D}$$E${F} $"), ["A", "B", "C", "D", "F"]);
        assert_eq!(names(&"${A:-".repeat(10_000)), Vec::<&str>::new());
        assert_eq!(all(&format!("{}{}", "${A:-".repeat(50), "}".repeat(50))).len(), limits::REFERENCE_DEPTH + 1);
    }

    #[test]
    fn a_name_is_found_where_a_dollar_stands_in_front() {
        assert_eq!(hit("A $AB $$A ${A:-1}", "A"), Some(12));
        assert_eq!(hit("A AB", "A"), None);
    }
}
