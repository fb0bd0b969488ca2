//! From a version that a file declares to a reading. What tells no version (`please-use-pnpm`, the
//! name of a virtual environment, a placeholder of a template) becomes a note.

use super::{Input, Output};
use crate::catalog::Runtime;
use crate::model::{Form, Kind, Reading, Scope, Syntax};
use crate::syntax::{At, Node, clamp};

/// A text and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Text<'t> {
    pub(super) text: &'t str,
    pub(super) at: At,
}

impl<'t> Text<'t> {
    /// The text of a scalar.
    pub(super) fn of(node: &'t Node) -> Option<Text<'t>> {
        Some(Text { text: node.text()?, at: node.at() })
    }

    /// A part of this text, which is a slice of it from this byte on.
    pub(super) fn from(self, start: usize, part: &'t str) -> Text<'t> {
        let before = self.text.get(..start).map_or(0, |s| s.chars().count());
        Text { text: part, at: self.at.part(clamp(before), clamp(part.chars().count())) }
    }
}

/// The lines of a text that say something, comments and the space around them left out.
pub(super) fn lines<'t>(file: At, text: &'t str, comment: &'static str) -> impl Iterator<Item = Text<'t>> {
    text.lines().enumerate().filter_map(move |(number, line)| {
        let line = line.split(comment).next().unwrap_or("");
        let body = line.trim();
        let before = line.len() - line.trim_start().len();
        let whole = Text { text: line, at: At { line: clamp(number + 1), column: 1, width: clamp(line.chars().count()), ..file } };
        (!body.is_empty()).then(|| whole.from(before, body))
    })
}

/// Hands over a version of a runtime.
pub(super) fn runtime(input: &Input<'_>, out: &mut Output, runtime: &Runtime, version: Text<'_>, syntax: Syntax) {
    from_elsewhere(input, out, runtime, version, syntax, Scope::Run, Vec::new());
}

/// Hands over a version of a runtime that stands elsewhere or beside others.
pub(super) fn from_elsewhere(input: &Input<'_>, out: &mut Output, runtime: &Runtime, version: Text<'_>, syntax: Syntax, scope: Scope, via: Vec<At>) {
    if input.catalog.version(&runtime.name, version.text, syntax).is_none() {
        out.note(version.at, "a declaration that tells no version");
        return;
    }
    out.push(Reading::new(Kind::Runtime, &runtime.name, version.text, Form::Version(syntax), version.at).scope(scope).via(via));
}

/// The first tree of a document, or nothing and the reason said: a template is a note.
pub(super) fn tree<'d>(input: &'d Input<'_>, out: &mut Output) -> Option<&'d Node> {
    match input.document.tree() {
        // Braces inside a document that is whole are some tool's own format strings.
        Ok(tree) if !input.document.path.contains("{{") => Some(tree),
        Err(problem) if !input.document.is_template() => {
            out.problem(&input.document, problem);
            None
        }
        _ => {
            out.note(At::file(input.document.id), "a template of another language");
            None
        }
    }
}
