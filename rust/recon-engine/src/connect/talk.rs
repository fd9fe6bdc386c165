//! Carries dialogues over kernel sockets, plain or in TLS. What to say is the dialogue's business.

use mio::Interest;
use recon_core::dialogue::{Act, Dialogue, Manner, Subject, Wire};
use recon_core::matcher::{Pack, Scratch};
use recon_core::tls::looks_like;

use super::Worker;
use super::conn::{Due, Port, Role};
use super::datagram::stream_token;
use super::dial;
use super::slab::Key;
use crate::guard::guarded;
use crate::tls::{Progress, TlsWire};

const MICROS: i64 = 1_000_000;

impl Worker {
    /// The sweep's own connection stands: talk, or leave at once when only the handshake was wanted.
    pub(super) fn on_open(&mut self, key: Key) {
        let now_us = self.now_us();
        let conn = &mut self.conns[key];
        let Role::Asking(ticket) = conn.role else {
            return;
        };
        let (target, rtt_us) = (conn.target, now_us - conn.started_us);
        self.rtt.sample(rtt_us);
        let Some(pack) = self.shared.settings.pack.clone() else {
            self.drop_conn(key);
            self.settle_open(ticket, target, rtt_us);
            return;
        };
        let settings = &self.shared.settings;
        let subject = Subject {
            target,
            host: settings.names.get(&target.addr).cloned(),
            rtt_us,
            opened_us: now_us,
            epoch_s: self.shared.clock.epoch_us(now_us) / MICROS,
        };
        let brief = self.shared.hosts.on_open(target.addr);
        let manner = Manner { brief, deep: settings.deep, record: settings.transcripts };
        let dialogue = Dialogue::open(&pack, subject, settings.budget, manner);
        let port = Port {
            ticket,
            target,
            rtt_us,
            dialogue,
            wires: vec![Some(key)],
            armed_us: u64::MAX,
            young: true,
            hung_up: false,
            quiet: false,
        };
        self.young += 1;
        let port = self.ports.insert(port);
        self.conns[key].role = Role::Talking { port, wire: 0 };
        self.remark_open(port, 0, key);
        self.perform(port);
    }

    /// Put down where a connection comes from, if a record is kept.
    fn remark_open(&mut self, port: Key, wire: Wire, key: Key) {
        if !self.shared.settings.transcripts {
            return;
        }
        let now_us = self.now_us();
        let from = self.conns[key].stream.local_addr().map_or_else(|error| error.to_string(), |addr| addr.to_string());
        if let Some(port) = self.ports.get_mut(port) {
            port.dialogue.remark(wire, now_us, || format!("open from {from}"));
        }
    }

    /// Remember which connection serves a wire.
    pub(super) fn attach(&mut self, port: Key, wire: Wire, key: Key) {
        let wires = &mut self.ports[port].wires;
        wires.resize(wires.len().max(wire + 1), None);
        wires[wire] = Some(key);
    }

    pub(super) fn on_extra_open(&mut self, key: Key) {
        let Role::Opening { port, wire } = self.conns[key].role else {
            return;
        };
        self.conns[key].role = Role::Talking { port, wire };
        self.remark_open(port, wire, key);
        self.with_port(port, |dialogue, pack, _, now_us| dialogue.on_open(pack, wire, now_us));
    }

    pub(super) fn on_extra_refused(&mut self, key: Key) {
        let Some(conn) = self.drop_conn(key) else {
            return;
        };
        if let Role::Opening { port, wire } = conn.role {
            self.with_port(port, |dialogue, pack, scratch, now_us| {
                dialogue.on_open_failed(pack, scratch, wire, now_us);
            });
        }
    }

    /// Bytes came in on a connection.
    pub(super) fn on_bytes(&mut self, key: Key, bytes: &[u8]) {
        let conn = &mut self.conns[key];
        let Role::Talking { port, wire } = conn.role else {
            return;
        };
        match &mut conn.tls {
            None => self.with_port(port, |dialogue, pack, scratch, now_us| {
                dialogue.on_data(pack, scratch, wire, bytes, now_us);
            }),
            Some(tls) => {
                let Ok(progress) = guarded(|| tls.take(bytes)) else {
                    conn.tls = None;
                    return self.with_port(port, |dialogue, _, _, _| dialogue.fail("internal error: in TLS"));
                };
                let outgoing = tls.outgoing();
                conn.unsent.extend_from_slice(&outgoing);
                self.flush(key);
                self.on_tls(key, port, wire, &progress);
            }
        }
    }

    /// TLS moved on: the handshake may be over, something may have been said, or it broke.
    fn on_tls(&mut self, key: Key, port: Key, wire: Wire, progress: &Progress) {
        if progress.secured {
            let session = self.conns[key].tls.as_ref().map(|tls| tls.session()).unwrap_or_default();
            self.with_port(port, |dialogue, pack, scratch, now_us| {
                dialogue.on_secured(pack, scratch, wire, &session, now_us);
            });
        }
        let securing = self.conns.get_mut(key).and_then(|conn| conn.tls.as_ref()).filter(|tls| !tls.is_secured());
        if let Some(speaks_tls) = securing.map(|tls| looks_like(tls.early())) {
            self.with_port(port, |dialogue, _, _, _| dialogue.on_securing(wire, speaks_tls));
        }
        if !progress.plain.is_empty() {
            self.with_port(port, |dialogue, pack, scratch, now_us| {
                dialogue.on_data(pack, scratch, wire, &progress.plain, now_us);
            });
        }
        if progress.failed {
            self.on_peer_closed(key);
        }
    }

    /// The peer closed or broke a connection.
    pub(super) fn on_peer_closed(&mut self, key: Key) {
        let Some(conn) = self.drop_conn(key) else {
            return;
        };
        let Role::Talking { port, wire } = conn.role else {
            return;
        };
        if let Some(port) = self.ports.get_mut(port) {
            port.wires[wire] = None;
            port.hung_up |= wire == 0;
        }
        match conn.tls.filter(|tls| !tls.is_secured()) {
            Some(tls) => self.with_port(port, |dialogue, pack, scratch, now_us| {
                dialogue.on_secure_failed(pack, scratch, wire, tls.early(), now_us);
            }),
            None => self.with_port(port, |dialogue, pack, scratch, now_us| {
                dialogue.on_close(pack, scratch, wire, now_us);
            }),
        }
    }

    /// The run is stopped: conclude with what is known.
    pub(super) fn stop_port(&mut self, key: Key) {
        self.with_port(key, |dialogue, pack, scratch, _| dialogue.stop(pack, scratch));
    }

    /// Tell a port's dialogue something, then do what it wants.
    pub(super) fn with_port(&mut self, key: Key, tell: impl FnOnce(&mut Dialogue, &Pack, &mut Scratch, u64)) {
        let now_us = self.now_us();
        let (Some(port), Some(pack)) = (self.ports.get_mut(key), &self.shared.settings.pack) else {
            return;
        };
        let (dialogue, scratch) = (&mut port.dialogue, &mut self.scratch);
        if let Err(why) = guarded(|| tell(dialogue, pack, scratch, now_us)) {
            self.scratch = pack.scratch();
            self.ports[key].dialogue.fail(&why);
        }
        self.perform(key);
    }

    /// Do what a dialogue wants; settle its port when it is done.
    fn perform(&mut self, key: Key) {
        while let Some(act) = self.ports.get_mut(key).and_then(|port| port.dialogue.act()) {
            match act {
                Act::Open(wire) => self.open_extra(key, wire),
                Act::Send(wire, bytes) => self.say(key, wire, &bytes),
                Act::Secure { wire, alpn } => self.secure(key, wire, alpn),
                Act::Close(wire) => self.close(key, wire),
            }
        }
        self.note_greeting(key);
        if !self.ports.contains(key) {
            return;
        }
        if !self.ports[key].dialogue.is_done() {
            self.arm(key);
        } else if let Some(port) = self.ports.remove(key) {
            self.settle_port(port);
        }
    }

    /// Open a further connection in turn; a mute host gets none.
    fn open_extra(&mut self, key: Key, wire: Wire) {
        let now_us = self.now_us();
        let (Some(port), Some(pack)) = (self.ports.get_mut(key), &self.shared.settings.pack) else {
            return;
        };
        if self.shared.hosts.is_mute(port.target.addr) {
            port.dialogue.on_open_failed(pack, &mut self.scratch, wire, now_us);
        } else {
            self.extras.push_back((key, wire));
        }
    }

    /// See whether a port had its time to speak first, and whether it used it.
    fn note_greeting(&mut self, key: Key) {
        let now_us = self.now_us();
        let Some(port) = self.ports.get_mut(key).filter(|port| port.young && port.dialogue.is_past_greeting()) else {
            return;
        };
        port.young = false;
        self.young -= 1;
        if port.dialogue.kept_silent(now_us) {
            port.quiet = true;
            self.shared.hosts.on_quiet(port.target.addr);
        }
    }

    fn say(&mut self, port: Key, wire: Wire, bytes: &[u8]) {
        let Some(key) = self.conn_of(port, wire) else {
            return;
        };
        let conn = &mut self.conns[key];
        match &mut conn.tls {
            Some(tls) => {
                tls.say(bytes);
                conn.unsent.extend_from_slice(&tls.outgoing());
            }
            None => conn.unsent.extend_from_slice(bytes),
        }
        self.flush(key);
    }

    fn secure(&mut self, port: Key, wire: Wire, alpn: bool) {
        let Some(key) = self.conn_of(port, wire) else {
            return;
        };
        let conn = &mut self.conns[key];
        let host = self.shared.settings.names.get(&conn.target.addr);
        let Some(mut tls) = TlsWire::new(self.tls.pick(alpn), host.map(|host| &**host), conn.target.addr) else {
            return;
        };
        conn.unsent.extend_from_slice(&tls.outgoing());
        conn.tls = Some(Box::new(tls));
        self.flush(key);
    }

    fn close(&mut self, port: Key, wire: Wire) {
        if let Some(key) = self.conn_of(port, wire) {
            self.ports[port].wires[wire] = None;
            self.drop_conn(key);
        }
    }

    fn conn_of(&mut self, port: Key, wire: Wire) -> Option<Key> {
        let key = self.ports.get_mut(port)?.wires.get(wire).copied().flatten()?;
        self.conns.contains(key).then_some(key)
    }

    /// Have the port's deadline looked at in time.
    pub(super) fn arm(&mut self, key: Key) {
        let port = &mut self.ports[key];
        let deadline_us = port.dialogue.deadline_us();
        if deadline_us < port.armed_us {
            port.armed_us = deadline_us;
            self.wheel.insert(deadline_us, Due::Port(key));
        }
    }

    /// Write what the socket takes now; the rest waits until it is writable again.
    pub(super) fn flush(&mut self, key: Key) {
        let conn = &mut self.conns[key];
        dial::write_out(&mut conn.stream, &mut conn.unsent);
        if !conn.unsent.is_empty() {
            let interest = Interest::READABLE | Interest::WRITABLE;
            // Without it the rest would wait for the deadline, as for a peer that takes nothing.
            let _ = self.poll.registry().reregister(&mut conn.stream, stream_token(key), interest);
        }
    }
}
