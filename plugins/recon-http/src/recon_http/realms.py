"""Devices and applications by the realm for which they want a password (RFC 9110 section 11.5), or by their title.

A realm and a title are the owner's text as often as the maker's: what is read here begins with a maker's name, or is
known word for word.
"""

from __future__ import annotations

from recon import Match

_MAKERS = (
    rb"(?:NETGEAR|Netgear|TP-?LINK|TP-Link|Linksys|LINKSYS|D-Link|DLINK|ZyXEL|Zyxel|ZYXEL|Belkin|BELKIN|ASUS|Edimax"
    rb"|TRENDnet|TRENDNET|Tenda|EnGenius|DrayTek|Vigor|Buffalo|BUFFALO|Netcomm|NetComm|Billion|SMC|Sitecom|Motorola|ARRIS"
    rb"|Technicolor|Thomson|SpeedTouch|Huawei|HUAWEI|ZTE|Ubiquiti|MikroTik|Aruba|Ruckus|Cisco|CISCO|AXIS|VIVOTEK|Foscam"
    rb"|Panasonic|Mobotix|MOBOTIX|ACTi|GeoVision|Arecont|Lantronix|Moxa|MOXA|Digi|Raritan|Avocent|Sophos|WatchGuard"
    rb"|SonicWall|SonicWALL|Barracuda|Polycom|Yealink|snom|Grandstream|Mitel|Avaya|AVM|FRITZ!Box|Siemens|Schneider"
    rb"|Beckhoff|WAGO|Xerox|XEROX|RICOH|Ricoh|Lexmark|KYOCERA|Kyocera|Brother|EPSON|Epson|Canon|OKI|Konica|KONICA"
    rb"|SHARP|Sharp|TOSHIBA|HP|Dell|Lenovo|Supermicro|QNAP|Synology|Buffalo|LaCie|Iomega|Seagate|ReadyNAS|Drobo)"
)
_MODELS = (
    rb"(?:DSL|DIR|DCS|DAP|DVA|DWR|DGS|DES|DNS|DNR|WRT|WAG|WAP|WNR|WNDR|DGN|WGR|RT-[A-Z]{1,2}|TL-[A-Z]{2,3}|FVS|GS)"
    rb"-?\d+\w*"
)
_NAMED = rb"(?P<product>" + _MAKERS + rb"(?:[ _-](?:[A-Z\d][\w.+/-]*|of|and|for|\[\w+\]))+?|" + _MODELS + rb")"
_DEVICE = (
    rb"(?P<product>(?:[A-Z][\w+-]* )+(?:Router|Modem|Camera|Switch|Gateway|Printer|Access Point|DVR|NVR|NAS|Firewall"
    rb"|Web Server)(?: [A-Z\d][\w-]*)*)"
)
_REALM = rb"""(?i:basic|digest)(?:[^\r\n]*?[ ,])?realm="""
_FIXED = (
    ("DD-WRT", "dd-wrt", rb"DD-WRT", b"DD-WRT"),
    ("OpenWrt", "openwrt", rb"OpenWrt", b"OpenWrt"),
    ("Tomato", "tomato", rb"Tomato", b"Tomato"),
    ("Apache Tomcat", "apache", rb"Tomcat (?:Manager|Host Manager) Application", b"Tomcat Manager Application"),
    ("phpMyAdmin", "phpmyadmin", rb"phpMyAdmin[^\"]*", b"phpMyAdmin localhost"),
    ("Nagios", "nagios", rb"Nagios(?: Core| Access)?", b"Nagios Access"),
    ("RabbitMQ", "vmware", rb"RabbitMQ Management", b"RabbitMQ Management"),
    ("Cisco IOS", "cisco", rb"level[_ ]\d+[_ ](?:or[_ ]view[_ ])?access", b"level_15_access"),
    ("WebLogic Server", "oracle", rb"WebLogic Server|weblogic", b"WebLogic Server"),
    ("Hikvision", "hikvision", rb"IP Camera\(\w+\)|DVRNVRDVS|iVMS-\d+", b"IP Camera(C1234)"),
    ("Dahua", "dahuasecurity", rb"Login to \w{10,}", b"Login to 1A012345ABCDEF0"),
    ("AXIS", "axis", rb"AXIS_[0-9A-F]{12}", b"AXIS_ACCC8E000000"),
    ("GoAhead", "embedthis", rb"GoAhead", b"GoAhead"),
    ("Transmission", "transmissionbt", rb"Transmission", b"Transmission"),
    ("Webmin", "webmin", rb"Webmin Server", b"Webmin Server"),
    ("CUPS", "openprinting", rb"CUPS", b"CUPS"),
    ("XAMPP", "apachefriends", rb"xampp user", b"xampp user"),
    (
        "Polycom SoundPoint IP",
        "polycom",
        rb"Polycom SoundPoint IP Configuration",
        b"Polycom SoundPoint IP Configuration",
    ),
    ("Prometheus Alertmanager", "prometheus", rb"Alertmanager", b"Alertmanager"),
    ("SABnzbd", "sabnzbd", rb"SABnzbd", b"SABnzbd"),
    ("NZBGet", "nzbget", rb"NZBGet", b"NZBGet"),
    ("Kodi", "kodi", rb"XBMC|Kodi", b"Kodi"),
    ("Apache ActiveMQ", "apache", rb"ActiveMQRealm", b"ActiveMQRealm"),
    ("Apache Solr", "apache", rb"solr", b"solr"),
)
"""Product, vendor, realm as a pattern, and a realm; written by the program itself."""

MATCHES = (
    *(
        Match(
            rb"^" + _REALM + rb'"?(?:' + realm + rb')"?(?:[ ,]|$)',
            service="http",
            vendor=vendor,
            product=product,
            field="header:www-authenticate",
            name=f"http.realm.{product.lower().replace(' ', '-')}",
            examples={b'Basic realm="' + example + b'"': {"product": product}},
        )
        for product, vendor, realm, example in _FIXED
    ),
    Match(
        rb"^" + _REALM + rb'"' + _NAMED + rb' *"',
        service="http",
        part="h",
        field="header:www-authenticate",
        name="http.realm",
        examples={
            b'Basic realm="NETGEAR DG834G  "': {"product": "NETGEAR DG834G"},
            b'Digest qop="auth", realm="DSL-2640B", nonce="1"': {"product": "DSL-2640B"},
        },
    ),
    Match(
        rb"^" + _REALM + rb'" *' + _DEVICE + rb' *"',
        service="http",
        part="h",
        field="header:www-authenticate",
        name="http.realm.device",
        examples={b'Basic realm="Broadband Router"': {"product": "Broadband Router"}},
    ),
    Match(
        rb"^\s*(?P<product>" + _MAKERS + rb") - (?:Login|Log [Ii]n|Sign [Ii]n|Authentication|Welcome)\b",
        service="http",
        part="h",
        field="title",
        name="http.title.maker",
        examples={b"SonicWALL - Authentication": {"product": "SonicWall"}},
    ),
    Match(
        rb"^\s*"
        + _NAMED
        + rb"(?: (?:Configuration|Login|Web Configuration)\b[^|:-]*| +\d+(?:\.\d+){3})?\s*(?:$|[|:-])",
        service="http",
        part="h",
        field="title",
        name="http.title",
        examples={
            b"NETGEAR ProSafe VPN Firewall FVS318G": {"product": "NETGEAR ProSafe VPN Firewall FVS318G"},
            b"TP-LINK TL-WR841N": {"product": "TP-LINK TL-WR841N"},
        },
    ),
)
