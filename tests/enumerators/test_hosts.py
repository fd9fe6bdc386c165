"""What name servers, directories, file servers and screens say is read exactly. No test opens a socket."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from recon import Found, Service
from recon.enumerators import ber, dns, ldap, ntlm, rdp, rsync, smb, telnet, vnc
from recon.enumerators.reading import filetime
from recon.enumerators.smb_packets import NEGOTIATE, OLD_NEGOTIATE, header, session_setup

RECORDINGS = Path(__file__).parent / "recordings"


def test_bind_tells_its_texts_and_that_it_would_not_recurse(run_enumerator):
    facts, _ = run_enumerator(dns.Server, RECORDINGS / "bind-tcp.dns.server.jsonl")
    assert facts["dns.recursion"] is False
    assert facts["dns.version_text"].startswith("9.18.")
    assert facts["dns.cookies"] is True
    assert facts["dns.edns_bytes"] == 1232
    assert "dns.id_text" not in facts
    assert "Mark Andrews" in facts["dns.authors_text"]


def test_no_question_wants_recursion_or_names_a_host():
    asked = [dns.question(1, name, 16, 3) for name in (*dns.TEXTS, b"\x00")]
    assert all(question[4:6] == b"\x00\x00" for question in asked)


def test_a_resolver_with_an_identifier_is_seen_to_be_one(run_enumerator):
    opt = b"\x00" + struct.pack(">HHIH", 41, 4096, 0, 8) + struct.pack(">HH", 3, 4) + b"ns1\xff"
    body = struct.pack(">HHHHHH", 0x2A01, 0x8085, 1, 0, 0, 1) + b"\x00\x00\x06\x00\x01" + opt
    said = [
        ("sent", dns.question(0x2A01, b"\x00", 6, 1)),
        ("received", len(body).to_bytes(2, "big") + body),
        ("sent", dns.question(0x2A02, b"\x07version\x04bind\x00", 16, 3)),
    ]
    facts, _ = run_enumerator(dns.Server, said)
    assert facts == {"dns.recursion": True, "dns.edns_bytes": 4096, "dns.cookies": False, "dns.nsid": "ns1\\xff"}


def test_slapd_shows_its_root(run_enumerator):
    facts, services = run_enumerator(ldap.Root, RECORDINGS / "slapd.ldap.root.jsonl")
    assert facts["ldap.naming_contexts"] == ["dc=example,dc=test"]
    assert facts["ldap.protocol_versions"] == ["3"]
    assert facts["ldap.starttls"] is True
    assert facts["ldap.schema_entry"] == "cn=Subschema"
    assert services == []


def root(**attributes):
    """A SearchResultEntry with these attributes and the end of the search, as one server sends them."""
    listed = b"".join(
        ber.built(
            ber.SEQUENCE,
            ber.built(ber.TEXT, name.encode()),
            ber.built(0x31, *(ber.built(ber.TEXT, value.encode()) for value in values)),
        )
        for name, values in attributes.items()
    )
    entry = ber.built(0x64, ber.built(ber.TEXT), ber.built(ber.SEQUENCE, listed))
    done = ber.built(0x65, ber.built(ber.ENUMERATED, b"\0"), ber.built(ber.TEXT), ber.built(ber.TEXT))
    return b"".join(ber.built(ber.SEQUENCE, ber.built(ber.INTEGER, b"\x01"), one) for one in (entry, done))


def asked(answer):
    """The whole conversation around an answer."""
    return [("sent", ldap.SEARCH), ("received", answer), ("sent", ldap.UNBIND)]


def test_active_directory_tells_domain_and_levels(run_enumerator):
    answer = root(
        dnsHostName=["dc1.corp.example"],
        defaultNamingContext=["DC=corp,DC=example"],
        domainFunctionality=["7"],
        forestFunctionality=["99"],
        isGlobalCatalogReady=["TRUE"],
        isSynchronized=["FALSE"],
        currentTime=["20260131235959.0Z"],
        supportedControl=["1.2", "1.3"],
        namingContexts=["DC=corp,DC=example", "CN=x" * 50],
    )
    facts, services = run_enumerator(ldap.Root, asked(answer))
    assert services == []
    assert facts == {
        "ldap.naming_contexts": ["DC=corp,DC=example", "CN=x" * 50],
        "ldap.control_count": 2,
        "ldap.dns_host_name": "dc1.corp.example",
        "ldap.default_context": "DC=corp,DC=example",
        "ldap.global_catalog": True,
        "ldap.synchronized": False,
        "ldap.domain_functionality": "2016",
        "ldap.forest_functionality": "99",
        "ldap.current_time": "2026-01-31T23:59:59Z",
    }


def test_a_vendor_version_is_a_service(run_enumerator):
    answer = root(vendorName=["389 Project"], vendorVersion=["389-Directory/2.3.1 B2023.11.0"])
    facts, [service] = run_enumerator(ldap.Root, asked(answer))
    assert facts["ldap.vendor_version"] == "389-Directory/2.3.1 B2023.11.0"
    assert (service.product, service.version) == ("389 Directory Server", "2.3.1")


def test_samba_negotiates_3_1_1_and_tells_its_host_without_a_login(run_enumerator):
    facts, services = run_enumerator(smb.Host, RECORDINGS / "samba.smb.host.jsonl")
    assert facts["smb.dialect"] == "3.1.1"
    assert facts["smb.signing"] == "enabled"
    assert facts["smb.cipher"] == "AES-128-GCM"
    assert facts["smb.security_mechanisms"] == ["NTLM"]
    assert (facts["smb.computer_name"], facts["smb.domain_name"]) == ("CORPUS", "CORPUS")
    assert "smb.dns_domain" not in facts
    assert facts["smb.smb1"] is False
    assert services == []


def framed(message):
    """A message with its length in front."""
    return len(message).to_bytes(4, "big") + message


def answer_2_1():
    """A negotiation by which a server of 2009 wants signatures."""
    body = struct.pack("<HHHH16sI", 65, 3, 0x0210, 0, bytes(range(16)), 7)
    body += bytes(12) + struct.pack("<QQHHI", 133_800_000_000_000_000, 1 << 63, 128, 0, 0)
    return framed(header(0, 0) + body)


def ntlm_challenge():
    """An NTLM challenge with names and build."""
    pairs = b"".join(
        struct.pack("<HH", kind, len(value)) + value
        for kind, value in (
            (2, "CORP".encode("utf-16-le")),
            (1, "DC1".encode("utf-16-le")),
            (4, "corp.example".encode("utf-16-le")),
            (3, b"\x00\xd8"),
            (5, "corp.example".encode("utf-16-le")),
            (99, b"?"),
            (7, (116_444_736_000_000_000).to_bytes(8, "little")),
            (0, b""),
        )
    )
    fixed = ntlm.SIGNATURE + struct.pack("<IHHII", 2, 0, 0, 56, 0x02000000) + bytes(16)
    return fixed + struct.pack("<HHI", len(pairs), len(pairs), 56) + bytes.fromhex("0a007c4f0000000f") + pairs


def challenge():
    """The answer to the first step of a login."""
    message = ntlm_challenge()
    return framed(header(1, 1) + struct.pack("<HHHH", 9, 0, 72, len(message)) + message)


WINDOWS = Found(Service("smb", part="o", vendor="microsoft", product="Windows"), {}, "127.0.0.1", 445)
TALK = [
    ("sent", framed(NEGOTIATE)),
    ("received", answer_2_1()),
    ("sent", framed(session_setup(ntlm.negotiate()))),
    ("received", challenge()),
    ("reopened", b""),
    ("sent", framed(OLD_NEGOTIATE)),
    ("received", framed(b"\xffSMB\x72" + bytes(27) + b"\x11\x00\x00" + bytes(32))),
]


def test_windows_tells_names_build_and_that_version_1_lives(run_enumerator):
    facts, [service] = run_enumerator(smb.Host, TALK, WINDOWS)
    assert facts == {
        "smb.dialect": "2.1",
        "smb.signing": "required",
        "smb.server_guid": "03020100-0504-0706-0809-0a0b0c0d0e0f",
        "smb.capabilities": ["DFS", "leasing", "large reads"],
        "smb.system_time": "2024-12-30T02:40:00Z",
        "smb.os_build": "10.0.20348",
        "smb.domain_name": "CORP",
        "smb.computer_name": "DC1",
        "smb.dns_domain": "corp.example",
        "smb.dns_computer_name": "\ufffd",
        "smb.dns_forest": "corp.example",
        "smb.ntlm_time": "1970-01-01T00:00:00Z",
        "smb.smb1": True,
    }
    assert (service.product, service.version, service.version_source) == ("Windows", "10.0.20348", "smb.host")


def test_no_distortion_of_windows_breaks_it(torture_enumerator):
    assert torture_enumerator(smb.Host, TALK, found=WINDOWS).cases > 100


def test_the_build_that_samba_makes_up_is_no_version(run_enumerator):
    other = Found(Service("smb", vendor="samba", product="Samba"), {}, "127.0.0.1", 445)
    assert run_enumerator(smb.Host, TALK, other)[1] == []


def test_a_server_with_version_1_alone_is_known_by_it(run_enumerator):
    facts, _ = run_enumerator(smb.Host, [TALK[0], *TALK[4:]])
    assert facts == {"smb.smb1": True}


@pytest.mark.parametrize(
    ("ticks", "when"), [(0, None), (1 << 63, None), (116_444_736_000_000_000, "1970-01-01T00:00:00Z")]
)
def test_a_time_that_is_none_is_left_out(ticks, when):
    assert filetime(ticks) == when


def test_rsync_lists_its_modules_with_their_comments(run_enumerator):
    facts, _ = run_enumerator(rsync.Modules, RECORDINGS / "rsync.rsync.modules.jsonl")
    assert facts["rsync.module_names"] == ["share"]
    assert facts["rsync.module_comments"] == ["what we share"]
    assert facts["rsync.digests"][0] == "sha512"


def rsynced(*lines):
    """A daemon that answers the request for a list so."""
    told = b"".join(line + b"\n" for line in lines)
    sent = f"{rsync.HELLO}\n{rsync.LIST}\n".encode()
    return [("received", b"@RSYNCD: 31.0\n"), ("sent", sent), ("received", told)]


def test_the_message_of_the_day_is_no_module(run_enumerator):
    said = rsynced(b"Welcome to Acme", b"", b"a b            \tan area", b"empty          \t", b"@RSYNCD: EXIT")
    assert run_enumerator(rsync.Modules, said)[0] == {
        "rsync.protocol": "31.0",
        "rsync.digests": [],
        "rsync.motd": ["Welcome to Acme"],
        "rsync.module_names": ["a b", "empty"],
        "rsync.module_comments": ["an area", ""],
    }


def test_a_refusal_is_an_error_and_no_list(run_enumerator):
    facts, _ = run_enumerator(rsync.Modules, rsynced(b"@ERROR: access denied to  from x (192.0.2.1)"))
    assert facts["rsync.error"] == "access denied to  from x (192.0.2.1)"
    assert "rsync.module_names" not in facts


def test_a_screen_without_security_tells_its_name(run_enumerator):
    facts, _ = run_enumerator(vnc.Security, RECORDINGS / "tigervnc.vnc.security.jsonl")
    assert facts["vnc.security_types"] == ["none"]
    assert facts["vnc.authentication"] == "none"
    assert (facts["vnc.width"], facts["vnc.height"]) == (640, 480)
    assert facts["vnc.desktop_name"].endswith("vm")


@pytest.mark.parametrize(
    ("hello", "ours", "answer", "facts"),
    [
        (b"RFB 003.008\n", b"RFB 003.008\n", b"\x03\x02\x13\x81", ["VNC", "VeNCrypt", "RA2_256"]),
        (b"RFB 005.000\n", b"RFB 003.008\n", b"\x01\xfa", ["250"]),
        (b"RFB 003.007\n", b"RFB 003.007\n", b"\x01\x10", ["Tight"]),
        (b"RFB 003.005\n", b"RFB 003.003\n", b"\0\0\0\x02", ["VNC"]),
    ],
)
def test_a_screen_that_asks_for_something_is_left_at_its_question(run_enumerator, hello, ours, answer, facts):
    said = [("received", hello), ("sent", ours), ("received", answer), ("sent", b"nothing more")]
    assert run_enumerator(vnc.Security, said)[0] == {
        "vnc.protocol": hello[4:11].decode(),
        "vnc.security_types": facts,
        "vnc.authentication": "required",
    }


def test_a_screen_of_old_without_security_is_looked_at_at_once(run_enumerator):
    init = struct.pack(">HH16sI", 800, 600, b"", 4) + b"desk"
    said = [("received", b"RFB 003.003\n"), ("sent", b"RFB 003.003\n"), ("received", b"\0\0\0\x01")]
    said += [("sent", b"\x01"), ("received", init)]
    facts, _ = run_enumerator(vnc.Security, said)
    assert (facts["vnc.desktop_name"], facts["vnc.width"]) == ("desk", 800)


def test_a_screen_that_refuses_says_why(run_enumerator):
    said = [("received", b"RFB 003.008\n"), ("sent", b"RFB 003.008\n"), ("received", b"\0\0\0\0\x08Too many")]
    assert run_enumerator(vnc.Security, said)[0]["vnc.refusal"] == "Too many"


def test_xrdp_takes_tls_and_its_own_layer_before_any_login(run_enumerator):
    facts, _ = run_enumerator(rdp.Security, RECORDINGS / "xrdp.rdp.security.jsonl")
    assert facts == {"rdp.security_layers": ["tls", "rdp"], "rdp.nla_required": False}


def confirmed(kind, value):
    """A connection confirm that chooses or refuses."""
    return b"\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0" + bytes([kind, 0, 8, 0, value, 0, 0, 0])


def rdp_talk(*answers, token=None):
    """A conversation in which each layer is answered so; with a token, CredSSP goes one step."""
    said = []
    for turn, (wish, answer) in enumerate(zip((0x0B, 1, 0), answers, strict=False)):
        said += [("reopened", b"")] if turn else []
        said += [("sent", rdp.connection_request(wish)), ("received", answer)]
        if token is not None and turn == 0:
            said += [("secured", b"session"), ("sent", rdp.ts_request(ntlm.NEGOTIATE)), ("received", token)]
    return said


def test_windows_wants_a_login_first_and_tells_its_names_in_it(run_enumerator):
    talk = rdp_talk(confirmed(2, 8), confirmed(3, 5), confirmed(3, 5), token=rdp.ts_request(ntlm_challenge()))
    facts, _ = run_enumerator(rdp.Security, talk)
    assert facts["rdp.security_layers"] == ["credssp"]
    assert facts["rdp.nla_required"] is True
    assert (facts["rdp.os_build"], facts["rdp.computer_name"]) == ("10.0.20348", "DC1")
    assert facts["rdp.dns_forest"] == "corp.example"
    assert facts["rdp.credssp_version"] == 6


def test_no_distortion_of_a_remote_windows_breaks_it(torture_enumerator):
    talk = rdp_talk(confirmed(2, 2), confirmed(2, 1), confirmed(3, 1), token=rdp.ts_request(ntlm_challenge()))
    assert torture_enumerator(rdp.Security, talk).cases > 500


def test_a_server_of_old_knows_one_layer(run_enumerator):
    old = b"\x03\0\0\x0b\x06\xd0\0\0\x12\x34\0"
    facts, _ = run_enumerator(rdp.Security, rdp_talk(old, old, old))
    assert facts == {"rdp.security_layers": ["rdp"], "rdp.nla_required": False}


def test_telnetd_shows_its_system_and_waits_for_a_name(run_enumerator):
    facts, _ = run_enumerator(telnet.Welcome, RECORDINGS / "telnetd.telnet.welcome.jsonl")
    assert facts["telnet.options"][:3] == ["WILL authentication", "WILL encryption", "DO terminal type"]
    assert facts["telnet.text"][0].startswith("Linux 6.")
    assert facts["telnet.prompt"] == "vm login:"


def test_every_option_is_declined_once_and_nothing_is_typed(run_enumerator):
    said = [
        (
            "received",
            b"\xff\xfb\x01\xff\xfd\x18\xff\xfd\x18\xff\xfc\x63\xff\xfa\x18\x01\xff\xf0\xff\xf9a\xff\xffb\r\0\n",
        ),
        ("sent", b"\xff\xfe\x01\xff\xfc\x18"),
        ("received", b"\r\nPassword: "),
        ("sent", b"the recording would object to anything else"),
    ]
    assert run_enumerator(telnet.Welcome, said)[0] == {
        "telnet.options": ["WILL echo", "DO terminal type", "WONT 99"],
        "telnet.text": ["a\\xffb"],
        "telnet.prompt": "Password:",
    }


def test_a_screen_without_end_is_cut(run_enumerator):
    facts, _ = run_enumerator(telnet.Welcome, [("received", b"more\n" * 100_000)])
    assert len(facts["telnet.text"]) == 256
