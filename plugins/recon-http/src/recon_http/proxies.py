"""What stands in front of servers: proxies, caches, balancers, delivery networks."""

from __future__ import annotations

from recon import Match
from recon_http.grammar import END, token, value

MATCHES = (
    value(
        rb"\(Varnish/(?P<version>\d[\w.]*)\)|\bvarnish(?:-v\d)?" + END,
        "Varnish",
        {b"1.1 varnish (Varnish/6.0)": None, b"1.1 varnish-v4": None, b"1.1 varnish": None},
        vendor="varnish-software",
        cpe="cpe:2.3:a:varnish_cache_project:varnish_cache",
        header="via",
    ),
    value(
        rb"^(?:\d+ ?)+$",
        "Varnish",
        {b"32770": None, b"98306 32772": None},
        vendor="varnish-software",
        cpe="cpe:2.3:a:varnish_cache_project:varnish_cache",
        header="x-varnish",
    ),
    token(
        rb"Varnish",
        "Varnish",
        {b"Varnish": None},
        vendor="varnish-software",
        cpe="cpe:2.3:a:varnish_cache_project:varnish_cache",
    ),
    *(
        value(
            rb"\bsquid(?:/(?P<version>\d[\w.]*))?",
            "Squid",
            examples,
            vendor="squid-cache",
            header=header,
        )
        for header, examples in (
            ("server", {b"squid/4.10": "4.10", b"squid": None}),
            ("via", {b"1.1 proxy.example.org (squid/5.7)": "5.7"}),
        )
    ),
    token(rb"(?:istio-)?envoy", "Envoy", {b"envoy": None, b"istio-envoy": None}, vendor="envoyproxy"),
    token(
        rb"ATS",
        "Apache Traffic Server",
        {b"ATS/9.1.2": "9.1.2", b"ATS": None},
        vendor="apache",
        cpe="cpe:2.3:a:apache:traffic_server",
    ),
    value(
        rb"^NetCache(?: appliance)? \(NetApp/(?P<version>\d[\w.]*)\)",
        "NetApp NetCache",
        {b"NetCache appliance (NetApp/6.1.1)": "6.1.1"},
        vendor="netapp",
        cpe="cpe:2.3:a:netapp:netcache",
    ),
    token(rb"kong", "Kong", {b"kong/2.8.1": "2.8.1"}, vendor="konghq"),
    value(
        rb"^(?:BigIP|BIG-IP)$",
        "F5 BIG-IP",
        {b"BigIP": None},
        vendor="f5",
        cpe="cpe:2.3:a:f5:big-ip_local_traffic_manager",
    ),
    token(rb"cloudflare(?:-nginx)?", "Cloudflare", {b"cloudflare": None}, vendor="cloudflare"),
    token(rb"CloudFront", "Amazon CloudFront", {b"CloudFront": None}, vendor="amazon"),
    token(rb"AmazonS3", "Amazon S3", {b"AmazonS3": None}, vendor="amazon"),
    token(rb"awselb", "Amazon ELB", {b"awselb/2.0": "2.0"}, vendor="amazon"),
    token(rb"AkamaiGHost", "Akamai GHost", {b"AkamaiGHost": None}, vendor="akamai"),
    token(
        rb"(?:gws|Google Frontend|gvs|ESF)",
        "Google Frontend",
        {b"gws": None, b"Google Frontend": None},
        vendor="google",
    ),
    value(rb"^MinIO(?:/(?P<release>[^ ]+))?", "MinIO", {b"MinIO": None}, vendor="minio"),
    value(
        rb"^Nexus/(?P<version>\d[\w.]*-\d+)",
        "Nexus Repository Manager",
        {b"Nexus/3.37.3-02 (OSS)": "3.37.3-02"},
        vendor="sonatype",
    ),
    token(rb"Artifactory", "Artifactory", {b"Artifactory/7.49.5": "7.49.5"}, vendor="jfrog"),
    token(
        rb"Docker",
        "Docker Engine",
        {b"Docker/20.10.7 (linux)": "20.10.7"},
        vendor="docker",
        cpe="cpe:2.3:a:docker:docker",
    ),
    Match(
        rb"(?i:Tor is not an HTTP Proxy)",
        field="status",
        service="socks5",
        vendor="torproject",
        product="Tor",
        examples={b"HTTP/1.0 501 Tor is not an HTTP Proxy": {"product": "Tor"}},
    ),
)
