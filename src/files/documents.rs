//! The documents of a run: each file is opened and parsed once, whoever asks for it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

use super::{FileView, Unreadable, file_name};
use crate::limits;
use crate::syntax::{self, FileId, Node, Problem};

/// One text file.
pub struct Document {
    /// Its number in this run.
    pub id: FileId,
    /// Its path from the root.
    pub path: Arc<str>,
    text: String,
    /// Where each line starts; made when the first one is asked for.
    starts: OnceLock<Vec<usize>>,
    trees: OnceLock<Result<Vec<Node>, Problem>>,
}

impl Document {
    /// A document of this text; a byte order mark is dropped.
    pub fn new(id: FileId, path: &str, text: String) -> Document {
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        Document { id, path: path.into(), text, starts: OnceLock::new(), trees: OnceLock::new() }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// One line, from 1, without its end.
    pub fn line(&self, number: u32) -> Option<&str> {
        let line = self.text.get(self.start(number)?..self.start(number.checked_add(1)?).unwrap_or(self.text.len()))?;
        let line = line.strip_suffix('\n').unwrap_or(line);
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    /// The lines from one on, from 1, without their ends.
    pub fn lines_from(&self, number: u32) -> std::str::Lines<'_> {
        self.start(number).and_then(|start| self.text.get(start..)).unwrap_or("").lines()
    }

    /// Where a line starts, from 1.
    fn start(&self, number: u32) -> Option<usize> {
        let starts = self.starts.get_or_init(|| {
            let after = memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|end| end + 1);
            std::iter::once(0).chain(after).filter(|start| *start < self.text.len()).collect()
        });
        starts.get((number as usize).checked_sub(1)?).copied()
    }

    /// The place of a range of bytes.
    pub fn at(&self, range: std::ops::Range<usize>) -> syntax::At {
        syntax::Lines::new(self.id, &self.text).at(range)
    }

    /// The documents of the file in the syntax that its name tells: JSON, Hjson, HCL, TOML, properties, or else YAML.
    ///
    /// # Errors
    /// The problem that kept it from being parsed.
    pub fn trees(&self) -> Result<&[Node], Problem> {
        let parsed = self.trees.get_or_init(|| {
            let name = file_name(&self.path);
            match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
                "json" | "jsonc" | "json5" => syntax::json::parse(self.id, &self.text).map(|tree| vec![tree]),
                "hjson" => syntax::hjson::parse(self.id, &self.text).map(|tree| vec![tree]),
                "tf" | "tofu" | "tfvars" | "hcl" => syntax::hcl::parse(self.id, &self.text).map(|tree| vec![tree]),
                "toml" => syntax::toml::parse(self.id, &self.text).map(|tree| vec![tree]),
                "properties" => syntax::properties::parse(self.id, &self.text).map(|tree| vec![tree]),
                _ if name == "Pipfile" => syntax::toml::parse(self.id, &self.text).map(|tree| vec![tree]),
                _ => syntax::yaml::parse(self.id, &self.text),
            }
        });
        parsed.as_deref().map_err(|problem| *problem)
    }

    /// The first document of the file.
    ///
    /// # Errors
    /// The problem that kept it from being parsed, also where there is nothing in it.
    pub fn tree(&self) -> Result<&Node, Problem> {
        self.trees()?.first().ok_or(Problem::whole("nothing in the file"))
    }

    /// Whether this is a template of another language (Helm, Jinja, ERB, Handlebars, cookiecutter),
    /// which is not the document that it will become.
    pub fn is_template(&self) -> bool {
        let name = file_name(&self.path);
        let by_name = [".j2", ".jinja", ".jinja2", ".erb", ".tmpl", ".tpl", ".gotmpl", ".hbs", ".mustache", ".ejs"].iter().any(|e| name.ends_with(e));
        by_name
            || self.path.contains("{{")
            || self.text.lines().any(|line| {
                // `${{ … }}` is an expression of GitHub's, inside a document that is whole.
                line.match_indices("{{").any(|(i, _)| !line.get(..i).is_some_and(|before| before.ends_with('$'))) || line.contains("{%") || line.contains("<%")
            })
    }
}

/// Every document that a run has opened, by path. Shared between threads.
pub struct Documents<'v> {
    view: &'v dyn FileView,
    /// What the view listed, by path; a link's path leads to its target's.
    listed: &'v [super::Entry],
    /// The listed files by their names without folders; made when the first is asked for.
    names: OnceLock<HashMap<String, Vec<usize>>>,
    opened: RwLock<Opened>,
}

#[derive(Default)]
struct Opened {
    by_path: HashMap<String, Result<Arc<Document>, Unreadable>>,
    by_id: Vec<Option<Arc<Document>>>,
}

impl<'v> Documents<'v> {
    /// The documents of a view, none opened yet.
    pub fn new(view: &'v dyn FileView, listing: &'v super::Listing) -> Documents<'v> {
        Documents { view, listed: &listing.entries, names: OnceLock::new(), opened: RwLock::default() }
    }

    fn entry(&self, path: &str) -> Option<&'v super::Entry> {
        self.listed.binary_search_by(|entry| entry.path.as_str().cmp(path)).ok().and_then(|i| self.listed.get(i))
    }

    /// Whether the view listed this file.
    pub fn exists(&self, path: &str) -> bool {
        self.entry(path).is_some()
    }

    /// Whether the view surely has no such file: neither listed nor in a folder that is not listed.
    pub(crate) fn lacks(&self, path: &str) -> bool {
        !self.exists(path) && !super::folder(path).split('/').any(|part| super::PRUNED.contains(&part))
    }

    /// The listed files below a folder, in order; the empty folder is the root.
    pub fn below(&self, folder: &str) -> impl Iterator<Item = &'v str> + use<'v> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let start = self.listed.partition_point(|entry| entry.path < prefix);
        let rest = self.listed.get(start..).unwrap_or(&[]);
        rest.iter().map(|entry| entry.path.as_str()).take_while(move |path| path.starts_with(&prefix))
    }

    /// The listed files that lie in a folder itself, in order. What its folders hold is passed over, not looked at.
    pub fn inside(&self, folder: &str) -> impl Iterator<Item = &'v str> + use<'v> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let (listed, mut next) = (self.listed, self.listed.partition_point(|entry| entry.path < prefix));
        std::iter::from_fn(move || {
            loop {
                let path = listed.get(next)?.path.as_str();
                let Some(end) = path.strip_prefix(&prefix)?.find('/') else {
                    next += 1;
                    return Some(path);
                };
                let below = path.get(..=prefix.len() + end)?;
                next += listed.get(next..)?.partition_point(|entry| entry.path.starts_with(below));
            }
        })
    }

    /// The listed files of these names, whatever their folders, in order.
    pub(crate) fn named(&self, names: &[String]) -> Vec<&'v str> {
        let known = self.names.get_or_init(|| {
            let mut known: HashMap<String, Vec<usize>> = HashMap::new();
            for (i, entry) in self.listed.iter().enumerate() {
                known.entry(file_name(&entry.path).to_owned()).or_default().push(i);
            }
            known
        });
        let of = |name: &String| known.get(name).into_iter().flatten().filter_map(|i| self.listed.get(*i));
        let mut found: Vec<&str> = names.iter().flat_map(of).map(|entry| entry.path.as_str()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The path that a listed path really is: the target of a link, or itself.
    pub fn real<'p>(&'p self, path: &'p str) -> &'p str {
        self.entry(path).and_then(|entry| entry.link.as_deref()).unwrap_or(path)
    }

    /// Opens a file, or hands out what is already open.
    ///
    /// # Errors
    /// The reason why it cannot be read; asking again gives the same.
    pub fn open(&self, path: &str) -> Result<Arc<Document>, Unreadable> {
        let path = self.real(path);
        if let Some(known) = self.opened.read().ok().and_then(|opened| opened.by_path.get(path).cloned()) {
            return known;
        }
        let bytes = if self.exists(path) { self.view.read_listed(path) } else { self.view.read(path) };
        self.keep(path, bytes.and_then(decode))
    }

    /// Opens a listed file if its bytes are worth it, so that what is not is never decoded nor kept. The
    /// buffer is used again from file to file.
    ///
    /// # Errors
    /// The reason why it cannot be read.
    pub(crate) fn open_if(&self, path: &str, buffer: &mut Vec<u8>, worth: impl FnOnce(&[u8]) -> bool) -> Result<Option<Arc<Document>>, Unreadable> {
        let bytes = self.view.read_into(path, buffer)?;
        if !worth(bytes) {
            return Ok(None);
        }
        self.keep(path, decode(bytes.to_vec())).map(Some)
    }

    fn keep(&self, path: &str, text: Result<String, Unreadable>) -> Result<Arc<Document>, Unreadable> {
        let Ok(mut opened) = self.opened.write() else { return Err(Unreadable::Denied) };
        if let Some(known) = opened.by_path.get(path) {
            return known.clone();
        }
        let id = FileId(syntax::clamp(opened.by_id.len()));
        let document = text.map(|text| Arc::new(Document::new(id, path, text)));
        opened.by_id.push(document.as_ref().ok().cloned());
        opened.by_path.insert(path.to_owned(), document.clone());
        document
    }

    /// An opened document by its number.
    pub fn by_id(&self, id: FileId) -> Option<Arc<Document>> {
        self.opened.read().ok()?.by_id.get(id.0 as usize).cloned().flatten()
    }

    /// Lets go of a document that turned out to hold nothing of use.
    pub(crate) fn forget(&self, path: &str) {
        let path = self.real(path);
        if let Ok(mut opened) = self.opened.write()
            && let Some(Ok(document)) = opened.by_path.remove(path)
            && let Some(slot) = opened.by_id.get_mut(document.id.0 as usize)
        {
            *slot = None;
        }
    }

    /// How many files were opened.
    pub fn count(&self) -> usize {
        self.opened.read().map_or(0, |opened| opened.by_id.len())
    }
}

fn decode(bytes: Vec<u8>) -> Result<String, Unreadable> {
    if memchr::memchr(0, bytes.get(..limits::SNIFF_BYTES).unwrap_or(&bytes)).is_some() {
        return Err(Unreadable::Binary);
    }
    String::from_utf8(bytes).map_err(|_| Unreadable::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{Archive, Entry, Listing, folder};

    #[test]
    fn what_lies_inside_a_folder_is_what_lies_below_it_in_no_other() {
        let paths = ["a", "a-b/c", "a.d/e", "b", "d/a", "d/a/b", "d/a/c/d", "d/a.b", "d/b/c", "d/c", "da/e", "e/f/g"];
        let mut entries: Vec<Entry> = paths.iter().map(|path| Entry { path: (*path).to_owned(), link: None }).collect();
        entries.sort_unstable();
        let listing = Listing { entries, ..Listing::default() };
        let (view, mut seen) = (Archive::default(), 0);
        let documents = Documents::new(&view, &listing);
        for of in ["", "a", "a-b", "d", "d/a", "e", "e/f", "none"] {
            let expected: Vec<&str> = documents.below(of).filter(|path| folder(path) == of).collect();
            assert_eq!(documents.inside(of).collect::<Vec<&str>>(), expected, "{of}");
            seen += expected.len();
        }
        assert_eq!(seen, 8);
    }
}
