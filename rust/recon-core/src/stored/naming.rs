//! Names stored replies with a pack, as a sweep would have named them. Asks nobody, and invents no question.

use std::borrow::Cow;

use serde_json::Value;

use super::{STORED, Stored};
use crate::jsonl;
use crate::matcher::{LISTEN, MATCH, Pack, Scratch, ended};
use crate::reply::{BANNER_LIMIT, Findings, Reply, State};
use crate::space::{Target, Transport};

/// What holds for replies that do not say otherwise.
#[derive(Clone, Debug)]
pub struct Namer {
    /// What was asked, or the service that is believed to answer.
    pub hint: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// How they came.
    pub transport: Option<Transport>,
    /// Whether they were said inside TLS.
    pub tls: bool,
    /// Whether they may have been cut short: then a value at the end of one without a line feed is not believed.
    pub cut: bool,
    /// Services less certain than this are left out.
    pub least: f64,
    /// Microseconds since the Unix epoch, for replies without a time.
    pub now_us: i64,
}

/// The question that a reply answers.
struct Question<'a> {
    asked: &'a str,
    transport: Transport,
    /// Whether the question is only borrowed, because some datagram's is needed.
    borrowed: bool,
}

impl Namer {
    /// A reply with its services and facts.
    #[must_use]
    pub fn name(&self, pack: &Pack, mut stored: Stored, scratch: &mut Scratch) -> Reply {
        let port = stored.port.or(self.port);
        let own_hint = stored.hint.take();
        let hint = own_hint.as_deref().or(self.hint.as_deref());
        let question = question(pack, hint, port, stored.transport.or(self.transport));
        let whole = stored.whole.unwrap_or(!self.cut || ended(&stored.data));
        let tls = stored.tls || self.tls;
        let mut findings = pack.identify_as(&stored.data, question.asked, tls, whole, scratch);
        if let Some(ended) = line_ended(&stored.data).filter(|_| whole && !is_certain(&findings)) {
            let again = pack.identify_as(&ended, question.asked, tls, whole, scratch);
            findings = if is_certain(&again) { again } else { findings };
        }
        findings.services.retain(|service| service.certainty() >= self.least);
        if question.borrowed {
            give_back(&mut findings, question.asked);
        }
        self.reply(stored, port.unwrap_or(0), question.transport, findings)
    }

    fn reply(&self, stored: Stored, port: u16, transport: Transport, findings: Findings) -> Reply {
        let target = Target { addr: stored.addr, port, transport };
        let mut banner = stored.data;
        banner.truncate(BANNER_LIMIT);
        let (state, reason, rtt_us, ttl) = match stored.verdict {
            Some(told) => (told.state, Cow::Owned(told.reason), told.rtt_us, told.ttl),
            None => (State::Open, Cow::Borrowed(STORED), None, None),
        };
        let at_us = stored.at_us.unwrap_or(self.now_us);
        Reply { at_us, target, host: stored.host, state, reason, rtt_us, ttl, banner, findings, transcript: None }
    }
}

fn is_certain(findings: &Findings) -> bool {
    findings.services.iter().any(|service| service.confidence >= MATCH)
}

/// The same text with the end of its last line, which many programs do not store; none for what has it or is no text.
fn line_ended(data: &[u8]) -> Option<Vec<u8>> {
    let is_text = |byte: &u8| *byte >= b' ' && *byte != 0x7f || matches!(byte, b'\t' | b'\r' | b'\n');
    let is_line = !data.is_empty() && data.len() < BANNER_LIMIT && !ended(data) && data.iter().all(is_text);
    is_line.then(|| [data, b"\r\n"].concat())
}

/// What was asked: what the hint names, or over UDP what the port hints at.
fn question<'a>(
    pack: &'a Pack,
    hint: Option<&'a str>,
    port: Option<u16>,
    transport: Option<Transport>,
) -> Question<'a> {
    let hinted = hint.and_then(|hint| pack.probe(hint));
    let fitting = hinted.filter(|probe| transport.is_none_or(|wanted| wanted == probe.spec.transport));
    let transport = fitting.map(|probe| probe.spec.transport).or(transport).unwrap_or(Transport::Tcp);
    let found = |asked, borrowed| Question { asked, transport, borrowed };
    match (fitting, transport) {
        (Some(probe), Transport::Udp) => found(&probe.name, false),
        (Some(probe), Transport::Tcp) if !probe.spec.send.is_empty() => found(&probe.name, false),
        (Some(_), Transport::Tcp) => found(LISTEN, false),
        (None, Transport::Tcp) => found(if hint == Some(LISTEN) { LISTEN } else { STORED }, false),
        (None, Transport::Udp) => match port.and_then(|port| pack.probe_for(port, transport)) {
            Some(probe) => found(&probe.name, false),
            None => pack
                .probes()
                .iter()
                .find(|probe| probe.spec.transport == transport)
                .map_or_else(|| found(STORED, false), |probe| found(&probe.name, true)),
        },
    }
}

/// Takes a borrowed question out of what it found: nobody knows what was asked.
fn give_back(findings: &mut Findings, borrowed: &str) {
    for service in &mut findings.services {
        if &*service.version_source == borrowed {
            service.version_source = STORED.into();
        }
        service.evidence.probe = STORED.into();
    }
}

/// A time of another scanner in microseconds since the Unix epoch: seconds as a number or text, or RFC 3339 in UTC.
pub(super) fn time(value: &Value) -> Option<i64> {
    let seconds = |seconds: i64| seconds.checked_mul(1_000_000);
    match value {
        Value::String(word) => match word.parse() {
            Ok(number) => seconds(number),
            Err(_) => rfc_3339(word),
        },
        other => seconds(other.as_i64()?),
    }
}

/// `2026-11-23T10:00:00Z`, with any number of digits behind the second.
fn rfc_3339(word: &str) -> Option<i64> {
    let (second, rest) = word.split_at_checked(19)?;
    let fraction = rest.strip_suffix('Z')?.trim_start_matches('.');
    let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
    jsonl::epoch_us(&format!("{second}.{micros}Z"))
}
