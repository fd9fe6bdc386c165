//! The way out to a target: interface, source address, next hop. Holds values only; never asks the kernel.

use std::net::IpAddr;

use super::NoRoute;

/// An Ethernet address.
pub(crate) type Mac = [u8; 6];

/// Bytes in front of the IP header on links that have an Ethernet header.
const ETHERNET_HEADER: usize = 14;

/// What a frame looks like on an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// This host itself. Frames carry an Ethernet header of zeros; the kernel takes none that was put there raw.
    Loopback,
    /// Neighbours with MAC addresses.
    Ethernet,
    /// IP packets with nothing in front of them.
    Tunnel,
}

/// One network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interface {
    /// The kernel's number for it.
    pub(crate) index: u32,
    /// Its name, such as `eth0`.
    pub(crate) name: String,
    /// Its own address; zeros where it has none.
    pub(crate) mac: Mac,
    /// Longest IP packet in bytes.
    pub(crate) mtu: u32,
    /// What its frames look like.
    pub(crate) kind: Kind,
    /// The tag that the kernel puts on what leaves here, on an interface made for one VLAN.
    pub(crate) vlan: Option<u16>,
    /// Whether it is switched on and its cable is plugged in.
    pub(crate) up: bool,
}

impl Interface {
    /// Bytes in front of the IP header in frames read here.
    #[must_use]
    pub(crate) fn header_length(&self) -> usize {
        match self.kind {
            Kind::Tunnel => 0,
            Kind::Loopback | Kind::Ethernet => ETHERNET_HEADER,
        }
    }

    /// Longest frame in bytes.
    #[must_use]
    pub(crate) fn frame_length(&self) -> usize {
        self.mtu as usize + self.header_length()
    }
}

/// Who takes the packet next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextHop {
    /// The target is this host.
    Local,
    /// The target itself, reached without a router.
    OnLink,
    /// A router.
    Gateway(IpAddr),
}

/// How packets for one target leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Egress {
    /// Where they leave.
    pub(crate) interface: Interface,
    /// Which of our addresses they carry.
    pub(crate) source: IpAddr,
    /// Who takes them next.
    pub(crate) next_hop: NextHop,
    /// Longest IP packet in bytes that the route takes.
    pub(crate) mtu: u32,
}

/// An [`Egress`] that borrows its interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way<'a> {
    /// Where packets leave.
    pub(crate) interface: &'a Interface,
    /// Which of our addresses they carry.
    pub(crate) source: IpAddr,
    /// Who takes them next.
    pub(crate) next_hop: NextHop,
    /// Longest IP packet in bytes that the route takes.
    pub(crate) mtu: u32,
}

impl Way<'_> {
    /// The same, to be kept.
    pub(crate) fn kept(&self) -> Egress {
        Egress { interface: self.interface.clone(), source: self.source, next_hop: self.next_hop, mtu: self.mtu }
    }
}

/// Addresses in a row that leave one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stretch<'a> {
    /// The first of them.
    pub(crate) first: IpAddr,
    /// The last of them.
    pub(crate) last: IpAddr,
    /// The way, or why there is none.
    pub(crate) way: Result<Way<'a>, NoRoute>,
}
