"""Redis and what speaks its protocol (RESP): ``INFO server`` tells version, mode and system, or wants a password."""

from __future__ import annotations

from recon.model import Match, Probe

_VERSION = rb"(?P<version>\d[\w.-]*)"
_REST = rb"redis_mode:(?P<mode>\w+)\r\n(?:os:(?P<os>[^\r\n]*)\r\n)?(?:arch_bits:(?P<arch_bits>\d+)\r\n)?"

_REDIS = (
    b"$599\r\n# Server\r\nredis_version:7.0.15\r\nredis_git_sha1:00000000\r\nredis_git_dirty:0\r\n"
    b"redis_build_id:ae4d7c971a948f0\r\nredis_mode:standalone\r\nos:Linux 6.1.0-28-amd64 x86_64\r\narch_bits:64\r\n"
    b"monotonic_clock:POSIX clock_gettime\r\ntcp_port:6379\r\n\r\n"
)
_VALKEY = (
    b"$700\r\n# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\nvalkey_relea"
    b"se_stage:ga\r\n"
    b"redis_git_sha1:00000000\r\nserver_mode:standalone\r\nos:Linux 6.1.0 x86_64\r\narch_bits:64\r\n\r\n"
)
_DRAGONFLY = (
    b"$200\r\n# Server\r\nredis_version:7.4.0\r\ndragonfly_version:df-v1.25.1\r\nredis_mode:standa"
    b"lone\r\narch_bits:64\r\n\r\n"
)
_KVROCKS = (
    b"$200\r\n# Server\r\nversion:2.8.0\r\nkvrocks_version:2.8.0\r\nredis_version:4.0.0\r\ngit_sha1:18c6ab9\r\n\r\n"
)

_MATCHES = (
    Match(
        rb"^\$\d+\r\n(?:# Server\r\n)?redis_version:" + _VERSION + rb"\r\n(?:redis_git_sha1:(?:[^\n]*\n)*?)?" + _REST,
        service="redis",
        vendor="redis",
        product="Redis",
        examples={
            _REDIS: {"version": "7.0.15", "mode": "standalone", "os": "Linux 6.1.0-28-amd64 x86_64", "arch_bits": "64"},
            _REDIS.replace(b"standalone", b"sentinel"): {"version": "7.0.15", "mode": "sentinel"},
        },
    ),
    Match(
        rb"^\$\d+\r\nredis_version:" + _VERSION + rb"\r\nredis_git_sha1:[0-9a-f]+\r\nredis_git_dirty:\d\r\narch_bits:",
        service="redis",
        vendor="redis",
        product="Redis",
        examples={
            b"$300\r\nredis_version:2.4.10\r\nredis_git_sha1:00000000\r\nredis_git_dirty:0\r\narch_bits:64\r\n"
            b"multiplexing_api:epoll\r\nprocess_id:1\r\n": {"version": "2.4.10"},
        },
    ),
    Match(
        rb"^\$\d+\r\n# Server\r\nredis_version:[\d.]+\r\nserver_name:valkey\r\nvalkey_version:" + _VERSION + rb"\r\n",
        service="redis",
        vendor="lfprojects",
        product="Valkey",
        examples={_VALKEY: {"version": "8.0.1"}},
    ),
    Match(
        rb"^\$\d+\r\n# Server\r\nredis_version:[\d.]+\r\ndragonfly_version:df-v" + _VERSION + rb"\r\n",
        service="redis",
        vendor="dragonflydb",
        product="Dragonfly",
        examples={_DRAGONFLY: {"version": "1.25.1"}},
    ),
    Match(
        rb"^\$\d+\r\n# Server\r\n(?:version:[\w.]+\r\n)?kvrocks_version:" + _VERSION + rb"\r\n",
        service="redis",
        vendor="apache",
        product="Apache Kvrocks",
        cpe="cpe:2.3:a:apache:kvrocks",
        examples={_KVROCKS: {"version": "2.8.0"}},
    ),
    Match(
        rb"^-NOAUTH Authentication required\.\r\n",
        service="redis",
        vendor="redis",
        product="Redis",
        name="redis.password",
        facts={"password": "required"},
        examples={b"-NOAUTH Authentication required.\r\n": {"password": "required", "product": "Redis"}},
    ),
    Match(
        rb"^-DENIED Redis is running in protected mode",
        service="redis",
        vendor="redis",
        product="Redis",
        name="redis.protected",
        facts={"protected_mode": "yes"},
        examples={
            b"-DENIED Redis is running in protected mode because protected mode is enabled and no password is set"
            b" for the default user.\r\n": {"protected_mode": "yes"}
        },
    ),
    Match(
        rb"^-(?:DENIED Running in protected mode|ERR operation not permitted\r\n|ERR unknown command "
        rb"[`']?INFO|NOPERM )",
        service="redis",
        examples={
            b"-ERR operation not permitted\r\n": {"service": "redis"},
            b"-DENIED Running in protected mode because protected mode is enabled\r\n": {"service": "redis"},
            b"-ERR unknown command 'INFO'\r\n": {"service": "redis"},
        },
    ),
)

PROBES = (Probe("redis", ports="6379-6389,7000-7005,16379,26379", send=b"INFO server\r\n", rarity=8, matches=_MATCHES),)
