"""Not one raw packet leaves for an address outside the scope, whatever line the engine is handed. As root."""

import json
import sys

import pytest

RANGE, INSIDE = "127.31.7.0/29", "127.31.7.1"

pytestmark = [pytest.mark.root, pytest.mark.lab]

RAW = """
import json, socket, struct, sys
from dataclasses import replace
import pluggy, recon, recon.hookspecs
from recon.plugins import Plugins
from recon.scope import Scope
tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
tap.bind(("lo", 0))
tap.settimeout(0)
plan = recon.Plan.parse(sys.argv[1], ports="9,U:9", backend="raw", enumerate=False, show=["unknown"], timeout_ms=500)
manager = pluggy.PluginManager("recon")
manager.add_hookspecs(recon.hookspecs)
with recon.sweep(replace(plan, scope=Scope((sys.argv[2],), ())), plugins=Plugins(manager)) as sweep:
    unknown = sorted({record.addr for batch in sweep for record in batch})
seen = set()
try:
    while True:
        packet = tap.recv(2048)
        seen |= {socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])}
except BlockingIOError:
    pass
print(json.dumps([sorted(seen), unknown, sweep.summary.errors]))
"""


def test_no_raw_packet_leaves_out_of_scope(namespace):
    seen, unknown, errors = json.loads(namespace.run(sys.executable, "-c", RAW, RANGE, INSIDE))
    assert INSIDE in seen
    assert [addr for addr in seen if addr.startswith("127.31.7.") and addr != INSIDE] == []
    assert len(unknown) == 7
    assert errors == {"ESCOPE": 14}
