//! `evenkeel trust`: what a repository's configuration would reach and run, and a person's word that it may.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::Args;

use super::{Done, Failed, ask, exit};
use crate::catalog::Catalog;
use crate::config::{self, Live};
use crate::{seal, trust};

/// Options of `trust`.
#[derive(Debug, Args)]
#[command(
    after_help = "Nothing that a repository declares is asked without it. The word holds for this checkout and for what is declared now: whoever changes a declaration, or a file or folder of the repository that a command names, needs a new one. What such a program reads itself (a Makefile, a package.json) is yours to look at. `--trust` of other commands trusts for one run, in CI.\n\nExit codes: 0 trusted, or nothing to trust · 1 not trusted · 2 usage or configuration"
)]
pub(crate) struct TrustArgs {
    /// Trust it without a question
    #[arg(long, short)]
    yes: bool,
    /// Trust it no more
    #[arg(long, conflicts_with = "yes")]
    revoke: bool,
    /// The repository
    #[arg(default_value = ".", hide_default_value = true)]
    path: PathBuf,
}

pub(super) fn run(args: &TrustArgs) -> Result<Done, Failed> {
    let view = ask::view(&args.path, None)?;
    let config = ask::configuration(&*view)?;
    if config.live.is_empty() {
        return Ok(Done { text: format!("{} declares no live source: there is nothing to trust\n", config::FILE), code: exit::PARITY });
    }
    let record = ask::trust()?;
    let unwritten = |error: std::io::Error| Failed(format!("what you trust cannot be recorded: {}", error.kind()));
    let mut text: String = config.live.iter().map(|live| described(live, args)).collect();
    let trusted = record.has(&args.path, &config.live);
    if args.revoke {
        let was = record.drop(&args.path, &config.live).map_err(unwritten)?;
        text.push_str(if was { "trusted no more\n" } else { "it was not trusted\n" });
        return Ok(Done { text, code: exit::PARITY });
    }
    if trusted {
        return Ok(Done { text: format!("{text}trusted\n"), code: exit::PARITY });
    }
    let yes = args.yes || asked(&text)?;
    if args.yes {
        anstream::stdout().write_all(text.as_bytes()).map_err(|error| Failed(error.kind().to_string()))?;
    }
    if !yes {
        return Ok(Done { text: "not trusted: none of it is asked (`evenkeel trust --yes` trusts it)\n".to_owned(), code: exit::FINDINGS });
    }
    record.take(&args.path, &config.live).map_err(unwritten)?;
    Ok(Done { text: "trusted, as it is now\n".to_owned(), code: exit::PARITY })
}

/// Shows what it is about, and asks whoever sits there.
fn asked(text: &str) -> Result<bool, Failed> {
    let failed = |error: std::io::Error| Failed(error.kind().to_string());
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes()).map_err(failed)?;
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    out.write_all(b"Trust it? [y/N] ").and_then(|()| out.flush()).map_err(failed)?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(failed)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// One declaration: where it stands, whom it tells of, and what it would do. Words that look like secrets are
/// masked; the file has them.
fn described(live: &Live, args: &TrustArgs) -> String {
    let (source, address) = live.source.split_once(':').unwrap_or((&live.source, ""));
    let does = match source {
        "command" => "runs",
        "docker" | "registry" => "asks",
        "ssh" => "logs in to",
        "host" if !address.is_empty() => "runs version commands of tools, and asks for the time of",
        "host" => "runs version commands of tools on",
        _ => "reads",
    };
    let what = seal::command(address, Catalog::get());
    let what = if source == "command" { what.to_string() } else { format!("{} {what}", seal::name(source)) };
    let mut text = format!("{}:{}  {}  {does} {}\n", config::FILE, live.line, seal::neutral(&live.environment), what.trim_end());
    for path in trust::files(&args.path, live) {
        text.push_str(&format!("    which runs {}\n", seal::path(&path.to_string_lossy())));
    }
    text
}
