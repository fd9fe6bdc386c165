"""Writes the golden packets that rust/recon-core/tests/wire.rs holds our own against; scapy makes them. Sends nothing.

``pip install scapy`` (2.6 or later) in an environment of its own, then
``python tests/wire/make_golden.py > rust/recon-core/tests/data/golden_packets.txt``.
"""

from __future__ import annotations

import sys

from scapy.all import (
    ARP,
    ICMP,
    IP,
    TCP,
    UDP,
    Dot1AD,
    Dot1Q,
    Ether,
    ICMPv6DestUnreach,
    ICMPv6EchoRequest,
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptSrcLLAddr,
    ICMPv6PacketTooBig,
    ICMPv6TimeExceeded,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    Packet,
)

OUR_MAC, PEER_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
OUR_4, PEER_4 = "192.0.2.1", "198.51.100.7"
OUR_6, PEER_6 = "2001:db8::1", "2001:db8:1::1234:5678"
ROUTER_4, ROUTER_6 = "203.0.113.9", "2001:db8:2::9"
OUT, BACK = Ether(src=OUR_MAC, dst=PEER_MAC), Ether(src=PEER_MAC, dst=OUR_MAC)
TO_ALL = Ether(src=OUR_MAC, dst="ff:ff:ff:ff:ff:ff")
OUT_6, BACK_6 = IPv6(src=OUR_6, dst=PEER_6, hlim=64), IPv6(src=PEER_6, dst=OUR_6, hlim=57)
BACK_4 = IP(src=PEER_4, dst=OUR_4, ttl=57)
ROUTED_4, ROUTED_6 = IP(src=ROUTER_4, dst=OUR_4, ttl=250), IPv6(src=ROUTER_6, dst=OUR_6, hlim=250)
SYN = TCP(sport=40000, dport=443, seq=0x12345678, flags="S", window=65535, options=[("MSS", 1460)])
DATA = TCP(sport=40000, dport=80, seq=0xFFFFFFFE, ack=0x01020304, flags="PA", window=512) / b"GET / HTTP/1.0\r\n\r\n!"
OFFERED = [("MSS", 1400), ("SAckOK", b""), ("Timestamp", (1, 2)), ("NOP", None), ("WScale", 7)]
SYN_ACK = TCP(sport=443, dport=40000, seq=7, ack=0x12345679, flags="SA", window=64240, options=OFFERED)
QUESTION = UDP(sport=40000, dport=53) / b"odd"
ANSWER = UDP(sport=53, dport=40000) / b"even"


def out_4(salt: int) -> Packet:
    """An IPv4 header of ours, with the identification that we derive from a sequence number or both ports."""
    return IP(src=OUR_4, dst=PEER_4, ttl=64, flags="DF", id=(salt >> 16 ^ salt) & 0xFFFF)


def written() -> dict[str, Packet]:
    """What our builders must write, byte for byte."""
    syn_4, udp_4 = out_4(SYN.seq), out_4(40000 << 16 | 53)
    asking = IPv6(src=OUR_6, dst="ff02::1:ff34:5678", hlim=255)
    telling = IPv6(src=OUR_6, dst=PEER_6, hlim=255)
    told = ICMPv6NDOptDstLLAddr(lladdr=OUR_MAC)
    return {
        "syn-v4": OUT / syn_4 / SYN,
        "syn-v4-vlan": OUT / Dot1Q(vlan=42, prio=3) / syn_4 / SYN,
        "syn-v4-bare": syn_4 / SYN,
        "syn-v6": OUT / OUT_6 / SYN,
        "syn-v6-vlan": OUT / Dot1Q(vlan=42, prio=3) / OUT_6 / SYN,
        "data-v4": OUT / out_4(DATA.seq) / DATA,
        "data-v6-bare": OUT_6 / DATA,
        "udp-v4": OUT / udp_4 / QUESTION,
        "udp-v6": OUT / OUT_6 / QUESTION,
        "udp-v6-nought": OUT / OUT_6 / UDP(sport=40000, dport=53) / nought(),
        "arp-request": TO_ALL / ARP(op=1, hwsrc=OUR_MAC, psrc=OUR_4, hwdst="00:00:00:00:00:00", pdst=PEER_4),
        "arp-reply-vlan": OUT / Dot1Q(vlan=42) / ARP(op=2, hwsrc=OUR_MAC, psrc=OUR_4, hwdst=PEER_MAC, pdst=PEER_4),
        "solicitation": Ether(src=OUR_MAC, dst="33:33:ff:34:56:78")
        / asking
        / ICMPv6ND_NS(tgt=PEER_6)
        / ICMPv6NDOptSrcLLAddr(lladdr=OUR_MAC),
        "advertisement": OUT / telling / ICMPv6ND_NA(tgt=OUR_6, R=0, S=1, O=1) / told,
        "advertisement-to-all": Ether(src=OUR_MAC, dst="33:33:00:00:00:01")
        / IPv6(src=OUR_6, dst="ff02::1", hlim=255)
        / ICMPv6ND_NA(tgt=OUR_6, R=0, S=0, O=1)
        / told,
    }


def nought() -> bytes:
    """A payload whose UDP checksum over IPv6 adds up to nought, which is written as all ones."""
    plain = bytes(OUT_6 / UDP(sport=40000, dport=53) / b"\0\0")
    return plain[46:48]


def read_v4() -> dict[str, Packet]:
    """What our parser must read over IPv4."""
    asked = bytes(out_4(SYN.seq) / SYN)[:28]
    questioned = bytes(out_4(40000 << 16 | 53) / QUESTION)
    return {
        "syn-ack-v4": BACK / BACK_4 / SYN_ACK,
        "syn-ack-v4-tags": BACK / Dot1AD(vlan=7) / Dot1Q(vlan=42) / BACK_4 / SYN_ACK,
        "syn-ack-v4-options": BACK / IP(src=PEER_4, dst=OUR_4, ttl=57, options=b"\x01\x01\x01\x00") / SYN_ACK,
        "rst-v4-padded": BACK / BACK_4 / TCP(sport=443, dport=40000, seq=0, ack=0x12345679, flags="RA") / b"",
        "answer-v4": BACK / BACK_4 / ANSWER,
        "answer-v4-unsummed": BACK / BACK_4 / UDP(sport=53, dport=40000, chksum=0) / b"even",
        "port-unreachable-v4": BACK / BACK_4 / ICMP(type=3, code=3) / questioned,
        "host-unreachable-v4": BACK / ROUTED_4 / ICMP(type=3, code=1) / asked,
        "admin-prohibited-v4": BACK / ROUTED_4 / ICMP(type=3, code=13) / asked,
        "time-exceeded-v4": BACK / ROUTED_4 / ICMP(type=11, code=0) / asked,
        "too-big-v4": BACK / ROUTED_4 / ICMP(type=3, code=4, nexthopmtu=1280) / asked,
        "foreign-quote-v4": BACK / ROUTED_4 / ICMP(type=3, code=1) / bytes(IP(src=PEER_4, dst=OUR_4) / SYN),
        "echo-v4": BACK / BACK_4 / ICMP(type=8) / b"hello",
        "fragment-v4": BACK / IP(src=PEER_4, dst=OUR_4, flags="MF") / ANSWER,
    }


def read_v6() -> dict[str, Packet]:
    """What our parser must read over IPv6."""
    asked, questioned = bytes(OUT_6 / SYN), bytes(OUT_6 / QUESTION)
    hops = BACK_6 / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt()
    return {
        "syn-ack-v6": BACK / BACK_6 / SYN_ACK,
        "syn-ack-v6-extended": BACK / hops / SYN_ACK,
        "answer-v6": BACK / BACK_6 / ANSWER,
        "answer-v6-atomic": BACK / BACK_6 / IPv6ExtHdrFragment(offset=0, m=0) / ANSWER,
        "fragment-v6": BACK / BACK_6 / IPv6ExtHdrFragment(offset=0, m=1) / ANSWER,
        "port-unreachable-v6": BACK / BACK_6 / ICMPv6DestUnreach(code=4) / questioned,
        "host-unreachable-v6": BACK / ROUTED_6 / ICMPv6DestUnreach(code=3) / asked,
        "admin-prohibited-v6": BACK / ROUTED_6 / ICMPv6DestUnreach(code=1) / asked,
        "time-exceeded-v6": BACK / ROUTED_6 / ICMPv6TimeExceeded() / asked,
        "too-big-v6": BACK / ROUTED_6 / ICMPv6PacketTooBig(mtu=1280) / asked,
        "echo-v6": BACK / BACK_6 / ICMPv6EchoRequest(data=b"hello"),
    }


def main() -> int:
    """Write a line for each packet: its name, and its bytes in hexadecimal."""
    for name, packet in (written() | read_v4() | read_v6()).items():
        frame = bytes(packet)
        padding = bytes(60 - len(frame)) if name.endswith("-padded") else b""
        sys.stdout.write(f"{name} {(frame + padding).hex()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
