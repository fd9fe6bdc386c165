"""What is known of servers that their ``softwareversion`` alone names: vendor and name as in CPE dictionaries.

A row is one of :meth:`recon.Product.table`. To add a product, add a word; a pattern is needed only where the grammar
does not do. Data only.
"""

from __future__ import annotations

from recon import Product

_TABLE = """
adtran: adtran=Adtran; netvanta=NetVanta
allegrosoft: romclisecure=RomCliSecure
apc: apc=APC
arris: arris=ARRIS
bluecoat: blue coat ssh=Blue Coat SSH
ciena: ciena=Ciena
cisco: cisco_wlc=Cisco WLC; ciscossh=CiscoSSH
cradlepoint: cradlepointsshservice=Cradlepoint SSH Service
dell: dell=Dell
digi: digi=Digi
draytek: drayos=DrayOS; draytek=DrayTek
ericsson: ericsson=Ericsson
extreme_networks: xos-ssh=ExtremeXOS SSH
f-secure: f-secure ssh=F-Secure SSH; fssh=F-Secure SSH
foxgate: foxgate=Foxgate
gnu: lshd=lsh
h3c: h3c=H3C
hp: ilo5=HPE iLO 5@integrated_lights-out_5; ilo4=HP iLO 4@integrated_lights-out_4; hp-ux_secure_shell=HP-UX Secure Shell
libssh2: libssh2
ipswitch: ws_ftp-ssh=WS_FTP SSH
microsoft: ms=Microsoft SSH
mikrotik: rosssh=RouterOS SSH
moxa: moxa=Moxa
nokia: tmos=TiMOS SSH
nortel: nortel=Nortel
pragmasys: pragma fortressssh=Pragma FortressSSH
raritan: raritan=Raritan
ruijie: rgos_ssh=RGOS SSH
securelink: securelink ssh server=SecureLink SSH Server
sshtools: j2ssh_maverick=J2SSH Maverick; j2ssh=J2SSH
tail-f: confd=ConfD
windriver: vxworks_sshd=VxWorks SSHD
zte: zte_ssh=ZTE SSH
zyxel: zyxel=ZyXEL
"""

PRODUCTS = Product.table(_TABLE)
