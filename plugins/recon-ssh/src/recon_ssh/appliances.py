"""SSH servers inside routers, switches, firewalls and storage."""

from __future__ import annotations

from recon_ssh.grammar import server

MATCHES = (
    server(
        rb"Cisco-(?P<version>\d[\w.]*)",
        "Cisco SSH",
        {b"Cisco-1.25": {"version": "1.25"}, b"Cisco-2.0": {"version": "2.0"}},
        vendor="cisco",
    ),
    server(rb"NetScreen", "NetScreen SSH", {b"NetScreen": {}}, vendor="juniper"),
    server(rb"ROSSSH", "MikroTik RouterOS sshd", {b"ROSSSH": {}}, vendor="mikrotik", cpe="cpe:2.3:o:mikrotik:routeros"),
    server(
        rb"HUAWEI-(?:VRP-?)?(?P<version>\d[\w.]*)",
        "Huawei VRP sshd",
        {
            b"HUAWEI-1.5": {"version": "1.5"},
            b"HUAWEI-VRP-3.1": {"version": "3.1"},
            b"HUAWEI-VRP3.3": {"version": "3.3"},
        },
        vendor="huawei",
    ),
    server(
        rb"Comware-(?P<version>\d[\w.]*)",
        "Comware sshd",
        {b"Comware-7.1.070": {"version": "7.1.070"}, b"Comware-5.20": {"version": "5.20"}},
        vendor="hp",
        cpe="cpe:2.3:o:hp:comware",
    ),
    server(
        rb"3Com OS-3Com OS (?P<version>V\d[\w.]*)",
        "3Com OS sshd",
        {b"3Com OS-3Com OS V3.01.00s56": {"version": "V3.01.00s56"}},
        vendor="3com",
    ),
    server(
        rb"FortiSSH_(?P<version>\d[\w.]*)",
        "FortiSSH",
        {b"FortiSSH_3.0": {"version": "3.0"}},
        vendor="fortinet",
    ),
    server(rb"lancom", "LANCOM sshd", {b"lancom": {}}, vendor="lancom-systems"),
    server(rb"Zyxel SSH server", "Zyxel SSH server", {b"Zyxel SSH server": {}}, vendor="zyxel"),
    server(
        rb"ArrayOS", "ArrayOS sshd", {b"ArrayOS": {}}, vendor="arraynetworks", cpe="cpe:2.3:o:arraynetworks:arrayos"
    ),
    server(
        rb"Data ONTAP SSH (?P<version>\d[\w.]*)",
        "Data ONTAP sshd",
        {b"Data ONTAP SSH 1.0": {"version": "1.0"}},
        vendor="netapp",
    ),
)
