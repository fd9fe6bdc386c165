//! CPE 2.3 names from what the pack knows: escaping as in NISTIR 7695. Never guesses a vendor or a product.

use std::fmt::Write as _;

/// The attributes after the version, all "any": update, edition, language, and the extended four.
const TAIL: &str = ":*:*:*:*:*:*:*";

/// Builds the formatted string `cpe:2.3:part:vendor:product:version:*…`; no version is `*`.
///
/// Values are lower-cased, spaces become `_`, and punctuation is escaped (NISTIR 7695 §6.2.2).
#[must_use]
pub fn derive(part: char, vendor: &str, product: &str, version: Option<&str>) -> String {
    with_version(&prefix(part, vendor, product), version)
}

/// Builds `cpe:2.3:part:vendor:product`, the part of a name that does not change with the version.
#[must_use]
pub fn prefix(part: char, vendor: &str, product: &str) -> String {
    let mut name = format!("cpe:2.3:{part}:");
    push_value(&mut name, vendor);
    name.push(':');
    push_value(&mut name, product);
    name
}

/// Completes a prefix such as `cpe:2.3:a:apache:http_server`; no version is `*`.
#[must_use]
pub fn with_version(prefix: &str, version: Option<&str>) -> String {
    let mut name = String::with_capacity(prefix.len() + TAIL.len() + 16);
    name.push_str(prefix);
    name.push(':');
    match version {
        Some(version) => push_value(&mut name, version),
        None => name.push('*'),
    }
    name.push_str(TAIL);
    name
}

/// Whether `word` is a well-formed `cpe:2.3:part:vendor:product` without a version.
#[must_use]
pub fn is_prefix(word: &str) -> bool {
    let Some(rest) = word.strip_prefix("cpe:2.3:") else {
        return false;
    };
    let mut attributes = unescaped_split(rest);
    let part = attributes.next().is_some_and(|part| matches!(part, "a" | "o" | "h"));
    let vendor = attributes.next().is_some_and(is_value);
    let product = attributes.next().is_some_and(is_value);
    part && vendor && product && attributes.next().is_none()
}

/// Whether an attribute is "any" or text in which all punctuation is escaped (NISTIR 7695 §6.2.3).
fn is_value(value: &str) -> bool {
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        let sound = match letter {
            '\\' => letters.next().is_some_and(|escaped| escaped.is_ascii_punctuation()),
            _ => letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_'),
        };
        if !sound {
            return value == "*";
        }
    }
    !value.is_empty()
}

/// Splits at colons that no backslash escapes.
fn unescaped_split(text: &str) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    text.split(move |letter| {
        let cut = letter == ':' && !escaped;
        escaped = letter == '\\' && !escaped;
        cut
    })
}

/// Appends one attribute value, escaped; an empty value is `*` and a lone hyphen stays a hyphen, not "not applicable".
fn push_value(name: &mut String, value: &str) {
    let value = value.trim();
    match value {
        "" => name.push('*'),
        "-" => name.push_str("\\-"),
        _ => value.chars().for_each(|letter| push_letter(name, letter)),
    }
}

/// Appends one character. What is not printable ASCII has no place in a CPE and becomes `_`.
fn push_letter(name: &mut String, letter: char) {
    match letter {
        'a'..='z' | '0'..='9' | '.' | '-' | '_' => name.push(letter),
        'A'..='Z' => name.push(letter.to_ascii_lowercase()),
        '!'..='~' => write!(name, "\\{letter}").unwrap_or_default(),
        _ => name.push('_'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_is_lower_case_and_complete() {
        assert_eq!(derive('a', "openbsd", "OpenSSH", Some("9.2p1")), "cpe:2.3:a:openbsd:openssh:9.2p1:*:*:*:*:*:*:*");
    }

    #[test]
    fn no_version_is_any() {
        assert_eq!(with_version("cpe:2.3:a:apache:http_server", None), "cpe:2.3:a:apache:http_server:*:*:*:*:*:*:*:*");
    }

    #[test]
    fn spaces_and_punctuation_are_escaped() {
        assert_eq!(
            derive('a', "Foo Bar", "a/b:c", Some("1.0+b*")),
            "cpe:2.3:a:foo_bar:a\\/b\\:c:1.0\\+b\\*:*:*:*:*:*:*:*"
        );
    }

    #[test]
    fn a_lone_hyphen_is_not_the_logical_value() {
        assert_eq!(derive('h', "v", "p", Some("-")), "cpe:2.3:h:v:p:\\-:*:*:*:*:*:*:*");
    }

    #[test]
    fn a_prefix_has_part_vendor_and_product_only() {
        assert!(is_prefix("cpe:2.3:a:apache:http_server"));
        assert!(is_prefix("cpe:2.3:a:a\\:b:c"));
        for wrong in ["", "cpe:/a:b:c", "cpe:2.3:x:b:c", "cpe:2.3:a:b", "cpe:2.3:a:b:c:1", "cpe:2.3:a::c"] {
            assert!(!is_prefix(wrong), "{wrong}");
        }
        for wrong in ["cpe:2.3:a:b c:d", "cpe:2.3:a:b:c+", "cpe:2.3:a:b:c\\", "cpe:2.3:a:\u{fc}:c", "cpe:2.3:a:b:\n"] {
            assert!(!is_prefix(wrong), "{wrong}");
        }
    }
}
