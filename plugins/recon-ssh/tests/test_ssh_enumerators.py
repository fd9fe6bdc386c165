"""What SSH servers offer is read exactly from recordings; nothing they say breaks it. No test opens a socket."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from recon_ssh.algorithms import Algorithms, facts_of
from recon_ssh.hostkeys import KEYS_AT_MOST, HostKeys, fingerprint, unasked
from recon_ssh.packets import KEX_REPLY, LISTS, Cut, KexInit, packet, string

from recon import testing

ENUMERATED = Path(__file__).parent / "enumerated"
SERVERS = ("openssh", "dropbear", "proftpd-sftp")


def offer(**lists):
    """A KEXINIT packet with these lists and ``none`` in the others."""
    return packet(KexInit(dict.fromkeys(LISTS, ("none",)) | lists).to_bytes())


def shown(kind):
    """The packet that shows a host key of a type."""
    key = string(kind) + string(b"the key itself")
    return packet(bytes([KEX_REPLY]) + string(key) + string(b"a point") + string(b"a signature"))


GREETING = ("received", b"SSH-2.0-Acme_1\r\n")


def test_openssh_offers_what_its_package_offers(run_enumerator):
    facts, services = run_enumerator(Algorithms, ENUMERATED / "openssh-kex.jsonl")
    assert services == []
    assert facts["ssh.kex"][0] == "sntrup761x25519-sha512"
    assert facts["ssh.host_key_algorithms"] == ["ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256"]
    assert facts["ssh.ciphers"][0] == "chacha20-poly1305@openssh.com"
    assert facts["ssh.macs"][-1] == "hmac-sha1"
    assert facts["ssh.compression"] == ["none", "zlib@openssh.com"]


@pytest.mark.parametrize(
    ("server", "hassh"),
    [
        ("openssh", "425d29fe50d8e4f5e37efb6e24bcf660"),
        ("dropbear", "e1a0b5f8d334ec70fe937b2d5ff8d0b6"),
        ("proftpd-sftp", "6b3ad4cea3144489bccf7ed1cd66d687"),
    ],
)
def test_the_fingerprint_is_md5_over_the_lists_in_their_order(run_enumerator, server, hassh):
    facts, _ = run_enumerator(Algorithms, ENUMERATED / f"{server}-kex.jsonl")
    told = ";".join(",".join(facts[f"ssh.{name}"]) for name in ("kex", "ciphers", "macs", "compression"))
    assert facts["ssh.hassh_server"] == hassh == hashlib.md5(told.encode()).hexdigest()  # noqa: S324 - what HASSH is


# What ssh-keygen -l and dropbearkey -y said of the keys when the recordings were made.
KEYS = {
    "openssh": [
        "ssh-ed25519 SHA256:tXOZQDA1gIsGP9zrkkiBKF8C60aourdLScPuzpok8zQ",
        "ssh-rsa SHA256:FF4IbUrlajxAQBYHy2VCIjy0/7opP2+jorpnSxVTB5s",
        "ecdsa-sha2-nistp256 SHA256:6ofR4DPVrfXxpyIbt8JerPNwmjwTIsS/IupJc9nm9zw",
    ],
    "dropbear": ["ssh-ed25519 SHA256:lEZBWcyIY7iTvDnPv1Z+cfQvCh0DXVzprsx5cd9WICM"],
    "proftpd-sftp": ["ssh-rsa SHA256:rl5W8KPadaF0b4fncs/NIim/lesu/fbKBOxyFl77JDs"],
}


@pytest.mark.parametrize("server", SERVERS)
def test_every_host_key_has_the_fingerprint_that_its_owner_sees(run_enumerator, server):
    facts, _ = run_enumerator(HostKeys, ENUMERATED / f"{server}-hostkeys.jsonl")
    assert facts == {"ssh.host_keys": KEYS[server]}


@pytest.mark.parametrize("server", SERVERS)
def test_distorted_offers_break_nothing(torture_enumerator, server):
    assert torture_enumerator(Algorithms, ENUMERATED / f"{server}-kex.jsonl").cases > 500


@pytest.mark.parametrize("server", SERVERS)
def test_distorted_host_keys_break_nothing(torture_enumerator, server):
    assert torture_enumerator(HostKeys, ENUMERATED / f"{server}-hostkeys.jsonl").cases > 500


def test_lists_towards_the_server_are_told_where_they_differ():
    lists = dict.fromkeys(LISTS, ("a",)) | {"ciphers_in": ("b", "c")}
    facts = {fact.name: fact.value for fact in facts_of(KexInit(lists))}
    assert facts["ciphers_in"] == ["b", "c"]
    assert "macs_in" not in facts


def test_an_offer_survives_being_written_and_read():
    lists = {name: (name, f"{name}@example.org") for name in LISTS}
    assert KexInit.parse(KexInit(lists).to_bytes()).lists == lists


@pytest.mark.parametrize("size", range(40))
def test_a_packet_is_a_multiple_of_eight_with_at_least_four_of_padding(size):
    made = packet(bytes(size))
    assert len(made) % 8 == 0
    assert int.from_bytes(made[:4], "big") == len(made) - 4
    assert 4 <= made[4] == len(made) - 5 - size


@pytest.mark.parametrize(
    "greeting",
    [b"SSH-1.5-old\r\n", b"220 hello\r\n" * 40, b"Exceeded MaxStartups\r\n", b"x" * 2000],
    ids=["ssh1", "ftp", "busy", "no line"],
)
def test_what_speaks_no_ssh_2_is_sent_nothing(greeting):
    said = [("received", greeting), ("sent", b"the recording would object to anything else")]
    assert testing.run_enumerator(Algorithms, said) == ({}, [])


def test_lines_before_the_identification_are_passed_over(run_enumerator):
    words = ("received", b"Welcome\r\nto Acme\r\nSSH-2.0-Acme\r\n")
    facts, _ = run_enumerator(Algorithms, [words, ("sent", b"SSH-2.0-recon\r\n"), ("received", offer(kex=("x", "y")))])
    assert facts["ssh.kex"] == ["x", "y"]


@pytest.mark.parametrize("length", [0, 1, 4, 35_001, 2**32 - 1])
def test_a_packet_of_no_sensible_length_ends_it(length):
    said = [GREETING, ("sent", b"SSH-2.0-recon\r\n"), ("received", length.to_bytes(4, "big") + b"\x04" + bytes(64))]
    assert testing.run_enumerator(Algorithms, said) == ({}, [])


def test_a_list_of_control_characters_is_no_list():
    with pytest.raises(Cut):
        KexInit.parse(bytes([20]) + bytes(16) + string(b"a\x1b[2J"))


def run_keys(algorithms, answers, kex=("curve25519-sha256",)):
    """Run ``HostKeys`` where each connection offers the same and then answers in turn."""
    lists = {"kex": tuple(kex), "host_key_algorithms": tuple(algorithms)}
    engine = testing.enumerators.Recording(
        [
            [
                GREETING,
                ("sent", b""),
                ("received", offer(**lists)),
                ("sent", b""),
                ("sent", b""),
                *(("received", one) for one in said),
            ]
            for said in answers
        ]
    )
    return testing.enumerators.drive(HostKeys, engine, testing.enumerators.found_by(HostKeys, []))[0]


def test_one_key_of_each_type_is_asked_for_and_no_certificate():
    algorithms = ["rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-512", "rsa-sha2-256", "ssh-rsa", "ssh-ed25519"]
    assert unasked(algorithms, set()) == "rsa-sha2-512"
    assert unasked(algorithms, {"ssh-rsa"}) == "ssh-ed25519"
    assert unasked(algorithms, {"ssh-rsa", "ssh-ed25519"}) is None


def test_a_server_with_many_types_of_keys_is_asked_a_few_times():
    kinds = [f"key-{number}" for number in range(KEYS_AT_MOST + 3)]
    facts = run_keys(kinds, [[shown(kind.encode())] for kind in kinds])
    assert [key.split()[0] for key in facts["ssh.host_keys"]] == kinds[:KEYS_AT_MOST]


def test_keys_told_before_the_server_had_enough_of_us_stand():
    facts = run_keys(["a", "b"], [[shown(b"a")], [packet(b"\x01 go away")]])
    assert [key.split()[0] for key in facts["ssh.host_keys"]] == ["a"]


def test_packets_that_mean_nothing_are_passed_over():
    facts = run_keys(["a"], [[packet(b"\x02noise"), packet(b"\x04debug"), shown(b"a")]])
    assert len(facts["ssh.host_keys"]) == 1


def test_a_server_that_only_makes_noise_is_left():
    assert run_keys(["a"], [[packet(b"\x02noise")] * 9 + [shown(b"a")]]) == {}


def test_an_exchange_that_is_not_known_shows_no_key():
    assert run_keys(["a"], [[shown(b"a")]], kex=("diffie-hellman-group-exchange-sha256",)) == {}


def test_a_key_without_a_type_has_no_fingerprint():
    with pytest.raises(Cut):
        fingerprint(string(b"") + b"x")
