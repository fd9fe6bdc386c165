//! Tells conversations what their kernel sockets did. What that means is theirs.

use recon_core::dialogue::Wire;

use super::Worker;
use super::conn::Role;
use super::slab::Key;
use crate::talks::Opened;

impl Worker {
    /// The sweep's own connection stands: talk, or leave at once when only the handshake was wanted.
    pub(super) fn on_open(&mut self, key: Key) {
        let now_us = self.now_us();
        let conn = &mut self.sockets.conns[key];
        let Role::Asking(ticket) = conn.role else {
            return;
        };
        let (target, rtt_us) = (conn.target, now_us - conn.started_us);
        self.rtt.sample(rtt_us);
        self.counters.opened(Some(ticket.position), target.addr, Some(rtt_us));
        if self.shared.settings.pack.is_none() {
            self.sockets.remove(key);
            self.settle_open(ticket, target, rtt_us);
            return;
        }
        conn.role = Role::Talking { port: self.talks.reserve(), wire: 0 };
        self.talks.open(&mut self.sockets, Opened { ticket, target, rtt_us, ttl: None }, key);
    }

    pub(super) fn on_extra_open(&mut self, key: Key, port: Key, wire: Wire) {
        self.sockets.conns[key].role = Role::Talking { port, wire };
        if self.talks.contains(port) {
            self.talks.on_extra_open(&mut self.sockets, port, wire, key);
        } else {
            self.sockets.remove(key);
        }
    }

    pub(super) fn on_extra_refused(&mut self, key: Key, port: Key, wire: Wire) {
        self.sockets.remove(key);
        self.talks.on_extra_refused(&mut self.sockets, port, wire);
    }

    /// Bytes came in on a connection.
    pub(super) fn on_bytes(&mut self, key: Key, bytes: &[u8]) {
        if let Role::Talking { port, wire } = self.sockets.conns[key].role {
            self.talks.on_bytes(&mut self.sockets, port, wire, bytes);
        }
    }

    /// The peer closed or broke a connection.
    pub(super) fn on_peer_closed(&mut self, key: Key) {
        let Some(conn) = self.sockets.remove(key) else {
            return;
        };
        if let Role::Talking { port, wire } = conn.role {
            self.talks.on_closed(&mut self.sockets, port, wire);
        }
    }
}
