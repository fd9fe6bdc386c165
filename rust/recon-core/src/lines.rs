//! The grammars that many protocols share: when an answer is whole, and how bytes become text. Knows no product.

use std::fmt::Write as _;

use crate::http;

/// The most bytes of one character in UTF-8 (RFC 3629 §3).
const CHARACTER_BYTES: usize = 4;

/// Whether nothing more is to be expected: a line, a numbered reply, or an HTTP/1 response, each to its end.
///
/// Numbered replies are those of RFC 959 §4.2 and RFC 5321 §4.2.1: `220-` continues until `220 `. Answers that do not
/// begin as text, and text of several lines without a number, are never complete: only quiet ends them.
#[must_use]
pub fn complete(answer: &[u8]) -> bool {
    if answer.starts_with(b"HTTP/") {
        return http::complete(answer);
    }
    let Some(end) = memchr::memchr(b'\n', answer) else {
        return false;
    };
    let first = &answer[..end];
    if !is_text(first) || first.trim_ascii().is_empty() {
        return false;
    }
    if first.starts_with(b"SSH-") {
        return true; // RFC 4253 §4.2: binary packets may follow the identification at once.
    }
    match reply_code(first) {
        Some(_) => numbered_is_whole(answer),
        None => end + 1 == answer.len(),
    }
}

/// Whether a line holds no control characters but tab and carriage return.
fn is_text(line: &[u8]) -> bool {
    line.iter().all(|byte| *byte >= b' ' && *byte != 0x7f || matches!(byte, b'\t' | b'\r'))
}

/// The three digits of a numbered reply line and whether more lines follow.
fn reply_code(line: &[u8]) -> Option<([u8; 3], bool)> {
    let code: [u8; 3] = line.get(..3)?.try_into().ok()?;
    if !code.iter().all(u8::is_ascii_digit) {
        return None;
    }
    match line.get(3) {
        Some(b'-') => Some((code, true)),
        None | Some(b' ' | b'\r') => Some((code, false)),
        Some(_) => None,
    }
}

/// Whether every numbered reply that was opened is closed by its own code, and the last line ended.
fn numbered_is_whole(answer: &[u8]) -> bool {
    let Some(lines) = answer.strip_suffix(b"\n") else {
        return false;
    };
    let mut open = None;
    for line in lines.split(|byte| *byte == b'\n') {
        match (open, reply_code(line)) {
            (None, Some((code, true))) => open = Some(code),
            (Some(waiting), Some((code, false))) if waiting == code => open = None,
            _ => {}
        }
    }
    open.is_none()
}

/// Bytes as text: UTF-8 as it stands, every other byte as `\xNN`.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    if let Ok(whole) = std::str::from_utf8(bytes) {
        return whole.to_owned();
    }
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            write!(text, "\\x{byte:02x}").unwrap_or_default();
        }
    }
    text
}

/// At most `limit` bytes of `bytes`, never cutting a UTF-8 character in two.
#[must_use]
pub fn capped(bytes: &[u8], limit: usize) -> &[u8] {
    if limit >= bytes.len() {
        return bytes;
    }
    let is_split = |start: &usize| {
        let near = &bytes[*start..bytes.len().min(start + CHARACTER_BYTES)];
        let letter = near.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
        letter.is_some_and(|letter| start + letter.len_utf8() > limit)
    };
    let end = (limit.saturating_sub(CHARACTER_BYTES - 1)..limit).find(is_split).unwrap_or(limit);
    &bytes[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_whole_when_it_ends() {
        assert!(!complete(b""));
        assert!(!complete(b"+OK read"));
        assert!(complete(b"+OK ready\r\n"));
        assert!(!complete(b"+OK ready\r\n* more"));
    }

    #[test]
    fn a_blank_line_is_not_an_answer() {
        assert!(!complete(b"\r\n"));
    }

    #[test]
    fn a_numbered_reply_ends_with_its_own_code() {
        assert!(complete(b"220 ready\r\n"));
        assert!(complete(b"220\r\n"));
        assert!(!complete(b"220-welcome\r\n"));
        assert!(!complete(b"220-welcome\r\n to all\r\n230 no\r\n"));
        assert!(complete(b"220-welcome\r\n230 no\r\n220 ready\r\n"));
        assert!(!complete(b"220-welcome\r\n220 rea"));
    }

    #[test]
    fn an_ssh_identification_is_whole_though_binary_follows() {
        assert!(complete(b"SSH-2.0-x\r\n\0\0\x04"));
    }

    #[test]
    fn binary_is_never_whole() {
        assert!(!complete(b"J\0\0\0\n8.0.36\0"));
        assert!(!complete(b"\xff\xfd\x18\n\0\n"));
    }

    #[test]
    fn text_shows_undecodable_bytes() {
        assert_eq!(text("gr\u{fc}n".as_bytes()), "gr\u{fc}n");
        assert_eq!(text(b"a\xff\xfeb"), "a\\xff\\xfeb");
    }

    #[test]
    fn a_cap_does_not_split_a_character() {
        assert_eq!(capped("a\u{fc}".as_bytes(), 2), b"a");
        assert_eq!(capped(b"abc", 2), b"ab");
        assert_eq!(capped(b"abc", 3), b"abc");
        assert_eq!(capped(b"\xff\xc3\xbc", 2), b"\xff");
        assert_eq!(capped(b"\xbc\xbc\xbc", 2), b"\xbc\xbc");
    }
}
