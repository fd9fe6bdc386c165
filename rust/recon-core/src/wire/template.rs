//! The SYN of a sweep, made once and filled in a million times. Sums are kept, so that only what changes is added.

use std::net::IpAddr;

use super::build::{HEAD_LIMIT, Path, PathLayer, Segment, packet_id, tcp_segment};
use super::checksum::{self, Sum};
use super::{Flags, Mac, ip};

/// What an empty receive buffer of ours takes, in bytes.
const WINDOW: u16 = u16::MAX;
/// Of an IPv4 header: identification, checksum, destination.
const V4: Offsets = Offsets { length: 20, dst: 16 };
/// Of an IPv6 header: it has no checksum.
const V6: Offsets = Offsets { length: 40, dst: 24 };
const ID: usize = 4;
const HEADER_SUM: usize = 10;
const TCP_SUM: usize = 16;

#[derive(Clone, Copy, Debug)]
struct Offsets {
    length: usize,
    dst: usize,
}

/// A SYN with an MSS option whose destination, ports and sequence number are open.
#[derive(Clone, Debug)]
pub struct SynTemplate {
    frame: [u8; HEAD_LIMIT],
    length: usize,
    /// Where the IP header begins.
    ip: usize,
    /// Sum of the IPv4 header without identification and destination.
    head: Sum,
    /// Sum of the TCP header and its pseudo-header without destination, ports and sequence number.
    body: Sum,
    v4: bool,
    ethernet: bool,
}

impl SynTemplate {
    /// Makes the frame for one path. `mss` is the longest payload in bytes that we take.
    #[must_use]
    pub fn new(path: &Path, mss: u16) -> Self {
        let v4 = path.src.is_ipv4();
        let nowhere: IpAddr = if v4 { [0; 4].into() } else { [0; 16].into() };
        let syn = Segment {
            src_port: 0,
            dst_port: 0,
            seq: 0,
            ack: 0,
            flags: Flags::SYN,
            window: WINDOW,
            mss: Some(mss),
            payload: &[],
        };
        let mut frame = [0; HEAD_LIMIT];
        let length = tcp_segment(&mut frame, path, nowhere, &syn);
        let ip = match path.layer {
            PathLayer::Ethernet { vlan, .. } => 14 + if vlan.is_some() { 4 } else { 0 },
            PathLayer::Ip => 0,
        };
        let tcp = ip + offsets(v4).length;
        if v4 {
            frame[ip + HEADER_SUM..][..2].fill(0);
        }
        frame[tcp + TCP_SUM..][..2].fill(0);
        let head = Sum::default().bytes(&frame[ip..tcp]);
        let body = checksum::pseudo(path.src, nowhere, ip::TCP, length - tcp).bytes(&frame[tcp..length]);
        Self { frame, length, ip, head, body, v4, ethernet: path.layer != PathLayer::Ip }
    }

    /// Length of every frame, in bytes.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a frame is never empty")]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Writes the frame for one target; to the path's next hop unless `dst_mac` names another. Returns its length, or 0
    /// when `out` is shorter than that or the target of another family than the path.
    #[inline]
    pub fn write(
        &self,
        out: &mut [u8],
        dst: IpAddr,
        dst_mac: Option<Mac>,
        src_port: u16,
        dst_port: u16,
        seq: u32,
    ) -> usize {
        if out.len() < self.length || dst.is_ipv4() != self.v4 {
            return 0;
        }
        let out = &mut out[..self.length];
        out.copy_from_slice(&self.frame[..self.length]);
        if let (Some(mac), true) = (dst_mac, self.ethernet) {
            put(out, 0, mac.0);
        }
        let ports = u32::from(src_port) << 16 | u32::from(dst_port);
        let tcp = self.aim(out, dst, seq);
        put(out, tcp, ports.to_be_bytes());
        put(out, tcp + 4, seq.to_be_bytes());
        put(out, tcp + TCP_SUM, self.body.addr(dst).long(ports).long(seq).folded().to_be_bytes());
        self.length
    }

    /// Fills in the IP header; returns where the TCP header begins.
    #[inline]
    fn aim(&self, out: &mut [u8], dst: IpAddr, seq: u32) -> usize {
        let at = self.ip;
        match dst {
            IpAddr::V4(addr) => {
                let id = packet_id(seq);
                put(out, at + ID, id.to_be_bytes());
                put(out, at + HEADER_SUM, self.head.word(id).addr(dst).folded().to_be_bytes());
                put(out, at + V4.dst, addr.octets());
            }
            IpAddr::V6(addr) => put(out, at + V6.dst, addr.octets()),
        }
        at + offsets(self.v4).length
    }
}

const fn offsets(v4: bool) -> Offsets {
    if v4 { V4 } else { V6 }
}

#[inline]
fn put<const N: usize>(out: &mut [u8], at: usize, bytes: [u8; N]) {
    out[at..at + N].copy_from_slice(&bytes);
}
