//! Writes SYNs and reads answers, and prints how fast: nanoseconds each on one core. Sends nothing.
//!
//! `cargo run --release -p recon-core --example wire_rate [template | builder | cookie | read]`; one word leaves the
//! others out, so that instructions can be counted.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use recon_core::cookie::Cookies;
use recon_core::wire::{
    Checks, Flags, HEAD_LIMIT, Layer, Mac, Path, PathLayer, Segment, SynTemplate, parse, tcp_segment,
};

const ROUNDS: u32 = 10_000_000;
const SYN: Segment<'_> = Segment {
    src_port: 40_000,
    dst_port: 443,
    seq: 1,
    ack: 0,
    flags: Flags::SYN,
    window: u16::MAX,
    mss: Some(1460),
    payload: &[],
};

fn measure(name: &str, mut once: impl FnMut(u32)) {
    if std::env::args().nth(1).is_some_and(|wanted| wanted != name) {
        return;
    }
    let started = Instant::now();
    (0..ROUNDS).for_each(&mut once);
    println!("{name:<10} {:6.1} ns", started.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS));
}

fn host(round: u32) -> IpAddr {
    Ipv4Addr::from_bits(0x0a00_0000 | round).into()
}

fn main() {
    let layer = PathLayer::Ethernet { src_mac: Mac([2; 6]), dst_mac: Mac([4; 6]), vlan: None };
    let path = Path { layer, src: host(1), ttl: 64 };
    let mut out = [0; HEAD_LIMIT];
    let template = SynTemplate::new(&path, 1460);
    measure("template", |round| {
        black_box(template.write(black_box(&mut out), host(round), None, 40_000, 443, round));
    });
    measure("builder", |round| {
        black_box(tcp_segment(black_box(&mut out), &path, host(round), &Segment { seq: round, ..SYN }));
    });
    let cookies = Cookies::new([7; 16]);
    measure("cookie", |round| {
        black_box(cookies.seq(40_000, host(round), 443));
    });
    let length = tcp_segment(&mut out, &path, host(2), &SYN);
    measure("read", |_| {
        black_box(parse(black_box(&out[..length]), Layer::Ethernet, Checks::All));
    });
}
