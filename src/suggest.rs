//! The word that somebody may have meant: hints for mistyped names, wherever names are typed.

/// The nearest of the known words, as a hint for a mistyped one.
pub(crate) fn did_you_mean(word: &str, known: &[&str]) -> String {
    let close = |candidate: &&&str| similar::TextDiff::from_chars(word, **candidate).ratio();
    let best = known.iter().max_by(|a, b| close(a).total_cmp(&close(b)));
    best.filter(|best| close(best) > 0.6).map_or(String::new(), |best| format!("; did you mean '{best}'?"))
}
