//! One span-preserving tree for every structured syntax. A scalar keeps its raw text: `3.10` stays
//! `3.10` and `no` stays `no`; whoever consumes a value decides its type.
//!
//! This room parses text into [`Node`]s and knows nothing of what the documents mean.

pub mod assignments;
pub mod dotenv;
pub mod hcl;
pub mod hjson;
pub mod ini;
pub mod json;
pub mod properties;
pub mod toml;
pub(crate) mod xml;
pub mod yaml;

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

/// Which loaded document a place lies in: an index into the run's documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// An exact place in a document. Lines and columns count from 1, columns and width in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At {
    /// The document.
    pub file: FileId,
    /// Line, from 1; 0 stands for the whole file.
    pub line: u32,
    /// Column of the first character, from 1.
    pub column: u32,
    /// Width on that line, in characters.
    pub width: u32,
}

impl At {
    /// The place of a whole file.
    pub fn file(file: FileId) -> At {
        At { file, line: 0, column: 0, width: 0 }
    }

    /// A part of this place: `width` characters that start `offset` characters into it.
    pub fn part(self, offset: u32, width: u32) -> At {
        At { column: self.column + offset, width, ..self }
    }
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Bare: `3.10`, `yes`.
    Plain,
    /// In quotes of either kind.
    Quoted,
    /// A block (`|`, `>`) or a multi-line string; its place is that of its first line with content.
    Block,
}

/// The value of a node.
#[derive(Clone)]
pub enum Value {
    /// Nothing was written, or a bare `null` / `~`.
    Null,
    /// Text as written, escapes resolved, and its style.
    Scalar(Arc<str>, Style),
    /// A list.
    List(Vec<Node>),
    /// A map in the order of the document; keys are unique, the last one written wins.
    Map(Vec<(Key, Node)>),
}

/// The key of a map entry.
#[derive(Clone)]
pub struct Key {
    /// The key's text.
    pub text: Arc<str>,
    /// Where the key stands.
    pub at: At,
}

struct Inner {
    value: Value,
    at: At,
    tag: Option<Arc<str>>,
}

/// A node of a syntax tree. Cloning is cheap: an alias shares its anchor's node, and layers share
/// what they do not change.
#[derive(Clone)]
pub struct Node(Arc<Inner>);

impl Node {
    /// A node of this value at this place.
    pub fn new(value: Value, at: At) -> Node {
        Node(Arc::new(Inner { value, at, tag: None }))
    }

    /// A node with a local tag such as `!reset`.
    pub fn tagged(value: Value, at: At, tag: Option<Arc<str>>) -> Node {
        Node(Arc::new(Inner { value, at, tag }))
    }

    /// A plain scalar.
    pub fn scalar(text: impl Into<Arc<str>>, at: At) -> Node {
        Node::new(Value::Scalar(text.into(), Style::Plain), at)
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.0.value
    }

    /// Where the value stands.
    pub fn at(&self) -> At {
        self.0.at
    }

    /// The local tag (`reset`, `override`), without its `!`.
    pub fn tag(&self) -> Option<&str> {
        self.0.tag.as_deref()
    }

    /// The value under a key of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(k, _)| &*k.text == key).map(|(_, v)| v)
    }

    /// The value under a path of keys.
    pub fn path(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The entries of a map; empty for anything else.
    pub fn entries(&self) -> &[(Key, Node)] {
        match self.value() {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; empty for anything else.
    pub fn items(&self) -> &[Node] {
        match self.value() {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match self.value() {
            Value::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// The text under a key.
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Node::text)
    }

    /// Whether nothing was written here.
    pub fn is_null(&self) -> bool {
        matches!(self.value(), Value::Null)
    }

    /// Whether this is a map.
    pub fn is_map(&self) -> bool {
        matches!(self.value(), Value::Map(_))
    }

    /// A scalar or each scalar of a list: the shape of settings that take one or many.
    pub fn one_or_many(&self) -> Vec<&Node> {
        match self.value() {
            Value::Scalar(..) => vec![self],
            Value::List(items) => items.iter().filter(|item| item.text().is_some()).collect(),
            _ => Vec::new(),
        }
    }
}

/// Structure without any text: a document may hold secrets, so nothing of it may reach a log.
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = match self.value() {
            Value::Null => "null",
            Value::Scalar(..) => "scalar",
            Value::List(_) => "list",
            Value::Map(_) => "map",
        };
        write!(f, "{shape}@{}:{}", self.0.at.line, self.0.at.column)
    }
}

/// Why a document could not be read: a line and a fixed phrase, so that it cannot carry input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    /// Line from 1, or 0 where the whole file is meant.
    pub line: u32,
    /// What is wrong.
    pub phrase: &'static str,
}

impl Problem {
    /// A problem of the whole file.
    pub fn whole(phrase: &'static str) -> Problem {
        Problem { line: 0, phrase }
    }
}

/// Counts the characters between a line's start and an offset. A file may be one line of megabytes,
/// so nothing is counted twice: ASCII need not be counted, and else a count goes on from the last.
struct Columns {
    ascii: bool,
    /// The start, the offset and the characters of the last count.
    last: Cell<(usize, usize, usize)>,
}

impl Columns {
    fn of(text: &str) -> Columns {
        Columns { ascii: text.is_ascii(), last: Cell::new((0, 0, 0)) }
    }

    fn count(&self, text: &str, start: usize, offset: usize) -> usize {
        if self.ascii {
            return offset.min(text.len()).saturating_sub(start);
        }
        let (from, known) = match self.last.get() {
            (line, last, known) if line == start && last <= offset => (last, known),
            _ => (start, 0),
        };
        let count = known + text.get(from..offset).map_or(0, |s| s.chars().count());
        self.last.set((start, offset, count));
        count
    }
}

/// Finds line and column of byte offsets of one text, in any order.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    columns: Columns,
    file: FileId,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(file: FileId, text: &'t str) -> Lines<'t> {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1)).collect();
        Lines { text, starts, columns: Columns::of(text), file }
    }

    /// The line, from 1, of a byte offset.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }

    /// The place of a byte range; a range over several lines keeps its first line only.
    pub(crate) fn at(&self, range: std::ops::Range<usize>) -> At {
        let line = self.line(range.start);
        let start = self.starts.get(line.saturating_sub(1) as usize).copied().unwrap_or(0);
        let before = self.columns.count(self.text, start, range.start);
        let inside = self.text.get(range).unwrap_or("");
        let width = inside.lines().next().map_or(0, |s| s.chars().count());
        At { file: self.file, line, column: clamp(before + 1), width: clamp(width) }
    }
}

pub(crate) fn clamp(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Puts an entry into a map under construction: the last one written wins, in its own place.
pub(crate) fn put(entries: &mut Vec<(Key, Node)>, seen: &mut std::collections::HashMap<Arc<str>, usize>, key: Key, node: Node) -> bool {
    if let Some(slot) = seen.get(&key.text).and_then(|i| entries.get_mut(*i)) {
        *slot = (key, node);
        return true;
    }
    seen.insert(key.text.clone(), entries.len());
    entries.push((key, node));
    false
}
