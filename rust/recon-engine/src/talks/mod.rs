//! Conversations with open ports, plain or in TLS, over whatever carries bytes: kernel sockets, or recon's own TCP.
//! What to say is the dialogue's business, how it travels the carrier's.

mod port;
mod secure;

use std::sync::Arc;

use recon_core::dialogue::{Act, Dialogue, Manner, Subject, Wire};
use recon_core::matcher::{Pack, Scratch};
use recon_core::reply::{Fact, FactValue, Reply, State};
use recon_core::space::Target;

use crate::EngineError;
use crate::connect::slab::{Key, Slab};
use crate::connect::wheel::Wheel;
use crate::feed::Ticket;
use crate::guard::guarded;
use crate::hosts::End;
use crate::sweep::Shared;
use crate::tls;
use port::Port;

const MICROS: i64 = 1_000_000;
/// The fact that says how a whole host behaves.
const PATTERN: &str = "host.pattern";

/// Carries bytes for conversations.
pub(crate) trait Carrier {
    /// Begin a further connection for a wire of a port; [`Talks::on_extra_open`] or [`Talks::on_extra_refused`] is to
    /// follow, never from within this call.
    fn open(&mut self, port: Key, wire: Wire);
    /// Send bytes as soon as the connection takes them.
    fn say(&mut self, connection: Key, bytes: &[u8]);
    /// End a connection so that neither side keeps anything.
    fn end(&mut self, connection: Key);
    /// Where a connection comes from, for records.
    fn origin(&self, connection: Key) -> String;
}

/// An open port, as its handshake showed it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened {
    pub(crate) ticket: Ticket,
    pub(crate) target: Target,
    pub(crate) rtt_us: u64,
    /// Hops left in the answer's header; none where the kernel does not tell.
    pub(crate) ttl: Option<u8>,
}

/// One worker's conversations.
#[derive(Debug)]
pub(crate) struct Talks {
    shared: Arc<Shared>,
    tls: tls::Configs,
    ports: Slab<Port>,
    young: usize,
    scratch: Scratch,
    wheel: Wheel<Key>,
    due: Vec<Key>,
    done: Vec<(Ticket, Reply)>,
}

impl Talks {
    pub(crate) fn new(shared: Arc<Shared>) -> Result<Self, EngineError> {
        Ok(Self {
            scratch: shared.settings.pack.as_ref().map_or_else(Scratch::default, |pack| pack.scratch()),
            shared,
            tls: tls::config().map_err(|error| EngineError::Worker(error.to_string()))?,
            ports: Slab::new(),
            young: 0,
            wheel: Wheel::new(),
            due: Vec::new(),
            done: Vec::new(),
        })
    }

    /// Ports in conversation.
    pub(crate) fn len(&self) -> usize {
        self.ports.len()
    }

    /// Ports among them that may not have been accepted yet.
    pub(crate) fn young(&self) -> usize {
        self.young
    }

    /// Room for reading an answer.
    pub(crate) fn scratch(&mut self) -> &mut Scratch {
        &mut self.scratch
    }

    /// Whether a conversation goes on.
    pub(crate) fn contains(&self, port: Key) -> bool {
        self.ports.contains(port)
    }

    /// Who is spoken to.
    pub(crate) fn target(&mut self, port: Key) -> Option<Target> {
        self.ports.get_mut(port).map(|port| port.target)
    }

    /// When [`Talks::expire`] wants to be called.
    pub(crate) fn next_us(&self) -> Option<u64> {
        self.wheel.next_us()
    }

    /// Rows of conversations that are over, since the last call.
    pub(crate) fn take_done(&mut self) -> Vec<(Ticket, Reply)> {
        std::mem::take(&mut self.done)
    }

    /// The name of the next port, for its connection to know before [`Talks::open`].
    pub(crate) fn reserve(&mut self) -> Key {
        self.ports.reserve()
    }

    /// The sweep's own connection stands: talk.
    pub(crate) fn open(&mut self, carrier: &mut dyn Carrier, opened: Opened, connection: Key) {
        let Some(pack) = self.shared.settings.pack.clone() else {
            return;
        };
        let now_us = self.now_us();
        let Opened { ticket, target, rtt_us, ttl } = opened;
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
        self.young += 1;
        let port = self.ports.insert(Port::new(ticket, target, rtt_us, ttl, dialogue));
        self.attach(carrier, port, 0, connection);
        self.perform(carrier, port);
    }

    /// A further connection stands.
    pub(crate) fn on_extra_open(&mut self, carrier: &mut dyn Carrier, port: Key, wire: Wire, connection: Key) {
        self.attach(carrier, port, wire, connection);
        self.with_port(carrier, port, |dialogue, pack, _, now_us| dialogue.on_open(pack, wire, now_us));
    }

    /// A further connection cannot be had.
    pub(crate) fn on_extra_refused(&mut self, carrier: &mut dyn Carrier, port: Key, wire: Wire) {
        self.with_port(carrier, port, |dialogue, pack, scratch, now_us| {
            dialogue.on_open_failed(pack, scratch, wire, now_us);
        });
    }

    /// Look at the conversations whose deadline had passed at `polled_us`.
    pub(crate) fn expire(&mut self, carrier: &mut dyn Carrier, polled_us: u64) {
        let mut due = std::mem::take(&mut self.due);
        self.wheel.expire(polled_us, &mut due);
        for key in due.drain(..) {
            self.on_deadline(carrier, key, polled_us);
        }
        self.due = due;
    }

    /// The run is stopped: conclude with what is known.
    pub(crate) fn stop(&mut self, carrier: &mut dyn Carrier) {
        for key in self.ports.keys() {
            self.with_port(carrier, key, |dialogue, pack, scratch, _| dialogue.stop(pack, scratch));
        }
    }

    fn now_us(&self) -> u64 {
        self.shared.clock.now_ns() / 1000
    }

    fn attach(&mut self, carrier: &dyn Carrier, port: Key, wire: Wire, connection: Key) {
        let now_us = self.now_us();
        let Some(port) = self.ports.get_mut(port) else {
            return;
        };
        port.attach(wire, connection);
        if self.shared.settings.transcripts {
            port.dialogue.remark(wire, now_us, || format!("open from {}", carrier.origin(connection)));
        }
    }

    fn on_deadline(&mut self, carrier: &mut dyn Carrier, key: Key, now_us: u64) {
        let Some(port) = self.ports.get_mut(key) else {
            return;
        };
        port.armed_us = u64::MAX;
        if port.dialogue.deadline_us() > now_us {
            self.arm(key);
        } else {
            self.with_port(carrier, key, |dialogue, pack, scratch, _| dialogue.on_timeout(pack, scratch, now_us));
        }
    }

    /// Tell a port's dialogue something, then do what it wants.
    fn with_port(
        &mut self,
        carrier: &mut dyn Carrier,
        key: Key,
        tell: impl FnOnce(&mut Dialogue, &Pack, &mut Scratch, u64),
    ) {
        let now_us = self.now_us();
        let (Some(port), Some(pack)) = (self.ports.get_mut(key), &self.shared.settings.pack) else {
            return;
        };
        let (dialogue, scratch) = (&mut port.dialogue, &mut self.scratch);
        if let Err(why) = guarded(|| tell(dialogue, pack, scratch, now_us)) {
            self.scratch = pack.scratch();
            self.ports[key].dialogue.fail(&why);
        }
        self.perform(carrier, key);
    }

    /// Do what a dialogue wants; settle its port when it is done.
    fn perform(&mut self, carrier: &mut dyn Carrier, key: Key) {
        while let Some(act) = self.ports.get_mut(key).and_then(|port| port.dialogue.act()) {
            match act {
                Act::Open(wire) => self.open_extra(carrier, key, wire),
                Act::Send(wire, bytes) => self.say(carrier, key, wire, &bytes),
                Act::Secure { wire, alpn } => self.secure(carrier, key, wire, alpn),
                Act::Close(wire) => self.close(carrier, key, wire),
            }
        }
        self.note_greeting(key);
        if !self.ports.contains(key) {
            return;
        }
        if !self.ports[key].dialogue.is_done() {
            self.arm(key);
        } else if let Some(port) = self.ports.remove(key) {
            self.settle(carrier, port);
        }
    }

    /// Open a further connection in turn; a mute host gets none.
    fn open_extra(&mut self, carrier: &mut dyn Carrier, key: Key, wire: Wire) {
        let now_us = self.now_us();
        let (Some(port), Some(pack)) = (self.ports.get_mut(key), &self.shared.settings.pack) else {
            return;
        };
        if self.shared.hosts.is_mute(port.target.addr) {
            port.dialogue.on_open_failed(pack, &mut self.scratch, wire, now_us);
        } else {
            carrier.open(key, wire);
        }
    }

    fn close(&mut self, carrier: &mut dyn Carrier, key: Key, wire: Wire) {
        if let Some(strand) = self.ports.get_mut(key).and_then(|port| port.detach(wire)) {
            carrier.end(strand.connection);
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

    /// Have the port's deadline looked at in time.
    fn arm(&mut self, key: Key) {
        let port = &mut self.ports[key];
        let deadline_us = port.dialogue.deadline_us();
        if deadline_us < port.armed_us {
            port.armed_us = deadline_us;
            self.wheel.insert(deadline_us, key);
        }
    }

    /// Make the row of a port whose conversation is over.
    fn settle(&mut self, carrier: &mut dyn Carrier, port: Port) {
        for connection in port.connections() {
            carrier.end(connection);
        }
        let outcome = port.dialogue.finish();
        let mut reply = self.shared.reply(port.target, State::Open, "syn-ack", Some(port.rtt_us));
        reply.ttl = port.ttl;
        reply.banner = outcome.banner;
        reply.findings = outcome.findings;
        reply.transcript = outcome.transcript;
        let spoke = !reply.banner.is_empty() || !reply.findings.services.is_empty();
        let end = End { spoke, hung_up: port.hung_up, was_quiet: port.quiet };
        if let Some(pattern) = self.shared.hosts.on_end(port.target.addr, end) {
            let value = FactValue::Text(pattern.to_owned());
            reply.findings.facts.push(Fact { name: PATTERN.into(), value });
        }
        self.done.push((port.ticket, reply));
    }
}
