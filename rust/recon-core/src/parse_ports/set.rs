//! A set of ports that can be counted and indexed. Values only; words are read in the parent module.

use std::fmt;

use crate::shuffle::Divider;
use crate::space::Transport;

/// Consecutive ports of one transport, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortSpan {
    /// TCP or UDP.
    pub transport: Transport,
    /// First port.
    pub first: u16,
    /// Last port, not below `first`.
    pub last: u16,
}

impl PortSpan {
    /// Builds a span; the ends may come in either order.
    #[must_use]
    pub fn new(transport: Transport, first: u16, last: u16) -> Self {
        Self { transport, first: first.min(last), last: first.max(last) }
    }

    fn follows(self, other: Self) -> bool {
        self.transport == other.transport && u32::from(self.first) <= u32::from(other.last) + 1
    }
}

/// A sorted set of (transport, port): TCP first, then UDP, each by number.
#[derive(Clone, Debug)]
pub struct PortSet {
    spans: Vec<PortSpan>,
    /// Every port in order; left empty when one span says it all.
    flat: Vec<u16>,
    tcp: usize,
    divider: Divider,
}

impl PartialEq for PortSet {
    fn eq(&self, other: &Self) -> bool {
        self.spans == other.spans
    }
}

impl Eq for PortSet {}

impl std::hash::Hash for PortSet {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.spans.hash(state);
    }
}

/// Port words that mean the set again: `22,8000-8100,U:53`.
impl fmt::Display for PortSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, span) in self.spans.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            let prefix = if span.transport == Transport::Udp { "U:" } else { "" };
            write!(out, "{comma}{prefix}{}", span.first)?;
            if span.last > span.first {
                write!(out, "-{}", span.last)?;
            }
        }
        Ok(())
    }
}

impl PortSet {
    /// Builds a set from spans in any order, overlapping or not.
    #[must_use]
    pub fn from_spans(spans: Vec<PortSpan>) -> Self {
        let spans = merged(spans);
        let flat: Vec<u16> = match spans.as_slice() {
            [_] => Vec::new(),
            several => several.iter().flat_map(|span| span.first..=span.last).collect(),
        };
        let tcp_spans = spans.iter().filter(|span| span.transport == Transport::Tcp);
        let tcp = count(tcp_spans);
        let divider = Divider::new(count(spans.iter()).max(1) as u64);
        Self { spans, flat, tcp, divider }
    }

    /// Builds the set of one port.
    #[must_use]
    pub fn single(port: u16, transport: Transport) -> Self {
        Self::from_spans(vec![PortSpan::new(transport, port, port)])
    }

    /// How many (transport, port); at most 131,072.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.spans.as_slice() {
            [span] => usize::from(span.last - span.first) + 1,
            _ => self.flat.len(),
        }
    }

    /// Says whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Returns the port at a place in the order.
    ///
    /// # Panics
    /// When `index` is not below [`len`](Self::len).
    #[must_use]
    #[inline]
    pub fn get(&self, index: usize) -> (u16, Transport) {
        assert!(index < self.len(), "index below the number of ports");
        let port = match self.flat.get(index) {
            Some(port) => *port,
            None => self.spans[0].first + index as u16,
        };
        let transport = if index < self.tcp { Transport::Tcp } else { Transport::Udp };
        (port, transport)
    }

    /// Returns the place of a port in the order; none when it is not in the set.
    #[must_use]
    pub fn index_of(&self, port: u16, transport: Transport) -> Option<usize> {
        let mut before = 0;
        for span in &self.spans {
            if span.transport == transport && (span.first..=span.last).contains(&port) {
                return Some(before + usize::from(port - span.first));
            }
            before += usize::from(span.last - span.first) + 1;
        }
        None
    }

    /// Says whether a port is in the set.
    #[must_use]
    pub fn contains(&self, port: u16, transport: Transport) -> bool {
        self.index_of(port, transport).is_some()
    }

    /// The spans, sorted and disjoint, none touching the next.
    #[must_use]
    pub fn ranges(&self) -> &[PortSpan] {
        &self.spans
    }

    /// Returns the ports that are in either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::from_spans([self.spans.as_slice(), &other.spans].concat())
    }

    /// Returns the ports of this set that are not in the other.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Self {
        let mut left = self.spans.clone();
        for cut in &other.spans {
            left = left.iter().flat_map(|span| without(*span, *cut)).flatten().collect();
        }
        Self::from_spans(left)
    }

    pub(crate) fn divider(&self) -> Divider {
        self.divider
    }
}

/// Splits a span around a cut: what lies below it, and what lies above.
fn without(span: PortSpan, cut: PortSpan) -> [Option<PortSpan>; 2] {
    if span.transport != cut.transport || cut.last < span.first || cut.first > span.last {
        return [Some(span), None];
    }
    let below = (span.first < cut.first).then(|| PortSpan { last: cut.first - 1, ..span });
    let above = (cut.last < span.last).then(|| PortSpan { first: cut.last + 1, ..span });
    [below, above]
}

fn merged(mut spans: Vec<PortSpan>) -> Vec<PortSpan> {
    spans.sort_unstable();
    spans.dedup_by(|later, kept| {
        let joins = later.follows(*kept);
        if joins {
            kept.last = kept.last.max(later.last);
        }
        joins
    });
    spans
}

fn count<'a>(spans: impl Iterator<Item = &'a PortSpan>) -> usize {
    spans.map(|span| usize::from(span.last - span.first) + 1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_shows_as_words_that_mean_it_again() {
        for words in ["22", "0-65535,U:0-65535", "22,80-81,U:53,U:67-68", "U:1"] {
            let shown = PortSet::parse(words).map(|set| set.to_string());
            assert_eq!(shown.as_deref(), Ok(words));
        }
    }

    fn tcp(first: u16, last: u16) -> PortSpan {
        PortSpan::new(Transport::Tcp, first, last)
    }

    fn udp(first: u16, last: u16) -> PortSpan {
        PortSpan::new(Transport::Udp, first, last)
    }

    #[test]
    fn overlapping_and_touching_spans_become_one() {
        let set = PortSet::from_spans(vec![tcp(80, 90), udp(91, 99), tcp(91, 95), tcp(1, 85)]);
        assert_eq!(set.ranges(), [tcp(1, 95), udp(91, 99)]);
        assert_eq!(set.len(), 104);
    }

    #[test]
    fn every_index_names_a_port_and_back() {
        for spans in [vec![tcp(0, 65_535), udp(0, 65_535)], vec![udp(5, 9)], vec![tcp(7, 7), tcp(9, 12)]] {
            let set = PortSet::from_spans(spans);
            for index in 0..set.len() {
                let (port, transport) = set.get(index);
                assert_eq!(set.index_of(port, transport), Some(index));
            }
        }
    }

    #[test]
    fn subtraction_splits_spans() {
        let all = PortSet::from_spans(vec![tcp(0, 65_535)]);
        let cut = PortSet::from_spans(vec![tcp(0, 9), tcp(20, 20), udp(30, 30), tcp(65_000, 65_535)]);
        assert_eq!(all.subtract(&cut).ranges(), [tcp(10, 19), tcp(21, 64_999)]);
        assert!(all.subtract(&all).is_empty());
        assert_eq!(all.subtract(&cut).union(&cut).len(), 65_537);
    }

    #[test]
    #[should_panic(expected = "index below")]
    fn an_index_past_the_end_is_refused() {
        let _ = PortSet::single(1, Transport::Tcp).get(1);
    }
}
