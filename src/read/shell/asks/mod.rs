//! The variables that a script asks its surroundings for: those that it reads and never set. A scan
//! of its own, since here every place counts: tests, arithmetic, here-documents, redirections.
//! Source: POSIX Shell Command Language, "2.2 Quoting", "2.6.2 Parameter Expansion".

mod expansion;

use std::collections::BTreeSet;
use std::ops::Range;

use super::Dialect;
use crate::model::{Content, Form, Kind, Need, Reading, Stance};
use crate::read::traced::Placed;

/// Words behind which a command begins.
const OPENING: &[&str] = &["if", "then", "else", "elif", "while", "until", "do", "!", "{", "time", "exec", "command", "env", "eval"];

/// How far a look ahead or back goes.
const NEAR: usize = 400;

/// One read.
struct Ask {
    name: String,
    range: Range<usize>,
    need: Need,
    default: Option<String>,
    /// Whether an operator says what is meant: it holds whatever is set elsewhere.
    plain: bool,
    in_function: bool,
}

/// What a text asks for, each name once for each way to ask. `known` are set before it begins.
pub(in crate::read) fn asked(text: &Placed<'_>, dialect: Dialect, known: BTreeSet<String>) -> Vec<Reading> {
    let mut scan = Scan::new(text.text(), dialect, known);
    scan.run();
    let mut seen = BTreeSet::new();
    let (assigned, asks) = (scan.assigned, scan.asks);
    let open = asks.into_iter().filter(|ask| !(ask.plain && ask.in_function && assigned.contains(&ask.name)));
    open.filter(|ask| seen.insert((ask.name.clone(), ask.need, ask.default.is_some())))
        .map(|ask| {
            let stance = if ask.name == "*" { Stance::Dynamic } else { Stance::Read };
            let content = if ask.default.is_some() { Content::Default } else { Content::Nothing };
            let form = Form::Variable(stance, ask.need, content);
            Reading::new(Kind::Env, ask.name, ask.default.unwrap_or_default(), form, text.at(ask.range))
        })
        .collect()
}

/// What the words of the current command do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// A command may begin: words may be assignments.
    Begins,
    /// Words are arguments.
    Runs,
    /// Words are names that get a value, with or without `=`.
    Declares,
    /// Words with `=` are assignments.
    Exports,
    /// The next word gets a value.
    Names,
    /// The next word says which options a script sets itself.
    Sets,
    /// The next word is a file that sets what it likes.
    Sources,
}

/// What is picked up again at the end of a substitution or a subshell.
struct Level {
    /// Whether it stands inside a word, which then goes on.
    inside: bool,
    double: bool,
    word: Option<usize>,
    doing: Doing,
}

struct Scan<'t> {
    text: &'t str,
    make: bool,
    at: usize,
    /// Whether double quotes are open; inside substitutions each level has its own.
    double: bool,
    levels: Vec<Level>,
    doing: Doing,
    /// The word that is being read, and the one before it.
    word: Option<usize>,
    last: &'t str,
    /// What the current word assigns: it is set once the word has ended.
    assigning: Option<(String, usize)>,
    assigned: BTreeSet<String>,
    heredocs: Vec<(String, bool)>,
    strict: bool,
    sourced: bool,
    function: bool,
    braces: Vec<bool>,
    asks: Vec<Ask>,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str, dialect: Dialect, assigned: BTreeSet<String>) -> Scan<'t> {
        Scan {
            text,
            make: dialect == Dialect::Make,
            at: 0,
            double: false,
            levels: Vec::new(),
            doing: Doing::Begins,
            word: None,
            last: "",
            assigning: None,
            assigned,
            heredocs: Vec::new(),
            strict: false,
            sourced: false,
            function: false,
            braces: Vec::new(),
            asks: Vec::new(),
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// What stands close behind, so that nothing is looked for through a whole text again and again.
    fn near(&self) -> &'t str {
        let end = (self.at + NEAR..self.text.len()).find(|end| self.text.is_char_boundary(*end)).unwrap_or(self.text.len());
        self.text.get(self.at..end).unwrap_or("")
    }

    /// What stands before on the same line, as far as that is near.
    fn line(&self) -> &'t str {
        let start = (self.at.saturating_sub(NEAR)..self.at).find(|start| self.text.is_char_boundary(*start)).unwrap_or(self.at);
        self.text.get(start..self.at).and_then(|before| before.rsplit('\n').next()).unwrap_or("")
    }

    fn run(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            let start = self.at;
            if self.word.is_none() && !c.is_whitespace() && !matches!(c, ';' | '&' | '|' | '(' | ')' | '<' | '>' | '#') {
                self.begin();
            }
            match c {
                '\\' => self.at += 1 + self.rest().chars().nth(1).map_or(0, char::len_utf8),
                '$' => self.dollar(),
                '"' => {
                    self.double = !self.double;
                    self.at += 1;
                }
                _ if self.double => self.at += c.len_utf8(),
                '\'' => self.single(),
                '\n' => {
                    self.end_word();
                    self.at += 1;
                    self.doing = Doing::Begins;
                    self.bodies();
                }
                '#' if self.word.is_none() => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                ';' | '&' | '|' | '(' | ')' => self.sign(c),
                '<' if self.rest().starts_with("<<") => self.mark(),
                c if c.is_whitespace() || matches!(c, '<' | '>') => {
                    self.end_word();
                    self.at += c.len_utf8();
                }
                c => self.at += c.len_utf8(),
            }
            self.at = self.at.max(start + 1);
        }
        self.end_word();
    }

    fn sign(&mut self, c: char) {
        if c == ')'
            && let Some(level) = self.levels.pop_if(|level| level.inside)
        {
            self.end_word();
            (self.double, self.word, self.doing) = (level.double, level.word, level.doing);
            self.at += 1;
            return;
        }
        self.end_word();
        if c == '(' && self.rest().starts_with("()") {
            (self.function, self.at) = (true, self.at + 2);
            self.doing = Doing::Begins;
            return;
        }
        self.at += 1;
        match c {
            '(' => self.levels.push(Level { inside: false, double: false, word: None, doing: Doing::Begins }),
            ')' => drop(self.levels.pop()),
            _ => {}
        }
        self.doing = Doing::Begins;
    }

    /// What a word may assign is known once its `=` is.
    fn begin(&mut self) {
        self.word = Some(self.at);
        let rest = self.rest();
        let name = rest.get(..rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len())).unwrap_or("");
        let behind = rest.get(name.len()..).unwrap_or("");
        let assigns = (behind.starts_with('=') || behind.starts_with("+=")) && matches!(self.doing, Doing::Begins | Doing::Exports | Doing::Declares);
        if !name.is_empty() && (assigns || matches!(self.doing, Doing::Declares | Doing::Names)) {
            self.assigning = Some((name.to_owned(), self.levels.len()));
        }
    }

    fn end_word(&mut self) {
        let Some(start) = self.word.take() else { return };
        let word = self.text.get(start..self.at).unwrap_or("");
        let assigned = self.assigning.take_if(|(_, depth)| *depth >= self.levels.len()).map(|(name, _)| name);
        let assigns = assigned.is_some();
        self.assigned.extend(assigned);
        let last = std::mem::replace(&mut self.last, word);
        self.doing = match (self.doing, word) {
            (Doing::Begins, _) if assigns || OPENING.contains(&word) => {
                if word == "{" {
                    self.braces.push(std::mem::take(&mut self.function));
                }
                Doing::Begins
            }
            (Doing::Begins, "}") => {
                self.braces.pop();
                Doing::Runs
            }
            (Doing::Begins, "function") => {
                self.function = true;
                Doing::Begins
            }
            (Doing::Begins, _) if last == "function" => Doing::Begins,
            (Doing::Begins, "export") => Doing::Exports,
            (Doing::Begins, "local" | "declare" | "typeset" | "readonly" | "read" | "mapfile" | "readarray" | "unset") => Doing::Declares,
            (Doing::Begins, "for" | "select") => Doing::Names,
            (Doing::Begins, "set") => Doing::Sets,
            (Doing::Begins, "source" | ".") => Doing::Sources,
            (Doing::Runs, "-v") if last == "printf" => Doing::Names,
            (Doing::Runs, _) if last == "getopts" => Doing::Names,
            (Doing::Sets, word) => {
                self.strict |= word == "nounset" || word.starts_with('-') && word.contains('u');
                Doing::Sets
            }
            (Doing::Sources, word) => {
                self.sourced |= !super::variables::is_env_file(crate::files::file_name(word.trim_matches(['"', '\''])));
                Doing::Runs
            }
            (Doing::Begins | Doing::Names | Doing::Runs, _) => Doing::Runs,
            (doing, _) => doing,
        };
    }

    fn single(&mut self) {
        self.at += 1;
        let length = self.rest().find('\'').unwrap_or(self.rest().len());
        let range = self.at..self.at + length;
        // `envsubst '$A $B'` is told the names that it replaces.
        if self.line().contains("envsubst") {
            self.inside(range.clone());
        }
        self.at = (range.end + 1).min(self.text.len());
    }

    /// `<<EOF`, `<<-'EOF'`.
    fn mark(&mut self) {
        self.end_word();
        // A here-string, or a shift.
        if self.rest().starts_with("<<<") || self.line().contains("((") {
            self.at += 3;
            return;
        }
        self.at += 2;
        let body = self.rest().trim_start_matches('-').trim_start_matches([' ', '\t']);
        let word = body.split(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | '>' | '<' | ')')).next().unwrap_or("");
        self.at = self.text.len() - body.len() + word.len();
        let mark: String = word.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
        if mark.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            self.heredocs.push((mark.clone(), mark == word));
        }
    }

    fn bodies(&mut self) {
        for (mark, expands) in std::mem::take(&mut self.heredocs) {
            let start = self.at;
            let mut end = start;
            for line in self.rest().split_inclusive('\n') {
                self.at += line.len();
                if line.trim() == mark {
                    break;
                }
                end = self.at;
            }
            if expands {
                self.inside(start..end);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileId;

    fn said(text: &str) -> Vec<String> {
        let mut scan = Scan::new(text, Dialect::Shell, BTreeSet::new());
        scan.run();
        scan.asks.iter().map(|ask| format!("{} {:?} {:?}", ask.name, ask.need, ask.default.as_deref().unwrap_or("-"))).collect()
    }

    #[test]
    fn operators_say_what_a_read_needs() {
        assert_eq!(
            said("a ${AAA:?no} ${BBB?} ${CCC:-c d} \"${DDD-}\" ${EEE:+x} $FFF ${GGG%/*} ${HHH:-$(x)}"),
            [
                "AAA Required \"-\"",
                "BBB Required \"-\"",
                "CCC Optional \"c d\"",
                "DDD Optional \"\"",
                "EEE Optional \"-\"",
                "FFF Bare \"-\"",
                "GGG Bare \"-\"",
                "HHH Optional \"-\"",
            ]
        );
    }

    #[test]
    fn what_a_script_sets_it_does_not_ask_for() {
        for text in [
            "AAA=1\necho $AAA",
            "export AAA=$(x) BBB=1; echo $AAA $BBB",
            "for AAA in 1 2; do echo $AAA; done",
            "read -r AAA BBB; echo $BBB",
            "f() {\n local AAA BBB\n echo $AAA\n}",
            "while getopts 'a:' AAA; do echo $AAA; done",
            "printf -v AAA x; echo $AAA",
            "echo '$AAA' \\$AAA # $AAA",
            "cat <<'EOF'\n$AAA\nEOF",
            "echo $1 $? $# $$ $AA $Aaa $aaa ${#} ${AAA[0]}",
            "X=\"$(cat <<EOF\nx\nEOF\n)\"; AAA=1; echo $AAA",
            "if x; then AAA=1; fi; echo $AAA",
            "source lib.sh\necho $AAA",
        ] {
            assert_eq!(said(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn reads_are_found_wherever_a_shell_expands_them() {
        for text in [
            "AAA=$AAA",
            "AAA=${AAA}",
            "echo \"'$AAA'\"",
            "cat <<EOF\n'$AAA'\nEOF",
            "X=\"$(y \"$AAA\")\"",
            "[[ $AAA == 1 ]] && x",
            "x > $AAA",
            "envsubst '$AAA' < t",
            "source .env\necho $AAA",
            "echo $((AAA + $AAA))",
            "x '' \"\" $AAA",
        ] {
            assert_eq!(said(text), ["AAA Bare \"-\""], "{text}");
        }
    }

    #[test]
    fn tests_and_strict_shells_say_what_is_needed() {
        for (text, need) in [
            ("set -eu\necho $AAA", "Required"),
            ("set -o nounset\necho $AAA", "Required"),
            ("if [ -z \"$AAA\" ]; then\n  echo no\n  exit 1\nfi", "Required"),
            ("[ -n \"$AAA\" ] || exit 1", "Required"),
            ("if [ -n \"$AAA\" ]; then x; fi", "Optional"),
            ("if [ -z \"$AAA\" ]; then\n  AAA=1\nfi", "Optional"),
        ] {
            assert_eq!(said(text), [format!("AAA {need} \"-\"")], "{text}");
        }
    }

    #[test]
    fn what_breaks_off_ends_the_scan() {
        for text in ["${", "$", "\"", "'", "$(", "<<", "<<EOF", "\\", "${AAA:-", "$(($(", "é$é", "<<-'é"] {
            for dialect in [Dialect::Shell, Dialect::Make] {
                let placed = Placed::new(text, FileId(0), vec![(0, 1, 1)]);
                asked(&placed, dialect, BTreeSet::new());
            }
        }
        said(&"$(\"${A'".repeat(20_000));
        said(&"f() { <<A $AAA\n".repeat(20_000));
    }
}
