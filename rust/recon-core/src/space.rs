//! The number line's address and port side: disjoint blocks, counted and indexed.

use std::net::IpAddr;

/// Transport protocol of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// One (address, port, transport).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// IPv4 or IPv6 address.
    pub addr: IpAddr,
    /// Port, 0 to 65535.
    pub port: u16,
    /// TCP or UDP.
    pub transport: Transport,
}
