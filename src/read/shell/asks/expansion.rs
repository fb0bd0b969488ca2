//! What a `$` of a script asks for, and what becomes of the script without it.

use std::ops::Range;

use super::{Ask, Doing, Level, Scan};
use crate::model::Need;

impl Scan<'_> {
    /// Reads a part in which nothing but `$` and a backslash means anything.
    pub(super) fn inside(&mut self, range: Range<usize>) {
        let after = std::mem::replace(&mut self.at, range.start);
        while let Some(found) = self.text.get(self.at..range.end).and_then(|rest| rest.find(['$', '\\'])) {
            self.at += found;
            if self.rest().starts_with('\\') {
                self.at += 1 + self.rest().chars().nth(1).map_or(0, char::len_utf8);
                continue;
            }
            let levels = self.levels.len();
            let (double, doing, word) = (self.double, self.doing, self.word);
            self.dollar();
            self.levels.truncate(levels);
            (self.double, self.doing, self.word) = (double, doing, word);
        }
        self.at = after;
    }

    pub(super) fn dollar(&mut self) {
        self.at += 1;
        if self.make && !self.rest().starts_with('$') {
            // Make's own variable.
            let own = [("(", ")"), ("{", "}")].into_iter().find(|(open, _)| self.rest().starts_with(open));
            self.at += own.and_then(|(_, close)| self.near().find(close)).map_or(0, |end| end + 1);
            return;
        }
        self.at += usize::from(self.make);
        let rest = self.rest();
        if rest.starts_with('(') {
            self.levels.push(Level { inside: true, double: self.double, word: self.word.take(), doing: self.doing });
            (self.double, self.doing, self.at) = (false, Doing::Begins, self.at + 1);
            return;
        }
        let braces = rest.starts_with('{');
        let body = if braces { rest.get(1..).unwrap_or("") } else { rest };
        let name = body.get(..body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(body.len())).unwrap_or("");
        let start = self.at + usize::from(braces);
        let range = start..start + name.len();
        if braces && body.starts_with('!') {
            self.at = start + 1;
            return self.ask("*".to_owned(), start..start + 1, Need::Bare, None, false);
        }
        self.at = range.end;
        if !is_asked(name) {
            return;
        }
        let behind = if braces { body.get(name.len()..).unwrap_or("") } else { "" };
        let operator = behind.strip_prefix(':').unwrap_or(behind);
        let sign = operator.chars().next().filter(|c| "-=?+".contains(*c));
        let (need, default, plain) = match sign {
            Some('?') => (Need::Required, None, false),
            Some('+') => (Need::Optional, None, false),
            Some(_) => {
                let end = self.near().find('}').map(|end| end.saturating_sub(behind.len() - operator.len()));
                let default = end.and_then(|end| operator.get(1..end));
                let written = default.filter(|text| !text.contains(['$', '`'])).map(|text| text.trim_matches(['"', '\'']).to_owned());
                (Need::Optional, written, false)
            }
            None if behind.starts_with('[') => return,
            None => (self.tested(), None, true),
        };
        self.ask(name.to_owned(), range, need, default, plain);
        if sign == Some('=') {
            self.assigned.insert(name.to_owned());
        }
    }

    fn ask(&mut self, name: String, range: Range<usize>, need: Need, default: Option<String>, plain: bool) {
        if !(self.assigned.contains(&name) || plain && self.sourced) {
            let in_function = self.braces.contains(&true);
            self.asks.push(Ask { name, range, need, default, plain, in_function });
        }
    }

    /// What becomes of a script without a variable that it names without an operator.
    fn tested(&self) -> Need {
        let near = self.near();
        let ends = |text: &str| ["exit 1", "exit 2", "return 1", "exit\n", "die "].iter().any(|word| text.contains(word));
        let line = near.split('\n').next().unwrap_or("");
        let block = near.split("\nfi").next().and_then(|block| block.split("; fi").next()).and_then(|block| block.split("else").next()).unwrap_or("");
        match self.last {
            "-z" if ends(line) || !line.contains("&&") && ends(block) => Need::Required,
            "-n" if line.contains("||") && ends(line) => Need::Required,
            "-z" | "-n" => Need::Optional,
            _ if self.strict => Need::Required,
            _ => Need::Bare,
        }
    }
}

/// Names that are meant for a process's surroundings: `DATABASE_URL`, not `i` or `file`.
fn is_asked(name: &str) -> bool {
    name.len() >= 3 && name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
