//! What to ask next on one open port: bytes and time in, acts and a deadline out. Never touches a socket or a clock.
//!
//! The order of questions (design §7): where the port hints at a client-first protocol its probe goes at once, and a
//! greeting that comes all the same is read too; elsewhere listen. After silence the hinted probe goes on the same
//! connection. Then TLS on a second one, with the inner protocol over it; then what the pack asks everywhere, newlines,
//! and the rest by rarity, a few at a time, until the budget is spent. What is known without its product is asked only
//! what can refine it.

mod agenda;
mod asking;
pub mod datagram;
mod fill;
mod hearing;
pub mod replay;
mod talk;
mod terms;
mod waiting;

use std::collections::VecDeque;

use crate::http;
use crate::matcher::{Pack, Scratch};
use crate::reply::{BANNER_LIMIT, Fact, FactValue, Findings};
use crate::tls;
use crate::transcript::{Direction, Entry};
use agenda::{Agenda, Question};
use talk::{State, Talk};
pub use terms::{Manner, Outcome, Subject};

/// A connection of this port: 0 is the one the sweep opened.
pub type Wire = usize;

/// Ports that print or act on whatever they are sent; they are only listened to.
pub const NEVER_SEND: std::ops::RangeInclusive<u16> = 9100..=9107;

/// The fact that says that a banner was cut at [`BANNER_LIMIT`].
const TRUNCATED: &str = "banner.truncated";
/// The fact of a row whose reading failed on our side.
const ERROR: &str = "error";

/// How long a dialogue may take, in microseconds, and how many connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Shortest time to listen for a greeting.
    pub listen_min_us: u64,
    /// Longest time to listen for a greeting.
    pub listen_max_us: u64,
    /// Time to wait for the answer to a probe that names none.
    pub answer_us: u64,
    /// Time to wait for the answer to a question that the port does not hint at, beside two round trips.
    pub blind_us: u64,
    /// Silence after an answer of unknown framing that ends it.
    pub quiet_us: u64,
    /// The whole dialogue.
    pub total_us: u64,
    /// Connections, the sweep's own included.
    pub wires: usize,
    /// Connections at once.
    pub parallel: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            listen_min_us: 300_000,
            listen_max_us: 1_000_000,
            answer_us: 1_500_000,
            blind_us: 700_000,
            quiet_us: 100_000,
            total_us: 4_000_000,
            wires: 6,
            parallel: 3,
        }
    }
}

impl Budget {
    /// The budget of a deep dialogue: the same time, more connections in it.
    #[must_use]
    pub fn deep() -> Self {
        Self { wires: 128, parallel: 12, ..Self::default() }
    }
}

/// What the caller must do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Connect once more to the same port; report `on_open` or `on_open_failed`.
    Open(Wire),
    /// Send these bytes.
    Send(Wire, Vec<u8>),
    /// Begin TLS, offering HTTP as the application protocol if `alpn`; report `on_secured` or `on_secure_failed`.
    Secure {
        /// Which connection.
        wire: Wire,
        /// Whether to offer `http/1.1` (RFC 7301): some servers end a handshake over a protocol they do not speak.
        alpn: bool,
    },
    /// End this connection.
    Close(Wire),
}

/// One conversation with one open port.
#[derive(Debug)]
pub struct Dialogue {
    subject: Subject,
    budget: Budget,
    talks: Vec<Talk>,
    agenda: Agenda,
    acts: VecDeque<Act>,
    outcome: Outcome,
    done: bool,
}

impl Dialogue {
    /// Begin on an open connection.
    #[must_use]
    pub fn open(pack: &Pack, subject: Subject, budget: Budget, manner: Manner) -> Self {
        let never = NEVER_SEND.contains(&subject.target.port);
        let (mute, first) = (manner.brief || never, Agenda::first(pack, subject.target.port, never));
        let mut dialogue = Self {
            talks: vec![Talk::opened(subject.opened_us)],
            agenda: Agenda::new(mute, manner.deep, first),
            acts: VecDeque::new(),
            outcome: Outcome { transcript: manner.record.then(Box::default), ..Outcome::default() },
            done: false,
            subject,
            budget,
        };
        let now_us = dialogue.subject.opened_us;
        dialogue.put(pack, 0, first, now_us);
        dialogue
    }

    /// The next thing to do, if there is one.
    pub fn act(&mut self) -> Option<Act> {
        self.acts.pop_front()
    }

    /// When [`Dialogue::on_timeout`] wants to be called, in the caller's microseconds.
    #[must_use]
    pub fn deadline_us(&self) -> u64 {
        let end = self.subject.opened_us + self.budget.total_us;
        self.talks.iter().filter(|talk| talk.is_active()).map(|talk| talk.deadline_us).fold(end, u64::min)
    }

    /// Whether the peer has said anything, or had its time to speak first.
    #[must_use]
    pub fn is_past_greeting(&self) -> bool {
        let first = &self.talks[0];
        self.done || !first.is_active() || first.question != Question::Listen || !first.answer.is_empty()
    }

    /// Whether the peer had its time to speak first, and said nothing yet.
    #[must_use]
    pub fn kept_silent(&self, now_us: u64) -> bool {
        let listened = now_us >= self.subject.opened_us + self.budget.listen_min_us;
        listened && self.talks.iter().all(|talk| talk.answer.is_empty() && !talk.was_read)
    }

    /// Whether nothing more is to be learnt.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// End now with what is known.
    pub fn stop(&mut self, pack: &Pack, scratch: &mut Scratch) {
        for wire in 0..self.talks.len() {
            if self.talks[wire].is_active() {
                self.read(pack, scratch, wire);
                self.talks[wire].state = State::Ended;
            }
        }
        self.done = true;
    }

    /// End because something of ours failed on what the peer said: a fact of the row says so, and what is known stands.
    pub fn fail(&mut self, why: &str) {
        self.acts.clear();
        self.done = true;
        self.learn(vec![Fact { name: ERROR.into(), value: FactValue::Text(why.to_owned()) }]);
    }

    /// What was said, what it means, and the record of it.
    #[must_use]
    pub fn finish(mut self) -> Outcome {
        if self.agenda.tls {
            tls::crown(&mut self.outcome.findings);
        }
        if self.outcome.banner.is_empty() {
            let said = self.talks.into_iter().map(|talk| talk.answer).find(|answer| !answer.is_empty());
            self.outcome.banner = said.unwrap_or_default();
        }
        if self.outcome.banner.len() >= BANNER_LIMIT {
            let value = FactValue::Flag(true);
            self.outcome.findings.facts.push(Fact { name: TRUNCATED.into(), value });
        }
        self.outcome
    }

    /// A wire said all it will to its question: read it, then decide what is next.
    fn conclude(&mut self, pack: &Pack, scratch: &mut Scratch, wire: Wire, now_us: u64) {
        if self.done || !self.talks[wire].is_active() {
            return;
        }
        if let Question::Greeting { probe } = self.talks[wire].question {
            if self.talks[wire].answer.is_empty() || self.talks[wire].closed {
                self.end(pack, scratch, wire, now_us);
            } else {
                self.put(pack, wire, Question::Upgrade { probe, step: 0 }, now_us);
            }
            return;
        }
        if let Question::Upgrade { probe, step } = self.talks[wire].question {
            if self.agrees(pack, wire, probe, step) {
                self.put(pack, wire, Question::Upgrade { probe, step: step + 1 }, now_us);
            } else {
                self.end(pack, scratch, wire, now_us);
            }
            return;
        }
        if self.talks[wire].question == Question::Legacy {
            self.read_legacy(wire);
        } else if !self.talks[wire].answer.is_empty() && !self.talks[wire].was_read {
            self.read(pack, scratch, wire);
        }
        if self.reuse(pack, wire, now_us) {
            return;
        }
        self.end(pack, scratch, wire, now_us);
    }

    /// Put another question on the same connection where that makes sense; whether it was done.
    fn reuse(&mut self, pack: &Pack, wire: Wire, now_us: u64) -> bool {
        let talk = &self.talks[wire];
        if talk.closed {
            return false;
        }
        if !talk.answer.is_empty() {
            // What was asked before may have cost the server's patience: then a connection of its own is better.
            let unasked = talk.question == Question::Listen;
            let Some(probe) =
                unasked.then(|| self.agenda.upgrade(pack, &self.outcome.findings, talk.tls, false)).flatten()
            else {
                return false;
            };
            self.put(pack, wire, Question::Upgrade { probe, step: 0 }, now_us);
            return true;
        }
        let silent = talk.question == Question::Listen && !self.agenda.mute;
        let Some(probe) = silent.then(|| self.agenda.after_silence(pack, self.subject.target.port, talk.tls)).flatten()
        else {
            return false;
        };
        let secure = talk.tls;
        self.put(pack, wire, Question::Ask { probe, secure }, now_us);
        self.go_on(pack, now_us);
        true
    }

    /// A wire is of no more use: close it and go on with others.
    fn end(&mut self, pack: &Pack, scratch: &mut Scratch, wire: Wire, now_us: u64) {
        if self.talks[wire].state != State::Ended {
            self.talks[wire].state = State::Ended;
            self.acts.push_back(Act::Close(wire));
        }
        self.upgrade_anew(pack, now_us);
        if !self.awaits_tls()
            && !self.awaits_refiner(pack, now_us)
            && (self.agenda.is_satisfied(pack, &self.outcome.findings) || self.is_unread_greeting(wire))
        {
            self.stop(pack, scratch);
            return;
        }
        self.forget(wire);
        self.go_on(pack, now_us);
        self.finish_unless_pressed(pack, scratch);
    }

    /// Let go of an answer that was read: a port that answers every question endlessly would hold one for each.
    fn forget(&mut self, wire: Wire) {
        if !self.outcome.banner.is_empty() {
            self.talks[wire].answer = Vec::new();
        }
    }

    /// Whether a server spoke first in words that nothing reads: it will not answer to another protocol's question.
    fn is_unread_greeting(&self, wire: Wire) -> bool {
        let talk = &self.talks[wire];
        let greeted = talk.question == Question::Listen && !talk.answer.is_empty();
        greeted && !self.agenda.deep && self.outcome.findings.services.is_empty()
    }

    /// Ask for TLS on a connection of its own, where the client speaks first or the last one was asked something else.
    fn upgrade_anew(&mut self, pack: &Pack, now_us: u64) {
        if self.talks.len() >= self.budget.wires {
            return;
        }
        if let Some(probe) = self.agenda.upgrade(pack, &self.outcome.findings, self.agenda.tls, true) {
            self.acts.push_back(Act::Open(self.talks.len()));
            let greets = pack.probes()[probe].spec.send.is_empty();
            let question = if greets { Question::Greeting { probe } } else { Question::Upgrade { probe, step: 0 } };
            self.talks.push(Talk::opening(question, now_us + self.budget.answer_us));
        }
    }

    /// Open as many further connections as there are questions and the budget allows.
    fn go_on(&mut self, pack: &Pack, now_us: u64) {
        while self.talks.len() < self.budget.wires
            && self.talks.iter().filter(|talk| talk.is_active()).count() < self.budget.parallel
        {
            let Some(question) = self.agenda.next(pack, self.subject.target.port, &self.outcome.findings) else {
                return;
            };
            let wire = self.talks.len();
            self.talks.push(Talk::opening(question, now_us + self.budget.answer_us));
            self.acts.push_back(Act::Open(wire));
        }
    }

    /// Read a wire's answer; whether a service was found in it.
    fn read(&mut self, pack: &Pack, scratch: &mut Scratch, wire: Wire) -> bool {
        let talk = &mut self.talks[wire];
        if talk.answer.is_empty() || talk.is_upgrade() {
            return false;
        }
        let found = pack.identify_as(&talk.answer, talk.asked(pack), talk.tls, talk.is_over(pack), scratch);
        let any = !found.services.is_empty();
        if any {
            talk.was_read = true;
        }
        if tls::looks_like(&talk.answer) && !talk.tls {
            self.agenda.want_tls();
        }
        if http::wants_tls(&talk.answer) && !talk.tls {
            self.agenda.insist_on_tls();
        }
        if self.outcome.banner.is_empty() {
            self.outcome.banner.clone_from(&talk.answer);
        }
        self.merge(found);
        any
    }

    fn read_legacy(&mut self, wire: Wire) {
        let Some(session) = tls::server_flight(&self.talks[wire].answer) else {
            return;
        };
        self.agenda.tls = true;
        self.learn(tls::facts(&session, self.subject.host.as_deref(), self.subject.epoch_s));
    }

    /// Whether the peer agreed to one step of an upgrade.
    fn agrees(&self, pack: &Pack, wire: Wire, probe: usize, step: usize) -> bool {
        let talk = &self.talks[wire];
        let expected = pack.probes()[probe].spec.starttls.get(step);
        !talk.closed && expected.is_some_and(|(_, expect)| memchr::memmem::find(&talk.answer, expect).is_some())
    }

    fn merge(&mut self, found: Findings) {
        let known = &mut self.outcome.findings;
        if known.services.is_empty() && known.facts.is_empty() {
            *known = found;
            return;
        }
        known.services.extend(found.services);
        crate::matcher::merge_services(&mut known.services);
        self.learn(found.facts);
    }

    fn learn(&mut self, facts: Vec<Fact>) {
        let known = &mut self.outcome.findings.facts;
        for fact in facts {
            if !known.iter().any(|one| one.name == fact.name) {
                known.push(fact);
            }
        }
    }

    /// Remember something that happened on a wire, if a record is kept.
    pub fn remark(&mut self, wire: Wire, now_us: u64, text: impl FnOnce() -> String) {
        if let Some(transcript) = &mut self.outcome.transcript {
            transcript.happened(wire as u8, now_us.saturating_sub(self.subject.opened_us), text());
        }
    }

    fn note(&mut self, direction: Direction, wire: Wire, data: &[u8], now_us: u64) {
        if let Some(transcript) = &mut self.outcome.transcript {
            let at_us = now_us.saturating_sub(self.subject.opened_us);
            transcript.push(Entry { direction, wire: wire as u8, at_us, data: data.to_vec() });
        }
    }
}
