//! Lists the files of `rules/`, so that a rule is one file and nothing else.

use std::fmt::Write as _;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=rules");
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let mut names: Vec<String> = std::fs::read_dir(Path::new(&root).join("rules"))
        .map(|entries| {
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).filter_map(|name| Some(name.strip_suffix(".toml")?.to_owned())).collect()
        })
        .unwrap_or_default();
    names.sort();
    let mut list = String::from("static RULE_FILES: &[(&str, &str)] = &[\n");
    for name in names {
        let path = Path::new(&root).join("rules").join(format!("{name}.toml"));
        let _ = writeln!(list, "    ({name:?}, include_str!({path:?})),");
    }
    list.push_str("];\n");
    let out = std::env::var("OUT_DIR").unwrap_or_default();
    if let Err(error) = std::fs::write(Path::new(&out).join("rule_files.rs"), list) {
        println!("cargo::error=cannot write the list of rules: {error}");
    }
}
