//! A check of a tree of 60,000 files. `rg --files --hidden` on the same tree is what it is held
//! against, where ripgrep is installed; the two run in turn.
#![allow(clippy::expect_used, missing_docs, reason = "a bench")]

use std::path::Path;
use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};

const PACKAGES: usize = 400;

/// Packages of 140 source files, a manifest, an env file, an image, three deployments and four files of data each.
fn tree(root: &Path) {
    let write = |path: String, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("can write");
        std::fs::write(path, text).expect("can write");
    };
    write(
        ".github/workflows/ci.yml".into(),
        "on: push\njobs:\n  test:\n    runs-on: x\n    services:\n      db:\n        image: postgres:16\n    steps:\n      - uses: actions/setup-node@v4\n        with:\n          node-version: 22\n",
    );
    for package in 0..PACKAGES {
        let base = format!("packages/pkg-{package:03}");
        for file in 0..140 {
            let folder = ["src", "src/lib", "src/components", "test"].get(file % 4).copied().unwrap_or("src");
            let extension = ["ts", "tsx", "js", "css", "json", "md", "py"].get(file % 7).copied().unwrap_or("ts");
            // A few of the sources ask for variables, more of them only name some.
            let asks = match (extension, file % 20) {
                ("ts" | "tsx" | "js", 0..4) => format!("const url = process.env.PKG_{package}_URL ?? \"\";\n"),
                ("py", 0..4) => format!("import os\nTOKEN = os.environ[\"PKG_{package}_TOKEN\"]\n"),
                (_, 4..10) => "// DATABASE_URL is set by who starts it\n".to_owned(),
                _ => String::new(),
            };
            write(format!("{base}/{folder}/file-{file}.{extension}"), &format!("{asks}{}", "x = 1 // filler\n".repeat(100 + file * 8)));
        }
        write(format!("{base}/package.json"), "{\"private\": true, \"engines\": {\"node\": \">=20\"}}\n");
        write(format!("{base}/.env.example"), &format!("DATABASE_URL=\nPKG_{package}_URL=\nPKG_{package}_TOKEN=\n"));
        write(format!("{base}/Dockerfile"), "FROM node:22-alpine AS build\nRUN npm ci\nFROM node:22-alpine\nCMD [\"node\"]\n");
        for index in 0..3 {
            let text = format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a{index}\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          image: acme/p{package}:1.{index}.0\n"
            );
            write(format!("{base}/deploy-{index}.yaml"), &text);
        }
        for index in 0..4 {
            write(format!("{base}/data-{index}.yaml"), &"a: 1\nb: [1, 2, 3]\n".repeat(200));
        }
    }
}

fn bench(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    tree(folder.path());
    let run = |program: &str, arguments: &[&str]| Command::new(program).args(arguments).arg(folder.path()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let mut group = criterion.benchmark_group("60,000 files");
    group.sample_size(20);
    group.bench_function("evenkeel check", |bencher| bencher.iter(|| run(env!("CARGO_BIN_EXE_evenkeel"), &["check"])));
    if run("rg", &["--version"]).is_ok() {
        group.bench_function("rg --files --hidden", |bencher| bencher.iter(|| run("rg", &["--files", "--hidden"])));
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
