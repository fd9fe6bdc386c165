//! Takes the title out of an HTML text, in one pass. Not an HTML parser, and never more than a line of text.

use memchr::memmem;

use super::{TITLE_LIMIT, find_folded};
use crate::lines;

/// The text of the title; none if it is missing, empty or cut.
pub(super) fn title(html: &[u8]) -> Option<String> {
    let open = memmem_tag(html)?;
    let inner = &html[open..];
    let inner = &inner[memchr::memchr(b'>', inner)? + 1..];
    let raw = &inner[..find_folded(inner, b"</title")?];
    let decoded = decode_entities(&lines::text(lines::capped(raw, 4 * TITLE_LIMIT)));
    let folded = decoded.split_whitespace().collect::<Vec<_>>().join(" ");
    let capped = String::from_utf8_lossy(lines::capped(folded.as_bytes(), TITLE_LIMIT));
    (!capped.is_empty()).then(|| capped.trim_end().to_owned())
}

/// Where the name of the first `<title` tag ends.
fn memmem_tag(html: &[u8]) -> Option<usize> {
    const TAG: &[u8] = b"<title";
    memmem::find_iter(html, b"<").find_map(|at| {
        let after = html.get(at + TAG.len())?;
        let named = html[at..at + TAG.len()].eq_ignore_ascii_case(TAG);
        (named && (*after == b'>' || *after == b'/' || after.is_ascii_whitespace())).then_some(at + TAG.len())
    })
}

/// The longest entity that is looked at, `&` and `;` included.
const ENTITY_LIMIT: usize = 12;

/// Replaces the five basic entities and numeric references; anything else stays as it stood.
fn decode_entities(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let (letter, taken) = entity(rest).unwrap_or(('&', 1));
        decoded.push(letter);
        rest = &rest[taken..];
    }
    decoded.push_str(rest);
    decoded
}

/// The character an entity at the start of `text` stands for, and its length in bytes.
fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(ENTITY_LIMIT).position(|byte| byte == b';')?;
    let letter = match &text[1..end] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        other => numeric_entity(other.strip_prefix('#')?)?,
    };
    Some((letter, end + 1))
}

/// The character of `8211` or `x2013`.
fn numeric_entity(digits: &str) -> Option<char> {
    let number = match digits.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => digits.parse(),
    };
    char::from_u32(number.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_capped_and_never_half() {
        let long = [b"<title>", "\u{fc}".repeat(600).as_bytes(), b"</title>"].concat();
        assert_eq!(title(&long).expect("a title").len(), TITLE_LIMIT);
        let spaced = [b"<title>", "abc ".repeat(200).as_bytes(), b"</title>"].concat();
        assert!(title(&spaced).expect("a title").ends_with("abc"), "a cut leaves no space behind");
        assert_eq!(title(b"<title>cut"), None);
        assert_eq!(title(b"<titles>no</titles>"), None);
        assert_eq!(title(b"<title> </title>"), None);
    }
}
