//! ICMP (RFC 792) and `ICMPv6` (RFC 4443) errors with the packet they quote. Echoes and the rest are passed over.

use std::net::IpAddr;

use super::ip::{self, Head};
use super::{Body, Checks, Fault, Frame, Mac, checksum, long, neighbour, word};
use crate::space::Transport;

const HEADER: usize = 8;

/// What an error says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IcmpKind {
    /// Nobody listens there.
    PortUnreachable,
    /// The last router cannot reach the host.
    HostUnreachable,
    /// A router knows no way.
    NetUnreachable,
    /// The host is known not to be there.
    HostDown,
    /// The host does not speak this transport.
    ProtocolUnreachable,
    /// A filter says no.
    AdminProhibited,
    /// The packet went in circles, or the way is too long.
    TimeExceeded,
    /// The packet does not fit this link, whose MTU in bytes follows (0 from old routers).
    TooBig(u32),
    /// A field of the packet was not understood.
    ParameterProblem,
    /// An error of another kind.
    Other,
}

impl IcmpKind {
    /// The word that rows use; it never changes.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::PortUnreachable => "port-unreachable",
            Self::HostUnreachable => "host-unreachable",
            Self::NetUnreachable => "net-unreachable",
            Self::HostDown => "host-down",
            Self::ProtocolUnreachable => "protocol-unreachable",
            Self::AdminProhibited => "admin-prohibited",
            Self::TimeExceeded => "time-exceeded",
            Self::TooBig(_) => "too-big",
            Self::ParameterProblem => "parameter-problem",
            Self::Other => "icmp",
        }
    }

    /// None for messages that are no errors. Codes of unreachability: RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1.
    fn of_v4(kind: u8, code: u8, header: [u8; HEADER]) -> Option<Self> {
        Some(match (kind, code) {
            (3, 0 | 6 | 11) => Self::NetUnreachable,
            (3, 1 | 8 | 12) => Self::HostUnreachable,
            (3, 2) => Self::ProtocolUnreachable,
            (3, 3) => Self::PortUnreachable,
            (3, 4) => Self::TooBig(u32::from(word(&header, 6))),
            (3, 7) => Self::HostDown,
            (3, 9 | 10 | 13..=15) => Self::AdminProhibited,
            (11, _) => Self::TimeExceeded,
            (12, _) => Self::ParameterProblem,
            (3..=5, _) => Self::Other,
            _ => return None,
        })
    }

    /// None for messages that are no errors, which have types from 128 on. Codes: RFC 4443 §3.
    fn of_v6(kind: u8, code: u8, header: [u8; HEADER]) -> Option<Self> {
        Some(match (kind, code) {
            (1, 0) => Self::NetUnreachable,
            (1, 1 | 5 | 6) => Self::AdminProhibited,
            (1, 2 | 3) => Self::HostUnreachable,
            (1, 4) => Self::PortUnreachable,
            (2, _) => Self::TooBig(long(&header, 4)),
            (3, _) => Self::TimeExceeded,
            (4, 1) => Self::ProtocolUnreachable,
            (4, _) => Self::ParameterProblem,
            (0..=127, _) => Self::Other,
            _ => return None,
        })
    }
}

/// An error about a packet that the receiver of the error had sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IcmpError {
    /// What it says.
    pub kind: IcmpKind,
    /// About which packet.
    pub quoted: Quoted,
}

/// The head of a packet that an error quotes. Anyone can make one up: prove it by `crate::cookie` before it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Who had sent it; the same as who received the error.
    pub src: IpAddr,
    /// To whom.
    pub dst: IpAddr,
    /// TCP or UDP.
    pub transport: Transport,
    /// The port of who had sent it.
    pub src_port: u16,
    /// The port asked.
    pub dst_port: u16,
    /// TCP's sequence number; 0 for UDP.
    pub seq: u32,
}

pub(super) fn read_v4<'a>(head: &Head, message: &'a [u8], checks: Checks) -> Result<Frame<'a>, Fault> {
    let (fixed, quote) = message.split_first_chunk::<HEADER>().ok_or(Fault::Malformed)?;
    if checks == Checks::All && checksum::of(message) != 0 {
        return Err(Fault::Malformed);
    }
    let Some(kind) = IcmpKind::of_v4(fixed[0], fixed[1], *fixed) else {
        return Ok(head.packet(Body::Other));
    };
    let (inner, length, _) = ip::head_v4(quote)?;
    let later_fragment = quote.first_chunk::<8>().is_some_and(|start| word(start, 6) & 0x1fff != 0);
    let transport = quote.get(length..).ok_or(Fault::Malformed)?;
    error(head, kind, &inner, if later_fragment { None } else { Some(transport) })
}

pub(super) fn read_v6<'a>(
    head: &Head,
    message: &'a [u8],
    sender: Option<Mac>,
    checks: Checks,
) -> Result<Frame<'a>, Fault> {
    let (fixed, quote) = message.split_first_chunk::<HEADER>().ok_or(Fault::Malformed)?;
    head.vouches(message, checks)?;
    if neighbour::is_discovery(fixed[0]) {
        return neighbour::read_discovery(head, message, sender).map(Frame::Neighbour);
    }
    let Some(kind) = IcmpKind::of_v6(fixed[0], fixed[1], *fixed) else {
        return Ok(head.packet(Body::Other));
    };
    let (inner, _, rest) = ip::head_v6(quote)?;
    match ip::behind_extensions(inner.protocol, rest) {
        Ok((protocol, transport)) => error(head, kind, &Head { protocol, ..inner }, Some(transport)),
        Err(Fault::Foreign) => error(head, kind, &inner, None),
        Err(fault) => Err(fault),
    }
}

/// An error as a packet; one that quotes what its receiver never sent is foreign, and one without ports says nothing.
fn error<'a>(head: &Head, kind: IcmpKind, inner: &Head, transport: Option<&[u8]>) -> Result<Frame<'a>, Fault> {
    if inner.src != head.dst {
        return Err(Fault::Foreign);
    }
    let body = match (transport, inner.protocol) {
        (Some(bytes), ip::TCP) => Body::Icmp(IcmpError { kind, quoted: quoted(inner, Transport::Tcp, bytes)? }),
        (Some(bytes), ip::UDP) => Body::Icmp(IcmpError { kind, quoted: quoted(inner, Transport::Udp, bytes)? }),
        _ => Body::Other,
    };
    Ok(head.packet(body))
}

/// Eight bytes are all that old hosts quote of a transport (RFC 792); they hold both ports and TCP's sequence number.
fn quoted(inner: &Head, transport: Transport, bytes: &[u8]) -> Result<Quoted, Fault> {
    let start = bytes.first_chunk::<8>().ok_or(Fault::Malformed)?;
    let seq = if transport == Transport::Tcp { long(start, 4) } else { 0 };
    let (src_port, dst_port) = (word(start, 0), word(start, 2));
    Ok(Quoted { src: inner.src, dst: inner.dst, transport, src_port, dst_port, seq })
}
