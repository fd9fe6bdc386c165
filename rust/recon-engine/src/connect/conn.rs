//! What a worker holds: connections, and the open ports that they belong to.

use mio::net::TcpStream;
use recon_core::dialogue::{Dialogue, Wire};
use recon_core::space::Target;

use super::slab::Key;
use crate::tls::TlsWire;

/// One attempt to ask one position.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    /// Position on the number line.
    pub(super) position: u64,
    /// Local failures so far.
    pub(super) failures: u32,
    /// The pass it belongs to.
    pub(super) pass: u32,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Role {
    /// The sweep's own question: is this port open?
    Asking(Ticket),
    /// A further connection of an open port, under way.
    Opening { port: Key, wire: Wire },
    /// Part of a conversation.
    Talking { port: Key, wire: Wire },
}

/// A connection under way or open.
#[derive(Debug)]
pub(super) struct Conn {
    pub(super) role: Role,
    pub(super) target: Target,
    pub(super) stream: TcpStream,
    pub(super) started_us: u64,
    /// When an unanswered handshake is given up.
    pub(super) deadline_us: u64,
    pub(super) tls: Option<Box<TlsWire>>,
    /// What the socket has not taken yet.
    pub(super) unsent: Vec<u8>,
}

/// An open port in conversation.
#[derive(Debug)]
pub(super) struct Port {
    pub(super) ticket: Ticket,
    pub(super) target: Target,
    pub(super) rtt_us: u64,
    pub(super) dialogue: Dialogue,
    /// Connections by wire; none where one is not open.
    pub(super) wires: Vec<Option<Key>>,
    /// The earliest wheel entry that will fire for it.
    pub(super) armed_us: u64,
    /// It may still wait in the peer's queue to be accepted.
    pub(super) young: bool,
    /// The peer ended the sweep's own connection.
    pub(super) hung_up: bool,
    /// It kept silent when it was its turn to speak first.
    pub(super) quiet: bool,
}

/// What a wheel entry wakes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Due {
    Conn(Key),
    Port(Key),
    Datagram(Key),
}
