//! Which way packets leave: interfaces, routes and neighbours as the kernel tells them. Never sends to a target.
//!
//! The kernel's default rules are followed (tables local, main, default); rules that a host adds are not.

mod egress;
mod netlink;
mod read;
mod table;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netlink_packet_route::address::AddressMessage;
use netlink_packet_route::link::LinkMessage;
use netlink_packet_route::neighbour::NeighbourMessage;
use netlink_packet_route::route::RouteMessage;
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage as Message};

use crate::settings::Raw as Wanted;
pub(crate) use egress::{Egress, Interface, Kind, Mac, NextHop, Stretch, Way};
use read::Own;
use table::{Fate, Route, Table, common};

/// Why nothing can be sent to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoRoute {
    /// No route leads there, or none by the wanted interface.
    #[error("no route")]
    Missing,
    /// A route says that it must not be reached.
    #[error("a route forbids it")]
    Refused,
    /// It is no single host's.
    #[error("a broadcast or multicast address")]
    Many,
    /// The interface is switched off, or its cable is out.
    #[error("the interface is down")]
    Down,
    /// The interface has no address of the target's IP version.
    #[error("no address of our own to send from")]
    NoSource,
}

/// What the kernel knew when it was asked.
#[derive(Debug)]
pub(crate) struct Routes {
    interfaces: Vec<Interface>,
    own: Vec<Own>,
    table: Table,
    neighbours: HashMap<(u32, IpAddr), Mac>,
}

impl Routes {
    /// Ask the kernel.
    pub(crate) fn load() -> io::Result<Self> {
        let mut made = Self::new(Vec::new(), Vec::new(), Vec::new());
        let mut routes = Vec::new();
        for (family, any) in families() {
            routes.extend(load_routes(family, any)?);
        }
        made.table = Table::new(routes);
        for message in netlink::dump(Message::GetLink(LinkMessage::default()))? {
            if let Message::NewLink(link) = message {
                made.interfaces.extend(read::interface(&link));
            }
        }
        for message in netlink::dump(Message::GetAddress(AddressMessage::default()))? {
            if let Message::NewAddress(addr) = message {
                made.own.extend(read::own(&addr));
            }
        }
        for message in netlink::dump(Message::GetNeighbour(NeighbourMessage::default()))? {
            if let Message::NewNeighbour(neighbour) = message {
                made.neighbours.extend(read::neighbour(&neighbour));
            }
        }
        Ok(made)
    }

    fn new(interfaces: Vec<Interface>, own: Vec<Own>, routes: Vec<Route>) -> Self {
        Self { interfaces, own, table: Table::new(routes), neighbours: HashMap::new() }
    }

    /// Every interface of this host.
    pub(crate) fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    /// The MAC of a neighbour, as far as the kernel has learnt it. `interface` is an index.
    pub(crate) fn neighbour(&self, interface: u32, addr: IpAddr) -> Option<Mac> {
        self.neighbours.get(&(interface, addr)).copied()
    }

    /// How a packet to `addr` leaves; by `wanted` only, and with `source`, where they are given and `source` is of the
    /// same IP version. An address of this host is reached by loopback, whatever is wanted.
    pub(crate) fn way(&self, addr: IpAddr, wanted: Option<&str>, source: Option<IpAddr>) -> Result<Way<'_>, NoRoute> {
        let wanted = match wanted {
            Some(name) => Some(self.interfaces.iter().find(|each| each.name == name).ok_or(NoRoute::Missing)?.index),
            None => None,
        };
        let fits = |route: &Route| route.fate != Fate::Unicast || wanted.is_none_or(|index| route.interface == index);
        let route = self.table.find(addr, fits).ok_or(NoRoute::Missing)?;
        let (interface, next_hop) = self.leave(route)?;
        if !interface.up {
            return Err(NoRoute::Down);
        }
        let source = source.filter(|source| source.is_ipv4() == addr.is_ipv4());
        let source = source.or_else(|| self.source(route, addr)).ok_or(NoRoute::NoSource)?;
        let mtu = route.mtu.unwrap_or(interface.mtu).min(interface.mtu);
        Ok(Way { interface, source, next_hop, mtu })
    }

    /// The addresses from `first` to `last` in stretches that leave one way, at most `most` of them.
    pub(crate) fn stretches(&self, first: IpAddr, last: IpAddr, wanted: &Wanted, most: usize) -> Vec<Stretch<'_>> {
        let mut stretches: Vec<Stretch<'_>> = Vec::new();
        for (first, last) in self.table.parts(first, last) {
            let way = self.way(first, wanted.interface.as_deref(), wanted.source_ip);
            if let Some(before) = stretches.last_mut().filter(|before| before.way == way) {
                before.last = last;
            } else if stretches.len() < most {
                stretches.push(Stretch { first, last, way });
            } else {
                break;
            }
        }
        stretches
    }

    fn leave(&self, route: &Route) -> Result<(&Interface, NextHop), NoRoute> {
        let next_hop = match (route.fate, route.gateway) {
            (Fate::Local, _) => return Ok((self.loopback().ok_or(NoRoute::Missing)?, NextHop::Local)),
            (Fate::Unicast, None) => NextHop::OnLink,
            (Fate::Unicast, Some(gateway)) => NextHop::Gateway(gateway),
            (Fate::Many, _) => return Err(NoRoute::Many),
            (Fate::Refused | Fate::Throw, _) => return Err(NoRoute::Refused),
        };
        let interface = self.interfaces.iter().find(|each| each.index == route.interface);
        Ok((interface.ok_or(NoRoute::Missing)?, next_hop))
    }

    fn loopback(&self) -> Option<&Interface> {
        self.interfaces.iter().find(|each| each.kind == Kind::Loopback)
    }

    /// The route's own choice; else, for a target that is this host, the target; else the address of the interface that
    /// is nearest to the next hop (IPv4, as the kernel does) or the target (IPv6, RFC 6724 section 5 rule 8); else any
    /// that means something beyond its link.
    fn source(&self, route: &Route, addr: IpAddr) -> Option<IpAddr> {
        if route.source.is_some() || route.fate == Fate::Local {
            return route.source.or(Some(addr));
        }
        let next = route.gateway.filter(|gateway| gateway.is_ipv4() && addr.is_ipv4()).unwrap_or(addr);
        let alike = self.own.iter().filter(|own| own.addr.is_ipv4() == addr.is_ipv4());
        let here = alike.clone().filter(|own| own.interface == route.interface && (own.global || is_near(addr)));
        let anywhere = alike.filter(|own| own.global);
        nearest(here, next).or_else(|| nearest(anywhere, next))
    }
}

/// Whether an address means something on its link only.
fn is_near(addr: IpAddr) -> bool {
    match addr {
        IpAddr::V4(addr) => addr.is_link_local(),
        IpAddr::V6(addr) => addr.is_unicast_link_local(),
    }
}

/// The first of those that have most in common with `next`. IPv4 addresses count as near or far only.
fn nearest<'a>(owns: impl Iterator<Item = &'a Own>, next: IpAddr) -> Option<IpAddr> {
    let nearness = |own: &Own| match common(own.addr, next) {
        shared if next.is_ipv4() => u8::from(shared >= own.length),
        shared => shared,
    };
    owns.reduce(|best, own| if nearness(own) > nearness(best) { own } else { best }).map(|own| own.addr)
}

fn families() -> [(AddressFamily, IpAddr); 2] {
    [(AddressFamily::Inet, Ipv4Addr::UNSPECIFIED.into()), (AddressFamily::Inet6, Ipv6Addr::UNSPECIFIED.into())]
}

fn load_routes(family: AddressFamily, any: IpAddr) -> io::Result<Vec<Route>> {
    let mut question = RouteMessage::default();
    question.header.address_family = family;
    let answers = netlink::dump(Message::GetRoute(question))?;
    let routes = answers.iter().map(|answer| match answer {
        Message::NewRoute(route) => read::routes(route, any),
        _ => Vec::new(),
    });
    Ok(routes.flatten().collect())
}
