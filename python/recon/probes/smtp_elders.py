"""Mail servers of old systems and of hosts larger than a room, which greet as nobody does today. Data only."""

from __future__ import annotations

from functools import partial

from recon.probes.grammar import HOST, V, greeting

_smtp = partial(greeting, "smtp")
_START = rb"^220[- ]" + HOST + rb" "

MATCHES = (
    _smtp(
        _START + rb"(?:(?P<maker>HP) )?Sendmail (?:\(|SMI-)?" + V + rb"(?:/[\w.-]+)?\)? ready at ",
        "Sendmail",
        {
            b"220 old1. Sendmail SMI-8.6/SMI-SVR4 ready at Tue, 5 Mar 1998 10:11:12 +0100": "8.6",
            b"220 ns Sendmail 5.65c/IDA-1.4.4 ready at Mon, 5 Jan 1998 10:00:00 +0100": "5.65c",
            b"220 hp1 HP Sendmail (1.37.109.4/16.2) ready at Tue, 5 Mar 96 10:11:12 +0100": {
                "version": "1.37.109.4",
                "maker": "HP",
            },
        },
        vendor="sendmail",
    ),
    _smtp(
        _START + rb"SGI-" + V + rb" Sendmail ready at ",
        "Sendmail",
        {b"220 octane SGI-8.12.9 Sendmail ready at Tue, 5 Mar 2013 10:11:12 GMT": "8.12.9"},
        vendor="sendmail",
    ),
    _smtp(
        _START + rb"Novonyx SMTP ready \$Revision: +" + V,
        "NIMS",
        {b"220 mail.example.org Novonyx SMTP ready $Revision:   2.74  $": "2.74"},
        vendor="novell",
        cpe="cpe:2.3:a:novell:netmail",
    ),
    _smtp(
        _START + rb"FTGate(?P<edition>\d*) server ready(?: -?[A-Za-z ]+ \[?" + V + rb")?",
        "FTGate",
        {
            b"220 mail.example.org FTGate server ready -attitude [2.2.0.0]": "2.2.0.0",
            b"220 mail.example.org FTGate6 server ready": {"edition": "6"},
        },
        vendor="floosietek",
    ),
    _smtp(
        _START + rb"SMTP/cmap ready",
        "cmap",
        {b"220 gate.example.org SMTP/cmap ready___": {"host": "gate.example.org"}},
        vendor="bell_canada",
    ),
    _smtp(
        _START + rb"running IBM VM SMTP (?:Level )?(?P<version>\w+)",
        "IBM z/VM SMTP",
        {b"220 vm.example.org running IBM VM SMTP Level 710 on Tue, 5 Mar 2019 10:11:12 EST": "710"},
        vendor="ibm",
    ),
    _smtp(
        _START + rb"running IBM MVS SMTP CS (?P<version>V\w+)",
        "IBM z/OS SMTP",
        {b"220 mvs.example.org running IBM MVS SMTP CS V1R13 on Tue, 5 Mar 2013 10:11:12 EST": "V1R13"},
        vendor="ibm",
    ),
    _smtp(
        _START + rb"V(?P<version>\d[\w.-]*\w), OpenVMS V(?P<openvms>\d[\w.-]*)",
        "TCP/IP Services for OpenVMS",
        {b"220 vax.example.org V5.6-9B, OpenVMS V8.3 Alpha ready at Mon, 5 Jan 2009": "5.6-9B"},
        vendor="hp",
        cpe="cpe:2.3:a:hp:tcp_ip_services_openvms",
    ),
)
