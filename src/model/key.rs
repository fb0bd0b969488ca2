//! Paths of keys (`spring.datasource.dbPassword`): their parts, and the ways in which two of them may be the
//! same.

/// The last part of a path.
pub(crate) fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// A path without its last part: the table that the key stands in.
pub(crate) fn table(key: &str) -> &str {
    key.rsplit_once('.').map_or("", |(table, _)| table)
}

/// A text by its letters and digits alone.
pub(crate) fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A path as the name of a variable, so that what is known of those holds for it:
/// `spring.datasource.dbPassword` is `SPRING_DATASOURCE_DB_PASSWORD`.
pub(crate) fn variable_form(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 8);
    let mut before = '_';
    for c in key.chars() {
        if !c.is_alphanumeric() {
            out.push('_');
        } else {
            if c.is_uppercase() && before.is_lowercase() {
                out.push('_');
            }
            out.extend(c.to_uppercase());
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_parted_and_compared() {
        assert_eq!((last("a.b[c].d"), table("a.b[c].d"), last("a"), table("a")), ("d", "a.b[c]", "a", ""));
        assert_eq!(letters("flyway.transactional-lock"), letters("flyway.transactional.lock"));
        assert_eq!(variable_form("spring.datasource.dbPassword"), "SPRING_DATASOURCE_DB_PASSWORD");
    }
}
