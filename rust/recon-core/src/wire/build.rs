//! Writes whole frames, link header to payload, checksums right. Every length is checked; what does not fit is not sent.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::checksum::{self, Sum};
use super::{Flags, Mac, ethernet, ip, tcp, udp};

/// The longest head of a TCP frame of ours, in bytes: Ethernet with one tag, IPv6, TCP with one option.
pub const HEAD_LIMIT: usize = 14 + 4 + 40 + 24;

const DONT_FRAGMENT: u16 = 0x4000;

/// What stays the same from frame to frame of one route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path {
    /// What frames begin with.
    pub layer: PathLayer,
    /// Our address; it decides between IPv4 and IPv6.
    pub src: IpAddr,
    /// Hops that a packet may take.
    pub ttl: u8,
}

/// What frames of a route begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathLayer {
    /// An Ethernet header.
    Ethernet {
        /// Our interface.
        src_mac: Mac,
        /// The gateway's, or the target's on its own link.
        dst_mac: Mac,
        /// VLAN tag, if frames carry one: 12 bits of number, 4 of priority.
        vlan: Option<u16>,
    },
    /// The IP header.
    Ip,
}

/// A segment to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// Our port.
    pub src_port: u16,
    /// The target's.
    pub dst_port: u16,
    /// Sequence number of the first byte, or of the SYN.
    pub seq: u32,
    /// The next sequence number that we expect; 0 without [`Flags::ACK`].
    pub ack: u32,
    /// Control bits.
    pub flags: Flags,
    /// Bytes that we have room for.
    pub window: u16,
    /// The longest payload we take; said in a SYN only.
    pub mss: Option<u16>,
    /// The bytes.
    pub payload: &'a [u8],
}

/// Writes a TCP frame. Returns its length, or 0 when `out` is too small ([`HEAD_LIMIT`] and the payload are enough),
/// the payload too long for one packet, or the families of source and destination differ.
pub fn tcp_segment(out: &mut [u8], path: &Path, dst: IpAddr, segment: &Segment<'_>) -> usize {
    write_tcp(out, path, dst, segment).unwrap_or(0)
}

/// Writes a UDP frame. Returns its length, or 0 as [`tcp_segment`] does.
pub fn udp_datagram(out: &mut [u8], path: &Path, dst: IpAddr, src_port: u16, dst_port: u16, payload: &[u8]) -> usize {
    write_udp(out, path, dst, (src_port, dst_port), payload).unwrap_or(0)
}

fn write_tcp(out: &mut [u8], path: &Path, dst: IpAddr, segment: &Segment<'_>) -> Option<usize> {
    let header = tcp::HEADER + if segment.mss.is_some() { usize::from(tcp::MSS_LENGTH) } else { 0 };
    let length = header + segment.payload.len();
    let mut writer = Writer::new(out);
    let at = writer.head(path, dst, ip::TCP, length, packet_id(segment.seq))?;
    writer.put(&segment.src_port.to_be_bytes())?;
    writer.put(&segment.dst_port.to_be_bytes())?;
    writer.put(&segment.seq.to_be_bytes())?;
    writer.put(&segment.ack.to_be_bytes())?;
    writer.put(&[(header as u8) << 2, segment.flags.0])?;
    writer.put(&segment.window.to_be_bytes())?;
    writer.put(&[0; 4])?;
    if let Some([high, low]) = segment.mss.map(u16::to_be_bytes) {
        writer.put(&[tcp::MSS, tcp::MSS_LENGTH, high, low])?;
    }
    writer.put(segment.payload)?;
    writer.seal(at, 16, checksum::pseudo(path.src, dst, ip::TCP, length));
    Some(writer.length())
}

fn write_udp(out: &mut [u8], path: &Path, dst: IpAddr, ports: (u16, u16), payload: &[u8]) -> Option<usize> {
    let length = udp::HEADER + payload.len();
    let mut writer = Writer::new(out);
    let id = packet_id(u32::from(ports.0) << 16 | u32::from(ports.1));
    let at = writer.head(path, dst, ip::UDP, length, id)?;
    writer.put(&ports.0.to_be_bytes())?;
    writer.put(&ports.1.to_be_bytes())?;
    writer.put(&u16::try_from(length).ok()?.to_be_bytes())?;
    writer.put(&[0; 2])?;
    writer.put(payload)?;
    if writer.seal(at, 6, checksum::pseudo(path.src, dst, ip::UDP, length)) == 0 {
        writer.set(at + 6, &[0xff; 2]); // nought would mean that there is none
    }
    Some(writer.length())
}

/// The identification of an IPv4 packet. It is of no use to one that is never fragmented (RFC 6864 §4.1); only, a
/// constant would mark ours.
pub(super) const fn packet_id(salt: u32) -> u16 {
    (salt >> 16) as u16 ^ salt as u16
}

/// Writes front to back into a slice of any length.
pub(super) struct Writer<'a> {
    out: &'a mut [u8],
    at: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        Self { out, at: 0 }
    }

    /// Bytes that were written.
    pub(super) fn length(&self) -> usize {
        self.at
    }

    /// Appends; None where it does not fit.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Option<()> {
        let end = self.at + bytes.len();
        self.out.get_mut(self.at..end)?.copy_from_slice(bytes);
        self.at = end;
        Some(())
    }

    /// Writes over what was written.
    fn set(&mut self, at: usize, bytes: &[u8]) {
        self.out[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Puts the checksum of everything from `start` on, and of a pseudo-header, at an offset where noughts are now.
    pub(super) fn seal(&mut self, start: usize, offset: usize, pseudo: Sum) -> u16 {
        let sum = pseudo.bytes(&self.out[start..self.at]).folded();
        self.set(start + offset, &sum.to_be_bytes());
        sum
    }

    /// Appends link and IP header for a transport of `length` bytes; returns where that begins.
    pub(super) fn head(&mut self, path: &Path, dst: IpAddr, protocol: u8, length: usize, id: u16) -> Option<usize> {
        match (path.src, dst) {
            (IpAddr::V4(src), IpAddr::V4(dst)) => {
                self.link(&path.layer, ethernet::IPV4)?;
                self.ipv4((src, dst), (path.ttl, protocol), length, id)?;
            }
            (IpAddr::V6(src), IpAddr::V6(dst)) => {
                self.link(&path.layer, ethernet::IPV6)?;
                self.ipv6((src, dst), (path.ttl, protocol), length)?;
            }
            _ => return None,
        }
        Some(self.at)
    }

    /// Appends the link header, if the link has one.
    pub(super) fn link(&mut self, layer: &PathLayer, kind: u16) -> Option<()> {
        let PathLayer::Ethernet { src_mac, dst_mac, vlan } = layer else { return Some(()) };
        self.put(&dst_mac.0)?;
        self.put(&src_mac.0)?;
        if let Some(tag) = vlan {
            self.put(&ethernet::VLAN.to_be_bytes())?;
            self.put(&tag.to_be_bytes())?;
        }
        self.put(&kind.to_be_bytes())
    }

    fn ipv4(&mut self, ends: (Ipv4Addr, Ipv4Addr), (ttl, protocol): (u8, u8), length: usize, id: u16) -> Option<()> {
        let start = self.at;
        self.put(&[0x45, 0])?;
        self.put(&u16::try_from(length + 20).ok()?.to_be_bytes())?;
        self.put(&id.to_be_bytes())?;
        self.put(&DONT_FRAGMENT.to_be_bytes())?;
        self.put(&[ttl, protocol, 0, 0])?;
        self.put(&ends.0.octets())?;
        self.put(&ends.1.octets())?;
        self.seal(start, 10, Sum::default());
        Some(())
    }

    fn ipv6(&mut self, ends: (Ipv6Addr, Ipv6Addr), (ttl, protocol): (u8, u8), length: usize) -> Option<()> {
        self.put(&[0x60, 0, 0, 0])?;
        self.put(&u16::try_from(length).ok()?.to_be_bytes())?;
        self.put(&[protocol, ttl])?;
        self.put(&ends.0.octets())?;
        self.put(&ends.1.octets())
    }
}
