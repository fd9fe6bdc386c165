//! A worker's kernel connections, by key. Carries what conversations say; decides nothing.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use mio::{Interest, Poll};
use recon_core::dialogue::Wire;
use recon_core::space::Target;

use super::conn::{Conn, Role};
use super::datagram::stream_token;
use super::dial;
use super::slab::{Key, Slab};
use crate::counters::Counters;
use crate::talks::Carrier;

/// Connections, the poller that watches them, and those that conversations wait for.
#[derive(Debug)]
pub(super) struct Sockets {
    pub(super) poll: Poll,
    pub(super) conns: Slab<Conn>,
    /// Further connections that conversations want.
    pub(super) extras: VecDeque<(Key, Wire)>,
    counters: Arc<Counters>,
}

impl Sockets {
    pub(super) fn new(counters: Arc<Counters>) -> io::Result<Self> {
        Ok(Self { poll: Poll::new()?, conns: Slab::new(), extras: VecDeque::new(), counters })
    }

    /// Watch a connection; its times are start and deadline.
    pub(super) fn hold(
        &mut self,
        role: Role,
        target: Target,
        mut stream: mio::net::TcpStream,
        [started_us, deadline_us]: [u64; 2],
        is_open: bool,
    ) -> io::Result<Key> {
        let token = stream_token(self.conns.reserve());
        // An open socket is writable at once, which is no news; `flush` asks for it when a write is cut short.
        let interest = if is_open { Interest::READABLE } else { Interest::READABLE | Interest::WRITABLE };
        let registered = self.poll.registry().register(&mut stream, token, interest);
        if let Err(error) = registered {
            dial::hang_up(&stream);
            return Err(error);
        }
        self.counters.in_flight(1);
        Ok(self.conns.insert(Conn { role, target, stream, started_us, deadline_us, unsent: Vec::new() }))
    }

    /// Forget a connection, ending it with a RST.
    pub(super) fn remove(&mut self, key: Key) -> Option<Conn> {
        let conn = self.conns.remove(key)?;
        dial::hang_up(&conn.stream);
        self.counters.in_flight(-1);
        Some(conn)
    }

    /// Write what the socket takes now; the rest waits until it is writable again.
    pub(super) fn flush(&mut self, key: Key) {
        let Some(conn) = self.conns.get_mut(key) else {
            return;
        };
        dial::write_out(&mut conn.stream, &mut conn.unsent);
        if !conn.unsent.is_empty() {
            let interest = Interest::READABLE | Interest::WRITABLE;
            // Without it the rest would wait for the deadline, as for a peer that takes nothing.
            let _ = self.poll.registry().reregister(&mut conn.stream, stream_token(key), interest);
        }
    }
}

impl Carrier for Sockets {
    fn open(&mut self, port: Key, wire: Wire) {
        self.extras.push_back((port, wire));
    }

    fn say(&mut self, connection: Key, bytes: &[u8]) {
        if let Some(conn) = self.conns.get_mut(connection).filter(|_| !bytes.is_empty()) {
            conn.unsent.extend_from_slice(bytes);
            self.flush(connection);
        }
    }

    fn end(&mut self, connection: Key) {
        self.remove(connection);
    }

    fn origin(&self, connection: Key) -> String {
        let local = self.conns[connection].stream.local_addr();
        local.map_or_else(|error| error.to_string(), |addr| addr.to_string())
    }
}
