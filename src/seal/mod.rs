//! The one door between raw text and everything that can be stored or printed. Closed by default: a
//! text passes where a grammar that has no room for secrets recognises it, and is masked otherwise.

mod excerpt;
pub(crate) mod inside;
pub mod key;
mod setting;
mod token;
mod variable;

use crate::catalog::Catalog;
use crate::files::Documents;
use crate::limits;
use crate::model::{
    Content, Environment, Excerpt, Fact, Form, ImageRef, Install, Kind, Need, Part, Place, Raw, Reading, Role, Scope, Shown, Spec, Stance, Syntax, Value,
};
use crate::syntax::At;
use token::holds_token;

/// The longest line that a comment is looked for beside, in bytes.
const COMMENTED_BYTES: usize = 2_000;

/// What stands in the place of a text that may not be shown.
const MASK: &str = "‹hidden›";

/// Seals one reading into a fact of this environment and component.
pub fn seal(reading: &Reading, environment: &Environment, component: &str, setup: &str, documents: &Documents<'_>, catalog: &Catalog) -> Fact {
    let name = match reading.form {
        Form::Variable(..) | Form::Conflict(_) => variable_name(&reading.name),
        Form::Setting(_) => setting::name(reading.name.open_at_the_door()),
        _ => label(&reading.name),
    };
    let (value, role) = value(reading, &name, catalog);
    let component = reading.component.as_ref().map_or(component, Raw::open_at_the_door);
    let shown = value.text.as_str();
    // A value that is shown is pointed at itself; of any other, its key.
    let beside = reading.value_at.filter(|at| at.line == reading.at.line).and_then(|at| Some((at, excerpt(at, "", shown, documents)?)));
    let (at, excerpt) = beside.map_or_else(|| (reading.at, excerpt(reading.at, setting::last(&name), shown, documents)), |(at, excerpt)| (at, Some(excerpt)));
    let place_of_value = Place { excerpt, comment: comment(at, documents), ..place(at, documents) };
    Fact {
        environment: reading.environment.clone().unwrap_or_else(|| environment.clone()),
        kind: reading.kind,
        component: path(component),
        workload: reading.workload.as_ref().map(label),
        setup: path(setup),
        format: "",
        form: reading.form,
        value,
        bits: None,
        role,
        scope: reading.scope,
        place: place_of_value,
        via: reading.via.iter().map(|at| place(*at, documents)).collect(),
        name,
    }
}

fn value(reading: &Reading, name: &Shown, catalog: &Catalog) -> (Value, Role) {
    let raw = reading.value.open_at_the_door().trim();
    match reading.form {
        Form::Variable(stance, need, content) => variable::seal(stance, need, content, name, raw, catalog),
        Form::Conflict(conflict) => variable::conflict(conflict, name, catalog),
        Form::Setting(held) => setting::seal(held, name, raw, catalog),
        // A commit or a branch is a name, not a version.
        Form::Version(_) if reading.kind == Kind::Dependency && !raw.is_empty() && is_reference(raw) => {
            (Value { text: reference(raw), spec: None, image: None, variable: None }, Role::Pin)
        }
        Form::Version(syntax) => version(raw, name, syntax, catalog),
        Form::Input(role) => (Value { text: input(role), spec: None, image: None, variable: None }, role),
        Form::Packaged => (Value { text: known("the distribution's"), spec: Some(Spec::floating()), image: None, variable: None }, Role::Default),
        Form::Started(Part::Health) => {
            let (value, role) = variable::seal(Stance::Given, Need::Bare, Content::Literal, name, raw, catalog);
            (Value { text: known(if raw.is_empty() { "no health check" } else { "a health check" }), ..value }, role)
        }
        Form::Install(Install::Named | Install::Bundled | Install::Listed | Install::Tool) => version(raw, name, Syntax::Prefix, catalog),
        Form::Install(install) => {
            let role = if install == Install::Locked { Role::Pin } else { Role::Floating };
            (Value { text: label(&reading.value), spec: None, image: None, variable: None }, role)
        }
        Form::Inside(inside) => inside::seal(inside, raw, catalog),
        Form::Property => (Value { text: label(&reading.value), spec: None, image: None, variable: None }, Role::Pin),
        Form::Interface(..) | Form::Started(_) | Form::ToolSetting(_) => {
            (Value { text: label(&reading.value), spec: None, image: None, variable: None }, Role::Reference)
        }
        Form::Presence if raw.is_empty() => (Value { text: known("present"), spec: None, image: None, variable: None }, Role::Reference),
        Form::Presence | Form::Demanded => version(raw, name, Syntax::Prefix, catalog),
        Form::Image => match ImageRef::parse(raw) {
            None => (Value { text: known(MASK), spec: None, image: None, variable: None }, Role::Reference),
            Some(image) => {
                let spec = catalog.version_of(reading.kind, name.as_str(), &image);
                let role = match &spec {
                    Some(spec) => role_of(spec),
                    None if image.is_floating() => Role::Floating,
                    None => Role::Pin,
                };
                let text = image_text(&image);
                // What may not be shown is no name to line up by either.
                let image = (!text.contains(MASK)).then_some(image);
                (Value { text: known(&text), spec, image, variable: None }, role)
            }
        },
    }
}

/// Whether the version of a dependency is one of its source's own: a commit, a branch.
fn is_reference(raw: &str) -> bool {
    is_commit(raw) || Spec::parse(raw, Syntax::Prefix).is_none()
}

fn is_commit(raw: &str) -> bool {
    (7..=64).contains(&raw.len()) && raw.chars().all(|c| c.is_ascii_digit() || matches!(c, 'a'..='f'))
}

/// A commit, or the branch that everybody has; any other name may be anything.
fn reference(raw: &str) -> Shown {
    known(if is_commit(raw) || matches!(raw, "main" | "master" | "develop" | "trunk" | "HEAD") { raw } else { MASK })
}

fn input(role: Role) -> Shown {
    known(match role {
        Role::Pin => "set",
        Role::Default => "declared with a default",
        _ => "declared, to be set",
    })
}

fn version(raw: &str, name: &Shown, syntax: Syntax, catalog: &Catalog) -> (Value, Role) {
    let spec = if raw.is_empty() { Some(Spec::floating()) } else { catalog.version(name.as_str(), raw, syntax) };
    let text = match &spec {
        Some(_) if raw.is_empty() => known("unpinned"),
        Some(_) if syntax == Syntax::Floor && is_version_text(raw) => known(&format!(">={raw}")),
        Some(_) if is_version_text(raw) => known(raw),
        _ => known(MASK),
    };
    let role = spec.as_ref().map_or(Role::Reference, role_of);
    (Value { text, spec, image: None, variable: None }, role)
}

fn role_of(spec: &Spec) -> Role {
    if spec.is_floating() {
        Role::Floating
    } else if spec.is_floor() {
        Role::Floor
    } else if spec.is_range() {
        Role::Range
    } else {
        Role::Pin
    }
}

/// Letters, digits and the signs of version grammars, and no piece that looks like a token.
fn is_version_text(text: &str) -> bool {
    text.chars().count() <= 80 && text.chars().all(|c| c.is_ascii_alphanumeric() || " .-_+*/<>=~^!|,:@".contains(c)) && !holds_token(text)
}

/// An image as it may be shown: name, tag and the head of the digest, pieces that look like tokens
/// masked.
fn image_text(image: &ImageRef) -> String {
    let mut text = masked_pieces(&image.name());
    if let Some(tag) = image.tag() {
        text.push(':');
        text.push_str(&masked_pieces(tag));
    }
    if let Some((algorithm, hex)) = image.digest().and_then(|d| d.split_once(':')) {
        text.push_str(&format!("@{algorithm}:{}", hex.get(..12).unwrap_or(hex)));
    }
    text
}

/// The value of an image's fact, under another reference to it that is made of parts of the first.
pub fn image(image: &ImageRef, of: &Value) -> Value {
    Value { text: known(&image_text(image)), image: Some(image.clone()), ..of.clone() }
}

fn masked_pieces(text: &str) -> String {
    let pieces: Vec<&str> = text.split('/').map(|piece| if holds_token(piece) { MASK } else { piece }).collect();
    pieces.join("/")
}

/// The text of something that is known to be harmless: from the catalogue or checked by the caller
/// in this file.
fn known(text: &str) -> Shown {
    Shown::at_the_door(neutral(text))
}

/// A name from a document (a service, a workload, a subject): shown where it is made of the
/// characters that names have and no piece of it looks like a token.
pub fn label(raw: &Raw) -> Shown {
    name(raw.open_at_the_door())
}

/// A variable's name, in the forms that names of variables have: capitals, or words that `_`, `.` or `:`
/// join. Any other word in the place of a name may be a piece of something else. `*` stands for names
/// that are not known, `HEAD_*` for those that start so.
fn variable_name(raw: &Raw) -> Shown {
    let text = raw.open_at_the_door();
    let head = text.strip_suffix('*').unwrap_or(text);
    let capitals = !head.chars().any(|c| c.is_ascii_lowercase());
    let joined = || head.contains(['_', '.', ':']) && !head.chars().any(|c| c.is_ascii_digit());
    if text == "*" || (capitals || joined()) && name(head).as_str() == head { known(text) } else { known(MASK) }
}

/// What was sealed and stored comes back through the same door: it was harmless then, and cannot move a
/// terminal now, whoever had the file in between.
impl<'de> serde::Deserialize<'de> for Shown {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Shown, D::Error> {
        <String as serde::Deserialize>::deserialize(from).map(|text| known(&text))
    }
}

/// Whether nothing of a text may be shown.
pub fn is_masked(text: &Shown) -> bool {
    text.as_str() == MASK
}

/// Whether some part of a text may not be shown.
pub fn hides(text: &Shown) -> bool {
    text.as_str().contains(MASK)
}

/// The same for a name that is no longer in custody.
pub fn name(text: &str) -> Shown {
    let sound = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || " ._-/:@+".contains(c)) && !text.contains("://") && !holds_token(text);
    if sound { known(text) } else { known(MASK) }
}

/// A command line or an address as the person must see it who is to trust it: as it is written, but for what looks
/// like a secret. That is what follows an option for one, a user's password, and whatever looks like a token.
pub fn command(line: &str, catalog: &Catalog) -> Shown {
    let mut secret = false;
    let mut show = |word: &str| {
        let bare = word.trim_matches(|c| "\"'`".contains(c));
        let (option, value) = bare.split_once('=').map_or((None, bare), |(option, value)| (Some(option), value));
        let of = |option: &str| {
            let name = option.trim_start_matches('-').replace('-', "_").to_ascii_uppercase();
            catalog.variables.is_secret(&name) || matches!(option, "-u" | "--user" | "-p" | "-H" | "--header")
        };
        let glued = bare.strip_prefix("-p").is_some_and(|rest| rest.len() > 3 && rest.chars().any(|c| c.is_ascii_digit()));
        let masked = secret || glued || option.is_some_and(of) || holds_token(value) || (bare.contains("://") && bare.contains('@'));
        secret = option.is_none() && bare.starts_with('-') && of(bare);
        match option {
            _ if !masked => word.to_owned(),
            Some(option) if !holds_token(option) => format!("{option}={MASK}"),
            _ => MASK.to_owned(),
        }
    };
    known(&line.split_whitespace().map(&mut show).collect::<Vec<_>>().join(" "))
}

/// A name that is written in the program or its catalogue.
pub fn word(text: &'static str) -> Shown {
    known(text)
}

/// Whether a variable of this name and value holds a secret in clear.
pub(crate) fn is_exposed(name: &str, text: &str, catalog: &Catalog) -> bool {
    let (value, _) = variable::seal(Stance::Offered, Need::Bare, Content::Literal, &self::name(name), text, catalog);
    value.variable.is_some_and(|variable| variable.exposed)
}

/// A path of the tree, control characters neutralised.
pub fn path(text: &str) -> Shown {
    if holds_token(text) { Shown::at_the_door(neutral(&masked_pieces(text))) } else { known(text) }
}

/// Text without control characters and without what turns the direction of writing, cut at the
/// limit. Nothing that is printed can move a terminal.
pub fn neutral(text: &str) -> String {
    // Nearly every text is plain, which its bytes tell.
    if text.len() <= limits::SHOWN_CHARS && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let unsafe_char = |c: char| c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    if text.chars().any(unsafe_char) || text.len() > limits::SHOWN_CHARS {
        text.chars().take(limits::SHOWN_CHARS).flat_map(|c| if unsafe_char(c) { c.escape_default().collect::<Vec<_>>() } else { vec![c] }).collect()
    } else {
        text.to_owned()
    }
}

/// A place, by its path.
fn place(at: At, documents: &Documents<'_>) -> Place {
    let path = documents.by_id(at.file).map_or_else(|| known("?"), |document| path(&document.path));
    Place { path, line: at.line, column: at.column, excerpt: None, comment: None }
}

/// The line of a value, as far as it may be shown.
fn excerpt(at: At, name: &str, shown: &str, documents: &Documents<'_>) -> Option<Excerpt> {
    let (text, start, width) = excerpt::excerpt(at, name, shown, documents)?;
    Some(Excerpt { text: Shown::at_the_door(text), start, width })
}

/// That code names a variable which others set, without reading it in a way that is understood.
pub fn mention(text: &str, file: &str, catalog: &Catalog) -> Fact {
    let name = name(text);
    let (value, role) = variable::seal(Stance::Named, Need::Bare, Content::Nothing, &name, "", catalog);
    let file = path(file);
    Fact {
        environment: Environment::contract(),
        kind: Kind::Env,
        component: known(""),
        workload: None,
        setup: file.clone(),
        format: "code",
        form: Form::Variable(Stance::Named, Need::Bare, Content::Nothing),
        value,
        bits: None,
        role,
        scope: Scope::Run,
        place: Place { path: file, line: 0, column: 0, excerpt: None, comment: None },
        via: Vec::new(),
        name,
    }
}

/// The comment after a value or on the line above it. It is never shown: prose may hold anything.
fn comment(at: At, documents: &Documents<'_>) -> Option<Raw> {
    let document = documents.by_id(at.file)?;
    // Nobody writes a remark beside what a machine wrote.
    let line = document.line(at.line).filter(|line| line.len() <= COMMENTED_BYTES)?;
    let beside = line.split_once(" #").map(|(_, comment)| comment);
    let above = || document.line(at.line.checked_sub(1)?).map(str::trim_start).and_then(|above| above.strip_prefix('#').or_else(|| above.strip_prefix("//")));
    // What has a `=` is code that was commented out.
    beside.or_else(above).filter(|text| !text.contains('=')).map(|text| Raw::new(text.chars().take(limits::SHOWN_CHARS).collect::<String>()))
}

/// The first of these words that a comment of some length has: all that is ever told of a comment.
pub fn word_of_comment<'w>(comment: &Raw, words: &'w [String]) -> Option<&'w str> {
    let lower = comment.open_at_the_door().to_lowercase();
    let said: Vec<&str> = lower.split(|c: char| !(c.is_alphanumeric() || c == '\'')).filter(|word| !word.is_empty()).collect();
    let has = |phrase: &&String| {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        said.windows(phrase.len()).any(|window| window == phrase)
    };
    words.iter().filter(|_| said.len() >= 3).find(has).map(String::as_str)
}
