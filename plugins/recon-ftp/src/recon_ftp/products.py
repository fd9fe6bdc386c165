"""What is known of servers that only the grammar of their greeting names: vendor and name as in CPE dictionaries.

A row is one of :meth:`recon.Product.table`. To add a product, add a word; a pattern is needed only where the grammar
does not do. Data only.
"""

from __future__ import annotations

from recon import Product

_TABLE = """
3com: 3com 3cdaemon ftp server=3CDaemon; 3cdaemon ftp server=3CDaemon
acritum: femitter ftp server=Femitter FTP Server; femitter=Femitter FTP Server
axis/h: axis 210a network camera=AXIS 210A
blackmoonftpserver: blackmoon ftp server=BlackMoon FTP Server
bpftp: bulletproof ftp server=BulletProof FTP Server
digi/o: net+os=NET+OS
efi: efi ftp print server=EFI FTP Print Server
emc: emc-snas=EMC Celerra
heimdal_project: heimdal=Heimdal ftpd
hummingbird: hclftpd=Hummingbird FTP
ipswitch: ws_ftp server=WS_FTP Server; ipswitch ws_ftp server=WS_FTP Server
karjasoft: sami ftp server=Sami FTP Server
mirbsd: mirbsd ftpd=MirBSD ftpd
netapp/o: netapp=Data ONTAP; data ontap=Data ONTAP; data ontap ftp server=Data ONTAP
netbsd: lukemftpd
netgear/h: netgear readynas=NETGEAR ReadyNAS
nortel: nortel contivity ftp server=Nortel Contivity; nortel contivity=Nortel Contivity
pablo_software_solutions: quick 'n easy ftp server=Quick 'n Easy FTP Server
qnx: qnxnto-ftpd=QNX ftpd
raidenftpd: raidenftpd32=RaidenFTPD; raidenftpd=RaidenFTPD
roku/h: mlt-57110 soundbridge=SoundBridge
samsung/h: samsung clx-3170 ftp server=Samsung CLX-3170
swiftp: swiftp=SwiFTP
tandberg/h: tandberg video conference=TANDBERG Video Conference
toshiba/h: toshiba e-studio ftp server=TOSHIBA e-STUDIO
treck: treck ftp server=Treck FTP Server
washington_university: wuftpd=WU-FTPD@wu-ftpd
"""

_NO_PRODUCTS = """
authorized users only ftp; private ftp; private ftp server; public ftp server; anonymous ftp server; anonymous ftp;
ftp; ftpd server; ftp server; ftp service; server; service; version; release; ready; welcome; ready to serve; hello;
the; this; user; anonymous; host; local; home; login; connected; welcome to; public; private; company; corporate;
ftp-server; ftps; sftp; microsoft; ftp version; welcome ftp server; our ftp server; my ftp server; welcome to ftp;
welcome to ftp server
"""
"""Words that stand where a product would, and are a protocol's, a platform's, or a sentence's."""

PRODUCTS = Product.table(_TABLE, _NO_PRODUCTS)
