//! Frames of any bytes: nothing but whole packets are read, lengths hold, and what was read can be written again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use recon_core::cookie::Cookies;
use recon_core::wire::{
    ASK_LIMIT, Body, Checks, Frame, HEAD_LIMIT, Layer, Mac, Neighbour, Packet, Path, PathLayer, Segment, Station, Tcp,
    is_at, parse, tcp_segment, udp_datagram,
};

fuzz_target!(|bytes: &[u8]| {
    for layer in [Layer::Ethernet, Layer::Ip] {
        let trusted = parse(bytes, layer, Checks::Offloaded);
        check(&trusted, bytes.len());
        let strict = parse(bytes, layer, Checks::All);
        assert!(strict == trusted || strict == Frame::Malformed, "{strict:?} {trusted:?}");
    }
});

fn check(frame: &Frame<'_>, length: usize) {
    match frame {
        Frame::Packet(packet) => check_packet(packet, length),
        Frame::Neighbour(neighbour) => check_neighbour(*neighbour),
        Frame::Foreign | Frame::Malformed => {}
    }
}

fn check_packet(packet: &Packet<'_>, length: usize) {
    let cookies = Cookies::new([7; 16]);
    let path = Path { layer: PathLayer::Ip, src: packet.src, ttl: packet.ttl };
    let mut out = vec![0; HEAD_LIMIT + length];
    match &packet.body {
        Body::Tcp(tcp) => {
            assert!(tcp.payload.len() + 40 <= length);
            assert!(!(cookies.proves_syn_ack(packet, tcp) && cookies.proves_rst(packet, tcp)));
            let written = tcp_segment(&mut out, &path, packet.dst, &segment(tcp));
            let body = Body::Tcp(Tcp { window_scale: None, ..*tcp });
            assert_eq!(parse(&out[..written], Layer::Ip, Checks::All), Frame::Packet(Packet { body, ..*packet }));
        }
        Body::Udp(udp) => {
            assert!(udp.payload.len() + 28 <= length);
            let written = udp_datagram(&mut out, &path, packet.dst, udp.src_port, udp.dst_port, udp.payload);
            assert_eq!(parse(&out[..written], Layer::Ip, Checks::All), Frame::Packet(*packet));
        }
        Body::Icmp(error) => {
            assert_eq!(error.quoted.src, packet.dst, "somebody else's packet");
            assert!(!error.kind.reason().is_empty());
            let _ = cookies.proves_quote(&error.quoted);
        }
        Body::Other => {}
    }
}

fn segment<'a>(tcp: &Tcp<'a>) -> Segment<'a> {
    let Tcp { src_port, dst_port, seq, ack, flags, window, mss, window_scale: _, payload } = *tcp;
    Segment { src_port, dst_port, seq, ack, flags, window, mss, payload }
}

/// What one neighbour tells, another reads the same.
fn check_neighbour(neighbour: Neighbour) {
    let (addr, mac) = match neighbour {
        Neighbour::IsAt { addr, mac } => (addr, mac),
        Neighbour::WhoHas { asked, mac, .. } => (asked, mac),
    };
    if !mac.is_single() {
        return;
    }
    let mut out = [0; ASK_LIMIT];
    let length = is_at(&mut out, &Station { mac, vlan: Some(1), addr }, addr, Mac::BROADCAST);
    let told = Frame::Neighbour(Neighbour::IsAt { addr, mac });
    assert_eq!(parse(&out[..length], Layer::Ethernet, Checks::All), told);
}
