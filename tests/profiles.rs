//! Profiles of Spring that a deployment takes away are told from a tree as it lies on the disk.
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

use std::path::Path;
use std::process::Command;

fn report(files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("can create");
        std::fs::write(path, text).expect("can write");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_evenkeel")).arg("check").arg(folder.path()).output().expect("runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const APPLICATION: (&str, &str) = (
    "mill/src/main/resources/application.yml",
    "spring:\n  profiles:\n    active: harvest, ${MORE:dry}\n---\nspring:\n  config:\n    activate:\n      on-profile: docker\n  profiles:\n    active: other\n",
);
const CLASS: (&str, &str) = ("mill/src/main/java/mill/Store.java", "@Profile({\"harvest\", \"frost\"})\nclass Store {}\n");
const MANIFEST: (&str, &str) = ("mill/pom.xml", "<project/>\n");

#[test]
fn a_profile_that_is_used_and_replaced_is_told() {
    let image = ("docker/Dockerfile", "FROM eclipse-temurin:21\nENV SPRING_PROFILES_ACTIVE=docker\n");
    let said = report(&[APPLICATION, CLASS, MANIFEST, image]);
    assert!(said.contains("docker/Dockerfile starts mill without its profile harvest"), "{said}");
    assert!(said.contains("Store.java:1") && said.contains("application.yml:3"), "{said}");
}

#[test]
fn a_profile_that_is_kept_or_that_nothing_uses_is_not() {
    let kept = ("docker/Dockerfile", "FROM eclipse-temurin:21\nENV SPRING_PROFILES_ACTIVE=docker,harvest\n");
    assert!(!report(&[APPLICATION, CLASS, MANIFEST, kept]).contains("harvest"));
    let replaced = ("docker/Dockerfile", "FROM eclipse-temurin:21\nENV SPRING_PROFILES_ACTIVE=docker\n");
    assert!(!report(&[APPLICATION, MANIFEST, replaced]).contains("harvest"));
    let elsewhere = ("compose.yml", "services:\n  store:\n    image: fenland/store:1\n    environment:\n      SPRING_PROFILES_ACTIVE: docker\n");
    assert!(!report(&[APPLICATION, CLASS, MANIFEST, elsewhere]).contains("harvest"));
}

#[test]
fn a_value_that_is_not_known_says_nothing() {
    let open = ("mill/Dockerfile", "FROM eclipse-temurin:21\nARG PROFILES\nENV SPRING_PROFILES_ACTIVE=$PROFILES\n");
    assert!(!report(&[APPLICATION, CLASS, MANIFEST, open]).contains("harvest"));
}
