//! Packets against those of an independent library (`tests/wire/make_golden.py`), and what holds of all of them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::net::IpAddr;

use proptest::prelude::*;
use recon_core::space::Transport;
use recon_core::wire::{
    ASK_LIMIT, Body, Checks, Flags, Frame, HEAD_LIMIT, IcmpKind, Layer, Mac, Neighbour, Packet, Path, PathLayer,
    Segment, Station, SynTemplate, Tcp, Udp, is_at, parse, tcp_segment, udp_datagram, who_has,
};

const GOLDEN: &str = include_str!("data/golden_packets.txt");
const OUR_MAC: Mac = Mac([2, 0, 0, 0, 0, 1]);
const PEER_MAC: Mac = Mac([2, 0, 0, 0, 0, 2]);
const VLAN: Option<u16> = Some((3 << 13) + 42);
const BARE: PathLayer = PathLayer::Ip;
const PLAIN: PathLayer = PathLayer::Ethernet { src_mac: OUR_MAC, dst_mac: PEER_MAC, vlan: None };
const TAGGED: PathLayer = PathLayer::Ethernet { src_mac: OUR_MAC, dst_mac: PEER_MAC, vlan: VLAN };
const SYN: Segment<'_> = Segment {
    src_port: 40_000,
    dst_port: 443,
    seq: 0x1234_5678,
    ack: 0,
    flags: Flags::SYN,
    window: u16::MAX,
    mss: Some(1460),
    payload: &[],
};
const DATA: Segment<'_> = Segment {
    src_port: 40_000,
    dst_port: 80,
    seq: 0xffff_fffe,
    ack: 0x0102_0304,
    flags: Flags::PSH.with(Flags::ACK),
    window: 512,
    mss: None,
    payload: b"GET / HTTP/1.0\r\n\r\n!",
};

fn golden(name: &str) -> Vec<u8> {
    let line = GOLDEN.lines().find(|line| line.split(' ').next() == Some(name)).unwrap();
    let digits = line.split(' ').nth(1).unwrap();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn ours(v6: bool) -> IpAddr {
    if v6 { "2001:db8::1" } else { "192.0.2.1" }.parse().unwrap()
}

fn peer(v6: bool) -> IpAddr {
    if v6 { "2001:db8:1::1234:5678" } else { "198.51.100.7" }.parse().unwrap()
}

fn path(layer: PathLayer, v6: bool) -> Path {
    Path { layer, src: ours(v6), ttl: 64 }
}

fn station(v6: bool, vlan: Option<u16>) -> Station {
    Station { mac: OUR_MAC, vlan, addr: ours(v6) }
}

/// The frame that `write` makes in a buffer of `room` bytes.
fn made(room: usize, write: impl FnOnce(&mut [u8]) -> usize) -> Vec<u8> {
    let mut out = vec![0xaa; room];
    let length = write(&mut out);
    out.truncate(length);
    out
}

fn read(frame: &[u8]) -> Frame<'_> {
    parse(frame, Layer::Ethernet, Checks::All)
}

fn packet(frame: &[u8]) -> Packet<'_> {
    match read(frame) {
        Frame::Packet(packet) => packet,
        other => panic!("{other:?}"),
    }
}

#[test]
fn our_segments_are_those_of_an_independent_library() {
    let cases = [
        ("syn-v4", PLAIN, false, SYN),
        ("syn-v4-vlan", TAGGED, false, SYN),
        ("syn-v4-bare", BARE, false, SYN),
        ("syn-v6", PLAIN, true, SYN),
        ("syn-v6-vlan", TAGGED, true, SYN),
        ("data-v4", PLAIN, false, DATA),
        ("data-v6-bare", BARE, true, DATA),
    ];
    for (name, layer, v6, segment) in cases {
        let frame = made(200, |out| tcp_segment(out, &path(layer, v6), peer(v6), &segment));
        assert_eq!(frame, golden(name), "{name}");
    }
}

#[test]
fn our_datagrams_are_those_of_an_independent_library() {
    let nought = golden("udp-v6-nought");
    let cases = [("udp-v4", false, &b"odd"[..]), ("udp-v6", true, b"odd"), ("udp-v6-nought", true, &nought[62..])];
    for (name, v6, payload) in cases {
        let frame = made(100, |out| udp_datagram(out, &path(PLAIN, v6), peer(v6), 40_000, 53, payload));
        assert_eq!(frame, golden(name), "{name}");
    }
    assert_eq!(nought[60..62], [0xff; 2], "a sum of nought is written as ones");
}

#[test]
fn our_questions_about_neighbours_are_those_of_an_independent_library() {
    let asked = |v6| made(ASK_LIMIT, |out| who_has(out, &station(v6, None), peer(v6)));
    assert_eq!(asked(false), golden("arp-request"));
    assert_eq!(asked(true), golden("solicitation"));
    let told = |v6, vlan, to| made(ASK_LIMIT, |out| is_at(out, &station(v6, vlan), to, PEER_MAC));
    assert_eq!(told(false, Some(42), peer(false)), golden("arp-reply-vlan"));
    assert_eq!(told(true, None, peer(true)), golden("advertisement"));
    assert_eq!(told(true, None, [0; 16].into()), golden("advertisement-to-all"));
}

#[test]
fn a_neighbour_is_read_from_what_it_asks_and_tells() {
    let asks = |v6| Frame::Neighbour(Neighbour::WhoHas { asked: peer(v6), from: ours(v6), mac: OUR_MAC });
    let tells = |v6| Frame::Neighbour(Neighbour::IsAt { addr: ours(v6), mac: OUR_MAC });
    assert_eq!(read(&golden("arp-request")), asks(false));
    assert_eq!(read(&golden("solicitation")), asks(true));
    assert_eq!(read(&golden("arp-reply-vlan")), tells(false));
    assert_eq!(read(&golden("advertisement")), tells(true));
    assert_eq!(read(&golden("advertisement-to-all")), tells(true));
}

#[test]
fn a_neighbour_that_breaks_the_rules_of_discovery_is_not_believed() {
    let (hop_limit, code, first_of_target) = (14 + 7, 14 + 40 + 1, 14 + 40 + 8);
    for (at, wrong) in [(hop_limit, 254), (code, 1), (first_of_target, 0xff)] {
        for name in ["solicitation", "advertisement"] {
            let mut frame = golden(name);
            frame[at] = wrong;
            assert_eq!(parse(&frame, Layer::Ethernet, Checks::Offloaded), Frame::Malformed, "{name} {at}");
        }
    }
}

#[test]
fn a_group_is_nobodys_address_on_a_link() {
    let mut frame = golden("arp-reply-vlan");
    frame[18 + 8] |= 1;
    assert_eq!(read(&frame), Frame::Malformed);
}

#[test]
fn a_syn_ack_is_read_behind_tags_options_and_extension_headers() {
    let names =
        ["syn-ack-v4", "syn-ack-v4-tags", "syn-ack-v4-options", "syn-ack-v6", "syn-ack-v6-extended", "syn-ack-v4-bare"];
    for name in names {
        let v6 = name.contains("v6");
        let mut frame = golden(name.trim_end_matches("-bare"));
        let layer = if name.ends_with("-bare") { Layer::Ip } else { Layer::Ethernet };
        frame.drain(..if layer == Layer::Ip { 14 } else { 0 });
        let body = Body::Tcp(Tcp {
            src_port: 443,
            dst_port: 40_000,
            seq: 7,
            ack: 0x1234_5679,
            flags: Flags::SYN | Flags::ACK,
            window: 64_240,
            mss: Some(1400),
            window_scale: Some(7),
            payload: &[],
        });
        let expected = Packet { src: peer(v6), dst: ours(v6), ttl: 57, body };
        assert_eq!(parse(&frame, layer, Checks::All), Frame::Packet(expected), "{name}");
    }
}

#[test]
fn padding_behind_a_packet_is_no_payload() {
    let frame = golden("rst-v4-padded");
    assert_eq!(frame.len(), 60);
    let Body::Tcp(tcp) = packet(&frame).body else { panic!("a segment") };
    assert_eq!((tcp.flags, tcp.ack, tcp.payload), (Flags::RST | Flags::ACK, 0x1234_5679, &b""[..]));
}

#[test]
fn an_answer_over_udp_is_read() {
    let body = Body::Udp(Udp { src_port: 53, dst_port: 40_000, payload: b"even" });
    for name in ["answer-v4", "answer-v4-unsummed", "answer-v6", "answer-v6-atomic"] {
        assert_eq!(packet(&golden(name)).body, body, "{name}");
    }
}

#[test]
fn a_datagram_over_ipv6_has_a_checksum() {
    let mut frame = golden("udp-v6-nought");
    assert_ne!(read(&frame), Frame::Malformed);
    frame[60..62].fill(0);
    assert_eq!(read(&frame), Frame::Malformed, "nought adds up, and means that there is none");
}

#[test]
fn an_error_says_why_and_quotes_what_was_asked() {
    let cases = [
        ("port-unreachable", IcmpKind::PortUnreachable, Transport::Udp, "port-unreachable"),
        ("host-unreachable", IcmpKind::HostUnreachable, Transport::Tcp, "host-unreachable"),
        ("admin-prohibited", IcmpKind::AdminProhibited, Transport::Tcp, "admin-prohibited"),
        ("time-exceeded", IcmpKind::TimeExceeded, Transport::Tcp, "time-exceeded"),
        ("too-big", IcmpKind::TooBig(1280), Transport::Tcp, "too-big"),
    ];
    for (name, kind, transport, reason) in cases {
        for v6 in [false, true] {
            let frame = golden(&format!("{name}-v{}", if v6 { 6 } else { 4 }));
            let Body::Icmp(error) = packet(&frame).body else { panic!("{name}") };
            let quoted = error.quoted;
            assert_eq!((error.kind, error.kind.reason(), quoted.transport), (kind, reason, transport));
            assert_eq!((quoted.src, quoted.dst, quoted.src_port), (ours(v6), peer(v6), 40_000));
            let tcp = transport == Transport::Tcp;
            assert_eq!((quoted.dst_port, quoted.seq), if tcp { (443, SYN.seq) } else { (53, 0) });
        }
    }
}

#[test]
fn what_is_nothing_for_us_is_told_from_what_is_broken() {
    for name in ["foreign-quote-v4", "fragment-v4", "fragment-v6"] {
        assert_eq!(read(&golden(name)), Frame::Foreign, "{name}");
    }
    for name in ["echo-v4", "echo-v6"] {
        assert_eq!(packet(&golden(name)).body, Body::Other, "{name}");
    }
    let mut length_field = golden("answer-v4");
    length_field[12..14].copy_from_slice(&[0, 46]);
    assert_eq!(read(&length_field), Frame::Foreign, "IEEE 802.3 has a length where the type is");
}

#[test]
fn one_wrong_bit_in_what_is_summed_makes_a_packet_malformed() {
    for name in ["syn-ack-v4", "syn-ack-v6", "answer-v4", "answer-v6", "port-unreachable-v4", "port-unreachable-v6"] {
        let frame = golden(name);
        for at in 0..4 {
            let mut broken = frame.clone();
            let last = frame.len() - 1 - at;
            broken[last] ^= 1;
            assert_eq!(read(&broken), Frame::Malformed, "{name}");
            assert_ne!(parse(&broken, Layer::Ethernet, Checks::Offloaded), Frame::Malformed, "{name}");
        }
    }
    let mut header = golden("syn-ack-v4");
    header[14 + 8] ^= 1;
    assert_eq!(parse(&header, Layer::Ethernet, Checks::Offloaded), Frame::Malformed);
}

#[test]
fn a_packet_cut_anywhere_is_malformed() {
    for line in GOLDEN.lines() {
        let name = line.split(' ').next().unwrap();
        let frame = golden(name);
        let whole = frame.len() - if name.ends_with("-padded") { 6 } else { 0 };
        if name.ends_with("-bare") {
            continue;
        }
        for length in 0..whole {
            assert_eq!(read(&frame[..length]), Frame::Malformed, "{name} cut at {length}");
        }
    }
}

#[test]
fn what_does_not_fit_is_not_written() {
    let none = Vec::<u8>::new();
    for room in 0..golden("data-v4").len() {
        assert_eq!(made(room, |out| tcp_segment(out, &path(PLAIN, false), peer(false), &DATA)), none);
    }
    let long = vec![0; 65_536];
    let room = long.len() + HEAD_LIMIT;
    for v6 in [false, true] {
        let whole = path(PLAIN, v6);
        assert_eq!(made(room, |out| udp_datagram(out, &whole, peer(v6), 1, 2, &long)), none);
        assert_eq!(made(room, |out| tcp_segment(out, &whole, peer(v6), &Segment { payload: &long, ..SYN })), none);
        assert_eq!(made(room, |out| tcp_segment(out, &whole, peer(!v6), &SYN)), none, "families differ");
        assert_eq!(made(room, |out| who_has(out, &station(v6, None), peer(!v6))), none, "families differ");
        let template = SynTemplate::new(&whole, 1460);
        assert_eq!(made(room, |out| template.write(out, peer(!v6), None, 1, 2, 3)), none, "families differ");
        assert_eq!(made(template.len() - 1, |out| template.write(out, peer(v6), None, 1, 2, 3)), none);
    }
}

fn any_addr(v6: bool) -> BoxedStrategy<IpAddr> {
    if v6 { any::<[u8; 16]>().prop_map(IpAddr::from).boxed() } else { any::<[u8; 4]>().prop_map(IpAddr::from).boxed() }
}

fn any_path() -> impl Strategy<Value = (Path, IpAddr)> {
    let layers = (any::<bool>(), any::<[u8; 6]>(), any::<[u8; 6]>(), any::<Option<u16>>());
    (any::<bool>(), layers, any::<u8>()).prop_flat_map(|(v6, (bare, src, dst, vlan), ttl)| {
        let ethernet = PathLayer::Ethernet { src_mac: Mac(src), dst_mac: Mac(dst), vlan };
        let layer = if bare { PathLayer::Ip } else { ethernet };
        (any_addr(v6), any_addr(v6)).prop_map(move |(src, dst)| (Path { layer, src, ttl }, dst))
    })
}

fn layer(path: &Path) -> Layer {
    if path.layer == PathLayer::Ip { Layer::Ip } else { Layer::Ethernet }
}

proptest! {
    #[test]
    fn a_template_writes_what_the_builder_writes(
        (path, dst) in any_path(), src_port: u16, dst_port: u16, seq: u32, mss: u16, mac in any::<Option<[u8; 6]>>()
    ) {
        let segment = Segment { src_port, dst_port, seq, mss: Some(mss), ..SYN };
        let mut aimed = path;
        if let (PathLayer::Ethernet { dst_mac, .. }, Some(mac)) = (&mut aimed.layer, mac) {
            *dst_mac = Mac(mac);
        }
        let built = made(HEAD_LIMIT, |out| tcp_segment(out, &aimed, dst, &segment));
        let template = SynTemplate::new(&path, mss);
        let written = made(HEAD_LIMIT, |out| template.write(out, dst, mac.map(Mac), src_port, dst_port, seq));
        prop_assert_eq!(template.len(), written.len());
        prop_assert_eq!(written, built);
    }

    #[test]
    fn what_is_built_is_read_back(
        (path, dst) in any_path(), ports: (u16, u16), numbers: (u32, u32), flags: u8, window: u16,
        mss in any::<Option<u16>>(), payload in prop::collection::vec(any::<u8>(), 0..1500)
    ) {
        let segment = Segment {
            src_port: ports.0, dst_port: ports.1, seq: numbers.0, ack: numbers.1, flags: Flags(flags), window, mss,
            payload: &payload,
        };
        let body = Body::Tcp(Tcp {
            src_port: ports.0, dst_port: ports.1, seq: numbers.0, ack: numbers.1, flags: Flags(flags), window, mss,
            window_scale: None, payload: &payload,
        });
        let packet = |body| Frame::Packet(Packet { src: path.src, dst, ttl: path.ttl, body });
        let frame = made(1600, |out| tcp_segment(out, &path, dst, &segment));
        prop_assert_eq!(parse(&frame, layer(&path), Checks::All), packet(body));
        let frame = made(1600, |out| udp_datagram(out, &path, dst, ports.0, ports.1, &payload));
        let body = Body::Udp(Udp { src_port: ports.0, dst_port: ports.1, payload: &payload });
        prop_assert_eq!(parse(&frame, layer(&path), Checks::All), packet(body));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0..40_usize) {
        let name = GOLDEN.lines().nth(at).unwrap().split(' ').next().unwrap();
        let mut frame = golden(name);
        for (byte, change) in frame.iter_mut().zip(&bytes) {
            *byte ^= if change % 7 == 0 { *change } else { 0 };
        }
        for frame in [&frame, &bytes] {
            for layer in [Layer::Ethernet, Layer::Ip] {
                let seen = parse(frame, layer, Checks::Offloaded);
                prop_assert!(seen != Frame::Malformed || parse(frame, layer, Checks::All) == Frame::Malformed);
            }
        }
    }
}
