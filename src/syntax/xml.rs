//! XML, with the place of every text. Document type declarations are refused: what they define could
//! grow without end. The parser does not recurse, so that depth costs nothing.

use std::ops::Range;

use roxmltree::{Document, Node, ParsingOptions};

use super::Problem;
use crate::limits;

/// Reads a document.
///
/// # Errors
/// Where it is no XML, or holds more than the limits allow.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, Problem> {
    let options = ParsingOptions { nodes_limit: super::clamp(limits::NODES), ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => Problem::whole("too many nodes"),
        roxmltree::Error::DtdDetected => Problem { line: error.pos().row, phrase: "a document type declaration, which is not read" },
        _ => Problem { line: error.pos().row, phrase: "not valid XML" },
    })
}

/// The elements of this name in another one.
pub(crate) fn children<'a, 'i>(of: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    of.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The first element on a path of names.
pub(crate) fn path<'a, 'i>(of: Node<'a, 'i>, names: &[&'static str]) -> Option<Node<'a, 'i>> {
    names.iter().try_fold(of, |node, name| children(node, name).next())
}

/// The text of an element without the space around it, and where it stands. An element that holds others,
/// or nothing, has none.
pub(crate) fn text<'t>(of: Node<'_, '_>, document: &'t str) -> Option<(&'t str, Range<usize>)> {
    let mut parts = of.children().filter(|part| !part.is_comment());
    let range = parts.next().filter(roxmltree::Node::is_text)?.range();
    let whole = document.get(range.clone()).filter(|_| parts.next().is_none())?;
    trimmed(whole, range.start)
}

/// The value of an attribute, and where it stands.
pub(crate) fn attribute<'t>(of: Node<'_, '_>, name: &str, document: &'t str) -> Option<(&'t str, Range<usize>)> {
    let range = of.attribute_node(name)?.range_value();
    trimmed(document.get(range.clone())?, range.start)
}

/// A text without the space around it; none where nothing is left, or where an entity stands for something.
fn trimmed(text: &str, start: usize) -> Option<(&str, Range<usize>)> {
    let body = text.trim();
    let start = start + (text.len() - text.trim_start().len());
    (!body.is_empty() && !body.contains(['&', '<'])).then(|| (body, start..start + body.len()))
}
