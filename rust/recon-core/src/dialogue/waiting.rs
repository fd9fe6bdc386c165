//! Which connections are worth waiting for: those whose answer could still tell more. Sends nothing, reads nothing.

use super::agenda::{Agenda, Question};
use super::talk::{State, Talk};
use super::{Dialogue, Wire};
use crate::http;
use crate::matcher::{Pack, Scratch};

impl Dialogue {
    /// Whether a connection is under way that only a server just named could be asked for.
    pub(super) fn awaits_tls(&self) -> bool {
        let wanted = |talk: &Talk| talk.is_upgrade() || (self.agenda.insisted() && talk.question == Question::Secure);
        self.talks.iter().any(|talk| talk.is_active() && wanted(talk))
    }

    /// Whether a question in the air could tell more of a service that another one found; each is then given the time of
    /// a question that is not blind, once.
    pub(super) fn awaits_refiner(&mut self, pack: &Pack, now_us: u64) -> bool {
        let found = &self.outcome.findings;
        let mut any = false;
        for talk in self.talks.iter_mut().filter(|talk| talk.is_active()) {
            let Question::Ask { probe, .. } = talk.question else {
                continue;
            };
            if Agenda::could_refine(pack, found, probe) {
                any = true;
                if !std::mem::replace(&mut talk.awaited, true) && talk.answer.is_empty() {
                    talk.lingers = false;
                    talk.deadline_us = now_us + self.budget.answer_us;
                }
            }
        }
        any
    }

    /// Let a connection stand whose time is over, beside the questions that are still to be asked: the question that is
    /// put everywhere is the likeliest to be answered late. It stays one of those at once. Whether it was done.
    pub(super) fn linger(&mut self, pack: &Pack, scratch: &mut Scratch, wire: Wire, now_us: u64) -> bool {
        let lingering = self.talks.iter().filter(|talk| talk.is_active() && talk.lingers).count();
        let talk = &mut self.talks[wire];
        let Question::Ask { probe, .. } = talk.question else {
            return false;
        };
        let is_silent = talk.answer.is_empty() && talk.state == State::Waiting;
        let is_room = lingering + 1 < self.budget.parallel;
        if !is_silent || talk.awaited || !is_room || pack.everywhere() != Some(probe) {
            return false;
        }
        talk.lingers = true;
        talk.deadline_us = u64::MAX;
        self.go_on(pack, now_us);
        self.finish_unless_pressed(pack, scratch);
        true
    }

    /// How long a pause in an answer may be: short where only silence can end it, longer where its framing says that more
    /// is to come. A lost segment is sent again after a round trip at the earliest.
    pub(super) fn pause_us(&self, wire: Wire) -> u64 {
        let is_cut = http::is_cut(&self.talks[wire].answer);
        if is_cut { self.budget.answer_us } else { self.budget.quiet_us + 2 * self.subject.rtt_us }
    }

    /// End once nothing is left to wait for.
    pub(super) fn finish_unless_pressed(&mut self, pack: &Pack, scratch: &mut Scratch) {
        if !self.talks.iter().any(Talk::is_pressing) {
            self.stop(pack, scratch);
        }
    }
}
