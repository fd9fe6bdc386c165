//! A small pack and a dialogue over it, with time and bytes as arguments.

use recon_core::dialogue::{Act, Budget, Dialogue, Manner, Subject};
use recon_core::matcher::{Pack, Scratch};
use recon_core::probe::{MatchSpec, ProbeSpec};
use recon_core::reply::Findings;
use recon_core::space::{Target, Transport};

use crate::specs::{probe, reads};

pub(crate) fn matched(service: &str, product: Option<&str>, pattern: &str, example: &str) -> MatchSpec {
    MatchSpec { product: product.map(Into::into), ..reads(pattern, service, example.as_bytes()) }
}

fn pages() -> Vec<MatchSpec> {
    let status = |version: &str| format!("(?s)^HTTP/1.1 200 OK.*W{version}");
    let refused = matched("http", Some("W"), "^HTTP/1.1 400 W", "HTTP/1.1 400 W\r\n\r\n");
    vec![refused, matched("http", Some("W"), &status(r" (?P<version>\d)"), "HTTP/1.1 200 OK\r\n\r\nW 7")]
}

pub(crate) fn pack() -> Pack {
    let ssh = probe("ssh", &[(22, 22)], b"", vec![matched("ssh", Some("X"), "^SSH-2.0-X", "SSH-2.0-X\r\n")]);
    let http = ProbeSpec {
        rarity: 1,
        tls_ports: vec![(443, 443)],
        ..probe("http", &[(80, 80)], b"GET / HTTP/1.1\r\nHost: {authority}\r\n\r\n", pages())
    };
    let mail = ProbeSpec {
        starttls: vec![(b"STARTTLS\r\n".to_vec(), b"220 ".to_vec())],
        ..probe("smtp", &[(25, 25)], b"", vec![matched("smtp", None, "^220 .* ESMTP", "220 a ESMTP\r\n")])
    };
    let cache =
        probe("cache", &[(6379, 6379)], b"PING\r\n", vec![matched("cache", Some("C"), r"^\+PONG", "+PONG\r\n")]);
    let store = ProbeSpec {
        starttls: vec![(b"SSL?".to_vec(), b"S".to_vec())],
        ..probe("store", &[(5432, 5432)], b"WHO", vec![matched("store", Some("P"), "^EFATAL", "EFATAL\n")])
    };
    let base = ProbeSpec {
        starttls: vec![(b"TLS!".to_vec(), b"".to_vec())],
        ..probe("base", &[(3306, 3306)], b"", vec![matched("base", Some("M"), "^BASE 5", "BASE 5\n")])
    };
    let info = probe("smtp.help", &[], b"HELP\r\n", vec![matched("smtp", Some("M"), "^214 M", "214 M\r\n")]);
    let stats =
        probe("cache.stats", &[], b"STATS\r\n", vec![matched("cache", Some("C"), r"^\+C (?P<version>\d)", "+C 7\r\n")]);
    Pack::compile(vec![ssh, http, mail, cache, store, base, info, stats]).expect("sound probes")
}

pub(crate) struct Bench {
    pub(crate) pack: Pack,
    pub(crate) scratch: Scratch,
    pub(crate) dialogue: Dialogue,
}

impl Bench {
    pub(crate) fn new(port: u16) -> Self {
        let pack = pack();
        let target = Target { addr: [192, 0, 2, 1].into(), port, transport: Transport::Tcp };
        let subject = Subject { target, host: None, rtt_us: 100, opened_us: 0, epoch_s: 0 };
        let dialogue = Dialogue::open(&pack, subject, Budget::default(), Manner { deep: true, ..Manner::default() });
        Self { scratch: pack.scratch(), pack, dialogue }
    }

    /// A port that means nothing, with the common question on its first connection and a handshake begun on another.
    pub(crate) fn asked_and_securing() -> Self {
        let mut bench = Self::new(4000);
        bench.timeout();
        bench.open(1, 300_100);
        bench
    }

    pub(crate) fn acts(&mut self) -> Vec<Act> {
        std::iter::from_fn(|| self.dialogue.act()).collect()
    }

    pub(crate) fn data(&mut self, wire: usize, bytes: &[u8], now_us: u64) -> Vec<Act> {
        self.dialogue.on_data(&self.pack, &mut self.scratch, wire, bytes, now_us);
        self.acts()
    }

    pub(crate) fn open(&mut self, wire: usize, now_us: u64) -> Vec<Act> {
        self.dialogue.on_open(&self.pack, wire, now_us);
        self.acts()
    }

    pub(crate) fn timeout(&mut self) -> Vec<Act> {
        let now_us = self.dialogue.deadline_us();
        self.dialogue.on_timeout(&self.pack, &mut self.scratch, now_us);
        self.acts()
    }

    pub(crate) fn wait_out(&mut self) {
        while !self.dialogue.is_done() {
            self.timeout();
        }
    }

    pub(crate) fn refuse_tls(&mut self, now_us: u64) {
        let refusal = b"HTTP/1.1 400 W\r\nContent-Length: 0\r\n\r\n";
        self.dialogue.on_secure_failed(&self.pack, &mut self.scratch, 1, refusal, now_us);
    }

    pub(crate) fn findings(self) -> Findings {
        self.dialogue.finish().findings
    }
}

pub(crate) fn sent(acts: &[Act]) -> Vec<(usize, String)> {
    let text = |act: &Act| match act {
        Act::Send(wire, bytes) => Some((*wire, String::from_utf8_lossy(bytes).into_owned())),
        _ => None,
    };
    acts.iter().filter_map(text).collect()
}

pub(crate) fn told(findings: &Findings) -> Vec<(Option<&str>, Option<&str>)> {
    findings.services.iter().map(|one| (one.product.as_deref(), one.version.as_deref())).collect()
}
