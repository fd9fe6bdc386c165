//! The links against the kernel's own TCP, in namespaces that the tests make. Root only; said on stderr otherwise.

mod lab;
mod packet;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use lab::Namespace;
use packet::{SYN, SYN_ACK, read, segment};
use socket2::{Domain, Socket, Type};

use super::{Choice, Guard, Layer, Receive, Transmit, capabilities, receiver, transmitter};
use crate::route::{Egress, NextHop, NoRoute, Routes};

const PORTS: u16 = 16;
/// Far beyond what the slowest machine takes. Reached only by a test that fails.
const LONGEST: Duration = Duration::from_secs(60);

/// What the source ports heard: segments by flags and port, and whether their checksums are to be verified.
#[derive(Debug, Default, PartialEq, Eq)]
struct Heard {
    segments: BTreeMap<(u8, u16), usize>,
    verify: Vec<bool>,
}

/// A listener whose SYN-ACKs are sent once: a retransmission would be counted as a second answer.
fn listen(addr: &str) -> TcpListener {
    std::fs::write("/proc/sys/net/ipv4/tcp_synack_retries", "0").unwrap();
    TcpListener::bind(SocketAddr::new(addr.parse().unwrap(), 0)).unwrap()
}

/// The way to `target` as this thread's namespace has it.
fn egress(target: IpAddr) -> Egress {
    Routes::load().unwrap().way(target, None, None).unwrap().kept()
}

/// Whether this kernel has `AF_XDP`; says so where it has not.
fn has_xdp() -> bool {
    let opened = Socket::new(Domain::from(libc::AF_XDP), Type::RAW, None);
    if let Err(error) = &opened {
        writeln!(std::io::stderr(), "SKIPPED: no AF_XDP here: {error}").unwrap();
    }
    opened.is_ok()
}

/// Open a transmitter. The kernel may still hold the queue for a socket that another step has closed.
fn open(egress: &Egress, choice: Choice) -> Box<dyn Transmit> {
    let started = Instant::now();
    loop {
        match transmitter(egress, choice, 0) {
            Ok(link) if link.name() == expected(egress, choice) => return link,
            Ok(_) => assert!(started.elapsed() < LONGEST, "the queue is taken"),
            Err(error) => assert!(started.elapsed() < LONGEST, "{error}"),
        }
    }
}

fn expected(egress: &Egress, choice: Choice) -> &'static str {
    match choice {
        _ if egress.next_hop == NextHop::Local => "raw_ip",
        Choice::Auto => "af_xdp",
        Choice::Packet => "af_packet",
    }
}

/// RSTs that the kernel of this thread's namespace has sent.
fn resets() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/net/snmp").unwrap();
    let mut lines = text.lines().filter(|line| line.starts_with("Tcp:"));
    let (names, values) = (lines.next().unwrap(), lines.next().unwrap());
    let found = names.split(' ').zip(values.split(' ')).find(|(name, _)| *name == "OutRsts");
    found.unwrap().1.parse().unwrap()
}

fn frame(egress: &Egress, layer: Layer, port: u16, target: SocketAddr) -> Vec<u8> {
    let packet = segment(SocketAddr::new(egress.source, port), target, SYN);
    if layer == Layer::Ip {
        return packet;
    }
    let kind: [u8; 2] = if target.is_ipv4() { [8, 0] } else { [0x86, 0xdd] };
    [&[2, 0, 0, 0, 0, 2][..], &egress.interface.mac, &kind, &packet].concat()
}

fn queue(link: &mut dyn Transmit, frames: &[Vec<u8>]) {
    for frame in frames {
        let mut write = |room: &mut [u8]| {
            room[..frame.len()].copy_from_slice(frame);
            frame.len()
        };
        link.push(&mut write).unwrap();
    }
}

fn send(link: &mut dyn Transmit, frames: &[Vec<u8>]) {
    queue(link, frames);
    let started = Instant::now();
    while link.pending() > 0 {
        link.flush().unwrap();
        assert!(started.elapsed() < LONGEST, "{} frames are stuck", link.pending());
    }
}

/// Send a SYN from each of `ports` and listen until each was answered.
fn ask(choice: Choice, target: SocketAddr, ports: RangeInclusive<u16>) -> Heard {
    let egress = egress(target.ip());
    let mut ear = receiver(std::slice::from_ref(&egress.interface), ports.clone()).unwrap();
    let mut link = open(&egress, choice);
    let frames: Vec<_> = ports.clone().map(|port| frame(&egress, link.layer(), port, target)).collect();
    send(link.as_mut(), &frames);
    let heard = hear(ear.as_mut(), ports.len());
    assert_eq!(ear.drops(), 0);
    heard
}

fn hear(ear: &mut dyn Receive, answers: usize) -> Heard {
    let (started, mut heard) = (Instant::now(), Heard::default());
    while heard.verify.len() < answers && started.elapsed() < LONGEST {
        ear.wait(Duration::from_millis(100)).unwrap();
        ear.drain(&mut |frame, seen| {
            if let Some(found) = read(frame, seen.layer) {
                *heard.segments.entry(found).or_default() += 1;
                heard.verify.push(seen.verify);
            }
        });
    }
    heard
}

/// Each port heard one SYN-ACK and nothing else, and the kernel sent no RST.
fn check(choice: Choice, target: SocketAddr) -> Heard {
    let guard = Guard::reserve(PORTS, None).unwrap();
    let heard = ask(choice, target, guard.ports());
    let once: BTreeMap<_, _> = guard.ports().map(|port| ((SYN_ACK, port), 1)).collect();
    assert_eq!(heard.segments, once);
    assert_eq!(resets(), 0);
    heard
}

#[test]
fn over_loopback_each_syn_is_answered_once_and_the_kernel_sends_no_reset() {
    let Some(here) = Namespace::make() else { return };
    here.call(|| {
        for addr in ["127.0.0.1", "::1"] {
            let listener = listen(addr);
            let heard = check(Choice::Auto, listener.local_addr().unwrap());
            assert!(heard.verify.iter().all(|verify| !verify), "checksums on loopback are left unfinished");
        }
    });
}

#[test]
fn over_a_cable_each_syn_is_answered_once_and_the_kernel_sends_no_reset() {
    let (Some(here), Some(there)) = (Namespace::make(), Namespace::make()) else { return };
    here.join(&there);
    for to in ["10.99.0.2", "fd99::2"] {
        let listener = there.call(move || listen(to));
        let target = listener.local_addr().unwrap();
        here.call(move || check(Choice::Packet, target));
        here.call(move || {
            if has_xdp() {
                check(Choice::Auto, target);
            }
        });
    }
}

#[test]
fn without_a_guard_the_kernel_resets_what_we_began() {
    let Some(here) = Namespace::make() else { return };
    here.call(|| {
        for addr in ["127.0.0.1", "::1"] {
            let before = resets();
            let listener = listen(addr);
            let target = listener.local_addr().unwrap();
            ask(Choice::Auto, target, 20_000..=20_000 + PORTS - 1);
            assert!(resets() - before >= u64::from(PORTS) - 1);
        }
    });
}

#[test]
fn a_way_over_a_cable_is_read_from_the_kernel_and_so_is_its_loss() {
    let (Some(here), Some(there)) = (Namespace::make(), Namespace::make()) else { return };
    here.join(&there);
    here.run("ip route add 10.98.0.0/16 via 10.99.0.2");
    here.call(|| {
        let routes = Routes::load().unwrap();
        let found = routes.way("10.98.7.7".parse().unwrap(), None, None).unwrap();
        let gateway = "10.99.0.2".parse().unwrap();
        assert_eq!((found.source.to_string(), found.next_hop), ("10.99.0.1".into(), NextHop::Gateway(gateway)));
        assert_eq!((found.interface.name.as_str(), found.interface.mac), ("cable", [2, 0, 0, 0, 0, 1]));
        assert_eq!(routes.neighbour(found.interface.index, gateway), Some([2, 0, 0, 0, 0, 2]));
        let beside = routes.way("fd99::2".parse().unwrap(), None, None).unwrap();
        assert_eq!((beside.source.to_string(), beside.next_hop), ("fd99::1".into(), NextHop::OnLink));
        lab::run("ip link set cable down").unwrap();
        let lost = Routes::load().unwrap();
        assert_eq!(lost.way("10.98.7.7".parse().unwrap(), None, None), Err(NoRoute::Missing));
    });
}

#[test]
fn a_link_that_is_down_keeps_its_frames_and_gives_them_back() {
    let (Some(here), Some(there)) = (Namespace::make(), Namespace::make()) else { return };
    here.join(&there);
    here.call(|| {
        let target: SocketAddr = "10.99.0.2:80".parse().unwrap();
        for choice in [Choice::Packet, Choice::Auto] {
            if choice == Choice::Packet || has_xdp() {
                stay_down(choice, target);
            }
        }
    });
}

fn stay_down(choice: Choice, target: SocketAddr) {
    let egress = egress(target.ip());
    let mut link = open(&egress, choice);
    let frames: Vec<_> = (1..=PORTS).map(|port| frame(&egress, link.layer(), port, target)).collect();
    queue(link.as_mut(), &frames);
    lab::run("ip link set cable down").unwrap();
    let refused = link.flush().unwrap_err();
    assert!(link.pending() >= frames.len() - 1, "{refused} and {} pending", link.pending());
    let mut back = Vec::new();
    while link.take_back(&mut |frame| back.push(frame.to_vec())) {}
    back.sort();
    assert_eq!((back, link.pending()), (frames.clone(), 0));
    lab::run("ip link set cable up").unwrap();
    send(link.as_mut(), &frames);
    assert_eq!(link.pending(), 0);
}

#[test]
fn what_may_be_opened_is_found_by_trying() {
    let (Some(here), Some(there)) = (Namespace::make(), Namespace::make()) else { return };
    here.join(&there);
    here.call(|| {
        let tried = capabilities(Routes::load().unwrap().interfaces());
        let told: Vec<_> = tried.iter().map(|tried| (tried.link, tried.interface.as_deref())).collect();
        assert_eq!(told, [("raw_ip", None), ("af_packet", Some("cable")), ("af_xdp", Some("cable"))]);
        assert!(tried[0].answer.is_ok() && tried[1].answer.is_ok(), "{tried:?}");
        assert_eq!(tried[2].answer.is_ok(), has_xdp(), "{tried:?}");
    });
}
