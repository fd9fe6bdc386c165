"""What is known of products that name themselves by the grammar alone: vendor and name as in CPE dictionaries.

A row is one of :meth:`recon.Product.table`. To add a product, add a word; a pattern is needed only where the grammar
does not do. Data only.
"""

from __future__ import annotations

from recon import Product

_TABLE = """
acme: thttpd; mini_httpd; micro_httpd
adobe: jrun=JRun; coldfusion=ColdFusion; adobe coldfusion=ColdFusion
alienvault: ossim=OSSIM
allegrosoft: rompager=RomPager; allegro-software-rompager=RomPager
aol: aolserver=AOLserver
apache: apachejserv=Apache JServ@jserv; apache trafficserver=Apache Traffic Server@traffic_server;
    apachetrafficserver=Apache Traffic Server@traffic_server; tomcat web server=Apache Tomcat@tomcat;
    apache tomcat=Apache Tomcat@tomcat; axis2=Apache Axis2@axis2; apache-axis=Apache Axis@axis; mod_fastcgi;
    mod_apreq2-20090110=mod_apreq2@libapreq2; felix=Apache Felix@felix; karaf=Apache Karaf@karaf;
    solr=Apache Solr@solr; hive=Apache Hive@hive; sling=Apache Sling@sling; james=Apache James@james
apt-cacher-ng_project: debian apt-cacher ng=Apt-Cacher NG; apt-cacher ng=Apt-Cacher NG
apple: airtunes=AirTunes; daap_server; cups=CUPS; webobjects=WebObjects; appleidiskserver-1b3010=Apple iDisk
arubanetworks/h: aruba=Aruba
asus: asustek upnp device host; asus upnp=ASUS UPnP
atlassian: confluence=Confluence; jira=Jira
avocent: avocent web server=Avocent Web Server; avocent dsview 3=Avocent DSView@dsview
avtech/h: avtech=AVTECH
axis/h: axis-web=AXIS Web; axis web server=AXIS Web Server
badblue: badblue=BadBlue
barracuda/h: barracudahttp=Barracuda; barracuda=Barracuda
barracudadrive: barracudaserver.com=Barracuda Application Server
bitrix: bitrix site manager=Bitrix Site Manager@bitrix_site_manager
blackboard: blackboard=Blackboard@blackboard_learn
bluecoat/h: bluecoat-security-appliance=Blue Coat ProxySG@proxysg; bluecoat=Blue Coat ProxySG@proxysg
brickcom/h: brickcom
canon/h: canon http server=Canon HTTP Server; catwalk=Canon Catwalk; vb100=Canon VB100; vb=Canon VB
canonical/o: ubuntu=Ubuntu@ubuntu_linux
caucho: resin=Resin
caudium: caudium=Caudium
checkpoint: check point svn foundation=Check Point SVN foundation; cpws=Check Point Web Server
cisco: cisco aware=Cisco AWARE; cisco-cpa=Cisco CPA; cisco-ccs=Cisco CCS; cisco=Cisco; cisco systems, inc.=Cisco;
    cisco-ios=Cisco IOS HTTP; cisco unified communications manager
citrix: citrix netscaler=Citrix NetScaler@netscaler; citrix web pn server=Citrix Web PN Server;
    ns-cache=NetScaler Cache
communigate: communigatepro=CommuniGate Pro@communigate_pro; communigate pro=CommuniGate Pro@communigate_pro
craftcms: craft cms=Craft CMS@craft_cms
cyberoam/o: cyberoam=Cyberoam
d-link/h: d-link=D-Link; dir-600=D-Link DIR-600@dir-600; dir-615=D-Link DIR-615@dir-615;
    dir-850l=D-Link DIR-850L@dir-850l; dir-868l=D-Link DIR-868L@dir-868l; dir-300=D-Link DIR-300@dir-300;
    dir-645=D-Link DIR-645@dir-645; dcs-lig-httpd=D-Link DCS; dcs-930l=D-Link DCS-930L@dcs-930l
dahuasecurity/h: dahua=Dahua; dahua http server=Dahua; dhttpd=dhttpd
debian/o: debian=Debian@debian_linux
dell/h: rmc webserver=Dell Remote Access Controller@drac_4; dell remote access controller=Dell RAC;
    dell laser printer m5200=Dell Laser Printer M5200; idrac=iDRAC
digium: asterisk=Asterisk
dotnetnuke: dotnetnuke=DotNetNuke
drupal: drupal=Drupal; acquia drupal=Drupal
ecava: integraxor=IntegraXor
eclipse: jetty=Jetty; jetty(eclipse)=Jetty
embedthis: embedthis-http=Embedthis Http; mbedthis-appweb=Appweb; embedthis-appweb=Appweb; appweb=Appweb;
    goahead-webs=GoAhead; peersec-matrixssl=MatrixSSL
enhydra: enhydra-multiserver=Enhydra
ericsson: yaws=Yaws
eset: eset=ESET
ez: ez publish=eZ Publish@ez_publish
f5: bigip=BIG-IP@big-ip_local_traffic_manager; f5-webserver=F5 WebServer; big-ip=BIG-IP@big-ip_local_traffic_manager
facebook: hhvm=HHVM
fastly: fastly=Fastly
flussonic: flussonic=Flussonic
fortinet: fortiweb=FortiWeb
freeswitch: freeswitch=FreeSWITCH; freeswitch-mod_sofia=FreeSWITCH
fujitsu: interstage-http-server=Interstage HTTP Server; servervview=ServerView; serverview remotecontrolservice
genivia: gsoap=gSOAP
gitlab: gitlab=GitLab
gnu: mod_gnutls; libmicrohttpd; gnump3d=GNUMP3d; mailman=Mailman; serveez=Serveez; myserver=MyServer;
    gnu myserver=MyServer
gordano: gms=Gordano Messaging Suite
grandstream/h: grandstream=Grandstream; grandstream gxp1625=Grandstream GXP1625@gxp1625
gupnp: gupnp=GUPnP
hikvision/h: hikvision-webs=Hikvision Webs; webs=Hikvision Webs
hitachi: cosminexus http server=Cosminexus HTTP Server; hitachi web server; cosminexus=Cosminexus
honeywell/h: honeywell-httpd=Honeywell
hp: compaqhttpserver=Compaq HTTP Server;
    hp system management homepage=HP System Management Homepage@system_management_homepage; bbc=HP OpenView BBC;
    hp-ilo-server=HP iLO@integrated_lights-out; hpe-ilo-server=HPE iLO@integrated_lights-out;
    hp web jetadmin=HP Web Jetadmin@web_jetadmin; hp-chaiserver=HP ChaiServer; hp-chai=HP ChaiServer;
    hp http server=HP HTTP Server; ews-nic4=HP EWS; hp-status-server=HP Status Server; virata-emweb=EmWeb;
    tippingpoint=TippingPoint
huawei/h: huawei=Huawei; hybridge=Huawei; huawei-httpserver=Huawei HTTP Server
ibm: adsm_http=IBM Tivoli Storage Manager@tivoli_storage_manager;
    ibm tivoli storage manager=IBM Tivoli Storage Manager@tivoli_storage_manager;
    ibm-http-server=IBM HTTP Server@http_server; ibm_http_server=IBM HTTP Server@http_server;
    ibm-proxy-wte=IBM WebSphere Edge Server; ibm-proxy-wte-us=IBM WebSphere Edge Server;
    tivoli endpoint=Tivoli Endpoint;
    websphere application server=WebSphere Application Server@websphere_application_server;
    websphere portal=WebSphere Portal@websphere_portal; ibm-icap=IBM ICAP; datapower=DataPower; lotus-domino=Domino;
    quickplace=QuickPlace; ibm-sdi=IBM Security Directory Integrator; informix=Informix
icewarp: icewarp=IceWarp@mail_server
iconics: iconics smarterhosting=ICONICS
imatix: xitami=Xitami
indy_project: indy=Indy
influxdata: influxdb=InfluxDB
intel: intel(r) active management technology=Intel Active Management Technology@active_management_technology
ipswitch: ipswitch-imail=IMail Server@imail_server; ipswitch web calendaring=Ipswitch Web Calendaring;
    whatsup=WhatsUp; ipswitch=Ipswitch; whatsup_gold=WhatsUp Gold
iqinvision/h: iqinvision=IQinVision; iqhttp=IQinVision
ironport: ironport httpd=IronPort AsyncOS; glass=IronPort AsyncOS; ironport=IronPort
jboss: jboss=JBoss; jbossweb=JBoss Web; jboss-eap=JBoss EAP
jfrog: artifactory=Artifactory
juniper: juniper networks=Juniper; netscreen=NetScreen; neoteris=Juniper IVE
keepalived: keepalived httpd=Keepalived
kerio: kerio mailserver=Kerio Connect@connect; kerio connect=Kerio Connect@connect;
    kerio control embedded web server=Kerio Control@control;
    kerio winroute firewall embedded web server=Kerio WinRoute@winroute_firewall;
    kerio personal firewall=Kerio Personal Firewall@personal_firewall
konicaminolta/h: konica minolta=Konica Minolta
lantronix/h: lantronix=Lantronix; cobox=Lantronix CoBox
lasso: lasso=Lasso
lexmark/h: lexmark_web_server=Lexmark Web Server; lexmark=Lexmark
libupnp_project: portable sdk for upnp devices=Portable SDK for UPnP devices@libupnp;
    libupnp=Portable SDK for UPnP devices@libupnp; portable upnp sdk=Portable SDK for UPnP devices@libupnp;
    intel sdk for upnp devices=Portable SDK for UPnP devices@libupnp
liferay: liferay portal community edition=Liferay Portal@liferay_portal;
    liferay portal enterprise edition=Liferay Portal@liferay_portal; liferay portal=Liferay Portal@liferay_portal;
    liferay digital experience platform=Liferay DXP@digital_experience_platform;
    liferay community edition portal=Liferay Portal@liferay_portal
lighttpd: lighttpd
linksys/h: linksys=Linksys
linux/o: linux=Linux@linux_kernel
lyonesse: orion=Orion Application Server
mcafee: agent-listenserver-httpsvr=McAfee Agent@mcafee_agent; mcafee-agent-httpsvr=McAfee Agent@mcafee_agent;
    epolicy orchestrator server=McAfee ePolicy Orchestrator@epolicy_orchestrator; webshield=WebShield;
    mcafee web gateway=McAfee Web Gateway@web_gateway; spipe=McAfee ePolicy Orchestrator@epolicy_orchestrator
mdaemon: mdaemon/worldclient=WorldClient; worldclient=WorldClient; wdaemon=WorldClient
mentor/o: nucleus=Nucleus@nucleus_rtos
microsoft: iis=Microsoft IIS@internet_information_services;
    microsoft-pws=Microsoft Personal Web Server@personal_web_server; microsoft-cassini=Cassini;
    cougar=Windows Media Services@windows_media_services; wmserver=Windows Media Services@windows_media_services;
    frontpage=FrontPage@frontpage_server_extensions; arr=Application Request Routing; microsoft.owin=OWIN;
    microsoft-cpe=Microsoft CPE; windows-media-player=Windows Media Player@windows_media_player;
    microsoft-netcore=ASP.NET Core; asp.net=ASP.NET; microsoft asp.net=ASP.NET; microsoft-httpapi=Microsoft HTTPAPI;
    microsoft-azure-application-gateway=Azure Application Gateway;
    microsoft-azure-application-lb=Azure Application LB; windows-azure-blob=Azure Blob Storage;
    windows-azure-web=Azure Web; microsoft-internet-information-server=Microsoft IIS@internet_information_services;
    sharepoint=SharePoint
microsoft/o: microsoft-wince=Windows CE@windows_ce; microsoft-windows=Windows@windows;
    microsoft-windows-nt=Windows@windows; microsoft windows=Windows@windows
miniupnp_project: miniupnpd=MiniUPnPd; miniupnp=MiniUPnPd
mmonit: monit=Monit
mitel/h: mitel-minet=Mitel MiNet; aastra=Aastra; openstage=OpenStage
modssl: mod_ssl
mongodb: mongodb=MongoDB
mono-project: mono-xsp server=Mono XSP; mono.webserver2=Mono XSP; xsp=Mono XSP; mono-xsp=Mono XSP
moxa/h: moxahttp=Moxa; moxa=Moxa
ncsa: ncsa=NCSA httpd@httpd
netapp: netapp=NetApp@data_ontap; netcache=NetApp NetCache@netcache; netcache appliance=NetCache@netcache;
    data ontap=Data ONTAP@data_ontap
netbsd: bozohttpd
netgear/h: netgear=NETGEAR; readynas=ReadyNAS
netscape: netscape-enterprise=Netscape Enterprise Server@enterprise_server;
    netscape-fasttrack=Netscape FastTrack Server@fasttrack_server;
    netscape-commerce=Netscape Commerce Server@commerce_server;
    netscape-communications=Netscape Communications Server; netscape-administrator=Netscape Administration Server
netwin: surgemail=SurgeMail; surgeftp=SurgeFTP; dnews=DNews; cwmail=CWMail; dmailweb=DMailWeb
niagara: niagara web server=Niagara Web Server@niagara_framework
nortel/h: nortel networks business secure router; nortel=Nortel
nostromo: nostromo=nostromo@nhttpd
novell: novell-http-server=Novell HTTP Server; netware-enterprise-web-server=NetWare Enterprise Web Server@netware;
    netware http stack=NetWare HTTP Stack@netware; novell-agent=Novell Agent; ichain=iChain;
    novell-border-manager=BorderManager; zenworks=ZENworks; imanager=iManager
nullsoft: shoutcast=SHOUTcast@shoutcast_server; ultravox=Ultravox; winamp=Winamp
nuxeo: nuxeo=Nuxeo
ooma/h: ooma
openbsd: openbsd httpd=OpenBSD httpd@httpd; relayd=relayd
openlink: virtuoso=Virtuoso
opennms: opennms=OpenNMS
oracle: oracle-application-server-10g=Oracle Application Server@application_server;
    oracle9ias=Oracle Application Server@application_server;
    oracle application server=Oracle Application Server@application_server;
    oracle application server containers for j2ee 10g=Oracle Containers for J2EE@containers_for_j2ee;
    oracleas-web-cache-10g=Oracle Web Cache@application_server_web_cache;
    oracle9ias-web-cache=Oracle Web Cache@application_server_web_cache;
    oracleas-web-cache-11g=Oracle Web Cache@application_server_web_cache;
    oracle containers for j2ee=Oracle Containers for J2EE@containers_for_j2ee;
    oracle http server powered by apache=Oracle HTTP Server@http_server;
    oracle http server=Oracle HTTP Server@http_server; oracle xml db/oracle database=Oracle XML DB;
    oracle xml db/oracle9i enterprise edition=Oracle XML DB; oracle-http-server=Oracle HTTP Server@http_server;
    weblogic server=WebLogic Server@weblogic_server; weblogic weblogic server=WebLogic Server@weblogic_server;
    sun-ilom-web-server=Sun ILOM@integrated_lights_out_manager;
    oracle-ilom-web-server=Oracle ILOM@integrated_lights_out_manager; oracle-traffic-director=Oracle Traffic Director;
    oracle-iplanet-proxy-server=Oracle iPlanet Web Proxy Server@iplanet_web_proxy_server;
    oracle_webdb_listener=Oracle WebDB Listener; oracle_web_listener=Oracle Web Listener; oracle-webcenter=WebCenter;
    glassfish=GlassFish@glassfish_server
panasonic/h: panasonic camera server=Panasonic Camera Server; panasonic network camera=Panasonic Network Camera
philips/h: hue=Hue; ipbridge=Hue Bridge@hue_bridge
phusion: mod_rails=Phusion Passenger@passenger; phusion passenger=Phusion Passenger@passenger
pi3: pi3web=Pi3Web
plesk: plesk=Plesk; plesklin=Plesk; pleskwin=Plesk; psa=Plesk
plone: plone=Plone
plutinosoft: platinum=Platinum
polycom/h: polycom soundpoint ip telephone httpd=Polycom SoundPoint IP@soundpoint_ip; polycom=Polycom;
    viewstation=ViewStation; polycom-vvx=Polycom VVX
python: pastewsgiserver=PasteWSGIServer; python=Python; cpython=Python; zserver=ZServer;
    basehttp=Python http.server@python
qnap: http server=HTTP Server; qnap=QNAP
readymedia_project: minidlna=MiniDLNA@readymedia; readydlna=ReadyDLNA@readymedia; readymedia=MiniDLNA@readymedia
realnetworks: realserver=RealServer; helix server=Helix Server@helix_server;
    helix mobile server=Helix Mobile Server@helix_mobile_server
rejetto: hfs=HFS@http_file_server
roku/h: roku=Roku; soundbridge=SoundBridge
roxen: roxen=Roxen@webserver; roxen challenger=Roxen@webserver
ruby-lang: webrick=WEBrick; ruby=Ruby
sailsjs: sails=Sails
samsung/h: samsung http server=Samsung HTTP Server; samsung-webserver=Samsung; swm=Samsung; sec_upnp=Samsung UPnP
sap: sap j2ee engine=SAP J2EE Engine@j2ee_engine;
    sap internet transaction server=SAP Internet Transaction Server@internet_transaction_server;
    sap web application server=SAP Web Application Server@web_application_server;
    sap netweaver=SAP NetWeaver@netweaver; sap message server=SAP Message Server; saprouter=SAProuter
savant: savant=Savant@savant_webserver
servertec: servertec-iws=Servertec IWS
siemens/h: siemens gigaset=Siemens Gigaset; simatic=SIMATIC; scalance=SCALANCE; desigo=Desigo
sierrawireless/h: sierra wireless inc=Sierra Wireless; sierra wireless=Sierra Wireless
silverstream: silverstream server=SilverStream
snapappliance: snap appliance, inc.=Snap Appliance; snap appliances, inc.=Snap Appliance;
    quantum corporation.=Snap Server; meridian data=Snap Server
snom/h: snom embedded=snom; snom=snom
sonicwall: sonicwall=SonicWall; sonicwall ssl-vpn web server=SonicWall SSL-VPN@ssl-vpn
sonos/h: sonos=Sonos
sony/h: sony=Sony; nv=Sony Network Camera; gen5th=Sony Network Camera; gen6th=Sony Network Camera
sophos: sophos=Sophos; astaro=Astaro
spyglass: spyglass_microserver=Spyglass MicroServer
squid-cache: squid=Squid
sun: sun-one-web-server=Sun ONE Web Server@one_web_server;
    iplanet-webserver-enterprise=iPlanet Web Server@iplanet_web_server;
    sun-java-system/application-server=Sun Java System Application Server@java_system_application_server;
    sun java system application server=Sun Java System Application Server@java_system_application_server;
    sun-one-application-server=Sun ONE Application Server@one_application_server;
    sun-java-system-web-proxy-server=Sun Java System Web Proxy Server@java_system_web_proxy_server;
    java web server=Java Web Server; javawebserver=Java Web Server; java=Java; sun_webserver=Sun WebServer;
    sun-ras=Sun Ray Admin; jsf=JavaServer Faces; jsp=JavaServer Pages; servlet=Java Servlet
symantec: symantec endpoint protection manager=Symantec Endpoint Protection Manager@endpoint_protection_manager;
    brightmail=Brightmail; symantec=Symantec; raptor=Raptor Firewall; simple, secure web server=Raptor Firewall;
    secure web server=Raptor Firewall
synology: synology=Synology
tcl: tcl-webserver=TclHttpd@tclhttpd; tclhttpd=TclHttpd
tenable: nessuswww=Nessus@nessus
teradici: teradici=Teradici
tivo/h: tivo server=TiVo; tivo-httpd-1=TiVo
tntnet: tntnet=Tntnet
tp-link/h: tp-link router=TP-Link Router; tp-link=TP-Link; router webserver=TP-Link Router; tp-link httpd=TP-Link
twisted: twisted=Twisted@twisted; twistedweb=Twisted Web@twisted
ubicom: ubicom=Ubicom
ubnt: airos=airOS
undertow: undertow=Undertow
verity: ultraseek server=Ultraseek; ultraseek=Ultraseek
vivotek/h: vivotek network camera=Vivotek; vivotek=Vivotek; vivotek rapid logic=Vivotek
vmware: vmware esx/esxi=VMware ESXi@esxi; vmware=VMware; vmware-vcloud=vCloud; vcloud=vCloud
w3: jigsaw=Jigsaw; cern=CERN httpd@httpd; w3c-http=CERN httpd@httpd
webcamxp: webcamxp=webcamXP
webmin: miniserv=Webmin; webmin=Webmin
webstar: webstar=WebSTAR; 4d_webstar_s=4D WebSTAR@4d_webstar; 4d_webstar_d=4D WebSTAR@4d_webstar;
    4d webstar=4D WebSTAR@4d_webstar
windriver: windweb=WindWeb; windriver-webserver=Wind River WebServer; rapid logic=RapidLogic; rapidlogic=RapidLogic;
    vxworks webserver=VxWorks WebServer; ids-server=IDS-Server
windriver/o: vxworks=VxWorks
winstone: winstone servlet engine=Winstone; winstone servlet container=Winstone
wowza: wowzastreamingengine=Wowza Streaming Engine@streaming_engine; wowzamediaserver=Wowza Media Server@media_server
wpengine: wp engine=WP Engine
xerox/h: xerox_microserver=Xerox MicroServer; xerox=Xerox
xiongmaitech: uc-httpd; netsurveillance=NetSurveillance
yealink/h: yealink=Yealink; yealink sip-t20p=Yealink SIP-T20P@sip-t20p
zend: zend core=Zend Core; zendserver=Zend Server; zend server=Zend Server
zeus: zeus=Zeus@zeus_web_server
zimbra: zimbra=Zimbra
zope: zope=Zope
zte/h: mini web server=ZTE Mini web server; zte web server=ZTE web server
zyxel/h: zyxel=ZyXEL
"""

_NO_PRODUCTS = """
upnp; date; port; since; copyright; built; on; at; dlnadoc; http; https; https/1.1; http/1.1; http/1.0; unix; win32;
win64; rev; version; ver; release; build; server; unknown; none; null; private; hidden; localhost; web; www; api;
mime; content; app; client; page; site; x; data; schema; core; protocol; system; release-date; stable; final; ajax;
soap; dav; ms-author; sec-websocket; odata; dataservice; service-data; framework; platform; accept; max; min; etag;
last; if; cache
"""
"""Words that stand where a product would, and are a protocol's, a platform's, or a sentence's."""

PRODUCTS = Product.table(_TABLE, _NO_PRODUCTS)
