//! Files of stored replies from anybody: a line is read or refused in words, never both, and our own rows come back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use recon_core::jsonl;
use recon_core::reply::{Findings, Reply, State};
use recon_core::space::{Target, Transport};
use recon_core::stored::{self, Form, Found};

fuzz_target!(|bytes: &[u8]| {
    let (first, text) = bytes.split_first().unwrap_or((&0, &[]));
    let form = [Form::Jsonl, Form::Lines, Form::Raw][usize::from(first % 3)];
    check(&stored::read(text, form));
    let mut length = 0;
    for line in stored::lines(text) {
        assert!(!line.contains(&b'\n'), "a line ends at its line feed");
        length += line.len() + 1;
        check(&stored::read(line, form));
    }
    assert!(length == text.len() || length == text.len() + 1, "no byte is lost between lines");
    our_own_row(text);
});

fn check(found: &Found) {
    assert!(found.fault.is_none() || found.replies.is_empty(), "a line that cannot be read holds nothing");
    assert!(found.fault.as_ref().is_none_or(|why| !why.is_empty()), "and says why");
}

fn our_own_row(banner: &[u8]) {
    let target = Target { addr: [192, 0, 2, 1].into(), port: 22, transport: Transport::Tcp };
    let reply = Reply {
        at_us: 1_700_000_000_000_000,
        target,
        host: Some("a \"host\"".into()),
        state: State::Open,
        reason: "syn-ack".into(),
        rtt_us: Some(85),
        ttl: None,
        banner: banner.to_vec(),
        findings: Findings::default(),
        transcript: None,
    };
    let mut row = Vec::new();
    jsonl::write(&reply, &mut row);
    let found = stored::read(row.strip_suffix(b"\n").expect("a row ends its line"), Form::Jsonl);
    let [stored] = &found.replies[..] else { panic!("a row holds one reply: {found:?}") };
    assert_eq!((&*stored.data, stored.addr, stored.port), (banner, target.addr, Some(target.port)));
    assert_eq!((stored.host.as_deref(), stored.at_us), (reply.host.as_deref(), Some(reply.at_us)));
}
