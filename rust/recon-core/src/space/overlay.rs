//! Lays layers of ranges over each other and yields the pieces between their bounds. One family at a time; it counts nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::range::Family;
use crate::parse_ports::PortSet;
use crate::special::{self, SpecialRange};

/// First and last address number, both included.
pub(super) type Bounds = (u128, u128);

/// What the words say about one family. Port sets are named by their place in the builder's list.
#[derive(Clone, Debug, Default)]
pub(super) struct Layers {
    added: BTreeMap<u32, Vec<Bounds>>,
    excluded: BTreeMap<u32, Vec<Bounds>>,
    named: Vec<Bounds>,
    outside: Vec<Bounds>,
}

impl Layers {
    pub(super) fn add(&mut self, ports: u32, bounds: Bounds) {
        self.added.entry(ports).or_default().push(bounds);
    }

    pub(super) fn exclude(&mut self, ports: u32, bounds: Bounds) {
        self.excluded.entry(ports).or_default().push(bounds);
    }

    pub(super) fn put_outside(&mut self, bounds: Bounds) {
        self.outside.push(bounds);
    }

    pub(super) fn name(&mut self, bounds: Bounds) {
        self.named.push(bounds);
    }
}

/// What becomes of one run of addresses.
pub(super) enum Piece {
    /// Asked on these ports.
    Swept(Arc<PortSet>),
    /// Left out: special-purpose and not named.
    Special(&'static SpecialRange),
    /// Left out: the scope does not hold it.
    OutOfScope,
}

#[derive(Clone, Copy)]
enum Layer {
    Added(u32),
    Excluded(u32),
    Named,
    Outside,
    Special(&'static SpecialRange),
}

/// A layer begins or ends at an address number.
struct Edge {
    at: u128,
    begins: bool,
    layer: Layer,
}

/// The layers that cover the current address.
#[derive(Default)]
struct Cover {
    added: BTreeSet<u32>,
    excluded: BTreeSet<u32>,
    named: bool,
    outside: bool,
    special: Option<&'static SpecialRange>,
}

impl Cover {
    fn apply(&mut self, edge: &Edge) {
        match (edge.layer, edge.begins) {
            (Layer::Added(ports), true) => _ = self.added.insert(ports),
            (Layer::Added(ports), false) => _ = self.added.remove(&ports),
            (Layer::Excluded(ports), true) => _ = self.excluded.insert(ports),
            (Layer::Excluded(ports), false) => _ = self.excluded.remove(&ports),
            (Layer::Named, begins) => self.named = begins,
            (Layer::Outside, begins) => self.outside = begins,
            (Layer::Special(special), true) => self.special = Some(special),
            (Layer::Special(_), false) => self.special = None,
        }
    }
}

/// Added and excluded port sets that cover an address.
type Combination = (Vec<u32>, Vec<u32>);

/// Remembers which ports each combination of words comes to.
pub(super) struct Overlay<'a> {
    sets: &'a [PortSet],
    known: HashMap<Combination, Arc<PortSet>>,
}

impl<'a> Overlay<'a> {
    pub(super) fn new(sets: &'a [PortSet]) -> Self {
        Self { sets, known: HashMap::new() }
    }

    /// Returns the pieces of one family by address; gaps are what no word covers.
    pub(super) fn pieces(&mut self, family: Family, layers: &Layers) -> Vec<(Bounds, Piece)> {
        let edges = edges(family, layers);
        let mut cover = Cover::default();
        let mut pieces = Vec::new();
        let mut rest = edges.as_slice();
        while let Some(edge) = rest.first() {
            let same = rest.partition_point(|other| other.at == edge.at);
            rest[..same].iter().for_each(|edge| cover.apply(edge));
            rest = &rest[same..];
            let last = rest.first().map_or(family.highest(), |next| next.at - 1);
            if let Some(piece) = self.piece(&cover) {
                pieces.push(((edge.at, last), piece));
            }
        }
        pieces
    }

    fn piece(&mut self, cover: &Cover) -> Option<Piece> {
        if cover.added.is_empty() {
            return None;
        }
        let ports = self.ports(cover);
        match cover.special {
            _ if ports.is_empty() => None,
            Some(special) if !cover.named => Some(Piece::Special(special)),
            _ if cover.outside => Some(Piece::OutOfScope),
            _ => Some(Piece::Swept(ports)),
        }
    }

    fn ports(&mut self, cover: &Cover) -> Arc<PortSet> {
        let list = |ids: &BTreeSet<u32>| ids.iter().copied().collect::<Vec<u32>>();
        let key = (list(&cover.added), list(&cover.excluded));
        let combined = |(added, excluded): &Combination| {
            let spans = |ids: &[u32]| {
                let sets = ids.iter().map(|id| self.sets[*id as usize].ranges());
                PortSet::from_spans(sets.flatten().copied().collect())
            };
            Arc::new(spans(added).subtract(&spans(excluded)))
        };
        Arc::clone(self.known.entry(key).or_insert_with_key(combined))
    }
}

/// Every bound of every layer, by address. Layers of one kind do not overlap themselves, so that a
/// layer is on or off; an end may stand before a begin at the same address, never the other way.
fn edges(family: Family, layers: &Layers) -> Vec<Edge> {
    let mut edges = Vec::new();
    let mut push = |layer: Layer, bounds: &[Bounds]| {
        for (first, last) in merged(bounds) {
            edges.push(Edge { at: first, begins: true, layer });
            if last < family.highest() {
                edges.push(Edge { at: last + 1, begins: false, layer });
            }
        }
    };
    for (ports, bounds) in &layers.added {
        push(Layer::Added(*ports), bounds);
    }
    for (ports, bounds) in &layers.excluded {
        push(Layer::Excluded(*ports), bounds);
    }
    push(Layer::Named, &layers.named);
    push(Layer::Outside, &layers.outside);
    for special in special::outermost() {
        let range = special.range();
        if range.family() == family {
            push(Layer::Special(special), &[range.numbers()]);
        }
    }
    edges.sort_by_key(|edge| (edge.at, edge.begins));
    edges
}

/// Sorted and joined where they overlap or touch.
fn merged(bounds: &[Bounds]) -> Vec<Bounds> {
    let mut bounds = bounds.to_vec();
    bounds.sort_unstable();
    bounds.dedup_by(|later, kept| {
        let joins = later.0 <= kept.1.saturating_add(1);
        if joins {
            kept.1 = kept.1.max(later.1);
        }
        joins
    });
    bounds
}
