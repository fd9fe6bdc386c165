//! From words to a space: collects what is wanted, what is excluded and what is named, then lays them over each other.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::lookup::Lookup;
use super::overlay::{Layers, Overlay, Piece};
use super::range::Family;
use super::{AddressRange, Block, ExcludedSpecial, Space, Transport};
use crate::parse_ports::{PortSet, PortSpan};
use crate::parse_targets::TargetWord;
use crate::scope::Scope;
use crate::shuffle::LEN_LIMIT;
use crate::special;
use crate::word::WordError;

/// Collects target words and exclusions for a [`Space`]. The order of calls does not matter.
#[derive(Clone, Debug)]
pub struct SpaceBuilder {
    sets: Vec<PortSet>,
    ids: HashMap<PortSet, u32>,
    default_ports: u32,
    layers: BTreeMap<Family, Layers>,
}

impl SpaceBuilder {
    /// Starts a space whose words are asked on `ports` unless they carry their own.
    #[must_use]
    pub fn new(ports: PortSet) -> Self {
        let mut builder = Self { sets: Vec::new(), ids: HashMap::new(), default_ports: 0, layers: BTreeMap::new() };
        builder.default_ports = builder.id_of(ports);
        builder
    }

    /// Adds a word. One with its own port is asked on that TCP port only. A word that lies wholly
    /// inside one special-purpose range names its addresses, so that they are swept.
    ///
    /// # Errors
    /// When the word is a host name, which has to be resolved first.
    pub fn add(&mut self, word: &TargetWord) -> Result<&mut Self, WordError> {
        let (ranges, port) = addresses(word)?;
        let ports = match port {
            Some(port) => self.id_of(PortSet::single(port, Transport::Tcp)),
            None => self.default_ports,
        };
        let named = special::enclosing(ranges).is_some();
        for range in ranges {
            let layers = self.layers.entry(range.family()).or_default();
            layers.add(ports, range.numbers());
            if named {
                layers.name(range.numbers());
            }
        }
        Ok(self)
    }

    /// Excludes a word: all its ports, or only the one it carries, TCP and UDP alike.
    ///
    /// # Errors
    /// When the word is a host name, which has to be resolved first.
    pub fn exclude(&mut self, word: &TargetWord) -> Result<&mut Self, WordError> {
        let (ranges, port) = addresses(word)?;
        let (first, last) = port.map_or((0, u16::MAX), |port| (port, port));
        let both = [Transport::Tcp, Transport::Udp];
        let spans = both.map(|transport| PortSpan::new(transport, first, last));
        let ports = self.id_of(PortSet::from_spans(spans.to_vec()));
        for range in ranges {
            let layers = self.layers.entry(range.family()).or_default();
            layers.exclude(ports, range.numbers());
        }
        Ok(self)
    }

    /// Adds a block of an earlier space as it was: its addresses are swept whether special or not.
    pub fn restore(&mut self, range: &AddressRange, ports: PortSet) -> &mut Self {
        let ports = self.id_of(ports);
        let layers = self.layers.entry(range.family()).or_default();
        layers.add(ports, range.numbers());
        layers.name(range.numbers());
        self
    }

    /// Adds what an earlier space left out because it is special and not named, so that this one says so too.
    pub fn restore_left_out(&mut self, range: &AddressRange) -> &mut Self {
        let layers = self.layers.entry(range.family()).or_default();
        layers.add(self.default_ports, range.numbers());
        self
    }

    /// Cuts out what the scope does not hold, whatever the words say.
    pub fn limit(&mut self, scope: &Scope) -> &mut Self {
        for range in scope.outside() {
            self.layers.entry(range.family()).or_default().put_outside(range.numbers());
        }
        self
    }

    /// Lays the words over each other and counts.
    ///
    /// # Errors
    /// When more than 2^63 targets are left.
    pub fn build(self) -> Result<Space, WordError> {
        let mut pieces = Pieces::default();
        for (family, layers) in &self.layers {
            let mut overlay = Overlay::new(&self.sets);
            for (bounds, piece) in overlay.pieces(*family, layers) {
                pieces.push(*family, bounds, piece)?;
            }
        }
        let lookup = Lookup::new(&pieces.blocks, pieces.len);
        Ok(Space {
            blocks: pieces.blocks,
            lookup,
            len: pieces.len,
            excluded_special: pieces.excluded,
            out_of_scope: pieces.outside,
        })
    }

    fn id_of(&mut self, ports: PortSet) -> u32 {
        let next = self.sets.len() as u32;
        *self.ids.entry(ports).or_insert_with_key(|ports| {
            self.sets.push(ports.clone());
            next
        })
    }
}

fn addresses(word: &TargetWord) -> Result<(&[AddressRange], Option<u16>), WordError> {
    match word {
        TargetWord::Addresses { ranges, port } => Ok((ranges, *port)),
        TargetWord::Name { host, .. } => {
            let why = "this host name was not resolved to an address";
            Err(WordError::new(host, why, "10.0.0.1"))
        }
    }
}

/// Blocks and left-out ranges as they come, by address; neighbours of one kind are joined.
#[derive(Default)]
struct Pieces {
    blocks: Vec<Block>,
    excluded: Vec<ExcludedSpecial>,
    outside: Vec<AddressRange>,
    len: u64,
    /// One shared copy of each distinct port set, across families.
    shared: HashMap<Arc<PortSet>, Arc<PortSet>>,
}

impl Pieces {
    fn push(&mut self, family: Family, bounds: (u128, u128), piece: Piece) -> Result<(), WordError> {
        match piece {
            Piece::Swept(ports) => self.push_block(family, bounds, &ports),
            Piece::OutOfScope => {
                self.push_outside(AddressRange::from_numbers(family, bounds.0, bounds.1));
                Ok(())
            }
            Piece::Special(special) => {
                let range = AddressRange::from_numbers(family, bounds.0, bounds.1);
                self.push_excluded(ExcludedSpecial { range, special });
                Ok(())
            }
        }
    }

    fn push_block(
        &mut self,
        family: Family,
        (first, last): (u128, u128),
        ports: &Arc<PortSet>,
    ) -> Result<(), WordError> {
        let count = last - first;
        let targets = count.saturating_add(1).saturating_mul(ports.len() as u128);
        let len = u128::from(self.len).saturating_add(targets);
        if len > u128::from(LEN_LIMIT) {
            let why = "together the words mean more than 2^63 targets; give fewer ports or narrower ranges";
            return Err(WordError::new("targets", why, "2001:db8::/96"));
        }
        let addresses = count as u64 + 1;
        let ports = Arc::clone(self.shared.entry(Arc::clone(ports)).or_insert_with(|| Arc::clone(ports)));
        let start = std::mem::replace(&mut self.len, len as u64);
        match self.blocks.last_mut() {
            Some(block)
                if block.family == family
                    && block.first + u128::from(block.addresses) == first
                    && Arc::ptr_eq(&block.ports, &ports) =>
            {
                block.addresses += addresses;
            }
            _ => self.blocks.push(Block { family, first, addresses, start, ports }),
        }
        Ok(())
    }

    fn push_outside(&mut self, next: AddressRange) {
        let joins = |before: &AddressRange| {
            before.family() == next.family() && before.numbers().1.checked_add(1) == Some(next.numbers().0)
        };
        match self.outside.last_mut().filter(|before| joins(before)) {
            Some(before) => *before = super::joined(before, &next),
            None => self.outside.push(next),
        }
    }

    fn push_excluded(&mut self, next: ExcludedSpecial) {
        let joins = |before: &ExcludedSpecial| {
            before.special == next.special && before.range.numbers().1.checked_add(1) == Some(next.range.numbers().0)
        };
        match self.excluded.last_mut().filter(|before| joins(before)) {
            Some(before) => before.range = super::joined(&before.range, &next.range),
            None => self.excluded.push(next),
        }
    }
}
