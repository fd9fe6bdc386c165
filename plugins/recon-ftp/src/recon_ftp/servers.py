"""FTP servers that one installs on a machine."""

from __future__ import annotations

from recon_ftp.grammar import HOST, LATER, server

_V = rb"(?P<version>\d[\w.]*)"

MATCHES = (
    server(
        rb"[^\r\n]*\(vsFTPd " + _V,
        "vsftpd",
        {
            b"220 (vsFTPd 3.0.5)": {
                "version": "3.0.5",
                "cpe": "cpe:2.3:a:vsftpd_project:vsftpd:3.0.5:*:*:*:*:*:*:*",
            },
            b"220 (vsFTPd 2.3.4)": {"version": "2.3.4"},
        },
        vendor="vsftpd_project",
    ),
    server(
        rb"SurgeFTP (?P<hostname>\S+) \(Version (?P<version>\d\w*(?:\.\w+)*)\)",
        "SurgeFTP",
        {b"220 SurgeFTP ftp.example.org (Version 2.2k3)": {"version": "2.2k3", "hostname": "ftp.example.org"}},
        vendor="netwin",
    ),
    server(
        rb"GuildFTPd FTP Server \(c\) [\d-]+(?:\r\n220-Version (?P<version>\d[\w.]*))?",
        "GuildFTPd",
        {b"220-GuildFTPd FTP Server (c) 1997-2002\r\n220-Version 0.999.13\r\n220 Name:": {"version": "0.999.13"}},
        vendor="guildftpd",
    ),
    server(
        rb"ProFTPD(?: " + _V + rb")? Server(?: ready| \((?:(?P<distro>Debian)|(?P<title>[^)\r\n]*))\))",
        "ProFTPD",
        {
            b"220 ProFTPD 1.3.8 Server (Debian) [::ffff:192.0.2.1]": {"version": "1.3.8", "distro": "Debian"},
            b"220 ProFTPD Server (Debian) [127.0.0.1]": {"distro": "Debian"},
            b"220 ProFTPD 1.3.5e Server (ProFTPD Default Installation) [192.0.2.1]": {
                "version": "1.3.5e",
                "title": "ProFTPD Default Installation",
            },
            b"220-Owned by Acme\r\n220 ProFTPD 1.3.6rc2 Server ready.": {"version": "1.3.6rc2"},
        },
        vendor="proftpd",
        start=LATER,
    ),
    server(
        rb"-*[ ]?Welcome to Pure-FTPd(?: " + _V + rb")?(?: (?P<options>\[[^\r\n]*\]))?",
        "Pure-FTPd",
        {
            b"220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n"
            b"220-You are user number 1 of 50 allowed.\r\n220 You will be disconnected after 15 minutes": {
                "options": "[privsep] [TLS]",
            },
            b"220-Welcome to Pure-FTPd.\r\n220 Go ahead": {},
            b"220---------- Welcome to Pure-FTPd 1.0.21 ----------": {"version": "1.0.21"},
        },
        vendor="pureftpd",
        cpe="cpe:2.3:a:pureftpd:pure-ftpd",
    ),
    server(
        rb"FileZilla Server(?: version)? " + _V + rb"(?: (?P<stage>beta|rc\d*))?",
        "FileZilla Server",
        {
            b"220-FileZilla Server version 0.9.41 beta\r\n220 Please visit": {"version": "0.9.41", "stage": "beta"},
            b"220-FileZilla Server 0.9.60 beta": {"version": "0.9.60"},
            b"220-FileZilla Server 1.7.3\r\n220 Please visit https://filezilla-project.org/": {
                "version": "1.7.3",
                "cpe": "cpe:2.3:a:filezilla-project:filezilla_server:1.7.3:*:*:*:*:*:*:*",
            },
        },
        vendor="filezilla-project",
    ),
    server(
        rb"(?:" + HOST + rb")?Microsoft FTP Service(?: \(Version (?P<version>\d[\d.]*)\))?",
        "Microsoft IIS FTP",
        {
            b"220 Microsoft FTP Service": {},
            b"220-Microsoft FTP Service\r\n220 Welcome": {},
            b"220 www Microsoft FTP Service (Version 5.0).": {"version": "5.0", "hostname": "www"},
        },
        vendor="microsoft",
        cpe="cpe:2.3:a:microsoft:internet_information_services",
    ),
    server(
        rb"Serv-U FTP[- ]Server v" + _V,
        "Serv-U",
        {
            b"220 Serv-U FTP Server v15.1 ready...": {"version": "15.1"},
            b"220 Serv-U FTP Server v6.4 for WinSock ready...": {"version": "6.4"},
            b"220 Serv-U FTP-Server v2.5e for WinSock ready...": {"version": "2.5e"},
        },
        vendor="solarwinds",
        start=LATER,
    ),
    server(
        rb"(?:" + HOST + rb")?Gene6 FTP Server v" + _V,
        "Gene6 FTP Server",
        {b"220 Gene6 FTP Server v3.10.0 (Build 2) ready...": {"version": "3.10.0"}},
        vendor="gene6",
        cpe="cpe:2.3:a:gene6:g6_ftp_server",
    ),
    server(
        rb"Titan FTP Server(?: (?P<version>\d[\d.]*))?\b",
        "Titan FTP Server",
        {b"220 Titan FTP Server 6.26.630 Ready.": {"version": "6.26.630"}, b"220-Titan FTP Server\r\n220 hello": {}},
        vendor="southrivertech",
    ),
    server(
        rb"(?:Welcome to )?Cerberus FTP Server(?:[ -]+(?P<edition>\w+) Edition)?",
        "Cerberus FTP Server",
        {
            b"220-Cerberus FTP Server - Home Edition\r\n220-UNREGISTERED\r\n220 Welcome": {"edition": "Home"},
            b"220-Welcome to Cerberus FTP Server\r\n220 Created by Cerberus, LLC": {},
        },
        vendor="cerberusftp",
        cpe="cpe:2.3:a:cerberusftp:ftp_server",
    ),
    server(
        rb"bftpd " + _V + rb" at ",
        "bftpd",
        {b"220 bftpd 4.4 at 192.0.2.1 ready.": {"version": "4.4"}},
        vendor="bftpd_project",
    ),
    server(
        rb"pyftpdlib(?: (?P<version>\d[\w.]*\w)| based)",
        "pyftpdlib",
        {b"220 pyftpdlib 1.5.6 ready.": {"version": "1.5.6"}, b"220 pyftpdlib based ftpd ready.": {}},
        vendor="pyftpdlib_project",
    ),
    server(
        rb"[^\r\n]*\bgl[Ff][Tt][Pp][Dd] (?P<version>\d[\d.]*\w?)",
        "glFTPd",
        {b"220 example (glFTPd 2.01 Linux+TLS) ready.": {"version": "2.01"}},
        vendor="glftpd",
    ),
    server(
        rb"(?:Welcome to )?CrushFTP(?:(?: Server v?)?(?P<version>\d[\d.]*))?\b",
        "CrushFTP",
        {
            b"220 Welcome to CrushFTP!": {},
            b"220-Welcome to CrushFTP9!\r\n220 CrushFTP Server Ready!": {"version": "9"},
            b"220 CrushFTP Server v5.2.1 Ready!": {"version": "5.2.1"},
        },
        vendor="crushftp",
    ),
    server(
        rb"(?:" + HOST + rb")?(?:X2 )?WS_FTP Server (?P<version>\d[\d.]*\d)",
        "WS_FTP Server",
        {
            b"220 files.example.org X2 WS_FTP Server 7.6.2(47815162)": {
                "version": "7.6.2",
                "hostname": "files.example.org",
            },
            b"220-files X2 WS_FTP Server 5.0.0 (123456789)\r\n220 go": {"version": "5.0.0"},
        },
        vendor="progress",
    ),
    server(
        rb"GlobalSCAPE (?P<edition>EFT|Secure FTP)(?: Server)?(?: \(v\. (?P<version>\d[\d.]*)\))?",
        "GlobalSCAPE EFT",
        {
            b"220 GlobalSCAPE EFT Server (v. 6.4) * UNREGISTERED COPY *": {"version": "6.4", "edition": "EFT"},
            b"220 GlobalSCAPE Secure FTP Server (v. 3.2)": {"version": "3.2"},
        },
        vendor="globalscape",
        cpe="cpe:2.3:a:globalscape:eft_server",
        start=LATER,
    ),
    server(
        HOST + rb"NcFTPd Server(?: \((?P<license>[^)\r\n]*)\))? ready",
        "NcFTPd",
        {b"220 ftp.example.org NcFTPd Server (licensed copy) ready.": {"hostname": "ftp.example.org"}},
        vendor="ncftp_software",
    ),
    server(
        rb"Xlight FTP(?: Server)?(?: (?P<version>\d[\d.]*))?(?: Server)? ready",
        "Xlight FTP Server",
        {b"220 Xlight FTP Server 3.9 ready...": {"version": "3.9"}, b"220 Xlight FTP 1.0 Server ready..": {}},
        vendor="xlightftpd",
    ),
    server(
        rb"Wing FTP Server(?: (?P<version>\d[\d.]*))? ready",
        "Wing FTP Server",
        {
            b"220 Wing FTP Server ready... (UNREGISTERED WING FTP SERVER)": {},
            b"220 Wing FTP Server 4.3.8 ready": {"version": "4.3.8"},
        },
        vendor="wftpserver",
    ),
    server(
        rb"SFTPGo " + _V + rb" ready",
        "SFTPGo",
        {b"220 SFTPGo 2.5.4 ready": {"version": "2.5.4"}},
        vendor="sftpgo_project",
    ),
    server(
        rb"uftpd \(" + _V + rb"\) ready",
        "uftpd",
        {b"220 uftpd (2.15) ready.": {"version": "2.15"}},
        vendor="troglobit",
    ),
    server(
        rb"(?:InterVations )?FileCOPA FTP Server Version " + _V,
        "FileCOPA",
        {b"220-InterVations FileCOPA FTP Server Version 8.01\r\n220 ready": {"version": "8.01"}},
        vendor="intervations",
    ),
    server(
        rb"Hello, I'm freeFTPd " + _V,
        "freeFTPd",
        {
            b"220 Hello, I'm freeFTPd 1.0": {"product": "freeFTPd"},
            b"220 Hello, I'm freeFTPd 1.0 beta": {"version": "1.0"},
        },
        vendor="freeftpd",
    ),
    server(
        rb"Core FTP Server Version " + _V + rb", build (?P<build>\d+)",
        "Core FTP Server",
        {b"220 Core FTP Server Version 2.2, build 707, 64-bit Registered": {"version": "2.2", "build": "707"}},
        vendor="coreftp",
        cpe="cpe:2.3:a:coreftp:core_ftp",
    ),
    server(
        rb"[^\r\n]*\bWAR-FTPD (?P<version>\d[\w.]*(?:-RC\d+)?)",
        "War FTP Daemon",
        {
            b"220- Jgaa's Fan Club FTP Service WAR-FTPD 1.65 Ready\r\n220 Please enter your user name.": {
                "version": "1.65"
            },
            b"220- Jgaa's Fan Club FTP Service WAR-FTPD 1.82-RC10 Ready": {"version": "1.82-RC10"},
        },
        vendor="jgaa",
        cpe="cpe:2.3:a:jgaa:warftpd",
    ),
    server(
        rb"TYPSoft FTP Server " + _V + rb" ready",
        "TYPSoft FTP Server",
        {b"220 TYPSoft FTP Server 1.10 ready...": {"version": "1.10"}},
        vendor="typsoft",
    ),
    server(
        rb"SlimFTPd " + _V,
        "SlimFTPd",
        {b"220-SlimFTPd 3.181, by WhitSoft Development\r\n220 ready": {"version": "3.181"}},
        vendor="whitsoft_development",
    ),
    server(
        rb"zFTPServer v?" + _V,
        "zFTPServer",
        {b"220 zFTPServer v6.0, build 2012-12-30 ready.": {"version": "6.0"}},
        vendor="vastgota-data",
    ),
    server(rb"Welcome [Tt]o Rumpus!", "Rumpus", {b"220 Welcome To Rumpus!": {}}, vendor="maxum", start=LATER),
    server(
        rb"ioFTPD \[www: [^\]\r\n]*\] - \[version: (?P<version>[\w.-]+)\]",
        "ioFTPD",
        {b"220 ioFTPD [www: http://www.ioftpd.com] - [version: 7-7-3] server ready.": {"version": "7-7-3"}},
        vendor="ioftpd",
    ),
    server(
        rb"Frox transparent ftp proxy",
        "Frox",
        {b"220 Frox transparent ftp proxy. Login with username[@host[:port]]": {}},
        vendor="frox",
    ),
    server(
        rb"Check ?Point FireWall-1 Secure FTP server running on (?P<hostname>[\w.-]+)",
        "Check Point FireWall-1",
        {b"220 Check Point FireWall-1 Secure FTP server running on gate": {"hostname": "gate"}},
        vendor="checkpoint",
        cpe="cpe:2.3:a:checkpoint:firewall-1",
    ),
    server(
        rb"Welcome to Code-Crafters - Ability (?:FTP )?Server (?P<version>\d+(?:\.\d+)+)",
        "Ability Server",
        {
            b"220 Welcome to Code-Crafters - Ability Server 2.25. (Ability Server 2.25 by Code-Crafters).": {
                "version": "2.25"
            }
        },
        vendor="code-crafters",
    ),
    server(
        rb"BisonWare BisonFTP server product V" + _V,
        "BisonFTP",
        {b"220 BisonWare BisonFTP server product V3.5": {"version": "3.5"}},
        vendor="bisonware",
    ),
    server(
        rb"NetPresenz v" + _V + rb"(?: \([^)\r\n]*\))? awaits your command",
        "NetPresenz",
        {b"220 NetPresenz v4.1 (Unregistered) awaits your command.": {"version": "4.1"}},
        vendor="stairways",
    ),
)
