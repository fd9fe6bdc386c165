//! The dialogue with one UDP port: one question a pass, then what can refine the answer. No socket, no clock.

use super::{NEVER_SEND, Subject, fill};
use crate::matcher::{Pack, Scratch, merge_services};
use crate::reply::{Fact, FactValue, Findings};

/// Questions asked of one port after it answered.
const REFINEMENTS: usize = 3;

/// One UDP port.
#[derive(Debug)]
pub struct Datagrams {
    subject: Subject,
    asked: Vec<usize>,
    current: Option<usize>,
    banner: Vec<u8>,
    findings: Findings,
}

impl Datagrams {
    /// Begin; the first payload is what [`Datagrams::first`] gives.
    #[must_use]
    pub fn new(subject: Subject) -> Self {
        Self { subject, asked: Vec::new(), current: None, banner: Vec::new(), findings: Findings::default() }
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

    /// Take an answer; what to send next to know more, if anything.
    pub fn on_data(&mut self, pack: &Pack, scratch: &mut Scratch, data: &[u8]) -> Option<Vec<u8>> {
        if self.banner.is_empty() {
            self.banner = data.to_vec();
        }
        let asked = self.current.map_or("empty", |probe| &pack.probes()[probe].name);
        let found = pack.identify(data, asked, false, scratch);
        self.findings.services.extend(found.services);
        merge_services(&mut self.findings.services);
        for fact in found.facts {
            if !self.findings.facts.iter().any(|known| known.name == fact.name) {
                self.findings.facts.push(fact);
            }
        }
        self.more(pack)
    }

    /// What to send next to know more, if anything: after an answer, or when a refining question met silence.
    pub fn more(&mut self, pack: &Pack) -> Option<Vec<u8>> {
        let probe = self.refiner(pack)?;
        Some(self.ask(pack, probe))
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

    /// What was said first, and what it all means.
    #[must_use]
    pub fn finish(self) -> (Vec<u8>, Findings) {
        (self.banner, self.findings)
    }

    fn refiner(&self, pack: &Pack) -> Option<usize> {
        let known = self.findings.services.iter().any(|service| service.product.is_some());
        if known || self.asked.len() > REFINEMENTS {
            return None;
        }
        let refiners = self.findings.services.iter().flat_map(|service| pack.udp_refiners(&service.name));
        refiners.copied().find(|probe| !self.asked.contains(probe))
    }

    fn ask(&mut self, pack: &Pack, probe: usize) -> Vec<u8> {
        self.asked.push(probe);
        self.current = Some(probe);
        fill::payload(&pack.probes()[probe].spec.send, &self.subject)
    }
}
