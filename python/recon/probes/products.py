"""What is known of products that the grammar of greetings reads: vendor and name as in CPE dictionaries.

A row is one of :meth:`recon.Product.table`. To add a product, add a word; a pattern is needed only where the grammar
does not do. Data only.
"""

from __future__ import annotations

from recon.model import Product

_TABLE = """
51webmail: webeasymail=WebEasyMail
4d: 4d mail server=4D Mail Server
alt-n: mdaemon=MDaemon
analogx: analogx proxy=AnalogX Proxy@proxy
apache: james=Apache James@james; james smtp server=Apache James@james; apache james=Apache James@james
apple: appleshare ip mail server=AppleShare IP Mail Server; applemailserver=AppleMailServer;
    qtss=QuickTime Streaming Server@quicktime_streaming_server; airtunes=AirTunes
argosoft: argosoft mail server=ArGoSoft Mail Server@mail_server;
    argosoft mail server pro=ArGoSoft Mail Server@mail_server;
    argosoft mail server freeware=ArGoSoft Mail Server@mail_server;
    argosoft mail server plus=ArGoSoft Mail Server@mail_server
atrium_software: mercur smtp-server=MERCUR@mercur_mailserver; mercur pop3-server=MERCUR@mercur_mailserver;
    mercur imap4-server=MERCUR@mercur_mailserver; mercur=MERCUR@mercur_mailserver
barracuda: barracuda=Barracuda Email Security Gateway@email_security_gateway
centrinity: firstclass=FirstClass
cisco: ironport=IronPort AsyncOS@email_security_appliance
citadel: citadel=Citadel
cmailserver: cmailserver=CMailServer
critical_path: intrastore turbopop=IntraStore TurboPOP; critical path messaging server
cyrus: cyrus=Cyrus IMAP@imap; cyrus imap=Cyrus IMAP@imap
davmail: davmail=DavMail
deerfield: visnetic mailserver=VisNetic MailServer@mailserver
desknow: desknow=DeskNow
digium: asterisk=Asterisk; asterisk pbx=Asterisk@asterisk
extremail: extremail=eXtremail
ftgate: ftgate=FTGate@ftgate; ftgate4=FTGate@ftgate
gordano: gordano messaging server=Gordano Messaging Server@messaging_suite; ntmail=NTMail
grandstream: grandstream ht-502=Grandstream HT-502@ht-502
haraka_project: haraka=Haraka
hmailserver: hmailserver=hMailServer
ibm: lotus domino=Domino@domino; lotus domino nntp server=Domino@domino
icewarp: icewarp=IceWarp@mail_server; merak=IceWarp@mail_server
ipswitch: imail=IMail Server@imail_server
isc: internetnews=INN; inn
kerio: kerio connect=Kerio Connect@connect; kerio mailserver=Kerio Connect@connect; winroute pro=WinRoute Pro@winroute
leafnode: leafnode=Leafnode
mailenable: mailenable=MailEnable
mailmarshal: mailmarshal=MailMarshal
mailsite: mailsite=MailSite
mcafee: webshield=WebShield SMTP@webshield_smtp; webshield smtp=WebShield SMTP@webshield_smtp
messagesystems: ecelerity=Ecelerity; momentum=Momentum
microsoft: wmserver=Windows Media Services@windows_media_services
mirapoint: mirapoint=Mirapoint@message_server
netscape: netscape messaging server=Netscape Messaging Server@messaging_server;
    netscape messaging multiplexor=Netscape Messaging Multiplexor@messaging_multiplexor
netwin: surgemail=SurgeMail; dnews=DNews; dmail=DMail; cwmail=CWMail
noffle: noffle=Noffle
novell: netmail=NetMail; netmail imap4 agent=NetMail@netmail; novonyx=NIMS@netmail; groupwise=GroupWise
openwave: intermail=InterMail@intermail
oracle: oracle communications messaging server=Oracle Communications Messaging Server@communications_messaging_server
pegasus: mercury/nlm=Mercury/NLM@mercury_mail_transport_system;
    mercury/32=Mercury/32@mercury_mail_transport_system; mercury=Mercury@mercury_mail_transport_system
perdition: perdition=Perdition
port25: powermta=PowerMTA
process_software: pmdf=PMDF
proofpoint: sendmail sentrion=Sentrion
pscs: vpop3=VPOP3
qpsmtpd: qpsmtpd=qpsmtpd
qualcomm: eudora internet mail server=Eudora Internet Mail Server@eudora_internet_mail_server;
    worldmail=WorldMail@eudora_worldmail; worldmail imap4 server=WorldMail@eudora_worldmail
rockliffe: rockliffe mailsite=MailSite@mailsite
slmail: slmail=SLMail
software.com: post.office=Post.Office
sonicwall: sonicwall email security=SonicWall Email Security@email_security
sophos: sophos email appliance=Sophos Email Appliance@email_appliance
solid: solid=Solid POP3 server
stalker: stalker internet mail server=Stalker Internet Mail Server@internet_mail_server
subethasmtp: subethasmtp=SubEthaSMTP
sun: iplanet messaging server=iPlanet Messaging Server@iplanet_messaging_server;
    sun java(tm) system messaging server=Sun Java System Messaging Server@java_system_messaging_server;
    sun java system messaging server=Sun Java System Messaging Server@java_system_messaging_server;
    sun one messaging server=Sun ONE Messaging Server@one_messaging_server
symantec: generic=Generic SMTP handler; symantec messaging gateway=Symantec Messaging Gateway@messaging_gateway;
    symantec mail security=Symantec Mail Security
trendmicro:
    trend micro interscan messaging security suite=InterScan Messaging Security Suite@interscan_messaging_security_suite
trustwave: trustwave seg=Trustwave SEG@secure_email_gateway
typhoon: typhoon=Typhoon; cyclone=Cyclone; cyclone reader=Cyclone; twister=Twister
ucb: ucb=UCB POP
winmail: winmail mail server=Winmail Mail Server@winmail_server
xmailserver: xmail=XMail
zarafa: zarafa imap gateway=Zarafa; zarafa=Zarafa; kopano=Kopano
"""

_NO_PRODUCTS = """
esmtp; smtp; lmtp; pop; pop3; imap; imap4; imap4rev1; imap4rev2; imaprev1; nntp; ftp; sip; rtsp; server; service;
daemon; mail; mailer; ready; welcome; hello; to; the; this; is; at; on; from; here; your; version; ver; release;
rel; revision; rev; vers; build; firmware; host; no; mon; tue; wed; thu; fri; sat; sun; jan; feb; mar; apr; may; jun;
jul; aug; sep; oct; nov; dec; date; time; local; open; news; posting; error; warning; access; unauthorized; receiver;
login; username; password; user; name; no uce; no ube; no spam; no relay; authorized access;
authorized access only; authorized users only; unauthorized access is prohibited; unauthorized access prohibited;
proxy server; proxy; mail server; gateway; authorised access only;
private system; warning notice; connected; connection; closed
"""
"""Words that stand where a product would, and are a protocol's, a platform's, or a sentence's."""

PRODUCTS = Product.table(_TABLE, _NO_PRODUCTS)
