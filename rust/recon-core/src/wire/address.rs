//! Link-layer addresses. Nothing here looks one up.

use std::fmt;
use std::net::Ipv6Addr;

/// The address of an interface on its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// Everyone on the link.
    pub const BROADCAST: Self = Self([0xff; 6]);
    /// No address, as where it is asked for.
    pub const NONE: Self = Self([0; 6]);

    /// Whether it can belong to one interface: neither a group nor zero.
    #[must_use]
    pub fn is_single(self) -> bool {
        self.0[0] & 1 == 0 && self != Self::NONE
    }

    /// The group address that stands for an IPv6 multicast address (RFC 2464 §7).
    pub(super) fn of_group(group: Ipv6Addr) -> Self {
        let [.., a, b, c, d] = group.octets();
        Self([0x33, 0x33, a, b, c, d])
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            write!(out, "{}{byte:02x}", if at == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_not_a_single_interface() {
        assert!(Mac([2, 0, 0, 0, 0, 1]).is_single());
        assert!(!Mac::BROADCAST.is_single() && !Mac::NONE.is_single());
        assert!(!Mac::of_group("ff02::1:ff00:1".parse().expect("an address")).is_single());
    }

    #[test]
    fn an_address_is_written_with_colons() {
        assert_eq!(Mac([2, 0, 0, 0xab, 0, 1]).to_string(), "02:00:00:ab:00:01");
    }
}
