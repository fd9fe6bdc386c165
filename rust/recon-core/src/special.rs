//! Address ranges that are no ordinary hosts: IANA's special-purpose registries, multicast, broadcast.
//! A table and its look-ups; whether a range is swept is decided in `space`, never here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::space::AddressRange;

/// One range of the registries, with its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpecialRange {
    /// First address.
    pub first: IpAddr,
    /// Prefix length in bits.
    pub prefix: u8,
    /// The registry's name for it.
    pub name: &'static str,
    /// Where it is defined.
    pub rfc: &'static str,
}

impl SpecialRange {
    /// Its addresses.
    #[must_use]
    pub fn range(&self) -> AddressRange {
        AddressRange::from_prefix(self.first, self.prefix)
    }
}

const fn v4(octets: [u8; 4], prefix: u8, name: &'static str, rfc: &'static str) -> SpecialRange {
    let [a, b, c, d] = octets;
    let first = IpAddr::V4(Ipv4Addr::new(a, b, c, d));
    SpecialRange { first, prefix, name, rfc }
}

const fn v6(bits: u128, prefix: u8, name: &'static str, rfc: &'static str) -> SpecialRange {
    let first = IpAddr::V6(Ipv6Addr::from_bits(bits));
    SpecialRange { first, prefix, name, rfc }
}

/// IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and updates), and multicast.
/// An enclosing range stands before those inside it.
#[rustfmt::skip]
const RANGES: &[SpecialRange] = &[
    v4([0, 0, 0, 0], 8, "this network", "RFC 791"),
    v4([0, 0, 0, 0], 32, "this host on this network", "RFC 1122"),
    v4([10, 0, 0, 0], 8, "private use", "RFC 1918"),
    v4([100, 64, 0, 0], 10, "shared address space", "RFC 6598"),
    v4([127, 0, 0, 0], 8, "loopback", "RFC 1122"),
    v4([169, 254, 0, 0], 16, "link local", "RFC 3927"),
    v4([172, 16, 0, 0], 12, "private use", "RFC 1918"),
    v4([192, 0, 0, 0], 24, "IETF protocol assignments", "RFC 6890"),
    v4([192, 0, 0, 0], 29, "IPv4 service continuity prefix", "RFC 7335"),
    v4([192, 0, 0, 8], 32, "IPv4 dummy address", "RFC 7600"),
    v4([192, 0, 0, 9], 32, "port control protocol anycast", "RFC 7723"),
    v4([192, 0, 0, 10], 32, "TURN anycast", "RFC 8155"),
    v4([192, 0, 0, 170], 32, "NAT64/DNS64 discovery", "RFC 8880"),
    v4([192, 0, 0, 171], 32, "NAT64/DNS64 discovery", "RFC 8880"),
    v4([192, 0, 2, 0], 24, "documentation (TEST-NET-1)", "RFC 5737"),
    v4([192, 31, 196, 0], 24, "AS112-v4", "RFC 7535"),
    v4([192, 52, 193, 0], 24, "AMT", "RFC 7450"),
    v4([192, 88, 99, 0], 24, "deprecated 6to4 relay anycast", "RFC 7526"),
    v4([192, 88, 99, 2], 32, "6a44 relay anycast", "RFC 6751"),
    v4([192, 168, 0, 0], 16, "private use", "RFC 1918"),
    v4([192, 175, 48, 0], 24, "direct delegation AS112 service", "RFC 7534"),
    v4([198, 18, 0, 0], 15, "benchmarking", "RFC 2544"),
    v4([198, 51, 100, 0], 24, "documentation (TEST-NET-2)", "RFC 5737"),
    v4([203, 0, 113, 0], 24, "documentation (TEST-NET-3)", "RFC 5737"),
    v4([224, 0, 0, 0], 4, "multicast", "RFC 5771"),
    v4([240, 0, 0, 0], 4, "reserved", "RFC 1112"),
    v4([255, 255, 255, 255], 32, "limited broadcast", "RFC 919"),
    v6(0, 128, "unspecified address", "RFC 4291"),
    v6(1, 128, "loopback", "RFC 4291"),
    v6(0xffff_0000_0000, 96, "IPv4-mapped address", "RFC 4291"),
    v6(0x0064_ff9b << 96, 96, "IPv4-IPv6 translation", "RFC 6052"),
    v6(0x0064_ff9b_0001 << 80, 48, "IPv4-IPv6 translation, local", "RFC 8215"),
    v6(0x0100 << 112, 64, "discard-only", "RFC 6666"),
    v6(0x0100_0000_0000_0001 << 64, 64, "dummy IPv6 prefix", "RFC 9780"),
    v6(0x2001 << 112, 23, "IETF protocol assignments", "RFC 2928"),
    v6(0x2001 << 112, 32, "Teredo", "RFC 4380"),
    v6((0x2001_0001 << 96) | 1, 128, "port control protocol anycast", "RFC 7723"),
    v6((0x2001_0001 << 96) | 2, 128, "TURN anycast", "RFC 8155"),
    v6((0x2001_0001 << 96) | 3, 128, "DNS-SD service registration anycast", "RFC 9665"),
    v6(0x2001_0002 << 96, 48, "benchmarking", "RFC 5180"),
    v6(0x2001_0003 << 96, 32, "AMT", "RFC 7450"),
    v6(0x2001_0004_0112 << 80, 48, "AS112-v6", "RFC 7535"),
    v6(0x2001_0010 << 96, 28, "deprecated ORCHID", "RFC 4843"),
    v6(0x2001_0020 << 96, 28, "ORCHIDv2", "RFC 7343"),
    v6(0x2001_0030 << 96, 28, "drone remote identification", "RFC 9374"),
    v6(0x2001_0db8 << 96, 32, "documentation", "RFC 3849"),
    v6(0x2002 << 112, 16, "6to4", "RFC 3056"),
    v6(0x2620_004f_8000 << 80, 48, "direct delegation AS112 service", "RFC 7534"),
    v6(0x3fff << 112, 20, "documentation", "RFC 9637"),
    v6(0x5f00 << 112, 16, "segment routing SIDs", "RFC 9602"),
    v6(0xfc00 << 112, 7, "unique local", "RFC 4193"),
    v6(0xfe80 << 112, 10, "link local unicast", "RFC 4291"),
    v6(0xff00 << 112, 8, "multicast", "RFC 4291"),
];

/// Every special range; an enclosing one stands before those inside it.
#[must_use]
pub fn ranges() -> &'static [SpecialRange] {
    RANGES
}

/// Returns the narrowest special range that holds an address.
#[must_use]
pub fn covering(addr: IpAddr) -> Option<&'static SpecialRange> {
    RANGES.iter().rfind(|special| special.range().contains(addr))
}

/// Says whether an address lies in no special range.
#[must_use]
pub fn is_public(addr: IpAddr) -> bool {
    covering(addr).is_none()
}

/// Returns the widest special range that holds all of `ranges`: they name it explicitly.
#[must_use]
pub fn enclosing(ranges: &[AddressRange]) -> Option<&'static SpecialRange> {
    let holds_all = |special: &&SpecialRange| {
        let whole = special.range();
        ranges.iter().all(|range| whole.covers(range))
    };
    if ranges.is_empty() {
        return None;
    }
    RANGES.iter().find(holds_all)
}

/// Iterates over the special ranges that lie in no other.
pub(crate) fn outermost() -> impl Iterator<Item = &'static SpecialRange> {
    RANGES.iter().enumerate().filter_map(|(position, special)| {
        let inner = RANGES[..position].iter().any(|other| other.range().covers(&special.range()));
        (!inner).then_some(special)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn addr(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_are_found_in_the_narrowest_range() {
        for (text, name) in [
            ("10.1.2.3", "private use"),
            ("100.127.255.255", "shared address space"),
            ("255.255.255.255", "limited broadcast"),
            ("254.0.0.1", "reserved"),
            ("239.1.1.1", "multicast"),
            ("192.0.0.9", "port control protocol anycast"),
            ("::1", "loopback"),
            ("2001:db8::1", "documentation"),
            ("2001::1", "Teredo"),
            ("2001:5::1", "IETF protocol assignments"),
            ("fd00::1", "unique local"),
            ("fe80::1", "link local unicast"),
            ("ff02::1", "multicast"),
            ("100:0:0:1::1", "dummy IPv6 prefix"),
            ("64:ff9b:1::1", "IPv4-IPv6 translation, local"),
        ] {
            assert_eq!(covering(addr(text)).map(|found| found.name), Some(name), "{text}");
        }
    }

    #[test]
    fn ordinary_addresses_are_public() {
        for text in ["8.8.8.8", "100.128.0.0", "172.32.0.1", "223.255.255.255", "2600::1"] {
            assert!(is_public(addr(text)), "{text}");
        }
    }

    #[test]
    fn every_range_starts_at_its_prefix_and_follows_what_encloses_it() {
        for (position, special) in RANGES.iter().enumerate() {
            assert_eq!(special.range().first(), special.first, "{}", special.name);
            for later in &RANGES[position + 1..] {
                assert!(!later.range().covers(&special.range()), "{}", special.name);
            }
        }
    }

    #[test]
    fn only_a_range_inside_one_special_range_names_it() {
        let part = AddressRange::from_prefix(addr("10.1.0.0"), 16);
        let wide = AddressRange::from_prefix(addr("10.0.0.0"), 7);
        assert_eq!(enclosing(&[part]).map(|found| found.rfc), Some("RFC 1918"));
        assert_eq!(enclosing(&[wide]), None);
        assert_eq!(enclosing(&[]), None);
    }
}
