//! YAML streams as [`Node`] trees: our own composer over `granit-parser`'s events. Aliases share
//! the anchored node and merge keys (`<<`) are resolved here, so a bomb of aliases costs nothing.
//! Specification: YAML 1.2.2, merge keys after the YAML 1.1 type repository.

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Options, Parser, ScalarStyle, Span, Tag};

use super::{At, FileId, Key, Node, Problem, Style, Value, clamp, put};
use crate::limits;

/// Parses every document of a stream. An empty document is a null node.
///
/// # Errors
/// A problem with its line where the text is no YAML or exceeds a limit.
pub fn parse(file: FileId, text: &str) -> Result<Vec<Node>, Problem> {
    let mut options = Options::default();
    options.block_nesting_limit = limits::DEPTH;
    options.flow_nesting_limit = limits::DEPTH;
    options.emit_unresolved_aliases = true;
    let mut composer = Composer { file, text, anchors: HashMap::new(), open: Vec::new(), documents: Vec::new(), nodes: 0, merged: 0 };
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| Problem { line: clamp(error.marker().line()), phrase: "not valid YAML" })?;
        composer.take(event, span)?;
    }
    Ok(composer.documents)
}

/// A collection under construction.
struct Open {
    shape: Shape,
    anchor: usize,
    at: At,
    tag: Option<Arc<str>>,
    /// How deep the tree below it is, through aliases too.
    height: usize,
}

enum Shape {
    List(Vec<Node>),
    Map { entries: Vec<(Key, Node)>, seen: HashMap<Arc<str>, usize>, merges: Vec<Node>, key: Option<Key> },
}

struct Composer<'t> {
    file: FileId,
    text: &'t str,
    anchors: HashMap<usize, (Node, usize)>,
    open: Vec<Open>,
    documents: Vec<Node>,
    nodes: usize,
    merged: usize,
}

impl Composer<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        let line = clamp(span.start.line());
        match event {
            Event::DocumentStart(..) => {
                if self.documents.len() >= limits::DOCUMENTS {
                    return Err(Problem { line, phrase: "too many YAML documents" });
                }
                self.anchors.clear();
                Ok(())
            }
            Event::Alias(id) => {
                // An alias inside its own anchor has no node yet: it stands for nothing.
                let (node, height) = self.anchors.get(&id).cloned().unwrap_or_else(|| (Node::new(Value::Null, self.at(&span)), 0));
                self.place(node, 0, height, line)
            }
            Event::UnresolvedAlias(_) => Err(Problem { line, phrase: "an alias without an anchor" }),
            Event::Scalar(text, style, anchor, tag) => {
                self.count(line)?;
                let node = self.scalar(&text, style, &span, tag.as_deref());
                self.place(node, anchor, 0, line)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.count(line)?;
                let at = self.at(&span);
                self.open.push(Open { shape: Shape::List(Vec::new()), anchor, at, tag: local(tag.as_deref()), height: 0 });
                Ok(())
            }
            Event::MappingStart(_, anchor, tag) => {
                self.count(line)?;
                let at = self.at(&span);
                let tag = local(tag.as_deref());
                let shape = Shape::Map { entries: Vec::new(), seen: HashMap::new(), merges: Vec::new(), key: None };
                self.open.push(Open { shape, anchor, at, tag, height: 0 });
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(line),
            _ => Ok(()),
        }
    }

    fn count(&mut self, line: u32) -> Result<(), Problem> {
        self.nodes += 1;
        if self.nodes > limits::NODES { Err(Problem { line, phrase: "too many nodes" }) } else { Ok(()) }
    }

    /// The place of a span: its first line only.
    fn at(&self, span: &Span) -> At {
        let inside = span.byte_range().and_then(|range| self.text.get(range)).unwrap_or("");
        let width = inside.lines().next().map_or(0, |first| first.trim_end().chars().count());
        At { file: self.file, line: clamp(span.start.line()), column: clamp(span.start.col() + 1), width: clamp(width) }
    }

    fn scalar(&self, text: &str, style: ScalarStyle, span: &Span, tag: Option<&Tag>) -> Node {
        let at = self.at(span);
        let tag = local(tag);
        match style {
            ScalarStyle::Plain if matches!(text, "" | "~" | "null" | "Null" | "NULL") => Node::tagged(Value::Null, at, tag),
            ScalarStyle::Plain => Node::tagged(Value::Scalar(text.into(), Style::Plain), at, tag),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                let at = if at.width >= 2 { at.part(1, at.width - 2) } else { at };
                Node::tagged(Value::Scalar(text.into(), Style::Quoted), at, tag)
            }
            ScalarStyle::Literal | ScalarStyle::Folded => Node::tagged(Value::Scalar(text.into(), Style::Block), at, tag),
        }
    }

    /// Puts a finished node into the collection that is open. Chains of aliases deepen a tree without
    /// nesting in the text, so its height is what is bounded.
    fn place(&mut self, node: Node, anchor: usize, height: usize, line: u32) -> Result<(), Problem> {
        if height > limits::DEPTH {
            return Err(Problem { line, phrase: "nested too deep through aliases" });
        }
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), height));
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        open.height = open.height.max(height + 1);
        match &mut open.shape {
            Shape::List(items) => items.push(node),
            Shape::Map { entries, seen, merges, key } => match key.take() {
                None => {
                    // A key that is no scalar has no name that anything could ask for.
                    let text = match node.value() {
                        Value::Scalar(text, _) => text.clone(),
                        _ => "".into(),
                    };
                    *key = Some(Key { text, at: node.at() });
                }
                Some(name) if &*name.text == "<<" => merges.push(node),
                Some(name) => {
                    put(entries, seen, name, node);
                }
            },
        }
        Ok(())
    }

    fn close(&mut self, line: u32) -> Result<(), Problem> {
        let Some(Open { shape, anchor, at, tag, height }) = self.open.pop() else { return Ok(()) };
        let value = match shape {
            Shape::List(items) => Value::List(items),
            Shape::Map { mut entries, mut seen, merges, .. } => {
                for source in merges.iter().flat_map(|m| if m.is_map() { std::slice::from_ref(m) } else { m.items() }) {
                    for (key, value) in source.entries() {
                        self.merged += 1;
                        if self.merged > limits::MERGED_ENTRIES {
                            return Err(Problem { line, phrase: "too many merged entries" });
                        }
                        if !seen.contains_key(&key.text) {
                            put(&mut entries, &mut seen, key.clone(), value.clone());
                        }
                    }
                }
                Value::Map(entries)
            }
        };
        self.place(Node::tagged(value, at, tag), anchor, height, line)
    }
}

/// Only application tags (`!reset`) matter here; those of the core schema say nothing new.
fn local(tag: Option<&Tag>) -> Option<Arc<str>> {
    tag.filter(|tag| tag.is_custom()).map(|tag| Arc::from(tag.suffix().trim_start_matches('!')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_aliases_is_bounded_like_nesting() {
        let chain: String = std::iter::once("a0: &a0 x\n".to_owned()).chain((1..5_000).map(|i| format!("a{i}: &a{i} [*a{}]\n", i - 1))).collect();
        assert_eq!(parse(FileId(0), &chain).unwrap_err().phrase, "nested too deep through aliases");
    }

    #[test]
    fn a_bomb_of_aliases_costs_nothing() {
        let bomb: String = std::iter::once("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned())
            .chain((1..40).map(|i| format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(", "))))
            .collect();
        assert_eq!(parse(FileId(0), &bomb).unwrap().len(), 1);
    }
}
