//! What manifests, indexes and configurations of images say (OCI image specification; Docker's image manifest,
//! version 2, schema 2). Pure: bytes in, digests out.

use serde_json::Value;

use crate::limits;
use crate::model::{Build, Digest, Platform};

/// Every kind of manifest that is understood, as a request accepts them.
pub(super) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/// What a manifest leads to.
#[derive(Debug, PartialEq)]
pub(super) enum Manifest {
    /// The builds of several platforms: what they are for, and their manifests.
    Index(Vec<Build>),
    /// The configuration of one build.
    Image(Digest),
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

fn platform(value: &Value, of: &str) -> Option<Platform> {
    let part = |name: &str| text(value, &format!("{of}/{name}"));
    Platform::of(part("os"), part("architecture"), part("variant"))
}

/// Reads a manifest; none where it is of another kind.
pub(super) fn parse(bytes: &[u8]) -> Option<Manifest> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    if let Some(config) = Digest::parse(text(&value, "/config/digest")) {
        return Some(Manifest::Image(config));
    }
    let list = value.get("manifests")?.as_array()?;
    // Beside the builds stands what attests to them, which is for no platform.
    let is_build = |entry: &&Value| text(entry, "/platform/os") != "unknown" && entry.pointer("/annotations/vnd.docker.reference.type").is_none();
    let build = |entry: &Value| Build { platform: platform(entry, "/platform"), manifest: Digest::parse(text(entry, "/digest")), ..Build::default() };
    Some(Manifest::Index(list.iter().filter(is_build).take(limits::BUILDS).map(build).collect()))
}

/// Reads a configuration into what is known of its build.
pub(super) fn describe(bytes: &[u8], build: &mut Build) -> Option<()> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let ids = value.pointer("/rootfs/diff_ids").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    build.platform = build.platform.take().or_else(|| platform(&value, ""));
    build.files = Build::files(ids.iter().filter_map(Value::as_str));
    let labels = value.pointer("/config/Labels");
    build.revision = labels.and_then(|labels| labels.get(Build::REVISION)).and_then(Value::as_str).and_then(Build::revision);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_leads_to_its_builds() {
        let digest = Digest::of(b"one");
        let text = format!(
            r#"{{"manifests": [
                {{"digest": "{0}", "platform": {{"os": "linux", "architecture": "arm64", "variant": "v8"}}}},
                {{"digest": "{0}", "platform": {{"os": "unknown", "architecture": "unknown"}}}},
                {{"digest": "{0}", "annotations": {{"vnd.docker.reference.type": "attestation-manifest"}}}},
                {{"digest": "swordfishcanary", "platform": {{"os": "swordfishcanary", "architecture": "amd64"}}}}, 3
            ]}}"#,
            digest.as_str()
        );
        let Some(Manifest::Index(builds)) = parse(text.as_bytes()) else { return assert_eq!(text, "an index") };
        let told: Vec<_> = builds.iter().map(|build| (build.platform.clone(), build.manifest.clone())).collect();
        assert_eq!(told, [(Platform::of("linux", "arm64", ""), Some(digest)), (None, None), (None, None)]);
    }

    #[test]
    fn what_is_no_manifest_is_none() {
        for wrong in ["", "[]", "{}", r#"{"schemaVersion": 1, "fsLayers": []}"#, r#"{"config": {"digest": "x"}}"#, "<html>", &"[".repeat(1000)] {
            assert_eq!(parse(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
