//! Sends the probes of the line: a template, an address, a cookie. Keeps nothing per target but a bit.

mod leaving;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crossbeam_channel::Sender as Channel;
use recon_core::dialogue::datagram::Datagrams;
use recon_core::reply::{Reply, State};
use recon_core::space::{Target, Transport};
use recon_core::wire::Mac;

use super::Raw;
use super::capped::{Capped, Pause};
use super::datagrams::subject;
use super::lane::{Lanes, Next};
use super::recent::Recent;
use crate::EngineError;
use crate::counters::{Counters, Held};
use crate::errno::{NO_ROUTE, OUT_OF_SCOPE};
use crate::feed::{Lease, Segment};
use crate::link::Choice;
use crate::outbox::Outbox;
use crate::regulate::Chance;
use crate::sweep::Shared;

/// Probes between two looks at the kernel.
const BURST: usize = 256;
/// Probes between two looks at the clock.
const TICK: usize = 16;
/// Longest sleep in microseconds: how soon `stop` is noticed.
pub(super) const NAP_US: u64 = 20_000;
/// Probes that may wait for a neighbour's MAC.
pub(super) const MOST_PARKED: usize = 1 << 16;
/// First pause after a local failure, in microseconds; doubles each time.
const BACK_OFF_US: u64 = 500;
const LONGEST_BACK_OFF_US: u64 = 50_000;
/// Attempts at a frame that the system forbids.
const FORBIDDEN_TRIES: u32 = 3;

/// A probe that waits for the MAC of its next hop.
#[derive(Clone, Copy, Debug)]
struct Parked {
    position: u64,
    pass: u32,
    at_us: u64,
}

/// Failures in a row.
#[derive(Clone, Copy, Debug, Default)]
struct Trouble {
    failures: u32,
    /// The last one was of a packet that the system forbids.
    is_forbidden: bool,
    /// When the link was first seen down.
    down_since_us: Option<u64>,
}

impl Trouble {
    /// What the sender lacks.
    fn lack(&self) -> Held {
        match (self.down_since_us, self.is_forbidden) {
            (Some(_), _) => Held::Down,
            (None, true) => Held::Forbidden,
            (None, false) => Held::Kernel,
        }
    }
}

/// One sender thread.
pub(crate) struct Sender {
    pub(super) shared: Arc<Shared>,
    pub(super) raw: Arc<Raw>,
    pub(super) counters: Arc<Counters>,
    outbox: Outbox,
    pub(super) lanes: Lanes,
    /// Positions leased and not yet sent, last first.
    pub(super) leased: Vec<u64>,
    pub(super) pass: u32,
    pub(super) capped: Capped,
    segment: Option<Arc<Segment>>,
    settled: u64,
    chance: Chance,
    parked: VecDeque<Parked>,
    trouble: Trouble,
    /// What was sent within the reply window: in the first pass, and where a journal is kept in each.
    recent: Recent,
}

impl Sender {
    /// Sender number `index` of a run.
    pub(crate) fn new(
        shared: Arc<Shared>,
        raw: Arc<Raw>,
        counters: Arc<Counters>,
        channel: Channel<Vec<Reply>>,
        index: usize,
    ) -> Self {
        Self {
            lanes: Lanes::new(raw.clone(), Choice::Auto, index as u32),
            shared,
            raw,
            counters,
            outbox: Outbox::new(channel),
            leased: Vec::new(),
            pass: 1,
            capped: Capped::default(),
            segment: None,
            settled: 0,
            chance: Chance::default(),
            parked: VecDeque::new(),
            trouble: Trouble::default(),
            recent: Recent::default(),
        }
    }

    /// Send until the line is done or the run is stopped.
    pub(crate) fn run(mut self, index: usize) -> Result<(), EngineError> {
        let shared = self.shared.clone();
        let mut turn = shared.turn(index);
        while !self.shared.stop.load(Ordering::Relaxed) {
            let before_ns = self.shared.clock.now_ns();
            self.shared.regulate(before_ns / 1000);
            let (held, until_us) = if self.is_stuck() { (Some(self.trouble.lack()), 0) } else { self.launch()? };
            self.report_settled();
            self.outbox.flush(before_ns / 1000);
            let pause_us = self.flush(before_ns / 1000);
            if held.is_none() && self.parked.is_empty() && self.lanes.pending() == 0 {
                break;
            }
            self.forget(before_ns / 1000);
            drop(turn);
            self.sleep(until_us.max(pause_us.unwrap_or(0)));
            turn = shared.turn(index);
            let held = if pause_us.is_some() { self.trouble.lack() } else { held.unwrap_or(Held::Idle) };
            self.counters.held(held, self.shared.clock.now_ns() - before_ns);
        }
        self.wind_up();
        drop(turn);
        self.outbox.finish();
        Ok(())
    }

    /// Whether what is queued could not leave: nothing is added to it, or all of it would leave at once.
    fn is_stuck(&self) -> bool {
        self.trouble.failures > 0 && self.lanes.pending() > 0
    }

    fn now_us(&self) -> u64 {
        self.shared.clock.now_ns() / 1000
    }

    fn sleep(&self, until_us: u64) {
        let wait_us = until_us.saturating_sub(self.now_us()).min(NAP_US);
        if wait_us > 0 {
            std::thread::sleep(Duration::from_micros(wait_us));
        }
    }

    /// Send until something holds us back: what, and until when; none at the end of the line.
    fn launch(&mut self) -> Result<Pause, EngineError> {
        let mut now_ns = self.shared.clock.now_ns();
        self.unpark(now_ns / 1000)?;
        if self.raw.crowded.load(Ordering::Relaxed) || self.parked.len() >= MOST_PARKED {
            return Ok((Some(Held::Window), now_ns / 1000 + NAP_US / 10));
        }
        for count in 0..BURST {
            if count % TICK == 0 {
                now_ns = self.shared.clock.now_ns();
            }
            if self.shared.regulator.is_turn_of_canary(&mut self.chance, now_ns, self.shared.pace.heap())
                && self.shared.pace.claim(now_ns).is_ok()
            {
                self.ask_canary(now_ns / 1000)?;
            }
            match self.next(now_ns) {
                Ok((position, pass)) => self.ask(position, pass, now_ns / 1000)?,
                Err(pause) => return Ok(pause),
            }
        }
        Ok((Some(Held::Nothing), 0))
    }

    pub(super) fn lease(&mut self, now_us: u64) -> Lease {
        self.report_settled();
        let (lease, segment, pass) = self.shared.feed.lease(now_us);
        self.segment = Some(segment);
        if pass != self.pass {
            self.pass = pass;
            self.raw.neighbours.forget_absent();
        }
        match lease {
            Lease::Positions(mut positions) => {
                positions.reverse();
                Lease::Positions(positions)
            }
            other => other,
        }
    }

    /// Try again what waited for a MAC.
    fn unpark(&mut self, now_us: u64) -> Result<(), EngineError> {
        for _ in 0..self.parked.len().min(BURST) {
            if self.parked.front().is_none_or(|parked| parked.at_us > now_us && !self.is_known(parked.position)) {
                break;
            }
            let Some(parked) = self.parked.pop_front() else {
                break;
            };
            if self.shared.has_caps() {
                self.capped.hold(parked.position, parked.pass, now_us);
            } else {
                self.ask(parked.position, parked.pass, now_us)?;
            }
        }
        Ok(())
    }

    /// Whether the next hop of a parked position has told its MAC meanwhile.
    fn is_known(&self, position: u64) -> bool {
        let addr = self.shared.settings.line.at(position).addr;
        self.raw.way(addr).is_ok_and(|way| {
            let hop = if let crate::route::NextHop::Gateway(gateway) = way.next_hop { gateway } else { addr };
            self.raw.mac((way.interface.index, hop)).is_some()
        })
    }

    /// Send one probe, or find out why not.
    fn ask(&mut self, position: u64, pass: u32, now_us: u64) -> Result<(), EngineError> {
        if pass > 1 && !self.is_silent(position) {
            // It has answered since it was leased.
            self.settled += 1;
            return Ok(());
        }
        let target = self.shared.settings.line.at(position);
        if !self.shared.permits(target.addr) {
            self.give_up(position, target, OUT_OF_SCOPE);
            return Ok(());
        }
        let Ok(lane) = self.lanes.to(target.addr)? else {
            self.give_up(position, target, NO_ROUTE);
            return Ok(());
        };
        let mac = match self.lanes.next_hop(lane, target.addr, now_us) {
            Next::Bare => None,
            Next::To(mac) => Some(mac),
            Next::Later(at_us) => {
                self.parked.push_back(Parked { position, pass, at_us });
                return Ok(());
            }
            Next::Absent(true) => {
                self.give_up(position, target, "EHOSTUNREACH");
                return Ok(());
            }
            Next::Absent(false) => {
                self.mark_silent(position);
                self.finish(position);
                self.settled += 1;
                return Ok(());
            }
        };
        self.mark_silent(position);
        self.raw.times.note(position, now_us);
        if pass == 1 || self.shared.keeps() {
            self.recent.note(position, pass, now_us);
        }
        let port = self.raw.asking_port(target);
        while !self.push(lane, mac, target, port, pass, now_us) {
            if let Some(until_us) = self.flush(self.now_us()) {
                self.sleep(until_us);
            }
            if self.shared.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
        }
        self.settled += 1;
        self.counters.asked();
        Ok(())
    }

    pub(super) fn push(
        &mut self,
        lane: usize,
        mac: Option<Mac>,
        target: Target,
        port: u16,
        pass: u32,
        now_us: u64,
    ) -> bool {
        let to = (target.addr, target.port);
        if target.transport == Transport::Tcp {
            let seq = self.raw.cookies.seq(port, target.addr, target.port);
            return self.lanes.at(lane).push_syn(to, mac, port, seq);
        }
        let subject = subject(&self.shared, target, now_us);
        match Datagrams::new(subject).first(self.shared.settings.pack.as_deref(), pass) {
            Some(payload) => self.lanes.at(lane).push_datagram(to, mac, port, &payload),
            None => true,
        }
    }

    fn mark_silent(&self, position: u64) {
        if self.segment.as_ref().is_some_and(|segment| segment.mark(position, true)) {
            self.counters.silent(1);
        }
    }

    fn is_silent(&self, position: u64) -> bool {
        self.segment.as_ref().is_some_and(|segment| segment.is_silent(position))
    }

    /// A position needs nothing more in this pass, not even to be waited for.
    fn finish(&self, position: u64) {
        if let Some(segment) = &self.segment {
            segment.finish(position);
        }
    }

    /// Count a target that we cannot ask.
    fn give_up(&mut self, position: u64, target: Target, reason: &'static str) {
        self.counters.error(reason);
        self.unmark(position);
        self.finish(position);
        self.settled += 1;
        self.count_unknown(target, reason);
    }

    fn count_unknown(&mut self, target: Target, reason: &'static str) {
        self.counters.verdict(State::Unknown);
        if self.shared.settings.show.wants(State::Unknown) {
            let reply = self.shared.reply(target, State::Unknown, reason, None);
            self.shared.produce(&reply, false);
            self.outbox.push(reply, self.now_us());
        }
    }

    /// A position is not silent after all; whether it counted as that.
    fn unmark(&self, position: u64) -> bool {
        let was_silent = self.shared.feed.segment_of(position).is_some_and(|segment| segment.mark(position, false));
        if was_silent {
            self.counters.silent(-1);
        }
        was_silent
    }

    fn report_settled(&mut self) {
        if let (Some(segment), 1..) = (&self.segment, self.settled) {
            segment.settle(std::mem::take(&mut self.settled));
        }
    }
}
