//! What the sockets report: handshakes that end, data, closes, and deadlines. Decides nothing about what is said.

use std::io::{ErrorKind, Read};

use mio::event::Event;
use recon_core::dialogue::Wire;

use super::Worker;
use super::conn::{Due, Role};
use super::dial;
use super::slab::Key;
use crate::feed::Ticket;

impl Worker {
    pub(super) fn on_event(&mut self, key: Key, event: &Event) {
        match self.sockets.conns[key].role {
            Role::Asking(ticket) => self.on_handshake(key, ticket, event),
            Role::Opening { port, wire } => self.on_extra_handshake(key, (port, wire), event),
            Role::Canary(position) => return self.on_canary_event(key, position, event),
            Role::Talking { .. } => {}
        }
        if !self.is_talking(key) {
            return;
        }
        if event.is_writable() {
            self.sockets.flush(key);
        }
        if event.is_readable() || event.is_read_closed() || event.is_error() {
            self.read(key, event.is_read_closed() || event.is_error());
        }
    }

    fn is_talking(&mut self, key: Key) -> bool {
        self.sockets.conns.get_mut(key).is_some_and(|conn| matches!(conn.role, Role::Talking { .. }))
    }

    /// The socket reported on the sweep's own question: established, refused, or failed.
    fn on_handshake(&mut self, key: Key, ticket: Ticket, event: &Event) {
        if is_plainly_open(event) {
            return self.on_established(key, ticket);
        }
        match self.sockets.conns[key].stream.take_error() {
            Ok(Some(error)) if dial::was_open(&error) => self.on_established(key, ticket),
            Ok(Some(error)) | Err(error) => self.on_refused(key, ticket, &error),
            Ok(None) if event.is_writable() => self.on_established(key, ticket),
            Ok(None) => {}
        }
    }

    fn on_established(&mut self, key: Key, ticket: Ticket) {
        let conn = &self.sockets.conns[key];
        let target = conn.target;
        if self.shared.is_self_connected(&conn.stream, target) {
            let now_us = self.now_us();
            self.sockets.remove(key);
            self.try_later(ticket, target, dial::SELF_CONNECTED, false, now_us);
        } else {
            self.on_open(key);
        }
    }

    fn on_refused(&mut self, key: Key, ticket: Ticket, error: &std::io::Error) {
        let Some(conn) = self.sockets.remove(key) else {
            return;
        };
        let now_us = self.now_us();
        self.rtt.sample(now_us - conn.started_us);
        self.counters.trip(now_us - conn.started_us);
        self.on_outcome(ticket, conn.target, dial::outcome(error, conn.target.addr), now_us);
    }

    fn on_extra_handshake(&mut self, key: Key, (port, wire): (Key, Wire), event: &Event) {
        match self.sockets.conns[key].stream.take_error() {
            Ok(Some(error)) if dial::was_open(&error) => self.on_extra_open(key, port, wire),
            Ok(Some(_)) | Err(_) => self.on_extra_refused(key, port, wire),
            Ok(None) if event.is_writable() => self.on_extra_open(key, port, wire),
            Ok(None) => {}
        }
    }

    /// Hand what arrived to the dialogue until the socket is empty.
    fn read(&mut self, key: Key, closing: bool) {
        let mut buffer = std::mem::take(&mut self.buffer);
        while let Some(conn) = self.sockets.conns.get_mut(key) {
            match conn.stream.read(&mut buffer) {
                Ok(0) => self.on_peer_closed(key),
                Ok(count) => {
                    self.on_bytes(key, &buffer[..count]);
                    if count < buffer.len() && !closing {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.on_peer_closed(key),
            }
        }
        self.buffer = buffer;
    }

    pub(super) fn on_conn_deadline(&mut self, key: Key, now_us: u64) {
        let conn = &self.sockets.conns[key];
        match conn.role {
            Role::Asking(_) | Role::Canary(_) if conn.deadline_us > now_us => {
                self.wheel.insert(conn.deadline_us, Due::Conn(key));
            }
            Role::Asking(ticket) => self.give_up(key, ticket, now_us),
            Role::Canary(_) => drop(self.sockets.remove(key)),
            Role::Opening { .. } | Role::Talking { .. } => {}
        }
    }
}

/// Whether the event alone proves the handshake. Linux reports a failed one as an error too; elsewhere only asking
/// the socket tells.
fn is_plainly_open(event: &Event) -> bool {
    cfg!(target_os = "linux") && event.is_writable() && !event.is_error() && !event.is_write_closed()
}
