//! The number line's address and port side: disjoint blocks, counted and indexed.
//! It holds what is swept and never decides in which order or how.

mod build;
mod digest;
mod lookup;
mod overlay;
mod range;

use std::net::IpAddr;
use std::sync::Arc;

use crate::parse_ports::PortSet;
use crate::special::{self, SpecialRange};

pub use build::SpaceBuilder;
use lookup::Lookup;
pub use range::AddressRange;
pub(crate) use range::{Family, numbered};

/// Transport protocol of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// One (address, port, transport).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// IPv4 or IPv6 address.
    pub addr: IpAddr,
    /// Port, 0 to 65535.
    pub port: u16,
    /// TCP or UDP.
    pub transport: Transport,
}

/// Consecutive addresses that are all asked on the same ports.
#[derive(Clone, Debug)]
pub struct Block {
    family: Family,
    first: u128,
    addresses: u64,
    /// Index of the block's first target on the line.
    start: u64,
    ports: Arc<PortSet>,
}

impl Block {
    /// Its addresses.
    #[must_use]
    pub fn range(&self) -> AddressRange {
        let last = self.first + u128::from(self.addresses - 1);
        AddressRange::from_numbers(self.family, self.first, last)
    }

    /// The ports asked at each address; never empty.
    #[must_use]
    pub fn ports(&self) -> &PortSet {
        &self.ports
    }

    /// How many targets: addresses × ports.
    #[must_use]
    pub fn targets(&self) -> u64 {
        self.addresses * self.ports.len() as u64
    }

    #[inline]
    fn get(&self, offset: u64) -> Target {
        let (address, place) = self.ports.divider().divide(offset);
        let (port, transport) = self.ports.get(place as usize);
        let addr = self.family.addr(self.first + u128::from(address));
        Target { addr, port, transport }
    }
}

/// A part of a special-purpose range that was left out because no word names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExcludedSpecial {
    /// The addresses that a word covered and that are not swept.
    pub range: AddressRange,
    /// The widest registered range they lie in.
    pub special: &'static SpecialRange,
}

/// Everything a sweep asks, as the number line `[0, len)`: each (address, port, transport) once.
#[derive(Clone, Debug)]
pub struct Space {
    blocks: Vec<Block>,
    lookup: Lookup,
    len: u64,
    excluded_special: Vec<ExcludedSpecial>,
    out_of_scope: Vec<AddressRange>,
}

impl Space {
    /// How many targets; at most 2^63.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Says whether nothing is left to ask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many different addresses.
    #[must_use]
    pub fn addresses(&self) -> u128 {
        self.blocks.iter().map(|block| u128::from(block.addresses)).sum()
    }

    /// What was left out because it is special-purpose and no word names it.
    #[must_use]
    pub fn excluded_special(&self) -> &[ExcludedSpecial] {
        &self.excluded_special
    }

    /// What was cut out because the scope does not hold it, by address.
    #[must_use]
    pub fn out_of_scope(&self) -> &[AddressRange] {
        &self.out_of_scope
    }

    /// The blocks, disjoint and sorted by address, IPv4 first.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Returns the target at an index of the line, before any shuffling.
    ///
    /// # Panics
    /// When `index` is not below [`len`](Self::len).
    #[must_use]
    #[inline]
    pub fn get(&self, index: u64) -> Target {
        assert!(index < self.len, "index below the number of targets");
        let block = &self.blocks[self.lookup.block_of(&self.blocks, index)];
        block.get(index - block.start)
    }

    /// Returns the index of a target; none when it is not on the line.
    #[must_use]
    pub fn index_of(&self, target: &Target) -> Option<u64> {
        let (family, number) = numbered(target.addr);
        let after = self.blocks.partition_point(|block| (block.family, block.first) <= (family, number));
        let block = &self.blocks[after.checked_sub(1)?];
        let address = u64::try_from(number.checked_sub(block.first)?).ok()?;
        if block.family != family || address >= block.addresses {
            return None;
        }
        let place = block.ports.index_of(target.port, target.transport)?;
        Some(block.start + address * block.ports.len() as u64 + place as u64)
    }

    /// Says whether a target is on the line.
    #[must_use]
    pub fn contains(&self, target: &Target) -> bool {
        self.index_of(target).is_some()
    }

    /// Returns the longest run of consecutive public addresses; none when there is no public one.
    ///
    /// Neighbouring words count as one run, whatever their ports. A run of more than 65,536
    /// addresses is wider than a /16.
    #[must_use]
    pub fn widest_public_range(&self) -> Option<AddressRange> {
        let public = self.blocks.iter().filter(|block| special::enclosing(&[block.range()]).is_none());
        let mut widest: Option<AddressRange> = None;
        let mut run: Option<AddressRange> = None;
        for block in public {
            let joined = run.map_or(block.range(), |before| joined(&before, &block.range()));
            if widest.is_none_or(|range| joined.count() > range.count()) {
                widest = Some(joined);
            }
            run = Some(joined);
        }
        widest
    }

    /// A stable 64-bit digest of what is on the line: the same contents give the same digest on
    /// every machine, however the words were written. No protection against forgery.
    #[must_use]
    pub fn digest(&self) -> u64 {
        digest::of(&self.blocks)
    }
}

/// The union of two ranges that touch; otherwise the later one alone.
fn joined(before: &AddressRange, after: &AddressRange) -> AddressRange {
    let ((first, last), (next, end)) = (before.numbers(), after.numbers());
    if before.family() == after.family() && last.checked_add(1) == Some(next) {
        return AddressRange::from_numbers(before.family(), first, end);
    }
    *after
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
