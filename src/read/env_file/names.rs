//! Which files are env files, told from their names; and which file a template is a template of.

use crate::catalog::Catalog;
use crate::files::{file_name, folder};
use crate::read::Claim;
use crate::syntax::FileId;
use crate::syntax::dotenv::{Separator, Token, is_custom_name, tokens};

/// Ends of names of files that only talk about variables: source, other grammars, what is encrypted,
/// what an editor left.
const OTHERS: &[&str] = &[
    "ts",
    "tsx",
    "mts",
    "cts",
    "js",
    "jsx",
    "mjs",
    "cjs",
    "go",
    "py",
    "rb",
    "rs",
    "php",
    "java",
    "kt",
    "cs",
    "ex",
    "exs",
    "swift",
    "dart",
    "vue",
    "svelte",
    "sh",
    "bash",
    "zsh",
    "fish",
    "ps1",
    "bat",
    "cmd",
    "json",
    "jsonc",
    "json5",
    "hjson",
    "yaml",
    "yml",
    "toml",
    "xml",
    "ini",
    "cfg",
    "conf",
    "properties",
    "md",
    "mdx",
    "rst",
    "txt",
    "html",
    "css",
    "csv",
    "tf",
    "hcl",
    "nix",
    "lock",
    "enc",
    "encrypted",
    "gpg",
    "asc",
    "age",
    "sops",
    "vault",
    "keys",
    "patch",
    "diff",
    "bak",
    "backup",
    "old",
    "orig",
    "swp",
    "zip",
    "tar",
    "gz",
    "erb",
    "ejs",
    "hbs",
    "j2",
    "jinja",
    "jinja2",
    "gotmpl",
    "log",
    "sum",
    "d",
];

/// Whether a path is an env file's.
pub(super) fn claim(path: &str) -> Claim {
    let name = file_name(path).to_ascii_lowercase();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
    if name.ends_with(".conf.example") {
        return Claim::Maybe;
    }
    if OTHERS.contains(&extension) {
        return Claim::No;
    }
    let hidden = [".env", ".dev.vars"].iter().find_map(|head| name.strip_prefix(head));
    match hidden {
        Some("") => Claim::Yes,
        Some(".schema") => Claim::Maybe,
        Some(rest)
            if rest.starts_with(['.', '-', '_'])
                && !OTHERS.iter().any(|other| rest.get(1..).is_some_and(|rest| rest.split('.').any(|word| word == *other))) =>
        {
            Claim::Yes
        }
        _ if matches!(name.as_str(), ".envrc" | ".flaskenv") => Claim::Yes,
        _ if extension == "env" && !stem.is_empty() => Claim::Yes,
        _ if stem == "env" && Catalog::get().variables.is_template_word(extension) => Claim::Yes,
        _ if stem == "env" && !extension.is_empty() => Claim::Maybe,
        _ if name.starts_with('.') && folder(path).split('/').any(|part| part == ".envs") => Claim::Yes,
        _ => Claim::No,
    }
}

/// Whether a text that only might be an env file is one: several assignments, and hardly anything else.
pub(super) fn looks_so(head: &str) -> bool {
    let (mut assignments, mut others) = (0, 0);
    for line in tokens(FileId(0), head) {
        match line.token {
            // A template may have all that it offers in comments.
            Token::Assignment(one) if one.separator == Separator::Equals && is_custom_name(one.key) => assignments += 1,
            Token::Assignment(one) if one.commented => {}
            Token::Assignment(_) | Token::Malformed => others += 1,
            Token::Blank | Token::Comment => {}
        }
    }
    assignments >= 3 && assignments > 2 * others
}

/// Whether a file is there to be copied: `.env.example`, `env.sample`, `.example.env`.
pub(crate) fn is_template(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    name.contains("schema") || Catalog::get().variables.is_template(&name)
}

/// The name under which loaders know a file: that of what a template is copied to.
pub(super) fn loaded_as(path: &str) -> String {
    let name = file_name(path);
    if !is_template(path) {
        return name.to_owned();
    }
    let mut kept = String::new();
    for piece in name.split_inclusive(['.', '-', '_']) {
        let word = piece.trim_end_matches(['.', '-', '_']).to_ascii_lowercase();
        if !Catalog::get().variables.is_template_word(&word) {
            kept.push_str(piece);
        }
    }
    let kept = kept.trim_end_matches(['.', '-', '_']);
    // `example.env` and `env.example` become `.env`.
    if matches!(kept, "env" | "") { ".env".to_owned() } else { kept.to_owned() }
}
