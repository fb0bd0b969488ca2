//! When one name is likely a slip of another: a letter, a plural, a word too many or in another
//! place, a word of the same meaning at the end.

use crate::catalog::Variables;

/// How two names differ, if one is likely a slip of the other.
pub(in crate::judge) fn slip(a: &str, b: &str, words: &Variables) -> bool {
    if a == b || a.len().min(b.len()) < 4 {
        return false;
    }
    let (x, y): (Vec<&str>, Vec<&str>) = (a.split('_').collect(), b.split('_').collect());
    is_letter_off(a, b, &x, &y) || is_word_off(&x, &y) || is_swapped(&x, &y) || is_synonym(&x, &y, words)
}

/// One letter is wrong, missing, doubled, or two are swapped: in one word, which is no number and not
/// `http` against `https`.
fn is_letter_off(a: &str, b: &str, x: &[&str], y: &[&str]) -> bool {
    if x.len() != y.len() || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let mut differing = x.iter().zip(y).filter(|(v, w)| v != w);
    let (Some((v, w)), None) = (differing.next(), differing.next()) else { return false };
    let letters = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic());
    let secure = v.trim_end_matches(['S', 's']).eq_ignore_ascii_case("http") || v.trim_end_matches(['S', 's']).eq_ignore_ascii_case("smtp");
    // Short words are different words more often than slips.
    let long = v.len().min(w.len()) >= 3 && v.len().max(w.len()) >= 4 || x.len() >= 2 && v.len().min(w.len()) >= 3 && is_turned(v, w);
    letters(v) && letters(w) && !secure && long && is_one_edit(v, w)
}

/// Whether one edit leads from one word to the other: a letter more, a letter less, another letter
/// inside, or two neighbours swapped.
fn is_one_edit(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count().min(a.len().min(b.len()) - head);
    let (left, right) = (a.len() - head - tail, b.len() - head - tail);
    match (left, right) {
        (0, 1) | (1, 0) => true,
        // Another first letter makes another word: HOST and POST, FROM and PROM.
        (1, 1) => head > 0,
        (2, 2) => a.get(head) == b.get(head + 1) && a.get(head + 1) == b.get(head),
        _ => false,
    }
}

fn is_turned(a: &str, b: &str) -> bool {
    let mut x: Vec<u8> = a.bytes().collect();
    let mut y: Vec<u8> = b.bytes().collect();
    x.sort_unstable();
    y.sort_unstable();
    x == y
}

/// One word more in one of them: doubled, or with at least three that both have.
fn is_word_off(x: &[&str], y: &[&str]) -> bool {
    let (fewer, more) = if x.len() < y.len() { (x, y) } else { (y, x) };
    if more.len() != fewer.len() + 1 {
        return false;
    }
    let head = fewer.iter().zip(more).take_while(|(v, w)| v == w).count();
    let rest_same = fewer.get(head..) == more.get(head + 1..);
    let extra = more.get(head).copied().unwrap_or("");
    let doubled = head > 0 && more.get(head - 1) == Some(&extra) || more.get(head + 1) == Some(&extra);
    let neutral = extra.chars().all(|c| c.is_ascii_alphabetic());
    // A word in front is the name of another thing: `SES_AWS_KEY` is no slip of `AWS_KEY`.
    let inside = head > 0 && head + 1 < more.len();
    rest_same && neutral && (doubled && fewer.len() >= 2 || inside && fewer.len() >= 4 || fewer.len() >= 3 && matches!(extra, "IS" | "USE" | "ENABLE" | "APP"))
}

/// The same words in another order.
fn is_swapped(x: &[&str], y: &[&str]) -> bool {
    let (mut v, mut w) = (x.to_vec(), y.to_vec());
    v.sort_unstable();
    w.sort_unstable();
    x.len() >= 3 && v == w
}

/// Another word of the same meaning at the end.
fn is_synonym(x: &[&str], y: &[&str], words: &Variables) -> bool {
    let (Some((a, x)), Some((b, y))) = (x.split_last(), y.split_last()) else { return false };
    x == y && !x.is_empty() && a != b && words.are_synonyms(&a.to_ascii_lowercase(), &b.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn slips_are_told_from_other_names() {
        let words = &Catalog::get().variables;
        for (a, b) in [
            ("SENTRY_DNS", "SENTRY_DSN"),
            ("QUEUE_PORTS", "QUEUE_PORT"),
            ("POST", "PORT"),
            ("CACHE_URL", "CACHE_ENDPOINT"),
            ("REDIS_REDIS_PASSWORD", "REDIS_PASSWORD"),
            ("IN_MEMORY_MODE_ENABLED", "IS_IN_MEMORY_MODE_ENABLED"),
            ("POOL_DRIVER_CLASS_NAME_X", "POOL_DRIVER_SOURCE_CLASS_NAME_X"),
            ("MAIL_SERVER_TLS", "MAIL_TLS_SERVER"),
        ] {
            assert!(slip(a, b, words) && slip(b, a, words), "{a} {b}");
        }
        for (a, b) in [
            ("DB_HOST", "DB_PORT"),
            ("DB_HOST", "DB_POST"),
            ("S3_BUCKET", "S2_BUCKET"),
            ("HTTP_PROXY", "HTTPS_PROXY"),
            ("KEY_1", "KEY_2"),
            ("AWS_KEY", "AWS_KEY"),
            ("POOL_MIN", "POOL_MAX"),
            ("S3_BUCKET", "S3_PUBLIC_BUCKET"),
            ("ABC", "ABD"),
        ] {
            assert!(!slip(a, b, words), "{a} {b}");
        }
    }
}
