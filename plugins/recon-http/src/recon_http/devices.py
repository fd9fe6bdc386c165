"""Servers inside devices, and the consoles of machines."""

from __future__ import annotations

from recon_http.grammar import END, START, token, value

MATCHES = (
    value(
        rb"^GoAhead-(?:Webs|http)(?:/(?P<version>\d[\w.]*))?" + END,
        "GoAhead",
        {b"GoAhead-Webs": None, b"GoAhead-http": None, b"GoAhead-Webs/2.5.0 PeerSec-MatrixSSL/3.1": "2.5.0"},
        vendor="embedthis",
        cpe="cpe:2.3:a:embedthis:goahead",
    ),
    value(
        rb"^(?:Mb|Emb)edthis-Appweb(?:/(?P<version>\d[\w.]*))?" + END,
        "Appweb",
        {b"Mbedthis-Appweb/2.4.2": "2.4.2", b"Embedthis-Appweb/3.3.1": "3.3.1"},
        vendor="embedthis",
    ),
    value(
        rb"RomPager/ ?(?P<version>\d[\w.]*)",
        "RomPager",
        {
            b"RomPager/4.07 UPnP/1.0": "4.07",
            b"Allegro-Software-RomPager/4.34": "4.34",
            b"ZyXEL-RomPager/3.02": "3.02",
        },
        vendor="allegrosoft",
    ),
    value(
        rb"(?:Virata|Agranat)-EmWeb/(?P<version>R?\d\w*)",
        "EmWeb",
        {b"Virata-EmWeb/R6_2_1": "R6_2_1", b"Agranat-EmWeb/R4_01": "R4_01"},
        vendor="agranat",
    ),
    token(rb"uc-httpd", "uc-httpd", {b"uc-httpd 1.0.0": "1.0.0"}, vendor="xiongmaitech", between=b"[ /]"),
    value(
        rb"^(?P<family>App|DNVRS|DVRDVS|Hikvision)-[Ww]ebs/?$",
        "Hikvision Webs",
        {b"App-webs/": None, b"DNVRS-Webs": None, b"DVRDVS-Webs": None, b"Hikvision-Webs": None},
        vendor="hikvision",
        part="h",
    ),
    value(
        rb"^Synology/DSM/(?P<addr>[\d.]+)",
        "Synology DSM",
        {b"Synology/DSM/192.0.2.1": None},
        vendor="synology",
        part="o",
        cpe="cpe:2.3:o:synology:diskstation_manager",
    ),
    token(rb"MiniUPnPd", "MiniUPnPd", {b"Linux/2.6 UPnP/1.0 MiniUPnPd/1.9": "1.9"}, vendor="miniupnp_project"),
    token(rb"MiniServ", "Webmin", {b"MiniServ/1.990": "1.990"}, vendor="webmin"),
    token(rb"cpsrvd", "cPanel", {b"cpsrvd": None, b"cpsrvd/11.50.0.30": "11.50.0.30"}, vendor="cpanel"),
    token(rb"sw-cp-server", "Plesk", {b"sw-cp-server": None, b"sw-cp-server/1.0.0": "1.0.0"}, vendor="plesk"),
    token(rb"pve-api-daemon", "Proxmox VE", {b"pve-api-daemon/3.0": "3.0"}, vendor="proxmox"),
    token(rb"Splunkd", "Splunk", {b"Splunkd": None}, vendor="splunk"),
    token(rb"cisco-IOS", "Cisco IOS HTTP", {b"cisco-IOS": None}, vendor="cisco"),
    token(rb"eHTTP", "ProCurve eHTTP", {b"eHTTP v2.0": "2.0"}, vendor="hp", between=b"[ /]"),
    value(
        rb"^HP HTTP Server; (?P<model>HP [^;]+?)(?: - \w+)?;",
        "HP printer HTTP",
        {b"HP HTTP Server; HP LaserJet 400 M401dn - CF278A; Serial Number: X": None},
        vendor="hp",
        part="h",
    ),
    token(rb"HP-ChaiSOE", "HP ChaiSOE", {b"HP-ChaiSOE/1.0": "1.0"}, vendor="hp", part="h"),
    token(rb"debut", "Brother printer HTTP", {b"debut/1.20": "1.20"}, vendor="brother", part="h"),
    token(
        rb"EPSON_Linux",
        "Epson printer HTTP",
        {b"EPSON_Linux UPnP/1.0 Epson UPnP SDK/1.0": None},
        vendor="epson",
        part="h",
    ),
    value(
        rb"^KM-MFP-http/V?(?P<version>\d[\w.]*)",
        "Kyocera printer HTTP",
        {b"KM-MFP-http/V0.0.1": "0.0.1"},
        vendor="kyocera",
        part="h",
    ),
    value(
        rb"^xxxxxxxx-xxxxx$",
        "FortiOS HTTP",
        {b"xxxxxxxx-xxxxx": None},
        vendor="fortinet",
        cpe="cpe:2.3:o:fortinet:fortios",
        part="o",
    ),
    value(rb"^Mikrotik HttpProxy$", "MikroTik HttpProxy", {b"Mikrotik HttpProxy": None}, vendor="mikrotik"),
    value(rb"^(?i:SonicWALL)$", "SonicWall HTTP", {b"SonicWALL": None}, vendor="sonicwall"),
    token(
        rb"lwIP",
        "lwIP httpd",
        {b"lwIP/1.3.1 (http://savannah.nongnu.org/projects/lwip)": "1.3.1"},
        vendor="lwip_project",
    ),
    value(
        START + rb"Sonos/(?P<version>\d[\w.-]*)",
        "Sonos",
        {b"Linux UPnP/1.0 Sonos/70.3-35220 (ZPS1)": "70.3-35220"},
        vendor="sonos",
    ),
)
