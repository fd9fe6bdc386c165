//! Puts questions on connections: what is sent, whether TLS comes first, how long to wait. Reads no answers.

use super::agenda::{Agenda, Question};
use super::talk::State;
use super::{Act, Dialogue, Wire, fill};
use crate::matcher::Pack;
use crate::tls;
use crate::transcript::Direction;

impl Dialogue {
    /// Ask a question on an open connection.
    pub(super) fn put(&mut self, pack: &Pack, wire: Wire, question: Question, now_us: u64) {
        self.talks[wire].question = question;
        self.remark(wire, now_us, || question.describe(pack));
        match question {
            Question::Listen => {
                let rtt_us = self.subject.rtt_us;
                let listen = (rtt_us + rtt_us / 2).clamp(self.budget.listen_min_us, self.budget.listen_max_us);
                self.talks[wire].deadline_us = now_us + listen;
            }
            Question::Ask { secure: true, .. } if !self.talks[wire].tls => self.secure(pack, wire, now_us),
            Question::Ask { probe, .. } => self.ask(pack, wire, probe, now_us),
            Question::Secure => self.secure(pack, wire, now_us),
            Question::Legacy => {
                let hello = tls::client_hello(self.subject.host.as_deref(), self.subject.opened_us);
                self.send(wire, hello, self.budget.answer_us, now_us);
            }
            Question::Greeting { .. } => self.talks[wire].deadline_us = now_us + self.budget.answer_us,
            Question::Newlines => self.send(wire, b"\r\n\r\n".to_vec(), self.budget.blind_us, now_us),
            Question::Upgrade { probe, step } => self.upgrade(pack, wire, probe, step, now_us),
        }
    }

    fn ask(&mut self, pack: &Pack, wire: Wire, probe: usize, now_us: u64) {
        let spec = &pack.probes()[probe].spec;
        let hinted = Agenda::is_hinted(pack, self.subject.target.port, probe) || self.agenda.knows_something();
        let patience = if hinted { self.budget.answer_us } else { self.budget.blind_us + 2 * self.subject.rtt_us };
        let wait_us = spec.wait_ms.filter(|_| hinted).map_or(patience, |ms| u64::from(ms) * 1000);
        let payload = fill::payload(&spec.send, &self.subject);
        self.agenda.asked.push((probe, self.talks[wire].tls));
        self.send(wire, payload, wait_us, now_us);
    }

    fn upgrade(&mut self, pack: &Pack, wire: Wire, probe: usize, step: usize, now_us: u64) {
        let steps = &pack.probes()[probe].spec.starttls;
        let Some((send, expect)) = steps.get(step) else {
            return self.secure(pack, wire, now_us);
        };
        let payload = fill::payload(send, &self.subject);
        self.talks[wire].answer.clear();
        self.send(wire, payload, self.budget.answer_us, now_us);
        if expect.is_empty() {
            // The protocol has no word for yes: the next turn follows at once.
            self.put(pack, wire, Question::Upgrade { probe, step: step + 1 }, now_us);
        }
    }

    fn secure(&mut self, pack: &Pack, wire: Wire, now_us: u64) {
        let alpn = self.agenda.offers_alpn(pack, self.subject.target.port, self.talks[wire].question);
        self.talks[wire].state = State::Securing;
        self.talks[wire].deadline_us = now_us + self.budget.answer_us;
        self.acts.push_back(Act::Secure { wire, alpn });
    }

    fn send(&mut self, wire: Wire, payload: Vec<u8>, wait_us: u64, now_us: u64) {
        self.note(Direction::Sent, wire, &payload, now_us);
        self.talks[wire].deadline_us = now_us + wait_us;
        self.acts.push_back(Act::Send(wire, payload));
    }
}
