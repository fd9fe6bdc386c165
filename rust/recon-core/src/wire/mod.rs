//! Packets as they lie on the wire: views of what came, builders of what goes. Copies no payload, keeps no state.
//!
//! [`parse`] reads one frame into a [`Frame`]; [`tcp_segment`], [`udp_datagram`], [`who_has`] and [`is_at`] write whole
//! frames; [`SynTemplate`] writes the one frame that a sweep sends by the million.

mod address;
mod build;
mod checksum;
mod ethernet;
mod icmp;
mod ip;
mod neighbour;
mod tcp;
mod template;
mod udp;

use std::net::IpAddr;

pub use address::Mac;
pub use build::{HEAD_LIMIT, Path, PathLayer, Segment, tcp_segment, udp_datagram};
pub use icmp::{IcmpError, IcmpKind, Quoted};
pub use neighbour::{
    ASK_LIMIT, Neighbour, Station, arp_reply, arp_request, is_at, neighbour_advertisement, neighbour_solicitation,
    who_has,
};
pub use tcp::{Flags, Tcp};
pub use template::SynTemplate;
pub use udp::Udp;

/// What a frame begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layer {
    /// An Ethernet header, VLAN tags perhaps behind it.
    Ethernet,
    /// An IP header, as on tunnels and raw sockets.
    Ip,
}

/// Which checksums must be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Checks {
    /// All of them.
    All,
    /// That of the IPv4 header only: the kernel vouches for the rest, or the sender left it to hardware that is not there.
    Offloaded,
}

/// One IP packet with what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Who sent it, as it says itself.
    pub src: IpAddr,
    /// To whom.
    pub dst: IpAddr,
    /// Hops that were left: TTL or hop limit.
    pub ttl: u8,
    /// What it carries.
    pub body: Body<'a>,
}

/// What a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// A TCP segment.
    Tcp(Tcp<'a>),
    /// A UDP datagram.
    Udp(Udp<'a>),
    /// An ICMP or `ICMPv6` error about a TCP or UDP packet that the receiver of the error had sent.
    Icmp(IcmpError),
    /// Anything else that is well formed.
    Other,
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// An IP packet.
    Packet(Packet<'a>),
    /// ARP, or neighbour discovery of IPv6.
    Neighbour(Neighbour),
    /// Well formed, but nothing we have a use for: another protocol, a fragment, an error about another's packet.
    Foreign,
    /// Cut short, or its lengths or checksums are wrong.
    Malformed,
}

/// Why a frame is nothing for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Foreign,
    Malformed,
}

impl From<Fault> for Frame<'_> {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Foreign => Self::Foreign,
            Fault::Malformed => Self::Malformed,
        }
    }
}

/// Reads one frame. Padding behind the packet is allowed; bytes that are missing make it [`Frame::Malformed`].
#[must_use]
pub fn parse(frame: &[u8], layer: Layer, checks: Checks) -> Frame<'_> {
    let read = match layer {
        Layer::Ethernet => ethernet::read(frame, checks),
        Layer::Ip => ip::read(frame, None, checks),
    };
    read.unwrap_or_else(Frame::from)
}

/// Two bytes of a header that is known to be long enough.
const fn word<const N: usize>(header: &[u8; N], at: usize) -> u16 {
    u16::from_be_bytes([header[at], header[at + 1]])
}

/// Four bytes of a header that is known to be long enough.
const fn long<const N: usize>(header: &[u8; N], at: usize) -> u32 {
    u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}
