//! IPv4 (RFC 791) and IPv6 (RFC 8200) headers, extension headers included. Reassembles no fragments.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Body, Checks, Fault, Frame, Mac, Packet, checksum, icmp, tcp, udp, word};

pub(super) const ICMP: u8 = 1;
pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;
pub(super) const ICMPV6: u8 = 58;
const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const DESTINATION: u8 = 60;
/// Extension headers that are read before a packet is given up.
const EXTENSIONS: usize = 8;
/// More fragments follow, or this is not the first.
const FRAGMENTED: u16 = 0x3fff;

/// A header that was read, and what is known of the transport behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) src: IpAddr,
    pub(super) dst: IpAddr,
    pub(super) ttl: u8,
    pub(super) protocol: u8,
}

impl Head {
    /// Whether the transport's checksum is right, or need not be.
    pub(super) fn vouches(&self, transport: &[u8], checks: Checks) -> Result<(), Fault> {
        let pseudo = || checksum::pseudo(self.src, self.dst, self.protocol, transport.len());
        (checks == Checks::Offloaded || pseudo().bytes(transport).folded() == 0).then_some(()).ok_or(Fault::Malformed)
    }

    pub(super) fn packet<'a>(&self, body: Body<'a>) -> Frame<'a> {
        Frame::Packet(Packet { src: self.src, dst: self.dst, ttl: self.ttl, body })
    }
}

/// Reads a packet of either version. `sender` is who put it on the link, where that is known.
pub(super) fn read(packet: &[u8], sender: Option<Mac>, checks: Checks) -> Result<Frame<'_>, Fault> {
    match packet.first().map(|first| first >> 4) {
        Some(4) => read_v4(packet, checks),
        Some(6) => read_v6(packet, sender, checks),
        _ => Err(Fault::Malformed),
    }
}

pub(super) fn read_v4(packet: &[u8], checks: Checks) -> Result<Frame<'_>, Fault> {
    let (head, options, fragment) = head_v4(packet)?;
    let total = packet.first_chunk::<20>().map_or(0, |fixed| usize::from(word(fixed, 2)));
    let header = packet.get(..options).ok_or(Fault::Malformed)?;
    let transport = packet.get(options..total).ok_or(Fault::Malformed)?;
    if checksum::of(header) != 0 {
        return Err(Fault::Malformed);
    }
    if fragment {
        return Err(Fault::Foreign);
    }
    match head.protocol {
        ICMP => icmp::read_v4(&head, transport, checks),
        _ => upper(&head, transport, checks),
    }
}

/// The header, its length with options, and whether the packet is a fragment. Neither total length nor checksum is
/// looked at: an ICMP error quotes the first, and routers do not always mend the second.
pub(super) fn head_v4(packet: &[u8]) -> Result<(Head, usize, bool), Fault> {
    let fixed = packet.first_chunk::<20>().ok_or(Fault::Malformed)?;
    let length = usize::from(fixed[0] & 15) * 4;
    if fixed[0] >> 4 != 4 || length < fixed.len() {
        return Err(Fault::Malformed);
    }
    let [.., s0, s1, s2, s3, d0, d1, d2, d3] = *fixed;
    let (src, dst) = (Ipv4Addr::new(s0, s1, s2, s3).into(), Ipv4Addr::new(d0, d1, d2, d3).into());
    let head = Head { src, dst, ttl: fixed[8], protocol: fixed[9] };
    Ok((head, length, word(fixed, 6) & FRAGMENTED != 0))
}

pub(super) fn read_v6(packet: &[u8], sender: Option<Mac>, checks: Checks) -> Result<Frame<'_>, Fault> {
    let (head, length, rest) = head_v6(packet)?;
    let payload = rest.get(..length).ok_or(Fault::Malformed)?;
    let (protocol, transport) = behind_extensions(head.protocol, payload)?;
    let head = Head { protocol, ..head };
    match protocol {
        ICMPV6 => icmp::read_v6(&head, transport, sender, checks),
        _ => upper(&head, transport, checks),
    }
}

/// The fixed header with the first protocol it names, the payload's length, and all that follows.
pub(super) fn head_v6(packet: &[u8]) -> Result<(Head, usize, &[u8]), Fault> {
    let (fixed, rest) = packet.split_first_chunk::<40>().ok_or(Fault::Malformed)?;
    if fixed[0] >> 4 != 6 {
        return Err(Fault::Malformed);
    }
    let addr = |at: usize| -> IpAddr {
        let mut octets = [0; 16];
        octets.copy_from_slice(&fixed[at..at + 16]);
        Ipv6Addr::from(octets).into()
    };
    let head = Head { src: addr(8), dst: addr(24), ttl: fixed[7], protocol: fixed[6] };
    Ok((head, usize::from(word(fixed, 4)), rest))
}

/// Skips extension headers (RFC 8200 §4). A packet that is one of several fragments, or not at its last hop, is foreign.
pub(super) fn behind_extensions(mut protocol: u8, mut bytes: &[u8]) -> Result<(u8, &[u8]), Fault> {
    for _ in 0..=EXTENSIONS {
        if !matches!(protocol, HOP_BY_HOP | ROUTING | FRAGMENT | AUTHENTICATION | DESTINATION) {
            return Ok((protocol, bytes));
        }
        let fixed = bytes.first_chunk::<4>().ok_or(Fault::Malformed)?;
        let (length, ours) = match protocol {
            // The lowest bit says whether more follow; an atomic fragment is a whole packet (RFC 6946).
            FRAGMENT => (8, word(fixed, 2) & 0xfff9 == 0),
            AUTHENTICATION => ((usize::from(fixed[1]) + 2) * 4, true),
            ROUTING => ((usize::from(fixed[1]) + 1) * 8, fixed[3] == 0),
            _ => ((usize::from(fixed[1]) + 1) * 8, true),
        };
        bytes = bytes.get(length..).ok_or(Fault::Malformed)?;
        if !ours {
            return Err(Fault::Foreign);
        }
        protocol = fixed[0];
    }
    Err(Fault::Foreign)
}

fn upper<'a>(head: &Head, transport: &'a [u8], checks: Checks) -> Result<Frame<'a>, Fault> {
    let body = match head.protocol {
        TCP => Body::Tcp(tcp::read(head, transport, checks)?),
        UDP => Body::Udp(udp::read(head, transport, checks)?),
        _ => Body::Other,
    };
    Ok(head.packet(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An extension header of `length` bytes that names what follows, with `rest` behind its first two bytes.
    fn extension(next: u8, units: u8, rest: &[u8], length: usize) -> Vec<u8> {
        let mut bytes = [&[next, units], rest].concat();
        bytes.resize(length, 0);
        bytes.extend_from_slice(b"transport");
        bytes
    }

    #[test]
    fn each_extension_header_is_skipped_by_its_own_measure() {
        let cases = [
            (HOP_BY_HOP, extension(TCP, 1, &[], 16)),
            (DESTINATION, extension(TCP, 0, &[], 8)),
            (ROUTING, extension(TCP, 2, &[4, 0], 24)),
            (AUTHENTICATION, extension(TCP, 4, &[], 24)),
            (FRAGMENT, extension(TCP, 99, &[], 8)),
        ];
        for (protocol, bytes) in cases {
            assert_eq!(behind_extensions(protocol, &bytes), Ok((TCP, &b"transport"[..])), "{protocol}");
            assert_eq!(behind_extensions(protocol, &bytes[..7]), Err(Fault::Malformed), "{protocol}");
        }
    }

    #[test]
    fn a_packet_that_is_not_whole_or_not_yet_there_is_foreign() {
        let later_fragment = extension(TCP, 0, &[0, 8], 8);
        assert_eq!(behind_extensions(FRAGMENT, &later_fragment), Err(Fault::Foreign));
        let on_its_way = extension(TCP, 2, &[4, 1], 24);
        assert_eq!(behind_extensions(ROUTING, &on_its_way), Err(Fault::Foreign));
    }

    #[test]
    fn extension_headers_without_end_are_given_up() {
        let endless = [HOP_BY_HOP, 0, 0, 0, 0, 0, 0, 0].repeat(2 * EXTENSIONS);
        assert_eq!(behind_extensions(HOP_BY_HOP, &endless), Err(Fault::Foreign));
    }
}
