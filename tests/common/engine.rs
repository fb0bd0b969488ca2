//! Real engines through the docker client, without the configuration of whoever runs the tests.

use std::path::Path;
use std::process::Command;

/// A command of the client to the engine behind a socket; the client's configuration is in `folder`.
pub(crate) fn command(socket: &str, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("docker");
    command.args(["--host", &format!("unix://{socket}")]).args(arguments).env("DOCKER_CONFIG", folder);
    command
}

/// What the engine answers.
pub(crate) fn docker(socket: &str, folder: &Path, arguments: &[&str]) -> String {
    let told = command(socket, folder, arguments).output().expect("docker runs");
    assert!(told.status.success(), "docker {arguments:?}: {}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8_lossy(&told.stdout).into_owned()
}

/// Removes all containers: these engines are the tests' own.
pub(crate) fn clear(socket: &str, folder: &Path) {
    let ids = docker(socket, folder, &["ps", "--all", "--quiet"]);
    let ids: Vec<&str> = ids.split_whitespace().collect();
    if !ids.is_empty() {
        docker(socket, folder, &[&["rm", "--force", "--volumes"], ids.as_slice()].concat());
    }
}

/// Demands that each of these stands in what was said, however it is set in columns.
pub(crate) fn has(said: &str, lines: &[&str]) {
    let plain: Vec<String> = said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in lines {
        assert!(plain.iter().any(|have| have.contains(line)), "no '{line}' in:\n{said}");
    }
}
