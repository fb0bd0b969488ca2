//! What a version declaration admits, as a set of intervals: `22`, `22.1.0`, `^1.2 || >=3`,
//! `3.13.x`, `lts/*`. Two declarations agree where their sets meet. Pre-release parts are ignored:
//! they say nothing about parity at the levels that rules compare.

/// Four numbers of a version; missing ones are zero.
pub type Number = [u64; 4];

/// Versions from `low` (inclusive) to `high` (exclusive; `None` = without end).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Interval {
    /// The first version inside.
    pub low: Number,
    /// The first version outside.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub high: Option<Number>,
}

/// The dialect that a declaration is written in, where dialects disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// A bare number means itself and everything below it: `22` is `22.x`. Most files and tags.
    #[default]
    Prefix,
    /// A bare number is a floor: the `go` line of go.mod.
    Floor,
    /// `~1.2` means `>=1.2 <2`: Composer. Elsewhere it is `>=1.2 <1.3`.
    Composer,
}

/// What a declaration admits.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Spec {
    intervals: Vec<Interval>,
    /// How many numbers a bare version gave (`22.1` = 2); 0 for ranges and names.
    precision: u8,
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    ranged: bool,
}

impl Spec {
    /// The declaration that admits everything: `latest`, no tag, `lts/*`.
    pub fn floating() -> Spec {
        Spec { intervals: vec![Interval { low: [0; 4], high: None }], precision: 0, ranged: false }
    }

    /// Reads a declaration. None where it is no version at all.
    pub fn parse(text: &str, syntax: Syntax) -> Option<Spec> {
        let text = text.trim();
        if matches!(
            text.to_ascii_lowercase().as_str(),
            "latest" | "stable" | "*" | "x" | "node" | "current" | "lts" | "lts/*" | "mainline" | "edge" | "nightly" | "rolling"
        ) {
            return Some(Spec::floating());
        }
        let (mut intervals, mut precision, mut ranged) = (Vec::new(), 0, false);
        for alternative in text.split('|').filter(|part| !part.trim().is_empty()) {
            let (interval, digits, range) = conjunction(alternative.trim(), syntax)?;
            intervals.push(interval);
            ranged |= range;
            precision = digits;
        }
        if intervals.is_empty() {
            return None;
        }
        ranged |= intervals.len() > 1;
        Some(Spec { intervals, precision: if ranged { 0 } else { precision }, ranged })
    }

    /// What is admitted.
    pub fn intervals(&self) -> &[Interval] {
        &self.intervals
    }

    /// How many numbers a bare version gave; 0 for ranges and names.
    pub fn precision(&self) -> u8 {
        self.precision
    }

    /// Whether anything at all is admitted.
    pub fn is_floating(&self) -> bool {
        self.intervals.iter().any(|i| i.low == [0; 4] && i.high.is_none())
    }

    /// Whether this names a lower bound and no upper one.
    pub fn is_floor(&self) -> bool {
        !self.is_floating() && self.intervals.iter().any(|i| i.high.is_none())
    }

    /// Whether operators, wildcards or alternatives were used.
    pub fn is_range(&self) -> bool {
        self.ranged
    }

    /// Whether some version satisfies both, looking only at the first `numbers` numbers.
    pub fn meets(&self, other: &Spec, numbers: u8) -> bool {
        self.intervals.iter().any(|a| {
            other.intervals.iter().any(|b| {
                let (a, b) = (coarse(a, numbers), coarse(b, numbers));
                b.high.is_none_or(|high| a.low < high) && a.high.is_none_or(|high| b.low < high)
            })
        })
    }

    /// Whether the newest version that `self` can resolve to is admitted by `range`. Floating
    /// declarations resolve to what is not known here.
    pub fn newest_within(&self, range: &Spec) -> bool {
        self.intervals.iter().all(|mine| match mine.high {
            None => true,
            Some(high) => range.intervals.iter().any(|r| r.low < high && r.high.is_none_or(|end| high <= end)),
        })
    }

    /// The first `numbers` numbers of the lowest version, for naming a line of releases.
    pub fn line(&self, numbers: u8) -> Option<Number> {
        let low = self.intervals.first()?.low;
        (!self.is_floating()).then(|| truncate(low, numbers))
    }
}

fn truncate(version: Number, numbers: u8) -> Number {
    let mut out = version;
    out.iter_mut().skip(usize::from(numbers)).for_each(|n| *n = 0);
    out
}

/// The interval widened to whole lines of `numbers` numbers.
fn coarse(interval: &Interval, numbers: u8) -> Interval {
    if numbers >= 4 {
        return *interval;
    }
    let high = interval.high.map(|high| {
        let cut = truncate(high, numbers);
        if cut == high { cut } else { next(cut, numbers) }
    });
    Interval { low: truncate(interval.low, numbers), high }
}

/// The first version after every version that starts with these `numbers` numbers.
fn next(version: Number, numbers: u8) -> Number {
    let mut out = truncate(version, numbers);
    if let Some(slot) = out.get_mut(usize::from(numbers.clamp(1, 4)) - 1) {
        *slot = slot.saturating_add(1);
    }
    out
}

const ALL: Interval = Interval { low: [0; 4], high: None };

/// Parts that must hold together: `>=18 <21`, `^1.2, !=1.3`, `1.2 - 2.0`.
fn conjunction(text: &str, syntax: Syntax) -> Option<(Interval, u8, bool)> {
    if let Some((from, to)) = text.split_once(" - ") {
        let (low, _, _) = bare(from.trim())?;
        let (high, digits, _) = bare(to.trim())?;
        return Some((Interval { low, high: Some(next(high, digits)) }, 0, true));
    }
    let spaced = text.replace(',', " ");
    let mut tokens = spaced.split_whitespace().peekable();
    let (mut out, mut precision, mut ranged, mut any) = (ALL, 0, false, false);
    while let Some(token) = tokens.next() {
        // An operator may stand apart from its number.
        let joined;
        let token = if token.chars().all(|c| "<>=~^!".contains(c)) {
            joined = format!("{token}{}", tokens.next()?);
            joined.as_str()
        } else {
            token
        };
        let Some((interval, digits, range)) = comparator(token, syntax)? else { continue };
        out = intersect(out, interval);
        precision = digits;
        ranged |= range || any;
        any = true;
    }
    any.then_some((out, precision, ranged))
}

fn intersect(a: Interval, b: Interval) -> Interval {
    let high = match (a.high, b.high) {
        (Some(x), Some(y)) => Some(x.min(y)),
        (x, y) => x.or(y),
    };
    Interval { low: a.low.max(b.low), high }
}

/// One comparator. `Some(None)` for an exclusion (`!=`), which never decides parity.
#[allow(clippy::option_option, reason = "outer: is it a version; inner: does it bound anything")]
fn comparator(token: &str, syntax: Syntax) -> Option<Option<(Interval, u8, bool)>> {
    let digits_at = token.find(|c: char| !"<>=~^!".contains(c))?;
    let (operator, rest) = token.split_at_checked(digits_at)?;
    if rest == "*" || rest == "x" {
        return Some(Some((ALL, 0, true)));
    }
    let (version, digits, wild) = bare(rest)?;
    let upto = |numbers: u8| Interval { low: version, high: Some(next(version, numbers.max(1))) };
    let interval = match operator {
        "" if syntax == Syntax::Floor => Interval { low: version, high: None },
        "" | "=" | "==" | "===" => return Some(Some((upto(digits), digits, wild))),
        "^" => {
            let leading = version.iter().take(usize::from(digits)).take_while(|n| **n == 0).count();
            upto(syntax::clamp_u8(leading + 1).min(digits))
        }
        "~" if syntax == Syntax::Composer => upto(digits.saturating_sub(1)),
        "~" => upto(digits.min(2)),
        "~>" | "~=" => upto(digits.saturating_sub(1)),
        ">=" => Interval { low: version, high: None },
        ">" => Interval { low: next(version, digits), high: None },
        "<" => Interval { low: [0; 4], high: Some(version) },
        "<=" => Interval { low: [0; 4], high: Some(next(version, digits)) },
        "!=" => return Some(None),
        _ => return None,
    };
    Some(Some((interval, 0, true)))
}

mod syntax {
    pub(super) fn clamp_u8(n: usize) -> u8 {
        u8::try_from(n).unwrap_or(u8::MAX)
    }
}

/// A version without operators: its numbers, how many were given, and whether a wildcard ended it.
/// What follows the numbers (`-alpine`, `rc1`, `+build`, `_12-jre`) is left out.
fn bare(text: &str) -> Option<(Number, u8, bool)> {
    let text = text.trim_start_matches(['v', 'V']);
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (mut out, mut count, mut wild) = ([0u64; 4], 0u8, false);
    for part in text.split('.') {
        if matches!(part, "x" | "X" | "*") {
            wild = true;
            break;
        }
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (number, suffix) = part.split_at_checked(end)?;
        let Some(slot) = out.get_mut(usize::from(count)) else { break };
        if number.is_empty() {
            break;
        }
        *slot = number.parse().ok()?;
        count += 1;
        if !suffix.is_empty() {
            break;
        }
    }
    Some((out, count, wild))
}
