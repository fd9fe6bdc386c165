//! Raw frames out and in. The only room with unsafe code, each block with its reason; knows nothing of targets,
//! probes or TCP state.

mod af_packet;
mod af_xdp;
mod capabilities;
mod filter;
mod frames;
mod guard;
pub(crate) mod inbox;
mod map;
mod mmsg;
mod options;
mod raw_ip;
mod ring;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
mod xdp_ring;

use std::io;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::route::{Egress, Interface, Kind, NextHop};

pub(crate) use capabilities::{Tried, capabilities};
pub(crate) use guard::Guard;

/// Longest frame in bytes that a transmitter takes; what we send fits an ordinary Ethernet frame.
pub(crate) const FRAME_ROOM: usize = 2048;

/// There is no free place for a frame now: flush, and try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// A way out, for one thread.
///
/// The raw IP transmitter takes IP packets, the others take Ethernet frames; [`Transmit::layer`] tells.
pub(crate) trait Transmit: Send {
    /// Queue one frame: `write` gets its room in bytes and gives the frame's length, 0 for none.
    fn push(&mut self, write: &mut dyn FnMut(&mut [u8]) -> usize) -> Result<(), Full>;

    /// Hand what is queued to the kernel: how many frames it took, which may be fewer than were queued.
    ///
    /// On an error (ENOBUFS, ENETDOWN, EPERM, …) the frames not taken stay queued. Frames taken before the error count
    /// in the next call's answer.
    fn flush(&mut self) -> io::Result<usize>;

    /// Frames queued and not yet taken by the kernel.
    fn pending(&self) -> usize;

    /// Give up one pending frame, the one that the kernel refuses where it refuses a certain one: `read` gets its
    /// bytes. False when nothing is pending.
    fn take_back(&mut self, read: &mut dyn FnMut(&[u8])) -> bool;

    /// What a frame given to `push` begins with.
    fn layer(&self) -> Layer;

    /// `af_xdp`, `af_packet` or `raw_ip`.
    fn name(&self) -> &'static str;
}

/// What a frame begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    /// An Ethernet header.
    Ethernet,
    /// An IP header.
    Ip,
}

/// How a frame was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// What the frame begins with.
    pub(crate) layer: Layer,
    /// Index of the interface it came in by.
    pub(crate) interface: u32,
    /// Whether its TCP, UDP or ICMP checksum says something. It does not where the sender is this host (loopback,
    /// virtual cable) and left it unfinished; it need not be looked at where the card found it right.
    pub(crate) verify: bool,
}

/// A way in, over one or more interfaces.
pub(crate) trait Receive: Send {
    /// Wait at most `patience` for frames; whether there are any.
    fn wait(&mut self, patience: Duration) -> io::Result<bool>;

    /// Hand each frame that is there to `take`, up to a bound; how many there were.
    fn drain(&mut self, take: &mut dyn FnMut(&[u8], Seen)) -> usize;

    /// Frames that the kernel dropped for want of room since the last call.
    fn drops(&mut self) -> u64;
}

/// Which transmitter to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The fastest that the route allows.
    #[default]
    Auto,
    /// A packet socket where the route allows one: a queue has room for one `AF_XDP` socket only.
    Packet,
}

/// A link that could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("{link} on {interface}: {source}")]
pub(crate) struct LinkError {
    /// The link's name.
    pub(crate) link: &'static str,
    /// The interface's name.
    pub(crate) interface: String,
    /// What the system said.
    pub(crate) source: io::Error,
}

impl LinkError {
    fn of(link: &'static str, interface: &Interface) -> impl FnOnce(io::Error) -> Self {
        let interface = interface.name.clone();
        move |source| Self { link, interface, source }
    }
}

/// Open a way out along `egress`. `queue` is the interface's transmit queue that this thread has to itself, from 0;
/// only `AF_XDP` minds it.
pub(crate) fn transmitter(egress: &Egress, choice: Choice, queue: u32) -> Result<Box<dyn Transmit>, LinkError> {
    match choice {
        _ if needs_raw_ip(egress) => open_raw_ip(egress),
        Choice::Packet => open_packet(&egress.interface),
        Choice::Auto => open_xdp(&egress.interface, queue).or_else(|_| open_packet(&egress.interface)),
    }
}

/// Whether frames of our own making cannot leave here: the kernel takes none on `lo`, and a tunnel has no header.
fn needs_raw_ip(egress: &Egress) -> bool {
    egress.next_hop == NextHop::Local || egress.interface.kind != Kind::Ethernet
}

fn open_raw_ip(egress: &Egress) -> Result<Box<dyn Transmit>, LinkError> {
    let opened = raw_ip::RawIp::open(egress).map_err(LinkError::of(raw_ip::NAME, &egress.interface))?;
    Ok(Box::new(opened))
}

fn open_xdp(interface: &Interface, queue: u32) -> Result<Box<dyn Transmit>, LinkError> {
    let opened = af_xdp::Xdp::open(interface, queue).map_err(LinkError::of(af_xdp::NAME, interface))?;
    Ok(Box::new(opened))
}

fn open_packet(interface: &Interface) -> Result<Box<dyn Transmit>, LinkError> {
    let opened = af_packet::Packet::open(interface).map_err(LinkError::of(af_packet::NAME, interface))?;
    Ok(Box::new(opened))
}

/// Open a way in for answers to `ports` (TCP and UDP), and for ICMP, `ICMPv6` and ARP, on each of `interfaces`.
pub(crate) fn receiver(interfaces: &[Interface], ports: RangeInclusive<u16>) -> Result<Box<dyn Receive>, LinkError> {
    Ok(Box::new(ring::Rings::open(interfaces, &ports)?))
}
