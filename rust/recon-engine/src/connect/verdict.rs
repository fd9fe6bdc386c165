//! Settles targets: counts the verdict, makes the row, frees the connection.

use std::sync::Arc;

use recon_core::reply::{Fact, FactValue, Findings, Reply, State};
use recon_core::space::Target;

use super::Worker;
use super::conn::{Conn, Port, Ticket};
use super::dial;
use super::slab::Key;
use crate::hosts::End;

/// Settled targets for which a shrunken window grows by one.
const REGROW: u64 = 8;
/// The fact that says how a whole host behaves.
const PATTERN: &str = "host.pattern";
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
            let reply = self.reply(target, state, reason, rtt_us);
            self.send(reply);
        }
    }

    /// An open target of which only the handshake is wanted.
    pub(super) fn settle_open(&mut self, ticket: Ticket, target: Target, rtt_us: u64) {
        self.settle(ticket, target, State::Open, "syn-ack", Some(rtt_us));
    }

    /// An open target whose conversation is over.
    pub(super) fn settle_port(&mut self, port: Port) {
        for key in port.wires.into_iter().flatten() {
            self.drop_conn(key);
        }
        self.count(port.ticket, State::Open);
        let outcome = port.dialogue.finish();
        let mut reply = self.reply(port.target, State::Open, "syn-ack", Some(port.rtt_us));
        reply.banner = outcome.banner;
        reply.findings = outcome.findings;
        reply.transcript = outcome.transcript;
        let spoke = !reply.banner.is_empty() || !reply.findings.services.is_empty();
        let end = End { spoke, hung_up: port.hung_up, was_quiet: port.quiet };
        if let Some(pattern) = self.shared.hosts.on_end(port.target.addr, end) {
            let value = FactValue::Text(pattern.to_owned());
            reply.findings.facts.push(Fact { name: PATTERN.into(), value });
        }
        self.send(reply);
    }

    /// Forget a connection, ending it with a RST.
    pub(super) fn drop_conn(&mut self, key: Key) -> Option<Conn> {
        let conn = self.conns.remove(key)?;
        dial::hang_up(&conn.stream);
        self.counters.in_flight(-1);
        Some(conn)
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
        let Some(conn) = self.drop_conn(key) else {
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

    /// Set or clear a target's silent bit; whether that changed it.
    fn mark(&self, ticket: Ticket, silent: bool) -> bool {
        self.segment.as_ref().is_some_and(|segment| segment.mark(ticket.position, silent))
    }

    pub(super) fn send(&mut self, reply: Reply) {
        let now_us = self.now_us();
        self.outbox.push(reply, now_us);
    }

    pub(super) fn reply(&self, target: Target, state: State, reason: &'static str, rtt_us: Option<u64>) -> Reply {
        let settings = &self.shared.settings;
        let host = if settings.names.is_empty() { None } else { settings.names.get(&target.addr).map(Arc::clone) };
        Reply {
            at_us: self.shared.clock.epoch_us(self.now_us()),
            target,
            host,
            state,
            reason: reason.into(),
            rtt_us: rtt_us.map(|us| u32::try_from(us).unwrap_or(u32::MAX)),
            ttl: None,
            banner: Vec::new(),
            findings: Findings::default(),
            transcript: None,
        }
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
