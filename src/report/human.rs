//! The report for people: a first line that counts, then each finding with the row of environments,
//! the places that disagree, and one thing to do; then what could not be read.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Level as Title, Renderer, Snippet};

use super::{Report, calm};
use crate::judge::{Finding, Level, State};
use crate::model::{Environment, Fact, Form, Gap, Kind, Scope};

/// How many excerpts a finding shows; the rest are places in the row above.
const EXCERPTS: usize = 4;

/// How many lines of one environment a finding shows.
const LINES: usize = 6;

pub(super) const BOLD: &str = "\u{1b}[1m";
pub(super) const DIM: &str = "\u{1b}[2m";
const RED: &str = "\u{1b}[31m";
pub(super) const YELLOW: &str = "\u{1b}[33m";
const CYAN: &str = "\u{1b}[36m";
pub(super) const OFF: &str = "\u{1b}[0m";

pub(super) fn render(report: &Report<'_>) -> String {
    let mut out = headline(report);
    for finding in report.findings().filter(|finding| finding.level > Level::Info) {
        out.push('\n');
        full(report, finding, &mut out);
    }
    infos(report, &mut out);
    gaps(report, &mut out);
    if report.verbose {
        verbose(report, &mut out);
    }
    calm(&out)
}

pub(super) fn plural(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// What was looked at and what was found, in one line.
fn headline(report: &Report<'_>) -> String {
    let names: Vec<&str> = report.survey.plan.environments.iter().map(Environment::name).collect();
    let count = |level: Level| report.verdict.findings.iter().filter(|finding| finding.level == level).count();
    let mut found: Vec<String> = Vec::new();
    for (level, word, colour) in [(Level::Error, "error", RED), (Level::Warning, "warning", YELLOW), (Level::Info, "remark", "")] {
        if count(level) > 0 {
            found.push(format!("{colour}{}{OFF}{BOLD}", plural(count(level), word)));
        }
    }
    let required = report.survey.gaps.iter().filter(|gap| gap.required).count();
    if required > 0 {
        found.push(format!("{YELLOW}{}{OFF}{BOLD}", plural(required, "gap")));
    }
    let mut columns: Vec<&str> = report.survey.facts.iter().map(|fact| fact.environment.name()).collect();
    columns.sort_unstable();
    columns.dedup();
    let found = match (found.is_empty(), columns.as_slice()) {
        (false, _) => found.join(", "),
        (true, []) => "nothing to compare was found".to_owned(),
        // What runs is held against what is declared, in one environment too.
        (true, [one]) if !report.survey.facts.iter().any(Fact::is_live) => format!("nothing to compare: only {one} was found"),
        (true, _) => "in parity".to_owned(),
    };
    let looked = if names.is_empty() { String::new() } else { format!(" · {}", names.join(", ")) };
    format!("{BOLD}{found}{OFF}{DIM}{looked} · {} read, {}{OFF}\n", plural(report.survey.files_read, "file"), plural(report.survey.facts.len(), "fact"))
}

fn colour(level: Level) -> &'static str {
    match level {
        Level::Error => RED,
        Level::Warning => YELLOW,
        Level::Info => CYAN,
    }
}

fn components(finding: &Finding<'_>) -> String {
    let named: Vec<&str> = finding.components.iter().map(String::as_str).filter(|component| !component.is_empty()).collect();
    match named.as_slice() {
        [] => String::new(),
        [one] => format!(" ({one})"),
        [one, two] => format!(" ({one}, {two})"),
        [one, two, rest @ ..] => format!(" ({one}, {two} and {} more)", rest.len()),
    }
}

fn full(report: &Report<'_>, finding: &Finding<'_>, out: &mut String) {
    let level = finding.level;
    let _ = writeln!(out, "{}{BOLD}{}[{}]{OFF}{BOLD}: {}{}{OFF}", colour(level), level.word(), finding.rule.id, finding.message, components(finding));
    row(finding, out);
    excerpts(report, finding, out);
    for evidence in finding.evidence.iter().filter(|evidence| report.verbose || evidence.side == crate::judge::Side::Against) {
        let _ = writeln!(out, "  {DIM}note: {}{OFF}", evidence.text);
    }
    let _ = writeln!(out, "  {CYAN}help{OFF}: {}", finding.rule.help);
}

/// The row of environments: who says what, where; the odd ones marked.
fn row(finding: &Finding<'_>, out: &mut String) {
    let width = finding.cells.iter().map(|cell| cell.environment.name().len()).max().unwrap_or(0);
    for cell in &finding.cells {
        let name = cell.environment.name();
        if cell.facts.is_empty() {
            // Environments that say nothing are told only where that is the point.
            if !cell.unknown && finding.odd_one_out.as_ref() != Some(&cell.environment) && (finding.cells.len() > 5 || cell.environment.rank() == 0) {
                continue;
            }
            let state = if cell.unknown { "? could not be read" } else { "–" };
            let mark = if finding.odd_one_out.as_ref() == Some(&cell.environment) { "▶" } else { " " };
            let _ = writeln!(out, "  {mark} {name:width$}  {DIM}{state}{OFF}");
            continue;
        }
        let mut shown: Vec<Said> = Vec::new();
        // That a workload is there at all says nothing beside what it runs.
        let says_more = cell.facts.iter().any(|(fact, _)| fact.value.spec.is_some());
        for (fact, takes_part) in cell.facts.iter().filter(|(fact, _)| !says_more || fact.value.spec.is_some() || fact.value.image.is_some()) {
            let (text, place) = (said_of(finding, fact), fact.place.label());
            let mut alike = shown.iter_mut().filter(|have| have.scope == fact.scope && have.takes_part == *takes_part);
            // The legs of one matrix stand in one line.
            let known = alike.find(|have| have.texts == [text.as_str()] || fact.scope == Scope::Matrix && have.places == [place.as_str()]);
            match known {
                Some(have) => {
                    if !have.texts.contains(&text) {
                        have.texts.push(text);
                    }
                    if !have.places.contains(&place) {
                        have.places.push(place);
                    }
                }
                None => shown.push(Said { texts: vec![text], scope: fact.scope, takes_part: *takes_part, places: vec![place] }),
            }
        }
        let hidden = shown.len().saturating_sub(LINES);
        for (index, said) in shown.iter().take(if hidden > 1 { LINES } else { usize::MAX }).enumerate() {
            let (text, places) = (said.text(), &said.places);
            let odd = said.takes_part && finding.odd_one_out.as_ref().is_none_or(|odd| *odd == cell.environment);
            let (mark, style) = if odd { ("▶", BOLD) } else { (" ", "") };
            let name = if index == 0 { name } else { "" };
            let more = if places.len() > 2 { format!(" and {} more", places.len() - 2) } else { String::new() };
            let at = places.iter().take(2).cloned().collect::<Vec<_>>().join(", ");
            let _ = writeln!(out, "  {mark} {name:width$}  {style}{text}{OFF}  {DIM}{at}{more}{OFF}");
        }
        if hidden > 1 {
            let _ = writeln!(out, "    {:width$}  {DIM}and {hidden} more{OFF}", "");
        }
    }
}

/// What a fact says in a finding: its value, and whose it is where the finding speaks of several.
fn said_of(finding: &Finding<'_>, fact: &Fact) -> String {
    let alone = || finding.cells.iter().flat_map(|cell| &cell.facts).all(|(fact, _)| fact.name.as_str() == finding.subject);
    let named = fact.kind == Kind::Env || matches!(fact.form, Form::Inside(_));
    let own = !named || finding.subjects.len() == 1 && alone();
    if own { fact.value.text.to_string() } else { format!("{} {}", fact.name, fact.value.text) }
}

/// A line of the row: what an environment says, and where.
struct Said {
    texts: Vec<String>,
    scope: Scope,
    takes_part: bool,
    places: Vec<String>,
}

impl Said {
    fn text(&self) -> String {
        let aside = match self.scope {
            Scope::Build => " (build)",
            Scope::Matrix => " (matrix)",
            Scope::Aside => " (side task)",
            Scope::Theirs => " (of another's software)",
            Scope::Run => "",
        };
        format!("{}{aside}", self.texts.join(", "))
    }
}

/// The lines that disagree, one for each environment and value.
fn excerpts(report: &Report<'_>, finding: &Finding<'_>, out: &mut String) {
    let mut chosen: Vec<(&Fact, Vec<&Environment>)> = Vec::new();
    for (fact, _) in finding.cells.iter().flat_map(|cell| &cell.facts).filter(|(_, takes_part)| *takes_part) {
        // Environments that say the same share an excerpt.
        match chosen.iter_mut().find(|(have, _)| have.value.text == fact.value.text && have.scope == fact.scope || have.place == fact.place) {
            Some((_, environments)) if environments.contains(&&fact.environment) => {}
            Some((_, environments)) => environments.push(&fact.environment),
            None if fact.place.excerpt.is_some() => chosen.push((fact, vec![&fact.environment])),
            None => {}
        }
    }
    let labels: Vec<String> = chosen.iter().map(|(_, environments)| environments.iter().map(|e| e.name()).collect::<Vec<_>>().join(", ")).collect();
    let snippets: Vec<Snippet<'_, _>> = chosen
        .iter()
        .zip(&labels)
        .take(EXCERPTS)
        .filter_map(|((fact, environments), label)| {
            let excerpt = fact.place.excerpt.as_ref()?;
            let byte = |chars: usize| excerpt.text.as_str().char_indices().nth(chars).map_or(excerpt.text.as_str().len(), |(i, _)| i);
            let span = byte(excerpt.start)..byte(excerpt.start + excerpt.width);
            let kind =
                if finding.odd_one_out.as_ref().is_none_or(|odd| environments.contains(&odd)) { AnnotationKind::Primary } else { AnnotationKind::Context };
            Some(
                Snippet::source(excerpt.text.as_str())
                    .line_start(fact.place.line as usize)
                    .path(fact.place.path.as_str())
                    .annotation(kind.span(span).label(label.as_str())),
            )
        })
        .collect();
    if snippets.is_empty() {
        return;
    }
    let title = match finding.level {
        Level::Error => Title::ERROR,
        Level::Warning => Title::WARNING,
        Level::Info => Title::INFO,
    };
    let group = title.primary_title("").elements(snippets);
    let rendered = Renderer::styled().term_width(report.width).render(&[group]);
    // The first line repeats the title that stands above the row already.
    for line in rendered.lines().skip(1) {
        let _ = writeln!(out, "{line}");
    }
}

/// Remarks in one line each: worth knowing, nothing to do today.
fn infos(report: &Report<'_>, out: &mut String) {
    let mut first = true;
    for finding in report.findings().filter(|finding| finding.level == Level::Info) {
        if std::mem::take(&mut first) {
            let _ = writeln!(out, "\n{BOLD}Remarks{OFF} {DIM}(--level warning hides them){OFF}");
        }
        let _ = writeln!(out, "  {CYAN}{}{OFF}: {}{}", finding.rule.id, finding.message, components(finding));
        if report.verbose {
            row(finding, out);
        }
    }
}

fn gaps(report: &Report<'_>, out: &mut String) {
    if report.survey.gaps.iter().any(|gap| gap.required) {
        let _ = writeln!(out, "\n{BOLD}Not read{OFF} {DIM}(there is no verdict without them; what is said above holds){OFF}");
    } else if !report.survey.gaps.is_empty() {
        let _ = writeln!(out, "\n{BOLD}Not read{OFF} {DIM}(the verdict holds without them){OFF}");
    }
    report.survey.gaps.iter().for_each(|gap| gap_line(gap, out));
}

/// What could not be read, in one line.
pub(super) fn gap_line(gap: &Gap, out: &mut String) {
    let _ = writeln!(out, "  {YELLOW}gap{OFF}: {}", gap_text(gap));
}

/// Where it is, why it could not be read, and who is not fully known because of it.
pub(super) fn gap_text(gap: &Gap) -> String {
    let line = if gap.line > 0 { format!(":{}", gap.line) } else { String::new() };
    let whose = gap.environment.as_ref().map_or(String::new(), |environment| format!(" [{environment}]"));
    format!("{}{line}: {}{whose}", gap.path, gap.reason)
}

/// Everything that was judged, what was taken as meant, and what was left out.
fn verbose(report: &Report<'_>, out: &mut String) {
    let _ = writeln!(out, "\n{BOLD}Judged{OFF}");
    for judged in &report.verdict.judged {
        let (word, why) = match (&judged.meant, judged.state) {
            (Some(why), _) => ("meant", format!(": {why}")),
            (None, State::Pass) => ("in order", String::new()),
            (None, State::Fail) => ("differs", String::new()),
            (None, _) => ("unknown", String::new()),
        };
        let _ = writeln!(out, "  {word:8} {} {}{DIM}{why}{OFF}", judged.rule, judged.row);
    }
    if !report.survey.plan.left_out.is_empty() || !report.survey.notes.is_empty() {
        let _ = writeln!(out, "\n{BOLD}Left out{OFF}");
    }
    for (path, why) in &report.survey.plan.left_out {
        let _ = writeln!(out, "  {}: {why}", crate::seal::path(path));
    }
    for (why, path) in &report.survey.notes {
        let _ = writeln!(out, "  {}: {why}", crate::seal::path(path));
    }
}
