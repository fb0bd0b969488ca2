//! An engine with 500 containers, asked and written down as a snapshot. The engine is one that answers at once, so
//! what is measured is what comes beyond a real one's own time.
#![cfg(unix)]
#![allow(clippy::expect_used, missing_docs, reason = "a bench")]

#[path = "../tests/common/request.rs"]
mod request;

use std::io::Write as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};

const CONTAINERS: usize = 500;

fn id(number: usize) -> String {
    format!("{number:064x}")
}

fn container(number: usize) -> String {
    let variables: Vec<String> = (0..40).map(|variable| format!("\"SERVICE_{variable}_URL=http://host-{variable}.mill.internal:8080/{number}\"")).collect();
    let labels: Vec<String> = (0..12).map(|label| format!("\"org.mill.label.{label}\":\"{}\"", "text ".repeat(20))).collect();
    format!(
        r#"{{"Id":"{id}","Name":"/mill-service-{number}-1","Image":"sha256:{image}","State":{{"Running":true,"Status":"running"}},
        "HostConfig":{{"RestartPolicy":{{"Name":"always"}},"Memory":268435456}},"Mounts":[{{"Type":"volume","Name":"data-{number}","Destination":"/data"}}],
        "Config":{{"Image":"registry.mill.test/service-{number}:1.{number}","Env":["PATH=/bin",{variables}],"Cmd":["serve","--port","8080"],
        "Labels":{{"com.docker.compose.project":"mill","com.docker.compose.service":"service-{number}",{labels}}}}}}}"#,
        id = id(number),
        image = id(number % 100),
        variables = variables.join(","),
        labels = labels.join(","),
    )
}

fn serve(mut stream: UnixStream) {
    let Some(text) = request::head(&mut stream) else { return };
    let path = text.split(' ').nth(1).unwrap_or("").to_owned();
    let number = || path.rsplit_once("/json").and_then(|(before, _)| usize::from_str_radix(before.rsplit('/').next()?, 16).ok()).unwrap_or(0);
    let body = match path.as_str() {
        "/version" => r#"{"Version":"28.0","ApiVersion":"1.41"}"#.to_owned(),
        path if path.contains("/containers/json") => {
            let all: Vec<String> = (0..CONTAINERS).map(|number| format!(r#"{{"Id":"{}","Names":["/mill-service-{number}-1"]}}"#, id(number))).collect();
            format!("[{}]", all.join(","))
        }
        path if path.contains("/containers/") => container(number()),
        _ => r#"{"Config":{"Env":["PATH=/bin"]},"RepoTags":[],"RepoDigests":null}"#.to_owned(),
    };
    let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
}

fn bench(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("engine.sock");
    let listener = UnixListener::bind(&socket).expect("a socket");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream));
        }
    });
    let repository = folder.path().join("repository");
    std::fs::create_dir(&repository).expect("a folder");
    let live = format!("--live=prod=docker:unix://{}", socket.display());
    let mut group = c.benchmark_group("engine");
    group.sample_size(10);
    group.bench_function("snapshot of 500 containers", |b| {
        b.iter(|| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
            let status = command.args(["snapshot", "prod", "-o", "-", &live]).current_dir(&repository).stdout(Stdio::null()).status().expect("it runs");
            assert!(status.success());
        });
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
