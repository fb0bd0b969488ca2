//! Shell text as simple commands of words, after the POSIX Shell Command Language (2.3 Token
//! Recognition, 2.6 Word Expansions). Nothing is expanded; what only a shell could know stays unknown.

use std::ops::Range;

use super::Dialect;
use crate::limits;

/// A part of a word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    /// Text, quotes and escapes removed, and where it stands.
    Literal(String, Range<usize>),
    /// `$NAME`, and what `${NAME:-…}` falls back on.
    Variable { name: String, fallback: Option<Range<usize>>, range: Range<usize>, quoted: bool },
    /// `${{ … }}` of a workflow, `<< … >>` of CircleCI.
    Expression(Range<usize>),
    /// The folder of the script, or one so many levels above it.
    Here(usize, Range<usize>),
    /// The root of the repository.
    Root(Range<usize>),
    /// The working directory.
    Folder(Range<usize>),
    /// The output of a command, a glob of parameters.
    Unknown,
}

/// A word.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Word {
    pub(super) parts: Vec<Part>,
}

impl Word {
    /// The text of a word that is one literal.
    pub(super) fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Literal(text, _)] => Some(text),
            _ => None,
        }
    }
}

/// A simple command.
#[derive(Debug, Clone, Default)]
pub(super) struct Command {
    pub(super) words: Vec<Word>,
    /// The file that its output goes to (`> file`, `>> file`).
    pub(super) output: Option<Word>,
    /// Whether that is added to what the file holds.
    pub(super) appends: bool,
    /// The here-document that it reads.
    pub(super) input: Option<Body>,
    /// How many subshells it stands in.
    pub(super) depth: usize,
    /// Whether it reads what the command before it writes.
    pub(super) piped: bool,
}

/// The body of a here-document.
#[derive(Debug, Clone, Default)]
pub(super) struct Body {
    pub(super) range: Range<usize>,
    /// Whether variables in it are replaced.
    pub(super) expands: bool,
    /// Which one of the text it is.
    number: usize,
}

/// The commands of a part of a text, in order; those inside a substitution stand before the one that uses it.
pub(super) fn within(text: &str, range: Range<usize>, dialect: Dialect, depth: usize, nesting: usize) -> Vec<Command> {
    let mut lexer = Lexer::new(text, range, dialect);
    (lexer.depth, lexer.nesting) = (depth, nesting);
    lexer.run();
    lexer.out
}

/// One word that is all of this part of a text, white space included: a value of a Makefile.
pub(super) fn value(text: &str, range: Range<usize>, dialect: Dialect) -> Word {
    let mut lexer = Lexer::new(text, range, dialect);
    let mut word = Word::default();
    while let Some(c) = lexer.peek() {
        lexer.expansion_or_char(c, &mut word, true);
    }
    word
}

pub(super) struct Lexer<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) dialect: Dialect,
    pub(super) depth: usize,
    pub(super) nesting: usize,
    /// A closing sign was looked for in vain: it is not looked for again, which keeps this linear.
    pub(super) unclosed: bool,
    current: Command,
    /// The marks of here-documents that begin behind this line.
    heredocs: Vec<(String, bool)>,
    /// Where the bodies of those before stand.
    bodies: Vec<Range<usize>>,
    /// Where groups that are open began, and where the last one that was closed did.
    groups: Vec<(char, usize)>,
    closed: Option<usize>,
    pub(super) out: Vec<Command>,
}

impl<'t> Lexer<'t> {
    fn new(text: &'t str, range: Range<usize>, dialect: Dialect) -> Lexer<'t> {
        let (at, end) = (range.start, range.end);
        Lexer {
            text,
            at,
            end,
            dialect,
            depth: 0,
            nesting: 0,
            unclosed: false,
            current: Command::default(),
            heredocs: Vec::new(),
            bodies: Vec::new(),
            groups: Vec::new(),
            closed: None,
            out: Vec::new(),
        }
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..self.end).unwrap_or("")
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn skip(&mut self, c: char) {
        self.at += c.len_utf8();
    }

    pub(super) fn take(&mut self, prefix: &str) -> bool {
        let hit = self.rest().starts_with(prefix);
        if hit {
            self.at += prefix.len();
        }
        hit
    }

    fn finish(&mut self, piped: bool) {
        let done = std::mem::replace(&mut self.current, Command { piped, depth: self.depth, ..Command::default() });
        match done.words.first().and_then(Word::literal) {
            Some("{") => self.open('{'),
            Some("}") => self.close('{'),
            _ => {}
        }
        if let (None | Some("}"), Some(start)) = (done.words.first().map(|word| word.literal().unwrap_or("")), self.closed.take())
            && done.output.is_some()
        {
            for command in self.out.iter_mut().skip(start).filter(|command| command.output.is_none()) {
                (command.output, command.appends) = (done.output.clone(), done.appends);
            }
        }
        if !done.words.is_empty() {
            self.out.push(done);
        }
    }

    fn open(&mut self, sign: char) {
        if self.groups.len() < limits::DEPTH {
            self.groups.push((sign, self.out.len()));
        }
    }

    fn close(&mut self, sign: char) {
        self.closed = self.groups.pop_if(|(open, _)| *open == sign).map(|(_, start)| start);
    }

    fn run(&mut self) {
        self.current.depth = self.depth;
        while let Some(c) = self.peek() {
            match c {
                '\n' => {
                    self.skip(c);
                    self.skip_heredocs();
                    // A pipe at the end of a line goes on.
                    let piped = self.current.piped && self.current.words.is_empty();
                    self.finish(piped);
                }
                '\\' if self.take("\\\n") || self.take("\\\r\n") => {}
                '\\' if self.escapes() => self.skip(c),
                c if c.is_whitespace() => self.skip(c),
                '#' => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                '<' | '>' if self.fills().is_none() => self.redirect(),
                '&' if self.rest().starts_with("&>") => self.skip('&'),
                ';' | '&' => {
                    self.skip(c);
                    self.finish(false);
                }
                '|' => {
                    let either = self.take("||");
                    if !either {
                        self.skip(c);
                        self.take("&");
                    }
                    self.finish(!either);
                }
                '(' => {
                    self.skip(c);
                    self.depth += 1;
                    self.finish(false);
                    self.open('(');
                }
                ')' => {
                    self.skip(c);
                    self.depth = self.depth.saturating_sub(1);
                    self.finish(false);
                    self.close('(');
                }
                _ => {
                    let start = self.at;
                    let word = self.word();
                    if self.at == start {
                        self.skip(c);
                    } else if !(word.literal().is_some_and(|w| w.chars().all(|c| c.is_ascii_digit())) && self.rest().starts_with(['<', '>'])) {
                        self.current.words.push(word);
                    }
                }
            }
        }
        self.finish(false);
        for command in &mut self.out {
            // Those of a substitution know their bodies already.
            if let Some(input) = command.input.as_mut().filter(|input| input.number > 0) {
                input.range = self.bodies.get(input.number - 1).cloned().unwrap_or_default();
                input.number = 0;
            }
        }
    }

    fn redirect(&mut self) {
        if self.take("<<<") {
            self.operand();
        } else if self.take("<<") {
            let indented = self.take("-");
            let expands = !self.rest().trim_start_matches([' ', '\t']).starts_with(['\'', '"', '\\']);
            let mark: String = self.operand().parts.iter().map(|part| if let Part::Literal(text, _) = part { text.as_str() } else { "" }).collect();
            if !mark.is_empty() {
                self.heredocs.push((mark, indented));
                self.current.input = Some(Body { number: self.bodies.len() + self.heredocs.len(), expands, range: 0..0 });
            }
        } else if self.take(">>") {
            (self.current.output, self.current.appends) = (Some(self.operand()), true);
        } else if self.take("<") || self.take(">&") {
            if !self.rest().starts_with('(') {
                self.operand();
            }
        } else {
            self.skip('>');
            self.take("|");
            if !self.rest().starts_with('(') {
                (self.current.output, self.current.appends) = (Some(self.operand()), false);
            }
        }
    }

    fn operand(&mut self) -> Word {
        while let Some(c) = self.peek().filter(|c| *c == ' ' || *c == '\t') {
            self.skip(c);
        }
        self.word()
    }

    fn skip_heredocs(&mut self) {
        for (mark, indented) in std::mem::take(&mut self.heredocs) {
            let start = self.at;
            let mut end = self.at;
            while !self.rest().is_empty() {
                let line = self.rest().split_inclusive('\n').next().unwrap_or("");
                self.at += line.len();
                let line = line.trim_end_matches(['\n', '\r']);
                // A block of YAML may have left its indentation to the last line.
                if line == mark || indented && line.trim_start_matches('\t') == mark {
                    break;
                }
                end = self.at;
            }
            self.bodies.push(start..end);
        }
    }

    fn word(&mut self) -> Word {
        let mut word = Word::default();
        while let Some(c) = self.peek() {
            match c {
                '\\' if self.take("\\\n") || self.take("\\\r\n") => {}
                '\\' if self.escapes() => break,
                '<' if self.fills().is_some() => self.expansion_or_char(c, &mut word, false),
                c if c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')' | '<' | '>') => break,
                '\'' => {
                    self.skip(c);
                    let length = self.rest().find('\'').unwrap_or(self.rest().len());
                    let end = self.at + length;
                    self.verbatim(end, &mut word);
                    self.at = (end + 1).min(self.end);
                }
                '"' => {
                    self.skip(c);
                    let mut any = false;
                    while let Some(c) = self.peek().filter(|c| *c != '"') {
                        any = true;
                        self.expansion_or_char(c, &mut word, true);
                    }
                    if !any {
                        word.parts.push(Part::Literal(String::new(), self.at..self.at));
                    }
                    self.at = (self.at + 1).min(self.end);
                }
                c => self.expansion_or_char(c, &mut word, false),
            }
        }
        word
    }
}

/// Whether this names a variable.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(text: &str, dialect: Dialect) -> Vec<Command> {
        within(text, 0..text.len(), dialect, 0, 0)
    }

    fn said(text: &str) -> Vec<Vec<String>> {
        let say = |word: &Word| {
            word.parts
                .iter()
                .map(|part| match part {
                    Part::Literal(text, _) => text.clone(),
                    Part::Variable { name, .. } => format!("<{name}>"),
                    other => format!("<{other:?}>"),
                })
                .collect()
        };
        commands(text, Dialect::Shell).iter().map(|command| command.words.iter().map(say).collect()).collect()
    }

    #[test]
    fn words_quotes_and_continuations() {
        assert_eq!(
            said("a 'b c' \"d $E\" \\\n  f#g # h\ni;j&&k||l|m"),
            vec![vec!["a", "b c", "d <E>", "f#g"], vec!["i"], vec!["j"], vec!["k"], vec!["l"], vec!["m"]]
        );
    }

    #[test]
    fn heredocs_and_redirections_are_no_words() {
        assert_eq!(said("cat <<EOF > x 2>&1\ndocker run no\nEOF\nb 2>/dev/null &> log"), vec![vec!["cat"], vec!["b"]]);
    }

    #[test]
    fn substitutions_are_commands_of_their_own() {
        assert_eq!(said("ID=$(docker run -d redis:7)\nx"), vec![vec!["docker", "run", "-d", "redis:7"], vec!["ID=<Unknown>"], vec!["x"]]);
    }

    #[test]
    fn unclosed_signs_end_with_the_text() {
        for text in ["$(", "${", "${{", "`", "'", "\"", "$((", "a <<", "\\", "${a:-${b}", "$(a $(b", "<<'", ">", "$", "{{"] {
            for dialect in [Dialect::Shell, Dialect::Make, Dialect::Just, Dialect::Filled] {
                commands(text, dialect);
            }
        }
        commands(&"$(${`".repeat(20_000), Dialect::Make);
    }
}
