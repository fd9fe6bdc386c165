"""Real servers that other servers stand on: names, queues, stores, monitoring. Data; starts nothing."""

from __future__ import annotations

from server_row import Port, Server

INFRASTRUCTURE = (
    Server(
        "unbound",
        "unbound",
        (Port("unbound", 5301, "dns", "Unbound", version=True),),
        "unbound -d -p -c @D/c",
        config="""\
server:
  interface: 127.0.0.1@5301
  do-not-query-localhost: no
  chroot: ""
  username: ""
  directory: "@D"
  pidfile: ""
  use-syslog: no
  hide-version: no
remote-control:
  control-enable: no
""",
    ),
    Server(
        "nsd",
        "nsd",
        (Port("nsd", 5302, "dns", "NSD", version=True),),
        "nsd -d -c @D/c",
        config="""\
server:
  ip-address: 127.0.0.1@5302
  username: ""
  zonesdir: "@D"
  database: ""
  pidfile: "@D/pid"
  xfrdfile: "@D/xfrd"
  xfrdir: "@D"
  zonelistfile: "@D/zones"
remote-control:
  control-enable: no
""",
    ),
    Server(
        "dnsmasq",
        "dnsmasq-base",
        (Port("dnsmasq", 5303, "dns", "dnsmasq", version=True),),
        "dnsmasq -k -C @D/c -u root",
        config="port=5303\nlisten-address=127.0.0.1\nbind-interfaces\nno-resolv\nno-hosts\npid-file=\n",
    ),
    Server(
        "powerdns",
        "pdns-server",
        (Port("powerdns", 5304, "dns", "PowerDNS Authoritative Server", version=True),),
        "pdns_server --config-dir=@D --daemon=no --guardian=no",
        before="touch @D/zones; cp @D/c @D/pdns.conf",
        config="""\
launch=bind
bind-config=@D/zones
local-address=127.0.0.1
local-port=5304
socket-dir=@D
security-poll-suffix=
""",
    ),
    Server(
        "powerdns-recursor",
        "pdns-recursor",
        (Port("powerdns-recursor", 5305, "dns", "PowerDNS Recursor", version=True),),
        "pdns_recursor --config-dir=@D --daemon=no --local-address=127.0.0.1 --local-port=5305 --socket-dir=@D"
        " --security-poll-suffix=",
    ),
    Server(
        "knot",
        "knot",
        (Port("knot", 5306, "dns", "Knot DNS", version=True),),
        "knotd -c @D/c",
        config="""\
server:
  rundir: "@D"
  listen: 127.0.0.1@5306
database:
  storage: "@D"
log:
  - target: stderr
    any: error
""",
    ),
    Server(
        "nats",
        "nats-server",
        (Port("nats", 4222, "nats", "NATS Server", version=True),),
        "nats-server -a 127.0.0.1 -p 4222",
    ),
    Server(
        "beanstalkd",
        "beanstalkd",
        (Port("beanstalkd", 11300, "beanstalkd", "beanstalkd", version=True),),
        "beanstalkd -l 127.0.0.1 -p 11300",
    ),
    Server(
        "gearmand",
        "gearman-job-server",
        (Port("gearmand", 4730, "gearman", "Gearman", version=True),),
        "gearmand -L 127.0.0.1 -p 4730 -l stderr",
    ),
    Server(
        "rabbitmq",
        "rabbitmq-server",
        (Port("rabbitmq", 5672, "amqp", "RabbitMQ", version=True),),
        "RABBITMQ_MNESIA_BASE=@D/db RABBITMQ_LOG_BASE=@D RABBITMQ_NODENAME=rabbit@localhost HOME=@D"
        " RABBITMQ_CONFIG_FILE=@D/rabbit RABBITMQ_PID_FILE=@D/pid RABBITMQ_ENABLED_PLUGINS_FILE=@D/plugins"
        " ERL_EPMD_ADDRESS=127.0.0.1 /usr/lib/rabbitmq/bin/rabbitmq-server",
        before="cp @D/c @D/rabbit.conf; echo '[].' > @D/plugins",
        config="listeners.tcp.1 = 127.0.0.1:5672\n",
    ),
    Server(
        "influxdb",
        "influxdb",
        (Port("influxdb", 8086, "http", "InfluxDB", version=True),),
        "influxd run -config @D/c",
        config="""\
reporting-disabled = true
bind-address = "127.0.0.1:8186"
[meta]
  dir = "@D/meta"
[data]
  dir = "@D/data"
  wal-dir = "@D/wal"
[http]
  bind-address = "127.0.0.1:8086"
""",
    ),
    Server(
        "zabbix-agent",
        "zabbix-agent",
        (Port("zabbix-agent", 10050, "zabbix", "Zabbix agent", version=True),),
        "zabbix_agentd -f -c @D/c",
        config="""\
LogType=console
PidFile=@D/pid
Server=127.0.0.1
ListenIP=127.0.0.1
Hostname=example.test
AllowRoot=1
""",
    ),
    Server(
        "nrpe",
        "nagios-nrpe-server",
        (Port("nrpe", 5666, "nrpe", "NRPE", version=True),),
        "nrpe -c @D/c -f -n",
        config="server_port=5666\nserver_address=127.0.0.1\nallowed_hosts=127.0.0.1\nnrpe_user=nagios\nnrpe_group=nagios\npid_file=@D/pid\n",
    ),
    Server(
        "munin-node",
        "munin-node",
        (Port("munin-node", 4949, "munin", "Munin", version=True),),
        "munin-node --config @D/c",
        config="""\
log_file @D/munin.log
pid_file @D/pid
background 0
setsid 0
user root
group root
host_name example.test
allow ^127\\.0\\.0\\.1$
host 127.0.0.1
port 4949
""",
    ),
    Server(
        "clamd",
        "clamav-daemon",
        (Port("clamd", 3310, "clamd", "ClamAV", version=True),),
        "clamd -F -c @D/c",
        before="mkdir @D/db; echo 44d88612fea8a8f36de82e1278abb02f:68:Eicar > @D/db/t.hdb",
        config="TCPSocket 3310\nTCPAddr 127.0.0.1\nDatabaseDirectory @D/db\nForeground true\n",
    ),
    Server(
        "krb5kdc",
        "krb5-kdc",
        (
            Port("krb5kdc", 88, "kerberos", "MIT Kerberos"),
            Port("krb5kdc-udp", 88, "kerberos", "MIT Kerberos", transport="udp"),
        ),
        "krb5kdc -n -r EXAMPLE.TEST",
        before="export KRB5_KDC_PROFILE=@D/c KRB5_CONFIG=@D/c; kdb5_util -r EXAMPLE.TEST -P x create -s -W",
        config="""\
[libdefaults]
  default_realm = EXAMPLE.TEST
[kdcdefaults]
  kdc_listen = 127.0.0.1:88
  kdc_tcp_listen = 127.0.0.1:88
[realms]
  EXAMPLE.TEST = {
    database_name = @D/principal
    key_stash_file = @D/stash
  }
""",
    ),
    Server(
        "rpcbind",
        "rpcbind",
        (Port("rpcbind", 111, "rpcbind"), Port("rpcbind-udp", 111, "rpcbind", transport="udp")),
        "rpcbind -f",
        before="mount -t tmpfs recon /run; mkdir -p /run/rpcbind",
    ),
    Server(
        "coturn",
        "coturn",
        (
            Port("coturn", 3478, "stun", "coturn", version=True),
            Port("coturn-udp", 3478, "stun", "coturn", version=True, transport="udp"),
        ),
        "turnserver -n -L 127.0.0.1 -p 3478 --no-cli --no-tls --no-dtls --realm example.test --pidfile @D/pid"
        " --log-file stdout --userdb @D/db",
    ),
    Server(
        "openvpn",
        "openvpn",
        (Port("openvpn", 1194, "openvpn", "OpenVPN", transport="udp"),),
        "openvpn --tls-server --dev null --proto udp --lport 1194 --local 127.0.0.1 --ca @CRT --cert @CRT"
        " --key @KEY --dh none",
    ),
    Server(
        "tftpd-hpa",
        "tftpd-hpa",
        (Port("tftpd-hpa", 69, "tftp", "tftpd-hpa", transport="udp"),),
        "/usr/sbin/in.tftpd -L -4 -u nobody -s @D/files",
        before="mkdir @D/files",
    ),
    Server(
        "redis-sentinel",
        "redis-sentinel",
        (Port("redis-sentinel", 26379, "redis", "Redis", version=True),),
        "redis-sentinel @D/c",
        config="bind 127.0.0.1\nport 26379\ndir @D\n",
    ),
    Server(
        "pgbouncer",
        "pgbouncer",
        (Port("pgbouncer", 6432, "postgresql", "PgBouncer"),),
        "pgbouncer -u postgres @D/c",
        before="touch @D/users; chown -R postgres @D",
        config="""\
[databases]
x = host=127.0.0.1 port=5432
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = 6432
unix_socket_dir =
auth_type = md5
auth_file = @D/users
""",
    ),
    Server(
        "firebird",
        "firebird3.0-server",
        (Port("firebird", 3050, "firebird", "Firebird"),),
        "/usr/sbin/firebird",
        before="mkdir -p /run/firebird3.0; chown firebird /run/firebird3.0",
    ),
    Server(
        "bird",
        "bird2",
        (Port("bird", 179, "bgp", hinted=True),),
        "bird -f -c @D/c -s @D/ctl",
        config="""\
router id 127.0.0.1;
protocol device {}
protocol bgp {
  local 127.0.0.1 as 64512;
  neighbor range 127.0.0.0/8 as 64513;
  multihop;
  ipv4 { import none; export none; };
}
""",
    ),
    Server(
        "etcd",
        "etcd-server",
        (Port("etcd", 2379, "http", "etcd", version=True),),
        "etcd --data-dir @D/e --listen-client-urls http://127.0.0.1:2379"
        " --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380",
    ),
    Server(
        "prometheus",
        "prometheus",
        (Port("prometheus", 9090, "http", "Prometheus", version=True),),
        "prometheus --config.file=@D/c --storage.tsdb.path=@D/db --web.listen-address=127.0.0.1:9090",
        config="global:\n  scrape_interval: 1h\n",
    ),
    Server(
        "node-exporter",
        "prometheus-node-exporter",
        (Port("node-exporter", 19100, "http", "Prometheus Node Exporter"),),
        "prometheus-node-exporter --web.listen-address=127.0.0.1:19100",
    ),
    Server(
        "nut",
        "nut-server",
        (Port("nut", 3493, "nut", "Network UPS Tools upsd", version=True),),
        "NUT_CONFPATH=@D NUT_STATEPATH=@D /lib/nut/upsd -F -u root",
        before="echo 'LISTEN 127.0.0.1 3493' > @D/upsd.conf; touch @D/upsd.users;"
        " printf '[u]\\ndriver = dummy-ups\\nport = x\\n' > @D/ups.conf;"
        " echo MODE=standalone > @D/nut.conf; chmod 640 @D/upsd.* @D/ups.conf",
    ),
    Server(
        "openvpn-tcp",
        "openvpn",
        (Port("openvpn-tcp", 1194, "openvpn", "OpenVPN", hinted=True),),
        "openvpn --tls-server --dev null --proto tcp-server --lport 1194 --local 127.0.0.1 --ca @CRT"
        " --cert @CRT --key @KEY --dh none",
    ),
    Server(
        "freeradius",
        "freeradius",
        (Port("freeradius", 1812, "radius", transport="udp"),),
        "freeradius -f -l stdout -d @D -n c",
        before="mv @D/c @D/c.conf; touch @D/dictionary",
        config="""\
libdir = /usr/lib/freeradius
run_dir = @D
pidfile = @D/pid
db_dir = @D
modules {
}
client local {
  ipaddr = 127.0.0.1
  secret = testing123
}
server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = 1812
  }
  authorize {
  }
  authenticate {
  }
}
""",
    ),
)
