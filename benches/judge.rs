//! Aligning and judging: 10 environments with 100,000 facts in all, and with ten times fewer, to see
//! that the cost is linear; versions and images, then environment variables.
#![allow(missing_docs, reason = "a bench")]

#[path = "../tests/common/mod.rs"]
mod common;

use common::Nothing;
use std::collections::BTreeMap;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use evenkeel::align::align;
use evenkeel::catalog::Catalog;
use evenkeel::files::{Documents, Listing};
use evenkeel::judge::{judge, rules};
use evenkeel::model::{Environment, Fact, Form, Kind, Reading, Stance, Syntax};
use evenkeel::seal;
use evenkeel::syntax::{At, FileId};

const ENVIRONMENTS: &[&str] = &["local", "ci", "dev", "demo", "qa", "perf", "review", "preview", "staging", "prod"];

fn facts(count: usize) -> Vec<Fact> {
    let (listing, catalog) = (Listing::default(), Catalog::get());
    let documents = Documents::new(&Nothing, &listing);
    (0..count)
        .map(|i| {
            let (subject, environment) = (i / ENVIRONMENTS.len(), ENVIRONMENTS.get(i % ENVIRONMENTS.len()).copied().unwrap_or("prod"));
            let at = At { file: FileId(0), line: u32::try_from(i).unwrap_or(0), column: 1, width: 1 };
            let version = if i % 997 == 0 { "14" } else { "16" };
            let reading = match subject % 3 {
                0 => Reading::new(Kind::Runtime, "node", version, Form::Version(Syntax::Prefix), at),
                1 => Reading::new(Kind::Service, "postgres", format!("postgres:{version}"), Form::Image, at),
                _ => Reading::new(Kind::Image, format!("acme/app-{subject}"), format!("acme/app-{subject}:1.{version}.0"), Form::Image, at),
            };
            seal::seal(&reading, &Environment::new(environment), &format!("services/s{subject}"), "file", &documents, catalog)
        })
        .collect()
}

/// Variables that code reads, a template and an env file offer, and the processes of the other
/// environments are given; half of them in one large component, the others in small ones. One environment
/// lacks every ninth, and every thirteenth is read by nobody.
fn variables(count: usize) -> Vec<Fact> {
    let (listing, catalog) = (Listing::default(), Catalog::get());
    let documents = Documents::new(&Nothing, &listing);
    let letters = |mut n: usize| {
        let mut word = String::new();
        for _ in 0..4 {
            word.push(char::from(b'A' + u8::try_from(n % 26).unwrap_or(0)));
            n /= 26;
        }
        word
    };
    let fact = |i: usize| {
        let (subject, environment) = (i / ENVIRONMENTS.len(), i % ENVIRONMENTS.len());
        let component = if subject.is_multiple_of(2) { String::new() } else { format!("services/s{}", subject / 80) };
        let name = format!("SHOP_{}_{}", letters(subject * 7919), ["URL", "KEY", "TIMEOUT"].get(subject % 3).copied().unwrap_or("X"));
        let at = At { file: FileId(0), line: u32::try_from(subject).unwrap_or(0) + 1, column: 1, width: 1 };
        let given = ENVIRONMENTS.get(environment).copied().unwrap_or("prod");
        let (stance, format, named, file) = match environment {
            0 if subject.is_multiple_of(13) => return None,
            0 => (Stance::Read, "code", "contract", "main.py".to_owned()),
            1 => (Stance::Offered, "env_file", "contract", ".env.example".to_owned()),
            2 => (Stance::Offered, "env_file", "local", ".env".to_owned()),
            3 if subject.is_multiple_of(9) => return None,
            _ => (Stance::Given, "kubernetes", given, format!("deploy/{given}.yaml")),
        };
        let file = format!("{component}/{file}");
        let reading = Reading::variable(stance, name, format!("value-{subject}"), at).workload((stance == Stance::Given).then_some("web"));
        Some(Fact { format, ..seal::seal(&reading, &Environment::new(named), &component, &file, &documents, catalog) })
    };
    (0..count).filter_map(fact).collect()
}

fn bench(criterion: &mut Criterion) {
    let environments: Vec<Environment> = ["contract"].iter().chain(ENVIRONMENTS).map(|name| Environment::new(name)).collect();
    for (name, facts) in [("align and judge", facts as fn(usize) -> Vec<Fact>), ("align and judge variables", variables)] {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        for count in [10_000, 100_000] {
            let facts = facts(count);
            group.throughput(Throughput::Elements(count as u64));
            group.bench_with_input(BenchmarkId::from_parameter(count), &facts, |bencher, facts| {
                bencher.iter(|| judge(&align(facts, &[], &[], &environments, Catalog::get()), rules(), &BTreeMap::new(), Catalog::get()).findings.len());
            });
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
