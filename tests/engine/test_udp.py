"""UDP over few sockets: answers, refusals and silence, each for the port that it is about."""

import contextlib
import socket
import threading
from dataclasses import replace

import pytest

import recon
from recon import Match, Probe
from recon.probes import games

QUESTION = b"\x00\x01recon\x00octet\x00"
REFUSAL = b"\x00\x05\x00\x01No such file\x00"
CHALLENGE = b"\xff\x00{1"
PATIENCE_MS = 20_000


def transfers(port):
    """A probe whose server answers from another port, like TFTP's."""
    return Probe(
        "transfers",
        ports=str(port),
        transport="udp",
        send=QUESTION,
        wait_ms=PATIENCE_MS,
        answers_elsewhere=True,
        matches=[
            Match(
                rb"^\x00\x05\x00(?P<code>[\s\S])(?P<error>[ -~]{4,})",
                service="transfers",
                reply=b"THANKS {2}",
                examples={REFUSAL: {"error": "No such file"}},
            ),
            Match(rb"^WELCOME (?P<version>\d\.\d)", service="transfers", product="T", examples={b"WELCOME 1.2": {}}),
        ],
    )


def game(port):
    """A probe whose server wants a number of its own repeated before it tells anything."""
    return Probe(
        "game",
        ports=str(port),
        transport="udp",
        send=b"\xff\xff\xff\xffINFO\x00",
        wait_ms=PATIENCE_MS,
        matches=[
            Match(
                rb"^\xff\xff\xff\xffA([\s\S]{4})$",
                service="game",
                name="game.challenge",
                reply=b"\xff\xff\xff\xffINFO\x00{1}",
                examples={b"\xff\xff\xff\xffA1234": {"service": "game"}},
            ),
            Match(
                rb"^\xff\xff\xff\xffI(?P<title>[^\x00]+)\x00v(?P<version>\d+\.\d+)",
                service="game",
                product="Game",
                examples={b"\xff\xff\xff\xffIours\x00v1.2": {"version": "1.2", "title": "ours"}},
            ),
        ],
    )


@pytest.fixture
def answering():
    """Start UDP servers: ``answering(answer)`` calls ``answer(socket, data, peer)`` for each datagram."""
    with contextlib.ExitStack() as ends:

        def begin(answer, addr="127.0.0.1"):
            family = socket.AF_INET6 if ":" in addr else socket.AF_INET
            listener = ends.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            listener.bind((addr, 0))
            over = threading.Event()

            def serve():
                while True:
                    data, peer = listener.recvfrom(65_535)
                    if over.is_set():
                        return
                    answer(listener, data, peer)

            thread = threading.Thread(target=serve)
            thread.start()

            def end():
                over.set()
                bound = listener.getsockname()
                with socket.socket(family, socket.SOCK_DGRAM) as last:
                    last.sendto(b"", (("127.0.0.1", "::1")[":" in addr], bound[1]))
                thread.join()

            ends.callback(end)
            return listener.getsockname()[1]

        yield begin


@pytest.fixture
def mute():
    """A UDP port of every address of this machine that never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("0.0.0.0", 0))
        yield listener.getsockname()[1]


@pytest.fixture
def closed():
    """A UDP port that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("0.0.0.0", 0))
        return listener.getsockname()[1]


def echo(listener, data, peer):
    """Answer with what came."""
    listener.sendto(b"said " + data, peer)


ALL = ("open", "closed", "unreachable", "silent", "unknown")


def test_an_answer_is_open_a_refusal_closed_and_silence_counted(run, answering, mute, closed):
    port = answering(echo)
    outcome = run("127.0.0.1", ports=f"U:{port},U:{mute},U:{closed}", show=("open", "closed"), timeout_ms=2000)
    assert {(one.port, one.state, one.reason, one.banner) for one in outcome.records} == {
        (port, "open", "response", b"said "),
        (closed, "closed", "port-unreachable", b""),
    }
    assert (outcome.summary.open, outcome.summary.closed, outcome.summary.silent) == (1, 1, 1)
    assert all(one.transport == "udp" and one.rtt_us is not None for one in outcome.records if one.state == "open")


def test_ipv6_is_told_apart_just_so(run, answering):
    try:
        port = answering(echo, "::1")
    except OSError:
        pytest.skip("this machine has no ::1")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as listener:
        listener.bind(("::1", 0))
        closed = listener.getsockname()[1]
    outcome = run("::1", ports=f"U:{port},U:{closed}", show=("open", "closed"))
    assert outcome.states == {("::1", port): "open", ("::1", closed): "closed"}


def test_silence_becomes_rows_only_on_request_one_for_each_target(run, mute):
    assert run("127.4.0.0/26", ports=f"U:{mute}").records == []
    outcome = run("127.4.0.0/26", ports=f"U:{mute}", show=("open", "silent"), passes=2, timeout_ms=200)
    assert {(one.state, one.reason, one.rtt_us, one.banner) for one in outcome.records} == {
        ("open|silent", "no-response", None, b"")
    }
    assert len({one.addr for one in outcome.records}) == len(outcome.records) == 64 == outcome.summary.silent
    assert outcome.summary.sent == 128


def test_a_printer_s_port_is_never_asked_and_says_so(run):
    outcome = run("127.0.0.1", ports="U:9100", show=("silent",), passes=1)
    assert [(one.state, one.reason) for one in outcome.records] == [("open|silent", "never-asked")]
    assert (outcome.summary.sent, outcome.summary.silent) == (0, 1)


def test_a_silent_tcp_port_is_no_row(run, serve):
    server = serve()
    assert run("127.0.0.1", ports=str(server.port), show=("silent",), passes=1).summary.open == 1
    assert recon.Plan.parse("127.0.0.1", ports="80", show=("silent",)).show == ("silent",)


def test_every_port_of_a_host_is_settled_in_one_sweep_and_our_own_sockets_answer_nothing(run, answering):
    port = answering(echo)
    outcome = run(
        "127.0.0.1", ports="U:1-65535", passes=1, show=("open", "closed"),
        timeout_ms=5000,
    )  # fmt: skip
    assert port in outcome.open_ports
    said = {one.port: one.banner for one in outcome.records if one.state == "open"}
    assert all(banner for banner in said.values()), said
    assert sum(one.reason == "own-port" for one in outcome.records) >= 1
    assert outcome.summary.unknown == 0


def test_twenty_thousand_targets_go_through_a_small_window(run, closed, mute):
    outcome = run("127.5.0.0/16", ports=f"U:{closed}", exclude=["127.5.128.0/17"], passes=1, enumerate=False)
    assert (outcome.summary.closed, outcome.summary.targets) == (32_768, 32_768)
    silent = run(
        "127.6.0.0/19", "127.6.64.0/20", "127.6.96.0/21", ports=f"U:{mute}",
        passes=1, enumerate=False, window=256, timeout_ms=100,
    )  # fmt: skip
    assert silent.summary.silent == silent.summary.sent == 14_336


def test_a_follow_up_carries_the_bytes_that_the_answer_gave(run, answering, plugins_of):
    heard = []

    def talk(listener, data, peer):
        heard.append(data)
        wanted = b"\xff\xff\xff\xffINFO\x00" + CHALLENGE
        listener.sendto(b"\xff\xff\xff\xffIours\x00v2.7" if data == wanted else b"\xff\xff\xff\xffA" + CHALLENGE, peer)

    port = answering(talk)
    outcome = run("127.0.0.1", ports=f"U:{port}", plugins=plugins_of(recon_probes=lambda: [game(port)]))
    (record,) = outcome.records
    assert [(one.name, one.product, one.version) for one in record.services] == [("game", "Game", "2.7")]
    assert record.facts["game.title"] == "ours"
    assert heard == [b"\xff\xff\xff\xffINFO\x00", b"\xff\xff\xff\xffINFO\x00" + CHALLENGE]
    assert outcome.summary.sent == len(heard)


def test_a_source_server_tells_its_game_once_its_challenge_comes_back(run, answering, plugins_of):
    told = (
        b"\xff\xff\xff\xffI\x11Ours\x00de_dust2\x00csgo\x00Counter-Strike\x00\xda\x02\x03\x14\x00dl\x00\x011.38.7.9\x00"
    )

    def talk(listener, data, peer):
        listener.sendto(told if data.endswith(CHALLENGE) else b"\xff\xff\xff\xffA" + CHALLENGE, peer)

    port = answering(talk)
    (probe,) = (replace(one, ports=str(port), wait_ms=PATIENCE_MS) for one in games.PROBES if one.name == "a2s")
    outcome = run("127.0.0.1", ports=f"U:{port}", plugins=plugins_of(recon_probes=lambda: [probe]))
    (record,) = outcome.records
    assert (record.facts["a2s.game"], record.facts["a2s.game_version"]) == ("Counter-Strike", "1.38.7.9")


def test_a_server_that_always_wants_another_number_is_asked_so_often_and_no_more(run, answering, plugins_of):
    heard = []

    def talk(listener, data, peer):
        heard.append(data)
        listener.sendto(b"\xff\xff\xff\xffA%04d" % len(heard), peer)

    port = answering(talk)
    outcome = run("127.0.0.1", ports=f"U:{port}", plugins=plugins_of(recon_probes=lambda: [game(port)]))
    (record,) = outcome.records
    assert [one.name for one in record.services] == ["game"]
    assert len(heard) == 4


def test_an_answer_from_another_port_counts_and_the_next_question_goes_there(run, answering, plugins_of, closed):
    later = []

    def answer(_, data, peer):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as transfer:
            transfer.settimeout(30)
            transfer.bind(("127.0.0.1", 0))
            transfer.sendto(REFUSAL, peer)
            later.append((data, transfer.recvfrom(99)))
            transfer.sendto(b"WELCOME 3.4", peer)

    port = answering(answer)
    plugins = plugins_of(recon_probes=lambda: [transfers(port)])
    outcome = run("127.0.0.1", ports=f"U:{port},U:{closed}", plugins=plugins, threads=1)
    (record,) = outcome.records
    assert (record.port, record.state, record.banner) == (port, "open", REFUSAL)
    assert [(one.product, one.version) for one in record.services] == [("T", "3.4")]
    ((asked, (replied, _)),) = later
    assert (asked, replied) == (QUESTION, b"THANKS No such file")
    assert outcome.summary.closed == 1


def test_what_another_port_says_counts_only_where_it_could_be_no_other_s(run, answering, plugins_of):
    """Two ports of one host were asked for transfers: an answer from a third could be either's."""
    both = threading.Barrier(2)

    def answer(listener, _, peer):
        both.wait(60)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as transfer:
            transfer.bind(("127.0.0.1", 0))
            transfer.sendto(REFUSAL, peer)
        both.wait(60)
        listener.sendto(b"mine", peer)

    ports = [answering(answer) for _ in range(2)]
    probe = transfers(f"{ports[0]},{ports[1]}")
    words = ",".join(f"U:{port}" for port in ports)
    outcome = run("127.0.0.1", ports=words, plugins=plugins_of(recon_probes=lambda: [probe]), threads=1)
    assert {(one.port, one.banner, len(one.services)) for one in outcome.records} == {(p, b"mine", 0) for p in ports}


@pytest.mark.parametrize(
    ("addr", "said"), [("127.0.0.2", b"hello"), ("127.0.0.2", REFUSAL), ("127.0.0.1", b"hello"), ("127.0.0.1", b"")]
)
def test_a_stranger_s_answer_is_believed_of_nobody(run, answering, plugins_of, addr, said):
    """From another address nothing counts; from another port nothing but an answer to a question of that kind."""

    def answer(listener, _, peer):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind((addr, 0))
            stranger.sendto(said, peer)
        listener.sendto(b"mine", peer)

    port = answering(answer)
    outcome = run("127.0.0.1", ports=f"U:{port}", plugins=plugins_of(recon_probes=lambda: [transfers(port)]))
    assert [(one.banner, one.services) for one in outcome.records] == [(b"mine", [])]


def test_a_flood_of_answers_is_one_row(run, answering):
    def flood(listener, _, peer):
        for _ in range(500):
            listener.sendto(b"x" * 1000, peer)

    port = answering(flood)
    outcome = run("127.0.0.1", ports=f"U:{port}", timeout_ms=PATIENCE_MS)
    assert [(one.state, one.banner) for one in outcome.records] == [("open", b"x" * 1000)]


def test_every_datagram_claims_its_slot_of_the_cap(run, answering, plugins_of):
    ports = [answering(lambda listener, _, peer: listener.sendto(b"\xff\xff\xff\xffA1234", peer)) for _ in range(8)]
    plugins = plugins_of(recon_probes=lambda: [game(",".join(map(str, ports)))])
    outcome = run("127.0.0.1", ports=",".join(f"U:{port}" for port in ports), plugins=plugins, rate=20)
    assert (outcome.summary.open, outcome.summary.sent) == (8, 8 * 4)
    assert outcome.summary.elapsed_s >= (8 * 4 - 1) / 20, "faster than the cap"


def test_the_port_that_the_user_named_is_where_all_questions_come_from(run, answering, closed):
    peers = []

    def note(listener, data, peer):
        peers.append(peer[1])
        echo(listener, data, peer)

    ports = [answering(note) for _ in range(8)]
    words = ",".join(f"U:{port}" for port in ports)
    outcome = run("127.0.0.1", ports=words, source_port=closed, timeout_ms=PATIENCE_MS)
    assert (outcome.open_ports, set(peers)) == (set(ports), {closed})
