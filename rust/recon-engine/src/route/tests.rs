//! Routes that the tests write down, and what is picked.

use std::net::IpAddr;

use super::read::Own;
use super::table::{Fate, Route};
use super::{Interface, Kind, NextHop, NoRoute, Routes, Wanted, Way};

const LO: u32 = 1;
const LAN: u32 = 2;
const TUNNEL: u32 = 3;
const OFF: u32 = 4;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn interface(index: u32, name: &str, kind: Kind) -> Interface {
    Interface { index, name: name.to_owned(), mac: [2; 6], mtu: 1500, kind, vlan: None, up: index != OFF }
}

/// `prefix` in `table` (0 local, 1 main) by `interface`.
fn route(rank: u8, prefix: &str, fate: Fate, interface: u32) -> Route {
    let (addr, length) = prefix.split_once('/').unwrap();
    let length = length.parse().unwrap();
    Route { rank, prefix: ip(addr), length, metric: 0, fate, interface, gateway: None, source: None, mtu: None }
}

fn own(interface: u32, prefix: &str, global: bool) -> Own {
    let (addr, length) = prefix.split_once('/').unwrap();
    Own { interface, addr: ip(addr), length: length.parse().unwrap(), global }
}

fn by_default(gateway: &str, interface: u32, metric: u32) -> Route {
    let prefix = if ip(gateway).is_ipv4() { "0.0.0.0/0" } else { "::/0" };
    Route { gateway: Some(ip(gateway)), metric, ..route(1, prefix, Fate::Unicast, interface) }
}

/// A host with a cable, a tunnel that is the dearer way out, and an interface that is off.
fn host() -> Routes {
    let interfaces = vec![
        interface(LO, "lo", Kind::Loopback),
        interface(LAN, "lan", Kind::Ethernet),
        interface(TUNNEL, "tun", Kind::Tunnel),
        interface(OFF, "off", Kind::Ethernet),
    ];
    let own = vec![
        own(LO, "127.0.0.1/8", false),
        own(LAN, "192.0.2.10/24", true),
        own(LAN, "198.51.100.10/24", true),
        own(LAN, "fe80::10/64", false),
        own(LAN, "2001:db8:1::10/64", true),
        own(LAN, "fd00:1::10/64", true),
        own(TUNNEL, "10.8.0.2/24", true),
    ];
    let routes = vec![
        Route { source: Some(ip("127.0.0.1")), ..route(0, "127.0.0.0/8", Fate::Local, LO) },
        route(0, "192.0.2.10/32", Fate::Local, LAN),
        route(0, "192.0.2.255/32", Fate::Many, LAN),
        route(1, "192.0.2.0/24", Fate::Unicast, LAN),
        route(1, "198.51.100.0/24", Fate::Unicast, LAN),
        by_default("192.0.2.1", LAN, 0),
        by_default("10.8.0.1", TUNNEL, 50),
        route(1, "203.0.113.0/24", Fate::Refused, 0),
        route(1, "203.0.113.128/25", Fate::Unicast, TUNNEL),
        route(1, "10.66.0.0/16", Fate::Unicast, OFF),
        route(0, "::1/128", Fate::Local, LO),
        route(1, "fe80::/64", Fate::Unicast, LAN),
        by_default("fe80::1", LAN, 1024),
    ];
    Routes::new(interfaces, own, routes)
}

/// Interface, source and next hop in one line.
fn told(target: &str, wanted: Option<&str>, source: Option<&str>) -> String {
    match host().way(ip(target), wanted, source.map(ip)) {
        Ok(way) => format!("{} {} {:?}", way.interface.name, way.source, way.next_hop),
        Err(error) => format!("{error:?}"),
    }
}

#[test]
fn the_most_precise_route_wins() {
    assert_eq!(told("192.0.2.77", None, None), "lan 192.0.2.10 OnLink");
    assert_eq!(told("198.51.100.7", None, None), "lan 198.51.100.10 OnLink");
    assert_eq!(told("203.0.113.200", None, None), "tun 10.8.0.2 OnLink");
    assert_eq!(told("8.0.0.1", None, None), "lan 192.0.2.10 Gateway(192.0.2.1)");
}

#[test]
fn our_own_addresses_are_local_whatever_is_wanted() {
    assert_eq!(told("127.1.2.3", None, None), "lo 127.0.0.1 Local");
    assert_eq!(told("192.0.2.10", Some("lan"), None), "lo 192.0.2.10 Local");
    assert_eq!(told("::1", None, None), "lo ::1 Local");
}

#[test]
fn a_wanted_interface_and_source_are_kept_to() {
    assert_eq!(told("8.0.0.1", Some("tun"), None), "tun 10.8.0.2 Gateway(10.8.0.1)");
    assert_eq!(told("8.0.0.1", None, Some("198.51.100.10")), "lan 198.51.100.10 Gateway(192.0.2.1)");
    assert_eq!(told("8.0.0.1", None, Some("2001:db8:1::10")), "lan 192.0.2.10 Gateway(192.0.2.1)");
    assert_eq!(told("192.0.2.77", Some("tun"), None), "tun 10.8.0.2 Gateway(10.8.0.1)");
    assert_eq!(told("8.0.0.1", Some("none"), None), "Missing");
    assert_eq!(told("8.0.0.1", Some("off"), None), "Missing");
}

#[test]
fn an_ipv6_source_is_the_one_most_like_the_target() {
    assert_eq!(told("fe80::99", None, None), "lan fe80::10 OnLink");
    // The gateway is a neighbour, the target is not: a link-local source would not bring an answer back.
    assert_eq!(told("2001:db8:2::1", None, None), "lan 2001:db8:1::10 Gateway(fe80::1)");
    assert_eq!(told("fd00:2::1", None, None), "lan fd00:1::10 Gateway(fe80::1)");
}

#[test]
fn what_cannot_be_reached_says_why() {
    assert_eq!(told("203.0.113.7", None, None), "Refused");
    assert_eq!(told("192.0.2.255", None, None), "Many");
    assert_eq!(told("10.66.0.1", None, None), "Down");
    assert_eq!(["224.0.0.1", "255.255.255.255", "ff02::1"].map(|many| told(many, None, None)), ["Many"; 3]);
    let bare = Routes::new(vec![interface(LAN, "lan", Kind::Ethernet)], Vec::new(), Vec::new());
    assert_eq!(bare.way(ip("192.0.2.1"), None, None), Err(NoRoute::Missing));
    let nameless = vec![route(1, "0.0.0.0/0", Fate::Unicast, LAN)];
    let bare = Routes::new(vec![interface(LAN, "lan", Kind::Ethernet)], Vec::new(), nameless);
    assert_eq!(bare.way(ip("192.0.2.1"), None, None), Err(NoRoute::NoSource));
}

#[test]
fn a_throw_route_leaves_it_to_the_next_table() {
    let routes = vec![
        route(1, "10.0.0.0/8", Fate::Throw, 0),
        route(1, "0.0.0.0/0", Fate::Refused, 0),
        route(2, "0.0.0.0/0", Fate::Unicast, LAN),
    ];
    let own = vec![own(LAN, "192.0.2.10/24", true)];
    let made = Routes::new(vec![interface(LAN, "lan", Kind::Ethernet)], own, routes);
    assert_eq!(made.way(ip("10.1.1.1"), None, None).unwrap().next_hop, NextHop::OnLink);
    assert_eq!(made.way(ip("11.1.1.1"), None, None), Err(NoRoute::Refused));
}

#[test]
fn a_range_is_told_in_stretches_of_one_way() {
    let host = host();
    let told = |first: &str, last: &str, most| -> Vec<String> {
        let stretches = host.stretches(ip(first), ip(last), &Wanted::default(), most);
        let way = |way: Result<Way<'_>, NoRoute>| way.map(|way| (way.interface.name.clone(), way.next_hop));
        stretches.into_iter().map(|one| format!("{}-{} {:?}", one.first, one.last, way(one.way))).collect()
    };
    let lan = [
        r#"192.0.1.255-192.0.1.255 Ok(("lan", Gateway(192.0.2.1)))"#,
        r#"192.0.2.0-192.0.2.9 Ok(("lan", OnLink))"#,
        r#"192.0.2.10-192.0.2.10 Ok(("lo", Local))"#,
        r#"192.0.2.11-192.0.2.254 Ok(("lan", OnLink))"#,
        "192.0.2.255-192.0.2.255 Err(Many)",
        r#"192.0.3.0-192.0.3.7 Ok(("lan", Gateway(192.0.2.1)))"#,
    ];
    assert_eq!(told("192.0.1.255", "192.0.3.7", 20), lan);
    assert_eq!(told("192.0.1.255", "192.0.3.7", 2), lan[..2]);
    assert_eq!(
        told("255.255.255.254", "255.255.255.255", 9),
        [
            r#"255.255.255.254-255.255.255.254 Ok(("lan", Gateway(192.0.2.1)))"#,
            "255.255.255.255-255.255.255.255 Err(Many)"
        ]
    );
    assert_eq!(told("::1", "::2", 9), [r#"::1-::1 Ok(("lo", Local))"#, r#"::2-::2 Ok(("lan", Gateway(fe80::1)))"#]);
}

#[test]
fn a_route_may_want_shorter_packets_than_its_interface() {
    let made = |mtu| {
        let interfaces = vec![interface(LAN, "lan", Kind::Ethernet)];
        let routes = vec![Route { mtu, ..route(1, "0.0.0.0/0", Fate::Unicast, LAN) }];
        Routes::new(interfaces, vec![own(LAN, "192.0.2.10/24", true)], routes)
    };
    for (mtu, holds) in [(None, 1500), (Some(1280), 1280), (Some(9000), 1500)] {
        assert_eq!(made(mtu).way(ip("192.0.2.1"), None, None).unwrap().mtu, holds);
    }
}

#[test]
fn this_host_reaches_itself_by_loopback() {
    let routes = Routes::load().unwrap();
    let way = routes.way(ip("127.1.2.3"), None, None).unwrap();
    assert_eq!((way.interface.name.as_str(), way.interface.kind), ("lo", Kind::Loopback));
    assert_eq!((way.source, way.next_hop), (ip("127.0.0.1"), NextHop::Local));
}
