//! Control probes over kernel sockets: targets that have answered, asked once more. Their answers are never rows.

use std::net::SocketAddr;

use mio::event::Event;
use recon_core::space::{Target, Transport};

use super::Worker;
use super::conn::{Due, Role};
use super::dial::{self, Dialed};
use super::launch::Pause;
use super::slab::Key;
use crate::counters::Held;
use crate::errno::Outcome;
use crate::feed::Ticket;

/// How long a socket waits for the answer: before the kernel would send its SYN again, in microseconds.
const PATIENCE_US: u64 = 990_000;

impl Worker {
    /// Ask a target again that is known to answer.
    pub(super) fn start_canary(&mut self) -> Result<(), Pause> {
        let now_ns = self.shared.clock.now_ns();
        if let Err(free_ns) = self.shared.pace.claim(now_ns) {
            return Err(Pause::until(Held::Rate, free_ns.div_ceil(1000)));
        }
        if let Some(position) = self.shared.regulator.take_canary() {
            let target = self.shared.settings.line.at(position);
            if self.shared.is_let(|| target.addr, now_ns).is_err() {
                self.shared.regulator.canary_withdrawn(position);
                return Ok(());
            }
            match target.transport {
                Transport::Tcp => self.dial_canary(position, target, now_ns / 1000),
                Transport::Udp => self.send_canary(position, target, now_ns / 1000),
            }
        }
        Ok(())
    }

    fn dial_canary(&mut self, position: u64, target: Target, now_us: u64) {
        let deadline_us = now_us + PATIENCE_US;
        let dialed = dial::dial(target, self.shared.settings.source_port).and_then(|Dialed { stream, open }| {
            if open {
                dial::hang_up(&stream);
                return Ok(None);
            }
            self.sockets.hold(Role::Canary(position), target, stream, [now_us, deadline_us], open).map(Some)
        });
        match dialed.map_err(|error| dial::outcome_at_once(&error)) {
            Ok(Some(key)) => self.wheel.insert(deadline_us, Due::Conn(key)),
            Ok(None) | Err(Outcome::Verdict(..)) => self.shared.regulator.canary_answered(position, self.now_us()),
            Err(Outcome::Silent | Outcome::AskRoute(_)) => {}
            Err(Outcome::Local { name, .. }) => {
                self.counters.error(name);
                return self.shared.regulator.canary_withdrawn(position);
            }
        }
        self.counters.sent();
    }

    /// A control probe's socket has news: whatever it is, unless ours, the target answered.
    pub(super) fn on_canary_event(&mut self, key: Key, position: u64, event: &Event) {
        let target = self.sockets.conns[key].target;
        let failed = match self.sockets.conns[key].stream.take_error() {
            Ok(None) if !event.is_writable() => return,
            Ok(None) => None,
            Ok(Some(error)) | Err(error) => Some(error),
        };
        self.sockets.remove(key);
        match failed.filter(|error| !dial::was_open(error)).map(|error| dial::outcome(&error, target.addr)) {
            None | Some(Outcome::Verdict(..)) => self.shared.regulator.canary_answered(position, self.now_us()),
            Some(Outcome::Silent | Outcome::AskRoute(_)) => {}
            Some(Outcome::Local { .. }) => self.shared.regulator.canary_withdrawn(position),
        }
    }

    fn send_canary(&mut self, position: u64, target: Target, now_us: u64) {
        let is_under_way = self.datagrams.is_asking(SocketAddr::new(target.addr, target.port));
        if is_under_way || !self.ask_canary_datagram(Ticket { position, failures: 0, pass: 1 }, target, now_us) {
            self.shared.regulator.canary_withdrawn(position);
        }
    }
}
