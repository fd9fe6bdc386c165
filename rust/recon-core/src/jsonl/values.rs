//! Writes the values that JSON is made of (RFC 8259) to the end of a buffer. Knows no row, and never fails.

/// How a byte of a text is written that cannot stand as it is.
const HEX: &[u8; 16] = b"0123456789abcdef";
/// So many bytes of a text are looked at together.
const STEP: usize = 8;

/// Text that is JSON already.
pub(super) fn put(out: &mut Vec<u8>, json: &str) {
    out.extend_from_slice(json.as_bytes());
}

/// A number of at least so many digits, zeros in front.
pub(super) fn number(out: &mut Vec<u8>, value: u64, digits: usize) {
    const MOST: usize = 20;
    let (mut written, mut at, mut left) = ([b'0'; MOST], MOST, value);
    while left > 0 {
        at -= 1;
        written[at] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    out.extend_from_slice(&written[at.min(MOST - digits)..]);
}

/// A number, or null where there is none.
pub(super) fn number_or_null(out: &mut Vec<u8>, value: Option<u64>) {
    match value {
        Some(value) => number(out, value, 1),
        None => put(out, "null"),
    }
}

/// A text in quotes, or null where there is none.
pub(super) fn text_or_null(out: &mut Vec<u8>, value: Option<&str>) {
    match value {
        Some(value) => text(out, value),
        None => put(out, "null"),
    }
}

/// A text in quotes.
pub(super) fn text(out: &mut Vec<u8>, value: &str) {
    let mut rest = value.as_bytes();
    out.reserve(rest.len() + 2);
    out.push(b'"');
    loop {
        let (plain, behind) = rest.split_at(plain_length(rest));
        out.extend_from_slice(plain);
        let Some((byte, behind)) = behind.split_first() else {
            break;
        };
        escape(out, *byte);
        rest = behind;
    }
    out.push(b'"');
}

/// Items with commas between them.
pub(super) fn each<Item>(out: &mut Vec<u8>, items: &[Item], write: impl Fn(&mut Vec<u8>, &Item)) {
    for (at, item) in items.iter().enumerate() {
        put(out, if at > 0 { "," } else { "" });
        write(out, item);
    }
}

/// How many bytes stand in front of the first that must be escaped.
fn plain_length(text: &[u8]) -> usize {
    let mut at = 0;
    for step in text.chunks_exact(STEP) {
        let found = marked(u64::from_le_bytes(step.try_into().unwrap_or_default()));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += STEP;
    }
    at + text[at..].iter().position(|byte| is_special(*byte)).unwrap_or(text.len() - at)
}

/// The top bit of the first of eight bytes that must be escaped, and perhaps of some behind it; 0 if none must.
fn marked(bytes: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; STEP]);
    let below = |bytes: u64, limit: u8| bytes.wrapping_sub(ONES * u64::from(limit)) & !bytes;
    let equal = |byte: u8| below(bytes ^ (ONES * u64::from(byte)), 1);
    (below(bytes, b' ') | equal(b'"') | equal(b'\\')) & (ONES << 7)
}

fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// A byte that cannot stand as it is (RFC 8259 §7), the short way where there is one.
fn escape(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            put(out, "\\u00");
            return out.extend([HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    };
    out.extend([b'\\', short]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_digits() {
        let shown = |value, digits| {
            let mut out = Vec::new();
            number(&mut out, value, digits);
            String::from_utf8(out).expect("digits")
        };
        assert_eq!((shown(0, 1), shown(7, 2), shown(u64::MAX, 1)), ("0".into(), "07".into(), u64::MAX.to_string()));
    }

    proptest::proptest! {
        #[test]
        fn texts_are_written_as_any_writer_of_json_writes_them(value in "(?s)[\\x00-\\x24\\\\a-d\\x7f\u{fc}]{0,40}|.{0,40}") {
            let mut out = Vec::new();
            text(&mut out, &value);
            proptest::prop_assert_eq!(out, serde_json::to_vec(&value).expect("a text"));
        }
    }
}
