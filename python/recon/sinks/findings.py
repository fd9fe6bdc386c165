"""Weak spots that a record's facts already tell. Must never claim what no fact says, nor rate what a site may want."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recon.sinks.words import fact_text

if TYPE_CHECKING:
    from recon.model import FactValue, Record

HIGH, MEDIUM, LOW = "high", "medium", "low"

_OLD_TLS = frozenset({"SSL 2.0", "SSL 3.0", "1.0", "1.1"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A weak spot: where ``fact`` has a value that ``is_weak``, ``says`` (``{}`` is that value) holds."""

    id: str
    level: str
    title: str
    fact: str
    is_weak: Callable[[FactValue], bool]
    says: str
    advice: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that holds for a record, and what it says of it."""

    rule: Rule
    text: str


def _is(wanted: FactValue) -> Callable[[FactValue], bool]:
    return lambda value: value == wanted and type(value) is type(wanted)


RULES = (
    Rule("redis-open", HIGH, "Redis without a password", "redis.password", _is("none"),
         "Redis answers anybody who asks; no password is wanted.", "Set a password and bind to trusted addresses."),
    Rule("vnc-open", HIGH, "VNC without a password", "vnc.authentication", _is("none"),
         "VNC shows its screen to anybody; no password is wanted.", "Ask for a password, or close the port."),
    Rule("memcached-open", HIGH, "Memcached without authentication", "memcached.sasl", _is(wanted=False),
         "Memcached answers anybody who asks; SASL is off.", "Bind to trusted addresses, or turn SASL on."),
    Rule("mqtt-anonymous", MEDIUM, "MQTT broker takes anybody", "mqtt.anonymous", _is("allowed"),
         "The broker lets clients in without a name or password.", "Refuse anonymous clients."),
    Rule("ftp-anonymous", MEDIUM, "FTP offers anonymous access", "ftp.anonymous_offered", _is(wanted=True),
         "The server asks an anonymous user for an address only.", "Turn anonymous access off where it is not meant."),
    Rule("smb1", MEDIUM, "SMB version 1 is spoken", "smb.smb1", _is(wanted=True),
         "The server still speaks SMB 1.", "Turn SMB 1 off."),
    Rule("tls-old", MEDIUM, "TLS older than 1.2", "tls.version", lambda value: value in _OLD_TLS,
         "The newest version that both ends speak is {}, which RFC 8996 retires.", "Offer TLS 1.2 and 1.3."),
    Rule("tls-expired", MEDIUM, "Certificate is past its time", "tls.expired", _is(wanted=True),
         "The certificate's time is over.", "Renew the certificate."),
    Rule("rdp-without-nla", MEDIUM, "RDP without a login before the picture", "rdp.nla_required", _is(wanted=False),
         "A session's picture is shown before anybody has logged in.", "Require network level authentication."),
    Rule("smb-unsigned", LOW, "SMB signing is not required", "smb.signing", _is("enabled"),
         "Messages need not be signed, so they can be relayed.", "Require signing."),
    Rule("dns-recursion", LOW, "DNS server resolves for strangers", "dns.recursion", _is(wanted=True),
         "The server offers recursion to whoever asks from here.", "Offer recursion to your own networks only."),
    Rule("tls-self-signed", LOW, "Certificate is signed by itself", "tls.self_signed", _is(wanted=True),
         "Nobody else vouches for the certificate.", "Use a certificate of an authority that clients trust."),
    Rule("telnet", LOW, "Telnet in the clear", "telnet.options", lambda _: True,
         "Whatever is typed, passwords included, can be read on the way.", "Use SSH."),
)  # fmt: skip
"""The gravest first."""


def findings_of(record: Record) -> Iterator[Finding]:
    """Yield what the facts of ``record`` tell, the gravest first."""
    for rule in RULES if record.facts and record.state == "open" else ():
        value = record.facts.get(rule.fact)
        if value is not None and rule.is_weak(value) and not _is_protected(rule, record):
            yield Finding(rule, rule.says.format(_worded(value)))


def _is_protected(rule: Rule, record: Record) -> bool:
    """Redis in protected mode answers its own host only; telnet inside TLS is not in the clear."""
    if rule.id == "telnet":
        return any(service.tls for service in record.services)
    return rule.id == "redis-open" and record.facts.get("redis.protected_mode") == "yes"


def _worded(value: FactValue) -> str:
    text = fact_text(value)
    return f"TLS {text}" if text[:1].isdigit() else text
