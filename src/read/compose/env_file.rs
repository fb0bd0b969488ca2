//! The env files that a service is given (Compose Specification, `env_file`): the file that is there,
//! or the template that it is copied from, and which of its lines are assignments.

use std::sync::Arc;

use super::forms::given;
use crate::catalog::Catalog;
use crate::files::{Document, Documents, Unreadable, file_name, folder, join};
use crate::syntax::{At, Key, Node, dotenv};

use super::scope::Scope;

/// One entry of `env_file`.
pub(super) struct Entry<'n> {
    /// The path, as written.
    pub(super) path: &'n Node,
    /// Whether the service does not start without the file.
    pub(super) required: bool,
    /// Whether its values stay as they are.
    pub(super) raw: bool,
}

impl<'n> Entry<'n> {
    /// Of a path, or a map with one.
    pub(super) fn of(node: &'n Node) -> Option<Entry<'n>> {
        let path = if node.is_map() { given(node, "path")? } else { node };
        path.text()?;
        Some(Entry { path, required: node.text_of("required") != Some("false"), raw: node.text_of("format") == Some("raw") })
    }
}

/// What an entry leads to.
pub(super) enum Found {
    /// The file, or the template that stands for it.
    File(Arc<Document>),
    /// Something that cannot be read.
    Broken(&'static str),
    /// Nothing; and whether that is a fault, or such files are never committed.
    Absent { fault: bool },
}

/// Follows an entry.
pub(super) fn find(entry: &Entry<'_>, scope: &Scope, documents: &Documents<'_>, catalog: &Catalog) -> Found {
    let Some(path) = scope.path(entry.path) else { return Found::Absent { fault: false } };
    if !documents.exists(&path) {
        if documents.below(&path).next().is_some() {
            return Found::Broken("a folder in place of an env file");
        }
        return match template(&path, documents, catalog) {
            Some(document) => Found::File(document),
            None => Found::Absent { fault: documents.lacks(&path) && !is_never_committed(file_name(&path)) },
        };
    }
    documents.open(&path).map_or_else(|reason: Unreadable| Found::Broken(reason.phrase()), Found::File)
}

/// The template that a file which is not committed is copied from: one of its own name, or the
/// project's where the file is a `.env`.
fn template(path: &str, documents: &Documents<'_>, catalog: &Catalog) -> Option<Arc<Document>> {
    const WORDS: [&str; 4] = ["example", "sample", "template", "dist"];
    let (folder, name) = (folder(path), file_name(path));
    let behind = WORDS.iter().map(|word| format!("{name}.{word}"));
    let inside = name.rsplit_once('.').map(|(stem, end)| WORDS.map(|word| format!("{stem}.{word}.{end}"))).into_iter().flatten();
    let common = catalog.names.compose.templates.iter().filter(|_| name.starts_with(".env")).cloned();
    let mut paths = behind.chain(inside).chain(common).map(|name| join(folder, &name));
    paths.find_map(|path| documents.exists(&path).then(|| documents.open(&path).ok()).flatten())
}

/// Whether files of such a name stay on the machine that they were written on.
fn is_never_committed(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.starts_with(".env") || lower.contains(".local") || lower.contains(".secret")
}

/// The assignments of an env file; a bare name has no value. The body of a key in PEM form is none,
/// though a line of it may look like one.
pub(super) fn assignments(document: &Document) -> Vec<(Key, Node)> {
    let tree = dotenv::parse(document.id, document.text(), |_| {});
    let bodies = bodies(document.text());
    let inside = |at: &At| bodies.iter().any(|(first, last)| (*first..=*last).contains(&at.line));
    tree.entries().iter().filter(|(key, _)| !inside(&key.at)).cloned().collect()
}

/// The lines between `-----BEGIN` and `-----END`, the latter included. One that does not end goes on
/// as far as its lines look like its body.
fn bodies(text: &str) -> Vec<(u32, u32)> {
    let lines: Vec<&str> = text.lines().collect();
    let ends: Vec<usize> = (0..lines.len()).filter(|line| lines.get(*line).is_some_and(|line| line.contains("-----END"))).collect();
    let is_body = |line: &&&str| line.trim().trim_end_matches('=').chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/'));
    let mut bodies = Vec::new();
    for (begin, line) in lines.iter().enumerate().filter(|(_, line)| line.contains("-----BEGIN")) {
        if line.contains("-----END") {
            continue;
        }
        let end = ends.get(ends.partition_point(|end| *end <= begin));
        let next = || lines.iter().skip(begin + 1).take_while(is_body).count();
        let last = end.map_or_else(|| begin + next(), |end| *end);
        bodies.push((crate::syntax::clamp(begin + 2), crate::syntax::clamp(last + 1)));
    }
    bodies
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileId;

    #[test]
    fn the_body_of_a_key_gives_no_names() {
        let names = |text: &str| {
            let document = Document::new(FileId(0), ".env", text.to_owned());
            assignments(&document).iter().map(|(key, _)| key.text.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names("A=1\nKEY=-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4\n\nMIIEow\nabc=\n-----END RSA PRIVATE KEY-----\nB=2\n"), ["A", "KEY", "B"]);
        assert_eq!(names("KEY=-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc==\nB=2\n"), ["KEY", "B"]);
        assert_eq!(names("KEY=\"-----BEGIN X-----\\nMII\\n-----END X-----\"\nB=2\n"), ["KEY", "B"]);
        assert_eq!(names("KEY=\"-----BEGIN X-----\nMII=\n-----END X-----\"\r\nB=2\r\n"), ["KEY", "B"]);
    }

    #[test]
    fn files_of_one_machine_are_told_by_their_names() {
        for (name, expected) in
            [(".env", true), (".env.prod", true), ("app.local.env", true), ("db.secrets", true), (".Secret.env", true), ("app.env", false), ("prod.env", false)]
        {
            assert_eq!(is_never_committed(name), expected, "{name}");
        }
    }
}
