//! What the lexer has to know of each language: its comments, its quotes, what its names are made of.

/// How a language is written.
#[derive(Debug)]
pub(super) struct Lexis {
    /// What begins a comment that ends with the line.
    pub(super) line_comments: &'static [&'static str],
    /// What looks like the beginning of a comment and is none.
    pub(super) no_comments: &'static [&'static str],
    /// What encloses a comment.
    pub(super) block_comments: &'static [(&'static str, &'static str)],
    /// Whether comments may hold comments.
    pub(super) nested_comments: bool,
    /// The quotes, the longest of those that begin alike first.
    pub(super) quotes: &'static [Quote],
    /// Bytes of names beside letters, digits and `_`.
    pub(super) word: &'static [u8],
    /// Bytes that may end a name.
    pub(super) word_end: &'static [u8],
    /// The words that a `/…/` may follow; empty where there are none.
    pub(super) regex_after: &'static [&'static str],
    /// What begins a here-document.
    pub(super) heredocs: &'static [&'static str],
    /// What begins code inside one.
    pub(super) heredoc_code: &'static [&'static str],
    /// What encloses code, where a file is something else outside of it.
    pub(super) island: Option<(&'static str, &'static str)>,
    /// Whether `?` behind an expression lets the function fail.
    pub(super) question_fails: bool,
}

/// A kind of string literal.
#[derive(Debug)]
pub(super) struct Quote {
    /// Whether it may stand without a prefix.
    pub(super) bare: bool,
    /// The words that may stand directly before it.
    pub(super) prefixes: &'static [&'static str],
    /// What opens it.
    pub(super) open: &'static str,
    /// What closes it.
    pub(super) close: &'static str,
    /// Whether a backslash takes what follows.
    pub(super) escapes: bool,
    /// Whether its quote, written twice, is one character of it.
    pub(super) doubled: bool,
    /// How far its end may be.
    pub(super) ends: Close,
    /// What begins code inside it, up to `}`.
    pub(super) code: &'static [&'static str],
}

/// How far away a text may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Close {
    /// On another line.
    Anywhere,
    /// On the same line.
    Line,
    /// After one character.
    Character,
}

/// A text on one line with backslashes, the usual one.
const fn line(quote: &'static str) -> Quote {
    Quote { bare: true, prefixes: &[], open: quote, close: quote, escapes: true, doubled: false, ends: Close::Line, code: &[] }
}

/// A text over lines between these, as it stands.
const fn raw(open: &'static str, close: &'static str) -> Quote {
    Quote { open, close, escapes: false, ends: Close::Anywhere, ..line("") }
}

/// A text over lines, with backslashes.
const fn long(quote: &'static str) -> Quote {
    Quote { escapes: true, ..raw(quote, quote) }
}

const fn with(prefixes: &'static [&'static str], quote: Quote) -> Quote {
    Quote { prefixes, bare: false, ..quote }
}

const fn filled(code: &'static [&'static str], quote: Quote) -> Quote {
    Quote { code, ..quote }
}

const C_LIKE: Lexis = Lexis {
    line_comments: &["//"],
    no_comments: &[],
    block_comments: &[("/*", "*/")],
    nested_comments: false,
    quotes: &[],
    word: &[],
    word_end: &[],
    regex_after: &[],
    heredocs: &[],
    heredoc_code: &[],
    island: None,
    question_fails: false,
};

const DOLLAR: &[&str] = &["${"];
const HASH: &[&str] = &["#{"];
const BRACE: &[&str] = &["{"];

pub(super) static JAVASCRIPT: Lexis = Lexis {
    line_comments: &["//"],
    block_comments: &[("/*", "*/"), ("<!--", "-->")],
    quotes: &[line("'"), line("\""), filled(DOLLAR, long("`"))],
    word: b"$",
    regex_after: &["return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "throw", "new", "await", "yield"],
    ..C_LIKE
};

const PYTHON_PLAIN: &[&str] = &["r", "R", "b", "B", "u", "U", "rb", "br", "Rb", "bR", "RB", "BR"];
const PYTHON_FILLED: &[&str] = &["f", "F", "rf", "fr", "Rf", "fR", "t"];

pub(super) static PYTHON: Lexis = Lexis {
    line_comments: &["#"],
    block_comments: &[],
    quotes: &[
        Quote { prefixes: PYTHON_PLAIN, ..long("\"\"\"") },
        Quote { prefixes: PYTHON_PLAIN, ..long("'''") },
        Quote { prefixes: PYTHON_PLAIN, ..line("\"") },
        Quote { prefixes: PYTHON_PLAIN, ..line("'") },
        with(PYTHON_FILLED, filled(BRACE, long("\"\"\""))),
        with(PYTHON_FILLED, filled(BRACE, long("'''"))),
        with(PYTHON_FILLED, filled(BRACE, line("\""))),
        with(PYTHON_FILLED, filled(BRACE, line("'"))),
    ],
    ..C_LIKE
};

const RUBY_LIKE: Lexis = Lexis {
    line_comments: &["#"],
    block_comments: &[("\n=begin", "\n=end")],
    quotes: &[
        filled(HASH, long("\"")),
        long("'"),
        filled(HASH, long("`")),
        raw("%w[", "]"),
        raw("%w(", ")"),
        raw("%w{", "}"),
        raw("%i[", "]"),
        raw("%i(", ")"),
        raw("%q(", ")"),
        raw("%r{", "}"),
        filled(HASH, raw("%Q(", ")")),
        filled(HASH, raw("%(", ")")),
    ],
    word_end: b"?!",
    regex_after: &["if", "unless", "when", "and", "or", "not", "return", "while", "elsif", "match", "split", "in"],
    heredocs: &["<<~", "<<-", "<<"],
    heredoc_code: HASH,
    ..C_LIKE
};

pub(super) static RUBY: Lexis = RUBY_LIKE;

/// Ruby in a text of something else.
pub(super) static ERB: Lexis = Lexis { island: Some(("<%", "%>")), ..RUBY_LIKE };

pub(super) static PHP: Lexis = Lexis {
    line_comments: &["//", "#"],
    no_comments: &["#["],
    quotes: &[filled(&["{$", "${"], long("\"")), long("'")],
    word: b"$",
    heredocs: &["<<<"],
    heredoc_code: &["{$"],
    island: Some(("<?", "?>")),
    ..C_LIKE
};

pub(super) static GO: Lexis = Lexis { quotes: &[line("\""), raw("`", "`"), line("'")], ..C_LIKE };

const RUST_RAW: &[&str] = &["r", "br", "cr"];

pub(super) static RUST: Lexis = Lexis {
    question_fails: true,
    nested_comments: true,
    quotes: &[
        Quote { prefixes: &["b", "c"], ..long("\"") },
        with(RUST_RAW, raw("\"", "\"")),
        with(RUST_RAW, raw("#\"", "\"#")),
        with(RUST_RAW, raw("##\"", "\"##")),
        with(RUST_RAW, raw("###\"", "\"###")),
        Quote { ends: Close::Character, ..line("'") },
    ],
    ..C_LIKE
};

pub(super) static JAVA: Lexis = Lexis { quotes: &[long("\"\"\""), line("\""), line("'")], word: b"$", ..C_LIKE };

pub(super) static KOTLIN: Lexis =
    Lexis { nested_comments: true, quotes: &[filled(DOLLAR, raw("\"\"\"", "\"\"\"")), filled(DOLLAR, line("\"")), line("'")], ..C_LIKE };

const SCALA_FILLED: &[&str] = &["s", "f", "raw"];

/// Scala and Groovy.
pub(super) static SCALA: Lexis = Lexis {
    quotes: &[
        filled(DOLLAR, raw("\"\"\"", "\"\"\"")),
        raw("'''", "'''"),
        filled(DOLLAR, line("\"")),
        with(SCALA_FILLED, filled(DOLLAR, raw("\"\"\"", "\"\"\""))),
        with(SCALA_FILLED, filled(DOLLAR, line("\""))),
        line("'"),
    ],
    ..C_LIKE
};

const VERBATIM: Quote = Quote { doubled: true, close: "\"", ..raw("", "") };

pub(super) static CSHARP: Lexis = Lexis {
    quotes: &[
        filled(BRACE, Quote { open: "$@\"", ..VERBATIM }),
        filled(BRACE, Quote { open: "@$\"", ..VERBATIM }),
        Quote { open: "@\"", ..VERBATIM },
        filled(BRACE, raw("$\"\"\"", "\"\"\"")),
        raw("\"\"\"", "\"\"\""),
        filled(BRACE, Quote { open: "$\"", ..line("\"") }),
        line("\""),
        line("'"),
    ],
    ..C_LIKE
};

pub(super) static ELIXIR: Lexis = Lexis {
    line_comments: &["#"],
    block_comments: &[],
    quotes: &[
        filled(HASH, long("\"\"\"")),
        raw("~S\"\"\"", "\"\"\""),
        filled(HASH, long("\"")),
        filled(HASH, line("'")),
        raw("~S(", ")"),
        raw("~w(", ")"),
        raw("~w[", "]"),
        raw("~r/", "/"),
        raw("~r{", "}"),
        filled(HASH, raw("~s(", ")")),
    ],
    word_end: b"?!",
    ..C_LIKE
};

pub(super) static LUA: Lexis = Lexis { line_comments: &["--"], block_comments: &[("--[[", "]]")], quotes: &[line("\""), line("'"), raw("[[", "]]")], ..C_LIKE };

pub(super) static DART: Lexis =
    Lexis { quotes: &[filled(DOLLAR, long("\"\"\"")), filled(DOLLAR, long("'''")), filled(DOLLAR, line("\"")), filled(DOLLAR, line("'"))], ..C_LIKE };

pub(super) static PERL: Lexis =
    Lexis { line_comments: &["#"], block_comments: &[("\n=pod", "\n=cut"), ("\n=head", "\n=cut")], quotes: &[long("\""), long("'")], word: b"$", ..C_LIKE };

pub(super) static SWIFT: Lexis = Lexis { nested_comments: true, quotes: &[long("\"\"\""), line("\"")], ..C_LIKE };

pub(super) static C: Lexis = Lexis { quotes: &[line("\""), line("'")], ..C_LIKE };
