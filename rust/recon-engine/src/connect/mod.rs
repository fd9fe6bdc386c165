//! The kernel-sockets backend: one poll loop a thread, a window of non-blocking connections, no unsafe code.

mod canary;
mod conn;
mod datagram;
pub(crate) mod dial;
mod events;
mod launch;
mod rtt;
pub(crate) mod slab;
mod sockets;
mod talk;
mod verdict;
pub(crate) mod wheel;

use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crossbeam_channel::Sender;
use mio::Events;
use recon_core::reply::Reply;

use crate::EngineError;
use crate::counters::{Counters, Held};
use crate::feed::Segment;
use crate::outbox::Outbox;
use crate::regulate::Chance;
use crate::sweep::Shared;
use crate::talks::Talks;
use conn::Due;
use datagram::Datagrams;
pub(crate) use datagram::OwnPorts;
use launch::{Later, Pause};
use rtt::Rtt;
use sockets::Sockets;
use wheel::Wheel;

/// Events taken from the kernel at once.
const EVENTS: usize = 1024;
/// Bytes read at once.
const READ_BYTES: usize = 16 * 1024;
/// Shortest time that the poller can wait for.
const POLL_LEAST: Duration = Duration::from_millis(1);
/// Longest sleep: how soon `stop` is noticed, in microseconds.
const NAP_US: u64 = 20_000;

/// One thread of the backend.
#[derive(Debug)]
pub(crate) struct Worker {
    shared: Arc<Shared>,
    counters: Arc<Counters>,
    outbox: Outbox,
    sockets: Sockets,
    talks: Talks,
    /// Ports among those in conversation that may wait to be accepted, at most.
    most_young: usize,
    /// UDP ports that were asked.
    datagrams: Datagrams,
    /// Connections allowed now, and at most; local failures shrink it.
    window: usize,
    widest: usize,
    /// What a full window is to be called.
    full: Held,
    wheel: Wheel<Due>,
    due: Vec<Due>,
    rtt: Rtt,
    /// Positions leased and not yet started, last first.
    leased: Vec<u64>,
    pass: u32,
    segment: Option<Arc<Segment>>,
    /// Positions settled but not yet reported to the segment.
    settled: u64,
    chance: Chance,
    later: BinaryHeap<Later>,
    buffer: Vec<u8>,
    /// What is concluded from now on is cut short.
    is_ending: bool,
}

impl Worker {
    /// Make a worker; `[window, most_young]` bound its connections, `full` names what a full window means.
    pub(crate) fn new(
        shared: Arc<Shared>,
        counters: Arc<Counters>,
        channel: Sender<Vec<Reply>>,
        [window, most_young]: [usize; 2],
        full: Held,
    ) -> Result<Self, EngineError> {
        let system = |source| EngineError::System { what: "opening a poller", source };
        Ok(Self {
            sockets: Sockets::new(counters.clone()).map_err(system)?,
            talks: Talks::new(shared.clone())?,
            datagrams: Datagrams::new(&shared.settings),
            shared,
            counters,
            outbox: Outbox::new(channel),
            most_young,
            window,
            widest: window,
            full,
            wheel: Wheel::new(),
            due: Vec::new(),
            rtt: Rtt::default(),
            leased: Vec::new(),
            pass: 1,
            segment: None,
            settled: 0,
            chance: Chance::default(),
            later: BinaryHeap::new(),
            buffer: vec![0; READ_BYTES],
            is_ending: false,
        })
    }

    /// Work until the line is done or the run is stopped.
    pub(crate) fn run(mut self, index: usize) -> Result<(), EngineError> {
        let shared = self.shared.clone();
        let mut turn = shared.turn(index);
        let mut events = Events::with_capacity(EVENTS);
        while !self.shared.stop.load(Ordering::Relaxed) {
            let before_ns = self.shared.clock.now_ns();
            self.shared.regulate(before_ns / 1000);
            let keeps_up = self.outbox.flush(before_ns / 1000);
            self.serve_owed();
            let pause = if keeps_up { self.launch() } else { Pause::reader() };
            self.flush_datagrams();
            self.report_settled();
            if pause.done && self.held() == 0 && self.talks.len() == 0 {
                break;
            }
            let polled_us = self.now_us();
            drop(turn);
            let waited = self.wait(&mut events, &pause, polled_us);
            turn = shared.turn(index);
            waited?;
            self.handle(&events);
            if events.iter().count() < EVENTS {
                self.expire(polled_us);
            }
            self.settle_talks();
            self.counters.held(pause.by, self.shared.clock.now_ns() - before_ns);
        }
        self.wind_up();
        drop(turn);
        self.outbox.finish();
        Ok(())
    }

    /// Sockets in use.
    fn held(&self) -> usize {
        self.sockets.conns.len() + self.datagrams.len()
    }

    fn now_us(&self) -> u64 {
        self.shared.clock.now_ns() / 1000
    }

    /// Sleep until something happens, is due, or may be sent.
    fn wait(&mut self, events: &mut Events, pause: &Pause, now_us: u64) -> Result<(), EngineError> {
        let due = [
            self.wheel.next_us(),
            self.talks.next_us(),
            self.outbox.due_us(),
            Some(pause.until_us),
            Some(now_us + NAP_US),
        ];
        let until = due.into_iter().flatten().min().unwrap_or(now_us);
        let mut patience = Duration::from_micros(until.saturating_sub(now_us));
        if pause.by == Held::Rate && patience < POLL_LEAST {
            // The poller counts in milliseconds; a stream of packets that is to be even cannot.
            std::thread::sleep(patience);
            patience = Duration::ZERO;
        }
        match self.sockets.poll.poll(events, Some(patience)) {
            Err(source) if source.kind() != std::io::ErrorKind::Interrupted => {
                Err(EngineError::System { what: "polling", source })
            }
            _ => Ok(()),
        }
    }

    fn handle(&mut self, events: &Events) {
        for event in events {
            match datagram::key_of(event.token()) {
                (key, true) => self.on_datagram(key),
                (key, false) if self.sockets.conns.contains(key) => self.on_event(key, event),
                (_, false) => {}
            }
        }
    }

    /// Act on deadlines that had passed before the last look at the sockets, so that a late wake-up of ours
    /// never hides an answer that had come in time.
    fn expire(&mut self, polled_us: u64) {
        let mut due = std::mem::take(&mut self.due);
        self.wheel.expire(polled_us, &mut due);
        for item in due.drain(..) {
            match item {
                Due::Conn(key) if self.sockets.conns.contains(key) => self.on_conn_deadline(key, polled_us),
                Due::Datagram(key) if self.datagrams.contains(key) => self.on_datagram_deadline(key, polled_us),
                Due::Extra(port, wire) => self.sockets.extras.push_back((port, wire)),
                Due::Owed(key) => self.datagrams.owe(key),
                Due::Conn(_) | Due::Datagram(_) => {}
            }
        }
        self.due = due;
        self.talks.expire(&mut self.sockets, polled_us);
    }

    fn report_settled(&mut self) {
        if let (Some(segment), 1..) = (&self.segment, self.settled) {
            segment.settle(std::mem::take(&mut self.settled));
        }
    }

    /// Conclude what is under way: open ports keep their row, handshakes stay without a verdict.
    fn wind_up(&mut self) {
        self.is_ending = true;
        self.talks.stop(&mut self.sockets);
        self.settle_talks();
        for key in self.datagrams.keys() {
            if self.has_answered(key) {
                self.settle_datagram(key);
            }
        }
        self.report_settled();
    }
}
