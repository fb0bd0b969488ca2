//! Renders one verdict. Every format shows the same findings and gaps; none of them decides
//! anything.

pub mod diff;
pub mod drift;
mod human;
mod json;

use crate::check::Survey;
use crate::judge::{Level, Verdict};

/// What is rendered.
#[derive(Debug)]
pub struct Report<'r> {
    /// What was looked at.
    pub survey: &'r Survey,
    /// What was found.
    pub verdict: &'r Verdict<'r>,
    /// The lowest level that is shown.
    pub level: Level,
    /// Whether to show what was judged and found in order.
    pub verbose: bool,
    /// Columns of the terminal.
    pub width: usize,
}

/// One output format of some kind of report; `F` renders it.
pub struct Format<F> {
    /// Its name, as `--format` takes it.
    pub name: &'static str,
    /// One line on what it is for.
    pub about: &'static str,
    /// Renders a report; ANSI styles are stripped by the caller where they are not wanted.
    pub render: F,
}

/// Renders a verdict.
pub type Render = fn(&Report<'_>) -> String;

/// Every output format.
pub static FORMATS: &[Format<Render>] = &[
    Format { name: "human", about: "for people", render: human::render },
    Format { name: "json", about: "evenkeel.report/1, for programs", render: json::render },
];

impl Report<'_> {
    fn findings(&self) -> impl Iterator<Item = &crate::judge::Finding<'_>> {
        self.verdict.findings.iter().filter(|finding| finding.level >= self.level)
    }
}

/// Text that a CI system which reads what is printed takes no command from: GitHub's runner obeys lines
/// that begin with `::` and a word, and `##[` anywhere.
fn calm(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        // Styles are taken off later.
        while let Some(after) = rest.strip_prefix(' ').or_else(|| rest.strip_prefix("\u{1b}[").and_then(|style| style.split_once('m')).map(|(_, after)| after))
        {
            rest = after;
        }
        let (start, rest) = line.split_at_checked(line.len() - rest.len()).unwrap_or((line, ""));
        out.push_str(start);
        if rest.starts_with("::") && !rest.starts_with(":::") {
            out.push('\\');
        }
        out.push_str(&rest.replace("##[", "##\\["));
    }
    out
}
