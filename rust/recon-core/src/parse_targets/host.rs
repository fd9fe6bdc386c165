//! Host names (RFC 1123 §2.1, RFC 1035 §2.3.4). It checks the spelling and resolves nothing.

use super::WordError;

const EXAMPLE: &str = "www.example.com";
/// RFC 1035 §2.3.4, in the presentation form without the final dot.
const NAME_LIMIT: usize = 253;
const LABEL_LIMIT: usize = 63;

/// Reads a host name and returns it without its final dot. Underscores are tolerated.
pub(super) fn parse(word: &str, body: &str) -> Result<String, WordError> {
    let refuse = |why: String| Err(WordError::new(word, why, EXAMPLE));
    let name = body.strip_suffix('.').unwrap_or(body);
    if name.contains('/') {
        return refuse("a prefix length follows an address, not a host name".into());
    }
    if !name.is_ascii() {
        return refuse("a name outside ASCII is written in its xn-- form (RFC 5891)".into());
    }
    if name.len() > NAME_LIMIT {
        return refuse(format!("the name is longer than {NAME_LIMIT} characters"));
    }
    for label in name.split('.') {
        if let Some(why) = label_fault(label) {
            return refuse(why);
        }
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return refuse("its last label is a number, so it is neither a name nor an address".into());
    }
    Ok(name.to_owned())
}

fn label_fault(label: &str) -> Option<String> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if label.is_empty() {
        return Some("a label is empty: two dots in a row, or one in front".into());
    }
    if label.len() > LABEL_LIMIT {
        return Some(format!("a label is longer than {LABEL_LIMIT} characters"));
    }
    if let Some(letter) = label.chars().find(|letter| !allowed(*letter)) {
        return Some(format!("the character '{letter}' cannot stand in a host name"));
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Some(format!("the label {label} starts or ends with a hyphen"));
    }
    None
}
