//! What the kernel's messages mean: interfaces, addresses, routes, neighbours. Pure.

use std::net::IpAddr;

use netlink_packet_route::address::{AddressAttribute, AddressHeaderFlags, AddressMessage, AddressScope};
use netlink_packet_route::link::{InfoData, InfoVlan, LinkAttribute, LinkFlags, LinkInfo, LinkLayerType, LinkMessage};
use netlink_packet_route::neighbour::{NeighbourAddress, NeighbourAttribute, NeighbourMessage, NeighbourState};
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteFlags, RouteMessage, RouteMetric, RouteType, RouteVia,
};

use super::table::{Fate, Route};
use super::{Interface, Kind, Mac};

/// Tables in the order in which the kernel's default rules try them: local, main, default.
const TABLES: [u32; 3] = [255, 254, 253];

/// One of our addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Own {
    /// Index of its interface.
    pub(super) interface: u32,
    /// The address.
    pub(super) addr: IpAddr,
    /// Bits that its neighbours share with it.
    pub(super) length: u8,
    /// Whether it means something beyond its link.
    pub(super) global: bool,
}

/// An interface; nothing for a message without a name.
pub(super) fn interface(message: &LinkMessage) -> Option<Interface> {
    let flags = message.header.flags;
    let mut made = Interface {
        index: message.header.index,
        name: String::new(),
        mac: Mac::default(),
        mtu: 0,
        kind: kind(flags, message.header.link_layer_type),
        vlan: None,
        up: flags.contains(LinkFlags::Up | LinkFlags::LowerUp),
    };
    for attribute in &message.attributes {
        match attribute {
            LinkAttribute::IfName(name) => made.name.clone_from(name),
            LinkAttribute::Mtu(mtu) => made.mtu = *mtu,
            LinkAttribute::Address(mac) => made.mac = mac.as_slice().try_into().unwrap_or_default(),
            LinkAttribute::LinkInfo(parts) => made.vlan = parts.iter().find_map(vlan),
            _ => {}
        }
    }
    (!made.name.is_empty()).then_some(made)
}

fn kind(flags: LinkFlags, layer: LinkLayerType) -> Kind {
    match layer {
        _ if flags.contains(LinkFlags::Loopback) => Kind::Loopback,
        LinkLayerType::Ether => Kind::Ethernet,
        _ => Kind::Tunnel,
    }
}

fn vlan(info: &LinkInfo) -> Option<u16> {
    let LinkInfo::Data(InfoData::Vlan(parts)) = info else {
        return None;
    };
    parts.iter().find_map(|part| if let InfoVlan::Id(number) = part { Some(*number) } else { None })
}

/// An address of ours; nothing while it may not be used.
pub(super) fn own(message: &AddressMessage) -> Option<Own> {
    let unusable = AddressHeaderFlags::Deprecated | AddressHeaderFlags::Tentative | AddressHeaderFlags::Dadfailed;
    if message.header.flags.intersects(unusable) {
        return None;
    }
    let attributes = message.attributes.iter();
    // On a link of two ends `Address` is the other end.
    let local =
        attributes.clone().find_map(|each| if let AddressAttribute::Local(at) = each { Some(*at) } else { None });
    let plain =
        || attributes.clone().find_map(|each| if let AddressAttribute::Address(at) = each { Some(*at) } else { None });
    Some(Own {
        interface: message.header.index,
        addr: local.or_else(plain)?,
        length: message.header.prefix_len,
        global: matches!(message.header.scope, AddressScope::Universe | AddressScope::Site),
    })
}

/// A neighbour whose MAC is certain: told by a person, or confirmed by itself within the last half minute or so.
pub(super) fn neighbour(message: &NeighbourMessage) -> Option<((u32, IpAddr), Mac)> {
    if !matches!(message.header.state, NeighbourState::Reachable | NeighbourState::Permanent) {
        return None;
    }
    let (mut addr, mut mac) = (None, None);
    for attribute in &message.attributes {
        match attribute {
            NeighbourAttribute::Destination(NeighbourAddress::Inet(at)) => addr = Some(IpAddr::from(*at)),
            NeighbourAttribute::Destination(NeighbourAddress::Inet6(at)) => addr = Some(IpAddr::from(*at)),
            NeighbourAttribute::LinkLayerAddress(bytes) => mac = Mac::try_from(bytes.as_slice()).ok(),
            _ => {}
        }
    }
    Some(((message.header.ifindex, addr?), mac?))
}

/// The ways of a route: more than one where it spreads its packets; none in a table that no default rule names.
pub(super) fn routes(message: &RouteMessage, any: IpAddr) -> Vec<Route> {
    let Some(plain) = plain(message, any) else {
        return Vec::new();
    };
    let spread = message.attributes.iter().find_map(|each| match each {
        RouteAttribute::MultiPath(hops) => Some(hops),
        _ => None,
    });
    let Some(hops) = spread else {
        return vec![plain];
    };
    let way = |interface, attributes: &[RouteAttribute]| {
        let mut way = Route { interface, ..plain.clone() };
        for attribute in attributes {
            add(&mut way, attribute);
        }
        way
    };
    hops.iter().map(|hop| way(hop.interface_index, &hop.attributes)).collect()
}

/// `any` is the address of a route that names none: all zeros.
fn plain(message: &RouteMessage, any: IpAddr) -> Option<Route> {
    let header = &message.header;
    let table = message.attributes.iter().find_map(|each| match each {
        RouteAttribute::Table(table) => Some(*table),
        _ => None,
    });
    let table = table.unwrap_or(u32::from(header.table));
    if header.flags.contains(RouteFlags::Cloned) || header.source_prefix_length > 0 {
        return None;
    }
    let mut made = Route {
        rank: TABLES.iter().position(|known| *known == table)? as u8,
        prefix: any,
        length: header.destination_prefix_length,
        metric: 0,
        fate: fate(header.kind)?,
        interface: 0,
        gateway: None,
        source: None,
        mtu: None,
    };
    for attribute in &message.attributes {
        add(&mut made, attribute);
    }
    Some(made)
}

fn fate(kind: RouteType) -> Option<Fate> {
    Some(match kind {
        RouteType::Local => Fate::Local,
        RouteType::Unicast => Fate::Unicast,
        RouteType::BlackHole | RouteType::Unreachable | RouteType::Prohibit => Fate::Refused,
        RouteType::Broadcast | RouteType::Multicast | RouteType::Anycast => Fate::Many,
        RouteType::Throw => Fate::Throw,
        _ => return None,
    })
}

fn add(route: &mut Route, attribute: &RouteAttribute) {
    match attribute {
        RouteAttribute::Destination(at) => route.prefix = ip(at).unwrap_or(route.prefix),
        RouteAttribute::Gateway(at) => route.gateway = ip(at),
        RouteAttribute::Via(RouteVia::Inet(at)) => route.gateway = Some((*at).into()),
        RouteAttribute::Via(RouteVia::Inet6(at)) => route.gateway = Some((*at).into()),
        RouteAttribute::PrefSource(at) => route.source = ip(at),
        RouteAttribute::Oif(index) => route.interface = *index,
        RouteAttribute::Priority(metric) => route.metric = *metric,
        RouteAttribute::Metrics(all) => route.mtu = all.iter().find_map(mtu),
        _ => {}
    }
}

fn mtu(metric: &RouteMetric) -> Option<u32> {
    if let RouteMetric::Mtu(mtu) = metric { Some(*mtu).filter(|&mtu| mtu > 0) } else { None }
}

fn ip(addr: &RouteAddress) -> Option<IpAddr> {
    match addr {
        RouteAddress::Inet(addr) => Some((*addr).into()),
        RouteAddress::Inet6(addr) => Some((*addr).into()),
        _ => None,
    }
}
