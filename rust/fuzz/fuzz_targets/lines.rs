//! The shared grammars over any bytes: when an answer is whole, bytes as text, cuts between characters.

#![no_main]

use libfuzzer_sys::fuzz_target;
use recon_core::lines;

fuzz_target!(|input: (u16, &[u8])| {
    let (limit, bytes) = (usize::from(input.0), input.1);
    whole(bytes);
    text(bytes);
    capped(bytes, limit);
});

/// Only what ended is whole, and what is whole was text at its beginning.
fn whole(bytes: &[u8]) {
    if !lines::complete(bytes) || bytes.starts_with(b"HTTP/") {
        return;
    }
    assert!(bytes.contains(&b'\n'));
    assert!(bytes.ends_with(b"\n") || bytes.starts_with(b"SSH-"));
    assert!(bytes[0] >= b' ' || bytes[0] == b'\t' || bytes[0] == b'\r');
}

/// Text keeps what is UTF-8 and shows every other byte in four characters.
fn text(bytes: &[u8]) {
    let text = lines::text(bytes);
    assert!((bytes.len()..=4 * bytes.len()).contains(&text.len()));
    match std::str::from_utf8(bytes) {
        Ok(same) => assert_eq!(text, same),
        Err(_) => assert!(text.contains("\\x")),
    }
}

/// A cut loses at most the three bytes of a character that did not fit, and never makes one look broken.
fn capped(bytes: &[u8], limit: usize) {
    let head = lines::capped(bytes, limit);
    assert!(bytes.starts_with(head) && head.len() <= limit);
    assert!(head.len() + 4 > limit.min(bytes.len()));
    let broken = |text: &[u8]| text.utf8_chunks().map(|chunk| chunk.invalid().len()).sum::<usize>();
    assert!(broken(head) <= broken(bytes), "{head:?} of {bytes:?}");
}
