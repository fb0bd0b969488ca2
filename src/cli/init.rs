//! `evenkeel init`: what a repository needs that nobody should write by hand.

use std::path::PathBuf;

use clap::Args;

use super::{Done, Failed, exit};
use crate::seal;
use crate::store::{FOLDER, KEY, Store};

/// Options of `init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Make the key under which hidden values of snapshots are compared
    #[arg(long, required = true)]
    key: bool,
    /// The repository
    #[arg(default_value = ".", hide_default_value = true)]
    path: PathBuf,
}

pub(super) fn run(args: &InitArgs) -> Result<Done, Failed> {
    let key = seal::key::make().ok_or_else(|| Failed("this system gives no random numbers to make a key of".to_owned()))?;
    let made = Store::of(&args.path).make_key(&key).map_err(|error| Failed(error.to_string()))?;
    let place = seal::neutral(&args.path.join(FOLDER).join(KEY).to_string_lossy());
    let text = if made {
        format!("{place}: a new key; git does not see it. Give it to those who compare snapshots, as this file or as EVENKEEL_KEY.\n")
    } else {
        format!("{place} is there already and stays as it is\n")
    };
    Ok(Done { text, code: exit::PARITY })
}
