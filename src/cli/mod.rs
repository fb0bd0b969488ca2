//! The command line: one definition from which parsing, help, completions and the manual come. Low
//! options become what the library takes here, and nowhere else.

mod ask;
mod check;
mod deployed;
mod diff;
mod drift;
mod explain;
mod generate;
mod init;
mod snapshot;
mod trust;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub(crate) use check::CheckArgs;
pub(crate) use diff::DiffArgs;

/// Exit codes, as scripts rely on them.
pub(crate) mod exit {
    /// Parity.
    pub(crate) const PARITY: u8 = 0;
    /// A finding at or above the gate's level.
    pub(crate) const FINDINGS: u8 = 1;
    /// Usage, configuration or rule error.
    pub(crate) const USAGE: u8 = 2;
    /// Something required was not readable.
    pub(crate) const UNJUDGED: u8 = 3;
}

/// Tells where local, CI, staging and production disagree, before a deploy finds out.
#[derive(Debug, Parser)]
#[command(
    name = "evenkeel",
    version,
    about,
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 parity · 1 findings · 2 usage or configuration · 3 something required could not be read"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    check: CheckArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge a repository (what evenkeel does when no command is named)
    Check(CheckArgs),
    /// Compare environments as they are, subject by subject, and judge nothing
    Diff(DiffArgs),
    /// Take a snapshot of an environment, sealed, to be compared anywhere and later
    Snapshot(snapshot::SnapshotArgs),
    /// Tell what changed since the state that was accepted
    Drift(drift::DriftArgs),
    /// Make what a repository needs: with --key, the key under which hidden values of snapshots are compared
    Init(init::InitArgs),
    /// Show what the configuration would reach and run, and let it
    Trust(trust::TrustArgs),
    /// List the rules, or say what one of them is for
    Explain {
        /// The rule's id
        rule: Option<String>,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff)
    Man,
}

/// A command's result: what goes to standard output, and the exit code.
struct Done {
    text: String,
    code: u8,
}

/// What keeps a command from doing anything: a message for standard error.
struct Failed(String);

/// Runs the program on the process's own arguments.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { exit::USAGE } else { exit::PARITY };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let done = match cli.command {
        None => check::run(&cli.check),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::Diff(args)) => diff::run(&args),
        Some(Command::Snapshot(args)) => snapshot::run(&args),
        Some(Command::Drift(args)) => drift::run(&args),
        Some(Command::Init(args)) => init::run(&args),
        Some(Command::Trust(args)) => trust::run(&args),
        Some(Command::Explain { rule }) => explain::run(rule.as_deref()),
        Some(Command::Completions { shell }) => Ok(generate::completions(shell)),
        Some(Command::Man) => generate::manual(),
    };
    match done {
        Ok(done) => {
            // A reader that has seen enough and closed the pipe is no error.
            let mut out = anstream::stdout().lock();
            let _ = out.write_all(done.text.as_bytes()).and_then(|()| out.flush());
            ExitCode::from(done.code)
        }
        Err(Failed(message)) => {
            let _ = writeln!(anstream::stderr(), "evenkeel: {}", message);
            ExitCode::from(exit::USAGE)
        }
    }
}
