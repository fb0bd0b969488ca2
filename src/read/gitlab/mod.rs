//! GitLab CI: the jobs of `.gitlab-ci.yml` and of the files of the repository that it includes. Source:
//! GitLab Docs, "CI/CD YAML syntax reference".

mod jobs;
mod load;
mod tree;
mod variables;

use super::ci::Teller;
use super::{Claim, Format, Home, Input, Link, Links, Output};
use crate::read::never;

/// The configuration; what it includes is read through it.
pub(super) static FORMAT: Format = Format { name: "gitlab", claims, sniff: never, scan: None, home: Home::Ci, links: Links::Along(links), read };

fn claims(path: &str) -> Claim {
    if path == ".gitlab-ci.yml" { Claim::Yes } else { Claim::No }
}

fn read(input: &Input<'_>, out: &mut Output) {
    *out = links(input, &mut Vec::new());
}

fn links(input: &Input<'_>, to: &mut Vec<Link>) -> Output {
    let mut walk = jobs::Walk { tell: Teller::new(input), stack: Vec::new() };
    walk.pipeline(&input.document.clone());
    walk.tell.finish(to)
}
