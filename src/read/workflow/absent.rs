//! Files that a workflow names and that the repository does not have. A job can bring files in by
//! many ways, so a name counts only where none of them is in sight.

use std::rc::Rc;

use super::jobs::{Job, Walk};
use crate::files::{file_name, folder};
use crate::read::Target;
use crate::read::traced::Traced;
use crate::syntax::{At, Node};

const DOCKERFILE: &str = "builds a Dockerfile that is not in the repository";
const COMPOSE: &str = "starts a compose file that is not in the repository";

/// Actions that bring in files beside the repository's own.
const FETCHING: &[&str] = &["download", "artifact", "cache", "ssh", "scp", "clone", "generate", "template", "envsubst", "sops"];
/// Words of commands after which the working copy is another one, or the commands are another machine's.
const ELSEWHERE: &[&str] = &["git clone", "git checkout", "git switch", "git worktree", "git submodule", "repo clone", "ssh ", "tar ", "unzip ", "rsync "];
/// What else than a build or a start may stand on a line that names a file.
const MAKING: &[&str] = &[">", "[ -", "[[", "test -", "cp ", "mv ", "ln ", "curl ", "wget ", "cat ", "tee ", "sed ", "convert", "config"];

/// The commands of a job that works on nothing but the repository as it is checked out; none of
/// another job, or where that cannot be told.
pub(super) fn plain_runs(job: &Node) -> Option<Rc<Vec<String>>> {
    let (mut runs, mut checked_out) = (Vec::new(), false);
    for step in job.get("steps").map(Node::items).unwrap_or_default() {
        if let Some(uses) = step.text_of("uses") {
            let own = uses.starts_with("actions/checkout@");
            // An action of its own may make anything.
            let fetches = uses.starts_with("./") || FETCHING.iter().any(|word| uses.to_ascii_lowercase().contains(word));
            let other = |with: &Node| ["repository", "path", "ref", "submodules", "sparse-checkout"].iter().any(|key| with.get(key).is_some());
            if own && step.get("with").is_some_and(other) || !own && fetches {
                return None;
            }
            checked_out |= own;
        }
        if let Some(run) = step.text_of("run") {
            if ELSEWHERE.iter().any(|words| run.contains(words)) {
                return None;
            }
            runs.push(run.to_owned());
        }
    }
    checked_out.then(|| Rc::new(runs))
}

impl Walk<'_> {
    /// Says that a Dockerfile that a step of an action builds is not there.
    pub(super) fn absent_build(&mut self, step: &Node, named: &Traced, path: &str, job: &Job) {
        // The folder may be another repository's, or what git has of this one.
        let local = |text: &str| !text.contains(['\n', ',', '#', ' ', '@', '{', '*']) && !text.contains("://");
        let context = step.path(&["with", "context"]).and_then(Node::text).unwrap_or("");
        if let (true, Some((at, via))) = (local(named.text()) && local(context) && !self.is_optional(step), named.place())
            && via.is_empty()
        {
            self.absent(at, path, DOCKERFILE, job);
        }
    }

    /// Says which of the Dockerfiles and compose files that commands name are not there.
    pub(super) fn absent_files(&mut self, step: &Node, targets: &[(At, Target)], job: &Job) {
        if self.is_optional(step) {
            return;
        }
        for (at, target) in targets {
            // Only what stands there as it is meant.
            let document = self.input.documents.by_id(at.file);
            let line = document.as_ref().and_then(|document| document.line(at.line)).unwrap_or("");
            let said: String = line.chars().skip((at.column as usize).saturating_sub(1)).take(at.width as usize).collect();
            if said.contains(['$', '{', '`', '*']) {
                continue;
            }
            match target {
                Target::Dockerfile { path, .. } if said.contains(file_name(path)) => self.absent(*at, path, DOCKERFILE, job),
                Target::Compose { files, .. } => {
                    for path in files.iter().filter(|path| said.contains(file_name(path))) {
                        self.absent(*at, path, COMPOSE, job);
                    }
                }
                _ => {}
            }
        }
    }

    fn absent(&mut self, at: At, path: &str, reason: &'static str, job: &Job) {
        let Some(runs) = &job.plain_runs else { return };
        let (name, own) = (file_name(path), folder(path));
        let names = |line: &&str| line.contains(name);
        let made = runs.iter().flat_map(|run| run.lines()).filter(names).any(|line| {
            let docker = line.contains("docker") || line.contains("podman");
            !docker || MAKING.iter().any(|word| line.contains(word))
        });
        // A folder that is not there either may be one that a command makes.
        let made = made || !runs.is_empty() && self.input.documents.below(own).next().is_none();
        if !made && self.input.documents.lacks(path) {
            self.out.missing(at, reason);
        }
    }

    /// Whether a step only runs where a file is there, or stands in an action, whose folder is the
    /// caller's.
    fn is_optional(&self, step: &Node) -> bool {
        let asks = step.text_of("if").is_some_and(|condition| condition.contains("hashFiles") || condition.contains("exist"));
        asks || self.stack.last().is_some_and(|path| matches!(file_name(path), "action.yml" | "action.yaml"))
    }
}
