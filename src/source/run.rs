//! Programs that a source runs: never through a shell of ours, never with a terminal, for as long as the limit
//! allows, and no more is taken of what they print than the limit. What they complain of is not looked at: it
//! may hold anything.

use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::limits;

/// How long to wait before it is looked again whether a program has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// What came of a program.
#[derive(Debug)]
pub(super) enum Ran {
    /// It ended, printed this, and took so long.
    Ended(ExitStatus, Vec<u8>, Duration),
    /// There is no such program, or it may not be run.
    Absent,
    /// It did not end within the time limit.
    Late,
    /// It printed more than the limit.
    Endless,
}

/// A program to be run.
pub(super) struct Program<'a> {
    /// Where it is, or its name.
    pub(super) path: &'a Path,
    /// What it is given.
    pub(super) arguments: &'a [String],
    /// The folder that it is run in.
    pub(super) folder: &'a Path,
    /// What it can read.
    pub(super) input: &'static [u8],
    /// The variables that it does not get.
    pub(super) without: &'a [&'a str],
}

/// Runs a program.
pub(super) fn run(program: &Program<'_>, limit: Duration) -> Ran {
    let start = Instant::now();
    let input = program.input;
    let mut command = Command::new(program.path);
    command.args(program.arguments).current_dir(program.folder);
    for name in program.without {
        command.env_remove(name);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    // Whatever it starts itself ends with it, and it ends with us.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = match command.spawn() {
        Ok(child) => child,
        // Too many processes, or no memory for one: not the program's fault, and as little of an answer.
        Err(error) if error.kind() == ErrorKind::WouldBlock => return Ran::Late,
        Err(_) => return Ran::Absent,
    };
    #[cfg(unix)]
    let _guard = Guard::of(&child);
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else { return Ran::Absent };
    // A program that does not read its input must not keep its output from being read.
    std::thread::spawn(move || stdin.write_all(input));
    let (send, told) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stdout.take(limits::PRINTED_BYTES + 1).read_to_end(&mut bytes);
        // Nobody waits any more where the time is over.
        send.send(read.map(|_| bytes))
    });
    let printed = match told.recv_timeout(limit) {
        Ok(Ok(bytes)) if bytes.len() as u64 <= limits::PRINTED_BYTES => bytes,
        Ok(_) => {
            stop(&mut child);
            return Ran::Endless;
        }
        Err(_) => {
            stop(&mut child);
            return Ran::Late;
        }
    };
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ran::Ended(status, printed, start.elapsed()),
            Ok(None) if start.elapsed() < limit => std::thread::sleep(PAUSE),
            _ => {
                stop(&mut child);
                return Ran::Late;
            }
        }
    }
}

/// The group of processes that a program begins.
#[cfg(unix)]
fn group(child: &Child) -> Option<rustix::process::Pid> {
    i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw)
}

/// Ends what runs where somebody ends evenkeel: a group of its own hears nothing of Ctrl-C.
#[cfg(unix)]
struct Guard(Option<signal_hook::iterator::Handle>);

#[cfg(unix)]
impl Guard {
    fn of(child: &Child) -> Guard {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let (Some(group), Ok(mut signals)) = (group(child), signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])) else { return Guard(None) };
        let handle = signals.handle();
        std::thread::spawn(move || {
            for signal in signals.forever() {
                let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        });
        Guard(Some(handle))
    }
}

#[cfg(unix)]
impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(handle) = &self.0 {
            handle.close();
        }
    }
}

/// Ends a program and what it started.
fn stop(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = group(child) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
