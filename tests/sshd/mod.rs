//! A real sshd on loopback, with a host key, a client key and a configuration of its own, in a folder that goes
//! with it. The `ssh` that evenkeel finds is the real one, told to use them.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A machine that ssh reaches.
pub(crate) struct Sshd {
    folder: tempfile::TempDir,
    daemon: Child,
    port: u16,
    key: PathBuf,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

fn run(program: &str, arguments: &[&str]) -> String {
    let told = Command::new(program).args(arguments).output().expect("it runs");
    assert!(told.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8_lossy(&told.stdout).trim().to_owned()
}

fn daemon() -> Option<&'static str> {
    ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/sbin/sshd"].into_iter().find(|path| Path::new(path).exists())
}

impl Sshd {
    /// Starts one with further lines of configuration, or says loudly that there is none.
    pub(crate) fn start(left_out: &str, further: &[&str]) -> Option<Sshd> {
        let Some(program) = daemon() else {
            // Past the capture of output, which would keep it from being seen.
            let _ = std::io::stderr().write_all(left_out.as_bytes());
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        for key in ["host", "own", "other"] {
            run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", path(key).to_str().expect("text")]);
        }
        std::fs::copy(path("own.pub"), path("authorized")).expect("copied");
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
        let own = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nStrictModes no\nPasswordAuthentication no\nPidFile none\n{}\n",
            path("host").display(),
            path("authorized").display(),
            further.join("\n")
        );
        std::fs::write(path("sshd_config"), own).expect("written");
        let _ = std::fs::create_dir_all("/run/sshd");
        let config = path("sshd_config");
        let arguments = ["-D", "-e", "-f", config.to_str().expect("text")];
        let daemon = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        let key = path("own");
        let sshd = Sshd { folder, daemon, port, key };
        for _ in 0..200 {
            let mut greeting = [0; 4];
            if TcpStream::connect(("127.0.0.1", port)).is_ok_and(|mut stream| stream.read_exact(&mut greeting).is_ok()) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        std::fs::create_dir(sshd.folder()).expect("a folder");
        sshd.client(&sshd.key);
        Some(sshd)
    }

    /// An `ssh` that comes first on the path.
    fn client(&self, key: &Path) {
        let known = self.folder.path().join("known");
        let options =
            format!("-F none -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile={} -o IdentitiesOnly=yes -i {}", known.display(), key.display());
        let real = run("sh", &["-c", "command -v ssh"]);
        let bin = self.folder.path().join("bin");
        std::fs::create_dir_all(&bin).expect("a folder");
        std::fs::write(bin.join("ssh"), format!("#!/bin/sh\nexec {real} {options} \"$@\"\n")).expect("written");
        std::fs::set_permissions(bin.join("ssh"), std::fs::Permissions::from_mode(0o755)).expect("allowed");
    }

    /// The same machine, for somebody whose key it does not know.
    pub(crate) fn strangers(&self) -> &Sshd {
        self.client(&self.folder.path().join("other"));
        self
    }

    /// Where it is, as evenkeel is told of it.
    pub(crate) fn address(&self) -> String {
        format!("{}@127.0.0.1:{}", run("id", &["-un"]), self.port)
    }

    /// A repository beside it.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// What evenkeel says, and its exit code.
    pub(crate) fn evenkeel(&self, arguments: &[&str]) -> (String, Option<i32>) {
        let path = format!("{}:{}", self.folder.path().join("bin").display(), std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        let told = command.args(arguments).current_dir(self.folder()).env("NO_COLOR", "1").env("COLUMNS", "160").env("PATH", path).output().expect("it runs");
        (format!("{}{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr)), told.status.code())
    }
}
