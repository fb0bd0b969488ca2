//! Arithmetic of paths from the root of a view, with forward slashes: it asks no file system.

/// Joins a relative reference onto the folder of a file and removes `.` and `..`. None where it
/// leads out of the tree.
pub fn resolve(folder: &str, reference: &str) -> Option<String> {
    let mut parts: Vec<&str> = if reference.starts_with('/') { Vec::new() } else { folder.split('/').filter(|p| !p.is_empty()).collect() };
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}

/// A path below a folder; the empty folder is the root.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Whether a path lies in a folder, or is it. All lies in the root.
pub fn within(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The folder of a path; empty for a file at the root.
pub fn folder(path: &str) -> &str {
    last_slash(path).and_then(|i| path.get(..i)).unwrap_or("")
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    last_slash(path).and_then(|i| path.get(i + 1..)).unwrap_or(path)
}

/// Whether a path ends as YAML files do, in whatever case.
pub fn is_yaml(path: &str) -> bool {
    let ends = |extension: &str| path.len().checked_sub(extension.len()).and_then(|i| path.get(i..)).is_some_and(|end| end.eq_ignore_ascii_case(extension));
    ends(".yaml") || ends(".yml")
}

/// Every listed path is asked for its name by every format: names are short, so a plain look from
/// behind beats a search that is made for long texts.
fn last_slash(path: &str) -> Option<usize> {
    path.as_bytes().iter().rposition(|byte| *byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::{join, within};

    #[test]
    fn a_folder_ends_where_its_name_ends() {
        assert!(within("web/.env", "web") && within("web", "web") && within("web", ""));
        assert!(!within("web-admin/.env", "web") && !within("web", "web/src"));
        assert_eq!((join("", "a"), join("web", "a")), ("a".to_owned(), "web/a".to_owned()));
    }
}
