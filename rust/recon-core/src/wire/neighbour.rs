//! Who has which address on the link: ARP (RFC 826) and neighbour discovery (RFC 4861). Remembers nobody.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::build::{Path, PathLayer, Writer};
use super::ip::{self, Head};
use super::{Fault, Mac, checksum, ethernet, word};

/// Room that any question or answer of this file fits in, in bytes.
pub const ASK_LIMIT: usize = 90;

const ARP_LENGTH: usize = 28;
/// Ethernet addresses of six bytes for IPv4 addresses of four.
const ARP_OF_IPV4: [u8; 6] = [0, 1, 8, 0, 6, 4];
const REQUEST: u16 = 1;
const REPLY: u16 = 2;
const SOLICITATION: u8 = 135;
const ADVERTISEMENT: u8 = 136;
const SOURCE_LINK_ADDR: u8 = 1;
const TARGET_LINK_ADDR: u8 = 2;
/// The hop limit of a packet that no router has passed on (RFC 4861 §7.1).
const FROM_THE_LINK: u8 = 255;
/// Who answers was asked, and the answer replaces what was known.
const SOLICITED_OVERRIDE: u8 = 0x60;
const OVERRIDE: u8 = 0x20;
const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

/// What a neighbour says or asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neighbour {
    /// An address is reached at a MAC.
    IsAt {
        /// The address.
        addr: IpAddr,
        /// Its interface.
        mac: Mac,
    },
    /// Somebody asks for an address.
    WhoHas {
        /// The address asked for.
        asked: IpAddr,
        /// Who asks; unspecified where it only looks whether the address is taken.
        from: IpAddr,
        /// Where to answer.
        mac: Mac,
    },
}

/// One of our addresses on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Station {
    /// Our interface.
    pub mac: Mac,
    /// VLAN tag, if frames carry one.
    pub vlan: Option<u16>,
    /// Our address.
    pub addr: IpAddr,
}

/// Reads an ARP packet.
pub(super) fn read_arp(packet: &[u8]) -> Result<Neighbour, Fault> {
    let fixed = packet.first_chunk::<ARP_LENGTH>().ok_or(Fault::Malformed)?;
    if !fixed.starts_with(&ARP_OF_IPV4) {
        return Err(Fault::Foreign);
    }
    let addr = |at: usize| IpAddr::V4(Ipv4Addr::new(fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]));
    let mac = single(&fixed[8..14])?;
    match word(fixed, 6) {
        REQUEST => Ok(Neighbour::WhoHas { asked: addr(24), from: addr(14), mac }),
        REPLY => Ok(Neighbour::IsAt { addr: addr(14), mac }),
        _ => Err(Fault::Foreign),
    }
}

/// Whether this `ICMPv6` type asks for or tells a neighbour.
pub(super) const fn is_discovery(kind: u8) -> bool {
    matches!(kind, SOLICITATION | ADVERTISEMENT)
}

/// Reads a message whose checksum was right, by the rules of RFC 4861 §7.1.
pub(super) fn read_discovery(head: &Head, message: &[u8], sender: Option<Mac>) -> Result<Neighbour, Fault> {
    let (fixed, options) = message.split_first_chunk::<24>().ok_or(Fault::Malformed)?;
    let target = fixed.last_chunk().map_or(Ipv6Addr::UNSPECIFIED, |octets: &[u8; 16]| Ipv6Addr::from(*octets));
    if head.ttl != FROM_THE_LINK || fixed[1] != 0 || target.is_multicast() {
        return Err(Fault::Malformed);
    }
    if fixed[0] == ADVERTISEMENT {
        let mac = link_addr(options, TARGET_LINK_ADDR)?.ok_or(Fault::Foreign)?;
        return Ok(Neighbour::IsAt { addr: target.into(), mac });
    }
    let mac = link_addr(options, SOURCE_LINK_ADDR)?.or(sender).ok_or(Fault::Foreign)?;
    Ok(Neighbour::WhoHas { asked: target.into(), from: head.src, mac })
}

/// The link-layer address among options of eight bytes and multiples.
fn link_addr(mut options: &[u8], wanted: u8) -> Result<Option<Mac>, Fault> {
    while let [kind, length, ..] = options {
        let (option, rest) = options.split_at_checked(usize::from(*length) * 8).ok_or(Fault::Malformed)?;
        match option {
            [] => return Err(Fault::Malformed),
            [_, _, addr @ ..] if *kind == wanted => return single(addr).map(Some),
            _ => options = rest,
        }
    }
    Ok(None)
}

/// The address of one interface; a group is no neighbour.
fn single(bytes: &[u8]) -> Result<Mac, Fault> {
    bytes.first_chunk().map(|mac| Mac(*mac)).filter(|mac| mac.is_single()).ok_or(Fault::Malformed)
}

/// Writes the question for `asked`. Returns the frame's length, or 0 when `out` is too small ([`ASK_LIMIT`] is enough)
/// or the families differ.
pub fn who_has(out: &mut [u8], station: &Station, asked: IpAddr) -> usize {
    match asked {
        IpAddr::V4(asked) => arp_request(out, station, asked),
        IpAddr::V6(asked) => neighbour_solicitation(out, station, asked),
    }
}

/// Writes our answer to `asker` at `mac`, as [`Neighbour::WhoHas`] names them. Returns as [`who_has`].
pub fn is_at(out: &mut [u8], station: &Station, asker: IpAddr, mac: Mac) -> usize {
    match asker {
        IpAddr::V4(asker) => arp_reply(out, station, asker, mac),
        IpAddr::V6(asker) => neighbour_advertisement(out, station, asker, mac),
    }
}

/// Asks everyone on the link for an IPv4 address. Returns as [`who_has`].
pub fn arp_request(out: &mut [u8], station: &Station, asked: Ipv4Addr) -> usize {
    arp(out, station, REQUEST, asked, Mac::NONE).unwrap_or(0)
}

/// Tells who asked for our IPv4 address. Returns as [`who_has`].
pub fn arp_reply(out: &mut [u8], station: &Station, asker: Ipv4Addr, mac: Mac) -> usize {
    arp(out, station, REPLY, asker, mac).unwrap_or(0)
}

fn arp(out: &mut [u8], station: &Station, operation: u16, peer: Ipv4Addr, peer_mac: Mac) -> Option<usize> {
    let IpAddr::V4(ours) = station.addr else { return None };
    let destination = if operation == REQUEST { Mac::BROADCAST } else { peer_mac };
    let mut writer = Writer::new(out);
    writer.link(&station.layer(destination), ethernet::ARP)?;
    writer.put(&ARP_OF_IPV4)?;
    writer.put(&operation.to_be_bytes())?;
    writer.put(&station.mac.0)?;
    writer.put(&ours.octets())?;
    writer.put(&peer_mac.0)?;
    writer.put(&peer.octets())?;
    Some(writer.length())
}

/// Asks the few that share an IPv6 address's last three bytes for it. Returns as [`who_has`].
pub fn neighbour_solicitation(out: &mut [u8], station: &Station, asked: Ipv6Addr) -> usize {
    let [.., a, b, c] = asked.octets();
    let group = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00 | u16::from(a), u16::from_be_bytes([b, c]));
    let opening = [SOLICITATION, 0, 0, 0, 0, 0, 0, 0];
    discovery(out, station, (group, Mac::of_group(group)), opening, (asked, SOURCE_LINK_ADDR)).unwrap_or(0)
}

/// Tells who asked for our IPv6 address; all nodes where the asker has no address yet. Returns as [`who_has`].
pub fn neighbour_advertisement(out: &mut [u8], station: &Station, asker: Ipv6Addr, mac: Mac) -> usize {
    let IpAddr::V6(ours) = station.addr else { return 0 };
    let (to, flags) = if asker.is_unspecified() {
        ((ALL_NODES, Mac::of_group(ALL_NODES)), OVERRIDE)
    } else {
        ((asker, mac), SOLICITED_OVERRIDE)
    };
    discovery(out, station, to, [ADVERTISEMENT, 0, 0, 0, flags, 0, 0, 0], (ours, TARGET_LINK_ADDR)).unwrap_or(0)
}

fn discovery(
    out: &mut [u8],
    station: &Station,
    (to, mac): (Ipv6Addr, Mac),
    opening: [u8; 8],
    (target, option): (Ipv6Addr, u8),
) -> Option<usize> {
    let path = Path { layer: station.layer(mac), src: station.addr, ttl: FROM_THE_LINK };
    let mut writer = Writer::new(out);
    let at = writer.head(&path, to.into(), ip::ICMPV6, 32, 0)?;
    writer.put(&opening)?;
    writer.put(&target.octets())?;
    writer.put(&[option, 1])?;
    writer.put(&station.mac.0)?;
    writer.seal(at, 2, checksum::pseudo(station.addr, to.into(), ip::ICMPV6, 32));
    Some(writer.length())
}

impl Station {
    fn layer(&self, destination: Mac) -> PathLayer {
        PathLayer::Ethernet { src_mac: self.mac, dst_mac: destination, vlan: self.vlan }
    }
}
