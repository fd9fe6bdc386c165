//! Gives each target its state once, and its row if one is wanted.

use recon_core::reply::{Reply, State};
use recon_core::space::Target;

use super::Desk;
use crate::talks::Opened;

impl Desk {
    /// A target decided without a conversation.
    pub(super) fn on_verdict(&mut self, target: Target, state: State, reason: &'static str, ttl: Option<u8>) {
        let Some(position) = self.take(target) else {
            return;
        };
        let rtt_us = self.raw.times.since(position, self.now_us);
        self.counters.heard(state);
        if let Some(rtt_us) = rtt_us.filter(|_| state == State::Closed) {
            self.counters.trip(rtt_us);
        }
        self.counters.verdict(state);
        if self.shared.settings.show.wants(state) {
            let mut reply = self.shared.reply(target, state, reason, rtt_us);
            reply.ttl = ttl;
            self.shared.produce(&reply, false);
            self.outbox.push(reply, self.now_us);
        } else {
            self.shared.settle(position);
        }
        self.finish_position(position);
    }

    /// The position of a target that answers for the first time; none for what was never asked or has answered.
    pub(in crate::raw) fn take(&mut self, target: Target) -> Option<u64> {
        let position = self.shared.settings.line.position_of(&target)?;
        if !self.segment.as_ref().is_some_and(|segment| segment.holds(position)) {
            self.segment = self.shared.feed.segment_of(position);
        }
        let first = self.segment.as_ref().is_some_and(|segment| segment.mark(position, false));
        if first {
            self.counters.silent(-1);
            self.shared.begin(position);
        }
        first.then_some(position)
    }

    pub(super) fn settle_open(&mut self, opened: Opened) {
        let mut reply = self.shared.reply(opened.target, State::Open, "syn-ack", Some(opened.rtt_us));
        reply.ttl = opened.ttl;
        self.settle(reply);
    }

    pub(super) fn settle_talks(&mut self) {
        for (_, reply) in self.talks.take_done() {
            self.settle(reply);
        }
    }

    pub(in crate::raw) fn settle(&mut self, reply: Reply) {
        self.counters.verdict(State::Open);
        self.shared.produce(&reply, self.is_ending);
        if self.shared.keeps()
            && let Some(position) = self.shared.settings.line.position_of(&reply.target)
        {
            self.finish_position(position);
        }
        self.outbox.push(reply, self.now_us);
    }

    /// A position has its verdict, whatever is sent to it in this pass.
    fn finish_position(&self, position: u64) {
        let segment = self.shared.keeps().then(|| self.shared.feed.segment_of(position)).flatten();
        if let Some(segment) = segment {
            segment.finish(position);
        }
    }
}
