//! Carries a dialogue over a kernel socket: bytes in, bytes out, deadlines. What to say is the dialogue's business.

use std::io::{ErrorKind, Read, Write};

use mio::Token;
use mio::event::Event;
use recon_core::dialogue::Dialogue;

use super::Worker;
use super::dial;

/// What reading or writing came to.
enum Flow {
    Going,
    Closed,
}

impl Worker {
    pub(super) fn on_event(&mut self, event: &Event) {
        let token = event.token();
        if self.conns[token].dialogue.is_none() {
            self.on_handshake(token, event);
        }
        if !self.conns.contains(token) || self.conns[token].dialogue.is_none() {
            return;
        }
        if event.is_writable() {
            self.pump(token);
        }
        if self.conns.contains(token) && (event.is_readable() || event.is_read_closed() || event.is_error()) {
            self.read(token, event.is_read_closed() || event.is_error());
        }
    }

    /// The socket reported on a handshake: established, refused, or failed.
    fn on_handshake(&mut self, token: Token, event: &Event) {
        match self.conns[token].stream.take_error() {
            Ok(Some(error)) | Err(error) => self.on_refused(token, &error),
            Ok(None) if event.is_writable() => self.on_established(token),
            Ok(None) => {}
        }
    }

    fn on_established(&mut self, token: Token) {
        let now_us = self.now_us();
        let conn = &mut self.conns[token];
        conn.rtt_us = now_us - conn.started_us;
        if !dial::is_self_connected(&conn.stream, conn.target) {
            self.rtt.sample(conn.rtt_us);
            self.on_open(token);
        } else if let Some(conn) = self.conns.remove(token) {
            dial::hang_up(&conn.stream);
            self.counters.in_flight(-1);
            self.try_later(conn.ticket, conn.target, dial::SELF_CONNECTED, false, now_us);
        }
    }

    fn on_refused(&mut self, token: Token, error: &std::io::Error) {
        let Some(conn) = self.conns.remove(token) else {
            return;
        };
        let now_us = self.now_us();
        self.rtt.sample(now_us - conn.started_us);
        self.counters.in_flight(-1);
        self.on_outcome(conn.ticket, conn.target, dial::outcome(error, conn.target.addr), now_us);
    }

    /// The connection stands: talk, or leave at once when only the handshake was wanted.
    pub(super) fn on_open(&mut self, token: Token) {
        let Some(pack) = self.shared.settings.pack.clone() else {
            let Some(conn) = self.conns.remove(token) else {
                return;
            };
            dial::hang_up(&conn.stream);
            self.counters.in_flight(-1);
            self.settle_open(conn.ticket, conn.target, conn.rtt_us);
            return;
        };
        let now_us = self.now_us();
        let settings = &self.shared.settings;
        let conn = &mut self.conns[token];
        if conn.rtt_us == 0 {
            conn.rtt_us = now_us - conn.started_us;
            self.rtt.sample(conn.rtt_us);
        }
        let host = settings.names.get(&conn.target.addr).cloned();
        let dialogue =
            Dialogue::open(&pack, conn.target, host, conn.rtt_us, now_us, settings.budget, settings.transcripts);
        conn.armed_us = u64::MAX;
        conn.dialogue = Some(Box::new(dialogue));
        self.talks += 1;
        self.pump(token);
    }

    /// Send what the dialogue wants to say, arm its deadline, or end it.
    fn pump(&mut self, token: Token) {
        let conn = &mut self.conns[token];
        if let Some(bytes) = conn.dialogue.as_mut().and_then(|dialogue| dialogue.transmit()) {
            conn.unsent.extend_from_slice(&bytes);
        }
        if let Flow::Closed = write(&mut conn.stream, &mut conn.unsent) {
            self.on_peer_closed(token);
            return;
        }
        self.arm(token);
    }

    fn arm(&mut self, token: Token) {
        let conn = &mut self.conns[token];
        let Some(dialogue) = &conn.dialogue else {
            return;
        };
        if dialogue.is_done() {
            self.finish(token);
            return;
        }
        conn.deadline_us = dialogue.deadline_us();
        if conn.deadline_us < conn.armed_us {
            conn.armed_us = conn.deadline_us;
            self.wheel.insert(conn.deadline_us, token);
        }
    }

    /// Hand what arrived to the dialogue until the socket is empty.
    fn read(&mut self, token: Token, closing: bool) {
        let Some(pack) = self.shared.settings.pack.clone() else {
            return;
        };
        loop {
            let now_us = self.now_us();
            let conn = &mut self.conns[token];
            let Some(dialogue) = &mut conn.dialogue else {
                return;
            };
            match conn.stream.read(&mut self.buffer) {
                Ok(0) => return self.on_peer_closed(token),
                Ok(count) => {
                    dialogue.on_data(&pack, &mut self.scratch, &self.buffer[..count], now_us);
                    if dialogue.is_done() || (count < self.buffer.len() && !closing) {
                        return self.pump(token);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return self.pump(token),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return self.on_peer_closed(token),
            }
        }
    }

    pub(super) fn on_deadline(&mut self, token: Token, now_us: u64) {
        let conn = &mut self.conns[token];
        if conn.deadline_us > now_us {
            conn.armed_us = conn.deadline_us;
            self.wheel.insert(conn.deadline_us, token);
            return;
        }
        conn.armed_us = u64::MAX;
        let Some(dialogue) = &mut conn.dialogue else {
            return self.give_up(token, now_us);
        };
        if let Some(pack) = &self.shared.settings.pack {
            dialogue.on_timeout(pack, &mut self.scratch, now_us);
        }
        self.pump(token);
    }

    /// The peer closed, or we stop: make what we can of what was said.
    pub(super) fn on_peer_closed(&mut self, token: Token) {
        let conn = &mut self.conns[token];
        if let (Some(dialogue), Some(pack)) = (&mut conn.dialogue, &self.shared.settings.pack) {
            dialogue.on_close(pack, &mut self.scratch);
        }
        self.finish(token);
    }

    fn finish(&mut self, token: Token) {
        if let Some(conn) = self.conns.remove(token) {
            self.settle_talk(conn);
        }
    }
}

/// Write what the socket takes now; the rest stays in `unsent`.
fn write(stream: &mut mio::net::TcpStream, unsent: &mut Vec<u8>) -> Flow {
    while !unsent.is_empty() {
        match stream.write(unsent) {
            Ok(0) => return Flow::Closed,
            Ok(count) => drop(unsent.drain(..count)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Flow::Going,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Flow::Closed,
        }
    }
    Flow::Going
}
