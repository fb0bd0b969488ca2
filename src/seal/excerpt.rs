//! What of a line may be shown beside a value: the value as far as its sealed text says the same, the key in
//! front of it, and nothing else.

use super::token::holds_token;
use super::{MASK, image_text};
use crate::catalog::Catalog;
use crate::files::Documents;
use crate::limits;
use crate::model::ImageRef;
use crate::syntax::At;

/// How far into a line an excerpt may start, in characters.
const EXCERPT_CHARS: usize = 120;

/// The line of a value. Of the value, what the sealed text shows too; in front of it the key it
/// belongs to; everything else on the line is blank. Also where the value starts in it, and how wide it is.
pub(super) fn excerpt(at: At, name: &str, shown: &str, documents: &Documents<'_>) -> Option<(String, usize, usize)> {
    let document = documents.by_id(at.file)?;
    let line = document.line(at.line)?;
    let (start, width) = (at.column.checked_sub(1)? as usize, at.width as usize);
    if width == 0 || start > EXCERPT_CHARS {
        return None;
    }
    // A line may be megabytes long: only its head is ever shown.
    let line = line.char_indices().nth(EXCERPT_CHARS + width + 1).and_then(|(end, _)| line.get(..end)).unwrap_or(line);
    let ascii = line.is_ascii();
    let offset = |chars: usize| if ascii { chars.min(line.len()) } else { line.char_indices().nth(chars).map_or(line.len(), |(at, _)| at) };
    let slice = |from: usize, to: usize| line.get(offset(from)..offset(to)).unwrap_or("").replace('\t', " ");
    let (before, value) = (slice(0, start), slice(start, start + width));
    if !(is_shown(&value, shown) || value == name && !holds_token(&value)) {
        return None;
    }
    let lead = if is_key(&before, shown) { before } else { blank(start) };
    let closes = |c: &&char| matches!(c, '"' | '\'') && lead.contains(**c) || **c == '}' && lead.contains("${") || **c == ']' && lead.contains('[');
    let closing = line.get(offset(start + width)..).and_then(|rest| rest.chars().next()).filter(|c| closes(&c)).map_or(String::new(), |c| c.to_string());
    Some((format!("{lead}{value}{closing}"), start.min(limits::SHOWN_CHARS), width))
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
