//! Routes in the order in which the kernel tries them. Pure: knows no interface but by its number.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a route does with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Takes it in.
    Local,
    /// Sends it on.
    Unicast,
    /// Refuses it: blackhole, unreachable, prohibited.
    Refused,
    /// Sends it to many: broadcast, multicast, anycast.
    Many,
    /// Leaves it to the next table.
    Throw,
}

/// One way of one route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    /// Position of its table in the order they are tried.
    pub(super) rank: u8,
    /// Where it leads; the bits behind `length` do not count.
    pub(super) prefix: IpAddr,
    /// Bits of `prefix` that count.
    pub(super) length: u8,
    /// The lower is taken first.
    pub(super) metric: u32,
    /// What it does.
    pub(super) fate: Fate,
    /// Index of its interface; 0 where it has none.
    pub(super) interface: u32,
    /// The router, where the target is not on the link.
    pub(super) gateway: Option<IpAddr>,
    /// The address that it wants packets to carry.
    pub(super) source: Option<IpAddr>,
    /// Longest IP packet in bytes, where it is shorter than the interface's.
    pub(super) mtu: Option<u32>,
}

/// Routes of one table that are equally precise, by prefix and metric.
#[derive(Debug)]
struct Group {
    rank: u8,
    length: u8,
    routes: Vec<(u128, Route)>,
}

/// Routes of both IP versions.
#[derive(Debug)]
pub(super) struct Table {
    v4: Vec<Group>,
    v6: Vec<Group>,
}

impl Table {
    /// Put `routes` in order, with those that the kernel has without writing them down.
    pub(super) fn new(routes: Vec<Route>) -> Self {
        let (v4, v6) = routes.into_iter().chain(unwritten()).partition(|route| route.prefix.is_ipv4());
        Self { v4: groups(v4), v6: groups(v6) }
    }

    /// The route that a packet to `addr` takes, among those that `fits`.
    pub(super) fn find(&self, addr: IpAddr, fits: impl Fn(&Route) -> bool) -> Option<&Route> {
        let groups = if addr.is_ipv4() { &self.v4 } else { &self.v6 };
        let mut thrown = None;
        for group in groups.iter().filter_map(|group| Some((group.rank, group.find(addr, &fits)?))) {
            match group {
                (rank, _) if thrown == Some(rank) => {}
                (rank, route) if route.fate == Fate::Throw => thrown = Some(rank),
                (_, route) => return Some(route),
            }
        }
        None
    }

    /// The addresses from `first` to `last` in parts, inside which no route begins or ends.
    pub(super) fn parts(&self, first: IpAddr, last: IpAddr) -> impl Iterator<Item = (IpAddr, IpAddr)> {
        let (groups, step) = if first.is_ipv4() { (&self.v4, 1 << 96) } else { (&self.v6, 1) };
        let (from, to) = (bits(first), bits(last));
        let edges = groups.iter().flat_map(|group| {
            let behind = |prefix: u128| (prefix | !mask(group.length)).checked_add(1);
            group.routes.iter().flat_map(move |(prefix, _)| [Some(*prefix), behind(*prefix)])
        });
        let begins: BTreeSet<u128> = edges.flatten().filter(|&edge| from < edge && edge <= to).chain([from]).collect();
        let ends: Vec<u128> = begins.iter().skip(1).map(|next| next - step).chain([to]).collect();
        let is_ipv4 = first.is_ipv4();
        begins.into_iter().zip(ends).map(move |(begin, end)| (addr(begin, is_ipv4), addr(end, is_ipv4)))
    }
}

impl Group {
    fn find(&self, addr: IpAddr, fits: impl Fn(&Route) -> bool) -> Option<&Route> {
        let wanted = bits(addr) & mask(self.length);
        let first = self.routes.partition_point(|(prefix, _)| *prefix < wanted);
        let alike = self.routes[first..].iter().take_while(|(prefix, _)| *prefix == wanted);
        alike.map(|(_, route)| route).find(|route| fits(route))
    }
}

/// Multicast (RFC 5771, RFC 4291 section 2.7) and the limited broadcast (RFC 919).
fn unwritten() -> [Route; 3] {
    let many = |prefix: IpAddr, length| Route {
        rank: 0,
        prefix,
        length,
        metric: 0,
        fate: Fate::Many,
        interface: 0,
        gateway: None,
        source: None,
        mtu: None,
    };
    [
        many(Ipv4Addr::new(224, 0, 0, 0).into(), 4),
        many(Ipv4Addr::BROADCAST.into(), 32),
        many(Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0).into(), 8),
    ]
}

fn groups(mut routes: Vec<Route>) -> Vec<Group> {
    let prefix = |route: &Route| bits(route.prefix) & mask(route.length);
    routes.sort_by_key(|route| (route.rank, u8::MAX - route.length, prefix(route), route.metric));
    let alike = routes.chunk_by(|one, other| (one.rank, one.length) == (other.rank, other.length));
    let group = |routes: &[Route]| Group {
        rank: routes[0].rank,
        length: routes[0].length,
        routes: routes.iter().map(|route| (prefix(route), route.clone())).collect(),
    };
    alike.map(group).collect()
}

/// An address as a number whose highest bit is the address's first.
fn bits(addr: IpAddr) -> u128 {
    match addr {
        IpAddr::V4(addr) => u128::from(addr.to_bits()) << 96,
        IpAddr::V6(addr) => addr.to_bits(),
    }
}

fn addr(bits: u128, is_ipv4: bool) -> IpAddr {
    if is_ipv4 { Ipv4Addr::from_bits((bits >> 96) as u32).into() } else { Ipv6Addr::from_bits(bits).into() }
}

fn mask(length: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(length.min(128))).unwrap_or(0)
}

/// How many bits two addresses of one IP version have in common from the first on.
pub(super) fn common(one: IpAddr, other: IpAddr) -> u8 {
    (bits(one) ^ bits(other)).leading_zeros() as u8
}
