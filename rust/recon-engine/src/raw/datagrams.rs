//! UDP ports that answered: what they said, and what to ask them on. Silence is the sender's bit, not kept here.

use std::net::IpAddr;

use recon_core::dialogue::Subject;
use recon_core::dialogue::datagram::Datagrams;
use recon_core::reply::State;
use recon_core::space::{Target, Transport};
use recon_core::wire::Packet;

use super::desk::Desk;
use crate::guard::guarded;
use crate::sweep::Shared;

/// UDP ports at once that answered and are asked on.
const MOST_DATAGRAMS: usize = 32_768;
const MICROS: i64 = 1_000_000;
/// How long to wait for the answer to a refining question, in microseconds.
const REFINE_US: u64 = 700_000;

/// A UDP port that answered.
#[derive(Debug)]
pub(super) struct Answered {
    target: Target,
    rtt_us: Option<u64>,
    ttl: u8,
    our_port: u16,
    dialogue: Datagrams,
    pub(super) deadline_us: u64,
}

impl Desk {
    pub(super) fn on_udp(&mut self, packet: &Packet<'_>, their_port: u16, our_port: u16, payload: &[u8]) {
        let place = (packet.src, their_port);
        let target = Target { addr: packet.src, port: their_port, transport: Transport::Udp };
        if self.raw.is_control(our_port) && our_port == self.raw.control_port(target) {
            return self.canary_answered(target);
        }
        if our_port != self.raw.asking_port(target) {
            return;
        }
        if !self.answered.contains_key(&place) {
            let Some(position) = self.take(target) else {
                return;
            };
            let rtt_us = self.raw.times.since(position, self.now_us);
            // Later passes ask other questions.
            let is_first_pass = self.shared.feed.stage().pass == 1;
            self.counters.opened(is_first_pass.then_some(position), target.addr, rtt_us);
            let mut dialogue = Datagrams::new(subject(&self.shared, target, self.now_us));
            // The pass that was answered is not known; the first question of the port stands for it.
            let _ = dialogue.first(self.shared.settings.pack.as_deref(), 1);
            let (ttl, deadline_us) = (packet.ttl, self.now_us + REFINE_US);
            let answered = Answered { target, rtt_us, ttl, our_port, dialogue, deadline_us };
            self.answered.insert(place, answered);
        }
        self.hear_datagram(place, payload);
    }

    fn hear_datagram(&mut self, place: (IpAddr, u16), payload: &[u8]) {
        let (Some(answered), Some(pack)) = (self.answered.get_mut(&place), &self.shared.settings.pack) else {
            return self.settle_answered(place);
        };
        let (dialogue, scratch) = (&mut answered.dialogue, self.talks.scratch());
        let next = guarded(|| dialogue.on_data(pack, scratch, payload)).unwrap_or_else(|why| {
            *scratch = pack.scratch();
            dialogue.fail(&why);
            None
        });
        self.ask_on(place, next);
    }

    /// Ask a UDP port that answered something more, or settle it.
    fn ask_on(&mut self, place: (IpAddr, u16), next: Option<Vec<u8>>) {
        let room = self.answered.len() <= MOST_DATAGRAMS;
        let route = next.as_ref().filter(|_| room).and_then(|_| self.streams.route(place.0, self.now_us));
        let (Some(answered), Some(payload), Some((lane, mac))) = (self.answered.get_mut(&place), next, route) else {
            return self.settle_answered(place);
        };
        answered.deadline_us = self.now_us + REFINE_US;
        if self.streams.lanes.at(lane).push_datagram(place, mac, answered.our_port, &payload) {
            self.counters.sent();
        }
    }

    pub(super) fn expire_answered(&mut self, now_us: u64) {
        let due = self.answered.iter().filter(|(_, one)| one.deadline_us <= now_us);
        for place in due.map(|(place, _)| *place).collect::<Vec<_>>() {
            let pack = self.shared.settings.pack.as_ref();
            let next = self.answered.get_mut(&place).and_then(|one| one.dialogue.more(pack?));
            self.ask_on(place, next);
        }
    }

    pub(super) fn settle_answered(&mut self, place: (IpAddr, u16)) {
        let Some(answered) = self.answered.remove(&place) else {
            return;
        };
        let (banner, findings) = answered.dialogue.finish();
        let mut reply = self.shared.reply(answered.target, State::Open, "response", answered.rtt_us);
        (reply.ttl, reply.banner, reply.findings) = (Some(answered.ttl), banner, findings);
        self.settle(reply);
    }
}

/// Who a dialogue is told it speaks to.
pub(super) fn subject(shared: &Shared, target: Target, now_us: u64) -> Subject {
    Subject {
        target,
        host: shared.settings.names.get(&target.addr).cloned(),
        rtt_us: 0,
        opened_us: now_us,
        epoch_s: shared.clock.epoch_us(now_us) / MICROS,
    }
}
