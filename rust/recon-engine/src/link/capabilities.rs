//! What this process may do with links here, asked by trying. Sends nothing, and keeps nothing open.

use std::io;

use super::{af_packet, af_xdp, raw_ip};
use crate::route::{Interface, Kind};

/// One link that was tried.
#[derive(Debug)]
pub(crate) struct Tried {
    /// `af_xdp`, `af_packet` or `raw_ip`.
    pub(crate) link: &'static str,
    /// The interface's name; nothing for a link that needs none.
    pub(crate) interface: Option<String>,
    /// What the kernel said. `EPERM`: `CAP_NET_RAW` is missing. `EBUSY`: the interface's first queue has a socket.
    pub(crate) answer: io::Result<()>,
}

/// Try raw IP, and on each interface with an Ethernet header a packet socket and `AF_XDP` on the first queue.
#[must_use]
pub(crate) fn capabilities(interfaces: &[Interface]) -> Vec<Tried> {
    let raw = Tried { link: raw_ip::NAME, interface: None, answer: raw_ip::try_open() };
    let ethernet = interfaces.iter().filter(|interface| interface.kind == Kind::Ethernet);
    std::iter::once(raw).chain(ethernet.flat_map(try_interface)).collect()
}

fn try_interface(interface: &Interface) -> [Tried; 2] {
    let tried = |link, answer| Tried { link, interface: Some(interface.name.clone()), answer };
    [
        tried(af_packet::NAME, af_packet::Packet::open(interface).map(drop)),
        tried(af_xdp::NAME, af_xdp::Xdp::open(interface, 0).map(drop)),
    ]
}
