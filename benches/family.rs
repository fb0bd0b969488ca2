//! A configuration that twelve environments have, 5,000 keys each, from parsed documents to the verdict, and
//! with the parsing: where nearly all keys are alike, where one in twenty differs, and where all do.
#![allow(missing_docs, reason = "a bench")]

#[path = "../tests/common/files.rs"]
mod files;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use evenkeel::check::{Scope, matrix, survey, survey_of, verdict};
use evenkeel::config::Config;
use evenkeel::files::{Documents, FileView as _};
use evenkeel::model::Kind;
use files::Files;

const ENVIRONMENTS: &[&str] = &["dev", "test", "demo", "qa", "perf", "review", "preview", "sandbox", "ithc", "integration", "staging", "production"];
const KEYS: usize = 5_000;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Every `each`th key differs between environments.
fn family(each: usize) -> Files {
    let file = |(number, environment): (usize, &&str)| {
        let mut text = String::new();
        for key in 0..KEYS {
            if key % 20 == 0 {
                text.push_str(&format!("block{}:\n", key / 20));
            }
            let value = if key % each == 0 { number * KEYS + key } else { key };
            text.push_str(&format!("  key{key}: value {value} of many\n"));
        }
        (format!("settings/{environment}.yml"), text)
    };
    Files(ENVIRONMENTS.iter().enumerate().map(file).collect())
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a family of 12 × 5,000 keys");
    group.sample_size(20);
    for (name, each) in [("alike", KEYS), ("one in twenty differs", 20), ("all differ", 1)] {
        let files = family(each);
        let scope = Scope { kinds: vec![Kind::Config], ..Scope::default() };
        let listing = files.list();
        let documents = Documents::new(&files, &listing);
        group.bench_function(BenchmarkId::new("parsed", name), |bencher| {
            bencher.iter(|| {
                let survey = survey_of(&documents, &listing, &Config::default(), &scope);
                verdict(&matrix(&survey), &Config::default()).findings.len()
            });
        });
        group.bench_with_input(BenchmarkId::new("from text", name), &files, |bencher, files| {
            bencher.iter(|| {
                let survey = survey(files, &Config::default(), &scope);
                verdict(&matrix(&survey), &Config::default()).findings.len()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
