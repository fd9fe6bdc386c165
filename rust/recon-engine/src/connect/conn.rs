//! What a worker holds: connections, and what each is for.

use mio::net::TcpStream;
use recon_core::dialogue::Wire;
use recon_core::space::Target;

use super::slab::Key;
use crate::feed::Ticket;

/// What a connection is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Role {
    /// The sweep's own question: is this port open?
    Asking(Ticket),
    /// A further connection of an open port, under way.
    Opening { port: Key, wire: Wire },
    /// A control probe of this position.
    Canary(u64),
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
    /// What the socket has not taken yet.
    pub(super) unsent: Vec<u8>,
}

/// What a wheel entry wakes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Due {
    Conn(Key),
    Datagram(Key),
    /// A further connection that a cap held back.
    Extra(Key, Wire),
    /// A further question over UDP that a cap held back.
    Owed(Key),
}
