//! Words as a command is given them: literals, variables and what stands for folders put together.
//! Source: POSIX Shell Command Language, "2.6 Word Expansions".

use std::ops::Range;

use super::Dialect;
use super::lex::{Part, Word};
use super::walk::{ROOT, RUNNER_ENV, Walk};
use crate::limits;
use crate::read::traced::Traced;

impl Walk<'_> {
    /// The words of a command; an unquoted variable that is a whole word may be several.
    pub(super) fn arguments(&self, words: &[Word], written: bool) -> Vec<Option<Traced>> {
        let mut arguments = Vec::new();
        for word in words {
            let resolved = if written { Some(self.known(word)) } else { self.resolved(word) };
            match (&resolved, word.parts.as_slice()) {
                (Some(text), [Part::Variable { quoted: false, .. } | Part::Expression(_)]) => {
                    arguments.extend(text.split(char::is_whitespace).into_iter().map(Some))
                }
                _ => arguments.push(resolved),
            }
        }
        arguments
    }

    /// The parts of a word that are known, a `*` for each other.
    fn known(&self, word: &Word) -> Traced {
        let mut known = Traced::default();
        for part in word.parts.iter().take(limits::INTERPOLATED_PIECES) {
            known.push(self.part(part).unwrap_or_else(|| Traced::literal("*", self.text.at(0..0))));
            if known.is_too_long() {
                break;
            }
        }
        known
    }

    pub(super) fn resolved(&self, word: &Word) -> Option<Traced> {
        let mut out = Traced::default();
        for part in &word.parts {
            out.push(self.part(part)?);
            if out.is_too_long() {
                return None;
            }
        }
        Some(out)
    }

    fn part(&self, part: &Part) -> Option<Traced> {
        Some(match part {
            Part::Literal(text, range) => Traced::literal(text.as_str(), self.text.at(range.clone())),
            Part::Variable { name, fallback, range, .. } => self.variable(name, fallback.as_ref(), range)?,
            Part::Expression(range) => {
                let inside = self.text.text().get(range.clone())?;
                let opening = if self.context.dialect == Dialect::Filled { 2 } else { 3 };
                let at = self.text.at(range.start.saturating_sub(opening)..range.end + 2);
                (self.context.expression?)(inside, at)?
            }
            Part::Here(up, range) => {
                let home = self.context.home?;
                Traced::literal(format!("{ROOT}{home}{}", "/..".repeat(*up)), self.text.at(range.clone()))
            }
            Part::Root(range) => Traced::literal(ROOT, self.text.at(range.clone())),
            Part::Folder(range) => Traced::literal(format!("{ROOT}{}", self.folders.first()?), self.text.at(range.clone())),
            Part::Unknown => return None,
        })
    }

    fn variable(&self, name: &str, fallback: Option<&Range<usize>>, range: &Range<usize>) -> Option<Traced> {
        let at = self.text.at(range.clone());
        if let Some(held) = self.held.get(name) {
            let value = held.value.clone()?;
            if !value.text().is_empty() || fallback.is_none() {
                return Some(value.used(at));
            }
        }
        match name {
            "GITHUB_WORKSPACE" | "CI_PROJECT_DIR" | "CIRCLE_WORKING_DIRECTORY" => Some(Traced::literal(ROOT, at)),
            "GITHUB_ENV" | "BASH_ENV" => Some(Traced::literal(RUNNER_ENV, at)),
            "PWD" => Some(Traced::literal(format!("{ROOT}{}", self.folders.first()?), at)),
            _ => {
                let range = fallback?.clone();
                let text = self.text.text().get(range.clone())?;
                (!text.contains(['$', '`'])).then(|| Traced::literal(text, self.text.at(range)).used(at))
            }
        }
    }
}
