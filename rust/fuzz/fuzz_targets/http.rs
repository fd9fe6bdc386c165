//! HTTP/1 responses from any bytes: heads, chunks, titles, and when a response is whole.

#![no_main]

use libfuzzer_sys::fuzz_target;
use recon_core::http::{self, HEADER_LIMIT, Response, TITLE_LIMIT};
use recon_fuzz::script::Script;

fuzz_target!(|bytes: &[u8]| {
    any_bytes(bytes);
    chunks(bytes);
    let prefix = &bytes[..bytes.len() / 2];
    assert!(!http::complete(prefix) || http::complete(bytes), "what was whole stays whole");
});

fn any_bytes(bytes: &[u8]) {
    let Some(response) = Response::parse(bytes) else {
        return;
    };
    assert!((100..=999).contains(&response.status));
    assert!(response.headers.len() <= HEADER_LIMIT);
    for header in &response.headers {
        assert!(!header.name.is_empty() && !header.name.contains(&b'\n') && !header.value.contains(&b'\n'));
        assert_eq!(&*header.value, header.value.trim_ascii());
    }
    assert!(response.body.len() <= bytes.len());
    assert!(response.head_ended || response.body.is_empty());
    assert!(!response.body_ended || (response.head_ended && http::complete(bytes)));
    if let Some(title) = response.title() {
        assert!((1..=TITLE_LIMIT).contains(&title.len()));
        assert_eq!(title, title.split_whitespace().collect::<Vec<_>>().join(" "));
    }
}

/// A body that we cut into chunks comes back, whatever is in it.
fn chunks(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let (mut raw, mut body) = (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(), Vec::new());
    while !script.is_over() {
        let chunk = script.bytes();
        if !chunk.is_empty() {
            raw.extend_from_slice(format!("{:x};a=b\r\n", chunk.len()).as_bytes());
            raw.extend_from_slice(chunk);
            raw.extend_from_slice(b"\r\n");
            body.extend_from_slice(chunk);
        }
    }
    raw.extend_from_slice(b"0\r\n\r\n");
    let response = Response::parse(&raw).expect("the head is sound");
    assert_eq!(&*response.body, &*body);
    assert!(response.body_ended && http::complete(&raw));
}
