//! Numbers that prove an answer ours without anything kept: a keyed hash of whom we asked. Never repeats over two keys.
//!
//! The hash is SipHash-1-3 (J.-P. Aumasson and D. Bernstein, 2012): who does not see our packets guesses one number in
//! 2^32 right. UDP has no number of ours; there the source port is the proof ([`Cookies::port`]), and a weak one.

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use siphasher::sip::SipHasher13;

use crate::space::Transport;
use crate::wire::{Flags, Packet, Quoted, Tcp};

/// The key of one run.
#[derive(Clone)]
pub struct Cookies {
    hasher: SipHasher13,
}

impl fmt::Debug for Cookies {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Cookies(a secret)")
    }
}

impl Cookies {
    /// Cookies of a key that nobody else knows.
    #[must_use]
    pub fn new(key: [u8; 16]) -> Self {
        Self { hasher: SipHasher13::new_with_key(&key) }
    }

    /// The sequence number of the SYN from our port to a target.
    #[must_use]
    #[inline]
    pub fn seq(&self, src_port: u16, dst: IpAddr, dst_port: u16) -> u32 {
        self.hash(dst, dst_port, src_port) as u32
    }

    /// The one of our ports from which a target is asked, where it is to be told from the answer alone.
    ///
    /// # Panics
    /// When `ports` is empty.
    #[must_use]
    pub fn port(&self, ports: &RangeInclusive<u16>, dst: IpAddr, dst_port: u16) -> u16 {
        assert!(!ports.is_empty(), "at least one port");
        let count = u64::from(ports.end() - ports.start()) + 1;
        // Not the half that `seq` is made of: a port is seen by everyone, and must tell nothing about it.
        let chosen = ((self.hash(dst, dst_port, 0) >> 32) * count) >> 32;
        ports.start() + chosen as u16
    }

    /// Whether a SYN-ACK answers a SYN of ours.
    #[must_use]
    pub fn proves_syn_ack(&self, packet: &Packet<'_>, tcp: &Tcp<'_>) -> bool {
        let wanted = Flags::SYN | Flags::ACK;
        let other = Flags::RST | Flags::FIN;
        tcp.flags.has(wanted) && tcp.flags.0 & other.0 == 0 && self.lead(packet, tcp) == 1
    }

    /// Whether a RST answers a SYN of ours. It must acknowledge the SYN (RFC 9293 §3.10.7.1); some hosts forget to count
    /// it, and give back the number itself.
    #[must_use]
    pub fn proves_rst(&self, packet: &Packet<'_>, tcp: &Tcp<'_>) -> bool {
        let wanted = Flags::RST | Flags::ACK;
        tcp.flags.has(wanted) && !tcp.flags.has(Flags::SYN) && self.lead(packet, tcp) <= 1
    }

    /// Whether an ICMP error quotes a SYN of ours. Of UDP there is nothing to prove: false; compare [`Cookies::port`].
    #[must_use]
    pub fn proves_quote(&self, quoted: &Quoted) -> bool {
        quoted.transport == Transport::Tcp && quoted.seq == self.seq(quoted.src_port, quoted.dst, quoted.dst_port)
    }

    /// How far the acknowledgement is ahead of our SYN.
    fn lead(&self, packet: &Packet<'_>, tcp: &Tcp<'_>) -> u32 {
        tcp.ack.wrapping_sub(self.seq(tcp.dst_port, packet.src, tcp.src_port))
    }

    #[inline]
    fn hash(&self, dst: IpAddr, dst_port: u16, src_port: u16) -> u64 {
        let ports = (u32::from(dst_port) << 16 | u32::from(src_port)).to_be_bytes();
        let mut bytes = [0; 20];
        bytes[..4].copy_from_slice(&ports);
        match dst {
            IpAddr::V4(addr) => {
                bytes[4..8].copy_from_slice(&addr.octets());
                self.hasher.hash(&bytes[..8])
            }
            IpAddr::V6(addr) => {
                bytes[4..].copy_from_slice(&addr.octets());
                self.hasher.hash(&bytes)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Body;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));
    const OURS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn cookies() -> Cookies {
        Cookies::new(*b"sixteen bytes it")
    }

    fn answer(flags: Flags, ack: u32) -> (Packet<'static>, Tcp<'static>) {
        let (src_port, dst_port, payload) = (443, 40_000, &[][..]);
        let tcp = Tcp { src_port, dst_port, seq: 5, ack, flags, window: 1, mss: None, window_scale: None, payload };
        (Packet { src: PEER, dst: OURS, ttl: 60, body: Body::Tcp(tcp) }, tcp)
    }

    fn leads(proves: impl Fn(&Packet<'_>, &Tcp<'_>) -> bool, flags: Flags) -> Vec<u32> {
        let seq = cookies().seq(40_000, PEER, 443);
        let proven = |lead: &u32| {
            let (packet, tcp) = answer(flags, seq.wrapping_add(*lead));
            proves(&packet, &tcp)
        };
        [0, 1, 2, u32::MAX].into_iter().filter(proven).collect()
    }

    #[test]
    fn a_syn_ack_proves_itself_by_the_next_number_only() {
        let cookies = cookies();
        let proves = |packet: &Packet<'_>, tcp: &Tcp<'_>| cookies.proves_syn_ack(packet, tcp);
        assert_eq!(leads(proves, Flags::SYN | Flags::ACK), [1]);
        for flags in [Flags::SYN, Flags::ACK, Flags::RST | Flags::ACK, Flags::SYN | Flags::ACK | Flags::RST] {
            assert!(leads(proves, flags).is_empty(), "{flags}");
        }
    }

    #[test]
    fn a_rst_proves_itself_by_acknowledging_the_syn() {
        let cookies = cookies();
        let proves = |packet: &Packet<'_>, tcp: &Tcp<'_>| cookies.proves_rst(packet, tcp);
        assert_eq!(leads(proves, Flags::RST | Flags::ACK), [0, 1]);
        assert!(leads(proves, Flags::RST).is_empty(), "a number that is not acknowledged proves nothing");
        assert!(leads(proves, Flags::SYN | Flags::ACK).is_empty());
    }

    #[test]
    fn another_key_port_or_peer_gives_another_number() {
        let number = cookies().seq(40_000, PEER, 443);
        let others = [
            Cookies::new([1; 16]).seq(40_000, PEER, 443),
            cookies().seq(40_001, PEER, 443),
            cookies().seq(40_000, OURS, 443),
            cookies().seq(40_000, PEER, 444),
            cookies().seq(443, PEER, 40_000),
            cookies().seq(40_000, "2001:db8::1".parse().expect("an address"), 443),
        ];
        assert!(others.iter().all(|other| *other != number), "{others:?} {number}");
    }

    #[test]
    fn a_quote_proves_itself_by_the_number_of_the_syn() {
        let seq = cookies().seq(40_000, PEER, 443);
        let tcp = Quoted { src: OURS, dst: PEER, transport: Transport::Tcp, src_port: 40_000, dst_port: 443, seq };
        assert!(cookies().proves_quote(&tcp));
        assert!(!cookies().proves_quote(&Quoted { seq: seq ^ 1, ..tcp }));
        assert!(!cookies().proves_quote(&Quoted { dst_port: 444, ..tcp }));
        assert!(!cookies().proves_quote(&Quoted { transport: Transport::Udp, ..tcp }));
    }

    #[test]
    fn every_port_of_ours_is_used_about_as_often() {
        let mut used = [0_u32; 16];
        for host in 0..16_000_u32 {
            let port = cookies().port(&(40_000..=40_015), std::net::Ipv4Addr::from_bits(host).into(), 53);
            used[usize::from(port - 40_000)] += 1;
        }
        assert!(used.iter().all(|count| (850..1150).contains(count)), "{used:?}");
        assert_eq!(cookies().port(&(0..=u16::MAX), PEER, 53), cookies().port(&(0..=u16::MAX), PEER, 53));
    }

    #[test]
    fn the_key_is_not_printed() {
        assert_eq!(format!("{:?}", cookies()), "Cookies(a secret)");
    }
}
