//! Which files are whose: each path is offered to the formats once, and only what is claimed is
//! opened, by several threads.

use std::sync::Arc;

use super::{Plan, unreadable};
use crate::catalog::Catalog;
use crate::config::Config;
use crate::files::{Document, Documents, Listing, Unreadable, file_name};
use crate::limits;
use crate::model::{Environment, Gap};
use crate::parallel;
use crate::read::{Claim, FORMATS, Format, Home, Output, lock_file};

/// A file, opened, and the format that claimed it.
pub(crate) struct Claimed {
    pub(crate) format: &'static Format,
    pub(crate) document: Arc<Document>,
    /// What it says, where that was found out together with what it leads to.
    pub(crate) said: Option<Arc<Output>>,
}

/// What became of one listed file.
enum Decision {
    Nobody,
    /// Source code, read when everything else is.
    Code,
    LeftOut(&'static str),
    Taken(Claimed),
    Unreadable(&'static Format, Unreadable),
}

/// Offers every listed file to the formats and opens what is claimed.
pub(crate) fn claim(documents: &Documents<'_>, listing: &Listing, config: &Config, catalog: &Catalog, plan: &mut Plan) -> Vec<Claimed> {
    for (path, reason) in &listing.skipped {
        let claim = FORMATS.iter().find(|format| (format.claims)(path) == Claim::Yes);
        // A link that leads nowhere matters only where somebody would have read it.
        if let Some(format) = claim {
            // Somebody's own env file is not here, by whatever name it is called.
            if format.home == Home::EnvFile && *reason == Unreadable::Missing {
                plan.left_out.push((path.clone(), "a link to an env file of somebody's own"));
                continue;
            }
            plan.gaps.push(Gap { environment: whose(path, format, catalog), ..unreadable(path, format.name, reason.phrase(), is_required(format)) });
        } else if *reason == Unreadable::Denied {
            plan.gaps.push(unreadable(path, "files", reason.phrase(), false));
        }
    }
    let decisions =
        parallel::map(&listing.entries, |entry| if entry.link.is_some() { Decision::Nobody } else { decide(&entry.path, documents, config, catalog) });
    let mut claimed = Vec::new();
    for (entry, decision) in listing.entries.iter().zip(decisions) {
        match decision {
            Decision::Nobody => {}
            Decision::Code => plan.code.push(entry.path.clone()),
            Decision::LeftOut(why) => plan.left_out.push((entry.path.clone(), why)),
            Decision::Taken(one) => {
                // A manifest that is a program, or is filled in by one, names variables as any other code does.
                if one.format.home == Home::Contract && may_name(&entry.path) {
                    plan.code.push(entry.path.clone());
                }
                claimed.push(one);
            }
            Decision::Unreadable(format, reason) => {
                let gap = unreadable(&entry.path, format.name, reason.phrase(), is_required(format));
                plan.gaps.push(Gap { environment: whose(&entry.path, format, catalog), ..gap });
            }
        }
    }
    claimed
}

/// Whether a file that no format knows may name variables all the same: a script without extension, a
/// configuration that an entry point fills in.
fn may_name(path: &str) -> bool {
    const EXTENSIONS: &[&str] =
        &["sh", "bash", "zsh", "conf", "template", "tpl", "tmpl", "erb", "yml", "yaml", "xml", "properties", "ini", "cfg", "j2", "nix", "gradle", "kts"];
    const PROSE: &[&str] = &["LICENSE", "LICENCE", "NOTICE", "AUTHORS", "CHANGELOG", "README", "COPYING", "CODEOWNERS"];
    let name = file_name(path);
    match name.rsplit_once('.') {
        Some((_, extension)) => EXTENSIONS.contains(&extension),
        None => !PROSE.contains(&name),
    }
}

/// Offers one file, and opens it for the first format that recognises it.
fn decide(path: &str, documents: &Documents<'_>, config: &Config, catalog: &Catalog) -> Decision {
    let offers: Vec<(&'static Format, Claim)> =
        FORMATS.iter().map(|format| (*format, (format.claims)(path))).filter(|(_, claim)| *claim != Claim::No).collect();
    if offers.is_empty() {
        return if may_name(path) && !catalog.names.is_material(path) && !config.ignore.is_match(path) { Decision::Code } else { Decision::Nobody };
    }
    let sure = offers.iter().find(|(format, claim)| *claim == Claim::Yes && format.home != Home::Code).map(|(format, _)| *format);
    if config.ignore.is_match(path) {
        return Decision::LeftOut("ignored by evenkeel.toml");
    }
    if catalog.names.is_material(path) {
        return if sure.is_some() { Decision::LeftOut("in a folder of examples, fixtures or documentation") } else { Decision::Nobody };
    }
    // Source files are many, and read last: when it is known which names to look for.
    let code = offers.iter().find(|(format, _)| format.home == Home::Code).map_or(Decision::Nobody, |_| Decision::Code);
    if offers.iter().all(|(format, _)| format.home == Home::Code) {
        return code;
    }
    let document = match documents.open(path) {
        Ok(document) => document,
        // What only might have been ours is nobody's loss.
        Err(reason) => return sure.map_or(Decision::Nobody, |format| Decision::Unreadable(format, reason)),
    };
    let text = document.text();
    let head = (limits::SNIFF_BYTES..text.len().min(limits::SNIFF_BYTES + 4)).find_map(|end| text.get(..end)).unwrap_or(text);
    let Some((format, _)) = offers.iter().find(|(format, claim)| format.home != Home::Code && (*claim == Claim::Yes || (format.sniff)(head))) else {
        documents.forget(path);
        return if may_name(path) { Decision::Code } else { code };
    };
    // Parsing is what takes time: it is done here, where the threads are.
    if parses(file_name(path)) {
        let _ = document.trees();
    }
    Decision::Taken(Claimed { format, document, said: None })
}

fn parses(name: &str) -> bool {
    // What a machine wrote is large, and gone through line by line.
    !lock_file::is_lock(name) && [".yml", ".yaml", ".json", ".toml", ".tf", ".tofu", ".tfvars", ".hcl"].iter().any(|extension| name.ends_with(extension))
}

/// The environment that an unreadable file would have spoken of; none where its text decides.
fn whose(path: &str, format: &Format, catalog: &Catalog) -> Option<Environment> {
    let named = |deployed| catalog.names.environment_of_path(path, deployed);
    match format.home {
        Home::Contract => Some(Environment::contract()),
        Home::Local => Some(Environment::local()),
        Home::Ci => Some(Environment::ci()),
        Home::Prod => named(true).or_else(|| Some(Environment::prod())),
        Home::Deployed | Home::Terraform => named(true),
        Home::Stack | Home::Image | Home::Script => named(false),
        Home::EnvFile => named(false),
        Home::Code | Home::Support => None,
    }
}

/// Whether a verdict without this format's file would be a guess.
fn is_required(format: &Format) -> bool {
    !matches!(format.home, Home::Script | Home::Code | Home::Support)
}
