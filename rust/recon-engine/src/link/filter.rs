//! Classic BPF programs: which frames the kernel copies to us. Pure; the sockets attach them.
//!
//! Source: the kernel's `Documentation/networking/filter.rst`, `linux/bpf_common.h` and `linux/filter.h`.

use std::ops::RangeInclusive;

use socket2::SockFilter;

const LOAD_BYTE: u16 = 0x30;
const LOAD_HALF: u16 = 0x28;
const LOAD_WORD: u16 = 0x20;
const LOAD_HALF_AT_X: u16 = 0x48;
/// X = four times the low half of a byte: an IPv4 header's length.
const LOAD_X_HEADER: u16 = 0xb1;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_ABOVE: u16 = 0x25;
const JUMP_AT_LEAST: u16 = 0x35;
const JUMP_ANY_BIT: u16 = 0x45;
const JUMP: u16 = 0x05;
const RETURN: u16 = 0x06;

/// Where the kernel shows the frame's `EtherType`, whatever the link.
const ETHER_TYPE: u32 = 0xffff_f000;
const IPV4: u32 = 0x0800;
const ARP: u32 = 0x0806;
const IPV6: u32 = 0x86dd;
const ICMP: u32 = 1;
const TCP: u32 = 6;
const UDP: u32 = 17;
const ICMPV6: u32 = 58;
/// Bits of an IPv4 header's fragment field that are set in every fragment but the first.
const FRAGMENT_OFFSET: u32 = 0x1fff;
const EVERY_BYTE: u32 = 0xffff;

/// One instruction: code, jump if true, jump if false, operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step(u16, u8, u8, u32);

impl Step {
    fn plain(code: u16, operand: u32) -> Self {
        Self(code, 0, 0, operand)
    }

    /// A test at place `at` that goes on at place `yes` or `no`.
    fn test(at: u8, code: u16, operand: u32, yes: u8, no: u8) -> Self {
        Self(code, yes - at - 1, no - at - 1, operand)
    }
}

/// A program that takes no frame.
pub(super) fn nothing() -> [SockFilter; 1] {
    [SockFilter::new(RETURN, 0, 0, 0)]
}

/// A program that takes ARP, ICMP, `ICMPv6`, and TCP and UDP to `ports`. `header` is what stands before the IP header,
/// in bytes. Fragments but the first and IPv6 packets with extension headers are not taken.
pub(super) fn answers(ports: &RangeInclusive<u16>, header: u32) -> Vec<SockFilter> {
    let written = steps(ports, header).map(|Step(code, yes, no, operand)| SockFilter::new(code, yes, no, operand));
    Vec::from(written)
}

fn steps(ports: &RangeInclusive<u16>, header: u32) -> [Step; 22] {
    const V4: u8 = 4;
    const V4_PORT: u8 = 8;
    const V6: u8 = 13;
    const V6_PORT: u8 = 17;
    const PORT: u8 = 18;
    const TAKE: u8 = 20;
    const LEAVE: u8 = 21;
    [
        Step::plain(LOAD_WORD, ETHER_TYPE),
        Step::test(1, JUMP_EQUAL, ARP, TAKE, 2),
        Step::test(2, JUMP_EQUAL, IPV4, V4, 3),
        Step::test(3, JUMP_EQUAL, IPV6, V6, LEAVE),
        Step::plain(LOAD_BYTE, header + 9),
        Step::test(5, JUMP_EQUAL, ICMP, TAKE, 6),
        Step::test(6, JUMP_EQUAL, TCP, V4_PORT, 7),
        Step::test(7, JUMP_EQUAL, UDP, V4_PORT, LEAVE),
        Step::plain(LOAD_HALF, header + 6),
        Step::test(9, JUMP_ANY_BIT, FRAGMENT_OFFSET, LEAVE, 10),
        Step::plain(LOAD_X_HEADER, header),
        Step::plain(LOAD_HALF_AT_X, header + 2),
        Step::plain(JUMP, u32::from(PORT - V6)),
        Step::plain(LOAD_BYTE, header + 6),
        Step::test(14, JUMP_EQUAL, ICMPV6, TAKE, 15),
        Step::test(15, JUMP_EQUAL, TCP, V6_PORT, 16),
        Step::test(16, JUMP_EQUAL, UDP, V6_PORT, LEAVE),
        Step::plain(LOAD_HALF, header + 42),
        Step::test(18, JUMP_AT_LEAST, u32::from(*ports.start()), 19, LEAVE),
        Step::test(19, JUMP_ABOVE, u32::from(*ports.end()), LEAVE, TAKE),
        Step::plain(RETURN, EVERY_BYTE),
        Step::plain(RETURN, 0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Run the program as the kernel would; a load outside the frame ends it with "leave".
    fn takes(ports: RangeInclusive<u16>, header: usize, ether_type: u32, packet: &[u8]) -> bool {
        let frame = [&vec![0; header][..], packet].concat();
        run(&steps(&ports, header as u32), ether_type, &frame).unwrap_or(0) > 0
    }

    fn run(steps: &[Step], ether_type: u32, frame: &[u8]) -> Option<u32> {
        let half = |at: usize| Some(u32::from(u16::from_be_bytes(frame.get(at..at + 2)?.try_into().ok()?)));
        let (mut a, mut x, mut at) = (0, 0, 0);
        loop {
            let Step(code, yes, no, k) = steps[at];
            let mut jump = |holds: bool| at += usize::from(if holds { yes } else { no });
            match code {
                LOAD_WORD if k == ETHER_TYPE => a = ether_type,
                LOAD_BYTE => a = u32::from(*frame.get(k as usize)?),
                LOAD_HALF => a = half(k as usize)?,
                LOAD_HALF_AT_X => a = half((x + k) as usize)?,
                LOAD_X_HEADER => x = u32::from(*frame.get(k as usize)? & 0xf) * 4,
                JUMP_EQUAL => jump(a == k),
                JUMP_ABOVE => jump(a > k),
                JUMP_AT_LEAST => jump(a >= k),
                JUMP_ANY_BIT => jump(a & k != 0),
                JUMP => at += k as usize,
                RETURN => return Some(k),
                other => panic!("instruction {other:#x}"),
            }
            at += 1;
        }
    }

    fn v4(protocol: u32, words: u8, fragment: u16, port: u16) -> Vec<u8> {
        let mut packet = vec![0; usize::from(words) * 4 + 4];
        (packet[0], packet[9]) = (0x40 | words, protocol as u8);
        packet[6..8].copy_from_slice(&fragment.to_be_bytes());
        packet[usize::from(words) * 4 + 2..].copy_from_slice(&port.to_be_bytes());
        packet
    }

    fn v6(next: u32, port: u16) -> Vec<u8> {
        let mut packet = vec![0; 44];
        (packet[0], packet[6]) = (0x60, next as u8);
        packet[42..].copy_from_slice(&port.to_be_bytes());
        packet
    }

    #[test]
    fn answers_to_our_ports_are_taken_and_no_others() {
        for header in [0, 14] {
            for protocol in [TCP, UDP] {
                for (port, ours) in [(999, false), (1000, true), (1007, true), (1008, false)] {
                    let ports = 1000..=1007;
                    for words in [5, 15] {
                        let packet = v4(protocol, words, 0x4000, port);
                        assert_eq!(takes(ports.clone(), header, IPV4, &packet), ours, "{port}");
                    }
                    assert_eq!(takes(ports, header, IPV6, &v6(protocol, port)), ours, "{port}");
                }
            }
        }
    }

    #[test]
    fn every_icmp_and_arp_is_taken() {
        assert!(takes(1..=1, 14, ARP, &[0; 28]));
        assert!(takes(1..=1, 14, IPV4, &v4(ICMP, 5, 0, 0)));
        assert!(takes(1..=1, 14, IPV6, &v6(ICMPV6, 0)));
    }

    #[test]
    fn other_protocols_fragments_and_short_frames_are_left() {
        assert!(!takes(0..=u16::MAX, 14, 0x88cc, &[0; 60]));
        assert!(!takes(0..=u16::MAX, 14, IPV4, &v4(47, 5, 0, 80)));
        assert!(!takes(0..=u16::MAX, 14, IPV4, &v4(TCP, 5, 1, 80)));
        assert!(!takes(0..=u16::MAX, 14, IPV6, &v6(44, 80)));
        for length in 0..24 {
            assert!(!takes(0..=u16::MAX, 14, IPV4, &v4(TCP, 5, 0, 80)[..length]), "{length}");
        }
    }
}
