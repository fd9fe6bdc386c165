//! Connections that Python enumerators talk over: one thread, many conversations, orders in, events out.
//!
//! Deadlines, byte caps and the number of connections live here, not with the authors. Never decides what is said.

mod ending;
mod line;
mod opening;
mod worker;

use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;

pub use worker::Events;
pub(crate) use worker::{Orders, start};

/// Names one conversation of the caller's.
pub type Id = u64;

/// Limits of one conversation, enforced whatever its author does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// From the first order to the last event, in microseconds.
    pub total_us: u64,
    /// Bytes that one conversation may receive.
    pub bytes: usize,
    /// Connections at once over all conversations.
    pub connections: usize,
    /// Connections at once to one host.
    pub per_host: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self { total_us: 10_000_000, bytes: 1 << 20, connections: 1024, per_host: 4 }
    }
}

/// What an enumerator wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Connect; then TLS if wanted, then wait for the greeting if wanted.
    Open {
        /// Address and port.
        addr: IpAddr,
        /// The port.
        port: u16,
        /// Server name for TLS.
        host: Option<Arc<str>>,
        /// Whether TLS comes first.
        tls: bool,
        /// Whether the server speaks first.
        greeting: bool,
        /// Hand the connection over as soon as it stands, for code that insists on a socket; caps end with it.
        lend: bool,
    },
    /// Send bytes; no event follows.
    Send(Vec<u8>),
    /// Wait for bytes.
    Receive(Until),
    /// Begin TLS on the open connection.
    Secure {
        /// Server name.
        host: Option<Arc<str>>,
    },
    /// End the conversation; no event follows.
    Close,
}

/// When a `Receive` is answered; also when the peer closes or `wait_us` is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Until {
    /// These bytes came.
    pub mark: Option<Vec<u8>>,
    /// So many bytes came.
    pub exactly: Option<usize>,
    /// Never hand over more than this.
    pub limit: usize,
    /// How long to wait in microseconds.
    pub wait_us: u64,
}

/// What became of an order.
#[derive(Debug)]
pub enum Event {
    /// It was done; for `Open` and `Receive` with what came.
    Done(Vec<u8>),
    /// TLS stands: version, cipher and certificate as [`recon_core::tls::Session::to_bytes`] writes them.
    Secured(Vec<u8>),
    /// The connection itself, no longer watched.
    Lent(OwnedFd),
    /// The wait was over; what came so far.
    Timeout(Vec<u8>),
    /// The connection is gone; what came so far, and why.
    Closed(Vec<u8>, &'static str),
}
