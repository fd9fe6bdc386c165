//! A server's first flight from any bytes, and from one flight cut into records in any way.

#![no_main]

use libfuzzer_sys::fuzz_target;
use recon_core::tls::{self, Session};
use recon_fuzz::script::Script;

const CHAIN_LIMIT: usize = 8;
const RECORD: [u8; 3] = [22, 3, 1];
const ALERT: [u8; 7] = [21, 3, 1, 0, 2, 1, 0];

fuzz_target!(|bytes: &[u8]| {
    if let Some(session) = tls::server_flight(bytes) {
        check(&session, bytes);
    }
    fragments(bytes);
    let session = Session::from_bytes(bytes);
    assert_eq!(Session::from_bytes(&session.to_bytes()), session);
});

fn check(session: &Session, bytes: &[u8]) {
    assert!(!session.version.is_empty() && session.cipher.starts_with("0x"));
    assert!(session.chain.len() <= CHAIN_LIMIT);
    assert!(session.chain.iter().map(Vec::len).sum::<usize>() <= bytes.len());
    assert!(tls::facts(session, None, 0).len() >= 2);
}

/// Where one record ends and the next begins says nothing, and neither does an alert between them.
fn fragments(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let (width, alert) = (usize::from(script.byte()).max(1), script.flag());
    let messages = script.rest();
    let mut cut = Vec::new();
    for fragment in messages.chunks(width) {
        cut.extend(record(fragment));
        cut.extend_from_slice(if alert { &ALERT } else { &[] });
    }
    let whole: Vec<u8> = messages.chunks(0x4000).flat_map(record).collect();
    assert_eq!(tls::server_flight(&cut), tls::server_flight(&whole));
}

fn record(body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).expect("a record is short").to_be_bytes();
    [&RECORD, &length[..], body].concat()
}
