"""How a sweep ends before its time while enumerators talk: stop, Ctrl-C."""

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from enumerator_lab import DEMO, HELLO, LONGEST_S, WHOLE_DEADLINE_S, enumerator

import recon
from recon import Fact

INTERRUPTED = """
import json, sys, time
sys.path.insert(0, sys.argv[2])
from conftest import plugins_of
from enumerator_lab import DEMO, enumerator
import recon
from recon import Fact

async def talk(conn, found):
    yield Fact("told", 1)
    print("talking", flush=True)
    await conn.receive(timeout_s=60)

plugins = plugins_of(recon_probes=lambda: [DEMO], recon_enumerators=lambda: [enumerator(talk)])
sweep = recon.sweep(recon.Plan.parse("127.0.0.1", ports=sys.argv[1], deep=True), plugins=plugins)
try:
    with sweep:
        for batch in sweep:
            pass
except KeyboardInterrupt:
    raised = time.monotonic()
    print(json.dumps({"raised": raised, "interrupted": sweep.summary.interrupted, "exit": sweep.summary.exit}))
"""


def interrupt(serve, drain):
    """Ctrl-C a sweep in mid-conversation; what it says of itself then."""
    server = serve(lambda connection: (connection.sendall(HELLO), drain(connection)))
    here = Path(__file__).parent
    script = f"import sys\nsys.path.insert(0, {str(here)!r})\n{INTERRUPTED}"
    words = [sys.executable, "-c", script, str(server.port), str(here.parent)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "talking\n"
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=LONGEST_S)
    assert process.returncode == 0, errors
    said = json.loads(output.splitlines()[-1])
    assert said["raised"] - sent < WHOLE_DEADLINE_S / 2
    return said


def test_ctrl_c_in_mid_conversation_is_raised_at_once(serve, drain):
    interrupt(serve, drain)


def test_ctrl_c_in_mid_conversation_is_told_by_the_summary(serve, drain):
    said = interrupt(serve, drain)
    assert (said["interrupted"], said["exit"]) == (True, 130)


def test_stop_in_mid_conversation_keeps_the_row_and_what_was_learnt(serve, drain, plugins_of):
    talking = threading.Event()

    async def talk(conn, _found):
        yield Fact("told", 1)
        talking.set()
        await conn.receive(timeout_s=60)

    server = serve(lambda connection: (connection.sendall(HELLO), drain(connection)))
    plugins = plugins_of(recon_probes=lambda: [DEMO], recon_enumerators=lambda: [enumerator(talk)])
    plan = recon.Plan.parse("127.0.0.1", ports=str(server.port), deep=True)
    with recon.sweep(plan, plugins=plugins) as sweep:
        stopper = threading.Thread(target=lambda: talking.wait(LONGEST_S) and sweep.stop())
        stopper.start()
        begun = time.monotonic()
        records = [record for batch in sweep for record in batch]
        stopper.join()
    assert time.monotonic() - begun < WHOLE_DEADLINE_S / 2
    assert [record.facts["demo.told"] for record in records] == [1]
