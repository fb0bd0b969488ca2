//! The parts of shell commands that end up in a file, and so are read when something runs that file:
//! what `echo` and `printf` are given where their output is redirected, and here-documents. Source: the
//! POSIX Shell Command Language, 2.2 "Quoting" and 2.7 "Redirection".

use std::ops::Range;

/// Which variables of a written text stay variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// All: nothing replaces them before the text is in the file.
    AsIs,
    /// Those whose dollar is escaped: the shell that writes replaces the others.
    Escaped,
}

/// Parts of a text that are written to one file.
pub(super) type Script = Vec<(Range<usize>, Written)>;

/// The scripts that the commands from this byte on write.
pub(super) fn written(text: &str, from: usize) -> Vec<Script> {
    // Most commands write nothing.
    if !text.contains('$') || !(text.contains('>') || text.contains("tee")) {
        return Vec::new();
    }
    let mut lexer = Lexer { text, at: from, command: Command::default(), groups: Vec::new(), heredocs: Vec::new(), found: Vec::new() };
    lexer.run();
    lexer.found
}

/// A simple command.
#[derive(Default)]
struct Command {
    /// Its first word.
    program: String,
    /// What it would write.
    text: Script,
    /// What the commands before it in its pipe wrote.
    piped: Script,
    /// Whether its output goes to a file.
    redirected: bool,
}

/// A here-document whose lines are still to come.
struct Heredoc {
    name: String,
    tabs: bool,
    which: Written,
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    command: Command,
    /// What the open `{` and `(` have written to nowhere yet; none for a substitution.
    groups: Vec<Option<Script>>,
    heredocs: Vec<Heredoc>,
    found: Vec<Script>,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn run(&mut self) {
        let mut dollar = false;
        while let Some(c) = self.rest().chars().next() {
            let start = self.at;
            match c {
                '\'' | '"' => self.quoted(c),
                '\n' => {
                    self.at += 1;
                    self.bodies();
                    self.end(false);
                }
                '|' if !self.rest().starts_with("||") => {
                    self.at += 1;
                    self.end(true);
                }
                ';' | '&' | '|' => {
                    self.at += 1;
                    self.end(false);
                }
                '(' => {
                    self.at += 1;
                    self.open(!dollar);
                }
                ')' => {
                    self.at += 1;
                    self.close();
                }
                '<' if self.rest().starts_with("<<") && !self.rest().starts_with("<<<") => self.heredoc(),
                '>' => self.redirect(),
                c if c.is_whitespace() => self.at += c.len_utf8(),
                _ => self.word(),
            }
            dollar = self.text.get(start..self.at).is_some_and(|taken| taken.ends_with('$'));
            // Nothing may keep the text from ending.
            self.at = self.at.max(start + c.len_utf8());
        }
        self.bodies();
        self.end(false);
    }

    /// What stands in quotes.
    fn quoted(&mut self, quote: char) {
        let (start, mut escaped) = (self.at + 1, false);
        let length = self.text.get(start..).unwrap_or("").find(|c| {
            let ends = c == quote && !escaped;
            escaped = quote == '"' && c == '\\' && !escaped;
            ends
        });
        let end = length.map_or(self.text.len(), |length| start + length);
        self.command.text.push((start..end, if quote == '"' { Written::Escaped } else { Written::AsIs }));
        self.at = end + 1;
    }

    /// What stands without quotes, up to the next sign.
    fn word(&mut self) {
        let (start, mut escaped) = (self.at, false);
        let length = self.rest().find(|c: char| {
            let ends = !escaped && (c.is_whitespace() || matches!(c, '\'' | '"' | ';' | '&' | '|' | '(' | ')' | '<' | '>'));
            escaped = c == '\\' && !escaped;
            ends
        });
        self.at = length.map_or(self.text.len(), |length| start + length);
        let word = self.text.get(start..self.at).unwrap_or("");
        match word {
            "{" if self.command.program.is_empty() => self.open(true),
            "}" if self.command.program.is_empty() => self.close(),
            _ if self.command.program.is_empty() => self.command.program = word.to_owned(),
            _ => self.command.text.push((start..self.at, Written::Escaped)),
        }
    }

    /// `> file`, but not `>&2`, `2> file` or a device.
    fn redirect(&mut self) {
        let errors = self.text.get(..self.at).is_some_and(|before| before.ends_with('2'));
        self.at += if self.rest().starts_with(">>") { 2 } else { 1 };
        let target = self.rest().trim_start();
        self.command.redirected |= !errors && !target.starts_with('&') && !target.starts_with("/dev/");
    }

    /// `<<EOF`, `<<-'EOF'`.
    fn heredoc(&mut self) {
        let rest = self.rest().get(2..).unwrap_or("");
        let (mark, tabs) = rest.strip_prefix('-').map_or((rest, false), |mark| (mark, true));
        let mark = mark.trim_start_matches([' ', '\t']);
        let end = mark.find(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | ')' | '>')).unwrap_or(mark.len());
        let mark = mark.get(..end).unwrap_or("");
        let name: String = mark.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
        let which = if name.len() < mark.len() { Written::AsIs } else { Written::Escaped };
        self.at = self.text.len() - self.rest().len() + 2 + rest.find(mark).unwrap_or(0) + mark.len();
        // `$((1 << 2))` starts none.
        if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            self.heredocs.push(Heredoc { name, tabs, which });
        }
    }

    /// The bodies of the here-documents of a line, which start here.
    fn bodies(&mut self) {
        for Heredoc { name, tabs, which } in std::mem::take(&mut self.heredocs) {
            let start = self.at;
            let mut end = start;
            for line in self.rest().split_inclusive('\n') {
                self.at += line.len();
                let bare = line.trim_end_matches(['\n', '\r']);
                if bare == name || tabs && bare.trim_start_matches('\t') == name {
                    break;
                }
                end = self.at;
            }
            // A shell would run it; what else takes it in writes it, or is asked by `tee` to.
            if matches!(self.command.program.as_str(), "cat" | "tee") {
                self.command.text = vec![(start..end, which)];
            }
        }
    }

    fn open(&mut self, group: bool) {
        if group {
            self.command = Command::default();
        }
        self.groups.push(group.then(Script::new));
    }

    /// The end of a group: where what it wrote goes stands behind it.
    fn close(&mut self) {
        if let Some(Some(_)) = self.groups.last() {
            self.end(false);
            let text = self.groups.pop().flatten().unwrap_or_default();
            self.command = Command { program: "}".to_owned(), piped: text, ..Command::default() };
        } else {
            self.groups.pop();
        }
    }

    /// The end of a command.
    fn end(&mut self, pipe: bool) {
        let Command { program, text, mut piped, redirected } = std::mem::take(&mut self.command);
        if matches!(program.as_str(), "echo" | "printf" | "cat" | "tee") {
            piped.extend(text.into_iter().filter(|(range, _)| self.text.get(range.clone()).is_some_and(|text| text.contains(['$', '=']))));
        }
        if piped.is_empty() {
            return;
        }
        if redirected || program == "tee" {
            self.found.push(piped);
        } else if pipe {
            self.command.piped = piped;
        } else if let Some(Some(group)) = self.groups.last_mut() {
            group.extend(piped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let part =
            |(range, which): &(Range<usize>, Written)| format!("{}{}", if *which == Written::AsIs { "" } else { "\\" }, text.get(range.clone()).unwrap_or("?"));
        written(text, 0).iter().map(|script| script.iter().map(part).collect::<Vec<_>>().join("|")).collect()
    }

    #[test]
    fn what_is_redirected_is_written() {
        for (text, expected) in [
            ("echo 'exec $APP' > /run.sh", vec!["exec $APP"]),
            ("echo \"exec \\$APP $NOW\" >> /run.sh && echo '$NO'", vec!["\\exec \\$APP $NOW"]),
            ("echo '$A' | tee /run.sh", vec!["$A"]),
            ("printf '%s' '$A' >/dev/null; echo '$B' >&2; echo '$C' 2>err", vec![]),
            ("{ echo '$A'; echo '$B'; } > /run.sh; echo '$C'", vec!["$A|$B"]),
            ("(echo '$A'; echo '$B') > /run.sh", vec!["$A|$B"]),
            ("echo $(date) '$A' > x", vec!["\\$|$A"]),
            ("cat > /x <<'EOF'\nrun $A\nEOF\ncat <<EOF > /y\nrun \\$B\nEOF\necho '$C' > z", vec!["run $A\n", "\\run \\$B\n", "$C"]),
            ("sh <<'EOF'\nrun $A\nEOF\necho $B > x", vec!["\\$B"]),
            ("sed -i 's/$A/b/' x > y", vec![]),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn what_never_ends_ends_with_the_text() {
        for text in ["echo '$A >", "echo \"$A\\", "cat <<", "cat <<'$", "((({$>", "} ) > $", "echo $ > \\", "cat > x <<EOF\n$A"] {
            written(text, 0);
        }
    }
}
