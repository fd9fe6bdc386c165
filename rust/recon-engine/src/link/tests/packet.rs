//! TCP segments as tests need them, written and read byte by byte.

use std::net::{IpAddr, SocketAddr};

use crate::link::Layer;

pub(super) const SYN: u8 = 0x02;
pub(super) const SYN_ACK: u8 = 0x12;
const TCP_LENGTH: usize = 20;

/// An IP packet that holds one TCP segment without data.
pub(super) fn segment(from: SocketAddr, to: SocketAddr, flags: u8) -> Vec<u8> {
    let mut tcp = [0; TCP_LENGTH];
    tcp[..2].copy_from_slice(&from.port().to_be_bytes());
    tcp[2..4].copy_from_slice(&to.port().to_be_bytes());
    (tcp[12], tcp[13], tcp[14]) = (0x50, flags, 0x20);
    let addrs = [octets(from.ip()), octets(to.ip())].concat();
    let pseudo = [&addrs[..], &[0, 6, 0, TCP_LENGTH as u8]].concat();
    let sum = checksum(&[&pseudo[..], &tcp].concat());
    tcp[16..18].copy_from_slice(&sum.to_be_bytes());
    [header(from.ip(), &addrs), tcp.to_vec()].concat()
}

fn header(from: IpAddr, addrs: &[u8]) -> Vec<u8> {
    let length = TCP_LENGTH as u8;
    if from.is_ipv6() {
        return [&[0x60, 0, 0, 0, 0, length, 6, 64][..], addrs].concat();
    }
    let mut header = [&[0x45, 0, 0, 20 + length, 0, 0, 0x40, 0, 64, 6, 0, 0][..], addrs].concat();
    let sum = checksum(&header);
    header[10..12].copy_from_slice(&sum.to_be_bytes());
    header
}

fn octets(addr: IpAddr) -> Vec<u8> {
    match addr {
        IpAddr::V4(addr) => addr.octets().to_vec(),
        IpAddr::V6(addr) => addr.octets().to_vec(),
    }
}

fn checksum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = bytes.chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// Flags and destination port of a TCP segment in a frame; nothing for another protocol.
pub(super) fn read(frame: &[u8], layer: Layer) -> Option<(u8, u16)> {
    let packet = if layer == Layer::Ethernet { frame.get(14..)? } else { frame };
    let tcp = match (packet.first()? >> 4, packet.get(9)?, packet.get(6)?) {
        (4, 6, _) => packet.get(20..)?,
        (6, _, 6) => packet.get(40..)?,
        _ => return None,
    };
    Some((*tcp.get(13)?, u16::from_be_bytes([*tcp.get(2)?, *tcp.get(3)?])))
}
