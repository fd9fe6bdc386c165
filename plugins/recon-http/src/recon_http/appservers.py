"""Servers that run applications, by language."""

from __future__ import annotations

from recon_http.grammar import END, START, token, value

MATCHES = (
    # Java
    value(
        START + rb"Apache-Coyote(?:/(?P<connector>\d[\w.]*))?" + END,
        "Apache Tomcat",
        {b"Apache-Coyote/1.1": None},
        vendor="apache",
        cpe="cpe:2.3:a:apache:tomcat",
    ),
    token(
        rb"Apache[ -]Tomcat",
        "Apache Tomcat",
        {b"Apache Tomcat/8.5.5": "8.5.5"},
        vendor="apache",
        cpe="cpe:2.3:a:apache:tomcat",
    ),
    value(
        START + rb"Jetty\((?:EAP-)?(?P<version>\d[\w.]*)[^)]*\)",
        "Jetty",
        {b"Jetty(9.4.43.v20210629)": "9.4.43.v20210629", b"Jetty(12.0.5)": "12.0.5"},
        vendor="eclipse",
    ),
    token(rb"Jetty", "Jetty", {b"Jetty/5.1.12 (Linux/2.6.18 i386 java/1.5.0": "5.1.12"}, vendor="eclipse"),
    value(
        rb"^(?:Sun )?GlassFish (?:Server|Enterprise Server)(?: Open Source Edition)?[ ]*(?:v?(?P<version>\d[\w.]*))?"
        + END,
        "GlassFish",
        {
            b"GlassFish Server Open Source Edition  4.1": "4.1",
            b"Sun GlassFish Enterprise Server v2.1.1": "2.1.1",
            b"GlassFish Server Open Source Edition  3.1.2.2": "3.1.2.2",
        },
        vendor="oracle",
    ),
    value(
        rb"^Payara Server[ ]+(?P<version>\d[\w.]*)",
        "Payara Server",
        {b"Payara Server  5.2021.1 #badassfish": "5.2021.1"},
        vendor="payara",
        cpe="cpe:2.3:a:payara:payara_server",
    ),
    token(rb"WildFly", "WildFly", {b"WildFly/10": "10"}, vendor="redhat"),
    token(
        rb"JBoss-EAP",
        "JBoss EAP",
        {b"JBoss-EAP/7": "7"},
        vendor="redhat",
        cpe="cpe:2.3:a:redhat:jboss_enterprise_application_platform",
    ),
    value(
        rb"\bJBoss(?:AS|Web)?-(?P<version>\d[\w.]*)",
        "JBoss Application Server",
        {b"Servlet/3.0; JBossAS-6": "6", b"Servlet 2.5; JBoss-5.0/JBossWeb-2.1": "5.0"},
        vendor="redhat",
        header="x-powered-by",
    ),
    value(
        rb"/JBossWeb-(?P<version>\d[\w.]*)",
        "JBoss Web",
        {b"Servlet 2.5; JBoss-5.0/JBossWeb-2.1": "2.1"},
        vendor="redhat",
        header="x-powered-by",
    ),
    value(
        rb"/Tomcat-(?P<version>\d[\w.]*)",
        "Apache Tomcat",
        {b"Servlet 2.4; JBoss-4.0.3SP1 (build: x)/Tomcat-5.5": "5.5"},
        vendor="apache",
        cpe="cpe:2.3:a:apache:tomcat",
        header="x-powered-by",
    ),
    token(rb"Undertow", "Undertow", {b"Undertow/1": "1"}, vendor="redhat", header="x-powered-by"),
    value(
        rb"\bWebLogic Server (?P<version>\d[\w.]*)",
        "WebLogic Server",
        {b"WebLogic Server 10.3.6.0 Tue Nov 15 08:52:36 PST 2011": "10.3.6.0"},
        vendor="oracle",
    ),
    token(
        rb"WebSphere Application Server",
        "WebSphere Application Server",
        {b"WebSphere Application Server/8.5": "8.5"},
        vendor="ibm",
    ),
    value(
        rb"^Servlet/(?P<version>\d[\d.]*)",
        "Java Servlet",
        {b"Servlet/3.0": "3.0", b"Servlet/2.5 JSP/2.1": "2.5"},
        header="x-powered-by",
    ),
    token(rb"Resin", "Resin", {b"Resin/4.0.66": "4.0.66"}, vendor="caucho"),
    token(rb"akka-http", "Akka HTTP", {b"akka-http/10.2.9": "10.2.9"}, vendor="lightbend"),
    token(rb"Restlet-Framework", "Restlet", {b"Restlet-Framework/2.3.9": "2.3.9"}, vendor="restlet"),
    value(
        rb"^SAP NetWeaver Application Server[ ]*(?P<version>\d[\d.]*)?",
        "SAP NetWeaver Application Server",
        {
            b"SAP NetWeaver Application Server 7.53 / AS Java 7.50": "7.53",
            b"SAP NetWeaver Application Server / ABAP 750": None,
        },
        vendor="sap",
    ),
    # Python
    token(rb"Werkzeug", "Werkzeug", {b"Werkzeug/2.3.4 Python/3.11.2": "2.3.4"}, vendor="palletsprojects"),
    token(rb"gunicorn", "Gunicorn", {b"gunicorn/20.1.0": "20.1.0", b"gunicorn": None}, vendor="gunicorn"),
    token(rb"uvicorn", "Uvicorn", {b"uvicorn": None}, vendor="encode"),
    token(rb"hypercorn(?:-h\w+)?", "Hypercorn", {b"hypercorn-h11": None}, vendor="hypercorn_project"),
    token(rb"daphne", "Daphne", {b"daphne": None}, vendor="djangoproject"),
    token(rb"waitress", "Waitress", {b"waitress": None}, vendor="agendaless"),
    token(rb"CherryPy", "CherryPy", {b"CherryPy/18.6.0": "18.6.0"}, vendor="cherrypy"),
    token(rb"Cheroot", "Cheroot", {b"Cheroot/8.6.0": "8.6.0"}, vendor="cherrypy"),
    token(rb"TornadoServer", "Tornado", {b"TornadoServer/6.1": "6.1"}, vendor="tornadoweb"),
    token(rb"aiohttp", "aiohttp", {b"Python/3.9 aiohttp/3.8.1": "3.8.1"}, vendor="aiohttp"),
    token(
        rb"TwistedWeb",
        "Twisted Web",
        {b"TwistedWeb/20.3.0": "20.3.0"},
        vendor="twisted",
        cpe="cpe:2.3:a:twisted:twisted",
    ),
    value(
        START + rb"TwistedWeb/\[twisted\.web, version (?P<version>\d[\w.]*)\]",
        "Twisted Web",
        {b"TwistedWeb/[twisted.web, version 12.1.0]": "12.1.0"},
        vendor="twisted",
        cpe="cpe:2.3:a:twisted:twisted",
    ),
    token(rb"(?:SimpleHTTP|BaseHTTP)", "Python http.server", {b"SimpleHTTP/0.6 Python/3.11.2": "0.6"}, vendor="python"),
    token(rb"WSGIServer", "Python wsgiref", {b"WSGIServer/0.2 CPython/3.8.10": "0.2"}, vendor="python"),
    value(
        START + rb"Zope/\((?:Zope )?(?P<version>[^,)]+)",
        "Zope",
        {b"Zope/(2.13.19, python 2.6.8, linux2) ZServer/1.1": "2.13.19"},
        vendor="zope",
    ),
    # Ruby
    token(rb"WEBrick", "WEBrick", {b"WEBrick/1.6.0 (Ruby/2.7.0/2019-12-25)": "1.6.0"}, vendor="ruby-lang"),
    token(
        rb"(?i:puma)", "Puma", {b"puma 5.6.4 Birdie's Version": "5.6.4", b"Puma": None}, vendor="puma", between=b"[ /]"
    ),
    token(rb"Mongrel", "Mongrel", {b"Mongrel 1.1.5": "1.1.5"}, between=b"[ /]"),
    token(
        rb"thin",
        "Thin",
        {b"thin 1.7.2 codename Bachmanity": "1.7.2", b"thin": None},
        vendor="macournoyer",
        between=b"[ /]",
    ),
    # .NET, Node.js, Erlang, Perl
    token(rb"Kestrel", "Kestrel", {b"Kestrel": None}, vendor="microsoft"),
    token(rb"Cowboy", "Cowboy", {b"Cowboy": None}, vendor="ninenines"),
    token(rb"MochiWeb", "MochiWeb", {b"MochiWeb/1.1 WebMachine/1.10.0": "1.1"}),
    token(rb"CouchDB", "CouchDB", {b"CouchDB/3.2.1 (Erlang OTP/23)": "3.2.1"}, vendor="apache"),
    token(rb"Mojolicious", "Mojolicious", {b"Mojolicious (Perl)": None}, vendor="mojolicious"),
)
