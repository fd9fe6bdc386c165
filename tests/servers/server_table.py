"""The real servers of the suite, as data: how each starts, and what it says of itself on the wire. Starts nothing.

The core list stands here; more are in the files of their kind.

In configurations and commands ``@D`` is the server's own folder, ``@CRT`` and ``@KEY`` a self-signed pair, ``@ROOT``
where a package that conflicts with others was unpacked.
"""

from __future__ import annotations

from infrastructure_rows import INFRASTRUCTURE
from server_row import Port, Server
from text_rows import TEXT
from web_rows import WEB

__all__ = ["PORTS", "SERVERS", "Port", "Server"]

CORE = (
    Server(
        "openssh",
        "openssh-server",
        (Port("openssh", 22, "ssh", "OpenSSH", version=True, revision=True, distro="Debian"),),
        "/usr/sbin/sshd -D -e -f /dev/null -h @D/k -p 22 -o ListenAddress=127.0.0.1 -o PidFile=none",
        before="mkdir -p /run/sshd; ssh-keygen -qt ed25519 -N '' -f @D/k",
    ),
    Server(
        "dropbear",
        "dropbear-bin",
        (Port("dropbear", 2222, "ssh", "Dropbear", version=True),),
        "dropbear -F -E -r @D/k -p 127.0.0.1:2222",
        before="dropbearkey -t ed25519 -f @D/k",
    ),
    Server(
        "vsftpd",
        "vsftpd",
        (Port("vsftpd", 21, "ftp", "vsftpd", version=True),),
        "vsftpd @D/c",
        before="mkdir -p @D/e",
        config="""\
background=NO
listen=YES
listen_address=127.0.0.1
listen_port=21
anonymous_enable=YES
anon_root=@D/e
secure_chroot_dir=@D/e
ssl_enable=YES
rsa_cert_file=@CRT
rsa_private_key_file=@KEY
isolate_network=NO
seccomp_sandbox=NO
""",
    ),
    Server(
        "proftpd",
        "proftpd-core",
        (Port("proftpd", 2121, "ftp", "ProFTPD"), Port("proftpd-sftp", 2225, "ssh", "ProFTPD mod_sftp")),
        "@ROOT/usr/sbin/proftpd -n -q -c @D/c",
        before="ssh-keygen -qt rsa -m PEM -N '' -f @D/k; chmod 600 @D/k",
        config="""\
ModulePath @ROOT/usr/lib/proftpd
LoadModule mod_tls.c
LoadModule mod_sftp.c
ServerName example.test
ServerType standalone
DefaultAddress 127.0.0.1
SocketBindTight on
Port 2121
UseIPv6 off
User nobody
Group nogroup
PidFile @D/pid
ScoreboardFile @D/score
WtmpLog off
TLSEngine on
TLSRSACertificateFile @CRT
TLSRSACertificateKeyFile @KEY
<VirtualHost 127.0.0.1>
  Port 2225
  SFTPEngine on
  SFTPHostKey @D/k
</VirtualHost>
""",
        unpacked=True,
    ),
    Server(
        "nginx",
        "nginx",
        (
            Port("nginx", 80, "http", "nginx", version=True),
            Port("nginx-tls", 443, "http", "nginx", version=True, tls=True),
            Port("nginx-mute", 8079, "http", "nginx"),
        ),
        "nginx -e stderr -p @D -c @D/c",
        config="""\
daemon off;
pid @D/pid;
events {}
http {
  access_log off;
  server { listen 127.0.0.1:80; root @D; }
  server { listen 127.0.0.1:443 ssl http2; root @D; ssl_certificate @CRT; ssl_certificate_key @KEY; }
  server { listen 127.0.0.1:8079; server_tokens off; root @D; }
}
""",
    ),
    Server(
        "apache",
        "apache2-bin",
        (
            Port("apache", 8080, "http", "Apache httpd", version=True, distro="Debian"),
            Port("apache-tls", 8443, "http", "Apache httpd", version=True, distro="Debian", tls=True),
        ),
        "apache2 -d @D -f @D/c -D FOREGROUND",
        config="""\
ServerName example.test
PidFile @D/pid
ErrorLog /dev/stderr
DefaultRuntimeDir @D
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule socache_shmcb_module /usr/lib/apache2/modules/mod_socache_shmcb.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
User nobody
Group nogroup
ServerTokens OS
DocumentRoot @D
<Directory @D>
  Require all granted
</Directory>
Listen 127.0.0.1:8080
Listen 127.0.0.1:8443 https
<VirtualHost 127.0.0.1:8443>
  SSLEngine on
  SSLCertificateFile @CRT
  SSLCertificateKeyFile @KEY
</VirtualHost>
""",
    ),
    Server(
        "lighttpd",
        "lighttpd",
        (Port("lighttpd", 8081, "http", "lighttpd", version=True),),
        "lighttpd -D -f @D/c",
        config="""\
server.document-root = "@D"
server.bind = "127.0.0.1"
server.port = 8081
index-file.names = ("index.html")
""",
    ),
    Server(
        "exim",
        "exim4-daemon-light",
        (Port("exim", 2525, "smtp", "Exim", version=True),),
        "exim4 -bdf -C @D/c",
        before="mkdir -p @D/spool; chown -R Debian-exim @D/spool",
        config="""\
primary_hostname = mail2.example.test
local_interfaces = 127.0.0.1
daemon_smtp_ports = 2525
spool_directory = @D/spool
log_file_path = @D/spool/%slog
host_lookup =
tls_advertise_hosts = *
tls_certificate = @CRT
tls_privatekey = @KEY
""",
    ),
    Server(
        "dovecot",
        "dovecot-imapd",
        (
            Port("dovecot-imap", 143, "imap", "Dovecot", distro="Debian"),
            Port("dovecot-imaps", 993, "imap", "Dovecot", distro="Debian", tls=True),
            Port("dovecot-pop3", 110, "pop3", "Dovecot", distro="Debian"),
            Port("dovecot-pop3s", 995, "pop3", "Dovecot", distro="Debian", tls=True),
            Port("dovecot-lmtp", 24, "lmtp", "Dovecot", distro="Debian"),
            Port("dovecot-sieve", 4190, "sieve", "Dovecot Pigeonhole", distro="Debian"),
        ),
        "dovecot -F -c @D/c",
        config="""\
protocols = imap pop3 lmtp sieve
base_dir = @D/run
state_dir = @D/state
listen = 127.0.0.1
log_path = /dev/stderr
ssl = yes
ssl_cert = <@CRT
ssl_key = <@KEY
mail_location = maildir:@D/mail
passdb {
  driver = static
  args = password=x
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=@D
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = 24
  }
}
""",
    ),
    Server(
        "mariadb",
        "mariadb-server",
        (Port("mariadb", 3306, "mysql", "MariaDB", version=True, revision=True, distro="Debian"),),
        "mariadbd --no-defaults --datadir=@D/m --bind-address=127.0.0.1 --port=3306 --socket=@D/s --user=mysql"
        " --ssl-cert=@CRT --ssl-key=@KEY",
        before="chown mysql @D; mariadb-install-db --no-defaults --datadir=@D/m --user=mysql",
    ),
    Server(
        "postgresql",
        "postgresql-15",
        (Port("postgresql", 5432, "postgresql", "PostgreSQL"),),
        "setpriv --reuid postgres --regid postgres --init-groups /usr/lib/postgresql/15/bin/postgres -D @D/pg -k @D"
        " -p 5432 -c listen_addresses=127.0.0.1 -c ssl=on -c ssl_cert_file=@D/crt -c ssl_key_file=@D/key",
        before="cp @CRT @D/crt; cp @KEY @D/key; chmod 600 @D/key; chown -R postgres @D; setpriv --reuid postgres"
        " --regid postgres --init-groups /usr/lib/postgresql/15/bin/initdb -D @D/pg -A scram-sha-256 --pwfile=@D/crt",
    ),
    Server(
        "redis",
        "redis-server",
        (Port("redis", 6379, "redis", "Redis", version=True),),
        "redis-server --bind 127.0.0.1 --port 6379 --save '' --dir @D",
    ),
    Server(
        "redis-auth",
        "redis-server",
        (Port("redis-auth", 6380, "redis", "Redis"),),
        "redis-server --bind 127.0.0.1 --port 6380 --save '' --dir @D --requirepass x",
    ),
    Server(
        "memcached",
        "memcached",
        (
            Port("memcached", 11211, "memcached", "Memcached", version=True),
            Port("memcached-udp", 11211, "memcached", "Memcached", version=True, transport="udp"),
        ),
        "memcached -l 127.0.0.1 -p 11211 -U 11211 -u nobody",
    ),
    Server(
        "bind",
        "bind9",
        (
            Port("bind-tcp", 53, "dns", "BIND", version=True, revision=True, distro="Debian"),
            Port("bind-udp", 53, "dns", "BIND", version=True, revision=True, distro="Debian", transport="udp"),
        ),
        "named -g -c @D/c",
        config="""\
options {
  directory "@D"; pid-file "@D/pid"; session-keyfile "@D/s.key"; managed-keys-directory "@D";
  listen-on { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; dnssec-validation no;
};
controls { };
""",
    ),
    Server(
        "mosquitto",
        "mosquitto",
        (
            Port("mosquitto", 1883, "mqtt", "Mosquitto", version=True),
            Port("mosquitto-tls", 8883, "mqtt", "Mosquitto", version=True, tls=True),
        ),
        "mosquitto -c @D/c",
        config="""\
allow_anonymous true
listener 1883 127.0.0.1
listener 8883 127.0.0.1
certfile @CRT
keyfile @KEY
""",
    ),
    Server(
        "samba",
        "samba",
        (Port("samba", 445, "smb", "Samba"),),
        "smbd --foreground --no-process-group --debug-stdout -s @D/c",
        before="mkdir -p @D/p; chmod 700 @D/p",
        config="""\
[global]
  netbios name = CORPUS
  workgroup = CORPUSGRP
  interfaces = lo
  bind interfaces only = yes
  smb ports = 445
  private dir = @D/p
  lock directory = @D/p
  state directory = @D/p
  cache directory = @D/p
  pid directory = @D/p
  ncalrpc dir = @D/p
  map to guest = bad user
[share]
  path = @D
  guest ok = yes
""",
    ),
    Server(
        "snmpd",
        "snmpd",
        (Port("snmpd", 161, "snmp", "Net-SNMP", transport="udp"),),
        "snmpd -f -Lo -C -c @D/c udp:127.0.0.1:161",
        config="rocommunity public 127.0.0.1\n",
    ),
    Server(
        "slapd",
        "slapd",
        (
            Port("slapd", 389, "ldap", "OpenLDAP"),
            Port("slapd-tls", 636, "ldap", "OpenLDAP", tls=True),
        ),
        "/usr/sbin/slapd -d 0 -f @D/c -h 'ldap://127.0.0.1:389 ldaps://127.0.0.1:636'",
        before="mkdir -p @D/db",
        config="""\
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile @D/pid
TLSCertificateFile @CRT
TLSCertificateKeyFile @KEY
database mdb
suffix "dc=example,dc=test"
directory @D/db
""",
    ),
    Server(
        "chrony",
        "chrony",
        (Port("chrony", 123, "ntp", "chrony", transport="udp"),),
        "@ROOT/usr/sbin/chronyd -d -x -u root -f @D/c",
        config="""\
port 123
bindaddress 127.0.0.1
cmdport 0
bindcmdaddress /
local stratum 8
allow
pidfile @D/pid
""",
        unpacked=True,
    ),
    Server(
        "rsync",
        "rsync",
        (Port("rsync", 873, "rsync", "rsync"),),
        "rsync --daemon --no-detach --address=127.0.0.1 --port=873 --config=@D/c",
        config="[share]\n  path = @D\n  comment = what we share\n",
    ),
    Server(
        "squid",
        "squid",
        (Port("squid", 3128, "http-proxy", "Squid", version=True),),
        "squid -N -f @D/c",
        before="chown proxy @D",
        config="""\
http_port 127.0.0.1:3128
visible_hostname proxy.example.test
pid_filename @D/pid
cache_log /dev/stderr
access_log none
cache_store_log none
coredump_dir @D
http_access deny all
pinger_enable off
""",
    ),
    Server(
        "tigervnc",
        "tigervnc-standalone-server",
        (Port("tigervnc", 5900, "vnc"),),
        "Xtigervnc :9 -rfbport 5900 -localhost -SecurityTypes None -geometry 640x480",
    ),
    Server(
        "s_server-tls12",
        "openssl",
        (Port("s_server-tls12", 4433, "http", "OpenSSL", tls=True),),
        "openssl s_server -accept 127.0.0.1:4433 -cert @CRT -key @KEY -tls1_2 -www",
    ),
    Server(
        "s_server-tls13",
        "openssl",
        (Port("s_server-tls13", 4434, "http", "OpenSSL", tls=True),),
        "openssl s_server -accept 127.0.0.1:4434 -cert @CRT -key @KEY -tls1_3 -www",
    ),
)

SERVERS = (*CORE, *TEXT, *WEB, *INFRASTRUCTURE)
PORTS = tuple(port for server in SERVERS for port in server.ports)
