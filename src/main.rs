//! The `evenkeel` command; what it does is told in `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    evenkeel::cli::main()
}
