//! The ladder of likeness between two images: each rung by itself, and laws that hold for whatever two
//! observers know of two images.
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

use std::collections::BTreeSet;

use evenkeel::model::{Bits, Build, Digest, Likeness, Platform};
use proptest::prelude::*;

fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

fn platform(text: &str) -> Option<Platform> {
    text.to_owned().try_into().ok()
}

/// What an engine says of an image that it has pulled.
fn pulled(digests: &[&str], id: &str, files: &str) -> Bits {
    built_for("linux/amd64", digests, id, files, None)
}

fn built_for(on: &str, digests: &[&str], id: &str, files: &str, revision: Option<&str>) -> Bits {
    let revision = revision.and_then(Build::revision);
    let build = Build { platform: platform(on), files: Build::files([files].into_iter()), revision, ..Build::default() };
    Bits { digests: digests.iter().map(|text| digest(text)).collect(), id: Some(digest(id)), builds: vec![build] }
}

/// What a registry says of a tag: an index and its parts, by platform, manifest, configuration and files.
fn index(name: &str, parts: &[(&str, &str, &str, &str)]) -> Bits {
    let part = |(on, manifest, config, files): &(&str, &str, &str, &str)| Build {
        platform: platform(on),
        manifest: Some(digest(manifest)),
        config: (!config.is_empty()).then(|| digest(config)),
        files: (!files.is_empty()).then(|| Build::files([*files].into_iter())).flatten(),
        revision: None,
    };
    Bits { digests: BTreeSet::from([digest(name)]), id: None, builds: parts.iter().map(part).collect() }
}

/// One manifest without an index.
fn manifest(name: &str, config: &str, files: &str) -> Bits {
    index(name, &[("linux/amd64", name, config, files)])
}

fn is(one: &Bits, other: &Bits, likeness: Likeness) {
    assert_eq!(one.compare(other), likeness, "{one:?}\n{other:?}");
    assert_eq!(other.compare(one), likeness, "the other way round: {one:?}\n{other:?}");
}

const COMMIT: Option<&str> = Some("3f2a91c07d5e4b6a8c9d0e1f2a3b4c5d6e7f8091");

#[test]
fn each_rung_holds() {
    let engine = pulled(&["m1"], "c1", "f1");
    is(&engine, &pulled(&["m1"], "c2", "f2"), Likeness::Identical);
    is(&engine, &manifest("m1", "c1", "f1"), Likeness::Identical);
    is(&engine, &pulled(&["m2"], "c1", "f1"), Likeness::SameImage);
    is(&engine, &manifest("m2", "c1", "f1"), Likeness::SameImage);
    is(&manifest("m3", "c1", "f1"), &manifest("m2", "c1", "f1"), Likeness::SameImage);
    is(&engine, &pulled(&["m2"], "c2", "f1"), Likeness::SameFiles);
    is(&engine, &pulled(&["m2"], "c2", "f2"), Likeness::Different);
    is(&engine, &manifest("m2", "c2", "f2"), Likeness::Different);
    let rebuilt = |files: &str, commit| built_for("linux/amd64", &[], files, files, commit);
    is(&rebuilt("f1", COMMIT), &rebuilt("f2", COMMIT), Likeness::Rebuilt);
    is(&rebuilt("f1", COMMIT), &rebuilt("f2", Some("0123456789")), Likeness::Different);
    is(&rebuilt("f1", Some("unknown")), &rebuilt("f2", Some("unknown")), Likeness::Different);
}

#[test]
fn an_index_and_its_part_are_one() {
    let both = index("i", &[("linux/amd64", "m1", "c1", "f1"), ("linux/arm64", "m2", "c2", "f2")]);
    is(&both, &pulled(&["i"], "c1", "f1"), Likeness::Identical);
    is(&both, &pulled(&["m1"], "c9", "f9"), Likeness::Identical);
    is(&both, &Bits::named(digest("m2").as_str()).expect("a digest"), Likeness::Identical);
    is(&both, &manifest("m1", "c1", "f1"), Likeness::Identical);
    // A store that calls an image by its manifest, one that does by its index, one that does by its configuration.
    is(&both, &built_for("linux/arm64", &[], "m2", "f2", None), Likeness::Identical);
    is(&both, &built_for("linux/arm64", &[], "i", "f2", None), Likeness::Identical);
    is(&both, &built_for("linux/arm64", &[], "c2", "f2", None), Likeness::SameImage);
    is(&pulled(&["i"], "m1", "f1"), &pulled(&["m1"], "c1", "f1"), Likeness::Identical);
}

#[test]
fn platforms_are_held_against_their_like() {
    let old = index("i1", &[("linux/amd64", "m1", "c1", "f1"), ("linux/arm64", "m2", "", "")]);
    // Another platform was added, and nothing else.
    let more = index("i2", &[("linux/amd64", "m1", "c1", "f1"), ("linux/arm64", "m2", "", ""), ("linux/s390x", "m3", "", "")]);
    is(&old, &more, Likeness::Identical);
    // One of two is another one: for whom, nobody says.
    is(&old, &index("i3", &[("linux/amd64", "m1", "c1", "f1"), ("linux/arm64", "m9", "c9", "f9")]), Likeness::Unknown);
    is(&old, &index("i3", &[("linux/amd64", "m8", "c8", "f8"), ("linux/arm64", "m2", "", "")]), Likeness::Unknown);
    is(&old, &index("i4", &[("linux/amd64", "m8", "c8", "f8"), ("linux/arm64", "m9", "", "")]), Likeness::Different);
    // An engine has one of them.
    is(&old, &built_for("linux/amd64", &["i0"], "c0", "f0", None), Likeness::Different);
    is(&old, &built_for("linux/arm64", &["i0"], "c0", "f0", None), Likeness::Unknown);
    is(&old, &built_for("linux/s390x", &["i0"], "c0", "f0", None), Likeness::Unknown);
    let on = |text: &str, commit| built_for(text, &[], text, text, commit);
    is(&on("linux/amd64", None), &on("linux/arm64", None), Likeness::Unknown);
    is(&on("linux/amd64", COMMIT), &on("linux/arm64", COMMIT), Likeness::SameCommit);
    is(&on("linux/amd64", COMMIT), &on("linux/arm64", Some("0123456789")), Likeness::Unknown);
    is(&on("linux/arm64", None), &on("linux/arm64/v8", None), Likeness::Different);
    is(&on("nonsense", None), &on("linux/amd64", None), Likeness::Unknown);
    // Of Windows one index has several.
    let windows = |first: &str, second: &str| {
        let builds = [first, second].map(|files| ("windows/amd64", files, files, files));
        index(&format!("{first}{second}"), &builds)
    };
    is(&windows("a", "b"), &windows("b", "c"), Likeness::Identical);
    is(&windows("a", "b"), &windows("c", "d"), Likeness::Different);
}

#[test]
fn what_is_not_known_says_nothing() {
    let nothing = Bits::default();
    is(&nothing, &nothing, Likeness::Unknown);
    is(&nothing, &pulled(&["m1"], "c1", "f1"), Likeness::Unknown);
    let named = |text: &str| Bits::named(digest(text).as_str()).expect("a digest");
    is(&named("a"), &named("a"), Likeness::Identical);
    is(&named("a"), &named("b"), Likeness::Unknown);
    is(&named("a"), &pulled(&["b"], "c", "f"), Likeness::Unknown);
    for wrong in ["", "sha256:", "sha256:abc", "md5:0123", &"a".repeat(64), &format!("sha256:{}", "G".repeat(64))] {
        assert!(Digest::parse(wrong).is_none(), "{wrong}");
    }
    for wrong in ["", "linux", "linux/canary", "canary/amd64", "linux/amd64/canary", "linux/arm64/v8/x"] {
        assert_eq!(platform(wrong), None, "{wrong}");
    }
}

/// An image as it is: for each of three platforms the number of its files, how they are configured, how packed.
#[derive(Debug, Clone)]
struct Truth {
    platforms: Vec<Option<(u8, u8, u8)>>,
    commit: u8,
}

const PLATFORMS: [&str; 3] = ["linux/amd64", "linux/arm64", "windows/amd64"];

impl Truth {
    fn files(&self, at: usize) -> Option<String> {
        let (files, ..) = (*self.platforms.get(at)?)?;
        Some(format!("files {at} {files} {}", self.commit))
    }

    fn config(&self, at: usize) -> Option<String> {
        let (_, config, _) = (*self.platforms.get(at)?)?;
        Some(format!("config {config} {}", self.files(at)?))
    }

    fn manifest(&self, at: usize) -> Option<String> {
        let (.., packed) = (*self.platforms.get(at)?)?;
        Some(format!("manifest {packed} {}", self.config(at)?))
    }

    fn index(&self) -> String {
        (0..3).filter_map(|at| self.manifest(at)).collect::<Vec<_>>().join(", ")
    }

    fn build(&self, at: usize) -> Option<Build> {
        Some(Build {
            platform: platform(PLATFORMS.get(at)?),
            manifest: Some(digest(&self.manifest(at)?)),
            config: Some(digest(&self.config(at)?)),
            files: Some(digest(&self.files(at)?)),
            revision: Build::revision(&format!("{:07x}", self.commit)),
        })
    }

    /// What a registry knows of the whole, and what an engine knows of its part: all there is to know.
    fn seen(&self, engine: Option<usize>) -> Option<Bits> {
        let Some(at) = engine else {
            return Some(Bits { digests: BTreeSet::from([digest(&self.index())]), id: None, builds: (0..3).filter_map(|at| self.build(at)).collect() });
        };
        let build = self.build(at)?;
        let digests = BTreeSet::from([digest(&self.index()), build.manifest.clone()?]);
        Some(Bits { digests, id: build.config.clone(), builds: vec![build] })
    }
}

/// What of it somebody does not know.
fn without(bits: &Bits, lost: &[bool]) -> Bits {
    let mut lost = lost.iter().copied().cycle();
    let mut keep = || !lost.next().unwrap_or(false);
    let digests = bits.digests.iter().filter(|_| keep()).cloned().collect();
    let id = bits.id.clone().filter(|_| keep());
    let mut build = |build: &Build| Build {
        platform: build.platform.clone().filter(|_| keep()),
        manifest: build.manifest.clone().filter(|_| keep()),
        config: build.config.clone().filter(|_| keep()),
        files: build.files.clone().filter(|_| keep()),
        revision: build.revision.clone().filter(|_| keep()),
    };
    // Whoever has an index knows of all its parts.
    Bits { digests, id, builds: bits.builds.iter().map(&mut build).collect() }
}

fn truth() -> impl Strategy<Value = Truth> {
    let build = proptest::option::weighted(0.8, (0_u8..2, 0_u8..2, 0_u8..2));
    (proptest::collection::vec(build, 3), 0_u8..2).prop_map(|(platforms, commit)| Truth { platforms, commit })
}

fn observed() -> impl Strategy<Value = (Truth, Option<usize>, Vec<bool>)> {
    (truth(), proptest::option::of(0_usize..3), proptest::collection::vec(any::<bool>(), 7))
}

proptest! {
    #[test]
    fn what_is_said_of_two_images_is_true((one, at, lost) in observed(), (other, there, lost_there) in observed()) {
        let (Some(whole), Some(other_whole)) = (one.seen(at), other.seen(there)) else { return Ok(()) };
        let (less, other_less) = (without(&whole, &lost), without(&other_whole, &lost_there));
        let (all, some) = (whole.compare(&other_whole), less.compare(&other_less));
        prop_assert_eq!(some, other_less.compare(&less), "symmetric");
        // Only knowing less turns a verdict to unknown, and nothing that was lost makes a difference of what is
        // alike, or hides one.
        prop_assert!(!(all.is_alike() && some.is_different()), "{:?} became {:?}", all, some);
        prop_assert!(!(all.is_different() && some.is_alike()), "{:?} became {:?}", all, some);
        // A difference is one of files, for a platform that both are for.
        if some.is_different() {
            let for_both = |platform: usize| at.is_none_or(|at| at == platform) && there.is_none_or(|at| at == platform);
            prop_assert!((0..3).any(|at| for_both(at) && one.files(at).is_some() && other.files(at).is_some() && one.files(at) != other.files(at)));
        }
        // Who looks at one image, and at all of it, never sees a difference.
        if at == there {
            prop_assert!(!without(&whole, &lost).compare(&without(&whole, &lost_there)).is_different());
        }
    }

    #[test]
    fn an_image_is_like_itself((one, at, lost) in observed()) {
        let Some(whole) = one.seen(at) else { return Ok(()) };
        let less = without(&whole, &lost);
        prop_assert!(!less.compare(&less).is_different());
        if !whole.builds.is_empty() {
            prop_assert_eq!(whole.compare(&whole), Likeness::Identical);
        }
        let text = serde_json::to_string(&less).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Bits>(&text).expect("read back"), less);
    }
}
