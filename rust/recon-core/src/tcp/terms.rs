//! What a connection is told and what it tells: limits, its state, and segments to send. Decides nothing.

use crate::wire::{Flags, Segment};

/// Limits of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Bytes that may have arrived and not been taken; what we offer as window.
    pub window: u16,
    /// The longest payload in bytes that the route takes, either way; said in our SYN.
    pub mss: u16,
    /// Bytes that may wait to be acknowledged.
    pub queue_limit: u32,
    /// Time after which what was not acknowledged is sent again, until a round trip was measured.
    pub first_timeout_us: u32,
    /// How often one segment is sent, the first time included, before the peer is given up.
    pub tries: u8,
}

impl Default for Terms {
    /// 64 KiB each way, Ethernet's payload over IPv4, one second (RFC 6298 §2.1), four tries.
    fn default() -> Self {
        Self { window: u16::MAX, mss: 1460, queue_limit: 65_536, first_timeout_us: 1_000_000, tries: 4 }
    }
}

/// How a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Our SYN is not answered yet.
    Connecting,
    /// Bytes may go both ways.
    Open,
    /// The peer has said all, and all of it was taken; it may still listen.
    Finished,
    /// The peer, or we, broke it off. What had arrived can still be taken.
    Reset,
    /// The peer answered our SYN with a RST.
    Refused,
    /// Nothing of ours was acknowledged in time.
    TimedOut,
}

/// A segment to send; the caller knows addresses and ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outgoing<'a> {
    /// Sequence number.
    pub seq: u32,
    /// The next sequence number that we expect; 0 without [`Flags::ACK`].
    pub ack: u32,
    /// Control bits.
    pub flags: Flags,
    /// Bytes that we have room for.
    pub window: u16,
    /// The longest payload we take; in a SYN only.
    pub mss: Option<u16>,
    /// The bytes.
    pub payload: &'a [u8],
}

impl<'a> Outgoing<'a> {
    /// The whole segment, as the builder wants it.
    #[must_use]
    pub fn between(&self, src_port: u16, dst_port: u16) -> Segment<'a> {
        let Self { seq, ack, flags, window, mss, payload } = *self;
        Segment { src_port, dst_port, seq, ack, flags, window, mss, payload }
    }

    /// A segment that carries nothing.
    #[must_use]
    pub const fn bare(seq: u32, flags: Flags) -> Self {
        Outgoing { seq, ack: 0, flags, window: 0, mss: None, payload: &[] }
    }
}
