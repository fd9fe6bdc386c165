"""FTP servers that come with an operating system, most of them children of the BSD one."""

from __future__ import annotations

from recon_ftp.grammar import HOST, server

_SERVER = HOST + rb"FTP server "

MATCHES = (
    server(
        _SERVER + rb"\(Version wu-(?P<version>\d[\w.-]*)",
        "WU-FTPD",
        {
            b"220 old.example.org FTP server (Version wu-2.6.2(1) Mon Dec 3 15:26:19 MST 2001) ready.": {
                "version": "2.6.2",
                "hostname": "old.example.org",
            },
            b"220 old FTP server (Version wu-2.6.1-20) ready.": {"version": "2.6.1-20"},
        },
        vendor="washington_university",
        cpe="cpe:2.3:a:washington_university:wu-ftpd",
    ),
    server(
        _SERVER + rb"\(Version 6\.4/OpenBSD/Linux-ftpd-(?P<version>\d[\w.]*)\)",
        "Linux ftpd",
        {b"220 box FTP server (Version 6.4/OpenBSD/Linux-ftpd-0.17) ready.": {"version": "0.17"}},
        vendor="netkit",
    ),
    server(
        _SERVER + rb"\(GNU inetutils (?P<version>\d[\w.]*)\)",
        "GNU inetutils ftpd",
        {b"220 box FTP server (GNU inetutils 1.9.4) ready.": {"version": "1.9.4", "hostname": "box"}},
        vendor="gnu",
        cpe="cpe:2.3:a:gnu:inetutils",
    ),
    server(
        _SERVER + rb"\(NetBSD-ftpd (?P<version>\d[\w.]*)",
        "NetBSD ftpd",
        {b"220 box FTP server (NetBSD-ftpd 20100320) ready.": {"version": "20100320"}},
        vendor="netbsd",
    ),
    server(
        _SERVER + rb"\(tnftpd (?P<version>\d[\w.]*)",
        "tnftpd",
        {b"220 mac.example.org FTP server (tnftpd 20100324+GSSAPI) ready.": {"version": "20100324"}},
        vendor="netbsd",
    ),
    server(
        _SERVER + rb"\(Version (?P<version>6\.00LS)\)",
        "FreeBSD ftpd",
        {b"220 box.example.org FTP server (Version 6.00LS) ready.": {"version": "6.00LS"}},
        vendor="freebsd",
    ),
    server(
        _SERVER + rb"\(SunOS (?P<version>\d[\w.]*)\)",
        "SunOS ftpd",
        {b"220 sol FTP server (SunOS 5.8) ready.": {"version": "5.8", "part": "o"}},
        vendor="sun",
        cpe="cpe:2.3:o:sun:sunos",
        part="o",
    ),
    server(
        rb"(?P<job>\w+) IBM FTP CS (?P<version>V\d\w*) at (?P<hostname>[\w.-]+),",
        "IBM z/OS FTP",
        {
            b"220-FTPD1 IBM FTP CS V2R3 at zos.example.org, 10:10:10 on 2020-01-01.\r\n220 go": {
                "version": "V2R3",
                "hostname": "zos.example.org",
            },
        },
        vendor="ibm",
    ),
    server(
        rb"QTCP at (?P<hostname>[\w-]+(?:\.[\w-]+)*)\.?\r?\n",
        "IBM i FTP",
        {b"220-QTCP at as400.example.org.\r\n220 Connection will close if idle": {"hostname": "as400.example.org"}},
        vendor="ibm",
    ),
    server(
        rb"VxWorks (?:FTP server \(VxWorks (?:VxWorks)?(?P<version>\d[\w.]*)\)"
        rb"|\((?P<release>\d[\w.]*)\) FTP server) ready",
        "VxWorks ftpd",
        {
            b"220 VxWorks FTP server (VxWorks 5.4.2) ready.": {"version": "5.4.2", "part": "o"},
            b"220 VxWorks (5.4.2) FTP server ready": {"release": "5.4.2"},
        },
        vendor="windriver",
        cpe="cpe:2.3:o:windriver:vxworks",
        part="o",
    ),
    server(
        _SERVER + rb"\(VxWorks (?P<version>\d[\w.]*)\) ready",
        "VxWorks ftpd",
        {b"220 plc FTP server (VxWorks 6.9) ready.": {"version": "6.9", "hostname": "plc"}},
        vendor="windriver",
        cpe="cpe:2.3:o:windriver:vxworks",
        part="o",
    ),
    server(rb"Operation successful\r\n", "BusyBox ftpd", {b"220 Operation successful": {}}, vendor="busybox"),
)
