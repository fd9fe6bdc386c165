//! One open port in conversation, and the connections that carry it. Decides nothing.

use recon_core::dialogue::{Dialogue, Wire};
use recon_core::space::Target;

use crate::connect::slab::Key;
use crate::feed::Ticket;
use crate::tls::TlsWire;

/// A connection as a conversation sees it.
#[derive(Debug)]
pub(super) struct Strand {
    /// The carrier's name for it.
    pub(super) connection: Key,
    /// TLS on it, once begun.
    pub(super) tls: Option<Box<TlsWire>>,
}

/// An open port in conversation.
#[derive(Debug)]
pub(super) struct Port {
    pub(super) ticket: Ticket,
    pub(super) target: Target,
    pub(super) rtt_us: u64,
    pub(super) ttl: Option<u8>,
    pub(super) dialogue: Dialogue,
    /// Connections by wire; none where one is not open.
    strands: Vec<Option<Strand>>,
    /// The earliest wheel entry that will fire for it.
    pub(super) armed_us: u64,
    /// It may still wait in the peer's queue to be accepted.
    pub(super) young: bool,
    /// The peer ended the sweep's own connection.
    pub(super) hung_up: bool,
    /// It kept silent when it was its turn to speak first.
    pub(super) quiet: bool,
}

impl Port {
    pub(super) fn new(ticket: Ticket, target: Target, rtt_us: u64, ttl: Option<u8>, dialogue: Dialogue) -> Self {
        Self {
            ticket,
            target,
            rtt_us,
            ttl,
            dialogue,
            strands: Vec::new(),
            armed_us: u64::MAX,
            young: true,
            hung_up: false,
            quiet: false,
        }
    }

    /// Let a connection carry a wire.
    pub(super) fn attach(&mut self, wire: Wire, connection: Key) {
        if self.strands.len() <= wire {
            self.strands.resize_with(wire + 1, || None);
        }
        self.strands[wire] = Some(Strand { connection, tls: None });
    }

    /// What carries a wire.
    pub(super) fn strand(&mut self, wire: Wire) -> Option<&mut Strand> {
        self.strands.get_mut(wire)?.as_mut()
    }

    /// Take away what carries a wire.
    pub(super) fn detach(&mut self, wire: Wire) -> Option<Strand> {
        self.strands.get_mut(wire)?.take()
    }

    /// Every connection that is left.
    pub(super) fn connections(&self) -> impl Iterator<Item = Key> {
        self.strands.iter().flatten().map(|strand| strand.connection)
    }
}
