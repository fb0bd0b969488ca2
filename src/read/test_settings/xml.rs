//! The `<env>` and `<server>` elements of PHPUnit's configuration. The file is not parsed, only its
//! tags are: comments and character data are stepped over.

use std::ops::Range;

use crate::model::{Reading, Stance};
use crate::read::{Input, Output};
use crate::syntax::dotenv::is_name;
use crate::syntax::{At, Lines};

/// What is stepped over: how it begins and ends.
const SKIPPED: &[(&str, &str)] = &[("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">"), ("</", ">")];

/// An attribute: its name, and the bytes of its value.
type Attribute<'t> = (&'t str, Range<usize>);

/// Hands over the variables of a configuration.
pub(super) fn read(input: &Input<'_>, out: &mut Output) {
    let text = input.document.text();
    let lines = Lines::new(input.document.id, text);
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('<')).map(|i| at + i) {
        let rest = text.get(open..).unwrap_or("");
        let end = match SKIPPED.iter().find(|(start, _)| rest.starts_with(start)) {
            Some((_, sign)) => rest.find(sign).map(|end| (open + end + sign.len(), Vec::new())),
            None => tag(text, open + 1),
        };
        let Some((end, attributes)) = end else {
            return out.gap(At { line: lines.line(open), ..At::file(input.document.id) }, "a tag that is not closed");
        };
        let element = rest.get(1..).and_then(|body| body.split(|c: char| !c.is_ascii_alphanumeric()).next());
        if matches!(element, Some("env" | "server")) {
            let find = |name: &str| attributes.iter().find(|(other, _)| *other == name).map(|(_, range)| range.clone());
            if let (Some(range), Some(value)) = (find("name"), find("value"))
                && let Some(name) = text.get(range.clone()).filter(|name| is_name(name))
            {
                out.push(Reading::variable(Stance::Given, name, plain(text.get(value).unwrap_or("")), lines.at(range)));
            }
        }
        at = end;
    }
}

/// The end of a tag that begins here, and its attributes; none where it does not end.
fn tag(text: &str, start: usize) -> Option<(usize, Vec<Attribute<'_>>)> {
    let (mut at, mut attributes) = (start, Vec::new());
    loop {
        let rest = text.get(at..)?;
        let sign = rest.find(['>', '=', '<'])?;
        let head = rest.get(..sign)?;
        match rest.as_bytes().get(sign)? {
            b'>' => return Some((at + sign + 1, attributes)),
            b'<' => return None,
            _ => {}
        }
        let behind = rest.get(sign + 1..)?;
        let value = behind.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let from = at + sign + 1 + (behind.len() - value.len()) + 1;
        let length = value.get(1..)?.find(quote)?;
        attributes.push((head.trim().rsplit(char::is_whitespace).next().unwrap_or(""), from..from + length));
        at = from + length + 1;
    }
}

/// A text without the entities of XML.
fn plain(text: &str) -> String {
    let entities = [("&quot;", "\""), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, sign)| text.replace(entity, sign))
}
