//! One reply a line: turns its escapes into bytes. Refuses what is no escape rather than guess.

/// The bytes that a line of escapes stands for.
///
/// # Errors
/// The escape that means nothing.
pub(super) fn decode(line: &[u8]) -> Result<Vec<u8>, String> {
    let mut data = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        data.extend_from_slice(&rest[..at]);
        let (byte, used) = escape(&rest[at + 1..]).ok_or_else(|| wrong(&rest[at..]))?;
        data.push(byte);
        rest = &rest[at + 1 + used..];
    }
    data.extend_from_slice(rest);
    Ok(data)
}

/// The byte that stands behind a backslash, and how many letters it took.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let byte = match text.first()? {
        b'r' => b'\r',
        b'n' => b'\n',
        b't' => b'\t',
        b'0' => 0,
        b'\\' => b'\\',
        b'x' => return Some((hex(text.get(1..3)?)?, 3)),
        _ => return None,
    };
    Some((byte, 1))
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    Some((digit(digits.first()?)? * 16 + digit(digits.get(1)?)?) as u8)
}

fn wrong(text: &[u8]) -> String {
    let shown = crate::lines::text(&text[..text.len().min(4)]);
    format!("{shown} is no escape; there are \\r \\n \\t \\0 \\\\ \\xNN")
}
