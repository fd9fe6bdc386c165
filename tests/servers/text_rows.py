"""Real servers that speak in lines of text, and the old services of inetd. Data; starts nothing."""

from __future__ import annotations

from server_row import Port, Server

TEXT = (
    Server(
        "inetd",
        "inetutils-inetd",
        (
            Port("echo", 7, "echo"),
            Port("daytime", 13, "daytime"),
            Port("chargen", 19, "chargen"),
        ),
        "inetutils-inetd -d @D/c",
        config="""\
127.0.0.1:echo stream tcp nowait root internal
127.0.0.1:daytime stream tcp nowait root internal
127.0.0.1:chargen stream tcp nowait root internal
""",
    ),
    Server(
        "oidentd",
        "oidentd",
        (Port("oidentd", 113, "ident"),),
        "oidentd -i -a 127.0.0.1 -p 113",
    ),
    Server(
        "inspircd",
        "inspircd",
        (Port("inspircd", 6668, "irc"),),
        "inspircd --nofork --runasroot --config @D/c",
        config="""\
<server name="irc.example.test" description="test" network="test">
<admin name="a" nick="a" email="a@example.test">
<bind address="127.0.0.1" port="6668" type="clients">
<connect allow="*">
<pid file="@D/pid">
<log method="file" type="*" level="default" target="@D/irc.log">
""",
    ),
    Server(
        "prosody",
        "prosody",
        (Port("prosody", 5222, "xmpp"),),
        "setpriv --reuid prosody --regid prosody --init-groups prosody -F --config @D/prosody.cfg.lua",
        before="chown prosody @D; cp @D/c @D/prosody.cfg.lua",
        config="""\
data_path = "@D"
pidfile = "@D/pid"
interfaces = { "127.0.0.1" }
c2s_require_encryption = false
modules_disabled = { "s2s" }
ssl = { certificate = "@CRT"; key = "@KEY" }
VirtualHost "localhost"
""",
    ),
    Server(
        "kamailio",
        "kamailio",
        (
            Port("kamailio", 5060, "sip", "Kamailio", version=True),
            Port("kamailio-udp", 5060, "sip", "Kamailio", version=True, transport="udp"),
        ),
        "kamailio -DD -E -f @D/c -Y @D",
        config="""\
children=1
listen=udp:127.0.0.1:5060
listen=tcp:127.0.0.1:5060
loadmodule "sl.so"
request_route {
  sl_send_reply("404", "Not here");
}
""",
    ),
    Server(
        "aiosmtpd",
        "python3-aiosmtpd",
        (Port("aiosmtpd", 2527, "smtp", "aiosmtpd", version=True),),
        "/usr/bin/python3 -m aiosmtpd -n -l 127.0.0.1:2527",
    ),
    Server(
        "pure-ftpd",
        "pure-ftpd",
        (Port("pure-ftpd", 2122, "ftp", "Pure-FTPd"),),
        "@ROOT/usr/sbin/pure-ftpd -S 127.0.0.1,2122 -H -l unix",
        unpacked=True,
    ),
    Server(
        "pyftpdlib",
        "python3-pyftpdlib",
        (Port("pyftpdlib", 2123, "ftp", "pyftpdlib", version=True),),
        "/usr/bin/python3 -m pyftpdlib -i 127.0.0.1 -p 2123 -d @D/e",
        before="mkdir @D/e",
    ),
    Server(
        "svnserve",
        "subversion",
        (Port("svnserve", 3690, "svn", "svnserve"),),
        "svnserve -d --foreground --listen-host 127.0.0.1 --listen-port 3690 -r @D",
    ),
    Server(
        "git-daemon",
        "git",
        (Port("git-daemon", 9418, "git", "git daemon", hinted=True),),
        "git daemon --listen=127.0.0.1 --port=9418 --base-path=@D",
    ),
    Server(
        "xrdp",
        "xrdp",
        (Port("xrdp", 3389, "rdp"),),
        "xrdp --nodaemon --config @D/xrdp.ini",
        before="sed -e 's,^port=.*,port=tcp://127.0.0.1:3389,' -e 's,^certificate=.*,certificate=@CRT,'"
        " -e 's,^key_file=.*,key_file=@KEY,' -e 's,^LogFile=.*,LogFile=@D/xrdp.log,' /etc/xrdp/xrdp.ini > @D/xrdp.ini;"
        " mkdir -p /run/xrdp",
    ),
)
