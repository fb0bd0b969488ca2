//! `evenkeel completions` and `evenkeel man`: made from the same definitions as the parser.

use clap::CommandFactory as _;

use super::{Cli, Done, Failed, exit};

pub(super) fn completions(shell: clap_complete::Shell) -> Done {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "evenkeel", &mut bytes);
    Done { text: String::from_utf8_lossy(&bytes).into_owned(), code: exit::PARITY }
}

pub(super) fn manual() -> Result<Done, Failed> {
    let mut bytes = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut bytes).map_err(|error| Failed(error.to_string()))?;
    Ok(Done { text: String::from_utf8_lossy(&bytes).into_owned(), code: exit::PARITY })
}
