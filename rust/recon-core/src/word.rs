//! What is wrong with a word the user wrote. Holds text only; it never decides what happens next.

/// The most characters of the bad word that are repeated in an error.
const WORD_LIMIT: usize = 80;

/// A target or port word that cannot be used: which, why, and what a correct one looks like.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{word}': {why}; write for example '{example}'")]
pub struct WordError {
    /// The bad word, shortened to 80 characters when it is longer.
    pub word: String,
    /// Why it cannot be used.
    pub why: String,
    /// A correct word of the same kind.
    pub example: String,
}

impl WordError {
    /// Builds an error about `word`.
    #[must_use]
    pub fn new(word: &str, why: impl Into<String>, example: impl Into<String>) -> Self {
        Self { word: shortened(word), why: why.into(), example: example.into() }
    }
}

fn shortened(word: &str) -> String {
    match word.char_indices().nth(WORD_LIMIT) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_word_the_reason_and_an_example() {
        let text = WordError::new("70000", "a port is at most 65535", "443").to_string();
        assert_eq!(text, "'70000': a port is at most 65535; write for example '443'");
    }

    #[test]
    fn a_huge_word_is_shortened_between_characters() {
        let error = WordError::new(&"ü".repeat(10_000), "too long", "a");
        assert_eq!(error.word.chars().count(), WORD_LIMIT + 1);
    }
}
