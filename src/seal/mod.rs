//! The one door between raw text and everything that can be stored or printed. Closed by default: a
//! text passes where a grammar that has no room for secrets recognises it, and is masked otherwise.

mod setting;
mod variable;

use crate::catalog::Catalog;
use crate::files::Documents;
use crate::limits;
use crate::model::{
    Content, Environment, Excerpt, Fact, Form, ImageRef, Install, Kind, Need, Part, Place, Raw, Reading, Role, Scope, Shown, Spec, Stance, Syntax, Value,
};
use crate::syntax::At;

/// How far into a line an excerpt may start, in characters.
const EXCERPT_CHARS: usize = 120;

/// The longest line that a comment is looked for beside, in bytes.
const COMMENTED_BYTES: usize = 2_000;

/// What stands in the place of a text that may not be shown.
const MASK: &str = "‹hidden›";

/// Seals one reading into a fact of this environment and component.
pub fn seal(reading: &Reading, environment: &Environment, component: &str, setup: &str, documents: &Documents<'_>, catalog: &Catalog) -> Fact {
    let name = match reading.form {
        Form::Variable(..) | Form::Conflict(_) => variable_name(&reading.name),
        Form::Setting(_) => setting::name(&reading.name),
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
        Form::Install(Install::Named | Install::Listed) => version(raw, name, Syntax::Prefix, catalog),
        Form::Install(install) => {
            let role = if install == Install::Locked { Role::Pin } else { Role::Floating };
            (Value { text: label(&reading.value), spec: None, image: None, variable: None }, role)
        }
        Form::Interface(..) | Form::Started(_) | Form::ToolSetting(_) => {
            (Value { text: label(&reading.value), spec: None, image: None, variable: None }, Role::Reference)
        }
        Form::Presence if raw.is_empty() => (Value { text: known("present"), spec: None, image: None, variable: None }, Role::Reference),
        Form::Presence => version(raw, name, Syntax::Prefix, catalog),
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

fn masked_pieces(text: &str) -> String {
    let pieces: Vec<&str> = text.split('/').map(|piece| if holds_token(piece) { MASK } else { piece }).collect();
    pieces.join("/")
}

/// Whether some part of a text looks like a credential: a known prefix, or a long run of mixed
/// letters and digits that no word or version is.
fn holds_token(text: &str) -> bool {
    const PREFIXES: &[&str] = &[
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "xoxb-",
        "xoxp-",
        "xoxa-",
        "akia",
        "asia",
        "sk-",
        "sk_live",
        "sk_test",
        "rk_live",
        "npm_",
        "eyj",
        "aiza",
        "dop_v1_",
        "hvs.",
        "ya29.",
        "sg.",
        "pypi-",
        "dckr_pat_",
        "shpat_",
        "lin_api_",
    ];
    // Nothing shorter can be one; most texts end here.
    if !text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).any(|run| run.len() >= 12) {
        return false;
    }
    let bytes = text.as_bytes();
    let starts = std::iter::once(0).chain((1..).zip(bytes).filter(|(_, byte)| !byte.is_ascii_alphanumeric()).map(|(start, _)| start));
    let known_prefix = starts.filter_map(|start| bytes.get(start..)).any(|word| {
        let tail = |prefix: &&&str| word.split_at_checked(prefix.len()).filter(|(head, _)| head.eq_ignore_ascii_case(prefix.as_bytes())).map(|(_, tail)| tail);
        let is_long = |tail: &[u8]| tail.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count() >= 12;
        PREFIXES.iter().any(|prefix| tail(&prefix).is_some_and(is_long))
    });
    known_prefix || text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_random)
}

fn is_random(piece: &str) -> bool {
    let hex = piece.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase());
    let digits = piece.chars().filter(char::is_ascii_digit).count();
    let upper = piece.chars().any(|c| c.is_ascii_uppercase());
    let lower = piece.chars().any(|c| c.is_ascii_lowercase());
    // Commit ids and digests are hexadecimal in lower case and are shown; a mixture of cases and
    // digits of this length is no word.
    let class = |c: char| (c.is_ascii_digit(), c.is_ascii_uppercase());
    let turns = piece.chars().zip(piece.chars().skip(1)).filter(|(a, b)| class(*a) != class(*b)).count();
    (piece.len() >= 20 && !hex && digits >= 2 && (lower || upper))
        || (piece.len() >= 16 && digits >= 2 && upper && lower)
        || (piece.len() >= 10 && digits >= 2 && upper && lower && turns * 2 >= piece.len())
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

/// A name that is written in the program or its catalogue.
pub fn word(text: &'static str) -> Shown {
    known(text)
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

/// The line of a value. Of the value, what the sealed text shows too; in front of it the key it
/// belongs to; everything else on the line is blank.
fn excerpt(at: At, name: &str, shown: &str, documents: &Documents<'_>) -> Option<Excerpt> {
    let document = documents.by_id(at.file)?;
    let line = document.line(at.line)?;
    let (start, width) = (at.column.checked_sub(1)? as usize, at.width as usize);
    if width == 0 || start > EXCERPT_CHARS {
        return None;
    }
    // A line may be megabytes long: only its head is ever shown.
    let line = line.char_indices().nth(EXCERPT_CHARS + width + 1).and_then(|(end, _)| line.get(..end)).unwrap_or(line);
    let chars: Vec<char> = line.chars().map(|c| if c == '\t' { ' ' } else { c }).collect();
    let slice = |from: usize, to: usize| chars.get(from.min(chars.len())..to.min(chars.len())).unwrap_or(&[]).iter().collect::<String>();
    let (before, value) = (slice(0, start), slice(start, start + width));
    if !(is_shown(&value, shown) || value == name && !holds_token(&value)) {
        return None;
    }
    let lead = if is_key(&before, shown) { before } else { blank(start) };
    let closes = |c: &&char| matches!(c, '"' | '\'') && lead.contains(**c) || **c == '}' && lead.contains("${") || **c == ']' && lead.contains('[');
    let closing = chars.get(start + width).filter(closes).map_or(String::new(), char::to_string);
    let text = format!("{lead}{value}{closing}");
    Some(Excerpt { text: Shown::at_the_door(text), start: start.min(limits::SHOWN_CHARS), width })
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
        role,
        scope: Scope::Run,
        place: Place { path: file, line: 0, column: 0, excerpt: None, comment: None },
        via: Vec::new(),
        name,
    }
}

/// What stands for text that is not shown. The renderer marks long ones by itself.
fn blank(width: usize) -> String {
    if width > 20 { " ".repeat(width) } else { format!("{}… ", " ".repeat(width.saturating_sub(2))).chars().take(width).collect() }
}

/// Whether a text from a document says no more than a sealed one: it is a part of it, or it is an
/// image without a user whose sealed form that is.
fn is_shown(text: &str, shown: &str) -> bool {
    let image = || {
        let image = ImageRef::parse(text).filter(|image| !text.contains("://") && text.matches('@').count() == usize::from(image.digest().is_some()))?;
        let sealed = image_text(&image);
        Some(!sealed.contains(MASK) && shown.contains(&sealed))
    };
    !text.chars().any(char::is_control) && (shown.contains(text) || image().unwrap_or(false))
}

/// Whether what stands before a value is only the key it belongs to: one word, its separator, the
/// signs of lists and quotes; then perhaps the head of the value itself, a runtime's name (`pnpm@`)
/// or an image with the variable whose default follows (`postgres:${VERSION:-`).
fn is_key(before: &str, shown: &str) -> bool {
    let rest = before.trim_start().trim_start_matches("- ").trim_start_matches(['"', '\'', '{', '[', ' ']);
    let rest = ["ARG ", "ENV ", "export "].iter().find_map(|keyword| rest.strip_prefix(keyword)).unwrap_or(rest);
    let word_end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'))).unwrap_or(rest.len());
    let (word, after) = rest.split_at_checked(word_end).unwrap_or((rest, ""));
    let tail = after.trim_start_matches([' ', ':', '=', '"', '\'', '[', '{', '@']);
    let separated = after.trim_start_matches(['"', '\'', ' ']).starts_with([':', '=']);
    let is_keyword = word.is_empty() || matches!(word, "FROM" | "go" | "toolchain" | "ruby") || Catalog::get().runtime(word).is_some();
    (separated || is_keyword) && !holds_token(word) && (tail.is_empty() || is_head(tail, shown))
}

/// The head of a value whose rest is shown anyway.
fn is_head(text: &str, shown: &str) -> bool {
    let name = text.trim_end_matches(['@', '-', ':', '=', ' ']);
    if Catalog::get().runtime(name).is_some() {
        return true;
    }
    let Some((image, variable)) = text.split_once("${") else { return false };
    let variable = variable.trim_end_matches(['-', ':']);
    shown.starts_with(image) && !variable.is_empty() && variable.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') && !holds_token(text)
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
