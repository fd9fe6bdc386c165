//! The Internet checksum (RFC 1071): a sum of 16-bit words with the carries added in. Reads no header.

use std::net::IpAddr;

/// A sum that is not folded yet. Of packets, which have less than 2^17 bytes, it cannot overflow.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum(u64);

impl Sum {
    /// Adds bytes that begin at an even offset.
    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        let (longs, rest) = bytes.as_chunks::<4>();
        self.0 += longs.iter().map(|long| u64::from(u32::from_be_bytes(*long))).sum::<u64>();
        let mut last = [0; 4];
        last[..rest.len()].copy_from_slice(rest);
        self.long(u32::from_be_bytes(last))
    }

    /// Adds two words at once: folding brings the upper one down.
    pub(super) const fn long(self, long: u32) -> Self {
        Self(self.0 + long as u64)
    }

    /// Adds one word.
    pub(super) const fn word(self, word: u16) -> Self {
        Self(self.0 + word as u64)
    }

    /// Adds an address.
    pub(super) fn addr(self, addr: IpAddr) -> Self {
        match addr {
            IpAddr::V4(addr) => self.long(addr.to_bits()),
            IpAddr::V6(addr) => {
                let bits = addr.to_bits();
                (0..4).fold(self, |sum, part| sum.long((bits >> (32 * part)) as u32))
            }
        }
    }

    /// The checksum: zero over bytes that hold a right one.
    pub(super) const fn folded(self) -> u16 {
        let longs = (self.0 >> 32) + (self.0 & 0xffff_ffff);
        let mut words = (longs >> 16) + (longs & 0xffff);
        words = (words >> 16) + (words & 0xffff);
        words = (words >> 16) + (words & 0xffff);
        !(words as u16)
    }
}

/// The checksum of one header.
pub(super) fn of(bytes: &[u8]) -> u16 {
    Sum::default().bytes(bytes).folded()
}

/// The sum of the pseudo-header of a transport (RFC 9293 §3.1, RFC 8200 §8.1).
pub(super) fn pseudo(src: IpAddr, dst: IpAddr, protocol: u8, length: usize) -> Sum {
    Sum::default().addr(src).addr(dst).word(u16::from(protocol)).long(length as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Word by word, as RFC 1071 §1 words it.
    fn plain(bytes: &[u8]) -> u16 {
        let words = bytes.chunks(2).map(|two| u32::from(two[0]) << 8 | u32::from(*two.get(1).unwrap_or(&0)));
        let mut sum: u32 = words.sum();
        while sum > 0xffff {
            sum = (sum >> 16) + (sum & 0xffff);
        }
        !(sum as u16)
    }

    proptest! {
        #[test]
        fn the_fast_sum_is_the_plain_one(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert_eq!(of(&bytes), plain(&bytes));
        }
    }

    #[test]
    fn the_largest_sum_folds_without_a_lost_carry() {
        let bytes = vec![0xff; 65_536];
        assert_eq!(of(&bytes), plain(&bytes));
    }
}
