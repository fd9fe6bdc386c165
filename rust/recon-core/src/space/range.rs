//! A run of addresses of one family. Values and arithmetic only; it knows no ports and no words.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 or IPv6; IPv4 sorts first, as `IpAddr` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Family {
    V4,
    V6,
}

impl Family {
    /// Width of an address in bits.
    pub(crate) fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    /// The highest address as a number.
    pub(crate) fn highest(self) -> u128 {
        u128::MAX >> (128 - u32::from(self.bits()))
    }

    /// The address with this number; higher bits than the family has are dropped.
    #[inline]
    pub(crate) fn addr(self, number: u128) -> IpAddr {
        match self {
            Self::V4 => IpAddr::V4(Ipv4Addr::from_bits(number as u32)),
            Self::V6 => IpAddr::V6(Ipv6Addr::from_bits(number)),
        }
    }
}

/// Splits an address into its family and its number.
pub(crate) fn numbered(addr: IpAddr) -> (Family, u128) {
    match addr {
        IpAddr::V4(v4) => (Family::V4, u128::from(v4.to_bits())),
        IpAddr::V6(v6) => (Family::V6, v6.to_bits()),
    }
}

/// Addresses from `first` to `last`, both included, of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressRange {
    family: Family,
    first: u128,
    last: u128,
}

impl AddressRange {
    /// Builds a range; none when the families differ or it ends before it begins.
    #[must_use]
    pub fn new(first: IpAddr, last: IpAddr) -> Option<Self> {
        let (family, low) = numbered(first);
        let (other, high) = numbered(last);
        (family == other && low <= high).then_some(Self { family, first: low, last: high })
    }

    /// Builds the range of one address.
    #[must_use]
    pub fn single(addr: IpAddr) -> Self {
        let (family, number) = numbered(addr);
        Self::from_numbers(family, number, number)
    }

    /// Builds the range of a prefix (RFC 4632). Host bits are ignored; a longer prefix than the
    /// family has counts as one address.
    #[must_use]
    pub fn from_prefix(addr: IpAddr, prefix: u8) -> Self {
        let (family, number) = numbered(addr);
        let host_bits = u32::from(family.bits().saturating_sub(prefix));
        let host = u128::MAX.checked_shr(128 - host_bits).unwrap_or(0);
        let first = number & !host & family.highest();
        Self::from_numbers(family, first, first | host)
    }

    pub(crate) fn from_numbers(family: Family, first: u128, last: u128) -> Self {
        Self { family, first, last }
    }

    pub(crate) fn family(&self) -> Family {
        self.family
    }

    pub(crate) fn numbers(&self) -> (u128, u128) {
        (self.first, self.last)
    }

    /// First address.
    #[must_use]
    pub fn first(&self) -> IpAddr {
        self.family.addr(self.first)
    }

    /// Last address.
    #[must_use]
    pub fn last(&self) -> IpAddr {
        self.family.addr(self.last)
    }

    /// How many addresses; the whole of IPv6 counts one less than it has, the most a `u128` holds.
    #[must_use]
    pub fn count(&self) -> u128 {
        (self.last - self.first).saturating_add(1)
    }

    /// Says whether an address lies inside.
    #[must_use]
    pub fn contains(&self, addr: IpAddr) -> bool {
        self.covers(&Self::single(addr))
    }

    /// Says whether the whole of `other` lies inside.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.family == other.family && self.first <= other.first && other.last <= self.last
    }

    /// Says whether both share an address.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.family == other.family && self.first <= other.last && other.first <= self.last
    }

    /// The prefix length, when the range is exactly one prefix.
    #[must_use]
    pub fn prefix(&self) -> Option<u8> {
        let host = self.last - self.first;
        let host_bits = 128 - host.leading_zeros() as u8;
        let whole = host == u128::MAX || (host + 1).is_power_of_two();
        (whole && self.first & host == 0).then(|| self.family.bits() - host_bits)
    }
}

/// The shortest word that means the range: an address, a prefix, or `first-last`.
impl fmt::Display for AddressRange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix() {
            Some(prefix) if prefix == self.family.bits() => write!(out, "{}", self.first()),
            Some(prefix) => write!(out, "{}/{prefix}", self.first()),
            None => write!(out, "{}-{}", self.first(), self.last()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn shown(addr: &str, prefix: u8) -> String {
        AddressRange::from_prefix(addr.parse().unwrap(), prefix).to_string()
    }

    #[test]
    fn a_prefix_drops_its_host_bits() {
        assert_eq!(shown("10.1.2.3", 16), "10.1.0.0/16");
        assert_eq!(shown("10.1.2.3", 32), "10.1.2.3");
        assert_eq!(shown("10.1.2.3", 0), "0.0.0.0/0");
        assert_eq!(shown("10.1.2.3", 200), "10.1.2.3");
        assert_eq!(shown("2001:db8::ffff", 120), "2001:db8::ff00/120");
        assert_eq!(shown("::", 0), "::/0");
        assert_eq!(shown("::1", 128), "::1");
    }

    #[test]
    fn a_range_that_is_no_prefix_shows_both_ends() {
        let first = "10.0.0.1".parse().unwrap();
        let range = AddressRange::new(first, "10.0.0.2".parse().unwrap()).unwrap();
        assert_eq!((range.to_string().as_str(), range.count()), ("10.0.0.1-10.0.0.2", 2));
        assert_eq!(AddressRange::new(first, "10.0.0.0".parse().unwrap()), None);
        assert_eq!(AddressRange::new(first, "::1".parse().unwrap()), None);
    }
}
