"""Importing: rows, counts and plan are the file's; a bad file is told with its line, and nothing is stored."""

import json

import pytest

from recon import PlanError, store
from recon.cli.app import build
from recon.store import Filter, importing
from recon.store.comparing import compare
from recon.store.importing import import_file, nmap

HEAD = (
    '<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap" version="7.94" start="1700000000">\n'
    '<scaninfo type="connect" protocol="tcp" numservices="6" services="22-25,80,443"/>\n'
    '<scaninfo type="udp" protocol="udp" numservices="1" services="53"/>\n'
)
TAIL = '<runstats><finished time="1700000009" elapsed="8.50"/></runstats>\n</nmaprun>\n'
SSH = (
    '<service name="ssh" product="OpenSSH" version="9.2p1" extrainfo="protocol 2.0" method="probed" conf="10">'
    "<cpe>cpe:/o:linux:linux_kernel</cpe><cpe>cpe:/a:openbsd:openssh:9.2p1</cpe></service>"
)
HTTPS = '<service name="http" product="web&lt;x" tunnel="ssl" method="probed" conf="8"/>'
NUMBER = '<service name="http" method="table" conf="3"/>'


def port(number, state="open", service="", transport="tcp", reason="syn-ack"):
    """One port element."""
    told = f'<state state="{state}" reason="{reason}" reason_ttl="64"/>'
    return f'<port protocol="{transport}" portid="{number}">{told}{service}</port>\n'


def host(addr, *ports, status="up", extra=""):
    """One host element, its name the user's."""
    return (
        f'<host starttime="1700000001" endtime="1700000002"><status state="{status}"/><address addr="{addr}"'
        ' addrtype="ipv4"/><address addr="00:00:5E:00:53:01" addrtype="mac"/>'
        '<hostnames><hostname name="a.example" type="user"/><hostname name="ptr.example" type="PTR"/></hostnames>'
        f'<ports>{extra}{"".join(ports)}</ports><times srtt="850"/></host>\n'
    )


WHOLE = (
    HEAD
    + host(
        "10.0.0.1", port(22, service=SSH), port(443, service=HTTPS), port(80, service=NUMBER),
        port(53, "open|filtered", transport="udp", reason="no-response"), port(9, transport="sctp"),
        extra='<extraports state="closed" count="3"/>',
    )
    + host("10.0.0.2", port(22, "closed", reason="reset"), port(25, "filtered", reason="admin-prohibited"),
           port(24, "filtered", reason="no-response"))
    + host("10.0.0.3", status="down")
    + TAIL
)  # fmt: skip


@pytest.fixture
def import_(tmp_path):
    """Import a text."""

    def run(text, kind=None, name="scan"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_file(path, kind)

    return run


def test_rows_are_what_nmap_tells(import_):
    run = import_(WHOLE).run
    rows = {(one.addr, one.port, one.transport): one for one in run.records()}
    assert sorted((*key, one.state, one.reason) for key, one in rows.items()) == [
        ("10.0.0.1", 22, "tcp", "open", "syn-ack"),
        ("10.0.0.1", 53, "udp", "open|silent", "no-response"),
        ("10.0.0.1", 80, "tcp", "open", "syn-ack"),
        ("10.0.0.1", 443, "tcp", "open", "syn-ack"),
        ("10.0.0.2", 22, "tcp", "closed", "reset"),
        ("10.0.0.2", 25, "tcp", "unreachable", "admin-prohibited"),
    ]
    ssh = rows["10.0.0.1", 22, "tcp"]
    assert (ssh.at, ssh.host, ssh.rtt_us, ssh.ttl) == ("2023-11-14T22:13:22.000000Z", "a.example", 850, 64)
    service = ssh.services[0]
    assert (service.name, service.vendor, service.product, service.version) == ("ssh", "openbsd", "OpenSSH", "9.2p1")
    assert (service.cpe, service.confidence) == ("cpe:2.3:a:openbsd:openssh:9.2p1:*:*:*:*:*:*:*", 0.9)
    assert (service.evidence["probe"], ssh.facts) == ("import", {"ssh.extrainfo": "protocol 2.0"})
    web = rows["10.0.0.1", 443, "tcp"].services[0]
    assert (web.product, web.tls, web.confidence, web.cpe) == ("web<x", True, 0.8, None)
    assert rows["10.0.0.1", 80, "tcp"].services == []


def test_plan_and_counts_are_the_files(import_):
    imported = import_(WHOLE)
    run, summary = imported.run, imported.run.summary
    assert imported.left_out == {"sctp": 1}
    assert (run.kind, run.state, run.plan.targets) == ("import", store.RunState.COMPLETE, 14)
    assert (summary.open, summary.closed, summary.unreachable, summary.silent) == (3, 4, 1, 2)
    assert (summary.unknown, summary.sent, summary.elapsed_s, summary.exit) == (4, 0, 8.5, 3)
    assert summary.backend == "import of nmap 7.94"
    assert all(position is not None for position, _ in run.rows())


def test_an_imported_run_is_filtered_and_compared(import_):
    first = import_(WHOLE).run
    newer = import_(WHOLE.replace("9.2p1", "9.9"), name="newer").run
    assert [one.port for one in first.records(Filter.parse(["product=OpenSSH"]))] == [22]
    assert [(one.kind, one.record.port) for one in compare(first, newer)] == [("changed", 22)]


def test_many_rows_and_small_pieces_are_read_alike(import_, monkeypatch):
    whole = HEAD + "".join(host(f"10.1.{index // 250}.{index % 250}", port(80)) for index in range(2500)) + TAIL
    expected = sorted(row for _, row in import_(whole).run.rows())
    assert len(expected) == 2500
    monkeypatch.setattr(nmap, "PIECE", 7)
    monkeypatch.setattr(importing, "ROWS", 100)
    assert sorted(row for _, row in import_(whole).run.rows()) == expected


ENTITY = '<!DOCTYPE nmaprun [<!ENTITY a "b">]>\n<nmaprun>&a;</nmaprun>'
OUTSIDE = '<!DOCTYPE nmaprun [\n<!ENTITY % a SYSTEM "file:///etc/hostname">]>\n<nmaprun/>'


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (ENTITY, 1, "a"),
        (OUTSIDE, 2, "a"),
        ("<html></html>", 1, "html"),
        (HEAD, 6, "nmaprun"),
        (HEAD + "<host></hosts>", 6, "host"),
        (HEAD + "<a>" * 100, 6, "a"),
        (HEAD.replace("22-25", "22;25"), 4, "22;25,80,443"),
        (HEAD + host("10.0.0.256"), 6, "10.0.0.256"),
        (HEAD + host("10.0.0.1", port(65536)), 6, "65536"),
        (HEAD + host("10.0.0.1", port(80), port(22, "ajar")), 7, "ajar"),
        (HEAD + host("10.0.0.1", '<port protocol="tcp" portid="7"/>\n') + TAIL, 6, "7"),
        (HEAD + host("10.0.0.1", port(22, service='<service name="x" conf="11"/>')), 6, "11"),
        (HEAD + host("10.0.0.1", port(22)).replace("1700000002", "yesterday"), 7, "yesterday"),
        (HEAD + TAIL.replace("8.50", "nan"), 6, "nan"),
    ],
)
def test_a_bad_file_is_told_with_line_and_word_and_not_stored(import_, text, line, word):
    with pytest.raises(PlanError) as told:
        import_(text)
    assert told.value.word == word
    assert f"scan, line {line}: " in told.value.why
    assert store.runs() == []


def test_a_tag_without_end_is_refused_before_it_fills_the_memory(import_, monkeypatch):
    monkeypatch.setattr(nmap, "LONGEST", 1 << 20)
    with pytest.raises(PlanError, match="more than 1 MiB"):
        import_(HEAD + '<x y="' + "z" * (3 << 20))


def test_an_empty_scan_and_an_unknown_file_are_refused(import_, tmp_path):
    for text, why in ((HEAD + TAIL, "no port of any address"), ("hello", "none of the files"), ("", "none of")):
        with pytest.raises(PlanError, match=why):
            import_(text)
    with pytest.raises(PlanError, match="cannot be read"):
        import_file(tmp_path / "nowhere.xml")
    assert store.runs() == []


MASSCAN = """[
{   "ip": "10.0.0.1",   "timestamp": "1700000000", "ports": [ {"port": 80, "proto": "tcp", "status": "open", "reason": "syn-ack", "ttl": 64} ] }
,
{   "ip": "10.0.0.1",   "timestamp": "1700000001", "ports": [ {"port": 80, "proto": "tcp", "service": {"name": "http", "banner": "x"}} ] },
{   "ip": "10.0.0.2",   "timestamp": "1700000001", "ports": [ {"port": 53, "proto": "udp", "status": "open", "reason": "none", "ttl": 60} ] },
{   "ip": "10.0.0.2",   "timestamp": "1700000002", "ports": [ {"port": 53, "proto": "udp", "status": "open", "reason": "none", "ttl": 60} ] }
]
"""  # noqa: E501 - as it is written
NAABU = """{"host":"a.example","ip":"10.0.0.1","timestamp":"2026-11-23T10:00:00.123456789Z","port":443,"protocol":"tcp","tls":true}
{"ip":"10.0.0.2","timestamp":"2026-11-23T10:00:01Z","port":22,"protocol":"tcp"}
"""  # noqa: E501 - as it is written


def test_masscan_is_recognised_and_each_port_stored_once(import_):
    run = import_(MASSCAN).run
    found = sorted((one.addr, one.port, one.transport, one.ttl) for one in run.records())
    assert found == [("10.0.0.1", 80, "tcp", 64), ("10.0.0.2", 53, "udp", 60)]
    assert (run.summary.open, run.summary.unknown, run.summary.silent) == (2, 2, 0)


def test_naabu_is_recognised(import_):
    run = import_(NAABU).run
    found = sorted((one.addr, one.host, one.port, one.at) for one in run.records())
    assert found == [
        ("10.0.0.1", "a.example", 443, "2026-11-23T10:00:00.123456Z"),
        ("10.0.0.2", None, 22, "2026-11-23T10:00:01.000000Z"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (NAABU + '{"ip":"10.0.0.2","timestamp":"2026-11-23T10:00:01Z","port":-1}', 3, "-1"),
        (NAABU + '{"ip":', 3, '{"ip":'),
        (NAABU + "[" * 20000, 3, "[" * 39),
        (NAABU.replace("10:00:01Z", "soon"), 2, "2026-11-23Tsoon"),
        (MASSCAN.replace("10.0.0.2", "ten"), 5, "ten"),
        (MASSCAN.replace('"open"', '"ajar"'), 2, "ajar"),
    ],
)
def test_a_bad_line_is_told_and_nothing_is_stored(import_, text, line, word):
    with pytest.raises(PlanError) as told:
        import_(text)
    assert told.value.word.startswith(word)
    assert f"line {line}: " in told.value.why
    assert store.runs() == []


def test_text_that_no_row_can_hold_is_refused(import_):
    with pytest.raises(PlanError, match="cannot hold"):
        import_(NAABU.replace("a.example", "\\ud800"))
    assert store.runs() == []


def test_the_command_stores_and_says_where(tmp_path, capfd):
    (tmp_path / "scan.xml").write_text(WHOLE)
    build(["import"])(["import", str(tmp_path / "scan.xml")], standalone_mode=False)
    told = capfd.readouterr().err
    assert f"imported 6 rows; stored as {store.runs()[0].id}" in told
    assert "left out 1 port of sctp" in told
    build(["show"])(["show", "last", "port=22", "--format", "jsonl"], standalone_mode=False)
    assert [json.loads(row)["state"] for row in capfd.readouterr().out.splitlines()] == ["open", "closed"]
    with pytest.raises(PlanError, match="not one of nmap-xml"):
        build(["import"])(["import", "x", "--as", "csv"], standalone_mode=False)
