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
        "gophernicus",
        "gophernicus",
        (Port("gophernicus", 70, "gopher", "Gophernicus", version=True),),
        "inetutils-inetd -d @D/c",
        config="127.0.0.1:70 stream tcp nowait nobody /usr/sbin/gophernicus gophernicus -h example.test -r @D\n",
    ),
    Server(
        "tinysshd",
        "tinysshd",
        (Port("tinysshd", 2223, "ssh", "TinySSH", version=True, revision=True),),
        "inetutils-inetd -d @D/c",
        before="tinysshd-makekey @D/keys",
        config="127.0.0.1:2223 stream tcp nowait root /usr/sbin/tinysshd tinysshd @D/keys\n",
    ),
    Server(
        "cvs",
        "cvs",
        (Port("cvs", 2401, "cvspserver", "CVS"),),
        "inetutils-inetd -d @D/c",
        config="127.0.0.1:2401 stream tcp nowait root /usr/bin/cvs cvs -f --allow-root=@D pserver\n",
    ),
    Server(
        "oidentd",
        "oidentd",
        (Port("oidentd", 113, "ident"),),
        "oidentd -i -a 127.0.0.1 -p 113",
    ),
    Server(
        "dictd",
        "dictd",
        (Port("dictd", 2628, "dict", "dictd", version=True),),
        "dictd -d nodetach -c @D/c --listen-to 127.0.0.1 --locale C.UTF-8",
        before="printf 'x\\tA\\tB\\n' > @D/x.index; echo text > @D/x.dict",
        config='access { allow * }\ndatabase x { data "@D/x.dict" index "@D/x.index" }\n',
    ),
    Server(
        "ngircd",
        "ngircd",
        (Port("ngircd", 6667, "irc", "ngIRCd"),),
        "ngircd -n -f @D/c",
        config="""\
[Global]
  Name = irc.example.test
  Info = test
  Listen = 127.0.0.1
  Ports = 6667
  AdminEMail = a@example.test
  ServerUID = irc
  ServerGID = irc
[Options]
  PAM = no
  Ident = no
  DNS = no
""",
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
        "bitlbee",
        "bitlbee",
        (Port("bitlbee", 6669, "irc", "BitlBee"),),
        "bitlbee -D -n -i 127.0.0.1 -p 6669 -d @D -c @D/c -P @D/pid",
        config="[settings]\nRunMode = Daemon\nUser = bitlbee\n",
    ),
    Server(
        "znc",
        "znc",
        (Port("znc", 6670, "http", "ZNC", version=True, revision=True, distro="Debian"),),
        "setpriv --reuid nobody --regid nogroup --clear-groups znc -f -d @D/z",
        before="mkdir -p @D/z/configs; cp @D/c @D/z/configs/znc.conf; chown -R nobody @D",
        config="""\
Version = 1.8.2
<Listener l>
  Port = 6670
  IPv4 = true
  IPv6 = false
  SSL = false
</Listener>
<User u>
  Pass = plain#x
  Admin = true
</User>
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
modules_enabled = { "tls", "saslauth" }
c2s_require_encryption = false
modules_disabled = { "s2s" }
ssl = { certificate = "@CRT"; key = "@KEY" }
VirtualHost "127.0.0.1"
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
        (Port("git-daemon", 9418, "git", "git daemon"),),
        "git daemon --listen=127.0.0.1 --port=9418 --base-path=@D",
    ),
    Server(
        "gpsd",
        "gpsd",
        (Port("gpsd", 2947, "gpsd", "gpsd", version=True),),
        "gpsd -N -n -S 2947 -F @D/ctl",
    ),
    Server(
        "tor",
        "tor",
        (
            Port("tor-control", 9051, "tor-control", "Tor", version=True),
            Port("tor-socks", 9050, "socks5", "Tor"),
        ),
        "tor -f @D/c",
        config="DataDirectory @D/t\nSocksPort 127.0.0.1:9050\nControlPort 127.0.0.1:9051\nLog err stderr\n",
    ),
    Server(
        "danted",
        "dante-server",
        (Port("danted", 1080, "socks5"),),
        "danted -f @D/c",
        config="""\
internal: 127.0.0.1 port = 1080
external: 127.0.0.1
socksmethod: none
clientmethod: none
user.privileged: root
user.unprivileged: nobody
client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
socks block { from: 0.0.0.0/0 to: 0.0.0.0/0 }
""",
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
    Server(
        "mumble",
        "mumble-server",
        (
            Port("mumble", 64738, "mumble", "Murmur", version=True, revision=True, distro="Debian", tls=True),
            Port("mumble-udp", 64738, "mumble", "Murmur", version=True, transport="udp"),
        ),
        "murmurd -fg -ini @D/c",
        before="chown -R mumble-server @D",
        config="database=@D/db\nhost=127.0.0.1\nport=64738\nsslCert=@CRT\nsslKey=@KEY\n",
    ),
    Server(
        "telnetd",
        "inetutils-telnetd",
        (Port("telnetd", 23, "telnet"),),
        "inetutils-inetd -d @D/c",
        config="127.0.0.1:telnet stream tcp nowait root /usr/sbin/telnetd telnetd\n",
    ),
    Server(
        "microsocks",
        "microsocks",
        (Port("microsocks", 1081, "socks5"),),
        "microsocks -i 127.0.0.1 -p 1081",
    ),
    Server(
        "xvfb",
        "xvfb",
        (Port("xvfb", 6005, "x11", "X.Org X Server", version=True),),
        "Xvfb :5 -listen tcp -nolisten unix -ac",
    ),
    Server(
        "leafnode",
        "leafnode",
        (Port("leafnode", 119, "nntp", "Leafnode", version=True),),
        "inetutils-inetd -d @D/c",
        before="printf '127.0.0.1 news.home.arpa %s\\n' $(hostname) > @D/hosts; mount --bind @D/hosts /etc/hosts",
        config="127.0.0.1:119 stream tcp nowait news /usr/sbin/leafnode leafnode\n",
    ),
    Server(
        "courier-imap",
        "courier-imap",
        (Port("courier-imap", 1143, "imap", "Courier-IMAP"),),
        "inetutils-inetd -d @D/c",
        before="printf 'exec @ROOT/usr/lib/courier/courier/imaplogin /bin/false /bin/false 2>/dev/null' > @D/run",
        config="127.0.0.1:1143 stream tcp nowait nobody /bin/sh sh @D/run\n",
        unpacked=True,
    ),
)
