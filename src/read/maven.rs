//! `pom.xml`: the Java that a project is compiled for, which whatever builds or runs it must be at least.
//! Sources: Maven's POM reference ("Properties", "Inheritance"); maven-compiler-plugin, `compile`
//! (`release`, `target`, `source`); Spring Boot's Maven plugin, "Using the Plugin" (`java.version`);
//! maven-enforcer-plugin, "Require Java Version"; Kotlin's documentation, "Maven" (`jvmTarget`).

use std::sync::Arc;

use roxmltree::Node;

use super::declared::{self, Text};
use super::{Claim, Format, Home, Input, Links, Output, never};
use crate::catalog::Runtime;
use crate::files::{Document, file_name, folder, resolve};
use crate::limits;
use crate::model::{Scope, Syntax};
use crate::syntax::xml::{self, children};
use crate::syntax::{At, Lines};

/// Maven's projects.
pub(super) static FORMAT: Format = Format { name: "maven", claims, sniff: never, scan: None, home: Home::Contract, links: Links::None, read };

/// What the compiler is told, the strongest first.
const COMPILER: &[&str] = &["release", "target", "source"];

/// The properties that say the same. Spring Boot's parent compiles for `java.version`.
const PROPERTIES: &[&str] = &["maven.compiler.release", "maven.compiler.target", "maven.compiler.source", "java.version"];

/// Where plugins are configured.
const PLUGINS: &[&[&str]] = &[&["build", "plugins"], &["build", "pluginManagement", "plugins"]];

/// Where the files of archetypes stand, which become projects of others.
const ARCHETYPE: &str = "archetype-resources";

fn claims(path: &str) -> Claim {
    if file_name(path) == "pom.xml" { Claim::Yes } else { Claim::No }
}

fn read(input: &Input<'_>, out: &mut Output) {
    let document = &input.document;
    if document.path.split('/').any(|part| part == ARCHETYPE) {
        return out.note(At::file(document.id), "a template of another language");
    }
    let Some(java) = input.catalog.runtime("java") else { return };
    let pom = match xml::parse(document.text()) {
        Ok(pom) => pom,
        Err(_) if document.is_template() => return out.note(At::file(document.id), "a template of another language"),
        Err(problem) => return out.problem(document, problem),
    };
    let project = pom.root_element();
    let reader = Reader { input, document, java };
    let compiler = plugins(project, "maven-compiler-plugin").filter_map(|plugin| xml::path(plugin, &["configuration"]));
    let configured = compiler.flat_map(|configuration| COMPILER.iter().filter_map(move |name| children(configuration, name).next())).next();
    let properties = children(project, "properties").next();
    let property = |name: &'static str| properties.and_then(|properties| children(properties, name).next());
    if let Some(level) = configured.or_else(|| PROPERTIES.iter().find_map(|name| property(name))) {
        reader.floor(level, project, out);
    }
    if let Some(level) = property("kotlin.compiler.jvmTarget") {
        reader.floor(level, project, out);
    }
    for version in plugins(project, "maven-enforcer-plugin").flat_map(|plugin| plugin.descendants()).filter(|node| node.has_tag_name("requireJavaVersion")) {
        reader.required(version, project, out);
    }
}

/// The plugins of this name.
fn plugins<'a, 'i>(project: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    let lists = PLUGINS.iter().filter_map(move |path| xml::path(project, path));
    let is_it = move |plugin: &Node<'_, '_>| children(*plugin, "artifactId").any(|id| id.text().is_some_and(|text| text.trim() == name));
    lists.flat_map(|list| children(list, "plugin")).filter(is_it)
}

struct Reader<'a> {
    input: &'a Input<'a>,
    document: &'a Arc<Document>,
    java: &'a Runtime,
}

impl Reader<'_> {
    /// Hands over the Java that something is compiled for.
    fn floor(&self, level: Node<'_, '_>, project: Node<'_, '_>, out: &mut Output) {
        let Some((text, at, via)) = self.version(level, project, out) else { return };
        declared::from_elsewhere(self.input, out, self.java, Text { text: &text, at }, Syntax::Floor, Scope::Run, via);
    }

    /// Hands over the Java that the enforcer demands: `17` and older ones are refused, or a range.
    fn required(&self, rule: Node<'_, '_>, project: Node<'_, '_>, out: &mut Output) {
        let Some((text, at, via)) = children(rule, "version").next().and_then(|version| self.version(version, project, out)) else { return };
        match bounds(&text) {
            None => declared::from_elsewhere(self.input, out, self.java, Text { text: &text, at }, Syntax::Floor, Scope::Run, via),
            Some(range) => declared::from_elsewhere(self.input, out, self.java, Text { text: &range, at }, Syntax::Prefix, Scope::Run, via),
        }
    }

    /// A version that stands in an element, or in the property that it names.
    fn version(&self, element: Node<'_, '_>, project: Node<'_, '_>, out: &mut Output) -> Option<(String, At, Vec<At>)> {
        let text = self.document.text();
        let (version, range) = xml::text(element, text)?;
        let at = Lines::new(self.document.id, text).at(range);
        let Some(name) = reference(version) else { return Some((version.to_owned(), at, Vec::new())) };
        match property(self.input, self.document, project, name, 0) {
            Some((version, place)) => Some((version, place, vec![at])),
            None => {
                out.note(at, "a version that stands elsewhere");
                None
            }
        }
    }
}

/// The name in `${name}`.
fn reference(text: &str) -> Option<&str> {
    text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'))
}

/// A property of a project, or of the parent that the repository holds.
fn property(input: &Input<'_>, document: &Document, project: Node<'_, '_>, name: &str, steps: usize) -> Option<(String, At)> {
    if steps >= limits::REFERENCE_DEPTH {
        return None;
    }
    let own = children(project, "properties").next().and_then(|all| all.children().find(|node| node.is_element() && node.tag_name().name() == name));
    if let Some((text, range)) = own.and_then(|node| xml::text(node, document.text())) {
        return match reference(text) {
            Some(other) if other != name => property(input, document, project, other, steps + 1),
            Some(_) => None,
            None => Some((text.to_owned(), document.at(range))),
        };
    }
    let parent = children(project, "parent").next()?;
    let stated = children(parent, "relativePath").next();
    // An empty path says that the parent is not to be looked for.
    let path = match stated {
        Some(path) => path.text()?.trim().to_owned(),
        None => "../pom.xml".to_owned(),
    };
    let path = if path.ends_with(".xml") { path } else { format!("{path}/pom.xml") };
    let path = resolve(folder(&document.path), &path).filter(|path| input.documents.exists(path))?;
    let document = input.documents.open(&path).ok()?;
    let pom = xml::parse(document.text()).ok()?;
    property(input, &document, pom.root_element(), name, steps + 1)
}

/// A range in Maven's manner as comparisons: `[17,22)` is `>=17 <22`.
fn bounds(text: &str) -> Option<String> {
    let (low, high) = text.strip_prefix(['[', '('])?.strip_suffix([']', ')'])?.split_once(',').unwrap_or((text, text));
    let inner = |part: &str| part.trim_matches(['[', ']', '(', ')', ' ']).to_owned();
    let (low, high) = (inner(low), inner(high));
    let from = if text.starts_with('[') { ">=" } else { ">" };
    let to = if text.ends_with(']') { "<=" } else { "<" };
    let bounds: Vec<String> =
        [(from, low), (to, high)].into_iter().filter(|(_, version)| !version.is_empty()).map(|(sign, version)| format!("{sign}{version}")).collect();
    Some(bounds.join(" "))
}
