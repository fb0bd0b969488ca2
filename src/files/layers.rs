//! The layers of an image, in the one stream that an engine saves it as: archives in an archive, none of them
//! unpacked (Docker Image Specification 1.2, "Combined Image JSON + Filesystem Changeset Format"; OCI image
//! specification, "Image Layout" and "Layer Filesystem Changeset"). Which they are and in which order, a manifest
//! says, which may come last; what is an archive, its first bytes say.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::archive::{Archive, Keep};
use super::entries::{BROKEN, CLAIMED, LATE, Left, Met, OUTSIDE, Reason, Room, each, take};
use super::{file_name, folder, join, resolve};
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
    /// Reads a stream to its end, or until the time is `over`. What came before stands.
    pub fn read(stream: impl Read, keep: &dyn Fn(&str) -> Keep, over: &dyn Fn() -> bool) -> Layers {
        let mut out = Layers::default();
        let (mut parts, mut manifest) = (BTreeMap::new(), None);
        // What is compressed becomes more: it is counted by itself, of all layers together.
        let (mut left, mut room) = (Left::whole(Some(over)), Room::whole());
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
        let read = each(stream, &mut Left::whole(Some(over)), &mut visit);
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
fn part(bytes: &mut dyn Read, left: &mut Left<'_>, room: &mut Room, keep: &dyn Fn(&str) -> Keep) -> Result<Part, Reason> {
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
        name => Some(join(at, name)),
    }
}

const WHITEOUT: &str = ".wh.";
const OPAQUE: &str = ".wh..opq";

/// Whether a layer takes away what the layers below it have at a path.
fn takes_away(layer: &Archive, path: &str) -> bool {
    let above = std::iter::successors(Some(path), |at| (!at.is_empty()).then(|| folder(at)));
    let beside = |at: &str, name: &str| join(at, &format!("{WHITEOUT}{name}"));
    above.into_iter().any(|at| !at.is_empty() && layer.has(&beside(folder(at), file_name(at))) || at != path && layer.has(&beside(at, OPAQUE)))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::time::{Duration, Instant};

    use tar::EntryType;

    use super::*;
    use crate::files::FileView as _;

    fn entry(name: &str, kind: EntryType, link: &str, size: u64, bytes: &[u8]) -> Vec<u8> {
        let mut header = tar::Header::new_ustar();
        header.as_old_mut().name.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
        header.as_old_mut().linkname.iter_mut().zip(link.bytes()).for_each(|(to, from)| *to = from);
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_cksum();
        let mut out = [header.as_bytes().as_slice(), bytes].concat();
        out.resize(out.len().next_multiple_of(512), 0);
        out
    }

    fn file(name: &str, bytes: &[u8]) -> Vec<u8> {
        entry(name, EntryType::Regular, "", bytes.len() as u64, bytes)
    }

    fn tar(entries: &[Vec<u8>]) -> Vec<u8> {
        [entries.concat(), vec![0; 1024]].concat()
    }

    fn layer(files: &[(&str, &str)]) -> Vec<u8> {
        tar(&files.iter().map(|(name, text)| file(name, text.as_bytes())).collect::<Vec<_>>())
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
    }

    fn manifest(layers: &[&str]) -> Vec<u8> {
        file("manifest.json", format!("[{{\"Config\":\"blobs/sha256/c\",\"RepoTags\":null,\"Layers\":{layers:?}}}]").as_bytes())
    }

    fn read(entries: &[Vec<u8>]) -> Layers {
        let keep = |path: &str| if taken_away(path).is_some() { Keep::Name } else { Keep::Head };
        Layers::read(tar(entries).as_slice(), &keep, &|| false)
    }

    /// The fates of all files, the lowest layer first.
    fn told(layers: &Layers) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for (number, archive) in layers.from_the_top() {
            let files = archive.list().entries.into_iter().filter(|entry| taken_away(&entry.path).is_none());
            out.extend(files.map(|entry| format!("{number} {} {:?}", entry.path, layers.fate(number, &entry.path))));
        }
        out.sort();
        out
    }

    #[test]
    fn what_layers_take_away_is_gone() {
        let layers = [
            layer(&[("app/.env", "a"), ("app/same", "a"), ("app/other", "a"), ("app/dir/deep/x", "a"), ("srv/x", "a"), ("opt/x", "a"), ("wh", "a")]),
            layer(&[("app/.wh..env", ""), ("app/same", "a"), ("app/other", "b"), ("app/.wh.dir", ""), ("srv/.wh..wh..opq", ""), ("srv/y", "a")]),
            layer(&[("app/dir/deep/x", "a"), (".wh.wh", ""), ("opt/.wh.", ""), ("opt/.wh..wh.plnk", "")]),
        ];
        let expected = [
            "0 app/.env Gone",
            "0 app/dir/deep/x Gone",
            "0 app/other Gone",
            "0 app/same Again",
            "0 opt/x Shown",
            "0 srv/x Gone",
            "0 wh Gone",
            "1 app/other Shown",
            "1 app/same Shown",
            "1 srv/y Shown",
            "2 app/dir/deep/x Shown",
            "2 opt/.wh. Shown",
            "2 opt/.wh..wh.plnk Shown",
        ];
        let [low, middle, high] = &layers;
        let json = || file("blobs/sha256/c", b"{\"rootfs\": {}}");
        // The manifest last, the layers in the order of their digests, one of them plain.
        let oci = [file("oci-layout", b"{}"), file("blobs/sha256/1", &gzip(high)), json(), file("blobs/sha256/2", low), file("blobs/sha256/3", &gzip(middle))];
        let order = ["blobs/sha256/2", "blobs/sha256/3", "blobs/sha256/1"];
        let classic = [manifest(&["a/layer.tar", "b/layer.tar", "c/layer.tar"]), entry("b/layer.tar", EntryType::Symlink, "../m.tar", 0, b"")];
        let classic = [classic.as_slice(), &[file("a/VERSION", b"1.0"), file("a/layer.tar", low), file("m.tar", middle), file("c/layer.tar", high)]].concat();
        for saved in [[oci.as_slice(), &[manifest(&order)]].concat(), classic] {
            let layers = read(&saved);
            assert_eq!((told(&layers), layers.gaps().next(), layers.late()), (expected.iter().map(|line| (*line).to_owned()).collect(), None, false));
        }
        // One that is there twice says nothing but at the top.
        let twice = read(&[file("a", low), file("b", middle), manifest(&["a", "b", "a"])]);
        assert!(twice.gaps().next().is_none() && told(&twice).contains(&"1 app/.env Shown".to_owned()), "{:?}", told(&twice));
        // Several members are one stream.
        let (one, other) = low.split_at(700);
        let members = [gzip(one), gzip(other)].concat();
        assert_eq!(told(&read(&[file("a", &members), manifest(&["a"])])).len(), 7);
    }

    #[test]
    fn what_is_no_image_is_a_gap() {
        const GIB: u64 = 1024 * 1024 * 1024;
        let sound = || [file("a", &layer(&[("app/.env", "a")]))];
        let with = |more: &[Vec<u8>]| [sound().as_slice(), more].concat();
        let huge = entry("app/large", EntryType::Regular, "", 100 * GIB, b"x");
        let (half, cut) = (layer(&[("x", "a")]), gzip(&layer(&[("x", "a")])));
        let (half, cut) = (half.get(..700).unwrap_or_default(), cut.get(..30).unwrap_or_default());
        for (saved, gap) in [
            (with(&[]), UNORDERED),
            (with(&[file("manifest.json", b"{}")]), UNORDERED),
            (with(&[file("manifest.json", b"[]")]), UNORDERED),
            (with(&[file("manifest.json", b"<html>")]), UNORDERED),
            (with(&[manifest(&["a", "b"])]), ABSENT),
            (with(&[manifest(&["a", "../../a"])]), ABSENT),
            (with(&[entry("b", EntryType::Symlink, "../../etc/shadow", 0, b""), manifest(&["a", "b"])]), ABSENT),
            (with(&[entry("b", EntryType::Symlink, "b", 0, b""), manifest(&["a", "b"])]), ABSENT),
            (with(&[file("../b", half), manifest(&["a"])]), OUTSIDE),
            (with(&[file("b", &tar(&[file("../../etc/x", b"x")])), manifest(&["a", "b"])]), OUTSIDE),
            (with(&[file("b", half), manifest(&["a", "b"])]), LAYER),
            (with(&[file("b", cut), manifest(&["a", "b"])]), LAYER),
            (with(&[file("b", &huge), manifest(&["a", "b"])]), LAYER),
            (with(&[file("b", &gzip(&huge)), manifest(&["a", "b"])]), LAYER),
            (with(&[file("b", b"swordfish"), manifest(&["a", "b"])]), LAYER),
            (with(&[file("b", b""), manifest(&["a", "b"])]), LAYER),
            (with(&[file("b", &[ZSTD_BEGINS, b"x"].concat()), manifest(&["a", "b"])]), ZSTD),
            (with(&[entry("b", EntryType::Regular, "", 100 * GIB, b"x")]), NONE),
        ] {
            let layers = read(&saved);
            assert_eq!((layers.gaps().collect::<Vec<_>>(), told(&layers).first().map(String::as_str)), (vec![gap], Some("0 app/.env Shown")));
        }
        // What nobody names is nobody's.
        assert_eq!(read(&with(&[file("b", half), manifest(&["a"])])).gaps().next(), None);
        let many = vec!["a"; limits::LAYERS + 1];
        assert_eq!(read(&with(&[manifest(&many)])).gaps().collect::<Vec<_>>(), [MANY]);
    }

    #[test]
    fn what_unpacks_without_end_meets_the_time_limit() {
        let begins = entry("app/large", EntryType::Regular, "", 1 << 50, b"");
        let zeros = gzip(&vec![0; 4 * 1024 * 1024]);
        let bomb = [vec![gzip(&begins)], vec![zeros; 2_000]].concat().concat();
        let saved = tar(&[file("a", &layer(&[("app/.env", "a")])), file("b", &bomb), manifest(&["a", "b"])]);
        let begun = Instant::now();
        let layers = Layers::read(saved.as_slice(), &|_| Keep::Whole, &|| begun.elapsed() > Duration::from_millis(500));
        assert!(layers.late() && layers.gaps().next().is_none() && begun.elapsed() < Duration::from_secs(10));
        assert_eq!(told(&layers), ["0 app/.env Shown"]);
    }
}
