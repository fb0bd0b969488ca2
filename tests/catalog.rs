//! The tables of `rules/catalog/` keep their own promises, and images are what they are.
#![allow(clippy::expect_used, missing_docs, reason = "a test")]

use std::collections::BTreeMap;

use evenkeel::catalog::{Action, Catalog};
use evenkeel::model::{ImageRef, Kind, Syntax};

#[test]
fn every_name_image_and_scheme_belongs_to_one_entry() {
    let catalog = Catalog::get();
    let mut owners: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for service in &catalog.services {
        let own = &service.name;
        owners.entry(format!("name {own}")).or_default().push(own);
        service.images.iter().for_each(|i| owners.entry(format!("image {i}")).or_default().push(own));
        service.schemes.iter().for_each(|s| owners.entry(format!("scheme {s}")).or_default().push(own));
        service.packages.iter().for_each(|p| owners.entry(format!("package {p}")).or_default().push(own));
        service.tag_words.iter().for_each(|w| owners.entry(format!("word {w}")).or_default().push(own));
        service.images_by_word.iter().for_each(|i| assert!(service.images.contains(i), "{own}: {i} is no image of it"));
    }
    for runtime in &catalog.runtimes {
        let own = &runtime.name;
        assert!(runtime.names.contains(own), "{own} is not among its own names");
        runtime.names.iter().for_each(|n| owners.entry(format!("name {n}")).or_default().push(own));
        runtime.images.iter().for_each(|i| owners.entry(format!("image {i}")).or_default().push(own));
        runtime.version_files.iter().for_each(|f| owners.entry(format!("file {f}")).or_default().push(own));
        runtime.variables.iter().for_each(|v| owners.entry(format!("variable {v}")).or_default().push(own));
        runtime.packages.iter().chain(&runtime.versioned_packages).for_each(|p| {
            let here = owners.entry(format!("package {p}")).or_default();
            if !here.contains(&own.as_str()) {
                here.push(own);
            }
        });
        runtime.tag_words.iter().for_each(|w| owners.entry(format!("word {w}")).or_default().push(own));
        runtime.images_second.iter().for_each(|i| assert!(runtime.images.contains(i), "{own}: {i} is no image of it"));
    }
    for distribution in &catalog.distributions {
        distribution.words.iter().for_each(|w| owners.entry(format!("word {w}")).or_default().push(&distribution.name));
        distribution.images.iter().for_each(|i| owners.entry(format!("base {i}")).or_default().push(&distribution.name));
    }
    let shared: Vec<_> = owners.iter().filter(|(_, all)| all.len() > 1).collect();
    assert!(shared.is_empty(), "{shared:?}");
}

#[test]
fn the_tables_use_known_words_only() {
    let catalog = Catalog::get();
    assert!(catalog.services.len() >= 40 && catalog.runtimes.len() >= 40);
    const SERVICES: &[&str] = &["database", "cache", "queue", "search", "storage", "mail", "identity", "proxy", "observability", "emulator", "tool", "test"];
    let version = |action: &Action| action.uses.contains('/') && !action.uses.contains('@');
    for service in &catalog.services {
        assert!(SERVICES.contains(&service.class.as_str()), "{}: {}", service.name, service.class);
        assert!((1..=2).contains(&service.major) && service.actions.iter().all(version), "{}", service.name);
        assert!(service.kin.as_ref().is_none_or(|kin| catalog.service(kin).is_some()), "{}: no kin", service.name);
    }
    for runtime in &catalog.runtimes {
        assert!(["language", "package-manager", "tool"].contains(&runtime.class.as_str()), "{}: {}", runtime.name, runtime.class);
        assert!((1..=2).contains(&runtime.major) && runtime.actions.iter().all(version), "{}", runtime.name);
        for alias in runtime.aliases.keys() {
            assert!(catalog.version(&runtime.name, alias, Syntax::Prefix).is_some(), "{}: {alias} leads to no version", runtime.name);
        }
    }
    assert!(catalog.distributions.iter().all(|d| matches!(d.libc.as_str(), "musl" | "glibc")));
}

/// What an image is, as one line: each subject with its version, and the distribution below.
fn told(text: &str) -> String {
    let catalog = Catalog::get();
    let image = ImageRef::parse(text).expect("an image");
    let version = |kind, name: &str| match catalog.version_of(kind, name, &image) {
        None => "?".to_owned(),
        Some(spec) if spec.is_floating() => "*".to_owned(),
        Some(spec) => spec.intervals().iter().map(|i| i.low.iter().take(spec.precision().into()).map(u64::to_string).collect::<Vec<_>>().join(".")).collect(),
    };
    let service = catalog.service_of_image(&image).map(|s| format!("{} {}", s.name, version(Kind::Service, &s.name)));
    let runtime = catalog.runtime_of_image(&image).map(|r| format!("{} {}", r.name, version(Kind::Runtime, &r.name)));
    let further = catalog.runtimes_in_tag(&image).map(|r| format!("{} {}", r.name, version(Kind::Runtime, &r.name)));
    let base = catalog.distribution(&image).map(|(d, release)| format!("on {} {release}", d.name).trim_end().to_owned());
    service.into_iter().chain(runtime).chain(further).chain(base).collect::<Vec<_>>().join(", ")
}

#[test]
fn images_are_what_they_are() {
    let pairs = [
        // Services.
        ("postgres:16-alpine", "postgres 16, on alpine"),
        ("postgres:16.4-alpine3.20", "postgres 16.4, on alpine 3.20"),
        ("postgres:9.6", "postgres 9.6"),
        ("postgres@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "postgres ?"),
        ("docker.io/library/redis:7", "redis 7"),
        ("public.ecr.aws/docker/library/redis:7.2", "redis 7.2"),
        ("registry.example.com/docker-hub-proxy/postgres:15", "postgres 15"),
        ("gitlab.example.com:5050/team/dependency_proxy/containers/mysql:8.4", "mysql 8.4"),
        ("example.azurecr.io/postgres:15", "postgres 15"),
        ("registry.example.com/team/postgres:16", ""),
        ("someone/postgres:16", ""),
        ("ghcr.io/someone/pgvector:1.4", ""),
        ("redis", "redis *"),
        ("redis:latest", "redis *"),
        ("redis:alpine", "redis *, on alpine"),
        ("redis:alpine3.20", "redis *, on alpine 3.20"),
        ("redis:6a8f1c2", "redis ?"),
        ("redis/redis-stack:7.4.0-v1", "redis 7.4.0"),
        ("valkey/valkey:8-bookworm", "valkey 8, on debian bookworm"),
        ("bitnami/postgresql:16.4.0-debian-12-r0", "postgres 16.4.0, on debian 12"),
        ("registry.example.com/mirrored/bitnami/redis:7.2.5", "redis 7.2.5"),
        ("timescale/timescaledb:2.15.0-pg16", "postgres 16"),
        ("timescale/timescaledb:latest-pg17", "postgres 17"),
        ("timescale/timescaledb-ha:pg16.3-ts2.15", "postgres 16.3"),
        ("pgvector/pgvector:pg17", "postgres 17"),
        ("pgvector/pgvector:0.7.0-pg16", "postgres 16"),
        ("postgis/postgis:16-3.4-alpine", "postgres 16, on alpine"),
        ("supabase/postgres:17.6.1.127", "postgres 17.6.1.127"),
        ("quay.io/sclorg/postgresql-15-c9s:latest", "postgres 15"),
        ("registry.redhat.io/rhel9/mysql-80:1", "mysql 8.0"),
        ("mariadb:10.11-jammy", "mariadb 10.11, on ubuntu jammy"),
        ("mongo:7.0", "mongodb 7.0"),
        ("mcr.microsoft.com/mssql/server:2022-latest", "mssql 2022"),
        ("mcr.microsoft.com/azure-sql-edge:1.0.7", "mssql ?"),
        ("minio/minio:RELEASE.2024-06-13T22-53-53Z", "minio ?"),
        ("minio/minio", "minio *"),
        ("docker.elastic.co/elasticsearch/elasticsearch:8.14.1", "elasticsearch 8.14.1"),
        ("rabbitmq:3.13-management-alpine", "rabbitmq 3.13, on alpine"),
        ("wurstmeister/kafka:2.13-2.8.1", "kafka ?"),
        ("confluentinc/cp-kafka:7.5.0", "confluent-kafka 7.5.0"),
        ("gvenzl/oracle-free:23-slim", "oracle 23"),
        ("prom/prometheus:v2.53.0", "prometheus 2.53.0"),
        ("axllent/mailpit", "mailpit *"),
        // Runtimes.
        ("node:22.1.0-alpine3.20", "node 22.1.0, on alpine 3.20"),
        ("node:lts-alpine", "node *, on alpine"),
        ("node:jod-slim", "node 22"),
        ("node:current-bookworm-slim", "node *, on debian bookworm"),
        ("gcr.io/distroless/nodejs22-debian12", "node 22, on debian 12"),
        ("gcr.io/distroless/java21-debian12:nonroot", "java 21, on debian 12"),
        ("gcr.io/distroless/static-debian12:nonroot", "on debian 12"),
        ("registry.access.redhat.com/ubi9/nodejs-22:1-1733", "node 22"),
        ("registry.access.redhat.com/ubi9/python-311:1", "python 3.11"),
        ("mcr.microsoft.com/devcontainers/typescript-node:1-22-bookworm", "node 22, on debian bookworm"),
        ("mcr.microsoft.com/devcontainers/typescript-node:22-bookworm", "node 22, on debian bookworm"),
        ("mcr.microsoft.com/devcontainers/javascript-node:1-bookworm", "node ?, on debian bookworm"),
        ("mcr.microsoft.com/devcontainers/python:3.12", "python 3.12"),
        ("mcr.microsoft.com/vscode/devcontainers/python:0-3.11", "python 3.11"),
        ("mcr.microsoft.com/devcontainers/go:1-1.23", "go 1.23"),
        ("mcr.microsoft.com/devcontainers/base:ubuntu-22.04", "on ubuntu 22.04"),
        ("ghcr.io/astral-sh/uv:0.11.32-python3.12-trixie-slim", "uv 0.11.32, python 3.12, on debian trixie"),
        ("ghcr.io/astral-sh/uv:python3.12-bookworm-slim", "uv *, python 3.12, on debian bookworm"),
        ("python:3.13-slim", "python 3.13"),
        ("public.ecr.aws/lambda/python:3.12", "python 3.12"),
        ("golang:1.23-bookworm", "go 1.23, on debian bookworm"),
        ("lukemathwalker/cargo-chef:latest-rust-1.79-slim", "rust 1.79"),
        ("wordpress:6.5-php8.2-apache", "php 8.2"),
        ("dunglas/frankenphp:1-php8.3-alpine", "php 8.3, on alpine"),
        ("eclipse-temurin:24.0.2_12-jre", "java 24.0.2"),
        ("amazoncorretto:21-al2023-headless", "java 21, on amazonlinux 2023"),
        ("cimg/openjdk:21.0.2", "java 21.0.2"),
        ("adoptopenjdk/openjdk11:alpine-jre", "java 11, on alpine"),
        ("gradle:9-jdk25", "gradle 9, java 25"),
        ("gradle:jdk21-alpine", "gradle *, java 21, on alpine"),
        ("maven:3.9-eclipse-temurin-21", "maven 3.9, java 21"),
        ("maven:3.9.9-amazoncorretto-17-al2023", "maven 3.9.9, java 17, on amazonlinux 2023"),
        ("hexpm/elixir:1.17.3-erlang-27.1-debian-bookworm-20240926-slim", "elixir 1.17.3, erlang 27.1, on debian bookworm"),
        ("elixir:1.19.5-otp-28-alpine", "elixir 1.19.5, erlang 28, on alpine"),
        ("mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled", "dotnet 8.0, on ubuntu jammy"),
        ("oven/bun:1.1-debian", "bun 1.1, on debian"),
        ("denoland/deno:alpine-2.1.4", "deno 2.1.4, on alpine"),
        ("hashicorp/terraform:1.9", "terraform 1.9"),
        ("docker:27-dind", "docker 27"),
        // Distributions and what is nobody's.
        ("ubuntu:24.04", "on ubuntu 24.04"),
        ("debian:bookworm-slim", "on debian bookworm"),
        ("alpine", "on alpine"),
        ("registry.access.redhat.com/ubi9/ubi-minimal:9.4-1194", "on rhel 9.4"),
        ("cypress/browsers:node-20.9.0-chrome-118", "node 20.9.0"),
        ("ghcr.io/example/shop:main", ""),
    ];
    let wrong: Vec<String> =
        pairs.iter().filter(|(image, expected)| told(image) != *expected).map(|(i, e)| format!("{i}: {} instead of {e}", told(i))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn versions_are_read_as_their_tools_read_them() {
    let low = |name: &str, text: &str| {
        let spec = Catalog::get().version(name, text, Syntax::Prefix);
        spec.map_or("?".to_owned(), |s| if s.is_floating() { "*".to_owned() } else { format!("{:?}", s.intervals().first().map(|i| i.low)) })
    };
    let wrong: Vec<_> = [
        ("node", "lts/iron", "Some([20, 0, 0, 0])"),
        ("node", "lts/Jod", "Some([22, 0, 0, 0])"),
        ("node", "v22.1.0", "Some([22, 1, 0, 0])"),
        ("node", "node", "*"),
        ("ruby", "ruby-3.3.0", "Some([3, 3, 0, 0])"),
        ("ruby", "jruby-9.4", "?"),
        ("java", "21.0.2-tem", "Some([21, 0, 2, 0])"),
        ("java", "temurin-jre-21.0.2", "Some([21, 0, 2, 0])"),
        ("go", "go1.22.3", "Some([1, 22, 3, 0])"),
        ("go", "oldstable", "*"),
        ("rust", "beta", "*"),
        ("terraform", "latest:^1.5", "Some([1, 5, 0, 0])"),
        ("erlang", "OTP-27.1", "Some([27, 1, 0, 0])"),
        ("dotnet", "8.0.x", "Some([8, 0, 0, 0])"),
    ]
    .into_iter()
    .filter(|(name, text, expected)| low(name, text) != *expected)
    .map(|(name, text, _)| (name, text, low(name, text)))
    .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn packages_name_runtimes() {
    let told = |package: &str| Catalog::get().runtime_of_package(package).map_or(String::new(), |(r, v)| format!("{} {v}", r.name));
    let wrong: Vec<_> = [
        ("nodejs", "node "),
        ("python3", "python "),
        ("python3.12-venv", "python 3.12"),
        ("python3-pip", ""),
        ("php83-fpm", "php 8.3"),
        ("php8.2-mysql", "php 8.2"),
        ("openjdk-21-jdk-headless", "java 21"),
        ("java-21-amazon-corretto", "java 21"),
        ("golang-1.23", "go 1.23"),
        ("dotnet-sdk-8.0", "dotnet 8.0"),
        ("python@3.12", "python 3.12"),
        ("postgresql16-client", ""),
        ("libpq-dev", ""),
    ]
    .into_iter()
    .filter(|(package, expected)| told(package) != *expected)
    .map(|(package, _)| (package, told(package)))
    .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn what_companies_build_on_has_a_runtime() {
    let told = |text: &str| {
        let image = ImageRef::parse(text).expect("an image");
        let runtime = Catalog::get().runtime_of_base(&image)?;
        let spec = Catalog::get().version_of(Kind::Runtime, &runtime.name, &image);
        Some(format!("{} {}", runtime.name, spec.map_or_else(|| "?".to_owned(), |spec| spec.is_floating().to_string())))
    };
    for (image, runtime) in [
        ("ghcr.io/mill/mill-node:24-alpine", "node"),
        ("ghcr.io/mill/mill-ruby-base:4.0.3", "ruby"),
        ("mill/python-base:3.12-slim", "python"),
        ("registry.mill.test/base/eclipse-temurin-jre-builder:21-jammy", "java"),
        ("node:24", "node"),
    ] {
        assert_eq!(told(image).as_deref(), Some(format!("{runtime} false").as_str()), "{image}");
    }
    for image in ["prom/node-exporter:24", "mill/ledger-node:1.2.4", "mill/web:24", "mill/node:main", "mill/ruby-base:9c1f2ab", "mill/php-base:1.4"] {
        assert_eq!(told(image), None, "{image}");
    }
    // Who runs it, and does not build on it, runs somebody else's software.
    assert!(Catalog::get().runtime_of_image(&ImageRef::parse("mill/mill-node:24").expect("an image")).is_none());
}
