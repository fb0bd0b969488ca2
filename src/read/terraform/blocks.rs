//! What stands in resources and in the arguments of modules: the versions of managed services and
//! runtimes, and images. Variables have a room of their own.

use super::module::{Body, Frame, Walk, maps};
use super::scope::Bound;
use super::{dependencies, variables};
use crate::model::{Form, ImageRef, Reading, Scope, Syntax};
use crate::read::technology::Use;
use crate::syntax::hcl::EXPRESSION;
use crate::syntax::{Node, Value};

/// How deep values are followed through locals.
const DEPTH: usize = 64;

/// A resource, or data that is looked up.
pub(super) fn resource(walk: &mut Walk<'_, '_>, frame: &Frame<'_>, body: &Body<'_>) {
    let [kind, label] = body.labels.as_slice() else { return };
    let workload = frame.workload(&label.text);
    let terraform = &walk.input.catalog.terraform;
    if terraform.words.named_images.contains(&kind.text.to_string())
        && let Some(name) = body.node.get("name").and_then(|name| frame.scope.resolve(name))
    {
        image(walk, frame, &workload, &name);
    }
    match terraform.managed(&kind.text) {
        Some(managed) => managed_version(walk, frame, &workload, managed, body.node),
        None => settings(walk, frame, &Block { workload, hints: vec![&kind.text, &label.text] }, body.node, 0),
    }
    if terraform.managed(&kind.text).is_some() {
        let block = Block { workload: frame.workload(&label.text), hints: Vec::new() };
        settings(walk, frame, &block, body.node, 0);
    }
}

/// The arguments of a module.
pub(super) fn arguments(walk: &mut Walk<'_, '_>, frame: &Frame<'_>, body: &Body<'_>) {
    let Some(label) = body.labels.first() else { return };
    let source = body.node.text_of("source").unwrap_or("");
    let last = source.split('?').next().and_then(|path| path.rsplit('/').find(|part| !part.is_empty())).unwrap_or("");
    // A module of a registry is called after what it makes before its provider: `acme/redis/aws`.
    let before = source.rsplit('/').nth(1).unwrap_or("");
    let block = Block { workload: frame.workload(&label.text), hints: vec![last, &label.text, before] };
    settings(walk, frame, &block, body.node, 0);
}

/// A block, as what stands in it needs to know it.
struct Block<'b> {
    workload: String,
    /// What it is called after.
    hints: Vec<&'b str>,
}

fn settings(walk: &mut Walk<'_, '_>, frame: &Frame<'_>, block: &Block<'_>, node: &Node, depth: usize) {
    if depth > DEPTH || !walk.pays() {
        return;
    }
    // A container of a list of containers has a name of its own.
    let container = node.text_of("name").filter(|_| depth > 0 && node.get("image").is_some());
    let own = container.map(|name| Block { workload: frame.workload(name), hints: block.hints.clone() });
    let block = own.as_ref().unwrap_or(block);
    for item in node.items() {
        settings(walk, frame, block, item, depth + 1);
    }
    let catalog = walk.input.catalog;
    let words = &catalog.terraform.words;
    for (key, value) in node.entries() {
        let is = |list: &[String]| list.iter().any(|word| **word == *key.text);
        if is(&words.variables) || is(&words.secrets) {
            if !variables::read(walk, frame, &block.workload, key, value, is(&words.secrets)) {
                settings(walk, frame, block, value, depth + 1);
            }
            continue;
        }
        let subject = catalog.terraform.argument(&key.text).or_else(|| is(&words.versions).then(|| subject(walk, frame, block, node)).flatten());
        if let Some(subject) = subject {
            if let Some(value) = frame.scope.resolve(value) {
                version(walk, frame, &block.workload, subject, &value);
            }
        } else if is(&words.images) {
            if let Some(value) = frame.scope.resolve(value) {
                image(walk, frame, &block.workload, &value);
            }
        } else if value.tag() == Some(EXPRESSION) {
            if let Some(known) = frame.scope.resolve(value).filter(|_| value.text().is_some_and(|text| text.starts_with("local."))) {
                settings(walk, frame, block, &known.node, depth + 1);
            }
        } else {
            settings(walk, frame, block, value, depth + 1);
        }
    }
}

/// What a version in a block is of: the engine that is named beside it, else what the block is called after.
fn subject<'w>(walk: &Walk<'w, '_>, frame: &Frame<'_>, block: &Block<'_>, node: &Node) -> Option<&'w str> {
    let terraform = &walk.input.catalog.terraform;
    let named = terraform.words.engines.iter().find_map(|word| node.get(word));
    if let Some(named) = named {
        return frame.scope.resolve(named).and_then(|engine| terraform.engine(engine.node.text()?));
    }
    block.hints.iter().find_map(|hint| crate::catalog::words(hint).find_map(|word| terraform.engine(&word)))
}

/// The version of what a resource of a known type runs.
fn managed_version(walk: &mut Walk<'_, '_>, frame: &Frame<'_>, workload: &str, managed: &crate::catalog::Managed, node: &Node) {
    let mut found = Some(node);
    for word in managed.version.split('.') {
        found = found.and_then(|node| maps(node).first()).and_then(|node| node.get(word));
    }
    let Some(value) = found.and_then(|node| frame.scope.resolve(node)) else { return };
    let catalog = walk.input.catalog;
    if managed.joined {
        if let Some((subject, text)) = value.node.text().and_then(|text| catalog.joined(text)) {
            return hand_over(walk, frame, workload, subject, &text, &value);
        }
        return;
    }
    let subject = match managed.engine.as_deref().and_then(|engine| node.get(engine)) {
        Some(engine) => frame.scope.resolve(engine).and_then(|engine| catalog.terraform.engine(engine.node.text()?)),
        None => managed.subject.as_deref(),
    };
    if let Some(subject) = subject {
        version(walk, frame, workload, subject, &value);
    }
}

fn version(walk: &mut Walk<'_, '_>, frame: &Frame<'_>, workload: &str, subject: &str, value: &Bound) {
    if let Some(text) = value.node.text() {
        hand_over(walk, frame, workload, subject, text, value);
    }
}

fn hand_over(walk: &mut Walk<'_, '_>, frame: &Frame<'_>, workload: &str, subject: &str, text: &str, value: &Bound) {
    let catalog = walk.input.catalog;
    let Some(kind) = catalog.kind_of(subject).filter(|_| catalog.version(subject, text, Syntax::Prefix).is_some()) else { return };
    let reading = Reading::new(kind, subject, text, Form::Version(Syntax::Prefix), value.node.at());
    // What one root runs is its own affair: another one's database is another database.
    let component = dependencies::kin(walk, crate::files::folder(&walk.input.document.path));
    walk.push(reading.via(places(frame, value)).workload(Some(workload)).component(Some(&component)), subject);
}

/// Where a value was used.
pub(super) fn places(frame: &Frame<'_>, value: &Bound) -> Vec<crate::syntax::At> {
    value.via.iter().chain(frame.via).copied().collect()
}

/// An image by its reference. A name without tag or digest may be that of a machine's image as well.
fn image(walk: &mut Walk<'_, '_>, frame: &Frame<'_>, workload: &str, value: &Bound) {
    let Value::Scalar(text, _) = value.node.value() else { return };
    let told = ImageRef::parse(text).is_some_and(|image| image.tag().is_some() || image.digest().is_some());
    if told && walk.is_new(value.node.at(), "image") {
        let input = walk.input;
        walk.out.image(input, Use { text, at: value.node.at(), via: places(frame, value), scope: Scope::Run, workload: Some(workload) });
    }
}
