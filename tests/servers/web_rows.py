"""More real servers that speak HTTP: small ones, proxies, frameworks' own. Data; starts nothing."""

from __future__ import annotations

from server_row import Port, Server

_WSGI = "import sys\ndef app(environ, start_response):\n    start_response('200 OK', [])\n    return [b'hello']\n"

WEB = (
    Server(
        "cups",
        "cups-daemon",
        (Port("cups", 631, "http", "CUPS", version=True, parts=2),),
        "cupsd -f -c @D/c -s @D/files",
        before="printf 'SystemGroup root\\nAccessLog @D/a\\nErrorLog @D/e\\nPageLog @D/p\\nCacheDir @D/k\\nStateDir"
        " @D/r\\nRequestRoot @D/s\\nServerRoot @D\\nTempDir @D/t\\n' > @D/files; mkdir @D/k @D/r @D/s @D/t",
        config="Listen 127.0.0.1:631\nBrowsing Off\n<Location />\n  Order allow,deny\n  Allow localhost\n</Location>\n",
    ),
    Server(
        "mini-httpd",
        "mini-httpd",
        (Port("mini-httpd", 8082, "http", "mini_httpd", version=True),),
        "mini_httpd -D -p 8082 -h 127.0.0.1 -d @D",
    ),
    Server(
        "webfs",
        "webfs",
        (Port("webfs", 8083, "http", "webfs", version=True),),
        "webfsd -F -p 8083 -i 127.0.0.1 -r @D -u nobody -g nogroup",
    ),
    Server(
        "caddy",
        "caddy",
        (Port("caddy", 8085, "http", "Caddy"),),
        "HOME=@D XDG_DATA_HOME=@D XDG_CONFIG_HOME=@D caddy run --adapter caddyfile --config @D/c",
        config="{\n\tadmin off\n\tauto_https off\n}\nhttp://127.0.0.1:8085 {\n\tbind 127.0.0.1\n\trespond hello\n}\n",
    ),
    Server(
        "gunicorn",
        "gunicorn",
        (Port("gunicorn", 8087, "http", "Gunicorn"),),
        "gunicorn --chdir @D -b 127.0.0.1:8087 c:app",
        before="cp @D/c @D/c.py",
        config=_WSGI,
    ),
    Server(
        "waitress",
        "python3-waitress",
        (Port("waitress", 8088, "http", "Waitress"),),
        "waitress-serve --listen 127.0.0.1:8088 c:app",
        before="cp @D/c @D/c.py; cd @D; export PYTHONPATH=@D",
        config=_WSGI,
    ),
    Server(
        "werkzeug",
        "python3-werkzeug",
        (Port("werkzeug", 8089, "http", "Werkzeug", version=True),),
        "/usr/bin/python3 @D/c",
        config="from werkzeug.serving import run_simple\nfrom werkzeug.wrappers import Response\n"
        "run_simple('127.0.0.1', 8089, Response('hello'))\n",
    ),
    Server(
        "tornado",
        "python3-tornado",
        (Port("tornado", 8090, "http", "Tornado", version=True, parts=2),),
        "/usr/bin/python3 @D/c",
        config="import asyncio, tornado.web\nasync def main():\n"
        "    tornado.web.Application([]).listen(8090, '127.0.0.1')\n"
        "    await asyncio.Event().wait()\nasyncio.run(main())\n",
    ),
    Server(
        "aiohttp",
        "python3-aiohttp",
        (Port("aiohttp", 8091, "http", "aiohttp", version=True),),
        "/usr/bin/python3 @D/c",
        config="from aiohttp import web\nweb.run_app(web.Application(), host='127.0.0.1', port=8091)\n",
    ),
    Server(
        "cherrypy",
        "python3-cherrypy3",
        (Port("cherrypy", 8092, "http", "CherryPy", version=True),),
        "/usr/bin/python3 @D/c",
        config="import cherrypy\n"
        "cherrypy.config.update({'server.socket_host': '127.0.0.1', 'server.socket_port': 8092})\n"
        "class Root:\n    @cherrypy.expose\n    def index(self):\n        return 'hello'\n"
        "cherrypy.quickstart(Root())\n",
    ),
    Server(
        "uvicorn",
        "uvicorn",
        (Port("uvicorn", 8093, "http", "Uvicorn"),),
        "uvicorn --app-dir @D --host 127.0.0.1 --port 8093 c:app",
        before="cp @D/c @D/c.py",
        config="""\
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})
""",
    ),
    Server(
        "php",
        "php8.2-cli",
        (Port("php", 8095, "http", "PHP", version=True),),
        "php -S 127.0.0.1:8095 -t @D @D/index.php",
        before="echo '<?php echo 1;' > @D/index.php",
    ),
    Server(
        "python",
        "python3.11-minimal",
        (Port("python", 8096, "http", "Python", version=True),),
        "/usr/bin/python3 -m http.server -b 127.0.0.1 -d @D 8096",
    ),
    Server(
        "fossil",
        "fossil",
        (Port("fossil", 8097, "http"),),
        "fossil server --localhost -P 8097 @D/r",
        before="export HOME=@D; fossil new @D/r -A root",
    ),
    Server(
        "icecast",
        "icecast2",
        (Port("icecast", 8098, "http", "Icecast", version=True),),
        "icecast2 -c @D/c",
        before="chown nobody @D",
        config="""\
<icecast>
  <limits><clients>9</clients><sources>2</sources></limits>
  <authentication><source-password>x</source-password><admin-password>x</admin-password></authentication>
  <hostname>radio.example.test</hostname>
  <listen-socket><port>8098</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <paths><basedir>@D</basedir><logdir>@D</logdir><webroot>@D</webroot><adminroot>@D</adminroot></paths>
  <security><chroot>0</chroot><changeowner><user>nobody</user><group>nogroup</group></changeowner></security>
</icecast>
""",
    ),
    Server(
        "monit",
        "monit",
        (Port("monit", 2812, "http", "Monit", version=True),),
        "monit -I -c @D/c",
        before="chmod 600 @D/c",
        config="set daemon 600\nset pidfile @D/pid\nset idfile @D/id\nset statefile @D/state\n"
        "set httpd port 2812 and use address 127.0.0.1\n  allow x:y\n",
    ),
    Server(
        "transmission",
        "transmission-daemon",
        (Port("transmission", 9091, "http", "Transmission"),),
        "transmission-daemon -f -g @D -r 127.0.0.1 -p 9091 -P 51413 --no-portmap --no-dht --no-lpd",
    ),
    Server(
        "haproxy",
        "haproxy",
        (
            Port("haproxy", 8404, "http", "HAProxy", version=True, revision=True, distro="Debian"),
            Port("haproxy-mute", 8405, "http", "HAProxy"),
        ),
        "haproxy -db -f @D/c",
        config="""\
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend stats
  bind 127.0.0.1:8404
  stats enable
  stats uri /
frontend other
  bind 127.0.0.1:8405
  http-request deny deny_status 503
""",
    ),
    Server(
        "varnish",
        "varnish",
        (Port("varnish", 6081, "http", "Varnish", version=True, parts=2),),
        "varnishd -F -a 127.0.0.1:6081 -b 127.0.0.1:80 -n @D/v -j none",
    ),
    Server(
        "tinyproxy",
        "tinyproxy",
        (Port("tinyproxy", 8888, "http-proxy", "Tinyproxy", version=True),),
        "tinyproxy -d -c @D/c",
        config='User nobody\nGroup nogroup\nPort 8888\nListen 127.0.0.1\nTimeout 60\nLogFile "@D/log2"\n'
        'DefaultErrorFile "/usr/share/tinyproxy/default.html"\n',
    ),
    Server(
        "privoxy",
        "privoxy",
        (Port("privoxy", 8118, "http", "Privoxy"),),
        "privoxy --no-daemon @D/c",
        config="confdir /etc/privoxy\nlogdir @D\nlisten-address 127.0.0.1:8118\n",
    ),
    Server(
        "apt-cacher-ng",
        "apt-cacher-ng",
        (Port("apt-cacher-ng", 3142, "http", "Apt-Cacher NG"),),
        "apt-cacher-ng ForeGround=1 Port=3142 BindAddress=127.0.0.1 CacheDir=@D LogDir=@D"
        " ReportPage=acng-report.html SupportDir=/usr/lib/apt-cacher-ng PidFile=@D/pid SocketPath=",
    ),
    Server(
        "aria2",
        "aria2",
        (Port("aria2", 6800, "http", "aria2", version=True),),
        "aria2c --no-conf --enable-rpc --rpc-listen-port=6800 --dir=@D --enable-dht=false",
    ),
    Server(
        "nghttpd",
        "nghttp2-server",
        (Port("nghttpd", 8099, "http2"),),
        "nghttpd --no-tls -a 127.0.0.1 -d @D 8099",
    ),
)
