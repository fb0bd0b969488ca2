//! A file system of 1 GB as an engine streams it: 60,000 files, one list of packages among them. It is made on the
//! fly and lies nowhere. With `INSIDE_SERVE=/socket` the stream is served as a container of an engine instead, so
//! that the memory of a whole run can be measured: `/usr/bin/time -v evenkeel diff a b --live a=docker:unix:///socket
//! --inside`.
#![allow(clippy::expect_used, missing_docs, reason = "a bench")]

use std::io::{self, Read};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use evenkeel::files::{Archive, FileView as _, Keep};

const FILES: u64 = 60_000;
const SIZE: u64 = 17 * 1024;

/// The stream, entry by entry.
struct Stream {
    number: u64,
    entry: Vec<u8>,
    read: usize,
}

impl Stream {
    fn new() -> Stream {
        Stream { number: 0, entry: Vec::new(), read: 0 }
    }
}

fn entry(name: &str, bytes: &[u8], out: &mut Vec<u8>) {
    let mut header = tar::Header::new_gnu();
    header.set_path(name).expect("a name");
    header.set_size(bytes.len() as u64);
    header.set_mtime(1_700_000_000);
    header.set_cksum();
    out.clear();
    out.extend(header.as_bytes());
    out.extend(bytes);
    out.resize(out.len().next_multiple_of(512), 0);
}

fn dpkg() -> Vec<u8> {
    (0..2_000)
        .map(|n| format!("Package: package-{n}\nStatus: install ok installed\nVersion: 1.{n}-1\nDescription: {}\n\n", "x".repeat(400)))
        .collect::<String>()
        .into_bytes()
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.entry.len() {
            self.read = 0;
            match self.number {
                0 => entry("var/lib/dpkg/status", &dpkg(), &mut self.entry),
                n if n <= FILES => entry(&format!("app/node_modules/package-{}/lib/file-{n}.js", n / 30), &vec![b'x'; SIZE as usize], &mut self.entry),
                n if n == FILES + 1 => self.entry = vec![0; 1024],
                _ => return Ok(0),
            }
            self.number += 1;
        }
        let count = self.entry.get(self.read..).unwrap_or_default().read(buffer)?;
        self.read += count;
        Ok(count)
    }
}

/// The file system as the one layer of an image that an engine saves.
#[cfg(unix)]
fn saved() -> Box<dyn Read> {
    let (mut manifest, mut layer) = (Vec::new(), tar::Header::new_gnu());
    entry("manifest.json", br#"[{"Layers":["layer.tar"]}]"#, &mut manifest);
    layer.set_path("layer.tar").expect("a name");
    layer.set_size(512 + (dpkg().len() as u64).next_multiple_of(512) + FILES * (512 + SIZE.next_multiple_of(512)) + 1024);
    layer.set_cksum();
    Box::new(io::Cursor::new(manifest).chain(io::Cursor::new(layer.as_bytes().to_vec())).chain(Stream::new()).chain(io::repeat(0).take(1024)))
}

fn keep(path: &str) -> Keep {
    if path == "var/lib/dpkg/status" { Keep::Whole } else { Keep::Nothing }
}

#[cfg(unix)]
fn serve(socket: &str) {
    use std::io::Write as _;
    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let listener = std::os::unix::net::UnixListener::bind(socket).expect("a socket");
    for mut stream in listener.incoming().flatten() {
        let mut request = [0; 4096];
        let count = stream.read(&mut request).unwrap_or(0);
        let request = String::from_utf8_lossy(request.get(..count).unwrap_or_default()).into_owned();
        let path = request.split(' ').nth(1).unwrap_or("");
        if path.ends_with("/export") || path.ends_with("/get") {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            let (mut files, mut buffer) = (if path.ends_with("/get") { saved() } else { Box::new(Stream::new()) }, vec![0; 32 * 1024]);
            while let Ok(count @ 1..) = files.read(&mut buffer) {
                let piece = [format!("{count:x}\r\n").as_bytes(), buffer.get(..count).unwrap_or_default(), b"\r\n"].concat();
                if stream.write_all(&piece).is_err() {
                    break;
                }
            }
            let _ = stream.write_all(b"0\r\n\r\n");
            continue;
        }
        let body = match path {
            "/version" => r#"{"Version":"99.1","ApiVersion":"1.41"}"#.to_owned(),
            path if path.contains("/containers/json") => format!(r#"[{{"Id":"{ID}"}}]"#),
            path if path.contains("/containers/") => {
                format!(r#"{{"Id":"{ID}","Name":"/web","Image":"sha256:{ID}","State":{{"Running":true}},"Config":{{"Image":"mill/web:1"}}}}"#)
            }
            path if path.ends_with("/history") => "[]".to_owned(),
            path if path.contains("/images/") => r#"{"RootFS":{"Layers":["a","a"]}}"#.to_owned(),
            _ => "{}".to_owned(),
        };
        let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    }
}

fn bench(criterion: &mut Criterion) {
    #[cfg(unix)]
    if let Ok(socket) = std::env::var("INSIDE_SERVE") {
        return serve(&socket);
    }
    let mut group = criterion.benchmark_group("a file system of 1 GB");
    group.throughput(Throughput::Bytes(FILES * SIZE)).sample_size(10);
    group.bench_function("made", |bencher| bencher.iter(|| io::copy(&mut Stream::new(), &mut io::sink()).expect("made")));
    group.bench_function("made and read", |bencher| {
        bencher.iter(|| {
            let archive = Archive::read(Stream::new(), &keep);
            assert!(archive.gaps().next().is_none() && archive.list().entries.len() == 1);
        });
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
