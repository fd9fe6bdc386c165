"""FTP servers inside printers, routers, storage and controllers."""

from __future__ import annotations

from recon_ftp.grammar import HOST, server

_MODEL = rb"(?P<model>[^\r\n]+?)"

MATCHES = (
    server(
        rb"TiMOS-(?P<image>\w)-(?P<version>\d[\w.]*) \S+ (?P<model>(?:ALCATEL|Nokia|NOKIA) [\w -]+?) Copyright",
        "TiMOS",
        {
            b"220 TiMOS-C-13.0.R8 cpm/hops64 ALCATEL SR 7750 Copyright (c) 2000-2015 Alcatel-Lucent.": {
                "version": "13.0.R8",
                "model": "ALCATEL SR 7750",
            }
        },
        vendor="nokia",
        part="o",
    ),
    server(
        rb"FTP Server - (?P<model>ZBR-\d+)",
        "Zebra printer FTP",
        {b"220 FTP Server - ZBR-46686 ready": {"model": "ZBR-46686"}},
        vendor="zebra",
        part="h",
    ),
    server(
        rb"(?P<model>ZBR-\d+) Version (?P<version>V?\d[\w.]*) ready",
        "Zebra printer FTP",
        {b"220 ZBR-46686 Version V56.15.7Z ready.": {"version": "V56.15.7Z", "model": "ZBR-46686"}},
        vendor="zebra",
        part="h",
    ),
    server(
        rb"(?P<model>OKI[ -][\w-]+) Version (?P<version>\d[\w.]*) ready",
        "OKI printer FTP",
        {b"220 OKI-B6300 Version 02.10 ready.": {"version": "02.10", "model": "OKI-B6300"}},
        vendor="oki",
        part="h",
    ),
    server(
        rb"Ftp firmware update utility",
        "Ftp firmware update utility",
        {b"220 Ftp firmware update utility": {}},
        vendor="broadcom",
    ),
    server(
        HOST + rb"FTP server \(MikroTik (?P<version>\d[\w.]*)\) ready",
        "MikroTik RouterOS ftpd",
        {b"220 edge FTP server (MikroTik 6.49.6) ready": {"version": "6.49.6", "hostname": "edge"}},
        vendor="mikrotik",
        cpe="cpe:2.3:o:mikrotik:routeros",
        part="o",
    ),
    server(
        rb"(?P<device>(?:NASFTPD|QNAP) Turbo [sS]tation) (?P<version>\d[\w.]*) Server \(ProFTPD\)",
        "ProFTPD",
        {
            b"220 NASFTPD Turbo station 1.3.5a Server (ProFTPD) [192.0.2.1]": {
                "version": "1.3.5a",
                "device": "NASFTPD Turbo station",
            }
        },
        vendor="proftpd",
    ),
    server(
        rb"(?:(?P<model>Disk ?Station|RackStation)|Synology) FTP server (?:ready|at (?P<hostname>[\w.-]+) ready)",
        "Synology DSM FTP",
        {b"220 DiskStation FTP server ready.": {"model": "DiskStation"}, b"220 Synology FTP server ready.": {}},
        vendor="synology",
    ),
    server(
        HOST + rb"IOS-FTP server \(version (?P<version>\d[\w.]*)\) ready",
        "Cisco IOS FTP",
        {b"220 core1 IOS-FTP server (version 1.00) ready.": {"version": "1.00", "hostname": "core1"}},
        vendor="cisco",
    ),
    server(
        rb"FRITZ!Box(?P<model>\w*)(?:\([^)\r\n]*\))? FTP server ready",
        "AVM FRITZ!Box FTP",
        {b"220 FRITZ!Box7590 FTP server ready.": {"model": "7590"}},
        vendor="avm",
    ),
    server(
        rb"Welcome to ASUS (?P<model>[\w-]+) FTP service",
        "ASUS router FTP",
        {b"220 Welcome to ASUS RT-AC68U FTP service.": {"model": "RT-AC68U"}},
        vendor="asus",
    ),
    server(
        rb"(?P<model>\S+(?: \S+){0,2}) FTP version (?P<version>\d[\d.]*) ready at ",
        "ZyNOS FTP",
        {
            b"220 P-660HW FTP version 1.0 ready at Thu Jan 01 00:00:00 2015": {"model": "P-660HW", "version": "1.0"},
            b"220 Prestige 650H FTP version 1.0 ready at Thu Jan 01 00:00:00 2015": {"model": "Prestige 650H"},
        },
        vendor="zyxel",
    ),
    server(
        rb"DrayTek FTP version (?P<version>\d[\d.]*)",
        "DrayTek FTP",
        {b"220 DrayTek FTP version 1.0": {"product": "DrayTek FTP"}},
        vendor="draytek",
    ),
    server(rb"JD FTP Server Ready", "HP JetDirect FTP", {b"220 JD FTP Server Ready.": {}}, vendor="hp", part="h"),
    server(
        rb"(?:Brother )?(?:(?P<model>[\w-]+) )?FTP print service:V-(?P<version>\d[\w.]*)(?:/|\r?\n)",
        "Brother printer FTP",
        {
            b"220 FTP print service:V-1.13/Use the network password for the ID if updating.": {
                "version": "1.13",
                "part": "h",
            },
        },
        vendor="brother",
        part="h",
    ),
    server(
        rb"(?:RICOH|NRG|LANIER|SAVIN|Gestetner) " + _MODEL + rb" FTP server \((?P<version>\d[\w.]*)\) ready",
        "Ricoh printer FTP",
        {
            b"220 RICOH Aficio MP 3350 FTP server (11.97.3) ready.": {"version": "11.97.3", "model": "Aficio MP 3350"},
            b"220 NRG MP C2550 FTP server (12.67) ready.": {"version": "12.67", "model": "MP C2550"},
        },
        vendor="ricoh",
        part="h",
    ),
    server(
        rb"(?i:Xerox) (?P<model>(?:Phaser|WorkCentre|VersaLink|AltaLink|ColorQube|DocuPrint|C|B)[^\r\n]*?)"
        rb"(?: FTP [^\r\n]*)?\r?\n",
        "Xerox printer FTP",
        {b"220 XEROX WorkCentre 7845": {"model": "WorkCentre 7845"}, b"220 Xerox Phaser 6180MFP-D": {}},
        vendor="xerox",
        part="h",
    ),
    server(
        rb"KONICA MINOLTA(?: (?P<model>[^\r\n]+?))? FTP [sS]erver ready",
        "Konica Minolta printer FTP",
        {b"220 KONICA MINOLTA FTP server ready.": {}},
        vendor="konicaminolta",
        part="h",
    ),
    server(
        rb"(?P<model>(?:ECOSYS|TASKalfa|FS-)[^\r\n]*?) FTP server",
        "Kyocera printer FTP",
        {
            b"220 FS-1370DN FTP server": {"model": "FS-1370DN"},
            b"220 ECOSYS M2540dn FTP server.": {"model": "ECOSYS M2540dn"},
        },
        vendor="kyocera",
        part="h",
    ),
    server(
        rb"(?P<hostname>\w+) Lexmark (?P<model>\w+) FTP Server (?P<version>\w[\w.]*) ready",
        "Lexmark printer FTP",
        {b"220 ET0021B7123456 Lexmark T654 FTP Server NR.APS.N449 ready.": {"model": "T654", "version": "NR.APS.N449"}},
        vendor="lexmark",
        part="h",
    ),
)
