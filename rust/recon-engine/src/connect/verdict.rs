//! Settles targets: counts the verdict, makes the row, frees the connection.

use recon_core::reply::{Reply, State};
use recon_core::space::Target;

use super::Worker;
use super::slab::Key;
use crate::feed::Ticket;

/// Settled targets for which a shrunken window grows by one.
const REGROW: u64 = 8;
/// When the kernel sends a SYN again by itself (RFC 6298: one second, doubling), in microseconds.
const RETRANSMIT_US: u64 = 1_000_000;

impl Worker {
    /// Give a target its final state.
    pub(super) fn settle(
        &mut self,
        ticket: Ticket,
        target: Target,
        state: State,
        reason: &'static str,
        rtt_us: Option<u64>,
    ) {
        self.count(ticket, state);
        if self.shared.settings.show.wants(state) {
            let reply = self.shared.reply(target, state, reason, rtt_us);
            self.send(reply);
        }
    }

    /// An open target of which only the handshake is wanted.
    pub(super) fn settle_open(&mut self, ticket: Ticket, target: Target, rtt_us: u64) {
        self.settle(ticket, target, State::Open, "syn-ack", Some(rtt_us));
    }

    /// Settle the open targets whose conversation is over.
    pub(super) fn settle_talks(&mut self) {
        for (ticket, reply) in self.talks.take_done() {
            self.count(ticket, State::Open);
            self.send(reply);
        }
    }

    /// Nobody answered in time.
    pub(super) fn settle_silent(&mut self, ticket: Ticket) {
        self.settled += 1;
        if self.mark(ticket, true) {
            self.counters.silent(1);
        }
    }

    /// The handshake's deadline passed.
    pub(super) fn give_up(&mut self, key: Key, ticket: Ticket, now_us: u64) {
        let Some(conn) = self.sockets.remove(key) else {
            return;
        };
        let again = kernel_retransmissions(now_us.saturating_sub(conn.started_us));
        self.shared.pace.charge(now_us * 1000, again);
        self.settle_silent(ticket);
    }

    pub(super) fn count(&mut self, ticket: Ticket, state: State) {
        self.settled += 1;
        self.counters.verdict(state);
        if self.mark(ticket, false) {
            self.counters.silent(-1);
        }
        if self.settled.is_multiple_of(REGROW) && self.window < self.widest {
            self.window += 1;
        }
    }

    /// Settle a target in this pass as silent, or as heard; whether that changed its silent bit.
    fn mark(&self, ticket: Ticket, silent: bool) -> bool {
        self.segment.as_ref().is_some_and(|segment| {
            segment.finish(ticket.position);
            segment.mark(ticket.position, silent)
        })
    }

    pub(super) fn send(&mut self, reply: Reply) {
        let now_us = self.now_us();
        self.shared.produce(&reply, self.is_ending);
        self.outbox.push(reply, now_us);
    }
}

/// SYNs that the kernel sent again during a wait of `waited_us`.
fn kernel_retransmissions(waited_us: u64) -> u64 {
    u64::from((waited_us / RETRANSMIT_US + 1).ilog2())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_sends_again_after_one_three_and_seven_seconds() {
        let at = |ms: u64| kernel_retransmissions(ms * 1000);
        assert_eq!([at(900), at(1100), at(2900), at(3100), at(7100)], [0, 1, 1, 2, 3]);
    }
}
