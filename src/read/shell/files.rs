//! Commands that copy a template to where it becomes real, and those that run a script of the
//! repository. Source: POSIX, the utilities `cp`, `mv`, `cat`, `sh`; GNU coreutils `install`.

use super::variables;
use super::walk::{Call, Walk};
use crate::read::Target;
use crate::read::traced::Traced;

/// Copies of templates, and scripts of the repository.
pub(super) fn call(walk: &mut Walk<'_>, call: &Call<'_>) {
    let Some((Some(program), rest)) = call.arguments.split_first() else { return };
    let plain: Vec<&Traced> = rest.iter().flatten().filter(|word| !word.text().starts_with('-')).collect();
    let copy = match (program.text(), plain.as_slice()) {
        ("cp" | "mv" | "install", [.., from, to]) if plain.len() == 2 || program.text() == "install" => Some((*from, *to)),
        ("cat", [from]) => call.output.as_ref().map(|to| (*from, to)),
        _ => None,
    };
    if let Some((from, to)) = copy {
        let is_env_file = variables::is_env_file(crate::files::file_name(to.text()));
        if let (true, Some(source), Some(copy), Some(at)) = (is_env_file, walk.path(from.text()), walk.path(to.text()), from.outer()) {
            if walk.context.input.documents.exists(&source) {
                variables::copied(walk, &source, &copy, at);
            }
            if !call.appends {
                walk.lead(at, Some(&source.clone()), Target::Copy { from: source, to: copy });
            }
        }
        return;
    }
    let script = match program.text() {
        "bash" | "sh" | "zsh" | "dash" | "source" | "." => plain.first().copied(),
        path if path.contains('/') => Some(program),
        _ => None,
    };
    let Some(script) = script else { return };
    let name = crate::files::file_name(script.text());
    if let (true, Some(path), Some(at)) = (!name.contains('.') || name.ends_with(".sh") || name.ends_with(".bash"), walk.path(script.text()), script.outer()) {
        walk.lead(at, Some(&path.clone()), Target::Part { path });
    }
}
