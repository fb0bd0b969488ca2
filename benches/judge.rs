//! Aligning and judging: 10 environments with 100,000 facts in all, and with ten times fewer, to see
//! that the cost is linear.
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
use evenkeel::model::{Environment, Fact, Form, Kind, Reading, Syntax};
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

fn bench(criterion: &mut Criterion) {
    let environments: Vec<Environment> = ENVIRONMENTS.iter().map(|name| Environment::new(name)).collect();
    let mut group = criterion.benchmark_group("align and judge");
    group.sample_size(10);
    for count in [10_000, 100_000] {
        let facts = facts(count);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::from_parameter(count), &facts, |bencher, facts| {
            bencher.iter(|| judge(&align(facts, &[], &environments, Catalog::get()), rules(), &BTreeMap::new(), Catalog::get()).findings.len());
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
