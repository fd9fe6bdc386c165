//! UDP over connected kernel sockets: an answer is open, an ICMP error is its verdict, silence is silence.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use mio::net::UdpSocket;
use mio::{Interest, Token};
use recon_core::dialogue::Subject;
use recon_core::dialogue::datagram::Datagrams;
use recon_core::matcher::Scratch;
use recon_core::reply::State;
use recon_core::space::Target;

use super::Worker;
use super::conn::Due;
use super::dial;
use super::slab::Key;
use crate::errno::Outcome;
use crate::feed::Ticket;
use crate::guard::guarded;

/// How long to wait for the answer to a refining question, in microseconds.
const REFINE_US: u64 = 700_000;
/// The largest datagram read.
const LARGEST: usize = 65_535;
const MICROS: i64 = 1_000_000;
/// Tells a datagram socket's token from a stream's.
const MARK: usize = 1;

/// One UDP port that was asked.
#[derive(Debug)]
pub(super) struct Datagram {
    ticket: Ticket,
    target: Target,
    socket: UdpSocket,
    started_us: u64,
    deadline_us: u64,
    /// Round trip of the first answer; none while it is awaited.
    rtt_us: Option<u64>,
    dialogue: Datagrams,
}

/// The token of a stream.
pub(super) fn stream_token(key: Key) -> Token {
    Token((key.0 << 1) as usize)
}

/// The key behind a token, and whether it is a datagram socket's.
pub(super) fn key_of(token: Token) -> (Key, bool) {
    (Key(token.0 as u64 >> 1), token.0 & MARK == MARK)
}

impl Worker {
    /// Send the question of a pass.
    pub(super) fn start_datagram(&mut self, ticket: Ticket, target: Target, now_us: u64) {
        let settings = &self.shared.settings;
        let subject = Subject {
            target,
            host: settings.names.get(&target.addr).cloned(),
            rtt_us: 0,
            opened_us: now_us,
            epoch_s: self.shared.clock.epoch_us(now_us) / MICROS,
        };
        let mut dialogue = Datagrams::new(subject);
        let Some(payload) = dialogue.first(settings.pack.as_deref(), ticket.pass) else {
            self.settle_silent(ticket);
            return;
        };
        let sent = connected(target, settings.source_port).and_then(|socket| {
            socket.send(&payload)?;
            Ok(socket)
        });
        match sent {
            Ok(socket) => self.hold_datagram(ticket, target, socket, dialogue, now_us),
            Err(error) => {
                let outcome = dial::outcome(&error, target.addr);
                if !matches!(outcome, Outcome::Local { .. }) {
                    self.counters.sent();
                }
                self.on_outcome(ticket, target, outcome, now_us);
            }
        }
    }

    fn hold_datagram(
        &mut self,
        ticket: Ticket,
        target: Target,
        mut socket: UdpSocket,
        dialogue: Datagrams,
        started_us: u64,
    ) {
        let token = Token((self.datagrams.reserve().0 << 1) as usize | MARK);
        if let Err(error) = self.sockets.poll.registry().register(&mut socket, token, Interest::READABLE) {
            self.on_outcome(ticket, target, dial::outcome(&error, target.addr), started_us);
            return;
        }
        self.counters.sent();
        self.counters.in_flight(1);
        let settings = &self.shared.settings;
        let wait_us = dialogue.wait_us(settings.pack.as_deref()).unwrap_or(0);
        let deadline_us = started_us + settings.timeout_us.max(wait_us);
        let rtt_us = None;
        let datagram = Datagram { ticket, target, socket, started_us, deadline_us, rtt_us, dialogue };
        let key = self.datagrams.insert(datagram);
        self.wheel.insert(deadline_us, Due::Datagram(key));
    }

    /// An answer, or an ICMP error, is there.
    pub(super) fn on_datagram(&mut self, key: Key) {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(LARGEST, 0);
        while let Some(datagram) = self.datagrams.get_mut(key) {
            match datagram.socket.recv(&mut buffer) {
                Ok(count) => self.on_answer(key, &buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => self.on_icmp(key, &error),
            }
        }
        self.buffer = buffer;
    }

    fn on_answer(&mut self, key: Key, data: &[u8]) {
        let now_us = self.now_us();
        let datagram = &mut self.datagrams[key];
        datagram.rtt_us.get_or_insert(now_us - datagram.started_us);
        let pack = self.shared.settings.pack.as_ref();
        let (dialogue, scratch) = (&mut datagram.dialogue, self.talks.scratch());
        let next = guarded(|| pack.and_then(|pack| dialogue.on_data(pack, scratch, data))).unwrap_or_else(|why| {
            *scratch = Scratch::default();
            dialogue.fail(&why);
            None
        });
        self.go_on(key, next, now_us);
    }

    /// Ask a port that answered something more, or settle it.
    fn go_on(&mut self, key: Key, next: Option<Vec<u8>>, now_us: u64) {
        let datagram = &mut self.datagrams[key];
        let sent = next.is_some_and(|payload| datagram.socket.send(&payload).is_ok());
        if !sent {
            return self.settle_datagram(key);
        }
        datagram.deadline_us = now_us + REFINE_US;
        self.wheel.insert(datagram.deadline_us, Due::Datagram(key));
    }

    fn on_icmp(&mut self, key: Key, error: &std::io::Error) {
        if self.datagrams[key].rtt_us.is_some() {
            return self.settle_datagram(key);
        }
        let now_us = self.now_us();
        let Some(datagram) = self.drop_datagram(key) else {
            return;
        };
        let outcome = match dial::outcome(error, datagram.target.addr) {
            Outcome::Verdict(State::Closed, _) => Outcome::Verdict(State::Closed, "port-unreachable"),
            other => other,
        };
        self.on_outcome(datagram.ticket, datagram.target, outcome, now_us);
    }

    pub(super) fn on_datagram_deadline(&mut self, key: Key, now_us: u64) {
        let datagram = &self.datagrams[key];
        if datagram.deadline_us > now_us {
            return;
        }
        if datagram.rtt_us.is_some() {
            let datagram = &mut self.datagrams[key];
            let next = self.shared.settings.pack.as_ref().and_then(|pack| datagram.dialogue.more(pack));
            self.go_on(key, next, now_us);
        } else if let Some(datagram) = self.drop_datagram(key) {
            self.settle_silent(datagram.ticket);
        }
    }

    /// The port answered, and nothing more is to be asked.
    pub(super) fn settle_datagram(&mut self, key: Key) {
        let Some(datagram) = self.drop_datagram(key) else {
            return;
        };
        let (banner, findings) = datagram.dialogue.finish();
        self.count(datagram.ticket, State::Open);
        let mut reply = self.shared.reply(datagram.target, State::Open, "response", datagram.rtt_us);
        reply.banner = banner;
        reply.findings = findings;
        self.send(reply);
    }

    /// Whether a port answered already, so that a stop keeps its row.
    pub(super) fn has_answered(&self, key: Key) -> bool {
        self.datagrams[key].rtt_us.is_some()
    }

    fn drop_datagram(&mut self, key: Key) -> Option<Datagram> {
        let datagram = self.datagrams.remove(key)?;
        self.counters.in_flight(-1);
        Some(datagram)
    }
}

/// A socket that hears only its target, ICMP errors included.
fn connected(target: Target, source_port: Option<u16>) -> std::io::Result<UdpSocket> {
    let any: IpAddr = if target.addr.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = std::net::UdpSocket::bind(SocketAddr::new(any, source_port.unwrap_or(0)))?;
    socket.set_nonblocking(true)?;
    socket.connect(SocketAddr::new(target.addr, target.port))?;
    Ok(UdpSocket::from_std(socket))
}
