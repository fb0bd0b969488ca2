//! Images in a chart's values, in the shapes that charts agree on: `image: repo:tag`,
//! `image: {registry, repository, tag, digest}`, `image: repo` beside `tag`. Source: Helm's chart
//! best practices; no schema stands behind them.

use crate::limits;
use crate::model::ImageRef;
use crate::syntax::{At, Node, Value};

/// One image.
pub(super) struct Found {
    /// The keys that lead to it, joined by dots; empty at the top.
    pub(super) path: String,
    /// The reference.
    pub(super) text: String,
    /// Whether a tag or a digest is written; else the chart decides.
    pub(super) tagged: bool,
    /// Its tag's place where it has one of its own, else the repository's.
    pub(super) at: At,
}

/// Every image of a tree of values, in order.
pub(super) fn images(values: &Node) -> Vec<Found> {
    let mut walk = Walk { left: limits::NODES, found: Vec::new() };
    walk.node(values, &mut Vec::new());
    walk.found
}

struct Walk {
    /// Aliases share nodes, so a small document can be an endless tree.
    left: usize,
    found: Vec<Found>,
}

impl Walk {
    fn node<'n>(&mut self, node: &'n Node, path: &mut Vec<&'n str>) {
        if path.len() > limits::DEPTH || self.left == 0 {
            return;
        }
        self.left -= 1;
        match node.value() {
            // A list gets an empty name, so that the depth of a path is the depth of the tree.
            Value::List(items) => {
                path.push("");
                items.iter().for_each(|item| self.node(item, path));
                path.pop();
            }
            Value::Map(_) if is_off(node) => {}
            Value::Map(entries) => {
                if let Some((text, at)) = parts(node, path.last().copied()) {
                    let own = path.last().is_some_and(|key| is_image_key(key));
                    let above = path.get(..path.len().saturating_sub(usize::from(own))).unwrap_or_default();
                    self.push(above, text, at);
                }
                for (key, value) in entries {
                    if &*key.text == "image"
                        && let Some(text) = value.text().filter(|text| is_image_text(text))
                    {
                        let (text, at) = with_sibling_tag(node, text, value.at());
                        self.push(path, text, at);
                    }
                    path.push(&key.text);
                    self.node(value, path);
                    path.pop();
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, path: &[&str], text: String, at: At) {
        let tagged = ImageRef::parse(&text).is_some_and(|image| image.tag().is_some() || image.digest().is_some());
        self.found.push(Found { path: joined(path), text, tagged, at });
    }
}

/// The keys of a path joined by dots. A long key above many values would be written out for each.
pub(super) fn joined(path: &[&str]) -> String {
    let mut text = String::new();
    for name in path.iter().filter(|name| !name.is_empty()) {
        if !text.is_empty() {
            text.push('.');
        }
        text.extend(name.chars().take(limits::SHOWN_CHARS.saturating_sub(text.len())));
    }
    text
}

/// Whether a part of the values is switched off.
pub(super) fn is_off(map: &Node) -> bool {
    map.text_of("enabled").is_some_and(|text| text.eq_ignore_ascii_case("false"))
}

fn is_image_key(key: &str) -> bool {
    key == "image" || key.ends_with("Image")
}

/// An image that a map names in parts.
fn parts(map: &Node, key: Option<&str>) -> Option<(String, At)> {
    let named = key.is_some_and(is_image_key);
    let written = |key: &str| map.get(key).filter(|node| node.text().is_some_and(|text| !text.trim().is_empty()));
    let repository = written("repository").or_else(|| written("name").filter(|_| named && map.get("tag").is_some()))?;
    let (tag, digest) = (written("tag"), written("digest"));
    // `repository` alone is as often a place of charts or of source code.
    if !(named || tag.is_some() || digest.is_some()) {
        return None;
    }
    let mut text = repository.text().filter(|text| is_image_text(text))?.to_owned();
    if let Some(registry) = written("registry").and_then(Node::text)
        && !text.starts_with(registry)
    {
        text = format!("{}/{text}", registry.trim_end_matches('/'));
    }
    if let Some(tag) = tag.and_then(Node::text) {
        text = format!("{text}:{tag}");
    }
    if let Some(digest) = digest.and_then(Node::text) {
        text = format!("{text}@{digest}");
    }
    Some((text, tag.or(digest).unwrap_or(repository).at()))
}

/// `image: repo` and `tag: …` side by side, as older charts have it.
fn with_sibling_tag(map: &Node, text: &str, at: At) -> (String, At) {
    let bare = ImageRef::parse(text).is_some_and(|image| image.tag().is_none() && image.digest().is_none());
    let tag = ["tag", "imageTag", "image_tag"].iter().filter_map(|key| map.get(key)).find(|tag| tag.text().is_some_and(|t| !t.trim().is_empty()));
    match (bare, tag, tag.and_then(Node::text)) {
        (true, Some(tag), Some(word)) => (format!("{text}:{word}"), tag.at()),
        _ => (text.to_owned(), at),
    }
}

/// Whether a text can be meant as an image: no switch, no picture, no place of source code.
fn is_image_text(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    !lower.is_empty()
        && !matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "none")
        && !lower.contains("://")
        && !lower.chars().all(|c| c.is_ascii_digit())
        && ![".png", ".svg", ".jpg", ".jpeg", ".gif", ".ico", ".webp", ".iso", ".qcow2"].iter().any(|end| lower.ends_with(end))
}
