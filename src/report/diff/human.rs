//! The matrix for people: a first line that counts, a table for each kind, subjects down and
//! environments across; where that would not fit, a subject's values one below the other.

use std::fmt::Write as _;

use super::super::calm;
use super::super::human::{BOLD, DIM, OFF, YELLOW, gap_line, plural};
use super::layout::{Columns, GUTTER, broken, columns, cut, padded, width};
use super::{Report, mark, owner, texts};
use crate::diff::{Compared, State};

pub(super) fn render(report: &Report<'_>) -> String {
    let labels = report.labels();
    let mut out = headline(report, &labels);
    for (kind, rows) in report.sections() {
        out.push('\n');
        let table = Table { labels: &labels, columns: fit(kind.word(), &rows, &labels, report.width), width: report.width };
        table.head(kind.word(), &mut out);
        let mut whose = String::new();
        for row in rows {
            if owner(row) != whose {
                whose = owner(row);
                let _ = writeln!(out, "{DIM}{}{OFF}", cut(&whose, report.width));
            }
            table.row(row, &mut out);
        }
    }
    let signs = report.legend("▶");
    if !signs.is_empty() {
        let _ = writeln!(out, "\n{DIM}{}{OFF}", signs.join(" · "));
    }
    gaps(report, &mut out);
    calm(&out)
}

/// What was compared and what came of it: in one line where that fits.
fn headline(report: &Report<'_>, labels: &[&str]) -> String {
    let (found, read) = (report.headline(), format!("{} read", plural(report.diff.of.files_read, "file")));
    let line = format!(" · {} · {read}", labels.join(", "));
    if labels.len() < 2 {
        return format!("{BOLD}{found}{OFF}{DIM} · {read}{OFF}\n");
    }
    if width(&found) + width(&line) <= report.width {
        return format!("{BOLD}{found}{OFF}{DIM}{line}{OFF}\n");
    }
    let Some((last, before)) = labels.split_last() else { return format!("{BOLD}{found}{OFF}\n") };
    let last = format!("{last} · {read}");
    let pieces: Vec<&str> = before.iter().copied().chain([last.as_str()]).collect();
    format!("{BOLD}{found}{OFF}{DIM}\n  {}{OFF}\n", broken(&pieces, report.width.saturating_sub(GUTTER)).join("\n  "))
}

/// The columns of a kind's table, where it can be one.
fn fit(kind: &str, rows: &[&Compared<'_>], labels: &[&str], terminal: usize) -> Option<Columns> {
    let names = rows.iter().map(|row| width(&row.name)).max().unwrap_or(0).max(width(kind));
    let mut values = vec![0; labels.len()];
    for row in rows {
        values.iter_mut().zip(texts(row)).for_each(|(have, text)| *have = (*have).max(width(&text)));
    }
    columns(names, &values, &labels.iter().map(|label| width(label)).collect::<Vec<_>>(), terminal)
}

struct Table<'r> {
    labels: &'r [&'r str],
    columns: Option<Columns>,
    width: usize,
}

impl Table<'_> {
    fn head(&self, kind: &str, out: &mut String) {
        let Some(columns) = &self.columns else {
            let _ = writeln!(out, "{BOLD}{kind}{OFF}");
            return;
        };
        let heads = self.labels.iter().zip(&columns.values).map(|(label, width)| padded(&cut(label, *width), *width));
        let line = std::iter::once(padded(kind, columns.name)).chain(heads).collect::<Vec<_>>().join("  ");
        let _ = writeln!(out, "  {BOLD}{}{OFF}", line.trim_end());
    }

    fn row(&self, row: &Compared<'_>, out: &mut String) {
        let texts = texts(row);
        let sign = match row.state {
            State::Differs => format!("{YELLOW}{}{OFF}", mark(row.state)),
            other => mark(other).to_owned(),
        };
        let style = if row.state.is_difference() { BOLD } else { "" };
        let inside = || row.cells.iter().zip(&texts).filter(|(cell, _)| !cell.outside).map(|(_, text)| text);
        let agreed = || inside().next().filter(|first| inside().all(|text| text == *first));
        match (&self.columns, agreed()) {
            // What differs is never cut: it is told in full below its subject.
            (Some(columns), _) if !row.state.is_difference() || texts.iter().zip(&columns.values).all(|(text, room)| width(text) <= *room) => {
                let mut line = String::new();
                for (number, (text, room)) in texts.iter().zip(&columns.values).enumerate() {
                    let text = cut(text, *room);
                    let text = if number + 1 < texts.len() { padded(&text, *room) } else { text };
                    let _ = match row.odd == Some(number) {
                        true => write!(line, " {YELLOW}▶{text}{OFF}"),
                        false => write!(line, "  {text}"),
                    };
                }
                let name = padded(&cut(&row.name, columns.name), columns.name);
                let _ = writeln!(out, "{sign} {style}{name}{OFF}{line}");
            }
            (None, Some(all)) => {
                let name = cut(&row.name, self.width * 2 / 5);
                let room = self.width.saturating_sub(width(&name) + 2 * GUTTER);
                let _ = writeln!(out, "{sign} {name}  {}", cut(all, room));
            }
            _ => {
                let _ = writeln!(out, "{sign} {style}{}{OFF}", cut(&row.name, self.width.saturating_sub(GUTTER)));
                self.stacked(row, &texts, out);
            }
        }
    }

    /// Who says what, one below the other; those that say the same stand together.
    fn stacked(&self, row: &Compared<'_>, texts: &[String], out: &mut String) {
        let mut groups: Vec<(&str, Vec<usize>)> = Vec::new();
        let inside = |number: &usize| row.cells.get(*number).is_some_and(|cell| !cell.outside);
        for (number, text) in texts.iter().enumerate().filter(|(number, _)| inside(number)) {
            match groups.iter_mut().find(|(have, _)| have == text) {
                Some((_, numbers)) => numbers.push(number),
                None => groups.push((text, vec![number])),
            }
        }
        // Most environments of many need not be named.
        let most = (0..groups.len()).max_by_key(|at| groups.get(*at).map(|(_, numbers)| numbers.len()));
        let most = most
            .filter(|at| groups.len() > 1 && groups.get(*at).is_some_and(|(_, numbers)| numbers.len() > 3) && (0..texts.len()).all(|number| inside(&number)));
        if let Some(most) = most {
            let others = groups.remove(most);
            groups.push(others);
        }
        let last = groups.len().saturating_sub(1);
        for (index, (text, numbers)) in groups.into_iter().enumerate() {
            let odd = row.odd.is_some_and(|odd| numbers.contains(&odd));
            let (sign, style) = if odd { ("▶", YELLOW) } else { (" ", "") };
            let names: Vec<&str> = match most {
                Some(_) if index == last => vec!["all others"],
                _ => numbers.iter().filter_map(|number| self.labels.get(*number).copied()).collect(),
            };
            let mut lines = broken(&names, self.width.saturating_sub(2 * GUTTER + 1));
            let Some(end) = lines.pop() else { continue };
            for line in lines {
                let _ = writeln!(out, "    {line}");
            }
            let indent = 2 * GUTTER + width(&end) + 2;
            let pieces: Vec<&str> = text.split(", ").collect();
            // What would be cut beside the names stands below them.
            let beside = pieces.iter().all(|piece| indent + width(piece) < self.width) || indent + width(text) <= self.width;
            let room = self.width.saturating_sub(if beside { indent } else { 3 * GUTTER });
            let values = broken(&pieces, room).join(&format!("\n{}", " ".repeat(if beside { indent } else { 3 * GUTTER })));
            let between = if beside { " ".to_owned() } else { format!("\n{}", " ".repeat(3 * GUTTER)) };
            let _ = writeln!(out, "  {style}{sign}{OFF} {end}:{between}{style}{values}{OFF}");
        }
    }
}

fn gaps(report: &Report<'_>, out: &mut String) {
    if !report.diff.of.gaps.is_empty() {
        let _ = writeln!(out, "\n{BOLD}Not read{OFF} {DIM}(what is said above holds without them){OFF}");
    }
    report.diff.of.gaps.iter().for_each(|gap| gap_line(gap, out));
}
