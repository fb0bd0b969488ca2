//! Property files that are filled in with variables before a program reads them: those of Spring,
//! Micronaut and Quarkus (`${X:default}`), of logging frameworks (`${X:-default}`), HOCON (`${?X}`)
//! and Symfony (`%env(bool:X)%`). No language is lexed here: what is not a comment is looked through.

use std::collections::HashMap;
use std::ops::Range;

use super::Found;
use crate::files::{file_name, folder};
use crate::model::{Need, Stance};

/// How a file is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filled {
    /// `${X:default}` in properties.
    Properties,
    /// `${X:default}` in YAML.
    Spring,
    /// `${X:-default}`, `${env:X}`; XML.
    Logging,
    /// `${X}`, `${?X}`, outside quotes.
    Hocon,
    /// `%env(processor:X)%`; YAML.
    Symfony,
}

/// How deep placeholders are followed into their defaults.
const DEEP: usize = 8;

/// How long a placeholder may be.
const LONG: usize = 1000;

impl Filled {
    /// How the file at a path is filled in, if it is.
    pub(crate) fn of(path: &str) -> Option<Filled> {
        let name = file_name(path);
        let (stem, extension) = name.rsplit_once('.')?;
        let below = |wanted: &[&str]| folder(path).split('/').any(|part| wanted.contains(&part));
        let stands_in = |wanted: &[&str]| wanted.contains(&file_name(folder(path)));
        let starts = |wanted: &[&str]| wanted.iter().any(|start| stem.starts_with(start));
        let is_yaml = matches!(extension, "yml" | "yaml");
        match extension {
            "properties" if below(&["resources"]) || starts(&["application", "bootstrap"]) && stands_in(&["config", "conf"]) => Some(Filled::Properties),
            "yml" | "yaml" if starts(&["application", "bootstrap"]) && (below(&["resources"]) || stands_in(&["config", "conf"])) => Some(Filled::Spring),
            "xml" if starts(&["logback", "log4j"]) => Some(Filled::Logging),
            "conf" if below(&["resources"]) || starts(&["application"]) && stands_in(&["conf", "config"]) => Some(Filled::Hocon),
            _ if is_yaml && below(&["config"]) => Some(Filled::Symfony),
            _ => None,
        }
    }

    /// What every file that is filled in holds.
    pub(super) fn opens(self) -> &'static str {
        if self == Filled::Symfony { "%env(" } else { "${" }
    }

    /// Every variable that a file is filled in with.
    pub(crate) fn reads(self, text: &str) -> Vec<Found> {
        let own = self.own(text);
        let mut out = Vec::new();
        for live in self.live(text) {
            match self {
                Filled::Symfony => symfony(text, live, &own, &mut out),
                _ => self.placeholders(text, live, 0, &own, &mut out),
            }
        }
        out
    }

    /// Adds what a piece of text that begins at an offset is filled in with.
    pub(super) fn within(self, text: &str, start: usize, out: &mut Vec<Found>) {
        let mut found = Vec::new();
        match self {
            Filled::Symfony => symfony(text, 0..text.len(), &HashMap::new(), &mut found),
            _ => self.placeholders(text, 0..text.len(), 0, &HashMap::new(), &mut found),
        }
        out.extend(found.into_iter().map(|found| Found { range: found.range.start + start..found.range.end + start, ..found }));
    }

    /// The parts of a text that are no comment, none longer than a line.
    fn live(self, text: &str) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        let mut at = 0;
        let mut commented = false;
        for line in text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            match self {
                Filled::Logging => commented = outside_of_comments(line, start, commented, &mut out),
                Filled::Hocon => outside_of_quotes(line, start, &mut out),
                Filled::Properties if line.trim_start().starts_with(['#', '!']) => {}
                Filled::Properties => out.push(start..at),
                Filled::Spring | Filled::Symfony => out.push(start..start + comment_of(line).unwrap_or(line.len())),
            }
        }
        out
    }

    /// The names that a file defines itself, and their text: what is filled in with one of them has that
    /// text where no variable is given.
    fn own(self, text: &str) -> HashMap<&str, &str> {
        let line = |line| match self {
            Filled::Logging => {
                let (_, rest) = str::split_once(line, "name=\"")?;
                let (name, _) = rest.split_once('"')?;
                Some((name, ""))
            }
            Filled::Symfony => {
                let (name, value) = line.trim_start().trim_start_matches(['"', '\'']).strip_prefix("env(")?.split_once(')')?;
                Some((name, value.trim_start_matches(['"', '\'']).strip_prefix(':')?))
            }
            Filled::Properties | Filled::Spring | Filled::Hocon => line.split_once([':', '=']).map(|(name, value)| (name.trim_end(), value)),
        };
        text.lines().filter_map(line).filter(|(name, _)| is_upper(name)).map(|(name, value)| (name, value.trim().trim_matches(['"', '\'']))).collect()
    }

    fn placeholders(self, text: &str, live: Range<usize>, depth: usize, own: &HashMap<&str, &str>, out: &mut Vec<Found>) {
        let mut from = live.start;
        while let Some(open) = text.get(from..live.end).and_then(|rest| rest.find("${")).map(|found| from + found) {
            let start = open + 2;
            let Some(end) = text.get(start..live.end).and_then(closing).map(|found| start + found) else {
                from = start;
                continue;
            };
            from = end + 1;
            let inner = text.get(start..end).unwrap_or_default();
            let separator = if self == Filled::Logging { ":-" } else { ":" };
            let lookup = if self == Filled::Logging && inner.starts_with("env:") { 4 } else { usize::from(self == Filled::Hocon && inner.starts_with('?')) };
            let body = inner.get(lookup..).unwrap_or_default();
            let (name, default) = body.split_once(separator).map_or((body, None), |(name, default)| (name, Some(default)));
            let range = start + lookup..start + lookup + name.len();
            let mine = own.get(name);
            if is_upper(name) && !(self == Filled::Logging && mine.is_some()) {
                let need = match self {
                    _ if default.is_some() || mine.is_some() => Need::Optional,
                    Filled::Hocon if lookup > 0 => Need::Optional,
                    Filled::Logging => Need::Bare,
                    // Only asked for where what stands around it is not given.
                    _ if depth > 0 => Need::Bare,
                    _ => Need::Required,
                };
                let literal = default.or(mine.copied()).filter(|text| !text.contains("${"));
                out.push(Found { name: name.to_owned(), range: range.clone(), stance: Stance::Read, need, default: literal.map(str::to_owned) });
            }
            if depth < DEEP {
                self.placeholders(text, range.end..end, depth + 1, own, out);
            }
        }
    }
}

/// What `%env(…)%` of a stretch of text reads; a file can give a variable its fallback itself.
fn symfony(text: &str, live: Range<usize>, own: &HashMap<&str, &str>, out: &mut Vec<Found>) {
    let mut from = live.start;
    while let Some(start) = text.get(from..live.end).and_then(|rest| rest.find("%env(")).map(|found| from + found + 5) {
        from = start;
        let Some(length) = text.get(start..live.end).and_then(|rest| rest.bytes().take(LONG).position(|b| b == b')')) else { continue };
        let inner = text.get(start..start + length).unwrap_or_default();
        let (processors, name) = inner.rsplit_once(':').unwrap_or(("", inner));
        let at = start + inner.len() - name.len();
        from = start + inner.len();
        if is_upper(name) {
            let mine = own.get(name).map(|text| (*text).to_owned());
            let copes = mine.is_some() || processors.split(':').any(|processor| processor == "default");
            let need = if copes { Need::Optional } else { Need::Required };
            out.push(Found { name: name.to_owned(), range: at..at + name.len(), stance: Stance::Read, need, default: mine });
        }
    }
}

/// Where the placeholder that was opened before a text ends.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, c) in text.char_indices().take(LONG) {
        match c {
            '{' if before == '$' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            '\n' => return None,
            _ => {}
        }
        before = c;
    }
    None
}

/// Whether a name is one of a variable: properties are written in lower case.
pub(super) fn is_upper(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        && name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.len() > 1
}

/// Where the comment of a line of YAML begins.
fn comment_of(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    let mut begins = true;
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '#' && before.is_whitespace() => return Some(at),
            None if begins && matches!(c, '"' | '\'') => quote = Some(c),
            None => {}
        }
        begins = if c.is_whitespace() { begins } else { matches!(c, ':' | '-' | '[' | ',' | '{') };
        before = c;
    }
    None
}

/// Adds what of a line of XML is no comment, and tells whether a comment goes on behind it.
fn outside_of_comments(line: &str, start: usize, mut commented: bool, out: &mut Vec<Range<usize>>) -> bool {
    let mut at = 0;
    loop {
        let rest = line.get(at..).unwrap_or_default();
        let mark = if commented { "-->" } else { "<!--" };
        let found = rest.find(mark);
        let end = at + found.unwrap_or(rest.len());
        if !commented && end > at {
            out.push(start + at..start + end);
        }
        if found.is_none() {
            return commented;
        }
        commented = !commented;
        at = end + mark.len();
    }
}

/// Adds what of a line of HOCON stands outside quotes and comments.
fn outside_of_quotes(line: &str, start: usize, out: &mut Vec<Range<usize>>) {
    let mut from = 0;
    let mut quoted = false;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match c {
            '"' if before != '\\' => {
                if !quoted {
                    out.push(start + from..start + at);
                }
                quoted = !quoted;
                from = at + 1;
            }
            '#' if !quoted => return out.push(start + from..start + at),
            '/' if !quoted && before == '/' => return out.push(start + from..start + at),
            _ => {}
        }
        before = c;
    }
    if !quoted {
        out.push(start + from..start + line.len());
    }
}
