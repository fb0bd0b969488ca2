//! How a table is made to fit: the width of text, of columns, and where text is cut or broken.

use unicode_width::UnicodeWidthStr as _;

/// What stands between two columns; the second is the place of a mark.
pub(super) const GUTTER: usize = 2;

/// The narrowest that a column is cut to.
const NARROW: usize = 12;

/// The widest that a column grows for the sake of one long value.
const WIDE: usize = 44;

/// How many columns of a terminal a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// A text that fits: its middle is left out, its ends tell most.
pub(super) fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let (head, tail) = (room.saturating_sub(1).div_ceil(2), room.saturating_sub(1) / 2);
    let front = taken(text.chars(), head);
    let mut back: Vec<char> = taken(text.chars().rev(), tail).chars().collect();
    back.reverse();
    format!("{front}…{}", back.into_iter().collect::<String>())
}

/// As many characters as fit.
fn taken(chars: impl Iterator<Item = char>, room: usize) -> String {
    let mut out = String::new();
    for c in chars {
        out.push(c);
        if width(&out) > room {
            out.pop();
            break;
        }
    }
    out
}

/// A text with as many spaces behind it as fill a column.
pub(super) fn padded(text: &str, room: usize) -> String {
    format!("{text}{}", " ".repeat(room.saturating_sub(width(text))))
}

/// Pieces with commas between them, broken into lines that fit.
pub(super) fn broken(pieces: &[&str], room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let piece = format!("{}{}", cut(piece, room.saturating_sub(1)), if index + 1 < pieces.len() { "," } else { "" });
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(&piece) <= room => {
                line.push(' ');
                line.push_str(&piece);
            }
            _ => lines.push(piece),
        }
    }
    lines
}

/// The widths of a table's columns.
pub(super) struct Columns {
    /// Of the subjects' names.
    pub(super) name: usize,
    /// Of what each environment says.
    pub(super) values: Vec<usize>,
}

/// Columns for names and values of these widths in a terminal of this one; none where they would get
/// too narrow to read.
pub(super) fn columns(names: usize, values: &[usize], heads: &[usize], terminal: usize) -> Option<Columns> {
    let wanted: Vec<usize> = values.iter().zip(heads).map(|(value, head)| (*value).min(WIDE).max(*head)).collect();
    let gutters = GUTTER * (values.len() + 1);
    let room = |name: usize| terminal.saturating_sub(gutters + name);
    let name = if names + wanted.iter().sum::<usize>() + gutters <= terminal { names } else { names.min(terminal * 2 / 5) };
    // The widest are cut until all fit.
    let mut cap = wanted.iter().copied().max().unwrap_or(0);
    let total = |cap: usize| wanted.iter().map(|width| (*width).min(cap)).sum::<usize>();
    while cap > NARROW && total(cap) > room(name) {
        cap -= 1;
    }
    (total(cap) <= room(name)).then(|| Columns { name, values: wanted.iter().map(|width| (*width).min(cap)).collect() })
}
