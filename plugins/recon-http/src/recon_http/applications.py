"""Applications behind a web server, by the title, a header or a line of the page that only they write."""

from __future__ import annotations

from recon import Match
from recon_http.grammar import value

_APACHE = "cpe:2.3:a:apache:http_server"
_V = rb"(?P<version>\d[\w.]*)"


def _page(  # noqa: PLR0913 - one keyword a field of Match
    pattern: bytes,
    product: str,
    vendor: str | None,
    example: bytes,
    version: str | None = None,
    *,
    field: str = "body",
    cpe: str | None = None,
    name: str | None = None,
) -> Match:
    expected = {"product": product} | ({"version": version} if version else {})
    return Match(
        pattern,
        service="http",
        vendor=vendor,
        product=product,
        cpe=cpe,
        name=name,
        field=field,
        examples={example: expected},
    )


def _title(  # noqa: PLR0913 - the same
    pattern: bytes, product: str, vendor: str, example: bytes, version: str | None = None, *, cpe: str | None = None
) -> Match:
    return _page(pattern, product, vendor, example, version, field="title", cpe=cpe)


MATCHES = (
    Match(
        rb"HAProxy version " + _V + rb"(?:-(?P<revision>[\w.+~]+))?, released",
        service="http",
        vendor="haproxy",
        product="HAProxy",
        distro="Debian",
        field="body",
        examples={
            b"HAProxy version 2.6.12-1+deb12u4, released 2023/12/16</a></h1>": {
                "version": "2.6.12",
                "revision": "1+deb12u4",
                "distro": "Debian",
            },
            b"HAProxy version 2.8.3, released 2023/09/07</a>": {"version": "2.8.3"},
        },
    ),
    _page(
        rb"^<html><body><h1>\d\d\d [^<]*</h1>\n(?:No server is available to handle this request|Your browser sent an "
        rb"invalid request|Request forbidden by administrative rules)\.\n</body></html>",
        "HAProxy",
        "haproxy",
        b"<html><body><h1>503 x</h1>\nNo server is available to handle this request.\n</body></html>\n",
        name="http.haproxy-error",
    ),
    Match(
        rb"^ZNC " + _V + rb"(?:\+deb(?P<revision>[\w.+~]+))?",
        service="http",
        vendor="znc",
        product="ZNC",
        distro="Debian",
        field="header:server",
        examples={
            b"ZNC 1.8.2+deb3.1+deb12u2 - https://znc.in": {"version": "1.8.2", "revision": "3.1+deb12u2"},
            b"ZNC 1.9.0 - https://znc.in": {"version": "1.9.0"},
        },
    ),
    _page(
        rb"^HTTP/1\.[01] 400 Invalid header received from client",
        "Privoxy",
        "privoxy",
        b"HTTP/1.0 400 Invalid header received from client",
        field="status",
    ),
    _title(rb"^Apt-Cacher NG", "Apt-Cacher NG", "apt-cacher-ng_project", b"Apt-Cacher NG maintenance page"),
    _page(rb"<td[^>]*>Apt-Cacher NG Usage Information</td>", "Apt-Cacher NG", "apt-cacher-ng_project",
          b'<td class="title" style="width:580px;">Apt-Cacher NG Usage Information</td>', name="http.apt-cacher-usage"),
    _page(rb"<pre>\n\ns_server -[^\n]*\n|\nCiphers supported in s_server binary\n", "OpenSSL", "openssl",
          b'<HTML><BODY BGCOLOR="#ffffff">\n<pre>\n\ns_server -accept 4433 -www \nSecure Renegotiation IS supported\n'
          b"Ciphers supported in s_server binary\nTLSv1.3    :TLS_AES_256_GCM_SHA384", name="http.openssl-s_server"),
    _title(rb"^Prometheus Time Series", "Prometheus", "prometheus", b"Prometheus Time Series Collection"),
    _title(rb"^Node Exporter$", "Prometheus Node Exporter", "prometheus", b"Node Exporter"),
    _page(
        rb"<h1>Prometheus Node Exporter</h1>|Version: \(version=" + _V + rb", branch=",
        "Prometheus Node Exporter",
        "prometheus",
        b"<div>Version: (version=1.5.0, branch=debian/sid, revision=1.5.0-1+b6)</div>",
        "1.5.0",
    ),
    _title(rb"^GitLab$|\bGitLab$", "GitLab", "gitlab", "Sign in · GitLab".encode()),
    _page(rb"Powered by Gitea[\s\S]{0,40}?(?:Version:\s*)?" + _V, "Gitea", "gitea",
          b"Powered by Gitea Version: 1.21.3 Page: 3ms", "1.21.3"),
    _page(rb'"cluster_name"[\s\S]*?"number" ?: ?"(?P<version>\d[^"]*)"[\s\S]*?"lucene_version"', "Elasticsearch",
          "elastic", b'{"name":"a","cluster_name":"b","version":{"number":"7.17.9","lucene_version":"8.11.1"},'
          b'"tagline":"You Know, for Search"}', "7.17.9"),
    _page(rb'"distribution" ?: ?"opensearch",\s*"number" ?: ?"(?P<version>\d[^"]*)"', "OpenSearch", "amazon",
          b'{"cluster_name":"b","version":{"distribution":"opensearch","number":"2.11.0"}}', "2.11.0"),
    _page(rb'\{"couchdb":"Welcome"[\s\S]*?"version":"(?P<version>\d[^"]*)"', "CouchDB", "apache",
          b'{"couchdb":"Welcome","version":"3.3.2","git_sha":"11a234070"}', "3.3.2"),
    value(rb"^" + _V + rb"$", "Kibana", {b"7.17.9": "7.17.9"}, vendor="elastic", header="kbn-version"),
    value(rb"^.+", "Kibana", {b"kibana": None}, vendor="elastic", header="kbn-name"),
    value(
        rb"^registry/2\.0", "Docker Registry", {b"registry/2.0": None}, vendor="docker",
        header="docker-distribution-api-version",
    ),
    value(rb"^\d+$", "Consul", {b"17": None}, vendor="hashicorp", header="x-consul-index"),
    _title(rb"^Consul(?: by HashiCorp)?$", "Consul", "hashicorp", b"Consul by HashiCorp"),
    _title(rb"^Vault$", "Vault", "hashicorp", b"Vault"),
    _title(rb"^MinIO (?:Browser|Console)$", "MinIO", "minio", b"MinIO Browser"),
    _title(rb"^(?:Jupyter Notebook|Home Page - Select or create a notebook|JupyterLab)$", "Jupyter", "jupyter",
           b"Jupyter Notebook"),
    _title(rb"^RabbitMQ Management$", "RabbitMQ Management", "vmware", b"RabbitMQ Management"),
    _title(rb"^Sign in \[Jenkins\]|^Dashboard \[Jenkins\]", "Jenkins", "jenkins", b"Sign in [Jenkins]"),
    _title(rb"^Traefik(?: Proxy)?$", "Traefik", "traefik", b"Traefik"),
    _title(rb"^Welcome to nginx!$", "nginx", "f5", b"Welcome to nginx!"),
    _title(rb"^Zabbix$|: Zabbix$", "Zabbix", "zabbix", b"Zabbix"),
    _title(rb"^Nextcloud$", "Nextcloud", "nextcloud", b"Nextcloud"),
    _title(rb"^Roundcube Webmail|:: Welcome to Roundcube", "Roundcube", "roundcube", b"Roundcube Webmail :: Login"),
    _title(rb"^Proxmox Virtual Environment|- Proxmox Virtual Environment$", "Proxmox VE", "proxmox",
           b"pve1 - Proxmox Virtual Environment"),
    _title(rb"^OPNsense|\| OPNsense$", "OPNsense", "opnsense", b"Login | OPNsense"),
    _title(rb"^TrueNAS|^FreeNAS", "TrueNAS", "ixsystems", b"TrueNAS"),
    _title(rb"^Home Assistant$", "Home Assistant", "home-assistant", b"Home Assistant"),
    _title(rb"^UniFi (?:Network|OS|Controller)", "UniFi", "ui", b"UniFi Network"),
    _title(rb"^SonarQube$", "SonarQube", "sonarsource", b"SonarQube"),
    _title(rb"^(?:Welcome to )?JBoss (?:AS|Application Server)(?: " + _V + rb")?", "JBoss Application Server", "redhat",
           b"Welcome to JBoss Application Server 7.1.1", "7.1.1"),
    _title(rb"^Test Page for the Apache", "Apache httpd", "apache", b"Test Page for the Apache HTTP Server",
           cpe=_APACHE),
    _title(rb"^Apache2 (?P<distro>Debian|Ubuntu) Default Page", "Apache httpd", "apache",
           b"Apache2 Debian Default Page: It works", cpe=_APACHE),
    _title(rb"^IIS(?: Windows(?: Server)?)?$|^IIS(?P<release>\d+)$", "Microsoft IIS", "microsoft",
           b"IIS Windows Server", cpe="cpe:2.3:a:microsoft:internet_information_services"),
)  # fmt: skip
