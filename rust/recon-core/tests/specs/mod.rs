//! Probes and matches with nothing in them but what a test is about.

use recon_core::probe::{Ends, Example, Field, MatchSpec, ProbeSpec};
use recon_core::space::Transport;

/// A match of whole answers, proven by one example.
pub(crate) fn reads(pattern: &str, service: &str, example: &[u8]) -> MatchSpec {
    MatchSpec {
        name: None,
        pattern: pattern.into(),
        field: Field::Data,
        service: service.into(),
        part: 'a',
        vendor: None,
        product: None,
        distro: None,
        cpe: None,
        facts: Vec::new(),
        each: false,
        decode: vec![],
        reply: vec![],
        examples: vec![Example { data: example.to_vec(), expect: Vec::new() }],
    }
}

/// A probe over TCP.
pub(crate) fn probe(name: &str, ports: &[(u16, u16)], send: &[u8], matches: Vec<MatchSpec>) -> ProbeSpec {
    ProbeSpec {
        name: name.into(),
        origin: "test".into(),
        ports: ports.to_vec(),
        tls_ports: vec![],
        starttls: vec![],
        transport: Transport::Tcp,
        send: send.to_vec(),
        wait_ms: None,
        ends: Ends::Grammar,
        rarity: 5,
        answers_elsewhere: false,
        products: vec![],
        matches,
    }
}
