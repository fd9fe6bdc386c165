//! Opens the enumerators' connections: in turn, within the caps, at the run's pace.

use std::net::IpAddr;
use std::sync::Arc;

use mio::{Interest, Token};
use recon_core::space::{Target, Transport};

use super::line::{Line, Wanted};
use super::worker::Worker;
use super::{Event, Id};
use crate::connect::dial::{self, Dialed};
use crate::connect::slab::Key;
use crate::errno::{OUT_OF_SCOPE, Outcome};
use crate::leave::Wait;

/// How long to wait for a connection, and for TLS on it, in microseconds.
pub(super) const OPEN_US: u64 = 4_000_000;
/// How long to wait for a greeting: only where this server was heard to greet, so its absence is no answer.
const GREETING_US: u64 = 4_000_000;
/// Pause before a connection is tried again that failed for want of something of ours.
const BACK_OFF_US: u64 = 20_000;

/// An `Open` that waits for its turn.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) id: Id,
    pub(super) addr: IpAddr,
    pub(super) port: u16,
    pub(super) host: Option<Arc<str>>,
    pub(super) tls: bool,
    pub(super) greeting: bool,
    pub(super) lend: bool,
    pub(super) not_before_us: u64,
    /// When its conversation ends; none while it has not begun, for waiting in line is nobody's fault.
    pub(super) end_us: Option<u64>,
    /// Bytes that its conversation may still receive.
    pub(super) room: usize,
}

impl Worker {
    /// Open what waits for its turn; when to look again if something still waits.
    pub(super) fn open_waiting(&mut self, now_us: u64) -> Option<u64> {
        for _ in 0..self.waiting.len() {
            if self.lines.len() >= self.caps.connections {
                return None;
            }
            let mut opening = self.waiting.pop_front()?;
            let busy = self.per_host.get(&opening.addr).copied().unwrap_or(0) >= self.caps.per_host;
            if opening.end_us.is_some_and(|end_us| now_us >= end_us) {
                self.queued.remove(&opening.id);
                self.said.push((opening.id, Event::Closed(Vec::new(), "timeout")));
            } else if busy || now_us < opening.not_before_us {
                self.waiting.push_back(opening);
            } else {
                match self.shared.leave_further(|| opening.addr, now_us * 1000) {
                    Ok(()) => {
                        self.queued.remove(&opening.id);
                        self.open(opening, now_us);
                    }
                    Err(Wait::Host(at_ns)) => {
                        opening.not_before_us = at_ns.div_ceil(1000);
                        self.waiting.push_back(opening);
                    }
                    Err(Wait::All(free_ns)) => {
                        self.waiting.push_front(opening);
                        return Some(free_ns.div_ceil(1000));
                    }
                }
            }
        }
        (!self.waiting.is_empty()).then_some(now_us + BACK_OFF_US)
    }

    fn open(&mut self, mut opening: Opening, now_us: u64) {
        let target = Target { addr: opening.addr, port: opening.port, transport: Transport::Tcp };
        if !self.shared.permits(opening.addr) {
            self.counters.error(OUT_OF_SCOPE);
            return self.said.push((opening.id, Event::Closed(Vec::new(), OUT_OF_SCOPE)));
        }
        match dial::dial(target, None) {
            Ok(dialed) => self.hold(opening, dialed, now_us),
            Err(error) => match dial::outcome(&error, opening.addr) {
                Outcome::Local { name, scarce } => {
                    self.counters.error(name);
                    if scarce {
                        opening.not_before_us = now_us + BACK_OFF_US;
                        opening.end_us.get_or_insert(now_us + self.caps.total_us);
                        self.queued.insert(opening.id);
                        self.waiting.push_back(opening);
                    } else {
                        self.said.push((opening.id, Event::Closed(Vec::new(), name)));
                    }
                }
                _ => self.said.push((opening.id, Event::Closed(Vec::new(), "refused"))),
            },
        }
    }

    fn hold(&mut self, opening: Opening, dialed: Dialed, now_us: u64) {
        let Dialed { mut stream, open } = dialed;
        let token = Token(self.lines.reserve().0 as usize);
        if self.poll.registry().register(&mut stream, token, Interest::READABLE | Interest::WRITABLE).is_err() {
            dial::hang_up(&stream);
            self.said.push((opening.id, Event::Closed(Vec::new(), "no poller")));
            return;
        }
        self.counters.sent();
        let end_us = opening.end_us.unwrap_or(now_us + self.caps.total_us);
        let deadline_us = (now_us + OPEN_US).min(end_us);
        let key = self.lines.insert(Line {
            id: opening.id,
            addr: opening.addr,
            host: opening.host,
            stream,
            tls: None,
            wanted: Wanted::Connection { tls: opening.tls, greeting: opening.greeting, lend: opening.lend },
            deadline_us,
            end_us,
            received: Vec::new(),
            unsent: Vec::new(),
            closed: false,
            room: opening.room,
        });
        *self.per_host.entry(opening.addr).or_default() += 1;
        self.by_id.insert(opening.id, key);
        self.wheel.insert(deadline_us, key);
        if open {
            self.on_open(key);
        }
    }

    pub(super) fn on_open(&mut self, key: Key) {
        let now_us = self.now_us();
        let line = &mut self.lines[key];
        let Wanted::Connection { tls, greeting, lend } = line.wanted else {
            return;
        };
        if lend {
            self.lend(key);
        } else if tls {
            self.secure(key, None, greeting, now_us);
        } else {
            self.ready_to_talk(key, greeting, now_us);
        }
    }

    pub(super) fn ready_to_talk(&mut self, key: Key, greeting: bool, now_us: u64) {
        let line = &mut self.lines[key];
        if greeting {
            line.wanted = Wanted::Greeting;
            line.deadline_us = (now_us + GREETING_US).min(line.end_us);
            self.wheel.insert(line.deadline_us, key);
            self.settle(key);
        } else {
            line.wanted = Wanted::Nothing;
            self.said.push((line.id, Event::Done(Vec::new())));
        }
    }
}
