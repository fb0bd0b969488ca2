//! What is known of the bits behind an image's name, and how alike two images are by that: the digests of
//! manifests, indexes and configurations (OCI image specification), the files, the commit. Pure; who found
//! it out does not matter, and what is not known never speaks for a difference.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256, Sha512};

/// A digest as the OCI image specification writes it, of an algorithm that it names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

impl Digest {
    /// Reads a digest.
    pub fn parse(text: &str) -> Option<Digest> {
        let (algorithm, hex) = text.split_once(':')?;
        let length = match algorithm {
            "sha256" => 64,
            "sha512" => 128,
            _ => return None,
        };
        let sound = hex.len() == length && hex.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
        sound.then(|| Digest(text.to_owned()))
    }

    /// The digest of bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(format!("sha256:{}", hexadecimal(&Sha256::digest(bytes))))
    }

    /// Whether it is the digest of these bytes.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        match self.0.split_once(':') {
            Some(("sha512", hex)) => hexadecimal(&Sha512::digest(bytes)) == hex,
            _ => *self == Digest::of(bytes),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As much of it as tells two apart.
    pub fn short(&self) -> &str {
        let head = self.0.find(':').map_or(0, |colon| colon + 1 + 12);
        self.0.get(..head).unwrap_or(&self.0)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl TryFrom<String> for Digest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Digest, &'static str> {
        Digest::parse(&text).ok_or("no digest")
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.0
    }
}

/// The operating systems and processors that images are made for, by Go's names. What is none of them is not
/// taken in: the words come from outside.
const SYSTEMS: &[&str] = &["linux", "windows", "freebsd", "darwin"];
const PROCESSORS: &[&str] =
    &["386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64", "s390x", "wasm"];
const VARIANTS: &[&str] = &["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"];

/// What an image is made for: `linux/arm/v7`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Platform(String);

impl Platform {
    /// A platform by its parts, those left out that go without saying.
    pub fn of(system: &str, processor: &str, variant: &str) -> Option<Platform> {
        let processor = match processor {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        let variant = match (processor, variant) {
            ("amd64", "v1") | ("arm64", "v8") => "",
            ("arm", "") => "v7",
            (_, variant) => variant,
        };
        let known = SYSTEMS.contains(&system) && PROCESSORS.contains(&processor) && (variant.is_empty() || VARIANTS.contains(&variant));
        let tail = if variant.is_empty() { String::new() } else { format!("/{variant}") };
        known.then(|| Platform(format!("{system}/{processor}{tail}")))
    }
}

impl TryFrom<String> for Platform {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Platform, &'static str> {
        let mut parts = text.splitn(3, '/');
        let mut next = || parts.next().unwrap_or("");
        Platform::of(next(), next(), next()).ok_or("no platform")
    }
}

impl From<Platform> for String {
    fn from(platform: Platform) -> String {
        platform.0
    }
}

/// What is known of the image of one platform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Build {
    /// What it is made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// Its manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Digest>,
    /// Its configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<Digest>,
    /// A digest over the digests of its layers as they are unpacked (`diff_ids`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Digest>,
    /// A digest of the commit that its label names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<Digest>,
}

impl Build {
    /// The label that names the commit that an image was built from (OCI image specification, annotations).
    pub const REVISION: &str = "org.opencontainers.image.revision";

    /// The digest over `diff_ids`; none where there are none.
    pub fn files<'t>(diff_ids: impl Iterator<Item = &'t str>) -> Option<Digest> {
        let ids: Vec<&str> = diff_ids.collect();
        (!ids.is_empty()).then(|| Digest::of(ids.join("\n").as_bytes()))
    }

    /// What is kept of the label [`Build::REVISION`]: only that two of them name one commit.
    /// `unknown`, a branch or a word name none.
    pub fn revision(label: &str) -> Option<Digest> {
        let commit = (7..=64).contains(&label.len()) && label.chars().all(|c| c.is_ascii_hexdigit());
        commit.then(|| Digest::of(format!("revision {}", label.to_ascii_lowercase()).as_bytes()))
    }

    fn is_of_one_commit(&self, other: &Build) -> bool {
        self.revision.is_some() && self.revision == other.revision
    }

    /// The ladder between two builds.
    fn compare(&self, other: &Build) -> Likeness {
        let equal = |of: fn(&Build) -> &Option<Digest>| of(self).is_some() && of(self) == of(other);
        let differs = self.platform == other.platform && self.platform.is_some() && self.files.is_some() && other.files.is_some();
        if equal(|build| &build.manifest) {
            Likeness::Identical
        } else if equal(|build| &build.config) {
            Likeness::SameImage
        } else if equal(|build| &build.files) {
            Likeness::SameFiles
        } else if !differs {
            Likeness::Unknown
        } else if self.is_of_one_commit(other) {
            Likeness::Rebuilt
        } else {
            Likeness::Different
        }
    }
}

/// How alike two images are: the first rung of the ladder that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Likeness {
    /// One manifest, or one index, or one is a part of the other.
    Identical,
    /// One configuration, whose layers may be packed in another way.
    SameImage,
    /// One set of layers.
    SameFiles,
    /// Labelled with one commit, for two platforms.
    SameCommit,
    /// Other files, labelled with one commit.
    Rebuilt,
    /// Other files.
    Different,
    /// What is known of them cannot be compared.
    Unknown,
}

impl Likeness {
    /// Whether there is no difference that anybody would notice.
    pub fn is_alike(self) -> bool {
        matches!(self, Likeness::Identical | Likeness::SameImage | Likeness::SameFiles | Likeness::SameCommit)
    }

    /// Whether it is known that they differ.
    pub fn is_different(self) -> bool {
        matches!(self, Likeness::Rebuilt | Likeness::Different)
    }

    /// What is known where either of two may be meant: the better, unless nobody knows.
    fn or(self, other: Likeness) -> Likeness {
        let unknown = self == Likeness::Unknown || other == Likeness::Unknown;
        let better = self.min(other);
        if unknown && !better.is_alike() { Likeness::Unknown } else { better }
    }
}

/// What is known of the bits of an image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bits {
    /// What registries call it by: digests of its manifest or of indexes that it is in, which need not be told
    /// apart.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub digests: BTreeSet<Digest>,
    /// What an engine calls it by: the digest of its configuration, manifest or index, as its store has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Digest>,
    /// The builds that are behind it, one for each platform; an engine has one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub builds: Vec<Build>,
}

impl Bits {
    /// What a reference says of its image: its digest.
    pub fn named(digest: &str) -> Option<Bits> {
        Some(Bits { digests: BTreeSet::from([Digest::parse(digest)?]), ..Bits::default() })
    }

    /// Whether some registry has it, as far as one knows who has it.
    pub fn is_published(&self) -> bool {
        !self.digests.is_empty()
    }

    /// What it may be called by in a message.
    pub fn short(&self) -> &str {
        self.digests.first().or(self.id.as_ref()).map_or("an image without a digest", Digest::short)
    }

    /// Whether this one has a name, as a whole or through the engine, that holds of the other.
    fn is_called(&self, digest: &Digest) -> bool {
        self.digests.contains(digest) || self.id.as_ref() == Some(digest)
    }

    fn is_one_with(&self, other: &Bits) -> bool {
        let manifests = other.builds.iter().filter_map(|build| build.manifest.as_ref());
        other.digests.iter().chain(manifests).any(|digest| self.is_called(digest))
    }

    fn is_image_of(&self, other: &Bits) -> bool {
        let mut configs = other.builds.iter().filter_map(|build| build.config.as_ref()).chain(&other.id);
        configs.any(|digest| self.id.as_ref() == Some(digest))
    }

    /// The ladder between two images.
    pub fn compare(&self, other: &Bits) -> Likeness {
        if self.is_one_with(other) || other.is_one_with(self) {
            return Likeness::Identical;
        }
        if self.is_image_of(other) || other.is_image_of(self) {
            return Likeness::SameImage;
        }
        let pairs = || self.builds.iter().flat_map(|one| other.builds.iter().map(move |another| (one, another)));
        // Of several builds for one platform, those that are most alike are meant.
        let mut by_platform: BTreeMap<Option<&Platform>, Likeness> = BTreeMap::new();
        for (one, another) in pairs() {
            let likeness = one.compare(another);
            let platform = one.platform.as_ref().filter(|_| one.platform == another.platform);
            if platform.is_some() || likeness.is_alike() {
                by_platform.entry(platform).and_modify(|known| *known = known.or(likeness)).or_insert(likeness);
            }
        }
        let told: BTreeSet<Likeness> = by_platform.into_values().collect();
        let on_platforms = self.builds.iter().chain(&other.builds).all(|build| build.platform.is_some());
        let different = told.iter().find(|likeness| likeness.is_different());
        match (told.last(), different) {
            // For which platform they are taken, nobody says: a difference for one only is none that is known.
            (_, Some(different)) if !told.iter().any(|likeness| likeness.is_alike()) => *different,
            (Some(worst), None) => *worst,
            (Some(_), Some(_)) => Likeness::Unknown,
            (None, _) if on_platforms && pairs().any(|(one, another)| one.is_of_one_commit(another)) => Likeness::SameCommit,
            (None, _) => Likeness::Unknown,
        }
    }
}
