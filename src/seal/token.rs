//! What looks like a credential wherever it stands: known heads of tokens, long mixtures of letters and
//! digits that are no word. Tells, and shows nothing.

/// Whether some part of a text looks like a credential: a known prefix, or a long run of mixed
/// letters and digits that no word or version is.
pub(super) fn holds_token(text: &str) -> bool {
    const PREFIXES: &[&str] = &[
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "xoxb-",
        "xoxp-",
        "xoxa-",
        "akia",
        "asia",
        "sk-",
        "sk_live",
        "sk_test",
        "rk_live",
        "npm_",
        "eyj",
        "aiza",
        "dop_v1_",
        "hvs.",
        "ya29.",
        "sg.",
        "pypi-",
        "dckr_pat_",
        "shpat_",
        "lin_api_",
    ];
    // Nothing shorter can be one; most texts end here.
    if !text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).any(|run| run.len() >= 12) {
        return false;
    }
    let bytes = text.as_bytes();
    let starts = std::iter::once(0).chain((1..).zip(bytes).filter(|(_, byte)| !byte.is_ascii_alphanumeric()).map(|(start, _)| start));
    let known_prefix = starts.filter_map(|start| bytes.get(start..)).any(|word| {
        let tail = |prefix: &&&str| word.split_at_checked(prefix.len()).filter(|(head, _)| head.eq_ignore_ascii_case(prefix.as_bytes())).map(|(_, tail)| tail);
        let is_long = |tail: &[u8]| tail.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count() >= 12;
        PREFIXES.iter().any(|prefix| tail(&prefix).is_some_and(is_long))
    });
    known_prefix || text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_random)
}

fn is_random(piece: &str) -> bool {
    let hex = piece.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase());
    let digits = piece.chars().filter(char::is_ascii_digit).count();
    let upper = piece.chars().any(|c| c.is_ascii_uppercase());
    let lower = piece.chars().any(|c| c.is_ascii_lowercase());
    // Commit ids and digests are hexadecimal in lower case and are shown; a mixture of cases and
    // digits of this length is no word.
    let class = |c: char| (c.is_ascii_digit(), c.is_ascii_uppercase());
    let turns = piece.chars().zip(piece.chars().skip(1)).filter(|(a, b)| class(*a) != class(*b)).count();
    (piece.len() >= 20 && !hex && digits >= 2 && (lower || upper))
        || (piece.len() >= 16 && digits >= 2 && upper && lower)
        || (piece.len() >= 10 && digits >= 2 && upper && lower && turns * 2 >= piece.len())
}
