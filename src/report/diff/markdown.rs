//! The matrix as tables of Markdown (GFM), one a kind. Names and values stand in code spans, where no
//! markup, link or mention works.

use std::fmt::Write as _;

use super::super::calm;
use super::super::human::gap_text;
use super::{Report, mark, owner, texts};
use crate::diff::{Cell, Compared};

pub(super) fn render(report: &Report<'_>) -> String {
    let labels = report.labels();
    let mut out = format!("**{}**: {}\n", report.headline(), labels.iter().map(|label| code(label)).collect::<Vec<_>>().join(", "));
    for (kind, rows) in report.sections() {
        let components = rows.iter().any(|row| !owner(row).is_empty());
        let heads = labels.iter().map(|label| code(label));
        let subject = if components { vec!["component".to_owned(), "subject".to_owned()] } else { vec!["subject".to_owned()] };
        let head: Vec<String> = std::iter::once(String::new()).chain(subject).chain(heads).collect();
        let _ = writeln!(out, "\n### {}\n\n{}\n{}", kind.word(), line(&head), line(&vec!["---".to_owned(); head.len()]));
        for row in rows {
            let _ = writeln!(out, "{}", line(&cells(row, components)));
        }
    }
    let signs = report.legend("**bold**");
    if !signs.is_empty() {
        let _ = writeln!(out, "\n{}", signs.join(" · "));
    }
    if !report.diff.of.gaps.is_empty() {
        out.push_str("\n### Not read\n\n");
    }
    for gap in &report.diff.of.gaps {
        let _ = writeln!(out, "- {}", code(&gap_text(gap)));
    }
    calm(&out)
}

fn cells(row: &Compared<'_>, components: bool) -> Vec<String> {
    let component = components.then(|| owner(row)).map(|owner| if owner.is_empty() { owner } else { code(&owner) });
    let said = row.cells.iter().zip(texts(row)).enumerate().map(|(number, (cell, text))| {
        let text = said(cell, &text);
        if row.odd == Some(number) { format!("**{text}**") } else { text }
    });
    std::iter::once(mark(row.state).trim().to_owned()).chain(component).chain([code(&row.name)]).chain(said).collect()
}

fn said(cell: &Cell<'_>, text: &str) -> String {
    if cell.values.is_empty() { text.to_owned() } else { code(text) }
}

fn line(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

/// A code span: fenced by one backtick more than the text has in a row; a table's cell ends at no `|`
/// that is escaped.
fn code(text: &str) -> String {
    let run = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(run + 1);
    let edge = if run > 0 { " " } else { "" };
    format!("{fence}{edge}{}{edge}{fence}", text.replace('|', "\\|"))
}
