//! What to ask next on one open port: bytes and time in, bytes and a deadline out. Never touches a socket or a clock.
//!
//! The order of questions (design §7): where the port hints at a client-first protocol its probe goes at once, and a
//! greeting that comes all the same is read too; elsewhere listen; after silence ask what the pack asks everywhere.

use std::sync::Arc;

use crate::lines;
use crate::matcher::{Pack, Scratch};
use crate::reply::{BANNER_LIMIT, Findings};
use crate::space::{Target, Transport};
use crate::transcript::{Direction, Entry, Transcript};

/// How long a dialogue may take. All in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Shortest time to listen for a greeting.
    pub listen_min_us: u64,
    /// Longest time to listen for a greeting.
    pub listen_max_us: u64,
    /// Time to wait for the answer to a probe that names none.
    pub answer_us: u64,
    /// Silence after an answer of unknown framing that ends it.
    pub quiet_us: u64,
    /// The whole conversation.
    pub total_us: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            listen_min_us: 300_000,
            listen_max_us: 1_000_000,
            answer_us: 1_500_000,
            quiet_us: 100_000,
            total_us: 4_000_000,
        }
    }
}

/// The question on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    Nothing,
    Probe(Arc<str>),
}

/// Its name in evidence.
const LISTEN: &str = "listen";

/// One conversation with one open port.
#[derive(Debug)]
pub struct Dialogue {
    target: Target,
    host: Option<Arc<str>>,
    budget: Budget,
    asked: Asked,
    answer: Vec<u8>,
    outgoing: Option<Vec<u8>>,
    opened_us: u64,
    deadline_us: u64,
    findings: Findings,
    done: bool,
    transcript: Option<Box<Transcript>>,
}

impl Dialogue {
    /// Begin on a connection that opened at `now_us` after a handshake of `rtt_us`.
    #[must_use]
    pub fn open(
        pack: &Pack,
        target: Target,
        host: Option<Arc<str>>,
        rtt_us: u64,
        now_us: u64,
        budget: Budget,
        record: bool,
    ) -> Self {
        let mut dialogue = Self {
            target,
            host,
            budget,
            asked: Asked::Nothing,
            answer: Vec::new(),
            outgoing: None,
            opened_us: now_us,
            deadline_us: 0,
            findings: Findings::default(),
            done: false,
            transcript: record.then(Box::default),
        };
        if pack.probe_for(target.port, Transport::Tcp).is_some() {
            dialogue.ask(pack, now_us);
        } else {
            let listen = (rtt_us + rtt_us / 2).clamp(budget.listen_min_us, budget.listen_max_us);
            dialogue.wait(now_us, listen);
        }
        dialogue
    }

    /// Bytes to send now, once.
    pub fn transmit(&mut self) -> Option<Vec<u8>> {
        self.outgoing.take()
    }

    /// When [`Dialogue::on_timeout`] wants to be called, in the caller's microseconds.
    #[must_use]
    pub fn deadline_us(&self) -> u64 {
        self.deadline_us
    }

    /// Whether nothing more is to be learnt on this connection.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Take bytes that arrived.
    pub fn on_data(&mut self, pack: &Pack, scratch: &mut Scratch, data: &[u8], now_us: u64) {
        self.note(Direction::Received, data, now_us);
        let room = BANNER_LIMIT - self.answer.len().min(BANNER_LIMIT);
        self.answer.extend_from_slice(&data[..data.len().min(room)]);
        if self.answer.len() >= BANNER_LIMIT {
            self.conclude(pack, scratch);
        } else if self.framed(pack) && lines::complete(&self.answer) && self.read(pack, scratch) {
            self.done = true;
        } else {
            self.wait(now_us, self.budget.quiet_us);
        }
    }

    /// The peer closed or reset the connection.
    pub fn on_close(&mut self, pack: &Pack, scratch: &mut Scratch) {
        self.conclude(pack, scratch);
    }

    /// The deadline passed.
    pub fn on_timeout(&mut self, pack: &Pack, scratch: &mut Scratch, now_us: u64) {
        if self.answer.is_empty() && self.asked == Asked::Nothing {
            self.ask(pack, now_us);
        } else {
            self.conclude(pack, scratch);
        }
    }

    /// What was said, what it means, and the record of it.
    #[must_use]
    pub fn finish(self) -> (Vec<u8>, Findings, Option<Box<Transcript>>) {
        (self.answer, self.findings, self.transcript)
    }

    /// Send the probe hinted by the port, or else the one that is asked everywhere; without either, end.
    fn ask(&mut self, pack: &Pack, now_us: u64) {
        let hinted = pack.probe_for(self.target.port, Transport::Tcp);
        let Some(probe) = hinted.or_else(|| pack.probe_for_any(Transport::Tcp)) else {
            self.done = true;
            return;
        };
        let payload = fill(&probe.spec.send, self.target, self.host.as_deref());
        let wait = probe.spec.wait_ms.map_or(self.budget.answer_us, |ms| u64::from(ms) * 1000);
        self.asked = Asked::Probe(probe.name.clone());
        self.note(Direction::Sent, &payload, now_us);
        self.outgoing = Some(payload);
        self.wait(now_us, wait);
    }

    /// Whether the answer's own grammar may end it (a probe can insist on quiet).
    fn framed(&self, pack: &Pack) -> bool {
        match &self.asked {
            Asked::Nothing => true,
            Asked::Probe(name) => !pack.ends_in_quiet(name),
        }
    }

    /// Read the answer; whether a service was found.
    fn read(&mut self, pack: &Pack, scratch: &mut Scratch) -> bool {
        let asked = match &self.asked {
            Asked::Nothing => LISTEN,
            Asked::Probe(name) => name,
        };
        self.findings = pack.identify(&self.answer, asked, false, scratch);
        !self.findings.services.is_empty()
    }

    fn conclude(&mut self, pack: &Pack, scratch: &mut Scratch) {
        if !self.done && !self.answer.is_empty() {
            self.read(pack, scratch);
        }
        self.done = true;
    }

    fn wait(&mut self, now_us: u64, span_us: u64) {
        self.deadline_us = (now_us + span_us).min(self.opened_us + self.budget.total_us);
        if self.deadline_us <= now_us {
            self.deadline_us = now_us + 1;
        }
    }

    fn note(&mut self, direction: Direction, data: &[u8], now_us: u64) {
        if let Some(transcript) = &mut self.transcript {
            transcript.push(Entry { direction, at_us: now_us - self.opened_us, data: data.to_vec() });
        }
    }
}

/// Replace `{host}` and `{port}` in a payload; the host is the user's name for the address, or the address.
fn fill(payload: &[u8], target: Target, host: Option<&str>) -> Vec<u8> {
    if !payload.contains(&b'{') {
        return payload.to_vec();
    }
    let host = host.map_or_else(|| host_of(target), str::to_owned);
    let filled = replace(payload, b"{host}", host.as_bytes());
    replace(&filled, b"{port}", target.port.to_string().as_bytes())
}

/// An address as a URI host (RFC 3986 section 3.2.2): IPv6 in brackets.
fn host_of(target: Target) -> String {
    match target.addr {
        std::net::IpAddr::V4(addr) => addr.to_string(),
        std::net::IpAddr::V6(addr) => format!("[{addr}]"),
    }
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + to.len());
    let mut last = 0;
    for at in memchr::memmem::find_iter(text, from) {
        out.extend_from_slice(&text[last..at]);
        out.extend_from_slice(to);
        last = at + from.len();
    }
    out.extend_from_slice(&text[last..]);
    out
}
