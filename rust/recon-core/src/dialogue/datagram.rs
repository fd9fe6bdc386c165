//! The dialogue with one UDP port: one question a pass, then what can refine the answer. No socket, no clock.

use super::{NEVER_SEND, Subject, fill};
use crate::matcher::{Pack, Scratch, merge_services};
use crate::reply::{Fact, FactValue, Findings};
use crate::transcript::{Direction, Entry, Transcript};

/// Questions asked of one port after it answered.
const REFINEMENTS: usize = 3;
/// Evidence of an answer to a datagram without a byte.
const EMPTY: &str = "empty";

/// One UDP port.
#[derive(Debug)]
pub struct Datagrams {
    subject: Subject,
    asked: Vec<usize>,
    current: Option<usize>,
    /// Questions after the first answer.
    refined: usize,
    /// What the last answer wants to be told.
    reply: Option<Vec<u8>>,
    /// Whether what was sent last was such a reply.
    replied: bool,
    banner: Vec<u8>,
    findings: Findings,
    transcript: Option<Box<Transcript>>,
}

impl Datagrams {
    /// Begin; the first payload is what [`Datagrams::first`] gives.
    #[must_use]
    pub fn new(subject: Subject) -> Self {
        Self {
            subject,
            asked: Vec::new(),
            current: None,
            refined: 0,
            reply: None,
            replied: false,
            banner: Vec::new(),
            findings: Findings::default(),
            transcript: None,
        }
    }

    /// Keep a record of what is said.
    #[must_use]
    pub fn recorded(self) -> Self {
        Self { transcript: Some(Box::default()), ..self }
    }

    /// The first payload of a pass, counted from 1: the hinted probes in turn, or an empty datagram, which a closed
    /// port refuses all the same. None where nothing may be sent.
    pub fn first(&mut self, pack: Option<&Pack>, pass: u32) -> Option<Vec<u8>> {
        if NEVER_SEND.contains(&self.subject.target.port) {
            return None;
        }
        let Some(pack) = pack else {
            return Some(Vec::new());
        };
        let hinted = pack.udp_hinted(self.subject.target.port);
        let Some(&probe) = hinted.get((pass as usize - 1) % hinted.len().max(1)) else {
            return Some(Vec::new());
        };
        Some(self.ask(pack, probe))
    }

    /// Take an answer, and ask nothing: another question is under way.
    pub fn hear(&mut self, pack: &Pack, scratch: &mut Scratch, data: &[u8]) {
        if self.banner.is_empty() {
            self.banner = data.to_vec();
        }
        let found = pack.identify(data, self.asked(pack), false, scratch);
        self.reply = found.services.iter().find_map(|service| pack.reply(&service.evidence.matched, data));
        let known = &mut self.findings;
        known.services.extend(found.services);
        merge_services(&mut known.services);
        for fact in found.facts {
            if !known.facts.iter().any(|one| one.name == fact.name) {
                known.facts.push(fact);
            }
        }
    }

    /// Take an answer; what to send next to know more, if anything.
    pub fn on_data(&mut self, pack: &Pack, scratch: &mut Scratch, data: &[u8]) -> Option<Vec<u8>> {
        self.hear(pack, scratch, data);
        self.more(pack)
    }

    /// What to send next to know more, if anything: after an answer, or when a refining question met silence. What the
    /// answer itself wants to be told comes first.
    pub fn more(&mut self, pack: &Pack) -> Option<Vec<u8>> {
        let reply = self.reply.take();
        let known = self.findings.services.iter().any(|service| service.product.is_some());
        if known || self.refined >= REFINEMENTS {
            return None;
        }
        self.replied = reply.is_some();
        let payload = reply.or_else(|| self.refiner(pack).map(|probe| self.ask(pack, probe)))?;
        self.refined += 1;
        Some(payload)
    }

    /// Whether what is sent now goes on with what an answer said, so that it belongs to where that came from; any other
    /// question belongs to the port that was asked first.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.replied
    }

    /// Whether the probe asked last may be answered from another port.
    #[must_use]
    pub fn is_answered_elsewhere(&self, pack: &Pack) -> bool {
        self.current.is_some_and(|probe| pack.probes()[probe].spec.answers_elsewhere)
    }

    /// Whether what came from another port is an answer to the question asked last: its own matches know it.
    #[must_use]
    pub fn expects(&self, pack: &Pack, scratch: &mut Scratch, data: &[u8]) -> bool {
        let Some(probe) = self.current else {
            return false;
        };
        pack.is_of(probe, &pack.identify(data, self.asked(pack), false, scratch).services)
    }

    /// How long to wait for the answer to what was asked last, in microseconds; none for the run's own.
    #[must_use]
    pub fn wait_us(&self, pack: Option<&Pack>) -> Option<u64> {
        let wait_ms = pack?.probes()[self.current?].spec.wait_ms?;
        Some(u64::from(wait_ms) * 1000)
    }

    /// Put down that something of ours failed on what the peer said.
    pub fn fail(&mut self, why: &str) {
        let (name, value) = (super::ERROR.into(), FactValue::Text(why.to_owned()));
        self.findings.facts.push(Fact { name, value });
    }

    /// Put down a datagram that left or came, if a record is kept.
    pub fn note(&mut self, pack: Option<&Pack>, direction: Direction, data: &[u8], now_us: u64) {
        if self.transcript.is_none() {
            return;
        }
        let asked = pack.map_or(EMPTY, |pack| self.asked(pack)).to_owned();
        let at_us = now_us.saturating_sub(self.subject.opened_us);
        let transcript = self.transcript.get_or_insert_default();
        if direction == Direction::Sent {
            transcript.happened(0, at_us, format!("ask {asked}"));
        }
        transcript.push(Entry { direction, wire: 0, at_us, data: data.to_vec() });
    }

    /// The record, if one was kept.
    pub fn take_transcript(&mut self) -> Option<Box<Transcript>> {
        self.transcript.take()
    }

    /// What was said first, and what it all means.
    #[must_use]
    pub fn finish(self) -> (Vec<u8>, Findings) {
        (self.banner, self.findings)
    }

    /// The name of what was asked last.
    fn asked<'a>(&self, pack: &'a Pack) -> &'a str {
        self.current.map_or(EMPTY, |probe| &pack.probes()[probe].name)
    }

    fn refiner(&self, pack: &Pack) -> Option<usize> {
        let services = &self.findings.services;
        let refiners = services.iter().flat_map(|service| pack.udp_refiners(&service.name));
        refiners.copied().find(|probe| !self.asked.contains(probe))
    }

    fn ask(&mut self, pack: &Pack, probe: usize) -> Vec<u8> {
        self.asked.push(probe);
        self.current = Some(probe);
        fill::payload(&pack.probes()[probe].spec.send, &self.subject)
    }
}
