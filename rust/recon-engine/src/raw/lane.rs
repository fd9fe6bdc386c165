//! One thread's ways out: for each way a link, and what its frames have in common. Decides nothing.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use recon_core::space::{Target, Transport};
use recon_core::wire::{self, Body, Checks, Frame, Mac, Packet, Path, PathLayer, Segment, SynTemplate};

use super::Raw;
use super::neighbours::Known;
use crate::link::{self, Choice, LinkError, Transmit};
use crate::route::{Egress, NextHop, NoRoute, Way};

/// Longest packet that we send or invite, in bytes: that of an ordinary Ethernet.
const LONGEST_PACKET: u32 = 1500;
/// What IPv4 takes on every link (RFC 791), in bytes.
const SHORTEST_PACKET: u32 = 68;
/// Headers of IP and TCP without options, in bytes.
const V4_HEADERS: u32 = 40;
const V6_HEADERS: u32 = 60;
/// Hops that our packets may take.
const TTL: u8 = 64;

/// How often, and how far apart, a segment is offered to a link that has no room.
const FULL_TRIES: u32 = 40;
const FULL_PAUSE: Duration = Duration::from_micros(50);

/// One way out.
pub(super) struct Lane {
    egress: Egress,
    path: Path,
    template: SynTemplate,
    /// The router's MAC, once known.
    gateway: Option<Mac>,
    pub(super) transmit: Box<dyn Transmit>,
}

/// Where a frame goes on its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The link has no addresses.
    Bare,
    /// To this neighbour.
    To(Mac),
    /// Its MAC is asked for: come back at that time.
    Later(u64),
    /// It never answered when asked for; whether it is a router.
    Absent(bool),
}

/// All ways out of one thread.
pub(super) struct Lanes {
    raw: Arc<Raw>,
    choice: Choice,
    queue: u32,
    opened: Vec<Lane>,
}

impl Lanes {
    /// Ways out of a thread which may use transmit queue `queue` alone.
    pub(super) fn new(raw: Arc<Raw>, choice: Choice, queue: u32) -> Self {
        Self { raw, choice, queue, opened: Vec::new() }
    }

    /// The way to an address, opened at its first use.
    ///
    /// # Errors
    /// The inner one when no way leads there, the outer one when the link cannot be opened.
    pub(super) fn to(&mut self, addr: IpAddr) -> Result<Result<usize, NoRoute>, LinkError> {
        let way = match self.raw.way(addr) {
            Ok(way) => way,
            Err(missing) => return Ok(Err(missing)),
        };
        if let Some(index) = self.opened.iter().position(|lane| lane.is(&way)) {
            return Ok(Ok(index));
        }
        let lane = Lane::open(way.kept(), self.choice, self.queue)?;
        if self.choice == Choice::Auto {
            self.raw.note_link(lane.transmit.name());
        }
        self.opened.push(lane);
        Ok(Ok(self.opened.len() - 1))
    }

    pub(super) fn at(&mut self, index: usize) -> &mut Lane {
        &mut self.opened[index]
    }

    /// Which neighbour takes a packet to `addr`; asks for it where nobody has.
    pub(super) fn next_hop(&mut self, index: usize, addr: IpAddr, now_us: u64) -> Next {
        let lane = &mut self.opened[index];
        if lane.transmit.layer() == link::Layer::Ip {
            return Next::Bare;
        }
        let hop = match (lane.egress.next_hop, lane.gateway) {
            (NextHop::Gateway(_), Some(mac)) => return Next::To(mac),
            (NextHop::Gateway(gateway), None) => gateway,
            (NextHop::OnLink | NextHop::Local, _) => addr,
        };
        let is_router = hop != addr;
        let station = (lane.interface(), hop);
        if let Some(mac) = self.raw.mac(station) {
            lane.gateway = is_router.then_some(mac);
            return Next::To(mac);
        }
        match self.raw.neighbours.find(station, now_us) {
            Known::At(mac) => Next::To(mac),
            Known::Ask(again_us) => {
                lane.ask_for(hop);
                Next::Later(again_us)
            }
            Known::Wait(until_us) => Next::Later(until_us),
            Known::Absent => Next::Absent(is_router),
        }
    }

    /// Answer a neighbour on `interface` who asks where `asked` is, if that is whose address our packets to it carry.
    pub(super) fn tell(&mut self, interface: u32, asked: IpAddr, from: IpAddr, mac: Mac) {
        let lane = self.to(from).ok().and_then(Result::ok).map(|index| &mut self.opened[index]);
        if let Some(lane) = lane.filter(|lane| lane.interface() == interface && lane.path.src == asked) {
            lane.tell(from, mac);
        }
    }

    /// Hand all that is queued to the kernel: frames taken, and the first error with its lane.
    pub(super) fn flush(&mut self) -> (usize, Option<(usize, io::Error)>) {
        let (mut taken, mut failed) = (0, None);
        for (index, lane) in self.opened.iter_mut().enumerate().filter(|(_, lane)| lane.transmit.pending() > 0) {
            match lane.transmit.flush() {
                Ok(count) => taken += count,
                Err(error) => failed = failed.or(Some((index, error))),
            }
        }
        (taken, failed)
    }

    /// How many are open.
    pub(super) fn len(&self) -> usize {
        self.opened.len()
    }

    /// Frames that the kernel has not taken.
    pub(super) fn pending(&self) -> usize {
        self.opened.iter().map(|lane| lane.transmit.pending()).sum()
    }
}

impl Lane {
    fn open(egress: Egress, choice: Choice, queue: u32) -> Result<Self, LinkError> {
        let transmit = link::transmitter(&egress, choice, queue)?;
        let layer = match transmit.layer() {
            link::Layer::Ip => PathLayer::Ip,
            link::Layer::Ethernet => {
                PathLayer::Ethernet { src_mac: Mac(egress.interface.mac), dst_mac: Mac::NONE, vlan: None }
            }
        };
        let path = Path { layer, src: egress.source, ttl: TTL };
        Ok(Self {
            template: SynTemplate::new(&path, longest_payload(egress.mtu, egress.source)),
            gateway: None,
            egress,
            path,
            transmit,
        })
    }

    fn is(&self, way: &Way<'_>) -> bool {
        let own = &self.egress;
        (own.interface.index, own.source, own.next_hop, own.mtu)
            == (way.interface.index, way.source, way.next_hop, way.mtu)
    }

    /// Index of the interface.
    fn interface(&self) -> u32 {
        self.egress.interface.index
    }

    /// Longest payload of a segment in bytes, either way.
    pub(super) fn mss(&self) -> u16 {
        longest_payload(self.egress.mtu, self.path.src)
    }

    /// Queue a SYN; whether there was room.
    pub(super) fn push_syn(&mut self, to: (IpAddr, u16), mac: Option<Mac>, src_port: u16, seq: u32) -> bool {
        let template = &self.template;
        self.transmit.push(&mut |out| template.write(out, to.0, mac, src_port, to.1, seq)).is_ok()
    }

    /// Queue a segment, waiting a little where there is no room; then it is lost, as on the wire.
    pub(super) fn push_segment(&mut self, addr: IpAddr, mac: Option<Mac>, segment: &Segment<'_>) {
        let path = self.path_to(mac);
        let mut write = |out: &mut [u8]| wire::tcp_segment(out, &path, addr, segment);
        for _ in 0..FULL_TRIES {
            if self.transmit.push(&mut write).is_ok() {
                return;
            }
            if !matches!(self.transmit.flush(), Ok(1..)) {
                std::thread::sleep(FULL_PAUSE);
            }
        }
    }

    /// Queue a datagram; whether there was room.
    pub(super) fn push_datagram(&mut self, to: (IpAddr, u16), mac: Option<Mac>, src_port: u16, payload: &[u8]) -> bool {
        let path = self.path_to(mac);
        let mut write = |out: &mut [u8]| wire::udp_datagram(out, &path, to.0, src_port, to.1, payload);
        self.transmit.push(&mut write).is_ok()
    }

    /// Take one frame back out of the queue and name whom it asks, if it is a probe. False when nothing is queued.
    pub(super) fn take_back(&mut self, name: &mut dyn FnMut(Target)) -> bool {
        let layer = if self.transmit.layer() == link::Layer::Ip { wire::Layer::Ip } else { wire::Layer::Ethernet };
        self.transmit.take_back(&mut |bytes| {
            if let Frame::Packet(packet) = wire::parse(bytes, layer, Checks::Offloaded)
                && let Some(target) = asked(&packet)
            {
                name(target);
            }
        })
    }

    /// Tell a neighbour who asks where our address is.
    fn tell(&mut self, asker: IpAddr, mac: Mac) {
        let station = self.own();
        let _ = self.transmit.push(&mut |out| wire::is_at(out, &station, asker, mac));
    }

    fn ask_for(&mut self, addr: IpAddr) {
        let station = self.own();
        let _ = self.transmit.push(&mut |out| wire::who_has(out, &station, addr));
    }

    fn own(&self) -> wire::Station {
        wire::Station { mac: Mac(self.egress.interface.mac), vlan: None, addr: self.path.src }
    }

    fn path_to(&self, mac: Option<Mac>) -> Path {
        let layer = match (self.path.layer, mac) {
            (PathLayer::Ethernet { src_mac, vlan, .. }, Some(dst_mac)) => {
                PathLayer::Ethernet { src_mac, dst_mac, vlan }
            }
            (layer, _) => layer,
        };
        Path { layer, ..self.path }
    }
}

/// Whom a packet of ours asks.
fn asked(packet: &Packet<'_>) -> Option<Target> {
    let (port, transport) = match &packet.body {
        Body::Tcp(tcp) => (tcp.dst_port, Transport::Tcp),
        Body::Udp(udp) => (udp.dst_port, Transport::Udp),
        Body::Icmp(_) | Body::Other => return None,
    };
    Some(Target { addr: packet.dst, port, transport })
}

/// Longest payload in bytes of a TCP segment that fits a route's packets of at most `mtu` bytes.
fn longest_payload(mtu: u32, source: IpAddr) -> u16 {
    let headers = if source.is_ipv4() { V4_HEADERS } else { V6_HEADERS };
    (mtu.clamp(SHORTEST_PACKET, LONGEST_PACKET) - headers) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_fits_the_packets_of_its_route() {
        let (v4, v6) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([0; 16]));
        for (mtu, of_v4, of_v6) in [(1500, 1460, 1440), (65_536, 1460, 1440), (1280, 1240, 1220), (0, 28, 8)] {
            assert_eq!((longest_payload(mtu, v4), longest_payload(mtu, v6)), (of_v4, of_v6), "{mtu}");
        }
    }
}
