"""FTP servers that come with an operating system, most of them children of the BSD one."""

from __future__ import annotations

from recon_ftp.grammar import HOST, server

_SERVER = HOST + rb"FTP [Ss]erver "

_BERKELEY = rb"(?:(?P<hostname>[A-Za-z0-9][\w.-]*) FTP server|(?P<domain>[A-Za-z0-9][\w-]*\.[\w.-]+) FTP Server) "
"""``Acme FTP Server (Version 1.4)`` is a product of its own: Berkeley's writes a small ``server``."""

MATCHES = (
    server(
        _SERVER + rb"\(Version (?P<version>1\.\d\.\d{3}\.\d+)[ )]",
        "HP-UX ftpd",
        {b"220 hpux FTP server (Version 1.1.214.6 Wed Feb  9 08:03:34 GMT 2005) ready.": {"version": "1.1.214.6"}},
        vendor="hp",
    ),
    server(
        _BERKELEY + rb"\(Version (?P<version>\d\.\d+(?:\.\d+|WJ)?)(?: [^)\r\n]*\)?)?\) [Rr]eady",
        "BSD ftpd",
        {
            b"220 box FTP server (Version 5.60) ready.": {"version": "5.60", "hostname": "box"},
            b"220 box FTP server (Version 4.1 Tue Sep 15 16:38:46 CDT 1998) ready.": {"version": "4.1"},
        },
        vendor="bsd",
    ),
    server(
        _SERVER + rb"\(Version (?P<version>\d[\d.]*)/krb5\)",
        "MIT Kerberos ftpd",
        {b"220 box FTP server (Version 5.60/krb5) ready.": {"version": "5.60"}},
        vendor="mit",
        cpe="cpe:2.3:a:mit:kerberos_5",
    ),
    server(
        _SERVER + rb"\((?:Digital UNIX|Compaq Tru64 UNIX) Version (?P<version>\d[\w.]*)\)",
        "Digital UNIX ftpd",
        {b"220 alpha FTP server (Digital UNIX Version 5.60) ready.": {"version": "5.60"}},
        vendor="digital",
    ),
    server(
        HOST + rb"FTP [Ss]erver \(Oracle XML DB/Oracle[^)\r\n]* Release (?P<version>\d[\d.]*)",
        "Oracle XML DB",
        {
            b"220 db FTP Server (Oracle XML DB/Oracle Database 11g Enterprise Edition Release 11.2.0.3.0 - 64bit "
            b"Production) ready.": {"version": "11.2.0.3.0", "hostname": "db"}
        },
        vendor="oracle",
        cpe="cpe:2.3:a:oracle:database_server",
    ),
    server(
        rb"(?:" + HOST + rb")?(?:\w+ |SYSTEM FTP SERVER READY - )?"
        rb"HP ARPA FTP Server (?:ready|\[(?P<version>[A-Z]\d{4}\w*)\])",
        "HP ARPA FTP Server",
        {
            b"220 HP ARPA FTP Server ready.": {},
            b"220 HPLJ HP ARPA FTP Server ready.": {"hostname": "HPLJ"},
            b"220 HP3000 SYSTEM FTP SERVER READY - HP ARPA FTP Server [A0010F03] (C) Hewlett-Packard Co. 1990": {
                "version": "A0010F03",
                "hostname": "HP3000",
            },
        },
        vendor="hp",
    ),
    server(
        rb"(?:" + HOST + rb")?MultiNet FTP Server Process V(?P<version>\d[\w.]*(?:\(\d+\))?) at ",
        "MultiNet FTP Server",
        {
            b"220 vax.example.org MultiNet FTP Server Process V5.2(16) at Mon 1-Jan-2007 8:08AM-EST": {
                "version": "5.2(16)"
            }
        },
        vendor="process_software",
    ),
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
        _SERVER + rb"\(UNIX\(r\) System V Release (?P<version>\d[\d.]*)\)",
        "UNIX System V ftpd",
        {b"220 box FTP server (UNIX(r) System V Release 4.0) ready.": {"version": "4.0", "hostname": "box"}},
        vendor="att",
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
        rb"FTPSERVE IBM VM Level (?P<version>\d+) at (?P<hostname>[\w.-]+),",
        "IBM z/VM FTP",
        {b"220-FTPSERVE IBM VM Level 710 at VM1.EXAMPLE.ORG, 10:11:12 EST": {"version": "710"}},
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
        rb"Tornado-vxWorks \(VxWorks ?(?P<version>\d[\w.]*)\) FTP server ready",
        "VxWorks ftpd",
        {b"220 Tornado-vxWorks (VxWorks5.3.1) FTP server ready": {"version": "5.3.1", "part": "o"}},
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
