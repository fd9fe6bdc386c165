"""Writes the corpora that fuzzing starts from: recorded servers, the pack's own examples, words of the manual.

``python rust/fuzz/seeds.py [FOLDER]`` fills FOLDER/TARGET/ (default: corpus beside this file). Never uses a network.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from recon import plugins
from recon.testing import Transcript, load_transcript

HERE = Path(__file__).resolve().parent
RECORDINGS = HERE.parent.parent / "tests" / "servers" / "recordings"
PACKETS = HERE.parent / "recon-core" / "tests" / "data" / "golden_packets.txt"
EXAMPLE_LIMIT = 2000
"""Bytes of an example that make a good seed; longer ones only slow the start."""
KINDS = {"sent": 0, "received": 1, "secured": 3}
"""The byte that says who spoke, as fuzz_targets/replay.rs reads it."""
EVENTS = {"received": 0, "secured": 3}
"""What a peer does, as fuzz_targets/dialogue.rs reads it."""
WORDS = {
    "ports": ("22,http*,U:53", "top:100", "-100", "60000-", "all,well-known", "U:all", "90-80", "T:1-2-3"),
    "targets": (
        "10.0.0.1:80",
        "10.0.0-3.1-254",
        "10.0.0.0/24",
        "10.0.0.1-10.0.0.9",
        "*.*.*.*",
        "[2001:db8::7/120]:443",
        "2001:db8::1-2001:db8::5",
        "::ffff:10.0.0.1",
        "www.example.com.:443",
        "http://a/",
    ),
    "stored": (
        '\0{"ip":"192.0.2.1","port":22,"timestamp":"1454032217","banner":"SSH-2.0-x\\r\\n"}\n{"banner_base64":"YQ=="}',
        '\0{"ip":"192.0.2.1","ports":[{"port":22,"proto":"tcp","service":{"name":"ssh","banner":"SSH-2.0-x"}}]},',
        '\0{"ip":"192.0.2.1","data":{"http":{"result":{"response":{"status_line":"200 OK","body":"<html>"}}}}}',
        "\x01220 a\\r\\n\n\\x00\\xff\\\\",
    ),
    "cpe": ("\0\0\7openbsd\0\7OpenSSH\1\0\0059.2p1\0\7b\\:c:d:",),
}

BINARY = tuple(b"\xfebin%d" % at + b"\2\0" * 8 + b"187654321" * 3 for at in range(8))
"""Answers for the decoders of rust/fuzz/src/pack.rs."""


def main() -> int:
    """Write all corpora; a seed that is there already is left alone."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "corpus"
    for target, seeds in corpora().items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds):
            (folder / target / f"seed-{number:04}").write_bytes(seed)
    return 0


def corpora() -> dict[str, list[bytes]]:
    """Target name to seeds, in the order that does not change from run to run."""
    talks = [load_transcript(path) for path in sorted(RECORDINGS.glob("*.jsonl"))]
    answers = [data for talk in talks for who, data, _, _ in talk.entries if who == "received"]
    certificates = [der for talk in talks for der in _certificates(talk)]
    return {
        **{target: [word.encode("latin-1") for word in words] for target, words in WORDS.items()},
        "lines": [b"\xff\x00" + answer for answer in answers],
        "http": [answer for answer in answers if answer.startswith(b"HTTP/")],
        "identify": [b"\0\0\0\x20" + answer for answer in (*answers, *BINARY)],
        "jsonl": [b"\0" * 13 + _counted(answer) for answer in answers],
        "patterns": list(_patterns()),
        "tcp": [_segments(talk) for talk in talks],
        "tls_facts": certificates,
        "tls_flight": [_flight(der) for der in certificates],
        "wire": [bytes.fromhex(line.split(" ")[1]) for line in PACKETS.read_text().splitlines()],
        "replay": [_replay(talk) for talk in talks],
        "dialogue": [flags + _events(talk) for talk in talks for flags in (b"\6", b"\0")],
    }


def _counted(data: bytes) -> bytes:
    return struct.pack(">H", min(len(data), 0xFFFF)) + data[:0xFFFF]


def _certificates(talk: Transcript) -> Iterator[bytes]:
    """Certificates behind version, cipher and application protocol, each of which ends with a NUL."""
    for who, data, _, _ in talk.entries:
        if who == "secured" and data.count(b"\0") > len(("version", "cipher", "protocol")):
            yield data.split(b"\0", 3)[3]


def _flight(der: bytes) -> bytes:
    """A ServerHello of TLS 1.0 and a Certificate message, a record each."""
    hello = b"\2" + (38).to_bytes(3, "big") + b"\3\1" + bytes(32) + b"\0\0\x2f\0"
    entry = len(der).to_bytes(3, "big") + der
    body = len(entry).to_bytes(3, "big") + entry
    certificate = b"\x0b" + len(body).to_bytes(3, "big") + body
    return b"".join(b"\x16\3\1" + _counted(message) for message in (hello, certificate))


def _replay(talk: Transcript) -> bytes:
    entries = (bytes([KINDS[who] | (wire % 4) << 6]) + _counted(data) for who, data, _, wire in talk.entries)
    return struct.pack(">H", talk.port) + b"".join(entries)


def _events(talk: Transcript) -> bytes:
    said = ((EVENTS[who], wire, data) for who, data, _, wire in talk.entries if who in EVENTS)
    port = b"\xff" + struct.pack(">H", talk.port)
    return port + b"".join(b"\2" + bytes([wire]) + bytes([kind, wire]) + _counted(data) for kind, wire, data in said)


def _segments(talk: Transcript) -> bytes:
    """A connection whose peer acknowledges and answers at once, as fuzz_targets/tcp.rs reads it."""
    terms = struct.pack(">HHHQB", 0x1234, 0xFFFF, 1460, 0, 0)
    said = ((who, data) for who, data, _, _ in talk.entries)
    events = (b"\2" + _counted(data) if who == "sent" else b"\4" + _segment(0x18, data) for who, data in said)
    return terms + _segment(0x12, b"") + b"".join(events)


def _segment(flags: int, payload: bytes) -> bytes:
    """Numbers that are two ahead of two too few, control bits, window, no MSS, and the bytes."""
    return struct.pack(">BBBHB", 2, 2, flags, 0xFFFF, 0) + _counted(payload)


def _patterns() -> Iterator[bytes]:
    """Each pattern of the pack before its first example."""
    for _, probe in plugins.load().probes():
        for match in probe.matches:
            pattern = match.pattern if isinstance(match.pattern, bytes) else str(match.pattern).encode()
            example = next(iter(match.examples), b"")
            if isinstance(example, bytes) and len(example) <= EXAMPLE_LIMIT:
                yield _counted(pattern) + example


if __name__ == "__main__":
    sys.exit(main())
