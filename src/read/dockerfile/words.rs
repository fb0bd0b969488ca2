//! The words of an instruction: what blanks part outside quotes, and the flags in front of them.
//! Source: Docker's Dockerfile reference, "Format" and "Escape".

use std::ops::Range;

use crate::read::traced::Placed;

/// The words from this byte on, quotes kept.
pub(super) fn words(text: &str, from: usize, escape: char) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut quote, mut escaped) = (None, None, false);
    for (i, c) in text.char_indices().skip_while(|(i, _)| *i < from) {
        if c.is_whitespace() && quote.is_none() && !escaped {
            found.extend(start.take().map(|start| start..i));
            continue;
        }
        start.get_or_insert(i);
        if escaped {
            escaped = false;
        } else if c == escape && quote != Some('\'') {
            escaped = true;
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && matches!(c, '"' | '\'') {
            quote = Some(c);
        }
    }
    found.extend(start.map(|start| start..text.len()));
    found
}

/// The words of an instruction, its flags apart.
pub(super) struct Arguments {
    /// `--name=value`: the name, and where the value stands.
    pub(super) flags: Vec<(String, Range<usize>)>,
    /// The words behind them.
    pub(super) words: Vec<Range<usize>>,
}

impl Arguments {
    /// Of this instruction's text.
    pub(super) fn of(source: &Placed<'_>, escape: char) -> Arguments {
        let mut all = words(source.text(), 0, escape).into_iter().peekable();
        let mut flags = Vec::new();
        while let Some(flag) = all.next_if(|word| source.text().get(word.clone()).is_some_and(|text| text.starts_with("--"))) {
            let text = source.text().get(flag.clone()).unwrap_or("");
            let name_end = text.find('=').unwrap_or(text.len());
            let name = text.get(2..name_end).unwrap_or("").to_ascii_lowercase();
            flags.push((name, (flag.start + name_end + 1).min(flag.end)..flag.end));
        }
        Arguments { flags, words: all.collect() }
    }
}

/// Where the `from` of a `COPY`, an `ADD` or a `RUN --mount` stands.
pub(super) fn sources(source: &Placed<'_>, escape: char) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (name, value) in Arguments::of(source, escape).flags {
        match name.as_str() {
            "from" => found.push(value),
            "mount" => {
                let mut start = value.start;
                for option in source.text().get(value).unwrap_or("").split(',') {
                    if let Some(from) = option.strip_prefix("from=") {
                        found.push(start + option.len() - from.len()..start + option.len());
                    }
                    start += option.len() + 1;
                }
            }
            _ => {}
        }
    }
    found
}

/// One assignment of an `ENV` or `ARG`.
pub(super) struct Assignment {
    /// Where the name stands.
    pub(super) name: Range<usize>,
    /// Where the value stands, if there is one.
    pub(super) value: Option<Range<usize>>,
}

/// The assignments of an `ENV` or `ARG`.
pub(super) fn assignments(source: &Placed<'_>, keyword: &str, escape: char) -> Vec<Assignment> {
    let all = words(source.text(), 0, escape);
    let sign = |word: &Range<usize>| source.text().get(word.clone()).and_then(|text| text.find('=')).map(|sign| word.start + sign);
    // The old form gives one variable all the rest of the line: `ENV NAME some text`.
    if keyword == "ENV" && all.first().is_some_and(|first| sign(first).is_none()) {
        let (Some(name), Some(second), Some(last)) = (all.first(), all.get(1), all.last()) else { return Vec::new() };
        return vec![Assignment { name: name.clone(), value: Some(second.start..last.end) }];
    }
    all.iter()
        .map(|word| match sign(word) {
            Some(sign) => Assignment { name: word.start..sign, value: Some(sign + 1..word.end) },
            None => Assignment { name: word.clone(), value: None },
        })
        .collect()
}
