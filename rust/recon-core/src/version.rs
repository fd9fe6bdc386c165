//! The order of versions, as bytes that sort like it. Knows no product's own rules, only what most projects mean.

/// Marks in the key, in their order: a release before its patches, before its next number, behind its candidates.
const CANDIDATE: u8 = 1;
const END: u8 = 2;
const PATCH: u8 = 3;
const NUMBER: u8 = 4;

/// Words that come before the release they announce.
const CANDIDATES: [&str; 9] = ["alpha", "beta", "a", "b", "rc", "pre", "dev", "snapshot", "preview"];

/// The most bytes of a version that are looked at.
const MOST_BYTES: usize = 256;

/// A part of a version: a number without its leading zeros, or a word in lower case.
#[derive(PartialEq)]
enum Part<'a> {
    Number(&'a str),
    Word(String),
}

/// Bytes that sort as versions do: `9.2` before `9.2p1` before `9.10`, `1.0rc1` before `1.0`, `1.0` beside `1`.
#[must_use]
pub fn order_key(version: &str) -> Vec<u8> {
    let cut = (0..=version.len().min(MOST_BYTES)).rev().find(|at| version.is_char_boundary(*at));
    let version = &version[..cut.unwrap_or(0)];
    let parts = parts(version.trim_start_matches(['v', 'V']));
    let mut key = Vec::with_capacity(version.len() + 8);
    for (at, part) in parts.iter().enumerate() {
        match part {
            Part::Number("") if is_padding(&parts[at..]) => {}
            Part::Number(digits) => number(&mut key, digits),
            Part::Word(word) => named(&mut key, word),
        }
    }
    key.push(END);
    key
}

/// Whether only zeros stand between here and a word or the end: `1.0.0` is `1`.
fn is_padding(rest: &[Part<'_>]) -> bool {
    let next = rest.iter().find(|part| **part != Part::Number(""));
    !matches!(next, Some(Part::Number(_)))
}

fn number(key: &mut Vec<u8>, digits: &str) {
    key.push(NUMBER);
    key.push(digits.len().min(usize::from(u8::MAX)) as u8);
    key.extend_from_slice(digits.as_bytes());
}

fn named(key: &mut Vec<u8>, word: &str) {
    key.push(if CANDIDATES.contains(&word) { CANDIDATE } else { PATCH });
    key.extend_from_slice(word.as_bytes());
    key.push(0);
}

/// Runs of digits and runs of letters; whatever stands between them only parts them.
fn parts(version: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = version;
    while let Some(first) = rest.chars().next() {
        let kind = |one: char| (one.is_ascii_digit(), one.is_alphabetic());
        let end = rest.find(|one| kind(one) != kind(first)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        match kind(first) {
            (true, _) => parts.push(Part::Number(run.trim_start_matches('0'))),
            (_, true) => parts.push(Part::Word(run.to_lowercase())),
            _ => {}
        }
        rest = after;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_sort_as_people_read_them() {
        let ascending = [
            "0.9",
            "1.0a1",
            "1.0-beta2",
            "1.0rc1",
            "1.0",
            "1.0.1-alpha",
            "1.0.1",
            "1.0.1e",
            "1.0.1k",
            "1.0.1p1",
            "1.0.2",
            "2.4.9",
            "2.4.57",
            "2.10",
            "8.9p1",
            "9",
            "9.2p1",
            "9.2p2",
            "9.10",
            "20240101",
        ]; // each below the next
        for pair in ascending.windows(2) {
            assert!(order_key(pair[0]) < order_key(pair[1]), "{} < {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn spellings_of_one_version_are_equal() {
        for (one, other) in [("1", "1.0.0"), ("v1.2", "1.2"), ("1.02", "1.2"), ("1.0-RC1", "1.rc.1"), ("1.0p1", "1p1")]
        {
            assert_eq!(order_key(one), order_key(other), "{one} {other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn numbers_compare_as_numbers(one: u64, other: u64) {
            let key = |number: u64| order_key(&format!("7.{number}.1"));
            proptest::prop_assert_eq!(one.cmp(&other), key(one).cmp(&key(other)));
        }

        #[test]
        fn any_text_has_a_key_of_bounded_length(text in ".{0,600}") {
            proptest::prop_assert!(order_key(&text).len() <= 4 * MOST_BYTES + 8);
        }
    }
}
