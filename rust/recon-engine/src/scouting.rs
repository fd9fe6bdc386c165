//! What is found out about links and ways before a run. Values only.

use std::io;
use std::net::IpAddr;

/// A link that was tried on an interface that is up.
#[derive(Debug)]
pub struct Link {
    /// `af_xdp`, `af_packet` or `raw_ip`.
    pub name: &'static str,
    /// The interface's name; none for a link that needs none.
    pub interface: Option<String>,
    /// What the system said: `PermissionDenied` without `CAP_NET_RAW`.
    pub answer: io::Result<()>,
}

/// Addresses in a row that leave one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first of them.
    pub first: IpAddr,
    /// The last of them.
    pub last: IpAddr,
    /// The way in words, `by eth0 from 192.0.2.7 via 192.0.2.1, af_xdp`; or why there is none.
    pub way: String,
}
