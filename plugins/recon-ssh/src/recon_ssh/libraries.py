"""SSH servers that are libraries: whoever uses them rarely changes the name."""

from __future__ import annotations

from recon_ssh.grammar import server

MATCHES = (
    server(
        rb"libssh(?:[_-](?P<version>\d[\w.]*))?",
        "libssh",
        {b"libssh_0.9.6": {"version": "0.9.6"}, b"libssh-0.6.0": {"version": "0.6.0"}, b"libssh": {}},
        vendor="libssh",
    ),
    server(
        rb"paramiko_(?P<version>\d[\w.]*)",
        "Paramiko",
        {b"paramiko_2.8.1": {"version": "2.8.1"}},
        vendor="paramiko",
    ),
    server(
        rb"AsyncSSH_(?P<version>\d[\w.]*)",
        "AsyncSSH",
        {b"AsyncSSH_2.13.1": {"version": "2.13.1"}},
        vendor="asyncssh_project",
    ),
    server(
        rb"Twisted(?:_(?P<version>\d[\w.]*))?",
        "Twisted Conch",
        {b"Twisted_22.4.0": {"version": "22.4.0"}, b"Twisted": {}},
        vendor="twisted",
        cpe="cpe:2.3:a:twisted:twisted",
    ),
    server(rb"Go", "Go x/crypto/ssh", {b"Go": {}}, vendor="golang", cpe="cpe:2.3:a:golang:crypto"),
    server(
        rb"(?:APACHE-SSHD|SSHD-CORE|SSHD)-(?:(?P<version>\d[\w.]*)(?P<variant>-[^ \r\n]+)?|UNKNOWN)",
        "Apache MINA SSHD",
        {
            b"APACHE-SSHD-2.9.2": {"version": "2.9.2", "cpe": "cpe:2.3:a:apache:sshd:2.9.2:*:*:*:*:*:*:*"},
            b"SSHD-CORE-0.14.0": {"version": "0.14.0"},
            b"SSHD-CORE-1.2.0-SNAPSHOT": {"version": "1.2.0", "variant": "-SNAPSHOT"},
            b"SSHD-UNKNOWN": {},
        },
        vendor="apache",
        cpe="cpe:2.3:a:apache:sshd",
    ),
    server(
        rb"(?i:Maverick)(?:_SSHD|Synergy)?(?:[-_](?P<version>\d[\w.]*)(?P<variant>-[^ \r\n]+)?)?",
        "Maverick SSHD",
        {b"Maverick_SSHD": {}, b"MAVERICK": {}, b"MaverickSynergy-3.0.5-Final": {"version": "3.0.5"}},
        vendor="jadaptive",
    ),
    server(
        rb"Erlang(?:/(?P<version>\d[\w.]*))?", "Erlang SSH", {b"Erlang/4.13.2": {"version": "4.13.2"}, b"Erlang": {}}
    ),
    server(rb"russh_(?P<version>\d[\w.]*)", "russh", {b"russh_0.38.0": {"version": "0.38.0"}}, vendor="russh_project"),
    server(
        rb"ssh2js(?P<version>\d+(?:\.\d+)*)(?:srv)?",
        "ssh2 for Node.js",
        {b"ssh2js1.11.0srv": {"version": "1.11.0"}},
    ),
    server(rb"wolfSSHv(?P<version>\d[\w.]*)", "wolfSSH", {b"wolfSSHv1.4.6": {"version": "1.4.6"}}, vendor="wolfssl"),
    server(
        rb"RebexSSH_(?P<version>\d[\w.]*)",
        "Rebex SSH",
        {b"RebexSSH_5.0.8372.0": {"version": "5.0.8372.0"}},
        vendor="rebex",
    ),
    server(rb"WeOnlyDo(?: |-)(?P<version>\d[\w.]*)", "WeOnlyDo SSH", {b"WeOnlyDo 2.4.3": {"version": "2.4.3"}}),
    server(
        rb"IPSSH-(?P<version>\d[\w.]*)",
        "Wind River IPSSH",
        {b"IPSSH-6.7.0": {"version": "6.7.0"}},
        vendor="windriver",
    ),
    server(
        rb"RomSShell_(?P<version>\d[\w.]*)",
        "RomSShell",
        {b"RomSShell_4.61": {"version": "4.61"}, b"RomSShell_5.40": {"version": "5.40"}},
        vendor="allegrosoft",
    ),
    server(
        rb"Mocana SSH(?: (?P<version>\d[\w.]*))?",
        "Mocana NanoSSH",
        {b"Mocana SSH 6.3": {"version": "6.3"}, b"Mocana SSH": {}},
        vendor="mocana",
    ),
    server(rb"cryptlib", "cryptlib", {b"cryptlib": {}}),
)
