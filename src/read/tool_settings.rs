//! Settings of a tool that stand in two files of one folder, of which it reads the first: what the others say
//! has no effect. Which tool looks where is data, `rules/catalog/settings.toml`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Input, Output};
use crate::catalog::{SettingsFile, SettingsTool};
use crate::files::{Document, folder, resolve};
use crate::model::{Environment, Form, Kind, Reading};
use crate::syntax::{At, Node, ini};

/// How many settings of one file are told.
const TOLD: usize = 8;

/// What one file says to a tool: each setting without its spaces and quotes, and where it stands. None in a
/// file whose settings cannot be told.
struct Said {
    document: Arc<Document>,
    settings: Option<BTreeMap<String, (String, At)>>,
}

/// Hands over what stands in the folder of a document and is not read.
pub(super) fn shadowed(input: &Input<'_>, out: &mut Output) {
    for tool in &input.catalog.tools {
        let said: Vec<Said> = tool.files.iter().filter_map(|file| said(input, file)).collect();
        let Some((heeded, ignored)) = said.split_first() else { continue };
        for other in ignored {
            // Settings of two programs cannot be compared, and the older of them is left for other tools' sake.
            let Some(differing) = differing(heeded, other) else { continue };
            differing.into_iter().take(TOLD).for_each(|name| tell(tool, heeded, other, name, out));
        }
    }
}

/// The settings of the second that the first does not have, or has otherwise; `None` for the file as a whole.
fn differing<'s>(heeded: &Said, ignored: &'s Said) -> Option<Vec<Option<&'s str>>> {
    match (&heeded.settings, &ignored.settings) {
        (Some(read), Some(left)) => {
            let other = |name: &String, text: &String| read.get(name).is_none_or(|(here, _)| here != text);
            Some(left.iter().filter(|(name, (text, _))| other(name, text)).map(|(name, _)| Some(name.as_str())).collect())
        }
        // Two files of one form are the same tool's own affair.
        (None, None) if stem(&heeded.document.path) == stem(&ignored.document.path) => None,
        _ => Some(vec![None]),
    }
}

/// A file's name up to its second dot: `.eslintrc` of `.eslintrc.json`.
fn stem(path: &str) -> &str {
    let name = crate::files::file_name(path);
    name.char_indices().skip(1).find(|(_, c)| *c == '.').and_then(|(dot, _)| name.get(..dot)).unwrap_or(name)
}

fn tell(tool: &SettingsTool, heeded: &Said, ignored: &Said, name: Option<&str>, out: &mut Output) {
    for (said, is_heeded) in [(heeded, true), (ignored, false)] {
        let at = said.settings.as_ref().and_then(|settings| settings.get(name?)).map(|(_, at)| *at);
        let at = at.unwrap_or(At { line: 1, ..At::file(said.document.id) });
        let text = name.unwrap_or("settings");
        out.push(Reading::new(Kind::Config, &tool.name, text, Form::ToolSetting(is_heeded), at).environment(Some(Environment::contract())));
    }
}

/// What a file says to its tool, if it is there and says anything.
fn said(input: &Input<'_>, file: &SettingsFile) -> Option<Said> {
    let path = resolve(folder(&input.document.path), &file.file)?;
    let document = if input.documents.exists(&path) { input.documents.open(&path).ok()? } else { return None };
    if file.opaque {
        return Some(Said { document, settings: None });
    }
    let toml = path.ends_with(".toml");
    let tree = if toml { document.tree().ok()?.clone() } else { ini::parse(document.id, document.text()) };
    let mut settings = BTreeMap::new();
    if toml {
        let keys: Vec<&str> = file.section.split('.').collect();
        take("", tree.path(&keys)?, &mut settings);
    } else {
        for (section, node) in tree.entries() {
            // A family of sections tells them apart by what follows; a file of a tool's own may leave the prefix out.
            let rest =
                section.text.strip_prefix(file.section.as_str()).filter(|rest| rest.is_empty() || file.section.is_empty() || file.section.ends_with(':'));
            if let Some(rest) = rest {
                take(rest, node, &mut settings);
            }
        }
    }
    (file.whole || !settings.is_empty()).then_some(Said { document, settings: Some(settings) })
}

/// Every setting below a node, by its path.
fn take(prefix: &str, node: &Node, out: &mut BTreeMap<String, (String, At)>) {
    for (key, value) in node.entries() {
        let name = if prefix.is_empty() { key.text.to_string() } else { format!("{prefix}.{}", key.text) };
        if value.is_map() {
            take(&name, value, out);
        } else {
            let text = value.one_or_many().iter().filter_map(|node| node.text()).collect::<String>();
            let bare: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | ',')).collect();
            out.insert(name, (bare.to_ascii_lowercase(), key.at));
        }
    }
}
