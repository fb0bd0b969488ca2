//! The layers of an image, in the one stream that an engine saves it as: archives in an archive, none of them
//! unpacked (Docker Image Specification 1.2, "Combined Image JSON + Filesystem Changeset Format"; OCI image
//! specification, "Image Layout" and "Layer Filesystem Changeset"). Which they are and in which order, a manifest
//! says, which may come last; what is an archive, its first bytes say.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::time::Instant;

use flate2::read::MultiGzDecoder;

use super::archive::{Archive, Keep};
use super::entries::{BROKEN, CLAIMED, LATE, Left, Met, OUTSIDE, Reason, Room, each, take};
use super::{file_name, folder, resolve};
use crate::limits;

const NONE: Reason = "what the engine saves of it broke off, or is none";
const UNORDERED: Reason = "what the engine saves of it does not say which layers it has";
const ABSENT: Reason = "what the engine saves of it lacks a layer that it names";
const LAYER: Reason = "a layer of it broke off, or is none";
const ZSTD: Reason = "a layer of it is compressed by zstd, which is not read: what it hides is not known";
const MANY: Reason = "it has more layers than the limit of 1000";

/// How a stream begins that gzip (RFC 1952) or Zstandard (RFC 8878) compressed.
const GZIP_BEGINS: &[u8] = &[0x1f, 0x8b];
const ZSTD_BEGINS: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// What a file of the stream is.
enum Part {
    Layer(Archive),
    /// The same as another file.
    Link(String),
    Zstd,
    Other,
}

/// What became of a file that a layer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is what the image shows.
    Shown,
    /// A layer above has the same once more.
    Again,
    /// A layer above took it away, or has another in its place.
    Gone,
}

/// What was kept of the layers of an image.
#[derive(Debug, Default)]
pub struct Layers {
    /// The lowest first.
    layers: Vec<Archive>,
    /// Whether it is known which lies above which.
    ordered: bool,
    gaps: BTreeSet<Reason>,
    late: bool,
}

impl Layers {
    /// Reads a stream to its end, or up to a moment. What came before stands.
    pub fn read(stream: impl Read, keep: &dyn Fn(&str) -> Keep, until: Instant) -> Layers {
        let mut out = Layers::default();
        let (mut parts, mut manifest) = (BTreeMap::new(), None);
        // What is compressed becomes more: it is counted by itself, of all layers together.
        let (mut left, mut room) = (Left::whole(Some(until)), Room::whole());
        let mut visit = |met: &Met, bytes: &mut dyn Read| -> Result<(), Reason> {
            let Some(path) = met.path.clone() else {
                out.gaps.insert(OUTSIDE);
                return Ok(());
            };
            if parts.len() > limits::LAYERS * 4 {
                return Err(MANY);
            }
            if met.kind.is_symlink() || met.kind.is_hard_link() {
                let from = if met.kind.is_symlink() { folder(&path) } else { "" };
                let target = met.link.as_deref().and_then(|link| resolve(from, link));
                parts.extend(target.map(|target| (path, Part::Link(target))));
            } else if path == "manifest.json" {
                manifest = Some(take(bytes, limits::MANIFEST_BYTES)?);
            } else if met.kind.is_file() || met.kind.is_contiguous() {
                parts.insert(path, part(bytes, &mut left, &mut room, keep)?);
            }
            Ok(())
        };
        let read = each(stream, &mut Left::whole(Some(until)), &mut visit);
        match read {
            Err(LATE) => out.late = true,
            Err(reason) => drop(out.gaps.insert(if reason == BROKEN { NONE } else { reason })),
            Ok(()) if manifest.is_none() => drop(out.gaps.insert(UNORDERED)),
            Ok(()) => {}
        }
        out.arrange(parts, manifest.as_deref(), read.is_ok());
        out
    }

    /// Brings layers into the order of their manifest. Without one, each of them lies by itself.
    fn arrange(&mut self, mut parts: BTreeMap<String, Part>, manifest: Option<&[u8]>, whole: bool) {
        let Some(mut names) = manifest.and_then(named) else {
            self.gaps.extend(manifest.map(|_| UNORDERED));
            self.layers = parts.into_values().filter_map(|part| if let Part::Layer(archive) = part { Some(archive) } else { None }).collect();
            self.gaps.extend(self.layers.iter().flat_map(Archive::gaps));
            return;
        };
        if names.len() > limits::LAYERS {
            self.gaps.insert(MANY);
            names.truncate(limits::LAYERS);
        }
        // One that is there several times says nothing that it does not say at the top.
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for name in names.into_iter().rev() {
            let name = if let Some(Part::Link(target)) = parts.get(&name) { target.clone() } else { name };
            match parts.remove(&name) {
                Some(Part::Layer(archive)) => {
                    self.gaps.extend(archive.gaps());
                    self.layers.push(archive);
                    taken.insert(name);
                }
                Some(Part::Zstd) => {
                    self.gaps.insert(ZSTD);
                    taken.insert(name);
                }
                Some(Part::Other) => drop(self.gaps.insert(LAYER)),
                Some(Part::Link(_)) | None if whole && !taken.contains(&name) => drop(self.gaps.insert(ABSENT)),
                Some(Part::Link(_)) | None => {}
            }
        }
        self.layers.reverse();
        self.ordered = true;
    }

    /// The layers, the highest first.
    pub fn from_the_top(&self) -> impl Iterator<Item = (usize, &Archive)> {
        self.layers.iter().enumerate().rev()
    }

    /// What of them could not be read.
    pub fn gaps(&self) -> impl Iterator<Item = Reason> + '_ {
        self.gaps.iter().copied()
    }

    /// Whether the time was over before they ended.
    pub fn late(&self) -> bool {
        self.late
    }

    /// What became of a file of a layer.
    pub fn fate(&self, layer: usize, path: &str) -> Fate {
        let Some(own) = self.layers.get(layer).filter(|_| self.ordered) else { return Fate::Shown };
        for above in self.layers.get(layer + 1..).unwrap_or_default() {
            if above.has(path) {
                return if own.agrees(above, path) { Fate::Again } else { Fate::Gone };
            }
            if takes_away(above, path) {
                return Fate::Gone;
            }
        }
        Fate::Shown
    }

    /// Whether two layers have the same file at a path.
    pub fn agree(&self, one: usize, other: usize, path: &str) -> bool {
        self.layers.get(one).zip(self.layers.get(other)).is_some_and(|(one, other)| one.agrees(other, path))
    }
}

/// The layers of the one image that a manifest is of, the lowest first.
fn named(manifest: &[u8]) -> Option<Vec<String>> {
    #[derive(serde::Deserialize)]
    struct Image {
        #[serde(rename = "Layers")]
        layers: Vec<String>,
    }
    let mut images: Vec<Image> = serde_json::from_slice(manifest).ok()?;
    images.pop().filter(|_| images.is_empty()).map(|image| image.layers)
}

/// Reads a file, whatever it is.
fn part(bytes: &mut dyn Read, left: &mut Left, room: &mut Room, keep: &dyn Fn(&str) -> Keep) -> Result<Part, Reason> {
    let head = take(bytes, 512)?;
    let is_archive = head.get(257..262) == Some(b"ustar") || head.len() == 512 && head.iter().all(|byte| *byte == 0);
    let (mut archive, all) = (Archive::default(), head.as_slice().chain(bytes));
    let read = if head.starts_with(GZIP_BEGINS) {
        archive.take_in(MultiGzDecoder::new(all), left, room, keep)
    } else if is_archive {
        archive.take_in(all, left, room, keep)
    } else if head.starts_with(ZSTD_BEGINS) {
        return Ok(Part::Zstd);
    } else {
        return Ok(Part::Other);
    };
    match read {
        // What holds for all layers ends with the first that meets it.
        Err(reason) if left.is_over() || reason == CLAIMED => return Err(reason),
        Err(reason) => drop(archive.gaps.insert(if reason == BROKEN { LAYER } else { reason })),
        Ok(()) => {}
    }
    Ok(Part::Layer(archive))
}

/// What a whiteout takes away from the layers below its own: a path and all that lies below it.
pub fn taken_away(path: &str) -> Option<String> {
    let at = folder(path);
    match file_name(path).strip_prefix(WHITEOUT)? {
        OPAQUE => Some(at.to_owned()),
        name if name.is_empty() || name.starts_with(WHITEOUT) => None,
        name if at.is_empty() => Some(name.to_owned()),
        name => Some(format!("{at}/{name}")),
    }
}

const WHITEOUT: &str = ".wh.";
const OPAQUE: &str = ".wh..opq";

/// Whether a layer takes away what the layers below it have at a path.
fn takes_away(layer: &Archive, path: &str) -> bool {
    let above = std::iter::successors(Some(path), |at| (!at.is_empty()).then(|| folder(at)));
    let beside = |at: &str, name: &str| if at.is_empty() { format!("{WHITEOUT}{name}") } else { format!("{at}/{WHITEOUT}{name}") };
    above.into_iter().any(|at| !at.is_empty() && layer.has(&beside(folder(at), file_name(at))) || at != path && layer.has(&beside(at, OPAQUE)))
}
