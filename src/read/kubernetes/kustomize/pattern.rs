//! The regular expressions of patch targets, matched against a whole name: literals, `.`, classes,
//! groups, `|`, `*`, `+`, `?`. Source: RE2 syntax, the part that names of objects need. A pattern
//! beyond that matches only itself.

/// The longest pattern and name that are matched as more than text.
const LONGEST: usize = 256;

/// How many tries one match may take.
const TRIES: usize = 20_000;

enum Atom {
    Any,
    One(char),
    Class { negated: bool, ranges: Vec<(char, char)> },
    Group(Vec<Vec<Piece>>),
}

struct Piece {
    atom: Atom,
    least: usize,
    most: usize,
}

/// Whether a pattern matches a whole name.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    if pattern == name {
        return true;
    }
    if pattern.len() > LONGEST || name.len() > LONGEST {
        return false;
    }
    let signs: Vec<char> = pattern.chars().collect();
    let mut rest = signs.as_slice();
    let Some(choices) = choices(&mut rest) else { return false };
    let name: Vec<char> = name.chars().collect();
    let mut tries = TRIES;
    rest.is_empty() && any(&choices, &name, &mut tries, &mut |rest, _| rest.is_empty())
}

fn choices(rest: &mut &[char]) -> Option<Vec<Vec<Piece>>> {
    let mut all = vec![Vec::new()];
    while let Some((sign, after)) = rest.split_first() {
        if *sign == ')' {
            break;
        }
        *rest = after;
        match sign {
            '|' => all.push(Vec::new()),
            // The whole name is matched anyway.
            '^' | '$' => {}
            _ => {
                let atom = atom(*sign, rest)?;
                let (least, most) = match rest.first() {
                    Some('*') => (0, usize::MAX),
                    Some('+') => (1, usize::MAX),
                    Some('?') => (0, 1),
                    Some('{') => return None,
                    _ => (1, 1),
                };
                if (least, most) != (1, 1) {
                    *rest = rest.split_first()?.1;
                    // `.*?` takes as little as it can, which makes no difference to a whole match.
                    *rest = rest.strip_prefix(&['?']).unwrap_or(rest);
                }
                all.last_mut()?.push(Piece { atom, least, most });
            }
        }
    }
    Some(all)
}

fn atom(sign: char, rest: &mut &[char]) -> Option<Atom> {
    match sign {
        '.' => Some(Atom::Any),
        '(' => {
            *rest = rest.strip_prefix(&['?', ':']).unwrap_or(rest);
            let inner = choices(rest)?;
            *rest = rest.strip_prefix(&[')'])?;
            Some(Atom::Group(inner))
        }
        '[' => {
            let end = rest.iter().skip(1).position(|c| *c == ']')? + 1;
            let (inside, after) = rest.split_at_checked(end)?;
            *rest = after.split_first()?.1;
            let negated = inside.first() == Some(&'^');
            let mut inside = inside.get(usize::from(negated)..)?;
            let mut ranges = Vec::new();
            while let Some((low, after)) = inside.split_first() {
                if *low == '\\' {
                    return None;
                }
                match after {
                    ['-', high, after @ ..] => {
                        ranges.push((*low, *high));
                        inside = after;
                    }
                    _ => {
                        ranges.push((*low, *low));
                        inside = after;
                    }
                }
            }
            Some(Atom::Class { negated, ranges })
        }
        '\\' => {
            let (escaped, after) = rest.split_first()?;
            *rest = after;
            match escaped {
                'd' => Some(Atom::Class { negated: false, ranges: vec![('0', '9')] }),
                'w' => Some(Atom::Class { negated: false, ranges: vec![('0', '9'), ('a', 'z'), ('A', 'Z'), ('_', '_')] }),
                c if c.is_alphanumeric() => None,
                c => Some(Atom::One(*c)),
            }
        }
        '*' | '+' | '?' => None,
        c => Some(Atom::One(c)),
    }
}

type Then<'t> = &'t mut dyn FnMut(&[char], &mut usize) -> bool;

fn any(choices: &[Vec<Piece>], name: &[char], tries: &mut usize, then: Then<'_>) -> bool {
    choices.iter().any(|pieces| all(pieces, name, tries, then))
}

fn all(pieces: &[Piece], name: &[char], tries: &mut usize, then: Then<'_>) -> bool {
    match pieces.split_first() {
        None => then(name, tries),
        Some((piece, rest)) => repeat(piece, 0, name, tries, &mut |name, tries| all(rest, name, tries, then)),
    }
}

fn repeat(piece: &Piece, count: usize, name: &[char], tries: &mut usize, then: Then<'_>) -> bool {
    let Some(left) = tries.checked_sub(1) else { return false };
    *tries = left;
    let more = count < piece.most
        && once(&piece.atom, name, tries, &mut |after, tries| {
            // An empty round would repeat for ever.
            (after.len() < name.len() || count < piece.least) && repeat(piece, count + 1, after, tries, then)
        });
    more || (count >= piece.least && then(name, tries))
}

fn once(atom: &Atom, name: &[char], tries: &mut usize, then: Then<'_>) -> bool {
    if let Atom::Group(choices) = atom {
        return any(choices, name, tries, then);
    }
    let Some((first, after)) = name.split_first() else { return false };
    let fits = match atom {
        Atom::One(sign) => sign == first,
        Atom::Class { negated, ranges } => ranges.iter().any(|(low, high)| (low..=high).contains(&first)) != *negated,
        Atom::Any | Atom::Group(_) => true,
    };
    fits && then(after, tries)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_whole_names() {
        assert!(matches("web", "web") && !matches("web", "web-api") && !matches("eb", "web"));
        assert!(matches("web.*", "web-api") && matches(".*", "") && matches(".+?", "x"));
        assert!(matches("(web|worker)-[a-z0-9]+", "worker-a1") && !matches("(web|worker)-[a-z0-9]+", "cron-a1"));
        assert!(matches("^a(b|c)*$", "abcb") && matches("x\\.y\\d", "x.y7") && !matches("x\\.y", "xay"));
        assert!(matches("[^a]b?", "cb") && !matches("[^a]", "a"));
        assert!(matches("web|api", "api"));
    }

    #[test]
    fn odd_patterns_match_nothing_and_end() {
        for pattern in ["(", "[", "a)", "*", "\\", "[]", "a{2}", "(()*)*x", "(a*)*(a*)*(a*)*b"] {
            assert!(!matches(pattern, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), "{pattern}");
        }
        assert!(matches("a{2}", "a{2}"));
    }
}
