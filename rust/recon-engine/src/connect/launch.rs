//! Starts connections: which position next, whether one may start now, and what a failure of ours costs.

use std::cmp::Ordering;

use recon_core::dialogue::Wire;

use super::Worker;
use super::conn::{Due, Role};
use super::dial::{self, Dialed};
use super::slab::Key;
use crate::counters::Held;
use crate::errno::{OUT_OF_SCOPE, Outcome};
use crate::feed::{Lease, Ticket};
use crate::leave::Wait;
use recon_core::reply::State;
use recon_core::space::{Target, Transport};

/// Connections started before the sockets are looked at again.
const BURST: usize = 128;
/// Attempts at a target when something of ours ran out.
const SCARCE_TRIES: u32 = 10;
/// Attempts at a target when the system forbids or cannot reach it.
const FORBIDDEN_TRIES: u32 = 3;
/// First pause after a local failure, in microseconds; doubles each time.
const BACK_OFF_US: u64 = 5_000;
/// Longest such pause.
const LONGEST_BACK_OFF_US: u64 = 500_000;

/// A position to try again at a time; the earliest is the greatest, as `BinaryHeap` wants it.
#[derive(Debug)]
pub(super) struct Later {
    at_us: u64,
    ticket: Ticket,
}

impl PartialEq for Later {
    fn eq(&self, other: &Self) -> bool {
        self.at_us == other.at_us
    }
}

impl Eq for Later {}

impl PartialOrd for Later {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Later {
    fn cmp(&self, other: &Self) -> Ordering {
        other.at_us.cmp(&self.at_us)
    }
}

/// Why launching paused, and until when.
#[derive(Debug)]
pub(super) struct Pause {
    pub(super) by: Held,
    pub(super) until_us: u64,
    /// Whether the line is done.
    pub(super) done: bool,
}

impl Pause {
    /// The reader is behind; look again soon.
    pub(super) fn reader() -> Self {
        Self::until(Held::Reader, 0).or_soon()
    }

    pub(super) fn until(by: Held, until_us: u64) -> Self {
        Self { by, until_us, done: false }
    }

    /// Only events, deadlines and the nap end the pause.
    fn or_soon(mut self) -> Self {
        self.until_us = u64::MAX;
        self
    }
}

impl Worker {
    /// Start connections until something holds us back.
    pub(super) fn launch(&mut self) -> Pause {
        for _ in 0..BURST {
            if self.sockets.conns.len() >= self.window {
                return Pause::until(self.full, 0).or_soon();
            }
            if self.datagrams.is_full() {
                return Pause::until(Held::Window, 0).or_soon();
            }
            if let Some(extra) = self.sockets.extras.pop_front() {
                if let Err(pause) = self.start_extra(extra) {
                    return pause;
                }
                continue;
            }
            if self.shared.regulator.is_turn_of_canary(
                &mut self.chance,
                self.shared.clock.now_ns(),
                self.shared.pace.heap(),
            ) {
                if let Err(pause) = self.start_canary() {
                    return pause;
                }
                continue;
            }
            if self.talks.young() >= self.most_young {
                return Pause::until(Held::Window, 0).or_soon();
            }
            let now_ns = self.shared.clock.now_ns();
            let ticket = match self.next_ticket(now_ns / 1000) {
                Ok(ticket) => ticket,
                Err(pause) => return pause,
            };
            match self.shared.leave(|| self.shared.settings.line.at(ticket.position).addr, now_ns) {
                Ok(()) => self.start(ticket, now_ns / 1000),
                Err(Wait::Host(at_ns)) => self.later.push(Later { at_us: at_ns.div_ceil(1000), ticket }),
                Err(Wait::All(free_ns)) => {
                    self.put_back(ticket, now_ns / 1000);
                    return Pause::until(Held::Rate, free_ns.div_ceil(1000));
                }
            }
        }
        Pause::until(Held::Nothing, 0)
    }

    /// The next attempt to make, or what to wait for.
    fn next_ticket(&mut self, now_us: u64) -> Result<Ticket, Pause> {
        if self.later.peek().is_some_and(|later| later.at_us <= now_us) {
            return Ok(self.later.pop().expect("peeked").ticket);
        }
        if self.later.len() >= self.widest {
            return Err(self.pause_for_retries(if self.shared.has_caps() { Held::Rate } else { self.full }));
        }
        if self.leased.is_empty() {
            self.lease(now_us)?;
        }
        let position = self.leased.pop().expect("a lease has positions");
        Ok(Ticket { position, failures: 0, pass: self.pass })
    }

    fn lease(&mut self, now_us: u64) -> Result<(), Pause> {
        self.report_settled();
        let (lease, segment, pass) = self.shared.feed.lease(now_us);
        self.segment = Some(segment);
        self.pass = pass;
        match lease {
            Lease::Positions(mut positions) => {
                positions.reverse();
                self.leased = positions;
                Ok(())
            }
            Lease::Wait(until_us) => {
                let mut pause = self.pause_for_retries(self.awaiting());
                pause.until_us = pause.until_us.min(until_us);
                Err(pause)
            }
            Lease::Done => Err(Pause { done: true, ..self.pause_for_retries(self.awaiting()) }),
        }
    }

    /// What a worker without positions waits for: answers, or nothing at all.
    fn awaiting(&self) -> Held {
        match self.later.is_empty() {
            false if self.shared.has_caps() => Held::Rate,
            true if self.held() == 0 => Held::Idle,
            _ => Held::Window,
        }
    }

    fn pause_for_retries(&self, by: Held) -> Pause {
        Pause::until(by, self.later.peek().map_or(u64::MAX, |later| later.at_us))
    }

    /// Make an attempt again as if it had not been made.
    fn put_back(&mut self, ticket: Ticket, now_us: u64) {
        if ticket.failures == 0 {
            self.leased.push(ticket.position);
        } else {
            self.later.push(Later { at_us: now_us, ticket });
        }
    }

    fn start(&mut self, ticket: Ticket, now_us: u64) {
        let target = self.shared.settings.line.at(ticket.position);
        if !self.shared.permits(target.addr) {
            self.counters.error(OUT_OF_SCOPE);
            return self.settle(ticket, target, State::Unknown, OUT_OF_SCOPE, None);
        }
        if target.transport == Transport::Udp {
            return self.start_datagram(ticket, target, now_us);
        }
        match dial::dial(target, self.shared.settings.source_port) {
            Ok(dialed) => {
                self.counters.asked();
                self.keep(ticket, target, dialed, now_us);
            }
            Err(error) => {
                let outcome = dial::outcome_at_once(&error);
                if !matches!(outcome, Outcome::Local { .. }) {
                    self.counters.asked();
                }
                self.on_outcome(ticket, target, outcome, now_us);
            }
        }
    }

    fn keep(&mut self, ticket: Ticket, target: Target, dialed: Dialed, now_us: u64) {
        let Dialed { stream, open } = dialed;
        if open && self.shared.is_self_connected(&stream, target) {
            dial::hang_up(&stream);
            self.try_later(ticket, target, dial::SELF_CONNECTED, false, now_us);
            return;
        }
        if open && self.shared.settings.pack.is_none() {
            dial::hang_up(&stream);
            let rtt_us = self.now_us() - now_us;
            self.rtt.sample(rtt_us);
            self.counters.opened(Some(ticket.position), target.addr, Some(rtt_us));
            self.settle_open(ticket, target, rtt_us);
            return;
        }
        let deadline_us = now_us + self.patience_us(ticket);
        match self.sockets.hold(Role::Asking(ticket), target, stream, [now_us, deadline_us], open) {
            Ok(key) if open => self.on_open(key),
            Ok(key) => self.wheel.insert(deadline_us, Due::Conn(key)),
            Err(error) => self.on_outcome(ticket, target, dial::outcome(&error, target.addr), now_us),
        }
    }

    /// How long to wait for the handshake of an attempt.
    fn patience_us(&self, ticket: Ticket) -> u64 {
        let longest = self.shared.settings.timeout_us;
        let more_to_come = ticket.pass < self.shared.feed.least_passes();
        if more_to_come { self.rtt.wait_us(longest) } else { longest }
    }

    /// Open a further connection for a dialogue that still wants it.
    fn start_extra(&mut self, extra: (Key, Wire)) -> Result<(), Pause> {
        let (port, wire) = extra;
        let Some(target) = self.talks.target(port) else {
            return Ok(());
        };
        let now_ns = self.shared.clock.now_ns();
        match self.shared.leave_further(|| target.addr, now_ns) {
            Ok(()) => {}
            Err(Wait::Host(at_ns)) => {
                self.wheel.insert(at_ns.div_ceil(1000), Due::Extra(port, wire));
                return Ok(());
            }
            Err(Wait::All(free_ns)) => {
                self.sockets.extras.push_front(extra);
                return Err(Pause::until(Held::Rate, free_ns.div_ceil(1000)));
            }
        }
        let now_us = now_ns / 1000;
        let dialed = dial::dial(target, self.shared.settings.source_port).and_then(|Dialed { stream, open }| {
            let key = self.sockets.hold(Role::Opening { port, wire }, target, stream, [now_us, u64::MAX], open)?;
            Ok((key, open))
        });
        match dialed {
            Ok((key, open)) => self.on_extra_dialed(port, wire, key, open),
            Err(error) => return self.on_extra_failed(extra, &error, now_us),
        }
        Ok(())
    }

    fn on_extra_dialed(&mut self, port: Key, wire: Wire, key: Key, open: bool) {
        self.counters.sent();
        if open {
            self.on_extra_open(key, port, wire);
        }
    }

    /// A further connection failed at once. What ran out may come back; anything else leaves the question unasked.
    fn on_extra_failed(&mut self, extra: (Key, Wire), error: &std::io::Error, now_us: u64) -> Result<(), Pause> {
        let Some(target) = self.talks.target(extra.0) else {
            return Ok(());
        };
        if let Outcome::Local { name, scarce } = dial::outcome(error, target.addr) {
            self.counters.error(name);
            if scarce {
                self.sockets.extras.push_back(extra);
                return Err(Pause::until(Held::lack(name), now_us + BACK_OFF_US));
            }
        }
        self.talks.on_extra_refused(&mut self.sockets, extra.0, extra.1);
        Ok(())
    }

    /// An attempt failed: the target's verdict, its silence, or a failure of ours.
    pub(super) fn on_outcome(&mut self, ticket: Ticket, target: Target, outcome: Outcome, now_us: u64) {
        match outcome {
            Outcome::Verdict(state, reason) => {
                self.counters.heard(state);
                self.settle(ticket, target, state, reason, None);
            }
            Outcome::Silent | Outcome::AskRoute(_) => self.settle_silent(ticket),
            Outcome::Local { name, scarce } => self.try_later(ticket, target, name, scarce, now_us),
        }
    }

    /// A failure of ours: slow down and ask again, or give up without a verdict.
    pub(super) fn try_later(
        &mut self,
        mut ticket: Ticket,
        target: Target,
        name: &'static str,
        scarce: bool,
        now_us: u64,
    ) {
        self.counters.error(name);
        if scarce {
            self.window = self.held().clamp(1, self.widest);
            self.full = Held::lack(name);
        }
        ticket.failures += 1;
        if ticket.failures >= if scarce { SCARCE_TRIES } else { FORBIDDEN_TRIES } {
            self.settle(ticket, target, State::Unknown, name, None);
            return;
        }
        let pause = (BACK_OFF_US << ticket.failures.min(16)).min(LONGEST_BACK_OFF_US);
        self.later.push(Later { at_us: now_us + pause, ticket });
    }
}
