//! The `evenkeel` command; what it does is told in `cli`.

use std::process::ExitCode;

/// A run is many small texts made by several threads at once: this allocator saves a tenth of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    evenkeel::cli::main()
}
